"""Random signs on standardised CARs, one sign for all pairs of a date (METHODS 3.21, ruling 4)."""

from __future__ import annotations

import numpy as np

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._spread import no_spread
from eventstudy.inference.bmp import bmp_t
from eventstudy.language import Phrase
from eventstudy.panel.block import Floats

_ENUMERATED = 12
_LEVEL = 0.05
_OVERLAP = 0.05
_ROWS = 1000


def all_signs(groups: int) -> Floats:
    """(2^(G-1), G) every pattern of signs up to the mirrored one: the first is +1."""
    bits = np.arange(2 ** (groups - 1))[:, None] >> np.arange(groups)[::-1]
    return np.where(bits & 1, -1.0, 1.0)


def compute(sample: Sample, variant: str) -> Significance:
    """Give the BMP statistic with the share of sign patterns that reach it; all patterns up to twelve dates, else random ones.

    Signs leave the sum of squares alone, so the statistic grows with the absolute sum: sums are compared.
    """
    _, date = np.unique(sample.returns.day0_sessions, return_inverse=True)
    groups = int(date.max()) + 1
    smallest = 2.0 ** (1 - groups)
    if smallest > _LEVEL:
        why = Phrase.counted(
            "{n} date cannot reach 5 %: the smallest p is {p:.3g}",
            "{n} dates cannot reach 5 %: the smallest p is {p:.3g}",
            n=groups,
            p=smallest,
        )
        return Significance.undefined(why, sample.n)
    if reason := no_spread(sample.scar_spread, sample.scar_mean):
        return Significance.undefined(reason, sample.n)
    sums = np.bincount(date, weights=sample.scar)
    reached = abs(sums.sum()) * (1 - 1e-12)
    draws = None
    if groups <= _ENUMERATED:
        p = float((np.abs(all_signs(groups) @ sums) >= reached).mean())
    else:
        rng, draws = np.random.default_rng(sample.seed), sample.draws
        parts = [rng.choice((-1.0, 1.0), size=(min(_ROWS, draws - i), groups)) for i in range(0, draws, _ROWS)]
        p = (1 + sum(int((np.abs(signs @ sums) >= reached).sum()) for signs in parts)) / (draws + 1)
    answer = Significance(bmp_t(sample), p, "random signs", None, sample.n, draws=draws)
    if _shared_between_dates(sample, date) > _OVERLAP:
        return answer.distrusted(Phrase("windows of different dates overlap: their signs are not independent"))
    return answer


def _shared_between_dates(sample: Sample, date: np.ndarray) -> float:
    """Mean overlap of the windows that is not due to equal dates."""
    size = np.bincount(date)
    same = float((size * (size - 1)).sum() / (sample.n * (sample.n - 1)))
    return sample.correlation.overlap - same


TEST = PairsTest(
    summary="random signs on the standardised CARs of each date",
    null="standardised CARs are symmetric about zero",
    assumes="independent dates, at least six of them",
    fails="fewer than six dates, windows of different dates that overlap",
    paper="Wu 1986; Cameron, Gelbach and Miller 2008",
    compute=compute,
)
