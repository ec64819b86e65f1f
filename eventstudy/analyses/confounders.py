"""What else happened? Other news on the days of a study (METHODS 5.2), and the answer without those days.

Earnings and other events of the same firm are looked for in the estimation window too, where they widen what counts as
ordinary; all else only on event days. News that names an event is that event's own: it is told apart and confounds nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from typing import Any, Literal

import numpy as np
import pandas as pd

from eventstudy import calendars
from eventstudy.analyses.base import Answer, all_prices, lines_of, of_pairs
from eventstudy.calendars import Moment
from eventstudy.events import Event, News
from eventstudy.language import Phrase, spoken, written
from eventstudy.language.messages import Message
from eventstudy.panel import Bools
from eventstudy.prices import PriceTable
from eventstudy.study import doubts
from eventstudy.study.document import warnings_as_dicts
from eventstudy.study.result import StudyResult
from eventstudy.study.study import Prices
from eventstudy.study.text import heading, prose
from eventstudy.text import columns, wrapped

DEVIATIONS = 2.0
"""The benchmark moved out of the ordinary beyond so many of its standard deviations."""
_OWN = ("EARNINGS", "OTHER_EVENT")
_MANY_EVENTS = 20
"""Above so many events the warnings of a study only count them."""
_QUARTER = 95
"""Calendar days from one report of a firm to the next, at most."""
_LATEST = 31
"""Most calendar days from news to the session that could react."""


@dataclass(frozen=True)
class Hit:
    """Other news on one day of one pair."""

    event_id: str
    ticker: str
    session: date
    rel_day: int
    code: str
    """EARNINGS, EX_DIVIDEND, MARKET_MOVE, NEWS, OTHER_EVENT or SPLIT."""
    what: str
    origin: str
    """Where it is known from."""
    part: str
    """`event` or `estimation`: the window it falls into."""


@dataclass(frozen=True)
class Looked:
    """What was looked at: where nothing was known, nothing could be found."""

    events: int
    """Other events of the registry."""
    news: int
    """Entries of calendars."""
    earnings: tuple[str, ...]
    """Tickers of which a report within a quarter of their event windows is known."""
    earnings_unknown: tuple[str, ...]
    actions: bool
    """Whether dividends and splits are known."""


@dataclass(frozen=True)
class OtherDay:
    """One day of one event with one kind of news, and whom it is about."""

    event_id: str
    session: date
    rel_day: int
    code: str
    what: str
    tickers: tuple[str, ...]
    everyone: bool
    """Whether these are all tickers of the event that were studied."""


@dataclass(frozen=True, repr=False, eq=False)
class Confounders(Answer):
    """Other news on the days of a study."""

    hits: tuple[Hit, ...]
    looked: Looked
    result: StudyResult
    noticed: tuple[Message, ...] = ()
    """What the sources of news had to say."""
    own: tuple[Hit, ...] = ()
    """News of the events themselves, which is no other news."""
    schema = "eventstudy.confounders/1"

    @property
    def believable(self) -> bool:
        """Whether the prices of the study look right."""
        return self.result.believable

    @property
    def doubts(self) -> tuple[str, ...]:
        """What is wrong with the prices of the study."""
        return tuple(doubts.told(self.result.doubts_of()))

    @property
    def incomplete(self) -> bool:
        """Whether the study lacks something."""
        return self.result.incomplete

    @property
    def messages(self) -> tuple[str, ...]:
        """A line a warning."""
        return lines_of(self.warned)

    @property
    def days(self) -> tuple[OtherDay, ...]:
        """The event days with other news, in their order."""
        return self._by_day(self.hits)

    @property
    def own_days(self) -> tuple[OtherDay, ...]:
        """The event days with news of the event itself, in their order."""
        return self._by_day(self.own)

    def _by_day(self, hits: Iterable[Hit]) -> tuple[OtherDay, ...]:
        who: dict[tuple[Any, ...], list[str]] = defaultdict(list)
        for hit in hits:
            if hit.part == "event":
                who[hit.session, hit.rel_day, hit.event_id, hit.code, hit.what].append(hit.ticker)
        studied = defaultdict(set)
        for pair in self.result.panel.pairs:
            studied[pair.event_id].add(pair.ticker)
        return tuple(
            OtherDay(event_id, session, rel_day, code, what, tuple(tickers), set(tickers) == studied[event_id])
            for (session, rel_day, event_id, code, what), tickers in sorted(who.items(), key=lambda item: item[0])
        )

    @property
    def warned(self) -> tuple[Message, ...]:
        """A warning a day and ticker; one for all tickers where the news is about all of them."""
        if len(self.result.events) > _MANY_EVENTS:
            return (*self._counted(), *self.noticed)
        found = (
            _message(day, ticker)
            for day in self.days
            for ticker in ([None] if day.everyone and len(day.tickers) > 1 else day.tickers)
        )
        return (*found, *self.noticed)

    @property
    def n_pairs(self) -> int:
        """How many pairs have other news on a day of their event window."""
        return len({(hit.event_id, hit.ticker) for hit in self.hits if hit.part == "event"})

    def _counted(self) -> Iterator[Message]:
        if self.n_pairs:
            yield Message.of("NEWS_OF_MANY", touched=self.n_pairs, pairs=self.result.returns.n)

    def tidy(self) -> pd.DataFrame:
        """One row a hit: event_id, ticker, session, rel_day, code, what, origin, part."""
        columns = list(Hit.__dataclass_fields__)
        return pd.DataFrame([[getattr(hit, name) for name in columns] for hit in self.hits], columns=columns)

    def _document(self) -> dict[str, Any]:
        """All of it as plain values; every figure of the sentence stands there too."""
        looked = {n: list(v) if isinstance(v, tuple) else v for n, v in vars(self.looked).items()}
        return {
            "events": [{"id": event.id, "title": event.title} for event in self.result.events],
            "event_window": list(self.result.config.days_looked_at),
            "n_days": len({day.rel_day for day in self.days}),
            "n_pairs": self.n_pairs,
            "day0": bool(any(day.rel_day == 0 for day in self.days)),
            "days": _plain(self.days),
            "own_news": _plain(self.own_days),
            "hits": [{**vars(hit), "session": hit.session.isoformat()} for hit in self.hits],
            "looked": looked,
            "sentence": self.sentence,
            "warnings": warnings_as_dicts(self.warned),
        }

    def _finding(self) -> Phrase:
        """How many event days carry other news, whether day 0 is one of them, and what was not known."""
        return Phrase("{sentences: }", sentences=[self._counted_days(), *_lacking(self)])

    def _counted_days(self) -> Phrase:
        """How many event days carry other news (of several events: how many pairs have any), and whether day 0 does."""
        if len(self.result.events) > 1:
            return Phrase(
                "{touched} of {pairs} pairs have other news on a day of their event window.",
                touched=self.n_pairs,
                pairs=self.result.returns.n,
            )
        days = dict.fromkeys(day.rel_day for day in self.days)
        n_days = max(int(_looked_at(self.result, i).sum()) for i in range(self.result.returns.n))
        told = Phrase("None of the {days} days of the event window carries other news", days=n_days)
        if days:
            told = Phrase.counted(
                "{n} of the {days} days of the event window carries other news",
                "{n} of the {days} days of the event window carry other news",
                n=len(days),
                days=n_days,
            )
        if on_day0 := list(dict.fromkeys(day.what for day in self.days if day.rel_day == 0)):
            return Phrase("{told}; day 0 is one of them ({news:;}).", told=told, news=on_day0[:3])
        return Phrase("{told}.", told=told)

    def _lines(self, *, verbose: bool) -> list[str]:
        """The sentence, a row a day, kind and piece of news, and what was looked through."""
        return [*heading(self.result), "", *prose(self.sentence), "", *_days(self, verbose)]


@of_pairs
def confounders(
    result: StudyResult,
    prices: Prices | None = None,
    *,
    others: Iterable[Event] = (),
    calendar: Iterable[News] = (),
    earnings: Iterable[News] = (),
    noticed: Iterable[Message] = (),
) -> Confounders:
    """Look for other news on the days of a study.

    `prices`: where dividends and splits are looked for. `others`: events of the registry; those studied together count for one
    another as well. `calendar`, `earnings`: what `events.read_calendar` and `events.read_earnings` give. `noticed`: what the
    sources of these had to say.

    `result`: the study, of which the pairs are kept.

    Example:
        >>> result = es.run("deepseek-r1", tickers="NVDA,AMD", day0="recognised")
        >>> print(es.analyses.confounders(result).sentence)
        None of the 11 days of the event window carries other news. Not known, so not looked for: earnings
        of NVDA and AMD, dividends and splits.
    """
    result.config.check_daily(Phrase("other news"))
    known = {event.id: event for event in (*others, *result.events)}
    calendar, earnings = tuple(calendar), tuple(earnings)
    place = _Places(result)
    table = None if prices is None else all_prices(result, prices)
    hits = [
        *_other_events(result, known, place),
        *_news(result, [news for news in calendar if news.event_id is None], place),
        *_earnings(result, earnings, place),
        *_actions(result, table),
        *_market_moves(result),
    ]
    reporting = _reporting(result, earnings)
    tickers = tuple(dict.fromkeys(pair.ticker for pair in result.panel.pairs))
    looked = Looked(
        events=len(known) - len({event.id for event in result.events}),
        news=len(calendar),
        earnings=tuple(t for t in tickers if t in reporting),
        earnings_unknown=tuple(t for t in tickers if t not in reporting),
        actions=table is not None and bool({"dividend", "split"} & set(table.fields)),
    )
    order = {ticker: i for i, ticker in enumerate(tickers)}

    def in_order(some: Iterable[Hit]) -> tuple[Hit, ...]:
        return tuple(sorted(set(some), key=lambda h: (h.session, h.event_id, h.code, h.what, order[h.ticker])))

    own = _news(result, [news for news in calendar if news.event_id is not None], place)
    return Confounders(in_order(hits), looked, result, tuple(noticed), in_order(own))


def _reporting(result: StudyResult, earnings: Sequence[News]) -> set[str]:
    """The tickers of which a report near each of their event windows is known: others may have reported unseen."""
    reports: dict[str, list[date]] = defaultdict(list)
    for news in earnings:
        reports[news.ticker or ""].append(news.day)
    unseen = set()
    for i, pair in enumerate(result.panel.pairs):
        known = [day for day in result.sessions[i].tolist() if day is not None]
        near = [
            day
            for day in reports[pair.ticker]
            if (day - known[0]).days >= -_QUARTER and (day - known[-1]).days <= _QUARTER
        ]
        if not near:
            unseen.add(pair.ticker)
    return {pair.ticker for pair in result.panel.pairs} - unseen


def _looked_at(result: StudyResult, i: int) -> Bools:
    """(L2,) whether each day of the event window is looked at for pair i."""
    unseen = result.panel.block.unseen
    seen: Bools = np.ones(len(result.rel_days), bool) if unseen is None else ~unseen[i]
    return seen


class _InReach:
    """Pairs in the order of their first days: those whose days reach a day are found without a look at the others."""

    def __init__(self, pairs: Sequence[int], first: Sequence[date], last: Sequence[date]) -> None:
        self._pairs = sorted(pairs, key=first.__getitem__)
        self._first, self._last = [first[i] for i in self._pairs], last
        self._latest = list(accumulate((last[i] for i in self._pairs), max))
        """The last day that any pair up to this one reaches, which rises."""

    def of(self, day: date) -> list[int]:
        """Those whose first and last day lie around a day, or on it."""
        some = self._pairs[bisect_left(self._latest, day) : bisect_right(self._first, day)]
        return [i for i in some if self._last[i] >= day]


class _Places:
    """Where a moment falls in the windows of pairs."""

    def __init__(self, result: StudyResult) -> None:
        self._result, self._found = result, dict[tuple[Moment, str], date]()
        block, pairs = result.panel.block, result.panel.pairs
        self._designs = block.design.tolist()
        self._columns = [{d: c for c, d in enumerate(row) if d is not None} for row in block.sessions.tolist()]
        self._known = [sorted(columns) for columns in self._columns]
        self._first, self._last = ([self._known[d][end] for d in self._designs] for end in (0, -1))
        groups: dict[tuple[str, str | None], list[int]] = defaultdict(list)
        for i, pair in enumerate(pairs):
            for kind, name in (("firm", None), ("firm", pair.ticker), ("market", pair.benchmark)):
                groups[kind, name].append(i)
        self._groups = {group: _InReach(some, self._first, self._last) for group, some in groups.items()}

    def near(self, moment: Moment, ticker: str | None, kind: Literal["firm", "market"] = "firm") -> list[int]:
        """The pairs of a ticker, or of all, or those compared with it as their `market`, whose days reach a moment."""
        group = self._groups.get((kind, ticker))
        return group.of(_day(moment)) if group else []

    def of(self, i: int, moment: Moment, own: bool) -> tuple[date, int, str] | None:
        """Session, day and window (`event`, or `estimation` for a firm's `own` news) of pair i, None outside of them."""
        if not self._first[i] <= _day(moment) <= self._last[i]:
            return None
        block, session = self._result.panel.block, self._session(i, moment)
        column = self._columns[self._designs[i]].get(session) if session else None
        if session is None or column is None:
            return None
        if column >= block.event_columns.start:
            if block.unseen is not None and block.unseen[i, column - block.event_columns.start]:
                return None
            return session, column + block.estimation.start, "event"
        if own and column < block.estimation_columns.stop:
            return session, column + block.estimation.start, "estimation"
        return None

    def _session(self, i: int, moment: Moment) -> date | None:
        """The session of its exchange in which a moment falls for pair i; where it has none, that of its own days."""
        exchange = self._result.panel.day0[i].exchange
        if not exchange:
            known, place = self._known[self._designs[i]], bisect_right if moment.timing == "post" else bisect_left
            at = place(known, _day(moment))
            return known[at] if at < len(known) else None
        if (moment, exchange) not in self._found:
            self._found[moment, exchange] = calendars.day0(moment, exchange, max_shift=_LATEST).session
        return self._found[moment, exchange]


def _day(moment: Moment) -> date:
    return moment.when.date() if isinstance(moment.when, datetime) else moment.when


def _hits(
    result: StudyResult, place: _Places, who: Iterable[int], moment: Moment, code: str, what: str, origin: str
) -> Iterator[Hit]:
    for i in who:
        if found := place.of(i, moment, code in _OWN):
            session, rel_day, part = found
            pair = result.panel.pairs[i]
            yield Hit(pair.event_id, pair.ticker, session, rel_day, code, what, origin, part)


def _other_events(result: StudyResult, known: Mapping[str, Event], place: _Places) -> Iterator[Hit]:
    """Events of the same firm, or of the market: those that name the benchmark."""
    at_once: dict[tuple[Moment, str, tuple[str, ...]], list[Event]] = defaultdict(list)
    for event in known.values():
        for word in ("announced", "recognised"):
            if moment := event.moment("announced" if word == "announced" else "recognised"):
                at_once[moment, word, tuple(event.tickers)].append(event)
    for (moment, word, tickers), events in at_once.items():
        touched = sorted({i for t in tickers for i in (*place.near(moment, t), *place.near(moment, t, "market"))})
        if (
            len(events) > _SINGLY
        ):  # each of them is other news for all the others: one word for all, or they are squared
            yield from _hits(result, place, touched, moment, "OTHER_EVENT", _crowd(events, word), events[0].id)
            continue
        for event in events:
            who = [i for i in touched if result.panel.pairs[i].event_id != event.id]
            what = Phrase("{title} (announced)", title=event.said("title"))
            if word == "recognised":
                what = Phrase("{title} (recognised)", title=event.said("title"))
            yield from _hits(result, place, who, moment, "OTHER_EVENT", what, event.id)


_SINGLY = 20
"""So many events of the same firms at the same moment are named one by one."""


def _crowd(events: Sequence[Event], word: str) -> Phrase:
    first, n = events[0].said("title"), len(events)
    if word == "recognised":
        return Phrase("{n} events at once, {title} among them (recognised)", n=n, title=first)
    return Phrase("{n} events at once, {title} among them (announced)", n=n, title=first)


def _news(result: StudyResult, calendar: Sequence[News], place: _Places) -> Iterator[Hit]:
    own = {(event.id, event.title, event.announced) for event in result.events}
    for news in calendar:
        near = place.near(news.moment, news.ticker or None)
        meant = [i for i in near if news.event_id in (None, result.panel.pairs[i].event_id)]
        if any(title == news.what for _, title, _ in own):  # a decision that is studied is no other news on its own day
            meant = [i for i in meant if (result.panel.pairs[i].event_id, news.what, news.moment.when) not in own]
        yield from _hits(result, place, meant, news.moment, "NEWS", news.what, news.origin)


def _earnings(result: StudyResult, earnings: Sequence[News], place: _Places) -> Iterator[Hit]:
    for news in earnings:
        near = place.near(news.moment, news.ticker or "")
        what = Phrase("earnings of {ticker}", ticker=news.ticker)
        yield from _hits(result, place, near, news.moment, "EARNINGS", what, news.origin)


def _actions(result: StudyResult, prices: PriceTable | None) -> Iterator[Hit]:
    """Dividends that go ex and splits on event days."""
    if prices is None:
        return
    for field, code in (("dividend", "EX_DIVIDEND"), ("split", "SPLIT")):
        frame = prices.fields.get(field)
        for i, pair in enumerate(result.panel.pairs):
            if frame is None or pair.ticker not in frame.columns:
                continue
            given = np.nan_to_num(frame[pair.ticker].to_numpy(float))
            paid = np.flatnonzero(given)
            on = dict(zip(pd.DatetimeIndex(frame.index[paid]).date.tolist(), given[paid].tolist(), strict=True))
            own = zip(result.rel_days, result.sessions[i].tolist(), _looked_at(result, i), strict=True)
            for rel_day, session, seen in own:
                if seen and session in on:
                    origin = prices.info[pair.ticker].source
                    amount = on[session]
                    what = Phrase("a dividend of {amount:g} goes ex", amount=amount)
                    if field == "split":
                        what = Phrase("{ratio:g}-for-1 split", ratio=amount)
                    yield Hit(pair.event_id, pair.ticker, session, rel_day, code, what, origin, "event")


def _market_moves(result: StudyResult) -> Iterator[Hit]:
    """Event days on which the benchmark moved by more than two standard deviations of the estimation window."""
    if result.config.outcome == "volume" or not result.config.estimated or result.config.returns == "difference":
        return
    block = result.panel.block
    market = block.regressors[:, :, 0]
    known = np.isfinite(market[:, block.estimation_columns]).sum(axis=1) > 1
    deviation = np.full(len(market), np.nan)
    deviation[known] = np.nanstd(market[known][:, block.estimation_columns], axis=1, ddof=1)
    moves = market[:, block.event_columns]
    for i, pair in enumerate(result.panel.pairs):
        design = int(block.design[i])
        large = np.abs(moves[design]) > DEVIATIONS * deviation[design]
        for j in np.flatnonzero(large & _looked_at(result, i)).tolist():
            times = abs(moves[design, j]) / deviation[design]
            what = Phrase(
                "{benchmark} moved by {move:+.2f %}, {times:.1f} standard deviations",
                benchmark=pair.benchmark,
                move=float(moves[design, j]),
                times=float(times),
            )
            session = result.sessions[i, j].item()
            yield Hit(
                pair.event_id, pair.ticker, session, result.rel_days[j], "MARKET_MOVE", what, pair.benchmark, "event"
            )


def masked_cells(found: Confounders) -> Bools:
    """(N, T) the days of each pair's block with other news; never one of the event itself, without which there is no event."""
    block, pairs = found.result.panel.block, found.result.panel.pairs
    row = {(pair.event_id, pair.ticker): i for i, pair in enumerate(pairs)}
    cells = np.zeros(block.returns.shape, dtype=bool)
    kept = days_of_the_event(found.result)
    for hit in found.hits:
        if hit.rel_day != 0 and (hit.event_id, hit.ticker, hit.session) not in kept:
            cells[row[hit.event_id, hit.ticker], hit.rel_day - block.estimation.start] = True
    return cells


def days_of_the_event(result: StudyResult) -> set[tuple[str, str, date]]:
    """Event, ticker and session: where the news of the event itself came, as it was announced and as it was recognised."""
    place, found = _Places(result), set()
    moments = {e.id: [m for m in (e.moment("announced"), e.moment("recognised")) if m] for e in result.events}
    for i, pair in enumerate(result.panel.pairs):
        for moment in moments[pair.event_id]:
            if here := place.of(i, moment, own=True):
                found.add((pair.event_id, pair.ticker, here[0]))
    return found


def _message(day: OtherDay, ticker: str | None) -> Message:
    message = Message.of(day.code, day.event_id, ticker, session=day.session, day=day.rel_day, what=day.what)
    return message._replace(session=day.session.isoformat())


_NAMED = 4
"""Up to so many tickers without known earnings are named."""


def _plain(days: Iterable[OtherDay]) -> list[dict[str, Any]]:
    return [{**vars(day), "session": day.session.isoformat(), "tickers": list(day.tickers)} for day in days]


def _lacking(found: Confounders) -> list[Phrase]:
    """What was not known, so that nothing of it could be found."""
    lacking: list[Phrase] = []
    if found.result.config.returns == "difference":
        return []  # a series of levels has neither earnings nor dividends
    if unknown := found.looked.earnings_unknown:
        more = [Phrase("{n} more", n=len(unknown) - _NAMED)] if len(unknown) > _NAMED else []
        lacking.append(Phrase("earnings of {tickers:list}", tickers=[*unknown[:_NAMED], *more]))
    if not found.looked.actions:
        lacking.append(Phrase("dividends and splits"))
    return [Phrase("Not known, so not looked for: {lacking}.", lacking=lacking)] if lacking else []


def told_once(days: Sequence[Mapping[str, Any]]) -> dict[int, list[int]]:
    """The place of each piece of news on a day, and all places where it stands: once an event, where events share the day.

    `days`: `session`, `rel_day`, `code` and `what` of each.
    """
    found: dict[tuple[Any, ...], list[int]] = {}
    for place, day in enumerate(days):
        found.setdefault(tuple(day[name] for name in ("session", "rel_day", "code", "what")), []).append(place)
    return {places[0]: places for places in found.values()}


def _days(found: Confounders, verbose: bool) -> Iterator[str]:
    """A row a day, kind and piece of news; `verbose` adds own news of the estimation window."""
    several = len(found.result.events) > 1
    rows = []
    for place, places in told_once([vars(day) for day in found.days]).items():
        day, alike = found.days[place], [found.days[k] for k in places]
        tickers = list(dict.fromkeys(ticker for one in alike for ticker in one.tickers))
        who = Phrase("all") if day.everyone and len(alike) == 1 else Phrase("{names:some 6}", names=tickers)
        event = [day.event_id if len(alike) == 1 else Phrase("{n} events", n=len(alike))] if several else []
        rows.append(
            [written(day.rel_day, "day"), written(day.session), *map(spoken, [*event, day.code, day.what, who])]
        )
    named = [Phrase("day"), Phrase("session"), *([Phrase("event")] if several else []), Phrase("kind"), Phrase("what")]
    yield columns([[spoken(name) for name in (*named, Phrase("tickers"))], *rows], (0,))
    for day in found.own_days:
        said = {"session": day.session, "day": day.rel_day, "what": day.what}
        news = Phrase("news of the event itself on {session} (day {day:day}): {what}", **said)
        if several:
            said["event"] = day.event_id
            news = Phrase("news of the event itself on {session} (day {day:day}) ({event}): {what}", **said)
        yield from prose(news)
    before = [hit for hit in found.hits if hit.part == "estimation"]
    if before and verbose:
        yield ""
        yield columns([[hit.ticker, written(hit.session), hit.code, spoken(hit.what)] for hit in before])
    elif before:
        yield spoken(Phrase("{n} more in the estimation window (--verbose shows them)", n=len(before)))
    looked = found.looked
    yield spoken(
        Phrase(
            "looked through: {events} other events of the registry, {news} calendar entries",
            events=looked.events,
            news=looked.news,
        )
    )
    for message in found.noticed:
        yield from wrapped(f"{message.code} {spoken(message.message)}")
