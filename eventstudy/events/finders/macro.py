"""Releases of US statistics: consumer prices and employment from the table that ships, national accounts from the BEA."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from eventstudy.errors import UnknownName
from eventstudy.events.event import Event, Found
from eventstudy.events.finders import _bea
from eventstudy.events.finders._base import Finder, Finds, Ids, Query, beyond, for_tickers, within
from eventstudy.events.scheduled import RELEASES, releases
from eventstudy.language import Phrase, in_language

ASKED = {"gdp": Phrase("US gross domestic product")}
"""Releases that no table holds: whoever names one asks the agency's calendar."""


def search(query: Query) -> Finds:
    """All releases asked for (those of the table by default) between the dates, about the tickers that are named.

    Raises:
        UnknownName: a release that nobody knows. SourceError: as their names say, where the BEA is asked.
    """
    known = RELEASES | ASKED
    wanted = query.releases or tuple(RELEASES)
    for name in wanted:
        if name not in known:
            raise UnknownName("release", name, known)
    ids = Ids()

    def event(release: str, key: str, what: str, when: datetime, stamp: str, source: str, precision: str) -> Event:
        found: dict[str, Any] = {"finder": "macro", "key": f"{release} {key}", "stamp": stamp, "precision": precision}
        return Event(
            id=ids.of(f"{release}-{when.date()}"),
            title=what,
            title_de=in_language(what, "de"),
            announced=when,
            category=release,
            sources=(source,),
            found=Found(**found),
            group=for_tickers(query.tickers),
        )

    events = [
        event(one.release, one.reference, one.what, one.instant, "release", one.source, one.precision)
        for one in releases()
        if one.release in wanted
    ]
    notes: list[Phrase] = []
    for name in dict.fromkeys(wanted):
        notes += beyond(query, name, [e.announced for e in events if e.category == name])
    calendar = _bea.releases() if "gdp" in wanted else _bea.Scheduled(())
    events += [
        event("gdp", str(when.date()), ASKED["gdp"], when, "scheduled", _bea.ADDRESS, "minute")
        for when in calendar.instants
    ]
    notes += calendar.notes
    return within(Finds("macro", query, tuple(events), (), tuple(notes), calendar.requests, calendar.kept))


FINDER = Finder(
    "US jobs (from 2000) and consumer prices (from 2013) to May 2026, no network; --release gdp: calendar of the BEA",
    search,
    frozenset({"tickers", "releases"}),
)
