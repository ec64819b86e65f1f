"""Ranks, or signs, of one day with the event's variance taken out (METHODS 3.14, ruling 10)."""

from __future__ import annotations

import numpy as np

from eventstudy.engine.ranks import mean_ranks, scaled_ranks
from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._distributions import p_normal
from eventstudy.inference._spread import no_spread
from eventstudy.language import Phrase


def rank_z(sample: Sample) -> float:
    """Mean rank of the day over the spread of the mean ranks; estimation days as residual / s, the day as SAR / sd(SAR)."""
    scaled = sample.returns.residuals / sample.returns.sigma[:, None]
    day = sample.scar / sample.scar.std(ddof=1)
    ranks = scaled_ranks(np.concatenate([scaled, day[:, None]], axis=1))
    mean, spread, _ = mean_ranks(np.nansum(ranks, axis=0), np.isfinite(ranks).sum(axis=0), sample.n)
    return float(mean[-1] / spread)


def sign_z(sample: Sample) -> float:
    """Z_0 / sqrt(mean Z_t²), Z_t = sum of sign(AR - median) / sqrt(N_t); each median over the estimation days and the day."""
    days = np.concatenate([sample.returns.residuals, _on_residual_scale(sample)[:, None]], axis=1)
    sign = np.sign(np.round(days - np.nanmedian(days, axis=1, keepdims=True), 12))
    count = np.isfinite(sign).sum(axis=0)
    z = np.nansum(sign, axis=0)[count > 0] / np.sqrt(count[count > 0])
    return float(z[-1] / np.sqrt((z**2).mean()))


def _on_residual_scale(sample: Sample) -> np.ndarray:
    """(N,) the abnormal return of the day, one across a gap divided by the root of its sessions."""
    column = sample.window.start - sample.returns.event.start
    return np.asarray(sample.returns.ar[:, column] / sample.returns.error_scale[:, column])


def compute(sample: Sample, variant: str) -> Significance:
    """Standard normal; `sign` counts signs about the median in place of ranks."""
    if sample.window.length > 1:
        return Significance.undefined(Phrase("one day only: use grank_t for a window"), sample.n)
    if sample.n < 2:
        return Significance.undefined(Phrase("a spread needs two pairs"), sample.n)
    if variant != "sign" and (reason := no_spread(sample.scar_spread, sample.scar_mean)):
        return Significance.undefined(reason, sample.n)
    z = sign_z(sample) if variant == "sign" else rank_z(sample)
    return Significance(z, float(p_normal(z)), "normal", None, sample.n)


TEST = PairsTest(
    summary="rank of the day, with the event's own variance taken out",
    null="the day ranks like an ordinary day",
    assumes="at least twenty pairs; mean ranks alike on all days",
    fails="few pairs; a jump of the common variance",
    paper="Corrado and Zivney 1992",
    compute=compute,
    variants=("default", "sign"),
    trusted_from={"default": 20, "sign": 20},
)
