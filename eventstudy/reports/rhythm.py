"""When a scheduler is to run: at a time on some days of the week, on a day of each month, or after an exchange has closed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from eventstudy import calendars
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.language import WEEKDAYS

DAYS = tuple(day[:3] for day in WEEKDAYS["en"])
AVAILABLE = '06:30 (Monday to Saturday), "Mon 07:00", "Mon-Fri 18:00", "daily 06:30", "monthly 1 07:00", "close XNYS"'

_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)"
_SETTLED = timedelta(minutes=30)
"""After the close, until the prices of the session can be had."""
_LAST_OF_ALL = 28
"""The last day that every month has."""


@dataclass(frozen=True)
class Rhythm:
    """When to run, in the time of the machine or of an exchange."""

    at: time
    days: tuple[int, ...]
    """Of the week, Monday is 0; none: on a day of each month."""
    of_month: int = 0
    exchange: str = ""
    """Whose close it follows; empty: the time is that of the machine."""
    zone: ZoneInfo | None = None
    """Of the exchange."""

    @property
    def whole_week(self) -> bool:
        """Whether it is each day."""
        return len(self.days) == len(DAYS)

    def spans(self) -> list[tuple[int, int]]:
        """The days of the week as first and last of those that follow each other."""
        found: list[tuple[int, int]] = []
        for day in self.days:
            if found and found[-1][1] == day - 1:
                found[-1] = (found[-1][0], day)
            else:
                found.append((day, day))
        return found

    def in_time_of(self, local: Callable[[datetime], datetime], today: date) -> Rhythm:
        """The same where nothing but one clock is known: after a close, the latest such time of the year from `today` on."""
        if not self.zone:
            return self
        late, days = (0, time()), set[int]()
        for session in _year(self.exchange, today):
            there = local(datetime.combine(session, self.at, self.zone).astimezone(UTC))
            late = max(late, ((there.date() - session).days, there.time()))
        for session in _year(self.exchange, today):
            days.add((session.weekday() + late[0]) % len(DAYS))
        return Rhythm(late[1], tuple(sorted(days)), 0, self.exchange)


def rhythm(text: str, today: date | None = None) -> Rhythm:
    """The rhythm that a text means.

    Raises:
        InvalidRequest: none. UnknownName: no such exchange.
    """
    words = text.strip()
    if found := re.fullmatch(_CLOCK, words):
        return Rhythm(_time(found), (0, 1, 2, 3, 4, 5))
    if found := re.fullmatch(rf"daily {_CLOCK}", words, re.IGNORECASE):
        return Rhythm(_time(found), tuple(range(len(DAYS))))
    if (found := re.fullmatch(rf"monthly (?:(\d\d?) )?{_CLOCK}", words, re.IGNORECASE)) and (
        1 <= (day := int(found[1] or 1)) <= _LAST_OF_ALL
    ):
        return Rhythm(_time(found, 2), (), day)
    if (found := re.fullmatch(rf"([a-z,-]+) {_CLOCK}", words, re.IGNORECASE)) and (days := _days(found[1])):
        return Rhythm(_time(found, 2), days)
    if found := re.fullmatch(r"close (\S+)", words, re.IGNORECASE):
        return _after(calendars.code_of(found[1].upper()), today or datetime.now().astimezone().date())
    raise InvalidRequest(Sentence("--at cannot be {text!r}", text=text), available=AVAILABLE)


def _time(found: re.Match[str], first: int = 1) -> time:
    return time(int(found[first]), int(found[first + 1]))


def _days(text: str) -> tuple[int, ...]:
    """Days of the week: `Mon`, `Mon,Thu`, `Mon-Fri`; none where one is no day."""
    found: set[int] = set()
    for part in text.split(","):
        ends = [
            next((i for i, day in enumerate(DAYS) if name.lower().startswith(day.lower())), -1)
            for name in part.split("-")
        ]
        if -1 in ends or len(ends) > 2:
            return ()
        first, last = ends[0], ends[-1]
        found |= {day % len(DAYS) for day in range(first, last + 1 if last >= first else last + 1 + len(DAYS))}
    return tuple(sorted(found))


def _after(exchange: str, today: date) -> Rhythm:
    """Half an hour after the usual close, on the days of the week on which the exchange is open."""
    closes = [calendars.close_time(exchange, session) for session in _year(exchange, today)]
    zone = closes[0].tzinfo
    if not isinstance(zone, ZoneInfo):
        raise InvalidRequest(Sentence("{exchange} has no zone", exchange=exchange), available=AVAILABLE)
    last = max(close.time() for close in closes)
    at = (datetime.combine(today, last) + _SETTLED).time()
    return Rhythm(at, tuple(sorted({close.weekday() for close in closes})), 0, exchange, zone)


def _year(exchange: str, today: date) -> list[date]:
    return [day.item() for day in calendars.sessions(exchange, today - timedelta(days=365), today)]
