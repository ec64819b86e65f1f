"""Samples in which nothing is left to be compared: pairs of one firm on one date, or firms whose returns are the same."""

from __future__ import annotations

import numpy as np

from eventstudy.language import Phrase
from eventstudy.panel.block import Floats

_SAME = 1e-12
NO_SPREAD = Phrase("there is no spread between the pairs: their abnormal returns are the same")
NOTHING_OWN = Phrase("the residuals of the pairs are the same: no pair has anything of its own")
COLLINEAR = Phrase(
    "the abnormal returns of some firms are the same, or follow from those of the others: no joint test is possible"
)


def no_spread(spread: float, mean: float) -> str:
    """Why values with this standard deviation and mean cannot be judged by it, or nothing; rounding is no spread."""
    return "" if spread > _SAME * (1 + abs(mean)) else NO_SPREAD


def nothing_own(correlation: float) -> str:
    """Why pairs with this mean correlation cannot be told from what they have in common, or nothing."""
    return "" if 1 - correlation > _SAME else NOTHING_OWN


def collinear(restriction: Floats, residuals: Floats) -> str:
    """Why the covariance of these sums (q, N) of series (N, days) cannot be inverted, or nothing."""
    size = np.abs(restriction) @ np.sqrt((residuals**2).sum(axis=1))
    sums = restriction @ residuals / np.where(size > 0, size, 1.0)[:, None]
    return COLLINEAR if np.linalg.matrix_rank(sums, tol=1e-8) < len(sums) else ""
