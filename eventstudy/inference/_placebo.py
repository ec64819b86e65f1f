"""Event day against every estimation day: shared by the tests of a spread over pairs (METHODS 3.20b, ruling 13)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from eventstudy.language import Phrase
from eventstudy.panel.block import Floats

FEWEST_DAYS = 30


TOO_FEW_DAYS = Phrase("fewer than 30 estimation days on which all pairs have a return")


class Shape(NamedTuple):
    """How values are distributed."""

    skewness: float
    kurtosis: float
    """Excess over the normal."""


def days_in_common(days: Floats) -> Floats | str:
    """(N, days) studentised residuals of the estimation days on which all pairs have one; or why there are too few."""
    days = days[:, np.isfinite(days).all(axis=0)]
    return days if days.shape[1] >= FEWEST_DAYS else TOO_FEW_DAYS


def upper_p(observed: float, days: Floats) -> float:
    """(1 + #{day >= observed}) / (days + 1)"""
    return float((1 + (days >= observed).sum()) / (len(days) + 1))
