"""Finds go to the end of a registry; what stands there stays as it is, byte for byte."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from eventstudy.events.event import Event, iso
from eventstudy.events.finders._base import Finds
from eventstudy.events.registry import Registry, append_events, load_registry


@dataclass(frozen=True)
class Merged:
    """What became of finds in a registry."""

    registry: Registry
    added: tuple[Event, ...]
    changed: tuple[str, ...]
    """Lines that the file has otherwise than the finder now: what to write there, by id."""
    gone: tuple[str, ...]
    """Ids of the file that the finder no longer finds where it looked."""


def merge(path: str | Path, finds: Finds) -> Merged:
    """Write new events at the end of a TOML registry, made where there is none.

    An event is known by finder and key. One whose moment changed is not touched: the line to change is named.

    Raises:
        InvalidFile: the file is no registry, holds another event of a new id, or cannot be written.
    """
    path = Path(path)
    there = load_registry(path) if os.path.exists(path) and path.read_bytes().strip() else Registry()
    known = {(e.found.finder, e.found.key): e for e in there if e.found}
    new, changed, seen = [], [], set()
    for event in finds.events:
        if event.found is None:
            continue
        key = (event.found.finder, event.found.key)
        seen.add(key)
        mine = known.get(key)
        if mine is None:
            new.append(event)
        elif mine.announced != event.announced:
            changed.append(f"{mine.id}: announced = {iso(event.announced)}  # stands there as {iso(mine.announced)}")
    left_out = {one.key for one in finds.left_out}
    gone = [e.id for key, e in known.items() if key not in seen and key[1] not in left_out and _looked_for(e, finds)]
    registry = append_events(path, new) if new else there
    return Merged(registry, tuple(new), tuple(changed), tuple(gone))


def _looked_for(event: Event, finds: Finds) -> bool:
    """Whether an event of the file would be among these finds: of this finder, these tickers and dates."""
    if event.found is None or event.found.finder != finds.finder or not finds.query.covers(event.announced):
        return False
    query = finds.query
    if query.forms or query.items or query.releases:
        return False  # a narrower question says nothing of the others
    return not query.tickers or bool(set(event.tickers) & set(query.tickers))
