"""Who and when: events, their registry, and the files they are read from."""

from eventstudy.calendars import Moment
from eventstudy.events.chosen import chosen_moment, moment_of_day, policy_of
from eventstudy.events.event import Claim, Event, Found, Group
from eventstudy.events.faults import BadRow, InvalidRecord
from eventstudy.events.importers import single_event
from eventstudy.events.news import News, read_calendar, read_earnings, shipped_calendar, shipped_earnings
from eventstudy.events.registry import (
    SUFFIXES,
    Registry,
    append_event,
    append_events,
    as_events,
    from_frame,
    import_requests,
    load_registry,
    rows_of_file,
    shipped_registry,
)
from eventstudy.events.when import parse_when

__all__ = [
    "SUFFIXES",
    "BadRow",
    "Claim",
    "Event",
    "Found",
    "Group",
    "InvalidRecord",
    "Moment",
    "News",
    "Registry",
    "append_event",
    "append_events",
    "as_events",
    "chosen_moment",
    "from_frame",
    "import_requests",
    "load_registry",
    "moment_of_day",
    "parse_when",
    "policy_of",
    "read_calendar",
    "read_earnings",
    "rows_of_file",
    "shipped_calendar",
    "shipped_earnings",
    "shipped_registry",
    "single_event",
]
