"""How large ordinary days are, and where the event day stands among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy import plugins
from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import head, open_axes
from eventstudy.charts._language import p_text, say, spoken
from eventstudy.charts._legend import legend_below
from eventstudy.charts._select import check_day0, day0_date, members
from eventstudy.charts._style import EDGE, INK, ORANGE, SMALL, THIN, VERMILLION
from eventstudy.charts._words import abnormal, among_days, caveat, looks, method, percent, signed, subject, when
from eventstudy.errors import NothingUsable, Sentence
from eventstudy.inference import advice
from eventstudy.language import Phrase
from eventstudy.panel import Floats, Ints
from eventstudy.study.answers import answer_of
from eventstudy.study.sentences import LEVEL
from eventstudy.units.windows import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from eventstudy.inference import Sample
    from eventstudy.study.result import StudyResult

_STEP = 0.25
"""Width of a bar, in standard errors."""


def paint(
    result: StudyResult,
    ax: Axes | None,
    *,
    day: int = 0,
    tickers: str | Sequence[str] | None = None,
    group: str | None = None,
) -> Axes:
    """Abnormal returns of the estimation days, each over its standard error as seen from the other days, and that of the day.

    Hatched are the days at least as large as the event day, which `placebo` counts. Several pairs on one date are their
    portfolio; pairs that make none are shown one mark each against the days of all of them. `tickers` or `group`: the pairs to
    draw; all by default.

    Raises:
        InvalidRequest: the day lies outside the event window, or is day 0 of one that leaves it out. NothingUsable: no pair was
            observed on it.
    """
    result.config.check_estimated(Phrase("this chart"))
    if day == 0:
        check_day0(result)
    chosen = members(result, tickers, group)
    sample = result.sample(Window(day, day), chosen)
    if sample.n == 0:
        raise NothingUsable(Sentence("no pair has an abnormal return on day {day:+d}", day=day))
    ax = open_axes(ax)
    paint_one = _portfolio if sample.portfolio is not None else _apart
    title, lines = paint_one(ax, result, sample, day, subject(result, chosen, group))
    _frame(ax, result)
    head(ax, title, [*lines, f"{method(result, chosen)}.", *caveat(result)])
    return ax


def _portfolio(ax: Axes, result: StudyResult, sample: Sample, day: int, name: str) -> tuple[str, list[str]]:
    """One series against its own days."""
    series = sample.portfolio
    assert series is not None
    found = answer_of("placebo", sample, advice.describe(sample), result.config.variants)
    event, days = found.statistic, series.studentised[0]
    if not np.isfinite(event):
        raise NothingUsable(
            Sentence("{name} has no abnormal return on day {day:+d} to place among its days", name=name, day=day)
        )
    far = np.abs(days) >= abs(event)
    _bars(ax, days[np.isfinite(days) & ~far], days[np.isfinite(days) & far])
    assert sample.members is not None
    date = day0_date(result, sample.members) if day == 0 else None
    place = date or (say("day 0") if day == 0 else say("day {day}", day=signed(f"{day:+d}")))
    label = say("event day ({day}: {value})", day=place, value=signed(f"{event:+.1f}"))
    ax.axvline(event, color=VERMILLION, linewidth=2.2, zorder=3, label=label)
    n = int(series.observed_days[0])
    said = {
        "who": name,
        "value": percent(float(series.ar[0, day - result.config.event_window.start])),
        "when": _when(result, sample.members, day),
        "verdict": among_days((1 + int(far.sum())) / (n + 1), n),
    }
    levels = result.config.returns == "difference"
    title = say("{who}: abnormal return {value} {when}, {verdict}", **said)
    if levels:
        title = say("{who}: abnormal change {value} {when}, {verdict}", **said)
    line = say(
        "Rank among ordinary days, one firm: p\u00a0{p}; the smallest it can be is 1/{days}.",
        p=p_text(found.told_p),
        days=n + 1,
    )
    if sample.n > 1:
        title = say("{who}: mean abnormal return {value} {when}, {verdict}", **said)
        if levels:
            title = say("{who}: mean abnormal change {value} {when}, {verdict}", **said)
        line = say(
            "Rank among ordinary days, the portfolio of {n}: p\u00a0{p}; the smallest it can be is 1/{days}.",
            n=sample.n,
            p=p_text(found.told_p),
            days=n + 1,
        )
    if found.regime and found.regime.used:
        times = found.regime.ratio
        line += " " + say("Days near it moved {times:times} times as much as these: p is on that scale.", times=times)
    if not found.valid:
        line += " " + say("Not to be believed: {reasons:;}.", reasons=list(found.reasons))
    return title, [line]


def _apart(ax: Axes, result: StudyResult, sample: Sample, day: int, name: str) -> tuple[str, list[str]]:
    """Each pair by itself: the days of all, and a mark a pair."""
    found = plugins.load("tests", "placebo").compute(sample.returns, sample.window, sample.seed)
    days = sample.returns.studentised
    _bars(ax, days[np.isfinite(days)], np.empty(0))
    out = found.p_value < LEVEL
    look: dict[str, Any] = {"linestyle": "", "marker": "v", "markersize": 7, "markeredgecolor": INK, "zorder": 4}
    for there, colour, label in (
        (out, VERMILLION, say("event day of a pair, p < 5 %")),
        (~out, "white", say("event day of a pair, p of 5 % or more")),
    ):
        if there.any():
            x = found.statistic[there]
            ax.plot(x, np.zeros(len(x)), color=colour, label=label, clip_on=False, **look)
    assert sample.members is not None
    title = say(
        "{who}: {out} of {n} stand out {when} among their own days",
        who=name,
        out=int(out.sum()),
        n=sample.n,
        when=_when(result, sample.members, day),
    )
    line = say(
        "Each pair by its rank among ordinary days, not adjusted for {looks}; no portfolio: {why}.",
        looks=looks(sample.n),
        why=spoken(sample.no_portfolio),
    )
    return title, [line]


def _bars(ax: Axes, near: Floats, far: Floats) -> None:
    """How many days there are of each size; those at least as large as the event day stand on the others."""
    every = np.concatenate([near, far])
    end = np.ceil(np.abs(every).max() / _STEP + 1e-9) * _STEP
    edges = np.linspace(-end, end, round(2 * end / _STEP) + 1)
    middle = (edges[1:] + edges[:-1]) / 2
    count, beyond = np.histogram(near, edges)[0], np.histogram(far, edges)[0]
    look: dict[str, Any] = {"width": _STEP, "linewidth": 0.6, "zorder": 2}
    ax.bar(middle, count, color=THIN, edgecolor="white", label=say("estimation days"), **look)
    if len(far):
        label = say("at least as large as the event day")
        ax.bar(middle, beyond, bottom=count, facecolor=ORANGE, edgecolor=INK, hatch="///", label=label, **look)


def _frame(ax: Axes, result: StudyResult) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    ax.set_xlabel(say("{what} over its standard error", what=abnormal(result)))
    ax.set_ylabel(say("number of estimation days"))
    ax.xaxis.set_major_locator(MaxNLocator(11, integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: signed(f"{value:+.0f}", str)))
    ax.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.tick_params(axis="both", color=EDGE, labelsize=SMALL)
    ax.set_ylim(bottom=0)
    legend_below(ax)


def _when(result: StudyResult, chosen: Ints, day: int) -> str:
    return when(result, chosen) if day == 0 else say("on day\u00a0{day}", day=signed(f"{day:+d}"))


CHART = Chart("the event day among the sizes of the estimation days", paint, ("return", "volatility"))
