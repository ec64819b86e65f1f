"""Many pairs lined up without an object for each: one table of returns a grid, and where in it each pair stands.

The rules, codes and sentences are those of `align`: METHODS 0.3, 0.5, rulings 3, 12, 19. What differs is that pairs which do
not fit are counted by reason, and only the first few are named.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from eventstudy.config import StudyConfig
from eventstudy.events.columns import EventColumns
from eventstudy.panel.align import last_row, why_no_day0
from eventstudy.panel.block import Days, Ints
from eventstudy.panel.dense import Dense, regressors_of, returns_by_security, whole_windows
from eventstudy.panel.grid import factor_names, factors_on, grid_sessions
from eventstudy.panel.left_out import NAMED, LeftOut, exclusion_of
from eventstudy.panel.place import Placed, place
from eventstudy.panel.returns import grid_returns
from eventstudy.panel.warned import Warned
from eventstudy.prices import PriceTable


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
            exclusion_of(
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
