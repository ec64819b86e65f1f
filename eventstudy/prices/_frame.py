"""Prices that a person holds in a pandas DataFrame, by the same rules as a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from eventstudy.errors import InvalidFile, SourceError
from eventstudy.prices._base import FIELDS
from eventstudy.prices._given import (
    Bools,
    Days,
    Floats,
    Ints,
    Place,
    Wanted,
    ascending,
    check_values,
    fold,
    long_columns,
    long_table,
    not_there,
    numbers,
    sessions_of,
    wide_table,
    wide_tickers,
)
from eventstudy.prices._table import PriceTable, SeriesInfo

_WRITES_COPY = int(pd.__version__.split(".")[0]) >= 3
"""Whether frames may share memory: from pandas 3 on, whoever writes to one of them gets a copy first."""
_PLACE = Place("the DataFrame of prices", lambda i: f"row {i}")
_TEXT = "read tickers as text: pandas.read_csv(..., dtype={'ticker': str}, keep_default_na=False)"


def frame_to_table(
    frame: pd.DataFrame,
    tickers: Sequence[str] | None = None,
    start: date | None = None,
    end: date | None = None,
    *,
    place: Place = _PLACE,
    source: str = "dataframe",
    all_checked: bool = True,
) -> PriceTable:
    """A PriceTable of a DataFrame: wide (index sessions, columns tickers) or long (`ticker, date, close`).

    Sessions are dates: a naive DatetimeIndex at midnight, `datetime.date`, or ISO text. The frame is
    unchanged. `place` is what was given, as messages name it, and `source` the kind of it. Of a wide frame only the columns of
    `tickers` are looked at; where none are named and not `all_checked`, those that are named later (`PriceTable.naming`).

    Raises:
        InvalidFile: it cannot be read as prices; says which row and column, and what to do.
    """
    if isinstance(frame.columns, pd.MultiIndex):
        raise place.fault(
            "the columns have several levels",
            available=str(list(frame.columns.names)),
            hint="choose the closing prices, e.g. frame['Close']",
        )
    if frame.empty:
        raise place.fault("there are no prices in it", available=f"{frame.shape[0]} rows, {frame.shape[1]} columns")
    if {fold(str(n)) for n in frame.index.names if n is not None} & {"ticker", "date", "session"}:
        frame = frame.reset_index()
    labels = [c if type(c) is str else _label(place, c) for c in frame.columns.tolist()]
    dates = [i for i, label in enumerate(labels) if fold(label) in ("date", "session")]
    names = ["date" if i in dates else label for i, label in enumerate(labels)] if dates else [*labels, "date"]
    wanted = Wanted(tickers, start, end)
    columns = long_columns(place, names)
    if columns is None:
        return _wide(place, source, frame, names, dates, wanted, all_checked)
    return _long(place, source, frame, columns, wanted)


def _label(place: Place, label: Any) -> str:
    if isinstance(label, str | int | np.integer) and not isinstance(label, bool):
        return str(label)
    raise place.fault(f"the column heading {label!r} is not a ticker", hint="tickers are text")


def _long(place: Place, source: str, frame: pd.DataFrame, columns: dict[str, int], wanted: Wanted) -> PriceTable:
    given = frame.iloc[:, columns["ticker"]]
    codes, distinct = pd.factorize(given, use_na_sentinel=True)
    for wrong, what in (
        (codes < 0, "the ticker is missing"),
        (codes == _first_no_text(distinct), "the ticker is not text"),
    ):
        if wrong.any():
            raise place.fault(what, row=int(wrong.argmax()), column="ticker", hint=_TEXT)
    days = _days(place, frame.iloc[:, columns["date"]] if columns["date"] < frame.shape[1] else frame.index)
    values = {f: numbers(place, f, frame.iloc[:, columns[f]].to_numpy()) for f in FIELDS if f in columns}
    return long_table(place, source, codes.astype(np.int64), [str(t) for t in distinct], days, values, wanted)


def _first_no_text(distinct: Any) -> int:
    """The code of the first ticker that is no text and no number, -2 when all are."""
    ok = [isinstance(t, str | int | np.integer) and not isinstance(t, bool) and str(t).strip() != "" for t in distinct]
    return ok.index(False) if False in ok else -2


def _wide(
    place: Place,
    source: str,
    frame: pd.DataFrame,
    names: list[str],
    dates: list[int],
    wanted: Wanted,
    all_checked: bool,
) -> PriceTable:
    if len(dates) > 1:
        raise place.fault("there are two columns 'date'", available=", ".join(names[:20]), hint="keep one")
    days = _days(place, frame.iloc[:, dates[0]] if dates else frame.index)
    if dates:
        frame = frame.drop(columns=frame.columns[dates])
    known = tickers = wide_tickers(place, [n for i, n in enumerate(names) if i not in dates] if dates else names[:-1])
    if wanted.tickers is not None:
        named = set(wanted.tickers)
        asked = [i for i, ticker in enumerate(known) if ticker in named]
        tickers, frame = [known[i] for i in asked], frame.iloc[:, asked]
    floats = bool((frame.dtypes == np.float64).all())
    if wanted.tickers is None and not all_checked:
        return _unchecked(place, source, frame, tickers, days, floats)
    if not floats:
        closes = np.column_stack([numbers(place, t, frame.iloc[:, i].to_numpy()) for i, t in enumerate(tickers)])
        return wide_table(place, source, tickers, days, closes, wanted, known)
    closes = frame.to_numpy(copy=not _WRITES_COPY)
    table = wide_table(place, source, tickers, days, closes, wanted, known)
    if _WRITES_COPY and np.may_share_memory(table.close.to_numpy(), closes):
        close = frame.set_axis(table.close.index, axis=0).set_axis(table.close.columns, axis=1)
        return replace(table, fields={"close": close})
    return table


def _unchecked(
    place: Place, source: str, frame: pd.DataFrame, tickers: list[str], days: Days, floats: bool
) -> PriceTable:
    """The table of a wide frame whose columns nobody has looked at yet; a cell that is no number is no price until then."""
    order = ascending(place, days)
    given = Unchecked(place, frame, tickers, floats)
    if not floats:
        frame = pd.DataFrame(given.values(tickers))
    elif not _WRITES_COPY:
        frame = frame.copy()
    if (np.diff(order) != 1).any():
        frame = frame.iloc[order]
    index = pd.DatetimeIndex(days[order].astype("datetime64[ns]"), name="session")
    close = frame.set_axis(index, axis=0).set_axis(pd.Index(tickers, dtype=object, name="ticker"), axis=1)
    return PriceTable({"close": close}, dict.fromkeys(tickers, SeriesInfo(source, "as_given")), given=given)


class Unchecked:
    """The columns of a wide frame as they were given; each is looked at once, when a study names it. See `Given`."""

    def __init__(self, place: Place, frame: pd.DataFrame, tickers: Sequence[str], floats: bool) -> None:
        """Columns headed by `tickers`, all of which are numbers where they are `floats`."""
        self._place, self._frame, self._floats = place, frame, floats
        self._column = {ticker: i for i, ticker in enumerate(tickers)}
        self._priced: dict[str, bool] = {}
        self._faults: dict[str, InvalidFile] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Travel without the frame: what is wrong with it is looked up before."""
        self._look(list(self._column))
        return vars(self) | {"_frame": self._frame.iloc[:0], "_place": Place(self._place.name, str)}

    def empty(self, tickers: Iterable[str]) -> dict[str, SourceError]:
        """Those of the columns that hold no price at all.

        Raises:
            InvalidFile: one holds what cannot be a price; says where.
        """
        named = [t for t in dict.fromkeys(tickers) if t in self._column]
        self._look([t for t in named if t not in self._priced])
        for ticker in named:
            if ticker in self._faults:
                raise self._faults[ticker]
        return {t: not_there(self._place.name, t, list(self._column), Wanted()) for t in named if not self._priced[t]}

    def _look(self, tickers: list[str]) -> None:
        values = self.values(tickers)
        priced: Bools = np.isfinite(values).any(axis=0).astype(bool)
        sound: Bools = (np.isnan(values) | ((values > 0) & (values < np.inf))).all(axis=0).astype(bool)
        self._priced |= dict(zip(tickers, priced.tolist(), strict=True))
        for i in np.flatnonzero(~sound).tolist():
            try:
                check_values(self._place, "close", values[:, i], tickers[i])
            except InvalidFile as error:
                self._faults[tickers[i]] = error

    def values(self, tickers: list[str]) -> Floats:
        """(S, n) the numbers of some columns; of one that holds something else, nothing."""
        every = len(tickers) == len(self._column) and tickers == list(self._column)
        frame = self._frame if every else self._frame.iloc[:, [self._column[t] for t in tickers]]
        if self._floats:
            return frame.to_numpy()
        found = np.full(frame.shape, np.nan)
        for i, ticker in enumerate(tickers):
            try:
                found[:, i] = numbers(self._place, ticker, frame.iloc[:, i].to_numpy())
            except InvalidFile as error:
                self._faults[ticker] = error
        return found


def _days(place: Place, given: Any) -> Days:
    """(N,) days of a column or an index.

    Raises:
        InvalidFile: they are no dates, or instants.
    """
    column = "date" if isinstance(given, pd.Series) else "the index"
    if isinstance(given.dtype, pd.DatetimeTZDtype):
        raise place.fault(
            f"{column} holds instants with a zone ({given.dtype.tz}): a session is the date at the exchange",
            hint="make dates of them: index.tz_convert(exchange zone).tz_localize(None).normalize()",
        )
    if pd.api.types.is_datetime64_dtype(given):
        return _midnights(place, given.to_numpy(), column)
    if pd.api.types.is_numeric_dtype(given) or not (given.dtype == object or pd.api.types.is_string_dtype(given)):
        raise place.fault(
            f"{column} holds {given.dtype}, not dates",
            hint="frame.set_index('date') with dates, or pandas.to_datetime(..., format=...)",
        )
    codes, distinct = pd.factorize(given, use_na_sentinel=True)
    if (codes < 0).any():
        raise place.fault("the date is missing", row=int((codes < 0).argmax()), column=column)
    codes64: Ints = codes.astype(np.int64)
    return sessions_of(place, codes64, [str(d) for d in distinct], column)


def _midnights(place: Place, instants: Days, column: str) -> Days:
    days = instants.astype("datetime64[D]")
    odd: Any = (days != instants) | np.isnat(instants)
    if odd.any():
        row = int(odd.argmax())
        what = "the date is missing" if np.isnat(instants[row]) else f"{instants[row]} is an instant, not a session"
        raise place.fault(what, row=row, column=column, hint="a session is a date: index.normalize() if that is meant")
    return days
