"""The user's own factor file: `date, mkt_rf, ..., rf`, one row a session."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from eventstudy.errors import InvalidFile, InvalidRequest

UNITS = {"percent": 0.01, "decimal": 1.0}


def read_factors(path: str | Path, unit: Literal["percent", "decimal"] | None) -> pd.DataFrame:
    """Factor returns as decimals: index = sessions, columns = the factors in lower case (`Mkt-RF` becomes `mkt_rf`).

    Raises:
        InvalidRequest: the unit is not named.
        InvalidFile: no such file, no `date` column, a date or number that cannot be read, a day that stands there twice.
    """
    if unit not in UNITS:
        raise InvalidRequest(
            f"the unit of the factors in {path} is not named" if unit is None else f"no such unit: {unit!r}",
            available=", ".join(UNITS),
            hint="add --factor-unit percent (Ken French's files) or --factor-unit decimal",
        )
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, skipinitialspace=True)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InvalidFile(f"cannot read the factors: {error}", where=str(path)) from error
    table.columns = pd.Index([str(c).strip().lower().replace("-", "_") for c in table.columns])
    if "date" not in table.columns or len(table.columns) < 2:
        raise InvalidFile(
            "a factor file has a column `date` and a column a factor",
            where=str(path),
            available=", ".join(table.columns),
        )
    days = pd.to_datetime(table.pop("date"), format="%Y-%m-%d", errors="coerce")
    _refuse(days.isna().to_numpy(), "a date that is not written as 2025-01-31", path)
    _refuse(days.duplicated().to_numpy(), "a day that stands there twice", path)
    values = table.apply(lambda column: pd.to_numeric(column.where(column != "", "nan"), errors="coerce"))
    bad = values.isna().to_numpy() & ~table.isin(["", "nan", "NaN"]).to_numpy()
    _refuse(bad.any(axis=1), "a value that is no number", path)
    decimals = values.mask(values.isin([-99.99, -999.0])) * UNITS[unit]
    placed: pd.DataFrame = decimals.set_axis(pd.DatetimeIndex(days, name="session")).sort_index()
    return placed


def _refuse(rows: np.ndarray, what: str, path: str | Path) -> None:
    if rows.any():
        raise InvalidFile(f"the factor file holds {what}", where=f"{path}, line {int(np.argmax(rows)) + 2}")
