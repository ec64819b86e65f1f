"""A column that says in what prices are quoted is read: pence are no pounds, wherever money is shown."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from eventstudy import calendars
from eventstudy.analyses.impact import impact
from eventstudy.prices import currency_of, in_currency, load_prices
from eventstudy.prices._currency import unit_of
from eventstudy.request import run

DAYS = calendars.sessions("XLON", date(2024, 1, 2), date(2025, 2, 14)).astype("datetime64[ns]")


def written(folder: Path, unit: str, size: float, heading: str = "currency") -> Path:
    """A London share of 20 pounds and its index, the share quoted in a unit of which `size` make a pound."""
    rng = np.random.default_rng(5)
    market = 0.008 * rng.standard_normal(len(DAYS))
    share = 20 * np.exp(np.cumsum(market + 0.01 * rng.standard_normal(len(DAYS))))
    frames = [
        pd.DataFrame({"ticker": "AAA.L", "date": DAYS, "close": (size * share).round(6), heading: unit}),
        pd.DataFrame({"ticker": "^FTSE", "date": DAYS, "close": 8000 * np.exp(np.cumsum(market)), heading: "GBP"}),
        pd.DataFrame({"ticker": "GBPUSD=X", "date": DAYS, "close": 1.25, heading: ""}),
    ]
    path = folder / "prices.csv"
    pd.concat(frames).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("heading", ["currency", "Währung", "CCY"])
@pytest.mark.parametrize(("unit", "size"), [("GBp", 100), ("GBX", 100), ("GBP", 1), ("gbp", 1)])
def test_prices_are_converted_from_the_unit_that_the_column_says(
    tmp_path: Path, unit: str, size: float, heading: str
) -> None:
    table = load_prices(path=written(tmp_path, unit, size, heading))
    assert currency_of("AAA.L", table.info["AAA.L"]) == "GBP"
    dollars = in_currency(table, "USD").table.close["AAA.L"].iloc[0]
    assert dollars == pytest.approx(1.25 * table.close["AAA.L"].iloc[0] / size, rel=1e-12)
    assert 20 < dollars < 30


@pytest.mark.parametrize(("unit", "size"), [("GBp", 100), ("GBP", 1)])
def test_market_value_is_in_pounds(tmp_path: Path, unit: str, size: float) -> None:
    path = written(tmp_path, unit, size)
    result = run(date="2025-01-27", tickers="AAA.L", benchmark="^FTSE", prices=path)
    shares = tmp_path / "shares.csv"
    shares.write_text("ticker,shares\nAAA.L,1000000\n")
    found = impact(result, load_prices(path=path), shares)
    stake = found.firms[0].stake
    assert found.currency == stake.currency == "GBP"
    assert 10e6 < stake.close * stake.shares < 40e6


def test_two_currencies_of_one_ticker_are_refused_with_the_row(tmp_path: Path) -> None:
    path = written(tmp_path, "GBP", 1)
    frame = pd.read_csv(path, keep_default_na=False)
    frame.loc[(frame["ticker"] == "AAA.L") & (frame["date"] >= "2024-06-03"), "currency"] = "EUR"
    frame.to_csv(path, index=False)
    why = load_prices(path=path).missing["AAA.L"]
    assert "prices in GBP before, and in EUR here" in why.what
    assert "column currency" in why.what


@pytest.mark.parametrize(
    ("text", "unit"), [("GBp", "GBp"), ("usd", "USD"), ("ILA", "ILA"), ("US dollar", None), ("", None)]
)
def test_what_a_cell_may_name(text: str, unit: str | None) -> None:
    assert unit_of(text) == unit


def test_the_first_row_in_another_currency_is_told_wherever_it_stands(tmp_path: Path) -> None:
    rows = ["AAA.L,2025-01-02,1,GBP", "BBB.L,2025-01-02,2,", "BBB.L,2025-01-03,2,GBX", "AAA.L,2025-01-03,1,",
            "AAA.L,2025-01-06,1,USD", "AAA.L,2025-01-07,1,EUR", "CCC.L,2025-01-02,3,"]  # fmt: skip
    (path := tmp_path / "p.csv").write_text("ticker,date,close,currency\n" + "\n".join(rows) + "\n")
    table = load_prices(["AAA.L", "BBB.L", "CCC.L"], path=path)
    assert "prices in GBP before, and in USD here" in str(table.missing["AAA.L"])
    assert "row 6" in str(table.missing["AAA.L"])
    assert [table.info[t].currency for t in ("BBB.L", "CCC.L")] == [unit_of("GBX"), None]
