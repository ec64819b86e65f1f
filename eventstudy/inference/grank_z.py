"""Generalized rank test for independent pairs (METHODS 3.16, ruling 11)."""

from __future__ import annotations

import numpy as np

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._distributions import p_normal
from eventstudy.inference._sizes import mean_over_spread
from eventstudy.inference.grank_t import not_ranked, scale_of


def compute(sample: Sample, variant: str) -> Significance:
    """Give Z = sum U_i0 / sqrt(sum (T_i - 1) / (12 (T_i + 1))), the variance of a rank drawn at random.

    `corr` and `adjusted` shrink the window as `grank_t` does.
    """
    form = "paper" if variant == "default" else variant
    if reason := not_ranked(sample, form):
        return Significance.undefined(reason, sample.n)
    ranks = sample.squeezed(scale_of(sample.n, sample.correlation.mean, sample.scar_spread, form))
    t = np.isfinite(ranks).sum(axis=1)
    z = float(ranks[:, -1].sum() / np.sqrt(((t - 1) / (12 * (t + 1))).sum()))
    return Significance(z, float(p_normal(z)), "normal", None, sample.n)


TEST = PairsTest(
    summary="rank of the whole window among the estimation days, for independent pairs",
    null="the window ranks like an ordinary day",
    assumes="independent pairs, at least twenty",
    fails="events that share days, few pairs",
    paper="Kolari and Pynnönen 2011",
    compute=compute,
    variants=("default", "corr", "adjusted"),
    independent=True,
    trusted_from={"default": 20, "corr": 20},
    size_when_clustered=mean_over_spread,
)
