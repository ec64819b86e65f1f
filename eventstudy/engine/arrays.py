"""Arrays of the kernel: their types, and memory that is used again."""

from __future__ import annotations

import math
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_LINE = 64
"""Bytes of a line of the cache."""
_local = threading.local()


def buffer(name: str, shape: tuple[int, ...], dtype: Any = np.float64) -> NDArray[Any]:
    """Memory that is used again and again: fresh pages cost more than the arithmetic. What it held is lost.

    It begins where a line of the cache does: a sum of whole arrays takes half the time there.
    """
    size = math.prod(shape)
    held: NDArray[Any] | None = getattr(_local, name, None)
    if held is None or held.size < size:
        room = np.empty(size * np.dtype(dtype).itemsize + _LINE, np.uint8)
        held = room[-room.ctypes.data % _LINE :][: size * np.dtype(dtype).itemsize].view(dtype)
        setattr(_local, name, held)
    return held[:size].reshape(shape)


def mean_of(total: Floats, count: Ints) -> Floats:
    """Sums over the number of values behind each; NaN where there is none."""
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def mean_known(values: Floats, axis: int = 0) -> Floats:
    """The mean of the values along an axis that are known; NaN where none is."""
    known = np.isfinite(values)
    return mean_of(np.where(known, values, 0.0).sum(axis=axis), known.sum(axis=axis))
