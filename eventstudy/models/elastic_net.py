"""Elastic net on the peers: many coefficients, shrunk, the penalty by cross-validation over blocks of days (METHODS 1.5).

Residuals are those of days left out, so that they compare with the event days, which no fit has seen either.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from eventstudy.errors import InvalidRequest
from eventstudy.models._base import Fit
from eventstudy.models._donors import donors_of, donors_required, known_days
from eventstudy.models._pairwise import Single, fit_each
from eventstudy.panel.block import EventBlock, Floats, Ints

DESCRIPTIVE = "its coefficients are shrunk, not estimated with known errors: judge it by placebos and permutations"
_BLOCKS, _PENALTIES, _SMALLEST = 10, 100, 1e-3


@dataclass(frozen=True)
class ElasticNet:
    """min (1/2M) |y - a - Z b|² + lambda (rho |b|_1 + (1 - rho) |b|² / 2), Z standardised on the estimation days."""

    summary: str
    assumes: str
    fails: str
    paper: str
    rho: float = 0.5
    apart: ClassVar[bool] = True

    def requires(self, available: tuple[str, ...]) -> tuple[str, ...]:
        """The returns of the peers."""
        return donors_required(available)

    def fit(self, block: EventBlock, min_estimation: int) -> Fit:
        """Fit all pairs; the parameters are alpha, `b_TICKER` per unit of return, and the penalty `lambda`.

        Raises:
            InvalidRequest: scikit-learn is not installed.
        """
        pools = [donors_of(block, d) for d in range(len(block.span))]

        def single(i: int, days: Ints) -> Single | str:
            names, values = pools[block.design[i]]
            if not names:
                return "NO_PEERS"
            span = block.span[block.design[i], days]
            return self._single(names, block.returns[i, days], values[days], values[block.event_columns], span)

        return replace(fit_each(block, known_days(block), 1, min_estimation, single), descriptive=DESCRIPTIVE)

    def _single(self, names: tuple[str, ...], y: Floats, values: Floats, ahead: Floats, span: Floats) -> Single | str:
        spread = values.std(axis=0)
        if not (spread > 0).all():
            return "COLLINEAR"
        z, centre = (values - values.mean(axis=0)) / spread, values.mean(axis=0)
        grid = np.abs(z.T @ (y - y.mean())).max() / (len(y) * self.rho) * np.geomspace(1, _SMALLEST, _PENALTIES)
        outside = cross_fitted(z, y, grid, self.rho)
        best = int(np.argmin((outside**2).mean(axis=0)))
        slopes = path(z, y, grid, self.rho)[:, best] / spread
        alpha = float(y.mean() - centre @ slopes)
        residuals = outside[:, best] / np.sqrt(span)
        named = {f"b_{n}": float(b) for n, b in zip(names, slopes, strict=True)}
        return Single(
            params={"alpha": alpha, **named, "lambda": float(grid[best])},
            sigma=float(np.sqrt((residuals**2).sum() / (len(y) - 1))),
            df=len(y) - 1,
            expected=alpha + ahead @ slopes,
            residuals=residuals,
            basis=np.zeros((len(y) + len(ahead), 0)),
        )


def path(z: Floats, y: Floats, grid: Floats, rho: float) -> Floats:
    """(J, G) coefficients for each penalty of the grid, y and z centred."""
    try:
        from sklearn.linear_model import enet_path
    except ImportError as error:
        raise InvalidRequest(
            "the model elastic_net needs scikit-learn, which is not installed", hint="pip install 'eventstudy-lab[ml]'"
        ) from error
    centred = np.asfortranarray(z - z.mean(axis=0))
    coefficients: Floats = enet_path(centred, y - y.mean(), l1_ratio=rho, alphas=grid, tol=1e-8, max_iter=100_000)[1]
    return coefficients


def cross_fitted(z: Floats, y: Floats, grid: Floats, rho: float) -> Floats:
    """(M, G) errors of each day for each penalty, predicted from the days of the other nine tenths in a row."""
    errors = np.empty((len(y), len(grid)))
    for left_out in np.array_split(np.arange(len(y)), _BLOCKS):
        z_in, y_in = np.delete(z, left_out, axis=0), np.delete(y, left_out)
        slopes = path(z_in, y_in, grid, rho)
        errors[left_out] = y[left_out, None] - y_in.mean() - (z[left_out] - z_in.mean(axis=0)) @ slopes
    return errors


MODEL = ElasticNet(
    summary="alpha + shrunken coefficients x the peers, the penalty by cross-validation",
    assumes="the event leaves the peers alone; stable coefficients",
    fails="with exposed peers; when firm and peers part ways before the event",
    paper="Zou and Hastie 2005; Doudchenko and Imbens 2016",
)
