"""The arithmetic of many pairs at once: least squares by date, what the tests need of the residuals, and ranks.

One file behind two functions, `first` and `second`, so that a compiled kernel can take its place. Contract of both: float64
arrays in C order, NaN nowhere (pairs with a missing day are for `kernel_gaps`), at most `ROWS` pairs, sorted by design;
no array is kept, and the same arrays give the same bits.

    n pairs, g designs (a design is a day 0 and a benchmark), K regressors with the intercept, L1 estimation and L2 event days,
    W windows, R lengths of runs
    estimation (n, L1), event (n, L2)   returns less what the model subtracts; overwritten
    bounds (g + 1,)                     the pairs of design d are bounds[d] .. bounds[d + 1] - 1, one at least
    given                               what is the same for all pairs of a design: `designs` makes it

Accuracy: coefficients by Q and R of a Householder QR for each date, residuals from X itself, a second projection where
something is left, sigma from those residuals: within five times the errors of the singular value decomposition on every nasty
case (tests/engine/test_accuracy.py). Ranks: values in units of sigma go into the high bits of a 32-bit key and the day into
the low ones; one sort, and the days come out in order. Equal high parts, ties among them, are told apart by the values
themselves, rounded to 1e-12 (METHODS ruling 10).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ROWS = 255
"""Pairs worked on at once: few enough for the cache, and for counts in one byte."""
MAX_CONDITION = 1e8
_WIDEST = 8.0
"""Values beyond so many sigmas share the outermost keys, and are told apart as any with equal keys."""
_EXACT = 1e-14
"""An error of a coefficient, in standard errors, from which on a second projection is made."""
_FEW = 4
"""Below so many pairs a design, all designs are projected in one stacked product instead of one by one."""
_CELLS = 70_000
"""Doubles of a chunk."""
_LINE = 64
"""Bytes of a line of the cache."""
_local = threading.local()


def rows_at_once(width: int) -> int:
    """How many pairs with windows of `width` days make a chunk that fits the cache."""
    return max(1, min(ROWS, _CELLS // width))


def _buffer(name: str, shape: tuple[int, ...], dtype: Any = np.float64) -> NDArray[Any]:
    """Memory that is used again and again: fresh pages cost more than the arithmetic. What it held is lost.

    It begins where a line of the cache does: sums and products of whole arrays take half the time there.
    """
    size = math.prod(shape)
    held: NDArray[Any] | None = getattr(_local, name, None)
    if held is None or held.size < size:
        room = np.empty(size * np.dtype(dtype).itemsize + _LINE, np.uint8)
        held = room[-room.ctypes.data % _LINE :][: size * np.dtype(dtype).itemsize].view(dtype)
        setattr(_local, name, held)
    return held[:size].reshape(shape)


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


def project(estimation: Floats, event: Floats, bounds: Ints, given: Designs) -> tuple[Floats, Floats]:
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
        _subtract(estimation, event, bounds, given, np.where(again[:, None], more, 0.0))
        left = squares(estimation)
    return left, (found**2).sum(axis=1)


def _coordinates(values: Floats, bounds: Ints, given: Designs) -> Floats:
    """(n, K) Q'y of each pair."""
    n, k = len(values), given.basis.shape[2]
    if n < _FEW * (len(bounds) - 1):
        return np.asarray(np.matmul(values[:, None], given.basis[_which(bounds)])[:, 0])
    found = np.empty((n, k))
    for d, (begin, stop) in enumerate(pairwise(bounds.tolist())):
        np.matmul(values[begin:stop], given.basis[d], out=found[begin:stop])
    return found


def _subtract(estimation: Floats, event: Floats, bounds: Ints, given: Designs, coordinates: Floats) -> None:
    """Take off the normal returns that belong to Q'y = `coordinates` (n, K), in place."""
    which = _which(bounds)
    params = np.matmul(given.inverse[which], coordinates[:, :, None])[:, :, 0]
    if len(estimation) < _FEW * (len(bounds) - 1):
        estimation -= np.matmul(given.x[which], params[:, :, None])[:, :, 0]
        event -= np.matmul(given.x_event[which], params[:, :, None])[:, :, 0]
        return
    room = _buffer("room", estimation.shape)
    for d, (begin, stop) in enumerate(pairwise(bounds.tolist())):
        np.matmul(params[begin:stop], given.x[d].T, out=room[begin:stop])
        event[begin:stop] -= params[begin:stop] @ given.x_event[d].T
    np.subtract(estimation, room, out=estimation)


def squares(values: Floats) -> Floats:
    """(n,) the sum of squares of each row."""
    found: Floats = np.matmul(values[:, None], values[:, :, None])[:, 0, 0]
    return found


def _which(bounds: Ints) -> Ints:
    """(n,) the design of each pair."""
    return np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))


@dataclass(frozen=True)
class Found:
    """What a chunk leaves behind; shapes as above. Names are those of `totals.Sums` where they are sums."""

    good: Bools
    """(n,) pairs that count; False: no variance is left around the normal return."""
    car: Floats
    """(n, W)"""
    scar: Floats
    """(n, W)"""
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


def first(estimation: Floats, event: Floats, bounds: Ints, given: Designs, task: Task) -> Found:
    """The first pass over one chunk."""
    sigma, good = _fit(estimation, event, bounds, given)
    if not good.all():
        return _without(estimation, event, bounds, given, task, good)
    (n, days), which = estimation.shape, _which(bounds)
    df = days - (given.basis.shape[2] or 1)
    unit = _key_unit(days + task.event)
    scaled = np.multiply(estimation, (unit / sigma)[:, None], out=_buffer("scaled", estimation.shape))
    standard = np.take(given.weight, which, axis=0, out=_buffer("standard", estimation.shape), mode="clip")
    np.multiply(standard, scaled, out=standard)
    student, squares, powers, widest = _student(standard, df, unit)
    tame = widest < (_WIDEST * (1 - 2.0**-20)) ** 2
    ones = np.ones(n)
    car = event @ task.indicator
    return Found(
        good=good,
        car=car,
        scar=car / (sigma[:, None] * np.sqrt(given.unit)[which]),
        ar=ones @ event,
        residual=ones @ estimation,
        ranks=_ranks(
            scaled, event * (unit / sigma)[:, None], tame, lambda rows: np.hstack([estimation[rows], event[rows]])
        ),
        residual_ranks=_ranks(standard, None, tame, lambda rows: standard[rows] / unit),
        student=student,
        student_squares=squares,
        student_powers=powers,
        runs=_runs(estimation, task.lengths),
        dates=_by_design(scaled, bounds) * (np.sqrt(days / df) / unit) if task.intercept else _dates(scaled, bounds),
    )


def second(
    estimation: Floats, event: Floats, bounds: Ints, given: Designs, task: Task, scales: Floats
) -> tuple[Floats, Bools]:
    """The second pass: (W, L1) pairs whose SCAR times `scales` (W,) lies below that day's standardised residual.

    With it the pairs that count, as in `first`.
    """
    _, good = _fit(estimation, event, bounds, given)
    which = _which(bounds)
    car = event @ task.indicator
    place = np.where(good[:, None], scales * (car / np.sqrt(given.unit)[which]), np.inf)  # in units of sigma
    standard = np.take(given.weight, which, axis=0, out=_buffer("standard", estimation.shape), mode="clip")
    np.multiply(standard, estimation, out=standard)
    below = np.empty((len(scales), task.days))
    above = _buffer("above", standard.shape, np.bool_)
    for w in range(len(scales)):
        np.greater(standard, place[:, w : w + 1], out=above)
        below[w] = np.add.reduce(above.view(np.uint8), axis=0, dtype=np.uint8)
    return below, good


def _fit(estimation: Floats, event: Floats, bounds: Ints, given: Designs) -> tuple[Floats, Bools]:
    """Leave abnormal returns in place; (n,) sigma, and whether there is variance around the normal return (ruling 12)."""
    k, days = given.basis.shape[2], estimation.shape[1]
    rss, gone = project(estimation, event, bounds, given)
    total = rss + gone
    if not k:
        rss = squares(estimation - estimation.mean(axis=1, keepdims=True))
    good: Bools = rss > 1e-24 * np.maximum(total, np.finfo(float).tiny)
    return np.sqrt(np.where(good, rss, 1.0) / (days - (k or 1))), good


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


def _without(estimation: Floats, event: Floats, bounds: Ints, given: Designs, task: Task, good: Bools) -> Found:
    """The sums of the good pairs alone; their residuals are projected once more, which leaves them as they are."""
    kept = np.concatenate([[0], np.cumsum(good)])[bounds]
    there = np.diff(kept) > 0
    some = first(estimation[good], event[good], kept[np.append(True, there)], given.take(there), task)
    whole: dict[str, NDArray[np.generic]] = {"good": good}
    for name, rows in (("car", good), ("scar", good), ("dates", there)):
        found = getattr(some, name)
        whole[name] = np.full((len(rows), found.shape[1]), np.nan)
        whole[name][rows] = found
    return Found(**{**vars(some), **whole})


def _dates(scaled: Floats, bounds: Ints) -> Floats:
    """(g, L1) sums over designs of residuals that do not add up to zero, around their mean, in units of their deviation."""
    values = scaled - scaled.mean(axis=1, keepdims=True)
    values /= np.sqrt(squares(values) / values.shape[1])[:, None]
    return _by_design(values, bounds)


def _by_design(values: Floats, bounds: Ints) -> Floats:
    """(g, ...) the sum over the pairs of each design; each has at least one."""
    found: Floats = np.add.reduceat(values, bounds[:-1], axis=0)
    return found


def _student(standard: Floats, df: int, unit: float) -> tuple[Floats, Floats, Floats, float]:
    """Sums over pairs of s = e sqrt((v - 1) / (v - e²)) and of s² by day, of s³ and s⁴, and the largest e².

    `standard` is e in units of 1 / `unit`.
    """
    squares = np.multiply(standard, standard, out=_buffer("squares", standard.shape))
    widest = float(squares.max(initial=0.0)) / unit**2
    root = np.subtract(df * unit**2, squares, out=_buffer("root", standard.shape))
    if widest > 0.999 * df:
        np.maximum(root, np.finfo(float).tiny, out=root)
    np.sqrt(root, out=root)
    np.divide(standard, root, out=root)  # s / sqrt(v - 1)
    np.multiply(root, root, out=squares)
    ones, v = np.ones(len(standard)), df - 1.0
    powers = np.array([np.vdot(squares, root) * v**1.5, np.vdot(squares, squares) * v**2])
    return (ones @ root) * np.sqrt(v), (ones @ squares) * v, powers, widest


def _runs(residuals: Floats, lengths: Sequence[int]) -> Ints:
    """(R,) sums of so many consecutive days that are above zero, over all pairs.

    All rows are added in one long line, which is quicker; what crosses from one row into the next is not counted. A length is
    put together from the longest sums that are there already.
    """
    n, days = residuals.shape
    sums = {1: residuals.reshape(-1)}
    found = np.zeros(len(lengths), dtype=np.int64)
    up = _buffer("same", (n, days), np.bool_)
    for r, length in enumerate(lengths):
        if length > days:
            continue
        for left, right in _steps(tuple(sums), length):
            total = _buffer(f"run{left + right}", (n * days,))
            np.add(sums[left][:-left], sums[right][left:], out=total[:-left])
            total[-left:] = 0.0
            sums[left + right] = total
        np.greater(sums[length], 1e-12, out=up.reshape(-1))
        found[r] = np.count_nonzero(up) - np.count_nonzero(up[:, days - length + 1 :])
    return found


@lru_cache(maxsize=64)
def _steps(there: tuple[int, ...], length: int) -> tuple[tuple[int, int], ...]:
    """Which two lengths are added, one step after the other, to get from those that are `there` to `length`."""
    known, steps = sorted(there), []
    while 2 * known[-1] <= length:
        steps.append((known[-1], known[-1]))
        known.append(2 * known[-1])
    total = known[-1]
    while total < length:
        more = max(k for k in known if k <= length - total)
        steps.append((total, more))
        total += more
        known = sorted({*known, total})
    return tuple(steps)


@lru_cache(maxsize=8)
def _positions(rows: int, columns: int) -> Floats:
    return np.tile(np.arange(1.0, columns + 1), rows)


@lru_cache(maxsize=8)
def _columns(rows: int, columns: int) -> NDArray[np.int32]:
    return np.tile(np.arange(columns, dtype=np.int32), (rows, 1))


def _key_unit(columns: int) -> float:
    """How finely a 32-bit key that also holds the number of a column can tell values, per unit of `_WIDEST`."""
    return float(2 ** (31 - _bits(columns))) / _WIDEST


def _bits(columns: int) -> int:
    return max(int(columns - 1).bit_length(), 1)


def _ranks(left: Floats, right: Floats | None, tame: bool, exact: Callable[[Ints], Floats]) -> Floats:
    """(columns,) sum over pairs of each day's rank; `left` and `right` in units of `_key_unit` make the keys.

    `tame`: no value of `left` needs to be clipped. `exact` gives the values of some rows, to tell equal keys apart.
    """
    n, days = left.shape
    columns = days + (0 if right is None else right.shape[1])
    bits = _bits(columns)
    limit = 2.0 ** (31 - bits) * (1 - 2.0**-20)
    key = _buffer("key", (n, columns), np.int32)
    key[:, :days] = left if tame else np.clip(left, -limit, limit)  # towards zero: the order is kept
    if right is not None:
        key[:, days:] = np.clip(right, -limit, limit)
    key <<= bits
    key |= _columns(n, columns)
    key.sort(axis=1)
    line = key.reshape(-1)
    differ = np.bitwise_xor(line[1:], line[:-1], out=_buffer("differ", (line.size - 1,), np.int32)).view(np.uint32)
    close = np.less(differ, 2**bits, out=_buffer("close", differ.shape, np.bool_))
    place = np.bitwise_and(line, 2**bits - 1, out=_buffer("place", line.shape, np.intp))
    total: Floats = np.bincount(place, _positions(n, columns), minlength=columns).astype(np.float64)
    if close.any():
        hits = np.flatnonzero(close)
        _tell_apart(total, place.reshape(n, columns), hits[(hits + 1) % columns != 0], exact)
    return total


def _tell_apart(total: Floats, place: Ints, hits: Ints, exact: Callable[[Ints], Floats]) -> None:
    """Set right, in `total`, the ranks of days with equal keys.

    `place` (n, columns) are the days in order, `hits` (H,) where in it the first of two that are alike stands.
    """
    columns = place.shape[1]
    row, at = np.divmod(hits, columns)
    alike = np.diff(hits) == 1
    if alike.any():  # three or more
        several = np.unique(row[1:][alike])
        total -= np.bincount(place[several].reshape(-1), _positions(len(several), columns), minlength=columns)
        total += average_ranks(exact(several)).sum(axis=0)
        others = ~np.isin(row, several)
        row, at = row[others], at[others]
    one, next_one, each, values = place[row, at], place[row, at + 1], np.arange(len(row)), exact(row)
    rise = np.round(values[each, next_one], 12) - np.round(values[each, one], 12)
    up = (1 - np.sign(rise)) / 2  # 0 in order, 1/2 a tie, 1 the wrong way round
    np.add.at(total, one, up)
    np.subtract.at(total, next_one, up)
