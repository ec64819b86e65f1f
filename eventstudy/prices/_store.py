"""The price store: every series as it was fetched, each time it was fetched.

A fetch makes a vintage of its series. A bar that changes is not overwritten: the old one is true until the vintage that
changed it. So a study can be repeated with the prices it was made with, and no fetch can take anything away.

Vintages stand in the order in which they were kept, whatever the clock said; a clock that was wrong is told. Whoever reads
a vintage reads the bars that were written with it, by their hash, or is told that somebody changed them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Self, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventstudy.errors import InvalidFile, Sentence, SourceMalformed
from eventstudy.prices._base import FIELDS, Basis, Fetch
from eventstudy.prices._store_days import (
    WAITED_FOR,
    ahead,
    due,
    final,
    first_hole,
    home_of,
    instant,
    lacking_end,
    now,
    session_before,
)
from eventstudy.prices._store_join import Apart, Outcome, changed, join
from eventstudy.prices._store_parts import Bars, NoPart, Part, is_sealed, part_of, read, seal, series_of, write
from eventstudy.prices._store_schema import connect, location, told, transaction
from eventstudy.prices._table import hash_of
from eventstudy.text import json_text

_EPOCH = date(1970, 1, 1)
_VINTAGE = """SELECT s.source, s.symbol, v.series_id, v.number, v.retrieved_at, v.outcome, v.asked_first, v.asked_last,
  v.first, v.through, v.final_through, v.basis, v.currency, v.exchange, v.columns, v.notes, v.rows, v.sha256, v.years,
  v.seal
  FROM vintage v JOIN series s ON s.id = v.series_id"""
_OF_SYMBOL = """v.series_id IN (
    WITH RECURSIVE known(source) AS (
      SELECT min(source) FROM series UNION ALL
      SELECT (SELECT min(source) FROM series WHERE source > known.source) FROM known WHERE source IS NOT NULL)
    SELECT id FROM known JOIN series USING (source) WHERE symbol = ?)"""
"""Found by the index of sources and symbols, a source after the other: a store of many symbols is not gone through for each."""


@dataclass(frozen=True)
class Vintage:
    """What was held of a series after one fetch.

    `first` to `through`: the days it reaches over, sessions or not. `final_through`: up to here no bar is expected to
    change. `asked_first` to `asked_last`: what that one fetch was for. `rows`, `sha256`: of all bars then held; `years`: the
    beginning of the hash of those of each year, and `seal` a checksum of what is written of them (an earlier version took a
    hash, or none: empty).
    """

    source: str
    symbol: str
    series_id: int
    number: int
    retrieved_at: str
    outcome: Outcome
    asked_first: date
    asked_last: date
    first: date
    through: date
    final_through: date
    basis: Basis
    currency: str | None
    exchange: str | None
    columns: tuple[str, ...]
    notes: tuple[str, ...]
    rows: int
    sha256: str
    years: Mapping[str, str]
    seal: str

    @property
    def home(self) -> str:
        """The market whose calendar holds for the series."""
        return home_of(self.symbol, self.exchange)

    def covers(self, start: date | None, end: date | None, at: datetime) -> bool:
        """Whether every session from `start` to `end` is here (None: open), of those that are over at an instant."""
        reached = end is None or end <= self.through or self._last(end, at) <= self.through
        return reached and (start is None or self.first <= start)

    def ahead(self, at: datetime) -> bool:
        """Whether it was kept by a clock that was ahead of the one that shows an instant now: one of them is wrong."""
        return ahead(self.retrieved_at, at)

    def settled(self, end: date, at: datetime) -> bool:
        """Whether asking again at an instant could not change a bar up to `end`, or add one."""
        if self.ahead(at):
            return False
        last = self._last(end, at)
        fresh = due(self.home, instant(self.retrieved_at)) >= due(self.home, at)
        return last <= self.final_through or (last <= self.through and fresh)

    def _last(self, end: date, at: datetime) -> date:
        return min(session_before(self.home, end), due(self.home, at))


class Store:
    """The store in a file (None: `location()`); `write` makes the file where there is none. Use it in `with`.

    Raises:
        InvalidFile, InvalidRequest, Locked: see `_store_schema.connect`; also from every method.
    """

    def __init__(self, path: Path | None = None, *, write: bool = False) -> None:
        """Open the file."""
        self.path = path or location()
        self._db = connect(self.path, write=write)
        self._sessions: tuple[NDArray[np.int64], pd.DatetimeIndex] | None = None

    def __enter__(self) -> Self:
        """The store itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the file."""
        self._db.close()

    # ---- reading -----------------------------------------------------------------------------------------------------

    def symbols(self) -> list[str]:
        """The symbols that are held, sorted."""
        with told(self.path):
            return [name for (name,) in self._db.execute("SELECT DISTINCT symbol FROM series ORDER BY symbol")]

    def vintages(self, symbol: str | None = None, source: str | None = None) -> list[Vintage]:
        """All vintages (of a symbol, of a source), in the order in which they were kept."""
        asked = [(rule, name) for rule, name in ((_OF_SYMBOL, symbol), ("s.source = ?", source)) if name is not None]
        where = f" WHERE {' AND '.join(words for words, _ in asked)}" if asked else ""
        with told(self.path):
            rows = self._db.execute(f"{_VINTAGE}{where} ORDER BY +v.entry", [value for _, value in asked]).fetchall()
        try:
            return [_vintage(row) for row in rows]
        except (TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
            raise InvalidFile(
                Sentence("the price store is damaged: what it notes of a fetch cannot be read"),
                where=str(self.path),
                available=f"{type(error).__name__}: {error}",
                hint=Sentence("move the file away and fetch again"),
            ) from error

    def newest(self, symbol: str, source: str) -> Vintage | None:
        """What is held of a symbol from a source; None: nothing."""
        held = self.vintages(symbol, source)
        return max(held, key=lambda v: v.number) if held else None

    def frame(self, vintage: Vintage, start: date | None = None, end: date | None = None) -> pd.DataFrame:
        """The bars of a vintage from `start` to `end`, both included, as they stand there, unchecked, as in `Fetch.frame`.

        Raises:
            SourceMalformed: they hold what is no number or no day.
        """
        return self._frame(_cut(_series(vintage, self._parts(vintage)), start, end))

    def _parts(self, vintage: Vintage) -> list[Part]:
        with told(self.path):
            return read(self._db, vintage.series_id, vintage.number)

    def _frame(self, bars: Bars) -> pd.DataFrame:
        """Bars as in `Fetch.frame`; series of the same days, one after the other, share them."""
        if self._sessions is None or not np.array_equal(bars.days, self._sessions[0]):
            days = bars.days.astype("datetime64[D]").astype("datetime64[ns]")
            self._sessions = bars.days, pd.DatetimeIndex(days, name="session")
        return pd.DataFrame(bars.values.T, self._sessions[1], _headings(bars.columns), copy=False)

    def sound(self, vintage: Vintage) -> pd.DataFrame:
        """All bars of a vintage, which by their hash are those that were written with it.

        Raises:
            SourceMalformed: they are not.
        """
        return self._frame(self._by_hash(vintage, _series(vintage, self._parts(vintage))))

    def _by_hash(self, vintage: Vintage, bars: Bars) -> Bars:
        if digest(vintage.symbol, self._frame(bars)) != vintage.sha256:
            raise _changed(vintage, Sentence("{n} bars, and {rows} were written", n=len(bars.days), rows=vintage.rows))
        return bars

    def _sound(self, vintage: Vintage, start: date | None, end: date | None) -> Bars:
        """The bars from `start` to `end`, both included, which by their seal or a hash are those that were written."""
        parts = self._parts(vintage)
        bars = _series(vintage, parts)
        if is_sealed(parts, vintage.seal):
            return _cut(bars, start, end)
        if start is None or end is None or not vintage.years:
            return _cut(self._by_hash(vintage, bars), start, end)
        bars = _cut(bars, start.replace(month=1, day=1), end.replace(month=12, day=31))
        written = {year: sha for year, sha in vintage.years.items() if start.year <= int(year) <= end.year}
        found = by_year(vintage.symbol, self._frame(bars))
        if wrong := sorted(year for year in written.keys() | found.keys() if written.get(year) != found.get(year)):
            raise _changed(vintage, Sentence("those of {wrong} differ", wrong=", ".join(wrong)))
        return _cut(bars, start, end)

    def fetch(
        self,
        vintage: Vintage,
        start: date | None = None,
        end: date | None = None,
        held: Sequence[Vintage] | None = None,
    ) -> Fetch:
        """What a vintage holds from `start` to `end`, with the notes of the fetches it came from.

        `held`: all vintages of its symbol, where they are known already.

        Raises:
            SourceMalformed: the bars are not those that were written.
        """
        bars = self._sound(vintage, start, end)
        held = self.vintages(vintage.symbol) if held is None else held
        past = [v for v in held if v.series_id == vintage.series_id and v.number <= vintage.number]
        used = _used(past, start or vintage.first, end or vintage.through)
        notes = dict.fromkeys([note for v in used for note in v.notes] + wrong_clocks(past, now()))
        last = session_before(vintage.home, min(end or vintage.through, vintage.through))
        newest = _newest(bars)
        if newest and (late := lacking_end(vintage.home, newest, last)):
            notes[late] = None
        retrieved_at = used[-1].retrieved_at if used else vintage.retrieved_at
        about = vintage.currency, vintage.exchange, retrieved_at, tuple(notes), vintage.source
        return Fetch(vintage.symbol, self._frame(bars), vintage.basis, *about)

    def whole_since(self, vintage: Vintage) -> str:
        """When all of a series was last fetched at once."""
        past = [v for v in self.vintages(vintage.symbol, vintage.source) if v.number <= vintage.number]
        whole = [v for v in past if v.asked_first <= vintage.first and v.asked_last >= v.through]
        return (whole[-1] if whole else past[0]).retrieved_at

    # ---- writing -----------------------------------------------------------------------------------------------------

    def keep(
        self,
        source: str,
        fetch: Fetch,
        first: date,
        last: date,
        *,
        whole: bool = True,
        force: bool = False,
        at: datetime | None = None,
    ) -> Vintage:
        """Keep what a source gave when asked for `first` to `last`: all of it in one transaction, or nothing.

        `whole`: the source was asked for at least the days that are held, so its answer may take their place.

        Raises:
            Apart: only a part was asked for, and it does not fit what is held.
            SourceMalformed: the answer holds what is no price, or lacks days of a past that it changes; or what is held was
                changed by somebody else, and `force` does not put the answer in its place.
        """
        _check(fetch)
        at = instant(fetch.retrieved_at) if fetch.retrieved_at else at or now()
        with told(self.path), transaction(self._db):
            old = self.newest(fetch.symbol, source)
            if old and not whole and first > old.final_through and first > old.first:
                raise Apart(
                    Sentence(
                        "{symbol}: days between {final_through} and {first} would be lacking",
                        symbol=fetch.symbol,
                        final_through=old.final_through,
                        first=first,
                    )
                )
            if old and whole and (first > old.first or last < old.through):
                raise Apart(
                    Sentence(
                        "{symbol}: {first} to {last} is less than what is held",
                        symbol=fetch.symbol,
                        first=first,
                        last=last,
                    )
                )
            before, notes = self._before(old, anew=whole and force) if old else (None, [])
            joined = join(
                fetch.symbol,
                before,
                fetch.frame,
                old.final_through if old else first,
                whole=whole,
                force=force,
            )
            made = _next(old, fetch, _priced(_bars(joined.frame)), first, last, at)
            made |= {"outcome": joined.outcome, "rows": len(joined.frame), "sha256": digest(fetch.symbol, joined.frame)}
            made["years"] = json_text(by_year(fetch.symbol, joined.frame), indent=None)
            made["notes"] = json_text([*fetch.notes, *notes, *joined.notes, *_new_currency(old, fetch)], indent=None)
            made["columns"] = json_text([c for c in FIELDS if c in joined.frame], indent=None)
            series, number = self._series(source, fetch.symbol), made["number"]
            if part := _part(number, before, joined.frame):
                write(self._db, series, part)
            made |= {"series_id": series, "entry": self._next_entry(), "seal": seal(read(self._db, series, number))}
            self._insert("vintage", [made])
            vintage = self.newest(fetch.symbol, source)
            assert vintage is not None
        return vintage

    def _before(self, old: Vintage, *, anew: bool) -> tuple[pd.DataFrame | None, list[str]]:
        """What is held now; None with a note where somebody changed it, and all is to be taken `anew`."""
        try:
            return self.sound(old), []
        except SourceMalformed:
            if not anew:
                raise
            return None, [_TAKEN_ANEW]

    def _series(self, source: str, symbol: str) -> int:
        self._db.execute("INSERT OR IGNORE INTO series(source, symbol) VALUES (?, ?)", (source, symbol))
        found = self._db.execute("SELECT id FROM series WHERE source = ? AND symbol = ?", (source, symbol))
        return int(found.fetchone()[0])

    def _insert(self, table: str, rows: list[dict[str, Any]]) -> None:
        names = list(rows[0])
        words = f"INSERT INTO {table}({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        self._db.executemany(words, [[row[n] for n in names] for row in rows])

    def _next_entry(self) -> int:
        return int(self._db.execute("SELECT ifnull(max(entry), 0) + 1 FROM vintage").fetchone()[0])

    # ---- health ------------------------------------------------------------------------------------------------------

    def faults(self) -> list[str]:
        """What is wrong inside: SQLite's own check, and every series against the hash that was noted with it."""
        with told(self.path):
            found = [text for (text,) in self._db.execute("PRAGMA integrity_check") if text != "ok"]
        latest = {v.series_id: v for v in sorted(self.vintages(), key=lambda v: v.number)}
        for vintage in latest.values():
            try:
                self.sound(vintage)
            except SourceMalformed as error:
                found.append(error.what)
        return found

    def clocks(self, at: datetime) -> list[str]:
        """Where the clock went wrong: what was kept at a time after that of a later fetch, or of now."""
        past: dict[int, list[Vintage]] = {}
        for vintage in self.vintages():
            past.setdefault(vintage.series_id, []).append(vintage)
        return [f"{of_one[0].symbol}: {told}" for of_one in past.values() for told in wrong_clocks(of_one, at)]


def _part(number: int, before: pd.DataFrame | None, frame: pd.DataFrame) -> Part | None:
    """What a vintage writes so that `frame` is held from then on; None: nothing, it is held."""
    if before is None:
        return part_of(number, True, _numbers(frame.index[:0]), _bars(frame))
    common = before.index.intersection(frame.index)
    stay = common[~changed(before.loc[common], frame.loc[common])]
    if stay.empty:
        return part_of(number, True, _numbers(stay), _bars(frame))
    gone, came = before.index.difference(frame.index), frame.index.difference(stay)
    return part_of(number, False, _numbers(gone), _bars(frame.loc[came])) if len(gone) + len(came) else None


def _bars(frame: pd.DataFrame) -> Bars:
    return Bars(_numbers(frame.index), tuple(map(str, frame.columns)), frame.to_numpy(float).T)


@cache
def _headings(columns: tuple[str, ...]) -> pd.Index:
    return pd.Index(list(columns))


def _series(vintage: Vintage, parts: list[Part]) -> Bars:
    """All bars of a vintage, unchecked."""
    try:
        return series_of(parts, vintage.columns)
    except NoPart as error:
        raise _changed(vintage, str(error)) from error


def _cut(bars: Bars, start: date | None, end: date | None) -> Bars:
    """The days from `start` to `end`, both included."""
    first = 0 if start is None else np.searchsorted(bars.days, _number(start))
    last = len(bars.days) if end is None else np.searchsorted(bars.days, _number(end), side="right")
    return Bars(bars.days[first:last], bars.columns, bars.values[:, first:last])


def digest(symbol: str, frame: pd.DataFrame) -> str:
    """The hash of a series: that of a table which holds nothing else."""
    days, values = frame.index.to_numpy("datetime64[D]"), frame.to_numpy(float)
    return hash_of([symbol], days, {str(name): values[:, [i]] for i, name in enumerate(frame.columns)})


def by_year(symbol: str, frame: pd.DataFrame) -> dict[str, str]:
    """The beginning of the hash of the bars of each year, so that who reads a few days need not read all to check them."""
    days, values = frame.index.to_numpy("datetime64[D]"), frame.to_numpy(float)
    years, first = np.unique(days.astype("datetime64[Y]"), return_index=True)
    edges = [*first.tolist(), len(days)]
    return {
        str(year): hash_of([symbol], days[a:b], {str(c): values[a:b, [i]] for i, c in enumerate(frame.columns)})[
            :_ENOUGH
        ]
        for year, a, b in zip(years, edges, edges[1:], strict=False)
    }


_ENOUGH = 16
"""Hexadecimal digits of a hash that tell what was changed by mistake or by hand."""


def wrong_clocks(past: list[Vintage], at: datetime) -> list[str]:
    """What to say of the clocks by which a series was kept, its vintages in their order; empty where they can be right."""
    told = [
        f"kept on {one.retrieved_at}, and then on {other.retrieved_at}: a clock was wrong; the later one holds"
        for one, other in pairwise(past)
        if ahead(one.retrieved_at, instant(other.retrieved_at))
    ]
    if past and past[-1].ahead(at):
        told.append(
            f"kept on {past[-1].retrieved_at}, which is still to come: a clock was wrong; it will be asked for again"
        )
    return told


def _changed(vintage: Vintage, found: str) -> SourceMalformed:
    return SourceMalformed(
        Sentence(
            "{symbol} from {source}: the bars are not those that were written on {day}",
            symbol=vintage.symbol,
            source=vintage.source,
            day=vintage.retrieved_at,
        ),
        where=Sentence("the price store, ticker {symbol}", symbol=vintage.symbol),
        available=found,
        hint=Sentence(
            "eventstudy prices fetch --force --tickers {symbol} with its dates takes them anew", symbol=vintage.symbol
        ),
    )


_TAKEN_ANEW = "the bars that were held were not those that had been written: all were taken anew"


def _priced(bars: Bars) -> NDArray[np.datetime64]:
    """The days that have a price, ascending."""
    there = ~np.isnan(bars.values[bars.columns.index("close")])
    days: NDArray[np.datetime64] = bars.days[there].astype("datetime64[D]")
    return days


def has_price(fetch: Fetch) -> bool:
    """Whether any day has a price."""
    return _last_priced(fetch.frame.to_numpy()[:, fetch.frame.columns.get_loc("close")]) is not None


def _newest(bars: Bars) -> date | None:
    """The last day that has a price."""
    last = _last_priced(bars.values[bars.columns.index("close")])
    return None if last is None else _EPOCH + timedelta(int(bars.days[last]))


def _last_priced(closes: NDArray[np.float64]) -> int | None:
    """The place of the last of the closes (n,) that is a number; mostly it ends them, and no other is looked at."""
    if len(closes) and not np.isnan(closes[-1]):
        return len(closes) - 1
    there = np.flatnonzero(~np.isnan(closes))
    return int(there[-1]) if len(there) else None


def _next(
    old: Vintage | None,
    fetch: Fetch,
    priced: NDArray[np.datetime64],
    first: date,
    last: date,
    at: datetime,
) -> dict[str, Any]:
    """The row of a new vintage, but for what only the joined series can tell.

    A session that lacks is not final for `WAITED_FOR`: sources skip days, and bring them later.
    """
    home = home_of(fetch.symbol, fetch.exchange)
    over, settled = due(home, at), final(home, at)
    through, sure = min(last, over), min(last, settled)
    if hole := first_hole(home, priced, max(first, (at - WAITED_FOR).date()), sure):
        sure = hole - timedelta(1)
    reached, known = (old.through, old.final_through) if old else (through, sure)
    if old and old.ahead(at):  # it took days for over that are still to come
        reached, known = min(reached, max(over, old.first)), min(known, max(settled, old.first))
    return {
        "number": old.number + 1 if old else 1,
        "retrieved_at": at.isoformat(timespec="seconds"),
        "asked_first": _number(first),
        "asked_last": _number(last),
        "first": _number(min(first, old.first) if old else first),
        "through": _number(max(through, reached)),
        "final_through": _number(max(sure, known)),
        "basis": fetch.basis,
        "currency": fetch.currency,
        "exchange": fetch.exchange,
    }


def _new_currency(old: Vintage | None, fetch: Fetch) -> list[str]:
    if old is None or old.currency == fetch.currency:
        return []
    return [f"the currency was {old.currency} and is now {fetch.currency}"]


def _check(fetch: Fetch) -> None:
    """Refuse what no later reading could make sense of."""
    frame, where = fetch.frame, Sentence("ticker {symbol}", symbol=fetch.symbol)
    if "close" not in frame or not set(frame.columns) <= set(FIELDS) or not isinstance(frame.index, pd.DatetimeIndex):
        raise SourceMalformed(
            Sentence("the prices of {symbol} are not in the form of a source", symbol=fetch.symbol), where=where
        )
    if np.isinf(frame.to_numpy(float)).any():
        raise SourceMalformed(
            Sentence("the prices of {symbol} hold an infinite value", symbol=fetch.symbol), where=where
        )
    if not frame.index.is_unique or not frame.index.is_monotonic_increasing:
        raise SourceMalformed(Sentence("the sessions of {symbol} are not in order", symbol=fetch.symbol), where=where)
    if frame["close"].notna().sum() == 0:
        raise SourceMalformed(Sentence("there is no price of {symbol}", symbol=fetch.symbol), where=where)


def _vintage(row: tuple[Any, ...]) -> Vintage:
    values = list(row)
    values[6:11] = [_EPOCH + timedelta(number) for number in values[6:11]]
    values[14:16] = [tuple(json.loads(text)) for text in values[14:16]]
    years = values[18] = json.loads(values[18])
    if not all(map(str.isdecimal, years)):
        raise ValueError(f"years {', '.join(years)}")
    vintage = Vintage(*values)
    instant(vintage.retrieved_at)
    words = (
        *vintage.columns,
        *vintage.notes,
        vintage.currency or "",
        vintage.exchange or "",
        vintage.sha256,
        vintage.seal,
        *vintage.years.values(),
    )
    if not all(isinstance(word, str) for word in words):
        raise TypeError(Sentence("text is wanted"))
    if (
        "close" not in vintage.columns
        or not set(vintage.columns) <= set(FIELDS)
        or vintage.basis not in get_args(Basis)
    ):
        raise ValueError(f"columns {vintage.columns}, basis {vintage.basis}")
    return vintage


def _used(past: list[Vintage], start: date, end: date) -> list[Vintage]:
    """Of the vintages of a series in their order, those whose bars are in the last one from `start` to `end`."""
    open_spans, used = [(start, end)], []
    for v in reversed(past):
        left = [rest for span in open_spans for rest in _without(span, (v.asked_first, v.asked_last))]
        if left != open_spans:
            used.append(v)
        open_spans = left
    return used[::-1]


def _number(day: date) -> int:
    return (day - _EPOCH).days


def _numbers(days: pd.Index) -> NDArray[np.int64]:
    return days.to_numpy("datetime64[D]").astype(np.int64)


def _without(span: tuple[date, date], taken: tuple[date, date]) -> list[tuple[date, date]]:
    """What is left of a span of days without another one."""
    (first, last), (low, high) = span, taken
    if high < first or last < low:
        return [span]
    rest = [(first, low - timedelta(1)), (high + timedelta(1), last)]
    return [(a, b) for a, b in rest if a <= b]
