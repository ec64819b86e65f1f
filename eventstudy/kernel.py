"""The arithmetic of many pairs at once: least squares by date, what the tests need of the residuals, and ranks.

One file behind two functions, `first` and `second`, so that a compiled kernel can take its place. Contract of both: float64
arrays in C order, NaN nowhere (pairs with a missing day take the models' own way), at most `ROWS` pairs, sorted by design;
no array is kept, and the same arrays give the same bits.

    n pairs, g designs (a design is a day 0 and a benchmark), K regressors with the intercept, L1 estimation and L2 event days,
    W windows, R lengths of runs
    estimation (n, L1), event (n, L2)   returns less what the model subtracts; both are overwritten
    bounds (g + 1,)                     the pairs of design d are bounds[d] .. bounds[d + 1] - 1
    basis (g, L1 + L2, K)               [Q; X* R⁻¹] of each design, from `factorise`

Accuracy: Q of a Householder QR for each date, one refinement, sigma from the residuals themselves: as good as the
singular value decomposition on every nasty case (tests/engine/test_accuracy.py). Ranks: values in units of sigma go into
the high bits of a 32-bit key and the day into the low ones; one sort, and the days come out in order. Pairs with two equal
high parts, ties among them, are ranked again by `average_ranks`, values rounded to 1e-12 (METHODS ruling 10).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ROWS = 255
"""Pairs worked on at once: few enough for the cache, and for counts in one byte."""
MAX_CONDITION = 1e8
_WIDEST = 8.0
"""Values beyond so many sigmas share the outermost keys; if two do, their pair is ranked again."""
_FEW = 4
"""Below so many pairs a design, all designs are projected in one stacked product instead of one by one."""


def factorise(x: Floats, valid: Bools, span: Floats, days: slice, event: slice) -> tuple[Floats, Floats, Bools]:
    """X = QR on the valid estimation days, scaled by 1/sqrt(span): `x` (B, T, K), `valid` (B, L1), `span` (B, T).

    Returns the basis [Q; X* R⁻¹] (B, L1 + L2, K), the inverse of R (B, K, K), and whether each design has full rank.
    """
    b, _, k = x.shape
    if k == 0:
        width = (days.stop - days.start) + (event.stop - event.start)
        return np.zeros((b, width, 0)), np.zeros((b, 0, 0)), np.ones(b, dtype=bool)
    weight = np.where(valid, 1 / np.sqrt(np.where(valid, span[:, days], 1)), 0.0)
    scaled = np.where(valid[:, :, None], x[:, days], 0.0) * weight[:, :, None]
    length = np.sqrt((scaled**2).sum(axis=1, keepdims=True))
    safe = np.where(length > 0, length, 1.0)
    q, r = np.linalg.qr(scaled / safe)
    pivot = np.abs(np.einsum("bkk->bk", r))
    good: Bools = (length > 0).all(axis=(1, 2)) & (pivot.min(axis=1) * MAX_CONDITION > pivot.max(axis=1))
    r = np.where(good[:, None, None], r, np.eye(k))
    inverse = np.linalg.inv(r)
    large = np.sqrt((r**2).sum(axis=(1, 2)) * (inverse**2).sum(axis=(1, 2))) >= MAX_CONDITION  # at least the condition
    if large.any():
        singular = np.linalg.svd(r[large], compute_uv=False)
        good[large] = singular[:, -1] * MAX_CONDITION > singular[:, 0]
        inverse[~good] = np.eye(k)
    inverse = inverse / safe.transpose(0, 2, 1)
    return np.concatenate([q, np.matmul(x[:, event], inverse)], axis=1), inverse, good


def project(estimation: Floats, event: Floats, bounds: Ints, basis: Floats) -> None:
    """Take the normal returns out of both, in place: two projections, the second for accuracy."""
    days, k = estimation.shape[1], basis.shape[2]
    if k == 0:
        return
    if len(estimation) < _FEW * (len(bounds) - 1):
        which = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
        wide = basis[which]
        for _ in range(2):
            step = np.matmul(estimation[:, None, :], wide[:, :days])
            estimation -= np.matmul(step, wide[:, :days].transpose(0, 2, 1))[:, 0]
            event -= np.matmul(step, wide[:, days:].transpose(0, 2, 1))[:, 0]
        return
    for d in range(len(bounds) - 1):
        rows = slice(bounds[d], bounds[d + 1])
        q, ahead = basis[d, :days], basis[d, days:]
        for _ in range(2):
            step = estimation[rows] @ q
            estimation[rows] -= step @ q.T
            event[rows] -= step @ ahead.T


@dataclass(frozen=True)
class Task:
    """What is asked of every chunk; the same for all pairs of a study."""

    windows: tuple[tuple[int, int], ...]
    """W windows: first and one past the last column of `event`."""
    lengths: tuple[int, ...]
    """R lengths of runs of estimation days, ascending."""
    intercept: bool
    """Whether residuals add up to zero by construction."""
    prediction_error: bool

    def indicator(self, n_event: int) -> Floats:
        """(L2, W) which days belong to which window."""
        found = np.zeros((n_event, len(self.windows)))
        for w, (start, stop) in enumerate(self.windows):
            found[start:stop, w] = 1.0
        return found


@dataclass(frozen=True)
class Found:
    """What a chunk leaves behind; shapes as above. Names are those of `totals.Sums` where they are sums."""

    good: Bools
    """(n,) pairs that count; False: no variance is left around the normal return."""
    car: Floats
    """(n, W)"""
    scar: Floats
    """(n, W)"""
    unit: Floats
    """(n, W) C = i'Vi."""
    ar: Floats
    """(L2,)"""
    residual: Floats
    """(L1,)"""
    ranks: Floats
    """(L1 + L2,) sum of plain ranks among all days."""
    residual_ranks: Floats
    """(L1,) sum of plain ranks of the standardised residuals among each other."""
    student: Floats
    """(L1,)"""
    student_squares: Floats
    """(L1,)"""
    student_powers: Floats
    """(2,)"""
    runs: Ints
    """(R,) positive runs of all pairs."""
    dates: Floats
    """(g, L1) sum over the pairs of each design of residuals standardised by their own mean and deviation."""


def first(estimation: Floats, event: Floats, bounds: Ints, basis: Floats, task: Task) -> Found:
    """The first pass over one chunk."""
    days, k = estimation.shape[1], basis.shape[2]
    total = np.einsum("nt,nt->n", estimation, estimation)
    project(estimation, event, bounds, basis)
    sigma, rss = _spread(estimation, k)
    good: Bools = rss > 1e-24 * np.maximum(total, np.finfo(float).tiny)
    if not good.all():
        return _without(estimation, event, bounds, basis, task, good)
    which = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    unit = units(basis[:, days:], task)[which]
    car = event @ task.indicator(event.shape[1])
    scaled = estimation / sigma[:, None]
    event_scaled = event / sigma[:, None]
    ones = np.ones(len(estimation))
    ranks = _ranks(scaled, event_scaled, estimation, event)
    dates = _dates(scaled, bounds, days - (k or 1), centred=task.intercept)
    runs = _runs(estimation, task.lengths)
    residual = ones @ estimation
    standard = standardise(scaled, bounds, basis)
    own = _ranks(standard, None, standard, None)
    student, squares, powers = _student(standard, days - (k or 1))
    return Found(
        good=good,
        car=car,
        scar=car / (sigma[:, None] * np.sqrt(unit)),
        unit=unit,
        ar=ones @ event,
        residual=residual,
        ranks=ranks,
        residual_ranks=own,
        student=student,
        student_squares=squares,
        student_powers=powers,
        runs=runs,
        dates=dates,
    )


def second(
    estimation: Floats, event: Floats, bounds: Ints, basis: Floats, task: Task, scales: Floats
) -> tuple[Floats, Bools]:
    """The second pass: (W, L1) pairs whose SCAR times `scales` (W,) lies below that day's standardised residual.

    With it the pairs that count, as in `first`.
    """
    days, k = estimation.shape[1], basis.shape[2]
    total = np.einsum("nt,nt->n", estimation, estimation)
    project(estimation, event, bounds, basis)
    sigma, rss = _spread(estimation, k)
    good: Bools = rss > 1e-24 * np.maximum(total, np.finfo(float).tiny)
    which = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    unit = units(basis[:, days:], task)[which]
    sigma = np.where(good, sigma, 1.0)
    scar = event @ task.indicator(event.shape[1]) / (sigma[:, None] * np.sqrt(unit))
    estimation /= sigma[:, None]
    standard = standardise(estimation, bounds, basis)
    place = np.where(good[:, None], scales * scar, np.inf)
    below = np.empty((len(scales), days))
    for w in range(len(scales)):
        above = standard > place[:, w : w + 1]
        below[w] = np.add.reduce(above.view(np.uint8), axis=0, dtype=np.uint8)
    return below, good


def units(ahead: Floats, task: Task) -> Floats:
    """(g, W) C = i'Vi of each window from the event rows (g, L2, K) of the bases."""
    length = task.indicator(ahead.shape[1]).sum(axis=0)
    unit = np.broadcast_to(length, (len(ahead), len(length)))
    if not task.prediction_error or not ahead.shape[2]:
        return unit
    total = np.einsum("lw,glk->gwk", task.indicator(ahead.shape[1]), ahead)
    found: Floats = unit + (total**2).sum(axis=2)
    return found


def standardise(scaled: Floats, bounds: Ints, basis: Floats) -> Floats:
    """Residuals over sigma become e = u / sqrt(1 - h), in place."""
    days = scaled.shape[1]
    leverage = (basis[:, :days] ** 2).sum(axis=2)
    weight = 1 / np.sqrt(np.clip(1 - leverage, 1e-12, None))
    if len(scaled) < _FEW * (len(bounds) - 1):
        scaled *= np.repeat(weight, np.diff(bounds), axis=0)
    else:
        for d in range(len(bounds) - 1):
            scaled[bounds[d] : bounds[d + 1]] *= weight[d]
    return scaled


def average_ranks(values: Floats) -> Floats:
    """Ranks within each row, from 1; ties share their average; values are rounded to 1e-12 first; NaN ranks last."""
    rounded = np.round(values, 12)
    order = np.argsort(rounded, axis=1, kind="stable")
    ordered = np.take_along_axis(rounded, order, axis=1)
    position = np.arange(1.0, values.shape[1] + 1)
    new = np.ones(values.shape, dtype=bool)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    start = np.maximum.accumulate(np.where(new, position, 0.0), axis=1)
    closing = np.ones(values.shape, dtype=bool)
    closing[:, :-1] = new[:, 1:]
    stop = np.minimum.accumulate(np.where(closing, position, np.inf)[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, (start + stop) / 2, axis=1)
    return ranks


def _spread(estimation: Floats, k: int) -> tuple[Floats, Floats]:
    """(n,) sigma and the sum of squares behind it; around the mean where nothing is estimated."""
    days = estimation.shape[1]
    if k:
        rss = np.einsum("nt,nt->n", estimation, estimation)
    else:
        centred = estimation - estimation.mean(axis=1, keepdims=True)
        rss = np.einsum("nt,nt->n", centred, centred)
    return np.sqrt(rss / (days - (k or 1))), rss


def _without(estimation: Floats, event: Floats, bounds: Ints, basis: Floats, task: Task, good: Bools) -> Found:
    """The sums of the good pairs alone; their residuals are projected once more, which leaves them as they are."""
    count = np.add.reduceat(np.append(good, False).astype(np.int64), np.minimum(bounds[:-1], len(good)))
    count = np.where(np.diff(bounds) > 0, count, 0)
    kept = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    some = first(estimation[good], event[good], kept, basis, task)
    whole: dict[str, NDArray[np.generic]] = {"good": good}
    for name in ("car", "scar", "unit"):
        whole[name] = np.full((len(good), len(task.windows)), np.nan)
        whole[name][good] = getattr(some, name)
    return Found(**{**vars(some), **whole})


def _dates(scaled: Floats, bounds: Ints, df: int, *, centred: bool) -> Floats:
    """(g, L1) sums over designs of residuals in units of their own standard deviation, from those in units of sigma."""
    if centred:
        values, factor = scaled, np.sqrt(scaled.shape[1] / df)
    else:
        values = scaled - scaled.mean(axis=1, keepdims=True)
        values /= np.sqrt(np.einsum("nt,nt->n", values, values) / values.shape[1])[:, None]
        factor = 1.0
    found = np.zeros((len(bounds) - 1, scaled.shape[1]))
    there = np.diff(bounds) > 0
    if there.any():
        found[there] = np.add.reduceat(values, bounds[:-1][there], axis=0)
    found *= factor
    return found


def _student(standard: Floats, df: int) -> tuple[Floats, Floats, Floats]:
    """Sums over pairs of e sqrt((v - 1) / (v - e²)) and of its squares by day, and of its third and fourth powers."""
    squares = standard * standard
    ratio = df - squares
    np.maximum(ratio, np.finfo(float).tiny, out=ratio)
    np.divide(df - 1, ratio, out=ratio)
    squares *= ratio
    np.sqrt(ratio, out=ratio)
    ratio *= standard
    ones = np.ones(len(standard))
    powers = np.array([np.vdot(squares, ratio), np.vdot(squares, squares)])
    return ones @ ratio, ones @ squares, powers


def _runs(residuals: Floats, lengths: Sequence[int]) -> Ints:
    """(R,) sums of so many consecutive days that are above zero, over all pairs."""
    n, days = residuals.shape
    running = np.zeros((n, days + 1))
    np.cumsum(residuals, axis=1, out=running[:, 1:])
    above = running + 1e-12
    found = [np.count_nonzero(running[:, r:] > above[:, :-r]) if r <= days else 0 for r in lengths]
    return np.array(found, dtype=np.int64)


@lru_cache(maxsize=8)
def _positions(rows: int, columns: int) -> Floats:
    return np.tile(np.arange(1.0, columns + 1), rows)


def _ranks(left: Floats, right: Floats | None, exact: Floats, exact_right: Floats | None) -> Floats:
    """(columns,) sum over pairs of each day's rank; `left` and `right` in units of sigma make the keys, `exact` breaks ties."""
    n, days = left.shape
    columns = days + (0 if right is None else right.shape[1])
    bits = max(int(columns - 1).bit_length(), 1)
    scale = float(2 ** (30 - bits)) / _WIDEST * 2
    limit = _WIDEST * (1 - 2.0**-20)
    key = np.empty((n, columns), dtype=np.int32)
    for part, where in ((left, slice(0, days)), (right, slice(days, columns))):
        if part is not None:
            value = np.clip(part, -limit, limit)
            value *= scale
            key[:, where] = value  # towards zero: the order is kept
    key <<= bits
    key |= np.arange(columns, dtype=np.int32)
    key.sort(axis=1)
    high = key >> bits
    again = np.flatnonzero((high[:, 1:] == high[:, :-1]).any(axis=1))
    key &= 2**bits - 1
    total: Floats = np.bincount(key.reshape(-1), _positions(n, columns), minlength=columns).astype(np.float64)
    if len(again):
        total -= np.bincount(key[again].reshape(-1), _positions(len(again), columns), minlength=columns)
        values = exact[again] if exact_right is None else np.concatenate([exact[again], exact_right[again]], axis=1)
        total += average_ranks(values).sum(axis=0)
    return total
