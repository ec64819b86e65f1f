"""Synthetic control: the mix of peers, weights at least zero and adding to one, that came closest (METHODS 1.5)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from eventstudy.models._base import Fit
from eventstudy.models._donors import donors_of, donors_required, known_days
from eventstudy.models._pairwise import Single, fit_each
from eventstudy.panel.block import EventBlock, Floats, Ints

DESCRIPTIVE = "its weights are fitted, not estimated with known errors: judge it by placebos and permutations"
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
        pools = [donors_of(block, d) for d in range(len(block.span))]

        def single(i: int, days: Ints) -> Single | str:
            names, values = pools[block.design[i]]
            if not names:
                return "NO_PEERS"
            span = block.span[block.design[i], days]
            return self._single(names, block.returns[i, days], values[days], values[block.event_columns], span)

        fit = fit_each(block, known_days(block), int(self.demean), min_estimation, single)
        return replace(fit, descriptive=DESCRIPTIVE, donors=Donors(block, self.demean).errors)

    def _single(self, names: tuple[str, ...], y: Floats, z: Floats, ahead: Floats, span: Floats) -> Single | str:
        root = np.sqrt(span)[:, None]
        level, shift = (y.mean(), z.mean(axis=0)) if self.demean else (0.0, np.zeros(z.shape[1]))
        w = weights((y - level) / root[:, 0], (z - shift) / root)
        expected = level + (ahead - shift) @ w
        residuals = (y - level - (z - shift) @ w) / root[:, 0]
        active = np.flatnonzero(w > _ZERO)
        k = len(active) - 1 + self.demean
        rss = float((residuals**2).sum())
        if rss <= 1e-24 * float((y**2).sum()):
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


MODEL = SyntheticControl(
    summary="a mix of peers with weights of at least zero that add to one",
    assumes="the event leaves the peers alone; the firm lies among them",
    fails="with few or exposed peers; for a firm more volatile than all of them",
    paper="Abadie, Diamond and Hainmueller 2010; Goldsmith-Pinkham and Lyu 2025",
)
