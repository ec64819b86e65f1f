"""`python -m tests.simulation.dates`: several firms in calm and in storms, and what is judged together.

Firms of one date follow one market and one factor: R = .0003 + beta R_m + sigma eps, beta ~ U(.5, 1.5),
sigma ~ U(1 %, 4 %), R_m ~ t(4) with 1 %, eps = lambda F + sqrt(1 - lambda²) e, lambda ~ U(.3, .8); those of own dates have
paths of their own and sigma 2 %, as in `firms`. Writes tests/simulation/dates.csv, a row a figure, with the draws, the seed and
the day; `--only` one part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from eventstudy import plugins
from eventstudy.inference import Sample
from eventstudy.inference.multiple import romano_wolf_of_cells
from eventstudy.inference.placebo import placebo_sum
from eventstudy.panel import Floats, Ints
from eventstudy.units.windows import Window

from tests.simulation.firms import (
    CALM,
    DAY0,
    DAYS,
    DRIFT,
    FIVE,
    LATE,
    LEVEL,
    PLACEBO_WINDOWS,
    SEED,
    STORMS,
    WINDOWS,
    Chosen,
    Row,
    Storm,
    Tally,
    drawn,
    judged,
    series_of,
    simulate,
    ways,
)
from tests.worlds import shocks

STORED = Path(__file__).with_name("dates.csv")
_STUDIES = 100
"""Studies that are made at once."""
GROUPS, TICKERS = 4, 20

OF_ONE_DATE = CALM | STORMS | LATE | {"from -10, x1.25": Storm(since=-10, times=1.25)}
OF_PARTS = {
    f"from -10, x2, {name} alone": Storm(since=-10, times=2.0, only=(only,))
    for name, only in {"firms": "own", "factor": "common", "market": "market"}.items()
}
OF_EVENT_DAYS = {
    f"firm-specific x{by:g}": Storm(since=-5, until=5, times=by, only=("own", "common")) for by in (1.5, 2.0)
}
OF_OWN_DATES = {"t4": Storm("t4")} | CALM | STORMS | {name: storm for name, storm in LATE.items() if "to" not in name}
"""Designs of A 4 and A 5, in the order of their seeds."""
ONE_DATE = OF_ONE_DATE | OF_PARTS | OF_EVENT_DAYS
TOGETHER = CALM | STORMS | {"t3.5": Storm("t3.5")}
"""Designs of B 4."""


def of_one_date(seed: int, storm: Storm, firms: int, studies: int) -> Iterator[tuple[Floats, Floats]]:
    """Parts of the studies: returns (S, N, T) and market (S, T)."""
    rng = np.random.default_rng(seed)
    for begin in range(0, studies, _STUDIES):
        n = min(_STUDIES, studies - begin)
        market = 0.01 * shocks(rng, (n, len(DAYS)), 4) * storm.scale("market")
        load, sigma = rng.uniform(0.3, 0.8, (n, firms, 1)), rng.uniform(0.01, 0.04, (n, firms, 1))
        own = storm.errors(rng, (n, firms, len(DAYS)))
        common = storm.errors(rng, (n, 1, len(DAYS)), "common")
        returns = DRIFT + rng.uniform(0.5, 1.5, (n, firms, 1)) * market[:, None]
        returns += sigma * (load * common + np.sqrt(1 - load**2) * own)
        r = (load**2).mean(axis=1)
        variance = (sigma**2).mean(axis=1) * (r + (1 - r) / firms)
        returns[:, :, DAY0] += storm.effect * np.sqrt(variance)
        if storm.apart:
            returns[:, :, DAY0] += storm.apart * rng.standard_normal((n, firms))
        yield returns, market


def _rejected(p: Floats) -> int:
    return int((p <= LEVEL).sum())


def one_date(draws: int, chosen: Chosen) -> Iterator[Row]:
    """A 4: the portfolio of the firms of one date, judged as one series."""
    moved = {f"{name}, effect 3": replace(s, effect=3.0) for name, s in CALM.items()}
    apart = {f"{name}, effects of 8 %": replace(s, apart=0.08) for name, s in CALM.items()}
    for d, (name, storm) in enumerate((OF_ONE_DATE | moved | OF_PARTS | OF_EVENT_DAYS | apart).items()):
        if not chosen(name):
            continue
        for firms in (3, 20):
            tallies = {window: Tally() for window in WINDOWS}
            for returns, market in of_one_date(SEED + 10 * d + firms, storm, firms, draws):
                series = series_of(returns.mean(axis=1), market)
                for window, tally in tallies.items():
                    tally.add(*ways(series, window))
            for window, tally in tallies.items():
                yield from tally.rows("A4", f"{firms} firms, {name}", window, by_t="portfolio_t")


def own_dates(draws: int, chosen: Chosen) -> Iterator[Row]:
    """A 5: three firms of their own dates, the sum of their placebo statistics, and Patell's test."""
    effects = {f"{law}, effect {k}": Storm(law, effect=float(k)) for law in ("normal", "t4") for k in (1, 2)}
    patell = plugins.load("tests", "patell")
    for d, (name, storm) in enumerate((OF_OWN_DATES | effects).items()):
        if not chosen(name):
            continue
        windows = WINDOWS[:1] if "effect" in name else WINDOWS
        p: dict[tuple[str, Window], list[float]] = {(w, o): [] for o in windows for w in ("placebo_sum", "patell")}
        for series in drawn(SEED + 500 + d, storm, 3 * draws):
            for begin in range(0, series.n, 3):
                own = series.take(np.arange(begin, begin + 3))
                for window in windows:
                    sample = Sample.of(own, window, draws=PLACEBO_WINDOWS)
                    p["placebo_sum", window].append(placebo_sum(sample, "default").p_value)
                    p["patell", window].append(patell.compute(sample, "default").p_value)
        for (what, window), found in p.items():
            yield "A5", f"3 own dates, {name}", what, str(window), draws, _rejected(np.array(found))


def together(draws: int, chosen: Chosen) -> Iterator[Row]:
    """B 4: any window of all firms, of a group, of a ticker below 5 % where those are judged together; 20 firms of one date."""
    for d, (name, storm) in enumerate(TOGETHER.items()):
        if not chosen(name):
            continue
        counts = dict.fromkeys(("windows", "windows, raw", "groups x windows", "tickers x windows"), 0)
        tried = dict.fromkeys(counts, 0)
        for returns, market in of_one_date(SEED + 900 + d, storm, TICKERS, draws):
            for what, cells in _cells(returns).items():
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


def found_together(draws: int, chosen: Chosen) -> Iterator[Row]:
    """B 4: effects on firms of one date that are still below 5 % where windows, groups or tickers are judged together."""
    cell = {window: at for at, window in enumerate(FIVE)}
    day, late, all_ = cell[Window(0, 0)], cell[Window(0, 5)], cell[Window(-5, 5)]
    group = np.arange(TICKERS) < TICKERS // GROUPS
    first = np.arange(TICKERS) < 1
    everyone = np.ones(TICKERS, dtype=bool)
    designs = {
        "-1.5 % on day 0": ("windows", everyone, -0.015, slice(0, 1), (day,)),
        "-3 % over days 0 to 5": ("windows", everyone, -0.005, slice(0, 6), (late,)),
        "one group -3 %": ("groups x windows", group, -0.03, slice(0, 1), (day,)),
        "one firm -15 %": ("tickers x windows", first, -0.15, slice(0, 1), (day, all_)),
        "one firm -30 %": ("tickers x windows", first, -0.30, slice(0, 1), (day, all_)),
    }
    for d, (name, (what, whom, by, days, looked)) in enumerate(designs.items()):
        if not chosen(name):
            continue
        counts = dict.fromkeys([(how, at) for at in looked for how in (what, f"{what}, raw")], 0)
        for returns, market in of_one_date(SEED + 950 + d, Storm(), TICKERS, draws):
            returns[:, whom, DAY0 + days.start : DAY0 + days.stop] += by
            for p, left in zip(*judged_together(_cells(returns)[what], market), strict=True):
                for at in looked:
                    counts[what, at] += bool(left[0, at] <= LEVEL)
                    counts[f"{what}, raw", at] += bool(p[0, at] <= LEVEL)
        for (how, at), count in counts.items():
            yield "B4", f"20 firms of one date, {name}", how, str(FIVE[at]), draws, count


def _cells(returns: Floats) -> dict[str, Floats]:
    """(studies, S, T) series of each family of firms (studies, N, T): all as one, groups, and each by itself."""
    n = len(returns)
    return {
        "windows": returns.mean(axis=1)[:, None],
        "groups x windows": returns.reshape(n, GROUPS, -1, len(DAYS)).mean(axis=2),
        "tickers x windows": returns,
    }


PARTS: dict[str, Callable[[int, Chosen], Iterator[Row]]] = {
    "one date": one_date,
    "own dates": own_dates,
    "together": together,
    "found together": found_together,
}


def main() -> None:
    """Simulate and store."""
    simulate(__doc__, PARTS, STORED)


if __name__ == "__main__":
    main()
