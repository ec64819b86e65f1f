"""Event day against every estimation day: shared by the tests of a spread over pairs (METHODS 3.20b, ruling 13)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from eventstudy.panel.block import Floats

FEWEST_DAYS = 30


TOO_FEW_DAYS = "fewer than 30 estimation days on which all pairs have a return"


class Shape(NamedTuple):
    """How values are distributed."""

    skewness: float
    kurtosis: float
    """Excess over the normal."""


def shape_of(values: Floats) -> Shape:
    """The shape of all values that are not NaN, pooled."""
    pooled = values[np.isfinite(values)]
    centred = pooled - pooled.mean()
    squares = centred * centred  # products are quicker than powers
    variance = squares.mean()
    skewness = (squares * centred).mean() / variance**1.5
    return Shape(float(skewness), float((squares * squares).mean() / variance**2 - 3))


def share_of_runs(residuals: Floats, length: int) -> Floats:
    """(N,) share of positive sums of `length` consecutive valid days (N, L1); zero is not positive; NaN without such a run."""
    n, days = residuals.shape
    padded = np.zeros((n, days + 1))
    lacking = padded.copy()
    np.cumsum(np.nan_to_num(residuals), axis=1, out=padded[:, 1:])
    np.cumsum(np.isnan(residuals), axis=1, out=lacking[:, 1:])
    full = lacking[:, length:] == lacking[:, :-length]
    up = full & (padded[:, length:] - padded[:, :-length] > 1e-12)
    windows = full.sum(axis=1)
    return np.where(windows > 0, up.sum(axis=1) / np.maximum(windows, 1), np.nan)


def mean_share(shares: Floats) -> float:
    """Their mean over the series that have one; NaN where none has."""
    there = shares[np.isfinite(shares)]
    return float(there.mean()) if len(there) else float("nan")


def days_in_common(days: Floats) -> Floats | str:
    """(N, days) studentised residuals of the estimation days on which all pairs have one; or why there are too few."""
    days = days[:, np.isfinite(days).all(axis=0)]
    return days if days.shape[1] >= FEWEST_DAYS else TOO_FEW_DAYS


def upper_p(observed: float, days: Floats) -> float:
    """(1 + #{day >= observed}) / (days + 1)"""
    return float((1 + (days >= observed).sum()) / (len(days) + 1))
