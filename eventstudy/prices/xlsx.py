"""Prices from a sheet of an .xlsx workbook: the columns of a CSV file, long or wide.

The sheet is the one called `prices`, else the only one that holds anything. Dates are cells formatted as dates, or ISO text.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from eventstudy.prices._base import FIELDS
from eventstudy.prices._given import (
    Days,
    Floats,
    Ints,
    Place,
    Wanted,
    fold,
    long_columns,
    long_table,
    numbers,
    sessions_of,
    wide_table,
    wide_tickers,
)
from eventstudy.prices._table import PriceTable
from eventstudy.sheets import Sheet, as_serial, as_text, read_sheet


class Workbook:
    """Workbooks of prices."""

    summary = "an .xlsx workbook: a sheet with the columns of a CSV file, long or wide"
    suffixes = (".xlsx", ".xlsm")

    def read(
        self,
        path: str | PathLike[str],
        tickers: Sequence[str] | None = None,
        start: date | None = None,
        end: date | None = None,
    ) -> PriceTable:
        """The prices of `tickers` (None: all) from `start` to `end`, both included; see `csv.CsvFile.read`.

        Raises:
            InvalidFile: the workbook cannot be read as prices; says which cell, and what to do.
            InvalidRequest: openpyxl is not installed.
        """
        path = Path(path)
        sheet = read_sheet(path, "prices")
        place = Place(f"{path.name}, sheet {sheet.name}", lambda i: f"row {sheet.rows[i][0]}")
        if not sheet.rows:
            raise place.fault("there is a header but no row of prices")
        names = [_heading(place, i, value) for i, value in enumerate(sheet.columns, 1)]
        wanted, columns = Wanted(tickers, start, end), long_columns(place, names)
        return _long(place, sheet, columns, wanted) if columns else _wide(place, sheet, names, wanted)


def _heading(place: Place, column: int, value: Any) -> str:
    try:
        return as_text(value)
    except ValueError as error:
        raise place.fault(f"the heading of column {column}: {error}", hint="format the first row as text") from None


def _long(place: Place, sheet: Sheet, columns: dict[str, int], wanted: Wanted) -> PriceTable:
    tickers = _column(sheet, columns["ticker"])
    names: dict[str, int] = {}
    codes = np.array([names.setdefault(_ticker(place, i, t), len(names)) for i, t in enumerate(tickers)], np.int64)
    days = _days(place, _column(sheet, columns["date"]))
    values = {f: _numbers(place, f, _column(sheet, columns[f])) for f in FIELDS if f in columns}
    return long_table(place, "xlsx", codes, list(names), days, values, wanted)


def _wide(place: Place, sheet: Sheet, names: list[str], wanted: Wanted) -> PriceTable:
    dates = [i for i, name in enumerate(names) if fold(name) == "date"]
    if len(dates) != 1:
        raise place.fault(
            "there are two columns 'date'" if dates else "there is no column 'date'",
            available=", ".join(names[:20]),
            hint="prices are ticker,date,close or date,TICKER,TICKER,...",
        )
    others = [i for i in range(sheet.width) if i not in dates]
    tickers = wide_tickers(place, [names[i] for i in others])
    days = _days(place, _column(sheet, dates[0]))
    closes = np.column_stack([_numbers(place, names[i], _column(sheet, i)) for i in others])
    return wide_table(place, "xlsx", tickers, days, closes, wanted)


def _column(sheet: Sheet, i: int) -> list[Any]:
    return [cells[i] for _, cells in sheet.rows]


def _ticker(place: Place, row: int, value: Any) -> str:
    if value is None:
        raise place.fault("the ticker is empty", row=row, column="ticker", hint="name the ticker of this price")
    try:
        return as_text(value)
    except ValueError as error:
        raise place.fault(str(error), row=row, column="ticker", hint="format the column as text") from None


def _days(place: Place, values: list[Any]) -> Days:
    for row, value in enumerate(values):
        if isinstance(value, datetime | time | timedelta):
            hint = "a session is a date, without a time"
            raise place.fault(f"{value} is a time, not a session", row=row, column="date", hint=hint)
        if isinstance(value, bool | int | float):
            day = as_serial(value)
            what = f"{value} is a number, not a date" + (f"; as spreadsheets count days it is {day}" if day else "")
            raise place.fault(what, row=row, column="date", hint="format the column as dates")
    codes: dict[str, int] = {}
    written = ["" if v is None else v.isoformat() if isinstance(v, date) else str(v) for v in values]
    rows: Ints = np.array([codes.setdefault(text, len(codes)) for text in written], np.int64)
    return sessions_of(place, rows, list(codes))


def _numbers(place: Place, column: str, values: list[Any]) -> Floats:
    for row, value in enumerate(values):
        if isinstance(value, bool | date | time | timedelta):
            shown = as_text(value) if isinstance(value, bool) else f"{value}, a date,"
            raise place.fault(f"{shown} is not a number", row=row, column=column, hint="leave a missing value empty")
    if all(value is None or isinstance(value, int | float) for value in values):
        return np.array([np.nan if value is None else value for value in values], np.float64)
    return numbers(place, column, np.array(values, dtype=object))


SOURCE = Workbook()
