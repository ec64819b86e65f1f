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
PEGGED = 0.003
"""No share moves so little in a day. What is pegged to 1 or 100 does, and a loan near par, and both start anew as well."""


def gross_base(values: Floats, *, every: bool = False, least: float = 0.0) -> float | None:
    """What the gross returns (S, n) of n securities on S days are counted from, 1 or 100; None: they are none.

    Gross returns lie around it and start anew every day. A price may lie there as well, and wanders. Most of the securities
    have to be so, and with `every` no other may lie elsewhere; `least`: what they move by, at least, as a part of it.
    """
    series = [own for column in values.T if len(own := column[np.isfinite(column)]) >= _FEW_DAYS]
    bases = [_around(own) for own in series]
    for base in _BASES:
        anew = sum(near == base and _starts_anew(own, least * base) for own, near in zip(series, bases, strict=True))
        if 2 * anew > len(series) and (not every or set(bases) == {base}):
            return base
    return None


def _around(values: Floats) -> float | None:
    """The base that the values (S,) of one security lie around."""
    middle = float(np.median(values))
    base = next((base for base in _BASES if abs(middle / base - 1) < _MIDDLE), None)
    return base if base is not None and ((values > 0) & (values < _MOST * base)).all() else None


def _starts_anew(values: Floats, least: float) -> bool:
    """Whether values (S,) that move by at least so much are drawn anew each day."""
    from_mean = float(((values - values.mean()) ** 2).sum())
    moves = from_mean > len(values) * least**2
    return moves and float((np.diff(values) ** 2).sum()) > _DRAWN_ANEW * from_mean
