"""Adjusted p-values for a family of tests (METHODS 3.28): monotone in p, at most 1; NaN stays NaN and does not count."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from eventstudy.panel.block import Floats, Ints


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


class RomanoWolf:
    """Step-down maxT adjusted p-values (Romano and Wolf 2005) of statistics (n,), from draws under the null.

    The largest |statistic| is held against the largest of all, the next against the largest of the others, and so on:
    p = (1 + #{max >= |statistic|}) / (draws + 1), made monotone.
    """

    def __init__(self, observed: Floats) -> None:
        """NaN in `observed` does not count."""
        known = np.flatnonzero(np.isfinite(observed))
        self._n = len(observed)
        self._order = known[np.argsort(-np.abs(observed[known]), kind="stable")]
        self._size = np.abs(observed[self._order]) * (1 - 1e-12)

    def reached(self, drawn: Floats) -> Ints:
        """How many of some draws (draws, n) reach each statistic at its step; the counts of several parts add up."""
        largest = np.maximum.accumulate(np.abs(drawn[:, self._order])[:, ::-1], axis=1)[:, ::-1]
        found: Ints = (largest >= self._size).sum(axis=0)
        return found

    def adjusted(self, reached: Ints, draws: int) -> Floats:
        """(n,) p-values; NaN where there is no statistic."""
        found = np.full(self._n, np.nan)
        if len(self._order):
            found[self._order] = np.maximum.accumulate((1 + reached) / (draws + 1))
        return found


def romano_wolf(observed: Floats, drawn: Iterable[Floats]) -> Floats:
    """(n,) step-down adjusted p-values of statistics (n,), from chunks (draws, n) of draws under the null."""
    steps, parts = RomanoWolf(observed), list(drawn)
    reached = np.sum([steps.reached(part) for part in parts], axis=0)
    return steps.adjusted(reached, sum(map(len, parts)))
