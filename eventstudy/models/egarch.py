"""Market model with an EGARCH(1,1) variance: falls may raise it more than rises."""

from eventstudy.models._garch import GarchModel

MODEL = GarchModel(
    summary="alpha + beta x the benchmark, error variance by EGARCH(1,1)",
    assumes="as garch, with shocks of either sign weighing differently",
    fails="with short estimation windows: one more parameter than garch",
    paper="Nelson 1991",
    kind="EGARCH",
)
