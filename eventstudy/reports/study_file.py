"""The study file: which events, tickers and options `eventstudy update` keeps reports of, and where they go.

title = "Chip makers and R1"      output = "reports"      formats = ["html", "xlsx"]      lang = "de"
registry = "events.toml"          events = ["deepseek-r1", "more.xlsx", { date = 2025-01-27, tickers = ["NVDA", "AMD"] }]
span = "last 90 days"             # of these the events that were announced in it; or latest = 8
[options]                         # the words of `eventstudy run`, for all events
benchmark = "SPY"
[event.deepseek-r1]               # and for one of them
day0 = "recognised"
[mail]                            # off unless it is there; the password is EVENTSTUDY_SMTP_PASSWORD
to = ["desk@example.org"]  from = "reports@example.org"  host = "mail.example.org"
[webhook]                         # the address is in the environment, under this name
url_env = "EVENTSTUDY_WEBHOOK_URL"
[[find]]                          # events that are looked for first; new ones go to the end of the registry
finder = "earnings"  tickers = ["NVDA"]  since = 2022-01-01
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from smtplib import SMTP_SSL_PORT
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from eventstudy import plugins
from eventstudy.config import StudyConfig, chosen, in_file, study_settings
from eventstudy.errors import InvalidFile, InvalidRequest, Sentence, UnknownName
from eventstudy.language import Phrase
from eventstudy.reports.finding import Search
from eventstudy.reports.parts import Lang
from eventstudy.settings import Setting, checked, place_of, place_of_value, read_toml
from eventstudy.text import separated

if TYPE_CHECKING:
    from eventstudy.events import Event
    from eventstudy.language.messages import Exclusion

_REQUESTED = (
    Setting("tickers", many=True, by_commas=True),
    Setting("day0", "day"),
    *(Setting(name) for name in ("source", "prices", "factors", "factor_unit", "exclude_dates")),
    *(Setting(name) for name in ("dates", "decimal", "values", "ticker", "group_by")),
    Setting("exchange", many=True, by_commas=True),
    Setting("strict", kind="flag"),
    Setting("allow_excluded", "flag"),
)
"""Options besides the fields of `StudyConfig`, or in the place of one: the dates left out are those of a file."""

_TABLES: Mapping[str, tuple[Setting, ...]] = {
    "": (
        *(Setting(name) for name in ("title", "output", "lang", "base", "registry", "span")),
        *(Setting(name, many=True, by_commas=True) for name in ("formats", "events", "notify_if")),
        Setting("latest", "whole"),
    ),
    "events": (
        *(Setting(name) for name in ("id", "title", "benchmark", "timing", "tz")),
        Setting("date", "day"),
        Setting("tickers", many=True, by_commas=True, also=("ticker",)),
    ),
    "mail": (
        *(Setting(name) for name in ("from", "host", "user")),
        Setting("to", many=True),
        Setting("port", "whole"),
        Setting("starttls", "flag"),
    ),
    "webhook": (Setting("url_env"),),
}
"""What stands at the top of the file, and in the tables that are not options of a study."""

_SEARCH = (
    *(Setting(name) for name in ("finder", "registry", "amendments", "late")),
    Setting("tickers", many=True, by_commas=True, also=("ticker",)),
    Setting("forms", many=True, by_commas=True, also=("form",)),
    Setting("items", many=True, by_commas=True, also=("item",)),
    Setting("releases", many=True, by_commas=True, also=("release",)),
    Setting("ciks", "whole", many=True, also=("cik",)),
    *(Setting(name, "day") for name in ("since", "until")),
)
"""What a [[find]] may say."""

_ADDRESS = "^(https?://.*/)?$"
_PATHS = ("prices", "factors", "exclude_dates")

Options = dict[str, Any]

Condition = Literal["changed", "finding", "doubt", "failed"]


def is_here(host: str) -> bool:
    """Whether a host is this machine: what goes there is not seen by anybody on the way."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Mail(_Table):
    """Where a mail about changes goes; the password is `EVENTSTUDY_SMTP_PASSWORD`."""

    to: Annotated[list[str], Field(min_length=1)]
    sender: str = Field(alias="from")
    host: str
    port: int = 587
    user: str | None = None
    starttls: bool = True

    @model_validator(mode="after")
    def _no_password_in_clear(self) -> Mail:
        if self.user is not None and not self.starttls and self.port != SMTP_SSL_PORT and not is_here(self.host):
            raise ValueError(
                Sentence(
                    "the password of {user} would go to {host} in clear: starttls = true, or no user",
                    user=self.user,
                    host=self.host,
                )
            )
        return self


class Webhook(_Table):
    """Where a message about changes is posted: the name of the environment variable that holds the address."""

    url_env: str = "EVENTSTUDY_WEBHOOK_URL"


class StudyFile(_Table):
    """A study file as it was read; paths are absolute."""

    path: Path
    title: str = ""
    """Of the index; empty: what it is, in its language."""
    output: Path = Path("reports")
    formats: tuple[Literal["html", "pdf", "md", "xlsx", "pptx", "latex", "json"], ...] = ("html",)
    lang: Lang = "en"
    base: str = Field(default="", pattern=_ADDRESS)
    """The address where the folder will be seen, ending in a slash; for the links of the feed."""
    registry: Path | None = None
    events: tuple[Any, ...] = ()
    """Ids of the registry, files of events, and events that the study file itself describes."""
    notify_if: tuple[Condition, ...] = ()
    """When mail and webhook are told, and `update --quiet` prints; none: `changed`, and to print `failed` too."""
    span: str | None = None
    """Of these the events that were announced in the `last 90 days`; None: all."""
    latest: Annotated[int, Field(ge=1)] | None = None
    """Of the registry's events the last so many, by the day they were announced; None: all."""
    find: tuple[Search, ...] = ()
    options: Options = {}
    event: dict[str, Options] = {}
    mail: Mail | None = None
    webhook: Webhook | None = None

    def chosen(self, as_of: date | None = None) -> list[Event]:
        """The events that are meant, in order; a span of days ends `as_of`, or today.

        Raises:
            UnknownName: no event of that id. InvalidFile: a file of events cannot be read, or two events have one id.
        """
        events = self.named()
        ids = [event.id for event in events]
        for id in self.event:
            if id not in ids:
                raise UnknownName("event", id, ids, where=Sentence("{path}, [event.{id}]", path=self.path, id=id))
        if twins := sorted({id for id in ids if ids.count(id) > 1}):
            raise InvalidFile(
                Sentence("two events are called {twins!r}", twins=twins[0]),
                where=Sentence("{path}, events", path=self.path),
                hint=Sentence('give one an id: id = "..."'),
            )
        if self.span is not None:
            last = as_of or datetime.now().astimezone().date()
            first = last - timedelta(days=days_of(self.span))
            events = [event for event in events if first.isoformat() < _day_of(event) <= last.isoformat()]
        return events if self.latest is None else sorted(events, key=_day_of)[-self.latest :]

    def named(self) -> list[Event]:
        """The events before it is asked when they were: those that are named, or all of the registry."""
        from eventstudy.events import load_registry, shipped_registry

        if self.find and self.registry and not os.path.exists(self.registry):  # nothing was found yet
            return []
        known = load_registry(self.registry) if self.registry else shipped_registry()
        found: list[Event] = []
        for one in self.events:
            if isinstance(one, Path):
                found += load_registry(one)
            else:
                found.append(known[one] if isinstance(one, str) else one)
        return found if self.events else list(known)

    def unread(self) -> list[Exclusion]:
        """The rows of its files of events that are none.

        Raises:
            InvalidFile: a file of events cannot be read.
        """
        from eventstudy.events import load_registry
        from eventstudy.panel.left_out import unread

        files = [one for one in self.events if isinstance(one, Path)]
        if self.registry and os.path.exists(self.registry):
            files.append(self.registry)
        return [row for file in dict.fromkeys(files) for row in unread(load_registry(file))]

    def options_of(self, id: str) -> Options:
        """The options of one event, with absolute paths."""
        merged = {**self.options, **self.event.get(id, {})}
        return {name: str(self.near(value)) if name in _PATHS else value for name, value in merged.items()}

    def near(self, path: str | Path) -> Path:
        """A path of the file, counted from the folder it is in; ~ is the home folder, as in a shell."""
        return self.path.parent / os.path.expanduser(path)


def _day_of(event: Event) -> str:
    return event.announced.isoformat()[:10]


_SPAN = re.compile(r"last (\d{1,4}) (day|week|month|year)s?", re.IGNORECASE)
_DAYS = {"day": 1, "week": 7, "month": 31, "year": 366}


def days_of(span: str) -> int:
    """The calendar days of a span such as `last 90 days`.

    Raises:
        InvalidRequest: it is none.
    """
    found = _SPAN.fullmatch(span.strip())
    if not found or not int(found[1]):
        raise InvalidRequest(
            Sentence("span is {span!r}", span=span),
            available=Sentence("last 90 days, last 6 weeks, last 3 months, last 2 years"),
        )
    return int(found[1]) * _DAYS[found[2].lower()]


def read_study(path: str | Path) -> StudyFile:
    """Read a study file.

    Raises:
        InvalidFile: no such file, not TOML, an unknown key, or a value that cannot be meant.
    """
    path = Path(path).absolute()
    if not os.path.exists(path):
        hint = Sentence('a study file begins with: events = ["deepseek-r1"]; eventstudy init writes one')
        raise InvalidFile(Sentence("there is no such study file"), where=str(path), hint=hint)
    text, table = read_toml(path, Sentence("the study file"))
    table = {name.replace("-", "_"): value for name, value in table.items()}
    place = partial(place_of, str(path), text)
    searches = table.pop("find", [])
    events = _events(table.pop("events", []), path, place, partial(place_of_value, str(path), text, "events"))
    table = _typed(table, place)
    try:
        study = StudyFile(path=path, events=events, **table)
        if study.span is not None:
            days_of(study.span)
    except InvalidRequest as error:
        raise in_file(error, place("", "span")) from error
    except (ValidationError, TypeError) as error:
        raise _not_meant(error, place) from error
    if not study.events and not study.registry:
        raise InvalidFile(
            Sentence("the study file names no event"), where=str(path), hint=Sentence('events = ["deepseek-r1"]')
        )
    options = _checked(study.options, partial(place, "options"))
    by_event = {id: _checked(own, partial(place, f"event.{id}")) for id, own in study.event.items()}
    if {getattr(one, "id", one) for one in study.events} - set(by_event) or not study.events:
        _meant(options, place("options"))
    for id, own in by_event.items():
        _meant({**options, **own}, place(f"event.{id}"))
    places: dict[str, Path | None] = {"output": Path(os.path.abspath(study.near(study.output)))}
    places["registry"] = study.near(study.registry) if study.registry else None
    study = study.model_copy(update={"options": options, "event": by_event, **places})
    return study.model_copy(update={"find": _searches(study, searches, partial(place, "find"))})


def _searches(study: StudyFile, tables: Any, place: Callable[[str], str]) -> tuple[Search, ...]:
    """What the [[find]] tables ask for.

    Raises:
        InvalidFile: one is no table, names no finder or no registry, or says what cannot be meant.
    """
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise InvalidFile(
            Sentence("find is not a list of tables"), where=place(""), hint=Sentence("write [[find]] above each search")
        )
    found = []
    for table in tables:
        try:
            words = checked(table, _SEARCH, place)
        except InvalidRequest as error:
            raise in_file(error, place("")) from error
        finder, named = words.pop("finder", ""), words.pop("registry", None)
        registry = study.near(named) if named else study.registry
        if finder not in plugins.names("finders"):
            raise in_file(UnknownName("finder of events", finder, plugins.names("finders")), place("finder"))
        if registry is None:
            raise InvalidFile(
                Sentence("no registry gets what is found"), where=place(""), hint=Sentence('registry = "mine.toml"')
            )
        try:
            words |= {name: date.fromisoformat(words[name]) for name in ("since", "until") if name in words}
        except ValueError as error:
            raise InvalidFile(
                Sentence("a date of a search is none: {said}", said=error),
                where=place("since"),
                hint=Sentence("2022-01-01"),
            ) from error
        found.append(Search(finder, registry, words))
    return tuple(found)


def _events(given: Any, path: Path, place: Callable[..., str], said: Callable[[str, str], str]) -> tuple[Any, ...]:
    """The events of a study file: ids, files beside it, and events with their date and tickers.

    `place` says where a key of a table stands, and `said` where a key of an event has a value.

    Raises:
        InvalidFile: one is something else, or says what cannot be meant.
    """
    try:
        plain = [part for part in given if not isinstance(part, dict)] if isinstance(given, list) else given
        checked({"events": plain}, _TABLES[""], partial(place, ""))
        parts = given if isinstance(given, list) else separated(given)
        return tuple(
            _event(part, partial(place, "events"), said) if isinstance(part, dict) else _id_or_file(part, path)
            for part in parts
        )
    except InvalidRequest as error:
        raise in_file(error, place("", "events")) from error


def _id_or_file(part: str, path: Path) -> str | Path:
    return path.parent / part if Path(part).suffix or "/" in part else part


def _event(table: Mapping[str, Any], place: Callable[[str], str], said: Callable[[str, str], str]) -> Event:
    from eventstudy.events import Event, InvalidRecord, single_event

    words = checked(table, _TABLES["events"], place)
    if "date" not in words or not words.get("tickers"):
        raise InvalidRequest(
            Sentence("an event of the study file has no date or no ticker"),
            where=place(""),
            hint=Sentence('{{ date = 2025-01-27, tickers = ["NVDA", "AMD"] }}'),
        )
    id = words.pop("id", None)
    try:
        event = single_event(words.pop("date"), words.pop("tickers"), **words)
        return Event(**{**dict(event), "id": id}) if id else event
    except InvalidRecord as error:
        key = error.problems[0].partition(":")[0]
        raise InvalidFile(error.what, where=said(key, str(table.get(key, "")))) from error


def _typed(table: Mapping[str, Any], place: Callable[..., str]) -> dict[str, Any]:
    """The file with what is not an option of a study held to its types; `place` says where a key of a table stands."""
    inner = ["options", "event", "mail", "webhook"]
    known = [*(one.field for one in _TABLES[""]), *inner]
    for key in table:
        if key not in known:
            raise in_file(UnknownName("setting", key, known, where=place("", key)), place("", key))
    for name in inner:
        parts = table.get(name, {})
        parts = [parts, *parts.values()] if name == "event" and isinstance(parts, dict) else [parts]
        if not all(isinstance(part, dict) for part in parts):
            hint = (
                Sentence("write [event.ID] above the options of an event")
                if name == "event"
                else Sentence("write it as [{name}]", name=name)
            )
            raise InvalidFile(Sentence("{name} is not a table", name=name), where=place("", name), hint=hint)
    try:
        plain = checked({k: v for k, v in table.items() if k not in inner}, _TABLES[""], partial(place, ""))
        of_tables = {k: checked(table[k], _TABLES[k], partial(place, k)) for k in inner if k in table and k in _TABLES}
    except InvalidRequest as error:
        raise in_file(error, place("")) from error
    return {**table, **plain, **of_tables}


def _checked(options: Mapping[str, Any], place: Callable[[str], str]) -> Options:
    known = {one.field: one for one in (*study_settings(), *_REQUESTED)}
    try:
        return chosen(checked(options, known.values(), place, "option"))
    except InvalidRequest as error:
        raise in_file(error, place("")) from error


def _meant(options: Options, where: str) -> None:
    """Refuse choices that no study could be made with, before any is."""
    of_study = {one.field for one in study_settings()} - {one.field for one in _REQUESTED}
    try:
        StudyConfig(**{name: value for name, value in options.items() if name in of_study})
    except InvalidRequest as error:
        raise in_file(error, where) from error


def _not_meant(error: ValidationError | TypeError, place: Callable[..., str]) -> InvalidFile:
    if not isinstance(error, ValidationError):
        return InvalidFile(str(error), where=place(""))
    from eventstudy.events.faults import problems_of

    fault = error.errors()[0]
    first, *more = map(str, fault["loc"])
    where = place(first, more[0]) if more and first in _TABLES and fault["type"] != "missing" else place("", first)
    problems = problems_of(
        error, StudyFile.model_fields, {_ADDRESS: Sentence("an address such as https://example.org/reports/")}
    )
    return InvalidFile(Phrase("the study file cannot be meant: {problems:;}", problems=problems), where=where)
