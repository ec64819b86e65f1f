"""Days that are marked, a bit each: of a large table an eighth of what a mark a byte takes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eventstudy.panel.block import Bools, Ints

Words = NDArray[np.uint64]
"""Bit t of word w is mark 64 w + t."""

_ROWS = 128
"""Securities whose days are marked together; a multiple of 64, so that the words of some begin where those of others end."""
_DIGIT = 2**16 - 1


def as_bits(marks: Bools) -> Words:
    """The words of some marks, row after row."""
    found = np.zeros(-(-marks.size // 64) * 8, dtype=np.uint8)
    packed = np.packbits(marks, bitorder="little")
    found[: len(packed)] = packed
    return found.view("<u8").astype(np.uint64, copy=False)


def bits_at(bits: Words, at: Ints) -> Bools:
    """Whether marks at these places are set, of any shape."""
    found: Bools = (bits[at >> 6] >> (at & 63).astype(np.uint64) & np.uint64(1)).astype(bool)
    return found


def near_events(cells: Ints, shape: tuple[int, int], near: int) -> Words | None:
    """Bits of (S, P) days within `near` of events; None where no security has several.

    `cells` (K,): where in the table the days of the events stand, counted row after row; those of a security that has one day
    alone do not count. There is one word more than the bits need, so that 64 of them can be read from any of them on.
    """
    security, only = cells // shape[1], np.zeros(shape[0], dtype=np.int64)
    only[security] = cells
    several = np.zeros(shape[0], dtype=bool)
    several[security[cells != only[security]]] = True
    if not several.any():
        return None
    cells = cells[several[security]]
    cells = cells[ascending(cells)]
    bits = np.zeros(-(-shape[0] * shape[1] // 64) + 1, dtype=np.uint64)
    for start in range(0, shape[0], _ROWS):
        stop = min(start + _ROWS, shape[0])
        first, last = np.searchsorted(cells, [start * shape[1], stop * shape[1]])
        words = as_bits(_around(cells[first:last] - start * shape[1], (stop - start, shape[1]), near))
        bits[start * shape[1] // 64 :][: len(words)] = words
    return bits


def _around(cells: Ints, shape: tuple[int, int], near: int) -> Bools:
    """(S, P) days within `near` of those that stand in `cells` (K,)."""
    found = np.zeros(shape, dtype=bool)
    security, row = np.divmod(cells, shape[1])
    inside = (row >= near) & (row + near < shape[1])
    if inside.any():
        around = np.lib.stride_tricks.sliding_window_view(found.reshape(-1), 2 * near + 1, writeable=True)
        around[cells[inside] - near] = True
    for away in range(-near, near + 1) if not inside.all() else ():
        found[security[~inside], np.clip(row[~inside] + away, 0, shape[1] - 1)] = True
    return found


def ascending(keys: Ints) -> Ints:
    """(N,) positions that put keys from zero on in order, equal ones as they stand: by their last 16 bits, then the rest."""
    order = np.argsort(
        (keys & _DIGIT).astype(np.uint16), kind="stable"
    )  # numbers of two bytes are counted, not compared
    for bits in range(16, int(keys.max(initial=0)).bit_length(), 16):
        order = order[np.argsort((keys[order] >> bits & _DIGIT).astype(np.uint16), kind="stable")]
    return order
