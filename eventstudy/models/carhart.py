"""Three factors of Fama and French, and momentum."""

from eventstudy.models._ols import LinearModel

MODEL = LinearModel(
    summary="rf + alpha + betas x market, size, value and momentum factors",
    assumes="stable betas; factors of the security's own market",
    fails="as fama_french3; for firms that have just become winners or losers",
    paper="Carhart 1997",
    factors=("mkt_rf", "smb", "hml", "mom"),
    excess=True,
)
