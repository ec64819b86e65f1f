"""Chunks of pairs as the compiled kernel looks them up."""

from __future__ import annotations

import numpy as np
from eventstudy.engine import compiled
from eventstudy.engine.least_squares import Designs


def pairs_of(estimation: np.ndarray, event: np.ndarray, bounds: np.ndarray, given: Designs) -> compiled.Pairs:
    """The pairs of a chunk as a panel of which each has a row, and each design one of the benchmarks."""
    returns, g = np.hstack([estimation, event]), len(bounds) - 1
    x = np.concatenate([given.x, given.x_event], axis=1)
    days, none = x.shape[1], np.zeros(x.shape[:2])
    panel = compiled.Panel(
        returns, None, np.zeros(estimation.shape[1], bool), x, none, np.ones(none.shape, bool), none, False
    )
    place, design = np.arange(len(returns)) * days, np.arange(g) * days
    return compiled.Pairs(panel, 0, place, design, bounds, np.zeros(len(returns), bool))
