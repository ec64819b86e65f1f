"""Which day did the market react? Each day's abnormal return against what the largest of so many ordinary days is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.analyses.reaction import Day, Subject, searched_days, subject_of
from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import head, open_axes
from eventstudy.charts._car_path import DRAWN
from eventstudy.charts._language import p_text, say, say_counted, spoken
from eventstudy.charts._legend import legend_below
from eventstudy.charts._scales import day_axis, name_above, percent_axis, zero_line
from eventstudy.charts._select import members
from eventstudy.charts._style import BLUE, EDGE, INK, MUTED, ORANGE, SKY, SMALL, THIN, text_width
from eventstudy.charts._words import caveat, method, percent, signed, subject, window_text
from eventstudy.panel import Ints
from eventstudy.units.windows import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from eventstudy.analyses.reaction import Scan
    from eventstudy.study.result import StudyResult

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
    ax.set_ylabel(say("abnormal return"))
    if found is not None or ax.get_legend_handles_labels()[0]:
        legend_below(ax)
    head(ax, title, [*lines, f"{method(result, chosen)}.", *caveat(result)])
    return ax


def _bars(ax: Axes, found: Subject, days: list[int]) -> None:
    """The band, a bar a day, and the figure of the reaction day."""
    searched = [day for day in found.days if np.isfinite(day.sar)]
    if np.isfinite(found.critical) and searched:
        x = np.array([day.rel_day for day in searched])
        half = found.critical * np.array([abs(day.ar / day.sar) * day.scale for day in searched])
        edges, steps = np.append(x - 0.5, x[-1] + 0.5), np.append(half, half[-1])
        label = say("95 % of the largest of {days} ordinary days", days=len(searched))
        ax.fill_between(edges, -steps, steps, step="post", color=SKY, alpha=0.3, linewidth=0, zorder=1.1, label=label)
    plain: dict[str, Any] = {"color": THIN, "edgecolor": INK, "linewidth": 0.6, "alpha": 0.75, "width": 0.62}
    marked: dict[str, Any] = {"facecolor": ORANGE, "edgecolor": INK, "linewidth": 1.3, "hatch": "///", "width": 0.62}
    before: dict[str, Any] = {"facecolor": "white", "edgecolor": EDGE, "linewidth": 0.8, "width": 0.62}
    kinds = [
        ("searched", say("searched"), plain),
        ("not searched", say("not searched"), before),
        ("reaction day", say("reaction day"), marked),
    ]
    for kind, label, look in kinds:
        of_kind = [day for day in found.event_days if _kind(found, day) == kind and np.isfinite(day.ar)]
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
        name = say("announced") if word == "announced" else say("recognised")
        wide = (text_width(name, SMALL) + text_width(say("day 0"), SMALL)) / 2 + SMALL
        room = ax.get_window_extent().width * 72 / ax.figure.figure.dpi * 2 / 3  # margins take the rest
        near = abs(day.rel_day) / len(result.rel_days) * room <= wide  # to day 0: above its name
        name_above(ax, day.rel_day, name, 2 + 1.35 * SMALL if near else 2)


def _title(found: Subject) -> str:
    day, n = found.reaction, len(found.days)
    if day is None:
        said = {"who": found.name, "window": window_text(found.searched), "days": n}
        return say("{who}: no day of {window} stands out, given that {days} were searched", **said)
    start = found.on(found.announced_day0)
    steps = day.rel_day - start.rel_day if start else 0
    said = {"who": found.name, "date": day.session, "value": percent(day.ar)}
    if steps <= 0:
        return say("{who}: the market reacted on\u00a0{date} ({value})", **said)
    return say_counted(
        "{who}: the market reacted on\u00a0{date} ({value}), {n} session after the first that could react",
        "{who}: the market reacted on\u00a0{date} ({value}), {n} sessions after the first that could react",
        n=steps,
        **said,
    )


def _lines(found: Subject) -> list[str]:
    """Announcement and recognition side by side, and what p means."""
    if found.instead:
        return []
    told: list[str] = []
    announced, recognised = found.announced_day0, found.recognised_day0
    if announced is not None:
        told.append(say("Announced day {date}: {p}.", date=announced, p=_p(found.on(announced))))
    if recognised is not None and recognised != announced:
        told.append(say("Recognised day {date}: {p}.", date=recognised, p=_p(found.on(recognised))))
    day = found.largest
    if found.reaction is None and day:
        told.append(say("Largest day {date}: {p}.", date=day.session, p=_p(day)))
    days = sum(np.isfinite(d.sar) for d in found.days)
    if np.isfinite(found.critical):
        return [*told, say("p adjusted for {days} days searched (maxT).", days=days)]
    few = say(
        "p adjusted for {days} days searched (maxT); {estimation} estimation days are too few to name any of them.",
        days=days,
        estimation=found.n_estimation,
    )
    return [*told, few]


def _p(day: Day | None) -> str:
    if day is None:
        return say("outside the event window")
    if not np.isfinite(day.ar):
        return say("no return")
    if not np.isfinite(day.p_adjusted):
        return say("{value} (not searched; p\u00a0{p} by itself)", value=percent(day.ar), p=p_text(day.p))
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
        ax.scatter(
            *place, s=42, color=BLUE, edgecolor=INK, linewidth=0.6, zorder=4, label=say("reaction day of a pair")
        )
    counts = {day: sum(r.rel_day == day for r in reactions) for day in sorted({r.rel_day for r in reactions})}
    often = [say("{n} on day {day}", n=n, day=signed(f"{day:+d}")) for day, n in counts.items()]
    title = say("{who}: {found} of {n} have a reaction day", who=name, found=len(reactions), n=len(chosen))
    line = say(
        "Each pair by itself, adjusted for {days} days searched (maxT), not for {pairs} pairs; no portfolio, for {why}.",
        days=searched.length,
        pairs=len(chosen),
        why=spoken(why_none),
    )
    return ", ".join([title, *often]), [line]


def show(found: Scan, **options: Any) -> Any:
    """The days of a search that is there already."""
    return CHART.draw(found.result, **{"days": tuple(found.days)} | options)


CHART = Chart(
    "which day the market reacted on, against the largest of as many ordinary days",
    paint,
    show=show,
    outcomes=("return",),
    of_returns=True,
)
