"""Mean residual correlation on calendar days, weighted by the overlap of the event windows (METHODS 3.7, rulings 2 and 25).

r = mean over i != j of rho_ij w_ij: rho is Pearson's correlation of the residuals on the estimation days that i and j share,
centred on those days; w_ij = shared calendar days of the two windows / sqrt(L_i L_j). Idea: Kolari, Pape and Pynnonen (2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eventstudy.aggregate import AbnormalReturns
from eventstudy.panel.block import Bools, Days, Floats, Ints
from eventstudy.windows import Window

_MIN_COMMON_DAYS = 30
_MOST_PAIRS = 2000
_ROWS = 64


@dataclass(frozen=True)
class Correlation:
    """How far N pairs are one draw instead of N."""

    mean: float
    """r, the overlap-weighted mean correlation; 0 where it would make 1 + (N - 1) r negative."""
    overlap: float
    """Mean of w_ij over i != j."""
    floored: bool = False
    """Whether r was set to 0."""
    approximate: bool = False
    """Whether it comes from tables per date (ruling 25)."""

    def inflation(self, n: int) -> float:
        """1 + (N - 1) r, the variance of a mean of correlated draws relative to independent ones."""
        return 1 + (n - 1) * self.mean


def mean_correlation(returns: AbnormalReturns, used: Bools, window: Window) -> Correlation:
    """Mean correlation of N series; `used` (N, L) are the days of the window that enter each CAR."""
    n = returns.n
    if n < 2:
        return Correlation(0.0, 0.0)
    if n > _MOST_PAIRS:
        total, overlap, approximate = *_by_date(returns, window), True
    else:
        total, overlap, approximate = *_all_pairs(returns, used, window), False
    mean, overlap = total / (n * (n - 1)), overlap / (n * (n - 1))
    floored = 1 + (n - 1) * mean <= 0
    return Correlation(0.0 if floored else mean, overlap, floored, approximate)


def pair_correlations(returns: AbnormalReturns, used: Bools, window: Window) -> Floats:
    """(N, N) rho_ij w_ij of every two series, 1 on the diagonal; an N x N matrix, so for moderate N."""
    everyone = np.arange(returns.n)
    days = returns.sessions[:, _window_columns(returns, window)][returns.session_of]
    weight = _overlaps(days, used, everyone, everyone)
    rho, enough = _correlations(returns, everyone, everyone)
    if not enough[weight > 0].all():
        rho = np.where(enough, rho, _mean_of_all(returns))
    common: Floats = np.where(weight > 0, rho * weight, 0.0)
    np.fill_diagonal(common, 1.0)
    return common


def _all_pairs(returns: AbnormalReturns, used: Bools, window: Window) -> tuple[float, float]:
    """Sum of rho w and sum of w over ordered pairs i != j, every pair on its own common days.

    Only pairs whose windows share days count, so series are taken in the order of their windows, a few rows at a time
    against those that can still reach them.
    """
    days = returns.sessions[:, _window_columns(returns, window)][returns.session_of]
    first, last = np.fmin.reduce(days, axis=1), np.fmax.reduce(days, axis=1)
    order = np.argsort(first, kind="stable")
    first, reach = first[order], np.maximum.accumulate(last[order])
    total = weights = 0.0
    for start in range(0, len(order), _ROWS):
        stop = min(start + _ROWS, len(order))
        end = int(np.searchsorted(first, reach[stop - 1], side="right"))
        rows, columns = order[start:stop], order[start:end]
        weight = _overlaps(days, used, rows, columns)
        weight[:, : len(rows)] = np.triu(weight[:, : len(rows)], 1)
        if weight.any():
            rho, enough = _correlations(returns, rows, columns)
            if not enough[weight > 0].all():
                fallback = _mean_of_all(returns)
                rho = np.where(enough, rho, fallback)
            total += 2 * float((rho * weight).sum())
            weights += 2 * float(weight.sum())
    return total, weights


def _overlaps(days: Days, used: Bools, rows: Ints, columns: Ints) -> Floats:
    """(rows, columns) shared calendar days of the windows over the root of the product of their lengths."""
    hit = _on_calendar(used[columns].astype(float), days[columns], used[columns])
    length = used.sum(axis=1)
    own = hit[: len(rows)]
    return np.asarray(own @ hit.T / np.sqrt(np.outer(length[rows], length[columns])))


def _correlations(returns: AbnormalReturns, rows: Ints, columns: Ints) -> tuple[Floats, Bools]:
    """(rows, columns) Pearson correlations on common estimation days, and whether there are enough of them.

    The first of the `columns` are the `rows`.
    """
    residuals = returns.residuals[columns] / returns.sigma[columns, None]
    known = np.isfinite(residuals)
    days = returns.sessions[:, : returns.n_estimation_days][returns.session_of[columns]]
    z = _on_calendar(np.where(known, residuals, 0.0), days, known)
    there = _on_calendar(known.astype(float), days, known)
    mine = slice(0, len(rows))
    common = there[mine] @ there.T
    safe = np.maximum(common, 1)
    sums, others = z[mine] @ there.T, there[mine] @ z.T
    spread = (z[mine] ** 2) @ there.T - sums**2 / safe
    other_spread = there[mine] @ (z**2).T - others**2 / safe
    scale = np.sqrt(np.maximum(spread, 0.0) * np.maximum(other_spread, 0.0))
    enough = (common >= _MIN_COMMON_DAYS) & (scale > 0)
    rho = (z[mine] @ z.T - sums * others / safe) / np.where(scale > 0, scale, 1.0)
    return rho, enough


def _mean_of_all(returns: AbnormalReturns) -> float:
    """Mean correlation of all pairs that share enough estimation days; what stands in for overlapping pairs that do not."""
    everyone = np.arange(returns.n)
    rho, enough = _correlations(returns, everyone, everyone)
    np.fill_diagonal(enough, False)
    return float(rho[enough].mean()) if enough.any() else 0.0


def _by_date(returns: AbnormalReturns, window: Window) -> tuple[float, float]:
    """The same sums from tables per event date, for many pairs: residuals standardised by their own mean and spread."""
    known = np.isfinite(returns.residuals)
    m = known.sum(axis=1, keepdims=True)
    centred = np.where(known, returns.residuals - np.nansum(returns.residuals, axis=1, keepdims=True) / m, 0.0)
    z = centred / np.sqrt((centred**2).sum(axis=1, keepdims=True) / m)
    dates, which = np.unique(returns.session_of, return_inverse=True)
    rows = returns.sessions[dates]
    n_estimation = returns.n_estimation_days
    sums = [np.zeros((len(dates), n_estimation)) for _ in range(3)]
    for table, values in zip(sums, (z, known.astype(float), z**2), strict=True):
        np.add.at(table, which, values)
    size = np.bincount(which).astype(float)
    event = rows[:, _window_columns(returns, window)]
    order = np.argsort(event[:, 0], kind="stable")
    total = weights = 0.0
    for place, a in enumerate(order):
        for b in order[place:]:
            if event[b, 0] > event[a, -1]:
                break
            weight = len(np.intersect1d(event[a], event[b])) / window.length
            pairs = size[a] * (size[a] - 1) if a == b else 2 * size[a] * size[b]
            total += weight * pairs * _between(sums, rows[:, :n_estimation], int(a), int(b))
            weights += weight * pairs
    return total, weights


def _between(sums: list[Floats], days: Days, a: int, b: int) -> float:
    """Day-count-weighted mean correlation of the residuals of two event dates, own products left out when a = b."""
    _, in_a, in_b = np.intersect1d(days[a], days[b], assume_unique=True, return_indices=True)
    s, count, squares = (table[a][in_a] for table in sums)
    other, other_count, _ = (table[b][in_b] for table in sums)
    cross, pairs = s @ other, count @ other_count
    if a == b:
        cross, pairs = cross - squares.sum(), pairs - count.sum()
    return float(cross / pairs) if pairs > 0 else 0.0


def _window_columns(returns: AbnormalReturns, window: Window) -> slice:
    first = returns.n_estimation_days + window.start - returns.event.start
    return slice(first, first + window.length)


def _on_calendar(values: Floats, days: Days, where: Bools) -> Floats:
    """(N, calendar days) the values (N, columns) laid out on the distinct days that occur; zero elsewhere."""
    calendar = np.unique(days[where])
    laid = np.zeros((len(values), len(calendar)))
    row, _ = np.nonzero(where)
    laid[row, np.searchsorted(calendar, days[where])] = values[where]
    return laid
