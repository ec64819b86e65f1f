"""Prices on a grid of sessions become returns.

A return exists only between two sessions of the grid that both have a price (METHODS 0.5): nothing is filled forward.
Total return of a session = (close + dividend) / previous close - 1, or the ratio of adjusted closes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from eventstudy.panel.block import Bools, Days, Floats, Ints
from eventstudy.prices import PriceTable

Kind = Literal["simple", "log", "difference"]
_TILE = 512
"""Days whose returns are worked out together."""


@dataclass(frozen=True)
class GridReturns:
    """Returns of n tickers on S sessions of one grid."""

    returns: Floats
    """(S, n) decimals; NaN where the session has no return."""
    span: Ints
    """(S, n) sessions each return covers; 1 unless trade-to-trade bridged a gap."""
    level: Floats
    """(S, n) prices, not to be written to; NaN where the session has none."""


def grid_returns(
    table: PriceTable,
    tickers: list[str],
    sessions: Days,
    kind: Kind,
    missing: Literal["drop", "trade_to_trade"],
    out: Floats | None = None,
) -> GridReturns:
    """Returns of `tickers` on `sessions` (S, ascending), in `out` (S, n) where that is given.

    A dividend that falls between two sessions of the grid belongs to the later one.
    """
    level = _on(table.close, tickers, sessions)
    if (take := table.adjusted(tickers)).any():
        level = np.where(take, _on(table.fields["adj_close"], tickers, sessions), level)
    paid = _dividends(table, tickers, sessions)
    out = np.empty_like(level) if out is None else out
    if kind == "difference":
        return _changes(level, np.isfinite(level), missing, out)
    if missing == "trade_to_trade":
        gross, span = _bridged(level, paid, np.isfinite(level), out)
    else:
        gross, span = _adjacent(level, paid, out), np.broadcast_to(np.int64(1), level.shape)
    if given := [i for i, t in enumerate(tickers) if t in table.info and table.info[t].basis == "returns"]:
        gross[:, given] = _given(table, [tickers[i] for i in given], sessions)
    if kind == "log":
        gross[gross == 0] = np.nan  # a loss of all there was has no logarithm
    returns = np.log(gross, out=gross) if kind == "log" else np.subtract(gross, 1, out=gross)
    return GridReturns(returns, span, level)


def plain_closes(
    table: PriceTable, tickers: list[str], sessions: Days, kind: Kind, missing: Literal["drop", "trade_to_trade"]
) -> tuple[Floats, Ints, Ints] | None:
    """The closes (S', n') that returns of `tickers` are simple ratios of; None where anything else enters.

    With the columns (n,) of the tickers and the row (S,) of each session, S' for those without one: as the kernel takes them.
    """
    bases = {table.info[t].basis for t in tickers if t in table.info}
    other = bases & {"returns", "dividends"} or table.adjusted(tickers).any()
    columns = [table.position(t) for t in tickers]
    if kind != "simple" or missing != "drop" or other or None in columns:
        return None
    days = table.close.index.to_numpy("datetime64[D]")
    rows = np.searchsorted(days, sessions)
    there = np.append(days, np.datetime64("NaT"))[rows] == sessions
    return table.close.to_numpy(float), np.array(columns, dtype=np.int64), np.where(there, rows, len(days))


def _changes(level: Floats, known: Bools, missing: str, out: Floats) -> GridReturns:
    """Changes of levels, which may be zero or negative."""
    if missing == "trade_to_trade":
        start, span = _since(known)
        before = np.where(start >= 0, level[np.maximum(start, 0), np.arange(level.shape[1])], np.nan)
        return GridReturns(np.subtract(level, before, out=out), span, level)
    out[:1] = np.nan
    np.subtract(level[1:], level[:-1], out=out[1:])
    return GridReturns(out, np.broadcast_to(np.int64(1), level.shape), level)


def _since(known: Bools) -> tuple[Ints, Ints]:
    """(S, n) the row of the last value before each known one, -1 where there is none; and the sessions from it to there."""
    rows = np.arange(len(known))[:, None]
    last = np.maximum.accumulate(np.where(known, rows, -1), axis=0)
    before = np.vstack([np.full((1, known.shape[1]), -1), last[:-1]])
    start = np.where(known, before, -1)
    return start, np.where(start >= 0, rows - start, 1).astype(np.int64)


def volume_on(table: PriceTable, tickers: list[str], sessions: Days) -> Floats:
    """(S, n) shares traded; NaN where unknown."""
    if "volume" not in table.fields:
        return np.full((len(sessions), len(tickers)), np.nan)
    return _on(table.fields["volume"], tickers, sessions).copy()


def _given(table: PriceTable, tickers: list[str], sessions: Days) -> Floats:
    """(S, n) gross returns where returns themselves were given, compounded over the days since the last session of the grid.

    A day without a return costs that one; the first day of a series has its own.
    """
    frame = table.fields["ret"].reindex(columns=tickers)
    days, values = frame.index.to_numpy("datetime64[D]"), frame.to_numpy(float)
    first = np.where(np.isfinite(values).any(axis=0), np.isfinite(values).argmax(axis=0), len(values))
    rows = np.arange(len(values))[:, None]
    grown = np.cumsum(np.log1p(np.where(np.isfinite(values) & (values > -1), values, 0.0)), axis=0)
    lost = np.cumsum(values == -1, axis=0)
    holes = np.cumsum(np.isnan(values) & (rows >= first), axis=0)
    start = np.zeros((1, len(tickers)))
    grown, lost, holes = (np.vstack([start, a]) for a in (grown, lost, holes))
    upto = np.searchsorted(days, sessions, side="right")
    before = np.concatenate([upto[:1] * 0 + np.searchsorted(days, sessions[:1], side="left"), upto[:-1]])
    gross = np.exp(grown[upto] - grown[before])
    gross[lost[upto] > lost[before]] = 0.0
    there = np.zeros(len(sessions), bool)
    there[upto > before] = days[np.maximum(upto - 1, 0)][upto > before] == sessions[upto > before]
    single = (upto - before == 1) & there
    gross[single] = 1 + values[upto[single] - 1]
    known = there[:, None] & (holes[upto] == holes[before]) & (upto[:, None] > first)
    return np.where(known, gross, np.nan)


def _adjacent(level: Floats, paid: Floats | None, gross: Floats) -> Floats:
    """(S, n) gross returns between sessions that follow each other, NaN where one lacks its price."""
    gross[:1] = np.nan
    ends = level if paid is None else level + paid - np.vstack([paid[:1], paid[:-1]])
    for first in range(1, len(level), _TILE):  # some days at a time, which stay in the cache where rows become columns
        days, before = slice(first, first + _TILE), slice(first - 1, first + _TILE - 1)
        np.divide(ends[days], level[before][: len(level) - first], out=gross[days])
    return gross


def _bridged(level: Floats, paid: Floats | None, priced: Bools, gross: Floats) -> tuple[Floats, Ints]:
    """(S, n) gross returns since the last price, however long ago, and the sessions each covers."""
    before, span = _since(priced)
    columns = np.arange(level.shape[1])
    known = before >= 0
    start = np.where(known, before, 0)
    end = level if paid is None else level + paid - paid[start, columns]
    return np.divide(end, np.where(known, level[start, columns], np.nan), out=gross), span


def _on(frame: pd.DataFrame, tickers: list[str], sessions: Days) -> Floats:
    """(S, n) these columns on these sessions, not to be written to; NaN where there is none."""
    columns = frame.columns.get_indexer(pd.Index(tickers, dtype=object))
    days, values = frame.index.to_numpy("datetime64[D]"), frame.to_numpy(float)
    if (columns >= 0).all() and np.array_equal(days, sessions):
        in_a_row = len(columns) > 0 and bool((np.diff(columns) == 1).all())
        return values[:, columns[0] : columns[-1] + 1] if in_a_row else values[:, columns]
    found = np.full((len(sessions), len(columns)), np.nan)
    own = np.searchsorted(days, sessions)
    rows = np.flatnonzero(np.append(days, np.datetime64("NaT"))[own] == sessions)
    there = np.flatnonzero(columns >= 0)
    found[rows[:, None], there] = values[own[rows][:, None], columns[there]]
    return found


def _dividends(table: PriceTable, tickers: list[str], sessions: Days) -> Floats | None:
    """(S, n) dividends paid up to and including each session, zero for tickers whose return needs none; None: no dividends."""
    counted = [t for t in tickers if t in table.info and table.info[t].basis == "dividends"]
    if "dividend" not in table.fields or not counted:
        return None
    frame = table.fields["dividend"].reindex(columns=counted).fillna(0.0)
    running = np.vstack([np.zeros(len(counted)), frame.to_numpy(float).cumsum(axis=0)])
    upto = np.searchsorted(frame.index.to_numpy("datetime64[D]"), sessions, side="right")
    total = np.zeros((len(sessions), len(tickers)))
    total[:, [tickers.index(t) for t in counted]] = running[upto]
    return total


def across_gaps(regressors: Floats, rows: Ints, span: Ints, kind: Kind) -> Floats:
    """Regressors compounded (logs and differences: added up) over the sessions that each return covers.

    `regressors` (S, F) on the grid, `rows` (T,) grid rows of a pair's columns, `span` (T,) sessions each return covers.
    Returns (T, F); NaN where one of the covered sessions lacks the regressor.
    """
    running = np.cumsum(np.nan_to_num(np.log1p(regressors) if kind == "simple" else regressors), axis=0)
    unknown = np.cumsum(np.isnan(regressors), axis=0)
    first = rows - span
    total = running[rows] - np.where((first >= 0)[:, None], running[first], 0.0)
    holes = unknown[rows] - np.where((first >= 0)[:, None], unknown[first], 0)
    total = np.expm1(total) if kind == "simple" else total
    single = (span == 1)[:, None]
    return np.where(single, regressors[rows], np.where(holes > 0, np.nan, total))
