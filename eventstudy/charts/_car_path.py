"""Mean CAR with its band and the firms behind: what `car` and `car_by_group` share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventstudy.charts._labels import End, end_of
from eventstudy.charts._language import say
from eventstudy.charts._paths import Path, firm_cars, mean_car
from eventstudy.charts._scales import zero_line
from eventstudy.charts._select import names
from eventstudy.charts._style import BLUE, THIN
from eventstudy.panel import Ints

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from eventstudy.study.result import StudyResult

NAMED = 8
"""Up to so many firms are named."""
DRAWN = 200
"""Up to so many firms are drawn."""


def car_path(ax: Axes, result: StudyResult, chosen: Ints, mark: float = 4.5) -> tuple[Path, list[End | None]]:
    """Draw it; returns the path and the line ends that may be named."""
    path = mean_car(result, chosen)
    ends: list[End | None] = []
    zero_line(ax)
    if 1 < len(chosen) <= DRAWN:
        for name, car in zip(names(result, chosen), firm_cars(result, chosen), strict=True):
            ax.plot(path.days, car, color=THIN, linewidth=0.9, zorder=2, label=f"_{name}")
            ends.append(end_of(path.days, car, name))
    if path.bands:
        band = say("{level:.4g %} band", level=path.level)
        ax.fill_between(path.days, path.low, path.high, color=BLUE, alpha=0.16, linewidth=0, zorder=1.2, label=band)
    label = say("mean CAR") if len(chosen) > 1 else say("CAR")
    ax.plot(path.days, path.value, color=BLUE, linewidth=2.2, marker="o", markersize=mark, zorder=4, label=label)
    return path, ends


def outer(ends: list[End | None]) -> list[End]:
    """All line ends if they are few, else the two highest and the two lowest."""
    known = sorted((end for end in ends if end is not None), key=lambda end: end.y)
    return known if len(ends) <= NAMED else [*known[:2], *known[-2:]]
