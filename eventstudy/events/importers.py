"""Events from tables: CSV files, workbooks, data frames, and one event described on the spot.

A table has one row a ticker and at least the columns `ticker` and `date`. Rows with the same `event_id` are
one event; a row without one is an event by itself. Tickers are text, so NA, ON and TRUE are tickers.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eventstudy.calendars import Timing
from eventstudy.errors import InvalidFile, InvalidRequest
from eventstudy.events.event import Event, Group
from eventstudy.events.faults import InvalidRecord, in_one_line, refuse
from eventstudy.events.when import checked, parse_when
from eventstudy.language import date_text
from eventstudy.separated import separated
from eventstudy.sheets import as_serial, as_text, read_sheet

if TYPE_CHECKING:
    import pandas as pd

REQUIRED = ("ticker", "date")
SHARED = ("date", "tz", "timing", "title", "category", "benchmark")
"""Columns that describe the event: its rows must agree in them, or leave all but the date blank."""

COLUMNS = (*REQUIRED, "event_id", "tz", "timing", "title", "category", "benchmark", "group")
"""Columns a table of events may have."""

ROLES = ("treated", "exposed", "peer", "control")
"""What the `group` column may hold as a role; any other text is the name of a treated group."""

Row = tuple[int, Mapping[str, Any]]
"""Number of the row in its file, and its values by column; blank ones are left out."""


def read_csv(content: str, origin: str) -> list[Event]:
    """The events of a CSV text, separated by commas, semicolons or tabs; `origin` is its file, for messages.

    Raises:
        InvalidFile: columns missing or unknown, half-written rows, dates that are not ISO, rows of one event
            that contradict each other; all faults are named with their row and column.
    """
    problems: list[str] = []
    return events_from_rows(_rows(content, origin, problems), origin, problems)


def read_frame(frame: pd.DataFrame, origin: str) -> list[Event]:
    """The events of a data frame: see `registry.from_frame`."""
    names = [str(column) for column in frame.columns]
    _check_columns(names, origin)
    records = [
        {name: value for name, value in zip(names, values, strict=True) if _given(value)}
        for values in frame.itertuples(index=False, name=None)
    ]
    stamps = [record["date"] for record in records if isinstance(record.get("date"), datetime)]
    if all(stamp.tzinfo is None and stamp.time() == time() for stamp in stamps):
        for record in records:
            if isinstance(record.get("date"), datetime):
                record["date"] = record["date"].date()
    rows = (
        (
            number,
            {name: value if isinstance(value, date) else str(value).strip() for name, value in record.items()},
        )
        for number, record in enumerate(records, start=1)
    )
    return events_from_rows(rows, origin, [])


def read_xlsx(path: Path) -> list[Event]:
    """The events of a workbook: of its sheet `events`, else of the only one that holds anything.

    Raises:
        InvalidFile: as `read_csv`, and cells that the spreadsheet program has changed: a ticker that became a date, a date that
            is only a number. InvalidRequest: openpyxl is not installed.
    """
    sheet = read_sheet(path, "events")
    origin, problems = f"{path}, sheet {sheet.name}", list[str]()
    try:
        names = [as_text(name).lower() for name in sheet.columns]
    except ValueError as error:
        raise InvalidFile(
            f"the first row names no columns: {error}", where=origin, available=", ".join(COLUMNS)
        ) from error
    _check_columns(names, origin)
    rows = []
    for number, cells in sheet.rows:
        row = {}
        for name, value in zip(names, cells, strict=True):
            try:
                if value is not None:
                    row[name] = _dated(value) if name == "date" else as_text(value)
            except ValueError as error:
                problems.append(f"row {number}, column {name}: {error}; format the cell as text and type it again")
        if len(row) == sum(value is not None for value in cells):
            rows.append((number, row))
    return events_from_rows(rows, origin, problems)


def _dated(value: Any) -> Any:
    """A date, a naive datetime or text as it stands in a sheet.

    Raises:
        ValueError: a number, which may be a day or not.
    """
    if isinstance(value, str | date):
        return value
    day = as_serial(value)
    raise ValueError(f"{value} is a number, not a date" + (f"; as spreadsheets count days it is {day}" if day else ""))


def _given(value: Any) -> bool:
    """Whether a cell of a frame holds something: no blank text, None, NA, or what is unlike itself (NaN)."""
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and str(value) != "<NA>" and bool(value == value)


def single_event(
    when: str | date | datetime,
    tickers: str | Sequence[str],
    *,
    benchmark: str | None = None,
    timing: Timing = "unknown",
    tz: str | None = None,
    title: str | None = None,
) -> Event:
    """One event described on the spot; its id is its date.

    Raises:
        InvalidRequest: no ticker, a date that cannot be meant, or a timing beside an instant.
    """
    moment = parse_when(when, tz=tz) if isinstance(when, str) else checked(when, tz)
    tickers = separated(tickers)
    if not tickers:
        raise InvalidRequest("there is no ticker", hint="name at least one, e.g. NVDA")
    day = moment.date() if isinstance(moment, datetime) else moment
    named = ", ".join(tickers[:3]) + (" ..." if len(tickers) > 3 else "")
    return Event(
        id=day.isoformat(),
        title=title or f"{named} on {day.isoformat()}",
        title_de=None if title else f"{named} am {date_text(day, language='de')}",
        announced=moment,
        timing=timing,
        tz=tz,
        benchmark=benchmark,
        group=(Group(tickers=tuple(tickers)),),
    )


def events_from_rows(rows: Iterable[Row], origin: str, problems: list[str]) -> list[Event]:
    """The events in the order in which each is first named; reading the rows may add to the problems.

    Raises:
        InvalidFile: rows that are not valid, or none at all.
    """
    drafts: dict[tuple[str, ...], _Draft] = {}
    for number, row in rows:
        try:
            key = _key(row)
            if key in drafts:
                drafts[key].join(number, row)
            else:
                drafts[key] = _Draft(number, row)
        except InvalidRequest as error:
            problems.append(f"row {number}, {in_one_line(error)}")
    taken = {draft.id for draft in drafts.values() if draft.id}
    events = []
    for draft in drafts.values():
        try:
            events.append(draft.event(taken))
        except InvalidRecord as error:
            problems += [f"row {draft.number}, {problem}" for problem in error.problems]
    refuse(problems, origin)
    if not events:
        raise InvalidFile("there is no event in the table", where=origin, hint="add a row below the column names")
    return events


def _key(row: Mapping[str, Any]) -> tuple[str, ...]:
    """What makes rows one event: their id, or else ticker and date."""
    for column in REQUIRED:
        if column not in row:
            raise InvalidRequest(f"column {column}: is blank", hint="fill it in, or remove the row")
    return (row["event_id"],) if "event_id" in row else (row["ticker"], str(row["date"]))


def _when(row: Mapping[str, Any]) -> date | datetime:
    given, tz = row["date"], row.get("tz")
    try:
        return parse_when(given, tz=tz) if isinstance(given, str) else checked(given, tz)
    except InvalidRequest as error:
        raise InvalidRequest(f"column date: {error.what}", hint=error.hint) from error


class _Draft:
    """An event in the making: its first row, and the groups of all its rows."""

    def __init__(self, number: int, row: Mapping[str, Any]) -> None:
        self.number, self.row, self.id = number, dict(row), row.get("event_id")
        self.when = _when(row)
        self.groups: dict[str, dict[str, int]] = {row.get("group", ""): {row["ticker"]: number}}

    def join(self, number: int, row: Mapping[str, Any]) -> None:
        """Take up another row of the same event."""
        for column in SHARED:
            mine, other = self.row.get(column), row.get(column)
            if mine is None and other is not None:
                self.row[column] = other
            elif mine != other and other is not None and (column != "date" or _when(row) != self.when):
                raise InvalidRequest(
                    f"column {column}: {other} contradicts {mine} in row {self.number} of event {self.id!r}",
                    hint="one event has one date, zone, timing, title, category and benchmark",
                )
        members = self.groups.setdefault(row.get("group", ""), {})
        earlier = members.setdefault(row["ticker"], number)
        if earlier != number:
            raise InvalidRequest(
                f"column ticker: {row['ticker']} stands in row {earlier} of the same event already",
                hint="remove one",
            )

    def event(self, taken: set[str]) -> Event:
        """The event; an id is made where there is none, and added to those `taken`."""
        day = self.when.date() if isinstance(self.when, datetime) else self.when
        ticker = self.row["ticker"]
        return Event(
            id=self.id or _unused(f"{slug(ticker) or 'event'}-{day.isoformat()}", taken),
            title=self.row.get("title") or self.id or f"{ticker} on {day.isoformat()}",
            announced=self.when,
            tz=self.row.get("tz"),
            timing=self.row.get("timing", "unknown"),
            category=self.row.get("category"),
            benchmark=self.row.get("benchmark"),
            group=tuple(_group(name, tuple(members)) for name, members in self.groups.items()),
        )


@lru_cache(maxsize=10_000)
def _group(name: str, tickers: tuple[str, ...]) -> Group:
    return Group(role=name, tickers=tickers) if name in ROLES else Group(name=name, tickers=tickers)


def slug(text: str) -> str:
    """Lower-case letters, digits and hyphens for a text: brk-b for BRK.B; empty where it has none of them."""
    return re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")


def _unused(id: str, taken: set[str]) -> str:
    number, free = 1, id
    while free in taken:
        number += 1
        free = f"{id}-{number}"
    taken.add(free)
    return free


def _rows(content: str, origin: str, problems: list[str]) -> Iterable[Row]:
    header = content.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    names: list[str] = []
    try:
        for number, values in enumerate(reader, start=1):
            cells = [value.strip() for value in values]
            if not names:
                names = [name.lower() for name in cells]
                _check_columns(names, origin)
            elif len(cells) == len(names):
                yield number, {name: value for name, value in zip(names, cells, strict=True) if value}
            elif cells:
                problems.append(f"row {number}: {len(cells)} values for {len(names)} columns")
    except csv.Error as error:
        raise InvalidFile(f"the file is not valid CSV: {error}", where=f"{origin}, line {reader.line_num}") from error
    if not names:
        raise InvalidFile("the file is empty", where=origin, hint=f"its first row names columns: {', '.join(COLUMNS)}")


def _check_columns(names: Sequence[str], origin: str) -> None:
    problems = [f"there is no column {name}" for name in REQUIRED if name not in names]
    for name in dict.fromkeys(names):
        near = get_close_matches(name, COLUMNS, n=1)
        if name not in COLUMNS:
            problems.append(f"column {name!r} is unknown{f'; did you mean {near[0]}?' if near else ''}")
        elif names.count(name) > 1:
            problems.append(f"column {name} stands there {names.count(name)} times")
    if problems:
        raise InvalidFile("\n".join(problems), where=origin, available=", ".join(COLUMNS))
