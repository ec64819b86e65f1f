"""The price store: every series as it was fetched, each time it was fetched.

A fetch makes a vintage of its series. A bar that changes is not overwritten: the old one is true until the vintage that
changed it. So a study can be repeated with the prices it was made with, and no fetch can take anything away.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventstudy.errors import SourceMalformed
from eventstudy.prices._base import FIELDS, Basis, Fetch
from eventstudy.prices._store_days import (
    WAITED_FOR,
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
from eventstudy.prices._store_schema import connect, location, told, transaction
from eventstudy.text import json_text

_EPOCH = date(1970, 1, 1)
_VINTAGE = """SELECT s.source, s.symbol, v.series_id, v.number, v.retrieved_at, v.outcome, v.asked_first, v.asked_last,
  v.first, v.through, v.final_through, v.basis, v.currency, v.exchange, v.columns, v.notes, v.rows, v.sha256
  FROM vintage v JOIN series s ON s.id = v.series_id"""


@dataclass(frozen=True)
class Vintage:
    """What was held of a series after one fetch.

    `first` to `through`: the days it reaches over, sessions or not. `final_through`: up to here no bar is expected to
    change. `asked_first` to `asked_last`: what that one fetch was for. `rows`, `sha256`: of all bars then held.
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

    @property
    def home(self) -> str:
        """The market whose calendar holds for the series."""
        return home_of(self.symbol, self.exchange)

    def covers(self, start: date | None, end: date | None, at: datetime) -> bool:
        """Whether every session from `start` to `end` is here (None: open), of those that are over at an instant."""
        return (start is None or self.first <= start) and (end is None or self._last(end, at) <= self.through)

    def settled(self, end: date, at: datetime) -> bool:
        """Whether asking again at an instant could not change a bar up to `end`, or add one."""
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
        """All vintages (of a symbol, of a source), the oldest first."""
        asked = [
            (f"s.{name} = ?", value) for name, value in (("symbol", symbol), ("source", source)) if value is not None
        ]
        where = f" WHERE {' AND '.join(words for words, _ in asked)}" if asked else ""
        with told(self.path):
            rows = self._db.execute(
                f"{_VINTAGE}{where} ORDER BY v.retrieved_at, v.series_id, v.number", [value for _, value in asked]
            ).fetchall()
        return [_vintage(row) for row in rows]

    def newest(self, symbol: str, source: str) -> Vintage | None:
        """What is held of a symbol from a source; None: nothing."""
        held = self.vintages(symbol, source)
        return max(held, key=lambda v: v.number) if held else None

    def frame(self, vintage: Vintage, start: date | None = None, end: date | None = None) -> pd.DataFrame:
        """The bars of a vintage from `start` to `end`, both included, as in `Fetch.frame`."""
        first, last = _number(start or date.min), _number(end or date.max)
        named = [name for name in FIELDS if name in vintage.columns]
        with told(
            self.path
        ):  # nothing infinite is ever kept, so infinity can stand for NULL on the way: plain floats are quick
            rows = self._db.execute(
                f"SELECT day, {', '.join(f'ifnull({name}, 9e999)' for name in named)} FROM bar"
                " WHERE series_id = ? AND day BETWEEN ? AND ? AND since <= ? AND (until IS NULL OR until > ?) ORDER BY day",
                (vintage.series_id, first, last, vintage.number, vintage.number),
            )
            values = np.fromiter(chain.from_iterable(rows), float).reshape(-1, 1 + len(named))
        values[np.isinf(values)] = np.nan
        days = values[:, 0].astype("int64").astype("datetime64[D]").astype("datetime64[ns]")
        frame = pd.DataFrame(values[:, 1:], pd.DatetimeIndex(days, name="session"), named)
        return frame if named == list(vintage.columns) else frame[list(vintage.columns)]

    def fetch(self, vintage: Vintage, start: date | None = None, end: date | None = None) -> Fetch:
        """What a vintage holds from `start` to `end`, with the notes of the fetches it came from."""
        frame = self.frame(vintage, start, end)
        used = self._used(vintage, start or vintage.first, end or vintage.through)
        notes = dict.fromkeys(note for v in used for note in v.notes)
        last = session_before(vintage.home, min(end or vintage.through, vintage.through))
        if late := lacking_end(vintage.home, _priced(frame), last):
            notes[late] = None
        retrieved_at = max((v.retrieved_at for v in used), default=vintage.retrieved_at)
        return Fetch(
            vintage.symbol, frame, vintage.basis, vintage.currency, vintage.exchange, retrieved_at, tuple(notes)
        )

    def _used(self, vintage: Vintage, start: date, end: date) -> list[Vintage]:
        """The fetches whose bars are in a vintage from `start` to `end`, the oldest first."""
        open_spans, used = [(start, end)], []
        for v in reversed(self.vintages(vintage.symbol, vintage.source)):
            if v.number > vintage.number:
                continue
            left = [rest for span in open_spans for rest in _without(span, (v.asked_first, v.asked_last))]
            if left != open_spans:
                used.append(v)
            open_spans = left
        return used[::-1]

    def whole_since(self, vintage: Vintage) -> str:
        """When all of a series was last fetched at once."""
        past = [v for v in self.vintages(vintage.symbol, vintage.source) if v.number <= vintage.number]
        return max(
            (v.retrieved_at for v in past if v.asked_first <= vintage.first and v.asked_last >= v.through),
            default=past[0].retrieved_at,
        )

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
            SourceMalformed: the answer holds what is no price, or lacks days of a past that it changes.
        """
        _check(fetch)
        at = instant(fetch.retrieved_at) if fetch.retrieved_at else at or now()
        with told(self.path), transaction(self._db):
            old = self.newest(fetch.symbol, source)
            if old and not whole and first > old.final_through and first > old.first:
                raise Apart(f"{fetch.symbol}: days between {old.final_through} and {first} would be lacking")
            if old and whole and (first > old.first or last < old.through):
                raise Apart(f"{fetch.symbol}: {first} to {last} is less than what is held")
            before = self.frame(old) if old else None
            joined = join(
                fetch.symbol, before, fetch.frame, old.final_through if old else first, whole=whole, force=force
            )
            made = _next(old, source, fetch, _priced(joined.frame), first, last, at)
            made |= {"outcome": joined.outcome, "rows": len(joined.frame), "sha256": digest(fetch.symbol, joined.frame)}
            made["notes"] = json_text([*fetch.notes, *joined.notes, *_new_currency(old, fetch)], indent=None)
            made["columns"] = json_text([c for c in FIELDS if c in joined.frame], indent=None)
            self._insert("vintage", [made | {"series_id": self._series(source, fetch.symbol)}])
            vintage = self.newest(fetch.symbol, source)
            assert vintage is not None
            self._write(vintage, before, joined.frame)
        return vintage

    def _series(self, source: str, symbol: str) -> int:
        self._db.execute("INSERT OR IGNORE INTO series(source, symbol) VALUES (?, ?)", (source, symbol))
        found = self._db.execute("SELECT id FROM series WHERE source = ? AND symbol = ?", (source, symbol))
        return int(found.fetchone()[0])

    def _write(self, vintage: Vintage, before: pd.DataFrame | None, frame: pd.DataFrame) -> None:
        """End the bars that are no longer true, and add those that are true now."""
        days = frame.index
        if before is not None:
            common = before.index.intersection(frame.index)
            stay = common[~changed(before.loc[common], frame.loc[common])]
            days = frame.index.difference(stay)
            ended = [(vintage.number, vintage.series_id, d) for d in _numbers(before.index.difference(stay))]
            self._db.executemany("UPDATE bar SET until = ? WHERE series_id = ? AND day = ? AND until IS NULL", ended)
        values = frame.loc[days].reindex(columns=FIELDS).astype(object)
        rows = values.where(values.notna(), None).to_numpy().tolist()
        self._db.executemany(
            f"INSERT INTO bar VALUES (?, ?, ?, NULL{', ?' * len(FIELDS)})",
            [(vintage.series_id, d, vintage.number, *row) for d, row in zip(_numbers(days), rows, strict=True)],
        )

    def _insert(self, table: str, rows: list[dict[str, Any]]) -> None:
        names = list(rows[0])
        words = f"INSERT INTO {table}({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        self._db.executemany(words, [[row[n] for n in names] for row in rows])

    # ---- factors -----------------------------------------------------------------------------------------------------

    def keep_factors(self, dataset: str, frame: pd.DataFrame, at: datetime | None = None) -> None:
        """Keep factors (index = sessions, columns = names, decimals); a missing value takes no other's place."""
        when, days = (at or now()).isoformat(timespec="seconds"), _numbers(frame.index)
        rows = [
            (dataset, day, str(name), float(value), when)
            for name, column in frame.items()
            for day, value in zip(days, column.tolist(), strict=True)
            if np.isfinite(value)
        ]
        with told(self.path), transaction(self._db):
            self._db.executemany(
                "INSERT INTO factor VALUES (?, ?, ?, ?, ?) ON CONFLICT(dataset, day, name)"
                " DO UPDATE SET value = excluded.value, retrieved_at = excluded.retrieved_at WHERE value <> excluded.value",
                rows,
            )

    def factors(self, dataset: str) -> pd.DataFrame:
        """The factors of a dataset, as they were kept; empty where there are none."""
        with told(self.path):
            rows = self._db.execute("SELECT day, name, value FROM factor WHERE dataset = ?", (dataset,)).fetchall()
        table = pd.DataFrame(rows, columns=["day", "name", "value"]).pivot(index="day", columns="name", values="value")
        table.index = pd.DatetimeIndex(np.array(table.index, "int64").astype("datetime64[D]").astype("datetime64[ns]"))
        return table.rename_axis(index="session", columns=None)

    # ---- health ------------------------------------------------------------------------------------------------------

    def faults(self) -> list[str]:
        """What is wrong inside: SQLite's own check, and every series against the hash that was noted with it."""
        with told(self.path):
            found = [text for (text,) in self._db.execute("PRAGMA integrity_check") if text != "ok"]
        latest = {v.series_id: v for v in sorted(self.vintages(), key=lambda v: v.number)}
        return found + [
            f"{v.symbol} from {v.source}: the bars are not those that were written on {v.retrieved_at}"
            for v in latest.values()
            if digest(v.symbol, self.frame(v)) != v.sha256
        ]


def digest(symbol: str, frame: pd.DataFrame) -> str:
    """The hash of a series: that of a table which holds nothing else."""
    from eventstudy.prices._table import PriceTable

    return PriceTable.from_fetches([("", Fetch(symbol, frame, "as_given"))]).sha256()


def _priced(frame: pd.DataFrame) -> NDArray[np.datetime64]:
    """The days that have a price, ascending; in numpy, for it is asked once a symbol."""
    close = frame.to_numpy(float)[:, list(frame.columns).index("close")]
    days: NDArray[np.datetime64] = frame.index.to_numpy("datetime64[D]")[~np.isnan(close)]
    return days


def _next(
    old: Vintage | None,
    source: str,
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
    through = min(last, due(home, at))
    sure = min(through, final(home, at))
    if hole := first_hole(home, priced, max(first, (at - WAITED_FOR).date()), sure):
        sure = hole - timedelta(1)
    return {
        "number": old.number + 1 if old else 1,
        "retrieved_at": at.isoformat(timespec="seconds"),
        "asked_first": _number(first),
        "asked_last": _number(last),
        "first": _number(min(first, old.first) if old else first),
        "through": _number(max(through, old.through) if old else through),
        "final_through": _number(max(sure, old.final_through) if old else sure),
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
    frame, where = fetch.frame, f"ticker {fetch.symbol}"
    if np.isinf(frame.to_numpy(float)).any():
        raise SourceMalformed(f"the prices of {fetch.symbol} hold an infinite value", where=where)
    if not frame.index.is_unique or not frame.index.is_monotonic_increasing:
        raise SourceMalformed(f"the sessions of {fetch.symbol} are not in order", where=where)
    if frame["close"].notna().sum() == 0:
        raise SourceMalformed(f"there is no price of {fetch.symbol}", where=where)


def _vintage(row: tuple[Any, ...]) -> Vintage:
    values = list(row)
    values[6:11] = [_EPOCH + timedelta(number) for number in values[6:11]]
    values[14:16] = [tuple(json.loads(text)) for text in values[14:16]]
    return Vintage(*values)


def _number(day: date) -> int:
    return (day - _EPOCH).days


def _numbers(days: pd.Index) -> list[int]:
    return cast("list[int]", days.to_numpy("datetime64[D]").astype("int64").tolist())


def _without(span: tuple[date, date], taken: tuple[date, date]) -> list[tuple[date, date]]:
    """What is left of a span of days without another one."""
    (first, last), (low, high) = span, taken
    if high < first or last < low:
        return [span]
    rest = [(first, low - timedelta(1)), (high + timedelta(1), last)]
    return [(a, b) for a, b in rest if a <= b]
