"""What looks wrong in the prices that a study uses, as warnings of its result."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from eventstudy import calendars
from eventstudy.language import Phrase
from eventstudy.language.messages import Message, severity_of
from eventstudy.panel.align import Panel
from eventstudy.panel.block import Bools, Days, Ints
from eventstudy.panel.dense import Dense
from eventstudy.panel.homes import exchange_beside, home_of, lives_with
from eventstudy.prices import PORTFOLIOS, Flag, PriceTable, copies_among, currency_of, flags, flags_of_levels

_TOLD_ELSEWHERE = ("GAP", "SUSPECT_CALENDAR", "CALENDAR_MISMATCH")
"""By ESTIMATION_GAPS and GAP_IN_WINDOW for each pair, and by the grid and `calendars` below."""

_BEFORE = timedelta(7)
"""The first return that is used is one over the price before it."""

Spans = dict[str, tuple[date, date]]
"""First and last day on which each ticker, benchmark, peer and exchange rate is used."""


Accepts = Callable[[str, str | None, Iterable[date]], bool]
"""Whether the user takes a doubt of a ticker on some days (none: of the whole series) for right."""


def nothing(code: str, ticker: str | None, days: Iterable[date]) -> bool:
    """Nothing is taken for right."""
    return False


def flagged(panel: Panel, prices: PriceTable, accepts: Accepts = nothing) -> Iterator[Message]:
    """The flags of tickers and benchmarks on the days a pair uses, one warning a ticker and code.

    The first it tells of is one of a day that a figure rests on, where there is one. Doubts that the user accepts are cautions.
    """
    users: dict[str, list[int]] = {}
    for i, pair in enumerate(panel.pairs):
        for ticker in with_rates((pair.ticker, pair.benchmark, *pair.peers), prices):
            users.setdefault(ticker, []).append(i)
    firms = {pair.ticker for pair in panel.pairs}
    days = panel.block.sessions[:, panel.block.event_columns]
    closer = {
        t: found[~np.isnat(found)] for t, used_by in users.items() for found in (days[panel.block.design[used_by]],)
    }
    compared = {pair.benchmark for pair in panel.pairs}
    for code, by_ticker in _flags_on(_spans(panel, prices), prices, closer, compared).items():
        for ticker, found in by_ticker.items():
            if code == "STALE":
                frozen, found = _frozen(found, closer[ticker], ticker, firm=ticker in firms)
                yield from _messages_of(
                    "FROZEN_FIRM" if ticker in firms else "FROZEN_BENCHMARK", ticker, frozen, accepts
                )
            used = np.array([f.whole for f in found], dtype=bool)
            for k, flag in enumerate(found):
                days = np.array(flag.sessions, dtype="datetime64[D]")
                used[k] |= any(panel.rests_on(i, days, days[:0]).any() for i in users[ticker])
            yield from _messages_of(code, ticker, [found[k] for k in np.argsort(~used, kind="stable")], accepts)


def flagged_levels(panel: Panel, levels: PriceTable, accepts: Accepts, shown: float) -> Iterator[Message]:
    """The values that look mistyped on the rows that a pair uses, a warning a series; told are levels times `shown`."""
    days = levels.close.index.to_numpy("datetime64[D]")
    for ticker, (a, b) in _spans(panel, levels).items():
        if ticker in levels.info:
            every = flags_of_levels(ticker, days, levels.close[ticker].to_numpy(float), shown)
            found = [flag for flag in every if any(a <= day <= b for day in flag.sessions)]
            yield from _messages_of("PRICE_SPIKE", ticker, found, accepts)


def with_rates(tickers: Iterable[str], prices: PriceTable) -> tuple[str, ...]:
    """Each of these tickers once, and the exchange rates that their prices were converted by."""
    named = dict.fromkeys(tickers)
    rates = (prices.info[t].rate for t in named if t in prices.info)
    return tuple(named | dict.fromkeys(rate for rate in rates if rate))


def _frozen(found: Sequence[Flag], days: Days, ticker: str, *, firm: bool) -> tuple[list[Flag], list[Flag]]:
    """Prices that stand still on days of an event window, as doubts of these days, and those that do so on others."""
    frozen, others = list[Flag](), list[Flag]()
    for flag in found:
        inside = np.intersect1d(np.array(flag.sessions, dtype="datetime64[D]"), days)
        if not len(inside):
            others.append(flag)
            continue
        new = Flag.of("FROZEN_FIRM" if firm else "FROZEN_BENCHMARK", ticker, inside[0], days=inside.tolist())
        frozen.append(new._replace(also=tuple(inside[1:].tolist())))
    return frozen, others


def flagged_closes(ticker: str, prices: PriceTable) -> list[Message]:
    """The flags of all closes of one ticker, one warning a code: of prices that are looked at without a study."""
    days = prices.close[ticker].dropna().index
    spans = {ticker: (days[0].date(), days[-1].date())} if len(days) else {}
    return [_message_of(code, ticker, by_ticker[ticker]) for code, by_ticker in _flags_on(spans, prices).items()]


def _messages_of(code: str, ticker: str, found: Sequence[Flag], accepts: Accepts) -> Iterator[Message]:
    """The flags of one kind and ticker: what is in doubt, and what the user takes for right."""
    taken = [accepts(code, ticker, flag.sessions) for flag in found]
    if doubtful := [flag for flag, right in zip(found, taken, strict=True) if not right]:
        yield _message_of(code, ticker, doubtful)
    if right := [flag for flag, right in zip(found, taken, strict=True) if right]:
        yield accepted(_message_of(code, ticker, right))


def accepted(doubt: Message) -> Message:
    """A doubt that the user takes for right, as a caution."""
    return doubt._replace(message=_right(doubt.message), severity="caution")


def was_accepted(message: str) -> bool:
    """Whether a message is that of a doubt which the user takes for right."""
    return isinstance(message, Phrase) and message.template == _right("").template


def _right(what: str) -> Phrase:
    return Phrase("{what} (accepted by the user)", what=what)


def _message_of(code: str, ticker: str, found: Sequence[Flag]) -> Message:
    """Several flags of one kind and ticker in a sentence on the first of them."""
    days = tuple(dict.fromkeys(day.isoformat() for f in found for day in f.sessions))
    first, more = {"session": found[0].session, "what": found[0].message}, len(found) - 1
    if any(f.whole for f in found):
        return Message(code, found[0].message, None, ticker)
    text = Phrase("{session}: {what}", **first)
    if more:
        text = Phrase.counted(
            "{session}: {what}; and one more like it", "{session}: {what}; and {n} more like it", **first, n=more
        )
    return Message(code, text, None, ticker, days[0], days)


def calendars_apart(panel: Panel, prices: PriceTable) -> Iterator[Message]:
    """Firms and benchmarks of different exchanges: days of one of the two only are left out, and closes are hours apart."""
    days = panel.block.sessions[~np.isnat(panel.block.sessions)]
    met = ((d.exchange, p.ticker, p.benchmark) for p, d in zip(panel.pairs, panel.day0, strict=True))
    if days.size:
        yield from _calendars_of(met, days.min().item(), days.max().item(), prices)


def currencies_apart(panel: Panel, prices: PriceTable) -> Iterator[Message]:
    """Firms and benchmarks in different currencies: the exchange rate is part of what is called abnormal."""
    yield from _currencies_of(((p.ticker, p.benchmark) for p in panel.pairs), prices)


@dataclass
class InSums:
    """The flags of a study of which no pair is kept: what is said of them, and which pairs rest on prices in doubt."""

    grids: Sequence[Dense]
    prices: PriceTable
    accepts: Accepts = nothing
    compared: bool = True
    """Whether the model looks at benchmarks."""
    among: Collection[str] | None = None
    """The tickers whose prices are looked over; None: all."""
    misdated: Sequence[Message] = ()
    """What is wrong with the dates of the factors, which all pairs rest on."""
    through: dict[str, list[str]] = field(default_factory=dict, init=False)
    """The tickers that each exchange rate converted."""
    doubtful: dict[str, list[Flag]] = field(default_factory=dict, init=False)
    """The flags that are doubts and not accepted, of each ticker."""

    @cached_property
    def messages(self) -> list[Message]:
        """One warning a code, with the first tickers it is about.

        A code that is a doubt is one only of tickers with such a day among those that a pair rests on.
        """
        return list(self._messages())

    @cached_property
    def rows(self) -> Ints:
        """The rows of the table of events whose pairs rest on prices in doubt, ascending."""
        assert self.messages is not None
        found = [np.empty(0, np.int64)]
        for dense in self.grids:
            hit = np.full(len(dense), any(w.severity != "caution" for w in self.misdated))
            for ticker, told in self.doubtful.items():
                tickers = self.through.get(ticker, [ticker])
                for flag in told:
                    for day in flag.sessions or (None,):
                        hit |= _resting(dense, tickers, day, self.compared)
            found.append(dense.origin[hit])
        return np.unique(np.concatenate(found))

    def _touches(self, ticker: str, day: date, *, event_only: bool = False) -> bool:
        tickers = self.through.get(ticker, [ticker])
        return any(_resting(dense, tickers, day, self.compared, event_only).any() for dense in self.grids)

    def _messages(self) -> Iterator[Message]:
        yield from self.misdated
        spans: Spans = {}
        met: dict[tuple[str, str, str], None] = {}
        for dense in self.grids:
            pairs = np.sort(pd.unique(dense.security.astype(np.int64) * len(dense.benchmarks) + dense.table))
            for key in pairs.tolist():
                ticker, benchmark = (
                    dense.tickers[key // len(dense.benchmarks)],
                    dense.benchmarks[key % len(dense.benchmarks)],
                )
                met[dense.place[0] or "", ticker, benchmark] = None
            _widen(spans, dense)
        if self.among is not None:
            spans = {ticker: span for ticker, span in spans.items() if ticker in self.among}
        converted = [t for t in spans if t in self.prices.info and self.prices.info[t].rate]
        for ticker in converted:
            for rate in with_rates((ticker,), self.prices)[1:]:
                self.through.setdefault(rate, []).append(ticker)
                spans[rate] = _widest(spans.get(rate, spans[ticker]), spans[ticker])

        benchmarks: Collection[str] = {benchmark for _, _, benchmark in met} if self.compared else ()
        by_code = _flags_on(spans, self.prices, compared=benchmarks)
        for ticker, found in by_code.pop("STALE", {}).items():
            firm = any(ticker in dense.tickers for dense in self.grids)
            days = [day for flag in found for day in flag.sessions if self._touches(ticker, day, event_only=True)]
            frozen, others = _frozen(found, np.array(days, "datetime64[D]"), ticker, firm=firm)
            for flag in (*frozen, *others):
                by_code.setdefault(flag.code, {}).setdefault(ticker, []).append(flag)
        for code, by_ticker in by_code.items():
            used = {
                ticker: kept
                for ticker, found in by_ticker.items()
                if (kept := [f for f in found if f.whole or any(self._touches(ticker, d) for d in f.sessions)])
            }
            right = {t: all(self.accepts(code, t, f.sessions) for f in kept) for t, kept in used.items()}
            if doubtful := [t for t in used if not right[t]]:
                used = {t: [f for f in used[t] if not self.accepts(code, t, f.sessions)] for t in doubtful}
            if severity_of(code) == "doubt":
                for t in doubtful:
                    self.doubtful.setdefault(t, []).extend(used[t])
            severity = "" if doubtful or severity_of(code) != "doubt" else "caution"
            ticker, found = next(iter((used or by_ticker).items()))
            first = {"ticker": ticker, "session": found[0].session, "what": found[0].message}
            text = Phrase("{ticker} on {session}: {what}", **first)
            if len(told := list(used or by_ticker)) > 1:
                text = Phrase("{tickers:some}: {ticker} on {session}: {what}", tickers=told, **first)
            yield accepted(Message(code, text)) if used and not doubtful else Message(code, text, severity=severity)
        if spans:
            yield from _calendars_of(
                met, min(a for a, _ in spans.values()), max(b for _, b in spans.values()), self.prices
            )
        yield from _currencies_of(((ticker, benchmark) for _, ticker, benchmark in met), self.prices)


# ---- what is used, and when -------------------------------------------------------------------------------------------


def _spans(panel: Panel, prices: PriceTable) -> Spans:
    sessions = panel.block.sessions
    known = ~np.isnat(sessions)
    first = np.where(known, sessions, np.datetime64("9999-12-31")).min(axis=1).tolist()
    last = np.where(known, sessions, np.datetime64("0001-01-01")).max(axis=1).tolist()
    spans: Spans = {}
    for pair, design in zip(panel.pairs, panel.block.design.tolist(), strict=True):
        if (own := (first[design], last[design]))[0] > own[1]:
            continue
        for ticker in with_rates((pair.ticker, pair.benchmark, *pair.peers), prices):
            spans[ticker] = _widest(spans.get(ticker, own), own)
    return spans


def _widest(one: tuple[date, date], other: tuple[date, date]) -> tuple[date, date]:
    return min(one[0], other[0]), max(one[1], other[1])


def _widen(spans: Spans, dense: Dense) -> None:
    """Take in the days on which the tickers and benchmarks of one grid are used."""
    known = np.flatnonzero(~np.isnat(dense.sessions))
    if not len(known) or not len(dense.row):
        return
    for names, which in ((dense.tickers, dense.security), (dense.benchmarks, dense.table)):
        first, last = np.full(len(names), len(dense.sessions)), np.full(len(names), -1)
        np.minimum.at(first, which, dense.row + dense.columns.min())
        np.maximum.at(last, which, dense.row + dense.columns.max())
        used = np.flatnonzero(last >= 0)
        ends = [dense.sessions[np.clip(rows[used], known[0], known[-1])].tolist() for rows in (first, last)]
        for i, *own in zip(used.tolist(), *ends, strict=True):
            spans[names[i]] = _widest(spans.get(names[i], (own[0], own[1])), (own[0], own[1]))


def _resting(dense: Dense, tickers: Sequence[str], day: date | None, compared: bool, event_only: bool = False) -> Bools:
    """(E,) which pairs of the grid use one of these in their estimation or event window (`event_only`) on a day (None: any)."""
    hit = np.zeros(len(dense), bool)
    for names, which in ((dense.tickers, dense.security), (dense.benchmarks if compared else (), dense.table)):
        for ticker in tickers:
            if ticker in names:
                hit |= which == names.index(ticker)
    if day is None:
        return hit
    known = np.flatnonzero(~np.isnat(dense.sessions))
    if not len(known) or day > dense.sessions[known[-1]].item():
        return np.zeros(len(dense), bool)
    row = known[np.searchsorted(dense.sessions[known], np.datetime64(day))]
    rel = row - dense.row
    estimated = np.isin(rel, dense.columns[: dense.estimation.length]) & (dense.sessions[row] not in dense.exclude)
    estimated &= not event_only
    found: Bools = hit & (estimated | ((rel >= dense.event.start) & (rel <= dense.event.end)))
    return found


# ---- what is said of it -------------------------------------------------------------------------------------------------


def _flags_on(
    spans: Spans, prices: PriceTable, closer: Mapping[str, Days] | None = None, compared: Collection[str] = ()
) -> dict[str, dict[str, list[Flag]]]:
    """The flags of the days that are used, by code and ticker, of prices as they were quoted.

    `closer`: the days of each ticker on which an event is studied; `compared`: the benchmarks.
    """
    prices = prices.quoted or prices
    used = [t for t in spans if t in prices.info and prices.info[t].source != PORTFOLIOS]
    told: dict[str, dict[str, list[Flag]]] = {}
    if not used:
        return told
    first, last = min(spans[t][0] for t in used), max(spans[t][1] for t in used)
    named = used if closer is None and prices.close.to_numpy().dtype.kind == "f" else None  # of many nothing is copied
    part = prices.part(used if named is None else prices.tickers, first - _BEFORE, last)
    others = _copies(prices, used if named is None else None, part.close)
    for flag in flags(part, closer, compared, _TOLD_ELSEWHERE, others, named):
        if flag.ticker is None or flag.code in _TOLD_ELSEWHERE:
            continue
        a, b = spans[flag.ticker]
        if flag.whole or any(a <= day <= b for day in flag.sessions):
            told.setdefault(flag.code, {}).setdefault(flag.ticker, []).append(flag)
    return told


def _copies(prices: PriceTable, used: Sequence[str] | None, close: pd.DataFrame) -> pd.DataFrame | None:
    """Closes of tickers that the study does not use, where they may be those of one that it does: on the days of `close`.

    `used`: the tickers of `close`; None: these are all of the table, so that only those that it lacks are given.
    """
    closes, found = prices.close, [] if prices.copies is None else [prices.copies.reindex(close.index)]
    if used is None:
        return found[0] if found else None
    if (values := closes.to_numpy()).dtype.kind != "f":  # columns that nobody has looked at
        closes = closes.loc[:, [kind.kind == "f" for kind in closes.dtypes]]
        values = closes.to_numpy(float)
    own = closes.columns.isin(list(used))
    if not own.all() and len(close):
        first = int(np.searchsorted(closes.index.to_numpy(), close.index.to_numpy()[0]))
        days = slice(first, first + len(close))
        alike = copies_among(values[days], own)
        found += [closes.iloc[days, alike]] if len(alike) else []
    return pd.concat(found, axis=1) if found else None


def _calendars_of(
    met: Iterable[tuple[str, str, str]], first: date, last: date, prices: PriceTable
) -> Iterator[Message]:
    """Of (exchange, ticker, benchmark); no exchange: the dates of the prices are the sessions."""
    apart: dict[tuple[str, str], dict[str, None]] = {}
    for home, ticker, benchmark in met:
        abroad = home_of(benchmark, prices).exchange if home and benchmark in prices.info else None
        if abroad and calendars.code_of(abroad) != calendars.code_of(home):
            apart.setdefault((home, benchmark), {})[ticker] = None
    for (home, benchmark), found in apart.items():
        abroad, tickers = exchange_beside(benchmark, home, prices), list(found)
        if abroad is None or abroad == home:
            continue
        a, b = (calendars.sessions(e, first, last) for e in (home, abroad))
        hours = hours_later(home, abroad, np.intersect1d(a, b)[-1].item())
        yield Message.of(
            "CALENDAR_MISMATCH" + (".later" if hours > 0 else ".earlier" if hours < 0 else ""),
            None,
            tickers[0] if len(tickers) == 1 else None,
            n=len(tickers),
            tickers=tickers,
            home=home,
            benchmark=benchmark,
            abroad=abroad,
            sessions=len(np.setxor1d(a, b)),
            hours=abs(hours),
        )


def _currencies_of(pairs: Iterable[tuple[str, str]], prices: PriceTable) -> Iterator[Message]:
    """Of (ticker, benchmark)."""
    apart: dict[tuple[str, str, str], dict[str, None]] = {}
    known: dict[str, str | None] = {}
    for ticker, benchmark in dict.fromkeys(pairs):
        for name in (ticker, benchmark):
            if name not in known:
                misnamed = name in prices.homes and prices.homes[name].mark  # it says no currency either
                known[name] = None if misnamed else currency_of(name, prices.info.get(name))
        own, other = known[ticker], known[benchmark]
        if own and other and own != other:
            apart.setdefault((own, benchmark, other), {})[ticker] = None
    for (own, benchmark, other), found in apart.items():
        stated = prices.info[benchmark].currency if benchmark in prices.info else None
        tickers = [t for t in found if stated or not lives_with(benchmark, t, prices)]
        if not tickers:
            continue
        whom = tickers[0] if len(tickers) == 1 else None
        both = {"own": own, "benchmark": benchmark, "other": other}
        yield Message.of("CURRENCY_MIX", None, whom, n=len(tickers), tickers=tickers, **both)


def hours_later(home: str, abroad: str, session: date) -> float:
    """How many hours one exchange closes after the other on the same day."""
    return (calendars.close_time(abroad, session) - calendars.close_time(home, session)).total_seconds() / 3600
