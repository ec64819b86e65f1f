"""Bring a series of the store up to date: ask the source for no more than is needed, and keep what it gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from eventstudy.errors import InvalidFile, InvalidRequest, Locked, Sentence
from eventstudy.prices._base import Fetch, PriceSource
from eventstudy.prices._store import Store, Vintage
from eventstudy.prices._store_days import OVERLAP, ahead, instant, now, session_before
from eventstudy.prices._store_join import Apart

WHOLE_AGAIN = timedelta(days=30)
"""After so long all of a series is fetched again, not only its end."""


class Ask(NamedTuple):
    """The days to ask a source for; `whole`: they take in all that is held."""

    first: date
    last: date
    whole: bool


class Brought(NamedTuple):
    """What is held now, and whether the source had to be asked for it."""

    vintage: Vintage
    asked: bool


def plan(
    store: Store, held: Vintage | None, start: date, end: date, at: datetime, *, force: bool = False
) -> Ask | None:
    """What to ask for so that `start` to `end` is held; None: nothing, it is there and will not change.

    A series is held without holes: what lies between the days held and those wanted is asked for too.
    """
    if held is None:
        return Ask(start, end, True)
    all_of_it = Ask(min(start, held.first), max(end, held.through), True)
    if force or start < held.first or held.ahead(at):
        return all_of_it
    if held.covers(start, end, at) and held.settled(end, at):
        return None
    whole = store.whole_since(held)
    if at - instant(whole) > WHOLE_AGAIN or ahead(whole, at):
        return all_of_it
    known = session_before(held.home, held.final_through, OVERLAP)
    return Ask(max(held.first, known), all_of_it.last, known <= held.first)


def bring(
    store: Store,
    name: str,
    source: PriceSource,
    symbol: str,
    start: date,
    end: date,
    *,
    force: bool = False,
    at: datetime | None = None,
) -> Brought:
    """Hold `start` to `end` of a symbol from the source called `name`; `force` asks for all of it in any case.

    Raises:
        SourceError: the source did not deliver; what was held stays. Also what `Store.keep` raises.
    """
    at = at or now()
    held = store.newest(symbol, name)
    ask = plan(store, held, start, end, at, force=force)
    if ask is None:
        assert held is not None
        return Brought(held, False)
    if not ask.whole:
        part = source.fetch(symbol, ask.first, ask.last)
        try:
            return Brought(store.keep(name, part, ask.first, ask.last, whole=False, at=at), True)
        except Apart:
            assert held is not None
            ask = Ask(min(start, held.first), ask.last, True)
    everything = source.fetch(symbol, ask.first, ask.last)
    return Brought(_keep_all(store, name, everything, ask, force, at), True)


def _keep_all(store: Store, name: str, fetch: Fetch, ask: Ask, force: bool, at: datetime) -> Vintage:
    try:
        return store.keep(name, fetch, ask.first, ask.last, force=force, at=at)
    except Apart as apart:  # another process has taken in more days since we looked
        raise _at_work(store, fetch, apart) from apart


def take(store: Store, name: str, fetch: Fetch, first: date, last: date) -> Vintage:
    """Keep what a file holds from `first` to `last`, beside the days that are held already; whoever else writes.

    Raises:
        Locked: others took in more days again and again. Also what `Store.keep` raises.
    """
    for left in range(_TRIES - 1, -1, -1):
        held = store.newest(fetch.symbol, name)
        reach = (min(first, held.first), max(last, held.through)) if held else (first, last)
        try:
            return store.keep(name, fetch, *reach)
        except Apart as apart:
            if not left:
                raise _at_work(store, fetch, apart) from apart
    raise AssertionError("unreachable: the last try returns or raises")


_TRIES = 5


def _at_work(store: Store, fetch: Fetch, apart: Apart) -> Locked:
    return Locked(
        Sentence("another process works on {symbol}: {apart}", symbol=fetch.symbol, apart=apart),
        where=str(store.path),
        hint=Sentence("try again"),
    )


class Keeping:
    """A source whose answers are kept in the store; a store that is out of order is told in the notes, and no more."""

    def __init__(self, name: str, source: PriceSource, path: Path | None = None) -> None:
        """The source called `name`; `path` None: the store's usual place."""
        self.summary, self._name, self._source, self._path = source.summary, name, source, path
        self._last: tuple[Ask, Fetch] | None = None

    def fetch(self, symbol: str, start: date | None, end: date | None) -> Fetch:
        """As the source itself, through the store; see `PriceSource.fetch`."""
        if start is None or end is None:
            return self._source.fetch(symbol, start, end)
        self._last = None
        try:
            with Store(self._path, write=True) as store:
                vintage, _ = bring(store, self._name, _Watched(self, self._source), symbol, start, end)
                return store.fetch(vintage, start, end)
        except (InvalidFile, InvalidRequest, Locked) as error:
            fetch = self._asked_already(start, end) or self._source.fetch(symbol, start, end)
            return replace(fetch, notes=(*fetch.notes, f"not kept in the price store: {error.what}"))

    def note(self, ask: Ask, fetch: Fetch) -> None:
        """Remember the last answer, which is good even where it cannot be kept."""
        self._last = ask, fetch

    def _asked_already(self, start: date, end: date) -> Fetch | None:
        if self._last is None or self._last[0].first > start or self._last[0].last < end:
            return None
        fetch = self._last[1]
        return replace(fetch, frame=fetch.frame.loc[start.isoformat() : end.isoformat()])


class _Watched:
    """A source that tells what it gave."""

    def __init__(self, listener: Keeping, source: PriceSource) -> None:
        self.summary, self._listener, self._source = source.summary, listener, source

    def fetch(self, symbol: str, start: date | None, end: date | None) -> Fetch:
        fetch = self._source.fetch(symbol, start, end)
        assert start is not None
        assert end is not None
        self._listener.note(Ask(start, end, True), fetch)
        return fetch
