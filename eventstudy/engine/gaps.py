"""The kernel for pairs that lack some days: the same formulas on complete cases (METHODS 0.5), all pairs of a chunk at once.

The basis Q of a design is orthonormal on all its days. On the days that a pair has, Q'Q = G is close to the identity, so
Q L⁻ᵀ with G = L L' is that pair's own basis without a QR of its own; where too little is left the pair is handed back.

Contract as in the package, and:

    stratum (n,)           0 .. P - 1, a number for the set of windows that a pair covers
    used (n, L2)           whether the day has an abnormal return
    covered (n, W)         whether enough of the window was observed
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from eventstudy.engine.arrays import Bools, Floats, Ints, squares
from eventstudy.engine.least_squares import Designs, Task
from eventstudy.engine.ranks import Weighted, days_above, key_unit, weighted_rank_sums
from eventstudy.engine.runs import shares_of_runs

_LEAST = 0.01
"""The smallest eigenvalue of G: below it the days that are left do not carry the regressors of the design."""


@dataclass(frozen=True)
class Fitted:
    """Residuals and abnormal returns of n pairs; 0 on missing days."""

    residual: Floats
    """(n, L1)"""
    known: Bools
    """(n, L1)"""
    ar: Floats
    """(n, L2)"""
    used: Bools
    """(n, L2)"""
    q: Floats
    """(n, K, L1) zero on missing days."""
    ahead: Floats
    """(n, K, L2)"""
    m: Ints
    """(n,) estimation days."""
    sigma: Floats
    good: Bools
    """(n,) whether the pair may count: enough of its design is left, and variance around the normal return."""

    @property
    def df(self) -> Ints:
        """(n,) degrees of freedom."""
        return self.m - (self.q.shape[1] or 1)

    @cached_property
    def standard(self) -> Floats:
        """(n, L1) residuals over sigma sqrt(1 - h)."""
        leverage = np.einsum("nkt,nkt->nt", self.q, self.q)
        weight = self.sigma[:, None] * np.sqrt(np.clip(1 - leverage, 1e-12, None))
        found: Floats = self.residual / weight
        return found

    def take(self, rows: Bools) -> Fitted:
        """The pairs at these rows."""
        return Fitted(**{name: values[rows] for name, values in vars(self).items() if name != "standard"})


def fitted(estimation: Floats, event: Floats, which: Ints, given: Designs) -> Fitted:
    """Least squares on the days that each pair has; `which` (n,) says which of the designs `given` is its own."""
    k = given.basis.shape[2]
    known, used = np.isfinite(estimation), np.isfinite(event)
    y, ar = np.where(known, estimation, 0.0), np.where(used, event, 0.0)
    m = np.count_nonzero(known, axis=1).astype(np.int64)
    total = squares(y)
    q = np.ascontiguousarray(given.basis.transpose(0, 2, 1))[which]
    ahead = np.matmul(given.x_event, given.inverse).transpose(0, 2, 1)[which]
    good = np.ones(len(y), dtype=bool)
    if k:
        q *= known[:, None]
        gram = np.matmul(q, q.transpose(0, 2, 1))
        good = np.linalg.eigvalsh(gram)[:, 0] > _LEAST
        gram = np.where(good[:, None, None], gram, np.eye(k))
        turn = np.linalg.inv(np.linalg.cholesky(gram))
        q, ahead = np.matmul(turn, q), np.matmul(turn, ahead)
        for _ in range(2):
            step = np.matmul(q, y[:, :, None]).transpose(0, 2, 1)
            y -= np.matmul(step, q)[:, 0]
            ar -= np.matmul(step, ahead)[:, 0]
        ar = np.where(used, ar, 0.0)
    centre = 0.0 if k else (y.sum(axis=1) / np.maximum(m, 1))[:, None]
    rss = squares(y if k else np.where(known, y - centre, 0.0))
    good &= rss > 1e-24 * np.maximum(total, np.finfo(float).tiny)
    sigma = np.where(good, np.sqrt(rss / np.maximum(m - (k or 1), 1)), 1.0)
    return Fitted(y, known, ar, used, q, ahead, m, sigma, good)


def unit_of(fit: Fitted, task: Task) -> Floats:
    """(n, W) C = i'Vi over the days that are there."""
    inside = task.indicator
    unit: Floats = fit.used.astype(float) @ inside
    if task.prediction_error and fit.q.shape[1]:
        total = np.matmul(fit.ahead * fit.used[:, None], inside)
        unit = unit + (total**2).sum(axis=1)
    return unit


@dataclass(frozen=True)
class Found:
    """What a chunk leaves behind, by stratum (P); names and shapes as in `sums.totals.Sums`."""

    car: Floats
    """(n, W) NaN where not covered."""
    scar: Floats
    unit: Floats
    """(n, W)"""
    ar: Floats
    """(P, L2)"""
    ar_n: Ints
    residual: Floats
    """(P, L1)"""
    residual_n: Ints
    ranks: Floats
    """(P, L1 + L2) scaled ranks."""
    residual_ranks: Floats
    """(P, L1) rank / (M + 2)"""
    student: Floats
    student_squares: Floats
    student_powers: Floats
    """(P, 2)"""
    share: Floats
    """(P, R)"""
    share_n: Ints
    dates: Floats
    """(n, L1) residuals standardised by their own mean and deviation, 0 on missing days."""


def first(fit: Fitted, stratum: Ints, strata: int, covered: Bools, task: Task) -> Found:
    """The first pass over one chunk of pairs that all count."""
    of = (np.arange(strata)[:, None] == stratum).astype(float)
    unit = np.where(covered, unit_of(fit, task), np.nan)
    car = np.where(covered, fit.ar @ task.indicator, np.nan)
    known = fit.known
    t = fit.m + np.count_nonzero(fit.used, axis=1)
    all_days = np.concatenate([fit.residual, fit.ar], axis=1)
    scale = (key_unit(all_days.shape[1]) / fit.sigma)[:, None]
    both = Weighted(np.concatenate([known, fit.used], axis=1), 1 / (t + 1), stratum, strata)
    ranks = weighted_rank_sums(all_days * scale, both, lambda rows: all_days[rows] / fit.sigma[rows, None])
    own = weighted_rank_sums(
        fit.standard * key_unit(known.shape[1]),
        Weighted(known, 1 / (fit.m + 2), stratum, strata),
        lambda rows: fit.standard[rows],
    )
    student, squares, powers = _student(fit)
    share = shares_of_runs(np.where(fit.known, fit.residual, np.nan), task.lengths)
    has = np.isfinite(share)
    residual_n, ar_n = (of @ known.astype(float)), (of @ fit.used.astype(float))
    mean = (fit.residual.sum(axis=1) / fit.m)[:, None]
    centred = np.where(known, fit.residual - mean, 0.0)
    spread = np.sqrt(np.einsum("nt,nt->n", centred, centred) / fit.m)
    return Found(
        car=car,
        scar=car / (fit.sigma[:, None] * np.sqrt(unit)),
        unit=unit,
        ar=of @ fit.ar,
        ar_n=ar_n.astype(np.int64),
        residual=of @ fit.residual,
        residual_n=residual_n.astype(np.int64),
        ranks=ranks - np.concatenate([residual_n, ar_n], axis=1) / 2,
        residual_ranks=own,
        student=of @ student,
        student_squares=of @ squares,
        student_powers=of @ powers,
        share=of @ np.where(has, share, 0.0),
        share_n=(of @ has.astype(float)).astype(np.int64),
        dates=centred / spread[:, None],
    )


def second(fit: Fitted, stratum: Ints, strata: int, covered: Bools, task: Task, scales: Floats) -> Floats:
    """(P, W, L1) sum of 1{the SCAR times `scales` lies below that day} / (M + 2) over the pairs of each stratum.

    A tie counts one half.
    """
    car = fit.ar @ task.indicator
    scar = car / (fit.sigma[:, None] * np.sqrt(np.where(covered, unit_of(fit, task), 1.0)))
    place = np.where(covered, scales * scar, np.inf)
    weight = (np.arange(strata)[:, None] == stratum) / (fit.m + 2)
    values = np.where(fit.known, fit.standard, -np.inf)
    found = np.empty((strata, len(scales), fit.known.shape[1]))
    near = days_above(values.astype(np.float32), place, np.ones(len(values)), lambda row, day: values[row, day])
    for w, (above, row, day, part) in enumerate(near):
        found[:, w] = weight @ above.astype(float)
        np.add.at(found[:, w], (stratum[row], day), part / (fit.m[row] + 2))
    return found


def _student(fit: Fitted) -> tuple[Floats, Floats, Floats]:
    """(n, L1) studentised residuals and their squares, (n, 2) sums of third and fourth powers."""
    squares = fit.standard**2
    df = fit.df[:, None]
    ratio = np.where(fit.known, (df - 1) / np.maximum(df - squares, np.finfo(float).tiny), 0.0)
    student, squares = fit.standard * np.sqrt(ratio), squares * ratio
    powers = np.stack([np.einsum("nt,nt->n", squares, v) for v in (student, squares)], axis=1)
    return student, squares, powers
