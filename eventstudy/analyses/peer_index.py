"""A benchmark without the firm itself: an equal-weighted index of its peers, rebalanced every session.

A large firm is a large part of its own benchmark, which then takes part of its reaction for the market's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from eventstudy.events import Event
from eventstudy.language import Phrase
from eventstudy.panel import home_of
from eventstudy.panel.returns import grid_returns
from eventstudy.prices import PriceTable, SeriesInfo
from eventstudy.study.result import StudyResult
from eventstudy.study.study import PEER_ROLES, peers_in

PEERS = "peers"
"""The name of the index among benchmarks."""

FUNDS = ("SPY", "QQQ", "VTI", "IWM", "DIA", "SOXX", "SMH", "^GSPC", "^NDX", "^GDAXI", "^STOXX50E")
"""Index funds and indices that stand in for a market where the prices hold them; never peers."""


def with_peer_index(prices: PriceTable, peers: Sequence[str], name: str = PEERS) -> PriceTable:
    """The table with the index of `peers` as one more ticker, `name`; it starts at 100.

    Its sessions are those on which one of the peers has a price; it has a level where at least half of them have a return.

    Raises:
        ValueError: none of the peers has prices.
    """
    prices = prices.naming(peers)
    names = [t for t in dict.fromkeys(peers) if t in prices.close.columns]
    if not names:
        raise ValueError("none of the peers has prices")
    traded = prices.close[names].notna().any(axis=1)
    dates = prices.close.index[traded.to_numpy()]
    returns = grid_returns(prices, names, dates.to_numpy("datetime64[D]"), "simple", "drop").returns
    known = np.isfinite(returns)
    count = known.sum(axis=1)
    mean = np.where(known, returns, 0.0).sum(axis=1) / np.maximum(count, 1)
    there = 2 * count >= len(names)
    level = 100 * np.cumprod(np.where(there, 1 + mean, 1.0))
    there[:1] = True
    closes = prices.close.assign(**{name: np.nan})
    closes.loc[dates, name] = np.where(there, level, np.nan)
    fields = {field: frame.reindex(columns=closes.columns) for field, frame in prices.fields.items()}
    return replace(
        prices, fields=fields | {"close": closes}, info={**prices.info, name: SeriesInfo("the peers", "as_given")}
    )


def known_events(result: StudyResult) -> tuple[Event, ...]:
    """The events as the registry has them, with all their tickers, studied or not."""
    return result.known or result.events


def peers_outside(result: StudyResult, prices: PriceTable, named: Sequence[str] = ()) -> tuple[list[str], str]:
    """Tickers to compare with that are not studied themselves, or none and why.

    Those that are `named`, or that the study names as its peers; else the events' groups of peers and controls; else all
    tickers of the prices but index funds and firms that an event is about. All on the exchange of the firms studied.
    """
    studied = {ticker for event in result.events for ticker in event.tickers}
    events = known_events(result)
    about = {t for event in events for group in event.group if group.role not in PEER_ROLES for t in group.tickers}
    benchmarks = {pair.benchmark for pair in result.panel.pairs}
    wanted = [*named] or [p.split("=")[-1] for p in result.config.peers] or [t for e in events for t in peers_in(e)]
    if not [t for t in wanted if t not in studied]:
        wanted = [t for t in prices.tickers if t not in about | benchmarks and t not in FUNDS]
    found = [t for t in dict.fromkeys(wanted) if t not in studied and t in prices.close.columns]
    if not found:
        return (
            [],
            Phrase(
                "every ticker with prices is studied itself, or the event is about it: there is no one to compare with"
            ),
        )
    homes = {home_of(t, prices).exchange or "" for t in (*studied, *found)} if result.config.calendar else {""}
    if len(homes) > 1:
        return [], Phrase("firms and peers trade on several exchanges: {exchanges:list}", exchanges=sorted(homes))
    return found, ""
