"""Events from workbooks and from request files of EventStudyTools; what cannot be meant is named with row and column."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from eventstudy.errors import InvalidFile
from eventstudy.events import Registry, import_requests, load_registry
from eventstudy.tables import Reading
from openpyxl import Workbook

Rows = list[list[Any]]
EVENTS: Rows = [
    ["Ticker", "Date", "event_id", "group", "tz"],
    ["NA", date(2025, 1, 27), "E1", None, None],
    [True, "2025-01-27", "E1", "control", None],
    [None, None, None, None, None],
    [7203, pd.Timestamp("2025-01-28 07:00"), None, None, "Asia/Tokyo"],
    ["ON", "2025-01-29", None, None, None],
]
REQUESTS = """1;Adobe Systems;SP500;05.05.1997;Addition;-1;1;-11;250
2;NA;SP500;1997-05-06;Addition;-1;1;-11;250

3;TRUE;DAX;13.5.1997;;-5;5;-20;120
"""


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[[Rows], Path]:
    def write(rows: Rows) -> Path:
        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / "events.xlsx")
        return tmp_path / "events.xlsx"

    return write


def test_a_workbook(workbook: Callable[[Rows], Path]) -> None:
    registry = load_registry(workbook(EVENTS))
    assert [e.tickers for e in registry] == [("NA", "TRUE"), ("7203",), ("ON",)]
    assert registry["E1"].announced == date(2025, 1, 27)
    assert [g.role for g in registry["E1"].group] == ["treated", "control"]
    assert registry["7203-2025-01-28"].announced == datetime(2025, 1, 27, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "column", "value", "what"),
    [
        (1, 0, date(2025, 3, 1), "row 2, column Ticker: 2025-03-01 is a date: the spreadsheet program took"),
        (1, 1, 0.25, "row 2, column Date: '0.25' is not a date"),
        (1, 1, "1/2/2025", "the date '1/2/2025' reads two ways: 2025-02-01 (day first) or 2025-01-02 (month first)"),
        (5, 1, pd.Timestamp("2025-01-28 07:00"), "row 6, column date: 2025-01-28T07:00:00 is a time without an offset"),
        (5, 0, None, "row 6, column Ticker: is blank"),
        (0, 3, "grup", "column 'grup' is unknown; did you mean group?"),
        (0, 0, date(2025, 1, 2), "the heading of column 1: 2025-01-02 is a date"),
    ],
)
def test_cells_that_cannot_be_meant(
    workbook: Callable[[Rows], Path], row: int, column: int, value: Any, what: str
) -> None:
    rows = [list(r) for r in EVENTS]
    rows[row][column] = value
    with pytest.raises(InvalidFile) as caught:
        load_registry(workbook(rows), reading=Reading(strict=True))
    assert what in caught.value.what
    assert "events.xlsx, sheet Sheet" in str(caught.value.where)


def requested(folder: Path, content: str, name: str = "requests.csv") -> tuple[Registry, dict[str, int]]:
    (folder / name).write_text(content, encoding="utf-8")
    found = import_requests(folder / name)
    assert found is not None
    return found[0], {str(windows): lines for windows, lines in found[1].items()}


HEAD = "Event ID;Firm ID;Market ID;Event Date;Grouping Variable;Start;End;End of Estimation Window;Estimation Window Length\n"


@pytest.mark.parametrize("head", ["", HEAD, HEAD.replace("Start", "Start Event Window")])
def test_requests(tmp_path: Path, head: str) -> None:
    registry, asked = requested(tmp_path, head + REQUESTS)
    assert registry.ids == ["event-1", "event-2", "event-3"]
    assert [e.tickers for e in registry] == [("Adobe Systems",), ("NA",), ("TRUE",)]
    assert [e.announced for e in registry] == [date(1997, 5, 5), date(1997, 5, 6), date(1997, 5, 13)]
    assert [e.benchmark for e in registry] == ["SP500", "SP500", "DAX"]
    assert [e.group[0].name for e in registry] == ["Addition", "Addition", ""]
    assert asked == {
        "--event-window -1 1 --estimation-window -260 -11": 2,
        "--event-window -5 5 --estimation-window -139 -20": 1,
    }


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("05.05.1997", "05/06/1997", "row 2, column Event Date: the date '05/06/1997' reads two ways"),
        ("05.05.1997", "31.02.1997", "row 2, column Event Date: '1997-02-31' is no day"),
        ("05.05.1997", "", "row 2, column Event Date: there is no date"),
        ("Adobe Systems", "", "row 2, column Firm ID: is blank"),
        (";-11;250", ";-11;long", "row 2, column Estimation Window Length: 'long' is not a whole number"),
        ("-1;1;-11", "1;-1;-11", "row 2, column Start: a window from 1 to -1"),
        ("13.5.1997;;", "13.5.1997;", "row 5: 8 values for 9 columns"),
    ],
)
def test_requests_that_cannot_be_meant(tmp_path: Path, old: str, new: str, what: str) -> None:
    (tmp_path / "r.csv").write_text(HEAD + REQUESTS.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidFile) as caught:
        import_requests(tmp_path / "r.csv")
    assert what in caught.value.what


def test_a_study_does_not_read_them_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(REQUESTS, encoding="utf-8")
    with pytest.raises(InvalidFile, match="a request file of EventStudyTools") as caught:
        load_registry(tmp_path / "r.csv")
    assert "eventstudy events import" in str(caught.value.hint)


def test_other_files_are_no_requests(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("ticker;date\nNVDA;2025-01-27\n", encoding="utf-8")
    assert import_requests(tmp_path / "e.csv") is None
