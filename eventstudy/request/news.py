"""What else was going on, of what ships and of what the user names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from eventstudy.analyses.confounders import Confounders, confounders
from eventstudy.calendars import Moment
from eventstudy.config import StudyConfig
from eventstudy.errors import SourceDown, SourceError, SourceRateLimited
from eventstudy.events import (
    Event,
    News,
    Registry,
    read_calendar,
    read_earnings,
    shipped_calendar,
    shipped_earnings,
)
from eventstudy.language import Phrase
from eventstudy.language.messages import Message
from eventstudy.prices import PriceTable
from eventstudy.study.near import Besides, leaving_out, others
from eventstudy.study.result import StudyResult


def other_news(
    result: StudyResult,
    table: PriceTable,
    known: Registry,
    earnings: str | Path | None,
    news: str | Path | Sequence[str | Path],
) -> Confounders:
    """What else happened on the days of a study: other events, calendars and earnings, those that ship and those named.

    Its result judges storms without days on which a firm had something else to react to; its other events are no such
    things where the study leaves nothing out because of them (`mask_other_events`).
    """
    files = (news,) if isinstance(news, str | Path) else news
    reported, said = _earnings(earnings, result)
    named = [entry for file in files for entry in read_calendar(file)]
    said += _of_no_event(named, {event.id for event in (*known, *result.events)})
    calendar = [*shipped_calendar(), *named]
    events = () if result.config.mask_other_events is None else (*known, *result.events)
    result = leaving_out(result, others(events, reported))
    return confounders(result, table, others=known, calendar=calendar, earnings=reported, noticed=said)


def besides(known: Registry, events: object, config: StudyConfig) -> Besides | None:
    """The same for a study of which sums are kept: other events and the earnings that ship; None where rows are no days."""
    if not config.clock.daily:
        return None
    masked = config.mask_other_events is not None
    named = list(events) if isinstance(events, Registry) else [events] if isinstance(events, Event) else []
    found = others((*known, *named) if masked else (), shipped_earnings())
    return Besides(tuple(found), own=masked and not named)


def _of_no_event(named: Sequence[News], known: Collection[str]) -> list[Message]:
    """What to say of news that names an event that there is not: it counts for none."""
    lost: dict[str, dict[str, None]] = {}
    for entry in named:
        if entry.event_id is not None and entry.event_id not in known:
            lost.setdefault(entry.origin, {})[entry.event_id] = None
    return [Message.of("SOURCE_NOTE.no_event", file=file, ids=list(ids)) for file, ids in lost.items()]


def _earnings(where: str | Path | None, result: StudyResult) -> tuple[list[News], list[Message]]:
    """The earnings that ship, with those of a file or of Yahoo's calendar, and what could not be had."""
    shipped = list(shipped_earnings())
    if where is None:
        return shipped, []
    if str(where) != "yahoo":
        return [*shipped, *read_earnings(where)], []
    from eventstudy.prices import yahoo

    found: list[News] = []
    said: list[Message] = []
    for ticker in dict.fromkeys(pair.ticker for pair in result.panel.pairs):
        try:
            stamps = yahoo.SOURCE.earnings(ticker)
        except SourceError as error:
            why = Phrase.quoted(" ".join(str(error).split()))
            said.append(Message.of("SOURCE_NOTE.earnings", None, ticker, note=why))
            if isinstance(error, SourceRateLimited | SourceDown):
                said.append(Message.of("SOURCE_NOTE.stopped", after=ticker))
                break
            continue
        found += [News(Moment(stamp), "earnings", ticker, None, "yahoo") for stamp in stamps]
    covered = {entry.ticker for entry in found}
    return [*(entry for entry in shipped if entry.ticker not in covered), *found], said
