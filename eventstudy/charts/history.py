"""How did the last of them go? The abnormal return of day 0 of each event in the order of their dates, the latest ringed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import head, narrow, open_axes
from eventstudy.charts._language import month_day, say, say_counted
from eventstudy.charts._legend import legend_below
from eventstudy.charts._scales import percent_axis, zero_line
from eventstudy.charts._select import check_day0
from eventstudy.charts._style import INK, ORANGE, SKY, SMALL, THIN
from eventstudy.charts._words import caveat, method, percent
from eventstudy.errors import UnknownName
from eventstudy.panel import Ints
from eventstudy.study.answers import ask_firms
from eventstudy.study.sentences import LEVEL
from eventstudy.units.windows import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from eventstudy.analyses.history import History
    from eventstudy.study.result import StudyResult

_LABELLED = 16
"""Up to so many events carry their figure."""
_DAY0 = Window(0, 0)


def paint(result: StudyResult, ax: Axes | None, *, ticker: str | None = None, kind: str = "") -> Axes:
    """A bar an event, the abnormal return of its day 0, hatched where its place among ordinary days is below 5 %.

    The band holds 95 % of the ordinary days before all events. `ticker`: whose events, the first by default. `kind`: what the
    title calls them.

    Raises:
        InvalidRequest: the event window does not hold day 0.
    """
    check_day0(result)
    known = list(dict.fromkeys(pair.ticker for pair in result.panel.pairs))
    if ticker is not None and ticker not in known:
        raise UnknownName("ticker in this result", ticker, known)
    name = ticker or known[0]
    place = [i for i, pair in enumerate(result.panel.pairs) if pair.ticker == name]
    chosen: Ints = np.array(sorted(place, key=lambda i: result.panel.day0[i].session), dtype=np.int64)
    phone = ax is None and narrow()
    ax = open_axes(ax)
    ar = result.returns.ar[chosen, -result.config.event_window.start]
    p = (result.firm_answers.get(_DAY0) or ask_firms(result.returns, _DAY0, (), result.config.seed)).headline_p[chosen]
    ordinary = result.returns.residuals[chosen]
    low, high = np.nanquantile(ordinary, [0.025, 0.975])
    x, out = np.arange(len(chosen)), p < LEVEL
    ax.axhspan(low, high, color=SKY, alpha=0.25, linewidth=0, zorder=1, label=say("95 % of ordinary days"))
    zero_line(ax)
    plain: dict[str, Any] = {"color": THIN, "edgecolor": INK, "linewidth": 0.6, "alpha": 0.75, "width": 0.62}
    marked: dict[str, Any] = {"facecolor": ORANGE, "edgecolor": INK, "linewidth": 1.3, "hatch": "///", "width": 0.62}
    for members, label, look in ((~out, say("day 0"), plain), (out, say("day 0, p < 5 %"), marked)):
        if members.any():
            ax.bar(x[members], ar[members], zorder=2, label=label, **look)
    ring: dict[str, Any] = {
        "marker": "o",
        "markersize": 15,
        "markerfacecolor": "none",
        "markeredgecolor": INK,
        "markeredgewidth": 1.6,
    }
    ax.plot(x[-1:], ar[-1:], linestyle="", label=say("the latest"), zorder=4, **ring)
    _figures(ax, ar, phone)
    _dates(ax, result, chosen, phone)
    percent_axis(ax.yaxis)
    ax.margins(y=0.16)
    ax.set_ylabel(say("abnormal return of day 0"))
    legend_below(ax)
    head(ax, _title(name, kind, ar), [*_lines(ar, ordinary), f"{method(result, chosen)}.", *caveat(result)])
    return ax


def _figures(ax: Axes, ar: Any, phone: bool) -> None:
    """The figure of each event, where there is room."""
    if len(ar) > (6 if phone else _LABELLED):
        return
    for i, value in enumerate(ar.tolist()):
        up, ringed = value > 0, i == len(ar) - 1
        ax.annotate(
            percent(value),
            (i, value),
            (0, (12 if ringed else 4) * (1 if up else -1)),
            textcoords="offset points",
            ha="center",
            va="bottom" if up else "top",
            fontsize=SMALL,
            color=INK,
        )


def _dates(ax: Axes, result: StudyResult, chosen: Ints, phone: bool) -> None:
    """Day 0 of each event below it, with the year where it changes; of many every second, third, ..."""
    days = [result.panel.day0[int(i)].session for i in chosen]
    every = -(-len(days) // (5 if phone else 14))
    shown = list(range(len(days) - 1, -1, -every))[::-1]
    years = [None, *(days[i].year for i in shown)]
    texts = [
        f"{day}\n{days[i].year if days[i].year != before and str(days[i].year) not in day else ''}"
        for i, before in zip(shown, years, strict=False)
        for day in (month_day(days[i]),)
    ]
    ax.set_xticks(shown, texts)
    ax.set_xlim(-0.6, len(days) - 0.4)


def _title(name: str, kind: str, ar: Any) -> str:
    up, down = int((ar > 0).sum()), int((ar < 0).sum())
    said = {"who": name, "n": len(ar), "kind": kind, "up": up, "down": down, "last": percent(float(ar[-1]))}
    if kind:
        return say("{who}: {n} events ({kind}), up {up}, down {down}, the latest {last}", **said)
    return say_counted(
        "{who}: {n} event, up {up}, down {down}, the latest {last}",
        "{who}: {n} events, up {up}, down {down}, the latest {last}",
        **said,
    )


def _lines(ar: Any, ordinary: Any) -> list[str]:
    size, usual = (percent(float(np.nanmedian(np.abs(values)))).lstrip("+") for values in (ar, ordinary))
    said = say("Median size of day 0: {size}; of the ordinary days before: {usual}.", size=size, usual=usual)
    return [said, say("No p is that of the latest among these.")]


def show(found: History, **options: Any) -> Any:
    """The events of a history that is there already."""
    return CHART.draw(found.result, **{"kind": found.kind} | options)


CHART = Chart(
    "abnormal return of day 0 of each event of a ticker by date, against ordinary days",
    paint,
    ("return",),
    show=show,
    of_returns=True,
)
