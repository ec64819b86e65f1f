"""CAR over its standard error with the variances that GARCH forecasts for the event days (METHODS 1.4)."""

from __future__ import annotations

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns, cumulate
from eventstudy.inference._base import SeriesSignificance, SeriesTest
from eventstudy.inference._distributions import p_normal
from eventstudy.language import Phrase
from eventstudy.windows import Window


def compute(returns: AbnormalReturns, window: Window, seed: int) -> SeriesSignificance:
    """Give z = CAR / sqrt(sum h_t + i'X* Var(b) X*'i), standard normal; no answer where the variance is one for all days."""
    z = cumulate(returns, window).scar
    constant = (returns.noise == returns.span).all(axis=1)[returns.basis_of]
    if returns.dependent:
        constant = np.ones(returns.n, dtype=bool)
    unchanging = Phrase("the model has one variance for all days: use garch or egarch")
    z = np.where(constant, np.nan, z)
    return SeriesSignificance(
        z, p_normal(z), "normal", reasons=tuple(unchanging if one else "" for one in constant.tolist())
    )


TEST = SeriesTest(
    summary="abnormal return over the standard error that GARCH forecasts for its days",
    null="E[CAR] = 0",
    assumes="the GARCH variance is right; normal shocks",
    fails="event-induced variance, fat-tailed shocks, short estimation windows",
    paper="Bollerslev 1986; Hilliard and Savickas 2002",
    compute=compute,
)
