"""`python -m tests.simulation.pairs`: sizes, coverage and family-wise errors of tests over many pairs (REMEDIES B 1 to B 6).

R = .0003 + beta R_m + sigma eps on a calendar of their own in each study: beta ~ U(.5, 1.5), sigma ~ U(1 %, 4 %), R_m ~ t(4)
with 1 %, eps ~ t(5) with a factor in common, loadings U(.3, .8) (r about .30; `r` scales it); 250 estimation days. Writes
tests/simulation/pairs.csv, a row a figure, with the draws, the seed and the day; `--only` one part.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from eventstudy import EventStudy, plugins
from eventstudy.inference import Sample, advice
from eventstudy.inference.multiple import common_days, gaussian_step_down
from eventstudy.panel import AFTER, After, EventBlock, Floats, Ints
from eventstudy.study.answers import headline_of
from eventstudy.study.estimate import NearDays, around
from eventstudy.windows import Window

from tests.simulation.dates import Chosen, Row, keep
from tests.simulation.draws import EVENT, _fit

SEED = 20261129
STORED = Path(__file__).with_name("pairs.csv")
ESTIMATION = Window(-260, -11)
FIVE = tuple(Window(*w) for w in ((0, 0), (-1, 1), (0, 1), (0, 5), (-5, 5)))
DAY, THREE, ELEVEN = FIVE[0], FIVE[1], FIVE[4]
LEVEL = 0.05
_AT_ONCE = 100
"""Firms that are studied in one run."""
_FEW = 5
"""Fewer pairs are judged by the days near their windows."""


@dataclass(frozen=True)
class Design:
    """One pair a day 0 given, on a calendar that all share."""

    days: tuple[int, ...]
    """Day 0 of each pair, in sessions from the first."""
    firms: tuple[int, ...] = ()
    """The firm of each pair; none: each its own."""
    r: float = 0.3
    regime: float = 1.0
    """Factor on all deviations from ten sessions before the first event on."""
    own: float = 1.0
    """Factor on the errors of the firm on its own event days."""
    effect: float = 0.0
    """Added to day 0 of every pair."""
    by_risk: bool = False
    """The effect is proportional to sigma."""

    @property
    def n(self) -> int:
        return len(self.days)


def own(n: int, gap: int = 14) -> Design:
    return Design(tuple(gap * i for i in range(n)))


def many(n: int, dates: int, gap: int, r: float = 0.3) -> Design:
    return Design(tuple(gap * (i % dates) for i in range(n)), r=r)


def ticker(n: int, gap: int) -> Design:
    return Design(tuple(gap * i for i in range(n)), firms=(0,) * n)


def _t(rng: np.random.Generator, df: int, shape: tuple[int, ...]) -> Floats:
    drawn: Floats = rng.standard_t(df, shape) / np.sqrt(df / (df - 2))
    return drawn


class Made(NamedTuple):
    """One study as returns on the calendar that all share."""

    returns: Floats
    """(S, F)"""
    market: Floats
    """(S,)"""
    day0: Ints
    """(N,) row of day 0 of each pair."""
    firm: Ints
    """(N,) column of its firm."""
    effect: float
    """The mean effect of the pairs."""


def made(rng: np.random.Generator, design: Design) -> Made:
    """One study."""
    before = -ESTIMATION.start
    day0 = np.array(design.days) + before
    firm = np.array(design.firms or range(design.n))
    later = AFTER if design.n < _FEW else 0
    n_firms, total = int(firm.max()) + 1, int(day0.max()) + EVENT.end + later + 1
    load = rng.uniform(0.3, 0.8, n_firms) * np.sqrt(design.r / 0.3)
    eps = load * _t(rng, 5, (total, 1)) + np.sqrt(1 - load**2) * _t(rng, 5, (total, n_firms))
    market = 0.01 * _t(rng, 4, (total,))
    late = np.where(np.arange(total) >= day0.min() - 10, design.regime, 1.0)
    market, eps = market * late, eps * late[:, None]
    for f, day in zip(firm, day0, strict=True):
        eps[day - 5 : day + 6, f] *= design.own
    sigma, beta = rng.uniform(0.01, 0.04, n_firms), rng.uniform(0.5, 1.5, n_firms)
    returns = 0.0003 + np.outer(market, beta) + eps * sigma
    effect = design.effect * (sigma[firm] / 0.025 if design.by_risk else np.ones(design.n))
    np.add.at(returns, (day0, firm), effect)
    return Made(returns, market, day0, firm, float(effect.mean()))


def drawn(rng: np.random.Generator, design: Design) -> tuple[EventBlock, float]:
    """One study as a block, and the mean effect of its pairs."""
    one = made(rng, design)
    return block_of(one), one.effect


def block_of(one: Made) -> EventBlock:
    """The block of a study."""
    returns, market, day0, firm, _ = one
    dates, which = np.unique(day0, return_inverse=True)
    columns = np.arange(ESTIMATION.start, EVENT.end + 1)
    sessions = np.datetime64("2000-01-03") + np.arange(len(market))
    rows = dates[:, None] + columns
    return EventBlock(
        returns=returns[day0[:, None] + columns, firm[:, None]],
        regressors=market[rows][:, :, None],
        names=("benchmark",),
        design=which.astype(np.int64),
        sessions=sessions[rows],
        span=np.ones(rows.shape),
        estimation=ESTIMATION,
        event=EVENT,
        row=dates,
    )


def studies(design: Design, draws: int, seed: int) -> Iterator[tuple[Callable[[Window], Sample], float]]:
    """For each study its samples by window, and the mean effect."""
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        one = made(rng, design)
        yield samples(one), one.effect


def samples(one: Made, draws: int = 999) -> Callable[[Window], Sample]:
    """Its samples by window; of few pairs the days near the windows are looked at, as their headline does."""
    block = block_of(one)
    returns = _fit(block)
    if block.n_pairs < _FEW:
        days = np.unique(one.day0)[:, None] + EVENT.end + 1 + np.arange(AFTER)
        held = one.returns[days[block.design], one.firm[:, None]]
        after = After(held, one.market[days][:, :, None], np.datetime64("2000-01-03") + days)
        returns = around(returns, block, after, plugins.load("models", "market"), 30, NearDays())
    return lambda window: Sample.of(returns, window, block=block, draws=draws).in_regime()


def sizes(
    part: str, name: str, design: Design, tests: tuple[str, ...], windows: tuple[Window, ...], draws: int
) -> list[Row]:
    """True nulls rejected by some tests, and by the headline of the decision table."""
    hits: Counter[tuple[str, str]] = Counter()
    tried: Counter[tuple[str, str]] = Counter()
    for sample, _ in studies(design, draws, SEED):
        for window in windows:
            one = sample(window)
            answers = {test: plugins.load("tests", test).compute(one, "default") for test in tests}
            answers["headline"] = headline_of(one, advice.describe(one), {})[1]
            for test, answer in answers.items():
                if np.isfinite(answer.p_value):
                    tried[test, str(window)] += 1
                    hits[test, str(window)] += answer.p_value < LEVEL
    return [(part, name, test, window, tried[test, window], hits[test, window]) for test, window in tried]


def by_benchmark(name: str, design: Design, draws: int) -> list[Row]:
    """The guarded test on the scale that the tables of other code have: how much more the benchmark moved near the events.

    q, the mean over dates of (mean |x_t - x| over the days -10 to +5 but day 0, over that of estimation days)²; at least one.
    """
    rng, counts, test = np.random.default_rng(SEED), [0, 0], plugins.load("tests", "patell_guarded")
    for _ in range(draws):
        one = made(rng, design)
        q = float(np.mean([_moved(one.market, day) ** 2 for day in np.unique(one.day0)]))
        scale = max(1.0, q) ** 0.5
        counts[0] += test.compute(replace(samples(one)(DAY), scale=scale), "default").p_value < LEVEL
        counts[1] += scale > 1
    whats = ("patell_guarded by the benchmark", "benchmark moved more")
    return [("B5", name, what, str(DAY), draws, count) for what, count in zip(whats, counts, strict=True)]


def _moved(market: Floats, day0: int) -> float:
    ordinary, near = market[day0 + np.arange(-260, -10)], market[day0 + np.delete(np.arange(-10, 6), 10)]
    return float(np.abs(near - ordinary.mean()).mean() / np.abs(ordinary - ordinary.mean()).mean())


def coverage(name: str, design: Design, draws: int) -> list[Row]:
    """How often the headline's interval holds the mean effect, where there is one; and how often p contradicts it."""
    held = there = against = 0
    for sample, effect in studies(design, draws, SEED + 1):
        one = sample(DAY)
        answer = headline_of(one, advice.describe(one), {})[1]
        if answer.interval:
            low, high = answer.interval
            there, held = there + 1, held + (low <= effect <= high)
            against += answer.p_value != LEVEL and (low <= 0 <= high) != (answer.p_value > LEVEL)
    return [
        ("B3", name, "interval holds the mean", "[0, 0]", there, held),
        ("B3", name, "p contradicts", "[0, 0]", there, against),
    ]


def families(name: str, design: Design, draws: int) -> list[Row]:
    """Studies in which some window is below 5 %, as it is and judged together."""
    raw = together = 0
    limit = smallest_p()
    for sample, _ in studies(design, draws, SEED + 2):
        p = []
        for window in FIVE:
            one = sample(window)
            p.append(headline_of(one, advice.describe(one), {})[1].p_value)
        raw += min(p) < LEVEL
        together += min(p) < limit
    return [("B4", name, "raw", "five", draws, raw), ("B4", name, "judged together", "five", draws, together)]


@cache
def smallest_p() -> float:
    """The smallest of five p that is 5 % when they are judged together: that of the others does not matter for it."""
    low, high = LEVEL / 5, LEVEL
    for _ in range(14):
        middle = (low + high) / 2
        left = gaussian_step_down(np.array([middle, 0.9, 0.9, 0.9, 0.9]), common_days(FIVE), 0)[0]
        low, high = (middle, high) if left < LEVEL else (low, middle)
    return low


def masks(tau: float, draws: int) -> list[Row]:
    """Firms with four earlier events each, 70 % of each on its day and 30 % on the next, many in one `EventStudy.run`."""
    rows = []
    for near in (None, 1):
        rng, rejected = np.random.default_rng(SEED + 3), 0
        for begin in range(0, draws, _AT_ONCE):
            rejected += _rejected_of_masked(rng, tau, near, min(_AT_ONCE, draws - begin))
        rows.append(("B6", f"four earlier events, {100 * tau:g} %", f"exact_t, mask {near}", "[0, 0]", draws, rejected))
    return rows


def _rejected_of_masked(rng: np.random.Generator, tau: float, near: int | None, firms: int) -> int:
    """How many of some firms, each with a benchmark of its own, are below 5 % at their last event."""
    now = 285
    earlier = [now - 63 * k for k in (1, 2, 3, 4)]
    returns = np.empty((300, firms, 2))
    for i in range(firms):
        market = 0.01 * _t(rng, 4, (300,))
        own_returns = 0.0003 + rng.uniform(0.5, 1.5) * market + rng.uniform(0.01, 0.04) * _t(rng, 5, (300,))
        for day in earlier:
            size = tau * rng.standard_normal()
            own_returns[day] += 0.7 * size
            own_returns[day + 1] += 0.3 * size
        returns[:, i] = np.stack([own_returns, market], axis=1)
    names = [f"F{i}" for i in range(firms)]
    columns = [*names, *(f"M{i}" for i in range(firms))]
    sessions = pd.bdate_range("2015-01-01", periods=300)
    table = pd.DataFrame(100 * np.cumprod(1 + returns.swapaxes(1, 2).reshape(300, -1), axis=0), sessions, columns)
    days = [now, *earlier]
    events = pd.DataFrame(
        {
            "ticker": np.repeat(names, len(days)),
            "date": np.tile(sessions[days], firms),
            "event_id": [f"e{d}-{name}" for name in names for d in days],
            "benchmark": np.repeat(columns[firms:], len(days)),
        }
    )
    study = EventStudy(benchmark=None, calendar=None, mask_other_events=near, windows=[(0, 0)], min_estimation=60)
    result = study.run(events, table)
    last = np.array([pair.event_id.startswith(f"e{now}-") for pair in result.panel.pairs])
    assert last.sum() == firms
    return int((result.firm_answers[DAY].p[last] < LEVEL).sum())


OVERLAPPING = {
    "60 firms, 60 dates x3d": many(60, 60, 3),
    "30 dates x1d": many(30, 30, 1),
    "1 ticker, 12 events x5d": ticker(12, 5),
    "60 firms, 20 dates x3d": many(60, 20, 3),
    "20 firms, 10 dates x4d": many(20, 10, 4),
    "30 firms, 3 dates": many(30, 3, 60),
    "20 own": own(20),
}
WILD = {
    "20 own, firm-specific x1.5": replace(own(20), own=1.5),
    "3 dates, regime x2": replace(many(30, 3, 60), regime=2.0),
    "20 own, regime x2": replace(own(20), regime=2.0),
}
FEW = {f"{k} own": own(k) for k in (2, 3, 4)} | {"2 firms x 2 dates x3d": many(4, 2, 3)}
COVERED = {
    "20 own, 0 %": own(20),
    "20 own, 1 %": replace(own(20), effect=0.01),
    "20 own, by risk, 2 %": replace(own(20), effect=0.02, by_risk=True),
    "3 dates, 1 %": replace(many(30, 3, 60), effect=0.01),
    "3 own, 2 %": replace(own(3), effect=0.02),
}
EARLIER = (0.0, 0.1)
"""Standard deviations of the earlier events of B 6."""
JUDGED = {"20 own": own(20), "3 dates": many(30, 3, 60), "60 dates x3d": many(60, 60, 3)}


def designs() -> dict[tuple[str, str], Design]:
    """Every design but those of B 6, which go through `EventStudy.run` anyway, by its part and name."""
    few = {f"{name}, x{by:g}": replace(one, regime=by) for name, one in FEW.items() for by in (1.0, 2.0)}
    few |= {f"{name}, {100 * by:g} %": replace(one, effect=by) for name, one in FEW.items() for by in (0.02, 0.04)}
    of = {"B1": OVERLAPPING, "B2": WILD, "B3": COVERED, "B4": JUDGED, "B5": few}
    return {(part, name): design for part, named in of.items() for name, design in named.items()}


def named(part: str) -> dict[str, Design]:
    """The designs of a part by their names."""
    return {name: design for (of, name), design in designs().items() if of == part}


def parts(draws: int, chosen: Chosen = lambda _: True) -> dict[str, Iterator[Row]]:
    """The figures by part, each simulated as it is asked for."""
    in_event_time = ("cda", "corrado_rank", "grank_t", "patell_adjusted", "bmp", "bmp_adjusted")
    looked, both = ("patell", "patell_guarded", "bmp_adjusted"), (DAY, ELEVEN)

    def each(part: str, work: Callable[[str, Design], list[Row]]) -> Iterator[Row]:
        return (row for name, design in named(part).items() if chosen(name) for row in work(name, design))

    def few(name: str, design: Design) -> list[Row]:
        found = sizes("B5", name, design, looked, (DAY,) if design.effect else both, draws)
        return [*found, *by_benchmark(name, design, draws)]

    return {
        "B1": each("B1", lambda name, design: sizes("B1", name, design, in_event_time, both, draws)),
        "B2": each("B2", lambda name, design: sizes("B2", name, design, in_event_time, both, draws)),
        "B3": each("B3", lambda name, design: coverage(name, design, draws)),
        "B4": each("B4", lambda name, design: families(name, design, draws)),
        "B5": each("B5", few),
        "B6": (row for tau in EARLIER if chosen(f"{100 * tau:g} %") for row in masks(tau, draws)),
    }


def main() -> None:
    """Simulate and store."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.pairs", description=__doc__)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--only", action="append", choices=list(parts(1)))
    parser.add_argument("--design", action="append", help="these designs alone: 20 own, ...")
    parser.add_argument("--output", type=Path, default=STORED)
    asked = parser.parse_args()
    work = parts(asked.draws, lambda name: not asked.design or name in asked.design)
    for part in asked.only or work:
        began = time.monotonic()
        for row in work[part]:
            keep(asked.output, row, SEED)
        print(f"{part}: {time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
