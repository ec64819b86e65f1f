"""Bars of minutes from Yahoo's stand-in: as far back as it keeps them, finished ones alone, the figures of a file of them."""

# ruff: noqa: F811 - fixtures are named as they are imported
from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest
from eventstudy import calendars
from eventstudy.errors import InvalidRequest, SourceRateLimited, SymbolUnknown
from eventstudy.prices import load_bars, yahoo_bars
from eventstudy.prices import yahoo as module

from tests.cli.conftest import Ran, es, yahoo  # noqa: F401
from tests.loopback.answers import Series
from tests.loopback.server import Service

WIDTH, NOW = 15, datetime.now(UTC)


@dataclass(frozen=True)
class Bars(Series):
    """What Yahoo has of minutes: a row a bar."""

    rows: list[tuple[int, float, float | None]] = field(default_factory=list)
    """(start in seconds since 1970, first price, last price)."""

    def chart(self, first: int, last: int) -> dict[str, Any]:
        shown = [row for row in self.rows if first <= row[0] < last]
        opens, closes = [o for _, o, _ in shown], [c for _, _, c in shown]
        quote = {"open": opens, "high": closes, "low": opens, "close": closes, "volume": [100] * len(shown)}
        answer = super().chart(first, last)
        answer["meta"] |= {"dataGranularity": f"{WIDTH}m", "tradingPeriods": {"pre": [], "post": []}}
        return answer | {"timestamp": [at for at, _, _ in shown], "indicators": {"quote": [quote]}}


@cache
def days() -> list[Any]:
    """The hours of the sessions of the last 59 days, without today's."""
    _, hours = calendars.hours("XNYS", NOW.date() - timedelta(58), NOW.date() - timedelta(1))
    return hours


def made(symbol: str, seed: int) -> Bars:
    """Bars of whole sessions, one before the hours of each, and one that has not ended."""
    rng, rows, price = np.random.default_rng(seed), list[tuple[int, float, float | None]](), 100.0
    for hours in days():
        start, end = (at.replace(tzinfo=UTC) for at in hours.stretches[0])
        at = start - timedelta(minutes=WIDTH)
        while at < end:
            before, price = price, price * float(np.exp(rng.normal(0, 0.001)))
            rows.append((int(at.timestamp()), before, price))
            at += timedelta(minutes=WIDTH)
    rows.append((int(NOW.timestamp()) - 60, price, 2 * price))
    return Bars(symbol, [], [], [], rows=rows)


@pytest.fixture
def service() -> Service:
    return Service([made("AAA", 1), made("SPY", 2)])


def instant() -> str:
    """At 14:00 in New York of the last whole session."""
    whole = [h for h in days() if h.stretches[0][1] - h.stretches[0][0] == timedelta(hours=6.5)]
    opened: datetime = whole[-1].stretches[0][0]
    return (opened.replace(tzinfo=UTC) + timedelta(hours=4.5)).isoformat()


def test_the_command_finds_what_a_file_of_the_bars_gives(es: Callable[..., Ran], yahoo: Service, tmp_path: Any) -> None:
    asked = ("minutes", "--date", instant(), "--tickers", "AAA", "--format", "json", "--bars")
    told = es(*asked, "yahoo", "--width", str(WIDTH))
    assert told.code == 0, told.err
    rows = [(s.symbol, *row) for s in (made("AAA", 1), made("SPY", 2)) for row in s.rows[:-1]]
    table = pd.DataFrame(rows, columns=["ticker", "time", "open", "close"])
    table.to_csv(tmp_path / "bars.csv", index=False)
    file = es(*asked, "bars.csv", "--stamp", "start")
    assert json.loads(told.out)["windows"] == json.loads(file.out)["windows"]
    assert json.loads(told.out)["bars"] == json.loads(file.out)["bars"]
    assert any("bars outside the hours" in note for note in json.loads(told.out)["notes"])
    queries = [parse_qs(urlsplit(path).query) for path in yahoo.asked if "/chart/AAA" in path]
    [query] = [q for q in queries if q.get("interval") == [f"{WIDTH}m"]]
    begins = datetime.fromtimestamp(int(query["period1"][0]), UTC)
    assert timedelta(days=58) <= NOW - begins <= timedelta(days=60)


def test_a_bar_that_has_not_ended_is_none(yahoo: Service) -> None:
    found = module.SOURCE.bars("AAA", NOW.date() - timedelta(5), NOW.date(), WIDTH)
    assert found["time"].max() < NOW - timedelta(minutes=WIDTH)
    assert (found["close"] < 1000).all()


@pytest.mark.parametrize("width", [1, 2, 90])
def test_widths_that_yahoo_does_not_have_far_enough_back(width: int) -> None:
    with pytest.raises(InvalidRequest, match=r"far enough|has no bars") as error:
        yahoo_bars(["AAA"], NOW.date(), NOW.date(), width)
    assert "730 days" in str(error.value.available)


@pytest.mark.parametrize(("width", "reach"), [(5, 60), (15, 60), (30, 60), (60, 730)])
def test_days_before_its_bars_begin_are_refused(width: int, reach: int) -> None:
    gone = NOW.date() - timedelta(days=reach)
    with pytest.raises(InvalidRequest, match=f"begin on {gone + timedelta(days=1)}"):
        yahoo_bars(["AAA"], gone - timedelta(days=9), gone, width)


def test_faults_of_yahoo_are_told(yahoo: Service) -> None:
    with pytest.raises(SymbolUnknown):
        yahoo_bars(["NOPE"], NOW.date() - timedelta(9), NOW.date(), WIDTH)
    with pytest.raises(SymbolUnknown, match="not a Yahoo symbol"):
        yahoo_bars(["A B"], NOW.date() - timedelta(9), NOW.date(), WIDTH)
    yahoo.fail("AAA", "rate-limited")
    with pytest.raises(SourceRateLimited):
        yahoo_bars(["AAA"], NOW.date() - timedelta(9), NOW.date(), WIDTH)


def test_a_table_of_them_has_their_width(yahoo: Service) -> None:
    found = yahoo_bars(["AAA", "SPY", "AAA"], NOW.date() - timedelta(9), NOW.date(), WIDTH)
    assert (found.width, found.tickers) == (WIDTH, ["AAA", "SPY"])
    assert load_bars(found) is found
