"""Least squares: distinct designs are factorised once, and all pairs of a design are projected together.

Coefficients by Q and R of a Householder QR, residuals in two projections, sigma from those residuals: within five times the
errors of the singular value decomposition on every nasty case (tests/engine/test_accuracy.py).
"""

from __future__ import annotations

import numpy as np

from eventstudy.engine.arrays import Bools, Floats, Ints

MAX_CONDITION = 1e8
_CHUNK = 2048
"""Series that are projected together."""
NO_VARIANCE = 1e-24
"""A sum of squares is nothing where it is no more than this share of that of the values themselves."""


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


def full_rank(x: Floats) -> bool:
    """Whether x (N, K), N >= K, has full rank, whatever the units of its columns."""
    return bool(_qr(x[None])[2][0])


def nothing_left(rest: Floats | float, total: Floats | float) -> Bools:
    """Whether a sum of squares `rest` is rounding beside the `total` of the values it is left of (METHODS 0.5, ruling 12)."""
    return np.asarray(rest <= NO_VARIANCE * np.maximum(total, np.finfo(float).tiny), dtype=bool)


def least_days(min_estimation: int, k: int) -> int:
    """The fewest estimation days of a fit of `k` parameters where a study asks for `min_estimation` (METHODS 0.5)."""
    return max(min_estimation, 30, k + 10)


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
