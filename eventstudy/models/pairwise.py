"""Models that are fitted pair by pair: what one pair's fit is, and how N of them make a `Fit`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from eventstudy.engine.least_squares import least_days
from eventstudy.language import Phrase
from eventstudy.models.base import Fit, Note
from eventstudy.models.watching import counted
from eventstudy.panel.block import Bools, EventBlock, Floats, Ints


@dataclass(frozen=True)
class Single:
    """The fit of one pair with M valid estimation days. All is on the scale of returns; see `Fit` for what it becomes."""

    params: Mapping[str, float]
    sigma: float
    df: int
    expected: Floats
    """(L2,)"""
    residuals: Floats
    """(M,) scaled to sigma."""
    basis: Floats
    """(M + L2, K) regressors in coordinates in which the estimation cross product is the identity."""
    noise: Floats | None = None
    """(L2,) variance of each event day's own error over sigma²; None: the sessions that its return covers."""
    common: Floats | None = None
    """(L2, E) what the errors of event days share, in units of sigma."""
    notes: tuple[tuple[str, Phrase], ...] = field(default=())
    """(code, sentence)"""


FitSingle = Callable[[int, Ints], Single | str]
"""(pair, columns of its valid estimation days) -> its fit, or why there is none."""


def fit_each(block: EventBlock, known: Bools, k: int, min_estimation: int, single: FitSingle) -> Fit:
    """Fit all pairs one after the other.

    `known` (D, T) are the days on which a design has all regressors; `k` the fewest parameters a pair will have.
    """
    days, n = block.estimation_columns, block.n_pairs
    complete = np.isfinite(block.returns) & known[block.design]
    m = complete[:, days].sum(axis=1).astype(np.int64)
    problem = np.full(n, "", dtype=object)
    done: dict[int, Single] = {}
    for i in counted(range(n)):
        inside = block.returns[i, days][complete[i, days]]
        if m[i] < least_days(min_estimation, k):
            problem[i] = "MIN_EST"
        elif not np.ptp(inside) > 0:
            problem[i] = "ZERO_VARIANCE"
        else:
            found = single(i, np.flatnonzero(complete[i, days]))
            if isinstance(found, str):
                problem[i] = found
            else:
                done[i] = found
    return _gather(block, complete, m, problem, done)


def _gather(block: EventBlock, complete: Bools, m: Ints, problem: np.ndarray, done: dict[int, Single]) -> Fit:
    days, event, n = block.estimation_columns, block.event_columns, block.n_pairs
    length = event.stop - event.start
    names = tuple(dict.fromkeys(name for one in done.values() for name in one.params))
    k = max((one.basis.shape[1] for one in done.values()), default=0)
    shared = max((one.common.shape[1] for one in done.values() if one.common is not None), default=0)
    params, sigma, df = np.full((n, len(names)), np.nan), np.full(n, np.nan), np.maximum(m - 1, 1)
    residuals, expected = np.full((n, days.stop), np.nan), np.full((n, length), np.nan)
    basis, noise = np.zeros((n, days.stop + length, k + shared)), block.span[block.design][:, event].copy()
    for i, one in done.items():
        params[i] = [one.params.get(name, np.nan) for name in names]
        sigma[i], df[i], expected[i] = one.sigma, one.df, one.expected
        rows = np.flatnonzero(complete[i, days])
        residuals[i, rows] = one.residuals
        own = one.basis.shape[1]
        basis[i, rows, :own] = one.basis[: len(rows)]
        basis[i, days.stop :, :own] = one.basis[len(rows) :]
        if one.common is not None:
            basis[i, days.stop :, k : k + one.common.shape[1]] = one.common
        if one.noise is not None:
            noise[i] = one.noise
    return Fit(
        names=names,
        params=params,
        sigma=sigma,
        df=df.astype(np.int64),
        n_estimation=m,
        expected=expected,
        ar=np.where(complete[:, event], block.returns[:, event] - expected, np.nan),
        residuals=residuals,
        basis=basis,
        parameters=k,
        basis_of=np.arange(n),
        span=block.span[block.design][:, event],
        noise=noise,
        problem=problem,
        notes=tuple(Note(i, *note) for i, one in done.items() for note in one.notes),
    )


def least_squares(x: Floats, y: Floats, ahead: Floats, span: Floats) -> tuple[Floats, Floats, Floats] | str:
    """OLS of y (M,) on x (M, K): coefficients (K,), residuals (M,), basis (M + L2, K), rows weighted by 1/sqrt(span)."""
    root = np.sqrt(span)
    q, r = np.linalg.qr(x / root[:, None])
    if not np.linalg.cond(r) < 1e8:
        return "COLLINEAR"
    inverse = np.linalg.inv(r)
    coefficients = inverse @ (q.T @ (y / root))
    return coefficients, (y - x @ coefficients) / root, np.concatenate([q, ahead @ inverse])
