"""Odd answers of web sources, field by field: each ends its own symbol with a clear error, and nothing else."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from eventstudy.errors import SourceError, SourceMalformed
from eventstudy.prices import Fetch, PriceSource, load_prices
from eventstudy.prices.ken_french import FIVE, MOMENTUM, THREE, KenFrench
from eventstudy.prices.tiingo import KEY, Tiingo
from eventstudy.prices.yahoo import Yahoo

from tests.cli.conftest import Ran, es  # noqa: F401 - the fixture
from tests.loopback.answers import Answer, Fault
from tests.loopback.server import Service
from tests.loopback.web import Reply, desk
from tests.prices import test_ken_french, test_tiingo
from tests.prices.conftest import DAYS, FIRST, LAST, series
from tests.tiers import first

MILLISECONDS = 1_735_828_200_000
ODD: list[Any] = [
    True,
    -1,
    1.7e18,
    MILLISECONDS,
    float("nan"),
    float("inf"),
    10**400,
    "",
    "x",
    [],
    [None],
    ["USD"],
    {},
    {"a": 1},
]
PLACES = {
    "answer": (),
    "meta": ("meta",),
    "currency": ("meta", "currency"),
    "symbol": ("meta", "symbol"),
    "exchange": ("meta", "exchangeName"),
    "zone": ("meta", "exchangeTimezoneName"),
    "granularity": ("meta", "dataGranularity"),
    "first trade": ("meta", "firstTradeDate"),
    "period": ("meta", "currentTradingPeriod"),
    "session": ("meta", "currentTradingPeriod", "regular"),
    "session end": ("meta", "currentTradingPeriod", "regular", "end"),
    "session start": ("meta", "currentTradingPeriod", "regular", "start"),
    "times": ("timestamp",),
    "a time": ("timestamp", 0),
    "indicators": ("indicators",),
    "quote": ("indicators", "quote"),
    "quotes": ("indicators", "quote", 0),
    "closes": ("indicators", "quote", 0, "close"),
    "a close": ("indicators", "quote", 0, "close", 0),
    "volumes": ("indicators", "quote", 0, "volume"),
    "a volume": ("indicators", "quote", 0, "volume", 0),
    "events": ("events",),
    "dividends": ("events", "dividends"),
    "splits": ("events", "splits"),
}


def put(held: Any, place: tuple[Any, ...], value: Any) -> Any:
    """The value at that place of what is held."""
    if not place:
        return value
    held[place[0]] = put(held[place[0]], place[1:], value)
    return held


def spoilt(*place: Any, value: Any) -> Fault:
    """An answer with prices that has this value in that place; others stay."""

    def fault(sound: Answer) -> Answer:
        body = json.loads(sound.body)
        if not (body["chart"]["result"] or [{}])[0].get("timestamp"):
            return sound
        body["chart"]["result"][0] = put(body["chart"]["result"][0], place, copy.deepcopy(value))
        return replace(sound, body=json.dumps(body).encode())

    return fault


def had(source: PriceSource, symbol: str, start: date, end: date) -> Fetch | None:
    """What the source had; None: an error of the kind that ends one symbol, and names it."""
    told = ""
    try:
        return source.fetch(symbol, start, end)
    except SourceError as error:
        told = str(error)
    assert symbol in told
    return None


@pytest.fixture
def service() -> Service:
    regular = {"start": 1735804800, "end": 1735828200, "gmtoffset": -18000, "timezone": "EST"}
    more = {"firstTradeDate": 1_000_000_000, "currentTradingPeriod": {"regular": regular}}
    odd = series("GOOD", more=more, dividends={DAYS[5]: 0.5}, splits={DAYS[9]: (2, 1)})
    return Service([odd, series("FINE"), series("NEXT")])


@pytest.mark.parametrize("place", first(PLACES, 5))
def test_yahoo_field_by_field(yahoo: Yahoo, service: Service, place: str) -> None:
    once = Yahoo(yahoo._session, spacing=0, timeout=0.4, give_up=8, retries=0)
    for value in ODD:
        service.fail("GOOD", spoilt(*PLACES[place], value=value))
        if fetch := had(once, "GOOD", FIRST, LAST):
            assert isinstance(fetch.currency, str | None), value
            assert not np.isinf(fetch.frame["close"]).any()


@pytest.mark.parametrize("amount", ODD)
def test_yahoo_dividends(yahoo: Yahoo, service: Service, amount: Any) -> None:
    def fault(sound: Answer) -> Answer:
        body = json.loads(sound.body)
        for paid in (body["chart"]["result"] or [{}])[0].get("events", {}).get("dividends", {}).values():
            paid["amount"] = amount
        return replace(sound, body=json.dumps(body).encode())

    service.fail("GOOD", fault)
    once = Yahoo(yahoo._session, spacing=0, timeout=0.4, give_up=8, retries=0)
    had(once, "GOOD", FIRST, LAST)


CLEAR = {
    "currency": (("meta", "currency"), ["USD"], "currency is ['USD'], not text"),
    "first trade": (("meta", "firstTradeDate"), float("nan"), "firstTradeDate is nan, no time in seconds since 1970"),
    "milliseconds": (("meta", "firstTradeDate"), MILLISECONDS, f"firstTradeDate is {MILLISECONDS}, no time in seconds"),
    "time": (("timestamp", 3), MILLISECONDS, f"a time of the prices is {MILLISECONDS}, not in seconds since 1970"),
    "session": (("meta", "currentTradingPeriod"), "soon", "the end of the session is 'soon'"),
}


@pytest.mark.parametrize(("place", "value", "said"), CLEAR.values(), ids=CLEAR)
def test_yahoo_names_the_field_and_the_others_are_had(
    yahoo: Yahoo, service: Service, place: tuple[Any, ...], value: Any, said: str
) -> None:
    service.fail("GOOD", spoilt(*place, value=value))
    table = load_prices(["FINE", "GOOD", "NEXT"], FIRST, LAST, source="yahoo")
    assert table.tickers == ["FINE", "NEXT"]
    assert type(table.missing["GOOD"]) is SourceMalformed
    assert said in str(table.missing["GOOD"])


@pytest.mark.parametrize(("place", "value", "said"), CLEAR.values(), ids=CLEAR)
def test_the_command_fetches_the_others_and_ends_with_4(
    es: Callable[..., Ran],  # noqa: F811
    yahoo: Yahoo,
    service: Service,
    place: tuple[Any, ...],
    value: Any,
    said: str,
) -> None:
    service.fail("GOOD", spoilt(*place, value=value))
    ran = es("prices", "fetch", "--tickers", "FINE,GOOD,NEXT", "--start", str(FIRST), "--end", str(LAST))
    assert ran.code == 4
    assert "GOOD" in ran.out + ran.err
    assert said.split(",")[0] in " ".join((ran.out + ran.err).split())
    held = {row["ticker"] for row in json.loads(es("prices", "status", "--format", "json").out)["rows"]}
    assert held >= {"FINE", "NEXT"}
    assert "GOOD" not in held


@pytest.fixture
def tiingo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Any], Tiingo]]:
    """Tiingo with an answer."""
    monkeypatch.setenv(KEY, test_tiingo.SECRET)
    with desk(lambda path: Reply(b"[]")) as web:

        def with_answer(body: Any) -> Tiingo:
            text = json.dumps(body).encode()
            web.answer = lambda path: Reply(text)
            return Tiingo(web.address, timeout=2)

        yield with_answer


@pytest.mark.parametrize("field", first([None, *test_tiingo.ROWS[0]], 5))
def test_tiingo_field_by_field(tiingo: Callable[[Any], Tiingo], field: str | None) -> None:
    more = [None, 0, 1e299, 1e-299, "0001-01-01", "9999-12-31", "2020-08-27"]
    for value in [*ODD, *more]:
        for rows in ([0], [2], range(5)):
            body: Any = copy.deepcopy(test_tiingo.ROWS)
            for row in rows:
                body[row] = value if field is None else body[row] | {field: value}
            if fetch := had(tiingo(body), "AAPL", test_tiingo.FIRST, test_tiingo.LAST):
                prices = fetch.frame[["open", "high", "low", "close", "adj_close"]].to_numpy()
                assert np.isfinite(prices[~np.isnan(prices)]).all(), value
                assert not (prices <= 0).any(), value


ZIPS = {
    "another table": (MOMENTUM, test_ken_french.published(THREE), "no mom"),
    "a factor lacks": (FIVE, test_ken_french.published(THREE), "no rmw, cma"),
    "no table": (THREE, test_ken_french.zipped(THREE, "gone"), "a column a factor"),
    "monthly": (THREE, test_ken_french.zipped(THREE, "\n,Mkt-RF,SMB,HML,RF\n202501,1,2,3,4\n"), "by the month"),
}


def broken(method: int) -> bytes:
    """A zip whose one table is packed so, with a byte of it spoilt."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr("table.csv", "date,mkt_rf\n" * 200)
    body = bytearray(made.getvalue())
    start = 30 + len("table.csv") + (9 if method == zipfile.ZIP_LZMA else 2)
    body[start : start + 12] = b"\xff" * 12
    return bytes(body)


@pytest.mark.parametrize(("name", "body", "said"), ZIPS.values(), ids=ZIPS)
def test_ken_french_table_by_table(tmp_path: Path, name: str, body: bytes, said: str) -> None:
    def answer(path: str) -> Reply:
        return Reply(body, kind="application/zip") if name in path else test_ken_french.library(path)

    wanted = {MOMENTUM: ["mkt_rf", "mom"], FIVE: ["mkt_rf", "rmw"], THREE: ["mkt_rf"]}[name]
    with desk(answer) as web, pytest.raises(SourceMalformed) as caught:
        KenFrench(web.address, tmp_path, timeout=2).factors(wanted, date(2025, 2, 14))
    assert said in str(caught.value)
    assert name in str(caught.value)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_ken_french_zip_that_is_damaged(tmp_path: Path, method: int) -> None:
    with desk(lambda path: Reply(broken(method), kind="application/zip")) as web, pytest.raises(SourceMalformed):
        KenFrench(web.address, tmp_path, timeout=2).factors(["mkt_rf"])
