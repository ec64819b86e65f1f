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


def mean_correlation(
    returns: AbnormalReturns, used: Bools, window: Window, known: tuple[Floats, Bools] | None = None
) -> Correlation:
    """Mean correlation of N series; `used` (N, L) are the days of the window that enter each CAR.

    `known` is what `correlations` says of them, where many windows are asked about.
    """
    n = returns.n
    if n < 2:
        return Correlation(0.0, 0.0)
    if known is not None:
        return correlation_of_sums(*_of_known(returns, used, window, known), n, approximate=False)
    if n <= _MOST_PAIRS:
        return correlation_of_sums(*_all_pairs(returns, used, window), n, approximate=False)
    tables = DateTables.empty(returns.sessions, returns.n_estimation_days)
    tables.add(returns)
    return tables.mean_correlation(returns.event, window)


def correlation_of_sums(total: float, overlap: float, n: int, *, approximate: bool) -> Correlation:
    """From sums over ordered pairs i != j; a mean so negative that 1 + (N - 1) r would not be positive becomes zero."""
    mean = total / (n * (n - 1))
    floored = 1 + (n - 1) * mean <= 0
    return Correlation(0.0 if floored else mean, overlap / (n * (n - 1)), floored, approximate)


def correlations(returns: AbnormalReturns) -> tuple[Floats, Bools]:
    """(N, N) Pearson correlations of all series on common estimation days, and whether there are enough of them."""
    everyone = np.arange(returns.n)
    return _correlations(returns, everyone, everyone)


def _of_known(
    returns: AbnormalReturns, used: Bools, window: Window, known: tuple[Floats, Bools]
) -> tuple[float, float]:
    """As `_all_pairs`, with the correlations given."""
    rho, enough = known
    everyone = np.arange(returns.n)
    days = returns.sessions[:, _window_columns(returns, window)][returns.session_of]
    weight = _overlaps(days, used, everyone, everyone)
    np.fill_diagonal(weight, 0.0)
    if not enough[weight > 0].all():
        rho = np.where(enough, rho, _mean_of(rho, enough))
    return float((rho * weight).sum()), float(weight.sum())


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
    sums, squares = z[mine] @ there.T, (z[mine] ** 2) @ there.T
    if len(rows) == len(columns):
        others, other_squares = sums.T, squares.T
    else:
        others, other_squares = there[mine] @ z.T, there[mine] @ (z**2).T
    spread, other_spread = squares - sums**2 / safe, other_squares - others**2 / safe
    scale = np.sqrt(np.maximum(spread, 0.0) * np.maximum(other_spread, 0.0))
    enough = (common >= _MIN_COMMON_DAYS) & (scale > 0)
    rho = (z[mine] @ z.T - sums * others / safe) / np.where(scale > 0, scale, 1.0)
    return rho, enough


def _mean_of_all(returns: AbnormalReturns) -> float:
    """Mean correlation of all pairs that share enough estimation days; what stands in for overlapping pairs that do not."""
    return _mean_of(*correlations(returns))


def _mean_of(rho: Floats, enough: Bools) -> float:
    others = enough & ~np.eye(len(rho), dtype=bool)
    return float(rho[others].mean()) if others.any() else 0.0


@dataclass(frozen=True)
class DateTables:
    """Residuals of all pairs of an event date, added up: G designs with L1 estimation and L2 event days each (ruling 25).

    Each residual series is standardised by its own mean and standard deviation. Tables of parts of a study add up.
    """

    days: Days
    """(G, L1 + L2) calendar days."""
    sums: Floats
    """(G, L1) sum of the standardised residuals of a day."""
    counts: Floats
    """(G, L1) pairs with a residual that day."""
    squares: Floats
    """(G,) sum of all squares."""
    size: Floats
    """(G,) pairs."""

    @classmethod
    def empty(cls, days: Days, n_estimation: int) -> DateTables:
        """Tables of no pairs for designs with these days (G, L1 + L2)."""
        g = len(days)
        return cls(days, np.zeros((g, n_estimation)), np.zeros((g, n_estimation)), np.zeros(g), np.zeros(g))

    def add(self, returns: AbnormalReturns) -> None:
        """Add the pairs of `returns`, whose designs are those of the tables."""
        known = np.isfinite(returns.residuals)
        m = known.sum(axis=1, keepdims=True)
        there = np.where(known, returns.residuals, 0.0)
        centred = np.where(known, there - there.sum(axis=1, keepdims=True) / m, 0.0)
        z = centred / np.sqrt((centred**2).sum(axis=1, keepdims=True) / m)
        order = np.argsort(returns.session_of, kind="stable")
        which, first = np.unique(returns.session_of[order], return_index=True)
        self.sums[which] += np.add.reduceat(z[order], first, axis=0)
        self.counts[which] += np.add.reduceat(known[order].astype(float), first, axis=0)
        self.squares[which] += np.add.reduceat(m[order, 0].astype(float), first)
        self.size[which] += np.diff(np.append(first, len(order)))

    def mean_correlation(self, event: Window, window: Window) -> Correlation:
        """Mean correlation over the pairs of dates whose `window` shares days."""
        total, overlap = self._sums_over_dates(event, window)
        return correlation_of_sums(total, overlap, int(self.size.sum()), approximate=True)

    def _sums_over_dates(self, event: Window, window: Window) -> tuple[float, float]:
        """Sum of rho w and sum of w over ordered pairs of pairs, some dates at a time against those within reach."""
        kept = np.flatnonzero(self.size > 0)
        n_estimation = self.sums.shape[1]
        first = n_estimation + window.start - event.start
        days = self.days[kept][:, first : first + window.length]
        before, sums, counts = self.days[kept, :n_estimation], self.sums[kept], self.counts[kept]
        start_day, end_day = np.fmin.reduce(days, axis=1), np.fmax.reduce(days, axis=1)
        order = np.argsort(start_day, kind="stable")
        start_day, reach = start_day[order], np.maximum.accumulate(end_day[order])
        total = weights = 0.0
        for start in range(0, len(order), _ROWS):
            stop = min(start + _ROWS, len(order))
            end = int(np.searchsorted(start_day, reach[stop - 1], side="right"))
            columns, mine = order[start:end], slice(0, stop - start)
            hit = _on_calendar(np.ones(days[columns].shape), days[columns], ~np.isnat(days[columns]))
            weight = hit[mine] @ hit.T / window.length
            weight[:, mine] = np.triu(weight[:, mine])
            there = counts[columns] > 0
            z = _on_calendar(sums[columns], before[columns], there)
            n = _on_calendar(counts[columns], before[columns], there)
            cross, pairs = z[mine] @ z.T, n[mine] @ n.T
            own, size = kept[columns], self.size[kept[columns]]
            both = 2 * np.outer(size[mine], size)
            diagonal = np.arange(stop - start)
            cross[diagonal, diagonal] -= self.squares[own[mine]]
            pairs[diagonal, diagonal] -= n[mine].sum(axis=1)
            both[diagonal, diagonal] = size[mine] * (size[mine] - 1)
            rho = np.where(pairs > 0, cross / np.where(pairs > 0, pairs, 1.0), 0.0)
            total += float((weight * both * rho).sum())
            weights += float((weight * both).sum())
        return total, weights


def _window_columns(returns: AbnormalReturns, window: Window) -> slice:
    first = returns.n_estimation_days + window.start - returns.event.start
    return slice(first, first + window.length)


def _on_calendar(values: Floats, days: Days, where: Bools) -> Floats:
    """(N, calendar days) the values (N, columns) laid out on the distinct days that occur; zero elsewhere."""
    if len(days) and (days == days[0]).all():
        return np.where(where, values, 0.0)  # one date: the columns are the calendar
    number = days.astype(np.int64)
    mine = number[where]
    first = int(mine.min()) if len(mine) else 0
    occurs = np.zeros(int(mine.max()) - first + 1 if len(mine) else 0, dtype=bool)
    occurs[mine - first] = True
    place = np.cumsum(occurs) - 1
    laid = np.zeros((len(values), int(occurs.sum())))
    row, _ = np.nonzero(where)
    laid[row, place[mine - first]] = values[where]
    return laid
