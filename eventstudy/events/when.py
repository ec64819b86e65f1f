"""Text to date or instant. What could be read two ways is refused, never guessed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from eventstudy.errors import InvalidRequest
from eventstudy.language import Phrase
from eventstudy.tables.written import Order, one_moment, place_of, shows, zone

DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
CLOCK = "[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?"
OFFSET = "([Zz]|[+-][0-9]{2}:[0-9]{2})"

_DATE = re.compile(DATE)
_TIME = re.compile(f"{DATE}[Tt ]{CLOCK}{OFFSET}?")
YEARS = range(1800, 2200)


def parse_when(text: str, *, tz: str | None = None, order: Order | None = None) -> date | datetime:
    """The day (2025-01-27, 27.01.2025, Jan 27 2025) or instant (2025-01-27T07:00:00-05:00) that a text means.

    A time without an offset takes that of the zone `tz` (IANA name, such as America/New_York) at that time.
    `order` of day, month and year settles what can be read two ways.

    Raises:
        InvalidRequest: it means no day or two, a time has neither offset nor zone, or summer time skips or repeats it.
    """
    text = text.strip()
    try:
        if _DATE.fullmatch(text):
            return checked(date.fromisoformat(text), tz)
        if _TIME.fullmatch(text):
            return checked(datetime.fromisoformat(text.upper()), tz)
    except ValueError as error:
        raise InvalidRequest(
            Phrase("{text!r} is no day or time there is", text=text), hint=Phrase("check the day and the time")
        ) from error
    return checked(one_moment(text, order=order), tz)


def checked(when: date | datetime, tz: str | None) -> date | datetime:
    """A date as it is, an instant with its zone: its own, or that of `tz`.

    Raises:
        InvalidRequest: no zone, an unknown one, or a local time that does not exist or comes twice.
    """
    if when.year not in YEARS:
        told = {"when": when.isoformat(), "first": YEARS.start, "last": YEARS.stop - 1}
        raise InvalidRequest(Phrase("the year of {when} is not between {first:d} and {last:d}", **told))
    if not isinstance(when, datetime) or when.utcoffset() is not None:
        return when
    if not tz:
        raise InvalidRequest(
            Phrase("{when} is a time without an offset or a zone", when=when.isoformat()),
            hint=Phrase("add the offset, e.g. -05:00, or name the zone: --tz America/New_York"),
        )
    aware = when.replace(tzinfo=zone(tz), fold=0)
    place = place_of(tz)
    if place and not shows(aware, tz):
        told = {"when": when.isoformat(), "place": place, "zone": tz}
        why = (
            Phrase("{when} is in summer time in {place}, and {zone} is the time of the winter there", **told)
            if aware.dst()
            else Phrase("{when} is in winter time in {place}, and {zone} is the time of the summer there", **told)
        )
        raise InvalidRequest(why, hint=Phrase("name the place, {place}, or add the offset that is meant", place=place))
    later = aware.replace(fold=1)
    if aware.utcoffset() != later.utcoffset():
        skipped = aware.astimezone(UTC) > later.astimezone(UTC)
        told = {"when": when.isoformat(), "zone": tz}
        if skipped:
            why = Phrase("{when} does not exist in {zone}: the clocks change then", **told)
            raise InvalidRequest(why, hint=Phrase("check the time"))
        why = Phrase("{when} comes twice in {zone}: the clocks change then", **told)
        raise InvalidRequest(why, hint=Phrase("add the offset that is meant"))
    return aware
