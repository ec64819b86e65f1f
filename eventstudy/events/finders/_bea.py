"""The calendar of the Bureau of Economic Analysis: when gross domestic product was to be released, and is.

One file without a key. Its dates are those of the schedule, with their time; it does not say which quarter a release is about.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import time
from typing import Any

from eventstudy.errors import Sentence, SourceDown, SourceMalformed
from eventstudy.events.finders._base import NEW_YORK
from eventstudy.events.finders._kept import Kept
from eventstudy.language import Phrase
from eventstudy.web import ask

ADDRESS = "https://apps.bea.gov/API/signup/release_dates.json"
_NAME = "Gross Domestic Product"
_WHERE = Sentence("the calendar of the BEA")
_FRESH = 86_400.0
"""Seconds for which it is not asked for again."""


@dataclass(frozen=True)
class Scheduled:
    """The instants of its releases, in order, and what it took."""

    instants: tuple[datetime, ...]
    notes: tuple[Phrase, ...] = ()
    requests: int = 0
    kept: int = 0


def releases(clock: Callable[[], float] = time) -> Scheduled:
    """All releases of gross domestic product in the calendar, on New York's clock; from what is kept if it is of today.

    Raises:
        SourceDown: no answer, and none is kept. SourceRateLimited: it asks to wait. SourceMalformed: no such calendar.
    """
    kept = Kept(clock=clock)
    notes: tuple[Phrase, ...] = ()
    known = kept.get(ADDRESS, _FRESH)
    if known is None:
        try:
            answer = ask(ADDRESS, "BEA", passes=(200,), where=_WHERE)
        except SourceDown:
            if (known := kept.get(ADDRESS)) is None:
                raise
            notes = (
                Phrase("{what} could not be asked for: as it was kept is used", what=Phrase("the calendar of the BEA")),
            )
        else:
            instants = read(answer.body)
            kept.put(ADDRESS, answer.status, answer.body)
            return Scheduled(instants, requests=1)
    return Scheduled(read(known[1]), notes, kept=1)


def read(body: bytes) -> tuple[datetime, ...]:
    """The instants of the releases in the file.

    Raises:
        SourceMalformed: it is none, has no such release, or a time without its zone.
    """
    try:
        told = json.loads(body)
        found = sorted({_instant(text) for text in told[_NAME]["release_dates"]})
        if not found:
            raise _Odd(Sentence("no date under {name!r}", name=_NAME))
    except (ValueError, TypeError, LookupError, RecursionError, OverflowError) as error:
        said = str(error) if isinstance(error, _Odd) else Sentence("no list of dates under {name!r}", name=_NAME)
        raise SourceMalformed(Sentence("the BEA's answer cannot be read: {said}", said=said), where=_WHERE) from error
    return tuple(found)


class _Odd(ValueError):
    """A date that is none."""


def _instant(text: Any) -> datetime:
    try:
        when = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        raise _Odd(Sentence("{text!r} is no time", text=text)) from None
    if when.tzinfo is None:
        raise _Odd(Sentence("{text!r} has no zone", text=text))
    return datetime.fromisoformat(when.astimezone(NEW_YORK).isoformat())
