"""Mean of the jackknife pseudo-values of ASCAR / sd(SCAR) (METHODS 3.18)."""

from __future__ import annotations

import numpy as np

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._distributions import p_t
from eventstudy.inference._sizes import mean_over_spread
from eventstudy.panel.block import Floats


def pseudo_values(values: Floats) -> Floats:
    """(N,) N theta - (N - 1) theta without i, theta = mean / sd."""
    n = len(values)
    others = (values.sum() - values) / (n - 1)
    squares = ((values**2).sum() - values**2 - (n - 1) * others**2) / (n - 2)
    theta = values.mean() / values.std(ddof=1)
    jack: Floats = n * theta - (n - 1) * others / np.sqrt(squares)
    return jack


def compute(sample: Sample, variant: str) -> Significance:
    """Student t with N - 1 degrees of freedom."""
    n = sample.n
    if n < 3:
        return Significance.undefined("leaving one out needs three pairs", n)
    jack = pseudo_values(sample.scar)
    t = float(np.sqrt(n) * jack.mean() / jack.std(ddof=1))
    return Significance(t, float(p_t(t, n - 1)), "t", n - 1, n)


TEST = PairsTest(
    summary="jackknife of the standardised cross-sectional test",
    null="mean standardised CAR = 0",
    assumes="independent pairs",
    fails="events that share days; rejects too rarely with few pairs",
    paper="Giaccotto and Sfiridis 1996",
    compute=compute,
    independent=True,
    cross_sectional_variance=True,
    size_when_clustered=mean_over_spread,
)
