"""Legends below what is drawn, where no data can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eventstudy.charts._canvas import text_width
from eventstudy.charts._style import SMALL, is_own

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HANDLE = 40.0
"""Points of a handle and the space around it."""


def legend_below(ax: Axes, handles: Sequence[Any] = (), **look: Any) -> None:
    """A legend of `handles`, or of all that is labelled, in as many columns as the figure has room for."""
    shown, labels = ax.get_legend_handles_labels()
    if handles:
        shown, labels = list(handles), [str(handle.get_label()) for handle in handles]
    room = ax.figure.figure.get_figwidth() * 72 - 36
    widths = [text_width(label, SMALL) + _HANDLE for label in labels]
    columns = len(labels) if sum(widths) <= room else max(1, int(room / max(widths)))
    look = {"ncols": columns, "handlelength": 1.6, **look}
    if is_own(ax):
        ax.figure.figure.legend(shown, labels, loc="outside lower left", **look)
    else:
        ax.legend(shown, labels, loc="upper left", bbox_to_anchor=(0, -0.17), **look)
