"""Constant mean return: what the security itself earned on average."""

from eventstudy.models._ols import LinearModel

MODEL = LinearModel(
    summary="the mean return of the estimation window",
    assumes="a stable mean; the market does not matter",
    fails="when the whole market moves in the event window",
    paper="Brown and Warner 1985",
)
