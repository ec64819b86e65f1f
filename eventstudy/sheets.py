"""Spreadsheets: the cells of one sheet of an .xlsx file, each as a person typed it. The only place that imports openpyxl.

What a spreadsheet makes of what was typed is undone where it can be, and refused with its cell where it cannot: a ticker
that became a date, a date that is only a number, a formula without a value.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from eventstudy import disk
from eventstudy.errors import InvalidFile, InvalidRequest

ROWS, COLUMNS = 1_048_576, 16_384
"""The most that a sheet can hold."""

_SPARSE = 50
"""A table has fewer places for one value than that, unless a value stands astray."""
_SMALL = 1_000_000
"""Places that a table may have in any case."""

Cells = dict[int, dict[int, Any]]
"""What a sheet holds: number of the row -> number of the column -> value; nothing for cells that are merely formatted."""

_FORMULA = re.compile(rb"<(\w+:)?f[ />]")
_LAST_SERIAL = 2_958_465  # 9999-12-31


@dataclass(frozen=True)
class Sheet:
    """A sheet whose first row names its columns.

    `rows`: (number of the row in the sheet, its cells, one a column), rows without any value left out. A cell is None, text,
    a number, True or False, a date, or a datetime.
    """

    name: str
    columns: tuple[Any, ...]
    rows: tuple[tuple[int, tuple[Any, ...]], ...]

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.columns)


def read_sheet(path: Path, wanted: str, *, header: bool = True) -> Sheet:
    """The sheet called `wanted`, else the only one that holds anything; `header`: its first row names the columns.

    Raises:
        InvalidRequest: openpyxl is not installed.
        InvalidFile: no such file, no workbook, several sheets to choose from, an error or a formula without value in a cell.
    """
    try:
        import openpyxl
    except ImportError:
        raise InvalidRequest(
            "reading .xlsx needs openpyxl, which is not installed",
            where=str(path),
            hint="python -m pip install openpyxl, or save the sheet as CSV",
        ) from None
    content = disk.read_bytes(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of layout it does not know; we read values only
            held = _sheets(openpyxl, path, content)
            name = _chosen(held, wanted, path)
            _refuse_empty_formulas(openpyxl, path, content, name, held[name])
    except InvalidFile:
        raise
    except Exception as error:
        raise InvalidFile(
            f"the file cannot be read as a workbook: {error or type(error).__name__}",
            where=str(path),
            hint="open it in a spreadsheet program and save it as .xlsx",
        ) from error
    return _sheet(path, name, held[name], header)


def _sheets(openpyxl: Any, path: Path, content: bytes) -> dict[str, Cells]:
    """The cells of every sheet that hold something, by name.

    Raises:
        InvalidFile: a cell holds an error such as #N/A.
    """
    book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        found: dict[str, Cells] = {}
        for sheet in book.worksheets:
            held = found[sheet.title] = {}
            for cell in _written(sheet):
                if (value := _plain(cell, path, sheet.title)) is not None:
                    held.setdefault(cell["row"], {})[cell["column"]] = value
        return found
    finally:
        book.close()


def _written(sheet: Any) -> Iterator[dict[str, Any]]:
    """The cells that are written down in a sheet, as openpyxl reads them: row, column, value, data_type.

    Its own rows are filled up with a cell for every column, formatted or not, that the sheet could have.
    """
    from openpyxl.worksheet._reader import WorkSheetParser

    book, last = sheet.parent, 0
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=book.data_only,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, cells in parser.parse():
            if number > ROWS:
                return
            if number > last:
                last = number
                yield from (cell | {"row": number} for cell in cells if 1 <= cell["column"] <= COLUMNS)


def _named(row: int, column: int) -> str:
    """A cell as spreadsheets name it: C7."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def _plain(cell: dict[str, Any], path: Path, sheet: str) -> Any:
    value = cell["value"]
    if cell["data_type"] == "e":
        where = f"{path.name}, sheet {sheet}, cell {_named(cell['row'], cell['column'])}"
        raise InvalidFile(f"the cell holds the error {value}", where=where, hint="mend the formula, or empty the cell")
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    return value


def _chosen(held: dict[str, Cells], wanted: str, path: Path) -> str:
    filled = [name for name, rows in held.items() if rows]
    named = [name for name in filled if name.strip().casefold() == wanted]
    if not filled:
        raise InvalidFile("there is nothing in the workbook", where=str(path), available=", ".join(held) or "no sheet")
    if len(filled) > 1 and not named:
        raise InvalidFile(
            "several sheets hold something",
            where=str(path),
            available=", ".join(filled),
            hint=f"call the one that is meant {wanted!r}, or save it as a workbook of its own",
        )
    return (named or filled)[0]


def _refuse_empty_formulas(openpyxl: Any, path: Path, content: bytes, name: str, held: Cells) -> None:
    """A formula that no spreadsheet program has worked out yet reads like an empty cell: refuse it."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = [part for part in archive.namelist() if part.startswith("xl/worksheets/")]
        if not any(_FORMULA.search(archive.read(part)) for part in parts):
            return
    book = openpyxl.load_workbook(BytesIO(content), read_only=True, keep_links=False)
    try:
        for cell in _written(book[name]):
            row, column = cell["row"], cell["column"]
            if cell["data_type"] == "f" and column not in held.get(row, {}):
                raise InvalidFile(
                    "the cell holds a formula without a value",
                    where=f"{path.name}, sheet {name}, cell {_named(row, column)}",
                    hint="open the file in a spreadsheet program and save it, or put the value in its place",
                )
    finally:
        book.close()


def _sheet(path: Path, name: str, held: Cells, header: bool) -> Sheet:
    """The table.

    Raises:
        InvalidFile: a value stands so far from the others that most of the table would be empty.
    """
    width = max(max(row) for row in held.values())
    if width * len(held) > max(_SMALL, _SPARSE * sum(map(len, held.values()))):
        astray = next(number for number, row in held.items() if width in row)
        raise InvalidFile(
            "a value stands far from the rest of the table",
            where=f"{path.name}, sheet {name}, cell {_named(astray, width)}",
            hint="empty that cell, or save the table as a sheet of its own",
        )
    padded = [(number, tuple(map(row.get, range(1, width + 1)))) for number, row in held.items()]
    return Sheet(name, padded[0][1], tuple(padded[1:])) if header else Sheet(name, (None,) * width, tuple(padded))


def as_text(value: Any) -> str:
    """A cell as text; whole numbers without decimal point, truth values as spreadsheets show them.

    Raises:
        ValueError: the cell is a date or a time.
    """
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, date | time | timedelta):
        raise ValueError(f"{value} is a date: the spreadsheet program took what was typed for one")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return "" if value is None else str(value)


def as_serial(value: Any) -> date | None:
    """The day that a number is in the way spreadsheets count days; None: it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 61 <= value <= _LAST_SERIAL or value % 1:
        return None  # days before 1900-03-01 are counted wrongly by some
    return date(1899, 12, 30) + timedelta(int(value))
