"""Releases of US statistics, from the table that ships: consumer prices and employment."""

from __future__ import annotations

from typing import Any

from eventstudy.errors import UnknownName
from eventstudy.events.event import Event, Found
from eventstudy.events.finders._base import Finder, Finds, Ids, Query, for_tickers, within
from eventstudy.events.scheduled import RELEASES, releases
from eventstudy.language import in_language


def search(query: Query) -> Finds:
    """All releases asked for (each by default) between the dates, about the tickers that are named.

    Raises:
        UnknownName: a release that the table does not hold.
    """
    wanted = query.releases or tuple(RELEASES)
    for name in wanted:
        if name not in RELEASES:
            raise UnknownName("release", name, RELEASES)
    events, ids = [], Ids()
    for one in releases():
        if one.release in wanted:
            day = one.instant.date()
            found: dict[str, Any] = {
                "finder": "macro",
                "key": f"{one.release} {one.reference}",
                "stamp": "release",
                "precision": one.precision,
            }
            events.append(
                Event(
                    id=ids.of(f"{one.release}-{day}"),
                    title=one.what,
                    title_de=in_language(one.what, "de"),
                    announced=one.instant,
                    category=one.release,
                    sources=(one.source,),
                    found=Found(**found),
                    group=for_tickers(query.tickers),
                )
            )
    return within(Finds("macro", query, tuple(events)))


FINDER = Finder(
    "US consumer prices and employment from 2013 to 2025, by the day on which they did come out; no network",
    search,
    frozenset({"tickers", "releases"}),
)
