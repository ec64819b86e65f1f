"""Linear models whose errors remember yesterday's: log volume (METHODS 3.26).

The autocorrelation rho comes from the least squares residuals; generalised least squares on the whitened days (Prais and
Winsten 1954) then gives coefficients, and the errors of event days keep their covariance rho^|i - j|.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from eventstudy.engine.least_squares import nothing_left
from eventstudy.language import Phrase
from eventstudy.models.base import Fit, Model
from eventstudy.models.pairwise import Single, fit_each, least_squares
from eventstudy.panel.block import EventBlock, Floats, Ints

DEPENDENT = Phrase("volume is autocorrelated: its days must not be exchanged for one another")
_MOST = 0.99


@dataclass(frozen=True)
class AutoregressiveModel:
    """The model `base` (a constant, or a constant and the benchmark) with first-order autoregressive errors."""

    summary: str
    assumes: str
    fails: str
    paper: str
    base: Model
    apart: ClassVar[bool] = True

    def requires(self, available: tuple[str, ...]) -> tuple[str, ...]:
        """As of the base."""
        return self.base.requires(available)

    def fit(self, block: EventBlock, min_estimation: int) -> Fit:
        """Fit all pairs; the last parameter is rho. Only an increase counts."""
        slopes = self.requires(block.names)
        x = np.concatenate([np.ones((*block.span.shape, 1)), block.columns(slopes)], axis=2)
        names = ("alpha", *("beta" if name == "benchmark" else f"beta_{name}" for name in slopes))

        def single(i: int, days: Ints) -> Single | str:
            return _single(names, block.returns[i], x[block.design[i]], days, block.event_columns)

        fit = fit_each(block, np.isfinite(x).all(axis=2), x.shape[2], min_estimation, single)
        return replace(fit, dependent=DEPENDENT, upper=True)


def autoregressive(base: Model) -> AutoregressiveModel:
    """The model with errors that remember yesterday's."""
    return AutoregressiveModel(
        summary=base.summary,
        assumes=f"{base.assumes}; errors that decay at one rate",
        fails=base.fails,
        paper="Ajinkya and Jain 1989; Campbell and Wasley 1996",
        base=base,
    )


def _single(names: tuple[str, ...], y: Floats, x: Floats, days: Ints, event: slice) -> Single | str:
    ones = np.ones(len(days))
    plain = least_squares(x[days], y[days], x[event], ones)
    if isinstance(plain, str):
        return plain
    rho = autocorrelation(plain[1], days)
    whitened = whiten(np.column_stack([y[days], x[days]]), days, rho)
    solved = least_squares(whitened[:, 1:], whitened[:, 0], x[event], ones)
    if isinstance(solved, str):
        return solved
    coefficients, residuals, basis = solved
    df = len(days) - len(names)
    rss = float((residuals**2).sum())
    if nothing_left(rss, float((y[days] ** 2).sum())):
        return "ZERO_VARIANCE"
    apart = np.abs(np.subtract.outer(np.arange(event.stop - event.start), np.arange(event.stop - event.start)))
    return Single(
        params={**dict(zip(names, coefficients.tolist(), strict=True)), "rho": rho},
        sigma=float(np.sqrt(rss / df)),
        df=df,
        expected=x[event] @ coefficients,
        residuals=residuals,
        basis=basis,
        noise=np.zeros(len(apart)),
        common=np.asarray(np.linalg.cholesky(rho**apart), dtype=np.float64),
    )


def trend(fit: Fit, i: int) -> tuple[float, float]:
    """By how much log volume of pair i rose a day over its estimation window, and the t of that.

    The line goes through the same steps as the volume: it is whitened, and what the regressors explain of it is taken off
    (Frisch and Waugh 1933), so that the errors of both are those of the model with a trend.
    """
    known = np.flatnonzero(np.isfinite(fit.residuals[i]))
    own, basis = fit.residuals[i, known], fit.basis[fit.basis_of[i], known, : fit.parameters]
    line = whiten(known[:, None].astype(np.float64), known, float(fit.params[i, -1]))[:, 0]
    line = line - basis @ (basis.T @ line)
    size = float(line @ line)
    slope = float(line @ own) / size
    left = float(own @ own) - slope**2 * size
    return slope, slope / float(np.sqrt(left / (fit.df[i] - 1) / size))


def autocorrelation(residuals: Floats, days: Ints) -> float:
    """rho = sum u_t u_(t-1) / sum u_(t-1)² over days that follow one another, kept inside (-.99, .99)."""
    follow = np.diff(days) == 1
    before, after = residuals[:-1][follow], residuals[1:][follow]
    total = float((before**2).sum())
    return float(np.clip((before * after).sum() / total, -_MOST, _MOST)) if total > 0 else 0.0


def whiten(values: Floats, days: Ints, rho: float) -> Floats:
    """(M, ...) values whose errors are independent with the variance of a day's own: across g days rho^g is taken off."""
    memory = rho ** np.diff(days)
    later = (values[1:] - memory[:, None] * values[:-1]) / np.sqrt(1 - memory**2)[:, None]
    whitened: Floats = np.concatenate([values[:1], later])
    return whitened
