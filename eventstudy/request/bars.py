"""Bars of minutes for a request: of a file, or of a vendor by name."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from eventstudy.errors import InvalidRequest
from eventstudy.events import Event
from eventstudy.prices import MASSIVE_KEY, BarTable, Reading, load_bars, massive_bars

_YAHOO = (
    "1 minute: 7 days a request, the last 30 days; 5 to 30 minutes: the last 60 days; 60 minutes: the last 730 days; the last"
    " bar is unfinished"
)


def bars_for(
    given: str | Path,
    events: Iterable[Event],
    *,
    benchmark: str | None,
    days: int,
    width: int | None = None,
    zone: str | None = None,
    stamp: Any = None,
    exchange: str | None = None,
    reading: Reading | None = None,
) -> BarTable:
    """The bars of a file, or of `massive`, which is asked for the days of the events and those before them.

    `days`: other days that a move is held against. The others are as `load_bars` takes them.

    Raises:
        InvalidRequest: `yahoo`, whose bars reach back too little; an event without a time. SourceError: the vendor gives none.
    """
    name = str(given).lower()
    known = list(events)
    tickers = sorted({t for event in known for t in event.tickers} | ({benchmark} if benchmark else set()))
    if name not in ("massive", "yahoo") or os.path.exists(given):
        return load_bars(given, width=width, zone=zone, stamp=stamp, exchange=exchange, reading=reading, asked=tickers)
    if name == "yahoo":
        raise InvalidRequest(
            "Yahoo's bars of minutes do not reach back far enough for the other days that a move is held against",
            available=_YAHOO,
            hint=f"name a file of bars: --bars FILE, or --bars massive with a key in {MASSIVE_KEY}",
        )
    when = [event.announced for event in known]
    if not known or not all(isinstance(at, datetime) for at in when):
        raise InvalidRequest("minutes need events with a time of day", hint="write the time: 2025-01-29T14:00:00-05:00")
    on: list[date] = [at.date() for at in when if isinstance(at, datetime)]
    before = timedelta(days=2 * _calendar(days))
    return massive_bars(tickers, min(on) - before, max(on) + timedelta(days=4), width or 1)


def _calendar(sessions: int) -> int:
    """Calendar days that hold so many sessions, a few closed ones among them."""
    return -(-sessions * 7 // 5) + 7
