"""Abnormal returns day by day as bars, and their sum as a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import head, narrow, open_axes
from eventstudy.charts._language import say
from eventstudy.charts._legend import legend_below
from eventstudy.charts._paths import daily, mean_car
from eventstudy.charts._scales import day_axis, percent_axis, zero_line
from eventstudy.charts._select import members
from eventstudy.charts._style import BLUE, HEIGHT, INK, ORANGE, THIN
from eventstudy.charts._touch import answer_days
from eventstudy.charts._words import abnormal, caveat, finding, in_words, looks, method, tests_text
from eventstudy.panel import Ints
from eventstudy.study.sentences import LEVEL

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
    """Bars of the abnormal return of each day (mean, if several pairs), hatched where p is below 5 %; the CAR as a line.

    Both are per cent of the price, so one axis holds them. `tickers` or `group`: the pairs to draw; all by default.
    """
    chosen = members(result, tickers, group)
    ax = open_axes(ax, HEIGHT + (0.7 if narrow() else 0.3))  # for the legend
    days = result.rel_days
    ar, p, tests = daily(result, chosen)
    several = len(chosen) > 1
    name = say("mean abnormal return") if several else abnormal(result)
    out = p < LEVEL
    ax.margins(y=0.08)
    plain: dict[str, Any] = {"color": THIN, "edgecolor": INK, "linewidth": 0.6, "alpha": 0.55}
    ax.bar(np.array(days)[~out], ar[~out], width=0.62, zorder=2, label=name, **plain)
    marked: dict[str, Any] = {"facecolor": ORANGE, "edgecolor": INK, "linewidth": 1.3, "hatch": "///"}
    if out.any():
        ax.bar(np.array(days)[out], ar[out], width=0.62, zorder=2, label=say("{name}, p < 5 %", name=name), **marked)
    zero_line(ax)
    car = mean_car(result, chosen).value
    total = say("their sum: mean CAR") if several else say("their sum: CAR")
    ax.plot(days, car, color=BLUE, linewidth=2.2, marker="o", markersize=4.5, zorder=4, label=total)
    answer_days(ax, result, chosen, ar, p, car)
    day_axis(ax, result, chosen, days)
    percent_axis(ax.yaxis)
    ax.set_ylabel(abnormal(result))
    line, *bars = ax.get_legend_handles_labels()[0]
    legend_below(ax, [*bars, line])
    head(
        ax,
        finding(result, chosen, group),
        [tests_text(result, chosen), _drawn(result, chosen, tests), *caveat(result, chosen)],
    )
    return ax


def _drawn(result: StudyResult, chosen: Ints, tests: Sequence[str]) -> str:
    """How the days were judged, and the method."""
    n = len(result.rel_days)
    if not tests:
        return f"{say('No test is valid for a day')}. {method(result, chosen)}."
    by = say("Each day's p by {tests:list}, not adjusted for {looks}", tests=in_words(tests), looks=looks(n))
    return f"{by}. {method(result, chosen)}."


CHART = Chart("abnormal return of each day as bars, those below 5 % hatched, and the CAR as a line", paint)
