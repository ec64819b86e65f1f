"""Do kinds of events differ? The mean of each kind with its clusters of dates as dots, and below them the differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.analyses.comparison import compare
from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import grid_of_rows, head, narrow, of_doubt, open_axes, settle
from eventstudy.charts._language import p_text, say, say_counted, spoken
from eventstudy.charts._scales import percent_axis, zero_line
from eventstudy.charts._style import BLACK, BLUE, INK, MUTED, SMALL, style
from eventstudy.charts._words import caveat, method, no_finding_of, percent, window_text
from eventstudy.language import marked
from eventstudy.study.sentences import LEVEL

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from eventstudy.analyses.comparison import Comparison, Pair
    from eventstudy.study.result import StudyResult

_TESTS = dict(
    zip(
        ("im_two_sample", "im_paired", "cr2"),
        marked("the t of means of dates", "the t of differences within dates", "regression clustered by date"),
        strict=True,
    )
)
"""What the tests that speak are called here."""
_GAP = 0.7
"""Room between the kinds and their differences, in rows."""


def paint(
    result: StudyResult,
    ax: Axes | None,
    *,
    by: str = "category",
    window: Sequence[int] = (0, 1),
    characteristics: pd.DataFrame | None = None,
    cut: str | float | None = None,
) -> Axes:
    """Compare kinds of events over a window (see `eventstudy compare`), and draw them with their differences.

    `by`, `window`, `characteristics`, `cut`: as `compare` takes them.

    Raises:
        InvalidRequest: one kind alone, or one cluster of dates. NothingUsable: no pair covers the window.
    """
    found = compare(result, by, window=window, characteristics=characteristics, cut=cut)
    with of_doubt(no_finding_of(found.instead)):
        return _frame(ax, found)


def draw(found: Comparison) -> Any:
    """A row a kind, the lowest mean on top: its clusters of dates as dots, their mean as a mark. Below, a row a pair of kinds.

    A difference is drawn with the interval of the test that speaks, filled where its p, adjusted for all pairs, is below 5 %.
    """
    with found.result.config.as_shown(), style(), of_doubt(no_finding_of(found.instead)):
        ax = _frame(None, found)
        settle(ax)
    return ax


def _frame(ax: Axes | None, found: Comparison) -> Axes:
    kinds, pairs = len(found.levels), len(found.pairs)
    ax = open_axes(ax, max(3.0, 0.42 * (kinds + pairs) + 2.3))
    zero_line(ax, vertical=True)
    top = pairs + _GAP
    y = [top + kinds - 1 - i for i in range(kinds)] + [float(pairs - 1 - i) for i in range(pairs)]
    for place, level, dots in zip(y, found.levels, found.dots, strict=False):
        spread = np.full(len(dots), place)
        ax.scatter(
            dots, spread, s=26, facecolor="none", edgecolor=MUTED, linewidth=0.9, zorder=2, label=f"_{level.name}"
        )
        ax.plot([level.vote], [place], linestyle="", marker="D", markersize=8, markerfacecolor=BLUE, markeredgecolor=INK,
                zorder=3, label=f"_{level.name} mean")  # fmt: skip
        _beside(ax, place, percent(level.vote), "")
    for place, pair in zip(y[kinds:], found.pairs, strict=True):
        _difference(ax, place, pair)
    ax.axhline(top - (1 + _GAP) / 2, color=INK, linewidth=0.6, zorder=1)
    named = [
        say_counted("{kind} ({n} date)", "{kind} ({n} dates)", kind=spoken(v.name), n=v.clusters) for v in found.levels
    ]
    named += [say("{a} less {b}", a=spoken(pair.a), b=spoken(pair.b)) for pair in found.pairs]
    ax.set_yticks(y, named, parse_math=False)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(-0.7, top + kinds - 0.4)
    grid_of_rows(ax)
    percent_axis(ax.xaxis)
    ax.set_xlabel(
        say("Abnormal log volume over {window}", window=window_text(found.window))
        if found.result.config.outcome == "volume"
        else say("CAR{window}", window=window_text(found.window))
    )
    everyone = np.arange(found.result.returns.n)
    head(ax, _title(found), [*_lines(found), f"{method(found.result, everyone)}.", *caveat(found.result)])
    return ax


def _difference(ax: Axes, y: float, pair: Pair) -> None:
    """A difference with its interval, or a hollow mark where no test is valid."""
    name = f"_{pair.a} less {pair.b}"
    if pair.headline:
        ax.hlines([y], [pair.low], [pair.high], color=INK, linewidth=1.4, zorder=2, label=f"{name} interval")
    face = BLACK if pair.p_adjusted < LEVEL else "white"
    ax.plot([pair.difference], [y], linestyle="", marker="s", markersize=7, markerfacecolor=face, markeredgecolor=INK, zorder=3,
            label=name)  # fmt: skip
    p = f"p\u00a0{p_text(pair.p_adjusted)}" if pair.headline else say("no valid test")
    _beside(ax, y, percent(pair.difference), p)


def _beside(ax: Axes, y: float, text: str, p: str) -> None:
    """A figure in a column to the right of the Axes, and its p behind it."""
    for said, right, align in ((text, 58, "right"), (p, 66, "left")):
        if said and not (narrow() and said == say("no valid test")):
            ax.annotate(said, (1, y), (right, 0), xycoords=("axes fraction", "data"), textcoords="offset points", ha=align,
                        va="center_baseline", fontsize=SMALL, color=INK)  # fmt: skip


def _title(found: Comparison) -> str:
    """The difference of two kinds; of several how many differ."""
    if len(found.pairs) == 1:
        [pair] = found.pairs
        said = {"a": spoken(pair.a), "b": spoken(pair.b), "value": percent(pair.difference)}
        if not pair.headline:
            return say("{a} less {b}: {value}, and no test is valid", **said)
        return say("{a} less {b}: {value} (p {p})", p=p_text(pair.p_adjusted), **said)
    out = sum(pair.p_adjusted < LEVEL for pair in found.pairs)
    if not out:
        return say("None of {all} pairs of kinds differs measurably", all=len(found.pairs))
    return say("{n} of {all} pairs of kinds: a measurable difference", n=out, all=len(found.pairs))


def _lines(found: Comparison) -> list[str]:
    tests = list(dict.fromkeys(spoken(_TESTS[pair.headline]) for pair in found.pairs if pair.headline))
    first = say(
        "By {by}; dots: means of clusters of dates ({n}), diamonds: their mean.",
        by=spoken(found.by),
        n=found.n_clusters,
    )
    if not tests:
        return [first, say("Differences below, no interval is valid.")]
    below = say("Differences below, 95 % intervals by {tests:list}.", tests=tests)
    filled = say("Filled: p below 5 %, all pairs of kinds judged together.") if len(found.pairs) > 1 else ""
    seen = [percent(pair.detectable).lstrip("+") for pair in found.pairs if pair.headline]
    mostly = say("A difference of {seen} would mostly be seen.", seen=seen[0]) if len(found.pairs) == 1 else ""
    return [first, " ".join(part for part in (below, filled, mostly) if part)]


CHART = Chart(
    "mean CAR of each kind of events with its dates, and the differences of kinds with 95 % intervals",
    paint,
    ("return",),
    further=True,
    show=draw,
    of_returns=True,
)
