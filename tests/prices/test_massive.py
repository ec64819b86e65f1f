"""Bars of minutes from a vendor with a key, against a local stand-in: what is asked, what comes of it, the key is nowhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from eventstudy.errors import (
    EventStudyError,
    InvalidRequest,
    SourceDown,
    SourceMalformed,
    SourceRateLimited,
    SymbolUnknown,
)
from eventstudy.prices import MASSIVE_KEY
from eventstudy.prices._massive import Massive

from tests.analyses.test_minutes import Bar, made
from tests.cli.conftest import Ran, es  # noqa: F401 - the fixture
from tests.loopback.web import Desk, Reply, desk

SECRET = "s3cret-9876543210fedcba"
FIRST, LAST = date(2025, 10, 30), date(2025, 12, 4)


def rows(ticker: str, first: str, last: str) -> list[dict[str, Any]]:
    """The vendor's bars: their start in milliseconds, one before the session too."""
    inside = [b for b in made() if b.ticker == ticker and first <= f"{b.start.date()}" <= last]
    early = [
        Bar(ticker, b.start.replace(hour=8), b.open, b.open)
        for b in inside
        if (b.start.hour, b.start.minute) == (9, 30)
    ]
    return [
        {
            "t": int(b.start.timestamp() * 1000),
            "o": b.open,
            "c": b.close,
            "h": b.close,
            "l": b.open,
            "v": 10,
            "vw": b.close,
            "n": 1,
        }
        for b in sorted([*inside, *early], key=lambda b: b.start)
    ]


def vendor(path: str) -> Reply:
    """Two pages of each month: the second is named by an address of another host."""
    asked, _, query = path.partition("?")
    _, _, _, _, ticker, _, width, unit, first, last = asked.split("/")
    assert (width, unit) == ("5", "minute")
    found = rows(ticker, first, last)
    half = len(found) // 2
    told: dict[str, Any] = {"ticker": ticker, "adjusted": True, "status": "OK", "results": found[:half]}
    if "cursor=next" in query:
        told["results"] = found[half:]
    elif found:
        told["next_url"] = f"https://api.example.org{asked}?cursor=next&apiKey=nobody"
    return Reply(json.dumps(told).encode())


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv(MASSIVE_KEY, SECRET)
    with desk(vendor) as made_:
        monkeypatch.setattr("eventstudy.prices._massive.Massive", partial(Massive, made_.address, timeout=2.0))
        yield made_


def test_bars_come_month_by_month_and_page_by_page_from_the_one_host(web: Desk) -> None:
    table = Massive(web.address).bars(["AAA", "SPY"], FIRST, LAST, 5)
    assert (table.width, table.tickers) == (5, ["AAA", "SPY"])
    own = [b for b in made() if b.ticker == "AAA" and FIRST <= b.start.date() <= LAST]
    found = table.series["AAA"]
    assert found.open is not None
    held = {t: (o, c) for t, o, c in zip(found.start.tolist(), found.open, found.close, strict=True)}
    for bar in own:
        assert held[bar.start.astimezone(UTC).replace(tzinfo=None)] == (bar.open, bar.close)
    assert len(web.asked) == 2 * 3 * 2
    assert web.asked[0][0] == (
        "/v2/aggs/ticker/AAA/range/5/minute/2025-10-30/2025-10-31?adjusted=true&sort=asc&limit=50000"
    )
    assert {headers["Authorization"] for _, headers in web.asked} == {f"Bearer {SECRET}"}
    assert not any(SECRET in path or "nobody" in path for path, _ in web.asked)


@pytest.mark.parametrize(
    ("reply", "kind", "what"),
    [
        (Reply(b'{"status":"ERROR","error":"Unknown API Key"}', 401), InvalidRequest, "refuses the key"),
        (Reply(b'{"status":"NOT_AUTHORIZED","message":"upgrade"}', 403), InvalidRequest, "refuses the key"),
        (Reply(b'{"status":"ERROR","error":"maximum requests per minute"}', 429), SourceRateLimited, "asks us to wait"),
        (Reply(b"", 503), SourceDown, "out of order"),
        (Reply(b'{"status":"ERROR","error":"odd"}'), SourceMalformed, "a complaint"),
        (Reply(b"<html>", kind="text/html"), SourceMalformed, "no JSON"),
        (Reply(b'{"status":"OK","results":[{"t":1764774000000,"o":1,"c":-1}]}'), SourceMalformed, "is no bar"),
        (Reply(b'{"status":"OK","results":[{"t":1764774000001,"o":1,"c":1}]}'), SourceMalformed, "is no bar"),
        (Reply(b'{"status":"OK","resultsCount":0}'), SymbolUnknown, "no bars of 'AAA'"),
        (Reply(b'{"status":"OK","results":[{"t":4102444800000,"o":1,"c":1}]}'), SymbolUnknown, "no bars"),  # of 2100
    ],
)
def test_answers_that_are_no_bars(web: Desk, reply: Reply, kind: type[EventStudyError], what: str) -> None:
    web.answer = lambda path: reply
    with pytest.raises(kind) as caught:
        Massive(web.address).bars(["AAA"], LAST, LAST)
    assert what in str(caught.value)
    assert SECRET not in repr(vars(caught.value))


def test_bars_of_whole_hours_lie_across_the_opening_and_are_refused(web: Desk) -> None:
    with pytest.raises(InvalidRequest, match="lie across the opening") as caught:
        Massive(web.address).bars(["AAA"], LAST, LAST, 60)
    assert caught.value.hint == "--width 30 or less"
    assert not web.asked


def test_pages_without_an_end_are_given_up(web: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventstudy.prices._massive._PAGES", 3)
    endless = {"status": "OK", "results": [], "next_url": f"{web.address}/v2/aggs/more?cursor=1"}
    web.answer = lambda path: Reply(json.dumps(endless).encode())
    with pytest.raises(SourceMalformed, match="does not end"):
        Massive(web.address).bars(["AAA"], LAST, LAST)
    assert len(web.asked) == 3


MINUTES = ("minutes", "--date", "2025-12-03T14:00:00-05:00", "--tickers", "AAA", "--days", "20", "--width", "5")


def test_the_command_with_a_vendor_finds_what_a_file_of_its_bars_gives(
    es: Callable[..., Ran],  # noqa: F811
    web: Desk,
    tmp_path: Any,
) -> None:
    bars = [b for b in made() if b.ticker in ("AAA", "SPY")]
    lines = [f"{b.ticker},{b.start.astimezone(UTC).isoformat()},{b.open!r},{b.close!r}" for b in bars]
    (tmp_path / "bars.csv").write_text("\n".join(["ticker,time,open,close", *lines]), encoding="utf-8")
    ran = es(*MINUTES, "--bars", "massive", "--format", "json")
    assert ran.code == 0, ran.err
    assert (
        json.loads(ran.out)["windows"]
        == json.loads(es(*MINUTES, "--bars", "bars.csv", "--format", "json").out)["windows"]
    )
    assert SECRET not in ran.out + ran.err
    asked = [path for path, _ in web.asked if "/AAA/" in path]
    assert f"/{date(2025, 12, 3).replace(day=7)}" in asked[-1]
    earliest = datetime.fromisoformat(asked[0].split("/")[8]).date()
    assert (date(2025, 12, 3) - earliest).days >= 2 * 28


def test_a_vendor_without_a_key_and_an_event_before_yahoos_bars_are_refused_with_what_to_do(
    es: Callable[..., Ran],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(MASSIVE_KEY, raising=False)
    ran = es(*MINUTES, "--bars", "massive")
    assert (ran.code, "MASSIVE_API_KEY is not set" in ran.err) == (2, True)
    ran = es(*MINUTES, "--bars", "yahoo")
    assert ran.code == 2
    for said in ("after the event", "60 days", "730 days", "--bars massive"):
        assert said in ran.err.replace("\n", " ").replace("  ", " ")
    ran = es("minutes", "--date", "2025-12-03", "--tickers", "AAA", "--bars", "massive")
    assert ran.code == 2
    assert "time of day" in ran.err
