"""Event: what happened, when it was announced and recognised, whom it touched, what the press claimed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal, get_args

from eventstudy.errors import InvalidRequest
from eventstudy.events.record import Record, filled, in_one_line, matching, one_of, rule, several, textual
from eventstudy.events.when import CLOCK, DATE, OFFSET, checked, parse_when, zone
from eventstudy.exchanges import Moment, Timing

SLUG = "[A-Za-z0-9]+([_-]+[A-Za-z0-9]+)*"
_WORD = "[a-z][a-z0-9_-]*"
_WHEN = f"{DATE}([Tt ]{CLOCK}{OFFSET}?)?"


def _ticker(value: Any) -> str:
    if not filled(value).isprintable() or value != value.strip() or "," in value:
        raise InvalidRequest(f"{value!r} is not one ticker")
    return str(value)


_ticker_list = several(_ticker)


def _tickers(value: Any) -> tuple[str, ...]:
    tickers: tuple[str, ...] = _ticker_list(value)
    if not tickers:
        raise InvalidRequest("there is none", hint="name at least one")
    if len(set(tickers)) < len(tickers):
        twice = sorted({ticker for ticker in tickers if tickers.count(ticker) > 1})
        raise InvalidRequest(f"{', '.join(twice)} stands there twice")
    return tickers


def _figure(value: Any) -> str:
    if isinstance(value, int | float):
        raise InvalidRequest(f"{value!r} is a number", hint="put it in quotes: its printed digits count")
    if not any(c.isdigit() for c in filled(value)):
        raise InvalidRequest(f"{value!r} holds no number")
    return str(value)


def _zone(value: Any) -> str:
    zone(filled(value))
    return str(value)


def _when(value: Any) -> Any:
    """A date, or a time whose zone may still be missing; text stays text until the zone is known."""
    if isinstance(value, datetime):  # subclasses, such as those of pandas, become plain
        return datetime.combine(value.date(), value.time(), value.tzinfo).replace(fold=value.fold)
    if isinstance(value, str | date):
        return value
    raise InvalidRequest(f"{value!r} is not a date", hint="write 2025-01-27 or 2025-01-27T07:00:00-05:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Record):
    """Tickers that play one part in an event.

    `role` is treated, exposed, peer, control or another lower-case word; `name` is for people.
    """

    role: str = field(
        default="treated",
        metadata=rule(matching(_WORD, "one lower-case word"), type="string", pattern=f"^{_WORD}$", default="treated"),
    )
    name: str = field(default="", metadata=rule(textual, type="string", description="for people: chip makers"))
    tickers: tuple[str, ...] = field(
        metadata=rule(_tickers, type="array", items={"type": "string", "minLength": 1}, minItems=1, uniqueItems=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Record):
    """A press claim to be checked. Its numbers are text: the digits as printed count."""

    text: str = field(metadata=rule(filled, type="string", minLength=1, description="the sentence, word for word"))
    ticker: str | None = field(default=None, metadata=rule(_ticker, type="string", minLength=1))
    from_: str | None = field(default=None, metadata=rule(_figure, key="from", type="string", pattern="[0-9]"))
    to: str | None = field(default=None, metadata=rule(_figure, type="string", pattern="[0-9]"))
    unit: str | None = field(default=None, metadata=rule(filled, type="string", description="USD, EUR, percent"))
    span: str | None = field(default=None, metadata=rule(filled, type="string", description="a few trading days"))
    source: str | None = field(default=None, metadata=rule(filled, type="string"))


_MOMENT: dict[str, Any] = {"type": "string", "pattern": f"^{_WHEN}$"}
_TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string", "minLength": 1}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Record):
    """What happened, and to whom.

    `announced` and `recognised` are dates or instants with a zone. `timing` says when on the announced date
    the news came. `recognised` is when the market took notice, where that is known to differ, and
    `recognised_reason` why one thinks so. Made in Python, an event is checked as one from a file is.

    Raises:
        InvalidRecord: fields that cannot be meant; all of them are named at once.
    """

    id: str = field(
        metadata=rule(
            matching(SLUG, "a slug: letters, digits and hyphens"),
            type="string",
            pattern=f"^{SLUG}$",
            description="unique; letters, digits and hyphens",
        )
    )
    title: str = field(metadata=rule(filled, type="string", minLength=1))
    announced: date | datetime = field(
        metadata=rule(_when, **_MOMENT, description="a date, an instant with offset, or a local time of `tz`")
    )
    timing: Timing = field(
        default="unknown",
        metadata=rule(one_of(get_args(Timing)), enum=list(get_args(Timing)), description="of an announced date only"),
    )
    tz: str | None = field(
        default=None,
        metadata=rule(_zone, type="string", description="zone of a local time: America/New_York"),
    )
    recognised: date | datetime | None = field(
        default=None, metadata=rule(_when, **_MOMENT, description="when the market took notice")
    )
    recognised_reason: str | None = field(default=None, metadata=rule(filled, type="string", minLength=1))
    category: str | None = field(default=None, metadata=rule(filled, type="string", minLength=1))
    tags: tuple[str, ...] = field(default=(), metadata=rule(several(filled), **_TEXTS))
    sources: tuple[str, ...] = field(default=(), metadata=rule(several(filled), **_TEXTS))
    notes: str = field(default="", metadata=rule(textual, type="string"))
    benchmark: str | None = field(default=None, metadata=rule(_ticker, type="string", minLength=1))
    group: tuple[Group, ...] = field(
        default=(), metadata=rule(several(Group), type="array", items={"$ref": "#/$defs/group"})
    )
    claim: tuple[Claim, ...] = field(
        default=(), metadata=rule(several(Claim), type="array", items={"$ref": "#/$defs/claim"})
    )

    def _settle(self, good: dict[str, Any]) -> list[str]:
        problems = []
        for name in ("announced", "recognised"):
            value = good.get(name)
            if value is not None:
                try:
                    tz = good.get("tz")
                    good[name] = parse_when(value, tz=tz) if isinstance(value, str) else checked(value, tz)
                except InvalidRequest as error:
                    problems.append(f"{name}: {in_one_line(error)}")
                    del good[name]
        announced, recognised = good.get("announced"), good.get("recognised")
        if isinstance(announced, datetime) and good.get("timing", "unknown") != "unknown":
            problems.append("timing: goes with a date, but announced already says the time; leave it out")
        if announced and recognised and _precedes(recognised, announced):
            problems.append(f"recognised: {recognised.isoformat()} is before the announcement {announced.isoformat()}")
        if self.recognised is not None and self.recognised_reason is None:
            problems.append("recognised_reason: is missing; say why the market is thought to have noticed then")
        if self.recognised is None and self.recognised_reason is not None:
            problems.append("recognised_reason: there is no recognised date it could be the reason of")
        return problems

    @property
    def tickers(self) -> tuple[str, ...]:
        """Every ticker of every group once, in order."""
        return tuple(dict.fromkeys(ticker for group in self.group for ticker in group.tickers))

    def moment(self, which: Literal["announced", "recognised"] = "announced") -> Moment | None:
        """What `exchanges.day0` maps to a session; None when the event has no recognised date.

        `timing` belongs to the announcement: a recognised date counts from its first session on.
        """
        if which == "announced":
            return Moment(self.announced, self.timing)
        return None if self.recognised is None else Moment(self.recognised)


def _precedes(one: date | datetime, other: date | datetime) -> bool:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one < other
    days = [when.date() if isinstance(when, datetime) else when for when in (one, other)]
    return days[0] < days[1]


def iso(when: date | datetime) -> str:
    """ISO 8601 text that `parse_when` reads back to the same moment."""
    if isinstance(when, datetime) and (offset := when.utcoffset()) and offset.seconds % 60:
        when = when.astimezone(UTC)  # local mean times were odd seconds off, which ISO 8601 cannot say
    return when.isoformat()
