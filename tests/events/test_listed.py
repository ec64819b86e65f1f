"""Events that are made when they are asked for are those that are made row by row."""

from __future__ import annotations

import pickle
from typing import Any

import pandas as pd
import pytest
from eventstudy.errors import InvalidFile
from eventstudy.events import Registry, from_frame, table
from eventstudy.events.listed import Listed
from eventstudy.tables import Reading

PLAIN = {"ticker": ["NVDA", "BRK.B", "Σ", "AMD"], "date": ["2024-01-02", "2024-01-03", "2024-01-03", "2024-01-02"]}
TIMES = ["2024-01-02T09:30:00-05:00", "2024-01-02 16:30", "2024-01-03 10:00", "2024-03-04 08:00"]
TABLES: dict[str, dict[str, list[Any]]] = {
    "bare": PLAIN,
    "titles, some blank": PLAIN | {"title": ["first", "", "  ", "Größe"], "category": ["a", None, "b", "a"]},
    "ids": PLAIN | {"event_id": ["a", "b-1", "c_2", "D"]},
    "ids and titles": PLAIN | {"event_id": ["a", "b", "c", "d"], "title": ["1", "2", "3", "4"]},
    "timing, benchmark, group": PLAIN
    | {
        "timing": ["pre", "post", "", "pre"],
        "benchmark": ["SPY", "", "^GDAXI", "SPY"],
        "group": ["", "peer", "makers", ""],
    },
    "attributes": PLAIN | {"sector": ["chips", "", "food", "chips"], "size": [1, 2, 3, 4]},
    "times": PLAIN | {"date": TIMES},
    "times and zones": PLAIN | {"date": TIMES, "tz": ["", "Europe/Berlin", "", "Asia/Tokyo"]},
    "zones of dates": PLAIN | {"tz": ["", "Europe/Berlin", "", ""]},
    "a blank row and a bad one": {
        "ticker": ["A", "", "", "B"],
        "date": ["2024-01-02", "", "2024-01-02", "2024-01-04"],
        "title": ["x", "", "", "y"],
    },
}
SOME_BY_ROW: dict[str, dict[str, list[Any]]] = {
    "the same twice": {"ticker": ["A", "A", "B"], "date": ["2024-01-02"] * 3},
    "the same twice, later and again": {
        "ticker": ["A", "B", "A", "", "C", "A"],
        "date": ["2024-01-02", "2024-01-02", "2024-01-02", "2024-01-03", "2024-01-02", "2024-01-02"],
        "title": ["one", "two", "three", "four", "five", ""],
        "sector": ["a", "b", "c", "d", "", "f"],
    },
    "the same at two times": {
        "ticker": ["A", "A", "B"],
        "date": ["2024-01-02 10:00", "2024-01-02 15:00", "2024-01-03 10:00"],
    },
    "rows of one event": PLAIN | {"event_id": ["a", "a", "b", "c"], "date": ["2024-01-02"] * 4},
    "an id that is none": PLAIN | {"event_id": ["a", "b c", "d", "e"]},
    "an id in two lines": PLAIN | {"event_id": ["a", "b\nc", "d", "e"]},
    "a title that no file holds": PLAIN | {"title": ["a", "b\0", "c", "d"]},
    "a title of half a character": PLAIN | {"title": ["a", "\ud800", "c", "d"]},
    "a ticker of two": {"ticker": ["A", "B,C", "D"], "date": ["2024-01-02"] * 3},
    "a benchmark of two": PLAIN | {"benchmark": ["SPY", "A, B", "", ""]},
    "no timing": PLAIN | {"timing": ["pre", "noon", "", ""]},
    "timing of an instant": PLAIN | {"date": TIMES, "timing": ["pre", "", "", ""]},
    "no zone": PLAIN | {"tz": ["", "Europe/Atlantis", "", ""]},
    "ids, some without a title": PLAIN | {"event_id": ["a", "b", "c", "d"], "title": ["1", "", "3", "4"]},
    "an early year": PLAIN | {"date": ["1750-01-02", "2024-01-02", "2024-01-03", "2024-01-04"]},
}
ROW_BY_ROW: dict[str, dict[str, list[Any]]] = {
    "one id from two tickers": {"ticker": ["BRK.B", "BRK-B"], "date": ["2024-01-02"] * 2},
    "some ids": PLAIN | {"event_id": ["a", "", "b", "c"]},
    "one event": PLAIN | {"event_id": ["a"] * 4, "date": ["2024-01-02"] * 4},
    "none": {"ticker": ["A, Inc.", "C, Ltd"], "date": ["2024-01-02"] * 2},
}


def read(made: dict[str, list[Any]], tz: str | None = "America/New_York", strict: bool = False) -> Registry | str:
    try:
        return from_frame(pd.DataFrame(made, dtype=object), tz=tz, reading=Reading(strict=strict))
    except InvalidFile as error:
        return str(error)


def by_row(monkeypatch: pytest.MonkeyPatch, made: dict[str, list[Any]], **how: Any) -> Registry | str:
    with monkeypatch.context() as patch:
        patch.setattr(table, "_plain", lambda rows: None)
        return read(made, **how)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("name", [*TABLES, *SOME_BY_ROW, *ROW_BY_ROW])
def test_the_same_events_and_the_same_refusals(monkeypatch: pytest.MonkeyPatch, name: str, strict: bool) -> None:
    made = (TABLES | SOME_BY_ROW | ROW_BY_ROW)[name]
    found, wanted = read(made, strict=strict), by_row(monkeypatch, made, strict=strict)
    if isinstance(wanted, str) or isinstance(found, str):
        assert found == wanted
        return
    assert isinstance(found._events, Listed) is (name not in ROW_BY_ROW)
    assert found.ids == wanted.ids
    assert found == wanted
    assert found.sha256 == wanted.sha256
    assert found.left_out == wanted.left_out
    for one, other in zip(found, wanted, strict=True):
        assert repr(one) == repr(other)
        assert one.model_fields_set == other.model_fields_set
        assert one.model_dump_json() == other.model_dump_json()
        assert hash(one) == hash(other)
    assert found.to_toml() == wanted.to_toml()


def test_an_event_is_made_once() -> None:
    found = read(TABLES["attributes"])
    assert isinstance(found, Registry)
    assert found["nvda-2024-01-02"] is found["nvda-2024-01-02"] is next(iter(found))
    assert "nvda-2024-01-02" in found
    assert "amd" not in found
    assert len(found) == 4
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert found.merge(Registry()) == found.filter() == found
    assert found["nvda-2024-01-02"].attributes is not found["amd-2024-01-02"].attributes
