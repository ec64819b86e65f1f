"""An event checks itself, in Python as from a file, and names every fault at once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest
from eventstudy.errors import InvalidRequest
from eventstudy.events import Claim, Event, Group, InvalidRecord, Moment
from eventstudy.language import in_language
from pydantic import ValidationError

GOOD: dict[str, Any] = {"id": "some-event", "title": "Some event", "announced": date(2025, 1, 20)}


def test_the_least_event() -> None:
    event = Event(**GOOD)
    assert event.moment() == Moment(date(2025, 1, 20))
    assert event.moment("recognised") is None
    assert event.tickers == ()
    assert (event.timing, event.tags, event.group, event.claim) == ("unknown", (), (), ())


def test_tickers_are_those_of_all_groups_once_in_order() -> None:
    groups = (Group(tickers=("NVDA", "AMD")), Group(role="peer", tickers=("MSFT", "NVDA")))
    assert Event(**GOOD, group=groups).tickers == ("NVDA", "AMD", "MSFT")


def test_moments_carry_what_day0_needs() -> None:
    event = Event(
        **GOOD,
        timing="post",
        recognised=datetime(2025, 1, 27, 9, tzinfo=UTC),
        recognised_reason="the press woke up",
    )
    assert event.moment("announced") == Moment(date(2025, 1, 20), "post")
    assert event.moment("recognised") == Moment(datetime(2025, 1, 27, 9, tzinfo=UTC))


def test_a_local_time_takes_the_zone_of_the_event() -> None:
    event = Event(**{**GOOD, "announced": datetime.fromisoformat("2025-01-27T07:00"), "tz": "America/New_York"})
    assert event.announced.isoformat() == "2025-01-27T07:00:00-05:00"
    assert event == Event(**{**GOOD, "announced": "2025-01-27T07:00", "tz": "America/New_York"})
    assert event == Event(**{**GOOD, "announced": "2025-01-27T12:00Z", "tz": "America/New_York"})


def test_a_pandas_time_becomes_a_plain_one() -> None:
    event = Event(**{**GOOD, "announced": pd.Timestamp("2025-01-27 07:00", tz="America/New_York")})
    assert type(event.announced) is datetime
    assert event.announced.isoformat() == "2025-01-27T07:00:00-05:00"


def test_events_are_frozen_and_can_be_keys() -> None:
    event = Event(**{**GOOD, "group": [{"tickers": ["A"]}]})
    with pytest.raises(ValidationError, match="frozen"):
        event.title = "another"  # type: ignore[misc]
    assert {event: 1}[Event(**GOOD, group=(Group(tickers=("A",)),))] == 1


REASON = {"recognised_reason": "why"}
BAD: list[tuple[dict[str, Any], str]] = [
    ({"id": "Not a slug"}, "id: 'Not a slug' is not a slug"),
    ({"id": "dot.dot"}, "id: 'dot.dot' is not a slug"),
    ({"id": "../up"}, "id: '../up' is not a slug"),
    ({"id": ""}, "id: is empty"),
    ({"id": 7}, "id: 7 is a number; put it in quotes"),
    ({"id": True}, "id: True is not text"),
    ({"title": " "}, "title: is empty"),
    ({"title": None}, "title: None is not text"),
    ({"title": "a\0b"}, "title: 'a\\x00b' is not text that a file can hold"),
    ({"notes": "\0"}, "notes: '\\x00' is not text that a file can hold"),
    ({"title": "\ud800"}, "title: '\\ud800' holds characters that no file can hold"),
    ({"announced": 20250120}, "announced: 20250120 is not a date"),
    ({"announced": True}, "announced: True is not a date"),
    ({"announced": "1/2/2025"}, "announced: the date '1/2/2025' reads two ways"),
    ({"announced": "2025-01-27T07:00"}, "announced: 2025-01-27T07:00:00 is a time without an offset"),
    ({"announced": "2025-03-09T02:30", "tz": "America/New_York"}, "announced: 2025-03-09T02:30:00 does not exist"),
    ({"announced": "2025-11-02T01:30", "tz": "America/New_York"}, "announced: 2025-11-02T01:30:00 comes twice"),
    ({"tz": "Mars/Olympus"}, "tz: there is no time zone called 'Mars/Olympus'"),
    ({"timing": "later"}, "timing: 'later' is not one of pre, intraday, post, unknown"),
    ({"timing": ["post"]}, "timing: ['post'] is not one of"),
    ({"announced": "2025-01-27T07:00Z", "timing": "pre"}, "timing: goes with a date"),
    ({"recognised": date(2025, 1, 27)}, "recognised_reason: is missing"),
    ({"recognised": date(2025, 1, 27), "recognised_reason": ""}, "recognised_reason: is empty"),
    (REASON, "recognised_reason: there is no recognised date"),
    ({"recognised": date(2025, 1, 19), **REASON}, "recognised: 2025-01-19 is before the announcement 2025-01-20"),
    ({"announced": "2025-01-20T12:00Z", "recognised": "2025-01-20T11:00Z", **REASON}, "recognised: 2025-01-20T11:00"),
    ({"announced": "2025-01-20T12:00Z", "recognised": date(2025, 1, 19), **REASON}, "recognised: 2025-01-19 is before"),
    ({"tags": "one"}, "tags: 'one' is not a list"),
    ({"tags": {"one"}}, "tags: {'one'} is not a list"),
    ({"tags": ["one", ""]}, "tags[2]: is empty"),
    ({"benchmark": 7}, "benchmark: 7 is a number"),
    ({"benchmark": True}, "benchmark: True is not text"),
    ({"benchmark": "SPY,QQQ"}, "benchmark: 'SPY,QQQ' is not one ticker"),
    ({"group": {}}, "group: {} is not a list"),
    ({"group": [1]}, "group[1]: 1 is not a table"),
    ({"group": [{}]}, "group[1].tickers: is missing"),
    ({"group": [{"tickers": []}]}, "group[1].tickers: there is none"),
    ({"group": [{"tickers": 5}]}, "group[1].tickers: 5 is not a list"),
    ({"group": [{"tickers": " , "}]}, "group[1].tickers: there is none"),
    ({"group": [{"tickers": ["A", "B", "A"]}]}, "group[1].tickers: A stands there twice"),
    ({"group": [{"tickers": ["A"]}, {"tickers": ["B", True]}]}, "group[2].tickers[2]: True is not text"),
    ({"group": [{"tickers": ["A "]}]}, "group[1].tickers[1]: 'A ' is not one ticker"),
    ({"group": [{"tickers": ["A"], "role": "Treated"}]}, "group[1].role: 'Treated' is not one lower-case word"),
    ({"group": [{"tickers": ["A"], "rolle": "peer"}]}, "group[1].rolle: no such key; did you mean role?"),
    ({"claim": [{"ticker": "A"}]}, "claim[1].text: is missing"),
    ({"claim": [{"text": "x", "from": 142}]}, "claim[1].from: 142 is a number; put it in quotes"),
    ({"claim": [{"text": "x", "to": 128.99}]}, "claim[1].to: 128.99 is a number; put it in quotes"),
    ({"claim": [{"text": "x", "to": "low"}]}, "claim[1].to: 'low' is not text with a number in it"),
    ({"anounced": 1}, "anounced: no such key; did you mean announced?"),
    ({"zzz": 1}, "zzz: no such key; there are id, title, title_de, tz, announced"),
]


@pytest.mark.parametrize(("changes", "says"), BAD, ids=[says for _, says in BAD])
def test_each_fault_is_named_with_its_field(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidRecord) as caught:
        Event(**{**GOOD, **changes})
    (problem,) = caught.value.problems
    assert problem.startswith(says)
    assert in_language(problem, "de") not in (None, str(problem)), "a report in German says it in German"


def test_all_faults_are_named_at_once() -> None:
    faulty: dict[str, Any] = {
        "title": "",
        "tz": "x",
        "extra": 1,
        "group": [{"tickers": []}, {"role": "A"}],
        "timing": "x",
        "recognised": 1,
    }
    with pytest.raises(InvalidRecord) as caught:
        Event(**faulty)
    fields = [problem.partition(": ")[0] for problem in caught.value.problems]
    assert fields == [
        "id",
        "title",
        "tz",
        "announced",
        "timing",
        "recognised",
        "recognised_reason",
        "group[1].tickers",
        "group[2].role",
        "group[2].tickers",
        "extra",
    ]
    assert "pydantic" not in str(caught.value)


def test_python_is_checked_as_files_are() -> None:
    with pytest.raises(InvalidRecord, match="not a slug") as caught:
        Event(**{**GOOD, "id": "Not a slug", "title": ""})
    assert len(caught.value.problems) == 2
    assert isinstance(caught.value, InvalidRequest)
    assert (caught.value.exit_code, caught.value.where) == (2, "event Not a slug")
    with pytest.raises(InvalidRecord, match="tickers: there is none"):
        Group(tickers=())
    with pytest.raises(InvalidRecord, match="from_: 142 is a number"):
        Claim(text="x", from_=142)  # type: ignore[arg-type]


def test_a_claim_keeps_the_digits_as_printed() -> None:
    claim = Claim(**{"text": "it fell", "from": "142.00", "to": "128,99"})
    assert (claim.from_, claim.to) == ("142.00", "128,99")
    assert claim.to_dict() == {"text": "it fell", "from": "142.00", "to": "128,99"}


def test_a_dictionary_is_what_json_can_hold_and_reads_back() -> None:
    event = Event(
        **{**GOOD, "announced": "2025-01-27T07:00", "tz": "America/New_York"},
        tags=("one",),
        group=(Group(tickers=("A",)), Group(role="peer", name="others", tickers=("B", "C"))),
    )
    assert event.to_dict() == {
        "id": "some-event",
        "title": "Some event",
        "tz": "America/New_York",
        "announced": "2025-01-27T07:00:00-05:00",
        "tags": ["one"],
        "group": [{"tickers": ["A"]}, {"role": "peer", "name": "others", "tickers": ["B", "C"]}],
    }
    assert Event(**event.to_dict()) == event
