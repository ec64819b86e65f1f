"""Sum of standardised CARs over the variance they should have (METHODS 3.5)."""

from __future__ import annotations

import numpy as np

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._distributions import p_normal
from eventstudy.inference._sizes import mean_over_known_variance
from eventstudy.language import Phrase

NEEDS_DF = Phrase("needs more than four degrees of freedom in every estimation")


def patell_z(sample: Sample, variant: str) -> float:
    """Give Z = sum SCAR / sqrt(sum v / (v - 2)); `paper` sums daily SARs over sqrt(L) in place of the exact SCAR."""
    total = float(sample.n * sample.scar_mean)
    if variant == "paper":
        used = sample.cumulated.used
        columns = slice(sample.window.start - sample.returns.event.start, None)
        sar = sample.returns.sar[:, columns][:, : sample.window.length]
        total = (np.where(used, sar, 0.0).sum(axis=1) / np.sqrt(used.sum(axis=1))).sum()
    return float(total / np.sqrt(sample.days.theoretical))


def compute(sample: Sample, variant: str) -> Significance:
    """Standard normal for independent pairs."""
    if sample.days.least_df <= 4:
        return Significance.undefined(NEEDS_DF, sample.n)
    z = patell_z(sample, variant)
    return Significance(z, float(p_normal(z)), "normal", None, sample.n)


TEST = PairsTest(
    summary="sum of standardised CARs over their theoretical spread",
    null="mean standardised CAR = 0",
    assumes="independent pairs, same variance on event days",
    fails="events that share days, event-induced variance",
    paper="Patell 1976",
    compute=compute,
    variants=("default", "paper"),
    from_sums=("default",),
    independent=True,
    constant_variance=True,
    short_variants=("paper",),
    thin_trading=False,
    size_when_clustered=mean_over_known_variance,
)
