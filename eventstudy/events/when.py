"""Text to date or instant. What could be read two ways is refused, never guessed."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from eventstudy.errors import InvalidRequest

DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
CLOCK = "[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?"
OFFSET = "([Zz]|[+-][0-9]{2}:[0-9]{2})"

_DATE = re.compile(DATE)
_TIME = re.compile(f"{DATE}[Tt ]{CLOCK}{OFFSET}?")
_PARTS = re.compile(r"([0-9]{1,4})[/.-]([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{1,2})")
_COMPACT = re.compile(r"((?:1[89]|2[01])[0-9]{2})([0-9]{2})([0-9]{2})")
_ISO = "write 2025-01-27, or with a time and an offset 2025-01-27T07:00:00-05:00"
_YEARS = range(1800, 2200)


def parse_when(text: str, *, tz: str | None = None) -> date | datetime:
    """A date (2025-01-27) or an instant (2025-01-27T07:00:00-05:00) from its ISO text.

    A time without an offset takes that of the zone `tz` (IANA name, such as America/New_York) at that time.

    Raises:
        InvalidRequest: not ISO, no such day, a time without offset or zone, or a local time that summer time
            skips or repeats.
    """
    text = text.strip()
    try:
        if _DATE.fullmatch(text):
            return checked(date.fromisoformat(text), tz)
        if _TIME.fullmatch(text):
            return checked(datetime.fromisoformat(text.upper()), tz)
    except ValueError as error:
        raise InvalidRequest(
            f"{text!r} is no day or time there is: {error}", hint="check the day and the time"
        ) from error
    raise _not_iso(text)


def _not_iso(text: str) -> InvalidRequest:
    if not text:
        return InvalidRequest("there is no date", hint=_ISO)
    days = [day.isoformat() for day in _readings(text)]
    if len(days) > 1:
        return InvalidRequest(f"the date {text!r} reads two ways: {' or '.join(days)}", hint="write the one meant")
    if days:
        return InvalidRequest(f"the date {text!r} is not written as ISO 8601 does", hint=f"write {days[0]}")
    return InvalidRequest(f"{text!r} is not a date", hint=_ISO)


def _readings(text: str) -> list[date]:
    """Every day that a date in another notation may mean."""
    if text.isascii() and text.isdigit() and len(text) == 5:
        return [date(1899, 12, 30) + timedelta(int(text))]  # how spreadsheets count days
    parts = _PARTS.fullmatch(text) or _COMPACT.fullmatch(text)
    if not parts:
        return []
    first, second, third = (int(part) for part in parts.groups())
    orders = [(first, second, third)] if len(parts[1]) == 4 else [(third, second, first), (third, first, second)]
    days = dict[date, None]()
    for year, month, day in orders:
        with suppress(ValueError):
            days[date(year + 2000 if year < 100 else year, month, day)] = None
    return list(days)


def checked(when: date | datetime, tz: str | None) -> date | datetime:
    """A date as it is, an instant with its zone: its own, or that of `tz`.

    Raises:
        InvalidRequest: no zone, an unknown one, or a local time that does not exist or comes twice.
    """
    if when.year not in _YEARS:
        raise InvalidRequest(f"the year of {when.isoformat()} is not between {_YEARS.start} and {_YEARS.stop - 1}")
    if not isinstance(when, datetime) or when.utcoffset() is not None:
        return when
    if not tz:
        raise InvalidRequest(
            f"{when.isoformat()} is a time without an offset or a zone",
            hint="add the offset, e.g. -05:00, or name the zone: tz = America/New_York",
        )
    aware = when.replace(tzinfo=zone(tz), fold=0)
    later = aware.replace(fold=1)
    if aware.utcoffset() != later.utcoffset():
        skipped = aware.astimezone(UTC) > later.astimezone(UTC)
        trouble = "does not exist" if skipped else "comes twice"
        raise InvalidRequest(
            f"{when.isoformat()} {trouble} in {tz}: the clocks change then",
            hint="check the time" if skipped else "add the offset that is meant",
        )
    return aware


@cache
def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name.

    Raises:
        InvalidRequest: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidRequest(f"there is no time zone called {name!r}", hint="e.g. America/New_York") from error
