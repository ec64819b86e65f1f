"""Each way in which Yahoo can answer, and what we make of it. The stand-in is in tests/loopback."""

from __future__ import annotations

import json
import logging
import sqlite3
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from eventstudy.errors import SourceDown, SourceError, SourceMalformed, SourceRateLimited, SymbolUnknown
from eventstudy.prices import Fetch, load_prices
from eventstudy.prices._yahoo_answer import Exchange, explain
from eventstudy.prices.yahoo import Yahoo

from tests.loopback.answers import FAULTS, Series, opening
from tests.loopback.inprocess import yahoo_in_process
from tests.loopback.server import Service
from tests.prices.conftest import DAYS, FIRST, LAST, series

CLOSES: list[float | None] = [100.0 + i for i in range(28)]
VOLUMES: list[int | None] = [1000 + i for i in range(28)]


@pytest.fixture(autouse=True)
def nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Our errors and notes carry the message; yfinance's own words must not appear."""
    yield
    assert capfd.readouterr() == ("", "")


def fetched(yahoo: Yahoo, service: Service, changed: Series) -> Fetch:
    service.add(changed)
    return yahoo.fetch(changed.symbol, FIRST, LAST)


def test_a_sound_series(yahoo: Yahoo) -> None:
    fetch = yahoo.fetch("GOOD", FIRST, LAST)
    assert [d.date() for d in fetch.frame.index] == DAYS
    assert fetch.frame.index.tz is None  # type: ignore[attr-defined]
    assert list(fetch.frame.columns) == ["open", "high", "low", "close", "adj_close", "volume", "dividend", "split"]
    assert fetch.frame["close"].tolist() == CLOSES
    assert fetch.frame["volume"].tolist() == VOLUMES
    assert fetch.frame[["dividend", "split"]].isna().all().all()
    assert (fetch.basis, fetch.currency, fetch.exchange, fetch.notes) == ("dividends", "USD", "XNAS", ())
    assert fetch.retrieved_at is not None
    age = datetime.now(UTC) - datetime.fromisoformat(fetch.retrieved_at)
    assert timedelta(0) <= age < timedelta(minutes=1)


def test_both_dates_are_included(yahoo: Yahoo) -> None:
    frame = yahoo.fetch("GOOD", DAYS[3], DAYS[5]).frame
    assert [d.date() for d in frame.index] == DAYS[3:6]


def test_dividends_and_splits_stand_on_their_days(yahoo: Yahoo, service: Service) -> None:
    paid = series("PAYS", dividends={DAYS[5]: 0.25, DAYS[20]: 0.5}, splits={DAYS[9]: (10, 1), DAYS[11]: (1, 4)})
    frame = fetched(yahoo, service, paid).frame
    day = {d: i for i, d in enumerate(DAYS)}
    assert {day[t.date()]: v for t, v in frame["dividend"].dropna().items()} == {5: 0.25, 20: 0.5}  # type: ignore[attr-defined]
    assert {day[t.date()]: v for t, v in frame["split"].dropna().items()} == {9: 10.0, 11: 0.25}  # type: ignore[attr-defined]


NAMES = {
    "rate-limited": (SourceRateLimited, "pip install -U yfinance"),
    "500": (SourceDown, "HTTP 500"),
    "500-json": (SourceDown, "HTTP 500"),
    "401": (SourceDown, "HTTP 401"),
    "web-page": (SourceMalformed, "a web page instead of prices"),
    "404": (SymbolUnknown, "No data found, symbol may be delisted"),
    "truncated": (SourceMalformed, "JSONDecodeError"),
    "time-out": (SourceDown, "Yahoo does not answer"),
    "ragged": (SourceMalformed, "same length"),
    "all-null": (SourceMalformed, "28 sessions of GOOD and no price"),
    "weekly": (SourceMalformed, "by 1wk instead of by the day"),
    "bomb": (SourceMalformed, "larger than 30 MB"),
}


def test_every_fault_of_the_stand_in_is_tried() -> None:
    assert set(NAMES) == set(FAULTS)


@pytest.mark.parametrize(("fault", "error", "word"), [(f, *e) for f, e in NAMES.items()], ids=NAMES)
def test_each_fault_is_told_and_nothing_of_it_stays(
    yahoo: Yahoo, service: Service, fault: str, error: type[SourceError], word: str
) -> None:
    service.fail("GOOD", fault)
    with pytest.raises(error) as caught:
        yahoo.fetch("GOOD", FIRST, LAST)
    assert type(caught.value) is error
    assert word in str(caught.value)
    assert "GOOD" in str(caught.value)
    service.recover()
    assert len(yahoo.fetch("GOOD", FIRST, LAST).frame) == 28


@pytest.mark.parametrize("fault", NAMES)
def test_one_bad_symbol_does_not_spoil_the_table(yahoo: Yahoo, service: Service, fault: str) -> None:
    service.fail("GOOD", fault)
    table = load_prices(["FINE", "GOOD"], FIRST, LAST, source="yahoo")
    assert table.tickers == ["FINE"]
    assert table.close["FINE"].tolist() == CLOSES
    assert type(table.missing["GOOD"]) is NAMES[fault][0]


@pytest.mark.parametrize("fault", [f for f, (e, _) in NAMES.items() if e in (SourceDown, SourceMalformed)])
def test_a_broken_answer_is_asked_for_once_more(yahoo: Yahoo, service: Service, fault: str) -> None:
    yahoo.fetch("GOOD", FIRST, LAST)  # the time zone is known from here on: one request for prices a try
    per_try = 2 if fault in ("500", "500-json", "401") else 1  # yfinance itself repeats these with another cookie
    service.fail("GOOD", fault, times=per_try)
    assert len(yahoo.fetch("GOOD", FIRST, LAST).frame) == 28


@pytest.mark.parametrize("fault", ["rate-limited", "404"])
def test_a_clear_answer_is_not_asked_for_again(yahoo: Yahoo, service: Service, fault: str) -> None:
    service.fail("GOOD", fault)
    with pytest.raises(SourceError):
        yahoo.fetch("GOOD", FIRST, LAST)
    assert service.charts("GOOD") == 2  # the second is yfinance's own, with another cookie


def test_after_a_rate_limit_no_further_symbol_is_asked_for(yahoo: Yahoo, service: Service) -> None:
    service.fail("GOOD", "rate-limited")
    table = load_prices(["FINE", "GOOD", "NEXT", "LAST"], FIRST, LAST, source="yahoo")
    assert table.tickers == ["FINE"]
    assert {t: type(e) for t, e in table.missing.items()} == dict.fromkeys(("GOOD", "NEXT", "LAST"), SourceRateLimited)
    assert service.charts("NEXT") == service.charts("LAST") == 0


@pytest.mark.wait
def test_one_symbol_gives_up_in_time_when_nothing_answers(yahoo: Yahoo, service: Service) -> None:
    patient = Yahoo(yahoo._session, spacing=0, timeout=0.5, give_up=1.2, retries=99)
    service.fail("*", "time-out")
    began = time.monotonic()
    with pytest.raises(SourceDown, match="does not answer"):
        patient.fetch("GOOD", FIRST, LAST)
    assert time.monotonic() - began < 2.5
    assert service.charts("GOOD") >= 2


def test_no_time_is_left_for_a_request_after_the_deadline(yahoo: Yahoo, service: Service) -> None:
    with pytest.raises(SourceDown, match="out of time"):
        Yahoo(yahoo._session, spacing=0, give_up=0.0).fetch("GOOD", FIRST, LAST)
    assert service.asked == []


def test_silence_after_an_answer_is_no_unknown_symbol() -> None:
    """The time zone is told, then a cookie never comes, and yfinance trips over that before it asks for prices."""
    exchange = Exchange()
    exchange.heard(200, json.dumps({"chart": {"result": [{"meta": {}}], "error": None}}))
    assert type(explain(KeyError("x"), "GOOD", FIRST, LAST, exchange)) is SymbolUnknown
    exchange.silent(TimeoutError("no cookie came"))
    told = explain(AttributeError("DNSError"), "GOOD", FIRST, LAST, exchange)
    assert type(told) is SourceDown
    assert "no cookie came" in str(told)


def test_a_refused_connection(tmp_path: Path, yahoo: Yahoo) -> None:
    with yahoo_in_process(Service()) as session:
        pass
    with pytest.raises(SourceDown, match="does not answer"):
        Yahoo(session, spacing=0, retries=0).fetch("GOOD", FIRST, LAST)


def test_symbols_are_spaced(service: Service, yahoo: Yahoo) -> None:
    slow = Yahoo(yahoo._session, spacing=0.3)
    began = time.monotonic()
    slow.fetch("GOOD", FIRST, LAST)
    first = time.monotonic() - began
    slow.fetch("FINE", FIRST, LAST)
    assert time.monotonic() - began >= first + 0.3


def test_null_rows_stay_as_missing(yahoo: Yahoo, service: Service) -> None:
    closes, volumes = list(CLOSES), list(VOLUMES)
    closes[4] = volumes[4] = None
    fetch = fetched(yahoo, service, series("NULL", closes=closes, volumes=volumes))
    assert len(fetch.frame) == 28
    assert fetch.frame.iloc[4].isna().all()
    assert fetch.notes == (f"no price on {DAYS[4]}: kept as missing",)


def test_a_volume_without_prices_stays_a_volume(yahoo: Yahoo, service: Service) -> None:
    closes = list(CLOSES)
    closes[-1] = None
    fetch = fetched(yahoo, service, series("PRE", closes=closes))
    assert np.isnan(fetch.frame["close"].iloc[-1])
    assert fetch.frame["volume"].iloc[-1] == 1027
    assert fetch.notes == (f"a volume but no price on {LAST}: kept as missing",)


def test_an_unknown_volume_is_not_zero(yahoo: Yahoo, service: Service) -> None:
    volumes = list(VOLUMES)
    volumes[3], volumes[4] = None, 0
    volume = fetched(yahoo, service, series("VOL", volumes=volumes)).frame["volume"]
    assert np.isnan(volume.iloc[3])
    assert volume.iloc[4] == 0


@pytest.mark.parametrize("row", [27, 10], ids=["live", "middle"])
def test_a_session_given_twice_is_there_once_and_said(yahoo: Yahoo, service: Service, row: int) -> None:
    fetch = fetched(yahoo, service, series("LIVE", again=(row,)))
    assert fetch.frame["close"].tolist() == CLOSES
    assert fetch.notes == (f"Yahoo gave two rows for {DAYS[row]}: one is kept",)


@pytest.mark.parametrize("wrong", [0.0, -1.0, float("inf")])
def test_what_cannot_be_a_price_is_missing_and_said(yahoo: Yahoo, service: Service, wrong: float) -> None:
    closes = list(CLOSES)
    closes[6] = wrong
    fetch = fetched(yahoo, service, series("ODD", closes=closes))
    assert np.isnan(fetch.frame["close"].iloc[6])
    assert fetch.notes[0] == f"no price can be zero, negative or infinite: taken as missing on {DAYS[6]}"


def test_hundredths_of_a_currency_are_said(yahoo: Yahoo, service: Service) -> None:
    fetch = fetched(yahoo, service, series("VOD.L", currency="GBp", exchange="LSE"))
    assert (fetch.currency, fetch.exchange) == ("GBp", "XLON")
    assert "prices are in GBp, hundredths of GBP" in fetch.notes


def test_an_exchange_that_is_not_known_is_left_open(yahoo: Yahoo, service: Service) -> None:
    assert fetched(yahoo, service, series("X", exchange="ZZZ")).exchange is None


def test_an_answer_for_another_symbol_is_said(yahoo: Yahoo, service: Service) -> None:
    service.add(series("FB", more={"symbol": "META"}))
    assert yahoo.fetch("FB", FIRST, LAST).notes == ("asked for FB, Yahoo answered with META",)
    fetch = yahoo.fetch("good", FIRST, LAST)
    assert (fetch.symbol, fetch.notes) == ("good", ("asked for good, Yahoo answered with GOOD",))


def test_prices_from_before_the_first_trade_are_said(yahoo: Yahoo, service: Service) -> None:
    service.add(series("NEW", more={"firstTradeDate": opening(DAYS[10])}))
    assert yahoo.fetch("NEW", FIRST, LAST).notes == (
        f"10 prices of NEW, the first of {FIRST}, are from before its first trade on {DAYS[10]}:"
        " they may be another company's, which had the symbol before",
    )
    assert yahoo.fetch("NEW", DAYS[10], LAST).notes == ()


@pytest.mark.parametrize("beside", [True, False])
def test_capital_gains_of_a_fund_are_said(yahoo: Yahoo, service: Service, beside: bool) -> None:
    gains = {"capitalGains": {str(opening(DAYS[5])): {"amount": 1.5, "date": opening(DAYS[5])}}}
    service.add(
        series("FUND", dividends={DAYS[5]: 2.0}, happened=gains if beside else {}, more={"instrumentType": "ETF"})
    )
    fetch = yahoo.fetch("FUND", FIRST, LAST)
    assert fetch.frame["dividend"].dropna().tolist() == [2.0]
    said = f"capital gains were paid on {DAYS[5]}, 1.5 on the first: taken as counted in the dividend"
    assert [note[: len(said)] for note in fetch.notes] == ([said] if beside else [])


@pytest.mark.parametrize(("hours", "final"), [(1, False), (6.9, False), (7.1, True)])
def test_the_prices_of_an_open_session_are_not_final(
    yahoo: Yahoo, service: Service, monkeypatch: pytest.MonkeyPatch, hours: float, final: bool
) -> None:
    opened = opening(LAST)
    session = {"start": opened, "end": opened + 6.5 * 3600, "gmtoffset": -18000, "timezone": "EST"}
    service.add(series("NOW", more={"currentTradingPeriod": dict.fromkeys(("pre", "regular", "post"), session)}))
    clock = SimpleNamespace(time=lambda: opened + hours * 3600)
    monkeypatch.setattr("eventstudy.prices._yahoo_answer.time", clock)
    said = f"the prices of {LAST} are not final: the session was open or just closed"
    assert yahoo.fetch("NOW", FIRST, LAST).notes == (() if final else (said,))
    assert yahoo.fetch("NOW", FIRST, DAYS[-2]).notes == ()


def test_dates_without_a_session(yahoo: Yahoo) -> None:
    with pytest.raises(SymbolUnknown, match="no prices of 'GOOD' from 2024-03-01 to 2024-03-05"):
        yahoo.fetch("GOOD", date(2024, 3, 1), date(2024, 3, 5))


@pytest.mark.parametrize("symbol", ["US67066G1040", "BRK/B", "A B", "../x", "A?b", "ÅB"])
def test_what_is_no_yahoo_symbol_is_not_asked_for(yahoo: Yahoo, service: Service, symbol: str) -> None:
    with pytest.raises(SymbolUnknown, match="is not a Yahoo symbol"):
        yahoo.fetch(symbol, FIRST, LAST)
    assert service.asked == []


def test_yfinance_gets_its_switches_back(yahoo: Yahoo, service: Service) -> None:
    import yfinance

    before = yfinance.config.debug.hide_exceptions, logging.getLogger("yfinance").disabled
    request = yahoo._session.request
    service.fail("GOOD", "500")
    with pytest.raises(SourceDown):
        yahoo.fetch("GOOD", FIRST, LAST)
    assert (yfinance.config.debug.hide_exceptions, logging.getLogger("yfinance").disabled) == before == (True, False)
    assert yahoo._session.request == request


def test_a_cache_that_cannot_be_written_is_put_elsewhere(yahoo: Yahoo, tmp_path: Path) -> None:
    import yfinance

    (tmp_path / "file").write_text("no folder")
    yfinance.set_tz_cache_location(str(tmp_path / "file" / "cache"))
    assert len(yahoo.fetch("GOOD", FIRST, LAST).frame) == 28
    assert yfinance.cache._TzDBManager.get_location() != str(tmp_path / "file" / "cache")


def test_a_broken_cache_is_told(yahoo: Yahoo, tmp_path: Path) -> None:
    for name in ("tkr-tz.db", "cookies.db"):
        (tmp_path / name).write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(SourceDown, match="cannot use its cache of time zones and cookies"):
        yahoo.fetch("GOOD", FIRST, LAST)
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(tmp_path / "tkr-tz.db").execute("select 1 from sqlite_master")


def test_without_yfinance_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a browser, where it cannot be installed."""
    monkeypatch.setitem(sys.modules, "yfinance", None)
    with pytest.raises(SourceDown, match="need yfinance, which is not installed") as raised:
        Yahoo().fetch("GOOD", FIRST, LAST)
    assert "--prices FILE" in str(raised.value)
