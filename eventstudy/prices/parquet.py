"""Prices from a Parquet or Feather file: the columns of a CSV file, long or wide."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pandas as pd

from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.prices.csv import TableFile


def parquet_bytes(frame: pd.DataFrame, path: Path) -> bytes:
    """A frame as the Parquet file that is to be written to `path`.

    Raises:
        InvalidRequest: pyarrow is not installed.
    """
    buffer = BytesIO()
    try:
        frame.to_parquet(buffer, index=False, engine="pyarrow")
    except ImportError:
        raise InvalidRequest(
            Sentence("Parquet needs pyarrow"),
            where=str(path),
            hint=Sentence("python -m pip install 'eventstudy-lab[scale]', or save the prices as CSV"),
        ) from None
    return buffer.getvalue()


SOURCE = TableFile(
    "a Parquet or Feather file with the columns of a CSV file, long or wide (extra: scale)",
    (".parquet", ".pq", ".feather"),
)
