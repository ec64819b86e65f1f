"""Market model with the median of all pairwise slopes as beta."""

from __future__ import annotations

import numpy as np

from eventstudy.models._robust import RobustModel
from eventstudy.panel.block import Floats


def line(y: Floats, x: Floats, span: Floats) -> tuple[float, float]:
    """Median slope over pairs of days with different x, and the median of y - beta x. A gap enters by its mean session."""
    y, x = y / span, x / span
    first, second = np.triu_indices(len(y), k=1)
    run = x[second] - x[first]
    apart = run != 0
    beta = float(np.median((y[second] - y[first])[apart] / run[apart]))
    return float(np.median(y - beta * x)), beta


MODEL = RobustModel(
    summary="alpha + beta x the benchmark, beta the median of all pairwise slopes",
    assumes="a stable alpha and beta; outliers on fewer than 29 % of the days",
    fails="for skewed errors: its alpha is a median, so abnormal returns need not average zero",
    paper="Theil 1950; Sen 1968",
    line=line,
)
