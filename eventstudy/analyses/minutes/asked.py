"""What is asked for: the instant of an event, and parts of the time after it by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import pairwise

from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.events import Event
from eventstudy.language import Phrase
from eventstudy.units.windows import Window


def stages_of(texts: Iterable[str]) -> dict[str, tuple[int, int]]:
    """The names and minutes of stages from texts like `statement=0:29`.

    Raises:
        InvalidRequest: one is written otherwise, or a name stands twice.
    """
    found: dict[str, tuple[int, int]] = {}
    for text in texts:
        read = re.fullmatch(r"\s*([^=\s][^=]*?)\s*=\s*(-?\d+)\s*:\s*(-?\d+)\s*", text)
        if read is None:
            raise InvalidRequest(
                Sentence("the stage {text!r} cannot be read", text=text),
                hint=Sentence("a name, and its first and last minute from bar 0: statement=0:29"),
            )
        if read[1] in found:
            raise InvalidRequest(
                Sentence("two stages are called {name}", name=read[1]), hint=Sentence("give each a name of its own")
            )
        found[read[1]] = int(read[2]), int(read[3])
    return found


def bars_of_stages(named: Mapping[str, tuple[int, int]], width: int) -> dict[str, Window]:
    """Stages in bars, in the order of time.

    Raises:
        InvalidRequest: minutes that are no whole bars, or that belong to two stages.
    """
    found: dict[str, Window] = {}
    for name, minutes in sorted(named.items(), key=lambda item: tuple(item[1])):
        first, last = Window.of(minutes, f"stage {name}")
        if first % width or (last + 1) % width:
            raise InvalidRequest(
                Sentence(
                    "the minutes {first} to {last} of the stage {name} are no whole bars of {width} minutes",
                    first=first,
                    last=last,
                    name=name,
                    width=width,
                ),
                hint=Sentence(
                    "{first}:{last}, or bars of fewer minutes",
                    first=first // width * width,
                    last=-(-(last + 1) // width) * width - 1,
                ),
            )
        found[name] = Window(first // width, (last + 1) // width - 1)
    for (earlier, one), (later, other) in pairwise(found.items()):
        if other.start <= one.end:
            raise InvalidRequest(
                Sentence("the stages {earlier} and {later} share minutes", earlier=earlier, later=later),
                hint=Sentence("stages follow one another"),
            )
    return found


def instant_of(event: Event, width: int) -> datetime:
    """When an event was, known as well as a bar of `width` minutes lasts.

    Raises:
        InvalidRequest: it has a date alone, or its time is known less well.
    """
    when = event.announced
    if not isinstance(when, datetime):
        raise InvalidRequest(
            Sentence("{id} has a date and no time, and minutes need one", id=event.id),
            hint=Sentence("write the time: 2025-01-29T14:00:00-05:00"),
        )
    precision = event.found.precision if event.found else "minute"
    coarse = {"hour": 60, "day": 1440}.get(precision, 0)
    if coarse > width:
        raise InvalidRequest(
            Phrase.counted(
                "the time of {event} is known to the {precision}, and a bar lasts a minute",
                "the time of {event} is known to the {precision}, and a bar lasts {n} minutes",
                event=event.id,
                precision=precision,
                n=width,
            ),
            hint=Sentence("take bars as long, or write the time that is known"),
        )
    return when
