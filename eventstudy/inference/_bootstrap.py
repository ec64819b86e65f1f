"""Windows made of estimation days drawn at random, all firms of a date on the same days (METHODS 3.21).

The days carry the correlation between firms; windows that overlap share drawn days, as the real ones do.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.panel.block import Bools, Floats, Ints
from eventstudy.windows import Window

_FEWEST_DAYS = 30
_CELLS = 100_000
"""Drawn days that are held at once."""
_ROWS, _MOST = 256, 4_000_000
"""Draws that are made at once even so, since each date is visited once a chunk, while their sums are not more than this."""


class DayBootstrap:
    """Draws of standardised CARs under the null, from externally studentised residuals.

    Each event date draws from the days on which all of its series have a residual; dates are drawn apart from each other.
    """

    def __init__(self, returns: AbnormalReturns, windows: Sequence[Window], *, blocks: bool = False) -> None:
        """Prepare draws for N series and W windows; `blocks` draws runs of about M^(1/3) days in place of single days."""
        self._windows, self._blocks, self._n = windows, blocks, returns.n
        self._first = min(w.start for w in windows)
        self._width = max(w.end for w in windows) + 1 - self._first
        self.known: Bools = np.zeros(returns.n, dtype=bool)
        """(N,) whether a series can be drawn: its date has at least thirty days with a residual of every series."""
        self._pools: list[tuple[Ints, Floats]] = []
        _, date = np.unique(returns.day0_sessions, return_inverse=True)
        for group in range(int(date.max()) + 1 if returns.n else 0):
            members = np.flatnonzero(date == group)
            pool = returns.studentised[members]
            pool = pool[:, np.isfinite(pool).all(axis=0)]
            if pool.shape[1] >= _FEWEST_DAYS:
                self.known[members] = True
                self._pools.append((members, np.ascontiguousarray(pool.T)))

    @property
    def cells(self) -> int:
        """Days that one draw takes of all series."""
        return self._n * self._width

    def chunks(self, draws: int) -> list[tuple[int, int]]:
        """Number and size of the chunks in which so many draws are made; they do not depend on who makes them."""
        sums = max(1, self._n * len(self._windows))
        step = max(1, _CELLS // max(1, self.cells), min(_ROWS, _MOST // sums))
        return [(number, min(step, draws - start)) for number, start in enumerate(range(0, draws, step))]

    def draw(self, seed: int, chunk: tuple[int, int]) -> Floats:
        """(draws, N, W) SCARs of one chunk, whose number has its own part of the random numbers of `seed`.

        NaN for series that cannot be drawn.
        """
        number, size = chunk
        rng = np.random.default_rng([seed, number])
        made = np.full((size, self._n, len(self._windows)), np.nan)
        for members, pool in self._pools:
            days = pool[self._positions(rng, size, len(pool))]
            for w, window in enumerate(self._windows):
                first = window.start - self._first
                sums = days[:, first : first + window.length].sum(axis=1)
                made[:, members, w] = sums / np.sqrt(window.length)
        return made

    def _positions(self, rng: np.random.Generator, size: int, total: int) -> Ints:
        """(size, width) positions of drawn days: each by itself, or in runs that a random start cuts into."""
        if not self._blocks:
            return rng.integers(total, size=(size, self._width))
        length = int(np.ceil(total ** (1 / 3)))
        runs = rng.integers(total - length + 1, size=(size, self._width // length + 2, 1)) + np.arange(length)
        offset = rng.integers(length, size=(size, 1)) + np.arange(self._width)
        return np.take_along_axis(runs.reshape(size, -1), offset, axis=1)
