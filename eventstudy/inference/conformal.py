"""Permutation of residuals fitted under the null, for windows of any length (METHODS 3.20).

The model is refitted on estimation and window days together; if nothing happened these days are exchangeable.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns, cumulate
from eventstudy.inference._base import SeriesSignificance, SeriesTest
from eventstudy.language import Phrase
from eventstudy.panel.block import Bools, Floats, Ints
from eventstudy.windows import Window

DRAWS = 9999
ACROSS_GAPS = Phrase("returns across gaps are not exchangeable with single days")


def compute(returns: AbnormalReturns, window: Window, seed: int) -> SeriesSignificance:
    """Give p = (1 + #{|sum over drawn days| >= |sum over the window|}) / (draws + 1); all single days are enumerated."""
    found = cumulate(returns, window)
    columns = slice(window.start - returns.event.start, window.end - returns.event.start + 1)
    bridged: Bools = np.asarray(((returns.span[returns.basis_of, columns] > 1) & found.used).any(axis=1), dtype=bool)
    days, inside = null_residuals(returns, found.used, columns)
    present = np.isfinite(days)
    statistic = np.abs(np.where(inside & present, days, 0.0).sum(axis=1))
    p = np.full(returns.n, np.nan)
    possible = found.covered & ~bridged
    shapes = np.stack([present.sum(axis=1), found.used.sum(axis=1)], axis=1)
    for total, length in sorted(set(map(tuple, shapes[possible].tolist()))):
        group = np.flatnonzero(possible & (shapes == (total, length)).all(axis=1))
        pool = days[group][present[group]].reshape(len(group), total)
        drawn = sets_of_days(total, length, seed)
        for i, series in zip(group, pool, strict=True):
            sums = np.abs(_sums(series, drawn))
            reached = (sums >= statistic[i] * (1 - 1e-12)).sum()
            every = length == 1
            p[i] = reached / len(sums) if every else (1 + reached) / (len(sums) + 1)
    reasons = tuple(ACROSS_GAPS if over else "" for over in bridged)
    draws = None if (shapes[possible, 1] == 1).all() else DRAWS
    statistic = np.where(possible, found.car, np.nan)
    return SeriesSignificance(statistic, p, "permutation", reasons=reasons, draws=draws)


def _sums(series: Floats, drawn: Ints) -> Floats:
    """(draws,) sums over the sets of days; day by day, which is faster for few days."""
    total = np.zeros(len(drawn))
    for days in drawn.T:
        total += series[days]
    return total


def null_residuals(returns: AbnormalReturns, used: Bools, columns: slice) -> tuple[Floats, Bools]:
    """(N, L1 + L) residuals of the refit on estimation and window days, NaN where not used; and which are window days.

    In the coordinates of the basis the estimation cross product is the identity and the estimation residuals are orthogonal
    to it, so the refit moves the coefficients by (I + G'G)⁻¹ G' AR.
    """
    scale = returns.error_scale[:, columns]  # days of changing variance are brought to that of the residuals
    ar = np.where(used, returns.ar[:, columns] / scale, 0.0)
    days = returns.n_estimation_days
    k = returns.parameters
    estimation = returns.basis[:, :days, :k][returns.basis_of]
    ahead = returns.basis[:, days + columns.start : days + columns.stop, :k][returns.basis_of]
    ahead = np.where(used[:, :, None], ahead / scale[:, :, None], 0.0)
    cross = np.eye(k) + np.einsum("nlj,nlk->njk", ahead, ahead)
    step = np.linalg.solve(cross, np.einsum("nlk,nl->nk", ahead, ar)[:, :, None])[:, :, 0]
    before = returns.residuals - np.einsum("nmk,nk->nm", estimation, step)
    within = np.where(used, ar - np.einsum("nlk,nk->nl", ahead, step), np.nan)
    inside = np.concatenate([np.zeros(before.shape, dtype=bool), used], axis=1)
    return np.concatenate([before, within], axis=1), inside


@lru_cache(maxsize=32)
def sets_of_days(total: int, length: int, seed: int) -> Ints:
    """(draws, length) positions without replacement: each single one where length is 1, else a random sample."""
    if length == 1:
        return np.arange(total)[:, None]
    rng = np.random.default_rng(seed)
    if length * 4 > total:
        return np.asfortranarray(rng.random((DRAWS, total)).argsort(axis=1)[:, :length].astype(np.int64))
    drawn = rng.integers(total, size=(DRAWS, length))
    while len(repeated := np.flatnonzero((np.diff(np.sort(drawn, axis=1), axis=1) == 0).any(axis=1))):
        drawn[repeated] = rng.integers(total, size=(len(repeated), length))
    return np.asfortranarray(drawn)  # they are added up day by day


TEST = SeriesTest(
    summary="permutation of the residuals under the null of no effect",
    null="window days are exchangeable with estimation days",
    assumes="exchangeable days; any error law",
    fails="event-induced variance, volatility clustering, serial correlation",
    paper="Chernozhukov, Wüthrich and Zhu 2021",
    compute=compute,
)
