"""What was simulated on functions is what a user gets: the same p through `EventStudy.run` on prices, study by study."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from itertools import chain

import numpy as np
import pytest

from tests.simulation import dates, pairs
from tests.simulation.dates import LATE, LEVEL, RECENT
from tests.simulation.public import SEED, STORED, Both, designs, summed

_PLAIN = (
    ("A4", "3 firms, from -20, x1.5"),
    ("A5", "3 own dates, from -10, x1.5"),
    ("A6", "one firm, from -3, x2, prices to +1"),
    ("B4", "3 dates"),
    ("B5", "2 firms x 2 dates x3d, x2"),
)


def equal(part: str, name: str, draws: int) -> int:
    """How many p were compared; each is the same by both ways."""
    found = list(designs()[part, name](draws))
    for one in found:
        assert one.functions == pytest.approx(one.run, abs=1e-9), (part, name, one)
    return len(found)


@pytest.mark.parametrize(("part", "name"), _PLAIN)
def test_a_study_has_the_p_of_the_functions(part: str, name: str) -> None:
    assert equal(part, name, 1)


@pytest.mark.slow
@pytest.mark.parametrize("part", ["A1", "A2", "A4", "A5", "A6", "B1", "B2", "B3", "B5"])
def test_studies_of_every_design_have_the_p_of_the_functions(part: str) -> None:
    known = [name for of, name in designs() if of == part]
    assert sum(equal(part, name, 1) for name in known) >= len(known)


@pytest.mark.slow
def test_what_is_judged_together_is_left_the_same() -> None:
    """Windows, groups and tickers of twenty firms of one date."""
    assert equal("B4", "20 firms of one date, from -10, x1.5", 1) == 3


@cache
def stored() -> list[dict[str, str]]:
    with STORED.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_stored_design_was_compared() -> None:
    texts = (path.read_text(encoding="utf-8") for path in (dates.STORED, pairs.STORED))
    rows = chain(*(csv.DictReader(text.splitlines()) for text in texts))
    simulated = {(r["part"], re.sub(r", effect \d", "", r["design"])) for r in rows if r["part"] != "B6"}
    compared = {(r["part"], re.sub(r", effect \d", "", r["design"])) for r in stored()}
    assert simulated - compared == set()
    assert {r["seed"] for r in stored()} == {str(SEED)}
    assert all(r["made"] for r in stored())


def test_no_two_p_lay_apart() -> None:
    """And so each rejects as often as the other."""
    assert {r["design"] for r in stored() if float(r["apart"]) > 1e-9} == set()
    assert [r for r in stored() if r["by_functions"] != r["by_run"]] == []
    assert min(int(r["draws"]) for r in stored()) >= 20


def test_a_design_that_rejects_too_often_is_warned_of() -> None:
    """Storms from day -3 on, those that end a week after the event, and events without the days after them."""
    above = [r for r in stored() if r["part"] in ("A1", "A4", "A5", "A6") and r["design"].partition(", ")[2] in LATE]
    above += [r for r in stored() if r["part"] == "A6" and r["design"].partition(", prices")[0][10:] in RECENT]
    assert len(above) > 40
    for row in above:
        assert int(row["warned"]) >= 0.8 * int(row["draws"]), row


def test_a_row_says_how_far_apart_two_p_lie_and_how_often_each_rejects() -> None:
    """It cannot be seen as equal what is not."""

    def found() -> Iterator[Both]:
        yield Both("placebo", "[0, 0]", 0.04, 0.04, frozenset({"VOLATILITY_REGIME"}))
        yield Both("placebo", "[0, 0]", LEVEL, 0.06, frozenset())

    [row] = summed("A1", "made-up", found())
    assert (row["draws"], row["by_functions"], row["by_run"], row["warned"]) == (2, 2, 1, 1)
    assert float(row["apart"]) == pytest.approx(0.01)
    assert np.isfinite(float(row["apart"]))
