"""Skewness-adjusted t of buy-and-hold abnormal returns, with its bootstrap distribution (METHODS 3.21)."""

from __future__ import annotations

import numpy as np

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._sizes import mean_over_spread
from eventstudy.inference._spread import no_spread
from eventstudy.language import Phrase
from eventstudy.panel.block import Floats

DRAWS = 1000
_MANY = 200
_LEAST, _LEAST_DRAWN = 10, 5


def adjusted_t(values: Floats, centre: float = 0.0) -> Floats:
    """T = sqrt(N) (S + g S²/3 + g/(6N)) along the last axis of values (..., N), S = (mean - centre) / sd.

    g = sum (x - mean)³ / (N sd³). Infinite where nothing varies.
    """
    n = values.shape[-1]
    mean = values.mean(axis=-1, keepdims=True)
    sd = values.std(axis=-1, ddof=1)
    flat = sd <= 1e-14 * (1 + np.abs(mean[..., 0]))
    safe = np.where(flat, 1.0, sd)
    s = (mean[..., 0] - centre) / safe
    apart = values - mean
    g = (apart * apart * apart).sum(axis=-1) / (n * safe**3)
    t: Floats = np.sqrt(n) * (s + g * s**2 / 3 + g / (6 * n))
    return np.where(flat, np.copysign(np.inf, s), t)


def resample_size(n: int, variant: str) -> int:
    """How many of n buy-and-hold returns a resample draws."""
    return n if variant == "default" and n < _MANY else n // 4


def compute(sample: Sample, variant: str) -> Significance:
    """Two-sided p = 2 min(share of draws below, share above), 1,000 resamples centred on the mean.

    Resamples are as large as the sample below 200 pairs, a quarter of it from there on; `paper` takes a quarter always.
    """
    if sample.bhar is None:
        return Significance.undefined(Phrase("buy-and-hold returns are not known here"), sample.n)
    values = sample.bhar[np.isfinite(sample.bhar)]
    n = len(values)
    size = resample_size(n, variant)
    if n < _LEAST or size < _LEAST_DRAWN:
        least = _LEAST if variant == "default" else 4 * _LEAST_DRAWN
        return Significance.undefined(
            Phrase("{n} buy-and-hold returns are too few to resample: {least} are needed", n=n, least=least), n
        )
    if no_spread(float(values.std(ddof=1)), float(values.mean())):
        return Significance.undefined(Phrase("all buy-and-hold returns are equal"), n)
    rng = np.random.default_rng(sample.seed)
    t = float(adjusted_t(values))
    drawn = np.concatenate([_draws(rng, values, size, 100) for _ in range(DRAWS // 100)])
    below, above = (1 + (drawn <= t).sum()) / (DRAWS + 1), (1 + (drawn >= t).sum()) / (DRAWS + 1)
    return Significance(t, float(min(1.0, 2 * min(below, above))), "bootstrap", None, n, draws=DRAWS)


def _draws(rng: np.random.Generator, values: Floats, size: int, draws: int) -> Floats:
    return adjusted_t(values[rng.integers(len(values), size=(draws, size))], float(values.mean()))


TEST = PairsTest(
    summary="mean buy-and-hold abnormal return, skewness-adjusted and bootstrapped",
    null="mean BHAR = 0",
    assumes="independent buy-and-hold returns",
    fails="windows that overlap, events that share days",
    paper="Lyon, Barber and Tsai 1999",
    compute=compute,
    variants=("default", "paper"),
    independent=True,
    cross_sectional_variance=True,
    size_when_clustered=mean_over_spread,
)
