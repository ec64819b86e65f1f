"""`auto`: the sample, else the store where it covers the request, else Yahoo, whose answer is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from eventstudy import calendars, load_prices
from eventstudy.errors import SymbolUnknown
from eventstudy.prices._store import Store

from tests.store.conftest import DAYS, FIRST, LAST, LATER, Service, fetched, made, set_clock


@pytest.fixture
def yahoo(monkeypatch: pytest.MonkeyPatch) -> Service:
    service = Service("AAA", "BBB")
    monkeypatch.setattr("eventstudy.prices.yahoo.SOURCE", service)
    return service


def keep(symbol: str = "AAA", at: datetime = LATER, factor: float = 1.0) -> None:
    with Store(write=True) as store:
        store.keep("yahoo", fetched(made(symbol) * factor, at, symbol), FIRST, LAST, force=True)


def sources(*tickers: str, start: date = FIRST, end: date = LAST, as_of: date | None = None) -> dict[str, str]:
    return {t: i.source for t, i in load_prices(tickers, start, end, as_of=as_of).info.items()}


def test_each_ticker_comes_from_the_first_that_covers_it(yahoo: Service) -> None:
    keep()
    wanted = ("AAA", "BBB", "NVDA")
    assert sources(*wanted) == {"AAA": "store", "BBB": "yahoo", "NVDA": "bundled"}
    assert yahoo.asked == [("BBB", FIRST, LAST)]
    assert sources(*wanted) == {"AAA": "store", "BBB": "store", "NVDA": "bundled"}
    assert len(yahoo.asked) == 1


def test_days_that_are_not_held_are_asked_for_and_put_with_the_others(yahoo: Service) -> None:
    with Store(write=True) as store:
        store.keep("yahoo", fetched(made(days=DAYS[:200])), FIRST, DAYS[199])
    table = load_prices("AAA", FIRST, LAST)
    assert table.source == "yahoo"
    assert table.close["AAA"].tolist() == made()["close"].tolist()
    assert len(yahoo.asked) == 1


def test_a_day_that_may_still_change_is_asked_for(yahoo: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    today = calendars.shift("XNYS", LAST, 2)
    clock = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    set_clock(monkeypatch, clock)
    keep(at=datetime(LAST.year, LAST.month, LAST.day, 22, tzinfo=UTC))
    yahoo.at = clock
    assert sources("AAA", end=DAYS[-7]) == {"AAA": "store"}
    assert sources("AAA") == {"AAA": "yahoo"}
    assert sources("AAA") == {"AAA": "store"}, "no session has closed since"
    assert sources("AAA", end=today + timedelta(30)) == {"AAA": "yahoo"}, "more days are wanted"
    assert sources("AAA", end=today + timedelta(30)) == {"AAA": "store"}, "and they are yet to come"


def test_as_of_reads_the_store_as_it_was(yahoo: Service) -> None:
    keep()
    keep(at=LATER + timedelta(10), factor=2.0)

    def first_close(as_of: date | None) -> float:
        return float(load_prices("AAA", FIRST, LAST, as_of=as_of).close["AAA"].iloc[0])

    price = float(made()["close"].iloc[0])
    assert first_close(LATER.date()) == first_close(LATER.date() + timedelta(9)) == price
    assert first_close(LATER.date() + timedelta(10)) == first_close(None) == 2 * price
    assert yahoo.asked == []


def test_the_store_alone_gives_what_it_has_and_says_what_it_lacks(price_store: Path) -> None:
    keep()
    table = load_prices(["AAA", "BBB"], "2023-06-01", "2024-01-31", source="store")
    assert table.tickers == ["AAA"]
    assert table.info["AAA"].notes == (f"the price store only reaches from {FIRST} to {LAST}",)
    assert isinstance(table.missing["BBB"], SymbolUnknown)
    assert "has no ticker 'BBB'" in str(table.missing["BBB"])
    beyond = load_prices(["AAA"], "2020-01-01", "2020-12-31", source="store")
    assert "has no price of 'AAA' from 2020-01-01 to 2020-12-31" in str(beyond.missing["AAA"])
    everything = load_prices(source="store")
    pd.testing.assert_series_equal(everything.close["AAA"], made()["close"], check_names=False, check_exact=True)
    assert everything.info["AAA"].notes == ()
