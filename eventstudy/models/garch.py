"""Market models whose error variance changes from day to day (METHODS 1.4).

R = alpha + beta R_m + e, e = sqrt(h) z, by quasi maximum likelihood. The variance is filtered through the gap and forecast over
the event window from the last day before it: no shock of the event enters.
Papers: Bollerslev (1986); Nelson (1991); Bollerslev and Wooldridge (1992) for the covariance of alpha and beta.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.language import Phrase
from eventstudy.language.messages import sentence
from eventstudy.models.base import Fit
from eventstudy.models.linear import MODELS as LINEAR
from eventstudy.models.pairwise import Single, fit_each
from eventstudy.panel.block import EventBlock, Floats, Ints

PERCENT = 100.0
"""Returns are fitted in per cent: the likelihood is badly scaled in decimals."""
MOST_PERSISTENT = 0.9999
_PATHS, _SEED = 10_000, 0
_RANGE = 100.0
"""A variance so many times the usual one, or so small a part of it, comes from a likelihood that went astray."""

Forecast = Callable[[Floats, Floats, float, int], Floats]
"""(variance parameters, last errors and those of the gap, variance of the first of them, days) -> (days,) variances."""


@dataclass(frozen=True)
class GarchModel:
    """Market model with a GARCH(1,1) or EGARCH(1,1) variance; least squares, with a note, where that cannot be estimated."""

    summary: str
    assumes: str
    fails: str
    paper: str
    kind: Literal["GARCH", "EGARCH"]
    needs_order: ClassVar[bool] = True
    """A day depends on the days next to it."""
    apart: ClassVar[bool] = True

    def requires(self, available: tuple[str, ...]) -> tuple[str, ...]:
        """The benchmark."""
        return ("benchmark",)

    def fit(self, block: EventBlock, min_estimation: int) -> Fit:
        """Fit all pairs; the parameters are alpha, beta and those of the variance in per cent squared.

        Raises:
            InvalidRequest: arch is not installed.
        """
        ols = LINEAR["market"].fit(block, min_estimation)
        x = block.columns(("benchmark",))[:, :, 0]

        def single(i: int, days: Ints) -> Single | str:
            if ols.problem[i]:
                return str(ols.problem[i])
            design = block.design[i]
            if (block.span[design] > 1).any():
                return _constant(ols, i, days, block, Phrase("returns across gaps have no variance of their own"))
            found = self._single(block.returns[i], x[design], days, block)
            return _constant(ols, i, days, block, found) if isinstance(found, Phrase) else found

        return fit_each(block, np.isfinite(x), 2, min_estimation, single)

    def _single(self, y: Floats, x: Floats, days: Ints, block: EventBlock) -> Single | str:
        """The fit, or why its variance cannot be estimated."""
        fitted = estimate(self.kind, y[days], x[days])
        if isinstance(fitted, str):
            return fitted
        scale = np.array([PERCENT, 1.0])
        alpha, beta = (fitted.params.to_numpy()[:2] / scale).tolist()
        covariance = fitted.param_cov.to_numpy()[:2, :2] / np.outer(scale, scale)
        if not np.isfinite(covariance).all() or np.linalg.eigvalsh(covariance)[0] <= 0:
            return Phrase("alpha and beta have no covariance")
        h = fitted.conditional_volatility**2 / PERCENT**2
        event, error = block.event_columns, y - alpha - beta * x
        gap = np.arange(block.estimation_columns.stop, event.start)
        last = np.append(error[days[-1]], error[gap][np.isfinite(error[gap])]) * PERCENT
        sigma = float(np.sqrt((error[days] ** 2).sum() / (len(days) - 2)))
        with np.errstate(all="ignore"):  # whether the forecast can be meant is asked below
            ahead = (
                FORECASTS[self.kind](fitted.params.to_numpy()[2:], last, h[-1] * PERCENT**2, event.stop - event.start)
                / (PERCENT * sigma) ** 2
            )
        if not ((ahead > 1 / _RANGE) & (ahead < _RANGE)).all():
            return Phrase(
                "the forecast leaves the range of 1/{range:g} to {range:g} times the usual variance", range=_RANGE
            )
        root = np.linalg.cholesky(covariance) / sigma
        line = np.column_stack([np.ones(len(y)), x])
        to_sigma = sigma / np.sqrt(h)
        return Single(
            params={"alpha": alpha, "beta": beta, **{_plain(n): float(v) for n, v in fitted.params.iloc[2:].items()}},
            sigma=sigma,
            df=len(days) - 2,
            expected=line[event] @ np.array([alpha, beta]),
            residuals=error[days] * to_sigma,
            basis=np.concatenate([line[days] @ root * to_sigma[:, None], line[event] @ root]),
            noise=ahead,
        )


def estimate(kind: Literal["GARCH", "EGARCH"], y: Floats, x: Floats) -> Any:
    """The fitted `arch` model of y on x in per cent (normal likelihood, sandwich covariance), or why it is of no use.

    Raises:
        InvalidRequest: arch is not installed.
    """
    try:
        from arch import arch_model
    except ImportError as error:
        raise InvalidRequest(
            Sentence("the model {kind} needs arch, which is not installed", kind=kind.lower()),
            hint=Sentence("pip install 'eventstudy-lab[garch]'"),
        ) from error
    asymmetric = int(kind == "EGARCH")
    model = arch_model(y * PERCENT, x[:, None] * PERCENT, mean="LS", vol=kind, p=1, o=asymmetric, q=1, rescale=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the optimiser meets on its way; whether it arrived is asked below
        fitted = model.fit(disp="off", show_warning=False, cov_type="robust", options={"maxiter": 1000})
        covariance = fitted.param_cov
    names = ["alpha[1]", "beta[1]"] if kind == "GARCH" else ["beta[1]"]
    persistence = float(fitted.params[names].sum())
    if fitted.convergence_flag != 0 or not np.isfinite(covariance.to_numpy()).all():
        return Phrase("the likelihood has no clear maximum")
    if abs(persistence) >= MOST_PERSISTENT:
        return Phrase("the variance does not return to a mean (persistence {persistence:.4f})", persistence=persistence)
    if kind == "EGARCH" and fitted.params["alpha[1]"] + abs(fitted.params["gamma[1]"]) < 0:
        return Phrase("large shocks of either sign would lower the variance")
    return fitted


def _plain(name: str) -> str:
    """`alpha[1]` of the variance as `garch_alpha`: the model has an alpha already."""
    return f"garch_{name.partition('[')[0]}"


def _constant(ols: Fit, i: int, days: Ints, block: EventBlock, why: Phrase) -> Single:
    """The least squares fit of pair i, with a note on why."""
    rows = np.r_[days, block.estimation_columns.stop : ols.basis.shape[1]]
    return Single(
        params=dict(zip(ols.names, ols.params[i].tolist(), strict=True)),
        sigma=float(ols.sigma[i]),
        df=int(ols.df[i]),
        expected=ols.expected[i],
        residuals=ols.residuals[i, days],
        basis=ols.basis[ols.basis_of[i]][rows],
        notes=(("CONSTANT_VARIANCE", sentence("CONSTANT_VARIANCE", why=why)),),
    )


def garch_forecast(params: Floats, errors: Floats, h: float, days: int) -> Floats:
    """(days,) h_k = h̄ + (alpha + beta)^(k - 1) (h_1 - h̄) of omega, alpha, beta; `h` is the variance of errors[0]."""
    omega, alpha, beta = params
    for error in errors:
        h = omega + alpha * error**2 + beta * h
    mean = omega / (1 - alpha - beta)
    forecast: Floats = mean + (alpha + beta) ** np.arange(days) * (h - mean)
    return forecast


def egarch_forecast(params: Floats, errors: Floats, h: float, days: int) -> Floats:
    """(days,) mean variance over simulated paths of omega, alpha, gamma, beta; `h` is the variance of errors[0]."""
    omega, alpha, gamma, beta = params
    log_h = np.log(h)
    for error in errors:
        log_h = _next_log(log_h, error / np.exp(log_h / 2), omega, alpha, gamma, beta)
    paths, forecast = np.full(_PATHS, log_h), np.empty(days)
    rng = np.random.default_rng(_SEED)
    for k in range(days):
        forecast[k] = np.exp(paths).mean()
        paths = _next_log(paths, rng.standard_normal(_PATHS), omega, alpha, gamma, beta)
    return forecast


def _next_log(log_h: Any, z: Any, omega: float, alpha: float, gamma: float, beta: float) -> Any:
    return omega + alpha * (np.abs(z) - np.sqrt(2 / np.pi)) + gamma * z + beta * log_h


FORECASTS: dict[str, Forecast] = {"GARCH": garch_forecast, "EGARCH": egarch_forecast}


MODELS = {
    "garch": GarchModel(
        summary="alpha + beta x the benchmark, error variance by GARCH(1,1)",
        assumes="stable alpha and beta; variance that follows past shocks and returns to a mean",
        fails="with short estimation windows; after breaks, which it takes for persistence",
        paper="Bollerslev 1986; Bollerslev and Wooldridge 1992",
        kind="GARCH",
    ),
    "egarch": GarchModel(
        summary="alpha + beta x the benchmark, error variance by EGARCH(1,1)",
        assumes="as garch, with shocks of either sign weighing differently",
        fails="with short estimation windows: one more parameter than garch",
        paper="Nelson 1991",
        kind="EGARCH",
    ),
}
