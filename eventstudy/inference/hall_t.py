"""Cross-sectional t corrected for the skewness of the CARs (METHODS 3.10, ruling 23)."""

from __future__ import annotations

import numpy as np

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._distributions import p_normal, p_t
from eventstudy.inference._sizes import mean_over_spread
from eventstudy.inference._spread import no_spread
from eventstudy.language import Phrase
from eventstudy.panel.block import Floats

_LEAST = 10
_SLOPE = 0.2


def hall(values: Floats) -> tuple[float, float]:
    """T = sqrt(N) (S + g S²/3 + g² S³/27 + g/(6N)) of values (N,), S their mean over their sd, g their skewness.

    Also 1 + g S/3, the root of the slope of T in S: where it nears zero the correction no longer follows the mean.
    """
    n, sd = len(values), values.std(ddof=1)
    s = values.mean() / sd
    g = n / ((n - 1) * (n - 2)) * (((values - values.mean()) / sd) ** 3).sum()
    t = np.sqrt(n) * (s + g * s**2 / 3 + g**2 * s**3 / 27 + g / (6 * n))
    return float(t), float(1 + g * s / 3)


def compute(sample: Sample, variant: str) -> Significance:
    """Student t with N - 1 degrees of freedom; `paper` refers to the standard normal."""
    n = sample.n
    if n < _LEAST:
        return Significance.undefined(Phrase("a skewness from {n} pairs says nothing: ten are needed", n=n), n)
    if reason := no_spread(sample.car_spread, sample.caar):
        return Significance.undefined(reason, n)
    t, slope = hall(sample.car)
    answer = (
        Significance(t, float(p_normal(t)), "normal", None, n)
        if variant == "paper"
        else Significance(t, float(p_t(t, n - 1)), "t", n - 1, n)
    )
    if slope < _SLOPE:
        return answer.distrusted(Phrase("the skewness is so large that the correction no longer follows the mean"))
    return answer


TEST = PairsTest(
    summary="mean CAR over the spread of the CARs, corrected for their skewness",
    null="CAAR = 0",
    assumes="independent pairs with a finite sixth moment; best from thirty pairs on",
    fails="events that share days, few pairs, very large |t|",
    paper="Johnson 1978; Hall 1992",
    compute=compute,
    variants=("default", "paper"),
    independent=True,
    cross_sectional_variance=True,
    trusted_from={"paper": 30},
    size_when_clustered=mean_over_spread,
)
