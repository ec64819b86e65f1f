"""A day on which all series of an exchange traded is a session, whatever its calendar says; a row without trade is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy, calendars
from eventstudy.panel.homes import opened_by
from eventstudy.prices import PriceTable, SeriesInfo, flags

SATURDAY = pd.Timestamp("2025-02-01")
"""Bombay traded: the budget was presented."""
NAMES = ("AAAA.NS", "BBBB.NS", "^NSEI")


def table(names: tuple[str, ...] = NAMES, *more: str, index: str | None = None) -> PriceTable:
    """A year of Bombay with further days, on which all traded; `index` has no volume at all."""
    rng = np.random.default_rng(4)
    planned = calendars.sessions("XBOM", date(2024, 1, 1), date(2025, 2, 20)).astype("datetime64[ns]")
    days = pd.DatetimeIndex(planned).union(pd.DatetimeIndex(list(more) or [SATURDAY])).rename("session")
    market = 0.008 * rng.standard_normal(len(days))
    made: Any = {n: 100 * np.exp(np.cumsum(market + 0.01 * rng.standard_normal(len(days)))) for n in names}
    close = pd.DataFrame(made, days).round(2)
    volume = pd.DataFrame({n: rng.integers(5_000, 9_000, len(days)).astype(float) for n in names}, days)
    if index:
        volume[index] = np.nan
    info = {n: SeriesInfo("csv", "as_given") for n in names}
    return PriceTable({"close": close, "volume": volume}, info)


def quiet(prices: PriceTable) -> PriceTable:
    prices.fields["volume"].loc[SATURDAY, "BBBB.NS"] = 0.0
    return prices


def carried(prices: PriceTable) -> PriceTable:
    for frame in prices.fields.values():
        frame.loc[SATURDAY] = frame.shift(1).loc[SATURDAY]
    return prices


def misdated(prices: PriceTable) -> PriceTable:
    gone = pd.Timestamp("2025-01-31")
    return replace(prices, fields={name: frame.drop(index=gone) for name, frame in prices.fields.items()})


def without_volume(prices: PriceTable) -> PriceTable:
    return replace(prices, fields={"close": prices.close})


WEEKENDS = [str(d.date()) for d in pd.date_range("2024-01-06", "2025-02-15", freq="W-SAT")]


@pytest.mark.parametrize(
    ("prices", "spoil", "is_session"),
    [
        pytest.param(table(), None, True, id="all traded"),
        pytest.param(table(index="^NSEI"), None, True, id="an index without volume says nothing"),
        pytest.param(table(("AAAA.NS",)), None, True, id="one security"),
        pytest.param(table(("^NSEI",)), None, True, id="a benchmark with volume"),
        pytest.param(table(NAMES, "2024-11-02", "2025-02-01"), None, True, id="two a year"),
        pytest.param(table(), quiet, False, id="one had no volume"),
        pytest.param(table(), carried, False, id="the row of the day before"),
        pytest.param(table(), misdated, False, id="Friday under the date of Saturday"),
        pytest.param(table(), without_volume, False, id="no volume in the file"),
        pytest.param(table(NAMES, *WEEKENDS), None, False, id="all Saturdays"),
    ],
)
def test_a_day_is_a_session_where_all_traded(prices: PriceTable, spoil: Any, is_session: bool) -> None:
    prices = spoil(prices) if spoil else prices
    assert (SATURDAY.date() in opened_by("XBOM", prices)) is is_session
    told = {(f.code, SATURDAY.date() in f.message.params.get("days", ())) for f in flags(prices)}
    assert (("UNPLANNED_SESSION", True) in told) is is_session
    assert (("CALENDAR_MISMATCH", True) in told) is not is_session


def test_a_study_counts_it_and_says_so() -> None:
    prices = table()
    study = EventStudy(event_window=(-1, 1), windows=[(0, 0)], model="constant_mean", estimation_window=(-200, -11))
    events = [{"event_id": "budget", "ticker": "AAAA.NS", "date": SATURDAY.date()}]
    found = study.run(pd.DataFrame(events), prices=prices)
    assert found.panel.day0[0].session == SATURDAY.date()
    assert not found.panel.day0[0].shifted
    assert [w.code for w in found.warned if "2025-02-01" in str(w.message)] == ["UNPLANNED_SESSION"]
    closes = prices.close["AAAA.NS"]
    before = closes.pct_change().loc["2025-01-31"]
    assert found.raw[0] == pytest.approx(
        [before, closes[SATURDAY] / closes["2025-01-31"] - 1, closes["2025-02-03"] / closes[SATURDAY] - 1]
    )


def test_rows_without_trade_are_left_out_and_told() -> None:
    prices = carried(table())
    study = EventStudy(event_window=(-1, 1), windows=[(0, 0)], model="constant_mean", estimation_window=(-200, -11))
    events = [{"event_id": "budget", "ticker": "AAAA.NS", "date": SATURDAY.date()}]
    found = study.run(pd.DataFrame(events), prices=prices)
    assert found.panel.day0[0].session == date(2025, 2, 3)
    assert "OFF_CALENDAR" in {w.code for w in found.warned}
