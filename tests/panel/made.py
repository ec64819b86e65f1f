"""A study of made-up prices; regressions by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from eventstudy import EventStudy, StudyResult

from tests.worlds import SESSIONS

DAY0 = 160
ESTIMATION = range(DAY0 - 120, DAY0 - 10)
CHOICES: dict[str, Any] = {
    "benchmark": "MKT",
    "calendar": None,
    "estimation_window": (-120, -11),
    "event_window": (-5, 5),
    "min_estimation": 60,
}


def study(prices: Any, *, tickers: Sequence[str] = ("AAA",), day0: int = DAY0, **choices: Any) -> StudyResult:
    date = SESSIONS[day0].date().isoformat()
    events = pd.DataFrame({"ticker": list(tickers), "date": date, "event_id": "made-up"})
    return EventStudy(**{**CHOICES, **choices}).run(events, prices)


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
