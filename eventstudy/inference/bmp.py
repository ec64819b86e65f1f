"""Standardised cross-sectional test: mean SCAR over the spread of the SCARs (METHODS 3.8)."""

from __future__ import annotations

import numpy as np

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._distributions import p_normal, p_t
from eventstudy.inference._sizes import mean_over_spread
from eventstudy.inference._spread import no_spread
from eventstudy.language import Phrase


def bmp_t(sample: Sample) -> float:
    """sqrt(N) mean(SCAR) / sd(SCAR), sd with N - 1; forecast errors are in the SCARs."""
    return float(np.sqrt(sample.n) * sample.scar_mean / sample.scar_spread)


def reference(t: float, n: int, variant: str) -> Significance:
    """Student t with N - 1 degrees of freedom; `paper` refers to the standard normal."""
    if variant == "paper":
        return Significance(t, float(p_normal(t)), "normal", None, n)
    return Significance(t, float(p_t(t, n - 1)), "t", n - 1, n)


def compute(sample: Sample, variant: str) -> Significance:
    """Robust to event-induced variance; needs independent pairs."""
    if sample.n < 2:
        return Significance.undefined(Phrase("a spread needs two pairs"), sample.n)
    if reason := no_spread(sample.scar_spread, sample.scar_mean):
        return Significance.undefined(reason, sample.n)
    return reference(bmp_t(sample), sample.n, variant)


TEST = PairsTest(
    summary="mean standardised CAR over the spread of the standardised CARs",
    null="mean standardised CAR = 0",
    assumes="independent pairs; the event scales all variances alike",
    fails="events that share days, fewer than five pairs",
    paper="Boehmer, Musumeci and Poulsen 1991",
    compute=compute,
    variants=("default", "paper"),
    from_sums=("default", "paper"),
    independent=True,
    cross_sectional_variance=True,
    trusted_from={"paper": 30},
    size_when_clustered=mean_over_spread,
)
