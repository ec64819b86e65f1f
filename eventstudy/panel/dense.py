"""One table of returns for all pairs of a grid, and where in it each pair stands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from eventstudy import native
from eventstudy.config import StudyConfig
from eventstudy.panel.block import AFTER, After, Bools, Days, EventBlock, Floats, Ints
from eventstudy.panel.grid import factor_names, factors_on, reach
from eventstudy.panel.marks import Words, as_bits, ascending, bits_at
from eventstudy.panel.returns import grid_returns, plain_closes
from eventstudy.prices import PriceTable
from eventstudy.units.windows import Window

_AT_ONCE = 128
"""Securities whose returns are worked out together."""
_TILE = 2048
"""Pairs whose windows are looked at together."""


class Reacted(NamedTuple):
    """The K days of a grid on which its S securities had something to react to, in the order of `cell`."""

    cell: Ints
    """(K,) where the day stands in the table of returns (S, P)."""
    event: Ints
    """(K,) the event of the study that it is a day of; -1: something else."""
    sure: Bools
    """(K,) whether that is so even where the days before it are not known."""
    events: Ints
    """The event of each row of the table of events."""


@dataclass(frozen=True)
class Dense:
    """One grid: the returns of S securities on P days, and E pairs that stand in it.

    The P days are the sessions of the grid with days before and after on which nothing has a value, so that every window of
    every pair lies inside.
    """

    returns: Floats
    """(S, P) decimals; NaN where there is none."""
    regressors: Floats
    """(B, P, F) each benchmark's return and the factors, in the order of `names`."""
    names: tuple[str, ...]
    sessions: Days
    """(P,) NaT before and after the sessions of the grid."""
    tickers: tuple[str, ...]
    """S names."""
    security: Ints
    """(E,) row of `returns`."""
    row: Ints
    """(E,) the day of day 0."""
    table: Ints
    """(E,) row of `regressors`."""
    last_close: Ints
    """(E,) the event day of the last close, at most the end of the event window."""
    delisted: Bools
    """(E,) whether that close lies inside the event window and before the last one of the benchmark (ruling 3)."""
    late: Ints
    """(E,) calendar days from the date of the event, where its exchange is, to day 0."""
    origin: Ints
    """(E,) row of the pair in the table of events."""
    estimation: Window
    """Its columns, counted as those of the event window are; see `StudyConfig.estimation_days`."""
    event: Window
    columns: Ints
    """(T,) the sessions of the columns relative to day 0: those of the estimation, then to the end of the event window."""
    exclude: Days
    """Days left out of estimation windows."""
    place: tuple[str | None, str | None] = (None, None)
    """The exchanges that make the grid: of the tickers, and of the benchmarks."""
    benchmarks: tuple[str, ...] = ()
    """B names."""
    n_shifted: int = 0
    """Pairs whose day 0 is not the date of the event."""
    n_disturbed: int = 0
    """Pairs with other events of the security near their estimation days."""
    n_masked: int = 0
    """Of these, pairs that leave the days near them out."""
    n_delisted: int = 0
    """Pairs that were delisted in the event window."""
    looked_at: Window | None = None
    """The event days that are looked at; None: all."""
    window_days: Window | None = None
    """The event window in calendar days from day 0; None: in sessions."""
    span: Ints | None = None
    """(S, P) sessions that each return covers, where returns go on across gaps; None: one each."""
    busy: Words | None = None
    """Bits of (S, P): days within `mask` sessions of an event of the security; None: no security has several."""
    mask: int | None = None
    """Estimation days so near to other events of the security are left out; None: none."""
    disturbed: Bools = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """(E,) whether other events of the security are near its estimation days."""
    bears: Bools = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """(E,) whether the days near them are left out: enough others are there."""
    outside: Bools | None = None
    """(E, L1) estimation days outside the pair's own estimation window; None: no pair has one."""
    reacted: Reacted | None = None
    """When its securities had something to react to; None: nobody asks."""
    held: dict[bytes, Any] = field(default_factory=dict, compare=False, repr=False)
    """What was worked out from the regressors and may be needed again; it stays where it was made."""

    def __len__(self) -> int:
        """E."""
        return len(self.security)

    def __getstate__(self) -> dict[str, Any]:
        """All but what can be worked out again."""
        return vars(self) | {"held": {}}

    def take(self, which: Ints) -> Dense:
        """The pairs at these positions, on the same tables."""
        names = ("security", "row", "table", "last_close", "delisted", "late", "origin", "disturbed", "bears")
        outside = None if self.outside is None else self.outside[which]
        return replace(self, outside=outside, **{name: getattr(self, name)[which] for name in names})

    @property
    def last_day(self) -> Ints:
        """(E,) last event day a delisted security could be observed, the end of the event window for others."""
        days: Ints = np.where(self.delisted, self.last_close, self.event.end)
        return days

    @property
    def days_before(self) -> Ints:
        """(L1,) the estimation days relative to day 0."""
        return self.columns[: self.estimation.length]

    @property
    def far(self) -> Bools:
        """(L1,) estimation days that are not near the pair's own event."""
        days: Bools = np.abs(self.days_before) > (self.mask or 0)
        return days

    @property
    def cells(self) -> Ints:
        """(E,) where day 0 of each pair stands in the table of returns, counted row after row."""
        return self._cells(slice(None))

    @property
    def designs(self) -> Ints:
        """(E,) a number for each day 0 and benchmark."""
        keys: Ints = self.table.astype(np.int64) * self.returns.shape[1] + self.row
        return keys

    def windows(self, values: Floats | Ints | Bools) -> Any:
        """(E, T) what (S, P) values hold on the days of each pair, estimation window to event window."""
        if (np.diff(self.columns) != 1).any():
            return values.reshape(-1)[self.cells[:, None] + self.columns]
        first = self.cells + self.columns[0]
        return np.lib.stride_tricks.sliding_window_view(values.reshape(-1), len(self.columns))[first]

    def masked(self) -> Bools | None:
        """(E, L1) estimation days left out because another event of the security is near; None where there is none.

        Nothing is left out of a pair that would keep fewer than `least` or half of its days.
        """
        return self.busy_days() & self.bears[:, None] if self.bears.any() else None

    def busy_days(self) -> Bools:
        """(E, L1) estimation days within `mask` sessions of other events of the security."""
        found = np.zeros((len(self), self.estimation.length), dtype=bool)
        some = np.flatnonzero(self.disturbed)
        for start in range(0, len(some), _TILE):
            at = some[start : start + _TILE]
            found[at] = self._inside(at, self._busy(self._days_in(at)))
        return found

    def _cells(self, at: Ints | slice) -> Ints:
        """(n,) those of the pairs at these positions; in a large table they are larger than numbers of four bytes."""
        cells: Ints = self.security[at].astype(np.int64) * self.returns.shape[1] + self.row[at]
        return cells

    def _days_in(self, at: Ints) -> Ints:
        """(n, L1) where in the table of returns the estimation days of the pairs at these positions stand."""
        days: Ints = self._cells(at)[:, None] + self.days_before
        return days

    def _busy(self, cells: Ints) -> Bools:
        """(n, L1) which of these estimation days lie near other events."""
        return np.zeros(cells.shape, dtype=bool) if self.busy is None else bits_at(self.busy, cells) & self.far

    def _inside(self, at: Ints, days: Bools) -> Bools:
        """(n, L1) those of some days of pairs at these positions that are inside the pair's own estimation window."""
        return days if self.outside is None else days & ~self.outside[at]

    def other_days(self) -> Bools:
        """(E, L) days of other events of the security, from the first of the estimation window to the last of `after`."""
        start = int(self.columns[0])
        found = np.zeros((len(self), self.event.end + AFTER + 1 - start), dtype=bool)
        if self.reacted is None:
            return found
        cell, event, sure, events = self.reacted
        begin = self.cells + start
        first, stop = np.searchsorted(cell, [begin, begin + found.shape[1]])
        pair = np.repeat(np.arange(len(self)), stop - first)
        at = np.arange(len(pair)) + np.repeat(first - np.cumsum(stop - first) + (stop - first), stop - first)
        day = cell[at] - begin[pair]
        hit = (event[at] != events[self.origin][pair]) & ((day > 0) | sure[at])
        found[pair[hit], day[hit]] = True
        return found

    def with_mask(self, least: int) -> Dense:
        """With what `busy` says of each pair; a mask must leave `least` estimation days, and half of them."""
        disturbed, bears = np.zeros((2, len(self)), dtype=bool)
        order = ascending(self.cells) if self.busy is not None else self.row[:0]  # as they lie in the table of returns
        for start in range(0, len(order), _TILE):
            at = order[start : start + _TILE]
            near, known, lost = self._near_others(at)
            disturbed[at] = near > 0
            bears[at] = (near > 0) & (known - lost >= np.maximum(least, known / 2)) & (self.mask is not None)
        return replace(
            self,
            disturbed=disturbed,
            bears=bears,
            n_disturbed=int(disturbed.sum()),
            n_masked=int(bears.sum()),
        )

    def _near_others(self, at: Ints) -> tuple[Ints, Ints, Ints]:
        """Of the pairs at these positions how many estimation days lie near other events.

        And of those of which some do, how many days have a return, and how many of these lie so.
        """
        assert self.busy is not None
        days, form = self.days_before, native.form()
        if form.kernel is not None and self.outside is None and len(days) and (np.diff(days) == 1).all():
            found, far = np.empty((3, len(at)), dtype=np.int64), as_bits(self.far)
            first = self._cells(at) + days[0]
            form.kernel.near_others(form.level, self.returns, self.busy, len(days), far, first, *found)
            return found[0], found[1], found[2]
        cells = self._days_in(at)
        there = self._inside(at, np.isfinite(self.returns.reshape(-1)[cells]))
        busy = self._inside(at, self._busy(cells))
        return busy.sum(axis=1), there.sum(axis=1), (busy & there).sum(axis=1)

    def block(self, apart: Ints | None = None) -> EventBlock:
        """All E pairs in event time; designs are shared by pairs of one day 0, one benchmark and one number in `apart` (E,)."""
        first, design = self._shared(apart)
        days = self.row[first][:, None] + self.columns
        returns = self.windows(self.returns)
        sessions = self.sessions[days]
        if len(self.exclude):
            inside = slice(0, self.estimation.length)
            returns[:, inside][np.isin(sessions[:, inside], self.exclude)[design]] = np.nan
        if self.outside is not None:
            returns[:, : self.estimation.length][self.outside] = np.nan
        hit, left_out = self.masked(), None
        if hit is not None and hit.any():
            left_out = np.where(hit, returns[:, : self.estimation.length], np.nan)
            returns[:, : self.estimation.length][hit] = np.nan
        return EventBlock(
            returns=returns,
            regressors=self.regressors[self.table[first][:, None], days],
            names=self.names,
            design=design,
            sessions=sessions,
            span=np.ones(days.shape),
            estimation=self.estimation,
            event=self.event,
            row=self.row[first],
            unseen=self._unseen(returns.shape),
            masked=left_out,
            outside=self.outside,
        )

    def after(self, apart: Ints | None = None) -> After:
        """The sessions after the event window of all E pairs, for the designs of `block`; no returns across gaps."""
        first, _ = self._shared(apart)
        columns = np.arange(self.event.end + 1, self.event.end + AFTER + 1)
        own = self.security[:, None], self.row[:, None] + columns
        returns = self.returns[own]
        if self.span is not None:
            returns = np.where(self.span[own] > 1, np.nan, returns)
        days = self.row[first][:, None] + columns
        return After(returns, self.regressors[self.table[first][:, None], days], self.sessions[days])

    def _shared(self, apart: Ints | None) -> tuple[Ints, Ints]:
        """(D,) a pair of each design, and (E,) the design of each pair."""
        keys = self.designs if apart is None else self.designs * (int(apart.max(initial=0)) + 1) + apart
        _, first, design = np.unique(keys, return_index=True, return_inverse=True)
        return first, design.reshape(-1).astype(np.int64)

    def _unseen(self, shape: tuple[int, ...]) -> Bools | None:
        """(E, L2) the event days that nobody looks at; None where all are looked at."""
        days = np.arange(self.event.start, self.event.end + 1)
        if self.window_days is not None:
            after = self.sessions[self.row[:, None] + days] - self.sessions[self.row][:, None]
            first, last = np.array(self.window_days, dtype="timedelta64[D]")
            inside: Bools = (after >= first) & (after <= last)
            return ~inside
        if self.looked_at is None:
            return None
        outside = (days < self.looked_at.start) | (days > self.looked_at.end)
        return np.broadcast_to(outside, (shape[0], len(days)))


def last_row(level: Floats) -> Ints:
    """(n,) the last row of (S, n) prices that has one; -1 where none has."""
    last = np.full(level.shape[1], len(level) - 1, dtype=np.int64)
    early = np.flatnonzero(~np.isfinite(level[-1])) if len(level) else np.empty(0, dtype=np.int64)
    priced = np.isfinite(level[:, early])
    last[early] -= np.argmax(priced[::-1], axis=0) if len(early) else 0
    last[early[~priced.any(axis=0)]] = -1
    return last


def padded(values: np.ndarray, config: StudyConfig, axis: int = 0) -> np.ndarray:
    """Values on the sessions of a grid, S along one axis, with days before and after on which nothing has a value: P."""
    beyond = [(0, 0)] * values.ndim
    beyond[axis] = (-reach(config).start, reach(config).end)
    return np.pad(values, beyond, constant_values=np.datetime64("NaT") if values.dtype.kind == "M" else np.nan)


def returns_by_security(
    prices: PriceTable, tickers: tuple[str, ...], sessions: Days, config: StudyConfig
) -> tuple[Floats, Ints | None, Ints]:
    """(S, P) returns, padded; (S, P) the sessions each covers, None: one; (S,) the session of each last price, -1 for none.

    By the compiled kernel where closes alone make them; else some securities at a time, so that no second table of the whole
    size is needed.
    """
    before, after = -reach(config).start, reach(config).end
    returns = np.empty((len(tickers), before + len(sessions) + after))
    last = np.empty(len(tickers), dtype=np.int64)
    form, closes = native.form(), plain_closes(prices, list(tickers), sessions, config.returns, config.missing)
    if form.kernel is not None and closes is not None:
        form.kernel.returns(form.level, *closes, before, returns, last)
        return returns, None, last
    returns[:, :before] = np.nan
    returns[:, before + len(sessions) :] = np.nan
    span = None if config.missing == "drop" else np.ones(returns.shape, dtype=np.int64)
    for start in range(0, len(tickers), _AT_ONCE):
        part = slice(start, min(start + _AT_ONCE, len(tickers)))
        own = returns[part, before : before + len(sessions)].T
        found = grid_returns(prices, list(tickers[part]), sessions, config.returns, config.missing, own)
        if span is not None:
            span[part, before : before + len(sessions)] = found.span.T
        last[part] = last_row(found.level)
    return returns, span, last


def regressors_on(
    prices: PriceTable,
    benchmarks: tuple[str, ...],
    sessions: Days,
    config: StudyConfig,
    factors: pd.DataFrame | None,
) -> tuple[Floats, Ints]:
    """(B, P, F) each benchmark's return and the factors, padded; and (B,) the session of each last price, -1 for none."""
    own = grid_returns(prices, list(benchmarks), sessions, config.returns, "drop")
    shared = factors_on(factors, sessions)
    values = np.concatenate(
        [own.returns.T[:, :, None], np.broadcast_to(shared, (len(benchmarks), *shared.shape))], axis=2
    )
    values = with_derived(values, factor_names(factors))
    return padded(values, config, axis=1), last_row(own.level)


def with_derived(values: Floats, names: tuple[str, ...]) -> Floats:
    """(..., F) benchmark and factors, with `mkt_rf` derived from the benchmark where the file lacks it (ruling 6)."""
    if len(names) < values.shape[-1]:
        return values
    excess = values[..., 0] - values[..., 1 + names.index("rf")]
    return np.concatenate([values, excess[..., None]], axis=-1)
