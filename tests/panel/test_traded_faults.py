"""Every fault planted in the C of the days on which prices moved is noticed by its tests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.test_compiled_faults import judged, made, pytestmark  # noqa: F401 - a fixture, and what it needs
from tests.panel import test_own_days

FAULTS = {
    "moved[0] = begins[0] = close[0] == close[0]": "moved[0] = begins[0] = 0",
    "(close[t] != close[t - 1]))": "(close[t] > close[t - 1]))",
    "moved[t] = (uint8_t)((close[t] == close[t])": "moved[t] = (uint8_t)(1",
    "(close[t - 1] != close[t - 1]))": "(close[t - 1] == close[t - 1]))",
    "t < days; t++) prices +=": "t < days; t++) prices += 1 +",
    "begins + days - next - 1": "begins + days - next - 2",
    "moved[t] = close[t] != close[before]": "moved[t] = 1",
    "begins) < 2": "begins) < 1",
    "j % TOGETHER == 0": "j == 0",
    "rows + j % TOGETHER * days": "rows",
    "? 8 : (size_t)(days - t)": "? 8 : 0",
    "(uint8_t)low_bits(eight)": "(uint8_t)eight",
    "one[w] & other[w]": "one[w] | other[w]",
    "bits >> 1 & 0x5555555555555555u": "bits >> 1 & 0x1555555555555555u",
    "bits >> 2 & 0x3333333333333333u": "bits >> 2 & 0x3333333333333331u",
    "(bits >> 4)": "(bits >> 5)",
    "bits += bits >> 16": "bits += bits >> 17",
    "(bits >> 32)) & 0x7F": "(bits >> 32)) & 0x3F",
    "s->count[c * s->n + i]": "s->count[i * s->markets + c]",
}


def judge(patch: pytest.MonkeyPatch, kernel: Any) -> None:
    patch.setattr(test_own_days, "KERNEL", kernel)
    for days in test_own_days.DAYS:
        for order in test_own_days.ORDERS:
            test_own_days.test_days_on_which_prices_moved_are_those_of_plain_code(order, days)
        test_own_days.test_days_that_two_share_are_counted(days)


@pytest.mark.parametrize("old", [None, *FAULTS])
def test_a_fault_is_noticed(old: str | None, made: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    kernel = made("traded.c", old or "static", FAULTS[old] if old else "static")
    judged(kernel, lambda: judge(monkeypatch, kernel), monkeypatch, faulty=old is not None)
