"""Every fault planted in the C that puts rows in their places is noticed by its tests."""

from __future__ import annotations

from typing import Any

import pytest
from eventstudy import native

from tests.engine.test_compiled_faults import judged, made, pytestmark  # noqa: F401 - a fixture, and what it needs
from tests.scale import test_rows

FAULTS = {
    "- r->first": "- r->first + 1",
    "r->row[code] * r->days": "r->row[r->codes - 1 - code] * r->days",
    "+ r->column[day]": "+ r->column[r->span - 1 - day]",
    "r->written[cell] || ": "",
    "value >= r->least": "value > r->least",
    "&& value <= DBL_MAX": "",
    "|| value != value": "",
    "r->written[cell] = 1": "r->written[cell] = value == value",
    "day >= r->span": "day >= r->span - 1",
    "number[i] - first": "number[i]",
    "at >= span": "at > span",
}


def judge() -> None:
    test_rows.marked()
    for seed in range(24):
        test_rows.check(seed)


@pytest.mark.parametrize("old", [None, *FAULTS])
def test_a_fault_is_noticed(old: str | None, made: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    kernel = made("rows.c", old or "return", FAULTS[old] if old else "return")
    monkeypatch.setattr(native, "form", lambda: native.Form(kernel, 0, "", ""))
    judged(kernel, judge, monkeypatch, faulty=old is not None)
