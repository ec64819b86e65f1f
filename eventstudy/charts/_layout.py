"""Where the panels of a figure of our own stand: their margins are what their words take, which is measured once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.layout_engine import LayoutEngine
from matplotlib.text import Text
from matplotlib.transforms import Bbox, ScaledTranslation

from eventstudy.charts._style import BELOW
from eventstudy.panel import Floats, Ints

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

_PAD = (7.2, 4.3)
"""Points left free on each side of a panel with its words: across, and up and down."""
_NAME = 4.0
"""Points between the labels of ticks and the name of their axis."""
_LEAST = 0.2
"""A panel keeps such a part of its room however long its words are."""
_ROUNDS = 2
"""Panels are measured so many times at most: again where their ticks changed with their room."""


class Margins(LayoutEngine):
    """Gives each panel of a grid the room that the words leave: columns are equally wide, rows as high as their shares say."""

    _adjust_compatible = True
    _colorbar_gridspec = False

    def __init__(self) -> None:
        super().__init__()
        self.room = Bbox.unit()
        """Where panels with their words may stand, as shares of the figure."""
        self.after: list[Callable[[], None]] = []
        """What waits until the panels have their places."""

    def execute(self, fig: Figure) -> None:
        """Give the panels their places."""
        panels = [ax for ax in fig.axes if ax.get_subplotspec() is not None]
        ticks: list[list[float]] = []
        for _ in range(_ROUNDS):
            before, ticks = ticks, [axis.get_majorticklocs().tolist() for ax in panels for axis in (ax.xaxis, ax.yaxis)]
            if ticks == before:
                break
            _place(panels, np.array([_taken(ax) for ax in panels]), self._left(fig), fig.get_size_inches() * 72)
        for ax in panels:
            _pull_in(ax)
        for act in self.after:
            act()

    def _left(self, fig: Figure) -> Floats:
        """(2, 2) points from the lower left to the upper right of the room that legends and names below all panels leave."""
        size, dot = fig.get_size_inches() * 72, 72 / fig.dpi
        below: list[float] = [legend.get_window_extent().height for legend in fig.legends]
        for words in fig.texts:
            if words.get_label() == BELOW:
                words.set_y(_PAD[1] / size[1])
                below.append(words.get_window_extent().height)
        left: Floats = self.room.get_points() * size
        left[0, 1] += max((height * dot + 2 * _PAD[1] for height in below), default=0.0)
        return left


def _taken(ax: Axes) -> Floats:
    """(2, 2) points that the words of a panel take: to the left of it and below, to the right and above.

    Title and names of axes count across their line alone: no margin makes more room for their length.
    """
    panel, dot = ax.bbox.frozen(), 72 / ax.figure.dpi
    below, beside = (
        Bbox.union([panel, *(label.get_window_extent() for label in _labels(axis))]) for axis in (ax.xaxis, ax.yaxis)
    )
    _name(ax.xaxis, (0.5, 0.0), (0.0, (below.y0 - panel.y0) * dot - _NAME))
    _name(ax.yaxis, (0.0, 0.5), ((beside.x0 - panel.x0) * dot - _NAME, 0.0))
    boxes = [below, beside, _thin(ax.xaxis.label, panel, 0), _thin(ax.yaxis.label, panel, 1)]
    boxes += [text.get_tightbbox() if text in ax.texts else _thin(text, panel, 0) for text in _texts(ax)]
    if (legend := ax.get_legend()) is not None and legend.get_in_layout():
        boxes.append(legend.get_window_extent())
    inner = panel.get_points()
    outer = Bbox.union([box for box in boxes if box is not None and np.isfinite(box.get_points()).all()]).get_points()
    found: Floats = np.abs(outer - inner) * dot
    return found


def _labels(axis: Axis) -> Iterator[Text]:
    """The labels of ticks that are seen."""
    axis.get_majorticklabels()  # writes them
    low, high = sorted(axis.get_view_interval())
    edge = 1e-9 * (high - low)
    for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
        label = tick.label1
        if label.get_visible() and label.get_text() and low - edge <= tick.get_loc() <= high + edge:
            yield label


def _name(axis: Axis, at: tuple[float, float], off: tuple[float, float]) -> None:
    """Put the name of an axis so many points off that place of its panel, for good."""
    figure = axis.axes.figure.figure
    across, up = off
    shift = ScaledTranslation(across / 72, up / 72, figure.dpi_scale_trans)
    axis.set_label_coords(*at, transform=axis.axes.transAxes + shift)


def _pull_in(ax: Axes) -> None:
    """Move a name across that is longer than its panel to where the figure holds it."""
    if not ax.get_xlabel():
        return
    name, edge = ax.xaxis.label.get_window_extent(), _PAD[0] * ax.figure.dpi / 72
    over = max(edge - name.x0, 0.0) + min(ax.figure.figure.bbox.x1 - edge - name.x1, 0.0)
    if over:
        ax.xaxis.label.set_x(ax.xaxis.label.get_position()[0] + over / ax.bbox.width)


def _texts(ax: Axes) -> Iterator[Text]:
    """Words on a panel and its titles, as far as the margins have to do with them."""
    for child in ax.get_children():
        if isinstance(child, Text) and child.get_text() and child.get_in_layout():
            yield child


def _thin(text: Text, panel: Bbox, along: int) -> Bbox | None:
    """What a text takes, none of it along its line: 0 across, 1 up."""
    if not text.get_text():
        return None
    points = text.get_window_extent().get_points()
    points[:, along] = panel.get_points()[:, along].mean()
    return Bbox(points)


def _place(panels: Sequence[Axes], taken: Floats, left: Floats, size: Floats) -> None:
    """Give N panels their places in the room that is left (2, 2), with what their words take (N, 2, 2)."""
    cells = [cell for ax in panels if (cell := ax.get_subplotspec()) is not None]
    grid = cells[0].get_gridspec()
    rows, columns = grid.get_geometry()
    across = _stretches(
        taken[:, :, 0], np.array([c.colspan.start for c in cells]), np.ones(columns), left[:, 0], _PAD[0]
    )
    row = np.array([rows - 1 - c.rowspan.start for c in cells])
    up = _stretches(taken[:, :, 1], row, np.array(grid.get_height_ratios(), dtype=float)[::-1], left[:, 1], _PAD[1])
    for ax, (x, wide), (y, high) in zip(panels, across / size[0], up / size[1], strict=True):
        ax.set_position((x, y, wide, high))


def _stretches(taken: Floats, line: Ints, shares: Floats, room: Floats, pad: float) -> Floats:
    """(N, 2) where each panel begins and how long it is, one way.

    `taken`: (N, 2) by words before it and after; `line`: (N,) its column or row; `shares`: how long these are.
    """
    margins = np.full((2, len(shares)), pad)
    for side in (0, 1):
        np.maximum.at(margins[side], line, taken[:, side] + pad)
    whole = room[1] - room[0]
    long = max(whole - margins.sum(), _LEAST * whole) * shares / shares.sum()
    ends = room[0] + np.cumsum(margins.sum(axis=0) + long)
    found: Floats = np.column_stack([ends - margins[1] - long, long])[line]
    return found
