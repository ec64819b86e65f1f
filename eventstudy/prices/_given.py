"""Prices as a person gives them, in a file or a DataFrame, become a PriceTable by one set of rules.

Nothing is repaired: what cannot be a price, or can be read two ways, is refused with its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventstudy.errors import InvalidFile, SourceError, SymbolUnknown
from eventstudy.language import Phrase
from eventstudy.prices._base import FIELDS, Basis
from eventstudy.prices._table import PriceTable, SeriesInfo
from eventstudy.separated import separated

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Days = NDArray[np.datetime64]
Bools = NDArray[np.bool_]

PRICES = ("open", "high", "low", "close", "adj_close")
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})([ T]00:00(:00(\.0+)?)?)?")
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}[ T].*([+-]\d{2}:?\d{2}|Z)")
_TWO_WAYS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2}|\d{4})")
_YEARS = range(1700, 2201)


@dataclass(frozen=True)
class Place:
    """What was given, as messages name it, and how a person finds the i-th row of prices in it."""

    name: str
    row: Callable[[int], str]

    def fault(
        self,
        what: str,
        *,
        row: int | None = None,
        column: str | None = None,
        available: str | None = None,
        hint: str | None = None,
    ) -> InvalidFile:
        """The error to raise about a row (counted from 0) and a column of this place."""
        spot = [self.name] + ([self.row(row)] if row is not None else [])
        where = ", ".join(spot + ([f"column {column}"] if column else []))
        return InvalidFile(what, where=where, available=available, hint=hint)


@dataclass(frozen=True)
class Wanted:
    """What is asked of the prices: tickers (None: all) and dates, both included (None: open)."""

    tickers: str | Sequence[str] | None = None
    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        """A text is the tickers that it names."""
        if self.tickers is not None:
            object.__setattr__(self, "tickers", separated(self.tickers))

    def on(self, days: Days) -> NDArray[np.bool_]:
        """(N,) which days are asked for."""
        hit = np.ones(len(days), bool)
        if self.start is not None:
            hit &= days >= np.datetime64(self.start, "D")
        if self.end is not None:
            hit &= days <= np.datetime64(self.end, "D")
        return hit

    @property
    def span(self) -> str:
        """The dates in words, with a blank before; empty when both are open."""
        return (f" from {self.start}" if self.start else "") + (f" to {self.end}" if self.end else "")


@lru_cache(maxsize=65_536)
def fold(name: str) -> str:
    """A column name as it is compared: `Adj Close` is `adj_close`."""
    return re.sub(r"\s+", "_", name.strip().lower())


def long_columns(place: Place, names: Sequence[str]) -> dict[str, int] | None:
    """Where each column of a long table is, or None for a wide one.

    Raises:
        InvalidFile: a column is unknown, given twice or lacking, or the prices are of one unnamed ticker.
    """
    folded = [fold(name) for name in names]
    known = ["ticker", "date", *FIELDS]
    if "ticker" not in folded:
        if "close" in folded:
            raise place.fault(
                "there is a column 'close' but no column 'ticker'",
                available=", ".join(names),
                hint="add a column 'ticker', or name the column of closing prices by its ticker",
            )
        return None
    for i, (name, given) in enumerate(zip(folded, names, strict=True)):
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise place.fault(
                f"unknown column {given!r}",
                available=f"known columns are {', '.join(known)}",
                hint=f"did you mean {near[0]!r}?" if near else "remove the column",
            )
        if name in folded[:i]:
            raise place.fault(f"column {given!r} is there twice", available=", ".join(names), hint="keep one")
    for name in ("date", "close"):
        if name not in folded:
            raise place.fault(
                f"there is no column {name!r}",
                available=", ".join(names),
                hint="prices are ticker,date,close[,open,high,low,adj_close,volume,dividend,split]",
            )
    return {name: i for i, name in enumerate(folded)}


def wide_tickers(place: Place, names: Sequence[str]) -> list[str]:
    """The headings of a wide table, checked: each a ticker, none empty or twice."""
    tickers = [name.strip() for name in names]
    if not tickers:
        raise place.fault("there is a date column but no ticker", hint="a wide table is date,TICKER,TICKER,...")
    if all(tickers) and len(set(tickers)) == len(tickers):
        return tickers
    met: set[str] = set()
    for i, ticker in enumerate(tickers):
        if not ticker:
            raise place.fault(
                f"the heading of price column {i + 1} is empty",
                available=", ".join(filter(None, tickers)),
                hint="give it a ticker or remove the column",
            )
        if ticker in met:
            raise place.fault(f"ticker {ticker!r} heads two columns", hint="keep one of them")
        met.add(ticker)
    return tickers


def sessions_of(place: Place, codes: Ints, texts: Sequence[str], column: str = "date") -> Days:
    """(N,) days of the rows; `codes` (N,) says which of the distinct `texts` each row holds.

    Raises:
        InvalidFile: a text is no ISO date, or can be read two ways.
    """
    days = np.empty(len(texts), "datetime64[D]")
    for k, text in enumerate(texts):
        iso = _ISO.fullmatch(text.strip())
        try:
            day = date.fromisoformat(iso[1]) if iso else None
        except ValueError:
            day = None
        if day is None or day.year not in _YEARS:
            row = int(np.flatnonzero(codes == k)[0])
            raise place.fault(_why_no_date(text), row=row, column=column, hint="write dates as 2025-01-27")
        days[k] = day
    return days[codes]


def _why_no_date(text: str) -> str:
    two = _TWO_WAYS.fullmatch(text.strip())
    if two and int(two[1]) <= 12 and int(two[2]) <= 12 and int(two[1]) != int(two[2]):
        return f"the date {text!r} reads two ways: day first or month first"
    if _ZONED.fullmatch(text.strip()):
        return f"{text!r} is an instant with a zone: a session is the date at the exchange, without a zone"
    return f"{text!r} is not an ISO date" if text.strip() else "the date is empty"


_levels: ContextVar[bool] = ContextVar("levels", default=False)


@contextmanager
def levels_read(levels: bool = True) -> Iterator[None]:
    """Within the block closes may be levels, which may be zero or negative: yields, spreads, differences."""
    before = _levels.set(levels)
    try:
        yield
    finally:
        _levels.reset(before)


def check_values(place: Place, field: str, values: Floats, column: str | None = None) -> None:
    """Refuse numbers that cannot be what the field says; NaN is a missing value and passes."""
    column = column or field
    wild = np.isinf(values)
    if wild.any():
        raise place.fault("the value is infinite", row=int(wild.argmax()), column=column, hint="leave it empty")
    if _levels.get() and field == "close":
        return
    bad = values <= 0 if field in PRICES else values < 0
    if bad.any():
        row = int(bad.argmax())
        kind = "zero" if values[row] == 0 else "negative"
        raise place.fault(
            f"the {field.replace('_', ' ')} is {kind}: {values[row]:g}",
            row=row,
            column=column,
            hint="leave a missing value empty"
            + ("; CRSP marks the mean of bid and ask by a minus sign" if values[row] < 0 and field == "close" else ""),
        )


def long_table(
    place: Place,
    source: str,
    codes: Ints,
    names: Sequence[str],
    days: Days,
    values: Mapping[str, Floats],
    wanted: Wanted,
) -> PriceTable:
    """A table from rows: `codes` (N,) index into `names`, `days` (N,), `values` field -> (N,)."""
    for field, column in values.items():
        check_values(place, field, column)
    _refuse_twice(place, codes, names, days)
    keep = wanted.on(days)
    order = list(dict.fromkeys(wanted.tickers)) if wanted.tickers is not None else _as_met(codes, names)
    there = [t for t in order if t in set(names)]
    place_of = {t: i for i, t in enumerate(there)}
    column_of = np.array([place_of.get(t, -1) for t in names], dtype=np.int64)[codes]
    keep &= column_of >= 0
    sessions, rows = np.unique(days[keep], return_inverse=True)
    fields = {}
    for field in (f for f in FIELDS if f in values):
        grid = np.full((len(sessions), len(there)), np.nan)
        grid[rows, column_of[keep]] = values[field][keep]
        fields[field] = grid
    return _table(place, source, sessions, there, fields, wanted, names)


def wide_table(
    place: Place,
    source: str,
    names: Sequence[str],
    days: Days,
    closes: Floats,
    wanted: Wanted,
    known: Sequence[str] | None = None,
) -> PriceTable:
    """A table from closing prices (S, n) of the tickers `names` on `days` (S,); `known` are all that there are."""
    sound = np.isnan(closes) | (((closes > 0) | _levels.get()) & (np.abs(closes) < np.inf))
    for i in np.flatnonzero(~sound.all(axis=0))[:1].tolist():
        check_values(place, "close", closes[:, i], names[i])
    order = ascending(place, days)
    order = order[wanted.on(days[order])]
    column_of = {t: i for i, t in enumerate(names)}
    there = [t for t in dict.fromkeys(names if wanted.tickers is None else wanted.tickers) if t in column_of]
    return _table(
        place,
        source,
        days[order],
        there,
        {"close": _picked(closes, order, [column_of[t] for t in there])},
        wanted,
        names if known is None else known,
    )


def ascending(place: Place, days: Days) -> Ints:
    """(S,) the order of the days of a wide table; a day that is given twice is refused."""
    _refuse_twice(place, np.zeros(len(days), np.int64), None, days)
    return np.argsort(days, kind="stable")


def _picked(values: Floats, rows: Ints, columns: list[int]) -> Floats:
    """These rows and columns, without a copy where they are all of them in order."""
    if len(rows) < len(values) or (np.diff(rows) < 0).any():
        values = values[rows]
    return values if columns == list(range(values.shape[1])) else values[:, columns]


def _as_met(codes: Ints, names: Sequence[str]) -> list[str]:
    first = np.full(len(names), len(codes))
    np.minimum.at(first, codes, np.arange(len(codes)))
    return [names[i] for i in np.argsort(first, kind="stable")]


def _refuse_twice(place: Place, codes: Ints, names: Sequence[str] | None, days: Days) -> None:
    number = days.astype(np.int64)
    key = codes * (1 << 20) + (number - number.min() if len(number) else number)
    order = np.argsort(key, kind="stable")
    again = np.flatnonzero(key[order][1:] == key[order][:-1])
    if len(again):
        first, second = (int(order[again[0]]), int(order[again[0] + 1]))
        who = f"{names[codes[second]]} on {days[second]}" if names is not None else f"the date {days[second]}"
        raise place.fault(
            f"{who} is given twice",
            row=second,
            available=f"first in {place.row(first)}",
            hint="keep one of the two rows",
        )


def _table(
    place: Place,
    source: str,
    sessions: Days,
    tickers: list[str],
    fields: Mapping[str, Floats],
    wanted: Wanted,
    known: Sequence[str],
) -> PriceTable:
    """Frames and provenance; a ticker without a single close in the wanted dates goes to `missing`."""
    priced: Bools = np.isfinite(fields["close"]).any(axis=0).astype(bool)
    kept = [t for t, p in zip(tickers, priced, strict=True) if p]
    index = pd.DatetimeIndex(sessions.astype("datetime64[ns]"), name="session")
    columns = pd.Index(kept, dtype=object, name="ticker")
    values = {f: g if priced.all() else g[:, priced] for f, g in fields.items()}
    for field in ("dividend", "split"):
        if field in values:
            values[field] = np.where(values[field] == 0, np.nan, values[field])
    info = {t: _info(source, values, i) for i, t in enumerate(kept)}
    if any(one.basis == "adj_close" for one in info.values()):
        values["adj_close"] = values["adj_close"].copy()
        info = {t: _completed(values, i, sessions, info[t]) for i, t in enumerate(kept)}
    asked = tickers if wanted.tickers is None else wanted.tickers
    missing: dict[str, SourceError] = {t: not_there(place.name, t, known, wanted) for t in asked if t not in info}
    return PriceTable({f: pd.DataFrame(g, index, columns, copy=False) for f, g in values.items()}, info, missing)


def _info(source: str, values: Mapping[str, Floats], i: int) -> SeriesInfo:
    basis: Basis = "as_given"
    if "dividend" in values:
        basis = "dividends"
    elif "adj_close" in values and np.isfinite(values["adj_close"][:, i]).any():
        basis = "adj_close"
    return SeriesInfo(source, basis)


def _completed(values: Mapping[str, Floats], i: int, sessions: Days, info: SeriesInfo) -> SeriesInfo:
    """Fill in adjusted prices where only they are lacking: they move as the close does there, and a note says so."""
    close, adjusted = values["close"][:, i], values["adj_close"][:, i]
    lacking = np.flatnonzero(np.isfinite(close) & ~np.isfinite(adjusted))
    known = np.flatnonzero(np.isfinite(close) & np.isfinite(adjusted))
    if info.basis != "adj_close" or not len(lacking) or not len(known):
        return info
    last = known[np.maximum(np.searchsorted(known, lacking) - 1, 0)]
    adjusted[lacking] = close[lacking] * (adjusted[last] / close[last])
    first, end = sessions[lacking[0]], sessions[lacking[-1]]
    text = Phrase.counted(
        "adj_close has no value on {first}, where close has one: it is taken to move as close does there",
        "adj_close has no value on {n} days from {first} to {last}, where close has one: it is taken to move as close does"
        " there",
        n=len(lacking),
        first=first.item(),
        last=end.item(),
    )
    return replace(info, notes=(*info.notes, text))


def not_there(name: str, ticker: str, known: Sequence[str], wanted: Wanted) -> SymbolUnknown:
    """Why `name`, which has the tickers `known`, has no prices of `ticker` for what is wanted."""
    where = f"ticker {ticker}"
    if ticker in known:
        return SymbolUnknown(f"{name} has no price of {ticker!r}{wanted.span}", where=where)
    spelled = {t.lower(): t for t in known}
    near = get_close_matches(ticker.lower(), spelled, n=1)
    shown = ", ".join(known[:20]) + (f" and {len(known) - 20} more" if len(known) > 20 else "")
    return SymbolUnknown(
        Phrase("{name} has no ticker {ticker!r}", name=name, ticker=ticker),
        where=where,
        available=shown or None,
        hint=f"did you mean {spelled[near[0]]!r}?" if near else None,
    )


def numbers(place: Place, column: str, values: Any) -> Floats:
    """(N,) floats of a column of texts or numbers; empty is NaN.

    Raises:
        InvalidFile: a value is no number; the first such row is named.
    """
    series = pd.Series(values)
    if pd.api.types.is_bool_dtype(series) or pd.api.types.is_datetime64_any_dtype(series):
        raise place.fault(
            f"{series.iloc[0]!s} is not a number", row=0, column=column, hint="leave a missing value empty"
        )
    if pd.api.types.is_numeric_dtype(series):
        return series.to_numpy(np.float64, na_value=np.nan)
    blank = series.isna() | (series.astype(str).str.strip() == "")
    parsed = pd.to_numeric(series.where(~blank), errors="coerce")
    bad = (parsed.isna() & ~blank).to_numpy()
    if bad.any():
        row = int(bad.argmax())
        raise place.fault(
            f"{str(series.iloc[row])!r} is not a number",
            row=row,
            column=column,
            hint="write a decimal point and no thousands separator; leave a missing value empty",
        )
    return parsed.to_numpy(np.float64, na_value=np.nan)
