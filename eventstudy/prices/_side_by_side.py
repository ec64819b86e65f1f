"""Series of prices put side by side as they come, so that none is held twice."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventstudy.prices._base import FIELDS, Fetch

_Days = NDArray[np.datetime64]
_Rows = NDArray[np.float64]


class _Apart(NamedTuple):
    """A series whose days are not those of the first one."""

    row: int
    days: _Days
    frame: pd.DataFrame


class SideBySide:
    """Room for at most `most` series: those with the days of the first one are copied at once, the others in the end."""

    def __init__(self, most: int) -> None:
        """No series yet."""
        self.symbols: list[str] = []
        self._most = most
        self._days: _Days = np.empty(0, "datetime64[ns]")
        self._rows: dict[str, _Rows] = {}
        self._apart: list[_Apart] = []
        self._seen: tuple[pd.Index, bool] | None = None
        self._named: tuple[pd.Index, list[str]] | None = None

    def add(self, fetch: Fetch) -> None:
        """The next series; its frame is not needed any more where it has the days of the first one."""
        row, index = len(self.symbols), fetch.frame.index
        self.symbols.append(fetch.symbol)
        if row == 0:
            self._days = index.to_numpy("datetime64[ns]")
        if self._seen is None or index is not self._seen[0]:
            self._seen = index, np.array_equal(index.to_numpy("datetime64[ns]"), self._days)
        if self._seen[1]:
            self._put(row, fetch.frame, slice(None))
        else:
            self._apart.append(_Apart(row, index.to_numpy("datetime64[ns]"), fetch.frame))

    def fields(self) -> dict[str, pd.DataFrame]:
        """Each field that a series has, and `close`: index = sessions, columns = tickers; NaN = no value."""
        self._spread()
        sessions = pd.DatetimeIndex(self._days, name="session")
        tickers = pd.Index(self.symbols, dtype=object, name="ticker")
        if "close" not in self._rows:
            self._rows["close"] = np.full((len(tickers), len(sessions)), np.nan)
        rows = {name: self._rows[name][: len(tickers)] for name in FIELDS if name in self._rows}
        return {name: pd.DataFrame(values.T, sessions, tickers, copy=False) for name, values in rows.items()}

    def _room(self) -> _Rows:
        return np.empty((self._most, len(self._days)))

    def _put(self, row: int, frame: pd.DataFrame, at: slice | NDArray[np.intp]) -> None:
        """A series into its row; NaN on every other day, and in a field that it has not."""
        if self._named is None or frame.columns is not self._named[0]:  # those of a store are the same for all
            self._named = frame.columns, frame.columns.tolist()
        values = dict(zip(self._named[1], frame.to_numpy(float).T, strict=True))
        for name in values.keys() - self._rows.keys():
            self._rows[name] = self._room()
            self._rows[name][: len(self.symbols)] = np.nan
        for name, rows in self._rows.items():
            if name not in values or not isinstance(at, slice):
                rows[row] = np.nan
            if name in values:
                rows[row, at] = values[name]

    def _spread(self) -> None:
        """Take in the series that stand apart, on the days of all."""
        if not self._apart:
            return
        own, old = self._days, self._rows
        self._days = np.unique(np.concatenate([own, *(one.days for one in self._apart)]))
        if len(self._days) > len(own):
            at, n = np.searchsorted(self._days, own), len(self.symbols)
            self._rows = {name: self._room() for name in old}
            for name, rows in self._rows.items():
                rows[:n] = np.nan
                rows[:n, at] = old[name][:n]
        for row, days, frame in self._apart:
            self._put(row, frame, np.searchsorted(self._days, days))
        self._apart = []
