"""Finders whose tables ship, and how finds go into a registry: what stood there stays, byte for byte."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from eventstudy import run
from eventstudy.errors import EventStudyError, InvalidFile, InvalidRequest, UnknownName
from eventstudy.events import load_registry
from eventstudy.events.event import Event, Found
from eventstudy.events.finders import Finds, find, merge
from eventstudy.request import events_of

AUTUMN: dict[str, Any] = {"since": date(2024, 9, 1), "until": date(2024, 12, 31)}


def test_decisions_between_two_dates_about_a_ticker() -> None:
    found = find("fomc", tickers="NVDA,AMD", **AUTUMN)
    assert [e.id for e in found.events] == ["fomc-2024-09-18", "fomc-2024-11-07", "fomc-2024-12-18"]
    first = found.events[0]
    assert first.announced.isoformat() == "2024-09-18T14:00:00-04:00"
    assert first.tickers == ("NVDA", "AMD")
    assert first.tags == ("press conference", "projections")
    assert first.found is not None
    assert first.found.to_dict() == {"finder": "fomc", "key": "2024-09-18", "stamp": "scheduled", "precision": "minute"}
    assert not found.incomplete


def test_nothing_later_than_as_of_is_found() -> None:
    assert find("fomc", as_of=date(2024, 9, 17), since=date(2024, 8, 1)).events == ()
    assert len(find("fomc", as_of=date(2024, 9, 18), since=date(2024, 8, 1)).events) == 1


@pytest.mark.parametrize(
    ("finder", "words", "said"),
    [
        ("fomc", {"since": date(1999, 1, 1), "until": date(2026, 12, 9)}, ["fomc begins on 2000-02-02"]),
        ("fomc", {"since": date(2000, 2, 2)}, ["fomc ends on 2026-12-09"]),
        ("fomc", {"until": date(2027, 6, 1), "as_of": date(2026, 6, 1)}, []),
        (
            "macro",
            {"releases": "cpi", "since": date(2005, 1, 1), "until": date(2013, 6, 1)},
            ["cpi begins on 2013-01-16"],
        ),
        ("macro", {"releases": "jobs", "since": date(2005, 1, 1), "until": date(2013, 6, 1)}, []),
        ("macro", {"since": date(2020, 1, 1)}, ["cpi ends on 2026-05-12", "jobs ends on 2026-05-08"]),
    ],
)
def test_where_a_table_ends_is_said_where_more_is_asked_for(
    finder: str, words: dict[str, Any], said: list[str]
) -> None:
    notes = list(map(str, find(finder, **words).notes))
    assert [note.partition(":")[0] for note in notes] == [f"the table of {one}" for one in said]


def test_releases_are_found_by_their_name() -> None:
    found = find("macro", releases=["jobs"], **AUTUMN)
    assert [(e.id, e.category, e.title) for e in found.events][:2] == [
        ("jobs-2024-09-06", "jobs", "US employment report of August 2024"),
        ("jobs-2024-10-04", "jobs", "US employment report of September 2024"),
    ]
    assert len(find("macro", **AUTUMN).events) == 8


@pytest.mark.parametrize(
    ("finder", "words", "kind", "what"),
    [
        ("fomcs", {}, UnknownName, "did you mean 'fomc'"),
        ("fomc", {"forms": "8-K"}, InvalidRequest, "--form means nothing to the finder fomc"),
        ("macro", {"releases": "cpj"}, UnknownName, "did you mean 'cpi'"),
        ("fomc", {"since": date(2024, 2, 1), "until": date(2024, 1, 1)}, InvalidRequest, "is after until"),
        ("fomc", {"amendments": "both"}, InvalidRequest, "--amendments means nothing"),
        ("fomc", {"sinse": date(2024, 2, 1)}, InvalidRequest, "no such word: sinse"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    finder: str, words: dict[str, Any], kind: type[EventStudyError], what: str
) -> None:
    with pytest.raises(kind, match=what):
        find(finder, **words)


# ---- into a registry -------------------------------------------------------------------------------------------------------

BY_HAND = b"\xef\xbb\xbf# my own list\r\n[[event]]\r\nid   = 'mine'   # odd spacing\r\ntitle = 'Mine'\r\nannounced = 2024-05-01"


@pytest.mark.parametrize("there", [None, b"", b"\n", BY_HAND, BY_HAND + b"\n"], ids=repr)
def test_what_stood_there_stays_byte_for_byte(tmp_path: Path, there: bytes | None) -> None:
    path = tmp_path / "mine.toml"
    if there is not None:
        path.write_bytes(there)
    merged = merge(path, find("fomc", **AUTUMN))
    once = path.read_bytes()
    assert once.startswith(there or b"")
    assert [e.id for e in merged.added] == ["fomc-2024-09-18", "fomc-2024-11-07", "fomc-2024-12-18"]
    assert merged.registry == load_registry(path)
    again = merge(path, find("fomc", since=date(2024, 7, 1), until=date(2024, 12, 31)))
    assert [e.id for e in again.added] == ["fomc-2024-07-31"]
    assert path.read_bytes().startswith(once)
    assert merge(path, find("fomc", **AUTUMN)).added == ()


def test_a_moment_that_changed_is_told_and_not_written(tmp_path: Path) -> None:
    path = tmp_path / "fomc.toml"
    finds = find("fomc", **AUTUMN)
    merge(path, finds)
    before = path.read_bytes()
    moved = finds.events[1].model_copy(update={"announced": finds.events[1].announced + timedelta(hours=1)})
    merged = merge(path, Finds("fomc", finds.query, (finds.events[0], moved)))
    assert merged.changed == (
        "fomc-2024-11-07: announced = 2024-11-07T15:00:00-05:00  # stands there as 2024-11-07T14:00:00-05:00",
    )
    assert merged.gone == ("fomc-2024-12-18",)
    assert path.read_bytes() == before


def test_another_event_of_the_same_id_is_no_reason_to_write(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(BY_HAND.replace(b"'mine'", b"'fomc-2024-11-07'"))
    before = path.read_bytes()
    with pytest.raises(InvalidFile, match="there is an event 'fomc-2024-11-07' already"):
        merge(path, find("fomc", **AUTUMN))
    assert path.read_bytes() == before


def test_found_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "f.toml"
    merge(path, find("macro", tickers="SPY", **AUTUMN))
    assert list(load_registry(path)) == list(find("macro", tickers="SPY", **AUTUMN).events)
    table: dict[str, Any] = {"finder": "edgar", "key": "k", "stamp": "acceptance", "precision": "second"}
    table |= {"period": date(2025, 1, 2), "flags": ["A_B"]}
    event = Event(id="x", title="X", announced=date(2025, 1, 3), found=Found(**table))
    assert event.found is not None
    assert event.found.period == date(2025, 1, 2)
    wrongs: list[dict[str, Any]] = [{"stamp": "guess"}, {"flags": ["low"]}, {"period": "soon"}, {"keys": "k"}]
    for wrong in wrongs:
        with pytest.raises(EventStudyError):
            Event(id="x", title="X", announced=date(2025, 1, 3), found=Found(**table | wrong))


def test_decisions_and_releases_are_events_by_their_id() -> None:
    result = run("fomc-2024-12-18", tickers="NVDA", source="bundled")
    assert str(result.panel.day0[0].session) == "2024-12-18"
    assert events_of("cpi-2025-01-15", tickers="NVDA")["cpi-2025-01-15"].tickers == ("NVDA",)
    with pytest.raises(UnknownName, match="fomc-2024-12-19"):
        events_of("fomc-2024-12-19")
