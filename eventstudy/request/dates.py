"""Days as a user names them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from eventstudy import calendars
from eventstudy.calendars import Moment
from eventstudy.disk import read_text
from eventstudy.errors import InvalidFile, InvalidRequest
from eventstudy.tables.written import one_day


def last_day(as_of: str | dt.date | None) -> dt.date | None:
    """The last day a run may read: a date, `last-session` (the last New York session that has closed), or None."""
    if as_of is None:
        return None
    if as_of == "last-session":
        now = Moment(dt.datetime.now(dt.UTC))
        return calendars.shift("XNYS", calendars.day0(now, "XNYS").session, -1)
    try:
        return one_day(as_of)
    except InvalidRequest as error:
        raise InvalidRequest(
            f"--as-of cannot be {as_of!r}", available="a date such as 2025-01-31, or last-session"
        ) from error


def read_dates(path: str | Path) -> tuple[dt.date, ...]:
    """Dates from a text file, one date a line; empty lines and those that start with # are passed over.

    Raises:
        InvalidFile: no such file, or a line that is no date.
    """
    lines = read_text(path, "the dates").splitlines()
    found = []
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text and not text.startswith("#"):
            try:
                found.append(one_day(text))
            except InvalidRequest as error:
                raise InvalidFile(error.what, where=f"{path}, line {number}", hint="2025-01-31") from error
    return tuple(found)
