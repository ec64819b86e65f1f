"""Ranks: of a few rows with ties, and the sums of ranks of many rows at once.

Values in units of sigma go into the high bits of a 32-bit key and the day into the low ones; one sort, and the days come out in
order. Equal high parts, ties among them, are told apart by the values themselves, rounded to 1e-12 (METHODS ruling 10).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from eventstudy.kernel.arrays import Bools, Floats, Ints, buffer

WIDEST = 8.0
"""Values beyond so many sigmas share the outermost keys, and are told apart as any with equal keys."""


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


def rank_sums(left: Floats, right: Floats | None, tame: bool, exact: Callable[[Ints], Floats]) -> Floats:
    """(columns,) sum over pairs of each day's rank; `left` and `right` in units of `key_unit` make the keys.

    `tame`: no value of `left` needs to be clipped. `exact` gives the values of some rows, to tell equal keys apart.
    """
    n, days = left.shape
    columns = days + (0 if right is None else right.shape[1])
    bits = _bits(columns)
    limit = 2.0 ** (31 - bits) * (1 - 2.0**-20)
    key = buffer("key", (n, columns), np.int32)
    key[:, :days] = left if tame else np.clip(left, -limit, limit)  # towards zero: the order is kept
    if right is not None:
        key[:, days:] = np.clip(right, -limit, limit)
    key <<= bits
    key |= _columns(n, columns)
    key.sort(axis=1)
    line = key.reshape(-1)
    differ = np.bitwise_xor(line[1:], line[:-1], out=buffer("differ", (line.size - 1,), np.int32)).view(np.uint32)
    close = np.less(differ, 2**bits, out=buffer("close", differ.shape, np.bool_))
    place = np.bitwise_and(line, 2**bits - 1, out=buffer("place", line.shape, np.intp))
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


def weighted_rank_sums(
    values: Floats, there: Bools, exact: Floats, weight: Floats, stratum: Ints, strata: int
) -> Floats:
    """(P, columns) sum over the pairs of each stratum of each day's rank times the pair's `weight` (n,); see `kernel`."""
    columns = values.shape[1]
    bits = _bits(columns)
    top = 2 ** (31 - bits) - 1
    limit = WIDEST * (1 - 2.0**-20)
    key = np.where(there, np.clip(values, -limit, limit) * (float(top + 1) / WIDEST), top).astype(np.int32)
    key <<= bits
    key |= np.arange(columns, dtype=np.int32)
    key.sort(axis=1)
    high = key >> bits
    again = ((high[:, 1:] == high[:, :-1]) & (high[:, 1:] != top)).any(axis=1)
    position = np.arange(1.0, columns + 1)
    count = np.count_nonzero(there, axis=1)[:, None]
    weights = np.where(position <= count, position, 0.0) * np.where(again, 0.0, weight)[:, None]
    place = (key & (2**bits - 1)) + (stratum * columns)[:, None]
    flat: Floats = np.bincount(place.reshape(-1), weights.reshape(-1), minlength=strata * columns).astype(np.float64)
    total = flat.reshape(strata, columns)
    if again.any():
        found = np.where(there[again], average_ranks(exact[again]), 0.0) * weight[again][:, None]
        np.add.at(total, stratum[again], found)
    return total
