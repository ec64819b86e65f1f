"""Events from the world, with the time at which they were known: a finder a file.

A finder answers a `Query` with `Finds`: events that name where they were found, and what was left out and why. The same answers
of a service make the same events: nothing of the clock at which they were asked for is in them.
"""

from eventstudy.events.finders._base import Finder, Finds, LeftOut, Query, find
from eventstudy.events.finders._edgar import CONTACT
from eventstudy.events.finders._merge import Merged, merge

__all__ = ["CONTACT", "Finder", "Finds", "LeftOut", "Merged", "Query", "find", "merge"]
