"""Market model with the firm's peers as a second factor."""

from eventstudy.models._ols import LinearModel

MODEL = LinearModel(
    summary="alpha + beta x the benchmark + beta x the equal-weighted mean of the peers",
    assumes="stable betas; peers that the event leaves alone",
    fails="when the event moves the peers too: then their share of it is taken for normal",
    paper="King 1966; Brown and Warner 1980",
    factors=("benchmark", "peer"),
)
