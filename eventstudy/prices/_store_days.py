"""Which days of a series could be had at an instant, and which of them will not change any more."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from eventstudy import calendars
from eventstudy.errors import InvalidRequest

LATE = timedelta(minutes=30)
"""After the close until the bar of the day is complete: free quotes are late by that much."""
SETTLING = 5
"""Sessions after which a bar is taken for final: a missing or wrong one has been put right by then."""
OVERLAP = 10
"""Sessions that are asked for again when a series is continued, to see whether it is still the same."""
WAITED_FOR = timedelta(30)
"""How long a session that lacks is asked for again: a source that skips days has mended it by then, or never will."""
LEEWAY = timedelta(1)
"""By so much a clock may be ahead of another one: of another machine, or before it was set."""
_WEEKDAYS = "24/5"


def home_of(symbol: str, exchange: str | None = None) -> str:
    """The market whose calendar holds; weekdays where nobody knows one."""
    if exchange is not None:
        try:
            calendars.reach(exchange)
            return exchange
        except InvalidRequest:
            pass  # a market without a calendar of its own: its ticker may name a country's
    try:
        return calendars.exchange_of(symbol)
    except InvalidRequest:
        return _WEEKDAYS


def session_before(home: str, day: date, back: int = 0) -> date:
    """The last session on or before a day, or the one `back` sessions before that.

    Outside the calendar's reach every day counts.
    """
    low, high = calendars.reach(home)
    room = timedelta(2 * back + 30)
    if day - room < low or day > high:
        return day - timedelta(back)
    found: Any = calendars.sessions(home, day - room, day)[-1 - back]
    session: date = found.item()
    return session


def due(home: str, at: datetime) -> date:
    """The last session whose bar was complete at an instant."""
    session = session_before(home, (at + timedelta(1)).date())
    while _complete(home, session) > at:
        session = session_before(home, session - timedelta(1))
    return session


def final(home: str, at: datetime) -> date:
    """The last session whose bar was final at an instant."""
    return session_before(home, due(home, at), SETTLING)


def lacking_end(home: str, newest: date, last: date) -> str | None:
    """What to say where the prices end, with that of the day `newest`, before the session that they could have."""
    low, high = calendars.reach(home)
    if not low <= newest < last <= high or home.startswith("24/"):
        return None
    sessions = calendars.sessions(home, newest + timedelta(1), last)
    if not len(sessions):
        return None
    which = str(sessions[0]) if len(sessions) == 1 else f"{len(sessions)} sessions from {sessions[0]} to {sessions[-1]}"
    return f"the last price is that of {newest}; {which} lack: not there yet, or no longer traded"


def first_hole(home: str, priced: Any, since: date, last: date) -> date | None:
    """The first session from `since` to `last` without a price; None where there is none, or no calendar to tell."""
    low, high = calendars.reach(home)
    if home.startswith("24/") or since < low or last > high or since > last:
        return None
    sessions = calendars.sessions(home, since, last)
    lacking = sessions[~np.isin(sessions, priced)]
    found: date | None = lacking[0].item() if len(lacking) else None
    return found


def _complete(home: str, session: date) -> datetime:
    low, high = calendars.reach(home)
    if low <= session <= high:
        return calendars.close_time(home, session) + LATE
    return datetime(session.year, session.month, session.day, tzinfo=UTC) + timedelta(1) + LATE


def instant(text: str) -> datetime:
    """An ISO 8601 time in UTC."""
    when = datetime.fromisoformat(text)
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def ahead(retrieved_at: str, at: datetime) -> bool:
    """Whether a time is so far after an instant that one of the two clocks was wrong."""
    return instant(retrieved_at) - at > LEEWAY


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)
