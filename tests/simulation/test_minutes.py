"""The stored sizes of minutes: made as they say, where they may be, as the guide says them, and the same again."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from tests.simulation.minutes import (
    BY_MINUTE,
    COMPARED,
    DAYS,
    DESIGNS,
    FIRST,
    OTHERS,
    SCALES,
    SEED,
    STORED,
    THIRDS,
    first_days,
    others,
)

GUIDE = Path(__file__).parents[2] / "docs" / "howto" / "minutes.md"
SAID = {
    ("14:00, 30 minutes", "window"): "all",
    ("10:30, 60 minutes", "window"): "all",
    ("open, 30 minutes", "window"): "all",
    ("14:00, 30 minutes, prices bounce by .1 %", "window"): "all",
    ("14:00, 30 minutes, betas estimated", "window"): "all",
    ("14:00, 30 minutes, moves 1.5 times as large", "window"): "whole",
    ("betas estimated, moves 1.5 times as large", "window"): "whole",
    ("14:00, two stages", "any stage by Holm"): "whole",
    ("14:00, two stages", "press"): "whole",
    ("14:00, two stages", "difference"): "whole",
    ("14:00 to 11:25 of the next day", "window"): "all",
}
"""What the guide says: the share of all days, and of each third."""
OF_OTHER_BARS = [name for name, design in DESIGNS.items() if design.width != 5]
"""Designs of other bars: a row of a table of the guide each."""
SAID |= dict.fromkeys(((name, "window") for name in OF_OTHER_BARS), "all")


@cache
def stored() -> dict[tuple[str, str], dict[str, tuple[int, int]]]:
    """(design, what) -> third -> days judged, and those with p of 5 % or less."""
    found: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
    for row in csv.DictReader(STORED.read_text(encoding="utf-8").splitlines()):
        assert int(row["seed"]) == SEED
        found.setdefault((row["design"], row["what"]), {})[row["third"]] = int(row["days"]), int(row["below"])
    return found


def share(design: str, what: str, *thirds: str) -> tuple[float, int]:
    cells = [stored()[design, what][third] for third in thirds or THIRDS]
    days = sum(n for n, _ in cells)
    return sum(below for _, below in cells) / days, days


def test_every_design_is_there_with_its_days() -> None:
    assert {design for design, _ in stored()} == {*DESIGNS, BY_MINUTE}
    for design, what in stored():
        assert set(stored()[design, what]) == {*THIRDS, FIRST}
        assert share(design, what)[1] >= 0.98 * DAYS


@pytest.mark.parametrize("cell", SAID, ids=" / ".join)
def test_the_headline_of_minutes_holds_its_level(cell: tuple[str, str]) -> None:
    """Four standard errors around 5 % at most, Holm's below; a release that moves everything more is the one that does not."""
    whole, days = share(*cell)
    if DESIGNS[cell[0]].larger > 1:
        assert whole > 0.1
        return
    error = (0.05 * 0.95 / days) ** 0.5
    assert whole < 0.05 + 4 * error
    assert cell[1] == "any stage by Holm" or whole > 0.05 - 4 * error
    for third in THIRDS:
        assert share(*cell, third)[0] < 0.05 + 4 * 3**0.5 * error


def test_the_guide_says_what_is_stored() -> None:
    text = " ".join(GUIDE.read_text(encoding="utf-8").split())
    for cell, parts in SAID.items():
        whole, days = share(*cell)
        assert f"{days:,}" in text, (cell, days)
        wanted = f"{100 * whole:.1f}"
        if parts == "all":
            wanted = f"{wanted} % ({', '.join(f'{100 * share(*cell, third)[0]:.1f}' for third in THIRDS)})"
        assert wanted in text, (cell, wanted)


def test_the_guide_has_the_table_of_other_bars() -> None:
    rows = [
        f"| {name} | {share(name, 'window')[1]:,} | {cell(name, 'window').replace(' (', ' % (')} |"
        for name in OF_OTHER_BARS
    ]
    assert "\n".join(rows) in GUIDE.read_text(encoding="utf-8")


def cell(design: str, what: str) -> str:
    """The share of all days and of each third, as the guide writes them."""
    if (design, what) not in stored():
        return "–"
    parts = ", ".join(f"{100 * share(design, what, third)[0]:.1f}" for third in THIRDS)
    return f"{100 * share(design, what)[0]:.1f} ({parts})"


def test_the_test_that_is_offered_counts_the_same_days_in_code_of_its_own() -> None:
    for design in COMPARED[:3]:  # prices that bounce are drawn anew
        assert stored()[design, OTHERS[0]] == stored()[design, "window"]
    bounced = share(COMPARED[3], OTHERS[0])[0] - share(COMPARED[3], "window")[0]
    assert abs(bounced) < 3 * (2 * 0.05 * 0.95 / DAYS) ** 0.5


@pytest.mark.parametrize("what", OTHERS[1:])
def test_the_guide_says_what_tests_that_are_not_offered_do(what: str) -> None:
    cells = " | ".join(cell(design, what) for design in COMPARED)
    assert f"| {what} | {cells} |" in GUIDE.read_text(encoding="utf-8")


@pytest.mark.parametrize("what", SCALES)
def test_the_guide_says_why_volatility_is_of_five_minutes(what: str) -> None:
    """A bounce is most of what a calm minute moves: over it, calm days stand out too rarely, turbulent ones too often."""
    assert cell(BY_MINUTE, what) in GUIDE.read_text(encoding="utf-8")
    calm, turbulent = (share(BY_MINUTE, what, third)[0] for third in ("calm", "turbulent"))
    assert (turbulent - calm > 0.04) == (what != "scaled by returns of five minutes")


@pytest.mark.slow
def test_the_first_days_of_tests_that_are_not_offered_come_out_again() -> None:
    for what, _, n, hits in others(COMPARED[0], 100):
        assert stored()[COMPARED[0], what][FIRST] == (n, hits)


@pytest.mark.slow
def test_the_first_days_come_out_again() -> None:
    for name in ("14:00, two stages", "bars of 60 minutes, 13:30, 60 minutes", BY_MINUTE):
        for what, _, n, hits in first_days(name):
            assert stored()[name, what][FIRST] == (n, hits)
            assert n > 90
