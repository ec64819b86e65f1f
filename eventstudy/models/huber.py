"""Market model by Huber's M-estimator: days beyond 1.345 robust standard deviations count less."""

from __future__ import annotations

import numpy as np

from eventstudy.models._robust import RobustModel
from eventstudy.panel.block import Floats

TUNING = 1.345
"""95 % efficient under normal errors."""


def line(y: Floats, x: Floats, span: Floats) -> tuple[float, float]:
    """Iteratively reweighted least squares with the scale re-estimated by the median absolute deviation."""
    from statsmodels.robust.norms import HuberT
    from statsmodels.robust.robust_linear_model import RLM

    root = np.sqrt(span)
    alpha, beta = RLM(y / root, np.column_stack([root, x / root]), M=HuberT(TUNING)).fit().params
    return float(alpha), float(beta)


MODEL = RobustModel(
    summary="alpha + beta x the benchmark by Huber's M-estimator (1.345)",
    assumes="a stable alpha and beta; symmetric errors, some of them large",
    fails="with outliers in the benchmark itself; for skewed errors alpha is off the mean",
    paper="Huber 1964; Huber 1973",
    line=line,
)
