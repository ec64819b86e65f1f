"""Market models whose line is not the one of least squares (METHODS 1.3).

sigma is the root mean square of the residuals of that line, and V the one of least squares: with a robust scale a t test
rejects more than twice as often as it should once tails are fat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from eventstudy.models import market
from eventstudy.models._base import Fit
from eventstudy.models._progress import counted
from eventstudy.panel.block import EventBlock, Floats

Line = Callable[[Floats, Floats, Floats], tuple[float, float]]
"""(y, x, span), each (M,) -> alpha, beta of y = alpha span + beta x."""


@dataclass(frozen=True)
class RobustModel:
    """R = alpha + beta R_m with the line that `line` draws, pair by pair."""

    summary: str
    assumes: str
    fails: str
    paper: str
    line: Line
    apart: ClassVar[bool] = True

    def requires(self, available: tuple[str, ...]) -> tuple[str, ...]:
        """The benchmark."""
        return ("benchmark",)

    def fit(self, block: EventBlock, min_estimation: int) -> Fit:
        """Fit all pairs; see `Fit` for the shapes."""
        ols = market.MODEL.fit(block, min_estimation)
        days, event = block.estimation_columns, block.event_columns
        x = block.columns(("benchmark",))[:, :, 0]
        params, residuals = ols.params.copy(), ols.residuals.copy()
        for i in counted(np.flatnonzero(ols.problem == "").tolist()):
            used, d = np.isfinite(ols.residuals[i]), block.design[i]
            y, own, span = block.returns[i, days][used], x[d, days][used], block.span[d, days][used]
            params[i] = alpha, beta = self.line(y, own, span)
            residuals[i, used] = (y - alpha * span - beta * own) / np.sqrt(span)
        sigma = np.where(ols.problem == "", np.sqrt(np.nansum(residuals**2, axis=1) / np.maximum(ols.df, 1)), np.nan)
        ahead = block.span[block.design][:, event], x[block.design][:, event]
        expected = params[:, :1] * ahead[0] + params[:, 1:] * ahead[1]
        ar = np.where(np.isnan(ols.ar), np.nan, block.returns[:, event] - expected)
        return replace(ols, params=params, residuals=residuals, sigma=sigma, expected=expected, ar=ar)
