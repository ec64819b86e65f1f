"""The alpha of a portfolio that holds each firm while its window lasts, in calendar time (METHODS 3.23).

Every calendar day holds, with equal weights, the firms whose window covers it. Its return is regressed on the benchmark's, or
on the factors over the risk-free rate where a factor file is given.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._distributions import p_t
from eventstudy.language import Phrase
from eventstudy.panel.block import EventBlock, Floats, Ints

_LEAST_DAYS = 30
_LEAST_FIRMS = 5


class CalendarPortfolio(NamedTuple):
    """One row a calendar day, in order."""

    returns: Floats
    """(D,) mean return of the firms held, over the risk-free rate where factors are given."""
    regressors: Floats
    """(D, K) ones, then the mean benchmark or factors of the firms held."""
    held: Ints
    """(D,) how many."""


def factors_of(block: EventBlock) -> tuple[str, ...]:
    """The regressors: all factors but the risk-free rate; the benchmark where there are none."""
    return tuple(n for n in block.names if n not in ("benchmark", "peer", "rf") and n[0] != "@") or ("benchmark",)


def portfolio(sample: Sample, block: EventBlock) -> CalendarPortfolio:
    """The portfolio of the pairs over their windows; days without a return of one session or a regressor are left out."""
    members = np.arange(block.n_pairs) if sample.members is None else sample.members
    first = block.event_columns.start + sample.window.start - block.event.start
    columns = np.arange(first, first + sample.window.length)
    design, names = block.design[members], factors_of(block)
    held = block.returns[np.ix_(members, columns)]
    x = block.columns(names)[design][:, columns]
    if names != ("benchmark",) and "rf" in block.names:
        held = held - block.columns(("rf",))[design][:, columns, 0]
    there = np.isfinite(held) & np.isfinite(x).all(axis=2) & (block.span[design][:, columns] == 1)
    _, day = np.unique(block.sessions[design][:, columns][there], return_inverse=True)
    count = np.bincount(day)
    values = np.column_stack([held[there], x[there]])
    mean = np.stack([np.bincount(day, weights=v) / count for v in values.T], axis=1)
    return CalendarPortfolio(mean[:, 0], np.column_stack([np.ones(len(mean)), mean[:, 1:]]), count.astype(np.int64))


def newey_west(x: Floats, residuals: Floats, lag: int) -> Floats:
    """(K, K) covariance of least-squares coefficients, Bartlett weights (Newey and West 1987), no small-sample factor."""
    scores = x * residuals[:, None]
    meat = scores.T @ scores
    for k in range(1, lag + 1):
        cross = scores[k:].T @ scores[:-k]
        meat = meat + (1 - k / (lag + 1)) * (cross + cross.T)
    bread = np.linalg.inv(x.T @ x)
    covariance: Floats = bread @ meat @ bread
    return covariance


def compute(sample: Sample, variant: str) -> Significance:
    """T of alpha, D - K degrees of freedom, Newey-West with lag floor(4 (D/100)^(2/9)).

    `wls` multiplies each day by the root of the firms held, whose mean varies the less the more they are; `five` leaves out
    days with fewer than five firms.
    """
    if sample.block is None:
        return Significance.undefined(Phrase("raw returns are not known here"), sample.n)
    y, x, held = portfolio(sample, sample.block)
    if variant == "five":
        y, x = y[held >= _LEAST_FIRMS], x[held >= _LEAST_FIRMS]
    n, k = x.shape
    if n < max(_LEAST_DAYS, k + 10):
        why = Phrase(
            "the windows hold firms on {days} calendar days: a regression needs {least}",
            days=n,
            least=max(_LEAST_DAYS, k + 10),
        )
        return Significance.undefined(why, sample.n)
    root = np.sqrt(held) if variant == "wls" else np.ones(n)
    xw, yw = x * root[:, None], y * root
    b, _, rank, _ = np.linalg.lstsq(xw, yw, rcond=None)
    if rank < k:
        return Significance.undefined(Phrase("the regressors are collinear over the days held"), sample.n)
    rest = yw - xw @ b
    if variant == "wls":
        covariance = np.linalg.inv(xw.T @ xw) * (rest @ rest) / (n - k)
    else:
        covariance = newey_west(xw, rest, int(4 * (n / 100) ** (2 / 9)))
    t = float(b[0] / np.sqrt(covariance[0, 0]))
    return Significance(t, float(p_t(t, n - k)), "t", n - k, sample.n)


TEST = PairsTest(
    summary="alpha of the portfolio that holds each firm while its window lasts",
    null="alpha = 0",
    assumes="the factors price the portfolio; its composition changes little",
    fails="few calendar days, changing composition",
    paper="Jaffe 1974; Mandelker 1974; Fama 1998",
    compute=compute,
    variants=("default", "wls", "five"),
)
