"""Tests that count signs or compare ranks: of days, of windows, of CARs."""

from __future__ import annotations

import numpy as np
from scipy import special

from eventstudy.engine.ranks import mean_ranks, pooled_t, scaled_ranks
from eventstudy.inference.base import LEVEL, PairsTest, Sample, Significance, cannot_reach, no_spread, nothing_own
from eventstudy.inference.distributions import (
    EXACT_SIGNS,
    count_of_signs,
    exact_count_of_signs,
    mean_over_spread,
    p_normal,
    p_t,
)
from eventstudy.language import Phrase
from eventstudy.panel.block import Floats

_EXACT_RANKS = 25
"""Pairs up to which the p of signed ranks is exact."""


def corrado_rank(sample: Sample, variant: str) -> Significance:
    """Rank of the event days among all days (METHODS 3.13, ruling 10).

    Give Z = sum of mean ranks / (sqrt(L) S), corrected for ranks drawn without replacement; t with T - 2 df.

    `paper` is the published multi-day form (Cowan 1992), without the correction, standard normal.
    """
    window = sample.window
    mean, spread, t = sample.day_ranks
    first = len(mean) - sample.event.length + window.start - sample.event.start
    z = float(np.nansum(mean[first : first + window.length]) / (np.sqrt(window.length) * spread))
    if variant == "paper":
        return Significance(z, float(p_normal(z)), "normal", None, sample.n)
    if t <= window.length + 2:
        return Significance.undefined(Phrase("the window holds nearly all days that are ranked"), sample.n)
    statistic = pooled_t(z * np.sqrt((t - 1) / (t - window.length)), t)
    return Significance(statistic, float(p_t(statistic, t - 2)), "t", t - 2, sample.n)


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
    signs = np.sign(np.round(days - np.nanmedian(days, axis=1, keepdims=True), 12))
    count = np.isfinite(signs).sum(axis=0)
    z = np.nansum(signs, axis=0)[count > 0] / np.sqrt(count[count > 0])
    return float(z[-1] / np.sqrt((z**2).mean()))


def _on_residual_scale(sample: Sample) -> np.ndarray:
    """(N,) the abnormal return of the day, one across a gap divided by the root of its sessions."""
    column = sample.window.start - sample.returns.event.start
    return np.asarray(sample.returns.ar[:, column] / sample.returns.error_scale[:, column])


def corrado_zivney(sample: Sample, variant: str) -> Significance:
    """Ranks, or signs, of one day with the event's variance taken out (METHODS 3.14, ruling 10).

    Standard normal; `sign` counts signs about the median in place of ranks.
    """
    if sample.window.length > 1:
        return Significance.undefined(Phrase("one day only: use grank_t for a window"), sample.n)
    if sample.n < 2:
        return Significance.undefined(Phrase("a spread needs two pairs"), sample.n)
    if variant != "sign" and (reason := no_spread(sample.scar_spread, sample.scar_mean)):
        return Significance.undefined(reason, sample.n)
    z = sign_z(sample) if variant == "sign" else rank_z(sample)
    return Significance(z, float(p_normal(z)), "normal", None, sample.n)


def scale_of(n: int, r: float, spread: float, form: str) -> float:
    """What the SCARs are multiplied with before they are ranked: one over their `spread`, and by the form

    nothing (`paper`), sqrt(1 - r) (`corr`), or sqrt((1 - r) (N - 3) / (N - 1)) (`adjusted`).
    """
    shrink = {"paper": 1.0, "corr": 1 - r, "adjusted": (1 - r) * (n - 3) / (n - 1)}[form]
    return float(np.sqrt(shrink) / spread)


def not_ranked(sample: Sample, form: str) -> str:
    """Why the windows of these pairs cannot be ranked in this form, or nothing."""
    least = 4 if form == "adjusted" else 2
    if sample.n < least:
        return Phrase("needs at least {least} pairs", least=least)
    own = "" if form == "paper" else nothing_own(sample.correlation.mean)
    return no_spread(sample.scar_spread, sample.scar_mean) or own


def grank_t(sample: Sample, variant: str) -> Significance:
    """Generalized rank test: the window squeezed into one day and ranked among the estimation days (METHODS 3.15).

    T = Z sqrt((T - 2) / (T - 1 - Z²)) with T - 2 df, T = M + 1; the default is the `adjusted` form.
    """
    form = "adjusted" if variant == "default" else variant
    if reason := not_ranked(sample, form):
        return Significance.undefined(reason, sample.n)
    scale = scale_of(sample.n, sample.correlation.mean, sample.scar_spread, form)
    mean, spread, t = sample.window_ranks(scale)
    statistic = pooled_t(float(mean[-1] / spread), t)
    return Significance(statistic, float(p_t(statistic, t - 2)), "t", t - 2, sample.n)


def grank_z(sample: Sample, variant: str) -> Significance:
    """Generalized rank test for independent pairs (METHODS 3.16, ruling 11).

    Give Z = sum U_i0 / sqrt(sum (T_i - 1) / (12 (T_i + 1))), the variance of a rank drawn at random.

    `corr` and `adjusted` shrink the window as `grank_t` does.
    """
    form = "paper" if variant == "default" else variant
    if reason := not_ranked(sample, form):
        return Significance.undefined(reason, sample.n)
    ranks = sample.squeezed(scale_of(sample.n, sample.correlation.mean, sample.scar_spread, form))
    t = np.isfinite(ranks).sum(axis=1)
    z = float(ranks[:, -1].sum() / np.sqrt(((t - 1) / (12 * (t + 1))).sum()))
    return Significance(z, float(p_normal(z)), "normal", None, sample.n)


def binomial_tails(up: int, n: int, p: float = 0.5) -> tuple[float, float]:
    """The upper and the lower tail of `up` heads in `n` tosses of a coin that falls on heads with `p`."""
    return float(special.bdtrc(up - 1, n, p)) if up else 1.0, float(special.bdtr(up, n, p))


def two_sided(tails: tuple[float, float]) -> float:
    """Twice the smaller tail."""
    return min(1.0, 2 * min(tails))


def sign(sample: Sample, variant: str) -> Significance:
    """How many CARs are positive, against one half (METHODS 3.11).

    Z = (n+ - N/2) / (sqrt(N)/2), zero is not positive; p is exactly binomial up to 100 pairs, `paper` takes the normal.
    """
    n = sample.n
    up = sample.positive
    z = (up - n / 2) / (np.sqrt(n) / 2)
    if variant == "default" and n <= EXACT_SIGNS:
        tails = binomial_tails(up, n)
        return Significance(float(z), two_sided(tails), "binomial", None, n, tails=tails)
    return Significance(float(z), float(p_normal(z)), "normal", None, n)


def generalized_sign(sample: Sample, variant: str) -> Significance:
    """Share of positive CARs against the share of positive windows in the estimation period (METHODS 3.12, ruling 8).

    Give Z = (n+ - N p) / sqrt(N p (1 - p)), and up to 100 pairs the exact p of n+ in N draws with p. `paper` takes p from
    single days, and the normal.
    """
    p = sample.share_positive_days if variant == "paper" else sample.share_positive
    if not 0 < p < 1:
        return Significance.undefined(
            Phrase("the estimation window has no run of days as long as the window"), sample.n
        )
    n, up = sample.n, sample.positive
    z = float((up - n * p) / np.sqrt(n * p * (1 - p)))
    if variant == "paper" or n > EXACT_SIGNS:
        return Significance(z, float(p_normal(z)), "normal", None, n)
    tails = binomial_tails(up, n, p)
    answer = Significance(z, two_sided(tails), "binomial", None, n, tails=tails)
    smallest = 2 * min(p, 1 - p) ** n
    return answer.distrusted(cannot_reach(n, smallest)) if smallest > LEVEL else answer


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


def wilcoxon(sample: Sample, variant: str) -> Significance:
    """Signed ranks of the CARs (METHODS 3.17).

    W+ with its exact p for up to 25 CARs without ties; beyond, Z with the tie correction. Zeros are dropped.
    """
    plus, n, ties = signed_ranks(sample.car)
    if n == 0:
        return Significance.undefined(Phrase("all CARs are zero"), sample.n)
    if n <= _EXACT_RANKS and (ties == 1).all():
        below = np.cumsum(ways(n)) / 2.0**n
        tails = float(below[int(n * (n + 1) / 2 - plus)]), float(below[int(plus)])
        return Significance(plus, two_sided(tails), "signed ranks", None, sample.n, tails=tails)
    variance = n * (n + 1) * (2 * n + 1) / 24 - (ties**3 - ties).sum() / 48
    z = float((plus - n * (n + 1) / 4) / np.sqrt(variance))
    return Significance(z, float(p_normal(z)), "normal", None, sample.n)


TESTS: dict[str, PairsTest] = {
    "corrado_rank": PairsTest(
        summary="ranks of the event days among all days",
        null="event days rank like other days",
        assumes="each firm's days are exchangeable",
        fails="event-induced variance, serial correlation, windows of different dates that overlap",
        paper="Corrado 1989; Cowan 1992; Campbell and Wasley 1993",
        compute=corrado_rank,
        variants=("default", "paper"),
        from_sums=("default", "paper"),
        constant_variance=True,
        event_time=True,
    ),
    "corrado_zivney": PairsTest(
        summary="rank of the day, with the event's own variance taken out",
        null="the day ranks like an ordinary day",
        assumes="independent pairs, at least twenty; mean ranks alike on all days",
        fails="events that share days, few pairs; a jump of the common variance",
        paper="Corrado and Zivney 1992",
        compute=corrado_zivney,
        variants=("default", "sign"),
        independent=True,
        event_time=True,
        trusted_from={"default": 20, "sign": 20},
    ),
    "grank_t": PairsTest(
        summary="rank of the whole window among the estimation days",
        null="the window ranks like an ordinary day",
        assumes="mean correlation of the estimation window holds",
        fails="very few pairs, windows of different dates that overlap; fat tails in long windows (mildly)",
        paper="Kolari and Pynnönen 2011",
        compute=grank_t,
        variants=("default", "paper", "corr"),
        from_sums=("default", "paper", "corr"),
        event_time=True,
        trusted_from={"default": 6, "paper": 20, "corr": 20},
    ),
    "grank_z": PairsTest(
        summary="rank of the whole window among the estimation days, for independent pairs",
        null="the window ranks like an ordinary day",
        assumes="independent pairs, at least twenty",
        fails="events that share days, few pairs",
        paper="Kolari and Pynnönen 2011",
        compute=grank_z,
        variants=("default", "corr", "adjusted"),
        independent=True,
        trusted_from={"default": 20, "corr": 20},
        size_when_clustered=mean_over_spread,
    ),
    "sign": PairsTest(
        summary="number of positive CARs against one half",
        null="P(CAR > 0) = 1/2",
        assumes="independent pairs, CARs symmetric about zero",
        fails="events that share days, skewed returns",
        paper="Brown and Warner 1980; Cowan 1992",
        compute=sign,
        variants=("default", "paper"),
        independent=True,
        symmetric=True,
        smallest_p=lambda n: 2.0 ** (1 - n),
        size_when_clustered=exact_count_of_signs,
        size_of_variants={"paper": count_of_signs},
    ),
    "generalized_sign": PairsTest(
        summary="share of positive CARs against that of ordinary windows",
        null="P(CAR > 0) = its share in the estimation window",
        assumes="independent pairs",
        fails="events that share days",
        paper="Cowan 1992",
        compute=generalized_sign,
        variants=("default", "paper"),
        from_sums=("default", "paper"),
        independent=True,
        size_when_clustered=exact_count_of_signs,
        size_of_variants={"paper": count_of_signs},
    ),
    "wilcoxon": PairsTest(
        summary="signed ranks of the CARs",
        null="CARs are symmetric about zero",
        assumes="independent pairs, CARs symmetric about their centre",
        fails="events that share days, skewed returns",
        paper="Wilcoxon 1945",
        compute=wilcoxon,
        independent=True,
        symmetric=True,
        smallest_p=lambda n: 2.0 ** (1 - n),
        size_when_clustered=mean_over_spread,
    ),
}
