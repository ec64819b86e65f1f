"""The arithmetic of many pairs at once: least squares by date, what the tests need of the residuals, and ranks.

One file behind two functions, `first` and `second`, so that a compiled kernel can take its place. Contract of both: float64
arrays in C order, NaN nowhere (pairs with a missing day take the models' own way), at most `ROWS` pairs, sorted by design;
no array is kept, and the same arrays give the same bits.

    n pairs, g designs (a design is a day 0 and a benchmark), K regressors with the intercept, L1 estimation and L2 event days,
    T days from the first of the ones to the last of the others, the gap included, W windows, R lengths of runs
    values (n, T)       returns less what the model subtracts; overwritten
    bounds (g + 1,)     the pairs of design d are bounds[d] .. bounds[d + 1] - 1
    given               what is the same for all pairs of a design: `designs` makes it of the QR of `factorise`

Accuracy: Q of a Householder QR for each date, one refinement, sigma from the residuals themselves: as good as the
singular value decomposition on every nasty case (tests/engine/test_accuracy.py). Ranks: values in units of sigma go into
the high bits of a 32-bit key and the day into the low ones; one sort, and the days come out in order. Pairs with two equal
high parts, ties among them, are ranked again by `average_ranks`, values rounded to 1e-12 (METHODS ruling 10).
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
"""Values beyond so many sigmas share the outermost keys; if two do, their pair is ranked again."""
_EXACT = 1e-30
"""What is left of the regressors, over the sum of squared residuals, from which on a second projection changes anything."""
_FEW = 4
"""Below so many pairs a design, all designs are projected in one stacked product instead of one by one."""


_CELLS = 70_000
_local = threading.local()


def rows_at_once(width: int) -> int:
    """How many pairs with windows of `width` days make a chunk that fits the cache."""
    return max(1, min(ROWS, _CELLS // width))


def _buffer(name: str, shape: tuple[int, ...], dtype: Any = np.float64) -> NDArray[Any]:
    """Memory that is used again and again: fresh pages cost more than the arithmetic. What it held is lost."""
    size = math.prod(shape)
    held: NDArray[Any] | None = getattr(_local, name, None)
    if held is None or held.size < size:
        held = np.empty(size, dtype)
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


def project(values: Floats, days: int, bounds: Ints, basis: Floats) -> Floats:
    """Take the normal returns out, in place; give (n,) the sum of squares that went with them.

    The first `days` columns are projected; where something of the regressors is left afterwards, once more, for accuracy.
    """
    gone = np.zeros(len(values))
    if basis.shape[2] == 0:
        return gone
    if len(values) < _FEW * (len(bounds) - 1):
        wide = np.repeat(basis, np.diff(bounds), axis=0)
        for _ in range(2):
            step = np.matmul(values[:, None, :days], wide[:, :days])
            values -= np.matmul(step, wide.transpose(0, 2, 1))[:, 0]
            gone += (step[:, 0] ** 2).sum(axis=1)
        return gone
    step, more = np.empty((2, len(values), basis.shape[2]))
    for d, (begin, stop) in enumerate(pairwise(bounds.tolist())):
        own, b = values[begin:stop], basis[d]
        np.matmul(own[:, :days], b[:days], out=step[begin:stop])
        own -= step[begin:stop] @ b.T
        np.matmul(own[:, :days], b[:days], out=more[begin:stop])
    left = np.einsum("nt,nt->n", values[:, :days], values[:, :days])
    again = (more**2).sum(axis=1) > _EXACT * left
    for d, (begin, stop) in enumerate(pairwise(bounds.tolist())) if again.any() else ():
        if again[begin:stop].any():
            values[begin:stop] -= more[begin:stop] @ basis[d].T
    found: Floats = (step**2).sum(axis=1)
    return found


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
    """(g, T, K) [Q; 0; X* R⁻¹]; zero in the gap."""
    weight: Floats
    """(g, L1) 1 / sqrt(1 - h), h the leverage."""
    unit: Floats
    """(g, W) C = i'Vi of each window."""

    def take(self, which: Ints | Bools) -> Designs:
        """Those at these positions."""
        return Designs(self.basis[which], self.weight[which], self.unit[which])


def designs(basis: Floats, task: Task, width: int) -> Designs:
    """From the [Q; X* R⁻¹] (g, L1 + L2, K) of `factorise`; `width` is T."""
    g, _, k = basis.shape
    wide = np.zeros((g, width, k))
    wide[:, : task.days] = basis[:, : task.days]
    wide[:, width - task.event :] = basis[:, task.days :]
    leverage = np.einsum("gtk,gtk->gt", basis[:, : task.days], basis[:, : task.days])
    unit = np.broadcast_to(task.indicator.sum(axis=0), (g, len(task.windows)))
    if task.prediction_error and k:
        total = np.matmul(task.indicator.T, basis[:, task.days :])
        unit = unit + np.einsum("gwk,gwk->gw", total, total)
    return Designs(wide, 1 / np.sqrt(np.clip(1 - leverage, 1e-12, None)), unit)


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


def first(values: Floats, bounds: Ints, given: Designs, task: Task) -> Found:
    """The first pass over one chunk."""
    days = task.days
    sigma, good = _fit(values, bounds, given, task)
    if not good.all():
        return _without(values, bounds, given, task, good)
    estimation, event = values[:, :days], values[:, values.shape[1] - task.event :]
    df = days - (given.basis.shape[2] or 1)
    columns = days + task.event
    unit = _key_unit(columns)
    per = (unit / sigma)[:, None]
    scaled = np.multiply(estimation, per, out=_buffer("scaled", estimation.shape))
    scaled_event = event * per
    standard = _buffer("standard", estimation.shape)
    dates = np.empty((len(bounds) - 1, days))
    for d, (begin, stop) in enumerate(pairwise(bounds.tolist())):
        np.multiply(scaled[begin:stop], given.weight[d], out=standard[begin:stop])
        np.add.reduce(scaled[begin:stop], axis=0, out=dates[d])
    if task.intercept:
        dates *= np.sqrt(days / df) / unit
    else:
        dates = _dates(scaled, bounds)
    student, squares, powers, widest = _student(standard, df, unit)
    tame = widest < (_WIDEST * (1 - 2.0**-20)) ** 2
    ones = np.ones(len(values))
    which = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    car = event @ task.indicator
    return Found(
        good=good,
        car=car,
        scar=car / (sigma[:, None] * np.sqrt(given.unit)[which]),
        ar=ones @ event,
        residual=ones @ estimation,
        ranks=_ranks(scaled, scaled_event, tame, lambda rows: np.concatenate([estimation[rows], event[rows]], axis=1)),
        residual_ranks=_ranks(standard, None, tame, lambda rows: standard[rows] / unit),
        student=student,
        student_squares=squares,
        student_powers=powers,
        runs=_runs(estimation, task.lengths),
        dates=dates,
    )


def second(values: Floats, bounds: Ints, given: Designs, task: Task, scales: Floats) -> tuple[Floats, Bools]:
    """The second pass: (W, L1) pairs whose SCAR times `scales` (W,) lies below that day's standardised residual.

    With it the pairs that count, as in `first`.
    """
    days = task.days
    _, good = _fit(values, bounds, given, task)
    which = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    car = values[:, values.shape[1] - task.event :] @ task.indicator
    place = np.where(good[:, None], scales * (car / np.sqrt(given.unit)[which]), np.inf)  # in units of sigma
    standard = _buffer("standard", (len(values), days))
    for d, (begin, stop) in enumerate(pairwise(bounds.tolist())):
        np.multiply(values[begin:stop, :days], given.weight[d], out=standard[begin:stop])
    below = np.empty((len(scales), days))
    above = _buffer("above", standard.shape, np.bool_)
    for w in range(len(scales)):
        np.greater(standard, place[:, w : w + 1], out=above)
        below[w] = np.add.reduce(above.view(np.uint8), axis=0, dtype=np.uint8)
    return below, good


def _fit(values: Floats, bounds: Ints, given: Designs, task: Task) -> tuple[Floats, Bools]:
    """Leave abnormal returns in place; (n,) sigma, and whether there is variance around the normal return (ruling 12)."""
    k = given.basis.shape[2]
    gone = project(values, task.days, bounds, given.basis)
    estimation = values[:, : task.days]
    rss = np.einsum("nt,nt->n", estimation, estimation)
    total = rss + gone
    if not k:
        centred = estimation - estimation.mean(axis=1, keepdims=True)
        rss = np.einsum("nt,nt->n", centred, centred)
    good: Bools = rss > 1e-24 * np.maximum(total, np.finfo(float).tiny)
    return np.sqrt(np.where(good, rss, 1.0) / (task.days - (k or 1))), good


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


def _without(values: Floats, bounds: Ints, given: Designs, task: Task, good: Bools) -> Found:
    """The sums of the good pairs alone; their residuals are projected once more, which leaves them as they are."""
    kept = np.concatenate([[0], np.cumsum(good)])[bounds]
    some = first(values[good], kept, given, task)
    whole: dict[str, NDArray[np.generic]] = {"good": good}
    for name in ("car", "scar"):
        whole[name] = np.full((len(good), len(task.windows)), np.nan)
        whole[name][good] = getattr(some, name)
    return Found(**{**vars(some), **whole})


def _dates(scaled: Floats, bounds: Ints) -> Floats:
    """(g, L1) sums over designs of residuals that do not add up to zero, around their mean, in units of their deviation."""
    values = scaled - scaled.mean(axis=1, keepdims=True)
    values /= np.sqrt(np.einsum("nt,nt->n", values, values) / values.shape[1])[:, None]
    return np.stack([values[begin:stop].sum(axis=0) for begin, stop in pairwise(bounds.tolist())])


def _student(standard: Floats, df: int, unit: float) -> tuple[Floats, Floats, Floats, float]:
    """Sums over pairs of e sqrt((v - 1) / (v - e²)) and of its squares by day, of its third and fourth powers, and max e².

    `standard` is e in units of 1 / `unit`.
    """
    squares = np.multiply(standard, standard, out=_buffer("squares", standard.shape))
    widest = float(squares.max(initial=0.0)) / unit**2
    ratio = np.subtract(df * unit**2, squares, out=_buffer("ratio", standard.shape))
    if widest > 0.999 * df:
        np.maximum(ratio, np.finfo(float).tiny, out=ratio)
    np.divide((df - 1) * unit**2, ratio, out=ratio)
    squares *= ratio
    np.sqrt(ratio, out=ratio)
    ratio *= standard
    ones = np.ones(len(standard))
    powers = np.array([np.vdot(squares, ratio) / unit**3, np.vdot(squares, squares) / unit**4])
    return ones @ ratio / unit, ones @ squares / unit**2, powers, widest


def _runs(residuals: Floats, lengths: Sequence[int]) -> Ints:
    """(R,) sums of so many consecutive days that are above zero, over all pairs; put together from runs of powers of two.

    All rows are added in one long line, which is quicker; what crosses from one row into the next is not counted.
    """
    n, days = residuals.shape
    line = _buffer("run0", (n, days))
    line[:] = residuals
    powers = [line.reshape(-1)]
    found = np.zeros(len(lengths), dtype=np.int64)
    up = _buffer("same", (n, days), np.bool_)
    for r, length in enumerate(lengths):
        if length > days:
            continue
        while 2 ** len(powers) <= length:
            powers.append(_shifted(powers[-1], powers[-1], 2 ** (len(powers) - 1), f"run{len(powers)}"))
        top = length.bit_length() - 1
        total, done = powers[top], 2**top
        for power in range(top):
            if length >> power & 1:
                total = _shifted(total, powers[power], done, "run")
                done += 2**power
        np.greater(total, 1e-12, out=up.reshape(-1))
        found[r] = np.count_nonzero(up) - np.count_nonzero(up[:, days - length + 1 :])
    return found


def _shifted(left: Floats, right: Floats, by: int, name: str) -> Floats:
    """The sum of `left` and what stands `by` places further on in `right`; zero at the end."""
    room = _buffer(name, left.shape)
    np.add(left[:-by], right[by:], out=room[:-by])
    room[-by:] = 0.0
    return room


@lru_cache(maxsize=8)
def _positions(rows: int, columns: int) -> Floats:
    return np.tile(np.arange(1.0, columns + 1), rows)


def _key_unit(columns: int) -> float:
    """How finely a 32-bit key that also holds the number of a column can tell values, per unit of `_WIDEST`."""
    return float(2 ** (31 - _bits(columns))) / _WIDEST


def _bits(columns: int) -> int:
    return max(int(columns - 1).bit_length(), 1)


def _ranks(left: Floats, right: Floats | None, tame: bool, exact: Callable[[Ints], Floats]) -> Floats:
    """(columns,) sum over pairs of each day's rank; `left` and `right` in units of `_key_unit` make the keys.

    `tame`: no value of `left` needs to be clipped. `exact` gives the values of some rows, to break ties by.
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
    key |= np.arange(columns, dtype=np.int32)
    key.sort(axis=1)
    high = np.right_shift(key, bits, out=_buffer("high", key.shape, np.int32))
    same, line = _buffer("same", key.shape, np.bool_), high.reshape(-1)
    np.equal(line[1:], line[:-1], out=same.reshape(-1)[:-1])
    same[:, -1] = False  # the last of a row and the first of the next
    again = np.flatnonzero(same.any(axis=1))
    key &= 2**bits - 1
    total: Floats = np.bincount(key.reshape(-1), _positions(n, columns), minlength=columns).astype(np.float64)
    if len(again):
        total -= np.bincount(key[again].reshape(-1), _positions(len(again), columns), minlength=columns)
        total += average_ranks(exact(again)).sum(axis=0)
    return total
