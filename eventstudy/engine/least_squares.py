"""Least squares by date: designs are factorised once, and all pairs of a design are projected together.

Coefficients by Q and R of a Householder QR, residuals from X itself, a second projection where something is left, sigma from
those residuals: within five times the errors of the singular value decomposition on every nasty case
(tests/engine/test_accuracy.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from eventstudy.engine.arrays import Bools, Floats, Ints, buffer, squares

MAX_CONDITION = 1e8
_CHUNK = 2048
"""Series that are projected together."""
_EXACT = 1e-14
"""An error of a coefficient, in standard errors, from which on a second projection is made."""
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
    q, inverse, good = _qr(np.where(valid[:, :, None], x[:, days], 0.0) * weight[:, :, None])
    return np.concatenate([q, np.matmul(x[:, event], inverse)], axis=1), inverse, good


def _qr(x: Floats) -> tuple[Floats, Floats, Bools]:
    """Q (B, T, K), the inverse of R (B, K, K), and whether x (B, T, K) has full rank, whatever the units of its columns."""
    length = np.sqrt(np.einsum("btk,btk->bk", x, x))[:, None]
    safe = np.where(length > 0, length, 1.0)
    q, r = np.linalg.qr(x / safe)
    pivot = np.abs(np.einsum("bkk->bk", r))
    good: Bools = (length > 0).all(axis=(1, 2)) & (pivot.min(axis=1) * MAX_CONDITION > pivot.max(axis=1))
    r = np.where(good[:, None, None], r, np.eye(x.shape[2]))
    inverse = np.linalg.inv(r)
    large = np.sqrt((r**2).sum(axis=(1, 2)) * (inverse**2).sum(axis=(1, 2))) >= MAX_CONDITION  # at least the condition
    if large.any():
        singular = np.linalg.svd(r[large], compute_uv=False)
        good[large] = singular[:, -1] * MAX_CONDITION > singular[:, 0]
        inverse[~good] = np.eye(x.shape[2])
    return q, inverse / safe.transpose(0, 2, 1), good


def distinct_designs(design: Ints, complete: Bools) -> tuple[Ints, Bools, Ints]:
    """The distinct (design row, valid days): their design rows, their valid days (B, L1), and which one each pair has."""
    key = np.concatenate(
        [design[:, None].view(np.uint8).reshape(len(design), 8), np.packbits(complete, axis=1)], axis=1
    )
    _, first, which = np.unique(key, axis=0, return_index=True, return_inverse=True)
    return design[first], complete[first], which.reshape(-1).astype(np.int64)


def project(
    y: Floats, span: Floats, design: Ints, complete: Bools, basis: Floats, basis_of: Ints, days: slice
) -> tuple[Floats, Floats]:
    """Coordinates Q'y (N, K) and residuals (N, L1), both scaled by 1/sqrt(span), in two passes for accuracy."""
    n, k = len(y), basis.shape[2]
    coordinates = np.zeros((n, k))
    residuals = np.empty((n, days.stop - days.start))
    for start in range(0, n, _CHUNK):
        part = slice(start, start + _CHUNK)
        inside = complete[part, days]
        rest = np.where(inside, y[part, days], 0.0) / np.sqrt(np.where(inside, span[design[part]][:, days], 1.0))
        q = basis[basis_of[part], : days.stop]
        for _ in range(2 if k else 0):
            step = np.einsum("nmk,nm->nk", q, rest)
            rest = rest - np.einsum("nmk,nk->nm", q, step)
            coordinates[part] += step
        residuals[part] = np.where(inside, rest, np.nan)
    return coordinates, residuals


@dataclass(frozen=True)
class Task:
    """What is asked of every chunk; the same for all pairs of a study."""

    days: int
    """L1"""
    event: int
    """L2"""
    windows: tuple[tuple[int, int], ...]
    """W windows: first and one past the last column of the event window."""
    lengths: tuple[int, ...]
    """R lengths of runs of estimation days, ascending."""
    intercept: bool
    """Whether residuals add up to zero by construction."""
    prediction_error: bool

    @cached_property
    def indicator(self) -> Floats:
        """(L2, W) which days belong to which window."""
        found = np.zeros((self.event, len(self.windows)))
        for w, (start, stop) in enumerate(self.windows):
            found[start:stop, w] = 1.0
        return found


@dataclass(frozen=True)
class Designs:
    """g designs, as the kernel needs them."""

    basis: Floats
    """(g, L1, K) Q of X = QR on estimation days."""
    inverse: Floats
    """(g, K, K) R⁻¹."""
    x: Floats
    """(g, L1, K)"""
    x_event: Floats
    """(g, L2, K)"""
    weight: Floats
    """(g, L1) 1 / sqrt(1 - h), h the leverage."""
    unit: Floats
    """(g, W) C = i'Vi of each window."""

    def take(self, which: Ints | Bools | slice) -> Designs:
        """Those at these positions."""
        return Designs(**{name: values[which] for name, values in vars(self).items()})


def designs(x: Floats, x_event: Floats, task: Task) -> tuple[Designs, Bools]:
    """From the regressors on estimation days (g, L1, K) and event days (g, L2, K); and which designs have full rank."""
    g, _, k = x.shape
    if k:
        basis, inverse, good = _qr(x)
    else:
        basis, inverse, good = x, np.zeros((g, 0, 0)), np.ones(g, dtype=bool)
    ahead = np.matmul(x_event, inverse)
    leverage = np.matmul(basis**2, np.ones(k))
    unit = np.broadcast_to(task.indicator.sum(axis=0), (g, len(task.windows)))
    if task.prediction_error and k:
        unit = unit + (np.matmul(task.indicator.T, ahead) ** 2).sum(axis=2)
    return Designs(basis, inverse, x, x_event, 1 / np.sqrt(np.clip(1 - leverage, 1e-12, None)), unit), good


def _project(estimation: Floats, event: Floats, bounds: Ints, given: Designs) -> tuple[Floats, Floats]:
    """Take the normal returns out, in place; (n,) the sum of squares that is left, and that which went.

    Coefficients come by Q and R⁻¹, residuals from X itself: an error of a coefficient then enters their sum of squares only
    squared. Where something of the regressors is left after the first projection there is a second.
    """
    n, k = len(estimation), given.basis.shape[2]
    if k == 0:
        return squares(estimation), np.zeros(n)
    found = _coordinates(estimation, bounds, given)
    _subtract(estimation, event, bounds, given, found)
    left, more = squares(estimation), _coordinates(estimation, bounds, given)
    again = (more**2).sum(axis=1) > _EXACT**2 * left / estimation.shape[1]
    if again.any():
        rows = np.flatnonzero(again)
        some, ahead = estimation[rows], event[rows]
        _subtract_each(some, ahead, designs_of(bounds)[rows], given, more[rows])
        estimation[rows], event[rows], left[rows] = some, ahead, squares(some)
    return left, (found**2).sum(axis=1)


def _coordinates(values: Floats, bounds: Ints, given: Designs) -> Floats:
    """(n, K) Q'y of each pair."""
    n, k = len(values), given.basis.shape[2]
    if n < _FEW * (len(bounds) - 1):
        return np.asarray(np.matmul(values[:, None], given.basis[designs_of(bounds)])[:, 0])
    found = np.empty((n, k))
    for d, (begin, stop) in enumerate(pairwise(bounds.tolist())):
        np.matmul(values[begin:stop], given.basis[d], out=found[begin:stop])
    return found


def _subtract(estimation: Floats, event: Floats, bounds: Ints, given: Designs, coordinates: Floats) -> None:
    """Take off the normal returns that belong to Q'y = `coordinates` (n, K), in place."""
    which = designs_of(bounds)
    if len(estimation) < _FEW * (len(bounds) - 1):
        _subtract_each(estimation, event, which, given, coordinates)
        return
    params = np.matmul(given.inverse[which], coordinates[:, :, None])[:, :, 0]
    room = buffer("room", estimation.shape)
    for d, (begin, stop) in enumerate(pairwise(bounds.tolist())):
        np.matmul(params[begin:stop], given.x[d].T, out=room[begin:stop])
        event[begin:stop] -= params[begin:stop] @ given.x_event[d].T
    np.subtract(estimation, room, out=estimation)


def _subtract_each(estimation: Floats, event: Floats, which: Ints, given: Designs, coordinates: Floats) -> None:
    """The same for pairs of which `which` (n,) says the design, in one stacked product."""
    params = np.matmul(given.inverse[which], coordinates[:, :, None])
    estimation -= np.matmul(given.x[which], params)[:, :, 0]
    event -= np.matmul(given.x_event[which], params)[:, :, 0]


def designs_of(bounds: Ints) -> Ints:
    """(n,) the design of each pair."""
    return np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))


def fit(estimation: Floats, event: Floats, bounds: Ints, given: Designs) -> tuple[Floats, Bools]:
    """Leave abnormal returns in place; (n,) sigma, and whether there is variance around the normal return (ruling 12)."""
    k, days = given.basis.shape[2], estimation.shape[1]
    rss, gone = _project(estimation, event, bounds, given)
    total = rss + gone
    if not k:
        rss = squares(estimation - estimation.mean(axis=1, keepdims=True))
    good: Bools = rss > 1e-24 * np.maximum(total, np.finfo(float).tiny)
    return np.sqrt(np.where(good, rss, 1.0) / (days - (k or 1))), good
