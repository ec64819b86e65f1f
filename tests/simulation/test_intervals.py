"""No interval contradicts the p beside it: zero lies outside where p is below 5 %, and inside where it is above.

A hundred thousand samples at the level of functions and two hundred studies through `run`, in money too, in the slow tier; a
few hundred and a dozen of them in the plain one. Effects are of a size that is found about half of the time. On 2026-11-30
two thousand studies were run, 500 of each seed from 2 to 5, with pairs left out, prices in doubt and doubts that are accepted
among them, and none contradicts itself; nor does one of another two thousand (seed 20261130): 4,000 means, 12,742 windows of
firms, 14,350 amounts.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy, StudyResult
from eventstudy.analyses.impact import impact
from eventstudy.inference.parametric import bmp_adjusted, caar_t, patell_guarded
from eventstudy.inference.placebo import judged, placebo
from eventstudy.windows import Window

from tests.oracles import few_pairs
from tests.oracles.test_few_pairs import sample
from tests.simulation.public import DOUBTS
from tests.simulation.storms import Storm, series
from tests.worlds import SESSIONS, grown

LEVEL = 0.05


class Tally:
    """How many samples were looked at, on either side of 5 %, and which of them contradict themselves."""

    def __init__(self) -> None:
        self.below = self.above = 0
        self.odd: list[tuple[float, float, float]] = []

    def add(self, p: float, low: float, high: float) -> None:
        """One sample; without an interval there is nothing to contradict."""
        if not np.isfinite([p, low, high]).all():
            return
        self.below, self.above = self.below + (p < LEVEL), self.above + (p > LEVEL)
        inside = low <= 0 <= high
        if inside if p < LEVEL else (not inside and p > LEVEL):
            self.odd.append((p, low, high))

    def check(self, least: int) -> None:
        """Nothing contradicts itself, and a fifth at least lies on either side."""
        assert self.odd == []
        assert min(self.below, self.above) > 0.2 * least
        assert self.below + self.above >= 0.9 * least


@pytest.mark.parametrize("n", [200, pytest.param(60_000, marks=pytest.mark.slow)])
def test_a_place_among_ordinary_windows_and_its_critical_value(n: int) -> None:
    rng, found = np.random.default_rng(1), Tally()
    for k in range(n):
        ordinary = rng.standard_t(4, int(rng.choice([40, 99, 250])))
        scale = np.exp(rng.normal(0, 0.3, 60)) / 1.5 if k % 2 else None
        t = float(rng.normal(0, 4.5))
        said = judged(t, ordinary, scale)
        found.add(said.p, t - said.critical, t + said.critical)
    found.check(n)


@pytest.mark.parametrize("length", [1, 3])
@pytest.mark.parametrize("draws", [200, pytest.param(10_000, marks=pytest.mark.slow)])
def test_a_placebo_of_one_firm_in_calm_and_in_storms(length: int, draws: int) -> None:
    found, window = Tally(), Window(0, length - 1)
    for k, storm in enumerate((Storm(5, effect=2.0), Storm(5, -10, 2.0, effect=4.0))):
        for returns in series(50 + k, storm, length, draws // 2):
            said = placebo(returns, window, 0, draws=499)
            assert said.low is not None
            assert said.high is not None
            for p, low, high in zip(said.p_value.tolist(), said.low.tolist(), said.high.tolist(), strict=True):
                found.add(p, low, high)
    found.check(draws)


@pytest.mark.parametrize("n", [100, pytest.param(6_700, marks=pytest.mark.slow)])
def test_means_over_pairs(n: int) -> None:
    rng, found = np.random.default_rng(7), Tally()
    for _ in range(n):
        size = int(rng.integers(2, 9))
        days = tuple(rng.integers(0, 4, size).tolist())
        rho: list[list[float]] = np.corrcoef(rng.normal(size=(size, 30)) + rng.normal(size=30)).tolist()  # type: ignore[assignment]
        p = few_pairs.in_common(rho, days, 3)
        made = sample(tuple(rng.normal(0.04, 0.03, size)), tuple(rng.uniform(0.01, 0.03, size)), days, p, 1.1)
        for test in (bmp_adjusted, patell_guarded, caar_t):
            answer = test(made, "default")
            found.add(answer.p_value, *(answer.interval or (np.nan, np.nan)))
    found.check(int(1.5 * n))


class Study(NamedTuple):
    """A made-up study as users may run it."""

    events: pd.DataFrame
    prices: pd.DataFrame
    shares: pd.DataFrame
    accept: tuple[str, ...]
    """Doubts about prices that are believed all the same."""

    def run(self, **choices: Any) -> StudyResult:
        return EventStudy(
            benchmark="MKT",
            calendar=None,
            estimation_window=(-70, -11),
            event_window=(-2, 2),
            windows=[(0, 0), (-1, 1)],
            min_estimation=40,
            accept=self.accept,
            **choices,
        ).run(self.events, self.prices)


def _study(rng: np.random.Generator) -> Study:
    """One to six firms on one date or several, calm or in a storm.

    In one study of three a firm has no prices, in one of three a price near its event is a tenth of what it was, which is
    accepted in one of two.
    """
    n, days = int(rng.integers(1, 7)), SESSIONS[:120]
    names = [f"F{i}" for i in range(n)]
    own = 95 + (rng.integers(0, 4, n) if rng.random() < 0.5 else np.zeros(n, dtype=int))
    wild = np.where(np.arange(120) >= 85, rng.choice([1.0, 1.0, 2.0, 3.0]), 1.0)[:, None]
    market = 0.01 * rng.standard_t(5, (120, 1)) * wild
    returns = rng.uniform(0.5, 1.5, n) * market + 0.02 * rng.standard_t(5, (120, n)) * wild
    returns[own, np.arange(n)] += rng.normal(0, 0.06) + rng.normal(0, 0.02, n)
    table = pd.DataFrame(grown(np.column_stack([returns, market])), days, [*names, "MKT"])
    if n > 1 and rng.random() < 1 / 3:
        table.iloc[own[0] + int(rng.integers(0, 2)), 0] /= 10
    if n > 1 and rng.random() < 1 / 3:
        table[names[1]] = np.nan
    events = pd.DataFrame({"ticker": names, "date": [str(days[int(k)])[:10] for k in own]})
    events["event_id"] = events["date"]
    shares = pd.DataFrame({"ticker": names, "shares": rng.uniform(1e8, 1e9, n)})
    return Study(events, table, shares, DOUBTS if rng.random() < 0.5 else ())


Said = tuple[float, float, float, float]
"""An estimate, its p and the ends of its interval."""


def _said(made: Study, result: StudyResult) -> dict[str, list[Said]]:
    """Of the mean and of each group of pairs, of each firm, and of what they are worth."""
    found: dict[str, list[Said]] = {"means": [], "firms": [], "money": []}
    for window, answer in result.answers.items():
        p = answer.tests[answer.headline].p_value if answer.headline else np.nan
        found["means"].append((answer.caar, p, *(answer.interval or (np.nan, np.nan))))
        said = result.firm_answers[window]
        columns = (said.found.car, said.headline_p, said.low, said.high)
        found["firms"] += zip(*(column.tolist() for column in columns), strict=True)
    worth = impact(result, shares=made.shares)
    amounts = [(one.amount, one.headline_p) for one in worth.firms] + [
        (all_.amount, all_.headline_p) for all_ in worth.totals
    ]
    found["money"] += [(amount.abnormal, p, amount.low, amount.high) for amount, p in amounts]
    return found


@pytest.mark.parametrize(("seed", "runs"), [(1, 12), *(pytest.param(k, 100, marks=pytest.mark.slow) for k in (2, 3))])
def test_studies_through_run(seed: int, runs: int) -> None:
    """With pairs left out, with prices in doubt, and with doubts that are accepted."""
    rng, tallies = np.random.default_rng(seed), {what: Tally() for what in ("means", "firms", "money")}
    doubted = accepted = left_out = 0
    for _ in range(runs):
        made = _study(rng)
        result = made.run()
        doubted, left_out = doubted + bool(result.n_doubtful), left_out + bool(result.exclusions)
        accepted += bool(made.accept) and any(w.code in made.accept for w in result.warned)
        for what, several in _said(made, result).items():
            for _, p, low, high in several:
                tallies[what].add(p, low, high)
    for found in tallies.values():
        assert found.odd == []
        assert min(found.below, found.above) > runs // 6
    assert min(doubted, accepted, left_out) >= runs // 12


@pytest.mark.parametrize(("seed", "runs"), [(11, 2), pytest.param(12, 24, marks=pytest.mark.slow)])
def test_one_side_has_the_intervals_of_both_and_a_p_of_its_own_sign(seed: int, runs: int) -> None:
    """An estimate below zero has no p below 5 % for an effect above it; the two p lie around that of both sides."""
    rng, looked = np.random.default_rng(seed), 0
    for _ in range(runs):
        made = _study(rng)
        both, up, down = (_said(made, made.run(alternative=side)) for side in ("two-sided", "greater", "less"))
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
