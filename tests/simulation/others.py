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

from tests.simulation.firms import LAWS, LEVEL, Row, keep
from tests.simulation.pairs import DOUBTS
from tests.simulation.public import codes, said
from tests.worlds import grown, shocks

SEED = 20261202
STORED = Path(__file__).with_name("others.csv")
GAP = 10
"""Sessions between the estimation and the event window."""
THREE, FIVE = ((0, 0), (-1, 1), (-5, 5)), ((0, 0), (-1, 1), (0, 1), (0, 10), (-5, 5))
WIDE = ((0, 0), (0, 10), (-10, 10))


@dataclass(frozen=True)
class Design:
    """Firms, each with one event, and what their market does."""

    firms: int
    gap: int = 0
    """Sessions from one date to the next."""
    dates: int = 0
    """Dates that the firms have by turns; 0: each its own."""
    r: float = 0.3
    law: str = "t4"
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
    of_dates: tuple[int, ...] = ()
    """Firms of each date, in place of equally many."""
    uneven: bool = False
    """Standard deviations of a day from .5 % to 8 %, evenly on the scale of logarithms."""
    lacking: float = 0.0
    """Share of days on which a firm has no price."""
    again: int = 0
    """Each firm has a second event so many sessions after its first."""
    alternative: str = "two-sided"

    @property
    def calm(self) -> bool:
        return self.times == 1.0


OTHERS = {
    "1 firm, 60 days": Design(1, estimation=60),
    "1 firm, GARCH, 100 days": Design(1, law="GARCH", estimation=100, windows=FIVE),
    "1 firm, x1.5 from -20, 60 days": Design(1, since=-20, times=1.5, estimation=60),
    "1 firm, x2 from -10, 100 days": Design(1, law="normal", since=-10, times=2.0, estimation=100, windows=FIVE),
    "1 firm, x3 from -10": Design(1, since=-10, times=3.0),
    "1 firm, two in five days still": Design(1, still=0.4),
    "1 firm, net of the market, x2 from -10": Design(1, since=-10, times=2.0, model="market_adjusted"),
    "1 firm, constant mean, GARCH": Design(1, law="GARCH", model="constant_mean"),
    "3 firms of one date, r .6, x3 from -10": Design(3, dates=1, r=0.6, since=-10, times=3.0),
    "3 firms, 2 days apart, r .6": Design(3, gap=2, r=0.6),
    "3 firms, 30 days apart, still, x1.5 from -10": Design(3, gap=30, still=0.3, since=-10, times=1.5),
    "5 firms of one date, one wild": Design(5, dates=1, wild=True),
    "5 firms, 1 day apart, 100 days": Design(5, gap=1, estimation=100),
    "5 firms, 3 days apart, r .6, x2 from -20": Design(5, gap=3, r=0.6, since=-20, times=2.0),
    "5 firms, 30 days apart, one wild": Design(5, gap=30, wild=True),
    "20 firms of one date, r .6, GARCH, 60 days": Design(20, dates=1, r=0.6, law="GARCH", estimation=60, windows=FIVE),
    "20 firms, 1 day apart, r .6, 60 days": Design(20, gap=1, r=0.6, estimation=60),
    "20 firms, 5 days apart, r 0, GARCH": Design(20, gap=5, r=0.0, law="GARCH"),
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
    "1 firm, x2 from -15": Design(1, since=-15, times=2.0),
    "1 firm, x1.5 from -5": Design(1, since=-5, times=1.5),
    "1 firm, x2 from -5": Design(1, since=-5, times=2.0),
    "1 firm, t(3), one side": Design(1, law="t3", alternative="greater"),
    "1 firm, a tenth of its days lacking": Design(1, lacking=0.1),
    "1 firm, 40 days, t(3)": Design(1, law="t3", estimation=40),
    "2 firms of one date, r .5": Design(2, dates=1, r=0.5),
    "2 firms, 5 days apart, r .5, x1.5 from -15": Design(2, gap=5, r=0.5, since=-15, times=1.5),
    "2 firms, 60 days apart, x2 from -10": Design(2, gap=60, since=-10, times=2.0),
    "3 firms, 60 days apart, t(3), one side": Design(3, gap=60, law="t3", alternative="less"),
    "4 firms, 3 of one date and 1 of another": Design(4, gap=40, of_dates=(3, 1)),
    "4 firms, 1 day apart, r .5, uneven": Design(4, gap=1, r=0.5, uneven=True),
    "4 firms of one date, uneven, x2 from -15": Design(4, dates=1, uneven=True, since=-15, times=2.0),
    "5 firms, 2 and 3 of two dates": Design(5, gap=30, of_dates=(2, 3)),
    "8 firms, 7 of one date and 1 of another, r .5": Design(8, gap=30, r=0.5, of_dates=(7, 1)),
    "12 firms, 6 and 6, 3 days apart, r .4, t(3)": Design(12, 3, 2, r=0.4, law="t3"),
    "15 firms of one date, r .1, t(3), 60 days": Design(15, dates=1, r=0.1, law="t3", estimation=60),
    "15 firms, 7 days apart, [-10, +10] overlap": Design(15, gap=7, windows=WIDE),
    "30 firms, 2 days apart, [-10, +10] overlap, r .5": Design(30, gap=2, r=0.5, windows=WIDE),
    "12 firms, 10 days apart, uneven": Design(12, gap=10, uneven=True),
    "30 firms of one date, uneven, r .2": Design(30, dates=1, r=0.2, uneven=True),
    "30 firms, 6 dates 5 days apart, uneven, r .4": Design(30, 5, 6, r=0.4, uneven=True),
    "10 firms of one date, a twentieth of days lacking, r .4": Design(10, dates=1, r=0.4, lacking=0.05),
    "10 firms, 6 days apart, a twentieth of days lacking": Design(10, gap=6, lacking=0.05),
    "10 firms, 25 days apart, half of the days still": Design(10, gap=25, still=0.5),
    "10 firms, 4 days apart, x2 from -5": Design(10, gap=4, since=-5, times=2.0),
    "10 firms of one date, x2 from -15, groups of 5": Design(10, dates=1, since=-15, times=2.0, windows=FIVE, groups=2),
    "12 firms, 3 dates 30 days apart, groups, one side": Design(
        12, 30, 3, windows=FIVE, groups=3, alternative="greater"
    ),
    "25 firms, 5 groups, 2 days apart, r .5": Design(25, gap=2, r=0.5, windows=FIVE, groups=5),
    "6 firms, each twice, 30 days apart": Design(6, gap=15, again=30),
    "1 firm twice, 15 days apart": Design(1, again=15),
    "1 firm, GARCH, x1.5 from -10, one side": Design(1, law="GARCH", since=-10, times=1.5, alternative="greater"),
    "20 firms of one date, r .3, t(3), x1.5 from -15": Design(20, dates=1, law="t3", since=-15, times=1.5),
    "40 firms, 4 days apart, t(3), r .1": Design(40, gap=4, law="t3", r=0.1),
    "7 firms, 1 day apart, net of the market, r .5": Design(7, gap=1, r=0.5, model="market_adjusted"),
}


def days_of(design: Design) -> list[int]:
    """Day 0 of each firm, in sessions from the first of all."""
    if design.of_dates:
        return [design.gap * d for d, firms in enumerate(design.of_dates) for _ in range(firms)]
    return [design.gap * (i % (design.dates or design.firms)) for i in range(design.firms)]


def made(rng: np.random.Generator, design: Design) -> tuple[pd.DataFrame, list[int]]:
    """Prices of the firms and their market, and the row of day 0 of each firm."""
    width = max(end for _, end in design.windows)
    before = design.estimation + GAP + max(5, *(-start for start, _ in design.windows)) + 1
    day0 = [before + day for day in days_of(design)]
    total = max(day0) + design.again + width + AFTER + 1
    late = np.where(np.arange(total) >= before + design.since, design.times, 1.0)

    def drawn(n: int) -> Floats:
        return LAWS[design.law](rng, (n, total)) * late

    load = np.sqrt(np.clip(design.r * rng.uniform(0.7, 1.3, (design.firms, 1)), 0, 1))
    own, common, sigma = drawn(design.firms), drawn(1), rng.uniform(0.01, 0.04, (design.firms, 1))
    if design.uneven:
        sigma = 0.005 * 16 ** rng.uniform(0, 1, sigma.shape)
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
    if design.lacking:
        gone = rng.random((total, design.firms)) < design.lacking
        for i, row in enumerate(day0):  # a firm without its day 0 is no pair
            gone[row - 1 : row + 1, i] = False
        prices[:, :-1][gone] = np.nan
    names = [*(f"F{i}" for i in range(design.firms)), "MKT"]
    return pd.DataFrame(prices, pd.bdate_range("2010-01-04", periods=total), names), day0


def study(design: Design, prices: pd.DataFrame, day0: list[int]) -> StudyResult:
    """As users run it, but that sixty estimation days are enough."""
    rows = [*day0, *(row + design.again for row in day0)] if design.again else day0
    tickers = list(prices.columns[:-1]) * (len(rows) // design.firms)
    dates = [str(prices.index[row].date()) for row in rows]
    events = pd.DataFrame({"ticker": tickers, "date": dates, "event_id": [f"e{row}" for row in rows]})
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
        alternative=design.alternative,
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
        raw = float(np.fmin.reduce(list(found.values()), initial=np.nan))  # what is judged together is never smaller
        together = (one.p for one in result.adjusted.values()) if raw <= LEVEL else [raw]
        found["judged together", "windows"] = min(together, default=np.nan)
        if design.groups:
            found["judged together", "groups"] = min(one.p for one in result.adjusted_groups.values())
            if result.family is not None and result.family.romano_wolf is not None:
                found["judged together", "tickers"] = float(
                    np.fmin.reduce(result.family.romano_wolf, axis=None, initial=np.nan)
                )
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
