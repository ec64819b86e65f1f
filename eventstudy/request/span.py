"""From which day to which a request needs prices."""

from __future__ import annotations

import datetime as dt

from eventstudy import calendars
from eventstudy.calendars import Moment
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.events import Event
from eventstudy.study.study import DEFAULT_BENCHMARK, chosen_moment


def days_needed(
    events: list[Event], config: StudyConfig, day0: str | dt.date, after: int = 0
) -> tuple[dt.date, dt.date]:
    """First and last calendar day that any pair needs: one session before the estimation window to the event window's end.

    With `after`, to so many sessions after it.
    """
    days: list[dt.date] = []
    for event in events:
        moment = chosen_moment(event, day0)
        moment = moment and config.level_moment(moment)
        if moment and config.calendar is None:
            days += _roughly(moment, config, after)
            continue
        grids = {
            (calendars.exchange_of(t), calendars.exchange_of(benchmark_of(event, t, config)))
            for t in (event.tickers if moment else ())
        }
        for home, abroad in grids:
            room = 0 if home == abroad else 30  # shared sessions are fewer
            days += _needed(moment, home, config, room, after) if moment else []
    if not days:
        raise InvalidRequest(
            Sentence("no event has a day 0 and a ticker"),
            hint=Sentence("eventstudy events show ID shows what an event has"),
        )
    return min(days), max(days)


def benchmark_of(event: Event, ticker: str, config: StudyConfig) -> str:
    """What a ticker of an event is compared with."""
    return config.benchmark_for(ticker, event.benchmark_of(ticker)) or DEFAULT_BENCHMARK


def _needed(moment: Moment, exchange: str, config: StudyConfig, room: int, after: int) -> list[dt.date]:
    first = calendars.day0(moment, exchange, max_shift=config.max_shift).session
    low, high = calendars.reach(exchange)
    if not config.clock.daily:
        ahead = max(config.reach.end, config.event_window.end + after)
        before = config.clock.moved(first, config.reach.start - 2)
        return [max(before, low), min(config.clock.moved(first, ahead + (config.event_period == "next")), high)]
    try:
        end = calendars.shift(exchange, first, max(config.reach.end, config.event_window.end + after))
    except InvalidRequest:  # the calendar ends inside the event window: told by the result
        end = high
    try:
        start = calendars.shift(exchange, first, config.reach.start - 1)
    except InvalidRequest:
        start = low
    return [start - dt.timedelta(days=room), end + dt.timedelta(days=room)]


def _roughly(moment: Moment, config: StudyConfig, after: int) -> list[dt.date]:
    """As `_needed` where the dates of the prices are the sessions: markets are open on two days of three, and more."""
    day = moment.when.date() if isinstance(moment.when, dt.datetime) else moment.when
    sessions = 1 - config.reach.start, max(config.reach.end, config.event_window.end + after)
    back, ahead = (dt.timedelta((1.6 if config.clock.daily else config.clock.days) * n + 30) for n in sessions)
    return [day - back, day + ahead]
