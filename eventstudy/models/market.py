"""Market model: alpha and beta against the benchmark by least squares."""

from eventstudy.models._ols import LinearModel

MODEL = LinearModel(
    summary="alpha + beta x the benchmark's return",
    assumes="a stable alpha and beta",
    fails="with thin trading, after structural breaks, with alpha from a bull run in long windows",
    paper="Sharpe 1963; MacKinlay 1997",
    factors=("benchmark",),
)
