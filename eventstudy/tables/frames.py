"""Frames as cells: pandas, polars, Arrow and whatever narwhals knows. The only place that imports narwhals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from eventstudy.errors import InvalidFile, Sentence
from eventstudy.language import Phrase
from eventstudy.tables.headed import SAMPLE, Headed, unflattened
from eventstudy.tables.headings import role_of
from eventstudy.tables.numbers import Mark
from eventstudy.tables.parts import one_date
from eventstudy.tables.place import Place
from eventstudy.tables.written import looks_like_one


class FrameCells:
    """The cells of a pandas frame, its index among its columns where it says something."""

    usual: Mark | None = "point"
    proved: Mark | None = None
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
    if isinstance(given, list) and given and all(isinstance(row, dict) for row in given):
        return pd.DataFrame(given)
    if isinstance(given, dict) and given and all(isinstance(v, list | np.ndarray) for v in given.values()):
        return pd.DataFrame(given) if len({len(v) for v in given.values()}) == 1 else None
    if isinstance(given, str | bytes | dict | list | tuple) or given is None:
        return None
    if isinstance(given, np.ndarray):
        return pd.DataFrame(given, columns=list(given.dtype.names)) if given.dtype.names else None
    if hasattr(given, "to_pandas") and type(given).__module__.partition(".")[0] == "pyarrow":
        try:
            made = given.to_pandas(date_as_object=False)
        except Exception as error:
            raise InvalidFile(
                Sentence("the table cannot be turned into a frame: {said}", said=error), where=type(given).__name__
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
    """The values of a column, instants in the zone of their own: NumPy has none, and hands them over in UTC."""
    kind = str(column.dtype)
    values = column.to_list() if kind in ("Date", "String", "Categorical", "Enum", "Object") else column.to_numpy()
    if zone := getattr(column.dtype, "time_zone", None):
        return pd.Series(pd.DatetimeIndex(values).tz_localize("UTC").tz_convert(zone))
    return pd.Series(values, dtype=object) if isinstance(values, list) else values


def headed_frame(place: Place, frame: pd.DataFrame, part: str) -> Headed:
    """The columns of a frame under their headings, levels of index and columns among them."""
    if part == "prices":
        frame = _upright(frame)
    columns: list[pd.Series[Any]] = []
    levels: list[tuple[str, ...]] = []
    deep = frame.columns.nlevels if isinstance(frame.columns, pd.MultiIndex) else 1
    labels = frame.columns.tolist()
    index = frame.index
    named = any(name is not None for name in index.names)
    counted = isinstance(index, pd.RangeIndex) or (
        not named
        and index.nlevels == 1
        and pd.api.types.is_integer_dtype(index.dtype)
        and not all(map(looks_like_one, index[:SAMPLE].tolist()))
    )
    if named or not counted:
        for i, name in enumerate(index.names):
            level = index.get_level_values(i)
            columns.append(_reset(level.to_series()))
            called = "" if name is None else str(name)
            if not called and (index.nlevels > 1 or part == "events"):
                called = _by_content(level, {role[0] for label in labels if (role := role_of(str(label), part))})
            levels.append(("",) * (deep - 1) + (called,))
    for i, label in enumerate(labels):
        columns.append(_reset(frame.iloc[:, i]))
        levels.append(tuple(_label(place, v, part) for v in label) if deep > 1 else (_label(place, label, part),))
    cells = FrameCells(place, columns)
    sample = [list(row) for row in zip(*(c.iloc[:SAMPLE].tolist() for c in columns), strict=True)] if columns else []
    sample = [[None if _missing(v) else v for v in row] for row in sample]
    return one_date(Headed(cells, unflattened(levels), sample), part)


def _upright(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame whose columns are days and whose rows are securities, turned; any other as it is."""
    if frame.columns.nlevels > 1 or not len(frame.columns):
        return frame
    named = [label for label in frame.columns.tolist() if not looks_like_one(label)]
    if len(named) > 1 or len(frame.columns) - len(named) < 2:
        return frame
    if named and not pd.api.types.is_numeric_dtype(frame[named[0]].dtype):
        frame = frame.set_index(named[0])
    elif named or isinstance(frame.index, pd.RangeIndex) or frame.index.nlevels > 1:
        return frame
    return frame.T.rename_axis(index="date", columns=None)


def _by_content(level: pd.Index[Any], known: set[str]) -> str:
    """What a level of an index without a name holds, where no column is known for it."""
    held = level[:SAMPLE].tolist()
    dated = sum(map(looks_like_one, held))
    if 2 * dated > len(held):
        return "" if "date" in known else "date"
    return "ticker" if "ticker" not in known and not dated and all(isinstance(v, str) for v in held) else ""


def _missing(value: Any) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and value != value)


def _reset(column: pd.Series[Any]) -> pd.Series[Any]:
    """A column by position; cells that hold several values are texts of them, with commas between."""
    column = column.reset_index(drop=True)
    if column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) == "mixed":
        return column.map(lambda v: ", ".join(map(str, v)) if isinstance(v, _SEVERAL) else str(v) if _odd(v) else v)
    return column


_SEVERAL = (list, tuple, set, frozenset, np.ndarray)


def _odd(value: Any) -> bool:
    """Whether a cell cannot be compared with others: a table in a cell."""
    return getattr(type(value), "__hash__", None) is None


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
        Sentence("the column heading {label!r} is not a ticker", label=label)
        if part == "prices"
        else Sentence("the column heading {label!r} is not text", label=label),
        hint=Sentence("headings are text; dates stand in the index or in a column"),
    )
