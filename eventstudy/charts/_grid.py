"""Small multiples: a panel a pair, all on the same scales, which are labelled once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eventstudy.charts._canvas import name_below, open_panels, side_by_side, side_label
from eventstudy.charts._scales import day_axis, day_label
from eventstudy.charts._style import HEIGHT, MUTED, SMALL
from eventstudy.panel import Ints

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from eventstudy.study.result import StudyResult

PANELS = 24
"""Up to so many pairs have a panel each."""
_FEW = 9
"""Up to so many panels stand in rows of three, more in rows of four."""
_PANEL = 1.7
"""Inches that a panel takes at least."""


def columns_of(n: int) -> int:
    """How many panels stand side by side: fewer on a narrow figure."""
    return min(n, 3 if n <= _FEW else 4, side_by_side(_PANEL))


def open_grid(n: int, row: float = 1.55) -> list[Axes]:
    """n Axes in reading order on a new figure, a row `row` inches high."""
    rows = -(-n // columns_of(n))
    panels = open_panels(rows, columns_of(n), max(HEIGHT, row * rows + 1.9))
    for unused in panels[n:]:
        unused.remove()
    return panels[:n]


def frame_grid(panels: Sequence[Axes], result: StudyResult, chosen: Ints, days: list[int], scale: str) -> None:
    """Days below the lowest panel of each column, heights beside the first of each row."""
    columns = columns_of(len(panels))
    for place, ax in enumerate(panels):
        day_axis(ax, result, chosen, days, ticks=5, alone=False)
        ax.tick_params(labelleft=place % columns == 0, labelbottom=place + columns >= len(panels))
    figure = panels[0].figure.figure
    name_below(figure, day_label(result, chosen))
    side_label(figure, scale)


def name_grid(panels: Sequence[Axes], names: Sequence[str], told: Sequence[str]) -> None:
    """Above each panel its pair, in bold, and what there is to tell of it."""
    for ax, name, words in zip(panels, names, told, strict=True):
        ax.set_title(name, loc="left", fontsize=SMALL, fontweight="bold", pad=SMALL * 1.3 + 5, parse_math=False)
        beside = ax.annotate(words, (0, 1), (0, 4), xycoords="axes fraction", textcoords="offset points", color=MUTED)
        beside.set_fontsize(SMALL)
        beside.set_in_layout(False)
