"""What a price source is, and what it hands over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

import pandas as pd

Basis = Literal["dividends", "adj_close", "as_given"]
"""How a total return is had: from close and dividend, from the adjusted close, or from the price as the user gave it."""

FIELDS = ("open", "high", "low", "close", "adj_close", "volume", "dividend", "split")
"""Columns a frame of prices may have; `close` is a must. Prices are split-adjusted; a split is new shares per old one."""


@dataclass(frozen=True)
class Fetch:
    """One symbol's daily prices as a source delivered them.

    `frame`: index = sessions (naive, midnight, ascending, unique, exchange-local dates), columns = some of `FIELDS`, floats.
    NaN = the source has no value for that session. `notes` are sentences about what was found odd in the answer.
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


class PriceSource(Protocol):
    """A place prices come from: one file of `eventstudy/prices/` each, in its attribute `SOURCE`."""

    summary: str
    """One line for `eventstudy methods sources`."""

    def fetch(self, symbol: str, start: date, end: date) -> Fetch:
        """Daily prices of one symbol, `start` and `end` included.

        Raises:
            SymbolUnknown, SourceDown, SourceMalformed, SourceRateLimited: the source did not deliver.
            InvalidFile: a file cannot be read as prices.
        """
        ...
