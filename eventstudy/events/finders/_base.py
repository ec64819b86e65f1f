"""What a finder is, what it is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from eventstudy import plugins
from eventstudy.errors import InvalidRequest, Sentence, UnknownName
from eventstudy.events.event import Event, Group
from eventstudy.language import Phrase
from eventstudy.text import separated

NEW_YORK = ZoneInfo("America/New_York")


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is asked of a finder; it says which of these words it `takes`."""

    tickers: tuple[str, ...] = ()
    ciks: tuple[int, ...] = ()
    """Numbers of filers, instead of tickers or beside them."""
    forms: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()
    amendments: Literal["drop", "keep"] = "drop"
    late: Literal["drop", "keep"] = "keep"
    """What becomes of filings that came after the day of what they report."""
    since: date | None = None
    until: date | None = None
    as_of: date | None = None
    """Nothing that came out later is found."""

    def covers(self, when: date | datetime) -> bool:
        """Whether a moment lies between the dates asked for, both included."""
        day = when.date() if isinstance(when, datetime) else when
        last = min((d for d in (self.until, self.as_of) if d), default=None)
        return (self.since is None or day >= self.since) and (last is None or day <= last)

    def asked(self) -> dict[str, Any]:
        """The words that differ from their defaults, as JSON has them."""
        found: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value != one.default:
                found[one.name] = value.isoformat() if isinstance(value, date) else value
        return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


@dataclass(frozen=True)
class LeftOut:
    """Something that could be an event, and why it is none here."""

    key: str
    reason: Phrase
    wanted: bool = False
    """Whether it was asked to be left out: amendments, late filings."""


@dataclass(frozen=True)
class Finds:
    """What a finder found."""

    finder: str
    query: Query
    events: tuple[Event, ...]
    """In the order of their instants, each with `found`."""
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Phrase, ...] = ()
    """What to know of the answer: who was renamed, what is not fresh."""
    requests: int = 0
    """Requests that went out."""
    kept: int = 0
    """Answers that were at hand."""

    @property
    def incomplete(self) -> bool:
        """Whether something was left out that was not asked to be."""
        return any(not one.wanted for one in self.left_out)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of `events find`."""
        return {
            "schema": "eventstudy.find/1",
            "finder": self.finder,
            "asked": self.query.asked(),
            "found": [event.to_dict() for event in self.events],
            "left_out": [{"key": one.key, "reason": str(one.reason), "wanted": one.wanted} for one in self.left_out],
            "notes": [str(note) for note in self.notes],
            "requests": self.requests,
            "kept": self.kept,
        }

    def rows(self) -> list[dict[str, Any]]:
        """A row an event: id, announced, tickers, category, stamp, precision, flags, title, key."""
        return [
            {
                "id": event.id,
                "announced": event.announced.isoformat(),
                "tickers": list(event.tickers),
                "category": event.category,
                "stamp": event.found.stamp,
                "precision": event.found.precision,
                "flags": list(event.found.flags),
                "title": event.title,
                "key": event.found.key,
            }
            for event in self.events
            if event.found
        ]


@dataclass(frozen=True)
class Finder:
    """A finder: `search(query)` is its work; `takes` names the words of the query that mean something to it."""

    summary: str
    search: Callable[[Query], Finds]
    takes: frozenset[str]
    """Of the fields of `Query`; since, until and as_of go with each."""


_ALWAYS = frozenset({"since", "until", "as_of"})
_FLAGS = {"tickers": "--ticker", "ciks": "--cik", "forms": "--form", "items": "--item", "releases": "--release"}


def find(
    finder: str,
    *,
    tickers: str | Iterable[str] = (),
    ciks: Iterable[int] = (),
    forms: str | Iterable[str] = (),
    items: str | Iterable[str] = (),
    releases: str | Iterable[str] = (),
    **more: Any,
) -> Finds:
    """What a finder finds, by its name (`eventstudy methods finders`).

    `more`: the other fields of `Query`: amendments, late, since, until, as_of.

    Raises:
        UnknownName: no such finder. InvalidRequest: words that mean nothing to it. SourceError: it got no answer.
    """
    member: Finder = plugins.load("finders", finder)
    lists = {"tickers": tickers, "forms": forms, "items": items, "releases": releases}
    texts: Mapping[str, Any] = {name: tuple(separated(given)) for name, given in lists.items()}
    known = {one.name for one in fields(Query)}
    if unknown := sorted(set(more) - known):
        raise InvalidRequest(
            Sentence("no such word: {unknown}", unknown=", ".join(unknown)), available=", ".join(sorted(known))
        )
    query = Query(**texts, ciks=tuple(ciks), **more)
    for name, default in ((one.name, one.default) for one in fields(Query)):
        if getattr(query, name) != default and name not in member.takes | _ALWAYS:
            flag = _FLAGS.get(name, f"--{name}")
            takes = ", ".join(_FLAGS.get(n, f"--{n}") for n in sorted(member.takes)) or "dates alone"
            raise InvalidRequest(
                Sentence("{flag} means nothing to the finder {finder}", flag=flag, finder=finder), available=takes
            )
    for name, kinds in (("amendments", ("drop", "keep")), ("late", ("drop", "keep"))):
        if getattr(query, name) not in kinds:
            raise UnknownName(Sentence("choice of --{name}", name=name), str(getattr(query, name)), kinds)
    if query.since and query.until and query.since > query.until:
        raise InvalidRequest(
            Sentence("since {since} is after until {until}", since=query.since, until=query.until),
            hint=Sentence("swap the two dates"),
        )
    return member.search(query)


def for_tickers(tickers: tuple[str, ...]) -> tuple[Group, ...]:
    """One treated group of these tickers; none where nobody is named."""
    return (Group(tickers=tickers),) if tickers else ()


def shifted(when: datetime) -> datetime:
    """An instant of New York with its plain offset, as a registry writes it."""
    return datetime.fromisoformat(when.replace(tzinfo=NEW_YORK).isoformat())


def beyond(query: Query, what: str, instants: Sequence[date | datetime]) -> list[Phrase]:
    """What is to be said of a table that does not reach as far as it is asked: where it begins, where it ends."""
    if not instants:
        return []
    first, last = (when.date() if isinstance(when, datetime) else when for when in (instants[0], instants[-1]))
    told, to = [], min((d for d in (query.until, query.as_of) if d), default=None)
    if query.since and query.since < first:
        told.append(Phrase("the table of {what} begins on {day}: there are earlier ones", what=what, day=first))
    if to is None or to > last:
        told.append(Phrase("the table of {what} ends on {day}: later ones are not in it", what=what, day=last))
    return told


def within(finds: Finds) -> Finds:
    """The same with its events in order, of the dates asked for."""
    events = sorted((e for e in finds.events if finds.query.covers(e.announced)), key=lambda e: (_order(e), e.id))
    return replace(finds, events=tuple(events))


def _order(event: Event) -> str:
    when = event.announced
    return when.astimezone(NEW_YORK).isoformat() if isinstance(when, datetime) else when.isoformat()


@dataclass
class Ids:
    """Ids that are each given once."""

    given: set[str] = field(default_factory=set)

    def of(self, wanted: str) -> str:
        """The id, or the first of `wanted-2`, `wanted-3`, ... that is free."""
        name, number = wanted, 2
        while name in self.given:
            name, number = f"{wanted}-{number}", number + 1
        self.given.add(name)
        return name
