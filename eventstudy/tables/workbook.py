"""Workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods) as cells, each as a person typed it. Only here python-calamine is imported.

What a spreadsheet makes of what was typed is undone where it can be, and refused with its cell where it cannot: an error, a
formula without a value.
"""

from __future__ import annotations

import functools
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from io import BytesIO
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventstudy.errors import InvalidFile, Sentence
from eventstudy.language import Phrase
from eventstudy.tables.numbers import Mark
from eventstudy.tables.place import ADD_ROW, Place
from eventstudy.tables.records import cells_of_xlsb, sheets_of_xls
from eventstudy.tables.text import HEADS, is_total

_SPARSE = 50
"""A table has fewer places for one value than that, unless a value stands astray."""
_SMALL = 1_000_000
"""Places that a table may have in any case."""
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.S)
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_ERROR = re.compile(rb"\bt=[\"']e[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?v>[^<]|<(?:\w+:)?t[ >]")
_COLUMNS = re.compile(rb"""\br=["']([A-Za-z]+)\d""")
_ROWS = re.compile(rb"""\br=["'][A-Za-z]*(\d+)["']""")
_CELLS = re.compile(rb"<(?:\w+:)?c[\s/>]")
_TOKEN = re.compile(rb"<(?:\w+:)?(?:(row)|c)\b([^>]*)>(<(?:\w+:)?(?:v|is|f)\b)?")
_REPEATED = re.compile(rb"<table:(?:(table-row)|table-cell|covered-table-cell)\b([^>]*)>")
_ROWS_MORE, _COLUMNS_MORE = (
    re.compile(rb"""number-%s-repeated=["'](\d+)["']""" % what) for what in (b"rows", b"columns")
)
_VAST = 10_000_000
"""Places between the first cell and the last, all of which are given room, however few of them hold anything."""
_BLOCK, _BEHIND = 1 << 16, 11
"""Bytes of a sheet that are looked at together, and how many behind each of them."""
_NAME = re.compile(rb"\br=[\"']([A-Z]+\d+)[\"']")


class Book:
    """A workbook that was opened: the cells of all its sheets."""

    def __init__(self, place: Place, content: bytes) -> None:
        """Of the bytes of a workbook.

        Raises:
            InvalidFile: it is none, or a value stands far from the others.
        """
        import python_calamine

        self.place, self.content = place, content
        self.parts, self.sound = _not_vast(content, place)
        try:
            book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content))
            self.names = book.sheet_names
            sheets = {name: book.get_sheet_by_name(name) for name in self.names}
            self.held = {name: sheet.to_python(skip_empty_area=False) for name, sheet in sheets.items()}
            self.merged = {name: getattr(sheet, "merged_cell_ranges", None) or [] for name, sheet in sheets.items()}
        except Exception as error:
            raise place.fault(
                Sentence("the file cannot be read as a workbook: {said}", said=str(error) or type(error).__name__),
                hint=Sentence("open it in a spreadsheet program and save it as .xlsx"),
            ) from error

    def sheets(self, wanted: str) -> list[str]:
        """The sheets that hold something; of several the one that is called as it is wanted.

        Raises:
            InvalidFile: there is none.
        """
        names = [name for name in self.names if any(_filled(v) for row in self.held[name] for v in row)]
        if not names:
            raise self.place.fault(Sentence("the workbook is empty"), hint=Sentence("its first row names the columns"))
        return [name for name in names if name.strip().lower() == wanted][:1] or names

    def only(self, wanted: str) -> str:
        """The sheet that is meant.

        Raises:
            InvalidFile: there is none, or several can be.
        """
        names = self.sheets(wanted)
        if len(names) > 1:
            raise self.several(names, wanted)
        return names[0]

    def several(self, names: list[str], wanted: str) -> InvalidFile:
        """What to raise of several sheets of which one must be meant."""
        return self.place.fault(
            Sentence("several sheets hold something"),
            available=", ".join(names),
            hint=Sentence("call the one that is meant {wanted!r}, or save it as a workbook of its own", wanted=wanted),
        )


class BookCells:
    """The cells of one sheet of a workbook."""

    usual: Mark | None = None
    proved: Mark | None = None
    whole = True

    def __init__(self, book: Book, name: str) -> None:
        """Of the sheet of this name.

        Raises:
            InvalidFile: an error or a formula without value in a cell.
        """
        self.said: list[Phrase] = []
        self.place = Place(
            Sentence("{book}, sheet {name}", book=book.place.name, name=name), lambda i: Phrase("row {n}", n=i + 1)
        )
        if book.content.startswith(b"PK"):
            self._refuse_broken(book.content, book.names.index(name), book.parts, book.sound)
        self._merged = book.merged[name]
        self._rows = _without_blanks(book.held[name])
        self._refuse_astray(self._rows)
        self.heads: list[tuple[int, list[Any]]] = self._rows[:HEADS]
        self.width, self.rows = 0, 0

    def every(self) -> list[list[Any]]:
        """All rows that hold something."""
        return [row for _, row in self._rows]

    def _refuse_astray(self, rows: list[tuple[int, list[Any]]]) -> None:
        width = max(map(len, map(itemgetter(1), rows)))
        if width * len(rows) <= _SMALL:
            return
        filled = sum(len(row) - row.count(None) for _, row in rows)
        if width * len(rows) > _SPARSE * filled:
            ends = [max(i for i, v in enumerate(row) if _filled(v)) for _, row in rows]
            row, column = rows[ends.index(max(ends))][0], max(ends)
            raise InvalidFile(
                Sentence("a value stands far from the rest of the table"),
                where=Sentence("{name}, cell {cell}", name=self.place.name, cell=_cell(row, column + 1)),
                hint=Sentence("empty that cell, or save the table as a sheet of its own"),
            )

    def _refuse_broken(self, content: bytes, index: int, sheets: dict[str, bytes], sound: set[str]) -> None:
        """A cell with an error, or a formula that no program has worked out yet, reads like an empty cell: refuse it."""
        try:
            with zipfile.ZipFile(BytesIO(content)) as archive:
                part = _part(archive, index) or ""
                if part in sound:
                    return
                text = sheets[part] if part in sheets else archive.read(part) if part else b""
        except (LookupError, ValueError, OSError, zipfile.BadZipFile, zlib.error):
            return
        if not _FORMULA.search(text) and not _ERROR.search(text):
            return
        for hit in _CELL.finditer(text):
            about, inside = hit[1], hit[2] or b""
            spot = _NAME.search(about)
            where = (
                Sentence("{name}, cell {cell}", name=self.place.name, cell=spot[1].decode())
                if spot
                else self.place.name
            )
            if _ERROR.search(about):
                shown = re.sub(rb"<[^>]+>", b"", inside).decode("utf-8", "replace") or Sentence("an error")
                raise InvalidFile(
                    Sentence("the cell holds the error {shown}", shown=shown),
                    where=where,
                    hint=Sentence("correct the formula, or empty the cell"),
                )
            if _FORMULA.search(inside) and not _VALUE.search(inside):
                raise InvalidFile(
                    Sentence("the cell holds a formula without a value"),
                    where=where,
                    hint=Sentence("open the file in a spreadsheet program and save it, or put the value in its place"),
                )

    def begin(self, record: int, width: int) -> None:
        """The table begins in this record of the heads and has so many columns.

        Raises:
            InvalidFile: there is no row.
        """
        body = self._rows[record:]
        while (
            body
            and (held := [v for v in body[-1][1] if _filled(v)])
            and ((len(held) == 1 and len(str(held[0]).split()) > 1) or is_total(held))
        ):
            body.pop()
            words = str(held[0])
            if isinstance(words, str):
                self.said.append(Phrase("words below the table left aside: {text}", text=words[:60]))
        if not body:
            raise self.place.fault(Sentence("there is a header but no row below it"), hint=ADD_ROW)
        self.width = width
        self._body = body
        self._below = self._of_merged()
        self.rows = len(body)
        self.place = replace(self.place, row=lambda i: Phrase("row {n}", n=body[i][0]))

    def columns(self, texts: set[int], numbers: set[int]) -> dict[int, Any]:
        """These columns, cells as they are: None, text, a number, True or False, a date or a datetime."""
        found: dict[int, Any] = {}
        rows = list(map(itemgetter(1), self._body))
        least = min(map(len, rows))
        for i in sorted(texts | numbers):
            values = [row[i] for row in rows] if i < least else [row[i] if i < len(row) else None for row in rows]
            if i in texts:
                for row, value in self._below.get(i, {}).items():
                    values[row] = value
            found[i] = pd.Series(values, dtype=object)
            if i in numbers and all(v is None or type(v) is float or type(v) is int for v in values):
                found[i] = found[i].astype(float).to_numpy()
        return found

    def _of_merged(self) -> dict[int, dict[int, Any]]:
        """Column -> row of the body -> what stands in the merged cell that it is part of, in its first row."""
        at = {number - 1: i for i, (number, _) in enumerate(self._body)}
        found: dict[int, dict[int, Any]] = {}
        for (top, left), (bottom, right) in self._merged:
            if left == right and bottom > top and top in at and left < len(self._body[at[top]][1]):
                value = self._body[at[top]][1][left]
                found.setdefault(left, {}).update({at[row]: value for row in range(top + 1, bottom + 1) if row in at})
        if found:
            self.said.append(Phrase("cells merged over several rows stand for each of them"))
        return found


def _without_blanks(rows: list[list[Any]]) -> list[tuple[int, list[Any]]]:
    """The rows that hold something, counted from 1; a cell that holds nothing or blanks alone is None."""
    if all(map(str.strip, [v for row in rows for v in row if type(v) is str])):
        return list(enumerate(rows, 1))
    cells = ([None if type(v) is str and not v.strip() else v for v in row] for row in rows)
    return [(number, row) for number, row in enumerate(cells, 1) if row.count(None) < len(row)]


def _not_vast(content: bytes, place: Place) -> tuple[dict[str, bytes], set[str]]:
    """The parts of a workbook that are sheets in XML, by their names, and which of them surely hold no formula and no error.

    Raises:
        InvalidFile: a value stands far from the others; told before room is made for all places between them.
    """
    sheets, all_sound = dict[str, bytes](), set[str]()
    try:
        if not content.startswith(b"PK"):
            for cells in sheets_of_xls(content):
                _refuse_far(cells, place)
            return sheets, all_sound
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for name in archive.namelist():
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    sheets[name] = archive.read(name)
                    near, sound = _usual(sheets[name])
                    if sound:
                        all_sound.add(name)
                    if not near and _may_be_vast(sheets[name]):
                        _refuse_far(_cells_of_xml(sheets[name]), place)
                elif name.startswith("xl/worksheets/") and name.endswith(".bin"):
                    _refuse_far(cells_of_xlsb(archive.read(name)), place)
                elif name == "content.xml":
                    for table in archive.read(name).split(b"<table:table "):
                        _refuse_far(_cells_of_ods(table), place)
    except (LookupError, ValueError, OSError, RuntimeError, struct.error, zipfile.BadZipFile, zlib.error):
        pass  # whoever reads it says what is wrong with it
    return sheets, all_sound


def _refuse_far(cells: Iterable[tuple[int, int]], place: Place) -> None:
    """`cells`: row and column, from 1, of each cell that holds something."""
    filled = height = width = 0
    for row, column in cells:
        filled, height, width = filled + 1, max(height, row), max(width, column)
    if width * height > _VAST and width * height > _SPARSE * filled:
        raise InvalidFile(
            Sentence("a value stands far from the rest of the table"),
            where=Sentence("{name}, up to cell {cell}", name=place.name, cell=_cell(height, width)),
            available=Sentence("{filled} cells of {width:,} places", filled=filled, width=width * height),
            hint=Sentence("empty that cell, or save the table as a sheet of its own"),
        )


def _may_be_vast(text: bytes) -> bool:
    """Whether the names of the cells, those that hold nothing too, reach far, or some have no name."""
    names = _COLUMNS.findall(text)
    width = max(map(_number, set(names)), default=0)
    height = max(map(_whole, set(_ROWS.findall(text))), default=0)
    return width * height > _VAST or len(_CELLS.findall(text)) > len(names)


def _usual(text: bytes) -> tuple[bool, bool]:
    """Whether a sheet in XML surely has no cell without a name, or beyond column Z or row 99,999; and no formula and no error.

    Told by the bytes around its marks, all at once: most sheets are so, and to look at each cell takes longer than to read it.
    """
    start = max(text.find(b"<sheetData"), 0)
    if text.find(b"'", start) >= 0 and text.find(b"='", start) >= 0:
        return False, False
    if text.find(b":", start) >= 0 and (text.find(b":c", start) >= 0 or text.find(b":f", start) >= 0):
        return False, False
    cells = named = 0
    near = sound = True
    text += bytes(_BEHIND + 1)
    for at in range(start, len(text) - _BEHIND, _BLOCK):
        has_name, far, cell, broken = _marks(np.frombuffer(text[at : at + _BLOCK + _BEHIND], np.uint8))
        cells, named, near, sound = cells + cell, named + has_name, near and not far, sound and not broken
    return 0 < cells <= named and near, sound


def _marks(held: NDArray[np.uint8]) -> tuple[int, bool, int, bool]:
    """What stands in these bytes, the last of them looked at only behind others.

    How many cells and rows have a name, whether one lies far out; how many cells and rows there are; whether there is a formula
    or an error.
    """
    size = len(held) - _BEHIND

    def there(mark: bytes, at: int = 0) -> NDArray[np.bool_]:
        """(size,) whether these bytes stand `at` bytes behind each place."""
        found: NDArray[np.bool_] = held[at : at + size] == mark[0]
        for k in range(1, len(mark)):
            found &= held[at + k : at + k + size] == mark[k]
        return found

    named = there(b' r="')
    ends = functools.reduce(np.logical_or, (there(b'"', at) for at in range(5, 11)))
    far = named & ~(ends & (held[5 : 5 + size] <= ord("9")))
    cells = np.count_nonzero(there(b"<c")) + np.count_nonzero(there(b"<ro"))
    broken = there(b't="e"').any() or there(b"<f").any()
    return int(np.count_nonzero(named)), bool(far.any()), int(cells), bool(broken)


def _cells_of_xml(text: bytes) -> Iterator[tuple[int, int]]:
    """Where something stands in a sheet of an .xlsx file; a row or cell without a name stands after the last."""
    row = column = 0
    for hit in _TOKEN.finditer(text):
        if hit[1]:
            number = _ROWS.search(hit[2])
            row, column = _whole(number[1]) if number else row + 1, 0
            continue
        letters, number = _COLUMNS.search(hit[2]), _ROWS.search(hit[2])
        column = _number(letters[1]) if letters else column + 1
        if hit[3]:
            yield _whole(number[1]) if number else row, column


def _cells_of_ods(table: bytes) -> Iterator[tuple[int, int]]:
    """Where something stands in a table of an .ods file, each once; rows and cells may say how often they are repeated."""
    row = column = more = 0
    for hit in _REPEATED.finditer(table):
        times = (_ROWS_MORE if hit[1] else _COLUMNS_MORE).search(hit[2])
        often = _whole(times[1]) if times else 1
        if hit[1]:
            row, column, more = row + more, 0, often
            continue
        column += often
        if b"value-type" in hit[2]:
            yield row + more, column


def _whole(digits: bytes) -> int:
    """A count of rows or columns; of more digits than any has, the first."""
    return int(digits[:10])


def _number(letters: bytes) -> int:
    """The number of a column from its letters, no more of them than any has: C is 3."""
    found = 0
    for letter in letters[:6].upper():
        found = 26 * found + letter - 64
    return found


def _filled(value: Any) -> bool:
    return value is not None and (not isinstance(value, str) or bool(value.strip()))


def _cell(row: int, column: int) -> str:
    """A cell as spreadsheets name it: C7."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def _part(archive: zipfile.ZipFile, index: int) -> str | None:
    """The part of an .xlsx file that holds the sheet of this place; None: it is another kind of workbook."""
    if "xl/workbook.xml" not in archive.namelist():
        return None
    ids = re.findall(rb"<(?:\w+:)?sheet\b[^>]*?\br:id=[\"']([^\"']+)[\"']", archive.read("xl/workbook.xml"))
    links = archive.read("xl/_rels/workbook.xml.rels")
    for link in re.findall(rb"<Relationship\b[^>]*>", links):
        if re.search(rb"\bId=[\"']" + re.escape(ids[index]) + rb"[\"']", link):
            target = re.search(rb"\bTarget=[\"']([^\"']+)[\"']", link)
            if target:
                name = target[1].decode().lstrip("/")
                return name if name.startswith("xl/") else f"xl/{name}"
    return None


def as_text(value: Any) -> str:
    """A cell as text; whole numbers without decimal point, truth values as spreadsheets show them.

    Raises:
        ValueError: the cell is a date or a time.
    """
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime | date | time | timedelta):
        raise ValueError(
            Phrase("{value} is a date: the spreadsheet program took what was typed for one", value=str(value))
        )
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return "" if value is None or value != value else str(value)
