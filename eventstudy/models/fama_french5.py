"""Five factors of Fama and French: market, size, value, profitability and investment."""

from eventstudy.models._ols import LinearModel

MODEL = LinearModel(
    summary="rf + alpha + betas x market, size, value, profitability and investment factors",
    assumes="stable betas; factors of the security's own market",
    fails="as fama_french3; six coefficients want long estimation windows",
    paper="Fama and French 2015",
    factors=("mkt_rf", "smb", "hml", "rmw", "cma"),
    excess=True,
)
