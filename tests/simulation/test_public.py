"""What was simulated on functions is what a user gets: the same p through `EventStudy.run` on prices, study by study."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest

from tests.simulation import dates, firms, pairs
from tests.simulation.firms import LATE, LEVEL
from tests.simulation.limits import HEADLINES, STORM, sizes
from tests.simulation.public import ABOVE, SEED, STORED, Both, codes, designs, run_one_date, summed

_PLAIN = (
    ("A4", "3 firms, from -20, x1.5"),
    ("A5", "3 own dates, from -10, x1.5"),
    ("A6", "one firm, from -3, x2, prices to +1"),
    ("B4", "3 dates"),
    ("B5", "2 firms x 2 dates x3d, x2"),
)


COMPARED = ("A1", "A4", "A5", "A6", "B5")
"""Parts with designs that are warned of."""


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
def test_studies_of_some_designs_have_the_p_of_the_functions(part: str) -> None:
    """Every fourth; those of all are stored."""
    known = [name for of, name in designs() if of == part][::4]
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
    """Designs of many pairs that differ by their effect alone are one; those of one date are compared as such (A 4)."""
    compared = {(r["part"], r["design"]) for r in stored()}
    simulated = {
        (r["part"], re.sub(r", effect \d", ", effect 2" if r["part"] == "A2" else "", r["design"]))
        for module in (firms, dates)
        for r in csv.DictReader(module.STORED.read_text(encoding="utf-8").splitlines())
        if r["part"] != "A B1" and not re.search("%|M 100", r["design"])
    }
    assert simulated - compared == set()
    shapes = {(part == "B4", pairs.shape(one)): name for (part, name), one in pairs.designs().items() if several(one)}
    seen = {
        (part == "B4", pairs.shape(pairs.designs()[part, name]))
        for part, name in compared
        if (part, name) in pairs.designs()
    }
    assert {name for key, name in shapes.items() if key not in seen and (True, key[1]) not in seen} == set()
    assert {r["seed"] for r in stored()} == {str(SEED)}
    assert all(r["made"] for r in stored())


def several(design: pairs.Design) -> bool:
    """Whether it has more than one date."""
    return len(set(design.days)) > 1


def test_no_two_p_lay_apart() -> None:
    """And so each rejects as often as the other."""
    assert {r["design"] for r in stored() if float(r["apart"]) > 1e-9} == set()
    assert [r for r in stored() if r["by_functions"] != r["by_run"]] == []
    assert min(int(r["draws"]) for r in stored()) >= 5
    assert min(int(r["draws"]) for r in stored() if r["part"].startswith("A")) >= 20


def test_a_design_that_rejects_too_often_is_warned_of_at_each_window() -> None:
    """Storms from day -3 on, those that end a week after the event, wild event days, and events without the days after them.

    That is each window with a stored size above 9 %: four of five studies; six of ten where a storm of 1.5 times ends soon.
    """
    warned = {
        tuple(r[k] for k in ("part", "design", "window")): int(r["warned"]) / int(r["draws"])
        for r in stored()
        if r["warned"]
    }
    above = [one for one in sizes() if one.what in HEADLINES and one.part in COMPARED and one.share > STORM]
    cells = {(one.part, one.design, one.window) for one in above if (one.part, one.design) in designs()}
    late = {cell for cell in warned if cell[0] in COMPARED and cell[1].partition(", ")[2] in LATE}
    assert {part for part, _, _ in cells} == set(COMPARED)
    assert len(cells) > 35
    for cell in cells | late:
        assert warned[cell] >= (0.6 if "to +7, x1.5" in cell[1] else 0.8), cell


def test_a_warning_counts_at_the_windows_that_its_words_name() -> None:
    """Near which it has seen a storm, and those whose p do not allow for one."""
    returns, market = firms.paths(np.random.default_rng(7), LATE["from -10 to +7, x2"], 12)
    seen = set()
    for one, of_one in zip(returns, market, strict=True):
        result = run_one_date(one[None], of_one)
        storms = [w for w in result.warned if w.code == "VOLATILITY_REGIME"]
        near = [list(window) in storms[0].params["windows"] for window in firms.WINDOWS] if storms else []
        at = [bool(codes(result, str(window)) & ABOVE) for window in firms.WINDOWS]
        assert at == [bool(storms)] * 3
        assert codes(result, "[2, 3]") & ABOVE == set()
        assert codes(result) >= codes(result, "[0, 0]")
        seen.add(tuple(near))
    assert len(seen) > 1, "not every storm is seen near each window"


def test_a_row_says_how_far_apart_two_p_lie_and_how_often_each_rejects() -> None:
    """It cannot be seen as equal what is not."""

    def found() -> Iterator[Both]:
        yield Both("placebo", "[0, 0]", 0.04, 0.04, frozenset({"VOLATILITY_REGIME"}))
        yield Both("placebo", "[0, 0]", LEVEL, 0.06, frozenset())

    [row] = summed("A1", "made-up", found())
    assert (row["draws"], row["by_functions"], row["by_run"], row["warned"]) == (2, 2, 1, 1)
    assert float(row["apart"]) == pytest.approx(0.01)
    assert np.isfinite(float(row["apart"]))
