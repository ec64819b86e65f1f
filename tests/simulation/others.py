"""`python -m tests.simulation.others`: designs that no rule was chosen on, all through `EventStudy.run` on prices.

Firms and dates, estimation windows, laws of errors, storms, thin trading, models and windows are mixed as no table of the
method has them: R = .0003 + beta R_m + sigma eps, beta ~ U(.5, 1.5), sigma ~ U(1 %, 4 %), eps = l F + sqrt(1 - l²) e with l²
near r. Writes tests/simulation/others.csv, a row a design and window: how many studies of no event were below 5 %, and of these
how many warned their reader.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from eventstudy import EventStudy
from eventstudy.panel import AFTER, Floats
from eventstudy.study.result import StudyResult

from tests.simulation.dates import LEVEL, Row, keep, of_law
from tests.simulation.public import DOUBTS, codes, said
from tests.worlds import grown, shocks

SEED = 20261202
STORED = Path(__file__).with_name("others.csv")
GAP = 10
"""Sessions between the estimation and the event window."""
THREE, FIVE = ((0, 0), (-1, 1), (-5, 5)), ((0, 0), (-1, 1), (0, 1), (0, 10), (-5, 5))


@dataclass(frozen=True)
class Design:
    """Firms, each with one event, and what their market does."""

    firms: int
    gap: int = 0
    """Sessions from one date to the next."""
    dates: int = 0
    """Dates that the firms have by turns; 0: each its own."""
    r: float = 0.3
    tails: int | None = 4
    garch: bool = False
    since: int = 0
    times: float = 1.0
    """From this day before the first event on, all moves so many times as much."""
    estimation: int = 250
    still: float = 0.0
    """Share of days on which a firm is not traded: its price stays."""
    wild: bool = False
    """The first firm has errors of t(3), four times as large."""
    model: str = "market"
    windows: tuple[tuple[int, int], ...] = THREE
    groups: int = 0

    @property
    def calm(self) -> bool:
        return self.times == 1.0


OTHERS = {
    "1 firm, 60 days": Design(1, estimation=60),
    "1 firm, GARCH, 100 days": Design(1, garch=True, estimation=100, windows=FIVE),
    "1 firm, x1.5 from -20, 60 days": Design(1, since=-20, times=1.5, estimation=60),
    "1 firm, x2 from -10, 100 days": Design(1, tails=None, since=-10, times=2.0, estimation=100, windows=FIVE),
    "1 firm, x3 from -10": Design(1, since=-10, times=3.0),
    "1 firm, two in five days still": Design(1, still=0.4),
    "1 firm, net of the market, x2 from -10": Design(1, since=-10, times=2.0, model="market_adjusted"),
    "1 firm, constant mean, GARCH": Design(1, garch=True, model="constant_mean"),
    "3 firms of one date, r .6, x3 from -10": Design(3, dates=1, r=0.6, since=-10, times=3.0),
    "3 firms, 2 days apart, r .6": Design(3, gap=2, r=0.6),
    "3 firms, 30 days apart, still, x1.5 from -10": Design(3, gap=30, still=0.3, since=-10, times=1.5),
    "5 firms of one date, one wild": Design(5, dates=1, wild=True),
    "5 firms, 1 day apart, 100 days": Design(5, gap=1, estimation=100),
    "5 firms, 3 days apart, r .6, x2 from -20": Design(5, gap=3, r=0.6, since=-20, times=2.0),
    "5 firms, 30 days apart, one wild": Design(5, gap=30, wild=True),
    "20 firms of one date, r .6, GARCH, 60 days": Design(20, dates=1, r=0.6, garch=True, estimation=60, windows=FIVE),
    "20 firms, 1 day apart, r .6, 60 days": Design(20, gap=1, r=0.6, estimation=60),
    "20 firms, 5 days apart, r 0, GARCH": Design(20, gap=5, r=0.0, garch=True),
    "20 firms, 10 dates 2 days apart, x1.5 from -10": Design(20, 2, 10, since=-10, times=1.5),
    "20 firms, 4 dates 3 days apart, constant mean, groups": Design(
        20, 3, 4, model="constant_mean", windows=FIVE, groups=4
    ),
    "20 firms of one date, x1.5 from -20, groups": Design(20, dates=1, since=-20, times=1.5, windows=FIVE, groups=4),
    "20 firms of one date, constant mean": Design(20, dates=1, model="constant_mean"),
    "60 firms, 20 dates 2 days apart, net of the market": Design(60, 2, 20, model="market_adjusted"),
    "6 firms, 2 dates 20 days apart, r .6": Design(6, 20, 2, r=0.6),
    "20 firms, 2 dates 1 day apart, r .6": Design(20, 1, 2, r=0.6),
    "20 firms, 3 dates 40 days apart, one wild, 60 days": Design(20, 40, 3, wild=True, estimation=60),
    "60 firms, 1 day apart, x2 from -10": Design(60, gap=1, since=-10, times=2.0),
}


def made(rng: np.random.Generator, design: Design) -> tuple[pd.DataFrame, list[int]]:
    """Prices of the firms and their market, and the row of day 0 of each firm."""
    width = max(end for _, end in design.windows)
    before = design.estimation + GAP + max(5, *(-start for start, _ in design.windows)) + 1
    day0 = [before + design.gap * (i % (design.dates or design.firms)) for i in range(design.firms)]
    total = max(day0) + width + AFTER + 1
    late = np.where(np.arange(total) >= before + design.since, design.times, 1.0)

    def drawn(n: int) -> Floats:
        return of_law(rng, (n, total), design.tails, garch=design.garch) * late

    load = np.sqrt(np.clip(design.r * rng.uniform(0.7, 1.3, (design.firms, 1)), 0, 1))
    own, common, sigma = drawn(design.firms), drawn(1), rng.uniform(0.01, 0.04, (design.firms, 1))
    if design.wild:
        own[0], sigma[0] = shocks(rng, (total,), 3) * late, 0.08
    market = 0.01 * shocks(rng, (total,), 4) * late
    returns = 0.0003 + rng.uniform(0.5, 1.5, (design.firms, 1)) * market
    returns += sigma * (load * common + np.sqrt(1 - load**2) * own)
    prices = grown(np.column_stack([np.maximum(returns, -0.9).T, market]))
    if design.still:
        still = rng.random((total, design.firms)) < design.still
        still[0] = False
        kept = np.maximum.accumulate(np.where(still, 0, np.arange(total)[:, None]), axis=0)
        prices[:, :-1] = np.take_along_axis(prices[:, :-1], kept, axis=0)
    names = [*(f"F{i}" for i in range(design.firms)), "MKT"]
    return pd.DataFrame(prices, pd.bdate_range("2010-01-04", periods=total), names), day0


def study(design: Design, prices: pd.DataFrame, day0: list[int]) -> StudyResult:
    """As users run it, but that sixty estimation days are enough."""
    events = pd.DataFrame(
        {
            "ticker": list(prices.columns[:-1]),
            "date": [str(prices.index[row].date()) for row in day0],
            "event_id": [f"e{row}" for row in day0],
        }
    )
    if design.groups:
        events["group"] = [f"G{i % design.groups}" for i in range(design.firms)]
    ends = [min(-5, *(start for start, _ in design.windows)), max(5, *(end for _, end in design.windows))]
    last = ends[0] - GAP
    return EventStudy(
        benchmark="MKT",
        calendar=None,
        model=design.model,
        estimation_window=(last - design.estimation + 1, last),
        event_window=(ends[0], ends[1]),
        windows=list(design.windows),
        min_estimation=min(100, design.estimation - 10),
        accept=DOUBTS,
    ).run(events, prices)


TOLD = ("VOLATILITY_REGIME", "REGIME_UNKNOWN", "THIN_TRADING", "SHORT_ESTIMATION", "FEW_EVENTS")
"""Warnings that tell a reader that the headline may reject too often."""


def simulated(name: str, design: Design, draws: int) -> Iterator[Row]:
    """A row a window and family; and how many of the studies below 5 % had each warning."""
    rng = np.random.default_rng([SEED, *name.encode()])
    tried: Counter[tuple[str, str]] = Counter()
    hits: Counter[tuple[str, str]] = Counter()
    warned: Counter[tuple[str, str, str]] = Counter()
    for _ in range(draws):
        result = study(design, *made(rng, design))
        found = {("headline", str(window)): said(result, window) for window in result.config.windows or ()}
        found["judged together", "windows"] = min((one.p for one in result.adjusted.values()), default=np.nan)
        if design.groups:
            found["judged together", "groups"] = min(one.p for one in result.adjusted_groups.values())
            if result.family is not None and result.family.romano_wolf is not None:
                found["judged together", "tickers"] = float(np.nanmin(result.family.romano_wolf))
        for cell, p in found.items():
            if np.isfinite(p):
                tried[cell] += 1
                if p <= LEVEL:
                    hits[cell] += 1
                    warned.update((*cell, code) for code in codes(result).intersection(TOLD))
    for cell, n in tried.items():
        yield "other", name, *cell, n, hits[cell]
        for code in TOLD:
            if hits[cell]:
                yield "other", name, f"{cell[0]}, {code}", cell[1], hits[cell], warned[(*cell, code)]


def main() -> None:
    """Simulate and store."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.others", description=__doc__)
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--design", action="append", choices=list(OTHERS))
    parser.add_argument("--output", type=Path, default=STORED)
    asked = parser.parse_args()
    for name in asked.design or OTHERS:
        began = time.monotonic()
        for row in simulated(name, OTHERS[name], asked.draws):
            keep(asked.output, row, SEED)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
