"""Releases of gross domestic product by the calendar of the BEA, from a local stand-in: asked only by name, once a day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest
from eventstudy.calendars import Moment, day0
from eventstudy.errors import EventStudyError, SourceDown, SourceMalformed, SourceRateLimited
from eventstudy.events.finders import _bea, find
from eventstudy.events.finders._kept import Kept
from tests.loopback.web import Desk, Reply, desk

DATES = [
    "2025-12-23T08:30:00-05:00",
    "2025-07-30T12:30:00+00:00",
    "2025-08-28T08:30:00-04:00",
    "2025-07-30T08:30:00-04:00",
]
GOOD = {"Personal Income": {"release_dates": ["2025-01-01"]}, "Gross Domestic Product": {"release_dates": DATES}}


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with desk(lambda path: Reply(json.dumps(GOOD).encode())) as made:
        monkeypatch.setattr(_bea, "ADDRESS", f"{made.address}/API/signup/release_dates.json")
        yield made


def test_dates_of_the_schedule_on_the_clock_of_new_york(web: Desk) -> None:
    found = find("macro", releases="gdp", tickers="SPY", since=date(2025, 7, 1))
    assert [(e.id, e.announced.isoformat(), e.category, e.tickers) for e in found.events] == [
        ("gdp-2025-07-30", "2025-07-30T08:30:00-04:00", "gdp", ("SPY",)),  # in Greenwich's time and in New York's: once
        ("gdp-2025-08-28", "2025-08-28T08:30:00-04:00", "gdp", ("SPY",)),
        ("gdp-2025-12-23", "2025-12-23T08:30:00-05:00", "gdp", ("SPY",)),
    ]
    assert {(e.found.stamp, e.found.precision) for e in found.events if e.found} == {("scheduled", "minute")}
    assert [str(day0(Moment(e.announced), "XNYS").session) for e in found.events] == [e.id[4:] for e in found.events]
    assert {(e.title, e.title_de) for e in found.events} == {("US gross domestic product", "US-Bruttoinlandsprodukt")}
    assert (found.requests, found.kept, found.notes) == (1, 0, ())


def test_nobody_is_asked_unless_it_is_named_and_then_once_a_day(web: Desk) -> None:
    assert find("macro").requests == 0
    assert web.asked == []
    once = find("macro", releases="gdp,jobs", since=date(2025, 7, 1), until=date(2025, 8, 31))
    again = find("macro", releases="gdp,jobs", since=date(2025, 7, 1), until=date(2025, 8, 31))
    assert once.events == again.events
    assert [e.id for e in once.events] == ["jobs-2025-07-03", "gdp-2025-07-30", "jobs-2025-08-01", "gdp-2025-08-28"]
    assert (again.requests, again.kept, len(web.asked)) == (0, 1, 1)


def test_what_is_kept_is_used_where_it_does_not_answer(web: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    web.answer = lambda path: Reply(b"", status=503)
    with pytest.raises(SourceDown, match="503"):
        find("macro", releases="gdp")
    Kept(clock=lambda: 1_000_000_000.0).put(_bea.ADDRESS, 200, json.dumps(GOOD).encode())
    found = find("macro", releases="gdp")
    assert len(found.events) == 3
    assert list(map(str, found.notes)) == ["the calendar of the BEA could not be asked for: as it was kept is used"]


@pytest.mark.parametrize(
    ("reply", "kind", "what"),
    [
        (Reply(b"<html>hello</html>", kind="text/html"), SourceMalformed, "no list of dates under"),
        (Reply(b'{"Gross Domestic Product": []}'), SourceMalformed, "no list of dates under"),
        (Reply(b'{"GDP": {"release_dates": []}}'), SourceMalformed, "no list of dates under"),
        (Reply(b'{"Gross Domestic Product": {"release_dates": []}}'), SourceMalformed, "no date under"),
        (Reply(b'{"Gross Domestic Product": {"release_dates": ["soon"]}}'), SourceMalformed, "'soon' is no time"),
        (Reply(b'{"Gross Domestic Product": {"release_dates": ["2025-07-30T08:30:00"]}}'), SourceMalformed, "has no zone"),
        (Reply(b'{"Gross Domestic Product": {"release_dates": [20250730]}}'), SourceMalformed, "20250730 is no time"),
        (Reply(b"", status=404), SourceMalformed, "404"),
        (Reply(b"", status=429, headers={"Retry-After": "60"}), SourceRateLimited, "wait 60 seconds"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_and_not_kept(
    web: Desk, reply: Reply, kind: type[EventStudyError], what: str
) -> None:
    web.answer = lambda path: reply
    with pytest.raises(kind, match=what):
        find("macro", releases="gdp")
    web.answer = lambda path: Reply(json.dumps(GOOD).encode())
    assert len(find("macro", releases="gdp").events) == 3
