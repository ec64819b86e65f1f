"""Patell's Z over sqrt(1 + (N - 1) r) (METHODS 3.6)."""

from __future__ import annotations

import numpy as np

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._distributions import p_normal
from eventstudy.inference.patell import NEEDS_DF, patell_z
from eventstudy.language import Phrase


def compute(sample: Sample, variant: str) -> Significance:
    """Standard normal; r is the overlap-weighted mean residual correlation."""
    if sample.n < 2:
        return Significance.undefined(Phrase("a correlation needs two pairs"), sample.n)
    if sample.days.least_df <= 4:
        return Significance.undefined(NEEDS_DF, sample.n)
    z = patell_z(sample, "default") / np.sqrt(sample.correlation.inflation(sample.n))
    return Significance(float(z), float(p_normal(z)), "normal", None, sample.n)


TEST = PairsTest(
    summary="Patell's test with the mean residual correlation taken into account",
    null="mean standardised CAR = 0",
    assumes="mean correlation of the estimation window holds, same variance on event days",
    fails="event-induced variance",
    paper="Kolari and Pynnönen 2010",
    compute=compute,
    from_sums=("default",),
    constant_variance=True,
)
