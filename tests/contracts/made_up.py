"""A made-up block: eight securities on one date, a benchmark, factors and peers, with and without gaps."""

from __future__ import annotations

import numpy as np
from eventstudy import plugins
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.panel import EventBlock
from eventstudy.study.estimate import abnormal_returns
from eventstudy.units.windows import Window

from tests.worlds import moves

ESTIMATION, EVENT = Window(-130, -11), Window(-3, 3)
PEERS = ("PAA", "PBB", "PCC", "PDD", "PEE")


def block(*, missing: bool = True, n: int = 8, seed: int = 5) -> EventBlock:
    """One event date; returns follow the benchmark with noise of 1 to 3 %."""
    rng = np.random.default_rng(seed)
    t = EVENT.end - ESTIMATION.start + 1
    made = moves(rng, t, n, sigma=(0.01, 0.03))
    returns, market, rf = made.firms.T.copy(), made.market, np.full(t, 0.0001)
    if missing:
        returns[0, 10:14] = np.nan
        returns[1, -2] = np.nan
    smb, hml, rmw, cma, mom = rng.normal(0, 0.005, (5, t))
    peers = market[:, None] + rng.normal(0, 0.01, (t, len(PEERS)))
    columns = [market, market - rf, smb, hml, rmw, cma, mom, rf, peers.mean(axis=1), *peers.T]
    regressors = np.stack(columns, axis=1)[None]
    sessions = (np.datetime64("2024-01-01", "D") + np.arange(t))[None]
    return EventBlock(
        returns=returns,
        regressors=regressors,
        names=("benchmark", "mkt_rf", "smb", "hml", "rmw", "cma", "mom", "rf", "peer", *(f"@{p}" for p in PEERS)),
        design=np.zeros(n, dtype=np.int64),
        sessions=sessions,
        span=np.ones((1, t)),
        estimation=ESTIMATION,
        event=EVENT,
    )


def abnormal(made: EventBlock, model: str = "market") -> AbnormalReturns:
    """Abnormal returns of a block under a model."""
    fit = plugins.load("models", model).fit(made, 100)
    last = np.full(made.n_pairs, made.event.end)
    return abnormal_returns(made, fit, last, prediction_error=True)
