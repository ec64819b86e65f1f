"""Returns against those of the benchmark in the estimation window: the fitted line, and how far the event day lies off it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy import plugins
from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import as_panels, head, open_axes, side_label
from eventstudy.charts._grid import call, columns_of, open_grid, tell_above
from eventstudy.charts._labels import End, label_ends
from eventstudy.charts._language import number, say
from eventstudy.charts._legend import legend_below
from eventstudy.charts._scales import percent_axis
from eventstudy.charts._select import check_day0, members, names
from eventstudy.charts._style import BLUE, INK, MUTED, ORANGE, SKY, SMALL, THIN
from eventstudy.charts._words import caveat, method, percent, raw, raw_of, signed, subject, when
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.inference.distributions import critical_t
from eventstudy.language import Phrase
from eventstudy.panel import Days, Floats, Ints

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from eventstudy.study.result import StudyResult

_OUTLYING = 3.0
"""Days are named from so many standard errors on."""
_NAMED = 4
"""Up to so many of them; in small panels one."""


@dataclass(frozen=True)
class _Fitted:
    """One pair: M estimation days, the line, and day 0."""

    name: str
    market: Floats
    """(M,)"""
    own: Floats
    """(M,)"""
    session: Days
    """(M,)"""
    size: Floats
    """(M,) residual over its standard error, as seen from the other days."""
    alpha: float
    beta: float
    half: float
    """95 % of ordinary days lie within so much of the line, the error of the line left aside."""
    day0: tuple[float, float]
    """Return of the benchmark and of the pair."""
    ar: float
    sar: float


def paint(
    result: StudyResult,
    ax: Axes | None,
    *,
    tickers: str | Sequence[str] | None = None,
    group: str | None = None,
    most: int = 16,
) -> Any:
    """A panel a pair: a dot an estimation day, the line, the band that holds 95 % of ordinary days, day 0 as a diamond.

    Days three standard errors off the line are named by their date: up to four, in small panels one. `tickers` or `group`: the
    pairs to draw; all by default. Of more than `most`, those whose day 0 lies furthest off their line are drawn. Returns an
    array of Axes in reading order, or the Axes where there is one.

    Raises:
        InvalidRequest: a model that is no line in the benchmark's return, a window without day 0, several pairs for one `ax`,
            or `most` below one.
    """
    result.config.check_estimated(Phrase("this chart"))
    check_day0(result)
    if most < 1:
        raise InvalidRequest(Sentence("most is {most}: there is at least one panel", most=most))
    everyone = members(result, tickers, group)
    lines = _lines(result)
    order = np.argsort(
        -np.abs(np.nan_to_num(result.returns.sar[everyone, -result.config.event_window.start])), kind="stable"
    )
    chosen = everyone if len(everyone) <= most else everyone[np.sort(order[:most])]
    found = [_fitted(result, int(i), name, lines) for i, name in zip(chosen, names(result, chosen), strict=True)]
    panels = _open(ax, [one.name for one in found])
    ends = [_panel(panel, fitted, alone=len(found) == 1) for panel, fitted in zip(panels, found, strict=True)]
    _frame(result, panels, found, chosen)
    told = say("Named: the furthest day of each, where {n:g} standard errors or more off the line.", n=_OUTLYING)
    if len(found) == 1:
        told = say("Named: days {n:g} standard errors or more off the line.", n=_OUTLYING)
    if len(chosen) < len(everyone):
        told += " " + say("The {n} of {all} whose day 0 lies furthest off.", n=most, all=len(everyone))
    title = _title(result, found, everyone, group)
    head(panels[0], title, [told, f"{method(result, everyone)}.", *caveat(result)])
    if len(panels) > 1:
        return as_panels(panels)
    label_ends(panels[0], [*ends[0]])
    return panels[0]


def _lines(result: StudyResult) -> Floats:
    """(N, 2) intercept and slope of each pair, which together make its normal returns."""
    params = dict(zip(result.fit.names, result.fit.params.T, strict=True))
    against = bool(plugins.load("models", result.config.model).requires(result.panel.block.names))
    nothing = np.zeros(result.returns.n)
    beta = params.get("beta", nothing + 1 if against and not params else nothing)
    found = np.stack([params.get("alpha", nothing), beta], axis=1)
    of_line = found[:, :1] * result.returns.span[result.returns.basis_of] + found[:, 1:] * result.benchmark
    there = np.isfinite(result.returns.ar)
    if not np.allclose(of_line[there], result.fit.expected[there], rtol=0, atol=1e-9):
        raise InvalidRequest(
            Sentence("the model {model} is no line in the benchmark's return", model=result.config.model),
            hint=Sentence("draw the fit of the market model: --model market"),
        )
    return found


def _fitted(result: StudyResult, i: int, name: str, lines: Floats) -> _Fitted:
    block, returns = result.panel.block, result.returns
    columns, row = block.estimation_columns, int(block.design[i])
    own, market = block.returns[i, columns], block.regressors[row, columns, 0]
    there = np.isfinite(returns.residuals[i])
    day0 = -result.config.event_window.start
    return _Fitted(
        name=name,
        market=market[there],
        own=own[there],
        session=block.sessions[row, columns][there],
        size=returns.studentised[i][there],
        alpha=float(lines[i, 0]),
        beta=float(lines[i, 1]),
        half=critical_t(float(returns.df[i])) * float(returns.sigma[i]),
        day0=(float(result.benchmark[i, day0]), float(result.raw[i, day0])),
        ar=float(returns.ar[i, day0]),
        sar=float(returns.sar[i, day0]),
    )


def _open(ax: Axes | None, called: Sequence[str]) -> list[Axes]:
    n = len(called)
    if n == 1:
        return [open_axes(ax)]
    if ax is not None:
        raise InvalidRequest(
            Sentence("{n} pairs need {n} panels, and ax= is one", n=n),
            hint=Sentence("leave out ax=, or draw one: plot(..., tickers='NVDA')"),
        )
    return open_grid(called, 1.9)


def _panel(ax: Axes, found: _Fitted, *, alone: bool) -> list[End | None]:
    """Draw one pair; returns what is to be named beside it."""
    x = np.array([*found.market, found.day0[0]])
    edge = np.array([x.min(), x.max()])
    line = found.alpha + found.beta * edge
    label = say("95 % of ordinary days")
    ax.fill_between(
        edge, line - found.half, line + found.half, color=SKY, alpha=0.25, linewidth=0, zorder=1.1, label=label
    )
    size = 16 if alone else 6
    days: dict[str, Any] = {"s": size, "color": THIN, "edgecolor": MUTED, "linewidth": 0.4, "zorder": 2}
    ax.scatter(found.market, found.own, label=say("estimation days"), **days)
    ax.plot(edge, line, color=BLUE, linewidth=2.0 if alone else 1.4, zorder=3, label=say("fitted line"))
    mark: dict[str, Any] = {"linestyle": "", "marker": "D", "markeredgecolor": INK, "zorder": 4}
    ax.plot(*([v] for v in found.day0), color=ORANGE, markersize=8 if alone else 5.5, label=say("day 0"), **mark)
    far = np.flatnonzero(np.abs(found.size) >= _OUTLYING)
    far = far[np.argsort(-np.abs(found.size[far]), kind="stable")][: _NAMED if alone else 1]
    ax.margins(0.06)
    if alone:
        ends: list[End | None] = [End(*found.day0, say("day 0"), "bold")]
        return [*ends, *(End(found.market[t], found.own[t], str(found.session[t])) for t in far)]
    ax.margins(0.06, 0.22)
    for t in far:
        _name_inside(ax, float(found.market[t]), float(found.own[t]), str(found.session[t]), float(found.size[t]))
    return []


def _name_inside(ax: Axes, x: float, y: float, text: str, size: float) -> None:
    """A date at its dot, on the side away from the line."""
    low, high = ax.get_xlim()
    place = (x - low) / (high - low)
    ax.annotate(
        text,
        (x, y),
        (0, 3 if size > 0 else -3),
        textcoords="offset points",
        ha="left" if place < 0.3 else "right" if place > 0.7 else "center",
        va="bottom" if size > 0 else "top",
        fontsize=SMALL,
        color=INK,
        zorder=5,
    )


def _frame(result: StudyResult, panels: list[Axes], found: list[_Fitted], chosen: Ints) -> None:
    """Scales in per cent, named once; above each panel its pair."""
    benchmarks = {result.panel.pairs[i].benchmark for i in chosen}
    across = raw_of(result, benchmarks.pop() if len(benchmarks) == 1 else "")
    columns = columns_of(len(panels))
    for place, (ax, fitted) in enumerate(zip(panels, found, strict=True)):
        percent_axis(ax.xaxis, 7 if len(panels) == 1 else 4)
        percent_axis(ax.yaxis, 7 if len(panels) == 1 else 5)
        if len(panels) == 1:
            ax.set_xlabel(across)
            ax.set_ylabel(raw_of(result, result.panel.pairs[chosen[0]].ticker))
            continue
        ax.tick_params(labelleft=place % columns == 0, labelbottom=place + columns >= len(panels))
        ax.set_xlabel(across if place + columns >= len(panels) else "")
        told = say("beta {beta}, day 0 {value}", beta=signed(f"{fitted.beta:.1f}"), value=percent(fitted.ar))
        call(ax, fitted.name, columns, tell_above(ax, told, columns, 5) + 2)
    legend_below(panels[0])
    if len(panels) > 1:
        side_label(panels[0].figure.figure, raw(result))


def _title(result: StudyResult, found: list[_Fitted], everyone: Ints, group: str | None) -> str:
    """How far day 0 lies off the line; of several pairs the one furthest off."""
    known = [fitted for fitted in found if np.isfinite(fitted.sar)]
    who = subject(result, everyone, group)
    if not known:
        return say("{who}: no value {when}", who=who, when=when(result, everyone))
    far = max(known, key=lambda fitted: abs(fitted.sar))
    off = number(f"{abs(far.sar):.1f}")
    said = {"who": who, "when": when(result, everyone), "value": percent(far.ar), "errors": off}
    if len(everyone) == 1:
        return say("{who}: {value} off its line {when}, {errors} standard errors", **said)
    return say(
        "{who}: {ticker} lies furthest off its line {when}, {value} or {errors} standard errors",
        ticker=far.name,
        **said,
    )


CHART = Chart(
    "returns against the benchmark's on estimation days, the fitted line, day 0 and outliers",
    paint,
    ("return", "volatility"),
    of_prices=True,
)
