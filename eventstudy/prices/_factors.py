"""Factor files: the user's own (`date, mkt_rf, ..., rf`, one row a session), or Ken French's as published."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from eventstudy.disk import read_text
from eventstudy.errors import InvalidFile, InvalidRequest

Unit = Literal["percent", "decimal"]
UNITS = {"percent": 0.01, "decimal": 1.0}
_PUBLISHED = re.compile(r"^[ \t]*,[ \t]*[A-Za-z].*\r?\n[ \t]*(\d{8}|\d{6}|\d{4})[ \t]*,", re.MULTILINE)
"""Column names with nothing above the dates, and the first row: what prose there is stands before it."""
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NONE = (-99.99, -999.0)
"""What the published files write where there is no value."""


def read_factors(path: str | Path, unit: Unit | None, *, monthly: bool = False) -> pd.DataFrame:
    """Factor returns as decimals: index = sessions, columns = the factors in lower case (`Mkt-RF` becomes `mkt_rf`).

    `monthly`: a row may be a month, `202501`, which is named by its last day.

    A file as Ken French publishes it is in per cent and needs no `unit`; the line that names its vintage is in
    `frame.attrs["vintage"]`.

    Raises:
        InvalidRequest: the unit is not named.
        InvalidFile: no such file, no `date` column, a date or number that cannot be read, a day that stands there twice.
    """
    return parse_factors(read_text(path, "the factors"), str(path), unit, monthly=monthly)


def parse_factors(content: str, where: str, unit: Unit | None, *, monthly: bool = False) -> pd.DataFrame:
    """As `read_factors`, from the text of a file; `where` is its name."""
    start = _PUBLISHED.search(content)
    if unit not in UNITS and not (start and unit is None):
        raise InvalidRequest(
            f"the unit of the factors in {where} is not named" if unit is None else f"no such unit: {unit!r}",
            available=", ".join(UNITS),
            hint="add --factor-unit percent or --factor-unit decimal",
        )
    lines = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = content[: start.start()].count("\n") if start else 0
    names, rows = _table(lines, first, where, published=start is not None)
    table = _numbers(names, rows, where, monthly=monthly) * UNITS[unit or "percent"]
    if start:
        prose = [line.strip() for line in lines[:first] if line.strip()]
        table.attrs["vintage"] = next((line for line in prose if "created" in line.lower()), (prose or [""])[0])
        if len(prose) > 1 and "returns" in prose[-1].lower():
            table.attrs["table"] = prose[-1]
    return table


def _table(
    lines: list[str], first: int, where: str, *, published: bool
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Names of the columns, the first of them `date`, and the rows with their lines; a published table ends at its footer.

    Raises:
        InvalidFile: no such table, or a row that has more or fewer cells.
    """
    try:
        cells = [[cell.strip() for cell in row] for row in csv.reader(lines[first:], strict=True)]
    except csv.Error as error:
        raise InvalidFile(f"the factor file is not valid CSV: {error}", where=where) from None
    names = [re.sub(r"[\s-]+", "_", name.lower()) for name in cells[0]] if cells else []
    names[:1] = ["date"] if published else names[:1]
    twice = sorted({name for name in names if names.count(name) > 1})
    if "date" not in names or len(names) < 2 or twice or "" in names:
        raise InvalidFile(
            f"the factor file has two columns {twice[0]!r}"
            if twice
            else "a factor file has a column `date` and a column a factor",
            where=where,
            available=", ".join(names),
        )
    rows = []
    for line, row in enumerate(cells[1:], first + 2):
        if published and not (row and row[0].isdigit()):
            break
        if any(row):
            _refuse(len(row) != len(names), f"a row of {len(row)} cells under {len(names)} columns", where, line)
            rows.append((line, row))
    if not rows:
        raise InvalidFile("the factor file has no row of factors", where=where)
    return names, rows


def _numbers(names: list[str], rows: list[tuple[int, list[str]]], where: str, *, monthly: bool) -> pd.DataFrame:
    """The table as it stands in the file, NaN where there is no value, by ascending session."""
    place, days, seen = names.index("date"), [], set()
    values = np.full((len(rows), len(names) - 1), np.nan)
    for i, (line, row) in enumerate(rows):
        day = _day(row.pop(place), where, line, monthly=monthly)
        _refuse(day in seen, "a day that stands there twice", where, line)
        seen.add(day)
        days.append(day)
        for j, cell in enumerate(row):
            if cell.lower() not in ("", "nan"):
                values[i, j] = _number(cell, where, line)
    values[np.isin(values, _NONE)] = np.nan
    index = pd.DatetimeIndex(np.array(days, "datetime64[ns]"), name="session")
    return pd.DataFrame(values, index, [n for n in names if n != "date"]).sort_index()


def _day(text: str, where: str, line: int, *, monthly: bool) -> np.datetime64:
    """The day of a row; of a month its last one."""
    compact = _COMPACT.fullmatch(text)
    iso = "-".join(compact.groups()) if compact else text
    digits = len(text) if text.isascii() and text.isdigit() else 0
    if monthly and digits == 6 and 1 <= int(text[4:]) <= 12:
        last: np.datetime64 = (np.datetime64(f"{text[:4]}-{text[4:]}") + 1).astype("datetime64[D]") - 1
        return last
    by_year = "values by the year; a study needs those by the month"
    by_month = "values by the month or year; a study needs those by the day"
    _refuse(digits in ((4,) if monthly else (4, 6)), by_year if monthly else by_month, where, line)
    sound = re.fullmatch(r"(1[7-9]|2[01])\d{2}-\d{2}-\d{2}", iso, re.ASCII)
    try:
        if sound:
            return np.datetime64(iso, "D")
    except ValueError:
        pass  # no such day
    raise InvalidFile("the factor file holds a date that is not written as 2025-01-31", where=f"{where}, line {line}")


def _number(text: str, where: str, line: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.inf
    _refuse(not abs(value) < np.inf or "_" in text, "a value that is no number", where, line)
    return value


def _refuse(wrong: bool, what: str, where: str, line: int) -> None:
    if wrong:
        raise InvalidFile(f"the factor file holds {what}", where=f"{where}, line {line}")
