"""The clock of a vendor beside that of the filings: where they put day 0 on different sessions, the event says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from eventstudy import calendars
from eventstudy.calendars import Moment
from eventstudy.errors import SourceError, SourceRateLimited, UnknownName
from eventstudy.events import Event
from eventstudy.events.finders import Finds
from eventstudy.language import Phrase

_NEAR = timedelta(days=10)


def with_vendor(finds: Finds, vendor: str) -> Finds:
    """The finds, with CLOCKS_DISAGREE on each whose nearest stamp of the vendor leads to another day 0; the filing leads.

    A vendor that does not answer for a ticker is named in a note.

    Raises:
        UnknownName: no such vendor. SourceRateLimited: it asks us to wait.
    """
    if vendor != "yahoo":
        raise UnknownName("vendor of earnings dates", vendor, ["yahoo"])
    from eventstudy.prices import yahoo

    notes, stamps = list(finds.notes), dict[str, tuple[datetime, ...]]()
    for ticker in dict.fromkeys(event.tickers[0] for event in finds.events if event.tickers):
        try:
            stamps[ticker] = yahoo.SOURCE.earnings(ticker)
        except SourceRateLimited:
            raise
        except SourceError as error:
            notes.append(
                Phrase("{vendor} has no dates of {ticker}: {why}", vendor=vendor, ticker=ticker, why=error.what)
            )
    events = []
    for event in finds.events:
        other = _nearest(event, stamps.get(event.tickers[0], ()) if event.tickers else ())
        if other is None or event.category != "earnings" or event.found is None:
            events.append(event)
            continue
        home = calendars.exchange_of(event.tickers[0])
        own = calendars.day0(Moment(event.announced, event.timing), home).session
        theirs = calendars.day0(Moment(other), home).session
        if own == theirs:
            events.append(event)
            continue
        said = {"event": event.id, "own": own, "vendor": vendor, "theirs": theirs, "stamp": other.isoformat()}
        notes.append(
            Phrase("{event}: day 0 is {own} by the filing, {theirs} by {vendor} ({stamp}): the filing leads", **said)
        )
        found = event.found.model_copy(update={"flags": (*event.found.flags, "CLOCKS_DISAGREE")})
        events.append(event.model_copy(update={"found": found}))
    return replace(finds, events=tuple(events), notes=tuple(notes))


def _nearest(event: Event, stamps: tuple[datetime, ...]) -> datetime | None:
    """The stamp nearest to the event, if it can be about the same report."""
    day: date = event.announced.date() if isinstance(event.announced, datetime) else event.announced
    near = [stamp for stamp in stamps if abs(stamp.date() - day) <= _NEAR]
    return min(near, key=lambda stamp: abs(stamp.date() - day), default=None)
