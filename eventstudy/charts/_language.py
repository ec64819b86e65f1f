"""The language that charts speak while they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from eventstudy.charts._german import german
from eventstudy.charts._style import HEAD
from eventstudy.errors import UnknownName

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Speech = Callable[[str], str]

_SPEECHES: dict[str, Speech] = {"en": str, "de": german}
_speech: ContextVar[Speech] = ContextVar("speech", default=str)


@contextmanager
def of_language(name: str) -> Iterator[None]:
    """Charts speak this language meanwhile.

    Raises:
        UnknownName: they do not know it.
    """
    if name not in _SPEECHES:
        raise UnknownName("language", name, _SPEECHES)
    before = _speech.set(_SPEECHES[name])
    try:
        yield
    finally:
        _speech.reset(before)


def speech() -> Speech:
    """What turns English into the language that is spoken now."""
    return _speech.get()


def translate(axes: list[Axes]) -> None:
    """Put what stands on these Axes, and on their figure, into the language that is spoken now."""
    from matplotlib.text import Text
    from matplotlib.ticker import FixedLocator

    said = speech()
    if said is str:
        return
    for axis in (axis for ax in axes for axis in (ax.xaxis, ax.yaxis)):
        for minor, locator in ((False, axis.get_major_locator()), (True, axis.get_minor_locator())):
            if isinstance(locator, FixedLocator):
                labels = [said(label.get_text()) for label in axis.get_ticklabels(minor=minor)]
                axis.set_ticks(axis.get_ticklocs(minor=minor), labels, minor=minor)
    figure = axes[0].figure.figure
    texts = [text for ax in axes for text in ax.findobj(Text)]
    texts += [text for text in figure.texts if text.get_label() != HEAD]
    texts += [text for legend in figure.legends for text in legend.get_texts()]
    for text in texts:
        if isinstance(text, Text) and text.get_text():
            text.set_text(said(text.get_text()))
