"""`python -m tests.simulation.intervals`: does an interval contradict the p beside it, in returns or in money?

Zero lies outside where p is below 5 %, and inside where it is above. Seen are a hundred thousand samples of functions and two
thousand studies through `run`, of one to six firms on one date or several, with pairs left out, with prices in doubt and with
doubts that are accepted; effects are of a size that is found about half of the time. Writes tests/simulation/intervals.csv, a
row a kind of interval: how many were looked at, on either side of 5 %, and how many contradict their p.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from eventstudy import EventStudy, StudyResult
from eventstudy.analyses.impact import impact
from eventstudy.inference.parametric import bmp_adjusted, caar_t, patell_guarded
from eventstudy.inference.placebo import judged, placebo
from eventstudy.units.windows import Window

from tests.oracles import few_pairs
from tests.oracles.test_few_pairs import sample
from tests.simulation.firms import LEVEL, Storm, drawn
from tests.simulation.pairs import DOUBTS
from tests.worlds import SESSIONS, grown

SEED = 20261130
STORED = Path(__file__).with_name("intervals.csv")
STUDIES = 2000


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


def places(seed: int, n: int) -> Tally:
    """A place among ordinary windows and its critical value, with and without scales."""
    rng, found = np.random.default_rng(seed), Tally()
    for k in range(n):
        ordinary = rng.standard_t(4, int(rng.choice([40, 99, 250])))
        scale = np.exp(rng.normal(0, 0.3, 60)) / 1.5 if k % 2 else None
        t = float(rng.normal(0, 4.5))
        one = judged(t, ordinary, scale)
        found.add(one.p, t - one.critical, t + one.critical)
    return found


def placebos(length: int, seed: int, n: int) -> Tally:
    """Placebo windows of so many days of one firm, half in calm and half in storms."""
    found, window = Tally(), Window(0, length - 1)
    more = float(np.sqrt(length))
    for k, storm in enumerate((Storm(effect=2.0 * more), Storm(since=-10, times=2.0, effect=4.0 * more))):
        for returns in drawn(seed + k, storm, n // 2):
            one = placebo(returns, window, 0, draws=499)
            assert one.low is not None
            assert one.high is not None
            for p, low, high in zip(one.p_value.tolist(), one.low.tolist(), one.high.tolist(), strict=True):
                found.add(p, low, high)
    return found


def means(seed: int, n: int) -> Tally:
    """Means over two to eight pairs that share days, by three tests."""
    rng, found = np.random.default_rng(seed), Tally()
    for _ in range(n // 3):
        size = int(rng.integers(2, 9))
        days = tuple(rng.integers(0, 4, size).tolist())
        rho: list[list[float]] = np.corrcoef(rng.normal(size=(size, 30)) + rng.normal(size=30)).tolist()  # type: ignore[assignment]
        p = few_pairs.in_common(rho, days, 3)
        made = sample(tuple(rng.normal(0.04, 0.03, size)), tuple(rng.uniform(0.01, 0.03, size)), days, p, 1.1)
        for test in (bmp_adjusted, patell_guarded, caar_t):
            answer = test(made, "default")
            found.add(answer.p_value, *(answer.interval or (np.nan, np.nan)))
    return found


FUNCTIONS: Mapping[str, tuple[Callable[[int, int], Tally], int]] = {
    "place among ordinary windows": (places, 70_000),
    "placebo, 1 day": (partial(placebos, 1), 10_000),
    "placebo, 3 days": (partial(placebos, 3), 10_000),
    "mean over pairs": (means, 20_100),
}
"""Kinds of samples at the level of functions, and how many are stored."""


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


def made_study(rng: np.random.Generator, *, uneven: bool = False) -> Study:
    """One to six firms on one date or several, calm or in a storm; `uneven`: one moves up to nine times as much as another.

    In one study of three a firm has no prices, in one of three a price near its event is a tenth of what it was, which is
    accepted in one of two.
    """
    n, days = int(rng.integers(1, 7)), SESSIONS[:120]
    names = [f"F{i}" for i in range(n)]
    own = 95 + (rng.integers(0, 4, n) if rng.random() < 0.5 else np.zeros(n, dtype=int))
    wild = np.where(np.arange(120) >= 85, rng.choice([1.0, 1.0, 2.0, 3.0]), 1.0)[:, None]
    market = 0.01 * rng.standard_t(5, (120, 1)) * wild
    noise = 0.02 * rng.standard_t(5, (120, n)) * wild
    if uneven:
        noise *= 9.0 ** rng.uniform(-1, 0, n)
    returns = rng.uniform(0.5, 1.5, n) * market + noise
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


def said(made: Study, result: StudyResult) -> dict[str, list[Said]]:
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


class Seen(NamedTuple):
    """What some studies through `run` hold."""

    tallies: Mapping[str, Tally]
    doubted: int
    """Studies with prices in doubt."""
    accepted: int
    """Studies whose doubts are accepted and told."""
    left_out: int
    """Studies with pairs left out."""


def studies(seed: int, runs: int) -> Seen:
    """So many studies through `run`, as users run them."""
    rng, tallies = np.random.default_rng(seed), {what: Tally() for what in ("means", "firms", "money")}
    doubted = accepted = left_out = 0
    for _ in range(runs):
        made = made_study(rng)
        result = made.run()
        doubted, left_out = doubted + bool(result.n_doubtful), left_out + bool(result.exclusions)
        accepted += bool(made.accept) and any(w.code in made.accept for w in result.warned)
        for what, several in said(made, result).items():
            for _, p, low, high in several:
                tallies[what].add(p, low, high)
    return Seen(tallies, doubted, accepted, left_out)


def rows(studies_: int) -> Iterator[dict[str, Any]]:
    """A row a kind of interval."""
    for name, (work, n) in FUNCTIONS.items():
        yield _row("functions", name, n, work(SEED, n))
    seen = studies(SEED, studies_)
    for name, tally in seen.tallies.items():
        yield _row("run", name, studies_, tally)


def _row(level: str, kind: str, n: int, tally: Tally) -> dict[str, Any]:
    said = {"level": level, "kind": kind, "made": n, "below": tally.below, "above": tally.above}
    return said | {"contradict": len(tally.odd), "seed": SEED, "date": datetime.now(UTC).date().isoformat()}


def main() -> None:
    """Look, and store."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.intervals", description=__doc__)
    parser.add_argument("--studies", type=int, default=STUDIES)
    parser.add_argument("--output", type=Path, default=STORED)
    asked = parser.parse_args()
    found = list(rows(asked.studies))
    with asked.output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)


if __name__ == "__main__":
    main()
