"""Days as a user names them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from eventstudy import calendars
from eventstudy.calendars import Moment
from eventstudy.disk import read_text
from eventstudy.errors import InvalidFile, InvalidRequest, Sentence
from eventstudy.events import Event, chosen_moment
from eventstudy.language import Phrase
from eventstudy.panel import reaches_in
from eventstudy.tables.written import one_day
from eventstudy.units.windows import Window

if TYPE_CHECKING:
    from eventstudy.study.result import StudyResult


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
            Sentence("--as-of cannot be {as_of!r}", as_of=as_of),
            available=Sentence("a date such as 2025-01-31, or last-session"),
        ) from error


def days_0(events: Iterable[Event], day0: str | dt.date) -> set[dt.date]:
    """The dates that day 0 of events is counted from."""
    when = [moment.when for event in events if (moment := chosen_moment(event, day0)) is not None]
    return {at.date() if isinstance(at, dt.datetime) else at for at in when}


def days_to(window: Sequence[str | dt.date], day0: Collection[dt.date]) -> tuple[int, int]:
    """The calendar days from the one day 0 to the first and last date of a window.

    Raises:
        InvalidRequest: two dates are not named, one is none, or events have several days 0.
    """
    if len(window) != 2:
        raise InvalidRequest(
            Sentence("a window has two dates, and {n} are named", n=len(window)), hint=Sentence("2025-01-27 2025-02-28")
        )
    first, last = map(one_day, window)
    if last < first:
        raise InvalidRequest(
            Sentence("the window from {first} to {last} ends before it starts", first=first, last=last),
            hint=Sentence("did you mean {last} {first}?", last=last, first=first),
        )
    if len(day0) != 1:
        raise InvalidRequest(
            Sentence("dates of a window are named, and the events have {n} days 0", n=len(day0)),
            available=", ".join(map(str, sorted(day0)[:5])),
            hint=Sentence("count from the day 0 of each: --window-days 0 30"),
        )
    [day] = day0
    return (first - day).days, (last - day).days


def sessions_between(window: Sequence[str | dt.date], result: StudyResult) -> Window | None:
    """The sessions between two dates, counted from day 0; None where they are others for some pairs.

    Raises:
        InvalidRequest: no session lies there, or estimation days do.
    """
    first, last = map(one_day, window)
    block = result.panel.block
    inside = (block.sessions >= np.datetime64(first)) & (block.sessions <= np.datetime64(last))
    known = block.sessions[:, block.event_columns]
    if not inside.any() and (known < np.datetime64(first)).any() and (known > np.datetime64(last)).any():
        raise InvalidRequest(
            Sentence("no session lies between {first} and {last}", first=first, last=last),
            hint=Sentence("name dates between which the exchange was open"),
        )
    rows = np.array(result.config.columns)
    found = {(int(rows[own].min()), int(rows[own].max())) if own.any() else None for own in inside}
    estimated = inside[block.design][:, block.estimation_columns]
    if result.config.estimated and estimated.any():
        i = int(np.flatnonzero(estimated.any(axis=1))[0])
        there = rows[block.estimation_columns][estimated[i]]
        raise reaches_in(
            Phrase("the days from {first} to {last}", first=first, last=last),
            result.panel.pairs[i].ticker,
            Window(int(there.min()), int(there.max())),
            result.config,
        )
    [only] = found if len(found) == 1 else [None]
    return None if only is None else Window(*only)


def read_dates(path: str | Path) -> tuple[dt.date, ...]:
    """Dates from a text file, one date a line; empty lines and those that start with # are passed over.

    Raises:
        InvalidFile: no such file, or a line that is no date.
    """
    lines = read_text(path, Sentence("the dates")).splitlines()
    found = []
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text and not text.startswith("#"):
            try:
                found.append(one_day(text))
            except InvalidRequest as error:
                raise InvalidFile(
                    error.what,
                    where=Sentence("{path}, line {number}", path=path, number=number),
                    hint=Sentence("2025-01-31"),
                ) from error
    return tuple(found)
