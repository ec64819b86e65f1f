"""Market model with a GARCH(1,1) variance."""

from eventstudy.models._garch import GarchModel

MODEL = GarchModel(
    summary="alpha + beta x the benchmark, error variance by GARCH(1,1)",
    assumes="stable alpha and beta; variance that follows past shocks and returns to a mean",
    fails="with short estimation windows; after breaks, which it takes for persistence",
    paper="Bollerslev 1986; Bollerslev and Wooldridge 1992",
    kind="GARCH",
)
