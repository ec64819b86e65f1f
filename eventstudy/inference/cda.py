"""Crude dependence adjustment: the spread of the average abnormal return over the estimation days (METHODS 3.2, ruling 7)."""

from __future__ import annotations

import numpy as np

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._distributions import p_t
from eventstudy.language import Phrase


def compute(sample: Sample, variant: str) -> Significance:
    """Give t = CAAR / sqrt(S² C), S² from the event-time AARs; `paper` is CAAR / (S sqrt(L)) of Brown and Warner (1985)."""
    aar, count = sample.residual_average
    paper = variant == "paper"
    k = sample.parameters
    kept = count >= (1 if paper else sample.n / 2)
    m = int(kept.sum())
    df = m - (1 if paper or k == 0 else k)
    if df < 1:
        return Significance.undefined(
            Phrase("too few event-time days on which half of the pairs have a return"), sample.n
        )
    centre = aar[kept].mean() if paper or k == 0 else 0.0
    variance = float(((aar[kept] - centre) ** 2).sum() / df)
    unit = sample.window.length if paper else sample.mean_unit
    se = float(np.sqrt(variance * unit))
    t = sample.caar / se
    return Significance(t, float(p_t(t, df)), "t", df, sample.n, se=se)


TEST = PairsTest(
    summary="mean CAR over the time-series spread of the average abnormal return",
    null="CAAR = 0",
    assumes="average abnormal returns alike on all event-time days",
    fails="event-induced variance, few estimation days",
    paper="Brown and Warner 1980, 1985",
    compute=compute,
    variants=("default", "paper"),
    from_sums=("default", "paper"),
    constant_variance=True,
    short_variants=("paper",),
    thin_trading=False,
)
