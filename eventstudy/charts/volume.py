"""Abnormal log volume day by day, as a multiple of what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import head, open_axes
from eventstudy.charts._language import number, say
from eventstudy.charts._legend import legend_below
from eventstudy.charts._paths import daily, verdict
from eventstudy.charts._scales import day_axis, zero_line
from eventstudy.charts._select import members
from eventstudy.charts._style import INK, ORANGE, THIN
from eventstudy.charts._words import (
    DAY0,
    caveat,
    first_looked_at,
    in_words,
    judged,
    looks,
    method,
    subject,
    tested,
    when,
    window_text,
)
from eventstudy.panel import Floats, Ints
from eventstudy.study.sentences import LEVEL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from eventstudy.study.result import StudyResult

_TIMES = 2.0 ** np.arange(-12, 13)


def paint(
    result: StudyResult,
    ax: Axes | None,
    *,
    tickers: str | Sequence[str] | None = None,
    group: str | None = None,
) -> Axes:
    """Bars of the abnormal log volume of each day (mean, if several pairs), hatched where p is below 5 %.

    Heights are logarithms; the scale names multiples of the expected volume. `tickers` or `group`: the pairs to
    draw; all by default. Only for studies of volume.
    """
    chosen = members(result, tickers, group)
    ax = open_axes(ax)
    days = np.array(result.rel_days)
    value, p, tests = daily(result, chosen)
    name = say("mean of log volume") if len(chosen) > 1 else say("log volume")
    out = p < LEVEL
    plain: dict[str, Any] = {"color": THIN, "edgecolor": INK, "linewidth": 0.6, "alpha": 0.55}
    marked: dict[str, Any] = {"facecolor": ORANGE, "edgecolor": INK, "linewidth": 1.3, "hatch": "///"}
    for there, look, label in (
        (~out, plain, say("{name}, p of 5 % or more", name=name)),
        (out, marked, say("{name}, p < 5 %", name=name)),
    ):
        if there.any():
            ax.bar(days[there], value[there], width=0.62, zorder=2, label=label, **look)
    zero_line(ax)
    ax.margins(y=0.08)
    day_axis(ax, result, chosen, result.rel_days)
    _multiples(ax, value)
    ax.set_ylabel(say("volume over expected volume (log scale)"))
    legend_below(ax)
    how = say("No test is valid for a day")
    if tests:
        how = say(
            "Each day's p by {tests:list}, of the upper tail, not adjusted for {looks}",
            tests=in_words(tests),
            looks=looks(len(days)),
        )
    head(
        ax,
        _title(result, chosen, group),
        [_lines(result, chosen), f"{how}.", f"{method(result, chosen)}.", *caveat(result, chosen)],
    )
    return ax


def _multiples(ax: Axes, value: Floats) -> None:
    """Ticks at powers of two that the bars reach, at least from a half to twice."""
    reached = np.abs(value[np.isfinite(value)]).max(initial=0.0)
    shown = _TIMES[np.abs(np.log(_TIMES)) <= max(np.log(2), reached) + 0.35]
    low, high = ax.get_ylim()
    shown = shown[(np.log(shown) >= min(low, -np.log(2)) - 0.2) & (np.log(shown) <= max(high, np.log(2)) + 0.2)]
    every = -(-len(shown) // 9)
    shown = shown[np.round(np.log2(shown)) % every == 0]
    ax.set_yticks(np.log(shown), [_times(float(t)) for t in shown])
    ax.set_ylim(min(low, float(np.log(shown[0])) - 0.1), max(high, float(np.log(shown[-1])) + 0.1))


def _times(multiple: float) -> str:
    return number(f"{multiple:g}×" if multiple >= 1 else f"1/{1 / multiple:g}×")


def _title(result: StudyResult, chosen: Ints, group: str | None) -> str:
    """Day 0, or the days of the window that leaves it out, as a multiple; of several a mean of logarithms: a geometric mean."""
    found = verdict(result, first_looked_at(result), chosen)
    said = {
        "who": subject(result, chosen, group),
        "when": when(result, chosen),
        "verdict": judged(result, found, chosen),
    }
    if not np.isfinite(found.value):
        return say("{who}: no volume is known {when}", **said)
    said["times"] = number(f"{np.exp(found.value / found.window.length):.2g}")
    if found.window != DAY0:
        window = window_text(found.window)
        return say(
            "{who}: volume on average {times} times the expected over {window}, {verdict}", window=window, **said
        )
    if len(chosen) > 1:
        return say("{who}: volume on average {times} times the expected {when}, {verdict}", **said)
    return say("{who}: volume {times} times the expected {when}, {verdict}", **said)


def _lines(result: StudyResult, chosen: Ints) -> str:
    """The answer of day 0, or of the window that leaves it out, in logarithms."""
    found = verdict(result, first_looked_at(result), chosen)
    value = number(f"{found.value:+.2f}".replace("-", "−"))
    if found.window != DAY0:
        said = {"window": window_text(found.window), "value": value, "tested": tested(found)}
        return say("Sum over {window}: {value} in logarithms ({tested}).", **said)
    return say("Day 0: {value} in logarithms ({tested}).", value=value, tested=tested(found))


CHART = Chart("abnormal log volume of each day, as a multiple of what was expected", paint, ("volume",))
