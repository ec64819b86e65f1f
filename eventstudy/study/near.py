"""Days near the windows that say nothing of how wild ordinary days are: other events of the same firm (METHODS 3.20c)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eventstudy import calendars
from eventstudy.calendars import Moment
from eventstudy.errors import InvalidRequest
from eventstudy.events import Event, News
from eventstudy.events.columns import EventColumns, coded
from eventstudy.panel import Bools, Days, Ints
from eventstudy.panel.dense import Dense, Reacted
from eventstudy.panel.left_out import by_row
from eventstudy.study.result import StudyResult

_LATEST = 7


class Other(NamedTuple):
    """Something that happened to a firm: an event of this id, or (None) its earnings."""

    ticker: str
    event_id: str | None
    moment: Moment


class Besides(NamedTuple):
    """What firms had to react to besides one event, for a study of which sums are kept."""

    others: tuple[Other, ...]
    own: bool
    """Whether the other events of the study count as well; where they are objects they stand among `others`."""
    code: Mapping[str, int] = {}
    """The number that an event of the study has in its table, by its id, of those that `others` may name."""

    def among(self, every: EventColumns) -> tuple[Besides, EventColumns]:
        """With the numbers that events have in a table of all of them, and the table, as other processes may have both."""
        named = {other.ticker for other in self.others if other.event_id is not None}
        mine = np.array([ticker in named for ticker in every.tickers], dtype=bool)
        code = {every.name(row): int(every.event[row]) for row in np.flatnonzero(mine[every.ticker]).tolist()}
        return self._replace(code=code), replace(every, name=by_row)


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
    block, of_ticker = result.panel.block, defaultdict[str, list[Other]](list)
    for other in others:
        of_ticker[other.ticker].append(other)
    days = np.concatenate([block.sessions, after.sessions], axis=1)
    left_out = near.left_out.copy()
    known: dict[tuple[str, str], tuple[NDArray[np.object_], _Moments]] = {}
    for i, pair in enumerate(result.panel.pairs):
        if not (listed := of_ticker.get(pair.ticker)):
            continue
        key = pair.ticker, result.panel.day0[i].exchange
        if key not in known:
            ids = np.array([other.event_id for other in listed], dtype=object)
            known[key] = ids, _Moments.of([other.moment for other in listed], key[1])
        ids, moments = known[key]
        row, _ = moments.on(days[block.design[i]])
        left_out[i][row[(ids != pair.event_id) & (row >= 0)]] = True
    if not left_out.any():
        return result
    returns = replace(result.returns, around=replace(near, left_out=left_out))
    return replace(result, returns=returns, portfolios=replace(result.portfolios, left_out=left_out))


def with_others(dense: Dense, events: EventColumns, every: EventColumns, besides: Besides) -> Dense:
    """A grid that knows on which days its firms had something to react to.

    `events`: those that the pairs of the grid belong to; `every`: all of these firms by their announcement, counted alike.
    """
    names = {name: i for i, name in enumerate(dense.tickers)}
    others = [other for other in besides.others if other.ticker in names]
    dated = np.array([moment is not None for moment in every.moments], dtype=bool)
    own = np.array([names.get(name, -1) for name in every.tickers], dtype=np.int64)[every.ticker]
    rows = np.flatnonzero((own >= 0) & dated[every.moment])
    rows = rows if besides.own else rows[:0]
    more, moments = coded(other.moment for other in others)
    when = _Moments.of([*(m for m in every.moments if m is not None), *moments], dense.place[0] or "")
    which = np.concatenate([(np.cumsum(dated) - 1)[every.moment[rows]], dated.sum() + more])
    security = np.concatenate([own[rows], np.array([names[other.ticker] for other in others], dtype=np.int64)])
    event = np.concatenate(
        [every.event[rows], np.array([besides.code.get(other.event_id or "", -1) for other in others], dtype=np.int64)]
    )
    row, exact = (values[which] for values in when.on(dense.sessions))
    cell = security * dense.returns.shape[1] + row
    there = np.flatnonzero(row >= 0)
    there = there[np.argsort(cell[there], kind="stable")]
    return replace(dense, reacted=Reacted(cell[there], event[there], exact[there], events.event))


class _Moments(NamedTuple):
    """K moments, and the sessions that could react first."""

    date: Days
    """(K,)"""
    late: Bools
    """(K,) after the close of that date."""
    session: Days | None
    """(K,) the first session of the exchange that could react; NaT: none; None: there is no exchange."""

    @classmethod
    def of(cls, moments: Sequence[Moment], exchange: str) -> _Moments:
        """Those of moments, on an exchange or (empty) on the days of prices."""
        date = np.array([moment.when.isoformat()[:10] for moment in moments], dtype="datetime64[D]")
        late = np.array([moment.timing == "post" for moment in moments], dtype=bool)
        if not exchange:
            return cls(date, late, None)
        session = np.full(len(moments), np.datetime64("NaT"), dtype="datetime64[D]")
        for i, moment in enumerate(moments):
            try:
                session[i] = np.datetime64(calendars.day0(moment, exchange, max_shift=_LATEST).session)
            except InvalidRequest:  # no session that could react: nothing to leave out
                continue
        return cls(date, late, session)

    def on(self, days: Days) -> tuple[Ints, Bools]:
        """(K,) which of the days, NaT before and after them, is the first that could react to each moment; -1: none.

        And (K,) whether it surely is. Without an exchange a day after the moment is the first where a day before it is known.
        """
        known = np.flatnonzero(~np.isnat(days))
        there, beyond = days[known], np.append(days[known], np.datetime64("NaT"))
        if self.session is not None:
            place = np.searchsorted(there, self.session)
            found = sure = beyond[place] == self.session
        else:
            after = np.searchsorted(there, self.date, side="right")
            place = np.where(self.late, after, np.searchsorted(there, self.date))
            sure = beyond[place] == self.date
            found = (place < len(there)) & (sure | (place > 0))
        return np.where(found, np.append(known, -1)[place], -1), sure
