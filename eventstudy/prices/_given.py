"""Prices as a person gives them, in a file or a DataFrame, become a PriceTable by one set of rules.

Nothing is repaired: what cannot be a price, or can be read two ways, is refused with its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventstudy.errors import Sentence, SourceError, SymbolUnknown
from eventstudy.language import Phrase
from eventstudy.prices._base import FIELDS, Basis
from eventstudy.prices._table import PriceTable, SeriesInfo
from eventstudy.tables.place import Place
from eventstudy.text import separated, some_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Days = NDArray[np.datetime64]
Bools = NDArray[np.bool_]

NO_RETURN = (-44.0, -55.0, -66.0, -77.0, -88.0, -99.0)
"""What CRSP's files write for a return there is none of; and a letter, with or without a point before it."""
PRICES = ("open", "high", "low", "close", "adj_close")
LEAST, MOST = 1e-15, 1e15
"""Beyond these no price is one: the smallest coin in bitcoin and the largest inflation lie between them."""


@dataclass(frozen=True)
class Wanted:
    """What is asked of the prices: tickers (None: all) and dates, both included (None: open)."""

    tickers: str | Sequence[str] | None = None
    start: date | None = None
    end: date | None = None
    besides: Sequence[str] = ()
    """Tickers that are taken where they are there, and not missed."""

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
        if self.start and self.end:
            return Sentence(" from {first} to {last}", first=self.start, last=self.end)
        if self.start:
            return Sentence(" from {first}", first=self.start)
        return Sentence(" to {last}", last=self.end) if self.end else ""


def impossible(field: str, values: Floats) -> Bools:
    """Which numbers cannot be what the field says; NaN is a missing value, and infinity is one of them."""
    if field in PRICES:
        return (values < LEAST) | (values > MOST)
    return (values < 0) | np.isinf(values)


def why_impossible(field: str, value: float) -> Phrase:
    """Why a number cannot be what the field says."""
    if np.isinf(value):
        return Phrase("the value is infinite")
    name = field.replace("_", " ")
    if value == 0:
        return Phrase("the {field} is zero: 0", field=name)
    if value < 0:
        return Phrase("the {field} is negative: {value:g}", field=name, value=value)
    if value > MOST:
        return Phrase("the {field} is too large: {value:g}", field=name, value=value)
    return Phrase("the {field} is too small: {value:g}", field=name, value=value)


def check_values(place: Place, field: str, values: Floats, column: str | None = None) -> None:
    """Refuse numbers that cannot be what the field says; NaN is a missing value and passes."""
    column = column or field
    bad = impossible(field, values)
    if bad.any():
        row = int(bad.argmax())
        raise place.fault(
            why_impossible(field, float(values[row])),
            row=row,
            column=column,
            hint=Sentence("leave a missing value empty; CRSP marks the mean of bid and ask by a minus sign")
            if values[row] < 0 and field == "close"
            else Sentence("leave a missing value empty"),
        )


def wide_table(
    place: Place,
    source: str,
    names: Sequence[str],
    days: Days,
    closes: Floats,
    wanted: Wanted,
    known: Sequence[str] | None = None,
) -> PriceTable:
    """A table from closing prices (S, n) of the tickers `names` on `days` (S,), each once; `known` are all that there are."""
    for i in np.flatnonzero(impossible("close", closes).any(axis=0))[:1].tolist():
        check_values(place, "close", closes[:, i], names[i])
    order = np.argsort(days, kind="stable")
    order = order[wanted.on(days[order])]
    column_of = {t: i for i, t in enumerate(names)}
    there = [t for t in dict.fromkeys(names if wanted.tickers is None else wanted.tickers) if t in column_of]
    return table_of_grids(
        place,
        source,
        days[order],
        there,
        {"close": _picked(closes, order, [column_of[t] for t in there])},
        wanted,
        names if known is None else known,
    )


def _picked(values: Floats, rows: Ints, columns: list[int]) -> Floats:
    """These rows and columns, without a copy where they are all of them in order."""
    if len(rows) < len(values) or (np.diff(rows) < 0).any():
        values = values[rows]
    return values if columns == list(range(values.shape[1])) else values[:, columns]


def table_of_grids(
    place: Place,
    source: str,
    sessions: Days,
    tickers: list[str],
    fields: Mapping[str, Floats],
    wanted: Wanted,
    known: Sequence[str],
    lacking: Mapping[str, SourceError] | None = None,
) -> PriceTable:
    """Frames and provenance; a ticker without a single close in the wanted dates goes to `missing`, beside those `lacking`."""
    priced: Bools = np.isfinite(fields["close"]).any(axis=0).astype(bool)
    kept = [t for t, p in zip(tickers, priced, strict=True) if p]
    index = pd.DatetimeIndex(sessions.astype("datetime64[ns]"), name="session")
    columns = pd.Index(kept, dtype=object, name="ticker")
    known_fields = [f for f in (*FIELDS, "ret") if f in fields]
    values = {f: fields[f] if priced.all() else fields[f][:, priced] for f in known_fields}
    for field in ("dividend", "split"):
        if field in values:
            values[field] = np.where(values[field] == 0, np.nan, values[field])
    info = {t: _info(source, values, i) for i, t in enumerate(kept)}
    if any(one.basis == "adj_close" for one in info.values()):
        values["adj_close"] = values["adj_close"].copy()
        info = {t: _completed(values, i, sessions, info[t]) for i, t in enumerate(kept)}
    asked = tickers if wanted.tickers is None or lacking is not None else wanted.tickers
    missing: dict[str, SourceError] = dict(lacking or {})
    missing |= {t: not_there(place.name, t, known, wanted) for t in asked if t not in info}
    return PriceTable({f: pd.DataFrame(g, index, columns, copy=False) for f, g in values.items()}, info, missing)


def _info(source: str, values: Mapping[str, Floats], i: int) -> SeriesInfo:
    basis: Basis = "as_given"
    if "ret" in values and np.isfinite(values["ret"][:, i]).any():
        basis = "returns"
    elif "dividend" in values:
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


def _near(word: str, names: tuple[str, ...]) -> list[str]:
    """The up to three names that are most like a word; compared are those that share enough letters with it to be."""
    letters, held, sizes = _letters(names)
    shared = np.minimum(held, [word.count(letter) for letter in letters]).sum(axis=1)
    able = np.flatnonzero(2 * shared >= _ALIKE * (sizes + len(word)) - 1e-9)
    return get_close_matches(word, [names[i] for i in able.tolist()], n=3, cutoff=_ALIKE)


_ALIKE = 0.6
"""Twice the letters that two names share in order, of all their letters, where one may be meant by the other."""


@lru_cache(maxsize=4)
def _spelled(known: tuple[str, ...]) -> dict[str, str]:
    """Names in small letters, and as they are written."""
    return {name.lower(): name for name in known}


@lru_cache(maxsize=4)
def _letters(names: tuple[str, ...]) -> tuple[str, Ints, Ints]:
    """The letters of N names, how often each (N, letters) has each, and how long (N,) each is."""
    letters = "".join(sorted(set("".join(names))))
    held = np.array([[name.count(letter) for letter in letters] for name in names], np.int64)
    return letters, held.reshape(len(names), len(letters)), np.array([len(name) for name in names], np.int64)


def not_there(name: str, ticker: str, known: Sequence[str], wanted: Wanted) -> SymbolUnknown:
    """Why `name`, which has the tickers `known`, has no prices of `ticker` for what is wanted."""
    where = Sentence("ticker {ticker}", ticker=ticker)
    if ticker in known:
        return SymbolUnknown(
            Phrase("{name} has no price of {ticker!r}{span}", name=name, ticker=ticker, span=wanted.span), where=where
        )
    spelled = _spelled(tuple(known))
    near = _near(ticker.lower(), tuple(spelled)) or [
        n for n in spelled if n.split(" ")[0].split(".")[0] == ticker.lower().split(" ")[0].split(".")[0]
    ]
    names = [repr(spelled[n]) for n in near[:3]]
    return SymbolUnknown(
        Phrase("{name} has no ticker {ticker!r}", name=name, ticker=ticker),
        where=where,
        available=some_of(known) or None,
        hint=Phrase("did you mean {names:or}?", names=names) if names else None,
    )
