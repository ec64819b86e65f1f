"""What one would have seen in the account: 100 at the last close before day 0, and the benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import as_panels, head, open_axes
from eventstudy.charts._car_path import DRAWN, outer
from eventstudy.charts._grid import PANELS, frame_grid, name_grid, open_grid
from eventstudy.charts._labels import End, end_of, label_ends
from eventstudy.charts._language import number, say
from eventstudy.charts._levels import BASE, first_day, levels, whole
from eventstudy.charts._scales import day_axis, number_axis
from eventstudy.charts._select import members, names
from eventstudy.charts._style import BLACK, BLUE, INK, MARKS, THIN
from eventstudy.charts._touch import answer_days_of
from eventstudy.charts._words import caveat, percent, subject, when
from eventstudy.language import Phrase
from eventstudy.panel import Floats, Ints
from eventstudy.study.happened import given_as_returns

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from eventstudy.study.result import StudyResult

_NAMED = 6


def paint(
    result: StudyResult,
    ax: Axes | None,
    *,
    tickers: str | Sequence[str] | None = None,
    group: str | None = None,
) -> Any:
    """What 100 at the last close before day 0 were worth on each day, for each pair and its benchmark.

    `tickers` or `group`: the pairs to draw; all by default. More than six have a panel each, of the same scales: the Axes come
    as an array. Of more than twenty-four, and on the user's own Axes, the lines are thin, of more than two hundred not drawn,
    and the mean is: what 100 put into all in equal parts at that close became.

    Raises:
        InvalidRequest: the file of a study of days holds returns.
    """
    if (given := given_as_returns(result)) and result.prices is not None:
        result.prices.check_prices(given, Phrase("this chart"))
    chosen = members(result, tickers, group)
    if ax is None and _NAMED < len(chosen) <= PANELS:
        return _panels(result, chosen, group)
    ax = open_axes(ax)
    days = list(range(first_day(result), result.config.event_window.end + 1))
    firms, markets = levels(result, chosen)
    ax.axhline(BASE, color=INK, linewidth=0.9, zorder=1.5)
    ends = _few(ax, result, chosen, days, firms) if len(chosen) <= _NAMED else _many(ax, result, chosen, days, firms)
    called, market = _benchmark(result, chosen, markets)
    if market is not None:
        ax.plot(days, market, color=BLACK, linewidth=1.6, linestyle=(0, (2, 1.5)), zorder=3.5, label=called)
        ends.append(_end(days, market, called))
    answer_days_of(ax, result, chosen)
    day_axis(ax, result, chosen, days)
    number_axis(ax.yaxis)
    ax.set_ylabel(_scale())
    head(ax, _title(result, chosen, group, firms, market, called), _lines(result, chosen, called, firms))
    label_ends(ax, ends)
    return ax


def _panels(result: StudyResult, chosen: Ints, group: str | None) -> Any:
    """A panel a pair: its level and that of its benchmark."""
    days = list(range(first_day(result), result.config.event_window.end + 1))
    firms, markets = levels(result, chosen)
    called, market = _benchmark(result, chosen, markets)
    panels = open_grid(names(result, chosen))
    for ax, own, other in zip(panels, firms, markets, strict=True):
        ax.axhline(BASE, color=INK, linewidth=0.8, zorder=1.5)
        ax.plot(days, other, color=BLACK, linewidth=1.2, linestyle=(0, (2, 1.5)), zorder=2.5, label=called)
        ax.plot(days, own, color=BLUE, linewidth=1.8, zorder=3, label=say("the stock"))
        ax.locator_params(axis="y", nbins=4)
        number_axis(ax.yaxis)
    frame_grid(panels, result, chosen, days, _scale())
    told = [
        say("{level} by day +{day}", level=number(f"{own[-1]:.1f}"), day=days[-1])
        if np.isfinite(own[-1])
        else say("no last price")
        for own in firms
    ]
    lines = _lines(result, chosen, called, firms)
    head(panels[0], _title(result, chosen, group, firms, market, called), lines)
    name_grid(panels, names(result, chosen), told)
    return as_panels(panels)


def _scale() -> str:
    return say("price (last close before day 0 = 100)")


def _few(ax: Axes, result: StudyResult, chosen: Ints, days: list[int], firms: Floats) -> list[End | None]:
    """A line a firm, told apart by colour and mark."""
    for name, value, (marker, colour) in zip(names(result, chosen), firms, MARKS, strict=False):
        edge: dict[str, Any] = {"markersize": 5.5, "markeredgecolor": INK, "markeredgewidth": 0.5}
        ax.plot(days, value, color=colour, linewidth=2.0, marker=marker, zorder=3, label=name, **edge)
    return [_end(days, value, name) for name, value in zip(names(result, chosen), firms, strict=True)]


def _many(ax: Axes, result: StudyResult, chosen: Ints, days: list[int], firms: Floats) -> list[End | None]:
    """Thin lines, the outermost named, and the mean of those that have a level every day."""
    ends: list[End | None] = []
    for name, value in zip(names(result, chosen), firms, strict=True) if len(chosen) <= DRAWN else ():
        ax.plot(days, value, color=THIN, linewidth=0.9, zorder=2, label=f"_{name}")
        ends.append(_end(days, value, name))
    named: list[End | None] = [*outer(ends)]
    if len(whole(firms)):
        mean = whole(firms).mean(axis=0)
        ax.plot(days, mean, color=BLUE, linewidth=2.4, marker="o", markersize=4.5, zorder=4, label=say("mean"))
        named.append(_end(days, mean, say("mean"), "bold"))
    return named


def _benchmark(result: StudyResult, chosen: Ints, markets: Floats) -> tuple[str, Floats | None]:
    """What the benchmark is called, and its path: the mean path where the pairs have several."""
    tickers = {result.panel.pairs[i].benchmark for i in chosen}
    name = tickers.pop() if len(tickers) == 1 else say("benchmarks")
    several = len(np.unique(result.panel.block.design[chosen])) > 1
    path = whole(markets).mean(axis=0) if len(whole(markets)) else None
    return say("mean {name}", name=name) if several else name, path


def _end(days: list[int], values: Floats, name: str, weight: str = "normal") -> End | None:
    end = end_of(days, values, name, weight)
    return end and end._replace(text=f"{name} {number(f'{end.y:.1f}')}")


def _title(
    result: StudyResult, chosen: Ints, group: str | None, firms: Floats, market: Floats | None, called: str
) -> str:
    """What the last close before day 0 became on day 0, and at the end."""
    path = firms[0] if len(chosen) == 1 else whole(firms).mean(axis=0) if len(whole(firms)) else None
    who = subject(result, chosen, group)
    if path is None:
        return say("{who}: no one has a price on every day", who=who)
    day0, last = -1 - result.config.event_window.end, result.config.event_window.end
    said = {"who": who, "value": percent(path[day0] / BASE - 1), "when": when(result, chosen)}
    told = say("{who}: mean {value} {when}", **said) if len(chosen) > 1 else say("{who}: {value} {when}", **said)
    if last and np.isfinite(path[-1]):
        told = say("{what}, {value} by day +{day}", what=told, value=percent(path[-1] / BASE - 1), day=last)
    if market is not None:
        told += f" ({called} {percent(market[-1] / BASE - 1)})"
    return told


def _lines(result: StudyResult, chosen: Ints, called: str, firms: Floats) -> list[str]:
    words = say("Returns as the study has them, before any model of what was normal. Dashed: {called}.", called=called)
    if len(chosen) == 1:
        return [words, *caveat(result)]
    n = len(whole(firms))
    mean = say("The mean is that of {n}, in equal parts at the last close before day 0.", n=n)
    if n < len(chosen):
        mean = say(
            "The mean is that of the {n} of {all} with a price on every day, in equal parts at the last close before day 0.",
            n=n,
            all=len(chosen),
        )
    return [words, mean, *caveat(result)]


CHART = Chart(
    "price path, 100 at the last close before day 0, against the benchmark", paint, of_returns=True, of_prices=True
)
