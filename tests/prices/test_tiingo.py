"""Tiingo against a local stand-in: what is asked, what comes of each answer, and that the key is nowhere."""

from __future__ import annotations

import json
import logging
import pickle
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import numpy as np
import pytest
from eventstudy import web as client
from eventstudy.errors import (
    EventStudyError,
    InvalidRequest,
    SourceDown,
    SourceMalformed,
    SourceRateLimited,
    SymbolUnknown,
)
from eventstudy.prices import load_prices
from eventstudy.prices.tiingo import KEY, Tiingo
from eventstudy.web import Key

from tests.cli.conftest import Ran, es  # noqa: F401 - the fixture
from tests.loopback.web import Desk, Reply, desk

SECRET = "s3cret-0123456789abcdef"
FIRST, LAST = date(2020, 8, 27), date(2020, 9, 2)


def day(text: str, close: float | None, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"date": f"{text}T00:00:00.000Z", "close": close, "adjClose": close, "volume": 1000}
    row |= {"open": close, "high": close, "low": close, "divCash": 0.0, "splitFactor": 1.0}
    return row | more


ROWS = [
    day("2020-08-27", 500.0, divCash=0.8),
    day("2020-08-28", 499.0),
    day("2020-08-31", 129.0, splitFactor=4.0),
    day("2020-09-01", 134.0, divCash=0.2),
    day("2020-09-02", 131.0),
]


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Tiingo's stand-in as `load_prices` finds it; it has ROWS for every symbol."""
    monkeypatch.setenv(KEY, SECRET)
    with desk(lambda path: Reply(json.dumps(ROWS).encode())) as made:
        monkeypatch.setattr("eventstudy.prices.tiingo.SOURCE", Tiingo(made.address, timeout=0.5))
        yield made


def failing(web: Desk, reply: Reply) -> EventStudyError:
    web.answer = lambda path: reply
    with pytest.raises(EventStudyError) as caught:
        Tiingo(web.address, timeout=0.5).fetch("AAPL", FIRST, LAST)
    _nowhere(caught.value)
    return caught.value


def _nowhere(error: BaseException) -> None:
    """The key is in no part of an error, of what led to it, or of a traceback with its local values' attributes."""
    seen: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in seen:
        seen.append(at)
        at = at.__cause__ or at.__context__
    for one in seen:
        assert SECRET not in "".join(traceback.format_exception(one))
        assert SECRET not in repr(vars(one))
        request = getattr(one, "request", None)
        assert request is None or SECRET not in str(request.headers)


def test_prices_are_put_on_the_shares_of_the_last_day(web: Desk) -> None:
    table = load_prices(["AAPL"], FIRST, LAST, source="tiingo")
    assert table.source == "tiingo"
    assert table.close["AAPL"].tolist() == [125.0, 124.75, 129.0, 134.0, 131.0]
    assert table.fields["volume"]["AAPL"].tolist() == [4000.0, 4000.0, 1000.0, 1000.0, 1000.0]
    assert table.fields["dividend"]["AAPL"].fillna(0).tolist() == [0.2, 0.0, 0.0, 0.2, 0.0]
    assert table.fields["split"]["AAPL"].fillna(0).tolist() == [0.0, 0.0, 4.0, 0.0, 0.0]
    assert table.info["AAPL"].basis == "dividends"


def test_what_is_asked_and_how_the_key_travels(web: Desk) -> None:
    load_prices(["BRK-B"], FIRST, LAST, source="tiingo")
    [(path, headers)] = web.asked
    assert path == "/tiingo/daily/BRK-B/prices?startDate=2020-08-27&endDate=2020-09-02&format=json"
    assert headers["Authorization"] == f"Token {SECRET}"


@pytest.mark.parametrize(
    ("reply", "kind", "what"),
    [
        (Reply(b'{"detail": "Error: Ticker not found"}', 404), SymbolUnknown, "no prices of 'AAPL'"),
        (Reply(b"[]"), SymbolUnknown, "no prices of 'AAPL'"),
        (Reply(b'{"detail": "slow down"}', 429, headers={"Retry-After": "60"}), SourceRateLimited, "asks us to wait"),
        (
            Reply(b'{"detail": "You have run over your hourly request allocation"}'),
            SourceRateLimited,
            "limits the number",
        ),
        (Reply(b'{"detail": "Invalid token."}', 401), InvalidRequest, "refuses the key"),
        (Reply(f'{{"detail": "Invalid token {SECRET}."}}'.encode(), 403), InvalidRequest, "refuses the key"),
        (Reply(f'{{"detail": "who is {SECRET}?"}}'.encode()), SourceMalformed, "a complaint"),
        (Reply(f"<html>{SECRET}</html>".encode(), kind="text/html; charset=utf-8"), SourceMalformed, "not JSON"),
        (Reply(b"[" + json.dumps(ROWS[0]).encode(), 200), SourceMalformed, "broken off"),
        (Reply(b"[" * 100_000), SourceMalformed, "broken off"),
        (Reply(b'{"close": 1}'), SourceMalformed, "no list of days"),
        (Reply(b"[1]"), SourceMalformed, "no list of days"),
        (Reply(b"", 502, "text/html"), SourceDown, "out of order (HTTP 502)"),
        (Reply(b"", 302, headers={"Location": "http://127.0.0.1:9/"}), SourceMalformed, "HTTP 302"),
        (Reply(b"[{}]", slow=0.6), SourceDown, "does not answer"),
        (Reply(json.dumps([day("2020-08-27", 1.0)] * 2).encode()), SourceMalformed, "twice"),
        (Reply(json.dumps([day("27.08.2020", 1.0)]).encode()), SourceMalformed, "is no day"),
        (Reply(json.dumps([day("2020-08-27", -1.0)]).encode()), SourceMalformed, "a price of -1"),
        (Reply(json.dumps([day("2020-08-27", 1.0, splitFactor=0)]).encode()), SourceMalformed, "a split of 0"),
        (Reply(json.dumps([day("2020-08-27", 1.0, volume="many")]).encode()), SourceMalformed, "volume is 'many'"),
        (Reply(b'[{"date": "2020-08-27", "close": Infinity}]'), SourceMalformed, "close is 'inf'"),
        (Reply(json.dumps([day("2020-08-27", None)]).encode()), SourceMalformed, "no price on the days"),
        (Reply(json.dumps([day("2019-08-27", 1.0)]).encode()), SourceMalformed, "no price on the days"),
    ],
)
def test_bad_answers(web: Desk, reply: Reply, kind: type[EventStudyError], what: str) -> None:
    error = failing(web, reply)
    assert type(error) is kind
    assert what in str(error)
    assert "AAPL" in str(error.where)


def test_a_server_that_drips_is_given_up(web: Desk) -> None:
    web.answer = lambda path: Reply(b"x" * 10_000, slow=0.01)
    began = time.monotonic()
    with pytest.raises(SourceDown, match="does not answer"):
        client.ask(web.address, "Tiingo", timeout=0.4, give_up=0.5)
    assert time.monotonic() - began < 5


def test_nobody_there(web: Desk) -> None:
    with pytest.raises(SourceDown, match="does not answer") as caught:
        Tiingo("http://127.0.0.1:9", timeout=0.5).fetch("AAPL", FIRST, LAST)
    _nowhere(caught.value)


def test_a_missing_price_is_kept_as_missing_and_said(web: Desk) -> None:
    web.answer = lambda path: Reply(json.dumps([*ROWS[:1], day("2020-08-28", None), *ROWS[2:]]).encode())
    fetch = Tiingo(web.address).fetch("AAPL", FIRST, LAST)
    assert np.isnan(fetch.frame["close"].iloc[1])
    assert fetch.notes == ("no price on 2020-08-28: kept as missing",)


@pytest.mark.parametrize("key", [None, "", "  ", "two words", "ünïcode", "line\nbreak"])
def test_no_key(web: Desk, monkeypatch: pytest.MonkeyPatch, key: str | None) -> None:
    monkeypatch.delenv(KEY) if key is None else monkeypatch.setenv(KEY, key)
    with pytest.raises(InvalidRequest, match=KEY) as caught:
        Tiingo(web.address).fetch("AAPL", FIRST, LAST)
    assert not web.asked
    assert not key or not key.strip() or key not in str(caught.value)


def test_the_key_is_shown_to_nobody(web: Desk, caplog: pytest.LogCaptureFixture) -> None:
    key = Key.of(KEY, "Tiingo")
    assert SECRET not in repr(key) + str(key) + f"{key!s}"
    with pytest.raises(TypeError):
        pickle.dumps(key)
    with caplog.at_level(logging.DEBUG):
        source = Tiingo(web.address)
        fetch = source.fetch("AAPL", FIRST, LAST)
    assert SECRET not in caplog.text + repr(fetch) + repr(vars(source))


def test_an_odd_symbol_is_not_asked_for(web: Desk) -> None:
    with pytest.raises(SymbolUnknown, match="is not a symbol"):
        Tiingo(web.address).fetch("../AAPL?x=1", FIRST, LAST)
    assert not web.asked


# ---- the command -----------------------------------------------------------------------------------------------------

FETCH = ("prices", "fetch", "--source", "tiingo", "--start", "2020-08-27", "--end", "2020-09-02", "--format", "json")


def test_fetch_goes_to_the_store(es: Callable[..., Ran], web: Desk, price_store: Any) -> None:  # noqa: F811
    ran = es(*FETCH, "--tickers", "AAPL,MSFT")
    assert (ran.code, ran.err) == (0, "")
    assert [(r["ticker"], r["source"], r["sessions"]) for r in json.loads(ran.out)["rows"]] == [
        ("AAPL", "tiingo", 5),
        ("MSFT", "tiingo", 5),
    ]
    assert es(*FETCH, "--tickers", "AAPL").code == 0
    assert len(web.asked) == 2  # what is held and final is not asked for again
    held = load_prices(["AAPL"], FIRST, LAST, source="store")
    assert held.close["AAPL"].tolist() == [125.0, 124.75, 129.0, 134.0, 131.0]
    assert SECRET.encode() not in price_store.read_bytes()


def test_a_rate_limit_stops_at_once_keeps_what_was_had_and_ends_in_75(es: Callable[..., Ran], web: Desk) -> None:  # noqa: F811
    good = web.answer
    web.answer = lambda path: good(path) if "AAPL" in path else Reply(b'{"detail": "wait"}', 429)
    ran = es(*FETCH, "--tickers", "AAPL,MSFT,NVDA")
    assert ran.code == 75
    assert [r["outcome"] for r in json.loads(ran.out)["rows"]] == ["new", "failed", "not asked for"]
    assert "asks us to wait" in ran.err
    assert len(web.asked) == 2
    assert load_prices(["AAPL"], FIRST, LAST, source="store").tickers == ["AAPL"]


def test_the_key_is_in_nothing_the_command_says(es: Callable[..., Ran], web: Desk) -> None:  # noqa: F811
    web.answer = lambda path: Reply(f'{{"detail": "Invalid token {SECRET}"}}'.encode(), 401)
    ran = es(*FETCH, "--tickers", "AAPL", "--verbose")
    assert ran.code == 2
    assert "refuses the key" in ran.err
    assert SECRET not in ran.out + ran.err
