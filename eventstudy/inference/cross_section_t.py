"""Mean CAR over the spread of the CARs (METHODS 3.3)."""

from __future__ import annotations

import numpy as np

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._distributions import p_t
from eventstudy.inference._sizes import mean_over_spread
from eventstudy.inference._spread import no_spread
from eventstudy.language import Phrase


def compute(sample: Sample, variant: str) -> Significance:
    """Give t = sqrt(N) CAAR / sd(CAR), N - 1 degrees of freedom."""
    n = sample.n
    if n < 2:
        return Significance.undefined(Phrase("a spread needs two pairs"), n)
    if reason := no_spread(sample.car_spread, sample.caar):
        return Significance.undefined(reason, n)
    se = float(sample.car_spread / np.sqrt(n))
    t = sample.caar / se
    return Significance(t, float(p_t(t, n - 1)), "t", n - 1, n, se=se)


TEST = PairsTest(
    summary="mean CAR over the spread of the CARs",
    null="CAAR = 0",
    assumes="independent pairs",
    fails="events that share days, fewer than five pairs, skewed CARs",
    paper="Charest 1978; Boehmer, Musumeci and Poulsen 1991",
    compute=compute,
    from_sums=("default",),
    independent=True,
    cross_sectional_variance=True,
    size_when_clustered=mean_over_spread,
)
