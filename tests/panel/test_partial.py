"""Windows that are not over, and thinly traded shares under the models made for them."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from tests.panel.made import DAY0, ESTIMATION, codes, dummies, row, study
from tests.worlds import SESSIONS, closes


def test_three_of_eleven_days_observed() -> None:
    """What was observed is told, day by day, with the standard error of those days; the window as a whole is not."""
    prices = closes().iloc[: DAY0 + 3]
    result = study(prices, event_window=(0, 10), windows=[(0, 1), (0, 10)])
    said = result.warnings.set_index("code")["message"]["WINDOW_INCOMPLETE"]
    assert "3 of 11 event days observed" in said
    tidy = result.tidy()
    for day in range(3):
        car, se, _ = dummies(prices, list(range(day + 1)))
        assert tidy["car"][day] == pytest.approx(car, rel=1e-9)
        assert tidy["car_se"][day] == pytest.approx(se, rel=1e-9)
    assert tidy[["ar", "car", "car_se"]].iloc[3:].isna().all(axis=None)
    assert np.isnan(row(result, (0, 10))["car"])
    assert row(result, (0, 10))["n_days"] == 3
    assert row(result, (0, 1))["t"] == pytest.approx(dummies(prices, [0, 1])[0] / dummies(prices, [0, 1])[1], rel=1e-9)
    assert result.incomplete
    told = " ".join(result.text().split())
    assert "prices end before the last day of [0, +10]" in told
    assert "no test is valid" not in told


def test_nine_of_eleven_days_are_enough_and_are_nine_days_uncertain() -> None:
    prices = closes().iloc[: DAY0 + 4]
    found = row(study(prices), (-5, 5))
    car, se, df = dummies(prices, list(range(-5, 4)))
    assert (found["n_days"], found["car"]) == (9, pytest.approx(car, rel=1e-9))
    assert found["se"] == pytest.approx(se, rel=1e-9)
    assert found["t"] == pytest.approx(car / se, rel=1e-9)
    assert df == 108


def test_the_same_part_of_a_window_for_a_delisted_share() -> None:
    """Eight days to the last trade are all that could be: their CAR counts, although the window has eleven."""
    prices = closes()
    prices.loc[SESSIONS[DAY0 + 3] :, "AAA"] = np.nan
    result = study(prices)
    car, se, _ = dummies(prices, list(range(-5, 3)))
    found = row(result, (-5, 5))
    assert "DELISTED" in codes(result)
    assert found["car"] == pytest.approx(car, rel=1e-9)
    assert found["se"] == pytest.approx(se, rel=1e-9)
    assert found["n_days"] == 8
    assert np.isfinite(found["bhar"])


@pytest.mark.parametrize("model", ["scholes_williams", "dimson", "theil_sen", "huber", "garch"])
def test_models_of_thin_trading_take_returns_across_gaps(model: str) -> None:
    prices = closes()
    prices.iloc[DAY0 - 60 : DAY0 - 58, 0] = np.nan
    prices.iloc[DAY0 + 2, 0] = np.nan
    dropped, bridged = (
        study(prices, model=model, missing=m, tickers=("AAA", "BBB")) for m in ("drop", "trade_to_trade")
    )
    assert np.isnan(row(dropped, (0, 5))["car"])
    assert np.isfinite(row(bridged, (0, 5))["car"])
    assert row(bridged, (0, 5))["n_days"] == 6
    assert bridged.fit.n_estimation[0] >= dropped.fit.n_estimation[0]
    np.testing.assert_allclose(bridged.fit.params[1], dropped.fit.params[1], rtol=1e-9)
    assert bridged.fit.span[bridged.fit.basis_of[0], 8] == 2
    if model in ("theil_sen", "garch"):
        assert bridged.fit.noise[bridged.fit.basis_of[0], 8] == 2  # garch: least squares where returns cross gaps


def test_a_share_that_lags_the_market_is_seen_by_the_models_made_for_it() -> None:
    """Half of the market's move arrives a day late: least squares find half of beta, the others most of it."""
    rng = np.random.default_rng(0)
    prices = closes()
    market = prices["MKT"].pct_change().fillna(0.0).to_numpy()
    late = 0.5 * market + 0.5 * np.r_[0.0, market[:-1]] + 0.004 * rng.standard_normal(len(market))
    prices["AAA"] = 100 * np.cumprod(1 + late)
    rows = list(ESTIMATION)
    ols = sm.OLS(late[rows], sm.add_constant(market[rows])).fit().params[1]
    beta = {m: float(study(prices, model=m).fit.params[0, 1]) for m in ("market", "scholes_williams", "dimson")}
    assert beta["market"] == pytest.approx(ols, rel=1e-6)
    assert beta["market"] < 0.7
    assert beta["dimson"] == pytest.approx(1, abs=0.15)
    assert beta["scholes_williams"] == pytest.approx(1, abs=0.15)
