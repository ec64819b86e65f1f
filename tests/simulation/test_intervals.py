"""No interval contradicts the p beside it: zero lies outside where p is below 5 %, and inside where it is above.

A hundred thousand samples at the level of functions and four hundred studies through `run`, in money too, in the slow tier; a
few hundred and a dozen of them in the plain one. Effects are of a size that is found about half of the time. On 2026-11-29
two thousand studies were run, 500 of each seed from 2 to 5, with none that contradicts itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy
from eventstudy.analyses.impact import impact
from eventstudy.inference.parametric import bmp_adjusted, caar_t, patell_guarded
from eventstudy.inference.placebo import judged, placebo
from eventstudy.windows import Window

from tests.oracles import few_pairs
from tests.oracles.test_few_pairs import sample
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


def _study(rng: np.random.Generator, **choices: Any) -> tuple[Any, pd.DataFrame]:
    """A study of one to six firms on one date or several, calm or in a storm, and their shares outstanding."""
    n, days = int(rng.integers(1, 7)), SESSIONS[:120]
    names = [f"F{i}" for i in range(n)]
    own = 95 + (rng.integers(0, 4, n) if rng.random() < 0.5 else np.zeros(n, dtype=int))
    wild = np.where(np.arange(120) >= 85, rng.choice([1.0, 1.0, 2.0, 3.0]), 1.0)[:, None]
    market = 0.01 * rng.standard_t(5, (120, 1)) * wild
    returns = rng.uniform(0.5, 1.5, n) * market + 0.02 * rng.standard_t(5, (120, n)) * wild
    returns[own, np.arange(n)] += rng.normal(0, 0.06) + rng.normal(0, 0.02, n)
    table = pd.DataFrame(grown(np.column_stack([returns, market])), days, [*names, "MKT"])
    events = pd.DataFrame({"ticker": names, "date": [str(days[int(k)])[:10] for k in own], "event_id": "made-up"})
    study = EventStudy(
        benchmark="MKT",
        calendar=None,
        estimation_window=(-70, -11),
        event_window=(-2, 2),
        windows=[(0, 0), (-1, 1)],
        min_estimation=40,
        **choices,
    )
    shares = pd.DataFrame({"ticker": names, "shares": rng.uniform(1e8, 1e9, n)})
    return study.run(events, table), shares


@pytest.mark.parametrize(
    ("seed", "runs"), [(1, 12), *(pytest.param(k, 100, marks=pytest.mark.slow) for k in range(2, 6))]
)
def test_studies_through_run(seed: int, runs: int) -> None:
    """The mean, each group of one date, each firm, and what they are worth."""
    rng, together, firms, money = np.random.default_rng(seed), Tally(), Tally(), Tally()
    for _ in range(runs):
        result, shares = _study(rng)
        for window, answer in result.answers.items():
            p = answer.tests[answer.headline].p_value if answer.headline else np.nan
            together.add(p, *(answer.interval or (np.nan, np.nan)))
            said = result.firm_answers[window]
            for values in zip(said.headline_p.tolist(), said.low.tolist(), said.high.tolist(), strict=True):
                firms.add(*values)
        worth = impact(result, shares=shares)
        for firm in worth.firms:
            money.add(firm.headline_p, firm.amount.low, firm.amount.high)
        for total in worth.totals:
            money.add(total.headline_p, total.amount.low, total.amount.high)
    for found in (together, firms, money):
        assert found.odd == []
        assert min(found.below, found.above) > runs // 6
