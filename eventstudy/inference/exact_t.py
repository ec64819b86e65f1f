"""CAR over its forecast standard error, Student t with the degrees of freedom of sigma (METHODS 3.1)."""

from __future__ import annotations

from eventstudy.engine.abnormal import AbnormalReturns, cumulate
from eventstudy.inference._base import SeriesSignificance, SeriesTest
from eventstudy.inference._distributions import p_t
from eventstudy.windows import Window


def compute(returns: AbnormalReturns, window: Window, seed: int) -> SeriesSignificance:
    """Give t = CAR / sqrt(s² i'Vi) for each series: exact under normal, independent, equal-variance errors."""
    t = cumulate(returns, window).scar
    return SeriesSignificance(t, p_t(t, returns.df), "t", returns.df)


TEST = SeriesTest(
    summary="abnormal return over its forecast standard error",
    null="E[CAR] = 0",
    assumes="normal errors, independent over days, same variance on event days",
    fails="fat tails (mildly), volatility clustering, event-induced variance",
    paper="MacKinlay 1997; Campbell, Lo and MacKinlay 1997",
    compute=compute,
)
