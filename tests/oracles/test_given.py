"""Abnormal returns that were given: sums and spreads by scalar code, and the market model's own through a file."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy, run
from eventstudy.errors import InvalidFile, InvalidRequest
from eventstudy.prices import load_abnormal
from eventstudy.reports.pictures import chosen_charts

from tests.panel.made import CHOICES, DAY0, codes, study
from tests.worlds import SESSIONS, closes

FIRMS = ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF")
EVENTS = pd.DataFrame({"ticker": FIRMS, "date": SESSIONS[DAY0].date().isoformat(), "event_id": "made-up"})
OWN = {k: v for k, v in CHOICES.items() if k != "benchmark"}


def given() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    rows = [(t, d.date(), rng.normal(0, 0.02)) for t in FIRMS for d in SESSIONS]
    return pd.DataFrame(rows, columns=["ticker", "date", "ar"])


def test_they_are_taken_as_they_are(tmp_path: Path) -> None:
    frame = given()
    frame.to_csv(tmp_path / "ar.csv", index=False)
    result = run(EVENTS, abnormal=tmp_path / "ar.csv", **OWN)
    for i, ticker in enumerate(FIRMS):
        mine = frame[frame["ticker"] == ticker]["ar"].tolist()
        assert result.returns.ar[i] == pytest.approx(mine[DAY0 - 5 : DAY0 + 6], abs=1e-15)
        days = mine[DAY0 - 120 : DAY0 - 10]
        mean = sum(days) / len(days)
        s = math.sqrt(sum((d - mean) ** 2 for d in days) / (len(days) - 1))
        found = result.windows()
        row = found[(found["ticker"] == ticker) & (found["start"] == -1) & (found["end"] == 1)].iloc[0]
        assert row["car"] == pytest.approx(sum(mine[DAY0 - 1 : DAY0 + 2]))
        assert row["se"] == pytest.approx(s * math.sqrt(3))
        assert np.isnan(row["bhar"])
    assert "NO_FORECAST_ERROR" in codes(result)
    assert "market explains" not in result.text()


def test_those_of_the_market_adjusted_model_give_its_figures() -> None:
    prices = closes(5, FIRMS)
    own = study(prices, tickers=FIRMS, model="market_adjusted")
    returns = prices / prices.shift(1) - 1
    long = returns[list(FIRMS)].sub(returns["MKT"], axis=0).rename_axis("date").reset_index()
    again = run(EVENTS, abnormal=long.melt("date", var_name="ticker", value_name="ar").dropna(), **OWN)
    assert again.returns.ar == pytest.approx(own.returns.ar, abs=1e-12)
    for name in ("bmp_adjusted", "portfolio_t", "corrado_rank"):
        assert again.test(name, (0, 1)).p_value == pytest.approx(own.test(name, (0, 1)).p_value, rel=1e-9)


def test_without_estimation_days_nothing_is_said_of_one_firm() -> None:
    few = given()
    few = few[few["date"].isin([d.date() for d in SESSIONS[DAY0 - 6 : DAY0 + 7]])]
    result = run(EVENTS, abnormal=few, **{**OWN, "min_estimation": 0})
    assert {"NO_ESTIMATION", "NO_FORECAST_ERROR"} <= codes(result)
    assert np.isnan(result.windows()["p"]).all()


def test_what_is_no_abnormal_return_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="holds prices"):
        EventStudy(model="given", **OWN).run(EVENTS, closes(5, FIRMS))
    with pytest.raises(InvalidFile, match="no column holds"):
        load_abnormal(given().rename(columns={"ar": "x"}))
    unnamed = given().drop(columns="ticker")  # the name of a file says whose its bars are, and not whose these are
    unnamed.to_parquet(tmp_path / "AAA.parquet")
    with pytest.raises(InvalidFile, match="ticker"):
        load_abnormal(tmp_path / "AAA.parquet")
    with pytest.raises(InvalidRequest, match="beside prices or a model"):
        run(EVENTS, abnormal=given(), model="market", **OWN)
    with pytest.raises(InvalidRequest, match="taken as they are"):
        EventStudy(model="given", returns="log", **OWN)


def test_no_benchmark_is_named_and_no_price_drawn() -> None:
    result = run(EVENTS, abnormal=given(), **OWN)
    assert "abnormal returns as given, without a benchmark; estimation" in result.text()
    assert "; prices: " not in result.text()
    assert "BHAR_MARKET" not in codes(result)
    told = result.to_dict()
    assert told["config"]["benchmark"] is None
    assert {firm["benchmark"] for firm in told["firms"]} == {None}
    with pytest.raises(InvalidRequest, match="leave out --benchmark"):
        run(EVENTS, abnormal=given(), benchmark="SPY", **OWN)
    for chart in ("price_path", "estimation_fit", "counterfactual", "calibration", "specification_curve", "impact"):
        with pytest.raises(InvalidRequest, match="this chart needs prices or returns"):
            result.plot(chart)
    result.plot("forest")


def test_a_report_of_one_firm_shows_no_price() -> None:
    result = run(EVENTS[:1], abnormal=given(), **OWN)
    assert chosen_charts(result) == ("car", "ar_bars")
    assert "MKT" not in str(result.report())
