"""Many events as columns: one row an (event, ticker), coded, without an object for each.

The same table by the same rules as `registry.from_frame`; only what is distinct (tickers, dates, zones) is looked at singly.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventstudy.calendars import Moment
from eventstudy.errors import InvalidFile, InvalidRequest, Sentence
from eventstudy.events.event import Event
from eventstudy.events.faults import CORRECT_ROW
from eventstudy.events.rows import ORIGIN, Rows
from eventstudy.events.when import checked

Codes = NDArray[np.int64]
H = TypeVar("H", bound=Hashable)


@dataclass(frozen=True)
class EventColumns:
    """E pairs of event and ticker in the order in which they were given."""

    tickers: tuple[str, ...]
    ticker: Codes
    """(E,) position in `tickers`."""
    moments: tuple[Moment | None, ...]
    """The distinct moments that day 0 is counted from; None: the event has none."""
    moment: Codes
    """(E,) position in `moments`."""
    benchmarks: tuple[str | None, ...]
    """The distinct benchmarks that events name; None where they name none."""
    benchmark: Codes
    """(E,) position in `benchmarks`."""
    event: Codes
    """(E,) which event a pair belongs to, counted from 0."""
    name: Callable[[int], str]
    """The id of the event of row i."""
    grouped: bool = False
    """Whether events name groups."""

    def __len__(self) -> int:
        """E."""
        return len(self.ticker)

    def rows(self, which: Codes) -> EventColumns:
        """The pairs in these rows, each with the name that it has here."""
        parts = {n: getattr(self, n)[which] for n in ("ticker", "moment", "benchmark", "event")}
        return replace(self, **parts, name=lambda i: self.name(int(which[i])))

    def ticker_of(self, row: int) -> str:
        """The ticker of row i."""
        return self.tickers[int(self.ticker[row])]


def columns_of_rows(rows: Rows) -> EventColumns:
    """The pairs of rows of events, coded, without an object for each.

    Raises:
        InvalidFile: one of them is no event.
    """
    for row, why in rows.odd.items():
        if why:
            raise InvalidFile(
                Sentence("{numbers}, {why}", numbers=rows.numbers[row], why=why), where=rows.origin, hint=CORRECT_ROW
            )
    if rows.bad:
        raise InvalidFile(rows.bad[0].said, where=rows.origin, hint=CORRECT_ROW)
    keep = np.delete(np.arange(len(rows), dtype=np.int64), list(rows.odd))
    ticker, tickers = rows.ticker[0][keep], tuple(rows.ticker[1])
    moment, moments = _moments(rows, keep)
    given = rows.texts.get("event_id")
    ids, texts = (given[0][keep], given[1]) if given else (None, [])
    event = _events(ids, ticker, moment, len(tickers))
    _refuse_twice(event, ticker, len(tickers), tickers)
    first = _first_of_event(event)
    if (wrong := np.flatnonzero(moment != moment[first])).size:
        row = int(wrong[0])
        raise _fault(
            row,
            "date",
            Sentence("contradicts row {first} of the same event", first=first[row] + 1),
            Sentence("one event has one date"),
        )
    for column in ("title", "category"):
        if said := rows.texts.get(column):
            _agreed(event, said[0][keep], column)
    benchmark, benchmarks = _benchmarks(rows, keep, event)

    def name(i: int) -> str:
        if ids is not None and ids[i] >= 0:
            return texts[int(ids[i])]
        found = moments[moment[i]]
        when = found.when.date() if isinstance(found.when, datetime) else found.when
        return f"{tickers[ticker[i]].lower()}-{when.isoformat()}"

    return EventColumns(
        tickers, ticker, tuple(moments), moment, benchmarks, benchmark, event, name, grouped="group" in rows.texts
    )


def columns_of_events(events: Iterable[Event], moment_of: Callable[[Event], Moment | None]) -> EventColumns:
    """The pairs of events as objects; `moment_of` says when day 0 of an event is counted from."""
    known = list(events)
    rows = [(i, t) for i, event in enumerate(known) for t in event.tickers]
    event = np.array([i for i, _ in rows], dtype=np.int64)
    ticker, tickers = coded(t for _, t in rows)
    moment, moments = coded_moments(moment_of(e) for e in known)
    benchmark, benchmarks = coded(known[i].benchmark_of(t) for i, t in rows)
    return EventColumns(
        tickers,
        ticker,
        moments,
        moment[event],
        benchmarks,
        benchmark,
        event,
        lambda i: known[event[i]].id,
        grouped=any(group.name for e in known for group in e.group),
    )


def coded(values: Iterable[H]) -> tuple[Codes, tuple[H, ...]]:
    """(E,) codes of some values, and the distinct values in the order in which they are met."""
    place: dict[H, int] = {}
    codes = np.array([place.setdefault(value, len(place)) for value in values], dtype=np.int64)
    return codes, tuple(place)


def coded_moments(moments: Iterable[Moment | None]) -> tuple[Codes, tuple[Moment | None, ...]]:
    """The same of moments; an instant told in two zones is two, because its date is not the same in both."""
    codes, distinct = coded((moment, moment and moment.when.isoformat()) for moment in moments)
    return codes, tuple(moment for moment, _ in distinct)


def _fault(row: int, column: str, what: str, hint: str | None = None) -> InvalidFile:
    return InvalidFile(
        Sentence("row {row}, column {column}: {what}", row=row + 1, column=column, what=what), where=ORIGIN, hint=hint
    )


def combined(keep: Codes, *columns: tuple[Codes, Sequence[Any]] | None) -> tuple[Codes, list[tuple[Any, ...]]]:
    """(E,) codes of what stands together in columns, of the rows that are kept, and what each stands for; None: a blank."""
    there = [column for column in columns if column]
    key = np.zeros(len(keep), np.int64)
    for at, values in there:
        key = key * (len(values) + 1) + at[keep] + 1
    codes, distinct = pd.factorize(key)
    parts: dict[int, list[Any]] = {}
    for i, column in reversed([*enumerate(columns)]):
        if column:
            distinct, at = np.divmod(distinct, len(column[1]) + 1)
            texts = [*column[1], None]
            parts[i] = [texts[k] for k in (at - 1).tolist()]
    blank = [None] * len(distinct)
    return codes.astype(np.int64), [*zip(*(parts.get(i, blank) for i in range(len(columns))), strict=True)]


def _moments(rows: Rows, keep: Codes) -> tuple[Codes, list[Moment]]:
    """(E,) codes of the moments of the rows that are kept, and the distinct moments."""
    codes, distinct = combined(keep, rows.date, rows.texts.get("tz"), rows.texts.get("timing"))
    found = []
    for k, (day, zone, timing) in enumerate(distinct):
        try:
            when = checked(day, zone or rows.tz)
            found.append(Moment(when, timing) if timing else Moment(when))
        except InvalidRequest as error:
            raise _fault(int((codes == k).argmax()), "date", error.what, error.hint) from error
    return codes, found


def _benchmarks(rows: Rows, keep: Codes, event: Codes) -> tuple[Codes, tuple[str | None, ...]]:
    """(E,) codes of the benchmarks that the events of the rows name, and the benchmarks; the last is None, which names none."""
    if "benchmark" not in rows.texts:
        return np.broadcast_to(np.int64(0), len(keep)), (None,)
    codes, benchmarks = rows.texts["benchmark"]
    agreed = _agreed(event, codes[keep], "benchmark")
    return np.where(agreed < 0, len(benchmarks), agreed), (*benchmarks, None)


def _events(ids: Codes | None, ticker: Codes, moment: Codes, n_tickers: int) -> Codes:
    """(E,) the event of each row: its id, or else ticker and date."""
    if ids is not None and len(ids) and ids.min() >= 0 and (np.diff(ids) == 1).all():
        return ids - ids[0] if ids[0] else ids  # each row is an event
    own = moment * n_tickers + ticker
    if ids is None:
        return pd.factorize(own)[0].astype(np.int64)
    return pd.factorize(np.where(ids >= 0, ids, ids.max() + 1 + own))[0].astype(np.int64)


def _refuse_twice(event: Codes, ticker: Codes, n_tickers: int, tickers: tuple[str, ...]) -> None:
    if int(event.max()) + 1 == len(event):
        return  # each row is an event
    again = pd.Series(event * n_tickers + ticker).duplicated().to_numpy()
    if again.any():
        row = int(again.argmax())
        first = int(((event == event[row]) & (ticker == ticker[row])).argmax())
        raise _fault(
            row,
            "ticker",
            Sentence(
                "{tickers} stands in row {first} of the same event already",
                tickers=tickers[ticker[row]],
                first=first + 1,
            ),
        )


def _first_of_event(event: Codes) -> Codes:
    """(E,) the first row of the event that each row belongs to."""
    first = np.full(int(event.max()) + 1, len(event), dtype=np.int64)
    rows = np.arange(len(event))
    first[event[::-1]] = rows[::-1]
    return first[event]


def _agreed(event: Codes, codes: Codes, column: str) -> Codes:
    """What each row's event says in a column: rows may leave it blank, not contradict each other; -1 where all do."""
    most = np.full(int(event.max()) + 1, -1, dtype=np.int64)
    np.maximum.at(most, event, codes)
    shared = most[event]
    if (wrong := np.flatnonzero((codes >= 0) & (codes != shared))).size:
        raise _fault(int(wrong[0]), column, Sentence("contradicts another row of the same event"))
    return shared


__all__ = ["EventColumns", "coded", "coded_moments", "columns_of_events", "columns_of_rows"]
