"""Where the day stands among the estimation days (SQ test; METHODS 3.19)."""

from __future__ import annotations

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns, cumulate
from eventstudy.inference._base import SeriesSignificance, SeriesTest
from eventstudy.language import Phrase
from eventstudy.windows import Window


def compute(returns: AbnormalReturns, window: Window, seed: int) -> SeriesSignificance:
    """Give p = (1 + #{|u_t| >= |SAR|}) / (M + 1), u_t the externally studentised residuals. One day only."""
    if window.length > 1:
        return SeriesSignificance.undefined(Phrase("one day only: use conformal for a window"), returns.n)
    sar = cumulate(returns, window).scar
    with np.errstate(invalid="ignore"):
        beyond = (np.abs(returns.studentised) >= np.abs(sar)[:, None]).sum(axis=1)
    p = np.where(np.isfinite(sar), (1 + beyond) / (returns.observed_days + 1), np.nan)
    return SeriesSignificance(sar, p, "ranks of days")


TEST = SeriesTest(
    summary="rank of the day among the estimation days",
    null="the day is exchangeable with the estimation days",
    assumes="exchangeable days; any error law; the smallest p is 1/(M+1)",
    fails="event-induced variance, volatility clustering, few estimation days",
    paper="Gelbach, Helland and Klick 2013",
    compute=compute,
)
