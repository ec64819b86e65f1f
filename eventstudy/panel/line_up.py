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
from eventstudy.messages import Message, sentence
from eventstudy.panel.block import Ints
from eventstudy.panel.dense import Dense, padded, regressors_on, returns_by_security, whole_windows
from eventstudy.panel.grid import factor_names, grid_sessions
from eventstudy.panel.left_out import NAMED, LeftOut
from eventstudy.panel.place import Placed, place
from eventstudy.prices import PriceTable


def line_up(
    events: EventColumns,
    prices: PriceTable,
    config: StudyConfig,
    benchmark: str | None,
    *,
    compared: bool,
    factors: pd.DataFrame | None,
    named: int | None = NAMED,
) -> tuple[list[Dense], LeftOut, list[Message]]:
    """Every grid with its pairs, what was left out, and what the grids had to say.

    `benchmark` is that of events that name none, None where all do; `compared`: the model has a benchmark, so that none may be
    studied itself; `named`: so many pairs of each reason are named among those left out, None: all.
    """
    left = LeftOut(named=named)
    placed = place(events, prices, config, benchmark, left, compared=compared)
    grids, warned = [], []
    for g, (home, abroad) in enumerate(placed.grids):
        mine = np.flatnonzero(placed.grid == g)
        if len(mine):
            dense, said = _dense(events, placed, mine, (home, abroad), prices, config, factors, left)
            grids.append(dense)
            warned += said
    return grids, left, warned


def _dense(
    events: EventColumns,
    placed: Placed,
    mine: Ints,
    grid: tuple[str | None, str | None],
    prices: PriceTable,
    config: StudyConfig,
    factors: pd.DataFrame | None,
    left: LeftOut,
) -> tuple[Dense, list[Message]]:
    """The table of one grid and its pairs; a pair whose day 0 has no return is left out (ruling 12)."""
    rows, session = placed.rows[mine], placed.session[mine]
    ticker, tickers = _by_name(events.ticker[rows], events.tickers)
    market, benchmarks = _by_name(placed.benchmark[mine], placed.benchmarks)
    sessions, warned = grid_sessions(*grid, list(tickers), session.max().astype(date), prices, config)
    before, after = -config.reach.start, config.event_window.end
    returns, span, last = returns_by_security(prices, tickers, sessions, config)
    regressors, last_market = regressors_on(prices, benchmarks, sessions, config, factors)
    row0 = np.searchsorted(sessions, session)
    known = np.minimum(row0, len(sessions) - 1)
    there = row0 < len(sessions)
    if config.day0_seen:
        there &= np.isfinite(returns[ticker, known + before])
    lost = np.flatnonzero(~there)
    left.rows(
        events,
        rows[lost],
        "NO_DAY0",
        lambda i: _why_no_day0(tickers[ticker[lost[i]]], session[lost[i]].astype(date), prices),
    )
    keep = np.flatnonzero(there)
    ticker, market, row0, rows = ticker[keep], market[keep], row0[keep], rows[keep]
    gone = (last[ticker] < row0 + after) & (last[ticker] < last_market[market])
    late = (sessions[row0] - placed.local[mine[keep]]).astype(np.int64)
    dense = Dense(
        returns=returns,
        regressors=regressors,
        names=("benchmark", *factor_names(factors)),
        sessions=padded(sessions, config),
        tickers=tickers,
        security=ticker,
        row=row0 + before,
        table=market,
        last_close=np.minimum(last[ticker] - row0, after),
        delisted=gone,
        late=late,
        origin=rows,
        estimation=config.estimation_days,
        event=config.event_window,
        columns=np.array(config.columns),
        looked_at=config.looked_at,
        window_days=config.window_days,
        exclude=np.array(config.exclude_dates, dtype="datetime64[D]"),
        whole=whole_windows(returns, ticker, row0 + before, config.reach.start, config.reach.end),
        place=grid,
        benchmarks=benchmarks,
        n_shifted=int(np.count_nonzero(late)),
        n_delisted=int(gone.sum()),
        span=span,
    )
    return dense, warned


def _by_name(codes: Ints, names: tuple[str, ...]) -> tuple[Ints, tuple[str, ...]]:
    """The codes and names that occur, in the order of the names: it must not matter in which order events are given."""
    used = sorted(np.unique(codes).tolist(), key=lambda i: names[i])
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
        return sentence("NO_DAY0", ticker=ticker, session=session)
    form = "NO_DAY0.before" if session <= first else "NO_DAY0.after"
    return sentence(form, session=session, ticker=ticker, first=first, last=last)
