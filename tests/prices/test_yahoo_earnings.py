"""Yahoo's calendar of earnings, through yfinance, against the stand-in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from eventstudy.errors import SourceDown, SourceMalformed, SourceRateLimited, SymbolUnknown
from eventstudy.prices.yahoo import Yahoo

from tests.loopback.server import Service


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
