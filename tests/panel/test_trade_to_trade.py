"""Returns across gaps against weighted least squares by hand (METHODS 0.5, ruling 15)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from eventstudy import plugins
from eventstudy.units.windows import Window

from tests.oracles import scalar
from tests.panel.made import DAY0, codes, row, study
from tests.worlds import SESSIONS, closes


def with_gaps(*missing: int) -> pd.DataFrame:
    """Prices of AAA without the closes of these days relative to day 0."""
    prices = closes(2)
    prices.loc[SESSIONS[[DAY0 + d for d in missing]], "AAA"] = np.nan
    return prices


def bridged(prices: pd.DataFrame) -> dict[int, tuple[int, float, float]]:
    """Day -> (sessions covered, return of AAA, compounded return of MKT), for each day on which AAA trades."""
    days = [int(d) for d in np.flatnonzero(prices["AAA"].notna())]
    own, market = prices["AAA"].to_numpy(), prices["MKT"].to_numpy()
    return {b - DAY0: (b - a, own[b] / own[a] - 1, market[b] / market[a] - 1) for a, b in pairwise(days)}


def by_hand(prices: pd.DataFrame, first: int = -120) -> Any:
    """R / sqrt(n) on (sqrt(n), R_m / sqrt(n)): weights 1 / n, a return belongs to its last day."""
    rows = [v for d, v in bridged(prices).items() if first <= d <= -11]
    n, y, x = (np.array(column) for column in zip(*rows, strict=True))
    return sm.WLS(y, np.column_stack([n, x]), weights=1 / n).fit()


ESTIMATION_GAPS = (-100, -90, -89, -60, -59, -58, -30)


def test_regression() -> None:
    prices = with_gaps(*ESTIMATION_GAPS)
    result, wls = study(prices, missing="trade_to_trade"), by_hand(prices)
    assert result.fit.n_estimation[0] == 110 - 7 == wls.nobs
    assert result.fit.df[0] == wls.df_resid
    np.testing.assert_allclose(result.fit.params[0], wls.params, rtol=1e-10)
    assert result.fit.sigma[0] == pytest.approx(np.sqrt(wls.mse_resid), rel=1e-10)
    residuals = result.returns.residuals[0]
    np.testing.assert_allclose(residuals[np.isfinite(residuals)], wls.wresid, rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("gap", [(2,), (2, 3), (-3, -2)])
def test_abnormal_return_and_its_variance_on_the_day_trading_resumes(gap: tuple[int, ...]) -> None:
    prices = with_gaps(*ESTIMATION_GAPS, *gap)
    result, wls = study(prices, missing="trade_to_trade"), by_hand(prices)
    n, y, x = bridged(prices)[gap[-1] + 1]
    assert n == len(gap) + 1
    table = result.tidy().set_index("rel_day")
    ahead = np.array([n, x])
    variance = wls.mse_resid * n + ahead @ wls.cov_params() @ ahead
    assert table["ar"][gap[-1] + 1] == pytest.approx(y - ahead @ wls.params, rel=1e-9)
    assert table["ar_se"][gap[-1] + 1] == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert table["ar"][list(gap)].isna().all()


def check_window(prices: pd.DataFrame, window: tuple[int, int], used: list[int], n_days: int) -> None:
    """CAR over the returns of these days, variance s² (sum n) + (sum x)' Cov (sum x)."""
    found, wls, rows = (
        row(study(prices, missing="trade_to_trade", windows=[window]), window),
        by_hand(prices),
        bridged(prices),
    )
    total = np.array([sum(rows[d][0] for d in used), sum(rows[d][2] for d in used)])
    car = sum(rows[d][1] for d in used) - total @ wls.params
    se = np.sqrt(wls.mse_resid * total[0] + total @ wls.cov_params() @ total)
    np.testing.assert_allclose([found["car"], found["se"]], [car, se], rtol=1e-9)
    assert found["n_days"] == n_days


def test_window_with_a_gap_inside_counts_sessions() -> None:
    """Days 2 and 3 are bridged by the return of day 4: all six sessions are covered."""
    check_window(with_gaps(*ESTIMATION_GAPS, 2, 3), (0, 5), [0, 1, 4, 5], 6)
    check_window(with_gaps(2), (0, 3), [0, 1, 3], 4)


def test_a_return_belongs_where_at_least_half_of_it_lies() -> None:
    """The return of day 0 covers -1 and 0: half of it lies in [0, 0]. One that covers -2..0 lies outside."""
    check_window(with_gaps(-1), (0, 0), [0], 1)
    check_window(with_gaps(-1), (-1, 1), [0, 1], 3)
    two = study(with_gaps(-2, -1), missing="trade_to_trade", windows=[(0, 0), (-1, 1), (0, 5)])
    assert np.isnan(row(two, (0, 0))["car"])
    assert row(two, (-1, 1))["n_days"] == 3
    check_window(with_gaps(-2, -1), (-1, 1), [0, 1], 3)
    check_window(with_gaps(-2, -1), (0, 5), [1, 2, 3, 4, 5], 5)


def test_a_gap_at_the_end_of_a_window_is_not_covered() -> None:
    """The return that bridges it sits after the window."""
    result = study(with_gaps(1), missing="trade_to_trade", windows=[(0, 1), (0, 2)])
    assert np.isnan(row(result, (0, 1))["car"])
    assert row(result, (0, 2))["n_days"] == 3
    assert "GAP_IN_WINDOW" in codes(result)


@pytest.mark.parametrize(("gap", "kept"), [((-121,), True), ((-122, -121), False), ((-122, -121, -120), True)])
def test_half_rule_at_the_start_of_the_estimation_window(gap: tuple[int, ...], kept: bool) -> None:
    """The window starts on -120: the return after the gap stays if at least half of its sessions lie inside."""
    prices = with_gaps(*gap)
    resumed = gap[-1] + 1
    inside = resumed + 120 + 1
    assert (2 * inside >= len(gap) + 1) == kept
    result = study(prices, missing="trade_to_trade")
    wls = by_hand(prices, -120 if kept else resumed + 1)
    assert result.fit.n_estimation[0] == wls.nobs
    np.testing.assert_allclose(result.fit.params[0], wls.params, rtol=1e-10)


def test_without_gaps_nothing_changes() -> None:
    prices = closes(2)
    plain, other = study(prices), study(prices, missing="trade_to_trade")
    np.testing.assert_array_equal(plain.returns.ar, other.returns.ar)
    np.testing.assert_array_equal(plain.fit.params, other.fit.params)


def test_dropping_loses_what_trading_to_trading_keeps() -> None:
    prices = with_gaps(2)
    assert np.isnan(row(study(prices), (0, 5))["car"])
    assert np.isfinite(row(study(prices, missing="trade_to_trade"), (0, 5))["car"])


def test_neighbours_of_a_share_with_gaps_keep_their_own_regression() -> None:
    prices = with_gaps(*ESTIMATION_GAPS, 2)
    together = study(prices, tickers=("AAA", "BBB"), missing="trade_to_trade")
    alone = study(prices, tickers=("BBB",), missing="trade_to_trade")
    np.testing.assert_allclose(together.returns.ar[1], alone.returns.ar[0], rtol=1e-12)
    window = Window(0, 5)
    assert together.firm_answers[window].found.se[1] == pytest.approx(alone.firm_answers[window].found.se[0], rel=1e-12)


def test_permutations_do_not_take_a_long_return_for_a_day() -> None:
    result = study(with_gaps(2), missing="trade_to_trade")
    window = Window(0, 5)
    answer = result.firm_answers[window].tests["placebo"].at(0)
    assert not answer.valid
    assert "gaps" in answer.reasons[0]
    assert np.isfinite(result.firm_answers[window].p[0])
    again = plugins.load("tests", "conformal").compute(result.returns, window, 0)
    assert np.isnan(again.statistic[0])
    assert "gaps" in again.reasons[0]


def test_a_firm_with_a_gap_in_its_window_still_has_a_headline() -> None:
    result = study(with_gaps(2), missing="trade_to_trade")
    answer = result.answer(Window(0, 5))
    assert answer.tests["exact_t"].valid
    assert answer.headline == "exact_t"


def test_a_return_across_a_gap_is_ranked_as_a_day_is() -> None:
    """Estimation residuals are scaled by 1 / sqrt(n), so event returns must be: else n sessions look like one wild day."""
    tickers = ("AAA", "BBB", "CCC")
    result = study(with_gaps(1, 2, 3), tickers=tickers, missing="trade_to_trade")
    answer = result.test("corrado_rank", (-5, 5))
    returns = result.returns
    rows = [
        [
            None if np.isnan(v) else float(v)
            for v in (*returns.residuals[i], *(returns.ar[i] / np.sqrt(returns.span[b])))
        ]
        for i, b in enumerate(returns.basis_of)
    ]
    z, t = scalar.rank_statistic(rows, list(range(110, 121)))
    assert answer.statistic == pytest.approx(scalar.as_t(z * np.sqrt((t - 1) / (t - 11)), t), rel=1e-9)


def test_log_returns_across_a_gap() -> None:
    prices = with_gaps(*ESTIMATION_GAPS, 2)
    result = study(prices, missing="trade_to_trade", returns="log")
    table = result.tidy().set_index("rel_day")
    assert table["ret"][3] == pytest.approx(
        np.log(prices["AAA"].iloc[DAY0 + 3] / prices["AAA"].iloc[DAY0 + 1]), rel=1e-12
    )
    rows = [(n, np.log1p(y), np.log1p(x)) for d, (n, y, x) in bridged(prices).items() if -120 <= d <= -11]
    n, y, x = (np.array(column) for column in zip(*rows, strict=True))
    wls = sm.WLS(y, np.column_stack([n, x]), weights=1 / n).fit()
    np.testing.assert_allclose(result.fit.params[0], wls.params, rtol=1e-10)
