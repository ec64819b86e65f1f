"""`python -m tests.simulation.firms`: one firm in calm and in storms, with effects, and with prices that end early.

R = .0003 + beta R_m + .02 e with a path of its own each, beta ~ U(.5, 1.5), R_m ~ t(4) with 1 %; days up to ten sessions after
the event window; in a storm firm and market move `times` as much from day `since` to `until`. Of each design the headline is
counted, its p without and always on the scale of the near days, and the exact t. Writes tests/simulation/firms.csv, a row a
figure, with the draws, the seed and the day; `--only` one part.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from eventstudy import plugins
from eventstudy.engine.abnormal import AbnormalReturns, cumulate
from eventstudy.inference.placebo import _by_days, serial, share_beyond
from eventstudy.inference.regime import regimes
from eventstudy.panel import AFTER, After, Bools, EventBlock, Floats, Ints
from eventstudy.study.answers import levels_of, raised
from eventstudy.study.estimate import NearDays, abnormal_returns, around
from eventstudy.units.windows import Window
from scipy import stats

from tests.oracles.designs import distinct_days
from tests.worlds import shocks

SEED = 20261130
STORED = Path(__file__).with_name("firms.csv")
LEVEL, PLACEBO_WINDOWS = 0.05, 1999
EVENT = Window(-5, 5)
DAY, THREE, ELEVEN, WIDE = Window(0, 0), Window(-1, 1), EVENT, Window(-10, 10)
WINDOWS = (DAY, THREE, ELEVEN)
FIVE = (DAY, THREE, Window(0, 1), Window(0, 5), ELEVEN)
SIGMA, DRIFT = 0.02, 0.0003
_AT_ONCE = 300
_SAME = 1e-12


@dataclass(frozen=True)
class Span:
    """The days of a made-up firm: M estimation days up to day -11, the event window, and ten sessions after it."""

    m: int = 250
    event: Window = EVENT

    @property
    def estimation(self) -> Window:
        return Window(-10 - self.m, -11)

    @cached_property
    def days(self) -> Ints:
        """(T,)"""
        return np.arange(-10 - self.m, self.event.end + AFTER + 1)

    @property
    def day0(self) -> int:
        return 10 + self.m


SPAN = Span()
ESTIMATION, DAYS, DAY0 = SPAN.estimation, SPAN.days, SPAN.day0


def _garch(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """a = .08, b = .90 and innovations of t(5), after 300 days."""
    made, variance, last = np.empty(shape), np.ones(shape[:-1]), np.zeros(shape[:-1])
    for t in range(-300, shape[-1]):
        variance = 0.02 + 0.08 * last**2 + 0.90 * variance
        last = np.sqrt(variance) * shocks(rng, shape[:-1], 5)
        if t >= 0:
            made[..., t] = last
    return made


def _lognormal(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """exp(z / 2), less its mean and over its standard deviation."""
    drawn = np.exp(rng.standard_normal(shape) / 2)
    made: Floats = (drawn - np.exp(1 / 8)) / np.sqrt(np.exp(1 / 2) - np.exp(1 / 4))
    return made


def _bounce(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Normal, and prices that are bid or ask by chance, 3 % apart: half a spread is .75 of a day's standard deviation."""
    side = rng.choice((-0.75, 0.75), size=(*shape[:-1], shape[-1] + 1))
    return rng.standard_normal(shape) + np.diff(side, axis=-1)


def _jumps(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Normal, and on one day of a hundred another draw that is eight times as large."""
    return rng.standard_normal(shape) + 8 * (rng.random(shape) < 0.01) * rng.standard_normal(shape)


Law = Callable[[np.random.Generator, tuple[int, ...]], Floats]
LAWS: Mapping[str, Law] = {
    "normal": shocks,
    "t3": partial(shocks, tails=3),
    "t3.5": partial(shocks, tails=3.5),
    "t4": partial(shocks, tails=4),
    "t5": partial(shocks, tails=5),
    "lognormal": _lognormal,
    "GARCH": _garch,
    "bounce": _bounce,
    "jumps": _jumps,
}
"""Errors of variance one, but for what bounces and jumps add."""


@dataclass(frozen=True)
class Storm:
    """The law of errors, the days on which all moves so many times as much, what happened, and how far prices reach."""

    law: str = "t5"
    since: int = 0
    until: int = 99
    times: float = 1.0
    only: tuple[str, ...] = ("own", "common", "market")
    """What moves so: `own` errors, what firms have in `common`, the `market`."""
    effect: float = 0.0
    """On day 0, in standard deviations of a day: of the portfolio of as many firms of the mean variance, each two of which have
    the mean r; of the firm where dates are its own."""
    news: float = 0.0
    """As `effect`, on day +3."""
    apart: float = 0.0
    """Standard deviation of an effect on day 0 that each firm has of its own."""
    last: int | None = None
    """The last day with prices."""

    def scale(self, what: str, days: Ints = DAYS) -> Floats:
        """(T,) of the `own` errors, of what is `common`, or of the `market`."""
        stormy = (self.since <= days) & (self.until >= days) & (what in self.only)
        return np.where(stormy, self.times, 1.0)

    def errors(self, rng: np.random.Generator, shape: tuple[int, ...], what: str = "own", days: Ints = DAYS) -> Floats:
        """Of variance one but for the storm."""
        return LAWS[self.law](rng, shape) * self.scale(what, days)


CALM = {"normal": Storm("normal"), "t5": Storm(), "GARCH": Storm("GARCH")}
STORMS = {
    "from -10, x2": Storm(since=-10, times=2.0),
    "from -10, x1.5": Storm(since=-10, times=1.5),
    "from -20, x2": Storm(since=-20, times=2.0),
    "from -20, x1.5": Storm(since=-20, times=1.5),
}
LATE = {
    "from -3, x2": Storm(since=-3, times=2.0),
    "from -3, x1.5": Storm(since=-3, times=1.5),
    "from -10 to +7, x2": Storm(since=-10, until=7, times=2.0),
}
ALONE = {
    "GARCH": Storm("GARCH"),
    **STORMS,
    **LATE,
    "normal": Storm("normal"),
    "t4": Storm("t4"),
    "lognormal": Storm("lognormal"),
    "from -10, x1.25": Storm(since=-10, times=1.25),
    "from -10 to +7, x1.5": Storm(since=-10, until=7, times=1.5),
    "from -3, x1.25": Storm(since=-3, times=1.25),
    "from -10, x2, normal": Storm("normal", since=-10, times=2.0),
    "from -3, x2, normal": Storm("normal", since=-3, times=2.0),
    "from -10, x2, firm alone": Storm(since=-10, times=2.0, only=("own",)),
    "from -10, x2, market alone": Storm(since=-10, times=2.0, only=("market",)),
    "normal, 8 standard deviations on day +3": Storm("normal", news=8.0),
}
"""Designs of A 1 in the order of their seeds, and the earnings day of A 6."""
SHORT = {
    name: ALONE[name]
    for name in ("normal", "t4", "lognormal", "GARCH", "from -10, x2", "from -10, x1.5", "from -3, x2", "from -3, x1.5")
}
"""Designs of A 1 with 100 estimation days."""
RECENT = {name: ALONE[name] for name in ("from -10, x2", "from -10, x1.5", "from -3, x2", "from -3, x1.5")}
"""Designs of A 6."""
MOVED = {name: Storm(name) for name in ("normal", "t4", "GARCH", "lognormal")}
"""Laws of A 2."""
BY_LENGTH = ("normal", "t4", "lognormal", "bounce", "GARCH", "jumps")
"""Laws of the table of windows of 1 to 21 days, with 100, 150 and 250 estimation days."""


def paths(rng: np.random.Generator, storm: Storm, n: int, days: Ints = DAYS) -> tuple[Floats, Floats]:
    """(N, T) returns of firms, and of the market that each has of its own."""
    market = 0.01 * shocks(rng, (n, len(days)), 4) * storm.scale("market", days)
    returns = DRIFT + rng.uniform(0.5, 1.5, (n, 1)) * market + SIGMA * storm.errors(rng, market.shape, days=days)
    returns[:, days == 0] += SIGMA * storm.effect
    returns[:, days == 3] += SIGMA * storm.news
    return returns, market


def series_of(returns: Floats, market: Floats, last: int | None = None, span: Span = SPAN) -> AbnormalReturns:
    """Series (N, T), each with a market (N, T) of its own, as far as prices reach, fitted by the engine's own model."""
    returns = returns.copy()
    if last is not None:
        returns[:, span.day0 + last + 1 :] = np.nan
    n, end = len(returns), span.day0 + span.event.end + 1
    days = distinct_days(n, returns.shape[1])
    block = EventBlock(
        returns=returns[:, :end],
        regressors=market[:, :end, None],
        names=("benchmark",),
        design=np.arange(n),
        sessions=days[:, :end],
        span=np.ones((n, end)),
        estimation=span.estimation,
        event=span.event,
    )
    model = plugins.load("models", "market")
    made = abnormal_returns(block, model.fit(block, 100), np.full(n, span.event.end), prediction_error=True)
    after = After(returns[:, end:], market[:, end:, None], days[:, end:])
    return around(made, block, after, model, 100, NearDays(asked=True))


def drawn(seed: int, storm: Storm, n: int, span: Span = SPAN) -> Iterator[AbnormalReturns]:
    """N firms with a market of their own each, in parts."""
    rng = np.random.default_rng(seed)
    for begin in range(0, n, _AT_ONCE):
        yield series_of(*paths(rng, storm, min(_AT_ONCE, n - begin), span.days), storm.last, span)


def judged(
    series: AbnormalReturns, window: Window, draws: int = PLACEBO_WINDOWS
) -> tuple[Floats, Floats, list[Floats]]:
    """(N,) p of `placebo`, its statistic on the scale of the near days, and that scale at each ordinary day."""
    said = plugins.load("tests", "placebo").compute(series, window, 0, draws=draws)
    return said.p_value, said.statistic / raised(said), levels_of(said)


class Ways(NamedTuple):
    """(N,) p of one window by several rules, and whether a storm is told; NaN where a rule cannot speak."""

    placebo: Floats
    unscaled: Floats
    """`placebo` of ordinary days as they are (`regime="never"`)."""
    always: Floats
    """`placebo` always on the scale of the near days."""
    exact_t: Floats
    told: Bools


def ways(
    series: AbnormalReturns, window: Window, effects: Sequence[float] = (0.0,), draws: int = PLACEBO_WINDOWS
) -> list[Ways]:
    """What each rule says after each of some effects came to the window.

    `placebo` by its own parts: ordinary windows and near days are looked at once, and neither moves with the effect.
    """
    found, near, n = cumulate(series, window), regimes(series, window), series.n
    assert near is not None
    kappa = serial(series.residuals, found.n_days)[0] if window.length > 1 else np.ones(n)
    t = np.abs(found.car + np.array(effects)[:, None]) / found.se
    limits = t / np.sqrt(kappa) * (1 - _SAME)
    plain, scaled = np.full(t.shape, np.nan), np.full(t.shape, np.nan)
    for which, sizes, _ in _by_days(series, found, np.ones(n, dtype=bool), 0, draws):
        for i, ordinary in zip(which.tolist(), np.sort(np.abs(sizes), axis=1), strict=True):
            scale = np.sort(near.scales[i])
            for e, limit in enumerate(limits[:, i].tolist()):
                plain[e, i] = share_beyond(ordinary, np.array([limit]))
                if len(scale):
                    scaled[e, i] = share_beyond(ordinary, limit * scale)
    by_t = 2 * stats.t.sf(t, series.df)
    said = zip(np.where(near.used, scaled, plain), plain, scaled, by_t, strict=True)
    return [Ways(*of_effect, near.used) for of_effect in said]


Chosen = Callable[[str], bool]
"""Whether a design is wanted, by its name."""
Row = tuple[str, str, str, str, int, int]
"""Part, design, what, window; of how many draws how many."""


class Tally:
    """How many of some firms each rule is below 5 % for."""

    def __init__(self) -> None:
        self.counts, self.tried = dict.fromkeys(Ways._fields, 0), 0

    def add(self, said: Ways) -> None:
        self.tried += len(said.told)
        for what, values in said._asdict().items():
            self.counts[what] += int((values if what == "told" else values <= LEVEL).sum())

    def rows(self, part: str, design: str, window: Window, by_t: str = "exact_t") -> Iterator[Row]:
        """A row a rule; `by_t`: the name that the exact t goes by."""
        for what, count in self.counts.items():
            yield part, design, by_t if what == "exact_t" else what, str(window), self.tried, count


def sizes(draws: int, chosen: Chosen) -> Iterator[Row]:
    """A 1: true nulls that are rejected, one firm."""
    for d, (name, storm) in enumerate(ALONE.items()):
        if chosen(name):
            yield from _counted("A1", f"one firm, {name}", SEED + 700 + d, storm, draws)
    for d, (name, storm) in enumerate(SHORT.items()):
        if chosen(f"{name}, M 100"):
            yield from _counted("A1", f"one firm, {name}, M 100", SEED + 750 + d, storm, draws, Span(100))


def _counted(part: str, design: str, seed: int, storm: Storm, draws: int, span: Span = SPAN) -> Iterator[Row]:
    last = min(2 if storm.news else EVENT.end, EVENT.end if storm.last is None else storm.last)
    tallies = {window: Tally() for window in WINDOWS if window.end <= last}
    for series in drawn(seed, storm, draws, span):
        for window, tally in tallies.items():
            tally.add(*ways(series, window))
    for window, tally in tallies.items():
        yield from tally.rows(part, design, window)


def recent(draws: int, chosen: Chosen) -> Iterator[Row]:
    """A 6: one firm, with prices up to some days after the window."""
    for d, (name, storm) in enumerate(RECENT.items()):
        if chosen(name):
            for last in (0, 1, 5):
                for row in _counted(
                    "A6", f"one firm, {name}, prices to {last:+d}", SEED + 800 + d, replace(storm, last=last), draws
                ):
                    if last == 5 or row[3] == str(DAY if last == 0 else THREE):
                        yield row


def power(draws: int, chosen: Chosen) -> Iterator[Row]:
    """A 2: one firm, with an effect of k standard deviations times the root of the length of the window on day 0."""
    for d, (name, storm) in enumerate(MOVED.items()):
        for k in (1, 2, 3, 4):
            if not chosen(name):
                continue
            tallies = {window: Tally() for window in WINDOWS}
            for series in drawn(SEED + 600 + 10 * d + k, storm, draws):
                for window, tally in tallies.items():
                    tally.add(*ways(series, window, [k * _sd(window)]))
            for window, tally in tallies.items():
                yield from tally.rows("A2", f"one firm, {name}, effect {k}", window)


def lengths(draws: int, chosen: Chosen) -> Iterator[Row]:
    """Windows of 1 to 21 days with 100 to 250 estimation days: sizes under six laws, and effects on one day."""
    for d, law in enumerate(BY_LENGTH):
        for m in (100, 150, 250):
            if not chosen(f"{law}, M {m}"):
                continue
            effects = {"": 0.0}
            if law in ("normal", "t4"):
                effects |= {", effect 3": np.nan, ", -30 %": -0.3, ", -90 %": -0.9}
            tallies = {(name, window): Tally() for window in (*WINDOWS, WIDE) for name in effects}
            for series in drawn(SEED + 1000 + 10 * d + m, Storm(law), draws, Span(m, WIDE)):
                for window in (*WINDOWS, WIDE):
                    moved = [3 * _sd(window) if np.isnan(effect) else effect for effect in effects.values()]
                    for name, said in zip(effects, ways(series, window, moved), strict=True):
                        tallies[name, window].add(said)
            for (name, window), tally in tallies.items():
                yield from tally.rows("A B1", f"one firm, {law}, M {m}{name}", window)


def _sd(window: Window) -> float:
    """The standard deviation of a sum over the window."""
    return SIGMA * float(np.sqrt(window.length))


PARTS: dict[str, Callable[[int, Chosen], Iterator[Row]]] = {
    "sizes": sizes,
    "recent": recent,
    "power": power,
    "lengths": lengths,
}


def main() -> None:
    """Simulate and store."""
    simulate(__doc__, PARTS, STORED)


def simulate(
    told: str | None, parts: Mapping[str, Callable[[int, Chosen], Iterator[Row]]], stored: Path, seed: int = SEED
) -> None:
    """Of a module that is run: its parts, or some of them, into its table."""
    parser = argparse.ArgumentParser(prog=f"python -m tests.simulation.{stored.stem}", description=told)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--only", action="append", choices=list(parts))
    parser.add_argument("--design", action="append", help="these designs alone: normal, from -20, x1.5, ...")
    parser.add_argument("--output", type=Path, default=stored)
    asked = parser.parse_args()
    for part in asked.only or parts:
        began = time.monotonic()
        for row in parts[part](asked.draws, lambda name: not asked.design or name in asked.design):
            keep(asked.output, row, seed)
            print(row, flush=True)
        print(f"{part}: {time.monotonic() - began:.0f} s", file=sys.stderr)


def keep(path: Path, row: Row, seed: int) -> None:
    """Put one row into the table, in the place of an earlier one of the same name."""
    held: list[dict[str, str]] = []
    if path.exists():
        with path.open(encoding="utf-8") as file:
            held = list(csv.DictReader(file))
    names = ("part", "design", "what", "window", "draws", "counted")
    new = dict(zip(names, map(str, row), strict=True))
    held = [old for old in held if any(old[name] != new[name] for name in names[:4])]
    held.append(new | {"seed": str(seed), "made": datetime.now(UTC).date().isoformat()})
    held.sort(key=lambda old: tuple(old[name] for name in names[:4]))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(held[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(held)


if __name__ == "__main__":
    main()
