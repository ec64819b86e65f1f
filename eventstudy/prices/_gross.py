"""Gross returns are told from prices: 1.012 is a gain of 1.2 %, and so is 101.2."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_BASES = (1.0, 100.0)
"""What a gross return is on a day on which nothing moved."""
_MIDDLE = 0.01
"""The middle of gross returns is no further from it than that, as a part of it."""
_MOST = 100.0
"""Nothing becomes worth so many times as much in a day."""
_FEW_DAYS = 30
"""Fewer values do not tell whether they wander, as prices do."""
_DRAWN_ANEW = 1.2
"""Von Neumann's ratio (Annals of Mathematical Statistics 12 (1941), 367-395), the squared steps from day to day over the
squared distances from the mean, is about 2 of values that are drawn anew each day, and far below of prices, which wander. Of
thirty days 99 in 100 gross returns are above this and 6 in 1,000 prices; of a hundred all and none."""


def gross_base(values: Floats) -> float | None:
    """What the gross returns (S, n) of n securities on S days are counted from, 1 or 100; None: most of them are none.

    Gross returns lie around it and start anew every day. A price may lie there as well, and wanders.
    """
    found = [_of_one(column[np.isfinite(column)]) for column in values.T]
    long_enough = int((np.isfinite(values).sum(axis=0) >= _FEW_DAYS).sum())
    return next((base for base in _BASES if 2 * found.count(base) > long_enough), None)


def _of_one(values: Floats) -> float | None:
    """The base of the values (S,) of one security."""
    if len(values) < _FEW_DAYS:
        return None
    middle = float(np.median(values))
    base = next((base for base in _BASES if abs(middle / base - 1) < _MIDDLE), None)
    if base is None or not ((values > 0) & (values < _MOST * base)).all():
        return None
    from_mean = float(((values - values.mean()) ** 2).sum())
    anew = from_mean > 0 and float((np.diff(values) ** 2).sum()) > _DRAWN_ANEW * from_mean
    return base if anew else None
