"""The market's excess return and the size factor: a linear model with two regressors is a row of words."""

from eventstudy.models.linear import LinearModel

MODEL = LinearModel(
    summary="rf + alpha + betas x market and size factors",
    assumes="stable betas; factors of the security's own market",
    fails="for firms whose returns follow value or momentum",
    paper="Fama and French 1993, without value",
    factors=("mkt_rf", "smb"),
    excess=True,
)
