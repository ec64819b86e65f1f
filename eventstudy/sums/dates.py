"""Sums of the pairs of each event date, and what they say of the correlation of neighbouring dates (METHODS ruling 25)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

import numpy as np

from eventstudy.panel import Floats, Ints

_AT_ONCE = 256
"""Pairs of dates whose products are taken together."""


@dataclass(frozen=True)
class DateSums:
    """Residuals of the pairs of each event date, each standardised by its own mean and deviation, added up (ruling 25).

    A date is a day 0 and a benchmark on a grid: G keys, ascending.
    """

    keys: Ints
    """(G,) grid << 48 | design; see `Dense.designs`."""
    sums: Floats
    """(G, L1)"""
    counts: Floats
    """(G, L1) pairs with a residual."""
    squares: Floats
    """(G,) sum of all squares, which is the number of residuals."""
    size: Floats
    """(G,) pairs."""
    returns: Floats
    """(G, T) sum of returns from the start of the estimation to the end of the event window; (G, 0) where not kept."""
    returns_n: Floats
    """(G, T) pairs behind it."""

    @classmethod
    def merged(cls, parts: Sequence[DateSums]) -> DateSums:
        """Those of all parts together, in their order."""
        if len(parts) == 1:
            return parts[0]
        keys, where = np.unique(np.concatenate([p.keys for p in parts]), return_inverse=True)
        bounds = np.cumsum([0, *(len(p.keys) for p in parts)])
        places = [as_slice(where[first:last]) for first, last in pairwise(bounds.tolist())]
        found: dict[str, Any] = {}
        for name in (f.name for f in fields(cls) if f.name != "keys"):
            total = np.zeros((len(keys), *getattr(parts[0], name).shape[1:]))
            for part, place in zip(parts, places, strict=True):
                total[place] += getattr(part, name)  # keys of one part are distinct
            found[name] = total
        return cls(keys, **found)


def as_slice(place: Ints) -> Ints | slice:
    """Positions that follow each other as a slice, which copies nothing."""
    in_a_row = len(place) > 0 and place[-1] - place[0] + 1 == len(place) and (np.diff(place) == 1).all()
    return slice(int(place[0]), int(place[-1]) + 1) if in_a_row else place


@dataclass(frozen=True)
class Neighbours:
    """Pairs of dates of one grid whose event windows can meet, the earlier first; a date with itself among them."""

    row: Ints
    """(Q,) day 0 of the earlier."""
    lag: Ints
    """(Q,) sessions to the later one."""
    pairs: Floats
    """(Q,) ordered pairs of one instance of each, none with itself."""
    product: Floats
    """(Q,) `pairs` times their mean correlation."""


def neighbours_of(tables: DateSums, reach: int, width: int) -> Neighbours:
    """Lag by lag: dates `lag` sessions apart share the estimation days that lie `lag` columns apart."""
    rows = tables.keys % width
    order = np.argsort(rows, kind="stable")
    days = tables.sums.shape[1]
    whole = tables.squares == tables.size * days
    found = []
    for lag in range(reach):
        a, b = (order[place] for place in _apart(rows[order], lag))
        cross = _products(tables.sums, a, b, lag)
        common = tables.size[a] * tables.size[b] * (days - lag)
        gaps = np.flatnonzero(~(whole[a] & whole[b]))
        common[gaps] = _products(tables.counts, a[gaps], b[gaps], lag)
        both = 2 * tables.size[a] * tables.size[b]
        own = a == b
        cross[own] -= tables.squares[a[own]]
        common[own] -= tables.squares[a[own]]
        both[own] = tables.size[a[own]] * (tables.size[a[own]] - 1)
        rho = np.where(common > 0, cross / np.where(common > 0, common, 1.0), 0.0)
        found.append((rows[a], np.full(len(a), lag), both, both * rho))
    return Neighbours(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _apart(rows: Ints, lag: int) -> tuple[Ints, Ints]:
    """Positions (Q,) of all two dates `lag` rows apart (rows ascending), a date with itself and its like once."""
    place = np.arange(len(rows))
    start = place if lag == 0 else np.searchsorted(rows, rows + lag, side="left")
    count = np.searchsorted(rows, rows + lag, side="right") - start
    a = np.repeat(place, count)
    return a, np.arange(len(a)) - np.repeat(np.cumsum(count) - count - start, count)


def _products(values: Floats, a: Ints, b: Ints, lag: int) -> Floats:
    """(Q,) inner products of the days that rows a and b of (G, L1) share, some at a time."""
    days = values.shape[1] - lag
    found = np.empty(len(a))
    for begin in range(0, len(a), _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        left, right = values[as_slice(a[some])][:, lag:], values[as_slice(b[some])][:, :days]
        np.einsum("qt,qt->q", left, right, out=found[some])
    return found
