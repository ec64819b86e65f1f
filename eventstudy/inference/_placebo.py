"""Event day against every estimation day: shared by the tests of a spread over pairs (METHODS 3.20b, ruling 13)."""

from __future__ import annotations

import numpy as np

from eventstudy.inference._base import Sample
from eventstudy.panel.block import Floats

_FEWEST_DAYS = 30


def days_in_common(sample: Sample) -> Floats | str:
    """(N, days) studentised residuals of the estimation days on which all pairs have one; or why there are too few."""
    days = sample.returns.studentised
    days = days[:, np.isfinite(days).all(axis=0)]
    if days.shape[1] < _FEWEST_DAYS:
        return "fewer than 30 estimation days on which all pairs have a return"
    return days


def upper_p(observed: float, days: Floats) -> float:
    """(1 + #{day >= observed}) / (days + 1)"""
    return float((1 + (days >= observed).sum()) / (len(days) + 1))
