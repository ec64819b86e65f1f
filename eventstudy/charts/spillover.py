"""Whom did it touch besides? The mean CAR of each group with its interval, and its firms as dots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import broken, grid_of_rows, head, narrow, open_axes
from eventstudy.charts._language import p_text, say, spoken
from eventstudy.charts._paths import Verdict, verdict
from eventstudy.charts._scales import percent_axis, zero_line
from eventstudy.charts._select import window_of
from eventstudy.charts._style import INK, MARKS, MUTED, SMALL
from eventstudy.charts._words import (
    caveat,
    counted_windows,
    days_of,
    in_words,
    method,
    percent,
    subject,
    title_of_car,
    window_text,
)
from eventstudy.engine.abnormal import cumulate
from eventstudy.errors import NothingUsable, Sentence
from eventstudy.panel import Ints
from eventstudy.study.families import of_groups
from eventstudy.study.sentences import LEVEL
from eventstudy.units import unit_shown
from eventstudy.units.windows import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from eventstudy.analyses.spillover import Spillover
    from eventstudy.study.result import StudyResult

Row = tuple[str, Ints, Verdict]


def paint(
    result: StudyResult, ax: Axes | None, *, window: Sequence[int] | None = None, together: Sequence[Sequence[int]] = ()
) -> Axes:
    """Mean CAR over `window` of each group, the lowest on top, with the 95 % interval of its headline test; dots are its firms.

    `window`: the first that the study reports unless another is named.

    A filled mark stands out where all groups are judged together over the windows `together`: those that the study reports if
    `window` is one of them, else that one alone. Without groups all pairs are one.

    Raises:
        InvalidRequest: the window lies outside the event window.
        NothingUsable: no pair was observed over the window.
    """
    asked, everyone = window_of(result, window), np.arange(result.returns.n)
    whole = say("mean of {n}", n=len(result.believed())) if len(everyone) > 1 else result.panel.pairs[0].ticker
    named = [(group.name, group.members) for group in result.groups] or [(whole, everyone)]
    rows: list[Row] = [(name, members, verdict(result, asked, members)) for name, members in named]
    rows = sorted((row for row in rows if row[2].n), key=lambda row: row[2].value)
    if not rows:
        raise NothingUsable(Sentence("no pair was observed over the window {asked}", asked=asked))
    reported = result.config.windows or ()
    windows = [Window.of(w) for w in together] or (list(reported) if asked in reported else [asked])
    left = {name: one.p for (name, over), one in of_groups(result, windows).items() if over == asked}
    ax = open_axes(ax, max(2.8, 0.5 * len(rows) + 2.1))
    zero_line(ax, vertical=True)
    for y, row in zip(range(len(rows))[::-1], rows, strict=True):
        _row(ax, result, asked, row, y, filled=left.get(row[0], row[2].p) < LEVEL)
    _frame(ax, [f"{spoken(name)} ({len(m)})" if result.groups else name for name, m, _ in rows], asked)
    head(ax, _title(result, asked, rows), _lines(result, asked, rows, len(left) and len(windows)))
    return ax


def _row(ax: Axes, result: StudyResult, window: Window, row: Row, y: int, *, filled: bool) -> None:
    """The interval, the mean, the firms, and the figures on the right."""
    name, members, found = row
    place = [group.name for group in result.groups].index(name) if result.groups else 0
    marker, colour = MARKS[place % len(MARKS)]
    if len(members) > 1:
        cars = cumulate(result.returns.take(members), window).car
        ax.scatter(
            cars, np.full(len(cars), y - 0.22), s=14, facecolor="none", edgecolor=MUTED, linewidth=0.8, label=f"_{name}"
        )
    if found.has_band:
        ax.hlines([y], [found.low], [found.high], color=INK, linewidth=1.4, zorder=2, label=f"_{name} interval")
    face = colour if filled else "white"
    ax.plot([found.value], [y], linestyle="", marker=marker, markersize=9, markerfacecolor=face, markeredgecolor=INK, zorder=3,
            label=f"_{name} mean")  # fmt: skip
    p = f"p\u00a0{p_text(found.p)}" if found.test else ""
    for text, right, align in ((percent(found.value), 58, "right"), (p, 66, "left")):
        ax.annotate(text, (1, y), (right, 0), xycoords=("axes fraction", "data"), textcoords="offset points", ha=align,
                    va="center_baseline", fontsize=SMALL, color=INK)  # fmt: skip


def _frame(ax: Axes, labels: Sequence[str], window: Window) -> None:
    ax.set_yticks(range(len(labels))[::-1], [broken(label) for label in labels], parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(-0.7, len(labels) - 0.4)
    grid_of_rows(ax)
    mark = unit_shown().mark if narrow() else ""  # on a phone the figures beside the Axes leave room for bare numbers
    percent_axis(ax.xaxis, marked=not mark)
    ax.set_xlabel(say("CAR{window}", window=window_text(window)) + (f" ({mark.strip()})" if mark else ""))


def _title(result: StudyResult, window: Window, rows: Sequence[Row]) -> str:
    """The two ends; of a single row what it is."""
    everyone = np.arange(result.returns.n)
    who = subject(result, everyone, None)
    if len(rows) == 1:
        _, members, found = rows[0]
        said = {"who": who, "window": window_text(window)}
        return title_of_car(said, result, found, members, several=found.n > 1)
    (low, _, lowest), (high, _, highest) = rows[0], rows[-1]
    return f"{who}: {spoken(low)} {percent(lowest.value)}, {spoken(high)} {percent(highest.value)}"


def _lines(result: StudyResult, window: Window, rows: Sequence[Row], windows: int) -> list[str]:
    everyone = np.arange(result.returns.n)
    bands = list(dict.fromkeys(found.band for _, _, found in rows if found.band))
    said = {"start": days_of(result, everyone), "window": window_text(window), "tests": in_words(bands)}
    drawn = say("{start}. Mean CAR{window} of each group, no interval is valid; dots: firms.", **said)
    if bands:
        drawn = say(
            "{start}. Mean CAR{window} of each group, {level:.4g %} intervals by {tests:list}; dots: firms.",
            level=result.config.level,
            **said,
        )
    filled = say("Filled: p below 5 %.")
    if len(rows) > 1:
        filled = say("Filled: p below 5 %, all groups judged together over {looks}.", looks=counted_windows(windows))
    return [drawn, filled, f"{method(result, everyone)}.", *caveat(result, everyone)]


def show(found: Spillover, **options: Any) -> Any:
    """The groups of a comparison that is there already, over its first window."""
    together = [tuple(spill.window) for spill in found.windows]
    return CHART.draw(found.result, **{"window": together[0], "together": together} | options)


CHART = Chart(
    "mean CAR of each group of firms with its 95 % interval, and the firms in it",
    paint,
    ("return",),
    show=show,
    of_returns=True,
)
