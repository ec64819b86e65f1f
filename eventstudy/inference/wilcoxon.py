"""Signed ranks of the CARs (METHODS 3.17)."""

from __future__ import annotations

import numpy as np

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._distributions import p_normal
from eventstudy.inference._sizes import mean_over_spread
from eventstudy.language import Phrase
from eventstudy.panel.block import Floats

_EXACT = 25


def ways(n: int) -> Floats:
    """(n (n + 1) / 2 + 1,) how many of the 2^n choices of the ranks 1..n have each sum."""
    count = np.zeros(n * (n + 1) // 2 + 1)
    count[0] = 1
    for rank in range(1, n + 1):
        count[rank:] = count[rank:] + count[:-rank]
    return count


def signed_ranks(values: Floats) -> tuple[float, int, Floats]:
    """W+, the sum of the ranks of |values| that belong to positive ones; how many are not zero; and the sizes of ties."""
    rounded = np.round(values, 12)
    kept = rounded[rounded != 0]
    _, where, ties = np.unique(np.abs(kept), return_inverse=True, return_counts=True)
    last = np.cumsum(ties)
    rank = (last - (ties - 1) / 2)[where]
    return float(rank[kept > 0].sum()), len(kept), ties.astype(float)


def compute(sample: Sample, variant: str) -> Significance:
    """W+ with its exact p for up to 25 CARs without ties; beyond, Z with the tie correction. Zeros are dropped."""
    plus, n, ties = signed_ranks(sample.car)
    if n == 0:
        return Significance.undefined(Phrase("all CARs are zero"), sample.n)
    if n <= _EXACT and (ties == 1).all():
        tail = int(min(plus, n * (n + 1) / 2 - plus))
        p = min(1.0, 2 * float(ways(n)[: tail + 1].sum()) / 2**n)
        return Significance(plus, p, "signed ranks", None, sample.n)
    variance = n * (n + 1) * (2 * n + 1) / 24 - (ties**3 - ties).sum() / 48
    z = float((plus - n * (n + 1) / 4) / np.sqrt(variance))
    return Significance(z, float(p_normal(z)), "normal", None, sample.n)


TEST = PairsTest(
    summary="signed ranks of the CARs",
    null="CARs are symmetric about zero",
    assumes="independent pairs, CARs symmetric about their centre",
    fails="events that share days, skewed returns",
    paper="Wilcoxon 1945",
    compute=compute,
    independent=True,
    symmetric=True,
    smallest_p=lambda n: 2.0 ** (1 - n),
    size_when_clustered=mean_over_spread,
)
