"""The events that a request is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from eventstudy.calendars import Timing
from eventstudy.datasets import of_isin
from eventstudy.errors import InvalidRequest, Sentence, as_known
from eventstudy.events import (
    Event,
    Group,
    Registry,
    from_frame,
    load_registry,
    parse_when,
    shipped_registry,
    single_event,
)
from eventstudy.tables.place import Reading
from eventstudy.tables.written import plain_when
from eventstudy.text import separated


def events_of(
    what: Any = None,
    *,
    date: str | dt.date | None = None,
    tickers: str | Sequence[str] = (),
    timing: Timing = "unknown",
    tz: str | None = None,
    registry: str | Path | None = None,
    reading: Reading | None = None,
    group_by: str | None = None,
) -> Registry:
    """The events that are meant; `tickers`, where given, take the place of the events' own (a text may name several).

    `group_by`: the category, or a further column of the table of events, by which firms are put into groups.

    Raises:
        UnknownName: no event of that id. InvalidFile: a file that is no registry. InvalidRequest: words that contradict.
    """
    found = _found(what, date, tickers, timing, tz, registry, reading)
    return found if group_by is None else _grouped(found, group_by)


def _found(
    what: Any,
    date: str | dt.date | None,
    tickers: str | Sequence[str],
    timing: Timing,
    tz: str | None,
    registry: str | Path | None,
    reading: Reading | None,
) -> Registry:
    tickers = [of_isin(ticker) for ticker in separated(tickers)]
    if what is None:
        if date is None or not tickers:
            raise InvalidRequest(
                Sentence("say which event: an event id, a file, or --date with --tickers"),
                hint=Sentence("eventstudy events list shows the ids; eventstudy run --date 2025-01-27 --tickers NVDA"),
            )
        order = reading.dates if reading else None
        when = parse_when(date, tz=tz, order=order) if isinstance(date, str) else plain_when(date)
        return Registry([single_event(when, tickers, timing=timing, tz=tz)])
    if date is not None:
        raise InvalidRequest(
            Sentence("an event and --date were both given"),
            hint=Sentence("leave out --date, or move day 0 with --day0 DATE"),
        )
    found = _named(what, registry, tz, reading)
    if not tickers:
        return found
    events = [with_tickers(event, tickers) for event in found]
    return Registry(events, left_out=found.left_out, read_as=found.read_as)


def _columns(events: Iterable[Event]) -> list[str]:
    return sorted({name for event in events for name in event.attributes})


def column_of(events: Iterable[Event], column: str) -> str:
    """The column of the events that is meant, in upper or lower case."""
    return as_known(column, ["category", *_columns(events)])


def _grouped(events: Registry, column: str) -> Registry:
    """The events with their firms in groups that a column names; a firm of which it says nothing is in no group.

    Raises:
        InvalidRequest: no event has such a column.
    """

    def named(event: Event, ticker: str) -> str:
        found = event.category if column == "category" else event.attribute(column, ticker)
        return (found or "").strip()

    known, column = _columns(events), column_of(events, column)
    if not any(named(event, ticker) for event in events for ticker in event.tickers):
        lacks = column == "category"
        raise InvalidRequest(
            Sentence("no event has a category to group by")
            if lacks
            else Sentence("no event has a column {column!r} to group by", column=column),
            available=", ".join(known if lacks else ["category", *known]),
            hint=Sentence("columns of the table of events beside ticker and date are kept as such"),
        )
    again = []
    for event in events:
        groups = []
        for group in event.group:
            for name in dict.fromkeys(named(event, t) for t in group.tickers):
                own = tuple(t for t in group.tickers if named(event, t) == name)
                groups.append(group.model_copy(update={"name": name, "name_de": None, "tickers": own}))
        again.append(event.model_copy(update={"group": tuple(groups)}))
    return Registry(again, left_out=events.left_out, read_as=events.read_as)


def _named(what: Any, registry: str | Path | None, tz: str | None, reading: Reading | None) -> Registry:
    if isinstance(what, Registry):
        return what
    if isinstance(what, Event):
        return Registry([what])
    if isinstance(what, list | tuple) and what and all(isinstance(event, Event) for event in what):
        return Registry(what)
    if not isinstance(what, str | PathLike):
        return from_frame(what, tz=tz, reading=reading)
    if Path(what).suffix or "/" in str(what):  # an id has neither
        return load_registry(what, tz=tz, reading=reading)
    known = load_registry(registry) if registry else shipped_registry()
    if str(what) not in known and registry is None:
        from eventstudy.events.finders import scheduled_event

        if scheduled := scheduled_event(str(what)):
            return Registry([scheduled])
    return Registry([known[str(what)]])


def spelled(tickers: Sequence[str], known: Iterable[str]) -> list[str]:
    """Tickers as those that are known are written, where they differ in upper and lower case alone."""
    known = list(known)
    written = {ticker.casefold(): ticker for ticker in known}
    return [t if t in known else written.get(t.casefold(), t) for t in tickers]


def with_tickers(event: Event, tickers: Sequence[str]) -> Event:
    """The event with these tickers: in their groups where the event has them, the others in a group without a name."""
    wanted = tuple(dict.fromkeys(spelled(tickers, event.tickers)))
    groups = [
        g.model_copy(update={"tickers": kept})
        for g in event.group
        if (kept := tuple(t for t in wanted if t in g.tickers))
    ]
    loose = tuple(t for t in wanted if t not in event.tickers)
    return event.model_copy(update={"group": (*groups, *([Group(tickers=loose)] if loose else []))})
