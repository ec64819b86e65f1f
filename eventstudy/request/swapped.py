"""Two files that stand in each other's place: `run prices.csv --prices events.csv`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from eventstudy.errors import EventStudyError, InvalidRequest, Sentence
from eventstudy.events import load_registry
from eventstudy.prices import Reading, load_abnormal, load_bars, load_prices

_READ_BY: dict[str, tuple[str, Callable[..., Any]]] = {
    "prices": ("prices", lambda file, reading: load_prices(path=file, reading=reading)),
    "abnormal": (Sentence("abnormal returns"), load_abnormal),
    "bars": ("bars", lambda file, reading: load_bars(file, reading=reading)),
}
"""The file beside that of the events, by its option: what it holds, and what reads it."""


def told_of_swapped(error: EventStudyError, words: Mapping[str, Any]) -> EventStudyError:
    """What to raise in place of an error: that two files are swapped, where each can be read as the other and not as itself."""
    what = words.get("what")
    said: dict[str, Any] = {name: words.get(name) for name in ("dates", "decimal", "values", "ticker")}
    reading = Reading(**said, unit=words.get("unit_in"))
    events = partial(load_registry, tz=words.get("tz"), reading=reading)
    for option, (holds, read) in _READ_BY.items():
        beside = words.get(option)
        if not all(isinstance(one, str) and os.path.isfile(one) for one in (what, beside)):
            continue
        as_they_stand = _readable(events, what) and _readable(read, beside, reading)
        if not as_they_stand and _readable(events, beside) and _readable(read, what, reading):
            return InvalidRequest(
                Sentence(
                    "the two files are swapped: {what} holds {holds}, and {beside} holds events",
                    what=what,
                    holds=holds,
                    beside=beside,
                ),
                hint=Sentence(
                    "the events come first: {beside} --{option} {what}", beside=beside, option=option, what=what
                ),
            )
    return error


def _readable(read: Callable[..., Any], *given: Any) -> bool:
    """Whether a file can be read so."""
    try:
        read(*given)
    except EventStudyError:
        return False
    return True
