"""CAR over the event window: of one firm, or the mean of several with the firms behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import head, open_axes
from eventstudy.charts._car_path import DRAWN, car_path, outer
from eventstudy.charts._labels import end_of, label_ends
from eventstudy.charts._language import say
from eventstudy.charts._paths import Path, daily
from eventstudy.charts._scales import day_axis, percent_axis
from eventstudy.charts._select import members
from eventstudy.charts._touch import answer_days
from eventstudy.charts._words import band_text, caveat, cumulated, finding, method, span, tests_text, upper
from eventstudy.panel import Ints

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from eventstudy.study.result import StudyResult


def paint(
    result: StudyResult,
    ax: Axes | None,
    *,
    tickers: str | Sequence[str] | None = None,
    group: str | None = None,
) -> Axes:
    """Cumulated abnormal return since the first event day, with its 95 % band.

    `tickers` or `group`: the pairs to draw; all by default. Behind a mean up to eight firms are named, of more the outermost
    four; more than two hundred are not drawn.
    """
    chosen = members(result, tickers, group)
    ax = open_axes(ax)
    path, ends = car_path(ax, result, chosen)
    answer_days(ax, result, chosen, *daily(result, chosen)[:2], path.value)
    day_axis(ax, result, chosen, path.days)
    percent_axis(ax.yaxis)
    ax.set_ylabel(cumulated(result))
    lines = [tests_text(result, chosen), _drawn(result, path, chosen), *caveat(result, chosen)]
    head(ax, finding(result, chosen, group), lines)
    if len(chosen) > 1:
        label_ends(ax, [*outer(ends), end_of(path.days, path.value, say("mean"), "bold")])
    return ax


def _drawn(result: StudyResult, path: Path, chosen: Ints) -> str:
    """What the lines are, and the method."""
    what, n = band_text(path), span(*path.n)
    if 1 < len(chosen) <= DRAWN:
        what = say("mean of {n} (thin lines), {band}", n=n, band=what)
    elif len(chosen) > 1:
        what = say("mean of {n}, {band}", n=n, band=what)
    return f"{upper(what)}. {method(result, chosen)}."


CHART = Chart("CAR over the event window with its 95 % band, the firms behind", paint)
