"""What is left of each p when the windows, groups and tickers of a study are judged together (REMEDIES B 4).

Windows of one date are judged by draws of whole days (Romano and Wolf), on the statistics of the placebo windows; those of
several dates, and of one firm, by normal variables that hang together as their windows and pairs do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.inference import Sample, Significance
from eventstudy.inference.multiple import common_days, gaussian_step_down, least_of_draws, romano_wolf_of_cells
from eventstudy.inference.regime import regimes
from eventstudy.language import AtMost, at_most
from eventstudy.panel import Floats
from eventstudy.units.windows import Window

if TYPE_CHECKING:
    from eventstudy.study.answers import Answer
    from eventstudy.study.result import Result

DRAWS = 9999
MANY_TICKERS = 200
"""Up to so many pairs, p-values are adjusted for the number of pairs and windows without being asked."""
ROMANO_WOLF, COPULA, PRIMARY, ALONE = "romano_wolf", "gaussian_copula", "primary", ""


class Adjusted(NamedTuple):
    """The p of a window (of a group), adjusted for those it is judged together with."""

    p: float
    """Marked where no smaller one is possible: the least of draws of days, or of a p that is itself the least."""
    by: str
    """`romano_wolf`, `gaussian_copula`, `primary` where the window was declared before, or empty where it is judged alone."""
    of: int
    """How many are judged together."""


@dataclass(frozen=True)
class Cell:
    """A window of a group, or of all pairs (None), with what is said of it."""

    group: str | None
    answer: Answer

    @property
    def p(self) -> float:
        """That of the headline."""
        return self.answer.tests[self.answer.headline].told_p if self.answer.headline else float("nan")


def of_windows(result: Result, group: str | None = None) -> dict[Window, Adjusted]:
    """The p of each reported window, adjusted over the windows of the same pairs; one declared before keeps its own.

    The others are then judged together without it.
    """
    cells = [Cell(group, result.answer(window, group)) for window in result.config.windows or ()]
    primary = result.config.primary
    further = [cell for cell in cells if cell.answer.window != primary]
    found = dict(zip([cell.answer.window for cell in further], _together(result, further), strict=True))
    own = {c.answer.window: Adjusted(c.p, PRIMARY, 1) for c in cells if c.answer.window == primary}
    return {cell.answer.window: (own | found)[cell.answer.window] for cell in cells}


def of_groups(result: Result, windows: Sequence[Window] = ()) -> dict[tuple[str, Window], Adjusted]:
    """The p of each window of each group, adjusted over all groups and windows: the reported ones unless others are named."""
    windows = windows or result.config.windows or ()
    cells = [Cell(group.name, result.answer(window, group.name)) for group in result.groups for window in windows]
    keys = [(str(cell.group), cell.answer.window) for cell in cells]
    return dict(zip(keys, _together(result, cells), strict=True))


def _together(result: Result, cells: Sequence[Cell]) -> list[Adjusted]:
    """The adjusted p of cells that are judged together."""
    p = np.array([cell.p for cell in cells])
    known = int(np.isfinite(p).sum())
    if known <= 1:
        return [Adjusted(cell.p, ALONE, known) for cell in cells]
    if by_days := _by_days(result, cells):
        return [Adjusted(at_most(float(one), by_days.least), ROMANO_WOLF, known) for one in np.fmax(by_days.p, p)]
    correlation = _correlation(result, cells)
    found = np.fmax(gaussian_step_down(p, correlation, result.config.seed, two_sided=_either_way(result)), p)
    least = [one if isinstance(cell.p, AtMost) else None for one, cell in zip(found.tolist(), cells, strict=True)]
    return [Adjusted(at_most(*one), COPULA, known) for one in zip(found.tolist(), least, strict=True)]


def _either_way(result: Result) -> bool:
    """Whether an effect of either sign is looked for."""
    return result.config.alternative == "two-sided" and result.config.outcome == "return"


def on_scale(said: Significance) -> float:
    """The statistic of a placebo window, on the scale of the days near it where a regime is raised."""
    raised = said.regime is not None and said.regime.used
    return said.statistic / max(1.0, said.regime.ratio) if raised and said.regime else said.statistic


class ByDays(NamedTuple):
    """The adjusted p (C,) of cells of one date by draws of whole days, and the smallest p that is possible so."""

    p: Floats
    least: float


def _by_days(result: Result, cells: Sequence[Cell]) -> ByDays | None:
    """By draws of days, where all cells are portfolios of one date; else None."""
    told = [cell for cell in cells if np.isfinite(cell.p)]
    if not _either_way(result) or any(c.answer.n_dates != 1 or "placebo" not in c.answer.tests for c in told):
        return None
    if all(cell.answer.n == 1 for cell in told) and len({cell.group for cell in told}) == 1:
        return None
    samples = [result.sample_of(cell.answer.window, cell.group) for cell in told]
    portfolios = [one for sample in samples if (one := sample.portfolio) is not None and not one.dependent]
    if len(portfolios) < len(samples) or len(set(map(_day0, samples))) > 1:
        return None
    statistic = np.array([on_scale(cell.answer.tests["placebo"]) for cell in told])
    days = np.concatenate([one.studentised for one in portfolios])
    windows = [cell.answer.window for cell in told]
    levels = [level for one, window in zip(portfolios, windows, strict=True) for level in _level(one, window)]
    p, least = judged_by_days(days, statistic, windows, result.config.seed, levels)
    if not np.isfinite(p).all():
        return None
    found = np.full(len(cells), np.nan)
    found[[np.isfinite(cell.p) for cell in cells]] = p
    return ByDays(found, least)


def _level(portfolio: AbnormalReturns, window: Window) -> list[Floats]:
    """How wild the days near each estimation day of a portfolio are, where it is judged by its near days; else empty."""
    near = regimes(portfolio, window)
    return [near.scales[0] * near.ratio[0] if near is not None and near.used[0] else np.empty(0)]


def judged_by_days(
    days: Floats, statistic: Floats, windows: Sequence[Window], seed: int, levels: Sequence[Floats] = ()
) -> ByDays:
    """Adjusted p of cells of one date, each with its studentised ordinary days (C, M), statistic (C,) and window.

    The statistics are those of placebo windows on the scale of their near days, the `levels` (C,) those of ordinary days; a
    statistic of NaN does not count. By draws of whole days, on which all have a value (Romano and Wolf).
    """
    shared = np.isfinite(days).all(axis=0)
    series, own = np.unique(days[:, shared], axis=0, return_inverse=True)
    p = romano_wolf_of_cells(series, statistic, own.reshape(-1).astype(np.int64), windows, seed, DRAWS, levels)
    return ByDays(p, least_of_draws(int(shared.sum()), DRAWS))


def _day0(sample: Sample) -> str:
    return str(sample.day0_sessions[0])


def _correlation(result: Result, cells: Sequence[Cell]) -> Floats:
    """(C, C) correlation of the cells: of their windows, times that of the means of their groups over the widest window."""
    windows = common_days([cell.answer.window for cell in cells])
    groups = list(dict.fromkeys(cell.group for cell in cells))
    if len(groups) == 1:
        return windows
    widest = max((cell.answer.window for cell in cells), key=lambda window: window.length)
    between = _between(result, [str(group) for group in groups], widest)
    place = np.array([groups.index(cell.group) for cell in cells])
    found: Floats = windows * between[np.ix_(place, place)]
    return found


def _between(result: Result, groups: Sequence[str], window: Window) -> Floats:
    """(Q, Q) g_a'P g_b over the root of g_a'P g_a g_b'P g_b, g the indicators of the groups."""
    sample = result.sample(window)
    if sample.n < 2 or sample.members is None:
        return np.eye(len(groups))
    counted = [of_group for name in groups if (of_group := result._members(name)) is not None]
    inside = np.array([np.isin(sample.members, members) for members in counted]).astype(np.float64)
    row = (
        np.arange(sample.n)
        if sample.exact_correlation
        else np.searchsorted(sample.dates.keys, sample.returns.session_of)
    )

    def by_row(values: Floats) -> Floats:
        return np.bincount(row, values, len(sample.common.size)).astype(float)

    totals = [by_row(one) for one in inside]
    p = np.array(
        [
            [sample.common.product(x, y, by_row(inside[a] * inside[b])) for b, y in enumerate(totals)]
            for a, x in enumerate(totals)
        ]
    )
    own = np.sqrt(np.maximum(np.diagonal(p), 1e-12))
    found: Floats = np.clip(p / np.outer(own, own), -1.0, 1.0)
    np.fill_diagonal(found, 1.0)
    return found


def smallest(adjusted: Mapping[Window, Adjusted]) -> float:
    """The smallest adjusted p of several windows; NaN where none is known."""
    return min((one.p for one in adjusted.values() if np.isfinite(one.p)), default=float("nan"))
