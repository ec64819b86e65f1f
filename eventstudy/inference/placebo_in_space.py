"""Where the firm stands among its donors, each of them fitted as if the event had been its own (METHODS 3.22)."""

from __future__ import annotations

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns, cumulate
from eventstudy.inference._base import SeriesSignificance, SeriesTest
from eventstudy.panel.block import Bools, Floats
from eventstudy.windows import Window


def compute(returns: AbnormalReturns, window: Window, seed: int) -> SeriesSignificance:
    """Give the root mean square error of the window over that of the estimation days, and p = rank / (J + 1).

    The smallest p that J donors allow is 1 / (J + 1).
    """
    if returns.donors is None:
        return SeriesSignificance.undefined("the model has no donors: use synthetic_control", returns.n)
    found = cumulate(returns, window)
    columns = slice(window.start - returns.event.start, window.end - returns.event.start + 1)
    ratio, p = np.full(returns.n, np.nan), np.full(returns.n, np.nan)
    reasons = [""] * returns.n
    for i in np.flatnonzero(found.covered):
        errors = returns.donors(int(returns.session_of[i]))
        if len(errors) < 2:
            reasons[i] = "one donor alone cannot be fitted by others"
            continue
        used = found.used[i]
        ratio[i] = _ratio(returns.residuals[i], returns.ar[i, columns], used)
        split = returns.n_estimation_days
        others = [_ratio(e[:split], e[split:][columns], used) for e in errors]
        p[i] = (1 + sum(other >= ratio[i] for other in others)) / (len(others) + 1)
    return SeriesSignificance(ratio, p, "ranks of donors", reasons=tuple(reasons))


def _ratio(before: Floats, within: Floats, used: Bools) -> float:
    return float(np.sqrt(np.mean(within[used] ** 2) / np.nanmean(before**2)))


TEST = SeriesTest(
    summary="the firm's error against those of its donors, each fitted as if it were the firm",
    null="the firm is no more off in the window than a donor would be",
    assumes="the event leaves the donors alone; firm and donors are exchangeable",
    fails="with few donors: the smallest p is 1/(J+1); donors of another kind",
    paper="Abadie, Diamond and Hainmueller 2010",
    compute=compute,
)
