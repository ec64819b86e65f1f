"""Abnormal returns ticker by day as colours, with figures where they are needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import head, narrow, open_axes
from eventstudy.charts._language import say
from eventstudy.charts._legend import legend_below
from eventstudy.charts._scales import day_axis
from eventstudy.charts._select import members, names
from eventstudy.charts._style import EDGE, GRID, INK, SMALL, is_own, text_width
from eventstudy.charts._words import NBSP, caveat, drawn_of, finding, looks, method, percent, signed, subject, when
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.panel import Floats, Ints
from eventstudy.study.sentences import LEVEL
from eventstudy.units import PERCENT, Unit, unit_shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

    from eventstudy.study.result import StudyResult

_BELOW, _ABOVE = "#e8862e", "#4a9fd8"
"""Orange and blue, which people with any colour vision tell apart; light enough for dark figures on them."""

_LIMITS = (0.01, 0.02, 0.04, 0.06, 0.1, 0.2, 0.4, 1.0)
"""Where the colours end, so that their half is a round figure too."""


def paint(
    result: StudyResult,
    ax: Axes | None,
    *,
    tickers: str | Sequence[str] | None = None,
    group: str | None = None,
    most: int = 40,
) -> Axes:
    """A row a pair, a column a day, the lowest abnormal return of day 0 on top.

    Figures in per cent stand on day 0 and, in bold, where the exact t has p below 5 %. `tickers` or `group`: the pairs to draw;
    all by default. Of more than `most`, the lowest and the highest are drawn.

    Raises:
        InvalidRequest: `most` is below one.
    """
    if most < 1:
        raise InvalidRequest(Sentence("most is {most}: a heatmap has at least one row", most=most))
    chosen = members(result, tickers, group)
    rows = _ordered(result, chosen, most)
    ar = result.returns.ar[rows]
    ax = open_axes(ax, max(3.2, 0.24 * len(rows) + 2.3) + (1.2 if narrow() else 0))
    limit = _limit(ar, result.config.unit)
    _cells(ax, result.rel_days, ar, limit)
    day_axis(ax, result, rows, result.rel_days)
    _frame(ax, result, names(result, rows))
    told = _figures(ax, result, rows)
    _legend(ax, limit, gaps=bool(np.isnan(ar).any()), unseen=bool(result.config.looked_at))
    some = drawn_of(len(rows), len(chosen), most // 2)
    head(ax, _title(result, chosen, group), [told, f"{method(result, chosen)}.{some}", *caveat(result)])
    return ax


def _ordered(result: StudyResult, chosen: Ints, most: int) -> Ints:
    """The pairs from the lowest abnormal return to the highest; of too many, both ends.

    That of day 0, or the sum of the window where day 0 is not looked at.
    """
    days = slice(None) if result.config.looked_at else [-result.config.event_window.start]
    order = chosen[np.argsort(np.nansum(result.returns.ar[chosen][:, days], axis=1), kind="stable")]
    return order if len(order) <= most else np.concatenate([order[: most - most // 2], order[len(order) - most // 2 :]])


def _limit(ar: Floats, unit: Unit) -> float:
    """The smallest round figure that nineteen of twenty cells lie within."""
    known = np.abs(ar[np.isfinite(ar)])
    wide = float(np.quantile(known, 0.95)) if len(known) else 0.0
    limits = _LIMITS if unit == PERCENT else [k * 10.0**e / unit.factor for e in range(-2, 4) for k in (1, 2, 4, 6)]
    return next((limit for limit in limits if limit >= wide), limits[-1])


def _colours() -> Colormap:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("abnormal", [_BELOW, "white", _ABOVE]).with_extremes(bad=GRID)


def _cells(ax: Axes, days: list[int], ar: Floats, limit: float) -> None:
    edges = np.arange(days[0], days[-1] + 2) - 0.5
    rows = np.arange(len(ar), -1, -1) - 0.5
    known = np.ma.masked_invalid(ar)
    ax.pcolormesh(
        edges, rows, known, cmap=_colours(), vmin=-limit, vmax=limit, edgecolor="white", linewidth=1.0, zorder=2
    )


def _frame(ax: Axes, result: StudyResult, called: list[str]) -> None:
    """Names on the left, day 0 between two lines."""
    if is_own(ax):
        ax.grid(visible=False)
        ax.spines[["left", "bottom"]].set_visible(False)
    days = result.rel_days
    ax.set_xlim(days[0] - 0.5, days[-1] + 0.5)
    ax.set_ylim(-0.5, len(called) - 0.5)
    ax.set_yticks(np.arange(len(called))[::-1], called, parse_math=False)
    ax.tick_params(axis="both", length=0)
    for side in (-0.5, 0.5):
        ax.plot([side, side], [-0.5, len(called) - 0.5], color=INK, linewidth=1.2, zorder=3, label="_day0")


def _figures(ax: Axes, result: StudyResult, rows: Ints) -> str:
    """Write the figures where columns have room for them; returns how they are to be read."""
    cells = int(np.isfinite(result.ar_p[rows]).sum())
    ar, out = result.returns.ar[rows], result.ar_p[rows] < LEVEL
    unit = result.config.unit
    texts = np.array([[signed(unit.text(v, "+.1f")) if np.isfinite(v) else "" for v in row] for row in ar])
    widest = max(text_width(text, SMALL, "bold") for text in texts.ravel())
    names_width = max(text_width(name, SMALL) for name in names(result, rows)) + 24 if is_own(ax) else 0
    width = ax.get_window_extent().width * 72 / ax.figure.dpi - names_width
    away = result.config.looked_at is not None
    if width / ar.shape[1] < widest + 3 and away:
        return say(
            "Rows in the order of their sums. {out} of {cells} cells stand out (p < 5 %, exact t, not adjusted for {looks}).",
            out=int(out.sum()),
            cells=cells,
            looks=looks(cells),
        )
    if width / ar.shape[1] < widest + 3:
        return say(
            "Rows in the order of day 0. {out} of {cells} cells stand out (p < 5 %, exact t, not adjusted for {looks}).",
            out=int(out.sum()),
            cells=cells,
            looks=looks(cells),
        )
    day0 = -result.config.event_window.start
    for i, day in zip(*np.nonzero(out | (np.arange(ar.shape[1]) == day0)), strict=True):
        weight = "bold" if out[i, day] else "normal"
        place = (result.rel_days[day], len(rows) - 1 - i)
        ax.text(*place, texts[i, day], ha="center", va="center", fontsize=SMALL, fontweight=weight, color=INK, zorder=4)
    named = say("points") if unit.name == "points" else unit.mark.strip()
    if away:
        return say(
            "Rows in the order of their sums; figures ({unit}) where a cell stands out (p < 5 %, exact t, not adjusted for"
            " {looks}).",
            looks=looks(cells),
            unit=named,
        )
    if unit != PERCENT:
        return say(
            "Figures ({unit}): day 0, and in bold what stands out (p < 5 %, exact t, not adjusted for {looks}).",
            looks=looks(cells),
            unit=named,
        )
    return say(
        "Figures in per cent: day 0, and in bold what stands out (p < 5 %, exact t, not adjusted for {looks}).",
        looks=looks(cells),
    )


def _legend(ax: Axes, limit: float, *, gaps: bool, unseen: bool) -> None:
    """What five colours stand for."""
    from matplotlib.patches import Patch

    levels = np.array([-1, -0.5, 0, 0.5, 1]) * limit
    unit = unit_shown()
    digits = next(n for n in range(5) if round(unit.factor * limit / 2, n) == round(unit.factor * limit / 2, 9))
    nothing = f"0{unit.mark.replace(' ', NBSP)}"
    texts = [percent(level, digits) if level else nothing for level in levels]
    texts[0], texts[-1] = say("{value} or less", value=texts[0]), say("{value} or more", value=texts[-1])
    places = 0.5 + levels / (2 * limit)
    boxes = [Patch(facecolor=_colours()(p), edgecolor=EDGE, label=t) for p, t in zip(places, texts, strict=True)]
    if gaps:
        lacking = say("not looked at, or no value") if unseen else say("no value")
        boxes.append(Patch(facecolor=GRID, edgecolor=EDGE, label=lacking))
    legend_below(ax, boxes, columnspacing=1.2)


def _title(result: StudyResult, chosen: Ints, group: str | None) -> str:
    """How many stand out on day 0, and on other days at most."""
    if len(chosen) == 1:
        return finding(result, chosen, group)
    counts = (result.ar_p[chosen] < LEVEL).sum(axis=0)
    day0 = -result.config.event_window.start
    if result.config.looked_at:
        told = {"who": subject(result, chosen, group), "others": int(counts.max()), "n": len(chosen)}
        return say("{who}: on no day do more than {others} of {n} stand out", **told)
    others = np.delete(counts, day0)
    said = {
        "who": subject(result, chosen, group),
        "out": int(counts[day0]),
        "n": len(chosen),
        "when": when(result, chosen),
    }
    if not len(others):
        return say("{who}: {out} of {n} stand out {when}", **said)
    return say("{who}: {out} of {n} stand out {when}, on other days {others} at most", others=int(others.max()), **said)


CHART = Chart(
    "abnormal return of each ticker and day as colours, figures where they stand out", paint, ("return", "volatility")
)
