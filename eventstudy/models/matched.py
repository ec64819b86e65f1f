"""Matched control: the return minus that of the control firm, or of the control portfolio."""

from eventstudy.models._ols import LinearModel

MODEL = LinearModel(
    summary="the return of the control firm or of the equal-weighted controls",
    assumes="firm and control have the same expected return and the same exposure",
    fails="when they differ in beta or size, or the event moves the control",
    paper="Barber and Lyon 1997",
    difference="peer",
)
