"""Share of positive CARs against the share of positive windows in the estimation period (METHODS 3.12, ruling 8)."""

from __future__ import annotations

import numpy as np

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._distributions import p_normal
from eventstudy.inference._sizes import count_of_signs
from eventstudy.language import Phrase


def compute(sample: Sample, variant: str) -> Significance:
    """Give Z = (n+ - N p) / sqrt(N p (1 - p)); `paper` takes p from single days."""
    p = sample.share_positive_days if variant == "paper" else sample.share_positive
    if not 0 < p < 1:
        return Significance.undefined(
            Phrase("the estimation window has no run of days as long as the window"), sample.n
        )
    z = (sample.positive - sample.n * p) / np.sqrt(sample.n * p * (1 - p))
    return Significance(float(z), float(p_normal(z)), "normal", None, sample.n)


TEST = PairsTest(
    summary="share of positive CARs against that of ordinary windows",
    null="P(CAR > 0) = its share in the estimation window",
    assumes="independent pairs",
    fails="events that share days",
    paper="Cowan 1992",
    compute=compute,
    variants=("default", "paper"),
    from_sums=("default", "paper"),
    independent=True,
    size_when_clustered=count_of_signs,
)
