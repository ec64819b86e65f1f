"""Prices that a person holds in a pandas DataFrame, by the same rules as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from eventstudy.prices._base import FIELDS
from eventstudy.prices._given import (
    Days,
    Ints,
    Place,
    Wanted,
    fold,
    long_columns,
    long_table,
    numbers,
    sessions_of,
    wide_table,
    wide_tickers,
)
from eventstudy.prices._table import PriceTable

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
) -> PriceTable:
    """A PriceTable of a DataFrame: wide (index sessions, columns tickers) or long (`ticker, date, close`).

    Sessions are dates: a naive DatetimeIndex at midnight, `datetime.date`, or ISO text. The frame is
    unchanged. `place` is what was given, as messages name it, and `source` the kind of it.

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
    names = ["date" if fold(str(c)) == "session" else _label(place, c) for c in frame.columns]
    wanted = Wanted(tickers, start, end)
    columns = long_columns(place, names if "date" in map(fold, names) else [*names, "date"])
    if columns is None:
        return _wide(place, source, frame, names, wanted)
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


def _wide(place: Place, source: str, frame: pd.DataFrame, names: list[str], wanted: Wanted) -> PriceTable:
    dates = [i for i, name in enumerate(names) if fold(name) == "date"]
    if len(dates) > 1:
        raise place.fault("there are two columns 'date'", available=", ".join(names[:20]), hint="keep one")
    days = _days(place, frame.iloc[:, dates[0]] if dates else frame.index)
    prices = [i for i in range(len(names)) if i not in dates]
    tickers = wide_tickers(place, [names[i] for i in prices])
    if not all(dtype == np.float64 for dtype in frame.dtypes):
        closes = np.column_stack([numbers(place, names[i], frame.iloc[:, i].to_numpy()) for i in prices])
        return wide_table(place, source, tickers, days, closes, wanted)
    closes = frame.to_numpy(copy=not _WRITES_COPY)
    table = wide_table(place, source, tickers, days, closes, wanted)
    if _WRITES_COPY and np.may_share_memory(table.close.to_numpy(), closes):
        close = frame.set_axis(table.close.index, axis=0).set_axis(table.close.columns, axis=1)
        return replace(table, fields={"close": close})
    return table


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
