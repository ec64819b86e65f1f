"""Pairs under a linear model: their windows are gathered into chunks for the kernel in NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from eventstudy.engine import least_squares, whole
from eventstudy.engine.correlation import as_slice
from eventstudy.engine.plan import Plan
from eventstudy.models.linear import LinearModel
from eventstudy.panel import AFTER, Bools, Floats, Ints
from eventstudy.panel.block import before_first
from eventstudy.panel.dense import Dense

_DESIGNS = 2 * whole.ROWS
"""Designs that are factorised together."""
_HELD = 8_192
"""So many designs are kept from the first pass for the second."""


@dataclass(frozen=True)
class _Known:
    """Designs, ascending, and what the kernel needs of them."""

    keys: Ints
    """(g,)"""
    given: least_squares.Designs
    offset: Floats
    """(g, T) what is taken off the return first; (g, 0) where nothing is."""
    market: Floats
    """(g, L2) the benchmark's returns."""
    whole: Bools
    """(g,) whether no regressor lacks on estimation and event days."""
    there: Bools
    """(g, T) the days on which all regressors are known."""
    good: Bools
    """(g,) whether the kernel can take them: full rank, and all regressors on day 0."""


@dataclass(frozen=True)
class Chunk:
    """Pairs for the kernel, up to `whole.rows_at_once`."""

    rows: Ints
    """(n,) their positions in the block."""
    without: Ints
    """Positions of pairs of designs that the kernel cannot take."""
    keys: Ints
    """(g,) designs."""
    bounds: Ints
    estimation: Floats
    """(n, L1) returns less what the model subtracts."""
    event: Floats
    """(n, L2)"""
    raw: Floats
    """(n, L2) returns of event days as they are."""
    market: Floats
    """(g, L2) the benchmark's."""
    given: least_squares.Designs
    zero: Bools
    """(n, L1) estimation days with a return of zero; none in the second pass, which does not ask."""
    lacking: Bools
    """(n, L1) estimation days without a return; likewise."""
    early: Ints
    """(n,) how many of these lie before the first return, so that they are no days without a trade; likewise."""
    span: Floats
    """(n, T + AFTER) all returns, those after the event window too; (n, 0) where none of them are added up."""

    @property
    def which(self) -> Ints:
        """(n,) the design of each pair."""
        return least_squares.designs_of(self.bounds)

    def untraded(self, mine: Ints) -> Floats:
        """(n, 2) the shares of estimation days of these pairs with a return of zero, and without one, from their first on."""
        early = self.early[mine]
        days = np.maximum(self.lacking.shape[1] - early, 1)
        still, lacking = np.count_nonzero(self.zero[mine], axis=1), np.count_nonzero(self.lacking[mine], axis=1)
        return np.stack([still / days, (lacking - early) / days], axis=1)


def task_of(plan: Plan, model: LinearModel) -> least_squares.Task:
    """What the kernel is asked."""
    start = plan.event.start
    return least_squares.Task(
        days=plan.estimation.length,
        event=plan.event.length,
        windows=tuple((w.start - start, w.end - start + 1) for w in plan.windows),
        lengths=plan.lengths,
        intercept=model.intercept and not model.difference,
        prediction_error=plan.prediction_error,
    )


class Chunks:
    """The chunks of a block."""

    def __init__(self, plan: Plan, model: LinearModel, part: Dense, *, untraded: bool) -> None:
        """The pairs of `part`, sorted by design; `untraded`: whether days without a trade are looked for."""
        self.plan, self.model, self.part, self._untraded = plan, model, part, untraded
        event = plan.event
        self.task = task_of(plan, model)
        self.least = max(plan.min_estimation, 30)
        self.width = event.end - plan.estimation.start + 1
        self.columns = slice(0, plan.estimation.length), slice(self.width - event.length, self.width)
        self.designs = part.designs
        self._all = np.lib.stride_tricks.sliding_window_view(part.returns.reshape(-1), self.width)
        self._spans = np.lib.stride_tricks.sliding_window_view(part.returns.reshape(-1), self.width + AFTER)
        excess = model.excess or (model.factors is None and "rf" in part.names)
        self._subtracts = bool(model.difference) or excess

    def of(self, among: Bools, *, gaps: bool) -> Iterator[Chunk]:
        """Those of the pairs `among` (E,), one after the other; with `gaps` days may lack, of pairs and of designs."""
        rows = np.flatnonzero(among).astype(np.int64)
        keys = self.designs[rows]
        distinct = np.unique(self.designs)
        for group in range(0, len(distinct), _DESIGNS):
            some = distinct[group : group + _DESIGNS]
            known = self._known(some)
            size = whole.rows_at_once(self.width)
            first, last = np.searchsorted(keys, some[0]), np.searchsorted(keys, some[-1], side="right")
            for begin in range(first, last, size):
                mine = slice(begin, min(begin + size, last))
                yield self._chunk(known, rows[mine], keys[mine], gaps=gaps)

    def _chunk(self, known: _Known, rows: Ints, key: Ints, *, gaps: bool) -> Chunk:
        part, (days, event) = self.part, self.columns
        new = np.flatnonzero(np.diff(key)) + 1
        bounds = np.concatenate([[0], new, [len(rows)]])
        place = np.searchsorted(known.keys, key[bounds[:-1]])
        without = rows[:0]
        good = known.good[place] if gaps else known.good[place] & known.whole[place]
        if not good.all():
            kept = np.repeat(good, np.diff(bounds))
            without, rows = rows[~kept], rows[kept]
            bounds, place = np.concatenate([[0], np.cumsum(np.diff(bounds)[good])]), place[good]
        first = part.security[rows] * part.returns.shape[1] + part.row[rows] + self.plan.estimation.start
        estimation, ahead = self._all[:, days][first], self._all[:, event][first]
        seen = estimation if self._untraded else estimation[:0]
        span = self._spans[first] if self.plan.portfolios else ahead[:, :0].copy()
        raw, zero, lacking = ahead.copy(), seen == 0, np.isnan(seen if gaps else seen[:0])
        if gaps:
            if not known.whole[place].all():
                lost = ~np.repeat(known.there[place], np.diff(bounds), axis=0)
                np.copyto(estimation, np.nan, where=lost[:, days])
                np.copyto(ahead, np.nan, where=lost[:, event])
            hit = part.take(rows).masked()
            if hit is not None:
                np.copyto(estimation, np.nan, where=hit)
                span[:, : hit.shape[1]][hit if span.shape[1] else hit[:, :0]] = np.nan
        if self._subtracts:
            offset = np.repeat(known.offset[place], np.diff(bounds), axis=0)
            estimation -= offset[:, days]
            ahead -= offset[:, event]
        return Chunk(
            rows,
            without,
            known.keys[place],
            bounds,
            estimation,
            ahead,
            raw,
            known.market[place],
            known.given.take(as_slice(place)),
            zero,
            lacking,
            before_first(lacking),
            span,
        )

    def _known(self, keys: Ints) -> _Known:
        """These designs; the second pass finds those of the first, unless they were too many."""
        held, name = self.part.held, keys.tobytes()
        found: _Known = held[name] if name in held else self._made(keys)
        if sum(len(one.keys) for one in list(held.values())) + len(keys) <= _HELD:
            held[name] = found
        return found

    def _made(self, keys: Ints) -> _Known:
        part, (days, event) = self.part, self.columns
        table, row = np.divmod(keys, part.returns.shape[1])
        first = row + self.plan.estimation.start
        spans = np.lib.stride_tricks.sliding_window_view(part.regressors, self.width, axis=1)
        regressors = spans[table, first].transpose(0, 2, 1)
        _, x, offset, known = self.model.equation(part.names, regressors, np.ones((len(keys), self.width)))
        day0 = event.start - self.plan.event.start
        good = known[:, day0] & (x.shape[2] + 10 <= self.plan.estimation.length)
        if len(part.exclude):
            when = first[:, None] + np.arange(self.plan.estimation.length)
            good = good & ~np.isin(part.sessions[when], part.exclude).any(axis=1)
        if not known.all():
            x, offset = np.where(known[:, :, None], x, 0.0), np.where(known, offset, 0.0)
        given, full = least_squares.designs(x[:, days], x[:, event], self.task)
        offset = offset if self._subtracts else offset[:, :0].copy()
        complete = np.logical_and.reduce(np.concatenate([known[:, days], known[:, event]], axis=1), axis=1)
        return _Known(keys, given, offset, regressors[:, event, 0].copy(), complete, known, good & full)
