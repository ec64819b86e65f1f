"""Least squares for pairs that lack some days, all pairs of a chunk at once: complete cases (METHODS 0.5).

The basis Q of a design is orthonormal on all its days. On the days that a pair has, Q'Q = G is close to the identity, so
Q L⁻ᵀ with G = L L' is that pair's own basis without a QR of its own; where too little is left the pair is handed back. What
comes out are abnormal returns like any other: the sums, the rule of coverage and the ranks are those of `abnormal`, `totals`.
"""

from __future__ import annotations

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.engine.arrays import Bools, Floats, Ints, squares
from eventstudy.engine.least_squares import Designs
from eventstudy.windows import Window

_LEAST = 0.01
"""The smallest eigenvalue of G: below it the days that are left do not carry the regressors of the design."""


def fitted(
    estimation: Floats, event: Floats, which: Ints, given: Designs, window: Window
) -> tuple[AbnormalReturns, Bools]:
    """Least squares on the days that each pair has; `which` (n,) says which of the designs `given` is its own.

    `window` is the event window. Gives the abnormal returns, to be told when securities were last traded, and (n,) which pairs
    count: enough of their design is left, and variance around the normal return.
    """
    k = given.basis.shape[2]
    known, used = np.isfinite(estimation), np.isfinite(event)
    y, ar = np.where(known, estimation, 0.0), np.where(used, event, 0.0)
    m = np.count_nonzero(known, axis=1).astype(np.int64)
    total = squares(y)
    q = np.ascontiguousarray(given.basis.transpose(0, 2, 1))[which]
    ahead = np.matmul(given.x_event, given.inverse).transpose(0, 2, 1)[which]
    good = np.ones(len(y), dtype=bool)
    if k:
        q *= known[:, None]
        gram = np.matmul(q, q.transpose(0, 2, 1))
        good = np.linalg.eigvalsh(gram)[:, 0] > _LEAST
        gram = np.where(good[:, None, None], gram, np.eye(k))
        turn = np.linalg.inv(np.linalg.cholesky(gram))
        q, ahead = np.matmul(turn, q), np.matmul(turn, ahead)
        for _ in range(2):
            step = np.matmul(q, y[:, :, None]).transpose(0, 2, 1)
            y -= np.matmul(step, q)[:, 0]
            ar -= np.matmul(step, ahead)[:, 0]
        ar = np.where(used, ar, 0.0)
    centre = 0.0 if k else (y.sum(axis=1) / np.maximum(m, 1))[:, None]
    rss = squares(y if k else np.where(known, y - centre, 0.0))
    good &= rss > 1e-24 * np.maximum(total, np.finfo(float).tiny)
    sigma = np.where(good, np.sqrt(rss / np.maximum(m - (k or 1), 1)), 1.0)
    days, n = estimation.shape[1], len(y)
    found = AbnormalReturns(
        ar=np.where(used, ar, np.nan),
        residuals=np.where(known, y, np.nan),
        sigma=sigma,
        df=m - (k or 1),
        basis=np.concatenate([q, ahead], axis=2).transpose(0, 2, 1),
        parameters=k,
        basis_of=np.arange(n),
        span=np.ones((n, event.shape[1])),
        noise=np.ones((n, event.shape[1])),
        sessions=np.full((1, days + event.shape[1]), np.datetime64("NaT", "D")),
        session_of=np.zeros(n, dtype=np.int64),
        event=window,
        last_close=np.full(n, window.end),
    )
    return found, good
