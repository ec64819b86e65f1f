"""Events from tables: CSV files, workbooks, data frames, and one event described on the spot.

A table has one row a ticker and at least the columns `ticker` and `date`. Rows with the same `event_id` are
one event; a row without one is an event by itself. Tickers are text, so NA, ON and TRUE are tickers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from eventstudy.calendars import Timing
from eventstudy.errors import InvalidFile, InvalidRequest, Sentence
from eventstudy.events.event import Event, Group
from eventstudy.events.faults import CORRECT_ROW, BadRow, InvalidRecord, in_one_line, refuse
from eventstudy.events.when import checked, parse_when
from eventstudy.language import Phrase, date_text
from eventstudy.tables.place import ADD_ROW
from eventstudy.text import separated

SHARED = ("date", "tz", "timing", "title", "category", "benchmark", "recognised", "recognised_reason")
"""Columns that describe the event: its rows must agree in them, or leave all but the date blank."""

ROLES = ("treated", "exposed", "peer", "control")
"""What the `group` column may hold as a role; any other text is the name of a treated group."""

Row = tuple[str, Mapping[str, Any]]
"""Where the row stands, in words, and its values by column; blank ones are left out."""


def single_event(
    when: str | date | datetime,
    tickers: str | Sequence[str],
    *,
    benchmark: str | None = None,
    timing: Timing = "unknown",
    tz: str | None = None,
    title: str | None = None,
) -> Event:
    """One event described on the spot; its id is its date.

    Raises:
        InvalidRequest: no ticker, a date that cannot be meant, or a timing beside an instant.
    """
    moment = parse_when(when, tz=tz) if isinstance(when, str) else checked(when, tz)
    tickers = separated(tickers)
    if not tickers:
        raise InvalidRequest(Sentence("there is no ticker"), hint=Sentence("name at least one, e.g. NVDA"))
    day = day_of(moment)
    named = ", ".join(tickers[:3]) + (" ..." if len(tickers) > 3 else "")
    return Event(
        id=day.isoformat(),
        title=title or titled(named, day)[0],
        title_de=None if title else titled(named, day)[1],
        announced=moment,
        timing=timing,
        tz=tz,
        benchmark=benchmark,
        group=(Group(tickers=tuple(tickers)),),
    )


def day_of(when: date | datetime) -> date:
    """The day of a day or an instant, by the clock of its zone."""
    return when.date() if isinstance(when, datetime) else when


def titled(who: str, day: date) -> tuple[str, str]:
    """The title of an event that has none, in English and German."""
    return f"{who} on {day.isoformat()}", f"{who} am {_in_german(day)}"


@lru_cache(maxsize=10_000)
def _in_german(day: date) -> str:
    return date_text(day, language="de")


def events_from_rows(rows: Iterable[Row], origin: str, bad: list[BadRow], *, strict: bool = True) -> list[Event]:
    """The events in the order in which each is first named; rows that are not valid are added to the `bad` ones.

    Raises:
        InvalidFile: no row is valid, or one is not and it is to be `strict`.
    """
    events = [event for _, event in drafted(rows, bad)]
    refuse_rows(bad, origin, strict=strict, some=bool(events))
    return events


def drafted(rows: Iterable[Row], bad: list[BadRow]) -> list[tuple[str, Event]]:
    """The same, each with where its first row stands."""
    drafts: dict[tuple[str, ...], _Draft] = {}
    for number, row in rows:
        try:
            key = _key(row)
            if key in drafts:
                drafts[key].join(number, row)
            else:
                drafts[key] = _Draft(number, row)
        except InvalidRequest as error:
            bad.append(BadRow(number, row["ticker"], in_one_line(error)))
    taken = {draft.id for draft in drafts.values() if draft.id}
    events = []
    for draft in drafts.values():
        try:
            events.append((draft.number, draft.event(taken)))
        except InvalidRecord as error:
            bad += [BadRow(draft.number, draft.row["ticker"], problem) for problem in error.problems]
    return events


def refuse_rows(bad: list[BadRow], origin: str, *, strict: bool, some: bool) -> None:
    """Refuse a table with `bad` rows if it is to be `strict`, or has not even `some` events.

    Raises:
        InvalidFile: it is one of these.
    """
    if strict or not some:
        refuse([one.said for one in bad], origin, CORRECT_ROW)
    if not some:
        raise InvalidFile(Sentence("there is no event in the table"), where=origin, hint=ADD_ROW)


def _key(row: Mapping[str, Any]) -> tuple[str, ...]:
    """What makes rows one event: their id, or else ticker and date."""
    return (row["event_id"],) if "event_id" in row else (row["ticker"], str(row["date"]))


def _when(row: Mapping[str, Any]) -> date | datetime:
    try:
        return checked(row["date"], row.get("tz"))
    except InvalidRequest as error:
        raise InvalidRequest(
            Phrase("column {column}: {why}", column="date", why=error.what), hint=error.hint
        ) from error


class _Draft:
    """An event in the making: its first row, and the groups of all its rows."""

    def __init__(self, number: str, row: Mapping[str, Any]) -> None:
        self.number, self.row, self.id = number, dict(row), row.get("event_id")
        self.when = _when(row)
        self.groups: dict[str, dict[str, str]] = {row.get("group", ""): {row["ticker"]: number}}
        self.attributes: dict[str, Mapping[str, str]] = {row["ticker"]: row.get("attributes", {})}

    def join(self, number: str, row: Mapping[str, Any]) -> None:
        """Take up another row of the same event."""
        for column in SHARED:
            mine, other = self.row.get(column), row.get(column)
            if mine is None and other is not None:
                self.row[column] = other
            elif mine != other and other is not None and (column != "date" or _when(row) != self.when):
                raise InvalidRequest(
                    Phrase(
                        "column {column}: {other} contradicts {mine} in {row} of event {event!r}",
                        column=column,
                        other=other,
                        mine=mine,
                        row=self.number,
                        event=self.id,
                    ),
                    hint=Phrase("one event has one date, zone, timing, title, category and benchmark"),
                )
        members = self.groups.setdefault(row.get("group", ""), {})
        earlier = members.setdefault(row["ticker"], number)
        if earlier != number:
            raise InvalidRequest(
                Phrase(
                    "column ticker: {ticker} stands in {row} of the same event already",
                    ticker=row["ticker"],
                    row=earlier,
                ),
                hint=Phrase("remove one"),
            )
        self.attributes.setdefault(row["ticker"], row.get("attributes", {}))

    def event(self, taken: set[str]) -> Event:
        """The event; an id is made where there is none, and added to those `taken`."""
        day = day_of(self.when)
        ticker, title = self.row["ticker"], self.row.get("title") or self.id
        return Event(
            id=self.id or _unused(id_of(ticker, day.isoformat()), taken),
            title=title or titled(ticker, day)[0],
            title_de=None if title else titled(ticker, day)[1],
            announced=self.when,
            tz=self.row.get("tz"),
            timing=self.row.get("timing", "unknown"),
            category=self.row.get("category"),
            benchmark=self.row.get("benchmark"),
            **self._noticed(),
            group=tuple(group_of(name, tuple(members)) for name, members in self.groups.items()),
            attributes=_attributes(self.attributes),
        )

    def _noticed(self) -> dict[str, Any]:
        """When the market took notice and why that is thought: as the table says, where it gives no reason."""
        reason, when = self.row.get("recognised_reason"), self.row.get("recognised")
        if when is None:
            return {"recognised_reason": reason} if reason else {}
        if reason is None:
            return {"recognised": when, "recognised_reason": _SAID, "recognised_reason_de": _SAID_DE}
        return {"recognised": when, "recognised_reason": reason}


_SAID, _SAID_DE = "as the table of events says", "laut der Tabelle der Ereignisse"
"""Why markets are thought to have noticed then, where a table gives the day alone."""


def _attributes(by_ticker: Mapping[str, Mapping[str, str]]) -> Mapping[str, str | Mapping[str, str]]:
    """What the rows of an event have besides: a text where all say the same, else the texts by ticker."""
    if len(by_ticker) == 1:
        return dict(next(iter(by_ticker.values())))
    found: dict[str, str | Mapping[str, str]] = {}
    for name in dict.fromkeys(name for own in by_ticker.values() for name in own):
        said = {ticker: own[name] for ticker, own in by_ticker.items() if name in own}
        same = len(said) == len(by_ticker) and len(set(said.values())) == 1
        found[name] = next(iter(said.values())) if same else said
    return found


@lru_cache(maxsize=10_000)
def group_of(name: str, tickers: tuple[str, ...]) -> Group:
    """The group of these tickers that the column `group` calls so; the same object each time.

    Raises:
        InvalidRecord: it cannot be meant.
    """
    return Group(role=name, tickers=tickers) if name in ROLES else Group(name=name, tickers=tickers)


def id_of(ticker: str, day: str) -> str:
    """The id of an event that has none."""
    return f"{slug(ticker) or 'event'}-{day}"


def slug(text: str) -> str:
    """Lower-case letters, digits and hyphens for a text: brk-b for BRK.B; empty where it has none of them."""
    return re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")


def _unused(id: str, taken: set[str]) -> str:
    number, free = 1, id
    while free in taken:
        number += 1
        free = f"{id}-{number}"
    taken.add(free)
    return free
