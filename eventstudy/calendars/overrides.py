"""What is known better than the installed calendars: closings nobody planned, sessions and closes against the rule.

From `data/calendar_overrides.toml`, and from a file of the user's own that `EVENTSTUDY_CALENDARS` names.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from eventstudy.datasets import shipped
from eventstudy.errors import InvalidFile, Sentence
from eventstudy.settings import read_toml

_KEYS = ("closed", "open", "closes")


@dataclass(frozen=True)
class Override:
    """What differs for one exchange: days without a session, further sessions, and closes in local time."""

    closed: frozenset[date] = frozenset()
    open: frozenset[date] = frozenset()
    closes: dict[date, time] = field(default_factory=dict)

    def applied(
        self, days: list[date], closes: list[datetime], zone: ZoneInfo, first: date, last: date
    ) -> tuple[list[date], list[datetime]]:
        """Sessions and closes (UTC, without zone) of `first` to `last` as they are with this, both ascending."""
        known = dict(zip(days, closes, strict=True))
        more = {day: at for day, at in self.closes.items() if first <= day <= last}
        more |= {d: _usual(known, zone, d) for d in self.open - set(more) if first <= d <= last and d not in known}
        for day, at in more.items():
            known[day] = datetime.combine(day, at, zone).astimezone(UTC).replace(tzinfo=None)
        for day in self.closed:
            known.pop(day, None)
        kept = sorted(known)
        return kept, [known[day] for day in kept]

    def beside(self, other: Override) -> Override:
        """Both; where they contradict, the other one holds."""
        return Override(
            (self.closed - other.open - set(other.closes)) | other.closed,
            (self.open - other.closed) | other.open,
            {day: at for day, at in (self.closes | other.closes).items() if day not in other.closed},
        )


def _usual(closes: dict[date, datetime], zone: ZoneInfo, day: date) -> time:
    """The local time at which most of the sessions around a day close."""
    near = sorted(closes, key=lambda other: abs((other - day).days))[:60]
    return Counter(closes[d].replace(tzinfo=UTC).astimezone(zone).time() for d in near).most_common(1)[0][0]


def override_of(code: str) -> Override:
    """What differs for a market code.

    Raises:
        InvalidFile: a file of overrides cannot be read, or says what cannot be meant.
    """
    found = _read(shipped("calendar_overrides.toml")).get(code, Override())
    own = os.environ.get("EVENTSTUDY_CALENDARS")
    return found.beside(_read(Path(own).expanduser()).get(code, Override())) if own else found


def _read(path: Path) -> dict[str, Override]:
    _, tables = read_toml(path, Sentence("the calendar overrides"))
    return {code: _checked(table, f"{path}, [{code}]") for code, table in tables.items()}


def _checked(table: Any, where: str) -> Override:
    if not isinstance(table, dict) or (set(table) - set(_KEYS)):
        raise InvalidFile(
            Sentence("an override has other keys than it may have"), where=where, available=", ".join(_KEYS)
        )
    closed, opened = (_dates(table.get(name, []), f"{where}, {name}") for name in ("closed", "open"))
    if not isinstance(table.get("closes", {}), dict):
        raise InvalidFile(
            Sentence("closes are a table"),
            where=Sentence("{where}, closes", where=where),
            hint=Sentence("[XNYS.closes], then 2024-12-24 = 13:00:00"),
        )
    closes = {_date(day, where): at for day, at in table.get("closes", {}).items()}
    if any(not isinstance(at, time) for at in closes.values()):
        raise InvalidFile(
            Sentence("a close is a local time"),
            where=Sentence("{where}, closes", where=where),
            hint=Sentence("2024-12-24 = 13:00:00"),
        )
    if both := closed & (opened | set(closes)):
        raise InvalidFile(Sentence("{both} is closed and open", both=min(both)), where=where)
    return Override(closed, opened, closes)


def _dates(given: Any, where: str) -> frozenset[date]:
    if not isinstance(given, list) or any(not isinstance(d, date) or isinstance(d, datetime) for d in given):
        raise InvalidFile(Sentence("days are a list of dates"), where=where, hint=Sentence("closed = [2025-01-09]"))
    return frozenset(given)


def _date(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidFile(
            Sentence("{text!r} is not a date", text=text),
            where=Sentence("{where}, closes", where=where),
            hint=Sentence("2024-12-24 = 13:00:00"),
        ) from error
