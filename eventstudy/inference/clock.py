"""Is a move of some minutes unusual? It is held against the same minutes of other days, each in the volatility of its own day.

A t of minutes is not valid: volatility has a shape over the day and changes from day to day. Of D other days, p is the place of
|x_0| among |x_d|, x_d = CAR_d / s_d, where s_d is the realised volatility just before the minutes of that day.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from eventstudy.engine.arrays import mean_known
from eventstudy.panel.block import Bools, Floats

LEAST_DAYS = 20
"""Other days without which there is no p."""
_OUTSIDE = 0.95


def realised(returns: Floats, step: int) -> Floats:
    """(D,) volatility of (D, n) returns of bars: the root of the sum of squared returns of `step` bars, over `step`.

    Subsampled (Zhang, Mykland and Ait-Sahalia 2005): returns of 5 minutes from every minute, so that a bounce between bid
    and ask weighs little. A bar without a return counts as none.
    """
    filled = np.nan_to_num(returns)
    running = np.concatenate([np.zeros((len(filled), 1)), np.cumsum(filled, axis=1)], axis=1)
    long = running[:, step:] - running[:, :-step]
    found: Floats = np.sqrt((long**2).sum(axis=1) / step)
    return found


class ClockPlacebo(NamedTuple):
    """The place of a move among those of other days."""

    p: float
    larger: int
    """Other days on which it was as large, in the volatility of their day."""
    days: int

    @property
    def least(self) -> float:
        """The smallest p that so many days can give."""
        return 1 / (self.days + 1)


def clock_placebo(x0: float, others: Floats) -> ClockPlacebo:
    """p = (1 + #{|x_d| >= |x_0|}) / (D + 1) of scaled moves (D,)."""
    larger = int((np.abs(others) >= abs(x0) * (1 - 1e-12)).sum())
    return ClockPlacebo((1 + larger) / (len(others) + 1), larger, len(others))


class Reaction(NamedTuple):
    """When a path left the band of ordinary days for good, and when it had half of its end."""

    band: Floats
    """(L,) half the width of the band, in units of the volatility of the day."""
    since: int | None
    """The first bar after which the path stays outside to the end; None: it ends inside."""
    half: int | None
    """The first bar from which on it keeps at least half its end; None: it ends inside."""
    half_range: tuple[int, int] | None
    """The same of the path with each ordinary path added: 5 and 95 % of it."""


def reaction(path: Floats, others: Floats) -> Reaction:
    """The reaction of a scaled path (L,) against scaled paths of other days (D, L)."""
    spread = np.sqrt(np.mean(others**2, axis=0))
    spread = np.where(spread > 0, spread, np.nan)
    every = np.vstack([others, path])
    furthest = np.nanmax(np.abs(every) / spread, axis=1)
    band = np.quantile(furthest, _OUTSIDE) * spread
    outside = np.abs(path) > band
    if not outside[-1]:
        return Reaction(band, None, None, None)
    since = _from(outside & (np.sign(path) == np.sign(path[-1])))
    both = [half_of(path + other) for other in others]
    low, high = np.quantile(both, [0.05, 0.95])
    return Reaction(band, since, half_of(path), (int(np.floor(low)), int(np.ceil(high))))


def half_of(path: Floats) -> int:
    """The first bar from which on a path keeps at least half of its end."""
    return _from(path * np.sign(path[-1]) >= abs(path[-1]) / 2)


def _from(good: Bools) -> int:
    """The first position from which on all are good."""
    bad = np.flatnonzero(~good)
    return int(bad[-1]) + 1 if len(bad) else 0


def shape_of_day(scaled: Floats) -> Floats:
    """(L,) how wild each minute is in a day's volatility: the root of the mean square of scaled returns (D, L)."""
    found: Floats = np.sqrt(mean_known(scaled**2))
    return found
