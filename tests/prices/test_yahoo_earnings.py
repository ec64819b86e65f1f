"""Yahoo's calendar of earnings, through yfinance, against the stand-in."""

from __future__ import annotations

from datetime import UTC, date, datetime

import eventstudy as es
import pandas as pd
import pytest
from eventstudy.errors import SourceDown, SourceMalformed, SourceRateLimited, SymbolUnknown
from eventstudy.prices.yahoo import Yahoo

from tests.loopback.server import Service
from tests.worlds import closes


def test_the_instants_are_those_of_the_page(yahoo: Yahoo, service: Service) -> None:
    service.earnings["GOOD"] = [
        "April 29, 2025 at 4 PM EDT",
        "January 29, 2025 at 4 PM EST",
        "January 16, 2025 at 1 AM EST",
    ]
    found = yahoo.earnings("GOOD")
    assert [stamp.astimezone(UTC) for stamp in found] == [
        datetime(2025, 4, 29, 20, tzinfo=UTC),
        datetime(2025, 1, 29, 21, tzinfo=UTC),
        datetime(2025, 1, 16, 6, tzinfo=UTC),
    ]


@pytest.mark.parametrize("symbol", ["FINE", "not a symbol", "US0378331005"])
def test_a_firm_without_a_calendar_is_said(yahoo: Yahoo, symbol: str) -> None:
    with pytest.raises(SymbolUnknown, match="earnings of 'FINE'" if symbol == "FINE" else "not a Yahoo symbol"):
        yahoo.earnings(symbol)


def test_a_page_that_cannot_be_read_is_said(yahoo: Yahoo, service: Service) -> None:
    service.earnings["GOOD"] = ["soon"]
    with pytest.raises(SourceMalformed, match="cannot be read"):
        yahoo.earnings("GOOD")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("rate-limited", SourceRateLimited),
        ("500", SourceDown),
        ("401", SourceDown),
        ("404", SymbolUnknown),
        ("time-out", SourceDown),
    ],
)
def test_faults_are_told(yahoo: Yahoo, service: Service, fault: str, error: type[Exception]) -> None:
    service.earnings["GOOD"] = ["January 29, 2025 at 4 PM EST"]
    service.fail("GOOD", fault)
    with pytest.raises(error):
        yahoo.earnings("GOOD")


def studied(*tickers: str) -> es.StudyResult:
    """A study of made-up prices on New York's sessions that asks Yahoo for earnings."""
    from eventstudy import calendars

    days = calendars.sessions("XNYS", date(2024, 1, 2), date(2025, 2, 28))
    prices = closes(5, tickers, pd.DatetimeIndex(days))
    return es.run(date="2025-01-27", tickers=list(tickers), benchmark="MKT", prices=prices, earnings="yahoo")


def test_a_study_warns_of_the_reports_in_its_windows(yahoo: Yahoo, service: Service) -> None:
    service.earnings["GOOD"] = ["January 29, 2025 at 4 PM EST", "October 30, 2024 at 8 AM EDT"]
    told = {
        (w.code, w.ticker, w.session) for w in studied("GOOD", "FINE").warned if w.code in ("EARNINGS", "SOURCE_NOTE")
    }
    assert told == {("EARNINGS", "GOOD", "2025-01-30"), ("SOURCE_NOTE", "FINE", None)}


def test_after_a_rate_limit_no_further_ticker_is_asked_for(yahoo: Yahoo, service: Service) -> None:
    service.earnings["GOOD"] = ["January 29, 2025 at 4 PM EST"]
    service.fail("*", "rate-limited")
    said = [w.message for w in studied("GOOD", "FINE").warned if w.code == "SOURCE_NOTE"]
    assert "asks us to wait" in said[0]
    assert said[1] == "no further ticker after GOOD was asked for"
    assert not [path for path in service.asked if "symbol=FINE" in path]
