"""Frames as cells: pandas, polars, Arrow and whatever narwhals knows. The only place that imports narwhals."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from eventstudy.errors import InvalidFile
from eventstudy.language import Phrase
from eventstudy.tables.headed import SAMPLE, Headed
from eventstudy.tables.headings import role_of
from eventstudy.tables.numbers import Mark
from eventstudy.tables.place import Place

_TUPLE = re.compile(r"\(\s*'([^']*)'\s*,\s*'([^']*)'\s*\)")


class FrameCells:
    """The cells of a pandas frame, its index among its columns where it says something."""

    usual: Mark | None = "point"
    whole = True

    def __init__(self, place: Place, columns: list[pd.Series[Any]]) -> None:
        """Of these columns."""
        self.place, self._columns = place, columns
        self.said: list[Phrase] = []
        self.heads: list[tuple[int, list[Any]]] = []
        self.width, self.rows = len(columns), len(columns[0]) if columns else 0

    def begin(self, record: int, width: int) -> None:
        """Nothing stands above a frame."""

    def columns(self, texts: set[int], numbers: set[int]) -> dict[int, Any]:
        """These columns as they are."""
        return {i: self._columns[i] for i in sorted(texts | numbers)}


def pandas_of(given: Any) -> pd.DataFrame | None:
    """A frame or series of any library as a pandas frame; None: it is none.

    Raises:
        InvalidFile: the frame cannot be turned into one of pandas.
    """
    if isinstance(given, pd.DataFrame):
        return given
    if isinstance(given, pd.Series):
        return given.to_frame(given.name if given.name is not None else "close")
    if isinstance(given, str | bytes | dict | list | tuple) or given is None:
        return None
    if isinstance(given, np.ndarray):
        return pd.DataFrame(given, columns=list(given.dtype.names)) if given.dtype.names else None
    if hasattr(given, "to_pandas") and type(given).__module__.partition(".")[0] == "pyarrow":
        try:
            made = given.to_pandas(date_as_object=False)
        except Exception as error:
            raise InvalidFile(
                f"the table cannot be turned into a frame: {error}", where=type(given).__name__
            ) from error
        return made.to_frame() if isinstance(made, pd.Series) else made
    import narwhals

    frame: Any = narwhals.from_native(given, pass_through=True, allow_series=True)
    if isinstance(frame, narwhals.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, narwhals.Series):
        frame = frame.to_frame()
    if not isinstance(frame, narwhals.DataFrame):
        return None
    made = {name: _column(frame.get_column(name)) for name in frame.columns}
    return pd.DataFrame(made)


def _column(column: Any) -> Any:
    values = (
        column.to_list()
        if str(column.dtype) in ("Date", "String", "Categorical", "Enum", "Object")
        else column.to_numpy()
    )
    return pd.Series(values, dtype=object) if isinstance(values, list) else values


def headed_frame(place: Place, frame: pd.DataFrame, part: str) -> Headed:
    """The columns of a frame under their headings, levels of index and columns among them."""
    columns: list[pd.Series[Any]] = []
    levels: list[tuple[str, ...]] = []
    deep = frame.columns.nlevels if isinstance(frame.columns, pd.MultiIndex) else 1
    labels = frame.columns.tolist()
    flat = deep == 1 and labels and all(isinstance(c, str) and _TUPLE.fullmatch(c) for c in labels)
    index = frame.index
    named = any(name is not None for name in index.names)
    counted = isinstance(index, pd.RangeIndex) or (
        not named and index.nlevels == 1 and pd.api.types.is_integer_dtype(index.dtype)
    )
    if named or not counted:
        for i, name in enumerate(index.names):
            level = index.get_level_values(i)
            columns.append(_reset(level.to_series()))
            levels.append(("",) * ((2 if flat else deep) - 1) + (("" if name is None else str(name)),))
    for i, label in enumerate(labels):
        columns.append(_reset(frame.iloc[:, i]))
        if flat:
            hit = _TUPLE.fullmatch(label)
            levels.append((hit[1], hit[2]) if hit else (str(label), ""))
        else:
            levels.append(tuple(_label(place, v, part) for v in label) if deep > 1 else (_label(place, label, part),))
    cells = FrameCells(place, columns)
    sample = [list(row) for row in zip(*(c.iloc[:SAMPLE].tolist() for c in columns), strict=True)] if columns else []
    sample = [[None if _missing(v) else v for v in row] for row in sample]
    return Headed(cells, levels, sample)


def _missing(value: Any) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and value != value)


def _reset(column: pd.Series[Any]) -> pd.Series[Any]:
    return column.reset_index(drop=True)


def _label(place: Place, label: Any, part: str) -> str:
    if isinstance(label, str):
        return label
    if isinstance(label, int | np.integer) and not isinstance(label, bool):
        return str(label)
    if label is None or label is pd.NaT or (isinstance(label, float) and label != label):
        return ""
    if isinstance(label, float) and label.is_integer():
        return str(int(label))
    raise place.fault(
        f"the column heading {label!r} is not {'a ticker' if part == 'prices' else 'text'}",
        hint="headings are text; dates stand in the index or in a column",
    )


def is_named_index(frame: pd.DataFrame, part: str) -> bool:
    """Whether the index of a frame holds a column that is known by its name."""
    return any(name is not None and role_of(str(name), part) for name in frame.index.names)
