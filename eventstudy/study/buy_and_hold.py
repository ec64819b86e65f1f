"""Buy-and-hold abnormal returns of a study: what they compare with, and what follows a delisting (METHODS 0.4, ruling 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from eventstudy.engine.abnormal import bhar
from eventstudy.panel import Floats, Ints
from eventstudy.units.windows import Window

if TYPE_CHECKING:
    from eventstudy.study.result import StudyResult

BASE = 100.0
"""The level that chained returns start from."""
_SHORT = 5
"""Up to so many sessions the benchmark does; over longer ones firms drift apart from it, and peers are the better measure."""


def buy_and_hold(result: StudyResult, window: Window) -> Floats:
    """(N,) compounded return minus that of what it compares with over the observed days; NaN where too few were.

    After a delisting it ends with the last trade, or goes on in the benchmark (`delisting="reinvest"`).
    Volume, changes of levels and abnormal returns that were given have none.
    """
    config = result.config
    if config.outcome == "volume" or config.returns == "difference" or config.model == "given":
        return np.full(result.returns.n, np.nan)
    found = result.returns.over(window)
    columns = slice(window.start - config.event_window.start, window.end - config.event_window.start + 1)
    normal, ret, used = _normal(result, window)[:, columns], result.raw[:, columns], found.used
    if config.delisting == "reinvest":
        gone = np.arange(window.start, window.end + 1) > result.returns.last_close[:, None]
        used, ret = used | gone, np.where(gone, result.benchmark[:, columns], ret)
    return bhar(ret, normal, used, found.covered, log=config.returns == "log")


def compared_with(result: StudyResult, window: Window) -> str:
    """`model`, `market`, or `matched`: as asked for, else the peers over long windows where the study has them."""
    if result.config.bhar == "auto":
        return "matched" if window.length > _SHORT and "peer" in result.panel.block.names else "market"
    return result.config.bhar


def _normal(result: StudyResult, window: Window) -> Floats:
    """(N, L2) the returns that the pairs compare with; the benchmark's for a pair without peers."""
    kind, block = compared_with(result, window), result.panel.block
    if kind == "model":
        return result.fit.expected
    if kind == "market" or "peer" not in block.names:
        return result.benchmark
    peers = block.columns(("peer",))[block.design][:, block.event_columns, 0]
    return np.where(np.isfinite(peers).any(axis=1, keepdims=True), peers, result.benchmark)


def chained(returns: Floats, span: Ints, day0: int, *, log: bool) -> Floats:
    """(n, L + 1) levels before the first return and after each of the (n, L) `returns`, which cover `span` sessions each.

    The close that the return of column `day0` starts from is 100.
    """
    gross = np.exp(returns) if log else 1 + returns
    n, length = gross.shape
    found = np.full((n, length + 1), np.nan)
    for i in range(n):
        base = day0 + 1 - int(span[i, day0])
        if base < 0:
            continue
        found[i, base] = BASE
        for day in range(base, length):
            if (before := day + 1 - span[i, day]) >= base and np.isfinite(gross[i, day]):
                found[i, day + 1] = found[i, before] * gross[i, day]
        for day in range(base - 1, -1, -1):
            if (before := day + 1 - span[i, day]) >= 0 and np.isfinite(gross[i, day]):
                found[i, before] = found[i, day + 1] / gross[i, day]
    return found
