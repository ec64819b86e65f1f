"""Which moment day 0 is counted from."""

from __future__ import annotations

from datetime import date

from eventstudy.calendars import Moment
from eventstudy.errors import InvalidRequest, Sentence, as_known
from eventstudy.events.event import Event
from eventstudy.tables.written import one_day, plain_when


def chosen_moment(event: Event, day0: str | date) -> Moment | None:
    """When day 0 is counted from: `announced`, `recognised` (None where the event has no such date), or the date itself."""
    day0 = policy_of(day0)
    if day0 == "announced":
        return event.moment("announced")
    if day0 == "recognised":
        return event.moment("recognised")
    return moment_of_day(day0)


def policy_of(day0: str | date) -> str | date:
    """`announced` or `recognised`, however they are written, or the date that was given."""
    return as_known(day0, ("announced", "recognised")) if isinstance(day0, str) else day0


def moment_of_day(day0: str | date) -> Moment:
    """The date that the user named.

    Raises:
        InvalidRequest: it is none.
    """
    try:
        return Moment(plain_when(day0) if isinstance(day0, date) else one_day(day0))
    except (InvalidRequest, ValueError) as error:
        raise InvalidRequest(
            Sentence("day 0 cannot be {day0!r}", day0=day0),
            available=Sentence("announced, recognised, or a date such as 2025-01-27"),
        ) from error
