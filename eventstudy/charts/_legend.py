"""Legends below what is drawn, where no data can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eventstudy.charts._canvas import is_small
from eventstudy.charts._style import NOTE, SMALL, is_own, text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HANDLE = 40.0
"""Points of a handle and the space around it."""

_BELOW = 40.0
"""Points from what a user's Axes have below them to the legend: labels of ticks with two lines, and the name of the axis."""


def legend_below(ax: Axes, handles: Sequence[Any] = (), *, beside: float = 0.0, **look: Any) -> None:
    """A legend of `handles`, or of all that is labelled, in as many columns as the figure has room for.

    Below a user's Axes it is as wide as they are with what the chart has beside them, so many points.
    """
    from matplotlib.transforms import ScaledTranslation

    shown, labels = ax.get_legend_handles_labels()
    if handles:
        shown, labels = list(handles), [str(one.get_label()) for one in handles]
    figure, own, size = ax.figure.figure, is_own(ax), NOTE if is_small(ax) else SMALL
    room = figure.get_figwidth() * 72 - 36 if own else ax.get_window_extent().width * 72 / figure.dpi + beside
    widths = [text_width(label, size) + _HANDLE for label in labels]
    columns = len(labels) if sum(widths) <= room else max(1, int(room / max(widths)))
    look = {"ncols": columns, "handlelength": 1.6, **look}
    if own:
        figure.legend(shown, labels, loc="outside lower left", **look)
        return
    down = ScaledTranslation(0, -(_BELOW + ax.xaxis.get_tick_params().get("pad", 0.0)) / 72, figure.dpi_scale_trans)
    place: dict[str, Any] = {"bbox_to_anchor": (0, 0), "bbox_transform": ax.transAxes + down, "borderaxespad": 0.0}
    ax.legend(shown, labels, loc="upper left", fontsize=size, **place, **look)
