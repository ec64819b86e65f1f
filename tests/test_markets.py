"""Where a security lives, found from the days of its prices alone."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from eventstudy import calendars
from eventstudy.calendars import markets
from eventstudy.datasets import shipped
from eventstudy.errors import InvalidRequest
from eventstudy.panel import home_of
from eventstudy.prices import PriceTable, load_prices
from eventstudy.request import run

from tests.closed_days import lines_of

FIRST, LAST = date(2021, 1, 4), date(2023, 12, 29)
QUICK = ("XNYS", "XLON", "XETR", "XPAR", "XTKS")


def prices(days: np.ndarray, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.round(100 * np.cumprod(1 + 0.01 * rng.standard_normal(len(days))), 4)


def table(codes: tuple[str, ...], each: int = 1) -> PriceTable:
    """Three years of each exchange: names that say nothing, days missing, and a price carried over on each weekday."""
    rng, columns = np.random.default_rng(1), {}
    weekdays = pd.bdate_range(FIRST, LAST)
    for k, code in enumerate(codes):
        days = calendars.sessions(code, FIRST, LAST)
        for i in range(each):
            kept = days[rng.random(len(days)) > 0.02]
            one = pd.Series(prices(kept, 10 * k + i), pd.DatetimeIndex(kept))
            columns[f"N{k}_{i}"] = one.reindex(weekdays).ffill() if i % 2 else one
    return load_prices(path=pd.DataFrame(columns).sort_index())


def found(codes: tuple[str, ...], each: int) -> None:
    made = table(codes, each)
    for k, code in enumerate(codes):
        for i in range(each):
            home = home_of(f"N{k}_{i}", made)
            assert home.by == "evidence", (code, home)
            assert code == home.exchange or code in home.same, (code, home)


def test_the_exchange_is_found_from_three_years_of_sessions() -> None:
    found(QUICK, 2)


@pytest.mark.slow
def test_every_exchange_is_found() -> None:
    able = []
    for code in markets.ORDER:
        try:
            calendars.sessions(code, FIRST, LAST)
            able.append(code)
        except InvalidRequest:
            continue
    assert len(able) >= 40
    found(tuple(able), 4)


def test_all_weekdays_are_no_exchange() -> None:
    days = pd.bdate_range(FIRST, LAST)
    made = load_prices(path=pd.DataFrame({"AAA": prices(days.to_numpy())}, days))
    assert (home_of("AAA", made).exchange, home_of("AAA", made).by) == (None, "prices")


def test_what_is_given_and_what_a_name_says_goes_before() -> None:
    days = calendars.sessions("XPAR", FIRST, LAST)
    frame = pd.DataFrame(
        {name: prices(days, i) for i, name in enumerate(["MC.PA", "SAP GY Equity", "LVMH"])}, pd.DatetimeIndex(days)
    )
    made = load_prices(path=frame)
    assert [(home_of(t, made).exchange, home_of(t, made).by) for t in made.tickers] == [
        ("XPAR", "mark"),
        ("XETR", "mark"),
        ("XPAR", "evidence"),
    ]


@pytest.mark.parametrize(
    ("day", "where", "session"),
    [("2023-05-01", "XPAR", "2023-05-02"), ("2023-07-04", "XPAR", "2023-07-04"), ("2023-07-04", "XNYS", "2023-07-05"),
     ("2023-05-01", "XNYS", "2023-05-01"), ("2023-11-23", "XLON", "2023-11-23"), ("2023-05-08", "XLON", "2023-05-09")],
)  # fmt: skip
def test_day_0_is_a_day_on_which_the_share_traded(day: str, where: str, session: str) -> None:
    """A table of two markets and plain names: a holiday of the one is a session of the other."""
    columns = {}
    for k, (name, code) in enumerate(
        [("FIRM", where), ("INDEX", where), ("OTHER", "XNYS" if where != "XNYS" else "XPAR")]
    ):
        days = calendars.sessions(code, date(2022, 1, 3), LAST)
        columns[name] = pd.Series(prices(days, k), pd.DatetimeIndex(days))
    told = run(date=day, tickers="FIRM", benchmark="INDEX", prices=pd.DataFrame(columns)).to_dict()["firms"][0]
    assert (told["day0"], told["exchange_by"]) == (session, "evidence")
    assert (told["exchange"] == "XNYS") == (where == "XNYS")


@pytest.mark.parametrize("code", ["XNYS", "XLON"])
def test_closed_days_are_those_of_the_calendars(code: str) -> None:
    lines = [
        line for line in shipped("closed_days.txt").read_text(encoding="utf-8").splitlines() if line.startswith(code)
    ]
    known = [line for line in lines if 2000 <= int(line.split()[1]) <= 2024]
    assert known == lines_of(code, 2000, 2024)
