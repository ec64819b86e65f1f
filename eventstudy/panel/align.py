"""The pairs of a study lined up as one block with all that is said of each; what does not fit is listed with its reason.

Lined up as `line_up` does it for any number of pairs; what is gathered here beyond that: pairs and their days 0 as objects,
volume, returns across gaps, peers. Rules: METHODS 0.3 (day 0), 0.5 (missing data) and rulings 3, 12, 15, 16, 19.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from eventstudy import calendars
from eventstudy.calendars import Day0, Moment
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.events.columns import EventColumns, coded, coded_moments
from eventstudy.language import Phrase
from eventstudy.language.messages import Exclusion, Message, sentence
from eventstudy.panel.block import AFTER, After, Bools, Days, EventBlock, Floats, Ints, before_first
from eventstudy.panel.dense import Dense, padded, with_derived
from eventstudy.panel.grid import factor_names
from eventstudy.panel.left_out import by_row, row_of, with_id
from eventstudy.panel.line_up import least_left, line_up
from eventstudy.panel.returns import across_gaps, grid_returns, volume_on
from eventstudy.prices import PriceTable
from eventstudy.units.windows import Window


@dataclass(frozen=True)
class Pair:
    """One security and one event: an instance of the study."""

    event_id: str
    ticker: str
    benchmark: str
    moment: Moment | None
    """What day 0 is counted from; None: the event has none."""
    peers: tuple[str, ...] = ()
    """Tickers it is compared with, by models that do; never its own."""
    window: Window | None = None
    """The event days that are looked at, where they are its own."""
    estimation: Window | None = None
    """The estimation days, where they are its own."""
    until: date | None = None
    """The date on which its own window ends, where that is said by a date."""


@dataclass(frozen=True)
class Panel:
    """The kept pairs, lined up; row i of every array and entry i of every tuple is the same pair."""

    pairs: tuple[Pair, ...]
    day0: tuple[Day0, ...]
    block: EventBlock
    volume: Floats
    """(N, L2) shares traded on event days; NaN where unknown."""
    last_close: Ints
    """(N,) the event day of the last close, at most the end of the event window."""
    delisted: Bools
    """(N,) whether that close lies inside the event window and before the last one of the benchmark (ruling 3)."""
    excluded: tuple[Exclusion, ...]
    warnings: tuple[Message, ...]
    """What the grids had to say; `checks.check` adds what the lined-up pairs have to say."""
    repeats: tuple[tuple[Pair, Pair], ...] = ()
    """Pairs of the same firm and day 0 as an earlier one, and that one, which counts for both."""
    worth: Floats | None = None
    """(N,) the last close before the event window times shares outstanding; None: nobody asked."""
    after: After | None = None
    """The sessions after the event window; None where the block no longer holds returns."""

    def rests_on(self, pair: int, days: Days, left_out: Days) -> Bools:
        """Which of these days lie in the estimation or event window of a pair; `left_out` are days left out of the estimation.

        A price of a day that is no session of the pair counts for its next session, whose return holds it.
        """
        block = self.block
        own = block.sessions[block.design[pair]]
        used = np.ones(len(own), bool)
        used[block.estimation_columns] = ~np.isin(own[block.estimation_columns], left_out)
        if block.outside is not None:
            used[block.estimation_columns] &= ~block.outside[pair]
        used[block.estimation_columns.stop : block.event_columns.start] = False
        known = np.flatnonzero(~np.isnat(own))
        if not len(known):
            return np.zeros(len(days), bool)
        known = known[np.argsort(own[known], kind="stable")]  # days after the event may be estimation days
        place = known[np.minimum(np.searchsorted(own[known], days), len(known) - 1)]
        inside: Bools = (days >= own[known[0]]) & (days <= own[known[-1]]) & used[place]
        return inside

    def event_days(self, pair: int) -> Days:
        """The sessions of the event window of a pair, as far as the calendar knows them."""
        days = self.block.sessions[self.block.design[pair], self.block.event_columns]
        return days[~np.isnat(days)]

    def take(self, which: Ints) -> Panel:
        """The pairs at these positions; designs are shared, not copied."""
        block = self.block.take(which)
        return replace(
            self,
            pairs=tuple(self.pairs[i] for i in which),
            day0=tuple(self.day0[i] for i in which),
            block=block,
            after=self.after.take(which) if self.after else None,
            volume=self.volume[which],
            last_close=self.last_close[which],
            delisted=self.delisted[which],
            worth=None if self.worth is None else self.worth[which],
        )


def align(
    pairs: Sequence[Pair],
    prices: PriceTable,
    config: StudyConfig,
    factors: pd.DataFrame | None = None,
    *,
    compared: bool = False,
) -> Panel:
    """Line up all pairs, in their order; a pair that cannot be lined up is in `excluded` with its reason.

    `factors`: index sessions, columns factor returns as decimals (`rf` among them), or None. `compared`: the model has a
    benchmark, so that none may be studied itself.
    """
    prices = prices.naming(p for pair in pairs for p in pair.peers)
    grids, left, warned = line_up(_columns(pairs), prices, config, None, compared=compared, factors=factors, named=None)
    if any(pair.estimation for pair in pairs):
        grids = [_with_own_days(dense, [pairs[i].estimation for i in dense.origin], config) for dense in grids]
    peers = list(dict.fromkeys(p for pair in pairs for p in pair.peers if p in prices.close.columns))
    blocks, after = [], []
    for dense in grids:
        block, beyond, said = _block([pairs[i] for i in dense.origin], dense, peers, prices, config, factors)
        if any(pairs[i].window for i in dense.origin):
            block = replace(block, unseen=_outside([pairs[i] for i in dense.origin], dense, config))
        blocks.append(block)
        after.append(beyond)
        warned += said
    origin = _stacked([d.origin for d in grids], dtype="int64")
    order = np.argsort(origin, kind="stable")
    day0 = [day for dense in grids for day in _day0s(dense, pairs)]
    names = ("benchmark", *factor_names(factors), *(("peer", *(f"@{ticker}" for ticker in peers)) if peers else ()))
    return Panel(
        pairs=tuple(pairs[i] for i in origin[order]),
        day0=tuple(day0[i] for i in order),
        block=_joined(blocks, config, names, order),
        volume=_stacked([_volume(d, prices, config) for d in grids], config.event_window.length)[order],
        last_close=_stacked([d.last_close for d in grids], dtype="int64")[order],
        delisted=_stacked([d.delisted for d in grids], dtype="bool")[order],
        excluded=tuple(with_id(e, pairs[row_of(e)].event_id) for e in sorted(left.first, key=row_of)),
        warnings=(*warned, *_told_of_events(grids, left.repeats, pairs)),
        repeats=tuple((pairs[again], pairs[first]) for again, first in left.repeats),
        after=After(
            returns=_stacked([a.returns for a in after], AFTER)[order],
            regressors=_stacked([a.regressors for a in after], AFTER, len(names)),
            sessions=_stacked([a.sessions for a in after], AFTER, dtype="datetime64[D]"),
        ),
    )


def _outside(pairs: Sequence[Pair], dense: Dense, config: StudyConfig) -> Bools:
    """(E, L2) the event days outside the windows of pairs that have their own.

    Raises:
        InvalidRequest: one ends, by its date, before it starts or after the event window.
    """
    days = np.arange(config.event_window.start, config.event_window.end + 1)
    spans = np.array([pair.window or config.event_window for pair in pairs])
    sessions = dense.sessions[dense.row[:, None] + days]
    until = np.array([pair.until or np.datetime64("NaT") for pair in pairs], dtype="datetime64[D]")[:, None]
    found: Bools = (days < spans[:, :1]) | (days > spans[:, 1:]) | (sessions > until)
    for i in np.flatnonzero((found.all(axis=1)) | (sessions[:, -1] < until[:, 0])).tolist():
        pair, (start, end) = pairs[i], config.event_window
        early = bool(found[i].all())
        raise InvalidRequest(
            Sentence("its window ends on {until}, before it starts", until=pair.until)
            if early
            else Sentence("its window ends on {until}, after the event window", until=pair.until),
            where=Sentence("event {event_id}, ticker {ticker}", event_id=pair.event_id, ticker=pair.ticker),
            available=Sentence("{first} to {last}", first=sessions[i, 0], last=sessions[i, -1]),
            hint=Sentence("correct end_date")
            if early
            else Sentence("widen the event window: --event-window {start} {end}", start=start, end=end + 30),
        )
    return found


def within_days(panel: Panel, config: StudyConfig) -> Window | None:
    """The sessions, from the first to the last of any pair, that the window of calendar days holds; None: none of any.

    Raises:
        InvalidRequest: estimation days of a pair lie among them.
    """
    block, days = panel.block, config.window_days
    assert days is not None
    after = block.sessions - block.sessions[:, block.event_columns][:, [-block.event.start]]
    inside = (after >= np.timedelta64(days.start, "D")) & (after <= np.timedelta64(days.end, "D"))
    columns = np.array(config.columns)
    if config.estimated:
        both = inside[block.design][:, block.estimation_columns]
        both = both if block.outside is None else both & ~block.outside
        for i in np.flatnonzero(both.any(axis=1)).tolist()[:1]:
            rows = columns[block.estimation_columns][both[i]]
            raise reaches_in(
                Phrase("the calendar days {first:day} to {last:day}", first=days.start, last=days.end),
                panel.pairs[i].ticker,
                Window(int(rows.min()), int(rows.max())),
                config,
            )
    seen = inside[:, block.event_columns].any(axis=0)
    own = columns[block.event_columns][seen]
    return Window(int(own.min()), int(own.max())) if seen.any() else None


def reaches_in(named: Phrase, ticker: str, rows: Window, config: StudyConfig) -> InvalidRequest:
    """That a window which is not named in sessions holds estimation days: these rows of a ticker."""
    span = config.spans[0]
    before = Phrase(
        "end the estimation window before them: --estimation-window {start} {end}",
        start=span.start - span.end + rows.start - 6,
        end=rows.start - 6,
    )
    return InvalidRequest(
        Phrase(
            "{named} hold the sessions {rows} of {ticker}, which lie in the estimation window {window}",
            named=named,
            rows=rows,
            ticker=ticker,
            window=list(config.spans),
        ),
        hint=before if rows.end < 0 else Phrase("start the estimation window after session {last:day}", last=rows.end),
    )


def _with_own_days(dense: Dense, windows: Sequence[Window | None], config: StudyConfig) -> Dense:
    """The grid with what lies outside the estimation windows of pairs that have their own."""
    days = dense.columns[: dense.estimation.length]
    spans = np.array([w or (days.min(), days.max()) for w in windows])
    return replace(dense, outside=(days < spans[:, :1]) | (days > spans[:, 1:])).with_mask(least_left(config))


def _told_of_events(
    grids: Sequence[Dense], repeats: Sequence[tuple[int, int]], pairs: Sequence[Pair]
) -> Iterator[Message]:
    """What is said of pairs that are given several times, and of other events of a firm in its estimation window."""
    again: dict[int, list[str]] = {}
    for row, first in repeats:
        again.setdefault(first, []).append(pairs[row].event_id)
    for first, ids in again.items():
        pair = pairs[first]
        yield Message.of("REPEATED_EVENT", pair.event_id, pair.ticker, kept=pair.event_id, again=ids)
    for dense in grids:
        said: dict[tuple[str | int, ...], Phrase] = {}
        disturbed = np.flatnonzero(dense.disturbed)
        busy = dense.take(disturbed).busy_days()
        n_runs = (np.diff(busy.astype(np.int8), axis=1, prepend=0) == 1).sum(axis=1).tolist()
        for i, runs, days in zip(disturbed.tolist(), n_runs, busy.sum(axis=1).tolist(), strict=True):
            pair = pairs[dense.origin[i]]
            form = "EVENT_IN_ESTIMATION" if dense.mask is None else "EVENT_IN_ESTIMATION.few"
            params = {"events": runs, "near": dense.mask or 0}
            if dense.bears[i]:
                form, params["days"] = "EVENT_IN_ESTIMATION.masked", days
            key = form, *params.values()
            if key not in said:  # many pairs are told the same
                said[key] = sentence(form, **params)
            severity = "note" if dense.bears[i] else ""
            yield Message("EVENT_IN_ESTIMATION", said[key], pair.event_id, pair.ticker, severity=severity)


def _columns(pairs: Sequence[Pair]) -> EventColumns:
    """The pairs as columns, each named by its place among them."""
    ticker, tickers = coded(pair.ticker for pair in pairs)
    moment, moments = coded_moments(pair.moment for pair in pairs)
    benchmark, benchmarks = coded(pair.benchmark for pair in pairs)
    return EventColumns(tickers, ticker, moments, moment, benchmarks, benchmark, np.arange(len(pairs)), by_row)


def _day0s(dense: Dense, pairs: Sequence[Pair]) -> Iterator[Day0]:
    """Day 0 of each pair of a grid, as it is counted: on a shared grid it may be later than on the ticker's own exchange."""
    exchange = calendars.code_of(dense.place[0]) if dense.place[0] else ""
    days = dense.sessions[dense.row]
    dates = zip(dense.origin.tolist(), (days - dense.late).tolist(), days.tolist(), dense.late.tolist(), strict=True)
    for i, local, session, late in dates:
        moment = pairs[i].moment
        yield Day0(moment.when.isoformat() if moment else "", exchange, local, session, late != 0, late)


def _volume(dense: Dense, prices: PriceTable, config: StudyConfig) -> Floats:
    """(E, L2) shares traded on event days; NaN where unknown."""
    sessions = dense.sessions[~np.isnat(dense.sessions)]
    traded = padded(volume_on(prices, list(dense.tickers), sessions), config)
    days = dense.row[:, None] + np.arange(config.event_window.start, config.event_window.end + 1)
    found: Floats = traded[days, dense.security[:, None]]
    return found


def _block(
    pairs: list[Pair],
    dense: Dense,
    peers: list[str],
    prices: PriceTable,
    config: StudyConfig,
    factors: pd.DataFrame | None,
) -> tuple[EventBlock, After, list[Message]]:
    """The block of one grid, whose designs hold the spans of returns and the peers of their pairs; what comes after it."""
    span = None if dense.span is None else dense.windows(dense.span)
    apart, _ = coded(pair.peers for pair in pairs)
    if span is not None:  # a pair whose returns go on across a gap has a design of its own
        apart, _ = coded(zip(apart, np.where((span > 1).any(axis=1), np.arange(1, len(span) + 1), 0), strict=True))
    block, after = dense.block(apart), dense.after(apart)
    first = np.unique(block.design, return_index=True)[1]
    if span is not None:
        block = _across_gaps(block, dense, span, first, config, factors)
    if not peers:
        return block, after, []
    return _with_peers(block, after, dense, [pairs[i] for i in first], first, peers, prices, config)


def _across_gaps(
    block: EventBlock, dense: Dense, span: Ints, first: Ints, config: StudyConfig, factors: pd.DataFrame | None
) -> EventBlock:
    """The block with returns that go on across gaps: (N, T) `span` sessions each, and (D,) `first` a pair of each design.

    Regressors are those of the same sessions; returns that lie mostly before the estimation window are left out (ruling 15).
    """
    days = config.estimation_days.length
    first_day = 0 if dense.outside is None else before_first(dense.outside)[:, None]
    within = np.minimum(span[:, :days], np.arange(1, days + 1) - first_day)
    block.returns[:, :days][2 * within < span[:, :days]] = np.nan
    given = dense.regressors if factors is None else dense.regressors[:, :, : 1 + len(factors.columns)]
    for d in np.flatnonzero((span[first] > 1).any(axis=1)):
        rows = dense.row[first[d]] + dense.columns
        wide = across_gaps(given[dense.table[first[d]]], rows, span[first[d]], config.returns)
        block.regressors[d] = with_derived(wide, factor_names(factors))
    return replace(block, span=span[first].astype(float))


def _with_peers(
    block: EventBlock,
    after: After,
    dense: Dense,
    pairs: list[Pair],
    first: Ints,
    peers: list[str],
    prices: PriceTable,
    config: StudyConfig,
) -> tuple[EventBlock, After, list[Message]]:
    """The block with the mean of each design's peers and the return of each, and which peers had to be left out.

    `first` (D,) is a pair of each design, `pairs` are these. A peer counts for a design only with a return on every day on
    which the benchmark has one, so that the peers of a design are the same firms on every day.
    """
    sessions = dense.sessions[~np.isnat(dense.sessions)]
    returns = padded(grid_returns(prices, peers, sessions, config.returns, "drop").returns, config)
    rows = dense.row[first][:, None] + dense.columns
    values = returns[rows]
    for d in np.flatnonzero((block.span > 1).any(axis=1)):
        values[d] = across_gaps(returns, rows[d], block.span[d].astype(np.int64), config.returns)
    belongs = np.array([[p in pair.peers for p in peers] for pair in pairs], dtype=bool)
    needed = ~np.isnat(block.sessions) & np.isfinite(block.regressors[:, :, 0])
    whole = (np.isfinite(values) | ~needed[:, :, None]).all(axis=1)
    count = (belongs & whole).sum(axis=1)

    def with_mean(regressors: Floats, values: Floats, needed: Bools) -> Floats:
        own = np.where((belongs & whole)[:, None, :], values, np.nan)
        mean = np.where(count > 0, 1.0, np.nan)[:, None] * np.nansum(own, axis=2) / np.maximum(count, 1)[:, None]
        return np.concatenate([regressors, np.where(needed, mean, np.nan)[:, :, None], own], axis=2)

    later = returns[rows[:, -1:] + np.arange(1, AFTER + 1)]
    all_there = (np.isfinite(later) | ~(belongs & whole)[:, None, :]).all(axis=2)
    warned = []
    for pair, day0, lacking in zip(pairs, dense.sessions[dense.row[first]], belongs & ~whole, strict=True):
        if lacking.any():
            named = np.array(peers)[lacking].tolist()
            warned.append(Message.of("PEER_INCOMPLETE", pair.event_id, peers=named, day0=day0))
    block = replace(block, regressors=with_mean(block.regressors, values, needed))
    return block, replace(after, regressors=with_mean(after.regressors, later, all_there)), warned


def _joined(blocks: list[EventBlock], config: StudyConfig, names: tuple[str, ...], order: Ints) -> EventBlock:
    """One block of the blocks of all grids, the pairs in this order."""
    width = len(config.columns)
    shift = np.cumsum([0, *(len(block.span) for block in blocks)])
    return EventBlock(
        returns=_stacked([b.returns for b in blocks], width)[order],
        regressors=_stacked([b.regressors for b in blocks], width, len(names)),
        names=names,
        design=_stacked([b.design + s for b, s in zip(blocks, shift, strict=False)], dtype="int64")[order],
        sessions=_stacked([b.sessions for b in blocks], width, dtype="datetime64[D]"),
        span=_stacked([b.span for b in blocks], width),
        estimation=config.estimation_days,
        event=config.event_window,
        row=blocks[0].row if len(blocks) == 1 else None,
        unseen=_marked([b.unseen for b in blocks], order),
        masked=_masked(blocks, order),
        outside=_marked([b.outside for b in blocks], order),
    )


def _masked(blocks: list[EventBlock], order: Ints) -> Floats | None:
    """(N, L1) estimation returns that were left out, the pairs in this order; None where none were."""
    if all(b.masked is None for b in blocks):
        return None
    known = [np.full((b.n_pairs, b.estimation.length), np.nan) if b.masked is None else b.masked for b in blocks]
    return np.concatenate(known)[order]


def _marked(marks: list[Bools | None], order: Ints) -> Bools | None:
    """(N, L) the days that are marked on each grid, the pairs in this order; None where none are."""
    known = [m for m in marks if m is not None]
    return np.concatenate(known)[order] if known else None


def _stacked(arrays: list[np.ndarray], *tail: int, dtype: str = "float64") -> np.ndarray:
    """(N, ...) the arrays one below the other; of none, an empty one of this width."""
    return np.concatenate(arrays) if arrays else np.empty((0, *tail), dtype=dtype)
