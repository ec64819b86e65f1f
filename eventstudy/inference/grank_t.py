"""Generalized rank test: the window squeezed into one day and ranked among the estimation days (METHODS 3.15)."""

from __future__ import annotations

import numpy as np

from eventstudy.engine.ranks import pooled_t
from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._distributions import p_t
from eventstudy.inference._spread import no_spread, nothing_own
from eventstudy.language import Phrase


def scale_of(n: int, r: float, spread: float, form: str) -> float:
    """What the SCARs are multiplied with before they are ranked: one over their `spread`, and by the form

    nothing (`paper`), sqrt(1 - r) (`corr`), or sqrt((1 - r) (N - 3) / (N - 1)) (`adjusted`).
    """
    shrink = {"paper": 1.0, "corr": 1 - r, "adjusted": (1 - r) * (n - 3) / (n - 1)}[form]
    return float(np.sqrt(shrink) / spread)


def not_ranked(sample: Sample, form: str) -> str:
    """Why the windows of these pairs cannot be ranked in this form, or nothing."""
    least = 4 if form == "adjusted" else 2
    if sample.n < least:
        return Phrase("needs at least {least} pairs", least=least)
    own = "" if form == "paper" else nothing_own(sample.correlation.mean)
    return no_spread(sample.scar_spread, sample.scar_mean) or own


def compute(sample: Sample, variant: str) -> Significance:
    """T = Z sqrt((T - 2) / (T - 1 - Z²)) with T - 2 df, T = M + 1; the default is the `adjusted` form."""
    form = "adjusted" if variant == "default" else variant
    if reason := not_ranked(sample, form):
        return Significance.undefined(reason, sample.n)
    scale = scale_of(sample.n, sample.correlation.mean, sample.scar_spread, form)
    mean, spread, t = sample.window_ranks(scale)
    statistic = pooled_t(float(mean[-1] / spread), t)
    return Significance(statistic, float(p_t(statistic, t - 2)), "t", t - 2, sample.n)


TEST = PairsTest(
    summary="rank of the whole window among the estimation days",
    null="the window ranks like an ordinary day",
    assumes="mean correlation of the estimation window holds",
    fails="very few pairs; fat tails in long windows (mildly)",
    paper="Kolari and Pynnönen 2011",
    compute=compute,
    variants=("default", "paper", "corr"),
    from_sums=("default", "paper", "corr"),
    trusted_from={"paper": 20, "corr": 20},
)
