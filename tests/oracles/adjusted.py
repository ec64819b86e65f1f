"""Adjusted p-values by statsmodels."""

from __future__ import annotations

from typing import Any
from unittest import mock

import numpy as np
from statsmodels.stats.multitest import multipletests


def by_statsmodels(p: Any, method: str) -> np.ndarray:
    """Adjusted p; without the collection of all garbage at each call, which takes long in a process that holds much."""
    with mock.patch("gc.collect"):
        return np.asarray(multipletests(p, method=method)[1])
