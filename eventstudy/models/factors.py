"""The user's own factors: every column of the factor file, over `rf` where the file has it."""

from eventstudy.models._ols import LinearModel

MODEL = LinearModel(
    summary="alpha + betas x all columns of the factor file",
    assumes="stable betas; the factors are returns or differences of returns",
    fails="with factors that the event itself moves, or nearly collinear ones",
    paper="Campbell, Lo and MacKinlay 1997, ch. 4",
    factors=None,
)
