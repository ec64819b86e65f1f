"""Events from the world, with the time at which they were known: a finder a file.

A finder answers a `Query` with `Finds`: events that name where they were found, and what was left out and why. The same answers
of a service make the same events: nothing of the clock at which they were asked for is in them.
"""

from eventstudy.events.event import Event
from eventstudy.events.finders._base import Finder, Finds, LeftOut, Query, find
from eventstudy.events.finders._edgar import CONTACT
from eventstudy.events.finders._merge import Merged, merge

__all__ = ["CONTACT", "Finder", "Finds", "LeftOut", "Merged", "Query", "find", "merge", "scheduled_event"]


def scheduled_event(id: str) -> Event | None:
    """The decision or release of that id (`fomc-2024-12-18`, `cpi-2025-01-15`), about no ticker; None where there is none."""
    finder = {"fomc": "fomc", "cpi": "macro", "jobs": "macro"}.get(id.partition("-")[0])
    found = find(finder).events if finder else ()
    return next((event for event in found if event.id == id), None)
