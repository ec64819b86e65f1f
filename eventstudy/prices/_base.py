"""What a price source is, and what it hands over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from os import PathLike
from typing import TYPE_CHECKING, Literal, Protocol

import pandas as pd

if TYPE_CHECKING:
    from eventstudy.prices._table import PriceTable
    from eventstudy.tables.place import Reading

Basis = Literal["dividends", "adj_close", "as_given", "returns"]
"""How a total return is had: from close and dividend, from the adjusted close, from the price as given, or given itself."""

FIELDS = ("open", "high", "low", "close", "adj_close", "volume", "dividend", "split")
"""Columns a frame of prices may have; `close` is a must.

Prices are split-adjusted; a split is new shares per old one. NaN in `dividend` and `split` means that there
was none that day; no source writes a zero there.
"""


@dataclass(frozen=True)
class Fetch:
    """One symbol's daily prices as a source delivered them.

    `frame`: index = sessions (naive, midnight, ascending, unique, exchange-local dates), columns = some of
    `FIELDS`, floats; NaN = the source has no value for that session. `notes` are sentences about what was
    found odd in the answer.
    """

    symbol: str
    frame: pd.DataFrame
    basis: Basis
    currency: str | None = None
    exchange: str | None = None
    """ISO 10383 market code (XNYS), where the source tells."""
    retrieved_at: str | None = None
    """ISO 8601 in UTC; None where the data carry no such time."""
    notes: tuple[str, ...] = ()
    origin: str | None = None
    """The source that the store has it from; None: it comes from the source that was asked."""


class PriceSource(Protocol):
    """A place prices come from, asked one symbol at a time.

    Each is a file of `eventstudy/prices/`, in its attribute `SOURCE`. One that can list its symbols does so
    in a property `tickers`; it is then asked for all of them when no ticker is named.
    """

    summary: str
    """One line for `eventstudy methods sources`."""

    def fetch(self, symbol: str, start: date | None, end: date | None) -> Fetch:
        """Daily prices of one symbol, `start` and `end` included; None = as far as the source reaches.

        Raises:
            SymbolUnknown, SourceDown, SourceMalformed, SourceRateLimited: the source did not deliver.
            InvalidFile: a file cannot be read as prices.
            InvalidRequest: the source needs both dates.
        """
        ...


class FileSource(Protocol):
    """A kind of file prices come from, read as a whole: the other shape a `SOURCE` may have."""

    summary: str

    def read(
        self,
        path: str | PathLike[str],
        tickers: Sequence[str] | None = None,
        start: date | None = None,
        end: date | None = None,
        reading: Reading | None = None,
    ) -> PriceTable:
        """The prices of `tickers` (None: all), `start` and `end` included; what lacks is in `missing`.

        `reading` says what the file itself leaves open, such as the order of a date's parts.

        Raises:
            InvalidFile: the file cannot be read as prices.
        """
        ...


class FactorSource(Protocol):
    """A place factors come from: the third shape a `SOURCE` may have."""

    summary: str

    def factors(self, names: Iterable[str], last: date | None = None, *, monthly: bool = False) -> pd.DataFrame:
        """The factors of these names and `rf` as decimals, index = sessions or last days of months; they should reach `last`.

        Raises:
            SourceError: they cannot be had. InvalidRequest: there is no such factor.
        """
        ...
