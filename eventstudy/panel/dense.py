"""Lined up without an object for each pair: one table of returns a grid, and where in it each event stands.

The rules, codes and sentences are those of `align`: METHODS 0.3, 0.5, rulings 3, 12, 19. What differs is that pairs which do
not fit are counted by reason, and only the first few are named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from eventstudy import exchanges
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidRequest
from eventstudy.events.columns import EventColumns
from eventstudy.exchanges import Day0, Moment
from eventstudy.panel.align import last_row, why_no_day0
from eventstudy.panel.block import Bools, Days, EventBlock, Floats, Ints
from eventstudy.panel.grid import factor_names, factors_on, grid_sessions
from eventstudy.panel.returns import grid_returns
from eventstudy.panel.warned import Exclusion, Warned
from eventstudy.prices import PriceTable
from eventstudy.windows import Window

NAMED = 5
"""So many pairs of each reason are named."""
_AT_ONCE = 128
"""Securities whose returns are worked out together."""
_TILE = 512
"""Days of them that are turned over together."""


@dataclass
class LeftOut:
    """How many pairs were left out, by reason, and the first few of each by name."""

    counts: dict[str, int] = field(default_factory=dict)
    first: list[Exclusion] = field(default_factory=list)

    def add(self, reason: str, count: int, named: Iterable[Exclusion]) -> None:
        """Count `count` pairs more; of those `named` only as many are kept as still have room."""
        room = NAMED - self.counts.get(reason, 0)
        if count:
            self.counts[reason] = self.counts.get(reason, 0) + count
            self.first += [e for _, e in zip(range(max(room, 0)), named, strict=False)]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


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
    last_day: Ints
    """(E,) last event day a delisted security could be observed, the end of the event window for others."""
    origin: Ints
    """(E,) row of the pair in the table of events."""
    estimation: Window
    event: Window
    exclude: Days
    """Days left out of estimation windows."""
    whole: Bools
    """(E,) whether the security has a return on every day from the start of the estimation to the end of the event window."""
    place: tuple[str | None, str | None] = (None, None)
    """The exchanges that make the grid: of the tickers, and of the benchmarks."""
    benchmarks: tuple[str, ...] = ()
    """B names."""
    n_shifted: int = 0
    """Pairs whose day 0 is not the date of the event."""
    n_delisted: int = 0
    """Pairs that were delisted in the event window."""
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
        names = ("security", "row", "table", "last_day", "origin", "whole")
        return replace(self, **{name: getattr(self, name)[which] for name in names})

    @property
    def designs(self) -> Ints:
        """(E,) a number for each day 0 and benchmark."""
        keys: Ints = self.table * self.returns.shape[1] + self.row
        return keys

    def block(self) -> EventBlock:
        """All E pairs in event time; designs are shared by pairs of one day 0 and benchmark."""
        width = self.event.end - self.estimation.start + 1
        keys, design = np.unique(self.designs, return_inverse=True)
        first = keys % self.returns.shape[1] + self.estimation.start
        days = first[:, None] + np.arange(width)
        start = self.security * self.returns.shape[1] + self.row + self.estimation.start
        returns = np.lib.stride_tricks.sliding_window_view(self.returns.reshape(-1), width)[start]
        sessions = self.sessions[days]
        if len(self.exclude):
            inside = slice(0, self.estimation.length)
            returns[:, inside][np.isin(sessions[:, inside], self.exclude)[design]] = np.nan
        return EventBlock(
            returns=returns,
            regressors=self.regressors[(keys // self.returns.shape[1])[:, None], days],
            names=self.names,
            design=design.reshape(-1).astype(np.int64),
            sessions=sessions,
            span=np.ones(days.shape),
            estimation=self.estimation,
            event=self.event,
        )


@dataclass(frozen=True)
class Placed:
    """E pairs with their day 0, before any return is looked at."""

    rows: Ints
    """(E,) rows of the table of events."""
    benchmark: Ints
    """(E,) position in `benchmarks`."""
    benchmarks: tuple[str, ...]
    session: Days
    """(E,) day 0."""
    local: Days
    """(E,) the date of the event where the exchange is."""
    grid: Ints
    """(E,) position in `grids`."""
    grids: tuple[tuple[str | None, str | None], ...]


def line_up(
    events: EventColumns,
    prices: PriceTable,
    config: StudyConfig,
    benchmark: str,
    *,
    compared: bool,
    factors: pd.DataFrame | None,
) -> tuple[list[Dense], LeftOut, list[Warned]]:
    """Every grid with its pairs, what was left out, and what the grids had to say.

    `benchmark` is that of events that name none; `compared`: the model has a benchmark, so that none may be studied itself.
    """
    left = LeftOut()
    placed = _place(events, prices, config, benchmark, left, compared=compared)
    grids, warned = [], []
    for g, (home, abroad) in enumerate(placed.grids):
        mine = np.flatnonzero(placed.grid == g)
        if len(mine):
            dense, said = _dense(events, placed, mine, (home, abroad), prices, config, factors, left)
            grids.append(dense)
            warned += said
    return grids, left, warned


def benchmarks_of(events: EventColumns, config: StudyConfig, default: str) -> tuple[tuple[str, ...], Ints]:
    """The benchmarks that pairs are compared with, and which of them each pair is."""
    which, pairs = events.benchmark, [("", b) for b in events.benchmarks]
    if config.benchmark_differs:
        many = len(events.tickers)
        distinct, which = np.unique(events.benchmark * many + events.ticker, return_inverse=True)
        pairs = [(events.tickers[k % many], events.benchmarks[k // many]) for k in distinct.tolist()]
    named = [config.benchmark_for(ticker, b) or default for ticker, b in pairs]
    benchmarks = tuple(dict.fromkeys(named))
    return benchmarks, np.array([benchmarks.index(b) for b in named], dtype=np.int64)[which.reshape(-1)]


def _place(
    events: EventColumns, prices: PriceTable, config: StudyConfig, default: str, left: LeftOut, *, compared: bool
) -> Placed:
    """Day 0 of every pair and the exchanges that make its grid; the checks and their order are those of `align`."""
    benchmarks, market = benchmarks_of(events, config, default)
    columns = set(prices.close.columns)
    no_moment = np.array([m is None for m in events.moments], dtype=bool)[events.moment]
    own = np.array([benchmarks.index(t) if t in benchmarks else -1 for t in events.tickers], dtype=np.int64)[
        events.ticker
    ]
    priced = np.array([t in columns for t in events.tickers], dtype=bool)[events.ticker]
    compared_with = np.array([b in columns for b in benchmarks], dtype=bool)[market]
    alive = np.ones(len(events), dtype=bool)

    def drop(hit: Bools, reason: str, why: str, of: str = "ticker") -> None:
        nonlocal alive
        rows = np.flatnonzero(alive & hit)
        alive &= ~hit

        def said(i: int) -> str:
            ticker = events.tickers[events.ticker[i]] if of == "ticker" else benchmarks[market[i]]
            lacking = prices.missing.get(ticker) if why == "" else None
            return lacking.what if lacking else (why or "no prices for {}").format(ticker)

        left.add(reason, len(rows), (_exclusion(events, i, reason, said(i)) for i in rows[:NAMED].tolist()))

    drop(no_moment, "NO_DAY0", "{} has no recognised date")
    if compared:
        drop(
            own == market, "BENCHMARK_IS_TICKER", "{} is its own benchmark: its abnormal return is zero by construction"
        )
    drop(~priced, "NO_PRICES", "")
    drop(~compared_with, "NO_BENCHMARK", "", of="benchmark")
    rows = np.flatnonzero(alive)
    return _day0(events, rows, market[rows], benchmarks, prices, config, left)


def _exclusion(events: EventColumns, row: int, reason: str, text: str) -> Exclusion:
    return Exclusion(events.name(row), events.tickers[events.ticker[row]], reason, text)


def _day0(
    events: EventColumns,
    rows: Ints,
    market: Ints,
    benchmarks: tuple[str, ...],
    prices: PriceTable,
    config: StudyConfig,
    left: LeftOut,
) -> Placed:
    """Day 0 of these rows: each distinct moment on each exchange is placed once, by `exchanges`."""
    places: list[str | None] = [None]
    wrong: dict[int, str] = {}
    home = np.zeros(len(events.tickers), dtype=np.int64)
    abroad = np.zeros(len(benchmarks), dtype=np.int64)
    if config.calendar is not None:
        asked = [events.tickers[i] for i in np.unique(events.ticker[rows]).tolist()]
        found = {name: _exchange(name) for name in (*asked, *benchmarks)}
        known = sorted({place for place, why in found.values() if not why})
        places = list(known)
        wrong = {-1 - i: why for i, (_, why) in enumerate(found.values()) if why}
        at = {n: -1 - i if why else known.index(place) for i, (n, (place, why)) in enumerate(found.items())}
        home = np.array([at.get(t, 0) for t in events.tickers], dtype=np.int64)
        abroad = np.array([at[b] for b in benchmarks], dtype=np.int64)
    own, other = home[events.ticker[rows]], abroad[market]
    for code, text in wrong.items():
        hit = rows[(own == code) | ((own >= 0) & (other == code))]
        left.add("NO_DAY0", len(hit), (_exclusion(events, i, "NO_DAY0", text) for i in hit[:NAMED].tolist()))
    sound = (own >= 0) & (other >= 0)
    rows, market, own, other = rows[sound], market[sound], own[sound], other[sound]
    moment = events.moment[rows]
    codes, distinct = pd.factorize(moment * len(places) + own)
    session = np.full(len(distinct), np.datetime64("NaT", "D"))
    local = session.copy()
    sessions = prices.close.index.to_numpy("datetime64[D]")
    wanted = list(range(len(distinct)))
    if config.calendar is None:
        wanted = _on_sessions(
            [events.moments[k] for k in distinct.tolist()], sessions, config.max_shift, session, local
        )
    for k in wanted:
        key = int(distinct[k])
        when = events.moments[key // len(places)]
        assert when is not None
        day0 = _placed(when, places[key % len(places)], sessions, config.max_shift)
        if isinstance(day0, Day0):
            session[k], local[k] = day0.session, day0.local_date
        else:
            hit = rows[codes == k]
            left.add("NO_DAY0", len(hit), (_exclusion(events, i, "NO_DAY0", day0) for i in hit[:NAMED].tolist()))
    grids, pairs = pd.factorize(own * len(places) + other, sort=True)
    good = ~np.isnat(session)[codes]
    return Placed(
        rows[good],
        market[good],
        benchmarks,
        session[codes][good],
        local[codes][good],
        grids[good].astype(np.int64),
        tuple((places[p // len(places)], places[p % len(places)]) for p in pairs.tolist()),
    )


def _on_sessions(moments: list[Moment | None], sessions: Days, max_shift: int, session: Days, local: Days) -> list[int]:
    """Fill in day 0 and date of moments as `exchanges.day0_on_sessions` does; those that have none are given back."""
    asked = [m for m in moments if m is not None]
    local[:] = np.array([m.when.date() if isinstance(m.when, datetime) else m.when for m in asked], "datetime64[D]")
    after = np.array([m.timing == "post" for m in asked], dtype=bool)
    sides = (np.searchsorted(sessions, local, side="right"), np.searchsorted(sessions, local, side="left"))
    place = np.where(after, *sides)
    there = place < len(sessions)
    found = sessions[np.where(there, place, 0)]
    there &= (found - local).astype(np.int64) <= max_shift
    session[there] = found[there]
    return np.flatnonzero(~there).tolist()


def _exchange(ticker: str) -> tuple[str, str]:
    """The exchange of a ticker, or why there is none."""
    try:
        return exchanges.exchange_of(ticker), ""
    except InvalidRequest as error:
        return "", error.what


def _placed(moment: Moment, exchange: str | None, sessions: Days, max_shift: int) -> Day0 | str:
    if exchange is not None:
        return _on_exchange(moment, exchange, max_shift)
    try:
        return exchanges.day0_on_sessions(moment, sessions, max_shift=max_shift)
    except InvalidRequest as error:
        return error.what


@lru_cache(maxsize=2**16)
def _on_exchange(moment: Moment, exchange: str, max_shift: int) -> Day0 | str:
    """Remembered, because the parts of a large panel ask for the same days again and again."""
    try:
        return exchanges.day0(moment, exchange, max_shift=max_shift)
    except InvalidRequest as error:
        return error.what


def _dense(
    events: EventColumns,
    placed: Placed,
    mine: Ints,
    grid: tuple[str | None, str | None],
    prices: PriceTable,
    config: StudyConfig,
    factors: pd.DataFrame | None,
    left: LeftOut,
) -> tuple[Dense, list[Warned]]:
    """The table of one grid and its pairs; a pair whose day 0 has no return is left out (ruling 12)."""
    ticker, tickers = _by_name(events.ticker[placed.rows[mine]], events.tickers)
    market, benchmarks = _by_name(placed.benchmark[mine], placed.benchmarks)
    last_session = placed.session[mine].max().astype(date)
    sessions, warned = grid_sessions(*grid, list(tickers), last_session, prices, config)
    before, after = -config.estimation_window.start, config.event_window.end
    returns, last = returns_by_security(prices, tickers, sessions, config, before, after)
    own = grid_returns(prices, list(benchmarks), sessions, config.returns, "drop")
    regressors = regressors_of(own.returns, factors_on(factors, sessions), factor_names(factors))
    row0 = np.searchsorted(sessions, placed.session[mine])
    beyond = (row0 >= len(sessions)).astype(np.int64)
    row = row0 - beyond + before
    there = np.isfinite(returns[ticker, row]) & (beyond == 0)
    rows = placed.rows[mine]
    lost = np.flatnonzero(~there)
    left.add(
        "NO_DAY0",
        len(lost),
        (
            _exclusion(
                events,
                rows[i],
                "NO_DAY0",
                why_no_day0(tickers[ticker[i]], placed.session[mine[i]].astype(date), prices),
            )
            for i in lost[:NAMED]
        ),
    )
    last_market = last_row(own.priced)[market]
    gone = (last[ticker] < row0 + after) & (last[ticker] < last_market)
    shifted = sessions[row0 - beyond] != placed.local[mine]
    keep = np.flatnonzero(there)
    dense = Dense(
        returns=returns,
        regressors=np.pad(regressors, ((0, 0), (before, after), (0, 0)), constant_values=np.nan),
        names=("benchmark", *factor_names(factors)),
        sessions=np.concatenate([_nat(before), sessions, _nat(after)]),
        tickers=tickers,
        security=ticker[keep].astype(np.int64),
        row=row[keep].astype(np.int64),
        table=market[keep].astype(np.int64),
        last_day=np.where(gone, np.minimum(last[ticker] - row0, after), after)[keep].astype(np.int64),
        origin=rows[keep],
        estimation=config.estimation_window,
        event=config.event_window,
        exclude=np.array(config.exclude_dates, dtype="datetime64[D]"),
        whole=whole_windows(returns, ticker[keep], row[keep], -before, after),
        place=grid,
        benchmarks=benchmarks,
        n_shifted=int(shifted[keep].sum()),
        n_delisted=int(gone[keep].sum()),
    )
    return dense, warned


def _by_name(codes: Ints, names: tuple[str, ...]) -> tuple[Ints, tuple[str, ...]]:
    """The codes and names that occur, in the order of the names: it must not matter in which order events are given."""
    used = sorted(np.unique(codes).tolist(), key=lambda i: names[i])
    place = np.full(len(names), -1, dtype=np.int64)
    place[used] = np.arange(len(used))
    return place[codes], tuple(names[i] for i in used)


def _nat(n: int) -> Days:
    return np.full(n, np.datetime64("NaT", "D"))


def returns_by_security(
    prices: PriceTable, tickers: tuple[str, ...], sessions: Days, config: StudyConfig, before: int, after: int
) -> tuple[Floats, Ints]:
    """(S, before + sessions + after) returns, NaN before and after; and (S,) the session of each last price, -1 for none.

    Some securities at a time, so that no second table of the whole size is needed.
    """
    returns = np.empty((len(tickers), before + len(sessions) + after))
    returns[:, :before] = np.nan
    returns[:, before + len(sessions) :] = np.nan
    last = np.empty(len(tickers), dtype=np.int64)
    for start in range(0, len(tickers), _AT_ONCE):
        part = slice(start, min(start + _AT_ONCE, len(tickers)))
        found = grid_returns(prices, list(tickers[part]), sessions, config.returns, "drop")
        for first in range(0, len(sessions), _TILE):  # turned over a tile at a time, which stays in the cache
            tile = found.returns[first : first + _TILE]
            returns[part, before + first : before + first + len(tile)] = tile.T
        last[part] = last_row(found.priced)
    return returns, last


def whole_windows(returns: Floats, security: Ints, row: Ints, start: int, end: int) -> Bools:
    """(E,) whether a security has a return on all days `start` .. `end` around a row.

    Found by the runs of missing days of each security, not by looking at every window.
    """
    whole = np.empty(len(security), dtype=bool)
    order = np.argsort(security.astype(np.min_scalar_type(len(returns))), kind="stable")  # small numbers sort sooner
    bounds = np.searchsorted(security[order], np.arange(0, len(returns) + _AT_ONCE, _AT_ONCE))
    width = returns.shape[1]
    for i, (first, stop) in enumerate(pairwise(bounds.tolist())):
        mine = order[first:stop]
        lacking = np.isnan(returns[i * _AT_ONCE : (i + 1) * _AT_ONCE]).reshape(-1)
        edges = np.flatnonzero(np.diff(lacking, prepend=False, append=False))
        begins, ends = edges[::2], edges[1::2]
        place = (security[mine] - i * _AT_ONCE) * width + row[mine]
        run = np.searchsorted(ends, place + start, side="right")
        next_lacking = np.append(begins, len(lacking))[run]
        whole[mine] = next_lacking > place + end
    return whole


def regressors_of(market: Floats, factors: Floats, names: tuple[str, ...]) -> Floats:
    """(B, S, F) benchmark returns, factors, and `mkt_rf` derived from the benchmark where it is not in the file (ruling 6)."""
    shared = np.broadcast_to(factors, (market.shape[1], *factors.shape))
    values = np.concatenate([market.T[:, :, None], shared], axis=2)
    if len(names) == values.shape[2]:
        rf = values[:, :, 1 + names.index("rf")]
        values = np.concatenate([values, (values[:, :, 0] - rf)[:, :, None]], axis=2)
    return values
