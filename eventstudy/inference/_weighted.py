"""CAAR with weights by precision, and its standard error under any overlap of dates (METHODS 2, ruling 14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from eventstudy.engine.correlation import pair_correlations
from eventstudy.inference._base import Sample
from eventstudy.inference._distributions import p_normal, p_t
from eventstudy.panel.block import Floats


@dataclass(frozen=True)
class WeightedMean:
    """The mean CAR with weights w that sum to one."""

    weights: Floats
    """(N,)"""
    caar: float
    se: float
    statistic: float
    p_value: float
    distribution: str
    """`t` on one date, else `normal`."""
    df: int | None


def precision_weighted(sample: Sample, by: Literal["var", "sd"] = "var") -> WeightedMean:
    """W_i proportional to 1 / (s² C) of each CAR (`var`), or to its root (`sd`).

    Give se² = sum_ij w_i w_j rho_ij omega_ij se_i se_j: independent pairs and pairs of one date are its ends.
    """
    se = sample.cumulated.se
    weight = se ** (-2.0 if by == "var" else -1.0)
    weight = weight / weight.sum()
    caar = float(weight @ sample.car)
    scaled = weight * se
    common = pair_correlations(sample.returns, sample.cumulated.used, sample.window)
    spread = float(np.sqrt(scaled @ common @ scaled))
    t = caar / spread
    if sample.n_dates == 1:
        df = int(sample.returns.df.min())
        return WeightedMean(weight, caar, spread, t, float(p_t(t, df)), "t", df)
    return WeightedMean(weight, caar, spread, t, float(p_normal(t)), "normal", None)
