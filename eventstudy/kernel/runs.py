"""Sums of consecutive days, for all starting days and several lengths at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from eventstudy.kernel.arrays import Floats, buffer

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
        for left, right in _steps(tuple(sums), length):
            total = buffer(f"run{left + right}", (n * days,))
            np.add(sums[left][:-left], sums[right][left:], out=total[:-left])
            total[-left:] = 0.0
            sums[left + right] = total
        yield r, length, sums[length].reshape(n, days)


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
