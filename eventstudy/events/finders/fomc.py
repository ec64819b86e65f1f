"""Decisions of the rate committee of the Federal Reserve, from the table that ships."""

from __future__ import annotations

from typing import Any

from eventstudy.events.event import Event, Found
from eventstudy.events.finders._base import Finder, Finds, Ids, Query, beyond, for_tickers, within
from eventstudy.events.scheduled import decisions
from eventstudy.language import in_language


def search(query: Query) -> Finds:
    """All decisions between the dates asked for, about the tickers that are named."""
    events, ids = [], Ids()
    for one in decisions():
        day = one.instant.date()
        kinds = {"press conference": one.press, "projections": one.projections, "unscheduled": not one.scheduled}
        found: dict[str, Any] = {
            "finder": "fomc",
            "key": day.isoformat(),
            "stamp": "scheduled" if one.scheduled else "release",
            "precision": one.precision,
        }
        events.append(
            Event(
                id=ids.of(f"fomc-{day}"),
                title=one.what,
                title_de=in_language(one.what, "de"),
                announced=one.instant,
                category="fomc",
                tags=tuple(kind for kind, so in kinds.items() if so),
                sources=(one.source,),
                found=Found(**found),
                group=for_tickers(query.tickers),
            )
        )
    notes = beyond(query, "fomc", [event.announced for event in events])
    return within(Finds("fomc", query, tuple(events), notes=tuple(notes)))


FINDER = Finder(
    "decisions of the Federal Reserve from 2000 to 2026, with their time; no network", search, frozenset({"tickers"})
)
