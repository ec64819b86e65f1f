"""Adjusted p-values for a family of tests (METHODS 3.28)."""

from __future__ import annotations

import numpy as np

from eventstudy.panel.block import Floats


def holm(p: Floats) -> Floats:
    """(n,) Holm's step-down adjusted p-values, family-wise error rate; NaN stays NaN and does not count (Holm 1979)."""
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    adjusted = np.full(p.shape, np.nan)
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(order) else steps
    return adjusted
