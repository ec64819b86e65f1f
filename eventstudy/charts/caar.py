"""Mean CAR day by day with the band of the headline test and the number of pairs behind each day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import head, narrow, open_axes
from eventstudy.charts._language import say
from eventstudy.charts._legend import legend_below
from eventstudy.charts._paths import Verdict, verdict
from eventstudy.charts._scales import day_axis, percent_axis, zero_line
from eventstudy.charts._select import members
from eventstudy.charts._style import BLUE, MUTED, SMALL
from eventstudy.charts._words import (
    caveat,
    cumulated,
    in_words,
    looks,
    method,
    signed,
    subject,
    tested,
    title_of_car,
    window_text,
)
from eventstudy.panel import Ints
from eventstudy.study.sentences import LEVEL
from eventstudy.units.windows import Window

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
    """Mean CAR from the first event day up to each day, its 95 % interval, and N below each day.

    Interval and p are those of the headline test of each window; a full dot has p below 5 %. `tickers` or `group`: the pairs to
    draw; all by default.
    """
    chosen = members(result, tickers, group)
    looked = result.config.days_looked_at
    found = [verdict(result, Window(looked.start, day), chosen) for day in range(looked.start, looked.end + 1)]
    ax = open_axes(ax)
    zero_line(ax)
    _band(ax, found, result.config.level)
    day_axis(ax, result, chosen, result.rel_days)
    _counts(ax, found)
    percent_axis(ax.yaxis)
    mean = say("mean CAR") if narrow() else say("mean cumulated abnormal return")  # as long as the axis may be
    ax.set_ylabel(mean if len(chosen) > 1 else cumulated(result))
    legend_below(ax)
    head(
        ax,
        _title(result, found[-1], chosen, group),
        [*_lines(found), f"{method(result, chosen)}.", *caveat(result, chosen)],
    )
    return ax


def _band(ax: Axes, found: list[Verdict], level: float) -> None:
    """The band, and a dot a day: full where the test of that window says p < 5 %."""
    days = np.array([v.window.end for v in found])
    value, low, high = (np.array([getattr(v, name) for v in found]) for name in ("value", "low", "high"))
    name = say("mean CAR") if max(v.n for v in found) > 1 else say("CAR")
    if np.isfinite(low).any():
        band = say("{level:.4g %} band", level=level)
        ax.fill_between(days, low, high, color=BLUE, alpha=0.16, linewidth=0, zorder=1.2, label=band)
    ax.plot(days, value, color=BLUE, linewidth=2.2, zorder=3, label=f"_{name}")
    out = np.array([v.p < LEVEL for v in found])
    look: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 6.5, "markeredgecolor": BLUE, "zorder": 4}
    for there, face, label in (
        (out, BLUE, say("{name}, p < 5 %", name=name)),
        (~out, "white", say("{name}, p of 5 % or more", name=name)),
    ):
        if there.any():
            ax.plot(days[there], value[there], markerfacecolor=face, markeredgewidth=1.4, label=label, **look)


def _counts(ax: Axes, found: list[Verdict]) -> None:
    """N of every day in a row between the axis and the labels of the days; every other where they are too many."""
    room = ax.get_window_extent().width * 72 / ax.figure.dpi
    every = max(1, -(-len(found) * 16 // int(room)))
    ax.xaxis.remove_overlapping_locs = False
    shown = [v for v in found if v.window.end % every == 0]
    ax.set_xticks([v.window.end for v in shown], [str(v.n) for v in shown], minor=True, color=MUTED, fontsize=SMALL)
    ax.tick_params(axis="x", which="minor", length=0, pad=3)
    ax.tick_params(axis="x", which="major", pad=SMALL + 8)
    place: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "ha": "right", "va": "top"}
    ax.annotate("N", (0, 0), (-5, -4), fontsize=SMALL, color=MUTED, **place)


def _title(result: StudyResult, whole: Verdict, chosen: Ints, group: str | None) -> str:
    said = {"who": subject(result, chosen, group), "window": window_text(whole.window)}
    if whole.n == 0 and len(chosen) > 1:
        return say("{who}: no mean CAR over {window}, {reason}", reason=whole.reason, **said)
    if whole.n == 0:
        return say("{who}: no CAR over {window}, {reason}", reason=whole.reason, **said)
    return title_of_car(said, result, whole, chosen, several=len(chosen) > 1)


def _lines(found: list[Verdict]) -> list[str]:
    """Where the CAR begins, the answer of the last window, what made band and dots."""
    whole = found[-1]
    bands, tests = (dict.fromkeys(getattr(v, name) for v in found if getattr(v, name)) for name in ("band", "test"))
    start = say(
        "Cumulated since day {day}; the whole window: {tested}.",
        day=signed(f"{whole.window.start:+d}"),
        tested=tested(whole),
    )
    band = say("No band: {reason}", reason=whole.reason or say("no interval is valid"))
    if bands:
        band = say("Band by {tests:list}", tests=in_words(bands)) + _without_band(found)
    dots = say("no test is valid")
    if tests:
        dots = say("dots by {tests:list}, not adjusted for {looks}", tests=in_words(tests), looks=looks(len(found)))
    return [start, f"{band}; {dots}."]


def _without_band(found: list[Verdict]) -> str:
    """From which day on there is no band, or on how many; nothing where it is on all."""
    lacking = [k for k, v in enumerate(found) if not v.has_band]
    if not lacking:
        return ""
    if lacking[0] + len(lacking) == len(found):
        return ", " + say("none from day {day} on", day=signed(f"{found[lacking[0]].window.end:+d}"))
    return ", " + say("none on {n} of {all} days", n=len(lacking), all=len(found))


CHART = Chart(
    "mean CAR with the band of the headline test, and the number of pairs a day", paint, ("return", "volatility")
)
