"""Market-adjusted return: the benchmark's return is the normal return; nothing is estimated."""

from eventstudy.models._ols import LinearModel

MODEL = LinearModel(
    summary="the benchmark's return, beta taken as one",
    assumes="beta = 1, alpha = 0",
    fails="for betas far from one when the market moves",
    paper="Brown and Warner 1985",
    difference="benchmark",
)
