"""p-values and critical values by survival functions, never 1 - cdf; and the sizes of tests that take pairs for independent."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np
from scipy import special


def p_normal(z: Any) -> Any:
    """Two-sided p of a standard normal statistic."""
    return 2 * special.ndtr(-np.abs(z))


def p_t(t: Any, df: Any) -> Any:
    """Two-sided p of a Student t statistic."""
    return 2 * special.stdtr(df, -np.abs(t))


@lru_cache(maxsize=1024)
def critical_t(df: float, level: float = 0.05) -> float:
    """The two-sided critical value of Student's t."""
    return float(special.stdtrit(df, 1 - level / 2))


def critical_values(df: Any, alpha: float = 0.05) -> Any:
    """The two-sided critical value of Student's t for each of (N,) degrees of freedom."""
    return special.stdtrit(df, 1 - alpha / 2)


def critical_normal(level: float = 0.05) -> float:
    """The two-sided critical value of the standard normal."""
    return float(special.ndtri(1 - level / 2))


def upper_tail(statistic: Any, p: Any) -> Any:
    """The p of the upper tail from the two-sided p of a statistic that is symmetric about zero under the null."""
    return np.where(np.asarray(statistic) > 0, p / 2, 1 - p / 2)[()]


def mean_over_spread(n: int, r: float) -> float:
    """Tests that divide by the spread of the pairs themselves: 2 P(Z > 1.96 sqrt((1 - r) / (1 + (N - 1) r)))."""
    return _tail(np.sqrt((1 - r) / (1 + (n - 1) * r)))


def mean_over_known_variance(n: int, r: float) -> float:
    """Tests that take the variance from the estimation window: 2 P(Z > 1.96 / sqrt(1 + (N - 1) r))."""
    return against_variance(1 + (n - 1) * r)


def against_variance(ratio: float) -> float:
    """Tests of a mean whose variance is `ratio` times what they take it for: 2 P(Z > 1.96 / sqrt(ratio))."""
    return _tail(np.sqrt(1 / ratio))


EXACT_SIGNS = 100
"""Up to so many pairs signs are judged by the binomial distribution."""


def exact_count_of_signs(n: int, r: float) -> float:
    """As `count_of_signs`, of tests that reject where twice the tail of n fair coins is 5 % at most; beyond 100 as that."""
    if n > EXACT_SIGNS:
        return count_of_signs(n, r)
    tails = 2 * special.bdtrc(np.arange(n + 1), n, 0.5)
    return count_of_signs(n, r, float(np.argmax(tails <= 0.05)))


def count_of_signs(n: int, r: float, beyond: float | None = None) -> float:
    """Tests that count signs: given the common part the count is binomial; averaged over the common part.

    They reject where more than `beyond` of the n signs are alike; None: by the normal approximation.
    """
    if r <= 0 or r >= 1:
        return _tail(1.0)
    node, weight = _nodes()
    up = special.ndtr(np.sqrt(r / (1 - r)) * node)
    half_width = special.ndtri(0.975) * np.sqrt(n) / 2
    beyond = np.floor(n / 2 + half_width - 1e-9) if beyond is None else beyond
    rejected = special.bdtrc(beyond, n, up) + special.bdtrc(beyond, n, 1 - up)
    return float((weight * rejected).sum() / weight.sum())


@cache
def _nodes() -> tuple[np.ndarray, np.ndarray]:
    """Gauss's nodes and weights for a mean over a standard normal, up to a factor."""
    node, weight = np.polynomial.hermite_e.hermegauss(101)
    return node, weight


def _tail(factor: float) -> float:
    return float(2 * special.ndtr(-special.ndtri(0.975) * factor))
