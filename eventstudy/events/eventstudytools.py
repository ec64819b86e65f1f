"""Request files of EventStudyTools: one line an event, nine columns between semicolons, with or without their names.

Event ID; Firm ID; Market ID; Event Date; Grouping Variable; Start; End; End of Estimation Window; Estimation Window Length.
Dates are written as that tool wants them, 27.01.2025, or as ISO 8601 has them. The windows belong to a study here, not to an
event: they are handed back beside the events.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from eventstudy.errors import InvalidFile, InvalidRequest, Sentence
from eventstudy.events.event import Event
from eventstudy.events.faults import BadRow, in_one_line
from eventstudy.events.importers import Row, events_from_rows, slug
from eventstudy.events.when import parse_when
from eventstudy.language import Phrase

COLUMNS = (
    "Event ID", "Firm ID", "Market ID", "Event Date", "Grouping Variable", "Start", "End", "End of Estimation Window",
    "Estimation Window Length",
)  # fmt: skip
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_COUNTS = re.compile("[+-]?[0-9]{1,5}")


class Windows(NamedTuple):
    """What a line asks a study for, in sessions relative to day 0, both ends included."""

    event: tuple[int, int]
    estimation: tuple[int, int]

    def __str__(self) -> str:
        """The options of `eventstudy run`."""
        return "--event-window {} {} --estimation-window {} {}".format(*self.event, *self.estimation)


def is_request(content: str) -> bool:
    """Whether a CSV text is such a file."""
    first = [cell.strip() for cell in content.lstrip().partition("\n")[0].split(";")]
    named = [cell.strip('"').casefold() for cell in first[:2]] == ["event id", "firm id"]
    return named or (len(first) == len(COLUMNS) and all(_COUNTS.fullmatch(cell.strip('"')) for cell in first[5:]))


def read_requests(content: str, origin: str) -> tuple[list[Event], Counter[Windows]]:
    """The events of such a text, and how many lines ask for which windows.

    Raises:
        InvalidFile: lines that cannot be meant; all are named with row and column.
    """
    problems: list[BadRow] = []
    asked: Counter[Windows] = Counter()
    try:
        rows = list(_rows(content, problems, asked))
    except csv.Error as error:
        raise InvalidFile(Sentence("the file is not valid CSV: {said}", said=error), where=origin) from error
    return events_from_rows(rows, origin, problems), asked


def _rows(content: str, problems: list[BadRow], asked: Counter[Windows]) -> Iterator[Row]:
    for number, values in enumerate(csv.reader(io.StringIO(content, newline=""), delimiter=";", strict=True), start=1):
        cells = [value.strip() for value in values]
        if not any(cells) or (number == 1 and cells[0].casefold() == "event id"):
            continue
        if len(cells) != len(COLUMNS):
            problems.append(
                BadRow(
                    Phrase("row {n}", n=number),
                    "",
                    Sentence("{n} values for {all} columns", n=len(cells), all=len(COLUMNS)),
                )
            )
            continue
        try:
            asked[_windows(cells)] += 1
            yield Phrase("row {n}", n=number), _row(cells)
        except InvalidRequest as error:
            problems.append(BadRow(Phrase("row {n}", n=number), "", in_one_line(error)))


def _row(cells: list[str]) -> dict[str, Any]:
    for i in (0, 1):
        if not cells[i]:
            raise InvalidRequest(
                Sentence("column {columns}: is blank", columns=COLUMNS[i]),
                hint=Sentence("fill it in, or remove the row"),
            )
    name = slug(cells[0])
    row = {
        "event_id": f"event-{name}" if name.isdigit() or not name else name,
        "ticker": cells[1],
        "date": _day(cells[3]),
        "benchmark": cells[2],
        "group": cells[4],
    }
    return {key: value for key, value in row.items() if value}


def _day(text: str) -> Any:
    dotted = _DOTTED.fullmatch(text)
    iso = f"{dotted[3]}-{dotted[2]:0>2}-{dotted[1]:0>2}" if dotted else text
    try:
        return parse_when(iso)
    except InvalidRequest as error:
        raise InvalidRequest(Sentence("column Event Date: {what}", what=error.what), hint=error.hint) from error


def _windows(cells: list[str]) -> Windows:
    for i in range(5, 9):
        if not _COUNTS.fullmatch(cells[i]):
            raise InvalidRequest(
                Sentence("column {columns}: {cells!r} is not a whole number", columns=COLUMNS[i], cells=cells[i]),
                hint=Sentence("sessions, such as -11"),
            )
    start, end, last, length = map(int, cells[5:9])
    if start > end or length < 1:
        column = COLUMNS[5 if start > end else 8]
        raise InvalidRequest(
            Sentence(
                "column {column}: a window from {start} to {end}, {length} sessions before it, is none",
                column=column,
                start=start,
                end=end,
                length=length,
            )
        )
    return Windows((start, end), (last - length + 1, last))
