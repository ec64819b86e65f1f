"""Where a security lives, found from the days of its prices alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import calendars
from eventstudy.calendars import markets
from eventstudy.datasets import shipped
from eventstudy.errors import InvalidRequest, NothingUsable
from eventstudy.panel import home_of
from eventstudy.prices import PriceTable, load_prices
from eventstudy.request import run

from tests.closed_days import lines_of

FIRST, LAST = date(2021, 1, 4), date(2023, 12, 29)
ALIKE = 4
"""So few days in three years may be lost among the days that are missing."""
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
            for other in {str(home.exchange), *home.same} - {code}:
                apart = np.setxor1d(calendars.sessions(other, FIRST, LAST), calendars.sessions(code, FIRST, LAST))
                assert len(apart) <= ALIKE, f"{code} and {other} can be told apart by {apart}"


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


HOLIDAYS = """
XNYS XLON 2021-11-25 11-26 2022-01-17 01-18 2022-05-30 05-31 2022-06-20 06-21 2022-07-04 07-05 2022-11-24 11-25 2023-06-19 06-20
XNYS XTKS 2022-09-05 09-06 2023-02-20 02-21 2023-05-29 05-30
XLON XNYS 2021-12-27 12-29 2022-01-03 01-04 2022-05-02 05-03 2022-06-02 06-06 2022-08-29 08-30 2022-09-19 09-20 2023-05-01 05-02
XLON XPAR 2023-05-08 05-09 2023-08-28 08-29
XETR XTKS 2021-12-24 12-27 2022-12-26 12-27
XETR XNYS 2021-12-31 01-03 2023-05-01 05-02
XPAR XTKS 2022-04-15 04-19 2023-04-10 04-11
XTKS XNYS 2021-09-23 09-24 2021-11-03 11-04 2022-01-10 01-11 2022-02-11 02-14 2022-02-23 02-24 2022-03-21 03-22 2022-04-29 05-02
XTKS XNYS 2022-05-03 05-06 2022-07-18 07-19 2022-08-11 08-12 2022-09-23 09-26 2022-11-03 11-04 2022-11-23 11-24 2023-01-09 01-10
XHKG XNYS 2022-02-01 02-04 2022-04-05 04-06 2022-05-09 05-10 2022-06-03 06-06 2022-07-01 07-04 2022-09-12 09-13 2022-10-04 10-05
XHKG XNYS 2023-01-23 01-26 2023-10-02 10-03 2023-10-23 10-24
XSHG XNYS 2021-10-01 10-08 2022-01-31 02-07 2022-10-03 10-10 2023-01-23 01-30
XTSE XNYS 2022-05-23 05-24 2022-07-01 07-04 2022-08-01 08-02 2022-10-10 10-11 2023-05-22 05-23
XASX XNYS 2022-01-26 01-27 2022-04-25 04-26 2022-06-13 06-14 2022-09-22 09-23 2023-01-26 01-27
BVMF XNYS 2022-04-21 04-22 2022-09-07 09-08 2022-10-12 10-13 2022-11-02 11-03 2022-11-15 11-16
XKRX XNYS 2022-03-01 03-02 2022-06-06 06-07 2022-08-15 08-16 2022-10-03 10-04
XBOM XNYS 2022-01-26 01-27 2022-08-09 08-10 2022-08-15 08-16 2022-10-26 10-27
XSTO XNYS 2022-06-06 06-07 2022-06-24 06-27
XSWX XNYS 2022-06-06 06-07 2022-08-01 08-02
XOSL XNYS 2022-05-17 05-18
XJSE XNYS 2022-06-16 06-17 2022-08-09 08-10
"""
"""Closed, open, and the holidays of the one, each with the day on which it opened again: as the exchanges announced them."""


def holidays() -> list[tuple[str, str, str, str]]:
    rows = []
    for line in HOLIDAYS.split("\n")[1:-1]:
        closed, opened, *days = line.split()
        for day, after in zip(days[::2], days[1::2], strict=True):
            rows.append((closed, opened, day, f"{int(day[:4]) + (after < day[5:])}-{after}"))
    return rows


@pytest.mark.parametrize("markets_of", [("XLON", "XTKS"), pytest.param((), marks=pytest.mark.slow)])
def test_day_0_on_holidays_that_one_market_has_and_another_has_not(markets_of: tuple[str, ...]) -> None:
    """One table of all these markets and plain names, in which every second security has a price on holidays as well."""
    rows = [row for row in holidays() if not markets_of or row[0] in markets_of]
    assert len(rows) >= (20 if markets_of else 50)
    codes = tuple(dict.fromkeys(code for row in rows for code in row[:2]))
    made, name = table(codes, 1 if markets_of else 2), {code: k for k, code in enumerate(codes)}
    wanted = {}
    for closed, opened, day, after in rows:
        for code, session in ((closed, after), (opened, day)):
            for ticker in made.tickers:
                if ticker.startswith(f"N{name[code]}_"):
                    wanted[ticker, day] = session
    frame = pd.DataFrame(list(wanted), columns=["ticker", "date"])
    result = run(frame, prices=made, model="constant_mean", windows=[(0, 0)], tests=())
    told = {(f["ticker"], f["announced"]): f["day0"] for f in result.to_dict()["firms"]}
    assert {key: wanted[key] for key in told} == told
    assert len(told) > 0.9 * len(wanted)
    assert {e.reason for e in result.exclusions} <= {"NO_DAY0"}, "a day that a security lacks is left out, not moved"


def test_what_cannot_be_told_apart_is_said() -> None:
    made = table(("XPAR", "XTKS"), 1)
    said = run(date="2023-05-01", tickers="N0_0", benchmark="N0_0", model="constant_mean", prices=made).provenance[
        "read_as"
    ]
    assert any("N0_0 taken to trade on" in s and "cannot be told apart from" in s and "XPAR" in s for s in said), said


def test_hours_of_exchanges_that_cannot_be_told_apart_are_not_guessed() -> None:
    """News at 18:00 come after the close of Xetra and before that of Hamburg, which rests on the same days."""
    made = table(("XETR",), 1)
    assert {"XETR", "XHAM"} <= {str(home_of("N0_0", made).exchange), *home_of("N0_0", made).same}
    noon, evening = "2023-05-03T12:00+02:00", "2023-05-03T18:00+02:00"
    assert (
        run(date=noon, tickers="N0_0", prices=made, benchmark="N0_0", model="constant_mean").to_dict()["firms"][0][
            "day0"
        ]
        == "2023-05-03"
    )
    with pytest.raises(NothingUsable) as error:
        run(date=evening, tickers="N0_0", prices=made, benchmark="N0_0", model="constant_mean")
    assert "day 0 is 2023-05-04 or 2023-05-03: say which, --exchange N0_0=XETR" in str(error.value)
    for exchange, day in (("XETR", "2023-05-04"), ("XHAM", "2023-05-03")):
        where = f"N0_0={exchange}"
        told = run(date=evening, tickers="N0_0", prices=made, exchange=where, benchmark="N0_0", model="constant_mean")
        assert told.to_dict()["firms"][0]["day0"] == day


@pytest.mark.parametrize("code", ["XNYS", "XLON"])
def test_closed_days_are_those_of_the_calendars(code: str) -> None:
    lines = [
        line for line in shipped("closed_days.txt").read_text(encoding="utf-8").splitlines() if line.startswith(code)
    ]
    known = [line for line in lines if 2000 <= int(line.split()[1]) <= 2024]
    assert known == lines_of(code, 2000, 2024)


MARKS = {
    "XLON": ".L",
    "XETR": ".DE",
    "XPAR": ".PA",
    "XTKS": ".T",
    "XTSE": ".V",
    "XPRA": ".PR",
    "XHKG": ".HK",
    "XNYS": ".N",
}


@pytest.mark.parametrize("named", MARKS)
def test_a_mark_that_the_days_contradict_gives_way_to_them(named: str) -> None:
    """`MKC.V` is a share of New York (common stock with votes), `BAC.PR` a preferred one; files join what they like."""
    made, codes = table(tuple(MARKS), 2), tuple(MARKS)
    frame = made.close.set_axis([t + MARKS[named] for t in made.close.columns], axis=1)
    again = load_prices(path=frame)
    for ticker in frame.columns:
        code = codes[int(ticker[1])]
        home = home_of(ticker, again)
        shut = len(np.setdiff1d(calendars.sessions(code, FIRST, LAST), calendars.sessions(named, FIRST, LAST)))
        if shut < 4:  # its own, or one such as Paris, which is open on all days of London
            assert (home.exchange, home.by, home.mark) == (named, "mark", None)
        elif shut > 5 or home.by == "evidence":
            assert home.by == "evidence", (ticker, home)
            assert code in (home.exchange, *home.same)
            assert (home.mark, named in home.same) == (named, False)
            assert 4 <= home.shut <= shut


def test_a_contradicted_mark_is_said_and_a_word_overrules_the_days() -> None:
    made = table(("XNYS", "XNYS"), 1)
    frame = made.close.set_axis(["MKC.V", "SPY"], axis=1)
    asked: dict[str, Any] = {"date": "2022-10-10", "tickers": "MKC.V", "model": "constant_mean", "prices": frame}
    result = run(**asked)  # a Monday on which Toronto was closed and New York was open
    assert [(f["day0"], f["exchange"], f["exchange_by"]) for f in result.to_dict()["firms"]] == [
        ("2022-10-10", "XNYS", "evidence")
    ]
    said = [s for s in result.provenance["read_as"] if "is not taken to trade on XTSE" in s]
    assert len(said) == 1
    assert "--exchange MKC.V=XTSE insists" in said[0]
    mixed = run(**{**asked, "model": "market_adjusted"}, benchmark="SPY").warned
    assert not any(w.code == "CURRENCY_MIX" and "CAD" in w.message for w in mixed)
    told = run(**asked, exchange="MKC.V=XTSE").to_dict()["firms"][0]
    assert (told["day0"], told["exchange"], told["exchange_by"]) == ("2022-10-11", "XTSE", "given")


def test_holidays_of_both_names_leave_a_mark_its_word() -> None:
    """A price on the days alone that London and New York have in common is of either; so is one of too few days."""
    both = np.intersect1d(calendars.sessions("XLON", FIRST, LAST), calendars.sessions("XNYS", FIRST, LAST))
    frame = pd.DataFrame({"VOD.L": prices(both)}, pd.DatetimeIndex(both))
    assert home_of("VOD.L", load_prices(path=frame)).by == "mark"
    days = calendars.sessions("XNYS", date(2023, 8, 1), date(2023, 9, 29))
    frame = pd.DataFrame({"VOD.L": prices(days)}, pd.DatetimeIndex(days))
    assert home_of("VOD.L", load_prices(path=frame)).by == "mark"
