"""load_prices: from tickers and dates to a PriceTable, whatever the source."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from os import PathLike
from os.path import exists
from typing import Any, NamedTuple

from eventstudy import plugins
from eventstudy.datasets import is_isin, of_isin
from eventstudy.errors import (
    EventStudyError,
    InvalidFile,
    InvalidRequest,
    Locked,
    Sentence,
    SourceDown,
    SourceError,
    SourceMalformed,
    SourceRateLimited,
    SymbolUnknown,
)
from eventstudy.prices._bars import BarTable
from eventstudy.prices._base import Fetch, FileSource, PriceSource
from eventstudy.prices._files import read_file
from eventstudy.prices._frame import frame_to_table
from eventstudy.prices._given import Wanted
from eventstudy.prices._side_by_side import SideBySide
from eventstudy.prices._table import PriceTable, SeriesInfo
from eventstudy.tables.place import Reading
from eventstudy.tables.written import one_day
from eventstudy.text import separated

Progress = Callable[[str, int, int], object]
"""Called before each ticker is asked for: the ticker, its number from 1, and how many there are."""

_KEPT = "yahoo, kept"
"""Yahoo, with what it answers kept in the store."""

_PATIENCE = 100.0
"""Seconds that one source may be down for symbols in a row before the others are given up."""


def load_prices(
    tickers: Iterable[str] | str | None = None,
    start: date | str | None = None,
    end: date | str | None = None,
    *,
    source: str = "auto",
    path: Any = None,
    as_of: date | str | None = None,
    beyond: date | None = None,
    progress: Progress | None = None,
    levels: bool = False,
    reading: Reading | None = None,
    besides: Iterable[str] = (),
) -> PriceTable:
    """Daily prices of `tickers` from `start` to `end`, both included.

    `source` is a name of `eventstudy methods sources`, or `auto`: the file if there is a `path`, whatever its kind, else
    for each ticker the embedded sample where it covers all the dates, else the price store where it does, else Yahoo, whose
    answer is then kept in the store. `as_of` picks what the store is read as. Days after `end` up to `beyond` are taken along
    where they can be had; the request does not fail for them. `path` is a file, a list of files, a folder of files of one
    ticker each, `-` for standard input, or what a notebook holds: a frame of pandas, polars or Arrow, a Series, a dict of
    frames by ticker. `reading` says what the table itself leaves open; `besides` are tickers that a file may have and is not
    asked for. `tickers=None` is all of the file or sample; without
    dates a file or the sample gives all it has. A text may name several: `"NVDA,AMD"`. Tickers are used as they are
    written. A ticker that cannot be had is in `missing` with its error; what was had stays. With `levels` the file holds
    levels, such as yields, which may be zero or negative.

    `progress`: told which ticker is asked for, its number and how many there are.

    Raises:
        InvalidRequest: the request cannot be meant (no such source, no path, dates lacking or in the wrong
        order). InvalidFile: the file or DataFrame cannot be read as prices.

    Example:
        >>> prices = es.load_prices(["NVDA", "SPY"], "2025-01-24", "2025-01-28", source="bundled")
        >>> prices.close["NVDA"].tolist()
        [142.62, 118.42, 128.99]
    """
    if levels:
        reading = replace(reading or Reading(), values="levels")
    wanted = _tickers(tickers)
    first, last, known = _day(start, "start"), _day(end, "end"), _day(as_of, "as_of")
    if first and last and first > last:
        raise InvalidRequest(
            Sentence("start {first} is after end {last}", first=first, last=last), hint=Sentence("swap the two dates")
        )
    several = isinstance(path, list | tuple) and bool(path) and all(isinstance(p, str | PathLike) for p in path)
    if path is not None and not isinstance(path, str | PathLike) and not several:
        if source not in ("auto", "csv"):
            raise InvalidRequest(
                Sentence("source {source!r} does not read a DataFrame", source=source),
                hint=Sentence("leave the source out"),
            )
        return frame_to_table(path, wanted, first, last, reading=reading, besides=list(besides))
    if source == "auto" and path is None:
        return _ask(_automatic(wanted, first, last, beyond, known), first, last, beyond, known, progress)
    if source == "auto" and path is not None:
        return read_file(path, Wanted(wanted, first, last, list(besides)), reading)
    name = source
    member = plugins.load("sources", name)
    if not hasattr(member, "read") and not hasattr(member, "fetch"):
        raise InvalidRequest(
            Sentence("source {name!r} has no prices", name=name), hint=Sentence("factors: --factors {name}", name=name)
        )
    if hasattr(member, "read"):
        if path is None:
            raise InvalidRequest(
                Sentence("source {name!r} needs a file", name=name),
                hint=Sentence("name it: path= in Python, --prices FILE"),
            )
        files: FileSource = member
        return files.read(path, wanted, first, last, reading)
    if path is not None:
        raise InvalidRequest(
            Sentence("source {name!r} reads no file", name=name),
            where=str(path),
            hint=Sentence("leave the file or the source out"),
        )
    asked = [Asked(t, name) for t in _all_of(member, name, wanted)]
    return _ask(asked, first, last, beyond, known, progress)


def _tickers(given: Iterable[str] | str | None) -> list[str] | None:
    if given is None:
        return None
    listed = [str(given)] if isinstance(given, PathLike) else list(dict.fromkeys(separated(given)))
    if len(listed) == 1 and exists(listed[0]):
        raise InvalidRequest(
            Sentence("{listed} is a file, no ticker", listed=listed[0]),
            hint=Sentence("load_prices(path={listed!r})", listed=listed[0]),
        )
    for ticker in listed:
        if not ticker.strip() or ticker != ticker.strip():
            raise InvalidRequest(
                Sentence("{ticker!r} is not a ticker", ticker=ticker),
                hint=Sentence("a ticker is text without blanks around it"),
            )
    if not listed:
        raise InvalidRequest(Sentence("no ticker is given"), hint=Sentence("leave tickers out for all of a file"))
    return listed


def _day(given: Any, name: str) -> date | None:
    return None if given is None else one_day(given, name)


class Asked(NamedTuple):
    """A ticker and the source that is asked for it."""

    ticker: str
    source: str
    otherwise: str | None = None
    """The source that has what cannot be done without, should the first one fail."""


def _automatic(
    wanted: list[str] | None, first: date | None, last: date | None, beyond: date | None, as_of: date | None
) -> list[Asked]:
    sample = plugins.load("sources", "bundled")
    tickers = wanted if wanted is not None else sample.tickers
    found = {t: "bundled" for t in tickers if sample.covers(t, first, last)}
    elsewhere = [t for t in tickers if t not in found]
    try:
        store = _source("store", as_of)
        held = store.covers(elsewhere, first, last) if elsewhere else set()
        further = store.covers(sorted(held), first, beyond) if beyond and not as_of else held
    except (InvalidFile, InvalidRequest, Locked):  # told in a note of each answer that cannot be kept
        held = further = set()
    found |= dict.fromkeys(further, "store")
    return [Asked(t, found.get(t, _KEPT), "store" if t in held - further else None) for t in tickers]


def _source(name: str, as_of: date | None) -> Any:
    """The source of that name; one that knows the past is taken back to `as_of`."""
    if name == _KEPT:
        from eventstudy.prices._store_update import Keeping

        return Keeping("yahoo", plugins.load("sources", "yahoo"))
    member = plugins.load("sources", name)
    return member.at(as_of) if as_of is not None and hasattr(member, "at") else member


def _all_of(member: Any, name: str, wanted: list[str] | None) -> list[str]:
    if wanted is not None:
        return wanted
    if not hasattr(member, "tickers"):
        raise InvalidRequest(
            Sentence("source {name!r} needs to be told which tickers", name=name), hint=Sentence("name them")
        )
    return list(member.tickers)


def _ask(
    asked: list[Asked],
    first: date | None,
    last: date | None,
    beyond: date | None,
    as_of: date | None,
    progress: Progress | None,
) -> PriceTable:
    """Fetch each ticker from its source; errors of a source become entries of `missing`."""
    beside, info = SideBySide(len(asked)), dict[str, SeriesInfo]()
    missing: dict[str, SourceError] = {}
    with ExitStack() as during:
        sources = {name: _source(name, as_of) for one in asked for name in (one.source, one.otherwise) if name}
        desks = {
            name: Desk(during.enter_context(source.opened()) if hasattr(source, "opened") else source)
            for name, source in sources.items()
        }

        def take(ticker: str, name: str) -> None:
            held = name in ("bundled", "store")  # they say themselves how far they reach
            end = sources[name].upto(ticker, first, last, beyond) if held and beyond else beyond or last
            found = desks[name].fetch(ticker, first, end)
            found = found if held else _told_of_its_end(found, last)
            beside.add(found)
            info[found.symbol] = SeriesInfo.of("yahoo" if name == _KEPT else name, found)

        for i, one in enumerate(asked, 1):
            if progress is not None:
                progress(one.ticker, i, len(asked))
            try:
                if is_isin(one.ticker):
                    raise _of_isin(one.ticker)
                take(one.ticker, one.source)
            except SourceError as error:
                if one.otherwise is None:
                    missing[one.ticker] = error
                else:
                    take(one.ticker, one.otherwise)
    return PriceTable(beside.fields(), info, missing)


def _of_isin(isin: str) -> SourceError:
    known = of_isin(isin)
    return SymbolUnknown(
        Sentence("{isin} is an ISIN, and this source knows tickers", isin=isin),
        where=Sentence("ticker {isin}", isin=isin),
        available=Sentence("{known}, its ticker", known=known)
        if known != isin
        else Sentence("no ticker of it in the list of ISINs that ships"),
        hint=Sentence("ask for {known}", known=known)
        if known != isin
        else Sentence("give its ticker; or prices with ISINs in place of tickers: --prices FILE"),
    )


def _told_of_its_end(fetch: Fetch, last: date | None) -> Fetch:
    """The same, with a note where the last sessions that are over lack."""
    from eventstudy.prices._store_days import due, home_of, lacking_end, now, session_before

    home = home_of(fetch.symbol, fetch.exchange)
    over = due(home, now())
    priced = fetch.frame.index[fetch.frame["close"].notna()]
    if priced.empty:
        return fetch
    note = lacking_end(home, priced[-1].date(), min(session_before(home, last), over) if last else over)
    return fetch if note is None or note in fetch.notes else replace(fetch, notes=(*fetch.notes, note))


class Desk:
    """One source during one run: not asked again once it said wait, nor after it was down for too long."""

    def __init__(self, source: PriceSource) -> None:
        """The desk of a source."""
        self.summary, self._source = source.summary, source
        self._closed: SourceError | None = None
        self._down_for = 0.0

    def fetch(self, symbol: str, start: date | None, end: date | None) -> Fetch:
        """As the source itself; see `PriceSource.fetch`."""
        if self._closed is not None:
            raise type(self._closed)(
                Sentence("{symbol} was not asked for: {what}", symbol=symbol, what=self._closed.what),
                where=Sentence("ticker {symbol}", symbol=symbol),
                hint=self._closed.hint,
            )
        began = time.monotonic()
        try:
            fetch = self._source.fetch(symbol, start, end)
        except SourceRateLimited as error:
            self._closed = error
            raise
        except SourceDown as error:
            self._down_for += time.monotonic() - began
            if self._down_for > _PATIENCE:
                self._closed = error
            raise
        except EventStudyError:
            raise
        except Exception as error:  # whatever an answer led to, it ends its own symbol and no other
            raise SourceMalformed(
                Sentence(
                    "the prices of {symbol} cannot be read: {kind}: {said}",
                    symbol=symbol,
                    kind=type(error).__name__,
                    said=error,
                ),
                where=Sentence("ticker {symbol}", symbol=symbol),
                hint=Sentence("try again later; if it goes on, report what --verbose prints"),
            ) from error
        self._down_for = 0.0
        return fetch


def massive_bars(tickers: Iterable[str], first: date, last: date, width: int = 1) -> BarTable:
    """Bars of a vendor that wants a key; what asks it is imported only then."""
    from eventstudy.prices._massive import Massive

    return Massive().bars(tickers, first, last, width)
