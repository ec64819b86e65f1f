"""Prices that a person holds in a pandas DataFrame, by the same rules as a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from eventstudy import native
from eventstudy.errors import InvalidFile, Sentence, SourceError
from eventstudy.language import Phrase
from eventstudy.prices._base import FIELDS
from eventstudy.prices._beside import copies_among
from eventstudy.prices._given import (
    Days,
    Floats,
    Wanted,
    check_values,
    impossible,
    not_there,
    wide_table,
)
from eventstudy.prices._gross import gross_base
from eventstudy.prices._read import read_table, size_of
from eventstudy.prices._shapes import Names, names_field
from eventstudy.prices._table import PriceTable, SeriesInfo, together
from eventstudy.tables.dates import rest
from eventstudy.tables.frames import headed_frame, pandas_of
from eventstudy.tables.headings import fold, role_of
from eventstudy.tables.place import Place, Reading

_WRITES_COPY = int(pd.__version__.split(".")[0]) >= 3
"""Whether frames may share memory: from pandas 3 on, whoever writes to one of them gets a copy first."""
_AT_ONCE = 64
"""Columns that are looked at together."""
_PLACE = Place(Sentence("the DataFrame of prices"), lambda i: Phrase("row {n}", n=i))


def frame_to_table(
    given: Any,
    tickers: Sequence[str] | None = None,
    start: date | None = None,
    end: date | None = None,
    *,
    reading: Reading | None = None,
    all_checked: bool = True,
    besides: Sequence[str] = (),
) -> PriceTable:
    """A PriceTable of what a notebook holds: a frame of pandas, polars or Arrow, a Series, or a dict of them by ticker.

    Wide (index or column of dates, columns tickers), long (`ticker, date, close`), or with levels of fields and tickers. It
    stays as it is. Of a plain wide frame only the columns of `tickers` are looked at; where none are named and not
    `all_checked`, those that are named later (`PriceTable.naming`).

    Raises:
        InvalidFile: it cannot be read as prices; says which row and column, and what to do.
    """
    wanted, reading = Wanted(tickers, start, end, besides), reading or Reading()
    if isinstance(given, Mapping) and not all(isinstance(v, list | np.ndarray) for v in given.values()):
        return _of_dict(given, wanted, reading)
    frame = pandas_of(given)
    if frame is None:
        raise InvalidFile(
            Sentence("prices are a {kind}, no table", kind=type(given).__name__),
            available=Sentence(
                "a frame of pandas, polars or Arrow, a Series, a dict of frames by ticker, or the path of a file"
            ),
        )
    if frame.empty:
        raise _PLACE.fault(
            Sentence("there are no prices in it"),
            available=Sentence("{rows} rows, {columns} columns", rows=frame.shape[0], columns=frame.shape[1]),
        )
    if reading == Reading() and _is_plain(frame):
        return _wide(_PLACE, "dataframe", frame, wanted, all_checked)
    return read_table(headed_frame(_PLACE, frame, "prices"), wanted, reading, "dataframe")


def _of_dict(given: Mapping[Any, Any], wanted: Wanted, reading: Reading) -> PriceTable:
    """Of frames by ticker, or of series by ticker; of frames by field (`Close`: a wide frame) as well."""
    frames = {key: frame for key, one in given.items() if (frame := pandas_of(one)) is not None}
    if not frames or len(frames) < len(given):
        wrong = next((k for k in given if k not in frames), None)
        raise InvalidFile(
            Sentence("the dict of prices is empty")
            if wrong is None
            else Sentence("{wrong!r} holds a {kind}, no table", wrong=wrong, kind=type(given[wrong]).__name__),
            where=Sentence("the dict of prices"),
            hint=Sentence("give a frame or Series for each ticker"),
        )
    roles = {key: role_of(str(key), "prices") for key in frames}
    if all(r and r[0] in FIELDS for r in roles.values()) and any(
        r and r[0] in ("close", "adj_close") for r in roles.values()
    ):
        return frame_to_table(pd.concat(frames, axis=1), wanted.tickers, wanted.start, wanted.end, reading=reading)
    tables = []
    for key, frame in frames.items():
        if isinstance(given[key], pd.Series):
            frame = given[key].to_frame("close")
        place = Place(Sentence("the DataFrame of {key!r}", key=key), lambda i: Phrase("row {n}", n=i))
        own = replace(reading, ticker=str(key))
        tables.append(
            read_table(headed_frame(place, frame, "prices"), Wanted(None, wanted.start, wanted.end), own, "dataframe")
        )
    table = together(tables)
    if wanted.tickers is None:
        return table
    return _named(table, wanted)


def _named(table: PriceTable, wanted: Wanted) -> PriceTable:
    """The tickers that are wanted, by the rules of any table."""
    known, names, missing = table.tickers, dict[str, str](), dict[str, SourceError]()
    there = Names(known)
    wanted = replace(wanted, tickers=[*(wanted.tickers or ()), *(t for t in wanted.besides if there.meant_by(t))])
    for ticker in wanted.tickers or ():
        found = there.meant_by(ticker)
        if len(found) != 1:
            missing[ticker] = not_there(Sentence("the dict of prices"), ticker, known, wanted)
        elif found[0] != ticker:
            names[ticker] = found[0]
    kept = [names.get(t, t) for t in dict.fromkeys(wanted.tickers or ()) if t not in missing]
    fields = {name: frame[kept] for name, frame in table.fields.items()}
    own = np.isin(table.tickers, kept)
    alike = copies_among(table.close.to_numpy(float), own)
    copied = table.close.iloc[:, alike] if len(alike) else None
    info = {t: table.info[t] for t in kept}
    return replace(table, fields=fields, info=info, missing=missing, names=names, copies=copied)


_CODE = re.compile(r"[A-Z]{0,3}[0-9]+|[A-Z]{1,3}")
"""Headings that are no words: most tickers."""
_CODES = re.compile(rf"(?:(?:{_CODE.pattern})\n)*+(?:{_CODE.pattern})")
"""Several of them, a line each."""


def _is_plain(frame: pd.DataFrame) -> bool:
    """Whether a frame is wide without a doubt: an index of days, one level of columns, none of them called like a field."""
    index = frame.index
    if isinstance(frame.columns, pd.MultiIndex) or not isinstance(index, pd.DatetimeIndex) or index.tz is not None:
        return False
    labels = frame.columns.tolist()
    if (
        index.hasnans
        or {*map(type, labels)} - {str}
        or not all(labels)
        or set(frame.dtypes.tolist()) - {np.dtype(float)}
    ):
        return False
    if labels and labels[0].startswith("("):
        return False  # two levels written as one
    if not frame.iloc[:, :1].to_numpy().flags.aligned:
        return False  # bytes of a file as they lie, behind a heading of odd length
    if len(labels) < 40 and any(role_of(c, "prices") for c in labels):
        return False
    if labels and names_field(labels[0]):
        return False  # NVDA_Close
    if any(fold(c) in ("close", "date", "ticker", "adj_close") for c in _words(labels)):
        return False
    if not index.is_unique:
        return False  # a row that stands there twice
    days = index.to_numpy("datetime64[D]")
    if (index.to_numpy() != days).any() or not rest(days) or _may_be_returns(frame):
        return False  # days on weekends may be those beside the sessions, or have day and month swapped
    return len(set(labels)) == len(labels)


def _words(labels: list[str]) -> list[str]:
    """The headings that are no codes; where all are, as in most frames, they are looked at together."""
    text = "\n".join(labels)
    if text.count("\n") == len(labels) - 1 and _CODES.fullmatch(text):
        return []
    return [c for c in labels if not _CODE.fullmatch(c)]


def _may_be_returns(frame: pd.DataFrame) -> bool:
    """Whether the first columns have negative values, or lie around 1 or 100 and start anew every day."""
    first = frame.iloc[:, : min(3, frame.shape[1])].to_numpy()
    with np.errstate(invalid="ignore"):
        return bool((first < 0).any(axis=0).all()) or gross_base(first) is not None


def _wide(place: Place, source: str, frame: pd.DataFrame, wanted: Wanted, all_checked: bool) -> PriceTable:
    """A plain wide frame, without a copy where that can be."""
    days = frame.index.to_numpy("datetime64[D]")
    known = tickers = frame.columns.tolist()
    names: dict[str, str] = {}
    copied: pd.DataFrame | None = None
    if wanted.tickers is not None:
        there = Names(known)
        wanted = replace(wanted, tickers=[*wanted.tickers, *(t for t in wanted.besides if there.meant_by(t))])
    if wanted.tickers is not None:
        found = {t: m[0] for t in wanted.tickers if len(m := there.meant_by(t)) == 1}
        names = {t: n for t, n in found.items() if t != n}
        wanted = replace(wanted, tickers=[found.get(t, t) for t in wanted.tickers])
        named = set(wanted.tickers or ())
        asked = [i for i, ticker in enumerate(known) if ticker in named]
        alike = copies_among(frame.to_numpy(), np.isin(np.arange(len(known)), asked))
        copied = frame.iloc[:, alike] if len(alike) else None
        tickers, frame = [known[i] for i in asked], frame.iloc[:, asked]
    said = (Phrase("wide closes"), size_of(days, known))
    if wanted.tickers is None and not all_checked:
        return replace(_unchecked(place, source, frame, tickers, days), read_as=said)
    closes = frame.to_numpy(copy=not _WRITES_COPY)
    table = wide_table(place, source, tickers, days, closes, wanted, known)
    if _WRITES_COPY and np.may_share_memory(table.close.to_numpy(), closes):
        close = frame.set_axis(table.close.index, axis=0).set_axis(table.close.columns, axis=1)
        table = replace(table, fields={"close": close})
    return replace(table, read_as=said, names=names, copies=copied)


def _unchecked(place: Place, source: str, frame: pd.DataFrame, tickers: list[str], days: Days) -> PriceTable:
    """The table of a wide frame whose columns nobody has looked at yet."""
    order = np.argsort(days, kind="stable")
    given = Unchecked(place, frame, tickers)
    if not _WRITES_COPY:
        frame = frame.copy()
    if (np.diff(order) != 1).any():
        frame = frame.iloc[order]
    index = pd.DatetimeIndex(days[order].astype("datetime64[ns]"), name="session")
    close = frame.set_axis(index, axis=0).set_axis(pd.Index(tickers, dtype=object, name="ticker"), axis=1)
    return PriceTable({"close": close}, dict.fromkeys(tickers, SeriesInfo(source, "as_given")), given=given)


class Unchecked:
    """The columns of a wide frame as they were given; each is looked at once, when a study names it. See `Given`."""

    def __init__(self, place: Place, frame: pd.DataFrame, tickers: Sequence[str]) -> None:
        """Columns of numbers headed by `tickers`."""
        self._place, self._frame = place, frame
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
        tickers = sorted(tickers, key=self._column.__getitem__)
        least, most = self._bounds(tickers)
        wrong = impossible("close", least) | impossible("close", most)
        self._priced |= dict(zip(tickers, (most >= least).tolist(), strict=True))
        for i in np.flatnonzero(wrong & (most >= least)).tolist():
            try:
                check_values(self._place, "close", self.values(tickers[i : i + 1])[:, 0], tickers[i])
            except InvalidFile as error:
                self._faults[tickers[i]] = error

    def _bounds(self, tickers: list[str]) -> Floats:
        """(2, n) the least and the largest number of some columns, the other way round where there is none."""
        found, form = np.empty((2, len(tickers))), native.form()
        if form.kernel is not None:
            which = np.array([self._column[t] for t in tickers], dtype=np.int64)
            form.kernel.bounds(form.level, self._frame.to_numpy(), which, *found)
            return found
        for start in range(0, len(tickers), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            values = self.values(tickers[some])
            found[:, some] = (
                np.fmin.reduce(values, axis=0, initial=np.inf),
                np.fmax.reduce(values, axis=0, initial=-np.inf),
            )
        return found

    def values(self, tickers: list[str]) -> Floats:
        """(S, n) the numbers of some columns; those of neighbours as they lie, without a copy."""
        columns = [self._column[t] for t in tickers]
        if columns == list(range(columns[0], columns[0] + len(columns))):
            return self._frame.iloc[:, columns[0] : columns[0] + len(columns)].to_numpy()
        return self._frame.iloc[:, columns].to_numpy()
