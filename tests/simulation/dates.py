"""`python -m tests.simulation.dates`: several firms in calm and in storms, recent events, and what is judged together.

Firms of one date follow one market and one factor: R = .0003 + beta R_m + sigma eps, beta ~ U(.5, 1.5),
sigma ~ U(1 %, 4 %), R_m ~ t(4) with 1 %, eps = lambda F + sqrt(1 - lambda²) e, lambda ~ U(.3, .8); those of own dates have
paths of their own and sigma 2 %. 250 estimation days, days up to +15; in a storm everything moves `times` as much from day
`since` to `until`. Writes tests/simulation/dates.csv, a row a figure, with the draws, the seed and the day; `--only` one part.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from eventstudy import plugins
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.inference import Sample
from eventstudy.inference.multiple import romano_wolf_of_cells
from eventstudy.inference.placebo import placebo_sum
from eventstudy.panel import AFTER, Floats, Ints
from eventstudy.study.answers import levels_of, raised
from eventstudy.windows import Window

from tests.simulation.storms import ESTIMATION, EVENT, PLACEBO_WINDOWS, _fitted
from tests.worlds import shocks

SEED = 20261130
STORED = Path(__file__).with_name("dates.csv")
LEVEL = 0.05
WINDOWS = (Window(0, 0), Window(-1, 1), Window(-5, 5))
FIVE = (Window(0, 0), Window(-1, 1), Window(0, 1), Window(0, 5), Window(-5, 5))
DAYS = np.arange(ESTIMATION.start, EVENT.end + AFTER + 1)
DAY0 = -ESTIMATION.start
_STUDIES = 100
"""Studies that are made at once."""
GROUPS, TICKERS = 4, 20


@dataclass(frozen=True)
class Storm:
    """The law of errors, the days on which all moves so many times as much, what happened, and how far prices reach."""

    tails: int | None = 5
    garch: bool = False
    since: int = 0
    until: int = 99
    times: float = 1.0
    effect: float = 0.0
    """On day 0, in standard deviations of a day: of the portfolio of as many firms of the mean variance, each two of which have
    the mean r; of the firm where dates are its own."""
    last: int | None = None
    """The last day with prices."""

    @property
    def scale(self) -> Floats:
        """(T,)"""
        return np.where((self.since <= DAYS) & (self.until >= DAYS), self.times, 1.0)


CALM = {"normal": Storm(None), "t5": Storm(), "GARCH": Storm(garch=True)}
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
OF_ONE_DATE = CALM | STORMS | LATE | {"from -10, x1.25": Storm(since=-10, times=1.25)}
OF_OWN_DATES = {"t4": Storm(4)} | CALM | STORMS | {name: storm for name, storm in LATE.items() if "to" not in name}
ALONE = {"GARCH": Storm(garch=True), **STORMS, **LATE}
RECENT = {name: ALONE[name] for name in ("from -10, x2", "from -10, x1.5", "from -3, x2", "from -3, x1.5")}
"""Designs of A 4, A 5, A 1 (what `storms` does not have) and A 6, in the order of their seeds."""


def errors(rng: np.random.Generator, storm: Storm, shape: tuple[int, ...]) -> Floats:
    """Of variance one but for the storm."""
    return of_law(rng, shape, storm.tails, garch=storm.garch) * storm.scale


def of_law(rng: np.random.Generator, shape: tuple[int, ...], tails: int | None, *, garch: bool) -> Floats:
    """Of variance one; GARCH has a = .08, b = .90 and innovations of t(5), and has run for 300 days."""
    if not garch:
        return shocks(rng, shape, tails)
    made, variance, last = np.empty(shape), np.ones(shape[:-1]), np.zeros(shape[:-1])
    for t in range(-300, shape[-1]):
        variance = 0.02 + 0.08 * last**2 + 0.90 * variance
        last = np.sqrt(variance) * shocks(rng, shape[:-1], 5)
        if t >= 0:
            made[..., t] = last
    return made


def of_one_date(seed: int, storm: Storm, firms: int, studies: int) -> Iterator[tuple[Floats, Floats]]:
    """Parts of the studies: returns (S, N, T) and market (S, T)."""
    rng = np.random.default_rng(seed)
    for begin in range(0, studies, _STUDIES):
        n = min(_STUDIES, studies - begin)
        market = 0.01 * shocks(rng, (n, len(DAYS)), 4) * storm.scale
        load, sigma = rng.uniform(0.3, 0.8, (n, firms, 1)), rng.uniform(0.01, 0.04, (n, firms, 1))
        own = errors(rng, storm, (n, firms, len(DAYS)))
        common = errors(rng, storm, (n, 1, len(DAYS)))
        returns = 0.0003 + rng.uniform(0.5, 1.5, (n, firms, 1)) * market[:, None]
        returns += sigma * (load * common + np.sqrt(1 - load**2) * own)
        r = (load**2).mean(axis=1)
        variance = (sigma**2).mean(axis=1) * (r + (1 - r) / firms)
        returns[:, :, DAY0] += storm.effect * np.sqrt(variance)
        yield returns, market


def series_of(returns: Floats, market: Floats, last: int | None = None) -> AbnormalReturns:
    """Series (N, T), each with a market (N, T) of its own, as far as prices reach."""
    returns = returns.copy()
    if last is not None:
        returns[:, DAY0 + last + 1 :] = np.nan
    return _fitted(returns, market)


def judged(
    series: AbnormalReturns, window: Window, draws: int = PLACEBO_WINDOWS
) -> tuple[Floats, Floats, list[Floats]]:
    """(N,) p of `placebo`, its statistic on the scale of the near days, and that scale at each ordinary day."""
    said = plugins.load("tests", "placebo").compute(series, window, 0, draws=draws)
    return said.p_value, said.statistic / raised(said), levels_of(said)


Chosen = Callable[[str], bool]
"""Whether a design is wanted, by its name."""
Row = tuple[str, str, str, str, int, int]
"""Part, design, what, window; of how many draws how many."""


def _rejected(p: Floats) -> int:
    return int((p <= LEVEL).sum())


def one_date(draws: int, chosen: Chosen) -> Iterator[Row]:
    """A 4: the portfolio of the firms of one date, judged as one series."""
    effects = {f"{name}, effect 3": Storm(s.tails, s.garch, effect=3.0) for name, s in CALM.items()}
    for d, (name, storm) in enumerate((OF_ONE_DATE | effects).items()):
        if not chosen(name):
            continue
        for firms in (3, 20):
            parts = [(r.mean(axis=1), m) for r, m in of_one_date(SEED + 10 * d + firms, storm, firms, draws)]
            series = [series_of(*part) for part in parts]
            for window in WINDOWS:
                hits = sum(_rejected(judged(one, window)[0]) for one in series)
                yield "A4", f"{firms} firms, {name}", "placebo", str(window), draws, hits


def own_dates(draws: int, chosen: Chosen) -> Iterator[Row]:
    """A 5: three firms of their own dates, the sum of their placebo statistics."""
    effects = {f"normal, effect {k}": Storm(None, effect=float(k)) for k in (1, 2)}
    for d, (name, storm) in enumerate((OF_OWN_DATES | effects).items()):
        if not chosen(name):
            continue
        series = _firms(SEED + 500 + d, storm, 3 * draws)
        for window in WINDOWS[:1] if "effect" in name else WINDOWS:
            p = []
            for begin in range(0, 3 * draws, 3):
                part, at = series[begin // (3 * _STUDIES)], begin % (3 * _STUDIES)
                own = part.take(np.arange(at, at + 3))
                p.append(placebo_sum(Sample.of(own, window, draws=PLACEBO_WINDOWS), "default").p_value)
            yield "A5", f"3 own dates, {name}", "placebo_sum", str(window), draws, _rejected(np.array(p))


def _firms(seed: int, storm: Storm, n: int) -> list[AbnormalReturns]:
    """Firms with a market of their own each, sigma 2 %, in parts of three times `_STUDIES`."""
    rng, parts = np.random.default_rng(seed), range(0, n, 3 * _STUDIES)
    return [series_of(*paths(rng, storm, min(3 * _STUDIES, n - begin)), storm.last) for begin in parts]


def paths(rng: np.random.Generator, storm: Storm, n: int) -> tuple[Floats, Floats]:
    """(N, T) returns of firms, and of the market that each has of its own."""
    market = 0.01 * shocks(rng, (n, len(DAYS)), 4) * storm.scale
    returns = 0.0003 + rng.uniform(0.5, 1.5, (n, 1)) * market + 0.02 * errors(rng, storm, market.shape)
    returns[:, DAY0] += 0.02 * storm.effect
    return returns, market


def recent(draws: int, chosen: Chosen) -> Iterator[Row]:
    """A 6, and what A 1 has besides `storms`: one firm, with prices up to some days after the window."""
    for d, (name, storm) in enumerate(ALONE.items()):
        if not chosen(name):
            continue
        series = _firms(SEED + 700 + d, storm, draws)
        for window in WINDOWS:
            yield (
                "A1",
                f"one firm, {name}",
                "placebo",
                str(window),
                draws,
                sum(_rejected(judged(s, window)[0]) for s in series),
            )
    for d, (name, storm) in enumerate(RECENT.items()):
        if not chosen(name):
            continue
        for window in WINDOWS:
            for last in sorted({window.end, 5}):
                part = _firms(
                    SEED + 800 + d, Storm(storm.tails, since=storm.since, times=storm.times, last=last), draws
                )
                hits = sum(_rejected(judged(one, window)[0]) for one in part)
                yield "A6", f"one firm, {name}, prices to {last:+d}", "placebo", str(window), draws, hits


def power(draws: int, chosen: Chosen) -> Iterator[Row]:
    """A 2: one firm, with an effect of k standard deviations times the root of the length of the window on day 0."""
    for d, (name, storm) in enumerate({"normal": Storm(None), "t4": Storm(4), "GARCH": Storm(garch=True)}.items()):
        if not chosen(name):
            continue
        for k in (1, 2, 3, 4):
            for window in WINDOWS:
                moved = Storm(storm.tails, storm.garch, effect=k * float(np.sqrt(window.length)))
                series = _firms(SEED + 600 + 10 * d + k, moved, draws)
                hits = sum(_rejected(judged(one, window)[0]) for one in series)
                yield "A2", f"one firm, {name}, effect {k}", "placebo", str(window), draws, hits


def together(draws: int, chosen: Chosen) -> Iterator[Row]:
    """B 4: any window of all firms, of a group, of a ticker below 5 % where those are judged together; 20 firms of one date."""
    for d, (name, storm) in enumerate((CALM | STORMS).items()):
        if not chosen(name):
            continue
        counts = dict.fromkeys(("windows", "windows, raw", "groups x windows", "tickers x windows"), 0)
        tried = dict.fromkeys(counts, 0)
        for returns, market in of_one_date(SEED + 900 + d, storm, TICKERS, draws):
            n = len(returns)
            groups = returns.reshape(n, GROUPS, -1, len(DAYS)).mean(axis=2)
            families = {
                "windows": returns.mean(axis=1)[:, None],
                "groups x windows": groups,
                "tickers x windows": returns,
            }
            for what, cells in families.items():
                for p, left in zip(*judged_together(cells, market), strict=True):
                    counts[what] += bool((left <= LEVEL).any())
                    tried[what] += 1
                    if what == "windows":
                        counts["windows, raw"] += bool((p <= LEVEL).any())
                        tried["windows, raw"] += 1
        for what, count in counts.items():
            yield "B4", f"20 firms of one date, {name}", what, "five", tried[what], count


def judged_together(cells: Floats, market: Floats, draws: int = PLACEBO_WINDOWS) -> tuple[list[Floats], list[Floats]]:
    """For each study (S, W) p of its series and five windows, and what is left of them; `cells` (studies, S, T)."""
    n, size = cells.shape[:2]
    series = series_of(cells.reshape(n * size, -1), np.repeat(market, size, axis=0))
    each = [judged(series, window, draws) for window in FIVE]
    p, statistic = (np.stack([one[k] for one in each], axis=1) for k in (0, 1))
    own: Ints = np.repeat(np.arange(size), len(FIVE))
    left = []
    for begin in range(0, n * size, size):
        rows = slice(begin, begin + size)
        levels = [one[2][k] for k in range(begin, begin + size) for one in each]
        days, observed = series.studentised[rows], statistic[rows].ravel()
        adjusted = romano_wolf_of_cells(days, observed, own, list(FIVE) * size, 0, draws, levels)
        left.append(np.fmax(adjusted.reshape(size, -1), p[rows]))
    return [p[begin : begin + size] for begin in range(0, n * size, size)], left


PARTS: dict[str, Callable[[int, Chosen], Iterator[Row]]] = {
    "one date": one_date,
    "own dates": own_dates,
    "recent": recent,
    "power": power,
    "together": together,
}


def main() -> None:
    """Simulate and store."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.dates", description=__doc__)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--only", action="append", choices=list(PARTS))
    parser.add_argument("--design", action="append", help="these designs alone: normal, from -20, x1.5, ...")
    parser.add_argument("--output", type=Path, default=STORED)
    asked = parser.parse_args()
    for part in asked.only or PARTS:
        began = time.monotonic()
        for row in PARTS[part](asked.draws, lambda name: not asked.design or name in asked.design):
            keep(asked.output, row, SEED)
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
