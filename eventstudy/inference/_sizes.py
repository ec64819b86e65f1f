"""How often a test that takes pairs for independent rejects a true null at 5 % when they are not (METHODS 6.3 O7).

Closed forms for N equicorrelated normal pairs with correlation r.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import special


def mean_over_spread(n: int, r: float) -> float:
    """Tests that divide by the spread of the pairs themselves: 2 P(Z > 1.96 sqrt((1 - r) / (1 + (N - 1) r)))."""
    return _tail(np.sqrt((1 - r) / (1 + (n - 1) * r)))


def mean_over_known_variance(n: int, r: float) -> float:
    """Tests that take the variance from the estimation window: 2 P(Z > 1.96 / sqrt(1 + (N - 1) r))."""
    return _tail(np.sqrt(1 / (1 + (n - 1) * r)))


def count_of_signs(n: int, r: float) -> float:
    """Tests that count signs: given the common part the count is binomial; averaged over the common part."""
    if r <= 0 or r >= 1:
        return _tail(1.0)
    node, weight = _nodes()
    up = special.ndtr(np.sqrt(r / (1 - r)) * node)
    half_width = special.ndtri(0.975) * np.sqrt(n) / 2
    beyond = np.floor(n / 2 + half_width - 1e-9)
    rejected = special.bdtrc(beyond, n, up) + special.bdtrc(beyond, n, 1 - up)
    return float((weight * rejected).sum() / weight.sum())


@cache
def _nodes() -> tuple[np.ndarray, np.ndarray]:
    """Gauss's nodes and weights for a mean over a standard normal, up to a factor."""
    node, weight = np.polynomial.hermite_e.hermegauss(101)
    return node, weight


def _tail(factor: float) -> float:
    return float(2 * special.ndtr(-special.ndtri(0.975) * factor))
