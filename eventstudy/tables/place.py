"""What was given, as messages name it, and what a person has said of how it is to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from eventstudy.errors import InvalidFile, Sentence
from eventstudy.language import Phrase

TABLES = (
    ".csv",
    ".tsv",
    ".txt",
    ".tab",
    ".dat",
    ".xlsx",
    ".xlsm",
    ".xlsb",
    ".xls",
    ".ods",
    ".parquet",
    ".pq",
    ".feather",
    ".arrow",
    ".zip",
    ".gz",
)
"""What files of tables are called."""
DOCUMENTS = (".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".md")
"""And those that hold other things as often: read where they are named, not looked for in folders."""

ADD_ROW = Sentence("add a row below the column names")
"""What to do about a table without rows."""


@dataclass(frozen=True)
class Reading:
    """What a person has said of a table, where it could mean two things; None: what the table itself says."""

    dates: Literal["dmy", "mdy", "ymd"] | None = None
    """The order of day, month and year."""
    decimal: Literal["comma", "point"] | None = None
    values: Literal["close", "returns", "levels"] | None = None
    """What the numbers are; levels, such as yields, may be zero or negative."""
    unit: Literal["percent", "decimal", "bp"] | None = None
    """Of returns."""
    ticker: str | None = None
    """Whose prices a table is of that names nobody."""
    strict: bool = False
    """Whether one bad row or cell refuses the whole, not its own security alone."""
    explain: bool = False
    """Whether is told in full what the table was taken for (`PriceTable.explained`)."""
    times: Literal["written", "after", "before"] | None = None
    """Which day the times of a table of prices are of: the one that is written, the day after, or the day before."""


_IN_THE_TABLE = {
    "--dates": Phrase("write dates as 2025-01-27"),
    "--times": Phrase("write the dates of the sessions, as 2025-01-27"),
    "--decimal": Phrase("write numbers with a decimal point, and nothing between thousands"),
}
"""What to do in a table itself about what an option settles in others."""


@contextmanager
def beyond_options() -> Iterator[None]:
    """Read a table that the options of `Reading` do not reach: what is wrong with it is told with what to do in it."""
    try:
        yield
    except InvalidFile as error:
        error.hint = next((hint for option, hint in _IN_THE_TABLE.items() if option in (error.hint or "")), error.hint)
        raise


@dataclass(frozen=True)
class Place:
    """What was given, as messages name it, and how a person finds the i-th row of the table in it."""

    name: str
    row: Callable[[int], str]

    def fault(
        self,
        what: str,
        *,
        row: int | None = None,
        column: str | None = None,
        available: str | None = None,
        hint: str | None = None,
    ) -> InvalidFile:
        """The error to raise about a row (counted from 0) and a column of this place."""
        return InvalidFile(what, where=self.where(row, column), available=available, hint=hint)

    def cells(self, shown: Sequence[tuple[int, object]]) -> str:
        """What stands in some rows, as it stands there; of many, the first three."""
        rows = [Sentence("{row}: {value}", row=self.row(i), value=value) for i, value in shown]
        return Phrase("{rows:some}", rows=rows)

    def where(self, row: int | None = None, column: str | None = None) -> str:
        """A row and a column of this place in words."""
        spot = self.name if row is None else Phrase("{name}, {row}", name=self.name, row=self.row(row))
        return Phrase("{spot}, column {column}", spot=spot, column=column) if column else spot
