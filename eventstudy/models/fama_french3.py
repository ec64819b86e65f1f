"""Three factors of Fama and French: market, size and value, over the risk-free rate."""

from eventstudy.models._ols import LinearModel

MODEL = LinearModel(
    summary="rf + alpha + betas x market, size and value factors",
    assumes="stable betas; factors of the security's own market",
    fails="with factors of another country or currency, or factor files that end before the event",
    paper="Fama and French 1993",
    factors=("mkt_rf", "smb", "hml"),
    excess=True,
)
