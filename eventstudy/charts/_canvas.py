"""Where a chart is drawn: the user's Axes, or a figure of our own, with title and subtitle above."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.charts._style import (
    BELOW,
    DPI,
    EDGE,
    FAMILY,
    GRID,
    HEAD,
    HEIGHT,
    INK,
    LABEL,
    LINE,
    MUTED,
    NOTE,
    SIDE,
    SMALL,
    SUBTITLE,
    TITLE,
    WIDTH,
    is_own,
    text_width,
)
from eventstudy.errors import named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from eventstudy.charts._axes import ChartPanels
    from eventstudy.charts._layout import Margins

_width: ContextVar[float] = ContextVar("width", default=WIDTH)

_doubt: ContextVar[tuple[str, list[str]] | None] = ContextVar("doubt", default=None)

_ratio: ContextVar[float | None] = ContextVar("ratio", default=None)

_title: ContextVar[str | None] = ContextVar("title", default=None)

SIZES = {"16:9": (10.0, 16 / 9), "4:3": (8.0, 4 / 3)}
"""Of slides: inches across, and how much wider than high."""

_HEAD = 0.3
"""The share of the height that title and subtitle may take before the figure grows."""

_HEAD_OF_PANEL = 0.4
"""The share of the height of a user's Axes that title and lines may take above them; doubts take what they need."""

_SMALL_PANEL = 324.0
"""Points across from which on a user's Axes have room for letters of our own sizes."""

_MARGIN = 14.0
"""Points from the edge of the figure to its title."""


@contextmanager
def of_width(inches: float | None) -> Iterator[None]:
    """New figures are so wide meanwhile; None: as wide as before."""
    before = _width.set(_width.get() if inches is None else inches)
    try:
        yield
    finally:
        _width.reset(before)


@contextmanager
def of_slide(size: str | None, title: str | None) -> Iterator[None]:
    """New figures fill a slide of this size meanwhile, and say `title` above; None: as always.

    Raises:
        UnknownName: there is no such size.
    """
    wide, ratio = SIZES[named("size", size, SIZES)] if size is not None else (None, None)
    before = _ratio.set(ratio), _title.set(title)
    try:
        with of_width(wide):
            yield
    finally:
        _ratio.reset(before[0])
        _title.reset(before[1])


@contextmanager
def of_doubt(instead: tuple[str, list[str]] | None) -> Iterator[None]:
    """Charts have this title and these first lines meanwhile, in place of a finding; None: as always."""
    before = _doubt.set(instead)
    try:
        yield
    finally:
        _doubt.reset(before)


def narrow() -> bool:
    """Whether new figures are narrower than usual now, for a phone."""
    return _width.get() < WIDTH


def broken(text: str, weight: str = "normal") -> str:
    """A name beside what is drawn: on a narrow figure in lines of a third of its width, else as it is."""
    return "\n".join(wrapped(text, _width.get() * 72 / 3, SMALL, weight)) if narrow() else text


def points_wide() -> float:
    """How wide a new figure is now."""
    return _width.get() * 72


def side_by_side(inches: float) -> int:
    """How many panels `inches` wide a new figure has room for beside each other, at least one."""
    return max(1, int(_width.get() / inches))


def open_axes(ax: Axes | None, height: float = HEIGHT) -> Axes:
    """`ax` itself, or Axes on a new figure `height` inches high."""
    return ax if ax is not None else open_panels(1, 1, height)[0]


def open_panels(
    rows: int, columns: int, height: float = HEIGHT, *, one_scale: bool = True, heights: Sequence[float] = ()
) -> list[Axes]:
    """Axes on a new figure, in reading order; they share the scale across, and, with `one_scale`, that of heights.

    `heights`: how high the rows are, as shares of one another; equal by default.
    """
    from matplotlib.figure import Figure

    from eventstudy.charts._axes import ChartAxes
    from eventstudy.charts._layout import Margins

    if (ratio := _ratio.get()) is not None:
        height = _width.get() / ratio
    figure = Figure(figsize=(_width.get(), height), dpi=DPI, layout=Margins())
    _measured(figure)
    axes: list[Axes] = []
    grid = figure.add_gridspec(rows, columns, height_ratios=list(heights) or None)
    for place in range(rows * columns):
        shared = axes[0] if axes else None
        scale = shared if one_scale else None
        cell = grid[place // columns, place % columns]
        ax = figure.add_subplot(cell, axes_class=ChartAxes, sharex=shared, sharey=scale)
        ax.grid(visible=True, axis="y", color=GRID, linewidth=0.8)
        ax.tick_params(labelsize=SMALL, labelcolor=INK, length=3, width=0.8, color=EDGE, labelfontfamily=FAMILY)
        axes.append(ax)
    return axes


def _measured(figure: Figure) -> None:
    """Give the figure a canvas that knows how large letters are: those of all charts, so that a text is measured once."""
    from matplotlib.backend_bases import FigureCanvasBase

    FigureCanvasBase(figure).get_renderer = _measuring  # type: ignore[attr-defined]


@lru_cache(maxsize=1)
def _measuring() -> Any:
    """What measures at our resolution; it draws nothing, so one dot is enough."""
    from matplotlib.backends.backend_agg import RendererAgg

    return RendererAgg(1, 1, DPI)  # type: ignore[no-untyped-call]


def as_panels(axes: Sequence[Axes]) -> ChartPanels:
    """These Axes as one array."""
    from eventstudy.charts._axes import ChartPanels

    panels = np.empty(len(axes), dtype=object)
    panels[:] = list(axes)
    return panels.view(ChartPanels)


def settle(ax: Axes) -> None:
    """Lay a figure of our own out once and for all: to draw it again, larger or elsewhere, shifts nothing."""
    if is_own(ax):
        figure: Figure = ax.figure.figure
        _layout(figure).execute(figure)
        figure.set_layout_engine(None)  # "none" would have it drawn once more before it is written


def laid_out(ax: Axes, act: Callable[[], None]) -> None:
    """Act when the Axes have their place: on a figure of our own that is when all is drawn."""
    if is_own(ax):
        _layout(ax.figure.figure).after.append(act)
    else:
        act()


def _layout(figure: Figure) -> Margins:
    """What will give the panels of a figure of our own their places."""
    from eventstudy.charts._layout import Margins

    engine = figure.get_layout_engine()
    assert isinstance(engine, Margins)
    return engine


def grid_of_rows(ax: Axes, *, edge: bool = False) -> None:
    """A chart of rows, where the figure is ours: lines at the values and none at the rows; `edge` keeps that on the left."""
    if is_own(ax):
        ax.grid(visible=False, axis="y")
        ax.grid(visible=True, axis="x", color=GRID, linewidth=0.8)
        ax.spines["left"].set_visible(edge)


def side_label(figure: Figure, text: str) -> None:
    """What the heights of all panels are, beside their middle; `head` moves it to where the panels end up."""
    words = figure.supylabel(text, fontsize=LABEL, color=MUTED, ha="left", va="center")
    words.set_label(SIDE)


def name_below(figure: Figure, text: str) -> None:
    """What the scale across all panels is, below them."""
    figure.supxlabel(text, fontsize=LABEL, color=MUTED).set_label(BELOW)


def head(ax: Axes, title: str, lines: Sequence[str]) -> None:
    """The finding in words, and below it what was drawn and how: over the figure if it is ours, else over the Axes."""
    own_words = _title.get()
    title = own_words or title
    if (instead := _doubt.get()) is not None:
        title = f"{instead[0]}. {own_words}" if own_words else instead[0]
        lines = [*instead[1], *lines]
    if not is_own(ax):
        _head_of_panel(ax, title, [line for line in lines if line], len(instead[1]) if instead else 0)
        return
    figure: Figure = ax.figure.figure
    room = figure.get_figwidth() * 72 - 2 * _MARGIN
    title = "\n".join(in_clauses(title, room, TITLE, "bold"))
    subtitle = "\n".join(part for line in lines if line for part in wrapped(line, room, SUBTITLE))
    _head_of_figure(figure, title, subtitle, SUBTITLE * LINE * (1 + subtitle.count("\n")) + 6)


def _head_of_panel(ax: Axes, title: str, lines: Sequence[str], doubts: int) -> None:
    """Title and lines over the user's Axes: all doubts, which come first, and of the others the last that there is room for."""
    across, high = _room(ax)
    size, note = (SUBTITLE, NOTE) if is_small(ax) else (TITLE, SUBTITLE)
    title = "\n".join(in_clauses(title, across, size, "bold"))
    left = _HEAD_OF_PANEL * high - size * 1.25 * (1 + title.count("\n"))
    shown: list[str] = []
    for place in range(len(lines) - 1, -1, -1):
        parts = wrapped(lines[place], across, note)
        left -= note * LINE * len(parts)
        if place < doubts or left >= 0:  # cautions stand last
            shown = [*parts, *shown]
    below = note * LINE * len(shown) + (6 if shown else 0)
    ax.set_title(title, loc="left", fontsize=size, fontweight="bold", pad=below + 14, parse_math=False)
    if shown:
        ax.annotate(
            "\n".join(shown),
            (0, 1),
            (0, 16),
            xycoords="axes fraction",
            textcoords="offset points",
            va="bottom",
            fontsize=note,
            color=MUTED,
            linespacing=LINE,
            parse_math=False,
        )


def _room(ax: Axes) -> tuple[float, float]:
    """Points that the user's Axes are wide and high before their figure is laid out."""
    box, dot = ax.get_window_extent(), 72 / ax.figure.figure.dpi
    return box.width * dot, box.height * dot


def is_small(ax: Axes) -> bool:
    """Whether Axes are a panel of a user's figure, with room for small letters alone."""
    return not is_own(ax) and _room(ax)[0] < _SMALL_PANEL


@contextmanager
def as_panel(ax: Axes | None) -> Iterator[None]:
    """What is written into the user's Axes meanwhile has the size of their panel, and names of axes lines no longer than it."""
    from matplotlib.text import Text

    before = set() if ax is None else set(map(id, ax.findobj(Text)))
    yield
    if ax is None:
        return
    across, high = _room(ax)
    for axis, room in ((ax.xaxis, across), (ax.yaxis, high)):
        label = axis.label
        label.set_text("\n".join(wrapped(label.get_text(), room, NOTE if is_small(ax) else LABEL)))
    if not is_small(ax):
        return
    ax.tick_params(labelsize=NOTE)
    heads = [ax.title, ax._left_title, ax._right_title]  # type: ignore[attr-defined]
    names = [ax.xaxis.label, ax.yaxis.label]
    for text in ax.findobj(Text):
        written = text in names or (id(text) not in before and text not in heads)
        if isinstance(text, Text) and written and float(text.get_fontsize()) > NOTE:
            text.set_fontsize(NOTE)


def _head_of_figure(figure: Figure, title: str, subtitle: str, below: float) -> None:
    from matplotlib.transforms import Bbox

    width, height = (inches * 72 for inches in figure.get_size_inches())
    top = _MARGIN * 0.8
    after = top + TITLE * 1.3 * (1 + title.count("\n")) + 3
    if (more := after + below - _HEAD * height) > 0 and _ratio.get() is None:
        height += more  # words of many lines: what is drawn keeps its room
        figure.set_figheight(height / 72)
    place: dict[str, Any] = {"label": HEAD, "x": _MARGIN / width, "ha": "left", "va": "top", "parse_math": False}
    words = figure.suptitle(title, y=1 - top / height, fontsize=TITLE, fontweight="bold", linespacing=1.25, **place)
    figure.text(y=1 - after / height, s=subtitle, fontsize=SUBTITLE, color=MUTED, linespacing=LINE, **place)
    figure.set_label(subtitle)
    left, bottom, top_of_panels = 0.012, 0.008, 1 - (after + below) / height
    for words in figure.texts:
        if words.get_label() == SIDE:
            words.set_position((_MARGIN / width, (bottom + top_of_panels) / 2))
            left = (_MARGIN + LABEL) / width
    _layout(figure).room = Bbox.from_extents(left, bottom, 0.988, top_of_panels)


def wrapped(text: str, room: float, size: float, weight: str = "normal") -> list[str]:
    """The text in lines of at most `room` points, broken at spaces; a longer word after hyphens, else it stays."""
    lines: list[str] = []
    about = 0.0  # of the last line with a space after it
    for word in [part for whole in text.split(" ") for part in _parts(whole, room, size, weight)]:
        about += _advance(word, size, weight)
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _fits(longer, about, room, size, weight):
            lines[-1] = longer
        else:
            lines.append(word)
            about = _advance(word, size, weight)
    return lines


def _parts(word: str, room: float, size: float, weight: str) -> list[str]:
    """A word; one of more than `room` points in parts, broken after hyphens and the like, each as long as has room."""
    if text_width(word, size, weight) <= room:
        return [word]
    parts: list[str] = []
    for piece in word.translate({ord(mark): f"{mark} " for mark in "-/._"}).rstrip(" ").split(" "):
        if parts and text_width(parts[-1] + piece, size, weight) <= room:
            parts[-1] += piece
        else:
            parts.append(piece)
    return parts


def _fits(line: str, about: float, room: float, size: float, weight: str) -> bool:
    """Whether a line is no wider than `room`: measured where the sum of its words and spaces is too near to tell."""
    about -= _advance("", size, weight)  # no space follows the last word
    if abs(about - room) > size / 4:  # what its first and last letter leave free
        return about < room
    return text_width(line, size, weight) <= room


def _advances(line: str, size: float, weight: str) -> float:
    """Points from the first word of a line to what would follow the last."""
    return sum(_advance(word, size, weight) for word in line.split(" "))


@lru_cache(maxsize=4096)
def _advance(word: str, size: float, weight: str) -> float:
    """Points from a word to the next one."""
    return text_width(f"| {word} |", size, weight) - text_width("| |", size, weight)


def in_clauses(text: str, room: float, size: float, weight: str = "normal") -> list[str]:
    """One line if it fits, else two broken at a comma, else as many as it takes."""
    lines = wrapped(text, room, size, weight)
    clauses = text.split(", ")
    for last in range(len(clauses) - 1, 0, -1) if len(lines) > 1 else ():
        halves = [", ".join(clauses[:last]) + ",", ", ".join(clauses[last:])]
        if all(_fits(half, _advances(half, size, weight), room, size, weight) for half in halves):
            return halves
    return lines
