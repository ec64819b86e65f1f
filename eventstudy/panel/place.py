"""Day 0 of the pairs of a study, before any return is looked at (METHODS 0.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

import numpy as np
import pandas as pd

from eventstudy import calendars
from eventstudy.calendars import Day0, Moment
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidRequest
from eventstudy.events.columns import EventColumns
from eventstudy.language import Phrase
from eventstudy.language.messages import sentence
from eventstudy.panel.block import Bools, Days, Ints
from eventstudy.panel.homes import OwnDays, exchange_beside, home_of, opened_by, own_days
from eventstudy.panel.left_out import LeftOut, in_full
from eventstudy.prices import PriceTable
from eventstudy.tables.dates import days_on


@dataclass(frozen=True)
class Placed:
    """E pairs with their day 0, before any return is looked at."""

    rows: Ints
    """(E,) rows of the table of events."""
    benchmark: Ints
    """(E,) position in `benchmarks`."""
    benchmarks: tuple[str, ...]
    session: Days
    """(E,) day 0."""
    local: Days
    """(E,) the date of the event where the exchange is."""
    grid: Ints
    """(E,) position in `grids`."""
    grids: tuple[tuple[str | None, str | None], ...]
    days: tuple[Days | None, ...]
    """Of each grid its sessions where the prices say them; None: those of its exchanges."""

    def take(self, which: Ints) -> Placed:
        """The pairs at these positions."""
        names = ("rows", "benchmark", "session", "local", "grid")
        return replace(self, **{name: getattr(self, name)[which] for name in names})

    def on(self, grid: int) -> Placed:
        """The pairs of a grid; where all are of it, nothing is copied."""
        own = np.flatnonzero(self.grid == grid)
        return self if len(own) == len(self.grid) else self.take(own)


def benchmarks_of(events: EventColumns, config: StudyConfig, default: str | None) -> tuple[tuple[str, ...], Ints]:
    """The benchmarks that pairs are compared with, and which of them each pair is.

    `default` is that of events that name none; None: every event names the one that it is compared with.
    """
    if default is None:
        return tuple(str(b) for b in events.benchmarks), events.benchmark
    which, pairs = events.benchmark, [("", b) for b in events.benchmarks]
    if config.benchmark_differs:
        many = len(events.tickers)
        distinct, which = np.unique(events.benchmark * many + events.ticker, return_inverse=True)
        pairs = [(events.tickers[k % many], events.benchmarks[k // many]) for k in distinct.tolist()]
    named = [config.benchmark_for(ticker, b) or default for ticker, b in pairs]
    benchmarks = tuple(dict.fromkeys(named))
    return benchmarks, np.array([benchmarks.index(b) for b in named], dtype=np.int64)[which.reshape(-1)]


def place(
    events: EventColumns, prices: PriceTable, config: StudyConfig, default: str | None, left: LeftOut, *, compared: bool
) -> Placed:
    """Day 0 of every pair and the exchanges that make its grid; what is left out goes into `left`.

    `compared`: the model has a benchmark, so that none may be studied itself.
    """
    benchmarks, market = benchmarks_of(events, config, default)
    prices = prices.naming((*events.tickers, *benchmarks))
    no_moment = np.array([m is None for m in events.moments], dtype=bool)[events.moment]
    own = np.array([benchmarks.index(t) if t in benchmarks else -1 for t in events.tickers], dtype=np.int64)[
        events.ticker
    ]
    priced = np.array([prices.position(t) is not None for t in events.tickers], dtype=bool)[events.ticker]
    compared_with = np.array([prices.position(b) is not None for b in benchmarks], dtype=bool)[market]
    alive = np.ones(len(events), dtype=bool)

    def drop(hit: Bools, form: str, **names: Callable[[int], str]) -> None:
        """Leave out those of `hit` (E,) that are still there; `names` give the values of the sentence by the row of a pair."""
        nonlocal alive
        rows = np.flatnonzero(alive & hit)
        alive &= ~hit

        def why(i: int) -> Phrase:
            values = {key: of(int(rows[i])) for key, of in names.items()}
            lacking = prices.missing.get(values.get("symbol", ""))
            return in_full(lacking) if lacking else sentence(form, **values)

        left.rows(events, rows, form.partition(".")[0], why)

    drop(no_moment, "NO_DAY0.unrecognised", event=events.name)
    if compared:
        drop(own == market, "BENCHMARK_IS_TICKER", ticker=events.ticker_of)
    drop(~priced, "NO_PRICES", symbol=events.ticker_of)
    if compared:
        drop(~compared_with, "NO_BENCHMARK", symbol=lambda row: benchmarks[market[row]])
    rows = np.flatnonzero(alive)
    return _day0(events, rows, market[rows], benchmarks, prices, config, left)


def _day0(
    events: EventColumns,
    rows: Ints,
    market: Ints,
    benchmarks: tuple[str, ...],
    prices: PriceTable,
    config: StudyConfig,
    left: LeftOut,
) -> Placed:
    """Day 0 of these rows: each distinct moment on each exchange is placed once, by `calendars`."""
    asked = [events.tickers[i] for i in np.flatnonzero(np.bincount(events.ticker[rows])).tolist()]
    wrong: dict[int, str] = {}
    if config.calendar is None:
        days = own_days(prices, asked=(*asked, *benchmarks))
        places: list[str | None] = [None] * len(days.days)
        known = 0
        at = {name: days.of(name) for name in (*asked, *benchmarks)}
    else:
        found = {name: _exchange(name, prices) for name in (*asked, *benchmarks)}
        places = [*sorted({place for place, why in found.values() if place})]
        known = len(places)
        days = own_days(prices, [t for t in asked if found[t] == (None, "")])
        places += [None] * len(days.days)
        wrong = {-1 - i: why for i, (_, why) in enumerate(found.values()) if why}
        at = {
            name: -1 - i if why else places.index(place) if place else known + days.of(name)
            for i, (name, (place, why)) in enumerate(found.items())
        }
    home = np.array([at.get(t, 0) for t in events.tickers], dtype=np.int64)
    abroad = np.array([at[b] for b in benchmarks], dtype=np.int64)
    own, other = home[events.ticker[rows]], abroad[market]
    for code, text in wrong.items():
        hit = rows[(own == code) | ((own >= 0) & (other == code))]
        left.rows(events, hit, "NO_DAY0", Phrase.quoted(text))
    sound = (own >= 0) & (other >= 0)
    rows, market, own, other = rows[sound], market[sound], own[sound], other[sound]
    if config.calendar is not None:
        sure = _told_apart(events, rows, prices, config.max_shift, left)
        rows, market, own, other = rows[sure], market[sure], own[sure], other[sure]
    if config.calendar is not None:
        other = _with_shares(other, own, market, places, benchmarks, prices)
    moment = events.moment[rows]
    codes, distinct = pd.factorize(moment * len(places) + own)
    session: Days = np.full(len(distinct), np.datetime64("NaT", "D"))
    local: Days = session.copy()
    wanted = list(range(len(distinct)))
    if config.calendar is None:
        wanted = []
        for g, sessions in enumerate(days.days):
            mine = np.flatnonzero(distinct % len(places) == g)
            moments = [events.moments[k] for k in (distinct[mine] // len(places)).tolist()]
            wanted += _on_sessions(moments, sessions, _farthest(config), session, local, mine)
    for k in wanted:
        key = int(distinct[k])
        when = events.moments[key // len(places)]
        assert when is not None
        where = places[key % len(places)]
        if where is None and not config.clock.daily:
            when = _rolled(when)
            if unsure := _at_the_end(when, config):
                left.rows(events, rows[codes == k], "NO_DAY0", unsure)
                continue
        sessions = days.days[key % len(places) - known] if where is None else days.days[0]
        day0 = _placed(
            when, where, sessions, config.max_shift if where else _farthest(config), opened_by(where, prices)
        )
        if isinstance(day0, Day0):
            session[k], local[k] = day0.session, day0.local_date
        else:
            left.rows(events, rows[codes == k], "NO_DAY0", Phrase.quoted(day0))
    if not config.clock.daily:
        session = _named(session, config)
        local = session
    grids, pairs = pd.factorize(own * len(places) + other, sort=True)
    good = ~np.isnat(session)[codes]
    return Placed(
        rows[good],
        market[good],
        benchmarks,
        session[codes][good],
        local[codes][good],
        grids[good].astype(np.int64),
        tuple((places[p // len(places)], places[p % len(places)]) for p in pairs.tolist()),
        tuple(
            None if places[h] else _shared(days, h - known, None if places[a] else a - known)
            for h, a in (divmod(p, len(places)) for p in pairs.tolist())
        ),
    )


def _told_apart(events: EventColumns, rows: Ints, prices: PriceTable, max_shift: int, left: LeftOut) -> Bools:
    """(E,) whether day 0 is the same on each exchange on which a pair may trade; those where it is not are left out.

    Exchanges that are open on the same days keep other hours: news at 18:00 come after the close of Frankfurt (XETR)
    and before that of Hamburg (XHAM).
    """
    sure = np.ones(len(rows), dtype=bool)
    unsure = [i for i, t in enumerate(events.tickers) if getattr(prices.homes.get(t), "same", ())]
    timed = [i for i, m in enumerate(events.moments) if m is not None and isinstance(m.when, datetime)]
    if not unsure or not timed:
        return sure
    at = np.flatnonzero(np.isin(events.ticker[rows], unsure) & np.isin(events.moment[rows], timed))
    for k in at.tolist():
        ticker, moment = events.tickers[events.ticker[rows[k]]], events.moments[events.moment[rows[k]]]
        home = home_of(ticker, prices)
        assert moment is not None
        more = opened_by(home.exchange, prices)
        found = {e: _on_exchange(moment, e, max_shift, more) for e in (str(home.exchange), *home.same)}
        days = {e: day0.session for e, day0 in found.items() if isinstance(day0, Day0)}
        first = days.get(str(home.exchange))
        other = next((e for e, day in days.items() if first is not None and day != first), None)
        if first is not None and other is not None:
            sure[k] = False
            why = Phrase(
                "by the days of its prices {ticker} trades on {exchange} or on {other}, and by their hours day 0 is {first} or"
                " {second}: say which, --exchange {ticker}={exchange}",
                ticker=ticker, exchange=home.exchange, other=other, first=first, second=days[other],
            )  # fmt: skip
            left.rows(events, rows[k : k + 1], "NO_DAY0", why)
    return sure


def _rolled(moment: Moment) -> Moment:
    """Without an exchange what happened on a weekend is of the weekday that follows, as in a study of days."""
    day = moment.when.date() if isinstance(moment.when, datetime) else moment.when
    next_one = date.fromisoformat(str(np.busday_offset(np.datetime64(day, "D"), 0, roll="forward")))
    return moment if next_one == day else Moment(next_one)


def _at_the_end(moment: Moment, config: StudyConfig) -> Phrase | None:
    """Why an event without an exchange may belong to two weeks or months: it has a time of their last weekday.

    A date alone is that of a session, as in a study of days.
    """
    timed = isinstance(moment.when, datetime)
    if not timed and moment.timing != "post":
        return None
    day = np.array([str(moment.when)[:10]], "datetime64[D]")
    first, second = config.clock.named_by(np.concatenate([day, np.busday_offset(day, 1, roll="backward")])).tolist()
    if first == second:
        return None
    return Phrase(
        "{when} may be after the last close of the period to {first}, and would then be of the one to {second}: say where the"
        " ticker trades, --exchange TICKER=XNYS",
        when=moment.when.isoformat(),
        first=first,
        second=second,
    )


def _shared(days: OwnDays, home: int, abroad: int | None) -> Days:
    """The sessions of a group of securities that those of a benchmark's group share."""
    own = days.days[home]
    return own if abroad is None or abroad == home else np.intersect1d(own, days.days[abroad])


def _farthest(config: StudyConfig) -> int:
    """How many calendar days day 0 may lie after its event, where rows of the table are its sessions."""
    return config.max_shift + (0 if config.clock.daily else config.clock.days)


def _named(days: Days, config: StudyConfig) -> Days:
    """(D,) the periods that hold these days, or those after them, by their last days; none where there is no day."""
    named = days.copy()
    there = ~np.isnat(days)
    named[there] = config.clock.named_by(days[there])
    if config.event_period == "next":
        named[there] = config.clock.named_by(named[there] + 1)
    return named


def _with_shares(
    other: Ints, own: Ints, market: Ints, places: list[str | None], benchmarks: tuple[str, ...], prices: PriceTable
) -> Ints:
    """(E,) the exchanges `other` of the benchmarks `market`, those without a suffix by what their prices say beside `own`."""
    found = other.copy()
    for b, name in enumerate(benchmarks):
        mine = market == b
        for h in np.unique(own[mine & (own != other)]).tolist():
            if name not in prices.close.columns or exchange_beside(name, places[h], prices) == places[h]:
                found[mine & (own == h)] = h
    return found


def _on_sessions(
    moments: list[Moment | None], sessions: Days, max_shift: int, session: Days, local: Days, mine: Ints
) -> list[int]:
    """Fill in day 0 and date of moments at `mine` as `calendars.day0_on_sessions` does; those without are given back."""
    asked = [m for m in moments if m is not None]
    dates = days_on(m.when for m in asked)
    local[mine] = dates
    after = np.array([m.timing == "post" for m in asked], dtype=bool)
    sides = (np.searchsorted(sessions, dates, side="right"), np.searchsorted(sessions, dates, side="left"))
    place = np.where(after, *sides)
    there = place < len(sessions)
    found = sessions[np.where(there, place, 0)]
    there &= (found - dates).astype(np.int64) <= max_shift
    session[mine[there]] = found[there]
    without: list[int] = mine[~there].tolist()
    return without


def _exchange(ticker: str, prices: PriceTable) -> tuple[str | None, str]:
    """The exchange of a ticker, None where its own days are its sessions, or why there is none."""
    try:
        return home_of(ticker, prices).exchange, ""
    except InvalidRequest as error:
        return None, in_full(error)


def _placed(moment: Moment, exchange: str | None, sessions: Days, max_shift: int, more: frozenset[date]) -> Day0 | str:
    if exchange is not None:
        return _on_exchange(moment, exchange, max_shift, more)
    try:
        return calendars.day0_on_sessions(moment, sessions, max_shift=max_shift)
    except InvalidRequest as error:
        return in_full(error)


@lru_cache(maxsize=2**16)
def _on_exchange(moment: Moment, exchange: str, max_shift: int, more: frozenset[date]) -> Day0 | str:
    """Remembered, because the parts of a large panel ask for the same days again and again."""
    try:
        return calendars.day0(moment, exchange, max_shift=max_shift, more=more)
    except InvalidRequest as error:
        return in_full(error)
