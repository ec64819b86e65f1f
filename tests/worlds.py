"""Made-up worlds: firms that follow a market on days on which nothing happens, unless a test lets something happen.

    r_it = alpha + beta_i m_t + sigma_i (common f_t + sqrt(1 - common²) e_it), and loads on further factors

`moves` draws returns; `closes` are the prices of such firms and of their market, `walk` those of one series alone; `jumped`,
`damaged` and `long` change a table of prices; `many` is a panel with many events; `series` is what a service of prices holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
from eventstudy.panel import Floats

from tests.loopback.answers import Series

MARKET = "MKT"
SESSIONS = pd.bdate_range("2021-01-04", periods=200)
Range = tuple[float, float]


class Moves(NamedTuple):
    """Simple returns, a row a day."""

    firms: Floats
    """(S, F)"""
    market: Floats
    """(S,)"""
    factors: Floats
    """(S, Q) what else moves the firms."""


def moves(
    rng: np.random.Generator,
    days: int,
    firms: int,
    *,
    alpha: float = 0.0005,
    beta: Range = (0.5, 1.5),
    sigma: Range = (0.01, 0.04),
    common: float = 0.0,
    tails: int | None = None,
    n_factors: int = 0,
) -> Moves:
    """Draw returns; `common` loads all errors on one factor that nobody sees; `tails` are the df of their t, None is normal."""
    market = 0.01 * rng.standard_t(5, days)
    factors = 0.008 * rng.standard_normal((days, n_factors))
    errors = common * shocks(rng, (days, 1), tails) + np.sqrt(1 - common**2) * shocks(rng, (days, firms), tails)
    spread, slope = rng.uniform(*sigma, firms), rng.uniform(*beta, firms)
    returns = alpha + market[:, None] * slope + spread * errors
    if n_factors:
        returns = returns + factors @ rng.uniform(-1, 1, (n_factors, firms))
    return Moves(returns, market, factors)


def shocks(rng: np.random.Generator, shape: tuple[int, ...], tails: float | None = None) -> Floats:
    """Draws of variance one: normal, or of t with `tails` degrees of freedom."""
    if tails is None:
        return rng.standard_normal(shape)
    return np.asarray(rng.standard_t(tails, shape) / np.sqrt(tails / (tails - 2)))


def grown(returns: Floats, start: float = 100.0) -> Floats:
    """Prices whose simple returns these are, row by row, from `start` before the first."""
    return np.asarray(start * np.cumprod(1 + returns, axis=0))


def closes(
    seed: int = 0,
    tickers: Sequence[str] = ("AAA", "BBB", "CCC"),
    index: pd.DatetimeIndex = SESSIONS,
    *,
    sigma: Range = (0.02, 0.02),
    common: float = 0.0,
    tails: int | None = None,
) -> pd.DataFrame:
    """Closes of tickers and of their market `MKT`, one row a session."""
    made = moves(np.random.default_rng(seed), len(index), len(tickers), sigma=sigma, common=common, tails=tails)
    return pd.DataFrame(grown(np.column_stack([made.firms, made.market])), index, [*tickers, MARKET])


def walk(seed: int, days: int, sd: float = 0.01, drift: float = 0.0) -> Floats:
    """(days,) closes of one series that nothing moves but chance."""
    return grown(np.random.default_rng(seed).normal(drift, sd, days))


def series(symbol: str, seed: int, days: Sequence[date]) -> Series:
    """A walk as a service of prices holds it, to four decimals, with a volume that tells the days apart."""
    prices = [round(float(close), 4) for close in walk(seed, len(days), drift=0.0005)]
    return Series(symbol, days, prices, [1000 + i for i in range(len(days))])


def jumped(prices: pd.DataFrame, row: int, by: Mapping[str, float]) -> pd.DataFrame:
    """The prices with these tickers higher by so much from a row on."""
    made = prices.copy()
    for ticker, move in by.items():
        made.loc[made.index[row] :, ticker] *= 1 + move
    return made


def damaged(
    prices: pd.DataFrame,
    rng: np.random.Generator,
    *,
    gaps: float = 0.0,
    late: Mapping[str, int] | None = None,
    gone: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """The prices with holes: a share `gaps` of all, those before the row of `late` and from the row of `gone` on."""
    made = prices.mask(rng.random(prices.shape) < gaps)
    for ticker, row in (late or {}).items():
        made.loc[made.index[:row], ticker] = np.nan
    for ticker, row in (gone or {}).items():
        made.loc[made.index[row:], ticker] = np.nan
    return made


def long(prices: pd.DataFrame, **fields: Mapping[str, pd.Series]) -> pd.DataFrame:
    """The prices as rows `ticker, date, close` with more columns, given for some tickers by session."""
    frames = []
    for ticker in prices.columns:
        frame = pd.DataFrame({"ticker": ticker, "date": prices.index, "close": prices[ticker].to_numpy()})
        for name, given in fields.items():
            frame[name] = given[ticker].reindex(prices.index).to_numpy() if ticker in given else np.nan
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


@dataclass(frozen=True)
class Many:
    """A panel with many events, some of them on shared dates, and what moves its firms."""

    events: pd.DataFrame
    prices: pd.DataFrame
    factors: pd.DataFrame | None


def many(
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
) -> Many:
    """`dates` days of events, a week of sessions apart at times, so that windows overlap; `M0`, ... are the benchmarks.

    All that goes wrong in real panels, as shares: prices that are missing, firms that are listed late or delisted, days without
    a move.
    """
    rng = np.random.default_rng(seed)
    sessions = pd.bdate_range("2015-01-05", periods=days)
    names = [f"S{j:02d}" for j in range(securities)]
    made = moves(rng, days, securities, sigma=(0.01, 0.03), tails=5, n_factors=max(factors, 1))
    returns = np.where(rng.random(made.firms.shape) < still, 0.0, made.firms)
    late = {name: int(rng.integers(0, 400)) for name in names if rng.random() < listed_late}
    gone = {name: int(rng.integers(450, days)) for name in names if rng.random() < delisted}
    table = damaged(pd.DataFrame(grown(returns, 50), sessions, names), rng, gaps=gaps, late=late, gone=gone)
    for b in range(benchmarks):
        table[f"M{b}"] = grown(made.market if b == 0 else moves(rng, days, 0).market)
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
    given = pd.DataFrame(made.factors[:, : len(columns)], sessions, columns).assign(rf=0.00005) if factors else None
    return Many(frame, table, given)
