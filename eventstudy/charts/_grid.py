"""Small multiples: a panel a pair, all on the same scales, which are labelled once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eventstudy.charts._canvas import name_below, narrow, open_panels, points_wide, side_by_side, side_label, wrapped
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
PANEL = 1.7
"""Inches that a panel takes at least."""


def columns_of(n: int) -> int:
    """How many panels stand side by side: fewer on a narrow figure."""
    return min(n, 3 if n <= _FEW else 4, side_by_side(PANEL))


def open_grid(called: Sequence[str], row: float = 1.55) -> list[Axes]:
    """Axes for panels of these names in reading order on a new figure, a row `row` inches high and more for long names."""
    n = len(called)
    rows = -(-n // columns_of(n))
    row += max(_lines(name, columns_of(n)).count("\n") for name in called) * SMALL * 1.3 / 72
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
    columns = columns_of(len(panels))
    for ax, name, words in zip(panels, names, told, strict=True):
        call(ax, name, columns, tell_above(ax, words, columns, 4) + 1)


def call(ax: Axes, name: str, columns: int, pad: float) -> None:
    """Write the name of a panel so many points above it, in lines that are no longer than the panel."""
    ax.set_title(_lines(name, columns), loc="left", fontsize=SMALL, fontweight="bold", pad=pad, parse_math=False)


def _lines(name: str, columns: int) -> str:
    """A name in lines that are no longer than a panel."""
    return "\n".join(wrapped(name, room_above(columns), SMALL, "bold"))


def tell_above(ax: Axes, told: str, columns: int, gap: float) -> float:
    """Write what there is to tell of a panel `gap` points above it, and return how many points up its name may stand.

    On a narrow figure the words stand in lines; else they may reach over the margin to the next panel.
    """
    said = "\n".join(wrapped(told, room_above(columns), SMALL)) if narrow() else told
    beside = ax.annotate(said, (0, 1), (0, gap), xycoords="axes fraction", textcoords="offset points", color=MUTED)
    beside.set_fontsize(SMALL)
    beside.set_in_layout(False)
    if "\n" in said:
        beside.set_verticalalignment("bottom")
    return SMALL * (1.3 + 1.6 * said.count("\n")) + gap


def room_above(columns: int) -> float:
    """Points that words above one of so many panels side by side on a new figure have."""
    return (points_wide() - 40) / columns - 22
