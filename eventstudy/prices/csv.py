"""Prices from a CSV file: long `ticker,date,close[,...]`, or wide with dates and one column a ticker.

Tickers are text (`NA`, `ON`, `TRUE` are tickers), dates are ISO, an empty cell is a missing value. Prices
are taken to be adjusted for splits; with a column `dividend` total returns come from close and dividend,
else from `adj_close`, else the close is used as it is. A file that can be read two ways, or was written
only half, is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from os import PathLike
from pathlib import Path

import numpy as np

from eventstudy.prices._base import FIELDS
from eventstudy.prices._csv_cells import header_of, lines_of, parse, text_of, texts_of
from eventstudy.prices._given import (
    Place,
    Wanted,
    fold,
    long_columns,
    long_table,
    sessions_of,
    wide_table,
    wide_tickers,
)
from eventstudy.prices._table import PriceTable


class CsvFile:
    """CSV files of prices."""

    summary = "a CSV file: ticker,date,close,... or date and one column a ticker"
    suffixes = (".csv",)

    def read(
        self,
        path: str | PathLike[str],
        tickers: Sequence[str] | None = None,
        start: date | None = None,
        end: date | None = None,
    ) -> PriceTable:
        """The prices of `tickers` (None: all) from `start` to `end`, both included.

        The whole file is checked, also what is not asked for. A ticker that is not there is in `missing`.

        Raises:
            InvalidFile: the file cannot be read as prices; says where, and what to do.
        """
        wanted = Wanted(tickers, start, end)
        place = Place(Path(path).name, lambda i: f"row {i + 2}")
        raw = text_of(place, Path(path))
        names, body = header_of(place, raw)
        columns = long_columns(place, names)
        lines = lines_of(place, raw, body, len(names))
        place = replace(place, row=lambda i: f"row {lines[i]}")
        table = _long(place, body, columns, wanted) if columns else _wide(place, body, names, wanted)
        return table if raw.endswith(b"\n") else _with_note(table, lines[-1])


def _long(place: Place, body: bytes, columns: dict[str, int], wanted: Wanted) -> PriceTable:
    frame = parse(place, body, {i: name for name, i in columns.items()}, {columns["ticker"], columns["date"]})
    codes, names = texts_of(frame["ticker"])
    for k, name in enumerate(names):
        if not name:
            row = int(np.flatnonzero(codes == k)[0])
            raise place.fault("the ticker is empty", row=row, column="ticker", hint="name the ticker of this price")
    days = sessions_of(place, *texts_of(frame["date"]))
    values = {name: frame[name].to_numpy(np.float64) for name in FIELDS if name in columns}
    return long_table(place, "csv", codes, names, days, values, wanted)


def _wide(place: Place, body: bytes, names: list[str], wanted: Wanted) -> PriceTable:
    dates = [i for i, name in enumerate(names) if fold(name) == "date"]
    if len(dates) != 1:
        raise place.fault(
            "there are two columns 'date'" if dates else "there is no column 'date'",
            available=", ".join(names[:20]),
            hint="prices are ticker,date,close or date,TICKER,TICKER,...",
        )
    tickers = wide_tickers(place, [name for i, name in enumerate(names) if i != dates[0]])
    frame = parse(place, body, dict(enumerate(names)), {dates[0]})
    days = sessions_of(place, *texts_of(frame.iloc[:, dates[0]]))
    closes = frame.iloc[:, [i for i in range(len(names)) if i != dates[0]]].to_numpy(np.float64)
    return wide_table(place, "csv", tickers, days, closes, wanted)


def _with_note(table: PriceTable, line: int) -> PriceTable:
    note = f"row {line}, the last one, has no line end: if the file was cut off, its last number is too short"
    return replace(table, info={t: replace(i, notes=(*i.notes, note)) for t, i in table.info.items()})


SOURCE = CsvFile()
