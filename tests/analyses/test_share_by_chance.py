"""How often so large a share of specifications is below 5 % by chance: by residuals of statsmodels and draws of our own."""

from __future__ import annotations

from typing import Any, Literal

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from eventstudy.analyses.robustness import robustness
from eventstudy.prices import load_prices

from tests.worlds import closes

SPANS = [(-260, -11), (-130, -21)]


def ordinary(
    returns: pd.DataFrame, model: str, span: tuple[int, int], row0: int, ticker: str = "NVDA", market: str = "SPY"
) -> pd.Series:
    """The externally studentised residuals of a firm by day."""
    part = returns.iloc[row0 + span[0] : row0 + span[1] + 1]
    x = np.ones((len(part), 1)) if model == "constant_mean" else sm.add_constant(part[market].to_numpy())
    fit = sm.OLS(part[ticker].to_numpy(), x).fit()
    return pd.Series(fit.get_influence().resid_studentized_external, part.index)


@pytest.mark.parametrize(
    ("alternative", "day0", "windows"),
    [("two-sided", "recognised", [(0, 0), (0, 1)]), ("less", "announced", [(0, 5), (-5, 5)])],
)
def test_the_share_by_chance_is_that_of_draws_of_shared_days(
    alternative: Literal["two-sided", "less"], day0: str, windows: list[tuple[int, int]]
) -> None:
    """Days on which every residual is known, drawn for all at once; each rejects in 5 % of the draws."""
    result = es.run("deepseek-r1", tickers=["NVDA"], alternative=alternative, day0=day0, windows=windows)
    own: dict[str, Any] = {"models": ["market", "constant_mean"], "benchmarks": ["SPY"], "returns": ["simple"]}
    found = robustness(result, estimation_windows=SPANS, **own)
    table = load_prices(["NVDA", "SPY"], source="bundled")
    returns = (table.close + table.fields["dividend"].fillna(0)) / table.close.shift() - 1
    row0 = returns.index.get_loc(str(result.returns.day0_sessions[0]))
    assert isinstance(row0, int)
    keys = [(s.model, (s.estimation_window.start, s.estimation_window.end)) for s in found.specifications]
    days = pd.DataFrame({key: ordinary(returns, *key, row0) for key in dict.fromkeys(keys)}).dropna()
    assert days.shape == (110, 4)
    at = np.random.default_rng(77).integers(len(days), size=(20_000, 11))  # -5 to +5
    rejected = []
    for key, s in zip(keys, found.specifications, strict=True):
        sums = days[key].to_numpy()[at[:, s.window.start + 5 : s.window.end + 6]].sum(axis=1)
        size = -sums if alternative == "less" else np.abs(sums)
        rejected.append(size >= np.quantile(size, 0.95))
    share = np.mean([s.p < 0.05 for s in found.specifications])
    wanted = (np.mean(rejected, axis=0) >= share - 1e-9).mean()
    assert 0.03 < wanted < 0.2
    assert found.share_p == pytest.approx(wanted, abs=4 * np.sqrt(wanted * (1 - wanted) / 1999))
    assert 2000 * found.share_p == pytest.approx(round(2000 * found.share_p), abs=1e-9), "the study is one of the draws"


@pytest.mark.parametrize(
    ("n", "by", "effect"), [(3, "placebo_sum", 0.026), pytest.param(7, "bmp", 0.003, marks=pytest.mark.slow)]
)
def test_events_of_their_own_dates_are_drawn_apart(n: int, by: str, effect: float) -> None:
    """Three by the sum of their statistics, seven by the mean over its own spread; all specifications on the same days."""
    tickers = [f"F{i}" for i in range(n)]
    prices = closes(4, tickers, pd.bdate_range("2020-01-06", periods=460))
    rows = [300 + 20 * i for i in range(n)]
    for ticker, row in zip(tickers, rows, strict=True):
        prices.loc[prices.index[row:], ticker] *= 1 + effect
    events = pd.DataFrame({"ticker": tickers, "date": prices.index[rows], "event_id": tickers})
    study = es.EventStudy(windows=[(0, 0), (0, 2)], calendar=None, benchmark="MKT", min_estimation=60)
    own: dict[str, Any] = {"models": ["market", "constant_mean"], "benchmarks": ["MKT"], "returns": ["simple"]}
    found = robustness(study.run(events, prices), estimation_windows=SPANS, **own)
    assert found.tests == (by,)
    returns = prices.pct_change()
    keys = [(s.model, (s.estimation_window.start, s.estimation_window.end)) for s in found.specifications]
    rng, drawn = np.random.default_rng(78), np.zeros((len(keys), n, 20_000))
    for i, (ticker, row0) in enumerate(zip(tickers, rows, strict=True)):
        each = {key: ordinary(returns, *key, row0, ticker, "MKT") for key in dict.fromkeys(keys)}
        days, at = pd.DataFrame(each).dropna(), rng.integers(110, size=(20_000, 3))  # days 0 to +2
        assert len(days) == 110
        for k, (key, s) in enumerate(zip(keys, found.specifications, strict=True)):
            drawn[k, i] = days[key].to_numpy()[at[:, : s.window.end + 1]].sum(axis=1)
    size = np.abs(drawn.sum(axis=1) if by == "placebo_sum" else drawn.mean(axis=1) / drawn.std(axis=1))
    rejected = size >= np.quantile(size, 0.95, axis=1, keepdims=True)
    share = np.mean([s.p < 0.05 for s in found.specifications])
    wanted = (rejected.mean(axis=0) >= share - 1e-9).mean()
    assert 0.01 < wanted < 0.5
    assert found.share_p == pytest.approx(wanted, abs=4 * np.sqrt(wanted * (1 - wanted) / 1999))
