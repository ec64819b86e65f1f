"""Values of weeks or months that stand on each day: what a firm or a benchmark did on an event day is not among them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from eventstudy.prices import flags, load_prices
from eventstudy.prices._quality import _carried_forward
from eventstudy.request import run

DAYS = pd.bdate_range("2023-12-29", "2025-02-28", name="date")
DRAWN = np.random.default_rng(6).normal(0, 0.01, (len(DAYS), 3))
WORLD = pd.DataFrame(100 * (1 + DRAWN).cumprod(axis=0), DAYS, ["AAA", "BBB", "SPY"]).round(2)


def carried(ticker: str, period: str) -> pd.DataFrame:
    """The last value of each period from its end on."""
    return WORLD.assign(**{ticker: WORLD[ticker].resample(period).last().reindex(DAYS, method="ffill").bfill()})


@pytest.mark.parametrize("period", ["W-FRI", "W-WED", "ME", "MS"])
@pytest.mark.parametrize(("ticker", "code"), [("AAA", "FROZEN_FIRM"), ("SPY", "FROZEN_BENCHMARK")])
def test_values_of_weeks_and_months_on_days_are_doubted(ticker: str, code: str, period: str) -> None:
    found = run(date="2025-01-27", tickers=["AAA"], benchmark="SPY", prices=carried(ticker, period)).to_dict()
    assert code in {w["code"] for w in found["warnings"] if w["severity"] == "doubt"}
    assert not found["firms"][0]["believable"]


def test_prices_of_days_that_move_every_day_or_seldom_are_none() -> None:
    assert "STALE" not in {flag.code for flag in flags(load_prices(path=WORLD))}
    days, draw = DAYS.to_numpy("datetime64[D]"), np.random.default_rng(7)
    seldom = [draw.random(len(days)) < 10 ** draw.uniform(-2.5, -0.3) for _ in range(2000)]
    assert not any(_carried_forward(days, changed) for changed in seldom)


@pytest.mark.parametrize(("others", "told"), [(0, True), (1, True), (2, False)])
def test_one_change_in_ten_may_be_on_another_day(others: int, told: bool) -> None:
    """Of ten or eleven changes: a holiday moves one of them."""
    days = DAYS.to_numpy("datetime64[D]")
    changed = np.zeros(len(days), bool)
    changed[np.flatnonzero(DAYS.day_of_week == 4)[1:11]] = True
    changed[np.flatnonzero(DAYS.day_of_week == 0)[1 : 1 + others]] = True
    assert _carried_forward(days, changed) == told


@pytest.mark.parametrize(("n", "told"), [(7, False), (8, True)])
def test_few_changes_are_on_one_day_of_the_week_by_chance(n: int, told: bool) -> None:
    days = DAYS.to_numpy("datetime64[D]")
    changed = np.zeros(len(days), bool)
    changed[np.flatnonzero(DAYS.day_of_week == 2)[3 : 3 + n]] = True
    assert _carried_forward(days, changed) == told
