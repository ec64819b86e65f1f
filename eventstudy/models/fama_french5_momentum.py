"""Five factors of Fama and French, and momentum."""

from eventstudy.models._ols import LinearModel

MODEL = LinearModel(
    summary="rf + alpha + betas x the five Fama-French factors and momentum",
    assumes="stable betas; factors of the security's own market",
    fails="as fama_french5 and carhart",
    paper="Fama and French 2015; Carhart 1997",
    factors=("mkt_rf", "smb", "hml", "rmw", "cma", "mom"),
    excess=True,
)
