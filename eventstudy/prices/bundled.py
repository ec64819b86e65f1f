"""Prices that ship: 16 shares and two funds, January 2024 to February 2025. The first run needs no network.

Closes are adjusted for splits, not for dividends, which stand beside them; see data/README.md.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from eventstudy.datasets import shipped
from eventstudy.errors import Sentence
from eventstudy.language import Phrase
from eventstudy.prices._base import Fetch
from eventstudy.prices._given import Wanted, not_there

if TYPE_CHECKING:
    from eventstudy.prices._table import PriceTable


@dataclass(frozen=True)
class Coverage:
    """What the sample holds: every session of its tickers from `first` to `last`, both included."""

    first: date
    last: date
    names: Mapping[str, str]
    """Ticker -> name of the company or fund."""
    exchange: Mapping[str, str]
    """Ticker -> market code."""
    currency: str


class Sample:
    """The embedded sample of prices."""

    summary = "the embedded sample: 18 US tickers, 2024-01-02 to 2025-02-14, no network"

    @property
    def tickers(self) -> list[str]:
        """The tickers of the sample, sorted; reads no prices."""
        return sorted(_coverage().names)

    def covers(self, symbol: str, start: date | None, end: date | None) -> bool:
        """Whether every session from `start` to `end` is there (None: open); reads no prices."""
        sample = _coverage()
        return (
            symbol in sample.names
            and (start is None or sample.first <= start <= sample.last)
            and (end is None or sample.first <= end <= sample.last)
        )

    def upto(self, symbol: str, start: date | None, end: date | None, beyond: date) -> date | None:
        """The last day to ask for where `end` is needed and days up to `beyond` are welcome."""
        return end and max(end, min(beyond, _coverage().last))

    def name(self, symbol: str) -> str | None:
        """The name of the company or fund, None for a ticker that is not in the sample."""
        return _coverage().names.get(symbol)

    def fetch(self, symbol: str, start: date | None = None, end: date | None = None) -> Fetch:
        """The prices of one ticker, `start` and `end` included; a note says where the sample has only a part.

        Raises:
            SymbolUnknown: the ticker, or any session from `start` to `end`, is not in the sample.
        """
        sample, table = _coverage(), _prices()
        wanted = Wanted([symbol], start, end)
        keep = wanted.on(table.close.index.to_numpy("datetime64[D]"))
        if symbol not in table.info or not keep.any():
            error = not_there(Phrase("the embedded sample"), symbol, self.tickers, wanted)
            raise (
                error
                if symbol not in table.info
                else type(error)(
                    error.what,
                    where=error.where,
                    available=Sentence("sessions from {first} to {last}", first=sample.first, last=sample.last),
                )
            )
        column = table.close.columns.get_loc(symbol)
        values = {name: frame.to_numpy()[keep, column] for name, frame in table.fields.items()}
        held = {name: v for name, v in values.items() if not np.isnan(v).all()}
        frame = pd.DataFrame(held, index=table.close.index[keep])
        notes = (
            ()
            if self.covers(symbol, start, end)
            else (
                Phrase("the embedded sample only reaches from {first} to {last}", first=sample.first, last=sample.last),
            )
        )
        return Fetch(symbol, frame, "dividends", sample.currency, sample.exchange[symbol], None, notes)


@cache
def _coverage() -> Coverage:
    told = tomllib.loads(shipped("prices", "sample.toml").read_text(encoding="utf-8"))
    listed = {ticker: market for market, tickers in told["exchange"].items() for ticker in tickers}
    return Coverage(told["first"], told["last"], told["name"], listed, told["currency"])


@cache
def _prices() -> PriceTable:
    from eventstudy.prices.csv import SOURCE as CSV

    return CSV.read(shipped("prices", "sample.csv"))


SOURCE = Sample()
