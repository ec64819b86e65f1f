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

SPANS = [(-260, -11), (-130, -21)]


def ordinary(returns: pd.DataFrame, model: str, span: tuple[int, int], row0: int) -> pd.Series:
    """The externally studentised residuals of NVDA by day."""
    part = returns.iloc[row0 + span[0] : row0 + span[1] + 1]
    x = np.ones((len(part), 1)) if model == "constant_mean" else sm.add_constant(part["SPY"].to_numpy())
    fit = sm.OLS(part["NVDA"].to_numpy(), x).fit()
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
