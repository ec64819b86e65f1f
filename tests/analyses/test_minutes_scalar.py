"""Minutes of every width, over a lunch and of a thin share, against scalar code that knows nothing of the analysis."""

from __future__ import annotations

import math
import random
import statistics
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from eventstudy.analyses.minutes import Judged, minutes
from eventstudy.events import single_event
from eventstudy.prices import load_bars

Model = Literal["market", "market_adjusted", "constant_mean"]


@dataclass(frozen=True)
class Place:
    """Where trading goes on: its zone, ticker and benchmark, and its hours in minutes after midnight."""

    zone: str
    ticker: str
    benchmark: str
    hours: tuple[tuple[int, int], ...]
    first: date
    last: date

    def days(self) -> list[date]:
        """Its sessions: there is no holiday among these."""
        all_days = [self.first + timedelta(k) for k in range((self.last - self.first).days + 1)]
        return [d for d in all_days if d.weekday() < 5]

    def clock(self, width: int) -> list[int]:
        """When bars begin."""
        return [at for a, b in self.hours for at in range(a, b, width)]

    def at(self, day: date, minute: int) -> datetime:
        return datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ZoneInfo(self.zone))


NEW_YORK = Place("America/New_York", "BBB", "SPY", ((570, 960),), date(2025, 9, 2), date(2025, 11, 14))
HONG_KONG = Place("Asia/Hong_Kong", "0700.HK", "^HSI", ((570, 720), (780, 960)), date(2025, 7, 2), date(2025, 9, 12))


@dataclass(frozen=True)
class Bars:
    """Closes and first prices of the bars in which something traded: (ticker, day, number of the bar) -> price."""

    place: Place
    width: int
    close: dict[tuple[str, date, int], float]
    first: dict[tuple[str, date, int], float]

    def frame(self) -> pd.DataFrame:
        clock = self.place.clock(self.width)
        rows = [
            (t, self.place.at(d, clock[k]).astimezone(UTC), self.first[t, d, k], close)
            for (t, d, k), close in self.close.items()
        ]
        return pd.DataFrame(rows, columns=["ticker", "time", "open", "close"])


@cache
def made(place: Place, width: int, lacking: float = 0.0) -> Bars:
    """Prices that jump over nights and lunches; of the ticker so many bars hold no trade."""
    drawn = random.Random(f"{place.ticker} {width} {lacking}")
    size = 0.0007 * math.sqrt(width / 5)
    level = {place.benchmark: 600.0, place.ticker: 30.0}
    close, first = {}, {}
    clock = place.clock(width)
    for day in place.days():
        wild = math.exp(drawn.gauss(0, 0.4))
        for t in level:
            level[t] *= 1 + drawn.gauss(0, 0.006)
        for k, at in enumerate(clock):
            if k and at != clock[k - 1] + width:
                for t in level:
                    level[t] *= 1 + drawn.gauss(0, 0.004)
            market = drawn.gauss(0, size * wild)
            for t, move in ((place.benchmark, market), (place.ticker, 1.3 * market + drawn.gauss(0, size * wild))):
                before, level[t] = level[t], level[t] * (1 + move)
                if t == place.benchmark or drawn.random() >= lacking:
                    close[t, day, k], first[t, day, k] = level[t], before
    return Bars(place, width, close, first)


class Scalar:
    """What is asked of the analysis, one number after another."""

    def __init__(self, bars: Bars, model: Model) -> None:
        self.bars, self.model, self.days = bars, model, bars.place.days()
        self.n = len(bars.place.clock(bars.width))
        self.coefficients: list[float] = []
        self.usual: list[float] = []

    def value(self, t: str, day: date, k: int) -> tuple[float, int] | None:
        """The last trade of the session up to a bar, and how many bars ago it was."""
        for back in range(k + 1):
            if (t, day, k - back) in self.bars.close:
                return self.bars.close[t, day, k - back], back
        return None

    def move(self, t: str, day: date, k: int) -> float | None:
        now = self.value(t, day, k)
        if now is None:
            return None
        if k == 0:
            return now[0] / self.bars.first[t, day, 0] - 1
        before = self.value(t, day, k - 1)
        return None if before is None else now[0] / before[0] - 1

    def fresh(self, day: date, first: int, last: int) -> bool:
        names = [self.bars.place.ticker] + ([self.bars.place.benchmark] if self.model != "constant_mean" else [])
        for t in names:
            for k in range(max(first - 1, 0), last + 1):
                found = self.value(t, day, k)
                if found is None or found[1] > 5:
                    return False
        return first > 0 or (self.bars.place.ticker, day, 0) in self.bars.close

    def regressors(self, day: date, k: int) -> list[float] | None:
        """The market's move and, of bars of less than 15 minutes, those up to five minutes before."""
        lags = {1: 5, 5: 1}.get(self.bars.width, 0)
        found = [self.move(self.bars.place.benchmark, day, k - lag) if k >= lag else 0.0 for lag in range(lags + 1)]
        return None if found[0] is None else [x or 0.0 for x in found]

    def fit(self, others: list[date]) -> None:
        ticker = self.bars.place.ticker
        if self.model == "constant_mean":
            for k in range(self.n):
                known = [y for d in others if (y := self.move(ticker, d, k)) is not None]
                self.usual.append(statistics.fmean(known) if known else math.nan)
        if self.model == "market":
            rows = []
            for day in others:
                for k in range(self.n):
                    y, x = self.move(ticker, day, k), self.regressors(day, k)
                    if y is not None and x is not None:
                        rows.append((y, x))
            width = len(rows[0][1])
            left = [[math.fsum(x[i] * x[j] for _, x in rows) for j in range(width)] for i in range(width)]
            right = [math.fsum(y * x[i] for y, x in rows) for i in range(width)]
            self.coefficients = solved(left, right)

    def abnormal(self, day: date, k: int) -> float | None:
        y = self.move(self.bars.place.ticker, day, k)
        if y is None:
            return None
        if self.model == "constant_mean":
            return y - self.usual[k]
        x = self.regressors(day, k)
        if x is None:
            return None
        if self.model == "market_adjusted":
            return y - x[0]
        return y - math.fsum(b * value for b, value in zip(self.coefficients, x, strict=True))

    def scale(self, day: date, bar0: int) -> float:
        """Volatility of the hour before (twelve bars at least), or of the end of the day before; a lunch is none of it."""
        width, clock = self.bars.width, self.bars.place.clock(self.bars.width)
        count = max(60 // width, 12)
        on, end = (day, bar0) if bar0 >= count else (self.days[self.days.index(day) - 1], self.n)
        values = []
        for k in range(end - count, end):
            lunch = k > 0 and clock[k] != clock[k - 1] + width
            values.append(0.0 if k < 0 or lunch else (self.abnormal(on, k) or 0.0))
        step = max(5 // width, 1)
        return math.sqrt(math.fsum(sum(values[i : i + step]) ** 2 for i in range(count - step + 1)) / step)


def solved(left: list[list[float]], right: list[float]) -> list[float]:
    """Of linear equations, by elimination."""
    rows = [[*row, value] for row, value in zip(left, right, strict=True)]
    for i in range(len(rows)):
        pivot = max(range(i, len(rows)), key=lambda j: abs(rows[j][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for j in range(len(rows)):
            if j != i:
                factor = rows[j][i] / rows[i][i]
                rows[j] = [a - factor * b for a, b in zip(rows[j], rows[i], strict=True)]
    return [row[-1] / row[i] for i, row in enumerate(rows)]


def judged_by_hand(bars: Bars, minute: int, length: int, model: Model, others: int | None = None) -> None:
    """The analysis says of the last day what scalar code says."""
    place, day = bars.place, bars.place.days()[-1]
    event = single_event(place.at(day, minute).isoformat(), place.ticker)
    table = load_bars(bars.frame(), width=bars.width, stamp="start")
    given: dict[str, Any] = {"benchmark": None if model == "constant_mean" else place.benchmark, "model": model}
    [found] = minutes([event], table, windows=[(0, length - 1)], **given).judged
    told(found, bars, minute, length, model, others)


def told(found: Judged, bars: Bars, minute: int, length: int, model: Model, others: int | None) -> None:
    hand, clock, day = Scalar(bars, model), bars.place.clock(bars.width), bars.place.days()[-1]
    bar0 = next(k for k, at in enumerate(clock) if at + bars.width > minute)
    last = bar0 + length - 1
    able = [d for d in hand.days[1:-1] if hand.fresh(d, bar0, last)]
    assert others is None or len(able) == others
    hand.fit(able)
    paths: dict[date, list[float]] = {}
    for d in [*able, day]:
        scale, total = hand.scale(d, bar0), 0.0
        paths[d] = [total := total + (hand.abnormal(d, k) or 0.0) / scale for k in range(bar0, last + 1)]
    own, scale = paths[day], hand.scale(day, bar0)
    [stretch] = found.stretches
    larger = sum(abs(paths[d][-1]) >= abs(own[-1]) for d in able)
    assert found.place == bar0
    assert stretch.car == pytest.approx(own[-1] * scale, rel=1e-8, abs=1e-14)
    assert stretch.scaled == pytest.approx(own[-1], rel=1e-8)
    assert (stretch.placebo.larger, stretch.placebo.days) == (larger, len(able))
    assert stretch.placebo.p == pytest.approx((1 + larger) / (len(able) + 1))
    assert sorted(found.others[0]) == pytest.approx(sorted(paths[d][-1] for d in able), rel=1e-8)
    spread = [math.sqrt(math.fsum(paths[d][k] ** 2 for d in able) / len(able)) for k in range(length)]
    furthest = sorted(max(abs(path[k]) / spread[k] for k in range(length)) for path in paths.values())
    at = 0.95 * (len(furthest) - 1)
    low = math.floor(at)
    most = furthest[low] + (at - low) * (furthest[min(low + 1, len(furthest) - 1)] - furthest[low])
    assert found.band == pytest.approx([most * s * scale for s in spread], rel=1e-8)


@pytest.mark.parametrize("model", ["constant_mean", "market"])
@pytest.mark.parametrize(
    ("width", "minute", "length"),
    [
        pytest.param(1, 840, 5, marks=pytest.mark.slow),
        pytest.param(1, 570, 5, marks=pytest.mark.slow),
        (5, 840, 6),
        (5, 570, 6),
        (15, 840, 4),
        (15, 690, 4),
        (15, 570, 2),
        (30, 930, 1),
        (30, 660, 2),
        (60, 870, 1),
        (60, 570, 2),
    ],
)
def test_bars_of_every_width_in_new_york(width: int, minute: int, length: int, model: Model) -> None:
    judged_by_hand(made(NEW_YORK, width), minute, length, model)


@pytest.mark.parametrize("model", ["constant_mean", "market_adjusted", "market"])
@pytest.mark.parametrize(
    ("width", "minute", "length"),
    [
        (5, 660, 6),  # before the lunch
        (5, 750, 6),  # news in the lunch: bar 0 is the first after it
        (5, 810, 6),  # the hour before holds the lunch
        (5, 840, 6),  # the hour before begins with the first bar after it
        (5, 600, 6),  # too early: the last hour of the day before
        (15, 600, 2),  # the last three hours of the day before begin with the first bar after its lunch
        (15, 810, 3),
        (30, 840, 2),  # no session has twelve bars: the whole day before, its lunch left out
    ],
)
def test_a_market_with_a_lunch(width: int, minute: int, length: int, model: Model) -> None:
    judged_by_hand(made(HONG_KONG, width), minute, length, model)


@pytest.mark.parametrize(
    ("lacking", "model", "others"),
    [(0.12, "market", 52), (0.12, "constant_mean", 52), (0.3, "market_adjusted", 50), (0.45, "market_adjusted", 49)],
)
def test_a_share_that_does_not_trade_in_every_bar(lacking: float, model: Model, others: int) -> None:
    """Its price is that of the last trade; days of an older one are no ordinary days."""
    judged_by_hand(made(NEW_YORK, 5, lacking), 842, 12, model, others)
