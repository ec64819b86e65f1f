"""Axes scales: per cent with sign, and sessions relative to day 0 with their dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from eventstudy.charts._language import month_day, say, writer
from eventstudy.charts._select import day0_date
from eventstudy.charts._style import EDGE, INK, MUTED, SMALL, text_width
from eventstudy.charts._words import signed
from eventstudy.panel import Ints
from eventstudy.units import unit_shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

    from eventstudy.study.result import StudyResult


_PERCENT = 50.0
"""Points from one share below a scale to the next at least."""


def percent_axis(axis: Axis, ticks: int = 7, *, marked: bool = True) -> None:
    """Decimals shown as per cent with sign, with as many digits as the step between ticks needs.

    Not `marked`: without the unit, which the name of the axis then has.
    """
    from matplotlib.ticker import FuncFormatter

    from eventstudy.charts._ticks import RoundTicks

    write, unit = writer(), unit_shown()  # ticks are written whenever the figure is drawn

    def text(value: float, position: int | None) -> str:
        shown = f"{unit.factor * value:+.{_digits(axis, unit.factor)}f}"
        return f"{signed(shown, write)}{unit.mark if marked else ''}"

    axis.set_major_locator(RoundTicks(ticks, _PERCENT))
    axis.set_major_formatter(FuncFormatter(text))


def number_axis(axis: Axis) -> None:
    """Plain numbers as the language writes them, with as many digits as the step between ticks needs."""
    from matplotlib.ticker import FuncFormatter

    write = writer()
    axis.set_major_formatter(FuncFormatter(lambda value, _: write(f"{value:.{_digits(axis, 1.0)}f}")))


def _digits(axis: Axis, factor: float) -> int:
    """How many digits tell the ticks of an axis apart, which are shown times `factor`."""
    steps = np.diff(axis.get_majorticklocs())
    step = factor * float(steps.min()) if len(steps) else 1.0
    return next((d for d in range(4) if abs(step * 10**d - round(step * 10**d)) < 1e-6), 4)


def day_axis(ax: Axes, result: StudyResult, chosen: Ints, days: list[int], ticks: int = 13, alone: bool = True) -> None:
    """Sessions relative to day 0 below the Axes, with the dates where all pairs share them, and day 0 marked.

    Where the Axes do not stand `alone`, the scale and day 0 go without words.
    """
    from matplotlib.ticker import FuncFormatter

    from eventstudy.charts._ticks import DayTicks

    dates = _dates(result, chosen, days)
    counts = [signed(f"{day:+d}") for day in days]
    widest = max(text_width(text, SMALL) for text in {counts[0], counts[-1], *dates})
    texts = {day: f"{count}\n{date}".strip() for day, count, date in zip(days, counts, dates, strict=True)}
    ax.xaxis.set_major_locator(DayTicks(days, widest, ticks))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda day, _: texts.get(round(day), "")))
    ax.set_xlim(days[0] - 0.6, days[-1] + 0.6)
    ax.axvline(0, color=EDGE, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1, gid="day0")
    if not alone:
        return
    ax.set_xlabel(day_label(result, chosen))
    name_above(ax, 0, say("day 0"))


def name_above(ax: Axes, at: float, name: str, points: float = 2) -> None:
    """Name a place of the scale, such as a day, so many points above the plot."""
    ax.annotate(
        name,
        (at, 1),
        (0, points),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=SMALL,
        color=MUTED,
    )


def day_label(result: StudyResult, chosen: Ints) -> str:
    """What the scale of days is called."""
    date = day0_date(result, chosen)
    return say("sessions relative to day 0 ({date})", date=date) if date else say("sessions relative to day 0")


def zero_line(ax: Axes, vertical: bool = False) -> None:
    """Where nothing happened."""
    (ax.axvline if vertical else ax.axhline)(0, color=INK, linewidth=0.9, zorder=1.5)


def sessions_of(result: StudyResult, chosen: Ints, days: list[int]) -> NDArray[np.datetime64] | None:
    """The session of each day; None where the pairs do not share their sessions."""
    block = result.panel.block
    rows = block.sessions[np.unique(block.design[chosen])]
    if any(not np.array_equal(row, rows[0], equal_nan=True) for row in rows[1:]):
        return None
    found: NDArray[np.datetime64] = rows[0][np.array(days, dtype=int) - block.estimation.start]
    return found


def _dates(result: StudyResult, chosen: Ints, days: list[int]) -> list[str]:
    """The session of each day as `27 Jan`; empty where the pairs do not share their sessions."""
    sessions = sessions_of(result, chosen, days)
    if sessions is None:
        return [""] * len(days)
    return ["" if np.isnat(s) else month_day(s.item()) for s in sessions]
