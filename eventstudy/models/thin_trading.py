"""Market models for thinly traded securities: prices that lag the market need the market of the days around (METHODS 1.2).

Scholes and Williams (1977): beta = cov(R, z) / cov(R_m, z), z the market's return of the day before, the day and the day after.
Dimson (1979): the sum of the betas on lagged, same-day and leading markets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np

from eventstudy.engine.least_squares import MAX_CONDITION, distinct_designs
from eventstudy.models.base import Fit, Model
from eventstudy.models.linear import problems
from eventstudy.panel.block import EventBlock, Floats

_CHUNK = 2048


def neighbours(block: EventBlock, lags: int, leads: int) -> Floats:
    """(D, T, lags + 1 + leads) the benchmark's return from `lags` sessions before to `leads` sessions after each day.

    The session before a return across a gap is the one before the gap. NaN where a neighbour lies outside the block, or is
    itself known only as part of a longer return.
    """
    market, span = block.columns(("benchmark",))[:, :, 0], block.span.astype(np.int64)
    t = np.arange(market.shape[1])
    shifts = [t - span - (lag - 1) for lag in range(lags, 0, -1)] + [np.broadcast_to(t, span.shape)]
    shifts += [np.broadcast_to(t + lead, span.shape) for lead in range(1, leads + 1)]
    around = []
    for column in shifts:
        inside = (column >= 0) & (column < len(t))
        at = np.where(inside, column, 0)
        there = inside & ((np.take_along_axis(span, at, axis=1) == 1) | (column == t))
        around.append(np.where(there, np.take_along_axis(market, at, axis=1), np.nan))
    return np.stack(around, axis=2)


def fit_with_instruments(
    block: EventBlock, names: tuple[str, ...], x: Floats, z: Floats, line: Floats, report: Floats, min_estimation: int
) -> Fit:
    """b = (Z'X)⁻¹ Z'y of all pairs; normal returns are `line` b, and Var(b) = sigma² (Z'X)⁻¹ Z'Z (X'Z)⁻¹.

    `x`, `z`, `line` (D, T, K), all per day; `report` (K, P) turns b into the parameters called `names`. A day is used in the
    estimation where all of them are known; on event days `line` suffices.
    """
    days, event, n = block.estimation_columns, block.event_columns, block.n_pairs
    has_line = np.isfinite(line.sum(axis=2))
    known = np.isfinite(x.sum(axis=2)) & np.isfinite(z.sum(axis=2)) & has_line
    complete = np.isfinite(block.returns[:, days]) & known[block.design, days]
    ahead = np.isfinite(block.returns[:, event]) & has_line[block.design, event]
    m, k = complete.sum(axis=1).astype(np.int64), x.shape[2]
    design, valid, basis_of = distinct_designs(block.design, complete)
    weight = np.where(valid, 1 / np.sqrt(block.span[design][:, days]), 0.0)[:, :, None]
    xw, zw, lw = (np.where(valid[:, :, None], v[design][:, days], 0.0) * weight for v in (x, z, line))
    q = np.linalg.qr(zw)[0]
    cross = q.transpose(0, 2, 1) @ xw
    length = np.sqrt((xw**2).sum(axis=1, keepdims=True))
    singular = np.linalg.svd(cross / np.where(length > 0, length, 1), compute_uv=False)
    good = (singular[:, -1] * MAX_CONDITION > singular[:, 0]) & (length > 0).all(axis=(1, 2))
    inverse = np.linalg.inv(np.where(good[:, None, None], cross, np.eye(k)))
    basis = np.concatenate([lw @ inverse, line[design][:, event] @ inverse], axis=1)
    residuals, expected = np.empty((n, days.stop)), np.empty((n, event.stop - event.start))
    coordinates = np.empty((n, k))
    for start in range(0, n, _CHUNK):
        part = slice(start, start + _CHUNK)
        own = basis_of[part]
        y = np.where(complete[part], block.returns[part, days], 0.0) * weight[own, :, 0]
        coordinates[part] = np.einsum("nmk,nm->nk", q[own], y)
        fitted = np.einsum("nmk,nk->nm", basis[own], coordinates[part])
        residuals[part] = np.where(complete[part], y - fitted[:, days], np.nan)
        expected[part] = fitted[:, days.stop :]
    rss = np.nansum(residuals**2, axis=1)
    problem = problems(rss, block.returns[:, days], complete, m, k, good[basis_of], min_estimation)
    bad = problem != ""
    params = np.einsum("kp,nkj,nj->np", report, inverse[basis_of], coordinates)
    return Fit(
        names=names,
        params=np.where(bad[:, None], np.nan, params),
        sigma=np.where(bad, np.nan, np.sqrt(rss / np.maximum(m - k, 1))),
        df=m - k,
        n_estimation=m,
        expected=np.where(bad[:, None], np.nan, expected),
        ar=np.where(bad[:, None] | ~ahead, np.nan, block.returns[:, event] - expected),
        residuals=residuals,
        basis=basis,
        parameters=k,
        basis_of=basis_of,
        span=block.span[design][:, event],
        noise=block.span[design][:, event],
        problem=problem,
    )


@dataclass(frozen=True)
class ScholesWilliams:
    """`form` "iv", or "ratio": the sum of three simple betas over 1 + 2 rho, with sigma from its own residuals."""

    summary: str
    assumes: str
    fails: str
    paper: str
    form: Literal["iv", "ratio"] = "iv"
    needs_order: ClassVar[bool] = True
    """A day depends on the days next to it."""

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


@dataclass(frozen=True)
class Dimson:
    """Least squares on `lags` before to `leads` after; alpha and the sum of the betas make the normal return of a day."""

    summary: str
    assumes: str
    fails: str
    paper: str
    lags: int = 1
    leads: int = 1
    needs_order: ClassVar[bool] = True
    """A day depends on the days next to it."""

    def requires(self, available: tuple[str, ...]) -> tuple[str, ...]:
        """The benchmark."""
        return ("benchmark",)

    def fit(self, block: EventBlock, min_estimation: int) -> Fit:
        """Fit all pairs; an estimation day needs the market's return of all neighbours."""
        around = neighbours(block, self.lags, self.leads)
        span, market = block.span[:, :, None], around[:, :, self.lags, None]
        x = np.concatenate([span, around], axis=2)
        line = np.concatenate([span, np.broadcast_to(market, around.shape)], axis=2)
        report = np.zeros((x.shape[2], 2))
        report[0, 0] = report[1:, 1] = 1
        return fit_with_instruments(block, ("alpha", "beta"), x, x, line, report, min_estimation)


MODELS: dict[str, Model] = {
    "scholes_williams": ScholesWilliams(
        summary="alpha + beta x the benchmark, beta by the benchmark of three days as instrument",
        assumes="stable alpha and beta; prices that lag the market by a day at most",
        fails="when trades are days apart; for liquid securities it only adds noise",
        paper="Scholes and Williams 1977",
    ),
    "dimson": Dimson(
        summary="alpha + (sum of betas on the benchmark before, on and after the day) x the benchmark",
        assumes="stable alpha and betas; prices that lag the market by a day at most",
        fails="when trades are days apart; the sum of three betas is noisy",
        paper="Dimson 1979",
    ),
}
