"""Linear normal-return models: batched least squares with the exact forecast covariance.

Each distinct design matrix (a regressor row and a pattern of valid days) is factorised once, X = QR; the pairs that share
it cost two products each. Residuals come from one projection and one refinement, sigma from actual residuals.
Papers: MacKinlay (1997), appendix; Campbell, Lo and MacKinlay (1997), chapter 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eventstudy.engine.least_squares import distinct_designs, factorise, least_days, nothing_left, project
from eventstudy.models.base import Fit
from eventstudy.panel.block import Bools, EventBlock, Floats, Ints


class Equation(NamedTuple):
    """What a linear model estimates on D designs of T days."""

    names: tuple[str, ...]
    """K names of the parameters."""
    x: Floats
    """(D, T, K)"""
    offset: Floats
    """(D, T) what is taken off the return first."""
    known: Bools
    """(D, T) days on which all that the model needs has a value."""


@dataclass(frozen=True)
class LinearModel:
    """R = X b + e by least squares, or R - X with nothing estimated.

    `factors` None takes every column of the user's file; `excess` subtracts `rf` from the return; `difference` subtracts that
    regressor and estimates nothing (then `factors` and `intercept` are not used).
    """

    summary: str
    assumes: str
    fails: str
    paper: str
    factors: tuple[str, ...] | None = ()
    intercept: bool = True
    excess: bool = False
    difference: str | None = None
    of_volume: bool = False
    """Whether it can be asked what volume is normal."""
    each_day: ClassVar[bool] = True
    """A fit of more event days holds that of fewer: what is estimated does not depend on them."""

    @property
    def estimates_nothing(self) -> bool:
        """Whether it has no parameters, so that it needs no estimation days."""
        return self.difference is not None or (self.factors == () and not self.intercept)

    def requires(self, available: tuple[str, ...]) -> tuple[str, ...]:
        """The regressors the model needs, given those a block has."""
        if self.difference:
            return (self.difference,)
        if self.factors is None:
            own = (n for n in available if n not in ("benchmark", "rf", "peer") and not n.startswith("@"))
            return tuple(own) or ("factors",)
        return (*self.factors, "rf") if self.excess else self.factors

    def fit(self, block: EventBlock, min_estimation: int) -> Fit:
        """Fit all pairs of a block; see `Fit` for the shapes."""
        names, x, offset, known_days = self.equation(block.names, block.regressors, block.span)
        y = block.returns - offset[block.design]
        return _fit(block, names, x, y, known_days, offset, min_estimation)

    def equation(self, names: tuple[str, ...], regressors: Floats, span: Floats) -> Equation:
        """The equation of D designs from their regressors (D, T, F), named `names`, and spans (D, T)."""

        def columns(wanted: tuple[str, ...]) -> Floats:
            return regressors[:, :, [names.index(name) for name in wanted]]

        needed = self.requires(names)
        excess = self.excess or (self.factors is None and "rf" in names)
        known = columns((*needed, "rf") if excess and "rf" not in needed else needed)
        offset = np.zeros(span.shape)
        if self.difference:
            offset = columns((self.difference,))[:, :, 0]
        elif excess:
            offset = columns(("rf",))[:, :, 0]
        slopes = tuple(n for n in needed if n != "rf") if not self.difference else ()
        x = columns(slopes)
        if self.intercept and not self.difference:
            x = np.concatenate([span[:, :, None], x], axis=2)
        params = (("alpha",) if self.intercept and not self.difference else ()) + tuple(
            "beta" if n in ("benchmark", "mkt_rf") and len(slopes) == 1 else f"beta_{n}" for n in slopes
        )
        return Equation(params, x, offset, np.isfinite(known).all(axis=2) & np.isfinite(span))


def _fit(
    block: EventBlock,
    names: tuple[str, ...],
    x: Floats,
    y: Floats,
    known_days: Bools,
    offset: Floats,
    min_estimation: int,
) -> Fit:
    """Least squares of y (N, T) on x (D, T, K) over the complete estimation days of each pair."""
    days, event = block.estimation_columns, block.event_columns
    complete = np.isfinite(y) & known_days[block.design]
    m = complete[:, days].sum(axis=1).astype(np.int64)
    k = x.shape[2]
    df = m - (k if k else 1)
    design, valid, basis_of = distinct_designs(block.design, complete[:, days])
    basis, unscale, good = factorise(x[design], valid, block.span[design], days, event)
    coordinates, residuals = project(y, block.span, block.design, complete, basis, basis_of, days)
    params = np.einsum("nkj,nj->nk", unscale[basis_of], coordinates)
    expected = np.einsum("nlk,nk->nl", basis[basis_of, days.stop :], coordinates) + offset[block.design][:, event]
    ar = np.where(complete[:, event], block.returns[:, event] - expected, np.nan)
    centre = np.zeros(len(y)) if k else np.nansum(residuals, axis=1) / np.maximum(m, 1)
    rss = np.nansum((residuals - centre[:, None]) ** 2, axis=1)
    problem = problems(rss, y[:, days], complete[:, days], m, k, good[basis_of], min_estimation)
    if bare := min_estimation == 0 and k == 0:
        problem, residuals, rss = np.full(len(y), "", dtype=object), np.full_like(residuals, np.nan), rss * np.nan
        m, df = np.zeros_like(m), np.zeros_like(df)
    bad = problem != ""
    sigma = np.where(bad, np.nan, np.sqrt(rss / np.maximum(df, 1)))
    return Fit(
        names=names,
        params=np.where(bad[:, None], np.nan, params),
        sigma=sigma,
        df=df,
        n_estimation=m,
        expected=np.where(bad[:, None], np.nan, expected),
        ar=np.where(bad[:, None], np.nan, ar),
        residuals=residuals,
        basis=basis,
        parameters=k,
        basis_of=basis_of,
        span=block.span[design][:, event],
        noise=block.span[design][:, event],
        problem=problem,
        bare=bare,
    )


def problems(
    rss: Floats, y: Floats, complete: Bools, m: Ints, k: int, good: Bools, min_estimation: int
) -> NDArray[np.object_]:
    """Why a pair has no fit (METHODS 0.5, ruling 12): too few days, collinear regressors, or no variance left."""
    total = np.where(complete, y, 0.0) ** 2
    flat = nothing_left(rss, total.sum(axis=1))
    problem = np.full(len(m), "", dtype=object)
    problem[flat] = "ZERO_VARIANCE"
    problem[~good] = "COLLINEAR"
    problem[m < least_days(min_estimation, k)] = "MIN_EST"
    return problem


MODELS = {
    "constant_mean": LinearModel(
        summary="the mean of the estimation window",
        assumes="a stable mean; the market does not matter",
        fails="when the whole market moves in the event window",
        paper="Brown and Warner 1985",
        of_volume=True,
    ),
    "market_adjusted": LinearModel(
        summary="the benchmark's return, beta taken as one",
        assumes="beta = 1, alpha = 0",
        fails="for betas far from one when the market moves",
        paper="Brown and Warner 1985",
        difference="benchmark",
    ),
    "given": LinearModel(
        summary="nothing: the file holds abnormal returns",
        assumes="abnormal returns that somebody else has estimated, estimation days among them",
        fails="where the errors of that estimate are large: they are not known here",
        paper="MacKinlay 1997",
        intercept=False,
    ),
    "market": LinearModel(
        summary="alpha + beta x the benchmark's return",
        assumes="a stable alpha and beta",
        fails="with thin trading, after structural breaks, with alpha from a bull run in long windows",
        paper="Sharpe 1963; MacKinlay 1997",
        factors=("benchmark",),
        of_volume=True,
    ),
    "capm": LinearModel(
        summary="rf + alpha + beta x the market's excess return",
        assumes="a stable alpha and beta; a daily risk-free rate",
        fails="as the market model",
        paper="Sharpe 1964; Lintner 1965",
        factors=("mkt_rf",),
        excess=True,
    ),
    "fama_french3": LinearModel(
        summary="rf + alpha + betas x market, size and value factors",
        assumes="stable betas; factors of the security's own market",
        fails="with factors of another country or currency, or factor files that end before the event",
        paper="Fama and French 1993",
        factors=("mkt_rf", "smb", "hml"),
        excess=True,
    ),
    "carhart": LinearModel(
        summary="rf + alpha + betas x market, size, value and momentum factors",
        assumes="stable betas; factors of the security's own market",
        fails="as fama_french3; for firms that have just become winners or losers",
        paper="Carhart 1997",
        factors=("mkt_rf", "smb", "hml", "mom"),
        excess=True,
    ),
    "fama_french5": LinearModel(
        summary="rf + alpha + betas x market, size, value, profitability and investment factors",
        assumes="stable betas; factors of the security's own market",
        fails="as fama_french3; six coefficients want long estimation windows",
        paper="Fama and French 2015",
        factors=("mkt_rf", "smb", "hml", "rmw", "cma"),
        excess=True,
    ),
    "fama_french5_momentum": LinearModel(
        summary="rf + alpha + betas x the five Fama-French factors and momentum",
        assumes="stable betas; factors of the security's own market",
        fails="as fama_french5 and carhart",
        paper="Fama and French 2015; Carhart 1997",
        factors=("mkt_rf", "smb", "hml", "rmw", "cma", "mom"),
        excess=True,
    ),
    "factors": LinearModel(
        summary="alpha + betas x all columns of the factor file",
        assumes="stable betas; the factors are returns or differences of returns",
        fails="with factors that the event itself moves, or nearly collinear ones",
        paper="Campbell, Lo and MacKinlay 1997, ch. 4",
        factors=None,
    ),
    "peer": LinearModel(
        summary="alpha + beta x the benchmark + beta x the equal-weighted mean of the peers",
        assumes="stable betas; peers that the event leaves alone",
        fails="when the event moves the peers too: then their share of it is taken for normal",
        paper="King 1966; Brown and Warner 1980",
        factors=("benchmark", "peer"),
    ),
    "matched": LinearModel(
        summary="the return of the control firm or of the equal-weighted controls",
        assumes="firm and control have the same expected return and the same exposure",
        fails="when they differ in beta or size, or the event moves the control",
        paper="Barber and Lyon 1997",
        difference="peer",
    ),
}
"""The linear models: a name, the regressors, and what is taken off the return first (papers in each row)."""
