"""Did the event raise the variance? The spread of SCARs over firms against that of every estimation day (METHODS 3.25)."""

from __future__ import annotations

import numpy as np

from eventstudy.inference._base import PairsTest, Sample, Significance


def compute(sample: Sample, variant: str) -> Significance:
    """Give p = (1 + #{v_t >= v_0}) / (days + 1), v the cross-sectional variance; days on which all pairs are present."""
    if sample.n < 3:
        return Significance.undefined("a variance over firms needs three pairs", sample.n)
    days = sample.returns.studentised
    spread = days[:, np.isfinite(days).all(axis=0)].var(axis=0, ddof=1)
    if len(spread) < 30:
        return Significance.undefined("fewer than 30 estimation days on which all pairs have a return", sample.n)
    observed = float(sample.scar.var(ddof=1))
    p = (1 + (spread >= observed).sum()) / (len(spread) + 1)
    return Significance(observed, float(p), "placebo", None, sample.n)


TEST = PairsTest(
    summary="did the event raise the variance between firms?",
    null="the spread of standardised CARs is that of ordinary days",
    assumes="exchangeable days",
    fails="volatility clustering",
    paper="Boehmer, Musumeci and Poulsen 1991 (the question); placebo over days",
    compute=compute,
    location=False,
)
