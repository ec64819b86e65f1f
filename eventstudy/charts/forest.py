"""CARs of one window, firm by firm, with their intervals, and the mean of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import broken, grid_of_rows, head, narrow, open_axes
from eventstudy.charts._language import say, spoken
from eventstudy.charts._legend import legend_below
from eventstudy.charts._paths import Verdict, verdict
from eventstudy.charts._scales import percent_axis, zero_line
from eventstudy.charts._select import members, names, window_of
from eventstudy.charts._style import BLACK, BLUE, INK, MARKS, SMALL, is_own, text_width
from eventstudy.charts._touch import answer_rows
from eventstudy.charts._words import (
    caveat,
    days_of,
    drawn_of,
    method,
    percent,
    subject,
    tested,
    title_of_car,
    window_text,
)
from eventstudy.errors import InvalidRequest, NothingUsable, Sentence
from eventstudy.language import Phrase
from eventstudy.panel import Floats, Ints
from eventstudy.study.names import words_of_test
from eventstudy.units import unit_shown
from eventstudy.units.windows import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from eventstudy.study.result import StudyResult


@dataclass(frozen=True)
class _Rows:
    """The firms from the smallest CAR to the largest; `place` is their position in the result."""

    place: Ints
    name: list[str]
    car: Floats
    low: Floats
    high: Floats
    tests: tuple[str, ...]
    """The tests that give the intervals."""
    observed: int
    """How many pairs were observed, drawn or not."""


def paint(
    result: StudyResult,
    ax: Axes | None,
    *,
    window: Sequence[int] | None = None,
    tickers: str | Sequence[str] | None = None,
    group: str | None = None,
    most: int = 40,
) -> Axes:
    """CAR over `window` of each firm with the 95 % interval of its headline test, and the mean CAR with that of its own.

    `window`: the first that the study reports unless another is named. `tickers` or `group`: the pairs to draw; all by
    default. Of more than `most`, the lowest and the highest are drawn; the mean is that of all.

    Raises:
        InvalidRequest: the window lies outside the event window, or `most` is below one.
        NothingUsable: no pair was observed over the window.
    """
    result.config.check_estimated(Phrase("this chart"))
    if most < 1:
        raise InvalidRequest(Sentence("most is {most}: a forest has at least one row", most=most))
    asked = window_of(result, window)
    chosen = members(result, tickers, group)
    whole = verdict(result, asked, chosen)
    if whole.n == 0:
        raise NothingUsable(Sentence("no pair was observed over the window {asked}", asked=asked))
    rows = _rows(result, asked, chosen, most)
    below = 0.22 * len(result.groups) if narrow() else 0  # a legend of one column takes its room
    lines = max(1 + broken(name).count("\n") for name in rows.name)  # of the longest name
    ax = open_axes(ax, max(2.8, 0.21 * lines * len(rows.name) + 2.1 + below))
    _draw_rows(ax, result, rows)
    if whole.n > 1:
        _diamond(ax, whole, -1.4)
    answer_rows(ax, result, asked, rows.place, rows.name, np.arange(len(rows.name))[::-1])
    _frame(ax, rows, whole)
    _legend(ax)
    head(ax, _title(result, whole, chosen, group), _lines(result, whole, rows, chosen))
    return ax


def _rows(result: StudyResult, window: Window, chosen: Ints, most: int) -> _Rows:
    said = result.firms_over(window, chosen)
    found = said.found
    there = np.flatnonzero(found.covered)
    order = there[np.argsort(found.car[there], kind="stable")]
    if len(order) > most:
        order = np.concatenate([order[: most - most // 2], order[len(order) - most // 2 :]])
    labels = names(result, chosen)
    tests = tuple(dict.fromkeys(words_of_test(said.headline[i]) for i in order))
    names_of = [labels[i] for i in order]
    return _Rows(chosen[order], names_of, found.car[order], said.low[order], said.high[order], tests, len(there))


def _draw_rows(ax: Axes, result: StudyResult, rows: _Rows) -> None:
    """A row a firm, the smallest CAR on top; shape and colour are those of its group."""
    group_of = {int(i): g for g in reversed(range(len(result.groups))) for i in result.groups[g].members}
    y = np.arange(len(rows.car))[::-1]
    known = np.isfinite(rows.low) & np.isfinite(rows.high)
    ax.hlines(y[known], rows.low[known], rows.high[known], color=INK, linewidth=1.1, zorder=2)
    parts = np.array([group_of.get(int(i), -1) for i in rows.place])
    for part in np.unique(parts):
        inside = parts == part
        marker, colour = MARKS[part % len(MARKS)] if part >= 0 else ("o", BLUE)
        label = (
            spoken(result.groups[part].name)
            if part >= 0
            else say("in no named group")
            if len(np.unique(parts)) > 1
            else "_"
        )
        ax.plot(
            rows.car[inside],
            y[inside],
            linestyle="",
            marker=marker,
            color=colour,
            markeredgecolor=INK,
            markeredgewidth=0.6,
            markersize=7,
            zorder=3,
            label=label,
        )


def _diamond(ax: Axes, whole: Verdict, y: float) -> None:
    """The mean: as wide as its interval, or a small mark where none is valid."""
    if whole.has_band:
        ax.fill([whole.low, whole.value, whole.high, whole.value], [y, y + 0.36, y, y - 0.36], color=BLACK, zorder=3)
    else:
        ax.plot([whole.value], [y], marker="D", color=BLACK, markersize=6, linestyle="", zorder=3)


def _frame(ax: Axes, rows: _Rows, whole: Verdict) -> None:
    """Names on the left, values on the right (on a narrow figure without their intervals, which are drawn), per cent below."""
    y = [float(i) for i in range(len(rows.name))[::-1]]
    shown = [broken(name) for name in rows.name]
    values = [(c, lo, hi) for c, lo, hi in zip(rows.car, rows.low, rows.high, strict=True)]
    if whole.n > 1:
        y, shown = [*y, -1.4], [*shown, say("mean of {n}", n=whole.n)]
        values.append((whole.value, whole.low, whole.high))
        ax.axhline(-0.7, color=INK, linewidth=0.6, zorder=1)
    if len(rows.name) < rows.observed:
        ax.axhline(len(rows.name) // 2 - 0.5, color=INK, linewidth=1.2, linestyle=(0, (1, 3)), zorder=1)
    ax.set_yticks(y, shown, parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(-2.0 if whole.n > 1 else -0.7, len(rows.name) - 0.4)
    grid_of_rows(ax)
    zero_line(ax, vertical=True)
    mark = unit_shown().mark if narrow() and len(unit_shown().mark) > 2 else ""  # three of them stand beside each other
    percent_axis(ax.xaxis, marked=not mark)
    ax.set_xlabel(say("CAR{window}", window=window_text(whole.window)) + (f" ({mark.strip()})" if mark else ""))
    for place, (car, low, high) in zip(y, values, strict=True):
        weight = "bold" if place < 0 else "normal"
        _beside(ax, place, percent(car), 60, "right", weight)
        if np.isfinite(low) and not narrow():
            _beside(ax, place, f"[{percent(low)}, {percent(high)}]".replace("\u00a0%,", ","), 66, "left", weight)


_BESIDE = 126.0
"""Points that values and intervals take beside the Axes."""


def _beside(ax: Axes, y: float, text: str, right: float, align: str, weight: str) -> None:
    """A figure in a column to the right of the Axes."""
    ax.annotate(
        text,
        (1, y),
        (right, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha=align,
        va="center_baseline",
        fontsize=SMALL,
        color=INK,
        fontweight=weight,
    )


def _legend(ax: Axes) -> None:
    """Groups, where they have names: below, where no interval can be."""
    handles, labels = ax.get_legend_handles_labels()
    if len(handles) < 2:
        return
    if not is_own(ax):
        legend_below(ax, beside=_BESIDE, handletextpad=0.2)
        return
    room = ax.figure.figure.get_figwidth() * 72 - 36
    widest = max(text_width(label, SMALL) for label in labels) + 34
    columns = min(len(labels), max(1, int(room / widest)))
    ax.figure.figure.legend(handles, labels, loc="outside lower left", ncols=columns, handletextpad=0.2)


def _title(result: StudyResult, whole: Verdict, chosen: Ints, group: str | None) -> str:
    said = {"who": subject(result, chosen, group), "window": window_text(whole.window)}
    return title_of_car(said, result, whole, chosen, several=whole.n > 1)


def _lines(result: StudyResult, whole: Verdict, rows: _Rows, chosen: Ints) -> list[str]:
    said = {"start": days_of(result, chosen), "mean": tested(whole), "level": result.config.level, "tests": rows.tests}
    line = say("{start}. {level:.4g %} intervals of pairs by {tests:list}.", **said)
    if whole.n > 1 and whole.has_band:
        line = say(
            "{start}. {level:.4g %} intervals of pairs by {tests:list}; mean: {mean}; diamond: its interval.", **said
        )
    elif whole.n > 1:
        line = say(
            "{start}. {level:.4g %} intervals of pairs by {tests:list}; mean: {mean}; no valid interval of the mean: {reason}.",
            reason=whole.reason,
            **said,
        )
    high = len(rows.name) // 2
    return [line, f"{method(result, chosen)}.{drawn_of(len(rows.name), rows.observed, high)}", *caveat(result, chosen)]


CHART = Chart("CAR of one window firm by firm with 95 % intervals, ordered by size, and their mean", paint)
