"""CAPM regression: excess return on the market's excess return.

`mkt_rf` and `rf` come from the factor file; with `rf` alone the benchmark minus `rf` is the market's excess return.
"""

from eventstudy.models._ols import LinearModel

MODEL = LinearModel(
    summary="rf + alpha + beta x the market's excess return",
    assumes="a stable alpha and beta; a daily risk-free rate",
    fails="as the market model",
    paper="Sharpe 1964; Lintner 1965",
    factors=("mkt_rf",),
    excess=True,
)
