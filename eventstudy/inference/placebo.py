"""The window against every run of days as long as it (placebo-in-time; METHODS 3.20 and 3.20b)."""

from __future__ import annotations

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns, cumulate
from eventstudy.inference import sample_quantile
from eventstudy.inference._base import SeriesSignificance, SeriesTest
from eventstudy.inference.conformal import ACROSS_GAPS, null_residuals
from eventstudy.language import Phrase
from eventstudy.panel.block import Bools, Floats
from eventstudy.windows import Window

_DAYS_PER_DAY = 20


def compute(returns: AbnormalReturns, window: Window, seed: int) -> SeriesSignificance:
    """One day: its rank among the estimation days. A window: p = share of the cyclic shifts of all days that reach its CAR.

    The model is refitted on estimation and window days together and the days keep their order, so serial correlation and
    volatility clusters stay in. Needs twenty estimation days for each day of the window.
    """
    if window.length == 1:
        return sample_quantile.compute(returns, window, seed)
    found = cumulate(returns, window)
    columns = slice(window.start - returns.event.start, window.end - returns.event.start + 1)
    bridged: Bools = np.asarray(((returns.span[returns.basis_of, columns] > 1) & found.used).any(axis=1), dtype=bool)
    short: Bools = returns.observed_days < _DAYS_PER_DAY * window.length
    days, inside = null_residuals(returns, found.used, columns)
    p = np.full(returns.n, np.nan)
    for i in np.flatnonzero(found.covered & ~bridged & ~short):
        p[i] = _share_of_shifts(days[i], inside[i])
    least = _DAYS_PER_DAY * window.length
    too_short = Phrase("needs {days} estimation days, 20 for each day of the window", days=least)
    pairs = zip(bridged, short, strict=True)
    reasons = tuple(ACROSS_GAPS if over else too_short if few else "" for over, few in pairs)
    statistic = np.where(np.isfinite(p), found.car, np.nan)
    return SeriesSignificance(statistic, p, "shifts of days", reasons=reasons)


def _share_of_shifts(days: Floats, inside: Bools) -> float:
    """Share of the runs of all present days, the last followed by the first, whose |sum| reaches that of the window."""
    present = np.isfinite(days)
    series, length = days[present], int((inside & present).sum())
    total = np.concatenate([[0.0], np.cumsum(np.concatenate([series, series[: length - 1]]))])
    sums = np.abs(total[length:] - total[:-length])
    reached = abs(series[-length:].sum()) * (1 - 1e-9)
    return float((sums >= reached).mean())


TEST = SeriesTest(
    summary="the window among all runs of days as long as it",
    null="the window is exchangeable with other runs of days",
    assumes="days in a stable order of dependence; any error law; smallest p 1/(M+1)",
    fails="event-induced variance, few estimation days",
    paper="Chernozhukov, Wüthrich and Zhu 2021",
    compute=compute,
)
