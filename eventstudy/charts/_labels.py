"""Names at the ends of lines, apart from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from eventstudy.charts._canvas import is_own, lay_out
from eventstudy.charts._style import EDGE, INK, SMALL
from eventstudy.panel import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
    right = ax.get_xlim()[1]
    ax.set_ylim(low, high)
    if is_own(ax):
        lay_out(ax)
    points = ax.get_window_extent().height * 72 / ax.figure.figure.dpi
    wanted = np.array([(end.y - low) / (high - low) * points for end in known])
    placed = apart(wanted, SMALL * 1.35, points)
    for end, place in zip(known, low + placed / points * (high - low), strict=True):
        ax.annotate(
            end.text,
            (end.x, end.y),
            (right, float(place)),
            va="center",
            fontsize=SMALL,
            fontweight=end.weight,
            color=INK,
            parse_math=False,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": EDGE,
                "linewidth": 0.6,
                "shrinkA": 1,
                "shrinkB": 3,
                "relpos": (0, 0.5),
            },
        )


def apart(wanted: Floats, gap: float, room: float) -> Floats:
    """Ascending positions at least `gap` apart, as near to `wanted` (ascending) as can be, inside 0..room if they fit.

    Least squares: positions less their rank times the gap must not fall, so neighbours that would are pooled.
    """
    steps = gap * np.arange(len(wanted))
    pools: list[list[float]] = []
    for value in wanted - steps:
        pools.append([value])
        while len(pools) > 1 and np.mean(pools[-2]) > np.mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    level = np.array([np.mean(pool) for pool in pools for _ in pool])
    return np.asarray(np.maximum(np.minimum(level, room - steps[-1]), 0) + steps)
