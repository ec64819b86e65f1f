"""Do two kinds of events differ? Tests of equal means of values (N,) that come in G clusters of dates.

Values of one cluster share days and thus a shock; clusters are independent. Where each cluster has one vote there is no
variance to model (Ibragimov and Mueller 2016); where some clusters hold both kinds, weights are by pairs, with standard errors
and degrees of freedom for few clusters (Bell and McCaffrey 2002).
"""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np

from eventstudy.inference.distributions import p_t
from eventstudy.panel import Bools, Days, Floats, Ints

_WELCH_FROM = 4
"""Clusters of each kind from which Welch's degrees of freedom hold the size; below, the fewer less one."""
_SAME = 1e-10
WEBB = np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)])
"""Weights of the wild bootstrap that tell few clusters apart (Webb 2023)."""
_DRAWS = 9999
_AT_ONCE = 2000


class Found(NamedTuple):
    """A difference, as one test sees it; NaN where it does not apply."""

    difference: float
    se: float
    statistic: float
    df: float
    p: float
    draws: int = 0
    """Random draws that p rests on; 0: none, or all possibilities."""


_NOTHING = Found(np.nan, np.nan, np.nan, np.nan, np.nan)


def _by_t(difference: float, se: float, df: float) -> Found:
    if not se > 0 or not df > 0:
        return Found(difference, np.nan, np.nan, np.nan, np.nan)
    t = difference / se
    return Found(difference, se, t, df, float(p_t(t, df)))


def votes(values: Floats, first: Ints, cluster: Ints) -> tuple[Floats, Floats]:
    """(G,) mean of each cluster over its values of the first kind (`first` 1), and over those of the other; NaN where none."""
    n = int(cluster.max()) + 1
    means = []
    for kind in (1, 0):
        of_kind = first == kind
        count = np.bincount(cluster[of_kind], minlength=n)
        total = np.bincount(cluster[of_kind], weights=values[of_kind], minlength=n)
        means.append(np.where(count > 0, total / np.maximum(count, 1), np.nan))
    return means[0], means[1]


def im_two_sample(values: Floats, first: Ints, cluster: Ints) -> Found:
    """Each cluster of one kind has one vote: Welch's t of cluster means (Ibragimov and Mueller 2016)."""
    one, other = (m[np.isfinite(m)] for m in votes(values, first, cluster))
    return welch(one, other, strict=True)


def welch(one: Floats, other: Floats, *, strict: bool = False) -> Found:
    """Welch's t; `strict`: below four values of a kind the degrees of freedom are the fewer less one."""
    a, b = len(one), len(other)
    difference = float(one.mean() - other.mean()) if a and b else np.nan
    if min(a, b) < 2:
        return Found(difference, np.nan, np.nan, np.nan, np.nan)
    u, v = float(one.var(ddof=1)) / a, float(other.var(ddof=1)) / b
    df = (u + v) ** 2 / (u**2 / (a - 1) + v**2 / (b - 1)) if u + v > 0 else np.nan
    if strict and min(a, b) < _WELCH_FROM:
        df = float(min(a, b) - 1)
    return _by_t(difference, float(np.sqrt(u + v)), df)


def im_paired(values: Floats, first: Ints, cluster: Ints) -> Found:
    """Each cluster holds both kinds: the t of the differences within clusters."""
    one, other = votes(values, first, cluster)
    within = one - other
    n = len(within)
    return _by_t(float(within.mean()), float(within.std(ddof=1)) / np.sqrt(n), n - 1.0) if n > 1 else _NOTHING


class _Sums(NamedTuple):
    """What clusters leave behind of a regression on K columns."""

    xx: Floats
    """(G, K, K)"""
    xy: Floats
    """(G, K)"""


def _sums(x: Floats, y: Floats, cluster: Ints) -> _Sums:
    n, k = int(cluster.max()) + 1, x.shape[1]
    xx, xy = np.zeros((n, k, k)), np.zeros((n, k))
    np.add.at(xx, cluster, x[:, :, None] * x[:, None, :])
    np.add.at(xy, cluster, x * y[:, None])
    return _Sums(xx, xy)


def _two(first: Ints) -> Floats:
    return np.column_stack([np.ones(len(first)), first]).astype(np.float64)


def cr1(values: Floats, first: Ints, cluster: Ints) -> Found:
    """Least squares by pairs with clustered standard errors, G / (G - 1) (N - 1) / (N - K), and the t of G - 1."""
    x = _two(first)
    sums = _sums(x, values, cluster)
    bread = np.linalg.inv(sums.xx.sum(axis=0))
    beta = bread @ sums.xy.sum(axis=0)
    score = sums.xy - sums.xx @ beta
    g, n, k = len(score), len(values), x.shape[1]
    spread = g / (g - 1) * (n - 1) / (n - k) if g > 1 and n > k else np.nan
    v = bread @ (score.T @ score) @ bread * spread
    return _by_t(float(beta[1]), float(np.sqrt(v[1, 1])), g - 1.0)


def cr2(values: Floats, first: Ints, cluster: Ints) -> Found:
    """Least squares by pairs, CR2 and Satterthwaite's degrees of freedom (Bell and McCaffrey 2002).

    Residuals of a cluster are multiplied by (I - H_gg)^(-1/2), which makes V unbiased for independent errors; df are those of a
    chi-squared with the mean and variance that V has then.
    """
    return by_clusters(_two(first), values, cluster, np.ones(len(values))).of(1)


def weighted_mean(values: Floats, weights: Floats, cluster: Ints) -> Found:
    """The mean with `weights` (N,) that add up to one, its standard error by CR2, Satterthwaite's degrees of freedom.

    Errors are taken for independent with one variance where residuals are made unbiased; weights say what is asked, not how
    sure a value is. With equal weights and a cluster a value it is the t of one sample.
    """
    if int(cluster.max()) < 1:
        return Found(float(weights @ values), np.nan, np.nan, np.nan, np.nan)
    return by_clusters(np.ones((len(values), 1)), values, cluster, weights).of(0)


class Coefficients(NamedTuple):
    """K coefficients and what is known of their errors."""

    beta: Floats
    """(K,)"""
    covariance: Floats
    """(K, K)"""
    df: Floats
    """(K,) degrees of freedom of each variance."""

    def of(self, k: int) -> Found:
        """What the t of one coefficient says."""
        return _by_t(float(self.beta[k]), float(np.sqrt(self.covariance[k, k])), float(self.df[k]))


def by_clusters(x: Floats, values: Floats, cluster: Ints, weights: Floats) -> Coefficients:
    """Weighted least squares of N values on x (N, K), by CR2; `weights` (N,)."""
    wx = x * weights[:, None]
    bread = np.linalg.inv(x.T @ wx)
    beta = bread @ (wx.T @ values)
    residuals = values - x @ beta
    spread = bread @ (wx.T @ wx) @ bread  # of beta, in units of the variance of an error
    rows = [np.flatnonzero(cluster == g) for g in range(int(cluster.max()) + 1)]
    loads = []
    for at in rows:
        cross = x[at] @ bread @ wx[at].T
        own = np.eye(len(at)) - cross - cross.T + x[at] @ spread @ x[at].T  # of the residuals of the cluster
        loads.append(_inverse_root(own) @ wx[at] @ bread)
    scores = np.array([load.T @ residuals[at] for load, at in zip(loads, rows, strict=True)])
    # p_g = (I - H)_g' A_g W_g X_g B c: omega_gh = p_g' p_h
    within = np.array([(load**2).sum(axis=0) for load in loads])
    a, b = (np.array([z[at].T @ load for load, at in zip(loads, rows, strict=True)]) for z in (x, wx))
    df = []
    for k in range(x.shape[1]):
        of_x, of_wx = a[:, :, k], b[:, :, k]
        omega = np.diag(within[:, k]) - of_x @ bread @ of_wx.T - of_wx @ bread @ of_x.T + of_x @ spread @ of_x.T
        square = (omega**2).sum()
        df.append(float(np.trace(omega) ** 2 / square) if square > 0 else np.nan)
    return Coefficients(beta, scores.T @ scores, np.array(df))


def of_one_cluster(x: Floats, cluster: Ints) -> Bools:
    """(K,) whether a coefficient on x (N, K) rests on one cluster alone: without it nothing tells the coefficient.

    The residuals of that cluster are then none in the direction that matters, and say nothing of its error.
    """
    found = np.zeros(x.shape[1], dtype=bool)
    scaled = x / np.sqrt((x**2).sum(axis=0))
    whole = scaled.T @ scaled
    for g in range(int(cluster.max()) + 1):
        own = scaled[cluster == g]
        size, directions = np.linalg.eigh(whole - own.T @ own)
        found |= (np.abs(directions[:, size < _SAME]) > np.sqrt(_SAME)).any(axis=1)
    return found


def _inverse_root(matrix: Floats) -> Floats:
    """The symmetric (pseudo-)inverse square root."""
    values, vectors = np.linalg.eigh(matrix)
    root = np.where(values > _SAME, 1 / np.sqrt(np.where(values > _SAME, values, 1.0)), 0.0)
    made: Floats = (vectors * root) @ vectors.T
    return made


def permuted(values: Floats, first: Ints, cluster: Ints, seed: int = 0) -> Found:
    """Kinds exchanged between clusters of one kind each: Welch's t of cluster means among that of all exchanges.

    All of them where there are few, else 9,999 drawn.
    """
    one, other = (m[np.isfinite(m)] for m in votes(values, first, cluster))
    own, a, n = welch(one, other), len(one), len(one) + len(other)
    if not np.isfinite(own.statistic):
        return own._replace(p=np.nan)
    pool = np.concatenate([one, other])
    if comb(n, a) <= _DRAWS:
        chosen = np.zeros((comb(n, a), n), dtype=bool)
        for row, places in enumerate(combinations(range(n), a)):
            chosen[row, list(places)] = True
        t = _welch_rows(pool, chosen)
        return own._replace(df=np.nan, p=float((np.abs(t) >= abs(own.statistic) - _SAME).mean()))
    rng = np.random.default_rng(seed)
    chosen = rng.random((_DRAWS, n)).argsort(axis=1) < a
    t = _welch_rows(pool, chosen)
    p = (1 + (np.abs(t) >= abs(own.statistic) - _SAME).sum()) / (_DRAWS + 1)
    return own._replace(df=np.nan, p=float(p), draws=_DRAWS)


def _welch_rows(pool: Floats, chosen: np.ndarray) -> Floats:
    """(B,) Welch's t of the values chosen (B, n) against the others."""
    a = chosen.sum(axis=1)
    b = chosen.shape[1] - a
    centred = pool - pool.mean()
    one, one2 = chosen @ centred, chosen @ centred**2
    other, other2 = centred.sum() - one, (centred**2).sum() - one2
    u = (one2 - one**2 / a) / (a - 1) / a
    v = (other2 - other**2 / b) / (b - 1) / b
    t: Floats = (one / a - other / b) / np.sqrt(np.maximum(u + v, 1e-300))
    return t


def wild(values: Floats, first: Ints, cluster: Ints, seed: int = 0) -> Found:
    """Wild cluster bootstrap of the t of CR1, the null imposed, with Webb's six weights (Cameron, Gelbach and Miller 2008)."""
    own = cr1(values, first, cluster)
    if not np.isfinite(own.statistic):
        return own
    found = wald(values, first, cluster, seed)
    return own._replace(df=np.nan, p=found.p, draws=found.draws)


def wald(values: Floats, level: Ints, cluster: Ints, seed: int = 0) -> Found:
    """That all levels (0 .. K - 1) have one mean: Wald by CR1, p by the wild cluster bootstrap with the null imposed."""
    k = int(level.max()) + 1
    x = np.eye(k)[level]
    sums, bread = _sums(x, values, cluster), np.diag(1 / np.bincount(level, minlength=k))
    restriction = np.column_stack([-np.ones(k - 1), np.eye(k - 1)])
    mean = float(values.mean())
    score = sums.xy - sums.xx.sum(axis=2) * mean  # (G, K): of the residuals under the null

    def statistic(by_cluster: Floats) -> Floats:
        """(B,) Wald of scores (B, G, K) of y - mean."""
        beta = by_cluster.sum(axis=1) @ bread
        own = by_cluster - np.einsum("gij,bj->bgi", sums.xx, beta)
        meat = np.einsum("bgi,bgj->bij", own, own)
        v = restriction @ bread @ meat @ bread @ restriction.T
        r = beta @ restriction.T
        solved = np.linalg.pinv(v, hermitian=True) @ r[:, :, None]
        told: Floats = np.einsum("bi,bi->b", r, solved[:, :, 0])
        return told

    own = float(statistic(score[None])[0])
    rng, count = np.random.default_rng(seed), 0
    for begin in range(0, _DRAWS, _AT_ONCE):
        draws = min(_AT_ONCE, _DRAWS - begin)
        weights = WEBB[rng.integers(0, len(WEBB), (draws, len(score)))]
        count += int((statistic(weights[:, :, None] * score[None]) >= own * (1 - _SAME)).sum())
    return Found(np.nan, np.nan, own, k - 1.0, (1 + count) / (_DRAWS + 1), _DRAWS)


def sharing_days(days: Days) -> Ints:
    """(N,) groups of windows of days (N, L) that share days; NaT is none."""
    numbers = days.astype("datetime64[D]").astype(np.int64)
    there = ~np.isnat(days)
    first = np.where(there, numbers, np.iinfo(np.int64).max).min(axis=1)
    last = np.where(there, numbers, np.iinfo(np.int64).min).max(axis=1)
    return components(first, last)


def components(first_day: Ints, last_day: Ints) -> Ints:
    """(N,) number of the group of windows [first, last] that share days with one another, directly or through others."""
    order = np.lexsort((last_day, first_day))
    reach = np.maximum.accumulate(last_day[order])
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = first_day[order][1:] > reach[:-1]
    found = np.empty(len(order), dtype=np.int64)
    found[order] = np.cumsum(begins) - 1
    return found
