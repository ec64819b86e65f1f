"""Prices from a Parquet file: the columns of a CSV file, long or wide. The only place that imports pyarrow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from eventstudy.errors import InvalidFile, InvalidRequest
from eventstudy.prices._frame import frame_to_table
from eventstudy.prices._given import Place, fold
from eventstudy.prices._table import PriceTable


class ParquetFile:
    """Parquet files of prices."""

    summary = "a Parquet file with the columns of a CSV file, long or wide (extra: scale)"
    suffixes = (".parquet", ".pq")

    def read(
        self,
        path: str | PathLike[str],
        tickers: Sequence[str] | None = None,
        start: date | None = None,
        end: date | None = None,
    ) -> PriceTable:
        """The prices of `tickers` (None: all) from `start` to `end`, both included; see `csv.CsvFile.read`.

        Raises:
            InvalidFile: the file cannot be read as prices; says where, and what to do.
            InvalidRequest: pyarrow is not installed.
        """
        path = Path(path)
        place = Place(path.name, lambda i: f"row {i + 1}")
        return frame_to_table(_frame(path, place), tickers, start, end, place=place, source="parquet")


def _frame(path: Path, place: Place) -> pd.DataFrame:
    """The whole file; an index that pandas wrote is an index again.

    Raises:
        InvalidFile: no such file, or it is not Parquet. InvalidRequest: pyarrow is not installed.
    """
    pq = _pyarrow(path)
    if not path.is_file():
        raise InvalidFile("there is no such file", where=str(path), hint="check the path")
    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
        tickers = [name for name in names if fold(name) == "ticker"]  # read as a few names and many numbers
        table = pq.read_table(path, read_dictionary=tickers, partitioning=None)
        frame: Any = table.to_pandas(date_as_object=False)
    except Exception as error:
        raise place.fault(
            f"the file cannot be read as Parquet: {str(error).splitlines()[0] if str(error) else type(error).__name__}",
            hint="write it again",
        ) from error
    return frame.to_frame() if isinstance(frame, pd.Series) else frame


def _pyarrow(path: Path) -> Any:
    try:
        import pyarrow.parquet as pq
    except ImportError:
        raise InvalidRequest(
            "Parquet needs pyarrow",
            where=str(path),
            hint="python -m pip install 'eventstudy-lab[scale]', or save the prices as CSV",
        ) from None
    return pq


def parquet_bytes(frame: pd.DataFrame, path: Path) -> bytes:
    """A frame as the Parquet file that is to be written to `path`.

    Raises:
        InvalidRequest: pyarrow is not installed.
    """
    _pyarrow(path)
    buffer = BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


SOURCE = ParquetFile()
