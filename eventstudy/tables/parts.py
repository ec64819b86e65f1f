"""A date that stands in three columns, year, month and day, becomes one column; so does a month that stands in two."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd

from eventstudy.errors import InvalidFile
from eventstudy.language import Phrase
from eventstudy.tables.headed import Cells, Headed
from eventstudy.tables.headings import fold, roles
from eventstudy.tables.numbers import Mark
from eventstudy.tables.place import Place
from eventstudy.tables.written import YEARS, month_of

_MOST = {"month": 12, "day": 31}


def one_date(table: Headed, part: str) -> Headed:
    """The table with its date in one column, the first; as it is, where its date does not stand in several."""
    found = _found(table)
    if not found or any(table.is_dates(i, part) for i in range(len(table.levels)) if i not in found.values()):
        return table
    others = [i for i in range(len(table.levels)) if i not in found.values()]
    parts = [found[name] for name in ("year", "month", "day") if name in found]
    cells = _Joined(table.cells, parts, others)
    sample = [[_written([row[i] for i in parts]), *(row[i] for i in others if i < len(row))] for row in table.sample]
    deep = len(table.levels[0]) - 1
    levels = [("",) * deep + ("date",), *(table.levels[i] for i in others)]
    names = [table.headings[i] for i in parts]
    said = Phrase("dates from the columns {names:list}", names=names)
    cells.said = [*cells.said, said]
    return Headed(cells, levels, sample, table.titles, table.said)


def _found(table: Headed) -> dict[str, int]:
    """The columns of year, month and day, where each is there once and holds nothing else."""
    found: dict[str, int] = {}
    for i, heading in enumerate(table.headings):
        name = _names().get(fold(heading)) if heading else None
        if name is None or name in found:
            continue
        held = [_number(v) or (name == "month" and month_of(str(v))) or None for v in table.cells_of(i)]
        if held and all(v is not None and (v in YEARS if name == "year" else 1 <= v <= _MOST[name]) for v in held):
            found[name] = i
    return found if len(found) == 3 or found.keys() == {"year", "month"} else {}


@cache
def _names() -> Mapping[str, str]:
    return {word: name for word, (name, _) in roles("parts").items()}


def _number(value: Any) -> int | None:
    text = str(value).strip().removesuffix(".0")
    return int(text) if text.isdecimal() and len(text) < 5 else None


def _written(parts: list[Any]) -> str | None:
    """The date as 2025-01-27, or what stands there; None: nothing."""
    texts = ["" if v is None or v != v else str(v).strip().removesuffix(".0") for v in parts]
    return "-".join(texts) if any(texts) else None


class _Joined:
    """The cells of a table whose first column is made of several of another one's."""

    def __init__(self, cells: Cells, parts: list[int], others: list[int]) -> None:
        """Of these cells: `parts` are year, month and day, or year and month, `others` the further columns."""
        self._cells, self._parts, self._others = cells, parts, others
        self.said, self.heads = cells.said, cells.heads
        self.width, self.rows = len(others) + 1, cells.rows
        self.separator = getattr(cells, "separator", ",")
        self.odd = getattr(cells, "odd", [])
        self.odd_cells: list[tuple[list[str], InvalidFile]] = [
            (["", *(row[i] if i < len(row) else "" for i in others)], error)
            for row, error in getattr(cells, "odd_cells", [])
        ]

    @property
    def place(self) -> Place:
        """Where the table stands."""
        return self._cells.place

    @place.setter
    def place(self, place: Place) -> None:
        self._cells.place = place

    @property
    def usual(self) -> Mark | None:
        """The mark that is taken for the decimal one; known when the columns are read."""
        return self._cells.usual

    @usual.setter
    def usual(self, mark: Mark | None) -> None:
        self._cells.usual = mark

    @property
    def proved(self) -> Mark | None:
        """The mark that other columns prove; known when the columns are read."""
        return self._cells.proved

    @proved.setter
    def proved(self, mark: Mark | None) -> None:
        self._cells.proved = mark

    @property
    def comma(self) -> Phrase | None:
        """How it is said that its numbers have a decimal comma; known when the columns are read."""
        return getattr(self._cells, "comma", None)

    def begin(self, record: int, width: int) -> None:
        """The table has begun."""

    def columns(self, texts: set[int], numbers: set[int]) -> dict[int, Any]:
        """Some of the columns."""
        inner = {k: self._others[k - 1] for k in texts | numbers if k}
        asked = set(self._parts) if 0 in texts else set()
        raw = self._cells.columns({inner[k] for k in texts if k} | asked, {inner[k] for k in numbers})
        found = {k: raw[i] for k, i in inner.items()}
        if asked:
            rows = zip(*(pd.Series(raw[i]).tolist() for i in self._parts), strict=True)
            found[0] = pd.Series([_written(list(row)) for row in rows], dtype=object)
        return found
