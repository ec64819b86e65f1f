"""Random panels with all that goes wrong in real ones: late listings, delistings, gaps, days without a move, shared dates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Made:
    events: pd.DataFrame
    prices: pd.DataFrame
    factors: pd.DataFrame | None


def made(
    seed: int,
    *,
    securities: int = 20,
    days: int = 700,
    events: int = 120,
    dates: int = 12,
    gaps: float = 0.0,
    listed_late: float = 0.0,
    delisted: float = 0.0,
    still: float = 0.0,
    factors: int = 0,
    benchmarks: int = 1,
) -> Made:
    """`dates` days of events, a week of sessions apart at times, so that windows overlap."""
    rng = np.random.default_rng(seed)
    sessions = pd.bdate_range("2015-01-05", periods=days)
    market = rng.standard_t(4, (days, benchmarks)) * 0.008
    shared = rng.standard_t(4, (days, max(factors, 1))) * 0.004
    own = rng.standard_t(5, (days, securities)) * rng.uniform(0.01, 0.03, securities)
    returns = (
        market[:, :1] * rng.uniform(0.5, 1.5, securities)
        + shared @ rng.normal(0, 1, (shared.shape[1], securities))
        + own
    )
    returns[rng.random(returns.shape) < still] = 0.0
    prices = 50 * np.cumprod(1 + returns, axis=0)
    prices[rng.random(prices.shape) < gaps] = np.nan
    for j in range(securities):
        if rng.random() < listed_late:
            prices[: rng.integers(0, 400), j] = np.nan
        if rng.random() < delisted:
            prices[rng.integers(450, days) :, j] = np.nan
    names = [f"S{j:02d}" for j in range(securities)]
    table = pd.DataFrame(prices, sessions, names)
    for b in range(benchmarks):
        table[f"M{b}"] = 100 * np.cumprod(1 + market[:, b])
    rows = rng.choice(np.arange(280, days - 2), dates, replace=False)
    chosen = rng.choice(securities * dates, events, replace=events > securities * dates)
    frame = pd.DataFrame(
        {
            "ticker": [names[c % securities] for c in chosen],
            "date": sessions[rows[chosen // securities]],
            "event_id": [f"e{i}" for i in range(events)],
            "benchmark": [f"M{i % benchmarks}" for i in range(events)],
        }
    )
    columns = ("mkt_rf", "smb", "hml", "rmw", "cma", "mom")[: max(factors - 1, 0)]
    given = None
    if factors:
        given = pd.DataFrame(shared[:, : len(columns)], sessions, columns).assign(rf=0.00005)
    return Made(frame, table, given)
