"""Prices become returns: dividends, adjusted closes, logs; two exchanges share a grid (METHODS 0.4, rulings 16, 18, 19)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy, StudyResult
from eventstudy.calendars import sessions
from eventstudy.errors import InvalidRequest

from tests.panel.made import DAY0, codes, row, study
from tests.worlds import SESSIONS, closes, long

FACTORS: dict[str, Any] = {"benchmark": "MKT", "calendar": None, "min_estimation": 60, "estimation_window": (-120, -11)}


def returned(result: StudyResult) -> pd.Series:
    return result.tidy().set_index("rel_day")["ret"]


def test_a_dividend_on_day_0_is_part_of_its_return() -> None:
    prices = closes()
    paid = pd.Series({SESSIONS[DAY0]: 2.5, SESSIONS[DAY0 - 30]: 1.5})
    plain, total = study(prices), study(long(prices, dividend={"AAA": paid}))
    before, after = prices["AAA"].iloc[DAY0 - 1], prices["AAA"].iloc[DAY0]
    assert returned(total)[0] == pytest.approx((after + 2.5) / before - 1, rel=1e-12)
    assert returned(total)[1] == pytest.approx(returned(plain)[1], rel=1e-12)
    lifted = prices.copy()  # the same returns without dividends: prices after each ex-day are scaled up
    for day, amount in ((DAY0 - 30, 1.5), (DAY0, 2.5)):
        close = prices["AAA"].iloc[day]
        lifted.loc[SESSIONS[day] :, "AAA"] *= (close + amount) / close
    same = study(lifted)
    np.testing.assert_allclose(total.returns.ar, same.returns.ar, rtol=1e-10)
    np.testing.assert_allclose(total.fit.params, same.fit.params, rtol=1e-10)


def test_a_dividend_after_a_gap_belongs_to_the_return_across_it() -> None:
    prices = closes()
    prices.loc[SESSIONS[DAY0 + 1], "AAA"] = np.nan
    frame = long(prices, dividend={"AAA": pd.Series({SESSIONS[DAY0 + 1]: 3.0})})
    result = study(frame, missing="trade_to_trade")
    before, after = prices["AAA"].iloc[DAY0], prices["AAA"].iloc[DAY0 + 2]
    assert returned(result)[2] == pytest.approx((after + 3.0) / before - 1, rel=1e-12)


def test_adjusted_closes_are_used_where_they_are_given() -> None:
    prices = closes()
    adjusted = prices["AAA"] * np.linspace(0.9, 1.0, len(prices))
    result = study(long(prices, adj_close={"AAA": adjusted}))
    wanted = (adjusted / adjusted.shift(1) - 1).iloc[DAY0 - 5 : DAY0 + 6]
    np.testing.assert_allclose(returned(result), wanted, rtol=1e-12)


def test_total_returns_against_a_price_index_are_warned_of() -> None:
    prices = closes()
    both = {"AAA": prices["AAA"], "MKT": prices["MKT"]}
    assert "PRICE_INDEX_MIX" in codes(study(long(prices, adj_close={"AAA": prices["AAA"]})))
    assert "PRICE_INDEX_MIX" in codes(study(long(prices, adj_close={"MKT": prices["MKT"]})))
    assert "PRICE_INDEX_MIX" not in codes(study(long(prices, adj_close=both)))
    assert "PRICE_INDEX_MIX" not in codes(study(prices))


def test_log_returns() -> None:
    prices = closes()
    result = study(prices, returns="log")
    logs: pd.DataFrame = (prices / prices.shift(1)).transform(np.log)
    np.testing.assert_allclose(returned(result), logs["AAA"].iloc[DAY0 - 5 : DAY0 + 6], rtol=1e-12)
    x, y = logs["MKT"].iloc[DAY0 - 120 : DAY0 - 10], logs["AAA"].iloc[DAY0 - 120 : DAY0 - 10]
    beta = np.cov(x, y)[0, 1] / np.var(x, ddof=1)
    np.testing.assert_allclose(result.fit.params[0], [y.mean() - beta * x.mean(), beta], rtol=1e-10)


@pytest.mark.parametrize("kind", ["simple", "log"])
def test_bhar_compounds_both_sides(kind: str) -> None:
    prices = closes()
    grown = prices.iloc[DAY0 + 5] / prices.iloc[DAY0 - 6]
    result = study(prices, returns=kind)
    assert row(result, (-5, 5))["bhar"] == pytest.approx(grown["AAA"] - grown["MKT"], rel=1e-10)


def test_log_returns_with_factors_are_refused() -> None:
    factors = pd.DataFrame({"mkt_rf": 0.001, "rf": 0.0001}, SESSIONS)
    capm = EventStudy(model="capm", returns="log", **FACTORS)
    events = pd.DataFrame({"ticker": ["AAA"], "date": [SESSIONS[DAY0].date().isoformat()]})
    with pytest.raises(InvalidRequest, match="log"):
        capm.run(events, closes(), factors=factors)


def test_a_factor_that_is_missing_is_a_missing_regressor() -> None:
    rng = np.random.default_rng(5)
    factors = pd.DataFrame({"mkt_rf": 0.01 * rng.standard_normal(200), "rf": 0.0001}, SESSIONS).drop(
        SESSIONS[DAY0 - 20]
    )
    events = pd.DataFrame({"ticker": ["AAA"], "date": [SESSIONS[DAY0].date().isoformat()]})
    result = EventStudy(model="capm", **FACTORS).run(events, closes(), factors=factors)
    assert result.fit.n_estimation[0] == 109


def test_capm_without_a_market_factor_takes_the_benchmark_over_rf() -> None:
    rng = np.random.default_rng(6)
    prices = closes()
    rf = pd.Series(0.0001 + 0.00005 * rng.random(200), SESSIONS)
    market = prices["MKT"] / prices["MKT"].shift(1) - 1
    events = pd.DataFrame({"ticker": ["AAA"], "date": [SESSIONS[DAY0].date().isoformat()]})
    run = EventStudy(model="capm", **FACTORS).run
    alone = run(events, prices, factors=pd.DataFrame({"rf": rf}))
    given = run(events, prices, factors=pd.DataFrame({"mkt_rf": market - rf, "rf": rf}))
    np.testing.assert_allclose(alone.fit.params, given.fit.params, rtol=1e-10)
    np.testing.assert_allclose(alone.returns.ar, given.returns.ar, rtol=1e-9)


# ---- two exchanges ---------------------------------------------------------------------------------------------------

ABROAD: dict[str, Any] = {
    "estimation_window": (-120, -11),
    "event_window": (-5, 5),
    "min_estimation": 60,
    "benchmark": "SPY",
}


def two_exchanges() -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Closes of a Frankfurt share and of SPY on the days their own exchange was open; and the shared sessions."""
    first, last = dt.date(2024, 1, 2), dt.date(2025, 2, 14)
    here, there = sessions("XETR", first, last), sessions("XNYS", first, last)
    index = pd.DatetimeIndex(np.union1d(here, there).astype("datetime64[ns]"))
    prices = closes(3, ["SAP.DE"], index).rename(columns={"MKT": "SPY"})
    prices.loc[~index.isin(pd.DatetimeIndex(here.astype("datetime64[ns]"))), "SAP.DE"] = np.nan
    prices.loc[~index.isin(pd.DatetimeIndex(there.astype("datetime64[ns]"))), "SPY"] = np.nan
    return prices, np.intersect1d(here, there), here


def test_returns_run_between_sessions_that_both_exchanges_had() -> None:
    """Thanksgiving, 2024-11-28: Frankfurt open, New York closed. The return of the 29th starts on the 27th."""
    prices, shared, own = two_exchanges()
    assert np.datetime64("2024-11-28") in own
    assert np.datetime64("2024-11-28") not in shared
    events = pd.DataFrame({"ticker": ["SAP.DE"], "date": ["2024-11-27"]})
    result = EventStudy(**ABROAD).run(events, prices)
    table = result.tidy().set_index("rel_day")
    assert str(table["session"][1].date()) == "2024-11-29"
    wanted = prices["SAP.DE"]["2024-11-29"] / prices["SAP.DE"]["2024-11-27"] - 1
    assert table["ret"][1] == pytest.approx(wanted, rel=1e-12)
    assert result.fit.n_estimation[0] == 110
    assert np.isin(result.panel.block.sessions[0], shared).all()
    assert np.isfinite(table["ar"]).all()


def test_day_0_on_a_day_the_benchmark_was_closed_moves_to_the_next_shared_session() -> None:
    prices, *_ = two_exchanges()
    events = pd.DataFrame({"ticker": ["SAP.DE"], "date": ["2024-11-28"]})
    result = EventStudy(**ABROAD).run(events, prices)
    assert str(result.panel.day0[0].session) == "2024-11-29"
    assert result.panel.day0[0].shifted
    assert "DAY0_SHIFTED" in codes(result)


def test_a_session_without_a_price_of_the_benchmark_is_not_bridged() -> None:
    """Ruling 19: the grid comes from the exchanges, not from the prices that happen to be there."""
    prices, *_ = two_exchanges()
    prices.loc["2024-11-25", "SPY"] = np.nan
    events = pd.DataFrame({"ticker": ["SAP.DE"], "date": ["2024-11-27"]})
    table = EventStudy(**ABROAD).run(events, prices).tidy().set_index("rel_day")
    assert str(table["session"][-2].date()) == "2024-11-25"
    assert table["ar"][[-2, -1]].isna().all()
    assert table["ret"][[-2, -1]].notna().all()


def test_an_instant_becomes_the_first_session_that_closes_after_it() -> None:
    prices, *_ = two_exchanges()
    for when, session, shifted in (
        ("2024-11-26T17:29:00+01:00", "2024-11-26", False),
        ("2024-11-26T17:35:00+01:00", "2024-11-27", True),
        ("2024-11-24T12:00:00+01:00", "2024-11-25", True),
    ):
        events = pd.DataFrame({"ticker": ["SAP.DE"], "date": [when]})
        day0 = EventStudy(**ABROAD).run(events, prices).panel.day0[0]
        assert (str(day0.session), day0.shifted) == (session, shifted)
