"""Prices that were fetched or imported earlier: the store, read without the network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from eventstudy.errors import Sentence
from eventstudy.prices._base import Fetch
from eventstudy.prices._given import Wanted, not_there
from eventstudy.prices._store import Store, Vintage, has_price
from eventstudy.prices._store_days import now
from eventstudy.prices._store_schema import is_remote, location
from eventstudy.prices._store_update import bring, take

__all__ = ["SOURCE", "Store", "Stored", "Vintage", "bring", "is_remote", "location", "now", "take"]


class Stored:
    """The price store as a source; `as_of` picks the vintage.

    Without it that is the newest one that covers the dates; with it the newest that was retrieved on that day
    (in UTC) or before, else the first one after, so that a study can be repeated however often its prices were
    fetched again since.
    """

    summary = "the price store: what was fetched or imported before, no network"

    def __init__(self, path: Path | None = None, as_of: date | None = None) -> None:
        """`path` None: the store's usual place, looked up when it is read."""
        self._path, self._as_of = path, as_of
        self._open: Store | None = None

    def at(self, as_of: date) -> Stored:
        """The store as it was known on a day."""
        return Stored(self._path, as_of)

    @property
    def tickers(self) -> list[str]:
        """The symbols that are held, sorted."""
        with Store(self._path) as store:
            return store.symbols()

    def covers(self, symbols: list[str], start: date | None, end: date | None) -> set[str]:
        """Those of the symbols of which every session from `start` to `end` is held and final, or as new as can be.

        None where a date is open or there is no store.
        """
        if start is None or end is None or not (self._path or location()).exists():
            return set()
        found, at = set(), now()
        with Store(self._path) as store:
            for symbol in symbols:
                held = store.vintages(symbol)
                vintage = _chosen(held, start, end, self._as_of, at) if held else None
                if vintage and vintage.covers(start, end, at) and (self._as_of or vintage.settled(end, at)):
                    found.add(symbol)
        return found

    def upto(self, symbol: str, start: date | None, end: date | None, beyond: date) -> date | None:
        """The last day to ask for where `end` is needed and days up to `beyond` are welcome."""
        return beyond if self.covers([symbol], start, beyond) else end

    @contextmanager
    def opened(self) -> Iterator[Stored]:
        """The same source with its file open, for many symbols in a row."""
        with Store(self._path) as store:
            source = Stored(self._path, self._as_of)
            source._open = store
            yield source

    @contextmanager
    def _store(self) -> Iterator[Store]:
        """The store, opened for the moment if it is not open."""
        if self._open is not None:
            yield self._open
        else:
            with Store(self._path) as store:
                yield store

    def fetch(self, symbol: str, start: date | None = None, end: date | None = None) -> Fetch:
        """The prices of one symbol, `start` and `end` included; a note says where the store has only a part.

        Raises:
            SymbolUnknown: the store has no price of it for these dates.
            InvalidFile, InvalidRequest, Locked: the store cannot be read.
        """
        at = now()
        with self._store() as store:
            held = store.vintages(symbol)
            if not held:
                raise not_there(Sentence("the price store"), symbol, store.symbols(), Wanted([symbol], start, end))
            vintage = _chosen(held, start, end, self._as_of, at)
            fetch = store.fetch(vintage, start, end, held)
            if not has_price(fetch):
                raise not_there(Sentence("the price store"), symbol, [symbol], Wanted([symbol], start, end))
        if vintage.covers(start, end, at):
            return fetch
        note = f"the price store only reaches from {vintage.first} to {vintage.through}"
        return replace(fetch, notes=(*fetch.notes, note))


def _chosen(held: list[Vintage], start: date | None, end: date | None, as_of: date | None, at: datetime) -> Vintage:
    """The vintage to read, of those of one symbol in the order in which they were kept."""
    pool = [v for v in held if v.covers(start, end, at)] or held
    if as_of is None:
        return pool[-1]
    past = [v for v in pool if date.fromisoformat(v.retrieved_at[:10]) <= as_of]
    return past[-1] if past else pool[0]


SOURCE = Stored()
