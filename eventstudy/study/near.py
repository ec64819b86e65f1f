"""Days near the windows that say nothing of how wild ordinary days are: other events of the same firm (METHODS 3.20c)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from eventstudy import calendars
from eventstudy.calendars import Moment
from eventstudy.errors import InvalidRequest
from eventstudy.events import Event, News
from eventstudy.panel import Bools, Days
from eventstudy.study.result import StudyResult

_LATEST = 7


class Other(NamedTuple):
    """Something that happened to a firm: an event of this id, or (None) its earnings."""

    ticker: str
    event_id: str | None
    moment: Moment


def others(known: Iterable[Event], reported: Iterable[News]) -> list[Other]:
    """What each firm had to react to besides: events, and its earnings."""
    found = [
        Other(ticker, event.id, moment)
        for event in known
        for moment in (event.moment("announced"), event.moment("recognised"))
        if moment is not None
        for ticker in event.tickers
    ]
    return list(dict.fromkeys([*found, *(Other(e.ticker, None, e.moment) for e in reported if e.ticker)]))


def leaving_out(result: StudyResult, others: Iterable[Other]) -> StudyResult:
    """The result whose near days are without those on which a pair's firm had something else to react to."""
    near, after = result.returns.around, result.panel.after
    if near is None or after is None:
        return result
    block, listed = result.panel.block, list(others)
    days = np.concatenate([block.sessions, after.sessions], axis=1)
    left_out = near.left_out.copy()
    for i, pair in enumerate(result.panel.pairs):
        own = days[block.design[i]]
        for other in listed:
            if other.ticker == pair.ticker and other.event_id != pair.event_id:
                left_out[i] |= _session(other.moment, result.panel.day0[i].exchange, own)
    if not left_out.any():
        return result
    returns = replace(result.returns, around=replace(near, left_out=left_out))
    return replace(result, returns=returns, portfolios=replace(result.portfolios, left_out=left_out))


def _session(moment: Moment, exchange: str, days: Days) -> Bools:
    """Which of the days, if any, is the first that could react to a moment."""
    first = np.datetime64(moment.when.isoformat()[:10], "D")
    known = np.flatnonzero(~np.isnat(days))
    found = np.zeros(len(days), dtype=bool)
    if not len(known) or not days[known[0]] <= first <= days[known[-1]]:
        return found
    if exchange:
        try:
            session = np.datetime64(calendars.day0(moment, exchange, max_shift=_LATEST).session)
        except InvalidRequest:  # no session that could react: nothing to leave out
            return found
        return np.asarray(days == session, dtype=bool)
    later = known[days[known] > first] if moment.timing == "post" else known[days[known] >= first]
    found[later[:1]] = True
    return found
