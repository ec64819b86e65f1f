"""Made-up prices and a study of them; regressions by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from eventstudy import EventStudy, StudyResult

SESSIONS = pd.bdate_range("2021-01-04", periods=200)
DAY0 = 160
ESTIMATION = range(DAY0 - 120, DAY0 - 10)
CHOICES: dict[str, Any] = {
    "benchmark": "MKT",
    "calendar": None,
    "estimation_window": (-120, -11),
    "event_window": (-5, 5),
    "min_estimation": 60,
}


def closes(
    seed: int = 0, tickers: Sequence[str] = ("AAA", "BBB", "CCC"), index: pd.DatetimeIndex = SESSIONS
) -> pd.DataFrame:
    """Closes of tickers and of the benchmark MKT, one row a session."""
    rng = np.random.default_rng(seed)
    market = 0.01 * rng.standard_t(5, len(index))
    own = (
        0.0003
        + rng.uniform(0.6, 1.6, len(tickers)) * market[:, None]
        + 0.02 * rng.standard_normal((len(index), len(tickers)))
    )
    returns = np.column_stack([own, market])
    return pd.DataFrame(100 * np.cumprod(1 + returns, axis=0), index, [*tickers, "MKT"])


def study(prices: Any, *, tickers: Sequence[str] = ("AAA",), day0: int = DAY0, **choices: Any) -> StudyResult:
    date = SESSIONS[day0].date().isoformat()
    events = pd.DataFrame({"ticker": list(tickers), "date": date, "event_id": "made-up"})
    return EventStudy(**{**CHOICES, **choices}).run(events, prices)


def long(prices: pd.DataFrame, **fields: dict[str, pd.Series]) -> pd.DataFrame:
    """The prices as rows `ticker, date, close` with more columns, given for some tickers by session."""
    frames = []
    for ticker in prices.columns:
        frame = pd.DataFrame({"ticker": ticker, "date": prices.index, "close": prices[ticker].to_numpy()})
        for name, given in fields.items():
            frame[name] = given[ticker].reindex(prices.index).to_numpy() if ticker in given else np.nan
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def codes(result: StudyResult) -> set[str]:
    return set(result.warnings["code"])


def row(result: StudyResult, window: tuple[int, int], ticker: str = "AAA") -> pd.Series:
    """The line of `windows()` of a ticker."""
    table = result.windows()
    return table[(table["ticker"] == ticker) & (table["start"] == window[0]) & (table["end"] == window[1])].iloc[0]


def dummies(
    prices: pd.DataFrame, days: Sequence[int], ticker: str = "AAA", estimation: Sequence[int] = ESTIMATION
) -> tuple[float, float, int]:
    """CAR over these event days, its standard error, and its df: one regression with a dummy for each of them."""
    returns = prices / prices.shift(1) - 1
    rows = [r for r in estimation if np.isfinite(returns.iloc[r][[ticker, "MKT"]]).all()] + [DAY0 + d for d in days]
    dummy = np.zeros((len(rows), len(days)))
    dummy[len(rows) - len(days) :] = np.eye(len(days))
    x = np.column_stack([np.ones(len(rows)), returns["MKT"].iloc[rows], dummy])
    test = (ols := sm.OLS(returns[ticker].iloc[rows].to_numpy(), x).fit()).t_test(np.r_[0, 0, np.ones(len(days))])
    return float(test.effect[0]), float(test.sd[0, 0]), int(ols.df_resid)
