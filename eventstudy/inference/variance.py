"""Did the event raise the variance: of a security by itself, or of pairs together?"""

from __future__ import annotations

import numpy as np
from scipy import special

from eventstudy.engine.abnormal import AbnormalReturns, cumulate
from eventstudy.inference.base import (
    FEWEST_DAYS,
    TOO_FEW_DAYS,
    PairsTest,
    Sample,
    SeriesSignificance,
    SeriesTest,
    Significance,
    no_spread,
)
from eventstudy.inference.days import DRAWS, sets_of_days
from eventstudy.language import Phrase
from eventstudy.panel.block import Floats
from eventstudy.units.windows import Window


def days_in_common(days: Floats) -> Floats | str:
    """(N, days) studentised residuals of the estimation days on which all pairs have one; or why there are too few."""
    days = days[:, np.isfinite(days).all(axis=0)]
    return days if days.shape[1] >= FEWEST_DAYS else TOO_FEW_DAYS


def upper_p(observed: float, days: Floats) -> float:
    """(1 + #{day >= observed}) / (days + 1)"""
    return float((1 + (days >= observed).sum()) / (len(days) + 1))


def variance_ratio(returns: AbnormalReturns, window: Window, seed: int) -> SeriesSignificance:
    """How much more a security moved than on ordinary days, whatever the direction (METHODS 3.27 with the placebo of 3.20b).

    Give the mean of SAR² over the window and how often as many estimation days, drawn at random, reach it.

    Estimation days enter as squares of externally studentised residuals; a single day is held against every one of them.
    """
    found = cumulate(returns, window)
    columns = slice(window.start - returns.event.start, window.end - returns.event.start + 1)
    squares = np.where(found.used, returns.sar[:, columns] ** 2, 0.0)
    length = found.used.sum(axis=1)
    ratio = np.where(found.covered, squares.sum(axis=1) / np.maximum(length, 1), np.nan)
    p, least = np.full(returns.n, np.nan), np.full(returns.n, np.nan)
    for i in np.flatnonzero(found.covered):
        days = returns.studentised[i]
        days = days[np.isfinite(days)] ** 2
        days = days[sets_of_days(len(days), int(length[i]), seed)].mean(axis=1)
        p[i], least[i] = (1 + (days >= ratio[i] * (1 - 1e-12)).sum()) / (len(days) + 1), 1 / (len(days) + 1)
    draws = None if window.length == 1 else DRAWS
    return SeriesSignificance(ratio, p, "placebo", draws=draws, least=least)


def variance_placebo(sample: Sample, variant: str) -> Significance:
    """Did the event raise the variance? The spread of SCARs over firms against that of every estimation day (METHODS 3.25).

    Give p = (1 + #{v_t >= v_0}) / (days + 1), v the cross-sectional variance; days on which all pairs are present.

    `chi2` refers (N - 1) v_0 / Q to chi-square with N - 1 degrees of freedom, Q the mean variance v / (v - 2) of a SCAR.
    """
    n = sample.n
    if n < 3:
        return Significance.undefined(Phrase("a variance over firms needs three pairs"), n)
    if reason := no_spread(sample.scar_spread, sample.scar_mean):
        return Significance.undefined(reason, n)
    observed = sample.scar_spread**2
    if variant == "chi2":
        if sample.days.least_df <= 2:
            return Significance.undefined(Phrase("needs more than two degrees of freedom in every estimation"), n)
        ratio = float((n - 1) * observed / (sample.days.theoretical / n))
        return Significance(ratio, float(special.chdtrc(n - 1, ratio)), "chi2", n - 1, n)
    days = sample.variance_of_days
    if isinstance(days, str):
        return Significance.undefined(days, n)
    return Significance(observed, upper_p(observed, days), "placebo", None, n, least=1 / (len(days) + 1))


def beaver_u(sample: Sample, variant: str) -> Significance:
    """Did the event raise the variance? The sum of squared standardised CARs (METHODS 3.27, ruling 26).

    Give sum U (v - 2) / v against chi-square with N degrees of freedom, U = SCAR²; upper tail.

    `placebo` holds the mean U against the mean squared studentised residual of each estimation day.
    """
    u = sample.scar**2
    if variant == "placebo":
        days = days_in_common(sample.returns.studentised)
        if isinstance(days, str):
            return Significance.undefined(days, sample.n)
        observed, least = float(u.mean()), 1 / (days.shape[1] + 1)
        return Significance(observed, upper_p(observed, (days**2).mean(axis=0)), "placebo", None, sample.n, least=least)
    df = sample.returns.df
    if (df <= 2).any():
        return Significance.undefined(Phrase("needs more than two degrees of freedom in every estimation"), sample.n)
    total = float((u * (df - 2) / df).sum())
    return Significance(total, float(special.chdtrc(sample.n, total)), "chi2", sample.n, sample.n)


TESTS: dict[str, PairsTest | SeriesTest] = {
    "variance_ratio": SeriesTest(
        summary="squared standardised returns of the window against those of ordinary days",
        null="the security moves as much as on estimation days",
        assumes="exchangeable days; any error law",
        fails="volatility clustering; one day cannot tell a larger spread from a shift",
        paper="Beaver 1968; Gelbach, Helland and Klick 2013 (placebo over days)",
        compute=variance_ratio,
    ),
    "variance_placebo": PairsTest(
        summary="did the event raise the variance between firms?",
        null="the spread of standardised CARs is that of ordinary days",
        assumes="exchangeable days; as chi2: normal errors, independent pairs",
        fails="volatility clustering; as chi2: fat tails, events that share days",
        paper="Boehmer, Musumeci and Poulsen 1991 (the question); placebo over days",
        compute=variance_placebo,
        variants=("default", "chi2"),
        from_sums=("default", "chi2"),
        independent_variants=("chi2",),
        normal_variants=("chi2",),
        location=False,
    ),
    "beaver_u": PairsTest(
        summary="did the event raise the variance? Squared standardised CARs added up",
        null="squared standardised CARs are as large as on ordinary days",
        assumes="normal errors, independent pairs; as placebo: exchangeable days",
        fails="fat tails, events that share days; as placebo: volatility clustering",
        paper="Beaver 1968; Patell 1976",
        compute=beaver_u,
        variants=("default", "placebo"),
        independent_variants=("default",),
        normal_variants=("default",),
        location=False,
    ),
}
