"""Generalized rank test: the window squeezed into one day and ranked among the estimation days (METHODS 3.15)."""

from __future__ import annotations

import numpy as np

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._distributions import p_t
from eventstudy.inference._ranks import mean_ranks, pooled_t, scaled_ranks


def compute(sample: Sample, variant: str) -> Significance:
    """T = Z sqrt((T - 2) / (T - 1 - Z²)) with T - 2 df, T = M + 1.

    The SCARs are scaled by their spread and sqrt(1 - r) sqrt((N - 3) / (N - 1)); `corr` by sqrt(1 - r), `paper` by neither.
    """
    n, r = sample.n, sample.correlation.mean
    if n < 2 or (variant == "default" and n < 4):
        return Significance.undefined(f"needs at least {4 if variant == 'default' else 2} pairs", n)
    shrink = {"paper": 1.0, "corr": 1 - r, "default": (1 - r) * (n - 3) / (n - 1)}
    kappa = np.sqrt(shrink[variant])
    squeezed = kappa * sample.scar / sample.scar.std(ddof=1)
    ranks = scaled_ranks(np.concatenate([sample.returns.standardised, squeezed[:, None]], axis=1))
    mean, spread, t = mean_ranks(ranks)
    statistic = pooled_t(float(mean[-1] / spread), t)
    return Significance(statistic, float(p_t(statistic, t - 2)), "t", t - 2, n)


TEST = PairsTest(
    summary="rank of the whole window among the estimation days",
    null="the window ranks like an ordinary day",
    assumes="mean correlation of the estimation window holds",
    fails="very few pairs; fat tails in long windows (mildly)",
    paper="Kolari and Pynnönen 2011",
    compute=compute,
    variants=("default", "paper", "corr"),
)
