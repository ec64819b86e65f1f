"""EventBlock: the arrays that the engine works on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eventstudy.units.windows import Window

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Days = NDArray[np.datetime64]

AFTER = 10
"""Sessions after the event window that are looked at to see how wild they are."""


def before_first(lacking: Bools) -> Ints:
    """(N,) how many days (N, L) lack before the first that does not: a security that is not listed yet trades on none."""
    found: Ints = np.argmin(lacking, axis=1)
    return found


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
    unseen: Bools | None = None
    """(N, L2) event days that nobody looks at: not part of the pair's own window; None: all are looked at."""
    row: Ints | None = None
    """(D,) where day 0 of each design stands on the one grid of sessions of all pairs; None where there are several grids."""
    masked: Floats | None = None
    """(N, L1) estimation returns left out because another event of the firm is near, NaN elsewhere; None: none were."""
    outside: Bools | None = None
    """(N, L1) estimation days outside the pair's own estimation window, which hold no return; None: no pair has one."""

    @property
    def n_pairs(self) -> int:
        """N."""
        return len(self.returns)

    def take(self, which: Ints) -> EventBlock:
        """The pairs at these positions; designs are shared, not copied."""
        unseen = None if self.unseen is None else self.unseen[which]
        masked = None if self.masked is None else self.masked[which]
        outside = None if self.outside is None else self.outside[which]
        returns, design = self.returns[which], self.design[which]
        return replace(self, returns=returns, design=design, unseen=unseen, masked=masked, outside=outside)

    @property
    def estimation_columns(self) -> slice:
        """The columns of the estimation window."""
        return slice(0, self.estimation.length)

    @property
    def event_columns(self) -> slice:
        """The columns of the event window."""
        return slice(self.returns.shape[1] - self.event.length, self.returns.shape[1])

    def untraded(self, exclude: Days) -> Floats:
        """(N, 2) share of estimation days with a return of zero, and without a return; days to `exclude` do not count.

        Nor do those before the first return of a pair, or after the last where the estimation window lies after the event.
        """
        days = self.returns[:, self.estimation_columns]
        days = days if self.masked is None else np.where(np.isfinite(self.masked), self.masked, days)
        sessions, lacking = self.sessions[:, self.estimation_columns], np.isnan(days)
        counted = ~np.isin(sessions, exclude)[self.design]
        if self.outside is not None:
            counted &= ~self.outside
        if lacking.any():
            place, later = np.arange(len(days[0])), (sessions > self.sessions[:, self.event_columns][:, :1]).any(axis=0)
            before = int(np.argmax(later)) if later.any() else len(place)
            early = np.minimum(before_first(lacking), before)
            late = np.minimum(before_first(lacking[:, ::-1]), len(place) - before)
            counted &= (place >= early[:, None]) & (place < len(place) - late[:, None])
        found = [((days == 0) & counted).sum(axis=1), (lacking & counted).sum(axis=1)]
        shares: Floats = np.stack(found, axis=1) / np.maximum(counted.sum(axis=1, keepdims=True), 1)
        return shares

    def columns(self, names: tuple[str, ...]) -> Floats:
        """(D, T, len(names)) the regressors of these names."""
        return self.regressors[:, :, [self.names.index(name) for name in names]]


@dataclass(frozen=True)
class After:
    """The A sessions after the event window, of the pairs and designs of a block: how wild they are is asked, no more."""

    returns: Floats
    """(N, A) returns over one session each; NaN where none exists."""
    regressors: Floats
    """(D, A, F)"""
    sessions: Days
    """(D, A)"""

    def take(self, which: Ints) -> After:
        """Of the pairs at these positions; designs are shared, not copied."""
        return replace(self, returns=self.returns[which])

    def beside(self, block: EventBlock) -> EventBlock:
        """The block with all days after its estimation window as event days, these included."""
        return replace(
            block,
            returns=np.concatenate([block.returns, self.returns], axis=1),
            regressors=np.concatenate([block.regressors, self.regressors], axis=1),
            sessions=np.concatenate([block.sessions, self.sessions], axis=1),
            span=np.concatenate([block.span, np.ones(self.sessions.shape)], axis=1),
            event=Window(block.estimation.end + 1, block.event.end + self.returns.shape[1]),
            unseen=None,
        )
