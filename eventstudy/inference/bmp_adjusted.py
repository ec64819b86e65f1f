"""BMP times sqrt((1 - r) / (1 + (N - 1) r)) (METHODS 3.9)."""

from __future__ import annotations

import numpy as np

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._spread import no_spread, nothing_own
from eventstudy.inference.bmp import bmp_t, reference
from eventstudy.language import Phrase


def compute(sample: Sample, variant: str) -> Significance:
    """Robust to event-induced variance and to events that share days; exact for equicorrelated normal pairs."""
    n = sample.n
    if n < 2:
        return Significance.undefined(Phrase("a spread needs two pairs"), n)
    r = sample.correlation
    if reason := no_spread(sample.scar_spread, sample.scar_mean) or nothing_own(r.mean):
        return Significance.undefined(reason, n)
    t = bmp_t(sample) * float(np.sqrt((1 - r.mean) / r.inflation(n)))
    return reference(t, n, variant)


TEST = PairsTest(
    summary="BMP with the mean residual correlation taken into account",
    null="mean standardised CAR = 0",
    assumes="mean correlation of the estimation window holds; the event scales common and own variance alike",
    fails="a jump of the common variance alone",
    paper="Kolari and Pynnönen 2010",
    compute=compute,
    variants=("default", "paper"),
    from_sums=("default", "paper"),
    cross_sectional_variance=True,
    trusted_from={"paper": 30},
)
