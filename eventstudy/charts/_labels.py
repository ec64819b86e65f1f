"""Names at the ends of lines, apart from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from eventstudy.charts._canvas import broken, laid_out
from eventstudy.charts._style import EDGE, INK, SMALL
from eventstudy.panel import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

_GAP = 3.0
"""Points between a hair line and what it joins."""


class End(NamedTuple):
    """The end of a line, and what to write there."""

    x: float
    y: float
    text: str
    weight: str = "normal"


def end_of(days: list[int], values: Floats, text: str, weight: str = "normal") -> End | None:
    """The last point of a line that has a value."""
    there = np.flatnonzero(np.isfinite(values))
    return End(days[there[-1]], float(values[there[-1]]), text, weight) if len(there) else None


def label_ends(ax: Axes, ends: list[End | None]) -> None:
    """Write the names to the right of the Axes, as near to their lines as the others allow, with a hair line to each.

    The scales are fixed from here on.
    """
    known = sorted((end for end in ends if end is not None), key=lambda end: end.y)
    if not known:
        return
    low, high = ax.get_ylim()
    ax.set_ylim(low, high)
    right = ax.get_xlim()[1]
    look: dict[str, Any] = {"va": "center", "fontsize": SMALL, "color": INK, "parse_math": False}
    names = [ax.text(right, end.y, broken(end.text, end.weight), fontweight=end.weight, **look) for end in known]
    laid_out(ax, lambda: _apart(ax, known, names))


def _apart(ax: Axes, ends: list[End], names: list[Text]) -> None:
    """Move the names apart and draw a hair line from the end of each line to its name."""
    from matplotlib.collections import LineCollection

    dot = ax.figure.figure.dpi / 72
    point, name = (
        ax.transData.transform(at) / dot for at in ([end[:2] for end in ends], [n.get_position() for n in names])
    )
    floor, room = ax.bbox.y0 / dot, ax.bbox.height / dot
    high = SMALL * 1.35 * np.array([1 + text.get_text().count("\n") for text in names])
    below, above = (high[[0, -1]] - 1.35 * SMALL) / 2  # what names of several lines take beyond one line
    name[:, 1] = floor + below + apart(point[:, 1] - floor - below, (high[1:] + high[:-1]) / 2, room - below - above)
    way = name - point
    long = np.hypot(*way.T)[:, None]
    hairs = np.stack([point + way * _GAP / long, name - way * _GAP / long], axis=1)
    to_data = ax.transData.inverted()
    for text, place in zip(names, to_data.transform(name * dot), strict=True):
        text.set_position(place)
    lines = LineCollection(
        [to_data.transform(hair * dot) for hair in hairs[long[:, 0] > 2 * _GAP]], colors=EDGE, linewidths=0.6, zorder=3
    )
    lines.set(clip_on=False, label="_hairs")
    ax.add_collection(lines, autolim=False)


def apart(wanted: Floats, gap: float | Floats, room: float) -> Floats:
    """Ascending positions at least `gap` apart, as near to `wanted` (ascending) as can be, inside 0..room if they fit.

    `gap`: one for all, or (N - 1) of neighbours. Least squares: positions less the gaps before them must not fall, so
    neighbours that would are pooled.
    """
    steps = np.concatenate([[0.0], np.cumsum(np.broadcast_to(gap, len(wanted) - 1))])
    pools: list[list[float]] = []
    for value in wanted - steps:
        pools.append([value])
        while len(pools) > 1 and np.mean(pools[-2]) > np.mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    level = np.array([np.mean(pool) for pool in pools for _ in pool])
    return np.asarray(np.maximum(np.minimum(level, room - steps[-1]), 0) + steps)
