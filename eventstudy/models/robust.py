"""Market models whose line is not the one of least squares (METHODS 1.3).

sigma is the root mean square of the residuals of that line, and V the one of least squares: with a robust scale a t test
rejects more than twice as often as it should once tails are fat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from eventstudy.models.base import Fit
from eventstudy.models.linear import MODELS as LINEAR
from eventstudy.models.watching import counted
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
        ols = LINEAR["market"].fit(block, min_estimation)
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


def theil_sen_line(y: Floats, x: Floats, span: Floats) -> tuple[float, float]:
    """Median slope over pairs of days with different x, and the median of y - beta x. A gap enters by its mean session."""
    y, x = y / span, x / span
    first, second = np.triu_indices(len(y), k=1)
    run = x[second] - x[first]
    apart = run != 0
    beta = float(np.median((y[second] - y[first])[apart] / run[apart]))
    return float(np.median(y - beta * x)), beta


TUNING = 1.345
"""95 % efficient under normal errors."""


def huber_line(y: Floats, x: Floats, span: Floats) -> tuple[float, float]:
    """Iteratively reweighted least squares with the scale re-estimated by the median absolute deviation."""
    from statsmodels.robust.norms import HuberT
    from statsmodels.robust.robust_linear_model import RLM

    root = np.sqrt(span)
    alpha, beta = RLM(y / root, np.column_stack([root, x / root]), M=HuberT(TUNING)).fit().params
    return float(alpha), float(beta)


MODELS = {
    "theil_sen": RobustModel(
        summary="alpha + beta x the benchmark, beta the median of all pairwise slopes",
        assumes="a stable alpha and beta; outliers on fewer than 29 % of the days",
        fails="for skewed errors: its alpha is a median, so abnormal returns need not average zero",
        paper="Theil 1950; Sen 1968",
        line=theil_sen_line,
    ),
    "huber": RobustModel(
        summary="alpha + beta x the benchmark by Huber's M-estimator (1.345)",
        assumes="a stable alpha and beta; symmetric errors, some of them large",
        fails="with outliers in the benchmark itself; for skewed errors alpha is off the mean",
        paper="Huber 1964; Huber 1973",
        line=huber_line,
    ),
}
