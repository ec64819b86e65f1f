"""Ranks: of a few rows with ties, and the sums of ranks of many rows at once.

Values in units of sigma go into the high bits of a 32-bit key and the day into the low ones; one sort, and the days come out in
order. Equal high parts, ties among them, are told apart by the values themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from eventstudy.engine.arrays import Bools, Floats, Ints, Singles, buffer, mean_of

WIDEST = 8.0
"""Values beyond so many sigmas share the outermost keys, and are told apart as any with equal keys."""
TIED = 1e-12
"""Neighbours in order that differ by no more, in units of sigma, are tied (METHODS ruling 10)."""
_SINGLE = 1e-6
"""More than the relative error of a product of two numbers in single precision, and of a number beside it."""
_NOTHING = np.empty(0, dtype=np.int64)


def average_ranks(values: Floats) -> Floats:
    """Ranks within each row of `values` (n, T) in units of sigma, from 1; ties share their average; NaN ranks last."""
    order = np.argsort(values, axis=1, kind="stable")
    ordered = np.take_along_axis(values, order, axis=1)
    position = np.arange(1.0, values.shape[1] + 1)
    new = np.ones(values.shape, dtype=bool)
    new[:, 1:] = ~(ordered[:, 1:] - ordered[:, :-1] <= TIED)
    start = np.maximum.accumulate(np.where(new, position, 0.0), axis=1)
    closing = np.ones(values.shape, dtype=bool)
    closing[:, :-1] = new[:, 1:]
    stop = np.minimum.accumulate(np.where(closing, position, np.inf)[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, (start + stop) / 2, axis=1)
    return ranks


def part_below(place: Floats, values: Floats, tied: float | Floats = TIED) -> Floats:
    """1 where `place` lies below the value, 1/2 where both are tied, else 0, NaN among them."""
    rise = values - place
    found: Floats = ((rise > tied).astype(float) + (rise >= -tied)) / 2
    return found


def days_above(
    values: Singles, places: Floats, sigma: Floats, exact: Callable[[Ints, Ints], Floats]
) -> Iterator[tuple[Bools, Ints, Ints, Floats]]:
    """Of each column of `places` (n, W): the `values` (n, days) that are surely above it, and what is near it.

    What is near comes as rows, days and `part_below`, by the values that `exact` gives; values and places are in units in which
    `sigma` (n,) is one standard deviation. Singles, right to `_SINGLE`, say at half the price what is not near.
    """
    rows, days = values.shape
    tied = TIED * sigma
    room = np.where(np.isfinite(places), np.abs(places) * _SINGLE + tied[:, None], 0.0)
    low, high = (places - room).astype(np.float32), (places + room).astype(np.float32)
    size = -(-values.size // 8) * 8  # whole words, to be compared eight at a time
    hit, beside = buffer("above", (size,), np.bool_), buffer("near", (size,), np.bool_)
    hit[values.size :] = beside[values.size :] = False
    above, near = hit[: values.size].reshape(rows, days), beside[: values.size].reshape(rows, days)
    for w in range(places.shape[1]):
        np.greater(values, high[:, w : w + 1], out=above)
        np.greater_equal(values, low[:, w : w + 1], out=near)
        if (hit.view(np.uint64) == beside.view(np.uint64)).all():
            yield above, _NOTHING, _NOTHING, np.empty(0)
            continue
        row, day = np.divmod(np.flatnonzero(near != above), days)
        yield above, row, day, part_below(places[row, w], exact(row, day), tied[row])


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


@lru_cache(maxsize=8)
def _positions(rows: int, columns: int) -> Floats:
    return np.tile(np.arange(1.0, columns + 1), rows)


@lru_cache(maxsize=8)
def _columns(rows: int, columns: int) -> NDArray[np.int32]:
    return np.tile(np.arange(columns, dtype=np.int32), (rows, 1))


def key_unit(columns: int) -> float:
    """How finely a 32-bit key that also holds the number of a column can tell values, per unit of `WIDEST`."""
    return float(2 ** (31 - _bits(columns))) / WIDEST


def _bits(columns: int) -> int:
    return max(int(columns - 1).bit_length(), 1)


@dataclass(frozen=True)
class Weighted:
    """What counts a pair that lacks days."""

    there: Bools
    """(n, columns) the days that it has; the others rank last and do not count."""
    weight: Floats
    """(n,) what its ranks are multiplied with."""
    stratum: Ints
    """(n,) 0 .. P - 1"""
    strata: int
    """P"""


def rank_sums(left: Floats, right: Floats | None, tame: bool, exact: Callable[[Ints], Floats]) -> Floats:
    """(columns,) sum over pairs of each day's rank; `left` and `right` in units of `key_unit` make the keys.

    `tame`: no value of `left` needs to be clipped. `exact` gives the values of some rows, to tell equal keys apart.
    """
    n, days = left.shape
    columns = days + (0 if right is None else right.shape[1])
    limit = _limit(columns)
    key = buffer("key", (n, columns), np.int32)
    key[:, :days] = left if tame else np.clip(left, -limit, limit)  # towards zero: the order is kept
    if right is not None:
        key[:, days:] = np.clip(right, -limit, limit)
    total: Floats = _summed(key, exact, None)[0]
    return total


def weighted_rank_sums(values: Floats, of: Weighted, exact: Callable[[Ints], Floats]) -> Floats:
    """(P, columns) the same of pairs that lack days, by stratum; what `exact` gives for a missing day does not matter."""
    n, columns = values.shape
    last = 2 ** (31 - _bits(columns)) - 1
    key = buffer("key", (n, columns), np.int32)
    key[:] = np.clip(values, -_limit(columns), last - 1)
    np.copyto(key, last, where=~of.there)
    return _summed(key, exact, of)


def _limit(columns: int) -> float:
    return float(2.0 ** (31 - _bits(columns)) * (1 - 2.0**-20))


def _summed(key: NDArray[np.int32], exact: Callable[[Ints], Floats], of: Weighted | None) -> Floats:
    """(P, columns) sums of ranks by stratum, by keys (n, columns) that are overwritten."""
    n, columns = key.shape
    bits = _bits(columns)
    key <<= bits
    key |= _columns(n, columns)
    key.sort(axis=1)
    line = key.reshape(-1)
    pairs = max(line.size - 1, 0)
    differ = np.bitwise_xor(line[1:], line[:-1], out=buffer("differ", (pairs,), np.int32)).view(np.uint32)
    close = np.less(differ, 2**bits, out=buffer("close", differ.shape, np.bool_))
    place = np.bitwise_and(line, 2**bits - 1, out=buffer("place", line.shape, np.intp)).reshape(n, columns)
    ranks, last = _positions(n, columns).reshape(n, columns), np.int64(columns)
    if of is not None:
        last = np.count_nonzero(of.there, axis=1)
        ranks = np.where(ranks <= last[:, None], ranks, 0.0) * of.weight[:, None]
        place += (of.stratum * columns)[:, None]
    size = columns * (1 if of is None else of.strata)
    total: Floats = np.bincount(place.reshape(-1), ranks.reshape(-1), minlength=size).astype(np.float64)
    if close.any():
        row, at = np.divmod(np.flatnonzero(close), columns)
        both = at + 1 < np.broadcast_to(last, n)[row]
        _tell_apart(total, place, ranks, row[both], at[both], exact, of)
    return total.reshape(-1, columns)


def _tell_apart(
    total: Floats, place: Ints, ranks: Floats, row: Ints, at: Ints, exact: Callable[[Ints], Floats], of: Weighted | None
) -> None:
    """Set right, in `total`, the ranks of days with equal keys.

    `place` (n, columns) are the days in order, `ranks` what each was given; the first of two that are alike stand in `row`
    (H,) `at` (H,).
    """
    columns = place.shape[1]
    alike = (np.diff(row) == 0) & (np.diff(at) == 1)
    if alike.any():  # three or more
        several = np.unique(row[1:][alike])
        np.subtract.at(total, place[several], ranks[several])
        found = average_ranks(exact(several) if of is None else np.where(of.there[several], exact(several), np.nan))
        if of is not None:
            found = np.where(of.there[several], found, 0.0) * of.weight[several][:, None]
        begin = 0 if of is None else (of.stratum[several] * columns)[:, None]
        np.add.at(total, np.broadcast_to(begin + np.arange(columns), found.shape), found)
        others = ~np.isin(row, several)
        row, at = row[others], at[others]
    one, next_one, each, values = place[row, at], place[row, at + 1], np.arange(len(row)), exact(row)
    up = part_below(values[each, next_one % columns], values[each, one % columns])  # 0 in order, 1 the wrong way round
    if of is not None:
        up *= of.weight[row]
    np.add.at(total, one, up)
    np.subtract.at(total, next_one, up)
