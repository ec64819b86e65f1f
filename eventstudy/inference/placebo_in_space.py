"""Where the firm stands among its donors, each of them fitted as if the event had been its own (METHODS 3.22)."""

from __future__ import annotations

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns, cumulate
from eventstudy.inference._base import SeriesSignificance, SeriesTest
from eventstudy.language import Phrase
from eventstudy.panel.block import Bools, Floats
from eventstudy.windows import Window

LONE = "one donor alone cannot be fitted by others"
COPIES = "fewer than two donors have an error to compare: others make up the rest exactly"
_EXACT = 1e-12
"""Below such an error a return is fitted exactly."""


def compute(returns: AbnormalReturns, window: Window, seed: int) -> SeriesSignificance:
    """Give the root mean square error of the window over that of the estimation days, and p = rank / (J + 1).

    The smallest p that J donors allow is 1 / (J + 1).
    """
    if returns.donors is None:
        return SeriesSignificance.undefined(Phrase("the model has no donors: use synthetic_control"), returns.n)
    found = cumulate(returns, window)
    columns = slice(window.start - returns.event.start, window.end - returns.event.start + 1)
    ratio, p = np.full(returns.n, np.nan), np.full(returns.n, np.nan)
    reasons: list[str] = [""] * returns.n
    for i in np.flatnonzero(found.covered):
        errors = returns.donors(int(returns.session_of[i]))
        split, used = returns.n_estimation_days, found.used[i]
        others = known(ratios(errors[:, :split], errors[:, split:][:, columns], used)) if len(errors) else errors
        if len(others) < 2:
            reasons[i] = COPIES if len(errors) > 1 else LONE
            continue
        ratio[i] = ratios(returns.residuals[i : i + 1], returns.ar[i : i + 1, columns], used)[0]
        if np.isnan(ratio[i]):
            reasons[i] = "the donors make up the firm exactly, in the window too: there is no error to compare"
            continue
        p[i] = (1 + (others >= ratio[i]).sum()) / (len(others) + 1)
    return SeriesSignificance(ratio, p, "ranks of donors", reasons=tuple(reasons))


def ratios(before: Floats, within: Floats, used: Bools) -> Floats:
    """(J,) root mean square of the used days of a window over that of the estimation days; rounding is no error.

    It is infinite where there was no error before, and NaN where there is none in the window either.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        under = np.sqrt(np.nansum(before**2, axis=1) / np.isfinite(before).sum(axis=1))
        over = np.sqrt(np.mean(within[:, used] ** 2, axis=1))
        value: Floats = np.where(over < _EXACT, 0.0, over) / np.where(under < _EXACT, 0.0, under)
    return value


def known(values: Floats) -> Floats:
    """The ratios of donors that say something."""
    told: Floats = values[~np.isnan(values)]
    return told


TEST = SeriesTest(
    summary="the firm's error against those of its donors, each fitted as if it were the firm",
    null="the firm is no more off in the window than a donor would be",
    assumes="the event leaves the donors alone; firm and donors are exchangeable",
    fails="with few donors: the smallest p is 1/(J+1); donors of another kind",
    paper="Abadie, Diamond and Hainmueller 2010",
    compute=compute,
)
