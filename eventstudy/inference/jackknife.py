"""Mean of the jackknife pseudo-values of ASCAR / sd(SCAR) (METHODS 3.18)."""

from __future__ import annotations

import numpy as np

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._distributions import p_t
from eventstudy.inference._sizes import mean_over_spread
from eventstudy.inference._spread import no_spread
from eventstudy.language import Phrase
from eventstudy.panel.block import Floats


def pseudo_values(values: Floats) -> Floats:
    """(N,) N theta - (N - 1) theta without i, theta = mean / sd."""
    n = len(values)
    others, spread = without_each(values)
    theta = values.mean() / values.std(ddof=1)
    jack: Floats = n * theta - (n - 1) * others / spread
    return jack


def without_each(values: Floats) -> tuple[Floats, Floats]:
    """(N,) mean and standard deviation of the others."""
    n = len(values)
    others = (values.sum() - values) / (n - 1)
    squares = ((values**2).sum() - values**2 - (n - 1) * others**2) / (n - 2)
    return others, np.sqrt(np.maximum(squares, 0.0))


def compute(sample: Sample, variant: str) -> Significance:
    """Student t with N - 1 degrees of freedom."""
    n = sample.n
    if n < 3:
        return Significance.undefined(Phrase("leaving one out needs three pairs"), n)
    if reason := no_spread(sample.scar_spread, sample.scar_mean):
        return Significance.undefined(reason, n)
    others, spread = without_each(sample.scar)
    if (spread <= 1e-7 * (1 + np.abs(others))).any():  # what rounding leaves of a difference of squares
        return Significance.undefined(Phrase("without one of the pairs there is no spread between the others"), n)
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
