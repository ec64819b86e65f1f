"""Which day did the market react? Each day's abnormal return against what the largest of so many ordinary days is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import head, open_axes
from eventstudy.charts._car_path import DRAWN
from eventstudy.charts._legend import legend_below
from eventstudy.charts._scales import day_axis, percent_axis, zero_line
from eventstudy.charts._select import members
from eventstudy.charts._style import BLUE, EDGE, INK, MUTED, ORANGE, SKY, SMALL, THIN
from eventstudy.charts._words import caveat, method, percent, subject, window_text
from eventstudy.investigate.reaction import Day, Subject, searched_days, subject_of
from eventstudy.panel import Ints
from eventstudy.sentences import p_text
from eventstudy.windows import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from eventstudy.results import StudyResult

_LABELLED = 20
"""Up to so many days the bar of the reaction day carries its figure."""


def paint(
    result: StudyResult,
    ax: Axes | None,
    *,
    tickers: str | Sequence[str] | None = None,
    group: str | None = None,
    days: Sequence[int] | None = None,
) -> Axes:
    """Bars of the abnormal return of each day (of the portfolio, if several pairs), the reaction day hatched.

    The shaded band holds the largest of as many ordinary days as were searched, 95 % of the time: a searched day beyond it is
    the reaction day. Searched are the days of [0, +10] inside the event window, unless `days` names others. `tickers` or
    `group`: the pairs to draw; all by default. Pairs that make no portfolio, for they do not share their date, are drawn as
    dots, those of reaction days filled.
    """
    chosen = members(result, tickers, group)
    searched = searched_days(result, days)
    name = subject(result, chosen, group)
    found, why_none = subject_of(result, chosen, searched, name)
    ax = open_axes(ax)
    zero_line(ax)
    if len(chosen) <= DRAWN and len(chosen) > 1:
        _firms(ax, result, chosen, hollow=found is None)
    if found is None:
        title, lines = _apart(ax, result, chosen, searched, name, why_none)
    else:
        _bars(ax, found, result.rel_days)
        title, lines = _title(found), _lines(found)
    day_axis(ax, result, chosen, result.rel_days)
    if found is not None:
        _other_date(ax, result, found)
    percent_axis(ax.yaxis)
    ax.margins(y=0.14)
    ax.set_ylabel("abnormal return")
    if found is not None or ax.get_legend_handles_labels()[0]:
        legend_below(ax)
    head(ax, title, [*lines, f"{method(result, chosen)}.", *caveat(result)])
    return ax


def _bars(ax: Axes, found: Subject, days: list[int]) -> None:
    """The band, a bar a day, and the figure of the reaction day."""
    searched = [day for day in found.days if np.isfinite(day.sar)]
    if np.isfinite(found.critical) and searched:
        x = np.array([day.rel_day for day in searched])
        half = found.critical * np.array([abs(day.ar / day.sar) for day in searched])
        edges, steps = np.append(x - 0.5, x[-1] + 0.5), np.append(half, half[-1])
        label = f"95 % of the largest of {len(searched)} ordinary days"
        ax.fill_between(edges, -steps, steps, step="post", color=SKY, alpha=0.3, linewidth=0, zorder=1.1, label=label)
    plain: dict[str, Any] = {"color": THIN, "edgecolor": INK, "linewidth": 0.6, "alpha": 0.75, "width": 0.62}
    marked: dict[str, Any] = {"facecolor": ORANGE, "edgecolor": INK, "linewidth": 1.3, "hatch": "///", "width": 0.62}
    before: dict[str, Any] = {"facecolor": "white", "edgecolor": EDGE, "linewidth": 0.8, "width": 0.62}
    kinds = [("searched", plain), ("not searched", before), ("reaction day", marked)]
    for label, look in kinds:
        of_kind = [day for day in found.event_days if _kind(found, day) == label and np.isfinite(day.ar)]
        if of_kind:
            ax.bar([d.rel_day for d in of_kind], [d.ar for d in of_kind], zorder=2, label=label, **look)
    day = found.reaction
    if day and len(days) <= _LABELLED:
        up = day.ar > 0
        ax.annotate(
            percent(day.ar),
            (day.rel_day, day.ar),
            (0, 4 if up else -4),
            textcoords="offset points",
            ha="center",
            va="bottom" if up else "top",
            fontsize=SMALL,
            fontweight="bold",
            color=INK,
            zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.0},
        )


def _kind(found: Subject, day: Day) -> str:
    if day == found.reaction:
        return "reaction day"
    return "searched" if found.searched.start <= day.rel_day <= found.searched.end else "not searched"


def _firms(ax: Axes, result: StudyResult, chosen: Ints, *, hollow: bool) -> None:
    """A dot a firm and day."""
    days = np.tile(result.rel_days, len(chosen))
    ar = result.returns.ar[chosen].reshape(-1)
    face = "none" if hollow else MUTED
    ax.scatter(days, ar, s=9, facecolor=face, edgecolor=MUTED, linewidth=0.6, alpha=0.6, zorder=2.5, label="_firms")


def _other_date(ax: Axes, result: StudyResult, found: Subject) -> None:
    """Mark the announcement or the recognition, whichever is not day 0."""
    for word, session in (("announced", found.announced_day0), ("recognised", found.recognised_day0)):
        day = found.on(session)
        if day is None or abs(day.rel_day) < 2:
            continue
        ax.axvline(day.rel_day, color=EDGE, linewidth=1.0, linestyle=(0, (1, 2)), zorder=1, gid=word)
        ax.annotate(
            word,
            (day.rel_day, 1),
            (0, 2),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=SMALL,
            color=MUTED,
        )


def _title(found: Subject) -> str:
    day, n = found.reaction, len(found.days)
    if day is None:
        return f"{found.name}: no day of {window_text(found.searched)} stands out, given that {n} were searched"
    start = found.on(found.announced_day0)
    steps = day.rel_day - start.rel_day if start else 0
    later = f", {steps} session{'s' if steps > 1 else ''} after the first that could react" if steps > 0 else ""
    return f"{found.name}: the market reacted on\u00a0{day.session} ({percent(day.ar)}){later}"


def _lines(found: Subject) -> list[str]:
    """Announcement and recognition side by side, and what p means."""
    told = []
    for word, session in (("Announced", found.announced_day0), ("Recognised", found.recognised_day0)):
        day = found.on(session)
        if session is not None and (word == "Announced" or session != found.announced_day0):
            told.append(f"{word} day {session}: {_p(day) if day else 'outside the event window'}.")
    day = found.largest
    if found.reaction is None and day:
        told.append(f"Largest day {day.session}: {_p(day)}.")
    adjusted = f"p adjusted for {sum(np.isfinite(d.sar) for d in found.days)} days searched (maxT)"
    if not np.isfinite(found.critical):
        adjusted += f"; {found.n_estimation} estimation days are too few to name any of them"
    return [*told, f"{adjusted}."]


def _p(day: Day) -> str:
    if not np.isfinite(day.ar):
        return "no return"
    if not np.isfinite(day.p_adjusted):
        return f"{percent(day.ar)} (not searched; p\u00a0{p_text(day.p)} by itself)"
    return f"{percent(day.ar)} (p\u00a0{p_text(day.p_adjusted)})"


def _apart(
    ax: Axes, result: StudyResult, chosen: Ints, searched: Window, name: str, why_none: str
) -> tuple[str, list[str]]:
    """Each pair judged by itself: the dots of reaction days, and how many there are of which."""
    reactions = []
    for i in chosen:
        found, _ = subject_of(result, np.array([i]), searched, "")
        if found and found.reaction:
            reactions.append(found.reaction)
    if reactions:
        place = [day.rel_day for day in reactions], [day.ar for day in reactions]
        ax.scatter(*place, s=42, color=BLUE, edgecolor=INK, linewidth=0.6, zorder=4, label="reaction day of a pair")
    counts = {day: sum(r.rel_day == day for r in reactions) for day in sorted({r.rel_day for r in reactions})}
    often = ", ".join(f"{n} on day {day:+d}" if day else f"{n} on day 0" for day, n in counts.items())
    title = f"{name}: {len(reactions)} of {len(chosen)} have a reaction day{f', {often}' if often else ''}"
    words = f"Each pair by itself, adjusted for {searched.length} days searched (maxT), not for {len(chosen)} pairs"
    return title, [f"{words}; no portfolio, for {why_none}."]


CHART = Chart("which day the market reacted on, against the largest of as many ordinary days", paint)
