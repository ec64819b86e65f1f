"""Factor model on the principal components of the peers; their number by Bai and Ng's criterion (METHODS 1.5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eventstudy.models._base import Fit
from eventstudy.models._donors import donors_of, donors_required, known_days
from eventstudy.models._pairwise import Single, fit_each, least_squares
from eventstudy.panel.block import Bools, EventBlock, Floats, Ints

MOST = 8
"""Most components considered."""


@dataclass(frozen=True)
class PrincipalComponents:
    """R = alpha + betas x components of the peers' standardised returns, by least squares, given the components."""

    summary: str
    assumes: str
    fails: str
    paper: str

    def requires(self, available: tuple[str, ...]) -> tuple[str, ...]:
        """The returns of the peers."""
        return donors_required(available)

    def fit(self, block: EventBlock, min_estimation: int) -> Fit:
        """Fit all pairs; the parameters are alpha and `beta_pc1`, `beta_pc2`, ..."""
        known, event = known_days(block), block.event_columns
        pools = [components(donors_of(block, d)[1], known[d], block.estimation_columns) for d in range(len(known))]

        def single(i: int, days: Ints) -> Single | str:
            scores, span = pools[block.design[i]], block.span[block.design[i]]
            if not scores.shape[1]:
                return "NO_PEERS"
            x = np.column_stack([span, scores])
            solved = least_squares(x[days], block.returns[i, days], x[event], span[days])
            if isinstance(solved, str):
                return solved
            coefficients, residuals, basis = solved
            df = len(days) - x.shape[1]
            names = ("alpha", *(f"beta_pc{j}" for j in range(1, x.shape[1])))
            return Single(
                params=dict(zip(names, coefficients.tolist(), strict=True)),
                sigma=float(np.sqrt((residuals**2).sum() / df)),
                df=df,
                expected=x[event] @ coefficients,
                residuals=residuals,
                basis=basis,
            )

        return fit_each(block, known, MOST + 1, min_estimation, single)


def components(values: Floats, known: Bools, days: slice) -> Floats:
    """(T, k) components of donors (T, J): loadings from the known estimation days, carried on to all days."""
    inside = values[days][known[days]]
    spread = inside.std(axis=0)
    if not values.shape[1] or len(inside) < 2 or not (spread > 0).all():
        return np.zeros((len(values), 0))
    z = (inside - inside.mean(axis=0)) / spread
    _, singular, loadings = np.linalg.svd(z, full_matrices=False)
    k = number_of_factors(singular**2 / z.size, *z.shape)
    scores: Floats = ((values - inside.mean(axis=0)) / spread) @ loadings[:k].T
    return scores


def number_of_factors(shares: Floats, t: int, n: int) -> int:
    """The k >= 1 with the smallest criterion; fewer than n components, or nothing would be left."""
    most = max(1, min(MOST, len(shares) - 1))
    return 1 + int(np.argmin(criteria(shares, t, n)[:most]))


def criteria(shares: Floats, t: int, n: int) -> Floats:
    """IC_p2(k) = ln V(k) + k (n + t) / (n t) ln min(n, t), k = 1, 2, ..., V(k) what k components leave unexplained.

    `shares` are the mean squares that each of the components explains, falling.
    """
    k = np.arange(1, len(shares) + 1)
    left = np.maximum(shares.sum() - np.cumsum(shares), np.finfo(float).tiny)
    value: Floats = np.log(left) + k * (n + t) / (n * t) * np.log(min(n, t))
    return value


MODEL = PrincipalComponents(
    summary="alpha + betas x the principal components of the peers' returns",
    assumes="stable betas; the event leaves the peers alone",
    fails="with few peers, or when the event moves the peers' common factor",
    paper="Connor and Korajczyk 1988; Bai and Ng 2002",
)
