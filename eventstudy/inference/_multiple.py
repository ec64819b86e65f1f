"""Adjusted p-values for a family of tests (METHODS 3.28): monotone in p, at most 1; NaN stays NaN and does not count."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from eventstudy.panel.block import Floats


def holm(p: Floats) -> Floats:
    """(n,) Holm's step-down adjusted p-values, family-wise error rate (Holm 1979)."""
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    adjusted = np.full(p.shape, np.nan)
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(order) else steps
    return adjusted


def benjamini_hochberg(p: Floats) -> Floats:
    """(n,) step-up adjusted p-values, false discovery rate under positive dependence (Benjamini and Hochberg 1995)."""
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(-p[known], kind="stable")]
    adjusted = np.full(p.shape, np.nan)
    n = len(order)
    steps = p[order] * n / np.arange(n, 0, -1)
    adjusted[order] = np.minimum(np.minimum.accumulate(steps), 1.0) if n else steps
    return adjusted


def romano_wolf(observed: Floats, drawn: Iterable[Floats]) -> Floats:
    """(n,) step-down maxT adjusted p-values of statistics (n,), from chunks (draws, n) of draws under the null.

    The largest |statistic| is held against the largest of all, the next against the largest of the others, and so on
    (Romano and Wolf 2005): p = (1 + #{max >= |statistic|}) / (draws + 1), made monotone.
    """
    known = np.flatnonzero(np.isfinite(observed))
    order = known[np.argsort(-np.abs(observed[known]), kind="stable")]
    size = np.abs(observed[order]) * (1 - 1e-12)
    reached, draws = np.zeros(len(order)), 0
    for part in drawn:
        largest = np.maximum.accumulate(np.abs(part[:, order])[:, ::-1], axis=1)[:, ::-1]
        reached += (largest >= size).sum(axis=0)
        draws += len(part)
    adjusted = np.full(observed.shape, np.nan)
    if len(order):
        adjusted[order] = np.maximum.accumulate((1 + reached) / (draws + 1))
    return adjusted
