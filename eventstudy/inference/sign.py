"""How many CARs are positive, against one half (METHODS 3.11)."""

from __future__ import annotations

import numpy as np
from scipy import special

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._distributions import p_normal
from eventstudy.inference._sizes import count_of_signs

_EXACT = 100


def two_sided_binomial(up: int, n: int) -> float:
    """P of `up` heads in `n` tosses of a fair coin, both tails."""
    tail = min(up, n - up)
    return min(1.0, 2 * float(special.bdtr(tail, n, 0.5)))


def compute(sample: Sample, variant: str) -> Significance:
    """Z = (n+ - N/2) / (sqrt(N)/2), zero is not positive; p is exactly binomial up to 100 pairs, `paper` takes the normal."""
    n = sample.n
    up = sample.positive
    z = (up - n / 2) / (np.sqrt(n) / 2)
    if variant == "default" and n <= _EXACT:
        return Significance(float(z), two_sided_binomial(up, n), "binomial", None, n)
    return Significance(float(z), float(p_normal(z)), "normal", None, n)


TEST = PairsTest(
    summary="number of positive CARs against one half",
    null="P(CAR > 0) = 1/2",
    assumes="independent pairs, CARs symmetric about zero",
    fails="events that share days, skewed returns",
    paper="Brown and Warner 1980; Cowan 1992",
    compute=compute,
    variants=("default", "paper"),
    independent=True,
    symmetric=True,
    smallest_p=lambda n: 2.0 ** (1 - n),
    size_when_clustered=count_of_signs,
)
