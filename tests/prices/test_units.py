"""Prices in pence, agorot, cents and fils are money of the whole currency wherever money is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import eventstudy
import pandas as pd
import pytest
from eventstudy.analyses.impact import impact
from eventstudy.claims.check import _as_named
from eventstudy.claims.parse import understand
from eventstudy.prices import PriceTable, currency_of, in_currency, in_whole_units, load_prices, whole_currency

from tests.panel.test_flagged import DAY0, long


def quoted(unit: str) -> PriceTable:
    table = load_prices(path=long(("AAA", "SPY")))
    return replace(
        table, info={t: replace(one, currency=unit if t == "AAA" else "USD") for t, one in table.info.items()}
    )


@pytest.mark.parametrize(
    ("unit", "whole", "size"),
    [
        ("GBp", "GBP", 100),
        ("GBX", "GBP", 100),
        ("ZAc", "ZAR", 100),
        ("ILA", "ILS", 100),
        ("KWF", "KWD", 1000),
        ("EUR", "EUR", 1),
    ],
)
def test_minor_units_have_one_table(unit: str, whole: str, size: int) -> None:
    assert whole_currency(unit) == (whole, size)
    table = quoted(unit)
    assert currency_of("AAA", table.info["AAA"]) == whole
    made = in_whole_units(table)
    pd.testing.assert_series_equal(made.close["AAA"] * size, table.close["AAA"])
    pd.testing.assert_series_equal(made.close["SPY"], table.close["SPY"])
    assert made.info["AAA"].currency == whole
    same = in_currency(
        replace(table, info={**table.info, "SPY": replace(table.info["SPY"], currency=whole)}), whole
    ).table
    pd.testing.assert_series_equal(same.close["AAA"], made.close["AAA"], check_names=False)


def test_what_an_event_was_worth_is_in_pounds(tmp_path: Path) -> None:
    shares = tmp_path / "shares.csv"
    shares.write_text("ticker,shares\nAAA,1000000\n")
    found = {
        unit: impact(eventstudy.run(date=DAY0, tickers=["AAA"], benchmark="SPY", prices=quoted(unit)), shares=shares)
        for unit in ("GBP", "GBp", "KWF")
    }
    assert {unit: answer.currency for unit, answer in found.items()} == {"GBP": "GBP", "GBp": "GBP", "KWF": "KWD"}
    worth = {unit: answer.firms[0].stake.capitalisation for unit, answer in found.items()}
    assert worth["GBP"] == pytest.approx(100 * worth["GBp"])
    assert worth["GBP"] == pytest.approx(1000 * worth["KWF"])


def test_a_claim_in_pounds_is_looked_for_in_prices_in_pence() -> None:
    def named(unit: str) -> str | None:
        claim = understand("AAA fell from 142 to 128.99", {}, ticker="AAA")
        start, end = (replace(number, unit=unit) for number in (claim.start, claim.end) if number)
        return _as_named(replace(claim, start=start, end=end), quoted("GBp")).info["AAA"].currency

    assert (named("GBP"), named("GBp"), named("USD")) == ("GBP", "GBp", "GBp")
