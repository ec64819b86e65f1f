"""`python -m tests.simulation.public`: the simulated studies through the public interface, draw by draw.

Sizes and power are counted on functions, because thousands of studies are quicker so. Here draws of every stored design become
prices in a table and events, go through `EventStudy.run` with its defaults, and must give the p of the functions: then what was
counted on functions is what a user gets. Writes tests/simulation/public.csv, a row a design and window: how many studies were
compared, how far the two p lay apart at most, how often each rejects, and how often a warning of storms named the window (empty
where that was not counted).
"""

from __future__ import annotations

import argparse
import csv
import itertools
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from eventstudy.inference import Sample, advice
from eventstudy.inference.placebo import placebo_sum
from eventstudy.panel import Floats
from eventstudy.study.answers import headline_of
from eventstudy.study.result import StudyResult
from eventstudy.units.windows import Window

from tests.simulation import dates, firms, pairs
from tests.simulation.firms import DAY0, DAYS, FIVE, LEVEL, WINDOWS, Storm
from tests.worlds import grown

STORED = Path(__file__).with_name("public.csv")
SEED = 20261201
DRAWS = 9999
"""Windows of ordinary days that a study draws."""
_APART = 20
"""Sessions between the last day of a firm's prices and the first of the next, where dates are their own."""


class Both(NamedTuple):
    """The p of one study and window, by the functions and by `EventStudy.run`."""

    what: str
    window: str
    functions: float
    run: float
    warned: frozenset[str]
    """The codes of the warnings that name the window, where the reader sees them."""


def run_one_date(returns: Floats, market: Floats, last: int | None = None, **choices: Any) -> StudyResult:
    """The study of firms (N, T) of one date and their market (T,) on prices, up to the `last` day that has any."""
    sessions = pd.bdate_range("2015-01-01", periods=len(DAYS) + 1)
    names = [f"F{i}" for i in range(len(returns))]
    moved = np.vstack([np.zeros(len(returns) + 1), np.column_stack([returns.T, market])])
    table = pd.DataFrame(grown(moved), sessions, [*names, "MKT"])
    events = pd.DataFrame({"ticker": names, "date": str(sessions[DAY0 + 1].date()), "event_id": "made-up"})
    if groups := choices.pop("groups", None):
        events["group"] = groups
    return pairs.study(**({"windows": WINDOWS} | choices)).run(
        events, table if last is None else table.iloc[: DAY0 + last + 2]
    )


def run_own_dates(returns: Floats, market: Floats, **choices: Any) -> StudyResult:
    """The study of firms (N, T), each on days and with a market (N, T) of its own, one after the other."""
    n, width = len(returns), len(DAYS) + 1
    sessions = pd.bdate_range("2005-01-03", periods=n * (width + _APART))
    names = [f"F{i}" for i in range(n)]
    table = pd.DataFrame(np.nan, sessions, [*names, *(f"M{i}" for i in range(n))])
    for i in range(n):
        rows = slice(i * (width + _APART), i * (width + _APART) + width)
        table.iloc[rows, [i, n + i]] = grown(np.vstack([np.zeros(2), np.column_stack([returns[i], market[i]])]))
    days = [str(sessions[i * (width + _APART) + DAY0 + 1].date()) for i in range(n)]
    ids = [f"e{i}" for i in range(n)]
    events = pd.DataFrame({"ticker": names, "date": days, "event_id": ids, "benchmark": [f"M{i}" for i in range(n)]})
    return pairs.study(**({"windows": WINDOWS, "benchmark": None} | choices)).run(events, table)


def codes(result: StudyResult, window: str = "") -> frozenset[str]:
    """What the reader is warned of, in words that name the window where one is asked for."""
    return frozenset(w.code for w in result.warned if window in str(w.message))


def said(result: StudyResult, window: Window) -> float:
    answer = result.answers[window]
    return answer.tests[answer.headline].p_value if answer.headline else float("nan")


def one_firm(storm: Storm, draws: int) -> Iterator[Both]:
    """A 1, A 2 and A 6: one firm with a market of its own."""
    for returns, market in itertools.islice(_firms(storm), draws):
        series = firms.series_of(returns[None], market[None], storm.last)
        result = run_one_date(returns[None], market, storm.last)
        for window in WINDOWS:
            if storm.last is not None and window.end > storm.last:
                continue
            [p] = firms.judged(series, window, DRAWS)[0]
            yield Both("placebo", str(window), float(p), said(result, window), codes(result, str(window)))


def _firms(storm: Storm) -> Iterator[tuple[Floats, Floats]]:
    """Firms and their markets, one by one."""
    rng = np.random.default_rng(SEED)
    while True:
        yield from zip(*firms.paths(rng, storm, 30), strict=True)


def one_date(n: int) -> Callable[[Storm, int], Iterator[Both]]:
    """A 4: firms of one date, judged as their portfolio."""

    def both(storm: Storm, draws: int) -> Iterator[Both]:
        for returns, market in _of_one_date(storm, n, draws):
            series = firms.series_of(returns.mean(axis=0)[None], market[None])
            result = run_one_date(returns, market)
            for window in WINDOWS:
                [p] = firms.judged(series, window, DRAWS)[0]
                yield Both("placebo", str(window), float(p), said(result, window), codes(result, str(window)))

    return both


def _of_one_date(storm: Storm, n: int, draws: int) -> Iterator[tuple[Floats, Floats]]:
    for returns, market in dates.of_one_date(SEED, storm, n, draws):
        yield from zip(returns, market, strict=True)


def own_dates(storm: Storm, draws: int) -> Iterator[Both]:
    """A 5: three firms of their own dates."""
    drawn = _firms(storm)
    for _ in range(draws):
        returns, market = map(np.stack, zip(*itertools.islice(drawn, 3), strict=True))
        series, result = firms.series_of(returns, market), run_own_dates(returns, market)
        for window in WINDOWS:
            p = placebo_sum(Sample.of(series, window), "default").p_value
            yield Both("placebo_sum", str(window), p, said(result, window), codes(result, str(window)))


def together(storm: Storm, draws: int) -> Iterator[Both]:
    """B 4: windows, groups and tickers of 20 firms of one date, judged together: the smallest of what is left."""
    for returns, market in _of_one_date(storm, dates.TICKERS, draws):
        groups = returns.reshape(dates.GROUPS, -1, len(DAYS)).mean(axis=1)
        names = np.repeat([f"G{g}" for g in range(dates.GROUPS)], dates.TICKERS // dates.GROUPS)
        result = run_one_date(returns, market, windows=FIVE, groups=names.tolist())
        cells = {"windows": returns.mean(axis=0)[None], "groups x windows": groups, "tickers x windows": returns}
        said = {
            "windows": min(one.p for one in result.adjusted.values()),
            "groups x windows": min(one.p for one in result.adjusted_groups.values()),
            "tickers x windows": float(result.family.romano_wolf.min()),
        }
        for what, series in cells.items():
            [[left]] = dates.judged_together(series[None], market[None], DRAWS)[1:]
            yield Both(what, "five", float(left.min()), said[what], codes(result))


def of_pairs(design: pairs.Design, draws: int, *, five: bool = False) -> Iterator[Both]:
    """B 1, 2, 3 and 5: many pairs on a calendar that all share."""
    rng = np.random.default_rng(SEED)
    for _ in range(draws):
        made = pairs.made(rng, design)
        sample, result = pairs.samples(made, DRAWS), pairs.run(made)
        for window in FIVE if five else (pairs.DAY, pairs.ELEVEN):
            one = sample(window)
            p = headline_of(one, advice.describe(one), {})[1].p_value
            yield Both("headline", str(window), p, said(result, window), codes(result, str(window)))


def designs() -> dict[tuple[str, str], Callable[[int], Iterator[Both]]]:
    """Every stored design by its part and name."""

    def of(work: Callable[[Storm, int], Iterator[Both]], storm: Storm) -> Callable[[int], Iterator[Both]]:
        return partial(work, storm)

    found: dict[tuple[str, str], Callable[[int], Iterator[Both]]] = {}
    for name, storm in firms.ALONE.items():
        found["A1", f"one firm, {name}"] = of(one_firm, storm)
    for name, storm in firms.MOVED.items():
        found["A2", f"one firm, {name}, effect 2"] = of(one_firm, replace(storm, effect=2.0))
    for name, storm in dates.ONE_DATE.items():
        for n in (3, 20):
            found["A4", f"{n} firms, {name}"] = of(one_date(n), storm)
    for name, storm in dates.OF_OWN_DATES.items():
        found["A5", f"3 own dates, {name}"] = of(own_dates, storm)
    for name, storm in firms.RECENT.items():
        for last in (0, 1, 5):
            found["A6", f"one firm, {name}, prices to {last:+d}"] = of(one_firm, replace(storm, last=last))
    for name, storm in dates.TOGETHER.items():
        found["B4", f"20 firms of one date, {name}"] = of(together, storm)
    seen: set[pairs.Design] = set()
    for (part, name), design in pairs.designs().items():
        if len(set(design.days)) > 1 and (part == "B4" or pairs.shape(design) not in seen):
            seen.add(pairs.shape(design))
            found[part, name] = partial(of_pairs, design, five=part == "B4")
    return found


def main() -> None:
    """Compare and store."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.public", description=__doc__)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--only", action="append", help="parts: A1, B4, ...")
    parser.add_argument("--design", help="designs alone whose name holds this word: GARCH, ...")
    parser.add_argument("--output", type=Path, default=STORED)
    asked = parser.parse_args()

    def wanted(part: str, name: str) -> bool:
        return (not asked.only or part in asked.only) and (not asked.design or asked.design in name)

    rows: list[dict[str, Any]] = []
    if asked.output.exists():
        with asked.output.open(encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if not wanted(row["part"], row["design"])]
    for (part, name), work in designs().items():
        if not wanted(part, name):
            continue
        began = time.monotonic()
        rows += list(summed(part, name, work(asked.draws)))
        with asked.output.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        print(f"{part} {name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def summed(part: str, name: str, found: Iterator[Both]) -> Iterator[dict[str, Any]]:
    """A row a window."""
    cells: dict[tuple[str, str], list[Both]] = {}
    for one in found:
        cells.setdefault((one.what, one.window), []).append(one)
    for (what, window), several in cells.items():
        functions, run = (np.array([getattr(one, by) for one in several]) for by in ("functions", "run"))
        yield {
            "part": part,
            "design": name,
            "what": what,
            "window": window,
            "draws": len(several),
            "apart": f"{np.abs(functions - run).max():.1e}",
            "by_functions": int((functions <= LEVEL).sum()),
            "by_run": int((run <= LEVEL).sum()),
            "warned": sum(bool(one.warned & ABOVE) for one in several),
            "seed": SEED,
            "made": datetime.now(UTC).date().isoformat(),
        }


ABOVE = frozenset({"VOLATILITY_REGIME", "REGIME_UNKNOWN"})
"""Warnings that tell a reader that the headline may reject too often."""


if __name__ == "__main__":
    main()
