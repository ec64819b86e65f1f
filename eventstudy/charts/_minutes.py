"""The path of the minutes after an instant, in the band of ordinary days; drawn for an answer that is there already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from eventstudy.analyses.minutes import who_at_first
from eventstudy.charts._canvas import head, narrow, of_width, open_axes, settle
from eventstudy.charts._language import of_language, say, say_counted, spoken
from eventstudy.charts._legend import legend_below
from eventstudy.charts._scales import percent_axis, zero_line
from eventstudy.charts._style import BLUE, EDGE, INK, ORANGE, SKY, STAGES, style
from eventstudy.charts._words import NBSP, percent, true_minus
from eventstudy.errors import UnknownName

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from eventstudy.analyses.minutes import Judged, Minutes

_TICKS = 9
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480)
"""Minutes from one clock on the axis to the next."""


def draw(
    found: Minutes, *, ticker: str | None = None, event: str | None = None, width: float | None = None, lang: str = "en"
) -> Axes:
    """The path of one ticker at one instant (the first by default): a step a bar, bar 0 hatched where it holds older prices.

    Raises:
        UnknownName: no such event, no such ticker of it, or language.
    """
    known = list(found.judged)
    for what, name, of in (("event", event, "event_id"), ("ticker", ticker, "who")):
        if name is not None:
            names = list(dict.fromkeys(getattr(one, of) for one in known))
            known = [one for one in known if getattr(one, of) == name]
            if not known:
                raise UnknownName(what, name, names)
    one = known[0]
    with of_width(width), of_language(lang), style():
        ax = open_axes(None)
        _paint(ax, one)
        said = [true_minus(spoken(one.stretches[0].sentence)), spoken(one.reaction_words), *map(spoken, one.notes)]
        head(ax, _title(one), [line.replace(" %", f"{NBSP}%").replace("(p ", f"(p{NBSP}") for line in said])
        settle(ax)
    return ax


def _title(one: Judged) -> str:
    first = one.stretches[0]
    said = {
        "who": spoken(who_at_first(one.who)),
        "value": percent(first.car, 2),
        "n": first.minutes,
        "clock": first.since,
    }
    return say_counted(
        "{who}: {value} in the minute from {clock}", "{who}: {value} in the {n} minutes from {clock}", **said
    )


def _shade(ax: Axes, one: Judged) -> None:
    """Stages by turns in two greys, each with its name; lunches, and the nights that windows go across."""
    for k, part in enumerate(one.stretches):
        if part.stage:
            start, end = part.window.start, part.window.end + 1
            ax.axvspan(start, end, facecolor=STAGES[k % 2], linewidth=0, zorder=0.5)
            low = narrow()  # a name may be wider than its stage: each from the beginning of it, by turns on two lines
            ax.annotate(
                part.stage,
                (start if low else (start + end) / 2, 1),
                xycoords=("data", "axes fraction"),
                xytext=(3, -4 - 12 * (k % 2)) if low else (0, -4),
                textcoords="offset points",
                ha="left" if low else "center",
                va="top",
            )
    since = one.left.start - len(one.before)
    lunches = [b for b in range(since + 1, one.left.end + 1) if one.grid.after_lunch(one.place + b)]
    for k, bar in enumerate(lunches):
        label = say("lunch") if k == 0 else None
        ax.axvline(bar, color=EDGE, linewidth=1.2, linestyle=":", zorder=1.5, label=label)
    for k, place in enumerate(one.grid.nights(one.place + one.left.start, one.place + one.left.end)):
        night, label = place - one.place, say("night") if k == 0 else None
        ax.axvspan(night, night + 1, facecolor=EDGE, alpha=0.25, linewidth=0, zorder=0.6, label=label)


def _clocks(one: Judged, first: int, last: int) -> list[int]:
    """The bars whose clock is named, as many as have room: bar 0 and those a round time from it, on whatever day."""
    grid = one.grid
    known = {b: c for b in range(first, last) if (c := grid.minute(one.place + b)) is not None}
    most, shown = _TICKS // 2 if narrow() else _TICKS, [0]
    for step in _STEPS:
        shown = [b for b, clock in known.items() if (clock - known[0]) % step == 0]
        if step % grid.width == 0 and len(shown) <= most:
            break
    return shown


def _paint(ax: Axes, one: Judged) -> None:
    start, path = one.left.start, one.path
    bars = np.arange(start, start + len(path) + 1)
    band = np.append(one.band, one.band[-1])
    label = say("95 % of ordinary days")
    ax.fill_between(bars, -band, band, step="post", color=SKY, alpha=0.3, linewidth=0, zorder=1.1, label=label)
    ax.stairs(path, bars, baseline=None, color=BLUE, linewidth=1.8, zorder=3)
    if len(one.before):
        earlier = np.cumsum(one.before) - one.before.sum() - one.ar[:-start].sum()
        edges = np.arange(start - len(earlier), start + 1)
        ax.stairs(earlier, edges, baseline=None, color=EDGE, linewidth=1.2, zorder=2.5)
    ax.plot(
        [start, start], [path[0] - one.ar[0], path[0]], color=BLUE, linewidth=1.8, zorder=3, solid_capstyle="projecting"
    )
    _shade(ax, one)
    zero_line(ax)
    ax.axvline(0, color=INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1.5)
    if one.mixed:
        ax.axvspan(0, 1, facecolor="none", edgecolor=EDGE, hatch="///", linewidth=0, zorder=1.2, label=say("mixed bar"))
    if one.night is not None:
        ax.plot(
            [-1.6, -0.6], [one.night[0]] * 2, color=ORANGE, linewidth=2.4, zorder=3, label=say("the night, by itself")
        )
    first, last = start - len(one.before), start + len(path)
    shown = _clocks(one, first, last)
    ax.set_xticks(shown, [one.grid.said(one.place + b) for b in shown])
    ax.set_xlim(first - (2 if one.night is not None else 0.2), last + 0.2)
    percent_axis(ax.yaxis)
    ax.margins(y=0.14)
    ax.set_ylabel(say("cumulated abnormal return"))
    ax.set_xlabel(say("clock of the exchange, {day}", day=one.session.isoformat()))
    legend_below(ax)
