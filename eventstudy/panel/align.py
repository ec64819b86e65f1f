"""Lines events and prices up: (event, ticker) pairs become one block, and what does not fit is listed with its reason.

Rules: METHODS 0.3 (day 0), 0.5 (missing data) and rulings 3, 12, 15, 16, 19.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from eventstudy import exchanges
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidRequest
from eventstudy.exchanges import Day0, Moment
from eventstudy.panel.block import Bools, Days, EventBlock, Floats, Ints
from eventstudy.panel.grid import Grid, build_grid, factor_names
from eventstudy.panel.homes import exchange_beside
from eventstudy.panel.returns import across_gaps
from eventstudy.panel.warned import Exclusion, Warned
from eventstudy.prices import PriceTable


@dataclass(frozen=True)
class Pair:
    """One security and one event: an instance of the study."""

    event_id: str
    ticker: str
    benchmark: str
    moment: Moment
    peers: tuple[str, ...] = ()
    """Tickers it is compared with, by models that do; never its own."""


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
    warnings: tuple[Warned, ...]
    """What the grids had to say; `checks.check` adds what the lined-up pairs have to say."""

    def rests_on(self, pair: int, days: Days, left_out: Days) -> Bools:
        """Which of these days lie in the estimation or event window of a pair; `left_out` are days left out of the estimation.

        A price of a day that is no session of the pair counts for its next session, whose return holds it.
        """
        block = self.block
        own = block.sessions[block.design[pair]]
        used = np.ones(len(own), bool)
        used[block.estimation_columns] = ~np.isin(own[block.estimation_columns], left_out)
        used[block.estimation_columns.stop : block.event_columns.start] = False
        known = np.flatnonzero(~np.isnat(own))
        if not len(known):
            return np.zeros(len(days), bool)
        place = known[np.minimum(np.searchsorted(own[known], days), len(known) - 1)]
        inside: Bools = (days >= own[known[0]]) & (days <= own[known[-1]]) & used[place]
        return inside

    def take(self, which: Ints) -> Panel:
        """The pairs at these positions; designs are shared, not copied."""
        block = replace(self.block, returns=self.block.returns[which], design=self.block.design[which])
        return replace(
            self,
            pairs=tuple(self.pairs[i] for i in which),
            day0=tuple(self.day0[i] for i in which),
            block=block,
            volume=self.volume[which],
            last_close=self.last_close[which],
            delisted=self.delisted[which],
        )


Placed = tuple[int, Pair, Day0]
"""Position of a pair in the request, the pair, and its day 0."""


def align(pairs: Sequence[Pair], prices: PriceTable, config: StudyConfig, factors: pd.DataFrame | None = None) -> Panel:
    """Line up all pairs; a pair that cannot be lined up is in `excluded` with its reason.

    `factors`: index sessions, columns factor returns as decimals (`rf` among them), or None.
    """
    excluded: list[Exclusion] = []
    warned: list[Warned] = []
    peers = list(dict.fromkeys(p for pair in pairs for p in pair.peers if p in prices.close.columns))
    beside: dict[tuple[str, str], str] = {}
    by_grid: dict[tuple[str | None, str | None], list[Placed]] = {}
    for position, pair in enumerate(pairs):
        found = _place(pair, prices, config, beside)
        if isinstance(found, Exclusion):
            excluded.append(found)
        else:
            by_grid.setdefault(found[1], []).append((position, pair, found[0]))
    pieces = []
    for (home, abroad), placed in by_grid.items():
        tickers = list(dict.fromkeys(pair.ticker for _, pair, _ in placed))
        benchmarks = list(dict.fromkeys(pair.benchmark for _, pair, _ in placed))
        last = max(day0.session for _, _, day0 in placed)
        grid, said = build_grid(home, abroad, tickers, benchmarks, peers, last, prices, config, factors)
        warned += said
        piece, dropped, said = _line_up(grid, placed, config, factor_names(factors), peers, prices)
        pieces.append(piece)
        excluded += dropped
        warned += said
    names = ("benchmark", *factor_names(factors), *peer_names(peers))
    return _join(pieces, config, names, excluded, warned)


def peer_names(peers: list[str]) -> tuple[str, ...]:
    """The names of a block's regressors that hold peers."""
    return ("peer", *(f"@{ticker}" for ticker in peers)) if peers else ()


def _place(
    pair: Pair, prices: PriceTable, config: StudyConfig, beside: dict[tuple[str, str], str]
) -> tuple[Day0, tuple[str | None, str | None]] | Exclusion:
    """Day 0 of a pair and the exchanges that make its grid, or why it has none.

    `beside` remembers the exchanges of (benchmark, exchange of the share).
    """
    for ticker, reason in ((pair.ticker, "NO_PRICES"), (pair.benchmark, "NO_BENCHMARK")):
        if ticker not in prices.close.columns:
            why = prices.missing.get(ticker)
            return Exclusion(pair.event_id, pair.ticker, reason, why.what if why else f"no prices for {ticker}")
    try:
        if config.calendar is None:
            sessions = prices.close.index.to_numpy("datetime64[D]")
            return exchanges.day0_on_sessions(pair.moment, sessions, max_shift=config.max_shift), (None, None)
        home = exchanges.exchange_of(pair.ticker)
        if (pair.benchmark, home) not in beside:
            beside[pair.benchmark, home] = exchange_beside(pair.benchmark, home, prices)
        day0 = exchanges.day0(pair.moment, home, max_shift=config.max_shift)
        return day0, (home, beside[pair.benchmark, home])
    except InvalidRequest as error:
        return Exclusion(pair.event_id, pair.ticker, "NO_DAY0", error.what)


@dataclass(frozen=True)
class _Piece:
    """The lined-up pairs of one grid; see `Panel` and `EventBlock` for the arrays."""

    placed: list[Placed]
    returns: Floats
    volume: Floats
    last_close: Ints
    delisted: Bools
    design: Ints
    regressors: Floats
    sessions: Days
    span: Floats


def _line_up(
    grid: Grid,
    placed: list[Placed],
    config: StudyConfig,
    factors: tuple[str, ...],
    peers: list[str],
    prices: PriceTable,
) -> tuple[_Piece, list[Exclusion], list[Warned]]:
    """Gather the windows of the pairs of one grid; a pair whose day 0 has no return is dropped (ruling 12)."""
    start, end = config.estimation_window.start, config.event_window.end
    row0 = np.searchsorted(grid.sessions, np.array([d.session for _, _, d in placed], dtype="datetime64[D]"))
    own = np.array([grid.tickers[pair.ticker] for _, pair, _ in placed])
    market = np.array([grid.benchmarks[pair.benchmark] for _, pair, _ in placed])
    rows, inside = _rows(row0, start, end, len(grid.sessions))
    returns = np.where(inside, grid.own.returns[rows, own[:, None]], np.nan)
    span = np.where(inside, grid.own.span[rows, own[:, None]], 1)
    kept = np.isfinite(returns[:, -start])
    dropped = [_no_day0(p, prices) for p, there in zip(placed, kept, strict=True) if not there]
    keep = np.flatnonzero(kept)
    placed = [_on_grid(placed[i], grid.sessions[row0[i]].astype(date)) for i in keep]
    returns, span, rows, inside = returns[keep], span[keep], rows[keep], inside[keep]
    row0, own, market = row0[keep], own[keep], market[keep]
    returns = _leave_out(returns, span, grid.sessions[rows], config)
    last, last_market = last_row(grid.own.priced)[own], last_row(grid.market.priced)[market]
    belongs = np.array([[p in pair.peers for p in peers] for _, pair, _ in placed], dtype=bool).reshape(
        len(keep), len(peers)
    )
    design, first = _designs(row0, market, span, belongs)
    regressors = _regressors(grid, rows[first], inside[first], market[first], span[first], factors, config)
    if peers:
        compared, lacking = _peers(grid, rows[first], inside[first], span[first], belongs[first], regressors, config)
        regressors = np.concatenate([regressors, compared], axis=2)
        warned = [
            _left_out(placed[f], [peers[j] for j in np.flatnonzero(row)])
            for f, row in zip(first, lacking, strict=True)
            if row.any()
        ]
    else:
        warned = []
    gathered = _Piece(
        placed=placed,
        returns=returns,
        volume=np.where(inside, grid.own.volume[rows, own[:, None]], np.nan)[:, -config.event_window.length :],
        last_close=np.minimum(last - row0, end).astype(np.int64),
        delisted=(last < row0 + end) & (last < last_market),
        design=design,
        regressors=regressors,
        sessions=np.where(inside[first], grid.sessions[rows[first]], np.datetime64("NaT", "D")),
        span=span[first].astype(float),
    )
    return gathered, dropped, warned


def _rows(row0: Ints, start: int, end: int, size: int) -> tuple[Ints, Bools]:
    """(N, T) grid rows of the columns start..end around day 0, and which of them exist (the others point at row 0)."""
    rows = row0[:, None] + np.arange(start, end + 1)
    inside = (rows >= 0) & (rows < size)
    return np.where(inside, rows, 0), inside


def last_row(priced: Bools) -> Ints:
    """(n,) the last row that has a price; -1 where none has."""
    last = len(priced) - 1 - np.argmax(priced[::-1], axis=0)
    return np.where(priced.any(axis=0), last, -1).astype(np.int64)


def _on_grid(placed: Placed, session: date) -> Placed:
    """Day 0 as counted: on a shared grid it may be a later session than on the ticker's own exchange."""
    position, pair, day0 = placed
    late = (session - day0.local_date).days
    return position, pair, replace(day0, session=session, shifted=late != 0, shift_days=late)


def _no_day0(placed: Placed, prices: PriceTable) -> Exclusion:
    _, pair, day0 = placed
    return Exclusion(pair.event_id, pair.ticker, "NO_DAY0", why_no_day0(pair.ticker, day0.session, prices))


def why_no_day0(ticker: str, session: date, prices: PriceTable) -> str:
    """A sentence on why day 0 of a ticker has no return."""
    closes = prices.close[ticker].dropna()
    if closes.empty:
        return f"{ticker} has no price at all"
    first, last = closes.index[0].date(), closes.index[-1].date()
    where = "before" if session <= first else "after" if session > last else "inside"
    if where == "inside":
        return f"{ticker} lacks the close of day 0, {session}, or of the session before"
    return f"day 0 is {session}, {where} the prices of {ticker}, {first} to {last}"


def _leave_out(returns: Floats, span: Ints, sessions: Days, config: StudyConfig) -> Floats:
    """Take out excluded dates, and returns that lie mostly before the estimation window (ruling 15)."""
    days = config.estimation_window.length
    returns = returns.copy()
    if config.exclude_dates:
        hit = np.isin(sessions[:, :days], np.array(config.exclude_dates, dtype="datetime64[D]"))
        returns[:, :days][hit] = np.nan
    within = np.minimum(span[:, :days], np.arange(1, days + 1))
    returns[:, :days][2 * within < span[:, :days]] = np.nan
    return returns


def _designs(row0: Ints, market: Ints, span: Ints, belongs: Bools) -> tuple[Ints, Ints]:
    """(N,) the design of each pair, and (D,) one pair of each design.

    Pairs share a design when day 0, benchmark, peers and spans agree; only trade-to-trade returns make spans differ.
    """
    special = np.where((span > 1).any(axis=1), np.arange(1, len(span) + 1), 0)
    keys = np.vstack([row0, market, special, belongs.T])
    _, first, which = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    return which.reshape(-1).astype(np.int64), first.astype(np.int64)


def _regressors(
    grid: Grid,
    rows: Ints,
    inside: Bools,
    market: Ints,
    span: Ints,
    names: tuple[str, ...],
    config: StudyConfig,
) -> Floats:
    """(D, T, F) benchmark returns, factors, and `mkt_rf` derived from the benchmark where it is not in the file."""
    values = np.concatenate([grid.market.returns[rows, market[:, None]][:, :, None], grid.factors[rows]], axis=2)
    for d in np.flatnonzero((span > 1).any(axis=1)):
        wide = np.column_stack([grid.market.returns[:, market[d]], grid.factors])
        values[d] = across_gaps(wide, rows[d], span[d], config.returns)
    if len(names) == values.shape[2]:
        rf = values[:, :, 1 + names.index("rf")]
        values = np.concatenate([values, (values[:, :, 0] - rf)[:, :, None]], axis=2)
    return np.where(inside[:, :, None], values, np.nan)


def _peers(
    grid: Grid, rows: Ints, inside: Bools, span: Ints, belongs: Bools, regressors: Floats, config: StudyConfig
) -> tuple[Floats, Bools]:
    """(D, T, 1 + J) the mean of each design's peers and the return of each, and (D, J) which peers had to be left out.

    A peer counts for a design only with a return on every day on which the benchmark has one, so that the peers of a design
    are the same firms on every day.
    """
    values = grid.peers[rows]
    for d in np.flatnonzero((span > 1).any(axis=1)):
        values[d] = across_gaps(grid.peers, rows[d], span[d], config.returns)
    needed = inside & np.isfinite(regressors[:, :, 0])
    whole = (np.isfinite(values) | ~needed[:, :, None]).all(axis=1)
    values = np.where((belongs & whole)[:, None, :] & inside[:, :, None], values, np.nan)
    count = (belongs & whole).sum(axis=1)
    mean = np.where(count > 0, 1.0, np.nan)[:, None] * np.nansum(values, axis=2) / np.maximum(count, 1)[:, None]
    mean = np.where(needed, mean, np.nan)
    return np.concatenate([mean[:, :, None], values], axis=2), belongs & ~whole


def _left_out(placed: Placed, peers: list[str]) -> Warned:
    """A sentence on peers that a pair had to do without."""
    _, pair, day0 = placed
    text = f"{', '.join(peers)}: not compared with, because days around {day0.session} lack a return"
    return Warned("PEER_INCOMPLETE", text, pair.event_id)


def _join(
    pieces: list[_Piece],
    config: StudyConfig,
    names: tuple[str, ...],
    excluded: list[Exclusion],
    warned: list[Warned],
) -> Panel:
    """One panel from the pieces of all grids, the pairs in the order of the request."""
    placed = [p for piece in pieces for p in piece.placed]
    order = np.argsort([position for position, _, _ in placed], kind="stable").astype(np.int64)
    width = config.event_window.end - config.estimation_window.start + 1
    shift = np.cumsum([0, *(len(piece.span) for piece in pieces)])
    design = [piece.design + s for piece, s in zip(pieces, shift, strict=False)]

    def stack(arrays: list[np.ndarray], *tail: int, dtype: str = "float64") -> np.ndarray:
        return np.concatenate(arrays) if arrays else np.empty((0, *tail), dtype=dtype)

    block = EventBlock(
        returns=stack([p.returns for p in pieces], width)[order],
        regressors=stack([p.regressors for p in pieces], width, len(names)),
        names=names,
        design=stack(design, dtype="int64")[order],
        sessions=stack([p.sessions for p in pieces], width, dtype="datetime64[D]"),
        span=stack([p.span for p in pieces], width),
        estimation=config.estimation_window,
        event=config.event_window,
    )
    return Panel(
        pairs=tuple(placed[i][1] for i in order),
        day0=tuple(placed[i][2] for i in order),
        block=block,
        volume=stack([p.volume for p in pieces], config.event_window.length)[order],
        last_close=stack([p.last_close for p in pieces], dtype="int64")[order],
        delisted=stack([p.delisted for p in pieces], dtype="bool")[order],
        excluded=tuple(excluded),
        warnings=tuple(warned),
    )
