"""Minutes after an instant, against slow scalar code written apart from the analysis."""

from __future__ import annotations

import importlib
import math
import re
import statistics
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from eventstudy.analyses.minutes import Minutes, grid_of, minutes, stages_of, track
from eventstudy.engine.arrays import mean_known
from eventstudy.errors import InvalidFile, InvalidRequest, NothingUsable
from eventstudy.events import Event, single_event
from eventstudy.inference.clock import clock_placebo, half_of, reaction, realised, shape_of_day
from eventstudy.language import in_language
from eventstudy.models.peers import components
from eventstudy.prices import BarTable, load_bars
from scipy import stats

from tests.analyses.test_minutes_scalar import HONG_KONG
from tests.analyses.test_minutes_scalar import made as made_at

NEW_YORK = ZoneInfo("America/New_York")
HALF_DAY, HALTED = date(2025, 11, 28), date(2025, 11, 12)
DAY0 = date(2025, 12, 3)
TICKERS = ("AAA", "BBB", "SPY")
DST = date(2025, 11, 2)


class Bar(NamedTuple):
    ticker: str
    start: datetime
    open: float
    close: float


def sessions() -> list[date]:
    """The 25 sessions to 3 December 2025, written down: a Thursday without trade, the day after it half."""
    days = [date(2025, 10, 29) + timedelta(k) for k in range(37)]
    return [d for d in days if d.weekday() < 5 and d != date(2025, 11, 27)]


def begins(day: date) -> Iterator[datetime]:
    """The starts of its bars of five minutes, in New York's clock: 78, or 42 of the half day."""
    start = datetime(day.year, day.month, day.day, 9, 30, tzinfo=NEW_YORK)
    for k in range(42 if day == HALF_DAY else 78):
        yield start + timedelta(minutes=5 * k)


@cache
def made() -> tuple[Bar, ...]:
    """Bars with gaps and a halt; AAA falls 2 % with the bar from 14:00 of day 0, BBB opens 3 % higher the day after."""
    rng = np.random.default_rng(2020)
    level = {"AAA": 80.0, "BBB": 30.0, "SPY": 600.0}
    bars: list[Bar] = []
    for day in sessions():
        wild = math.exp(rng.normal(0, 0.4))
        night = {t: rng.normal(0, 0.004) + (0.03 if t == "BBB" and day == date(2025, 12, 4) else 0.0) for t in TICKERS}
        for t in TICKERS:
            level[t] *= 1 + night[t]
        for k, start in enumerate(begins(day)):
            market = rng.normal(0, 0.0007 * wild)
            for t, beta in (("AAA", 1.3), ("BBB", 0.7), ("SPY", 1.0)):
                move = market if t == "SPY" else beta * market + rng.normal(0, 0.001 * wild)
                if t == "AAA" and day == DAY0 and k == 54:
                    move -= 0.02
                before = level[t]
                level[t] *= 1 + move
                halted = t == "AAA" and day == HALTED and 50 <= k < 66
                if not halted and not (t == "BBB" and k % 13 == 7):
                    bars.append(Bar(t, start, before, level[t]))
    return tuple(bars)


def frame(bars: tuple[Bar, ...]) -> pd.DataFrame:
    rows = [(b.ticker, b.start.astimezone(UTC), b.open, b.close) for b in bars]
    return pd.DataFrame(rows, columns=["ticker", "time", "open", "close"])


@cache
def table() -> BarTable:
    return load_bars(frame(made()))


def at(clock: str, day: date = DAY0, tickers: str = "AAA") -> Event:
    return single_event(f"{day}T{clock}:00-05:00", tickers)


@cache
def study(clock: str = "14:00", day: date = DAY0, tickers: str = "AAA", **choices: Any) -> Minutes:
    return minutes([at(clock, day, tickers)], table(), **choices)


# ---- the same by slow code --------------------------------------------------------------------------------------------


class Slow:
    """Scalar code: dictionaries by day and bar, nothing of the analysis."""

    def __init__(self) -> None:
        self.last: dict[tuple[str, date, int], float] = {}
        self.age: dict[tuple[str, date, int], int] = {}
        self.first: dict[tuple[str, date], float] = {}
        bars = {(b.ticker, b.start): b for b in made()}
        for ticker in TICKERS:
            for day in sessions():
                value, since = None, 0
                for k, start in enumerate(begins(day)):
                    if (ticker, start) in bars:
                        bar = bars[ticker, start]
                        self.first.setdefault((ticker, day), bar.open)
                        value, since = bar.close, k
                    if value is not None:
                        self.last[ticker, day, k] = value
                        self.age[ticker, day, k] = k - since

    def night(self, ticker: str, day: date) -> float:
        before = sessions()[sessions().index(day) - 1]
        return self.first[ticker, day] / self.last[ticker, before, 41 if before == HALF_DAY else 77] - 1

    def move(self, ticker: str, day: date, k: int) -> float:
        before = self.first[ticker, day] if k == 0 else self.last[ticker, day, k - 1]
        return self.last[ticker, day, k] / before - 1

    def whole(self, ticker: str, day: date, first: int, last: int) -> bool:
        if day == HALF_DAY:
            return False
        low = first - 1 if first else first
        return all(self.age.get((t, day, k), 99) <= 5 for t in (ticker, "SPY") for k in range(low, last + 1))

    def lagged(self, day: date, k: int) -> tuple[float, float]:
        return self.move("SPY", day, k), self.move("SPY", day, k - 1) if k else 0.0

    def betas(self, ticker: str, days: list[date]) -> tuple[float, float]:
        aa = ab = bb = ya = yb = 0.0
        for day in days:
            for k in range(78):
                y = self.move(ticker, day, k)
                a, b = self.lagged(day, k)
                aa, ab, bb, ya, yb = aa + a * a, ab + a * b, bb + b * b, ya + y * a, yb + y * b
        det = aa * bb - ab * ab
        return (ya * bb - yb * ab) / det, (yb * aa - ya * ab) / det

    def abnormal(self, ticker: str, day: date, k: int, betas: tuple[float, float]) -> float:
        a, b = self.lagged(day, k)
        return self.move(ticker, day, k) - betas[0] * a - betas[1] * b

    def scaled(
        self, ticker: str, day: date, bar0: int, last: int, betas: tuple[float, float]
    ) -> tuple[list[float], float]:
        """The abnormal returns of the window over the volatility of the twelve bars before, or of the day before."""
        on, end = (day, bar0) if bar0 >= 12 else (sessions()[sessions().index(day) - 1], 0)
        end = end or (42 if on == HALF_DAY else 78)
        squares = sum(self.abnormal(ticker, on, k, betas) ** 2 for k in range(end - 12, end))
        scale = math.sqrt(squares)
        return [self.abnormal(ticker, day, k, betas) / scale for k in range(bar0, last + 1)], scale


def kept(path: list[float]) -> int:
    """The first bar from which on a path keeps half of its end."""
    k = len(path)
    while k and path[k - 1] / path[-1] >= 0.5:
        k -= 1
    return k


@pytest.mark.parametrize(("clock", "bar0"), [("14:00", 54), ("10:15", 9), ("14:02", 54), ("09:30", 0)])
def test_the_golden_bars_by_slow_code(clock: str, bar0: int) -> None:
    slow, last = Slow(), bar0 + 11
    days = [d for d in sessions() if d < DAY0 and d > sessions()[0] and slow.whole("AAA", d, bar0, last)]
    assert HALF_DAY not in days
    assert (HALTED in days) == (bar0 < 50)
    betas = slow.betas("AAA", days)
    found = study(clock).judged[0]
    assert found.place == bar0
    assert found.mixed == (clock == "14:02")
    scaled = {d: slow.scaled("AAA", d, bar0, last, betas) for d in [*days, DAY0]}
    for stretch, length in zip(found.stretches, (1, 6, 12), strict=True):
        own, scale = scaled[DAY0]
        x0 = sum(own[:length])
        larger = sum(abs(sum(scaled[d][0][:length])) >= abs(x0) for d in days)
        assert stretch.car == pytest.approx(x0 * scale, rel=1e-9)
        assert stretch.scaled == pytest.approx(x0, rel=1e-9)
        assert (stretch.placebo.larger, stretch.placebo.days) == (larger, len(days))
        assert stretch.placebo.p == pytest.approx((1 + larger) / (len(days) + 1))
    paths = {d: [sum(scaled[d][0][: k + 1]) for k in range(12)] for d in [*days, DAY0]}
    spread = [math.sqrt(sum(paths[d][k] ** 2 for d in days) / len(days)) for k in range(12)]
    furthest = sorted(max(abs(paths[d][k]) / spread[k] for k in range(12)) for d in [*days, DAY0])
    c = float(np.quantile(furthest, 0.95))
    assert found.band == pytest.approx([c * s * scaled[DAY0][1] for s in spread], rel=1e-9)
    outside = [abs(paths[DAY0][k]) > c * spread[k] for k in range(12)]
    expected = None
    for k in range(12):
        if outside[-1] and all(outside[k:]):
            expected = k
            break
    assert found.reacted.since == expected
    usual = [math.sqrt(sum(scaled[d][0][k] ** 2 for d in days) / len(days)) for k in range(12)]
    assert found.se == pytest.approx([u * scaled[DAY0][1] for u in usual], rel=1e-9)
    if expected is not None:
        halves = [kept([a + b for a, b in zip(paths[DAY0], paths[d], strict=True)]) for d in days]
        low, high = statistics.quantiles(halves, n=20, method="inclusive")[::18]
        assert found.reacted.half == kept(paths[DAY0])
        assert found.reacted.half_range == (math.floor(low), math.ceil(high))


def test_the_fall_is_found_and_an_ordinary_minute_is_not() -> None:
    found = study().judged[0]
    assert found.stretches[0].car == pytest.approx(-0.02, abs=0.004)
    assert found.stretches[0].placebo.larger == 0
    assert found.reacted.since == 0
    assert found.reacted.half == 0
    assert "no time of a reaction" in str(study("10:15").judged[0].reaction_words)
    assert "No smaller p is possible" in str(found.stretches[0].sentence)


@pytest.mark.parametrize("windows", [((0, 5),), ((-2, 5),), ((0, 5), (-3, 2)), ((1, 5),)])
def test_the_bar_of_the_reaction_has_its_clock_whatever_windows_are_named(windows: tuple[tuple[int, int], ...]) -> None:
    said = str(study(windows=windows).judged[0].reaction_words)
    assert "for good with the bar from 14:00, and kept half of its end after 5 minutes" in said


def test_a_window_may_end_before_the_instant() -> None:
    slow, found = Slow(), study(windows=((-5, -2),), model="market_adjusted").judged[0]
    moves = [slow.move("AAA", DAY0, k) - slow.move("SPY", DAY0, k) for k in range(49, 53)]
    assert found.stretches[0].car == pytest.approx(sum(moves), rel=1e-9)
    assert found.stretches[0].since == "13:35"
    assert found.ar[:4] == pytest.approx(moves, rel=1e-9)


@pytest.mark.parametrize("moved", [0.0, 0.002])
def test_a_path_that_crossed_over_left_the_band_when_it_came_back(moved: float) -> None:
    """Outside all the time, first on the other side: since the bar that is on the side of its end."""
    others = np.random.default_rng(2).normal(0, 1, (60, 6))
    path = np.array([-9.0, -9.0, 9.0, 9.0, 9.0, 9.0]) + moved
    assert reaction(path, others).since == 2


def test_half_of_the_end_has_the_range_of_paths_with_ordinary_ones_added() -> None:
    others = (np.random.default_rng(4).exponential(0.6, (60, 12)) - 0.6).cumsum(axis=1)
    path = np.array([0.5, 2, 4, 5.5, 7, 8.5, 10, 11, 12, 13, 14, 15.0])
    found = reaction(path, others)
    halves = sorted(kept([a + b for a, b in zip(path, other, strict=True)]) for other in others.tolist())
    low, high = statistics.quantiles(halves, n=20, method="inclusive")[::18]
    assert found.half_range == (math.floor(low), math.ceil(high)) == (4, 6)
    assert found.half == kept(path.tolist()) == 5


def test_the_mean_of_several_days_is_a_t_of_scaled_moves() -> None:
    """One value a day, of two tickers their mean; scipy's t of one sample."""
    rng, one = np.random.default_rng(6), study()
    judged, z, cars = [], [], []
    for k in range(6):
        of_day = []
        for _ in range(2 if k == 3 else 1):
            others, x, car = rng.normal(0, 1.5, (1, 30)), float(rng.normal(1, 1)), float(rng.normal(0, 0.01))
            first = replace(one.judged[0].stretches[0], scaled=x, car=car)
            session = DAY0 + timedelta(k)
            judged.append(replace(one.judged[0], session=session, stretches=(first,), others=others))
            of_day.append((x / statistics.stdev(others[0].tolist()), car))
        z.append(statistics.mean(a for a, _ in of_day))
        cars.append(statistics.mean(b for _, b in of_day))
    expected = stats.ttest_1samp(z, 0.0)
    assert replace(one, judged=tuple(judged)).together == pytest.approx(
        (6, statistics.mean(cars), expected.statistic, expected.pvalue), rel=1e-9
    )
    assert replace(one, judged=tuple(judged[:3])).together is None


def test_the_instant_of_a_bar_belongs_to_the_bar_that_begins() -> None:
    assert study("13:59").judged[0].place == 53
    assert study("14:00").judged[0].place == 54
    assert study("14:02", bar0="next").judged[0].place == 55
    assert any("MIXED_BAR" in note for note in study("14:02").messages)
    assert not any("MIXED_BAR" in note for note in study("14:02", bar0="next").messages)


def test_the_bar_that_holds_the_news_is_no_calm_before_it() -> None:
    """With bar 0 the next one, its move is held against the hour before the instant, not against the reaction itself."""
    after = study("14:02", bar0="next", windows=((0, 0), (0, 5))).judged[0]
    holds = study("14:02", windows=((1, 1), (1, 6))).judged[0]
    for one, other in zip(after.stretches, holds.stretches, strict=True):
        assert one.scaled == pytest.approx(other.scaled, rel=1e-12)
        assert one.placebo.p == other.placebo.p


def test_a_night_is_shown_apart_from_the_first_bar() -> None:
    slow, day = Slow(), date(2025, 12, 4)
    found = minutes([at("20:00", DAY0, "BBB")], table()).judged[0]
    night = [slow.first[t, day] / slow.last[t, DAY0, 77] - 1 for t in ("BBB", "SPY")]
    assert found.session == day
    assert found.place == 0
    assert found.night is not None
    assert found.night[0] == pytest.approx(night[0] - night[1], rel=1e-9)
    assert found.night[1] == pytest.approx(1 / (found.stretches[0].placebo.days + 1))
    assert abs(found.stretches[0].car) < 0.01
    of = [d for d in sessions()[1:] if d < DAY0 and slow.whole("AAA", d, 0, 11)]
    move = {d: slow.night("AAA", d) - slow.night("SPY", d) for d in [*of, DAY0]}
    larger = sum(abs(move[d]) >= abs(move[DAY0]) for d in of)
    assert 0 < larger < len(of)
    assert study("08:00").judged[0].night == pytest.approx((move[DAY0], (1 + larger) / (1 + len(of))), rel=1e-9)
    closes = load_bars(frame(made()).drop(columns="open"))
    with pytest.raises(NothingUsable, match="first price"):
        minutes([at("20:00", DAY0, "BBB")], closes)


def test_a_night_that_looks_like_a_split_is_told_where_nights_are_moves() -> None:
    split = date(2025, 11, 20)
    halved = tuple(
        b._replace(open=b.open / 2, close=b.close / 2) if b.ticker == "AAA" and b.start.date() >= split else b
        for b in made()
    )
    bars = load_bars(frame(halved))
    (note,) = [n for n in minutes([at("08:00")], bars).judged[0].notes if "split" in n]
    assert "the night of AAA before Thursday 20 November 2025 (-50." in note or "(-49." in note
    assert "looks like a split of 2:1" in note
    assert "Split" in str(in_language(note, "de"))
    assert not any("split" in n for n in minutes([at("14:00")], bars).judged[0].notes)
    assert not any("split" in n for n in study("08:00").judged[0].notes)


def test_a_market_with_a_lunch_has_no_window_over_it() -> None:
    zone, rng, rows = ZoneInfo("Asia/Hong_Kong"), np.random.default_rng(4), []
    for k in range(40):
        day = date(2025, 7, 7) + timedelta(k)
        if day.weekday() > 4:
            continue
        for hour, minute in [(9, 30 + 30 * i) for i in range(5)] + [(13, 30 * i) for i in range(6)]:
            start = datetime(day.year, day.month, day.day, hour + minute // 60, minute % 60, tzinfo=zone)
            rows += [(t, start.astimezone(UTC), 50.0, 50 * math.exp(rng.normal(0, 0.002))) for t in ("0700.HK", "^HSI")]
    bars = load_bars(pd.DataFrame(rows, columns=["ticker", "time", "open", "close"]), width=30, stamp="start")
    event = single_event("2025-08-13T11:00:00+08:00", "0700.HK")
    found = minutes([event], bars, benchmark="^HSI")
    assert [s.window.end for s in found.judged[0].stretches] == [0, 1]
    assert any("that of the 12 bars (6 hours) before the instant" in note for note in found.messages)
    assert study().scale == ()
    with pytest.raises(InvalidRequest, match="lunch"):
        minutes([event], bars, benchmark="^HSI", windows=[(0, 3)])
    over = minutes([event], bars, benchmark="^HSI", windows=[(0, 3)], across=True, model="market_adjusted").judged[0]
    of = {(t, start): close for t, start, _, close in rows}
    moved = 0.0
    for sign, t in ((1, "0700.HK"), (-1, "^HSI")):
        clock = [
            datetime(2025, 8, 13, h, m, tzinfo=zone).astimezone(UTC)
            for h, m in ((10, 30), (11, 0), (11, 30), (13, 0), (13, 30))
        ]
        moved += sign * sum(of[t, b] / of[t, a] - 1 for a, b in pairwise(clock))
    assert over.stretches[0].car == pytest.approx(moved, rel=1e-9)
    assert over.stretches[0].nights == 0
    noon = minutes([single_event("2025-08-13T12:30:00+08:00", "0700.HK")], bars, benchmark="^HSI")
    assert noon.judged[0].grid.said(noon.judged[0].place) == "13:00"


def test_summer_and_winter_have_the_same_clock() -> None:
    grid = study().judged[0].grid
    before, after = (grid.sessions.index(d) for d in (date(2025, 10, 31), date(2025, 11, 3)))
    assert grid.said(0) == "09:30"
    assert str(grid.start[before, 0])[11:16] == "13:30"
    assert str(grid.start[after, 0])[11:16] == "14:30"


def test_several_tickers_at_one_instant_are_one_portfolio() -> None:
    found = study(tickers="AAA,BBB", model="market_adjusted")
    one, other, mean = (j.ar for j in found.judged)
    assert mean == pytest.approx((one + other) / 2)
    assert list(found.tidy()["ticker"]) == ["AAA"] * 3 + ["BBB"] * 3 + ["mean"] * 3


def test_holm_over_windows() -> None:
    p = study("10:15").tidy()[["p", "p_adjusted"]].sort_values("p").to_numpy()
    expected, running = [], 0.0
    for k, value in enumerate(p[:, 0]):
        running = max(running, min(1.0, (3 - k) * value))
        expected.append(running)
    assert p[:, 1] == pytest.approx(expected)


# ---- stages, lunches and nights ---------------------------------------------------------------------------------------

STAGES = {"press": (30, 59), "statement": (0, 29)}


def test_stages_are_judged_each_by_itself_and_against_the_one_before_by_slow_code() -> None:
    slow, found = Slow(), study_of(stages=STAGES).judged[0]
    days = [d for d in sessions() if d < DAY0 and d > sessions()[0] and slow.whole("AAA", d, 54, 65)]
    betas = slow.betas("AAA", days)
    scaled = {d: slow.scaled("AAA", d, 54, 65, betas) for d in [*days, DAY0]}
    first = {d: sum(scaled[d][0][:6]) for d in scaled}
    second = {d: sum(scaled[d][0][6:]) for d in scaled}
    ps = []
    for part, x in zip(found.stretches, (first, second), strict=True):
        ps.append((1 + sum(abs(x[d]) >= abs(x[DAY0]) for d in days)) / (len(days) + 1))
        assert part.car == pytest.approx(x[DAY0] * scaled[DAY0][1], rel=1e-9)
        assert part.placebo.p == pytest.approx(ps[-1])
    low, high = sorted(ps)
    assert sorted(s.p_adjusted for s in found.stretches) == pytest.approx([min(1, 2 * low), max(min(1, 2 * low), high)])
    (change,) = found.changes
    more = {d: second[d] - first[d] for d in scaled}
    larger = sum(abs(more[d]) >= abs(more[DAY0]) for d in days)
    assert (change.placebo.larger, change.placebo.days) == (larger, len(days))
    assert change.car == pytest.approx(more[DAY0] * scaled[DAY0][1], rel=1e-9)
    assert [s.stage for s in found.stretches] == ["statement", "press"]
    assert str(found.stretches[0].sentence).startswith("statement: In the 30 minutes from 14:00 AAA moved")
    assert str(change.words).startswith("The move of press less that of statement is +")


def test_stages_over_many_days_are_paired() -> None:
    one, rng = study_of(stages=STAGES), np.random.default_rng(8)
    judged = []
    z: list[list[float]] = [[], [], []]
    cars: list[list[float]] = [[], [], []]
    for k in range(7):
        others, x, car = rng.normal(0, 1.5, (2, 30)), rng.normal(0.5, 1, 2), rng.normal(0, 0.01, 2)
        parts = tuple(replace(s, scaled=float(x[i]), car=float(car[i])) for i, s in enumerate(one.judged[0].stretches))
        judged.append(replace(one.judged[0], session=DAY0 + timedelta(k), stretches=parts, others=others))
        for i, (a, b, c) in enumerate([(x[0], others[0], car[0]), (x[1], others[1], car[1])]):
            z[i].append(a / statistics.stdev(b.tolist()))
            cars[i].append(c)
        z[2].append((x[1] - x[0]) / statistics.stdev((others[1] - others[0]).tolist()))
        cars[2].append(car[1] - car[0])
    told = replace(one, judged=tuple(judged)).stages
    assert [(a.later, a.earlier) for a in told] == [("statement", None), ("press", None), ("press", "statement")]
    for average, values, moves in zip(told, z, cars, strict=True):
        expected = stats.ttest_1samp(values, 0.0)
        assert (average.mean, average.t, average.p) == pytest.approx(
            (statistics.mean(moves), expected.statistic, expected.pvalue), rel=1e-9
        )
    low, high = sorted(a.p for a in told[:2])
    assert sorted(a.p_adjusted for a in told[:2]) == pytest.approx([min(1, 2 * low), max(min(1, 2 * low), high)])
    assert "the move of press less that of statement was" in replace(one, judged=tuple(judged)).text()


@pytest.mark.parametrize("model", ["market", "constant_mean"])
def test_a_window_across_a_night_by_slow_code(
    model: Literal["market", "constant_mean"], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From 14:00 on 2 December to 11:25 of the next day: 24 bars, the night, 24 bars."""
    monkeypatch.setattr(importlib.import_module("eventstudy.analyses.minutes.room"), "LEAST_DAYS", 15)
    slow, day = Slow(), date(2025, 12, 2)
    known = sessions()
    after = {d: known[known.index(d) + 1] for d in known[:-1]}

    def there(d: date) -> bool:
        return HALF_DAY not in (d, after[d]) and slow.whole("AAA", d, 54, 77) and slow.whole("AAA", after[d], 0, 23)

    days = [d for d in known[1:] if after.get(d, DAY0) < day and there(d)]
    betas = slow.betas("AAA", days)

    def moves(d: date) -> list[float]:
        if model == "market":
            both = [
                [slow.abnormal("AAA", on, k, betas) for k in of]
                for on, of in ((d, range(54, 78)), (after[d], range(24)))
            ]
            return [*both[0], slow.night("AAA", after[d]) - slow.night("SPY", after[d]), *both[1]]
        usual = [statistics.mean(slow.move("AAA", e, k) for e in days) for k in range(78)]
        both = [
            [slow.move("AAA", on, k) - usual[k] for k in of] for on, of in ((d, range(54, 78)), (after[d], range(24)))
        ]
        return [*both[0], slow.night("AAA", after[d]), *both[1]]

    def scale(d: date) -> float:
        usual = [statistics.mean(slow.move("AAA", e, k) for e in days) for k in range(78)]
        of = [
            slow.abnormal("AAA", d, k, betas) if model == "market" else slow.move("AAA", d, k) - usual[k]
            for k in range(42, 54)
        ]
        return math.sqrt(sum(x * x for x in of))

    found = minutes([at("14:00", day)], table(), windows=((0, 48),), across=True, model=model, days=20).judged[0]
    part = found.stretches[0]
    assert found.ar == pytest.approx(moves(day), rel=1e-9, abs=1e-15)
    x = {d: sum(moves(d)) / scale(d) for d in [*days, day]}
    larger = sum(abs(x[d]) >= abs(x[day]) for d in days)
    assert (part.placebo.larger, part.placebo.days) == (larger, len(days))
    assert part.scaled == pytest.approx(x[day], rel=1e-9)
    assert (part.nights, part.minutes) == (1, 240)
    assert [found.grid.said(found.place + k) for k in (23, 24, 25, 48)] == ["15:55", "night", "+1 09:30", "+1 11:25"]
    assert "1 nights are in it" not in str(part.sentence)
    assert "The night in it is one bar" in str(part.sentence)


def test_what_stages_and_nights_cannot_mean_is_refused() -> None:
    for stages, match in (
        ({"a": (0, 12)}, "no whole bars of 5 minutes"),
        ({"a": (0, 29), "b": (25, 59)}, "share minutes"),
        ({"a": (29, 0)}, "ends before it starts"),
    ):
        with pytest.raises(InvalidRequest, match=match):
            study_of(stages=stages)
    with pytest.raises(InvalidRequest, match="windows and stages"):
        study_of(stages=STAGES, windows=((0, 5),))
    with pytest.raises(InvalidRequest, match="close or a lunch"):
        study_of(windows=((0, 48),))
    with pytest.raises(InvalidRequest, match="begins before the session"):
        study_of(windows=((-60, 5),), across=True)
    with pytest.raises(InvalidRequest, match="bars end before the window"):
        study_of(windows=((0, 900),), across=True)
    with pytest.raises(InvalidRequest, match="cannot be read"):
        stages_of(["statement"])
    with pytest.raises(InvalidRequest, match="two stages are called a"):
        stages_of(["a=0:4", "a=5:9"])


def study_of(**choices: Any) -> Minutes:
    return minutes([at("14:00")], table(), **choices)


# ---- files ------------------------------------------------------------------------------------------------------------


def test_files_and_frames_give_the_same(tmp_path: Path) -> None:
    plain = frame(made())
    plain.to_parquet(tmp_path / "bars.parquet")
    plain.to_csv(tmp_path / "bars.csv", index=False)
    local = plain.assign(time=[t.tz_convert(NEW_YORK).tz_localize(None) for t in plain["time"]])
    ends = plain.assign(time=plain["time"] + pd.Timedelta(minutes=5))
    for made_of in (
        load_bars(tmp_path / "bars.parquet"),
        load_bars(tmp_path / "bars.csv"),
        load_bars(local, zone="America/New_York"),
        load_bars(ends),
    ):
        assert made_of.width == 5
        for ticker in TICKERS:
            assert np.array_equal(made_of.series[ticker].start, table().series[ticker].start)
            assert made_of.series[ticker].close == pytest.approx(table().series[ticker].close, rel=1e-12)


def test_what_can_mean_two_things_is_refused() -> None:
    plain = frame(made())
    with pytest.raises(InvalidRequest, match="no zone"):
        load_bars(plain.assign(time=plain["time"].dt.tz_localize(None)))
    with pytest.raises(InvalidRequest, match="start of its bar"):
        load_bars(plain[plain["time"].dt.minute.isin([10, 40])])
    with pytest.raises(InvalidFile, match="two bars"):
        load_bars(pd.concat([plain, plain.iloc[:1]]))
    with pytest.raises(InvalidFile, match="price of row 1"):
        load_bars(plain.assign(close=0.0))
    with pytest.raises(InvalidFile, match="need a column time"):
        load_bars(plain.drop(columns="time"))
    hours = plain[plain["time"].dt.minute == 0]
    with pytest.raises(NothingUsable, match=r"between two bars of the exchange; .* 30 minutes or less"):
        minutes([at("14:00")], load_bars(hours, stamp="start"))
    with pytest.raises(NothingUsable, match="between two bars"):
        minutes([at("14:00")], load_bars(plain.assign(time=plain["time"] + pd.Timedelta(minutes=2)), stamp="start"))


def test_studies_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="no time"):
        minutes([single_event("2025-12-03", "AAA")], table())
    with pytest.raises(InvalidRequest, match="close or a lunch"):
        minutes([at("15:50")], table(), windows=[(0, 5)])
    with pytest.raises(InvalidRequest, match="no model of minutes"):
        minutes([at("14:00")], table(), model="garch")  # type: ignore[arg-type]
    with pytest.raises(NothingUsable, match="20 are needed"):
        minutes([at("14:00", date(2025, 11, 14))], table())
    with pytest.raises(NothingUsable, match="older than 5 bars"):
        minutes([at("14:20", HALTED)], table())
    few = tuple(b for k, b in enumerate(made()) if b.ticker == "SPY" or k % 3 == 0)
    with pytest.raises(NothingUsable, match="hold a trade"):
        minutes([at("14:00")], load_bars(frame(few)))


def to_the_evening(width: int, rises: float = 0.0) -> pd.DataFrame:
    """Bars of 12:00 to 18:00 in New York over 30 days; AAA rises after 16:00 of 3 December, when news came."""
    rng = np.random.default_rng(width)
    rows = []
    for day in [
        d.date() for d in pd.bdate_range("2025-10-20", "2025-12-04") if d.date() not in (date(2025, 11, 27), HALF_DAY)
    ]:
        start = datetime(day.year, day.month, day.day, 9, 30, tzinfo=NEW_YORK)
        for ticker in ("AAA", "SPY"):
            close = 100.0
            for k in range(510 // width):
                begun = start + timedelta(minutes=k * width)
                before, close = close, close * (1 + rng.normal(0, 0.0005))
                late = ticker == "AAA" and day == DAY0 and begun.hour >= 16
                rows.append((ticker, begun.astimezone(UTC), before, close * (1 + rises * late)))
    return pd.DataFrame(rows, columns=["ticker", "time", "open", "close"])


@pytest.mark.parametrize(("width", "moved"), [(1, True), (5, False), (30, False)])
def test_only_a_bar_of_one_minute_at_the_close_is_the_closing_auction(width: int, moved: bool) -> None:
    def last(rises: float) -> tuple[float, float]:
        table = load_bars(to_the_evening(width, rises), stamp="start")
        grid = grid_of("XNYS", DAY0, DAY0, width)
        found = track(table.series["AAA"], grid)
        return found.price[0, -1], found.price[0, -2]

    assert last(0.1)[1] == last(0.0)[1]
    assert bool(last(0.1)[0] != last(0.0)[0]) is moved


def test_news_after_the_close_moves_the_night_and_no_bar_of_the_day_before() -> None:
    table = load_bars(to_the_evening(5, 0.1))
    one = minutes([at("16:01")], table, days=25).judged[0]
    assert (one.session, one.place) == (date(2025, 12, 4), 0)
    assert one.night is not None
    day, night = table.series["AAA"], one.night[0]
    known = dict(zip(day.start.tolist(), day.close.tolist(), strict=True))
    market = dict(zip(table.series["SPY"].start.tolist(), table.series["SPY"].close.tolist(), strict=True))
    close = datetime.fromisoformat("2025-12-03T20:55")
    assert night == pytest.approx(100 / known[close] - 100 / market[close], rel=1e-9)
    assert any("bars outside the hours of the exchange are left aside" in note for note in one.notes)
    before = minutes([at("15:55")], table, days=25, windows=[(0, 0)]).judged[0]
    assert abs(before.stretches[0].car) < 0.005


def test_the_day_that_is_judged_is_said() -> None:
    assert "AAA, event 2025-12-03: judged on Wednesday 3 December 2025." in study().text()
    assert "DAY0_SHIFTED" not in study().text()
    night = study("20:00", DAY0, "BBB")
    (shifted,) = [note for note in night.judged[0].notes if "DAY0_SHIFTED" in note]
    assert "announced on Wednesday 3 December 2025" in shifted
    assert "Thursday 4 December 2025 is judged" in shifted
    assert "am Donnerstag, dem 4. Dezember 2025" in str(in_language(shifted, "de"))
    several = study("20:00", DAY0, "AAA,BBB")
    assert [text for text in several.messages if "DAY0_SHIFTED" in text] == [f"2025-12-03: {shifted}"]
    assert several.text().count("DAY0_SHIFTED") == 1


def test_of_five_events_three_are_told_and_the_others_are_counted() -> None:
    one = study().judged[0]
    several = replace(study(), judged=tuple(replace(one, event_id=f"e{k}") for k in range(5)))
    assert "... and 2 more (--verbose shows all)" in several.text()
    assert "event e2: judged" in several.text()
    assert "event e3: judged" not in several.text()
    assert "event e4: judged" in several.text(verbose=True)
    assert "more (--verbose" not in several.text(verbose=True)


def test_a_move_of_nothing_has_no_sign() -> None:
    small = replace(study().judged[0].stretches[0], car=-1e-12)
    assert "moved 0.00 %" in small.sentence
    assert "um 0,00 %" in str(in_language(small.sentence, "de"))


def test_bars_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    plain = frame(made())
    with pytest.raises(InvalidRequest, match="those that are there stand 5 minutes apart"):
        load_bars(plain, width=15)
    with pytest.raises(InvalidRequest, match="more than one bar"):
        load_bars(plain.iloc[:1])


def spoken(bars: pd.DataFrame, form: str, file: Path, **columns: str) -> Path:
    """Bars as a German program writes them: cells between semicolons, commas in prices, the day first."""
    local = bars["time"].dt.tz_convert("America/New_York")
    written = pd.DataFrame(
        {"Kürzel": bars["ticker"], **{name: local.dt.strftime(how) for name, how in columns.items()}}
    )
    for name, field in (("Eröffnung", "open"), ("Schluss", "close")):
        written[name] = [f"{value:,.6f}".translate(str.maketrans(".,", ",.")) for value in bars[field]]
    written.to_csv(file, sep=";", index=False, encoding=form)
    return file


@pytest.mark.parametrize(
    ("form", "columns"),
    [
        pytest.param("utf-8", {"Datum": "%d.%m.%Y %H:%M"}, marks=pytest.mark.slow),
        ("utf-8-sig", {"Datum": "%d.%m.%Y", "Zeit": "%H:%M"}),
        pytest.param("cp1252", {"Datum": "%d.%m.%y", "Uhrzeit": "%H:%M:%S"}, marks=pytest.mark.slow),
        pytest.param("utf-8", {"Zeit": "%d.%m.%Y, %H:%M Uhr"}, marks=pytest.mark.slow),
        pytest.param("utf-8", {"Zeit": "%d.%m.%Y %I:%M %p"}, marks=pytest.mark.slow),
        pytest.param("utf-8", {"Datum": "%d.%m.%Y", "Uhrzeit": "%Hh%M"}, marks=pytest.mark.slow),
    ],
)
def test_bars_of_another_language_are_the_same(tmp_path: Path, form: str, columns: dict[str, str]) -> None:
    plain = frame(made())
    file = spoken(plain, form, tmp_path / "de.csv", **columns)
    found = load_bars(file, zone="America/New_York")
    for ticker, series in table().series.items():
        assert (found.series[ticker].start == series.start).all()
        assert found.series[ticker].close == pytest.approx(series.close, abs=1e-6)
        assert found.series[ticker].open == pytest.approx(series.open, abs=1e-6)
    said = [str(phrase) for phrase in found.read_as]
    assert "decimal comma" in " ".join(said)
    assert any(words.startswith("dates as dd.mm.yy") for words in said)
    assert said[-1] == "times are the starts of bars, by the opening of XNYS"


def test_bars_of_another_language_that_cannot_be_meant(tmp_path: Path) -> None:
    plain = frame(made()).iloc[:1600]
    with pytest.raises(InvalidRequest, match="no zone"):
        load_bars(spoken(plain, "utf-8", tmp_path / "a.csv", Datum="%d.%m.%Y %H:%M"))
    with pytest.raises(InvalidFile, match=r"two ways|day first"):
        load_bars(
            spoken(plain[plain["time"].dt.day.isin([3, 4, 5])], "utf-8", tmp_path / "b.csv", Datum="%d/%m/%Y %H:%M"),
            zone="UTC",
        )
    with pytest.raises(InvalidFile, match="25:00' cannot be read"):
        load_bars(spoken(plain, "utf-8", tmp_path / "c.csv", Datum="%d.%m.%Y 25:00"), zone="UTC")
    with pytest.raises(InvalidFile, match="need columns ticker, time and close"):
        load_bars(spoken(plain, "utf-8", tmp_path / "d.csv", Wann="%d.%m.%Y %H:%M"), zone="UTC")
    one = spoken(plain[plain["ticker"] == "AAA"], "utf-8", tmp_path / "AAA.csv", Datum="%d.%m.%Y %H:%M")
    one.write_text("\n".join(line.partition(";")[2] for line in one.read_text().splitlines()))
    found = load_bars(one, zone="America/New_York")
    assert found.tickers == ["AAA"]
    assert "ticker AAA, by the name of the file" in [str(phrase) for phrase in found.read_as]
    abroad = one.rename(tmp_path / "SAP.DE.csv")  # a vendor calls shares of the United States so
    assert load_bars(abroad, zone="America/New_York", asked=["SAP.DE", "SPY"], stamp="start").tickers == ["SAP.DE"]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_counted_from_1970_on_are_read_in_whatever_unit(tmp_path: Path, unit: str) -> None:
    plain = frame(made())
    counted = plain["time"].dt.tz_localize(None).to_numpy().astype(f"datetime64[{unit}]").astype(np.int64)
    plain.assign(time=counted).to_csv(tmp_path / "bars.csv", index=False)
    for given in (tmp_path / "bars.csv", plain.assign(time=counted)):
        found = load_bars(given)
        assert (found.series["AAA"].start == table().series["AAA"].start).all()
        assert str(found.read_as[0]) == "times counted from 1970 on, in UTC"
    mixed = plain.assign(time=[str(c) for c in counted[:-1]] + ["2025-12-03"])
    with pytest.raises(InvalidFile, match="2025-12-03' cannot be read") as error:
        load_bars(mixed)
    assert f"row 1: {counted[0]}" in str(error.value.available)


@pytest.mark.parametrize("number", [2025120314, 202512031400, 20251203140000])
def test_a_number_that_is_a_date_and_clock_is_not_counted_from_1970_on(number: int) -> None:
    with pytest.raises(InvalidFile, match="cannot be read"):
        load_bars(frame(made()).assign(time=number))


def test_times_with_the_name_of_a_zone_or_more_than_one_blank(tmp_path: Path) -> None:
    plain = frame(made())
    local = plain["time"].dt.tz_convert("America/New_York")
    named = plain.assign(time=local.dt.strftime("%Y%m%d %H:%M:%S US/Eastern"))
    blanks = plain.assign(time=local.dt.strftime("%Y%m%d  %H:%M:%S"))
    for found in (load_bars(named), load_bars(blanks, zone="America/New_York")):
        assert (found.series["AAA"].start == table().series["AAA"].start).all()
    with pytest.raises(InvalidRequest, match="no zone"):
        load_bars(blanks)
    two = named["time"].where(named.index != 7, named["time"].str.replace("US/Eastern", "US/Central"))
    with pytest.raises(InvalidFile, match="US/Central' cannot be read"):
        load_bars(plain.assign(time=two))
    for bars, zone in (
        (plain.assign(time=local.dt.tz_localize(None)), "Mars/Base"),
        (named.replace("Eastern", "Nowhere", regex=True), None),
    ):
        with pytest.raises(InvalidRequest, match="times cannot be of the zone") as error:
            load_bars(bars, zone=zone)
        assert "Asia/Hong_Kong" in str(error.value.hint)


def test_what_is_named_and_what_bars_say_otherwise_is_told() -> None:
    plain = frame(made())
    other = load_bars(plain, stamp="end", zone="UTC")
    assert [str(phrase) for phrase in other.read_as] == [
        "times have a zone of their own, and UTC is left aside",
        "times are taken as the ends of bars, as was asked; by the opening of XNYS they are the starts, and every bar would be"
        " one off",
    ]
    ends = plain.assign(time=plain["time"] + pd.Timedelta(minutes=5))
    assert "as the starts of bars, as was asked" in str(load_bars(ends, stamp="start").read_as[0])
    assert load_bars(plain, stamp="start").read_as == load_bars(ends, stamp="end").read_as == ()
    with pytest.raises(
        InvalidRequest, match="bars of 1 minute are asked for, and those that are there stand 5 minutes apart"
    ):
        load_bars(plain, width=1)


def test_bars_of_one_ticker_in_parquet_are_of_the_one_that_the_name_says_or_that_is_asked_for(tmp_path: Path) -> None:
    plain = frame(made())
    one = plain[plain["ticker"] == "AAA"].drop(columns="ticker")
    for name, asked, said in (
        ("AAA.parquet", (), "ticker AAA, by the name of the file"),
        ("bars.parquet", ("AAA",), "ticker AAA, the only one asked for"),
    ):
        one.to_parquet(tmp_path / name)
        found = load_bars(tmp_path / name, asked=asked)
        assert found.tickers == ["AAA"]
        assert (found.series["AAA"].close == table().series["AAA"].close).all()
        assert said in [str(phrase) for phrase in found.read_as]
    assert load_bars(one, asked=("AAA",)).tickers == ["AAA"]
    with pytest.raises(InvalidFile, match="need a column ticker") as error:
        load_bars(tmp_path / "bars.parquet", asked=("AAA", "SPY"))
    assert "the name of the file may say" in str(error.value.hint)


def test_a_clock_without_a_bar_on_other_days_has_no_figure_and_no_warning() -> None:
    """A mean of nothing is nothing; that of some is theirs."""
    values = np.array([[1.0, np.nan, np.nan], [3.0, 5.0, np.nan]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert mean_known(values) == pytest.approx([2.0, 5.0, np.nan], nan_ok=True)
        assert shape_of_day(values) == pytest.approx([np.sqrt(5.0), 5.0, np.nan], nan_ok=True)
        assert components(np.ones((6, 2)), np.zeros(6, dtype=bool), slice(0, 4)).shape == (6, 0)


def hours_of(minutes_of: int, first: int) -> pd.DataFrame:
    """Bars of an hour, from the opening or from the whole hour, of the golden ones."""
    rows = []
    local = frame(made())
    clock = local["time"].dt.tz_convert("America/New_York")
    since = clock.dt.hour * 60 + clock.dt.minute - first
    local["time"] = clock - pd.to_timedelta(since % minutes_of, unit="min")
    for (ticker, start), part in local.groupby(["ticker", "time"]):
        rows.append((ticker, start, part["open"].iloc[0], part["close"].iloc[-1]))
    return pd.DataFrame(rows, columns=["ticker", "time", "open", "close"])


@pytest.mark.parametrize("stamp", ["start", "end"])
def test_bars_of_an_hour_begin_at_the_opening(stamp: str) -> None:
    """09:30, 10:30, ...: what times are is told by the opening; the move is that from one close to the next."""
    bars = hours_of(60, 570)
    given = bars if stamp == "start" else bars.assign(time=bars["time"] + pd.Timedelta(minutes=60))
    found = load_bars(given)
    assert found.width == 60
    assert str(found.read_as[0]) == f"times are the {stamp}s of bars, by the opening of XNYS"
    own = found.series["AAA"]
    assert own.start[0] == np.datetime64(next(iter(begins(sessions()[0]))).astimezone(UTC).replace(tzinfo=None), "s")
    answer = minutes([at("14:30")], found, model="constant_mean", windows=[(0, 0)], days=20)
    [one] = answer.judged
    close = dict(zip(own.start.tolist(), own.close.tolist(), strict=True))
    instant = datetime(DAY0.year, DAY0.month, DAY0.day, 14, 30, tzinfo=ZoneInfo("America/New_York"))
    began = instant.astimezone(UTC).replace(tzinfo=None)
    days = [began + timedelta(days=int(d)) for d in range(-45, 0)]
    usual = [
        close[d] / close[d - timedelta(hours=1)] - 1 for d in days if d in close and d - timedelta(hours=1) in close
    ]
    assert one.mixed is False
    moved = close[began] / close[began - timedelta(hours=1)] - 1
    assert one.stretches[0].car == pytest.approx(moved - np.mean(usual[-20:]), abs=1e-12)
    assert any("by the opening of XNYS" in note for note in answer.messages)


def test_bars_of_whole_hours_are_refused_and_extended_hours_are_asked_about() -> None:
    with pytest.raises(InvalidRequest, match="start of its bar"):
        load_bars(hours_of(60, 600))
    early = frame(made())
    before = early.assign(time=early["time"] - pd.Timedelta(minutes=390))
    both = pd.concat([before, early]).sort_values(["ticker", "time"])
    half = both[both["time"].dt.minute.isin([0, 30])]
    with pytest.raises(InvalidRequest, match="start of its bar"):
        load_bars(half, width=30)


def test_the_share_of_bars_with_a_trade_is_written_as_other_shares() -> None:
    some = tuple(b for k, b in enumerate(made()) if b.ticker == "SPY" or k % 10 < 7)
    (note,) = [n for n in minutes([at("14:00")], load_bars(frame(some)), days=20).judged[0].notes if "THIN" in n]
    assert re.search(r"\d\d % of the bars", note)
    assert re.search(r"\d\d % der Balken", str(in_language(note, "de")))


def test_what_is_said_in_both_languages() -> None:
    found = study("20:00", DAY0, "BBB")
    for text in (*(s.sentence for s in found.findings), found.judged[0].reaction_words):
        assert in_language(text, "de")
    assert found.to_dict()["config"]["frequency"] == "5min"
    assert "night before brought BBB" in found.text()
    for word in (" day 0", "sessions", "daily"):
        assert word not in found.text(verbose=True)


def test_windows_that_the_session_is_too_short_for_are_named() -> None:
    found = study("15:35")
    assert [s.window for s in found.judged[0].stretches] == [(0, 0)]
    assert "the first 30, 60 minutes are not judged" in found.text()
    assert "not judged" not in study("14:00").text()


def test_one_minute_is_said_as_one() -> None:
    few = pd.bdate_range("2025-10-27", "2025-12-03", tz="America/New_York").difference(
        pd.DatetimeIndex(["2025-11-27", "2025-11-28"], tz="America/New_York")
    )
    rng, rows = np.random.default_rng(9), []
    for day in few:
        for k in range(390):
            rows.append(("AAA", day + pd.Timedelta(minutes=570 + k), 50.0, 50 * math.exp(rng.normal(0, 0.001))))
    rows[-390 + 270] = ("AAA", rows[-390 + 270][1], 50.0, 60.0)
    bars = load_bars(pd.DataFrame(rows, columns=["ticker", "time", "open", "close"]))
    found = minutes([at("14:00")], bars, benchmark=None, model="constant_mean", windows=[(0, 0)], days=20)
    assert found.sentence.startswith("In the minute from 14:00 AAA moved")
    assert str(in_language(found.sentence, "de")).startswith("In der Minute ab 14:00 bewegte sich AAA")
    said = found.judged[0].reaction_words
    assert "after 1 minute (1 to 1)" in said
    assert "nach 1 Minute (1 bis 1)" in str(in_language(said, "de"))
    assert "in der Minute ab 14:00" in found.plot(lang="de").figure.texts[0].get_text()


def test_who_has_no_bars_is_told_what_there_is_and_what_to_do() -> None:
    with pytest.raises(NothingUsable, match="no ticker is left to study: there are no bars of NVDA") as error:
        minutes([at("14:00", tickers="NVDA")], table())
    assert error.value.where == "NVDA (2025-12-03)"
    assert error.value.available == "AAA, BBB, SPY"
    assert "name a ticker that has bars" in str(error.value.hint)
    with pytest.raises(NothingUsable, match="there are no bars of the benchmark QQQ") as error:
        minutes([at("14:00")], table(), benchmark="QQQ")
    assert "--benchmark" in str(error.value.hint)
    closes = load_bars(frame(made()).drop(columns="open"))
    with pytest.raises(NothingUsable, match="the night cannot be told from it") as error:
        minutes([at("09:30")], closes)
    assert "in a column open" in str(error.value.hint)
    both = minutes([at("14:00", tickers="AAA,NVDA")], table())
    assert both.left_out == (("2025-12-03", "NVDA", "there are no bars of NVDA"),)
    assert in_language(both.left_out[0][2], "de") == "von NVDA gibt es keine Balken"


def test_a_window_that_is_meant_in_minutes_is_told_what_it_counts() -> None:
    with pytest.raises(InvalidRequest, match="close or a lunch") as error:
        study_of(windows=((0, 30),))
    assert "windows count bars: [0, +30] are 155 minutes" in str(error.value.hint)
    assert study_of(windows=((0, 5),)).to_dict()["windows"][0]["minutes"] == 30


@pytest.mark.parametrize(
    ("clock", "day", "why"),
    [
        ("14:00", date(2026, 3, 2), "AAA has no bars on 2026-03-02, when it would be judged"),
        ("14:00", date(2025, 12, 5), "AAA has no bars on 2025-12-05, when it would be judged"),
        ("14:00", date(2025, 9, 2), "AAA has no bars on 2025-09-02, when it would be judged"),
        ("14:00", date(2025, 10, 31), "1 other day has the same minutes, and 20 are needed"),
        ("14:20", HALTED, "a price of the window is older than 5 bars, or is not there"),
    ],
)
def test_an_event_that_has_no_bars_leaves_the_others_as_they_are(clock: str, day: date, why: str) -> None:
    found = minutes([at(clock, day), at("14:00")], table(), windows=((0, 5),))
    others = 20 if "1 other day" in why else 21  # a day of another event is no ordinary day
    assert [(one.event_id, one.stretches[0].placebo.days) for one in found.judged] == [("2025-12-03", others)]
    assert found.left_out == ((f"{day}", "AAA", why),)


def test_a_day_on_which_the_market_was_stale_before_the_window_is_no_ordinary_day() -> None:
    """Its first move would be of more than five bars."""
    day = date(2025, 11, 18)
    stale = {start for k, start in enumerate(begins(day)) if 46 <= k < 54}
    bars = load_bars(frame(tuple(b for b in made() if b.ticker != "SPY" or b.start not in stale)))
    one = minutes([at("14:00")], bars).judged[0]
    assert one.stretches[0].placebo.days == study().judged[0].stretches[0].placebo.days - 1


def test_bars_before_the_instant_have_no_band() -> None:
    text = study("14:00", windows=((-2, 3),)).text(verbose=True)
    assert "nan" not in text
    assert "±" in text


# ---- the arithmetic ---------------------------------------------------------------------------------------------------


def test_realised_volatility_is_subsampled() -> None:
    returns = np.random.default_rng(1).normal(0, 1e-3, (3, 60))
    for row, value in zip(returns, realised(returns, 5), strict=True):
        total = 0.0
        for k in range(56):
            total += sum(row[k : k + 5]) ** 2
        assert value == pytest.approx(math.sqrt(total / 5))


def test_ties_count_and_a_path_that_ends_inside_has_no_time() -> None:
    assert clock_placebo(2.0, np.array([-2.0, 1.0, 3.0])) == (0.75, 2, 3)
    others = np.random.default_rng(2).normal(0, 1, (60, 10)).cumsum(axis=1)
    assert reaction(np.zeros(10) + 0.1, others)[1:] == (None, None, None)
    assert half_of(np.array([0.1, 0.4, 0.6, 0.3, 0.7, 1.0])) == 4


@pytest.mark.slow
def test_five_in_a_hundred_ordinary_days_stand_out_calm_or_turbulent() -> None:
    """5,000 days of a U over the day, t6 returns and a volatility that drifts from day to day, through the public interface."""
    rng, days = np.random.default_rng(7), 5060
    from eventstudy import calendars

    known = list(calendars.hours("XNYS", date(2003, 1, 2), date(2024, 12, 31))[1])
    known = [h for h in known if len(h.stretches) == 1 and (h.stretches[0][1] - h.stretches[0][0]).seconds == 23400][
        :days
    ]
    places = (np.arange(78) + 0.5) / 78
    shape = 1 + 1.5 * (2 * places - 1) ** 2
    log_vol = np.zeros(days)
    for d in range(1, days):
        log_vol[d] = 0.9 * log_vol[d - 1] + rng.normal(0, 0.2)
    moves = 0.001 * np.exp(log_vol)[:, None] * shape * rng.standard_t(6, (days, 78)) / math.sqrt(1.5)
    opening = np.full(days, 100.0)
    close = opening[:, None] * np.cumprod(1 + moves, axis=1)
    start = np.array([np.datetime64(h.stretches[0][0], "s") for h in known])[:, None] + np.arange(78) * np.timedelta64(
        300, "s"
    )
    opens = np.column_stack([opening, close[:, :-1]])
    data = {"ticker": "AAA", "time": start.ravel(), "open": opens.ravel(), "close": close.ravel()}
    bars = load_bars(pd.DataFrame(data), zone="UTC", stamp="start")
    from eventstudy.analyses.minutes.room import Room

    room = Room(bars, None, "constant_mean", [(0, 5)], 60, "holds", None, [])
    p = np.full(days, np.nan)
    for d in range(62, days):
        instant = known[d].stretches[0][0].replace(tzinfo=UTC) + timedelta(hours=4, minutes=30)
        p[d] = room.judge("x", "AAA", ["AAA"], instant).stretches[0].placebo.p
    third = np.argsort(np.argsort(log_vol[62:])) * 3 // (days - 62)
    judged = p[62:]
    sizes = [float((judged[third == k] <= 0.05).mean()) for k in range(3)]
    assert (judged <= 0.05).mean() == pytest.approx(0.049, abs=0.009), sizes
    assert all(0.035 < size < 0.068 for size in sizes), sizes


def test_the_picture_shows_the_path_and_the_band() -> None:
    found = study("14:02")
    ax = found.plot()
    steps = [p.get_data() for p in ax.patches if hasattr(p, "get_data")]
    one = found.judged[0]
    assert any(len(s.values) == 12 and s.values == pytest.approx(one.path) for s in steps)
    assert any(p.get_hatch() for p in ax.patches)
    assert "14:00" in [t.get_text() for t in ax.get_xticklabels()]
    assert "Band" in ax.figure.texts[1].get_text() + found.plot(lang="de").figure.texts[1].get_text()
    told = " ".join(ax.figure.texts[1].get_text().split())
    assert "In the 5 minutes from 14:00" in told  # as the title, so that the p is of its figure
    assert "60 minutes" not in told


def test_the_picture_shades_stages_and_nights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.import_module("eventstudy.analyses.minutes.room"), "LEAST_DAYS", 15)
    ax = study_of(stages=STAGES).plot()
    assert {"statement", "press"} <= {t.get_text() for t in ax.texts}
    event = at("14:00", date(2025, 12, 2))
    over = minutes([event], table(), windows=((0, 48),), across=True, days=20).plot(lang="de")
    assert "Nacht" in [t.get_text() for t in over.figure.legends[0].get_texts()]
    clocks = [t.get_text() for t in over.get_xticklabels()]
    assert clocks == ["13:00", "14:00", "15:00", "+1 10:00", "+1 11:00"]  # a round time from bar 0, on either day


def test_the_picture_joins_the_first_bar_to_what_was_before_and_marks_a_lunch() -> None:
    one = study().judged[0]
    ax = study().plot()
    assert any(list(line.get_ydata()) == pytest.approx([0.0, one.path[0]], abs=1e-12) for line in ax.lines[:1])
    hong_kong = load_bars(made_at(HONG_KONG, 5).frame(), width=5, stamp="start")
    event = single_event("2025-09-12T11:30:00+08:00", "0700.HK")
    choices: dict[str, Any] = {"benchmark": "^HSI", "windows": [(0, 17)], "across": True}
    over = minutes([event], hong_kong, **choices).plot(lang="de")
    assert "Mittagspause" in [t.get_text() for t in over.figure.legends[0].get_texts()]
    assert any(list(line.get_xdata()) == [6, 6] for line in over.lines)


def clocks(zone: str, later: int = 0) -> pd.DataFrame:
    """The golden bars as a file without zones writes them whose clock is that of a place."""
    bars = frame(made())
    moved = bars["time"] + pd.Timedelta(minutes=later)
    return bars.assign(time=moved.dt.tz_convert(zone).dt.tz_localize(None))


@pytest.mark.parametrize(
    ("clock", "said", "off"),
    [
        ("America/Chicago", "America/New_York", "60 minutes before"),
        ("America/New_York", "America/Chicago", "60 minutes after"),
        ("Etc/GMT+4", "America/New_York", "60 minutes after"),  # right until summer time ends
        ("UTC", "America/New_York", "300 minutes after"),
        ("America/St_Johns", "America/New_York", "90 minutes after"),
    ],
)
@pytest.mark.parametrize("later", [0, 5])
@pytest.mark.parametrize("stamp", [None, "start"])
def test_bars_of_another_zone_than_the_one_that_is_said_are_refused(
    clock: str, said: str, off: str, later: int, stamp: Literal["start"] | None
) -> None:
    """An hour beside the exchange's five sixths of the bars lie on its hours, and each of them has another's move."""
    with pytest.raises(InvalidRequest, match=f"bars begin and end {off} the hours of XNYS") as error:
        load_bars(clocks(clock, later), zone=said, stamp=stamp)
    assert "--bar-zone" in str(error.value.hint)
    assert load_bars(clocks(clock, later), zone=clock).sha256() == table().sha256()


def test_bars_before_and_after_the_hours_are_of_no_other_zone() -> None:
    """Longer at both ends, or shorter, or longer at one: no day is shifted."""
    bars = frame(made())
    clock = bars["time"].dt.tz_convert("America/New_York").dt.strftime("%H:%M")
    early = bars[clock < "10:30"].assign(time=bars["time"] - pd.Timedelta(minutes=60))
    late = bars[clock >= "15:00"].assign(time=bars["time"] + pd.Timedelta(minutes=60))
    for given in (
        pd.concat([bars, early, late]),
        pd.concat([bars, early]),
        bars[(clock >= "10:30") & (clock < "15:00")],
    ):
        assert load_bars(given, stamp="start").width == 5


def test_starts_whose_first_bars_are_lacking_are_not_taken_for_ends() -> None:
    """From 09:35 on: the ends of all bars, or the starts of all but the first; the close tells the two apart."""
    bars = frame(made())
    clock = bars["time"].dt.tz_convert("America/New_York").dt.strftime("%H:%M")
    short = bars[clock != "09:30"]
    with pytest.raises(InvalidRequest, match="the first bar after the opening of most days is lacking") as error:
        load_bars(short)
    assert "--stamp start" in str(error.value.hint)
    assert load_bars(short, stamp="start").read_as == ()
    ends = bars.assign(time=bars["time"] + pd.Timedelta(minutes=5))
    assert "times are the ends of bars, by the opening of XNYS" in map(str, load_bars(ends).read_as)
