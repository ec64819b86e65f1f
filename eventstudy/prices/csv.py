"""Prices from a text file: comma, semicolon or tab separated, long or wide, of one ticker or many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from os import PathLike

from eventstudy.prices._files import read_file
from eventstudy.prices._given import Wanted
from eventstudy.prices._table import PriceTable
from eventstudy.tables.place import Reading


class TableFile:
    """Files of one kind that hold tables of prices; what a file is is seen from its bytes."""

    def __init__(self, summary: str, suffixes: tuple[str, ...]) -> None:
        """`summary` is its line in the list of sources."""
        self.summary, self.suffixes = summary, suffixes

    def read(
        self,
        path: str | PathLike[str],
        tickers: Sequence[str] | None = None,
        start: date | None = None,
        end: date | None = None,
        reading: Reading | None = None,
    ) -> PriceTable:
        """The prices of `tickers` (None: all) from `start` to `end`, both included; what lacks is in `missing`.

        Raises:
            InvalidFile: the file cannot be read as prices, or in two ways; says where, and what settles it.
        """
        return read_file(path, Wanted(tickers, start, end), reading)


SOURCE = TableFile(
    "a text file (CSV, TSV, TXT): ticker,date,close,... or date and one column a ticker", (".csv", ".tsv", ".txt")
)
