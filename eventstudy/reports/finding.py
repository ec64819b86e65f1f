"""The finders of a study file: before its reports are brought up to date, its registries get what is new.

[[find]]
finder = "earnings"    tickers = ["NVDA"]    since = 2022-01-01    registry = "nvda.toml"

A finder that fails leaves its registry as it is, and the reports are made of what stands there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from eventstudy.errors import EventStudyError, SourceDown, SourceRateLimited
from eventstudy.events.finders import find, merge


@dataclass(frozen=True)
class Search:
    """What a study file wants to have found, and the registry that gets it."""

    finder: str
    registry: Path
    words: dict[str, Any]


@dataclass(frozen=True)
class Searched:
    """What became of a search."""

    finder: str
    registry: str
    added: tuple[str, ...] = ()
    """Ids of the events that are new."""
    told: tuple[str, ...] = ()
    """What to know: times that changed, what was left out, why nothing was found."""
    incomplete: bool = False
    """Whether something is missing or to be changed by hand: exit code 4."""
    again: bool = False
    """Whether it was told to come back later: exit code 75."""

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {**vars(self), "added": list(self.added), "told": list(self.told)}


def searched(searches: Sequence[Search], as_of: date | None) -> tuple[Searched, ...]:
    """Ask each finder and add what is new to its registry."""
    return tuple(_one(search, as_of) for search in searches)


def _one(search: Search, as_of: date | None) -> Searched:
    plain = Searched(search.finder, str(search.registry))
    try:
        found = find(search.finder, **search.words, as_of=as_of)
        merged = merge(search.registry, found)
    except EventStudyError as error:
        again = isinstance(error, SourceRateLimited | SourceDown)
        return replace(plain, told=(error.what,), incomplete=True, again=again)
    lacking = [f"left out {one.key}: {one.reason}" for one in found.left_out if not one.wanted]
    gone = [f"no longer found: {id}" for id in merged.gone]
    changed = [f"changed, and left as it is: {line}" for line in merged.changed]
    return replace(
        plain,
        added=tuple(event.id for event in merged.added),
        told=(*map(str, found.notes), *changed, *gone, *lacking),
        incomplete=bool(lacking or changed),
    )
