"""Counterfactuals made of peers: a mix of donors, shrunken coefficients, principal components (METHODS 1.5).

The residuals of the elastic net are those of days left out, so that they compare with the event days, which no fit has seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from eventstudy.engine.least_squares import nothing_left
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.language import Phrase
from eventstudy.models.base import Fit, Model
from eventstudy.models.pairwise import Single, fit_each, least_squares
from eventstudy.panel.block import Bools, EventBlock, Floats, Ints


def donors_required(available: tuple[str, ...]) -> tuple[str, ...]:
    """The regressors `@TICKER` of a block; `peer` where it has none, so that the study asks for peers."""
    return tuple(name for name in available if name.startswith("@")) or ("peer",)


def donors_of(block: EventBlock, design: int) -> tuple[tuple[str, ...], Floats]:
    """The tickers (J,) and returns (T, J) of a design's donors: those that have a return on every day it is compared."""
    names = donors_required(block.names)
    values = block.columns(names)[design]
    mine = np.flatnonzero((np.isfinite(values) | ~known_days(block)[design][:, None]).all(axis=0))
    return tuple(names[j][1:] for j in mine), values[:, mine]


def known_days(block: EventBlock) -> Bools:
    """(D, T) the days on which the donors of a design have returns."""
    return np.isfinite(block.columns(("peer",))[:, :, 0])


def fit_on_donors(
    block: EventBlock,
    parameters: int,
    min_estimation: int,
    single: Callable[[tuple[str, ...], Floats, Floats, Floats, Floats], Single | str],
) -> Fit:
    """Fit the pairs one by one.

    `single` is given the names of the J donors and, of the T days used, the returns of the firm (T,) and of the donors (T, J),
    then the donors' on the event days (L2, J), and the sessions that each day used spans (T,).
    """
    pools = [donors_of(block, design) for design in range(len(block.span))]

    def one(i: int, days: Ints) -> Single | str:
        names, values = pools[block.design[i]]
        if not names:
            return "NO_PEERS"
        span = block.span[block.design[i], days]
        return single(names, block.returns[i, days], values[days], values[block.event_columns], span)

    return fit_each(block, known_days(block), parameters, min_estimation, one)


WEIGHTS_DESCRIBE = Phrase(
    "its weights are fitted, not estimated with known errors: judge it by placebos and permutations"
)
_ZERO = 1e-6


@dataclass(frozen=True)
class SyntheticControl:
    """min sum over estimation days of (R - sum w_j R_j)², w >= 0, sum w = 1; `demean` adds an intercept."""

    summary: str
    assumes: str
    fails: str
    paper: str
    demean: bool = False

    def requires(self, available: tuple[str, ...]) -> tuple[str, ...]:
        """The returns of the peers."""
        return donors_required(available)

    def fit(self, block: EventBlock, min_estimation: int) -> Fit:
        """Fit all pairs; the parameters are the weights `w_TICKER`."""
        fit = fit_on_donors(block, int(self.demean), min_estimation, self._single)
        return replace(fit, descriptive=WEIGHTS_DESCRIBE, donors=Donors(block, self.demean).errors)

    def _single(self, names: tuple[str, ...], y: Floats, z: Floats, ahead: Floats, span: Floats) -> Single | str:
        root = np.sqrt(span)[:, None]
        level, shift = (y.mean(), z.mean(axis=0)) if self.demean else (0.0, np.zeros(z.shape[1]))
        w = weights((y - level) / root[:, 0], (z - shift) / root)
        expected = level + (ahead - shift) @ w
        residuals = (y - level - (z - shift) @ w) / root[:, 0]
        active = np.flatnonzero(w > _ZERO)
        k = len(active) - 1 + self.demean
        rss = float((residuals**2).sum())
        if nothing_left(rss, float((y**2).sum())):
            return "ZERO_VARIANCE"
        first = {"alpha": float(level - shift @ w)} if self.demean else {}
        return Single(
            params=first | {f"w_{n}": float(v) for n, v in zip(names, w, strict=True)},
            sigma=float(np.sqrt(rss / (len(y) - k))),
            df=len(y) - k,
            expected=expected,
            residuals=residuals,
            basis=_directions((z - shift)[:, active] / root, (ahead - shift)[:, active], intercept=self.demean),
        )


def weights(y: Floats, z: Floats) -> Floats:
    """(J,) the weights: w minimises |A w| over the simplex, A = y - z_j, by non-negative least squares.

    With a row of ones that asks for sum u = 1, the solution u of min |A u|² + c² (1 - sum u)², u >= 0, is a multiple of w.
    """
    from scipy.optimize import nnls

    gaps = y[:, None] - z
    scale = np.sqrt((gaps**2).sum(axis=0).min()) or 1.0
    u, _ = nnls(np.vstack([gaps / scale, np.ones(z.shape[1])]), np.append(np.zeros(len(y)), 1.0))
    w: Floats = u / u.sum()
    return w


def _directions(z: Floats, ahead: Floats, *, intercept: bool) -> Floats:
    """(M + L2, K) the ways in which the mix of active donors can move: differences of donors, and the level."""
    x, x_ahead = z[:, 1:] - z[:, :1], ahead[:, 1:] - ahead[:, :1]
    if intercept:
        x, x_ahead = (np.column_stack([np.ones(len(v)), v]) for v in (x, x_ahead))
    if not x.shape[1]:
        return np.zeros((len(z) + len(ahead), 0))
    q, r = np.linalg.qr(x)
    return np.concatenate([q, x_ahead @ np.linalg.pinv(r)])


@dataclass(frozen=True)
class Donors:
    """Each donor in the role of the firm (placebo in space; METHODS 3.22)."""

    block: EventBlock
    demean: bool

    def errors(self, design: int) -> Floats:
        """(J, L1 + L2) estimation residuals and abnormal returns of each donor, fitted by the other donors."""
        block = self.block
        columns = np.r_[block.estimation_columns, block.event_columns]
        _, values = donors_of(block, design)
        known = known_days(block)[design, block.estimation_columns]
        gaps = np.full((values.shape[1], len(columns)), np.nan)
        for j in range(values.shape[1] if values.shape[1] > 1 else 0):
            y, z = values[columns, j], np.delete(values[columns], j, axis=1)
            days = np.flatnonzero(known)
            level, shift = (y[days].mean(), z[days].mean(axis=0)) if self.demean else (0.0, np.zeros(z.shape[1]))
            gaps[j] = y - level - (z - shift) @ weights(y[days] - level, z[days] - shift)
        return gaps


SHRUNK_DESCRIBE = Phrase(
    "its coefficients are shrunk, not estimated with known errors: judge it by placebos and permutations"
)
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
        return replace(fit_on_donors(block, 1, min_estimation, self._single), descriptive=SHRUNK_DESCRIBE)

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
            Sentence("the model elastic_net needs scikit-learn, which is not installed"),
            hint=Sentence("pip install 'eventstudy-lab[ml]'"),
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
    spread = inside.std(axis=0) if len(inside) > 1 else np.zeros(values.shape[1])
    if not values.shape[1] or not (spread > 0).all():
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


MODELS: dict[str, Model] = {
    "synthetic_control": SyntheticControl(
        summary="a mix of peers with weights of at least zero that add to one",
        assumes="the event leaves the peers alone; the firm lies among them",
        fails="with few or exposed peers; for a firm more volatile than all of them",
        paper="Abadie, Diamond and Hainmueller 2010; Goldsmith-Pinkham and Lyu 2025",
    ),
    "elastic_net": ElasticNet(
        summary="alpha + shrunken coefficients x the peers, the penalty by cross-validation",
        assumes="the event leaves the peers alone; stable coefficients",
        fails="with exposed peers; when firm and peers part ways before the event",
        paper="Zou and Hastie 2005; Doudchenko and Imbens 2016",
    ),
    "principal_components": PrincipalComponents(
        summary="alpha + betas x the principal components of the peers' returns",
        assumes="stable betas; the event leaves the peers alone",
        fails="with few peers, or when the event moves the peers' common factor",
        paper="Connor and Korajczyk 1988; Bai and Ng 2002",
    ),
}
