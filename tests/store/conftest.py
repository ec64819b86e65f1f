"""Made-up series and a clock for the tests of the store."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import calendars
from eventstudy.errors import SymbolUnknown
from eventstudy.prices import Fetch, _store, _store_days, _store_update
from eventstudy.prices import store as reader
from eventstudy.prices._store import Store

from tests.worlds import walk

DAYS: list[date] = calendars.sessions("XNYS", date(2024, 1, 1), date(2025, 2, 14)).tolist()
FIRST, LAST = DAYS[0], DAYS[-1]
LATER = datetime(2025, 3, 3, 12, tzinfo=UTC)
"""A time at which every bar of `DAYS` is final."""


def made(symbol: str = "AAA", seed: int = 1, days: list[date] = DAYS) -> pd.DataFrame:
    """Prices of all of `DAYS` that move by 1 % a day, with two dividends, cut to `days`."""
    n = len(DAYS)
    close = walk(seed, n)
    dividend = np.full(n, np.nan)
    dividend[[60, 200]] = 0.25
    columns: dict[str, Any] = {
        "open": close * 0.999,
        "high": close * 1.01,
        "low": close * 0.99,
        "close": close,
        "adj_close": close * 0.98,
    }
    columns |= {"volume": np.arange(n) + 1000.0, "dividend": dividend, "split": np.full(n, np.nan)}
    frame = pd.DataFrame(columns, pd.DatetimeIndex(np.array(DAYS, "datetime64[ns]"), name="session"))
    return frame.loc[str(days[0]) : str(days[-1])]


def fetched(frame: pd.DataFrame, at: datetime = LATER, symbol: str = "AAA") -> Fetch:
    """A frame as a source delivers it at a time."""
    return Fetch(symbol, frame, "dividends", "USD", "XNYS", at.isoformat(timespec="seconds"))


def set_clock(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    """Let the store read this time, in whichever file of its room it looks at the clock."""
    clock = _store_days.now
    for module in (_store_days, _store, _store_update, reader):  # imported later, one would keep this clock for good
        assert module.now is clock, "the clock of another test was left there"
        monkeypatch.setattr(module, "now", lambda: at)


class Service:
    """A source of made-up series; `asked` lists what it was asked for, `at` is the time it has."""

    summary = "for tests"

    def __init__(self, *symbols: str) -> None:
        self.frames = {symbol: made(symbol, seed) for seed, symbol in enumerate(symbols or ("AAA",), 1)}
        self.asked: list[tuple[str, date | None, date | None]] = []
        self.at = LATER

    def fetch(self, symbol: str, start: date | None, end: date | None) -> Fetch:
        self.asked.append((symbol, start, end))
        if symbol not in self.frames:
            raise SymbolUnknown(f"no {symbol}")
        return fetched(self.frames[symbol].loc[str(start) : str(end)], self.at, symbol)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def store(price_store: Path) -> Iterator[Store]:
    with Store(write=True) as opened:
        yield opened


Change = Callable[[pd.DataFrame], pd.DataFrame]


def change_bars(path: Path, change: Change | str, symbol: str | None = None) -> None:
    """Change by hand what is written of the series (of one symbol): a frame of its bars, by days from 1970, or any SQL."""
    with closing(sqlite3.connect(path)) as raw:
        if isinstance(change, str):
            assert raw.execute(change).rowcount
        else:
            found = """SELECT p.rowid, columns, bars FROM part p JOIN series s ON s.id = series_id
              WHERE symbol = ifnull(?, symbol)"""
            for row, columns, bars in raw.execute(found, [symbol]).fetchall():
                names = json.loads(columns)
                days, *values = np.frombuffer(bars, "<f8").reshape(1 + len(names), -1)
                frame = change(pd.DataFrame(dict(zip(names, values, strict=True)), days.view("<i8")))
                changed = frame.index.to_numpy("<i8").tobytes() + frame.to_numpy("<f8").T.tobytes()
                raw.execute("UPDATE part SET bars = ? WHERE rowid = ?", (changed, row))
        raw.commit()
