"""All specifications of a study ordered by their CAR, with the choices behind each below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from eventstudy.charts._canvas import as_panels, head, open_panels, settle
from eventstudy.charts._scales import percent_axis, zero_line
from eventstudy.charts._style import BLUE, GRID, INK, MUTED, ORANGE, SMALL, THIN, style
from eventstudy.charts._words import percent
from eventstudy.inference._distributions import critical_normal
from eventstudy.investigate.robustness import DIMENSIONS
from eventstudy.sentences import LEVEL

MINUS = "\u2212"

if TYPE_CHECKING:
    from eventstudy.investigate.robustness import Robustness, Specification


def draw(found: Robustness) -> Any:
    """CARs in order with about 95 % intervals; filled where p < 5 %, ringed the study's own. Returns the two Axes."""
    order = sorted(found.specifications, key=lambda s: s.car)
    rows = [(name, option) for name in DIMENSIONS for option in _options(found, name)]
    with style():
        upper, lower = open_panels(2, 1, 3.8 + 0.34 * len(rows), one_scale=False)
        _curve(upper, found, order)
        _matrix(lower, order, rows)
        cars = np.array([s.car for s in order])
        title = f"{len(order)} specifications: CAR from {percent(cars[0])} to {percent(cars[-1])}"
        same, hits = 100 * found.share_same_sign, 100 * found.share_significant
        told = f"{same:.0f}\u00a0% have the sign of the study's own, {hits:.0f}\u00a0% have p below 5\u00a0% ({found.test})."
        head(upper, title, [told, f"The choice that matters most: {next(iter(found.drivers)).replace('_', ' ')}."])
        settle(upper)
    return as_panels([upper, lower])


def _options(found: Robustness, name: str) -> list[str]:
    return list(dict.fromkeys(str(getattr(s, name)) for s in found.specifications))


def _curve(ax: Any, found: Robustness, order: list[Specification]) -> None:
    x = np.arange(len(order))
    car, se = np.array([s.car for s in order]), np.array([s.se for s in order])
    half = critical_normal() * np.where(np.isfinite(se), se, 0.0)
    ax.vlines(x, car - half, car + half, color=THIN, linewidth=0.7, zorder=1)
    hit = np.array([s.p < LEVEL for s in order])
    for chosen, colour, label in ((hit, BLUE, "p < 5 %"), (~hit, "white", "p of 5 % or more")):
        look = {"markersize": 3.6, "markeredgewidth": 0.5, "markeredgecolor": INK, "linestyle": ""}
        ax.plot(x[chosen], car[chosen], marker="o", color=colour, label=label, zorder=3, **look)
    own = np.array([s.choices[:3] == found.specifications[0].choices[:3] for s in order])
    own &= np.array([s.returns == found.specifications[0].returns for s in order])
    ring = {"markersize": 8, "markerfacecolor": "none", "markeredgecolor": ORANGE, "markeredgewidth": 1.6}
    ax.plot(x[own], car[own], marker="o", linestyle="", label="the study's own", zorder=4, **ring)
    zero_line(ax)
    percent_axis(ax.yaxis)
    ax.set_ylabel("CAR")
    ax.legend(loc="best", fontsize=SMALL, handletextpad=0.2)
    ax.tick_params(axis="x", length=0, labelbottom=False)


def _matrix(ax: Any, order: list[Specification], rows: list[tuple[str, str]]) -> None:
    """A row an option, a mark where a specification has it."""
    place = {row: len(rows) - 1 - i for i, row in enumerate(rows)}
    for i, (name, option) in enumerate(rows):
        x = [j for j, s in enumerate(order) if str(getattr(s, name)) == option]
        ax.plot(x, [place[name, option]] * len(x), marker="|", linestyle="", color=INK, markersize=5, zorder=2)
        if i and rows[i - 1][0] != name:
            ax.axhline(place[name, option] + 0.5, color=GRID, linewidth=1.0)
    texts = [
        f"{name.replace('_', ' ')}: {option.replace('-', MINUS)}" if _first(rows, i) else option.replace("-", MINUS)
        for i, (name, option) in enumerate(rows)
    ]
    ax.set_yticks([place[row] for row in rows], texts, fontsize=SMALL)
    ax.set_ylim(-0.8, len(rows) - 0.2)
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel("specifications in the order of their CAR", color=MUTED)


def _first(rows: list[tuple[str, str]], i: int) -> bool:
    return i == 0 or rows[i - 1][0] != rows[i][0]
