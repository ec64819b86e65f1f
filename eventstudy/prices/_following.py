"""Files or sheets of the same tickers that follow each other, NVDA_2023 and NVDA_2024: one table, each after the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd

from eventstudy.errors import InvalidFile, Sentence
from eventstudy.language import Phrase
from eventstudy.prices._base import FIELDS
from eventstudy.prices._read import index_of, size_of
from eventstudy.prices._table import PriceTable, SeriesInfo

Parts = Sequence[tuple[str, PriceTable]]
"""Tables by the names of their files or sheets."""

_SPAN = re.compile(
    r"(?<![0-9])(?:19|20)[0-9]{2}(?:[-_. ]?(?:0[1-9]|1[0-2]|[QH][1-4]))?(?![0-9])|\s*\([0-9]+\)$", re.IGNORECASE
)
"""What a name says of the years that prices are of, or of which copy it is."""
_KINDS = {
    "as_given": Phrase("closes alone"),
    "adj_close": Phrase("adjusted closes"),
    "dividends": Phrase("dividends beside closes"),
    "returns": Phrase("returns"),
}


def series_of(name: str) -> str:
    """The name of a file or sheet without the years that it is of: `nvda` of NVDA_2023 and NVDA_2024."""
    return _SPAN.sub("", name).strip(" _-.").casefold()


def one_after_the_other(parts: Parts, where: str) -> list[PriceTable]:
    """The tables; those whose names differ by years alone, and that share a ticker, in one.

    Raises:
        InvalidFile: they have other prices on the same day, or prices of other kinds.
    """
    groups: dict[str, list[tuple[str, PriceTable]]] = {}
    for name, table in parts:
        groups.setdefault(series_of(name), []).append((name, table))
    found = list[PriceTable]()
    for group in groups.values():
        met = [t for _, table in group for t in table.tickers]
        found += [table for _, table in group] if len(set(met)) == len(met) else [_in_one(group, where)]
    return found


def _in_one(parts: Parts, where: str) -> PriceTable:
    filled = [(name, table) for name, table in parts if table.tickers]
    tickers = list(dict.fromkeys(t for _, table in filled for t in table.tickers))
    info = {t: _of_one_kind(t, filled, where) for t in tickers}
    of_returns = [t for t in tickers if info[t].basis == "returns"]
    days = pd.DatetimeIndex(np.unique(np.concatenate([table.close.index for _, table in filled])), name="session")
    fields: dict[str, pd.DataFrame] = {}
    for field in (*FIELDS, "ret"):
        held = [(name, table.fields[field]) for name, table in filled if field in table.fields]
        if field == "close":  # of returns it is an index, which begins anew in each part
            held = [(name, frame.drop(columns=of_returns, errors="ignore")) for name, frame in held]
        if held:
            fields[field] = _stacked(field, held, where).reindex(days).reindex(columns=pd.Index(tickers, name="ticker"))
    if of_returns:
        fields["close"][of_returns] = index_of(fields["ret"][of_returns].to_numpy(float))
    if "adj_close" in fields:
        info = {t: replace(one, notes=(*one.notes, *_seams(t, filled))) for t, one in info.items()}
    said = dict.fromkeys(phrase for _, table in filled for phrase in table.read_as[:-1])  # the last is its size
    told = Phrase("{names:list}, one after the other", names=[name for name, _ in filled])
    result = PriceTable(
        fields,
        info,
        {t: error for _, table in parts for t, error in table.missing.items() if t not in info},
        explained=tuple(phrase for _, table in filled for phrase in table.explained),
        names={asked: name for _, table in filled for asked, name in table.names.items()},
    )
    return replace(result, read_as=(told, *said, size_of(days.to_numpy("datetime64[D]"), tickers)))


def _seams(ticker: str, parts: Parts) -> list[Phrase]:
    """What is said of adjusted closes where one part ends and the next begins, if they are adjusted by other factors there."""
    own = [table for _, table in parts if ticker in table.info and "adj_close" in table.fields]
    factors = [(table.fields["adj_close"][ticker] / table.close[ticker]).dropna() for table in own]
    ordered = sorted((f for f in factors if len(f)), key=lambda f: f.index[0])
    return [
        Phrase(
            "adjusted closes of two files meet on {date}, adjusted by other factors: a dividend or a split of that day, or"
            " files of different times, whose return of that day is none",
            date=after.index[0].date(),
        )
        for before, after in pairwise(ordered)
        if abs(before.iloc[-1] / after.iloc[0] - 1) > _SAME
    ]


_SAME = 1e-3
"""Factors no farther apart are the same, but for the digits of prices."""


def _of_one_kind(ticker: str, parts: Parts, where: str) -> SeriesInfo:
    own = [(name, table.info[ticker]) for name, table in parts if ticker in table.info]
    first, one = own[0]
    for name, other in own[1:]:
        if (one.basis, one.currency, one.exchange) != (other.basis, other.currency, other.exchange):
            kinds = [
                Phrase("{kinds}", kinds=[*filter(None, (_KINDS[info.basis], info.currency, info.exchange))])
                for info in (one, other)
            ]
            raise InvalidFile(
                Sentence(
                    "{first} and {name} do not follow each other: {ticker} has {kinds} in the first, {kinds2} in"
                    " the second",
                    first=first,
                    name=name,
                    ticker=ticker,
                    kinds=kinds[0],
                    kinds2=kinds[1],
                ),
                where=where,
                hint=Sentence("hand over files of the same columns, or one of them"),
            )
    return replace(one, notes=tuple(dict.fromkeys(note for _, info in own for note in info.notes)))


def _stacked(field: str, held: Sequence[tuple[str, pd.DataFrame]], where: str) -> pd.DataFrame:
    """The values of each day; what two parts have of one day must be the same."""
    by_day = pd.concat([frame for _, frame in held]).groupby(level=0)
    low, high = by_day.min(), by_day.max()
    differ = (low.notna() & (low != high)).to_numpy()
    if differ.any():
        row, column = (int(at[0]) for at in np.nonzero(differ))
        day, ticker = pd.DatetimeIndex(low.index)[row], low.columns.tolist()[column]
        names = [name for name, frame in held if day in frame.index and ticker in frame]
        raise InvalidFile(
            Sentence(
                "{names} have other values of {field} of {ticker} on {day:%Y-%m-%d}: {value:g} and {value2:g}",
                names=Phrase("{names:list}", names=list(names)),
                field=field,
                ticker=ticker,
                day=day,
                value=low.to_numpy(float)[row, column],
                value2=high.to_numpy(float)[row, column],
            ),
            where=where,
            hint=Sentence("keep one of them; adjusted prices change from one download to the next"),
        )
    return low
