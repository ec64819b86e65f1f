"""The numbers behind the lines: mean CARs with the interval of the test that judges them.

Means are of the pairs whose prices can be believed, as in the study; of all where none can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from eventstudy.charts._language import say, spoken, spoken_now
from eventstudy.inference import advice
from eventstudy.inference.base import NO_ESTIMATION
from eventstudy.panel import Floats, Ints
from eventstudy.study.answers import headline_of
from eventstudy.study.names import words_of_test
from eventstudy.units.windows import Window

if TYPE_CHECKING:
    from eventstudy.study.result import StudyResult


@dataclass(frozen=True)
class Verdict:
    """What some pairs say together about a window; NaN where nothing can be said."""

    window: Window
    n: int
    value: float
    """CAR of one pair, mean CAR of several."""
    low: float
    high: float
    """Limits of the study's level, by `band`."""
    band: str
    """The test that gives the limits; empty where none is valid."""
    test: str
    """The headline test; empty where it is not valid here."""
    p: float
    reason: str = ""
    """Why there is no headline test or no band."""

    @property
    def has_band(self) -> bool:
        """Whether there are limits."""
        return bool(np.isfinite(self.low))


@dataclass(frozen=True)
class Path:
    """Mean CAR from the first event day up to each day."""

    days: list[int]
    value: Floats
    low: Floats
    high: Floats
    n: tuple[int, int]
    """Fewest and most pairs behind a day."""
    bands: tuple[str, ...]
    """The tests that give the limits, each once."""
    reason: str
    """Why some day has no limits; empty where all have."""
    level: float
    """Of the limits."""


def verdict(result: StudyResult, window: Window, chosen: Ints) -> Verdict:
    """The headline test on these pairs, and the interval that goes with it; asked once, for charts of all sizes."""
    chosen, window = result.believed(chosen), result.config.called(window)
    asked = window, chosen.tobytes(), spoken_now()
    if asked not in result.told_in_charts:
        result.told_in_charts[asked] = _verdict(result, window, chosen)
    found: Verdict = result.told_in_charts[asked]
    return found


def _verdict(result: StudyResult, window: Window, chosen: Ints) -> Verdict:
    """What `verdict` says."""
    nan = float("nan")
    sample = result.sample(window, chosen)
    if sample.n == 0:
        return Verdict(window, 0, nan, nan, nan, "", "", nan, say("no pair was observed over this window"))
    design = advice.describe(sample)
    name, answer = headline_of(sample, design, result.config.variants)
    test, p = (name, answer.told_p) if answer.valid else ("", nan)
    interval = advice.confidence_interval(answer, sample.estimate, sample.level)
    if interval is None:
        reason = "; ".join(map(spoken, answer.reasons)) or say("{test} has no interval", test=words_of_test(name))
        return Verdict(window, sample.n, sample.estimate, nan, nan, "", test, p, reason)
    return Verdict(window, sample.n, sample.estimate, *interval, name, test, p)


def mean_car(result: StudyResult, chosen: Ints) -> Path:
    """CAR of one pair, or the mean CAR of several, with the limits of each window's headline test."""
    chosen = result.believed(chosen)
    days = result.rel_days
    if len(chosen) == 1 and not result.config.estimated:
        cars, unknown = firm_cars(result, chosen)[0], np.full(len(days), np.nan)
        return Path(days, cars, unknown, unknown, (1, 1), (), NO_ESTIMATION, result.config.level)
    looked = result.config.days_looked_at
    seen = np.array([looked.start <= day <= looked.end for day in days])
    windows = [Window(looked.start, day) for day in days if looked.start <= day <= looked.end]

    def spread(values: list[float]) -> Floats:
        """Over all days, NaN on those that nobody looks at."""
        on_days = np.full(len(days), np.nan)
        on_days[seen] = values
        return on_days

    if len(chosen) == 1:
        said = [result.firms_over(window, chosen) for window in windows]
        tests = tuple(dict.fromkeys(one.headline[0] for one in said))
        there = np.isfinite(result.returns.ar[chosen[0]])
        value, low, high = (
            np.where(there, spread([float(getattr(of, name)[0]) for of in holders]), np.nan)
            for name, holders in (("car", [one.found for one in said]), ("low", said), ("high", said))
        )
        return Path(days, value, low, high, (1, 1), tests, "", result.config.level)
    found = [verdict(result, window, chosen) for window in windows]
    counts = [v.n for v in found]
    return Path(
        days,
        spread([v.value for v in found]),
        spread([v.low for v in found]),
        spread([v.high for v in found]),
        (min(counts), max(counts)),
        tuple(dict.fromkeys(v.band for v in found if v.band)),
        next((v.reason for v in found if not v.has_band), ""),
        result.config.level,
    )


def daily(result: StudyResult, chosen: Ints) -> tuple[Floats, Floats, Sequence[str]]:
    """Abnormal return of each event day (mean, if several pairs), its p, and the names of the tests the p are from.

    The headline test of the day judges one pair like several.
    """
    found = [verdict(result, Window(day, day), chosen) for day in result.rel_days]
    tests = tuple(dict.fromkeys(v.test for v in found if v.test))
    return np.array([v.value for v in found]), np.array([v.p for v in found]), tests


def firm_cars(result: StudyResult, chosen: Ints) -> Floats:
    """(n, L2) the CARs of `tidy` from the first event day up to each day."""
    cars: Floats = result.tidy()["car"].to_numpy(float).reshape(result.returns.n, -1)[chosen]
    return cars
