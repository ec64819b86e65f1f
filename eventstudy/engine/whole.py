"""Pairs that have all their days.

`compiled` has the same two passes in C; this form says what each figure is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eventstudy.engine.abnormal import ALONE
from eventstudy.engine.arrays import Bools, Floats, Ints, buffer, squares
from eventstudy.engine.least_squares import Designs, Task, designs_of, fit
from eventstudy.engine.ranks import WIDEST, days_above, key_unit, rank_sums
from eventstudy.engine.runs import ABOVE, run_sums

ROWS = 255
"""Pairs worked on at once: few enough for the cache, and for counts in one byte."""
_CELLS = 70_000
"""Doubles of a chunk."""


def rows_at_once(width: int) -> int:
    """How many pairs with windows of `width` days make a chunk that fits the cache."""
    return max(1, min(ROWS, _CELLS // width))


@dataclass(frozen=True)
class Found:
    """What a chunk leaves behind; shapes as in the contract. Names are those of `engine.totals` where they are sums."""

    good: Bools
    """(n,) pairs that count; False: no variance is left around the normal return."""
    car: Floats
    """(n, W)"""
    scar: Floats
    """(n, W)"""
    se: Floats
    """(n, W) standard error of each CAR."""
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
    sigma, good = fit(estimation, event, bounds, given)
    if not good.all():
        return _without(estimation, event, bounds, given, task, good)
    (n, days), which = estimation.shape, designs_of(bounds)
    df = days - (given.basis.shape[2] or 1)
    unit = key_unit(days + task.event)
    scaled = np.multiply(estimation, (unit / sigma)[:, None], out=buffer("scaled", estimation.shape))
    standard = np.take(given.weight, which, axis=0, out=buffer("standard", estimation.shape), mode="clip")
    np.multiply(standard, scaled, out=standard)
    student, squares, powers, widest = _student(standard, df, unit)
    tame = widest < (WIDEST * (1 - 2.0**-20)) ** 2
    ones = np.ones(n)
    car, se = event @ task.indicator, sigma[:, None] * np.sqrt(given.unit)[which]
    return Found(
        good=good,
        car=car,
        scar=car / se,
        se=se,
        ar=ones @ event,
        residual=ones @ estimation,
        ranks=rank_sums(
            scaled,
            event * (unit / sigma)[:, None],
            tame,
            lambda rows: np.hstack([estimation[rows], event[rows]]) / sigma[rows, None],
        ),
        residual_ranks=rank_sums(standard, None, tame, lambda rows: standard[rows] / unit),
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

    A tie counts one half. With it the pairs that count, as in `first`.
    """
    sigma, good = fit(estimation, event, bounds, given)
    which = designs_of(bounds)
    car = event @ task.indicator
    place = np.where(good[:, None], scales * (car / np.sqrt(given.unit)[which]), np.inf)  # in units of sigma
    standard = buffer("single", estimation.shape, np.float32)
    weight = buffer("weight", estimation.shape, np.float32)
    np.copyto(standard, estimation, casting="same_kind")
    np.take(given.weight.astype(np.float32), which, axis=0, out=weight, mode="clip")
    np.multiply(standard, weight, out=standard)
    below = np.empty((len(scales), task.days))
    near = days_above(standard, place, sigma, lambda row, day: estimation[row, day] * given.weight[which[row], day])
    for w, (above, _, day, part) in enumerate(near):
        below[w] = np.add.reduce(above.view(np.uint8), axis=0, dtype=np.uint8)
        if len(day):
            np.add.at(below[w], day, part)
    return below, good


def _without(estimation: Floats, event: Floats, bounds: Ints, given: Designs, task: Task, good: Bools) -> Found:
    """The sums of the good pairs alone; their residuals are projected once more, which leaves them as they are."""
    kept = np.concatenate([[0], np.cumsum(good)])[bounds]
    there = np.diff(kept) > 0
    some = first(estimation[good], event[good], kept[np.append(True, there)], given.take(there), task)
    whole: dict[str, NDArray[np.generic]] = {"good": good}
    for name, rows in (("car", good), ("scar", good), ("se", good), ("dates", there)):
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
    squares = np.multiply(standard, standard, out=buffer("squares", standard.shape))
    widest = float(squares.max(initial=0.0)) / unit**2
    root = np.subtract(df * unit**2, squares, out=buffer("root", standard.shape))
    if widest > 0.999 * df:
        np.maximum(root, ALONE * df * unit**2, out=root)
    np.sqrt(root, out=root)
    np.divide(standard, root, out=root)  # s / sqrt(v - 1)
    np.multiply(root, root, out=squares)
    ones, v = np.ones(len(standard)), df - 1.0
    powers = np.array([np.vdot(squares, root) * v**1.5, np.vdot(squares, squares) * v**2])
    return (ones @ root) * np.sqrt(v), (ones @ squares) * v, powers, widest


def _runs(residuals: Floats, lengths: Sequence[int]) -> Ints:
    """(R,) sums of so many consecutive days that are above zero, over all pairs."""
    days = residuals.shape[1]
    found = np.zeros(len(lengths), dtype=np.int64)
    up = buffer("same", residuals.shape, np.bool_)
    for r, length, sums in run_sums(residuals, lengths):
        np.greater(sums, ABOVE, out=up)
        found[r] = np.count_nonzero(up) - np.count_nonzero(up[:, days - length + 1 :])
    return found
