"""The t of windows made of ordinary days: leave L estimation days out, fit the rest, forecast them (METHODS 3.19).

With an orthonormal basis Q of the regressors, S the days left out, G = Q_S'Q_S, A = (I - G)⁻¹, q = Q_S'1 and v = Q_S'u_S:

    CAR_S = 1'u_S + q'Av,  C_S = L + q'Aq,  s²_S = (v s² - u_S'u_S - v'Av) / (v - L),  T_S = CAR_S / sqrt(s²_S C_S)

so that nothing is fitted anew. Sets that hold all days on which a regressor says anything cannot be forecast: others stand in
their places, and where all sets do, no window is beyond them. This is exact for least squares; the coefficients of other
estimators of the same line are moved as least squares would move them. Where nothing is estimated, s²_S is the variance of the
other days about their mean.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from eventstudy.engine.abnormal import ALONE, AbnormalReturns
from eventstudy.panel.block import Bools, Floats, Ints

_AT_ONCE = 2
"""Series whose sums are held at once: so few stay in the cache of the processor, and are done in a fourth of the time of 16."""
_LEAST = 1e-12
"""A variance is at least so small a part of that of all days."""


class Days(NamedTuple):
    """The M valid estimation days of n series that have as many, each series with its own or a shared basis."""

    residuals: Floats
    """(n, M)"""
    basis: Floats
    """(b, M, K) orthonormal columns."""
    basis_of: Ints
    """(n,) the row of `basis`."""
    square: Floats
    """(n,) sigma² times its degrees of freedom."""
    df: Ints
    """(n,)"""
    prediction_error: bool
    """Whether the variance of a forecast holds that of the estimates."""


def days_of(returns: AbnormalReturns, which: Ints) -> Days:
    """Those of the series at these positions, which have equally many valid days."""
    known = np.isfinite(returns.residuals[which])
    n, m, k = len(which), int(known[0].sum()), returns.parameters
    keys = np.concatenate([returns.basis_of[which, None], np.packbits(known, axis=1)], axis=1)
    _, first, own = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    rows = returns.basis[returns.basis_of[which[first]], : returns.n_estimation_days, :k]
    basis = rows[known[first]].reshape(len(first), m, k)
    sigma, df = returns.sigma[which], returns.df[which]
    return Days(
        returns.residuals[which][known].reshape(n, m),
        _orthonormal(basis),
        own.reshape(-1),
        sigma**2 * df,
        df,
        returns.prediction_error,
    )


def _orthonormal(basis: Floats) -> Floats:
    """(b, M, K) the same spaces with columns of length one at right angles; zeros for columns that others make up."""
    if not basis.shape[2]:
        return basis
    size, directions = np.linalg.eigh(basis.transpose(0, 2, 1) @ basis)
    there = size > _LEAST * size[:, -1:]
    scale = np.where(there, 1 / np.sqrt(np.where(there, size, 1.0)), 0.0)
    found: Floats = basis @ (directions * scale[:, None, :])
    return found


def drawn_t(days: Days, drawn: Ints) -> Floats:
    """(n, B) T_S, with its sign, of n series for B sets of L days, positions among the M valid ones (B, L)."""
    found = np.empty((len(days.residuals), len(drawn)))
    for d, basis in enumerate(days.basis):
        design, mine = _Design(basis, drawn, prediction_error=days.prediction_error), np.flatnonzero(days.basis_of == d)
        for begin in range(0, len(mine), _AT_ONCE):
            some = mine[begin : begin + _AT_ONCE]
            found[some] = design.t(days.residuals[some], days.square[some], days.df[some], drawn)
        if not design.possible.all():
            found[mine] = found[np.ix_(mine, _others_instead(design.possible))] if design.possible.any() else np.inf
    return found


def _others_instead(possible: Bools) -> Ints:
    """(B,) each set that can be forecast from the other days, and in the places of those that cannot these in turn."""
    places = np.arange(len(possible))
    places[~possible] = np.resize(np.flatnonzero(possible), np.count_nonzero(~possible))
    return places


def sums_over(values: Floats, drawn: Ints) -> Floats:
    """(..., B) sums of values (..., M) over the sets of days (B, L)."""
    total = np.take(values, drawn[:, 0], axis=-1)
    for column in drawn.T[1:]:
        total += np.take(values, column, axis=-1)
    return total


class _Design:
    """What the sets of days leave of one basis: I - G = U'DU and what q becomes under U'⁻¹, by elimination.

    `possible` (B,): which sets leave something of each regressor.
    """

    def __init__(self, basis: Floats, drawn: Ints, *, prediction_error: bool) -> None:
        self.basis, k = basis.T, basis.shape[1]
        upper = np.triu_indices(k)
        products = sums_over(self.basis[upper[0]] * self.basis[upper[1]], drawn) if k else np.empty((0, len(drawn)))
        left = np.empty((k, k, len(drawn)))
        left[upper] = (upper[0] == upper[1])[:, None] - products
        self.steps = [(j, i) for j in range(k) for i in range(j + 1, k)]
        self.factor = {}
        self.possible = np.ones(len(drawn), dtype=bool)
        for j in range(k):
            gone = left[j, j] < ALONE
            self.possible &= ~gone
            left[j, j, gone] = np.inf
            for i in range(j + 1, k):
                self.factor[j, i] = left[j, i] / left[j, j]
                left[i, i:] -= self.factor[j, i] * left[j, i:]
        self.pivot = left[range(k), range(k)]
        self.q = self._eliminated(sums_over(self.basis, drawn) if k else np.empty((0, len(drawn))))
        self.unit = drawn.shape[1] + prediction_error * (self.q**2 / self.pivot).sum(axis=0)

    def _eliminated(self, right: Floats) -> Floats:
        """(K, ...) the right-hand sides after the elimination."""
        for j, i in self.steps:
            right[i] -= self.factor[j, i] * right[j]
        return right

    def t(self, residuals: Floats, square: Floats, df: Ints, drawn: Ints) -> Floats:
        """(n, B) T_S of n series on this basis, with its sign."""
        length, m = drawn.shape[1], residuals.shape[1]
        car, own = sums_over(residuals, drawn), sums_over(residuals**2, drawn)
        rest = square[:, None] - own
        if len(self.basis):
            v = self._eliminated(np.stack([sums_over(residuals * column, drawn) for column in self.basis]))
            scaled = v / self.pivot[:, None]
            rest -= (v * scaled).sum(axis=0)
            car += (self.q[:, None] * scaled).sum(axis=0)
        else:
            mean = residuals.mean(axis=1, keepdims=True)
            rest += m * mean**2 - (m * mean - car) ** 2 / (m - length)
        variance = np.maximum(rest, _LEAST * square[:, None]) / (df - length)[:, None]
        found: Floats = car / np.sqrt(variance * self.unit)
        return found
