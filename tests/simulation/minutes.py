"""`python -m tests.simulation.minutes`: days on which nothing happens, through the public interface, in calm and in turbulence.

Bars of five minutes on the sessions of New York from 2000 on: a U over the day, t(6) errors, a volatility of each day whose log
drifts (AR(1), .97, standard deviation .4), nights six times as wild as a bar at noon. Bars of 15, 30 and 60 minutes are these
summed up; bars of one minute are drawn by the same law. Each of 5,000 days in turn is the event of a study of its own, with the
60 days before it. Writes tests/simulation/minutes.csv: a row a design, what is judged, and third of the days by their
volatility: how many were judged, and how many have p of 5 % or less.

Tests that are not offered are computed here from the returns themselves (`others`), and so is, apart from the interface, the
one that is: both must count the same days.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from eventstudy.analyses.minutes import Grid, Judged, grid_of, minutes
from eventstudy.errors import EventStudyError
from eventstudy.events import single_event
from eventstudy.inference.clock import realised
from eventstudy.panel import Floats
from eventstudy.prices import BarTable, Series
from scipy import stats

STORED = Path(__file__).with_name("minutes.csv")
SEED, DAYS = 20261130, 5000
_BEFORE = 72
"""Sessions of a study before its day."""
_NOON = 0.0007
"""Standard deviation of a bar at noon of a usual day."""
THIRDS = ("calm", "middle", "turbulent")
FIRST = "first 100 days"
OTHER_DAYS, HOUR = 60, 12
"""Days that a move is held against, and bars before the instant by which a day's volatility is known."""


@dataclass(frozen=True)
class Design:
    """What is asked of each day; `larger`: how many times as large its moves are from the instant on; `bounce` of prices."""

    bar: int
    choices: dict[str, Any] = field(default_factory=dict)
    larger: float = 1.0
    bounce: float = 0.0
    width: int = 5
    """Minutes of a bar, of which `bar` is the number."""

    @property
    def drawn(self) -> int:
        """Minutes of the bars that are drawn, and summed up to those of the study."""
        return min(self.width, 5)

    @property
    def each(self) -> int:
        """Bars that are drawn in one of the study."""
        return self.width // self.drawn


MEAN: dict[str, Any] = {"benchmark": None, "model": "constant_mean"}
STAGES = {"statement": (0, 29), "press": (30, 99)}
DESIGNS = {
    "14:00, 30 minutes": Design(54, {**MEAN, "windows": [(0, 5)]}),
    "10:30, 60 minutes": Design(12, {**MEAN, "windows": [(0, 11)]}),
    "open, 30 minutes": Design(0, {**MEAN, "windows": [(0, 5)]}),
    "14:00, 30 minutes, prices bounce by .1 %": Design(54, {**MEAN, "windows": [(0, 5)]}, bounce=0.001),
    "14:00, 30 minutes, betas estimated": Design(54, {"model": "market", "windows": [(0, 5)]}),
    "14:00, 30 minutes, moves 1.5 times as large": Design(54, {**MEAN, "windows": [(0, 5)]}, larger=1.5),
    "14:00, two stages": Design(54, {**MEAN, "stages": STAGES}),
    "14:00 to 11:25 of the next day": Design(54, {**MEAN, "windows": [(0, 48)], "across": True}),
    "bars of 1 minute, 14:00, 30 minutes": Design(270, {**MEAN, "windows": [(0, 29)]}, width=1),
    "bars of 1 minute, 14:00, 30 minutes, betas estimated": Design(
        270, {"model": "market", "windows": [(0, 29)]}, width=1
    ),
    "bars of 15 minutes, the open, 60 minutes": Design(0, {**MEAN, "windows": [(0, 3)]}, width=15),
    "bars of 15 minutes, 14:00, 60 minutes": Design(18, {**MEAN, "windows": [(0, 3)]}, width=15),
    "bars of 30 minutes, the open, 60 minutes": Design(0, {**MEAN, "windows": [(0, 1)]}, width=30),
    "bars of 30 minutes, 14:00, 60 minutes": Design(9, {**MEAN, "windows": [(0, 1)]}, width=30),
    "bars of 30 minutes, 14:00, 60 minutes, betas estimated": Design(
        9, {"model": "market", "windows": [(0, 1)]}, width=30
    ),
    "bars of 60 minutes, the open, 60 minutes": Design(0, {**MEAN, "windows": [(0, 0)]}, width=60),
    "bars of 60 minutes, 13:30, 60 minutes": Design(4, {**MEAN, "windows": [(0, 0)]}, width=60),
    "betas estimated, moves 1.5 times as large": Design(54, {"model": "market", "windows": [(0, 5)]}, larger=1.5),
}


class World(NamedTuple):
    """Prices of a firm and its market on all bars, and the volatility of each session."""

    grid: Grid
    first: np.ndarray
    """(S + 1,) where the bars of each session begin."""
    moves: dict[str, Floats]
    """Ticker -> returns of bars, the night before in the first of a session."""
    nights: dict[str, Floats]
    """Ticker -> (S,) the move of the night before each session."""
    volatility: Floats
    """(S,) of each session, of 1."""


@lru_cache(4)
def world(seed: int = SEED, until: date = date(2020, 12, 31), drawn: int = 5) -> World:
    """The made-up history, in bars of `drawn` minutes."""
    grid = grid_of("XNYS", date(2000, 1, 3), until, drawn)
    rows, places, _ = grid.flat
    rng = np.random.default_rng(seed)
    n, log = len(grid.sessions), np.zeros(len(grid.sessions))
    shock = rng.normal(0, 0.4 * np.sqrt(1 - 0.97**2), n)
    for k in range(1, n):
        log[k] = 0.97 * log[k - 1] + shock[k]
    wild = np.exp(log)
    middle = (len(grid.clock) - 1) / 2
    shape = 1 + 1.5 * ((np.arange(len(grid.clock)) - middle) / middle) ** 2
    scale = _NOON * np.sqrt(drawn / 5) * wild[rows] * shape[places]
    t6 = np.sqrt(4 / 6)
    market = scale * t6 * rng.standard_t(6, len(rows))
    moves = {"AAA": 1.2 * market + scale * t6 * rng.standard_t(6, len(rows)), "SPY": market}
    nights = {t: 6 * _NOON * wild * rng.normal(0, 1, n) for t in moves}
    return World(grid, np.searchsorted(rows, np.arange(n + 1)), moves, nights, wild)


def judged(made: World, design: Design, k: int, rng: np.random.Generator) -> Judged | None:
    """The study of session `k`; None where the session has no such bars."""
    grid, first = made.grid, made.first
    instant = grid.start[k, design.bar * design.each]
    a, b = k - _BEFORE, k + (2 if design.choices.get("across") else 1)
    if np.isnat(instant) or not grid.open[k].all():
        return None
    part = slice(first[a], first[b])
    starts, series = grid.flat[2][part], {}
    begins = np.concatenate([np.arange(first[s], first[s + 1], design.each) for s in range(a, b)]) - first[a]
    ends = np.append(begins[1:], first[b] - first[a]) - 1
    for ticker in made.moves if "benchmark" not in design.choices else ("AAA",):
        moves = made.moves[ticker][part].copy()
        moves[first[k] - first[a] + design.bar * design.each :] *= design.larger
        level = np.asarray(100 * np.cumprod(1 + moves), dtype=np.float64)
        for s in range(a, b):  # nights come before the sessions
            at = first[s] - first[a]
            level[at:] *= 1 + made.nights[ticker][s]
        opens = level / (1 + moves)
        if design.bounce:
            level = level * (1 + design.bounce / 2 * rng.choice([-1.0, 1.0], len(level)))
        series[ticker] = Series(starts[begins], level[ends], opens[begins])
    event = single_event(f"{instant}+00:00", ["AAA"])
    try:
        return minutes([event], BarTable(design.width, series), **design.choices).judged[0]
    except EventStudyError:  # a half day the day after, so that the window is cut off
        return None


def ps(one: Judged) -> dict[str, float]:
    """Everything of a study that has a p."""
    if len(one.stretches) == 1:
        return {"window": one.stretches[0].placebo.p}
    found = {"any stage by Holm": min(s.p_adjusted for s in one.stretches)}
    found |= {s.stage: s.placebo.p for s in one.stretches}
    return {**found, "difference": one.changes[0].placebo.p}


def count(name: str, days: int, *, seed: int = SEED, start: int = 0) -> Iterator[tuple[str, str, int, int]]:
    """(what, third, days judged, days with p of 5 % or less) of `days` days from the one numbered `start` on."""
    design = DESIGNS[name]
    made = world(seed, drawn=design.drawn)
    rng = np.random.default_rng([seed, list(DESIGNS).index(name)])
    chosen = np.arange(_BEFORE + start, _BEFORE + start + days)
    edges = np.quantile(made.volatility[_BEFORE : _BEFORE + DAYS], [1 / 3, 2 / 3])
    tally: dict[tuple[str, str], list[int]] = {}
    for k in chosen.tolist():
        if (one := judged(made, design, k, rng)) is None:
            continue
        third = THIRDS[int(np.searchsorted(edges, made.volatility[k]))]
        for what, p in ps(one).items():
            seen = tally.setdefault((what, third), [0, 0])
            seen[0] += 1
            seen[1] += p <= 0.05 + 1e-12
    for (what, third), (n, hits) in tally.items():
        yield what, third, n, hits


OTHERS = ("scaled rank, apart", "raw rank", "t, minutes before", "t, all minutes", "t, same minutes")
COMPARED = tuple(list(DESIGNS)[:4])
"""Designs of one window in one session against the mean of the same minutes: there other tests are counted too."""


def returns_of(made: World, design: Design, rng: np.random.Generator) -> Floats:
    """(S, B) returns of bars of the firm, NaN where a session has none."""
    rows, places, _ = made.grid.flat
    found = np.full(made.grid.start.shape, np.nan)
    found[rows, places] = made.moves["AAA"]
    if design.bounce:
        gone = 1 + design.bounce / 2 * rng.choice([-1.0, 1.0], found.shape)
        found = (1 + found) * gone / np.concatenate([np.ones((len(gone), 1)), gone[:, :-1]], axis=1) - 1
    return found


def others_of(ret: Floats, full: np.ndarray, design: Design, k: int) -> dict[str, float]:
    """p of session `k` by each of `OTHERS`; `full`: sessions with all bars, of which the last 60 are held against it."""
    [(first, last)] = design.choices["windows"]
    length, bar = last - first + 1, design.bar
    before = [d for d in range(k - 1, k - _BEFORE, -1) if full[d]][:OTHER_DAYS]
    ar = ret[k - _BEFORE : k + 1] - ret[before].mean(axis=0)
    days = np.array([k, *before]) - (k - _BEFORE)
    car = ar[days, bar + first : bar + last + 1].sum(axis=1)
    young = bar < HOUR  # then the last hour of the session before tells how wild it is
    hours = [ar[d - 1][np.isfinite(ar[d - 1])][-HOUR:] if young else ar[d, bar - HOUR : bar] for d in days]
    scale = np.sqrt((np.array(hours) ** 2).sum(axis=1))
    squares = ar[days[1:]] ** 2
    same = squares[:, bar + first : bar + last + 1].mean(axis=0).sum()

    def rank(x: Floats) -> float:
        return float(1 + (np.abs(x[1:]) >= abs(x[0])).sum()) / len(x)

    found = {
        "scaled rank, apart": rank(car / scale),
        "raw rank": rank(car),
        "t, all minutes": 2 * stats.norm.sf(abs(car[0]) / np.sqrt(length * squares.mean())),
        "t, same minutes": 2 * stats.norm.sf(abs(car[0]) / np.sqrt(same)),
    }
    if not young:
        found["t, minutes before"] = 2 * stats.t.sf(abs(car[0]) / (scale[0] * np.sqrt(length / HOUR)), HOUR)
    return found


def others(name: str, days: int) -> Iterator[tuple[str, str, int, int]]:
    """What `count` gives, of the tests that are not offered; and of the first days."""
    made, design = world(), DESIGNS[name]
    ret = returns_of(made, design, np.random.default_rng([SEED, 100 + list(DESIGNS).index(name)]))
    full = np.asarray(np.isfinite(ret).all(axis=1), dtype=bool)
    chosen = [k for k in range(_BEFORE, _BEFORE + days) if full[k]]
    p = {k: others_of(ret, full, design, k) for k in chosen}
    edges = np.quantile(made.volatility[_BEFORE : _BEFORE + DAYS], [1 / 3, 2 / 3])
    third = {k: THIRDS[int(np.searchsorted(edges, made.volatility[k]))] for k in chosen}
    early = [k for k in chosen if k < _BEFORE + int(FIRST.split()[1])]
    parts = {FIRST: early, **({t: [k for k in chosen if third[k] == t] for t in THIRDS} if days == DAYS else {})}
    for what in p[chosen[0]]:
        for part, mine in parts.items():
            yield what, part, len(mine), sum(p[k][what] <= 0.05 + 1e-12 for k in mine)


BY_MINUTE = "14:00, 30 minutes, bars of one minute, prices bounce by .1 %"
SCALES = {"scaled by returns of five minutes": 5, "scaled by returns of one minute": 1}
"""What a move of one-minute bars is divided by: the first is what the interface takes."""


def by_minute(days: int = DAYS) -> Iterator[tuple[str, str, int, int]]:
    """What `others` gives, of bars of one minute: the hour before 14:00 and the half after it, by the same law of days."""
    made, rng = world(), np.random.default_rng([SEED, 200])
    wild = made.volatility[: _BEFORE + days]
    place = (210 + np.arange(90) - 194.5) / 194.5  # minutes of a session of 390, from 13:00 on
    scale = _NOON / np.sqrt(5) * wild[:, None] * (1 + 1.5 * place**2)
    moves = scale * np.sqrt(4 / 6) * rng.standard_t(6, scale.shape) * np.hypot(1.2, 1)
    gone = 1 + 0.001 / 2 * np.random.default_rng([SEED, 201]).choice([-1.0, 1.0], (len(moves), 91))
    ret = (1 + moves) * gone[:, 1:] / gone[:, :-1] - 1
    edges = np.quantile(made.volatility[_BEFORE : _BEFORE + DAYS], [1 / 3, 2 / 3])
    tally = {(what, third): [0, 0] for what in SCALES for third in THIRDS}
    for k in range(_BEFORE, len(ret)):
        ar = ret[k - OTHER_DAYS : k + 1] - ret[k - OTHER_DAYS : k].mean(axis=0)
        third = THIRDS[int(np.searchsorted(edges, wild[k]))]
        for what, step in SCALES.items():
            x = np.abs(ar[:, 60:].sum(axis=1) / realised(ar[:, :60], step))
            tally[what, third][0] += 1
            tally[what, third][1] += (1 + (x[:-1] >= x[-1]).sum()) / len(x) <= 0.05 + 1e-12
    yield from ((what, third, n, hits) for (what, third), (n, hits) in tally.items())


def first_days(name: str) -> Iterator[tuple[str, str, int, int]]:
    """The same of the first days, in one: these come out again in a moment."""
    days = int(FIRST.split()[1])
    found: dict[str, tuple[int, int]] = {}
    for what, _, n, hits in by_minute(days) if name == BY_MINUTE else count(name, days):
        before, below = found.get(what, (0, 0))
        found[what] = before + n, below + hits
    yield from ((what, FIRST, n, hits) for what, (n, hits) in found.items())


def main() -> None:
    """Simulate the designs that are named, or all; the rows of others stay."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.minutes", description=__doc__)
    parser.add_argument("--days", type=int, default=DAYS)
    names = [*DESIGNS, BY_MINUTE]
    parser.add_argument("--design", action="append", choices=names)
    parser.add_argument("--others", action="store_true", help="only the tests that are not offered")
    asked = parser.parse_args()
    old = list(csv.DictReader(STORED.read_text(encoding="utf-8").splitlines())) if STORED.exists() else []
    for name in asked.design or names:
        if asked.others and name not in (*COMPARED, BY_MINUTE):
            continue
        old = [row for row in old if row["design"] != name or (asked.others and row["what"] not in (*OTHERS, *SCALES))]
        made: list[tuple[str, str, int, int]] = []
        if name == BY_MINUTE:
            made += [*by_minute(asked.days), *first_days(name)]
        elif not asked.others:
            made += [*count(name, asked.days), *first_days(name)]
        if name in COMPARED:
            made += others(name, asked.days)
        for what, third, n, hits in made:
            row = {"design": name, "what": what, "third": third, "days": n, "below": hits, "seed": SEED}
            old.append({**row, "made": f"{datetime.now(UTC):%Y-%m-%d}"})
        with STORED.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(old[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(sorted(old, key=lambda row: (names.index(row["design"]), row["what"], row["third"])))


if __name__ == "__main__":
    main()
