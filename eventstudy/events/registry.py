"""Registry: events in order, read from TOML or CSV, checked, filtered, merged and saved."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eventstudy import disk
from eventstudy.datasets import shipped
from eventstudy.errors import InvalidFile, InvalidRequest, Sentence, UnknownName, named
from eventstudy.events.event import Event, iso
from eventstudy.events.eventstudytools import Windows, is_request, read_requests
from eventstudy.events.faults import SHOWN, BadRow, InvalidRecord, refuse
from eventstudy.events.listed import Listed
from eventstudy.events.when import parse_when
from eventstudy.language import Phrase
from eventstudy.settings import LARGEST, toml
from eventstudy.tables.place import DOCUMENTS, TABLES, Reading
from eventstudy.tables.written import looks_like_one, plain_when
from eventstudy.text import json_text

if TYPE_CHECKING:
    from eventstudy.events.rows import Rows

SUFFIXES = (".toml", *TABLES, *DOCUMENTS)
"""File names a registry is read from."""


class Registry:
    """Events in order, each with its own id.

    Iterating gives the events; `registry["deepseek-r1"]` gives one of them.

    Example:
        >>> registry = es.load_registry()
        >>> registry["deepseek-r1"].title
        'DeepSeek releases the R1 model'
        >>> len(registry)
        20
    """

    left_out: tuple[BadRow, ...] = ()
    """Rows of the table the events came from that are no event, and why."""
    read_as: tuple[Phrase, ...] = ()
    """What the table the events came from was taken for."""

    def __init__(
        self,
        events: Iterable[Event] | Listed = (),
        *,
        origin: str = Sentence("made in Python"),
        left_out: Iterable[BadRow] = (),
        read_as: Iterable[Phrase] = (),
    ) -> None:
        """Hold `events`; `origin` is the file or place they came from, for messages.

        Raises:
            InvalidFile: two events share an id.
            InvalidRequest: one of them is no event.
        """
        self.left_out, self.read_as = tuple(left_out), tuple(read_as)
        self._added: dict[str, Event] = {}
        self._events: Mapping[str, Event] = self._added
        self._origins: dict[str, str] = {}
        if isinstance(events, Listed):
            self._events, self._origins = events, dict.fromkeys(events, origin)
        else:
            for event in events:
                if not isinstance(event, Event):
                    raise InvalidRequest(
                        Sentence("a registry holds events, and {event!r} is none", event=event),
                        hint=Sentence("es.run and EventStudy.run take a frame as it is; load_registry reads a file"),
                    )
                self._add(event, origin)

    def _add(self, event: Event, origin: str) -> None:
        if event.id in self._events:
            places = dict.fromkeys([self._origins[event.id], origin])
            raise InvalidFile(
                Sentence("two events are called {id!r}", id=event.id),
                where=Phrase("{places:list}", places=[*places]),
                hint=Sentence("give each event its own id"),
            )
        self._added[event.id] = event
        self._origins[event.id] = origin

    def __iter__(self) -> Iterator[Event]:
        """The events in order."""
        return iter(self._events.values())

    def __len__(self) -> int:
        """Number of events."""
        return len(self._events)

    def __contains__(self, id: object) -> bool:
        """Whether there is an event of that id, or this very event."""
        if isinstance(id, Event):
            return id.id in self._events and self._events[id.id] == id
        return id in self._events

    def __getitem__(self, id: str) -> Event:
        """The event of that id.

        Raises:
            UnknownName: there is none; the message names the nearest.
            InvalidRequest: it is no text.
        """
        if not isinstance(id, str):
            raise InvalidRequest(
                Sentence("{id!r} is no id of an event", id=id),
                hint=Sentence("registry['deepseek-r1']; list(registry)[0] is the first"),
            )
        if id in self._events:
            return self._events[id]
        where, known = Phrase("{names:list}", names=list(dict.fromkeys(self._origins.values()))), self.ids
        try:
            return self._events[named("event", id, known, where=where)]
        except UnknownName as error:
            if named_by := [event.id for event in self if id.upper() in event.tickers]:
                error.hint = Sentence(
                    "{ticker} is a ticker: eventstudy run {event} --tickers {ticker}, or --date 2025-01-27 --tickers {ticker}",
                    ticker=id.upper(),
                    event=named_by[-1],
                )
                raise
            if os.path.isdir(id):
                error.hint = _of_folder(id)
                raise
            if looks_like_one(id):
                error.hint = Sentence("{day} is a date: eventstudy run --date {day} --tickers NVDA", day=id)
                raise
            if len(known) <= 5 * SHOWN:
                raise
            near = get_close_matches(id, known, n=SHOWN) or known[:SHOWN]
            raise UnknownName("event", id, near, where=where) from error

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same events in the same order."""
        return isinstance(other, Registry) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """How many events, and the first ids."""
        more = ", ..." if len(self) > 3 else ""
        return f"<Registry of {len(self)} events: {', '.join(self.ids[:3])}{more}>"

    def _repr_html_(self) -> str:
        """A row an event, for Jupyter."""
        from eventstudy.events.notebook import registry_page

        return registry_page(self)

    @property
    def ids(self) -> list[str]:
        """The ids in order."""
        return list(self._events)

    def filter(
        self,
        *,
        category: str | None = None,
        tag: str | None = None,
        since: str | date | None = None,
        until: str | date | None = None,
    ) -> Registry:
        """The events that meet every condition given; `since` and `until` are announced dates, both included.

        Where none does the registry is empty.

        `category`, `tag`: what the events are called.

        Raises:
            InvalidRequest: one of the days is none.

        Example:
            >>> es.load_registry().filter(tag="China").ids
            ['deepseek-r1']
        """
        kept = Registry()
        first, last = (None if day is None else _day_of(day) for day in (since, until))
        for event in self:
            day = _day_of(event.announced)
            if (
                (category is None or event.category == category)
                and (tag is None or tag in event.tags)
                and (first is None or day >= first)
                and (last is None or day <= last)
            ):
                kept._add(event, self._origins[event.id])
        return kept

    def merge(self, other: Registry) -> Registry:
        """The events of this registry and then those of the other.

        `other`: the events that come after.

        Raises:
            InvalidFile: an id stands in both; the message names both files.

        Example:
            >>> registry = es.load_registry()
            >>> china = registry.filter(tag="China")
            >>> china.merge(registry.filter(category="terror")).ids
            ['deepseek-r1', 'september-11']
        """
        both = Registry()
        for registry in (self, other):
            for event in registry:
                both._add(event, registry._origins[event.id])
        return both

    @property
    def sha256(self) -> str:
        """A hash of what the events say, whatever their order, their file and its layout."""
        import hashlib  # 4 ms that listing does without

        digest = hashlib.sha256()
        for id in sorted(self._events):
            content = json_text(self._events[id].to_dict(), indent=None, sort_keys=True)
            digest.update(content.encode() + b"\n")
        return digest.hexdigest()

    @staticmethod
    def schema() -> dict[str, Any]:
        """JSON Schema (draft 2020-12) of a registry file, with dates as their ISO text.

        Example:
            >>> sorted(es.Registry.schema())[:3]
            ['$defs', '$schema', 'additionalProperties']
        """
        from eventstudy.events.schema import registry_schema

        return registry_schema()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the events as TOML; a file of that name is replaced in one go, or not at all.

        `path`: the file, which ends in `.toml`.

        Raises:
            InvalidFile: the file cannot be written, or is not called `.toml`.

        Example:
            >>> from pathlib import Path
            >>> from tempfile import mkdtemp
            >>> folder = Path(mkdtemp())
            >>> es.load_registry().save(folder / "events.toml")
            >>> [file.name for file in folder.iterdir()]
            ['events.toml']
        """
        path = Path(path)
        _only_toml(path)
        _write(path, self.to_toml().encode())

    def to_toml(self) -> str:
        """The events as a registry file has them.

        Example:
            >>> es.load_registry().to_toml().splitlines()[0]
            '[[event]]'
        """
        return "\n".join(_toml(event) for event in self)


def _day_of(when: str | date) -> date:
    """The day of what means a day or an instant."""
    when = parse_when(when) if isinstance(when, str) else plain_when(when)
    return when.date() if isinstance(when, datetime) else when


def _only_toml(path: Path) -> None:
    if path.suffix.lower() != ".toml":
        raise InvalidFile(
            Sentence(
                "a registry is saved as .toml, not as {suffix}", suffix=path.suffix or Sentence("a file without suffix")
            )
        )


def _write(path: Path, content: bytes) -> None:
    """Put it there whole, or not at all."""
    try:
        disk.replace(path, content)
    except OSError as error:
        raise InvalidFile(
            Sentence("the registry cannot be written: {said}", said=error.strerror), where=str(path)
        ) from error


def load_registry(
    path: str | os.PathLike[str] | None = None, *, tz: str | None = None, reading: Reading | None = None
) -> Registry:
    """The events of a TOML file or a table (CSV, TSV, workbook, Parquet, ...); of None, those that come with eventstudy.

    `tz` is the zone of times in a table that have none; `reading` says what a table leaves open. Rows that are no event are in
    `left_out` of the registry, unless none is one.

    `path`: the file; None: the events that ship.

    Raises:
        InvalidFile: no such file, another suffix, broken syntax, no event, or events that are not valid; all
            faults are named at once.

    Example:
        >>> es.load_registry().ids[:2]
        ['september-11', 'lehman-bankruptcy']
    """
    if path is None:
        return shipped_registry()
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES and os.path.isdir(path):
        raise InvalidFile(_of_folder(path))
    if suffix not in SUFFIXES and os.path.exists(path):
        raise InvalidFile(
            Sentence("events are not read from {kind}", kind=suffix or Sentence("files without suffix")),
            where=str(path),
            available=", ".join(SUFFIXES),
            hint=Sentence("save the table as .xlsx or CSV"),
        )
    if suffix == ".toml" or not os.path.exists(path):
        content = _content(path)
        return Registry(_read_toml(content, str(path)), origin=str(path))
    from eventstudy.events.table import read_rows

    reading = reading or Reading()
    rows = rows_of_file(path, reading, tz)
    events, bad = read_rows(rows, rows.origin, strict=reading.strict)
    return Registry(events, origin=str(path), left_out=bad, read_as=rows.read_as)


def rows_of_file(path: Path, reading: Reading, tz: str | None = None) -> Rows:
    """The rows of a file of events, in columns; `tz` is the zone of times that have none.

    Raises:
        InvalidFile: it is no table of events, or its dates can be read two ways.
    """
    from eventstudy.events.rows import rows_of
    from eventstudy.tables.opened import Opened, opened, table_of

    files = opened(path)
    if len(files) > 1:
        names = ", ".join(one.name for one in files[:20])
        raise InvalidFile(
            Sentence("the archive holds several files"),
            where=str(path),
            available=names,
            hint=Sentence("unpack the one that is meant"),
        )
    if files[0].kind == "text" and is_request(files[0].content.decode("utf-8-sig", "replace")):
        raise InvalidFile(
            Sentence("this is a request file of EventStudyTools, which names windows beside its events"),
            where=str(path),
            hint=Sentence("eventstudy events import {path} --output registry.toml", path=path),
        )
    return rows_of(table_of(Opened(str(path), files[0].content), "events", reading), reading, tz)


def import_requests(path: str | os.PathLike[str]) -> tuple[Registry, Counter[Windows]] | None:
    """The events of a request file of EventStudyTools and the windows it asks for; None: it is another file.

    Raises:
        InvalidFile: no such file, or lines that cannot be meant.
    """
    path = Path(path)
    if path.suffix.lower() not in (".csv", ".txt"):
        return None
    content = _content(path)
    if not is_request(content):
        return None
    events, asked = read_requests(content, str(path))
    return Registry(events, origin=str(path)), asked


def append_event(path: str | os.PathLike[str], event: Event) -> Registry:
    """Write an event at the end of a TOML registry, made where there is none; what stands there stays as it is.

    Raises:
        InvalidFile: the file is no registry, has an event of that id, or cannot be written.
    """
    return append_events(path, [event])


def append_events(path: str | os.PathLike[str], events: Iterable[Event]) -> Registry:
    """As `append_event`, of several: all of them or none; what stands there stays, byte for byte.

    Raises:
        InvalidFile: as `append_event`.
    """
    path = Path(path)
    _only_toml(path)
    if not os.path.isdir(path.parent):
        raise InvalidFile(
            Sentence("the registry cannot be written: there is no folder {folder}", folder=path.parent), where=str(path)
        )
    with disk.locked(path, Sentence("addition of an event"), patience=_PATIENCE):
        return _appended(path, tuple(events))


_PATIENCE = 30.0
"""Seconds that an addition waits for another one."""


def _appended(path: Path, events: Iterable[Event]) -> Registry:
    there = _content(path) if os.path.exists(path) else ""
    known = Registry(_read_toml(there, str(path)) if there.strip() else (), origin=str(path))
    more = "\n" if there and not there.endswith("\n") else ""
    for event in events:
        if event.id in known:
            raise InvalidFile(
                Sentence("there is an event {id!r} already", id=event.id),
                where=str(path),
                hint=Sentence("choose another --id"),
            )
        more += ("\n" if (there + more).strip() else "") + _toml(event)
    registry = Registry(_read_toml(there + more, str(path)), origin=str(path))
    _write(path, (path.read_bytes() if there else b"") + more.encode())
    return registry


def from_frame(frame: Any, *, tz: str | None = None, reading: Reading | None = None) -> Registry:
    """The events of a data frame (pandas, polars, Arrow) with the columns of a table of events, `ticker` and `date` at least.

    A `date` column of naive midnights is one of dates; missing values are blank.

    Raises:
        InvalidFile: columns missing or given twice, or no row that is valid; rows are counted from 1.
    """
    from eventstudy.events.rows import rows_of_frame
    from eventstudy.events.table import read_rows

    rows = rows_of_frame(frame, reading, tz)
    events, bad = read_rows(rows, rows.origin, strict=bool(reading and reading.strict))
    return Registry(events, origin=rows.origin, left_out=bad, read_as=rows.read_as)


def as_events(events: Event | Iterable[Event] | Any) -> Registry | list[Event]:
    """Events as they are given, one or several; or those of a frame, of records, of pairs of ticker and date.

    Raises:
        InvalidFile: they are no table of events.
    """
    if isinstance(events, Registry):
        return events
    if isinstance(events, Event):
        return [events]
    if isinstance(events, Iterable) and not isinstance(events, str | Mapping) and not hasattr(events, "shape"):
        events = list(events)
        if all(isinstance(event, Event) for event in events):
            return list[Event](events)
    return from_frame(events)


def shipped_registry() -> Registry:
    """The events that come with eventstudy.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    registry = Registry()
    for path in sorted(shipped("events").glob("*.toml")):
        registry = registry.merge(Registry(load_registry(path), origin=Phrase("the events that ship")))
    return registry


def _of_folder(path: str | Path) -> Sentence:
    return Sentence("{path} is a folder: name the file of events in it", path=str(path))


def _content(path: Path) -> str:
    if not os.path.lexists(str(path).replace("\0", "")):
        raise InvalidFile(
            Sentence("there is no such file"), where=str(path), available=_beside(path), hint=Sentence("check the path")
        )
    return disk.read_text(path, most=LARGEST)


def _beside(path: Path) -> str | None:
    if not os.path.isdir(path.parent):
        return Sentence("nothing: the folder {folder} does not exist", folder=path.parent)
    return (
        ", ".join(sorted(p.name for p in path.parent.iterdir() if p.suffix.lower() in (".toml", *TABLES))[:SHOWN])
        or None
    )


def _read_toml(content: str, origin: str) -> list[Event]:
    tables = toml(content, origin, Sentence("the file is not valid TOML"))
    problems: list[str] = [
        Sentence("{key}: no such key; a registry holds [[event]] tables only", key=key)
        for key in tables
        if key != "event"
    ]
    raw = tables.get("event", [])
    if not isinstance(raw, list) or not all(isinstance(table, Mapping) for table in raw):
        raise InvalidFile(
            Sentence("event is not a list of tables"), where=origin, hint=Sentence("write [[event]] above each event")
        )
    if not raw and not problems:
        raise InvalidFile(
            Sentence("there is no event in the file"), where=origin, hint=Sentence("write [[event]] above each event")
        )
    lines = [n for n, line in enumerate(content.splitlines(), 1) if re.match(r"\s*\[\[\s*event\s*\]\]", line)]
    events, seen = [], dict[str, int]()
    for place, table in enumerate(raw, start=1):
        name: str = f'event[{place}] "{table.get("id", "?")}"'
        if len(lines) == len(raw):
            name = Sentence("{path}, line {number}", path=name, number=lines[place - 1])
        try:
            event = Event(**table)
        except InvalidRecord as error:
            problems += [Phrase("{row}: {why}", row=name, why=Phrase.quoted(problem)) for problem in error.problems]
            continue
        if event.id in seen:
            problems.append(Sentence("{name}: id: is that of event[{seen}] too", name=name, seen=seen[event.id]))
        seen[event.id] = place
        events.append(event)
    refuse(problems, origin)
    return events


def _toml(event: Event) -> str:
    """One [[event]] with its groups and claims."""
    fields = event.model_dump(by_alias=True, exclude_defaults=True)
    found = fields.pop("found", None)
    tables = [("[event.found]", found)] if found else []
    tables += [("[[event.group]]", group) for group in fields.pop("group", ())]
    tables += [("[[event.claim]]", claim) for claim in fields.pop("claim", ())]
    return "\n".join(
        f"{name}\n" + "".join(f"{key} = {_value(value)}\n" for key, value in table.items())
        for name, table in [("[[event]]", fields), *tables]
    )


def _value(value: Any) -> str:
    if isinstance(value, date):
        return iso(value)
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{json.dumps(k, ensure_ascii=False)} = {_value(v)}' for k, v in value.items())} }}"
    if isinstance(value, tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
