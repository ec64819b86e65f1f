"""Rank of the event days among all days (METHODS 3.13, ruling 10)."""

from __future__ import annotations

import numpy as np

from eventstudy.engine.ranks import pooled_t
from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._distributions import p_normal, p_t
from eventstudy.language import Phrase


def compute(sample: Sample, variant: str) -> Significance:
    """Give Z = sum of mean ranks / (sqrt(L) S), corrected for ranks drawn without replacement; t with T - 2 df.

    `paper` is the published multi-day form (Cowan 1992), without the correction, standard normal.
    """
    window = sample.window
    mean, spread, t = sample.day_ranks
    first = len(mean) - sample.event.length + window.start - sample.event.start
    z = float(np.nansum(mean[first : first + window.length]) / (np.sqrt(window.length) * spread))
    if variant == "paper":
        return Significance(z, float(p_normal(z)), "normal", None, sample.n)
    if t <= window.length + 2:
        return Significance.undefined(Phrase("the window holds nearly all days that are ranked"), sample.n)
    statistic = pooled_t(z * np.sqrt((t - 1) / (t - window.length)), t)
    return Significance(statistic, float(p_t(statistic, t - 2)), "t", t - 2, sample.n)


TEST = PairsTest(
    summary="ranks of the event days among all days",
    null="event days rank like other days",
    assumes="each firm's days are exchangeable",
    fails="event-induced variance, serial correlation",
    paper="Corrado 1989; Cowan 1992; Campbell and Wasley 1993",
    compute=compute,
    variants=("default", "paper"),
    from_sums=("default", "paper"),
    constant_variance=True,
)
