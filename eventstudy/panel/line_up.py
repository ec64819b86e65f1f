"""Events and prices lined up: one table of returns a grid, and where in it each pair stands.

Rules: METHODS 0.3 (day 0), 0.5 (missing data), rulings 3, 12, 19. No object is made for a pair, so that there may be millions.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from eventstudy.config import StudyConfig
from eventstudy.events.columns import EventColumns
from eventstudy.language import Phrase
from eventstudy.language.messages import Message, sentence
from eventstudy.panel.block import Bools, Days, Floats, Ints
from eventstudy.panel.dense import Dense, padded, regressors_on, returns_by_security
from eventstudy.panel.grid import factor_names, grid_sessions, rows_of
from eventstudy.panel.left_out import NAMED, LeftOut
from eventstudy.panel.marks import near_events
from eventstudy.panel.place import Placed, place
from eventstudy.prices import PriceTable

_LEAST = 30
"""Fewest estimation days of any study (ruling 12), and days on which two series must agree to be one."""
_SAME = 1e-12
"""Returns no further apart are the same."""
_LONGEST_RUN = 50
"""So many pairs with one return on day 0 are compared with each other."""


def line_up(
    events: EventColumns,
    prices: PriceTable,
    config: StudyConfig,
    benchmark: str | None,
    *,
    compared: bool,
    factors: pd.DataFrame | None,
    named: int | None = NAMED,
    everyone: EventColumns | None = None,
) -> tuple[list[Dense], LeftOut, list[Message]]:
    """Every grid with its pairs, what was left out, and what the grids had to say.

    `benchmark` is that of events that name none, None where all do; `compared`: the model has a benchmark, so that none may be
    studied itself; `named`: so many pairs of each reason are named among those left out, None: all. `everyone`: all events of
    these firms, where `events` are a part of them.
    """
    left = LeftOut(named=named)
    placed = _once(events, place(events, prices, config, benchmark, left, compared=compared), left)
    known = events if everyone is None else everyone
    days = placed if everyone is None else place(everyone, prices, config, benchmark, LeftOut(), compared=compared)
    near = (known.tickers, known.ticker[days.rows], days.session)
    grids, warned = [], []
    for g in range(len(placed.grids)):
        own = placed.on(g)
        if len(own.rows):
            dense, said = _dense(events, own, g, prices, config, factors, left, near)
            grids.append(dense)
            warned += said
    return grids, left, warned


def _once(events: EventColumns, placed: Placed, left: LeftOut) -> Placed:
    """The pairs without those of the same firm and day 0 as an earlier one, which are noted in `left`."""
    own, _ = pd.factorize(placed.session.astype(np.int64) * len(events.tickers) + events.ticker[placed.rows])
    first = np.flatnonzero(np.diff(np.maximum.accumulate(own), prepend=-1))  # codes are given in the order of the pairs
    if len(first) == len(own):
        return placed
    kept = first[own]
    again = np.flatnonzero(kept != np.arange(len(own)))
    left.repeats += zip(placed.rows[again].tolist(), placed.rows[kept[again]].tolist(), strict=True)
    return placed.take(np.flatnonzero(kept == np.arange(len(own))))


def _dense(
    events: EventColumns,
    placed: Placed,
    grid: int,
    prices: PriceTable,
    config: StudyConfig,
    factors: pd.DataFrame | None,
    left: LeftOut,
    every: tuple[tuple[str, ...], Ints, Days],
) -> tuple[Dense, list[Message]]:
    """The table of one grid and of its pairs, `placed`, those that can be studied.

    `every`: names of tickers, and which of them and what day 0 each event of the run has, of which other grids may hold some.
    """
    place, days, latest = placed.grids[grid], placed.days[grid], placed.session.max().astype(date)
    ticker, tickers = _by_name(events.ticker[placed.rows], events.tickers)
    market, benchmarks = _by_name(placed.benchmark, placed.benchmarks)
    sessions, warned = grid_sessions(*place, days, list(tickers), latest, prices, config)
    before, after = -config.reach.start, config.event_window.end
    returns, span, last = returns_by_security(prices, tickers, sessions, config)
    regressors, last_market = regressors_on(prices, benchmarks, sessions, config, factors)
    row = before + rows_of(sessions, placed.session)
    beyond = before + len(sessions)
    keep = _studied(events, placed, returns, tickers, (ticker, row, market), beyond, prices, config, left)
    ticker, market, row = ticker[keep], market[keep], row[keep]
    seen = last[ticker] - (row - before)
    gone = (seen < after) & (last[ticker] < last_market[market])
    late = (sessions[row - before] - placed.local[keep]).astype(np.int64)
    shape = (returns.shape[0], returns.shape[1])
    busy = near_events(_cells_of(every, tickers, sessions, before, shape[1]), shape, config.mask_other_events or 0)
    dense = Dense(
        returns=returns,
        regressors=regressors,
        names=("benchmark", *factor_names(factors)),
        sessions=padded(sessions, config),
        tickers=tickers,
        security=ticker,
        row=row,
        table=market,
        last_close=np.minimum(seen, after),
        delisted=gone,
        late=late,
        origin=placed.rows[keep],
        estimation=config.estimation_days,
        event=config.event_window,
        columns=np.array(config.columns),
        looked_at=config.looked_at,
        window_days=config.window_days,
        exclude=np.array(config.exclude_dates, dtype="datetime64[D]"),
        place=place,
        benchmarks=benchmarks,
        n_shifted=int(np.count_nonzero(late)),
        n_delisted=int(gone.sum()),
        span=span,
        busy=busy,
        mask=config.mask_other_events,
    )
    return dense.with_mask(least_left(config)), warned


def _studied(
    events: EventColumns,
    placed: Placed,
    returns: Floats,
    tickers: tuple[str, ...],
    at: tuple[Ints, Ints, Ints],
    beyond: int,
    prices: PriceTable,
    config: StudyConfig,
    left: LeftOut,
) -> Ints:
    """Positions of the pairs that can be studied; one whose day 0 has no return is left out (ruling 12), and a twin.

    `at`: the security, the day of day 0 and the benchmark of each in the tables; `beyond`: the day after the last session.
    """
    ticker, row, market = at
    there = row < beyond
    known = np.minimum(row, beyond - 1)
    day0 = returns[ticker, known]
    if config.day0_seen:
        there &= np.isfinite(day0)
    lost = np.flatnonzero(~there)
    left.rows(
        events,
        placed.rows[lost],
        "NO_DAY0",
        lambda i: _why_no_day0(tickers[ticker[lost[i]]], placed.session[lost[i]].astype(date), prices),
    )
    twin = _twins(returns, day0, ticker, known, market, there, config)
    for i in np.flatnonzero(twin >= 0).tolist():
        said = {"ticker": tickers[ticker[i]], "twin": tickers[ticker[twin[i]]]}
        left.rows(events, placed.rows[i : i + 1], "DUPLICATE_SERIES", sentence("DUPLICATE_SERIES", **said))
    return np.flatnonzero(there & (twin < 0))


def _cells_of(
    every: tuple[tuple[str, ...], Ints, Days], tickers: tuple[str, ...], sessions: Days, before: int, width: int
) -> Ints:
    """(K,) where day 0 of those of `every` event that are on this grid stands in its table, `width` days a security."""
    names = {name: i for i, name in enumerate(tickers)}
    security = np.array([names.get(name, -1) for name in every[0]], dtype=np.int64)[every[1]]
    day = rows_of(sessions, every[2])
    here = (security >= 0) & (sessions[np.minimum(day, len(sessions) - 1)] == every[2])
    cells: Ints = security[here] * width + before + day[here]
    return cells


def least_left(config: StudyConfig) -> int:
    """How many estimation days must be left of a pair when those near other events are taken out."""
    return max(config.min_estimation, _LEAST)


def _twins(
    returns: Floats, day0: Floats, security: Ints, row: Ints, table: Ints, there: Bools, config: StudyConfig
) -> Ints:
    """(E,) for each pair an earlier one of the same day 0 and benchmark with the same returns, -1 for none.

    `day0` (E,) the return of that day. Returns are the same that agree to 1e-12 on all days that both have, of estimation and
    event window, at least thirty.
    """
    found = np.full(len(row), -1, dtype=np.int64)
    own = _alike(np.flatnonzero(there), day0[there])
    days = day0[own]
    order = own[
        np.lexsort((days, row[own] * (int(table.max(initial=0)) + 1) + table[own]))
    ]  # which keeps earlier ones first
    columns = np.array(config.columns)
    value = day0[order]
    near = (np.diff(row[order]) == 0) & (np.diff(table[order]) == 0) & (np.abs(np.diff(value)) <= _SAME)
    near &= np.diff(security[order]) != 0
    edges = np.flatnonzero(np.diff(near, prepend=False, append=False)).tolist()
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        pairs = np.sort(order[first : last + 1])[:_LONGEST_RUN]
        for k, i in enumerate(pairs.tolist()):
            for j in pairs[:k].tolist():
                apart = np.abs(returns[security[i], row[i] + columns] - returns[security[j], row[j] + columns])
                if found[j] < 0 and np.isfinite(apart).sum() >= _LEAST and (np.isnan(apart) | (apart <= _SAME)).all():
                    found[i] = j
                    break
    return found


def _alike(pairs: Ints, value: Floats) -> Ints:
    """Of pairs and a value of each those that share it with another one, ascending: of many pairs these are few."""
    if not (np.diff(np.sort(value)) <= _SAME).any():  # which is quicker to say than which they are
        return pairs[:0]
    order = np.argsort(value)
    near = np.diff(value[order], prepend=np.nan, append=np.nan) <= _SAME
    return np.sort(pairs[order[near[1:] | near[:-1]]])


def _by_name(codes: Ints, names: tuple[str, ...]) -> tuple[Ints, tuple[str, ...]]:
    """The codes and names that occur, in the order of the names: it must not matter in which order events are given."""
    used = sorted(np.flatnonzero(np.bincount(codes)).tolist(), key=lambda i: names[i])
    place = np.full(len(names), -1, dtype=np.int64)
    place[used] = np.arange(len(used))
    return place[codes], tuple(names[i] for i in used)


def _why_no_day0(ticker: str, session: date, prices: PriceTable) -> Phrase:
    """A sentence on why day 0 of a ticker has no return."""
    closes = prices.close[ticker].dropna()
    if closes.empty:
        return sentence("NO_DAY0.empty", ticker=ticker)
    first, last = closes.index[0].date(), closes.index[-1].date()
    if first < session <= last:
        form = "NO_DAY0.return" if prices.of_returns([ticker]) else "NO_DAY0"
        return sentence(form, ticker=ticker, session=session)
    form = "NO_DAY0.before" if session <= first else "NO_DAY0.after"
    return sentence(form, session=session, ticker=ticker, first=first, last=last)
