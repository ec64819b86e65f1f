"""Two-sided p-values and critical values, by survival functions: never 1 - cdf."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special


def p_normal(z: Any) -> Any:
    """Two-sided p of a standard normal statistic."""
    return 2 * special.ndtr(-np.abs(z))


def p_t(t: Any, df: Any) -> Any:
    """Two-sided p of a Student t statistic."""
    return 2 * special.stdtr(df, -np.abs(t))


def critical_t(df: float, level: float = 0.05) -> float:
    """The two-sided critical value of Student's t."""
    return float(special.stdtrit(df, 1 - level / 2))


def critical_normal(level: float = 0.05) -> float:
    """The two-sided critical value of the standard normal."""
    return float(special.ndtri(1 - level / 2))
