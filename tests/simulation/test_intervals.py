"""No interval contradicts the p beside it: what is stored, and again a sample of it."""

from __future__ import annotations

import csv
from functools import cache

import numpy as np
import pytest

from tests.simulation.firms import LEVEL
from tests.simulation.intervals import FUNCTIONS, SEED, STORED, STUDIES, Tally, made_study, said, studies


@cache
def stored() -> list[dict[str, str]]:
    with STORED.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_of_a_hundred_thousand_samples_and_two_thousand_studies_none_contradicts_itself() -> None:
    """In money as in returns; a fifth of each kind at least lies on either side of 5 %."""
    assert [row for row in stored() if row["contradict"] != "0"] == []
    assert {row["kind"]: int(row["made"]) for row in stored() if row["level"] == "functions"} == {
        name: n for name, (_, n) in FUNCTIONS.items()
    }
    assert {row["kind"]: int(row["made"]) for row in stored() if row["level"] == "run"} == dict.fromkeys(
        ("means", "firms", "money"), STUDIES
    )
    looked = {row["kind"]: (int(row["below"]), int(row["above"])) for row in stored()}
    assert sum(sum(looked[name]) for name in FUNCTIONS) >= 100_000
    assert all(min(sides) > 0.2 * sum(sides) for sides in looked.values())
    assert {row["seed"] for row in stored()} == {str(SEED)}
    assert all(row["date"] for row in stored())


@pytest.mark.parametrize("kind", FUNCTIONS)
@pytest.mark.parametrize("n", [201, pytest.param(3000, marks=pytest.mark.slow)])
def test_samples_at_the_level_of_functions(kind: str, n: int) -> None:
    FUNCTIONS[kind][0](1, n).check(int(0.5 * n) if kind == "mean over pairs" else n)


def test_what_contradicts_itself_is_seen() -> None:
    tally = Tally()
    for p, low, high in ((0.04, -0.1, 0.2), (0.06, 0.1, 0.2), (0.04, 0.1, 0.2), (0.06, -0.1, 0.2), (0.04, np.nan, 1.0)):
        tally.add(p, low, high)
    assert (tally.below, tally.above) == (2, 2)
    assert tally.odd == [(0.04, -0.1, 0.2), (0.06, 0.1, 0.2)]


@pytest.mark.parametrize(("seed", "runs"), [(1, 12), pytest.param(2, 60, marks=pytest.mark.slow)])
def test_studies_through_run(seed: int, runs: int) -> None:
    """With pairs left out, with prices in doubt, and with doubts that are accepted."""
    seen = studies(seed, runs)
    for tally in seen.tallies.values():
        assert tally.odd == []
        assert min(tally.below, tally.above) > runs // 6
    assert min(seen.doubted, seen.accepted, seen.left_out) >= runs // 12


@pytest.mark.parametrize(("seed", "runs"), [(33, 6), pytest.param(34, 60, marks=pytest.mark.slow)])
def test_what_stands_beside_a_mean_is_of_the_mean(seed: int, runs: int) -> None:
    """Of firms that move unevenly: the interval holds the mean, and what is below 5 % has the sign of it."""
    rng, found, silent = np.random.default_rng(seed), 0, 0
    for _ in range(runs):
        for window, answer in made_study(rng, uneven=True).run().answers.items():
            if answer.interval:
                assert answer.interval[0] <= answer.caar <= answer.interval[1], window
            if answer.headline and answer.n > 1:
                said = answer.tests[answer.headline]
                silent += said.interval is not None and answer.interval is None
                if said.p_value < LEVEL:
                    assert said.statistic * answer.caar > 0, window
                    found += 1
    assert found > runs // 6
    assert silent or runs < 60, "some means lie outside the interval of the common effect"


@pytest.mark.parametrize(("seed", "runs"), [(11, 2), pytest.param(12, 24, marks=pytest.mark.slow)])
def test_one_side_has_the_intervals_of_both_and_a_p_of_its_own_sign(seed: int, runs: int) -> None:
    """An estimate below zero has no p below 5 % for an effect above it; the two p lie around that of both sides."""
    rng, looked = np.random.default_rng(seed), 0
    for _ in range(runs):
        made = made_study(rng)
        both, up, down = (said(made, made.run(alternative=side)) for side in ("two-sided", "greater", "less"))
        for what, several in both.items():
            for (estimate, p, *ends), above, below in zip(several, up[what], down[what], strict=True):
                assert above[2:] == pytest.approx(ends, nan_ok=True)
                assert below[2:] == pytest.approx(ends, nan_ok=True)
                if np.isfinite([p, above[1], below[1]]).all():
                    assert above[1] > LEVEL or estimate > 0
                    assert below[1] > LEVEL or estimate < 0
                    assert min(above[1], below[1]) <= p + 1e-12
                    looked += 1
    assert looked >= 5 * runs
