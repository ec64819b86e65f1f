"""A benchmark without the firm itself: an equal-weighted index of its peers, rebalanced every session.

A large firm is a large part of its own benchmark, which then takes part of its reaction for the market's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from eventstudy.panel.returns import grid_returns
from eventstudy.prices import PriceTable
from eventstudy.prices._table import SeriesInfo

PEERS = "peers"
"""The name of the index among benchmarks."""


def with_peer_index(prices: PriceTable, peers: Sequence[str]) -> PriceTable:
    """The table with the index as one more ticker; a session has a level where half of the peers have a return.

    Raises:
        ValueError: none of the peers has prices.
    """
    names = [t for t in dict.fromkeys(peers) if t in prices.close.columns]
    if not names:
        raise ValueError("none of the peers has prices")
    sessions = prices.close.index.to_numpy("datetime64[D]")
    returns = grid_returns(prices, names, sessions, "simple", "drop").returns
    known = np.isfinite(returns)
    count = known.sum(axis=1)
    mean = np.where(known, returns, 0.0).sum(axis=1) / np.maximum(count, 1)
    there = 2 * count >= len(names)
    level = 100 * np.cumprod(np.where(there, 1 + mean, 1.0))
    there[:1] = True
    closes = prices.close.assign(**{PEERS: np.where(there, level, np.nan)})
    fields = {field: frame.reindex(columns=closes.columns) for field, frame in prices.fields.items()}
    info = {**prices.info, PEERS: SeriesInfo("the peers", "dividends")}
    return replace(prices, fields=fields | {"close": closes}, info=info)
