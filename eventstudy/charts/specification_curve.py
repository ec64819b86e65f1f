"""All specifications of a study ordered by their CAR, with the choices behind each below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.analyses.robustness import DIMENSIONS, MODELS, robustness
from eventstudy.charts._base import Chart
from eventstudy.charts._canvas import as_panels, head, narrow, of_doubt, open_panels, settle
from eventstudy.charts._language import say, spoken
from eventstudy.charts._legend import legend_below
from eventstudy.charts._scales import percent_axis, zero_line
from eventstudy.charts._style import BLUE, GRID, INK, MUTED, ORANGE, SMALL, THIN, is_own, style
from eventstudy.charts._words import caveat, method, no_finding_of, percent, subject, upper
from eventstudy.language import marked
from eventstudy.study.sentences import LEVEL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from eventstudy.analyses.robustness import Robustness, Specification
    from eventstudy.study.result import StudyResult

_CAR_WINDOW, *_OPTIONS = marked("CAR window", "log", "own")
MINUS = "\u2212"
_ROW = 0.24
"""Inches that an option takes."""


def paint(
    result: StudyResult,
    ax: Axes | None,
    *,
    models: str | Sequence[str] = MODELS,
    benchmarks: str | Sequence[str] = (),
    estimation_windows: Sequence[Sequence[int]] = (),
    windows: Sequence[Sequence[int]] = (),
    returns: Sequence[str] = ("simple", "log"),
    peers: str | Sequence[str] = (),
) -> Any:
    """The study under other choices: every CAR in order with its 95 % interval, and below it the choices behind it.

    A dot is filled where p is below 5 %, and ringed where it is the study's own. Options are those of `robustness`. On Axes of
    the user's own stands the curve alone; else an array of two Axes is returned.
    """
    found = robustness(
        result,
        models=models,
        benchmarks=benchmarks,
        estimation_windows=estimation_windows,
        windows=windows,
        returns=returns,
        peers=peers,
    )
    everyone = np.arange(result.returns.n)
    return _draw(found, ax, subject(result, everyone, None), [f"{method(result, everyone)}.", *caveat(result)])


def draw(found: Robustness) -> Any:
    """The curve and the choices of an answer that is there already. Returns the two Axes."""
    with style(), of_doubt(no_finding_of(found.instead)):
        drawn = _draw(found, None, "", [])
        settle(drawn[0])
    return drawn


def _draw(found: Robustness, ax: Axes | None, who: str, said: list[str]) -> Any:
    order = sorted(found.specifications, key=lambda s: s.car)
    rows = [(name, option) for name in DIMENSIONS for option in _options(found, name)]
    if ax is not None:
        _curve(ax, found, order)
        _head(ax, found, order, who, said)
        return ax
    below = _ROW * (len(rows) + 1.6)
    upper, lower = open_panels(2, 1, 4.6 + below, one_scale=False, heights=(3.2, below))
    _curve(upper, found, order)
    _matrix(lower, order, rows)
    _head(upper, found, order, who, said)
    return as_panels([upper, lower])


def _head(ax: Axes, found: Robustness, order: list[Specification], who: str, said: list[str]) -> None:
    ends = {"low": percent(order[0].car), "high": percent(order[-1].car), "n": len(order)}
    title = say("CAR from {low} to {high} in {n} specifications", **ends)
    if order[0].judged.n > 1:
        title = say("mean CAR from {low} to {high} in {n} specifications", **ends)
    told = say(
        "{same} have the sign of the study's own for the same window, {hits} have p below 5\u00a0%.",
        same=_share(found.share_same_sign),
        hits=_share(found.share_significant),
    )
    first = next(iter(found.drivers))
    if found.drivers[first] > 0:
        most = {"choice": spoken(_words(first)), "share": _share(found.drivers[first])}
        told += " " + say("What matters most: {choice} ({share} of the variance).", **most)
    head(ax, f"{who}: {title}" if who else upper(title), [told, *said])


def _share(value: float) -> str:
    """A share as per cent; no figure where there is none."""
    return say("{value:.0f}\u00a0%", value=100 * value)


def _options(found: Robustness, name: str) -> list[str]:
    return list(dict.fromkeys(str(getattr(s, name)) for s in found.specifications))


def _words(name: str) -> str:
    return {"window": _CAR_WINDOW}.get(name, name.replace("_", " "))


def _curve(ax: Any, found: Robustness, order: list[Specification]) -> None:
    x = np.arange(len(order))
    car = np.array([s.car for s in order])
    low, high = (np.array([getattr(s.judged, end) for s in order]) for end in ("low", "high"))
    ax.vlines(x, low, high, color=THIN, linewidth=0.7, zorder=1, label=say("95\u00a0% interval"))
    hit = np.array([s.p < LEVEL for s in order])
    size = float(np.clip(700 / len(order), 2.6, 4.6))
    for chosen, colour, label in ((hit, BLUE, "p < 5\u00a0%"), (~hit, "white", say("p of 5\u00a0% or more"))):
        if chosen.any():
            look = {"markersize": size, "markeredgewidth": 0.5, "markeredgecolor": INK, "linestyle": ""}
            ax.plot(x[chosen], car[chosen], marker="o", color=colour, label=label, zorder=3, **look)
    own = np.array([found.is_own(s) for s in order])
    ring = {"markersize": 8, "markerfacecolor": "none", "markeredgecolor": ORANGE, "markeredgewidth": 1.6}
    ax.plot(x[own], car[own], marker="o", linestyle="", label=say("the study's own"), zorder=4, **ring)
    zero_line(ax)
    percent_axis(ax.yaxis)
    ax.set_ylabel(say("mean CAR") if order[0].judged.n > 1 else "CAR")
    near: dict[str, Any] = {"handletextpad": 0.2, "columnspacing": 1.2}
    if narrow() or not is_own(ax):
        legend_below(ax, **near)
    else:
        place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0.0, 1.0), "borderaxespad": 0.2}
        ax.legend(ncols=4, fontsize=SMALL, frameon=False, **near, **place)
    ax.tick_params(axis="x", length=0, labelbottom=False)


def _matrix(ax: Any, order: list[Specification], rows: list[tuple[str, str]]) -> None:
    """A row an option, a mark where a specification has it."""
    place = {row: len(rows) - 1 - i for i, row in enumerate(rows)}
    for i, (name, option) in enumerate(rows):
        x = [j for j, s in enumerate(order) if str(getattr(s, name)) == option]
        ax.plot(x, [place[name, option]] * len(x), marker="|", linestyle="", color=INK, markersize=5, zorder=2)
        if i and rows[i - 1][0] != name:
            ax.axhline(place[name, option] + 0.5, color=GRID, linewidth=1.0)
    options = [(o if name == "model" else spoken(o)).replace("-", MINUS) for name, o in rows]
    texts = [
        f"{spoken(_words(name))}: {options[i]}" if _first(rows, i) else options[i] for i, (name, _) in enumerate(rows)
    ]
    ax.set_yticks([place[row] for row in rows], texts, fontsize=SMALL)
    ax.set_ylim(-0.8, len(rows) - 0.2)
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(say("specifications in the order of their CAR"), color=MUTED)


def _first(rows: list[tuple[str, str]], i: int) -> bool:
    return i == 0 or rows[i - 1][0] != rows[i][0]


CHART = Chart(
    "the study under other models, benchmarks, windows and returns, ordered by what they say",
    paint,
    ("return",),
    show=draw,
    of_returns=True,
    of_prices=True,
)
