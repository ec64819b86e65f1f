"""The language that charts speak while they are drawn: what they say is said in it at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any

from eventstudy.errors import UnknownName
from eventstudy.language import LANGUAGES, Phrase, german_number, in_language, marked, shown
from eventstudy.units.frequency import frequency_counted
from eventstudy.units.windows import Window

_MONTHS = marked(
    "{day} Jan", "{day} Feb", "{day} Mar", "{day} Apr", "{day} May", "{day} Jun",
    "{day} Jul", "{day} Aug", "{day} Sep", "{day} Oct", "{day} Nov", "{day} Dec",
)  # fmt: skip
"""Not those of the locale: the same picture everywhere."""

_spoken: ContextVar[str] = ContextVar("spoken", default="en")


@contextmanager
def of_language(name: str | None) -> Iterator[None]:
    """Charts speak this language meanwhile; None: the one they speak, which is English at first.

    Raises:
        UnknownName: they do not know it.
    """
    name = _spoken.get() if name is None else name
    if name not in LANGUAGES:
        raise UnknownName("language", name, LANGUAGES)
    before = _spoken.set(name)
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken_now() -> str:
    """The language that is spoken now."""
    return _spoken.get()


def say(template: str, /, **values: Any) -> str:
    """A template in the language that is spoken now, filled in."""
    return spoken(Phrase(template, **values))


def say_counted(one: str, many: str, /, **values: Any) -> str:
    """The template of the singular or of the plural, as the value `n` is one or not."""
    return spoken(Phrase.counted(one, many, **values))


def spoken(text: str) -> str:
    """A text in the language that is spoken now, or as it is where that has no words for it."""
    said = in_language(text, _spoken.get())
    return str(text) if said is None else said


def number(text: str) -> str:
    """A number, formatted the English way, in the way of the language that is spoken now."""
    return writer()(text)


def writer() -> Callable[[str], str]:
    """What writes numbers in the way of the language that is spoken now; for those that are written later."""
    return str if _spoken.get() == "en" else german_number


def p_text(p: float) -> str:
    """A p-value as it is written in the language that is spoken now."""
    return shown(p, "p", _spoken.get())


def window_name(window: Window) -> str:
    """What a window is called in the language that is spoken now."""
    return shown(window, "", _spoken.get())


def month_day(day: date) -> str:
    """`27 Jan`."""
    if frequency_counted() == "monthly":
        return f"{day:%Y-%m}" if _spoken.get() == "en" else f"{day:%m.%Y}"
    return _filled(_MONTHS[day.month - 1], day=day.day)


def _filled(template: str, **values: Any) -> str:
    return spoken(template).format(**values)
