"""One encoder of JSON and one printer of tables."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import numpy as np
import pytest
from eventstudy.text import WIDTH, columns, fitted, json_file, json_text, width, wrapped
from hypothesis import given
from hypothesis import strategies as st


def test_json_has_iso_dates_all_letters_and_no_nan() -> None:
    value = {"title": "Börse", "day": date(2025, 1, 27), "at": datetime(2025, 1, 27, 12, tzinfo=UTC), "none": None}
    text = json_text(value)
    assert "Börse" in text
    assert json.loads(text) == {**value, "day": "2025-01-27", "at": "2025-01-27T12:00:00+00:00"}
    assert json_file(value) == f"{text}\n".encode()
    assert json_text([1, 2], indent=None) == "[1, 2]"
    with pytest.raises(ValueError):
        json_text(float("nan"))
    with pytest.raises(TypeError):
        json_text({1, 2})


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert columns([["a", "value", ""], ["long name", "1"], ["", "-12.5", "note"]], right=[1]) == (
        "a          value\nlong name      1\n           -12.5  note"
    )
    assert columns([]) == columns([[]]) == ""


def test_lines_hold_windows_and_percentages_together() -> None:
    lines = wrapped("CAR over [-1, +1] was +3.20 % " * 12)
    assert max(map(len, lines)) <= 118
    assert not any(line.endswith(("[-1,", "+3.20")) for line in lines)


def test_columns_without_room_stand_below_beside_the_first_again(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        ["name", "one", "two", "three"],
        ["a", "1" * 20, "2" * 20, "the last one is prose that takes some more lines"],
    ]
    assert columns(lines).count("\n") == 1, "into a pipe a row is a line"
    monkeypatch.setenv("COLUMNS", "50")
    assert columns(lines, right=[1, 2]) == (
        "name                   one                   two\n"
        "a     11111111111111111111  22222222222222222222\n"
        "\n"
        "name  three\n"
        "a     the last one is prose that takes some more\n"
        "      lines"
    )
    monkeypatch.setenv("COLUMNS", "1000")
    assert width() == WIDTH
    monkeypatch.setenv("COLUMNS", "20")
    assert (width(), max(map(len, fitted("word " * 40).split("\n")))) == (40, 39)


def test_a_heading_stands_above_its_rows_in_each_part_of_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """China with one firm has no mean of its own: its row was lost, and the firm stood under the group before."""
    monkeypatch.setenv("COLUMNS", "40")
    figures = ["1" * 20, "2" * 20]
    rows = [["who", *figures], ["West (2)", *figures], ["  one", *figures], ["East (1)"], ["  two", *figures]]
    parts = [[line.split()[0] for line in part.splitlines()] for part in columns(rows, (1, 2)).split("\n\n")]
    assert parts == [["who", "West", "one", "East", "two"]] * 2


class _Kind(StrEnum):
    ONE = "eins"


def _values() -> st.SearchStrategy[Any]:
    plain = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(), st.dates(),
        st.just(_Kind.ONE), st.just(np.float64(0.1)),
    )  # fmt: skip
    keys = st.one_of(st.text(), st.integers(), st.booleans(), st.none(), st.just(_Kind.ONE), st.just(0.5))
    return st.recursive(
        plain, lambda own: st.one_of(st.lists(own), st.tuples(own, own), st.dictionaries(keys, own)), max_leaves=30
    )


@given(_values(), st.sampled_from([1, 2]))
def test_json_in_lines_is_that_of_the_library(value: Any, indent: int) -> None:
    wanted = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False, default=date.isoformat)
    assert json_text(value, indent=indent) == wanted


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float64("-inf")])
def test_what_json_has_no_word_for_is_refused(value: float) -> None:
    for held in (value, [value], {"a": value}, {"a": [1, {"b": value}]}):
        with pytest.raises(ValueError, match="Out of range float values"):
            json_text(held)
    with pytest.raises(TypeError, match="complex is no plain value"):
        json_text({"a": [1j]})


def test_rows_that_are_called_by_two_columns_keep_both_in_every_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    rows = [
        ["window", "ticker", "first", "second"],
        ["[0, 0]", "AAA", "1" * 14, "2" * 14],
        ["", "BBB", "1", "p .5"],
    ]
    parts = columns(rows, names=2).split("\n\n")
    assert len(parts) == 2
    assert [[line[8:11] for line in part.splitlines()[1:]] for part in parts] == [["AAA", "BBB"], ["AAA", "BBB"]]
