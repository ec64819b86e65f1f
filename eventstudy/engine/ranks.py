"""Ranks of the days of each series, and what they add up to."""

from __future__ import annotations

import numpy as np

from eventstudy.engine.arrays import Bools, Floats, Ints, mean_of

TIED = 1e-12
"""Neighbours in order that differ by no more, in units of sigma, are tied (METHODS ruling 10)."""
_ROWS = 256
"""Series that are ranked at once."""


def average_ranks(values: Floats) -> Floats:
    """Ranks within each row of `values` (n, T) in units of sigma, from 1; ties share their average; NaN ranks last."""
    rows, order = np.arange(len(values))[:, None], np.argsort(values, axis=1)
    ordered = values[rows, order]
    ranks = np.empty(values.shape)
    ranks[rows, order] = np.arange(1.0, values.shape[1] + 1)
    tied = ordered[:, 1:] - ordered[:, :-1] <= TIED
    some = np.flatnonzero(tied.any(axis=1))
    ranks[some[:, None], order[some]] = _shared(tied[some])
    return ranks


def _shared(tied: Bools) -> Floats:
    """(n, T) the mean position of each value among those it is tied with; `tied` (n, T - 1): in order, with the next one."""
    apart, position = np.pad(~tied, ((0, 0), (1, 1)), constant_values=True), np.arange(1.0, tied.shape[1] + 2)
    start = np.maximum.accumulate(np.where(apart[:, :-1], position, 0.0), axis=1)
    stop = np.minimum.accumulate(np.where(apart[:, 1:], position, np.inf)[:, ::-1], axis=1)[:, ::-1]
    found: Floats = (start + stop) / 2
    return found


def part_below(place: Floats, values: Floats) -> Floats:
    """1 where `place` lies below the value, 1/2 where both are tied, else 0, NaN among them."""
    rise = values - place
    found: Floats = ((rise > TIED).astype(float) + (rise >= -TIED)) / 2
    return found


def plain_ranks(values: Floats) -> Floats:
    """(n, T) the same; NaN stays NaN."""
    return np.where(np.isfinite(values), average_ranks(values), np.nan)


def scaled_ranks(values: Floats) -> Floats:
    """(n, T) rank / (T_i + 1) - 1/2 within each row, T_i the number of its values; NaN stays NaN."""
    count = np.isfinite(values).sum(axis=1, keepdims=True)
    scaled: Floats = plain_ranks(values) / (count + 1) - 0.5
    return scaled


def with_one_more(ranks: Floats, days: Floats, value: Floats) -> Floats:
    """(n, T + 1) scaled ranks of `days` (n, T) and of one more `value` (n,) a row, the last column.

    `ranks` are the plain ones of the days among themselves: each goes up by one where the new value lies below it.
    """
    below = part_below(value[:, None], days)
    count = np.isfinite(days).sum(axis=1, keepdims=True)
    own = 1 + count - below.sum(axis=1, keepdims=True)
    scaled: Floats = np.concatenate([ranks + below, own], axis=1) / (count + 2) - 0.5
    return scaled


def mean_ranks(total: Floats, count: Ints, n: int) -> tuple[Floats, float, int]:
    """Of sums over n pairs of scaled ranks (T,) and the pairs behind them (T,).

    Gives the mean of each day, NaN where no pair has one; S = sqrt(sum (count / n) mean² / T); and T, the days with a rank.
    """
    mean, there = mean_of(total, count), count > 0
    t = int(there.sum())
    return mean, float(np.sqrt((count[there] / n * mean[there] ** 2).sum() / t)), t


def pooled_t(z: float, t: int) -> float:
    """z sqrt((T - 2) / (T - 1 - z²)): the pooled two-sample t of the event days against the others, T - 2 df."""
    rest = t - 1 - z**2
    return float(np.copysign(np.inf, z)) if rest <= 0 else float(z * np.sqrt((t - 2) / rest))


def rank_sums(values: Floats, weight: Floats) -> Floats:
    """(T,) the ranks of `values` (n, T) within each row, times its `weight` (n,), added up; NaN is no day.

    Values are in units of sigma; some rows are ranked at a time.
    """
    total = np.zeros(values.shape[1])
    for begin in range(0, len(values), _ROWS):
        some = values[begin : begin + _ROWS]
        total += weight[begin : begin + _ROWS] @ np.where(np.isfinite(some), average_ranks(some), 0.0)
    return total
