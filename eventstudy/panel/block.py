"""EventBlock: the arrays that the engine works on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eventstudy.windows import Window

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class EventBlock:
    """Returns and regressors of N pairs, lined up in event time.

    The T columns are the sessions from the start of the estimation window to the end of the event window, the gap included.
    Regressors depend on the calendar, day 0 and benchmark alone, so pairs share a row of the D *designs*.
    NaN = no value; nothing is filled.
    """

    returns: Floats
    """(N, T) returns as decimals; NaN where no return exists."""
    regressors: Floats
    """(D, T, F) the benchmark's return and the factors, in the order of `names`."""
    names: tuple[str, ...]
    """F names: `benchmark` first, then the columns of the factor file (`rf` among them).

    Where peers are named: `peer`, the equal-weighted mean of a design's peers, then `@TICKER`, the return of each (NaN where it
    is no peer of that design).
    """
    design: Ints
    """(N,) the row of `regressors`, `sessions` and `span` that belongs to each pair."""
    sessions: Days
    """(D, T) the session of each column; NaT beyond the calendar."""
    span: Floats
    """(D, T) how many sessions a return covers: 1, or more across a gap with trade-to-trade returns."""
    estimation: Window
    event: Window
    row: Ints | None = None
    """(D,) where day 0 of each design stands on the one grid of sessions of all pairs; None where there are several grids."""

    @property
    def n_pairs(self) -> int:
        """N."""
        return len(self.returns)

    @property
    def estimation_columns(self) -> slice:
        """The columns of the estimation window."""
        return slice(0, self.estimation.length)

    @property
    def event_columns(self) -> slice:
        """The columns of the event window."""
        return slice(self.returns.shape[1] - self.event.length, self.returns.shape[1])

    def untraded(self, exclude: Days) -> Floats:
        """(N, 2) share of estimation days with a return of zero, and without a return; days to `exclude` do not count."""
        days = self.returns[:, self.estimation_columns]
        counted = ~np.isin(self.sessions[:, self.estimation_columns], exclude)[self.design]
        found = [((days == 0) & counted).sum(axis=1), (np.isnan(days) & counted).sum(axis=1)]
        shares: Floats = np.stack(found, axis=1) / counted.sum(axis=1, keepdims=True)
        return shares

    def columns(self, names: tuple[str, ...]) -> Floats:
        """(D, T, len(names)) the regressors of these names."""
        return self.regressors[:, :, [self.names.index(name) for name in names]]
