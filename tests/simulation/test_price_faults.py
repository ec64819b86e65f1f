"""The price checks find planted faults as the stored figures say, and leave sound series alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.simulation.price_faults import REASONS, STORED, alarms, cases, outcomes, summed


def stored() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(STORED.read_text(encoding="utf-8"))
    return found


def test_a_sample_of_the_faults_is_found_as_stored() -> None:
    kinds = ("wrong close for a day", "another unit from then on", "split not applied, listed", "stands still")
    sample = [case for case in cases(kinds) if case.share in ("ordinary", "index")][::3]
    assert len(sample) > 50
    found = outcomes(sample, seed=11)
    for case, of, _ in found:
        heavy = max(case.size, 1 / case.size) >= 2 if case.kind != "stands still" else case.size >= 3
        assert not heavy or of, case
        if case.kind == "another unit from then on":
            assert of == "doubt", case


@pytest.mark.slow
def test_all_faults_are_found_as_stored_in_other_draws() -> None:
    found = [o for seed in (101, 102) for o in outcomes(cases(), seed, traded=seed > 101)]
    assert len(found) >= 2_000
    before = {(row["kind"], row["size"]): (row["doubt"] + row["caution"]) / row["n"] for row in stored()["faults"]}
    for row in summed(found):
        share = (row["doubt"] + row["caution"]) / row["n"]
        assert share == pytest.approx(before[row["kind"], row["size"]], abs=0.3), row
    for part, most in ((found[: len(cases())], 0.06), (found[len(cases()) :], 0.045)):
        large = [o for o in part if o.moved > 2]
        passed = [o for o in large if not o.found]
        assert len(passed) <= most * len(large), "each has its reason in the table"


def test_few_faults_pass_and_each_for_a_reason() -> None:
    rows, totals = stored()["faults"], stored()["totals"]
    assert sum(row["n"] for row in rows) >= 2_000
    assert sum(row["passed"] for row in rows) <= 0.03 * sum(row["large"] for row in rows)
    assert totals["volumes known"][1] <= 0.03 * totals["volumes known"][0]
    assert totals["closes only"][1] <= 0.03 * totals["closes only"][0]
    assert {row["kind"] for row in rows if row["passed"]} <= REASONS.keys()


@pytest.mark.slow
def test_sound_series_are_left_alone() -> None:
    rows = alarms(25)
    years = sum(row["years"] for row in rows)
    assert sum(row["doubt"] * row["years"] for row in rows) / years <= 2.5, (
        "one is promised, of some 4,000 ticker-years"
    )
    assert all(row["caution"] <= 130 for row in rows)


def test_stored_false_alarms_keep_the_promise() -> None:
    rows = stored()["alarms"]
    years = sum(row["years"] for row in rows)
    assert sum(row["doubt"] * row["years"] for row in rows) / years <= 1
    assert sum(row["caution"] * row["years"] for row in rows) / years <= 100
    assert all(row["caution"] <= 100 for row in rows)
