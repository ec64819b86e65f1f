"""How much more a security moved than on ordinary days, whatever the direction (METHODS 3.27 with the placebo of 3.20b)."""

from __future__ import annotations

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns, cumulate
from eventstudy.inference._base import SeriesSignificance, SeriesTest
from eventstudy.inference.conformal import DRAWS, sets_of_days
from eventstudy.windows import Window


def compute(returns: AbnormalReturns, window: Window, seed: int) -> SeriesSignificance:
    """Give the mean of SAR² over the window and how often as many estimation days, drawn at random, reach it.

    Estimation days enter as squares of externally studentised residuals; a single day is held against every one of them.
    """
    found = cumulate(returns, window)
    columns = slice(window.start - returns.event.start, window.end - returns.event.start + 1)
    squares = np.where(found.used, returns.sar[:, columns] ** 2, 0.0)
    length = found.used.sum(axis=1)
    ratio = np.where(found.covered, squares.sum(axis=1) / np.maximum(length, 1), np.nan)
    p = np.full(returns.n, np.nan)
    for i in np.flatnonzero(found.covered):
        days = returns.studentised[i]
        days = days[np.isfinite(days)] ** 2
        days = days[sets_of_days(len(days), int(length[i]), seed)].mean(axis=1)
        p[i] = (1 + (days >= ratio[i] * (1 - 1e-12)).sum()) / (len(days) + 1)
    draws = None if window.length == 1 else DRAWS
    return SeriesSignificance(ratio, p, "placebo", draws=draws)


TEST = SeriesTest(
    summary="squared standardised returns of the window against those of ordinary days",
    null="the security moves as much as on estimation days",
    assumes="exchangeable days; any error law",
    fails="volatility clustering; one day cannot tell a larger spread from a shift",
    paper="Beaver 1968; Gelbach, Helland and Klick 2013 (placebo over days)",
    compute=compute,
)
