"""Market model for thinly traded securities: beta with the market of three days as instrument (METHODS 1.2).

beta = cov(R, z) / cov(R_m, z) with z the market's return of the day before, the day and the day after.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from eventstudy.models._base import Fit
from eventstudy.models._neighbours import fit_with_instruments, neighbours
from eventstudy.panel.block import EventBlock, Floats


@dataclass(frozen=True)
class ScholesWilliams:
    """`form` "iv", or "ratio": the sum of three simple betas over 1 + 2 rho, with sigma from its own residuals."""

    summary: str
    assumes: str
    fails: str
    paper: str
    form: Literal["iv", "ratio"] = "iv"

    def requires(self, available: tuple[str, ...]) -> tuple[str, ...]:
        """The benchmark."""
        return ("benchmark",)

    def fit(self, block: EventBlock, min_estimation: int) -> Fit:
        """Fit all pairs; an estimation day needs the market's return of both neighbours."""
        around = neighbours(block, 1, 1)
        x = np.stack([block.span, around[:, :, 1]], axis=2)
        z = np.stack([block.span, around.sum(axis=2)], axis=2)
        fit = fit_with_instruments(block, ("alpha", "beta"), x, z, x, np.eye(2), min_estimation)
        return fit if self.form == "iv" else _ratio(block, fit, around)


def _ratio(block: EventBlock, fit: Fit, around: Floats) -> Fit:
    """The fit with alpha and beta of the textbook form, pair by pair; the forecast covariance is that of the instruments."""
    days, event = block.estimation_columns, block.event_columns
    params, residuals, sigma = fit.params.copy(), fit.residuals.copy(), fit.sigma.copy()
    for i in np.flatnonzero(fit.problem == ""):
        used = np.isfinite(fit.residuals[i])
        market, y = around[block.design[i], days][used], block.returns[i, days][used]
        slopes = [np.cov(y, market[:, j])[0, 1] / market[:, j].var(ddof=1) for j in range(3)]
        beta = sum(slopes) / (1 + 2 * np.corrcoef(market[:, 1], market[:, 0])[0, 1])
        params[i] = y.mean() - beta * market[:, 1].mean(), beta
        span = block.span[block.design[i], days][used]
        residuals[i, used] = (y - params[i, 0] * span - beta * market[:, 1]) / np.sqrt(span)
        sigma[i] = np.sqrt((residuals[i, used] ** 2).sum() / fit.df[i])
    market = around[block.design][:, event, 1]
    expected = params[:, :1] * block.span[block.design][:, event] + params[:, 1:] * market
    ar = np.where(np.isnan(fit.ar), np.nan, block.returns[:, event] - expected)
    return replace(fit, params=params, residuals=residuals, sigma=sigma, expected=expected, ar=ar)


MODEL = ScholesWilliams(
    summary="alpha + beta x the benchmark, beta by the benchmark of three days as instrument",
    assumes="stable alpha and beta; prices that lag the market by a day at most",
    fails="when trades are days apart; for liquid securities it only adds noise",
    paper="Scholes and Williams 1977",
)
