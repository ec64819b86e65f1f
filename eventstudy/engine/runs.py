"""Sums of consecutive days, for all starting days and several lengths at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from eventstudy.engine.arrays import Floats, buffer

ABOVE = 1e-12
"""A sum that is larger is above zero (METHODS ruling 10)."""


def run_sums(values: Floats, lengths: Sequence[int]) -> Iterator[tuple[int, int, Floats]]:
    """Of each length that fits into the rows of (n, days): its position, itself, and the sums (n, days).

    Column t holds the sum that begins on day t; the last length - 1 columns are of no use. All rows are added in one long line,
    which is quicker, and a length is put together from the longest sums that are there already. NaN stays NaN.
    """
    n, days = values.shape
    sums = {1: values.reshape(-1)}
    for r, length in enumerate(lengths):
        if length > days:
            continue
        for left, right in steps(tuple(sums), length):
            total = buffer(f"run{left + right}", (n * days,))
            np.add(sums[left][:-left], sums[right][left:], out=total[:-left])
            total[-left:] = 0.0
            sums[left + right] = total
        yield r, length, sums[length].reshape(n, days)


def shares_of_runs(values: Floats, lengths: Sequence[int]) -> Floats:
    """(n, R) share of the sums of consecutive days that are above zero; days (n, T) may be NaN; NaN where no run is whole."""
    n, days = values.shape
    found = np.full((n, len(lengths)), np.nan)
    for r, length, sums in run_sums(values, lengths):
        whole = sums[:, : days - length + 1]
        runs, up = np.count_nonzero(np.isfinite(whole), axis=1), np.count_nonzero(whole > ABOVE, axis=1)
        found[:, r] = np.where(runs > 0, up / np.maximum(runs, 1), np.nan)
    return found


@lru_cache(maxsize=64)
def steps(there: tuple[int, ...], length: int) -> tuple[tuple[int, int], ...]:
    """Which two lengths are added, one step after the other, to get from those that are `there` to `length`."""
    known, made = sorted(there), []
    while 2 * known[-1] <= length:
        made.append((known[-1], known[-1]))
        known.append(2 * known[-1])
    total = known[-1]
    while total < length:
        more = max(k for k in known if k <= length - total)
        made.append((total, more))
        total += more
        known = sorted({*known, total})
    return tuple(made)
