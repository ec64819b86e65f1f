"""Bars of minutes for a request: of a file, or of a vendor by name."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.events import Event
from eventstudy.prices import BarTable, Reading, load_bars, massive_bars, yahoo_bars


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
    """The bars of a file, or of `massive` or `yahoo`, which are asked for the days of the events and those before them.

    `days`: other days that a move is held against. The others are as `load_bars` takes them.

    Raises:
        InvalidRequest: days before the bars of `yahoo` begin; an event without a time. SourceError: the vendor gives none.
    """
    name = str(given).lower()
    known = list(events)
    tickers = sorted({t for event in known for t in event.tickers} | ({benchmark} if benchmark else set()))
    if name not in ("massive", "yahoo") or os.path.exists(given):
        return load_bars(given, width=width, zone=zone, stamp=stamp, exchange=exchange, reading=reading, asked=tickers)
    when = [event.announced for event in known]
    if not known or not all(isinstance(at, datetime) for at in when):
        raise InvalidRequest(
            Sentence("minutes need events with a time of day"),
            hint=Sentence("write the time: 2025-01-29T14:00:00-05:00"),
        )
    on: list[date] = [at.date() for at in when if isinstance(at, datetime)]
    before = timedelta(days=2 * _calendar(days))
    first, last = min(on) - before, max(on) + timedelta(days=4)
    return (
        yahoo_bars(tickers, first, last, width or 5)
        if name == "yahoo"
        else massive_bars(tickers, first, last, width or 1)
    )


def _calendar(sessions: int) -> int:
    """Calendar days that hold so many sessions, a few closed ones among them."""
    return -(-sessions * 7 // 5) + 7
