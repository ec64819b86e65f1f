"""From the choices of a study to its model."""

from __future__ import annotations

from dataclasses import replace

from eventstudy import catalog
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidRequest
from eventstudy.models._base import Model
from eventstudy.models._ols import LinearModel


def model_of(config: StudyConfig) -> Model:
    """The model of that name: without intercept where `alpha` is off, with autocorrelated errors where volume is studied.

    Raises:
        InvalidRequest: the model has no intercept to leave out, or nothing would be left of it.
    """
    model: Model = catalog.load("models", config.model)
    if not config.alpha:
        if not isinstance(model, LinearModel) or model.difference or model.factors == () or config.outcome == "volume":
            raise InvalidRequest(
                f"the model {config.model} cannot do without its intercept",
                available="market, capm, peer, factors and the Fama-French models",
                hint="leave out --no-alpha",
            )
        model = replace(model, intercept=False)
    if config.outcome == "volume":
        from eventstudy.models._autoregressive import autoregressive

        return autoregressive(model)
    return model
