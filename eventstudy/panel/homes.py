"""Where securities trade: what is given, else the marks of vendors in their names, else the days of their own prices.

A mark whose exchange was closed on days on which the price moved gives way to an exchange that fits them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from eventstudy import calendars, native
from eventstudy.calendars import markets
from eventstudy.errors import InvalidRequest, UnknownName
from eventstudy.language import Phrase
from eventstudy.panel.block import Bools, Days, Floats, Ints
from eventstudy.prices import PriceTable, SeriesInfo, opened

_OF_FILES = ("csv", "xlsx", "parquet", "dataframe")
"""Sources in which a plain name says nothing of where it trades; elsewhere it is one of New York."""
_AT_ONCE = 64
"""Securities whose prices are looked at together."""
_FEW = 64
"""Of up to so many it is looked at first whether they alone tell their days: columns one by one are read slowly."""


def is_of_file(info: SeriesInfo) -> bool:
    """Whether prices come from a file or a frame of the user's own."""
    return (info.origin or info.source) in _OF_FILES


@dataclass(frozen=True)
class Home:
    """The exchange of a security, and how it is known."""

    exchange: str | None
    """None: the days of the prices are its sessions."""
    by: Literal["given", "mark", "evidence", "prices"]
    same: tuple[str, ...] = ()
    """Exchanges that its days do not tell from it."""
    days: int = 0
    """Where the days of its prices say it: those on which its price moved."""
    astray: int = 0
    """Those of them that are no sessions of the exchange."""
    mark: str | None = None
    """The exchange that its name says and its days contradict."""
    shut: int = 0
    """Days of its prices on which that one was closed."""


def home_of(ticker: str, prices: PriceTable) -> Home:
    """Where a security trades; worked out once a table.

    Raises:
        InvalidRequest: a source of prices names it by a suffix or an index nobody has told us the exchange of.
    """
    if ticker not in prices.homes:
        prices.homes[ticker] = _found(ticker, prices)
    found: Home = prices.homes[ticker]
    return found


def _found(ticker: str, prices: PriceTable) -> Home:
    days = prices.close.index.to_numpy("datetime64[D]")
    if ticker in prices.close.columns:
        days = days[prices.close[ticker].notna().to_numpy()]
    return home_by(ticker, prices.info.get(ticker), days, lambda: moved(ticker, prices))


def home_by(ticker: str, info: SeriesInfo | None, priced: Days, moved: Callable[[], Days]) -> Home:
    """Where a security trades that has prices on the days `priced`, and other ones than before on those `moved`.

    Raises:
        InvalidRequest: as `home_of`.
    """
    of_file = info is not None and is_of_file(info)
    if info is not None and info.exchange and info.exchange_by == "given":
        return Home(info.exchange, "given") if _usable(info.exchange, priced) else Home(None, "prices")
    mark = calendars.stated_by(ticker) if of_file else calendars.exchange_of(ticker)
    if mark is None and info is not None and info.exchange:
        mark = info.exchange
    if mark is not None and not of_file:
        return Home(mark, "mark")
    if mark is not None and _usable(mark, priced):
        shut = markets.shut_on(calendars.code_of(mark), days := moved())
        fit = markets.fitting(days) if shut else None
        if fit is None or calendars.code_of(mark) in (fit.exchange, *fit.same) or not _usable(fit.exchange, priced):
            return Home(mark, "mark")
        return Home(fit.exchange, "evidence", fit.same, fit.days, fit.astray, mark, shut)
    fit = markets.fitting(moved())
    if fit is not None and _usable(fit.exchange, priced):
        return Home(fit.exchange, "evidence", fit.same, fit.days, fit.astray)
    return Home(None, "prices")


def taken_for(prices: PriceTable) -> tuple[Phrase, ...]:
    """Which securities are taken to trade where by the days of their prices alone, and how well these fit."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for ticker, home in prices.homes.items():
        if ticker and home.by == "evidence":
            alike.setdefault((home.exchange, *home.same), []).append(ticker)
    said = []
    for (exchange, *same), names in alike.items():
        days, astray = (sum(getattr(prices.homes[t], what) for t in names) for what in ("days", "astray"))
        fit = Phrase(
            "{tickers:some 4} taken to trade on {exchange} by the days of the prices ({n} of {days} are its sessions)",
            tickers=names, exchange=exchange, n=days - astray, days=days,
        )  # fmt: skip
        said.append(Phrase("{fit}, which cannot be told apart from {same:some 4}", fit=fit, same=same) if same else fit)
    for ticker, home in prices.homes.items():
        if ticker and home.mark:
            said.append(
                Phrase(
                    "{ticker} is not taken to trade on {exchange}, as its name says: that was closed on {n} of the days on"
                    " which its price moved; --exchange {ticker}={exchange} insists on it",
                    ticker=ticker, exchange=home.mark, n=home.shut,
                )
            )  # fmt: skip
    return tuple(said)


def places_of(prices: PriceTable) -> tuple[Phrase, ...]:
    """Where each security of a table is taken to trade, and how that is known."""
    alike: dict[tuple[str, str], list[str]] = {}
    for ticker in prices.tickers:
        try:
            home = home_of(ticker, prices)
        except InvalidRequest:
            home = Home(None, "prices")
        alike.setdefault((home.by, home.exchange or ""), []).append(ticker)
    told = []
    for (by, exchange), names in alike.items():
        how = {
            "given": Phrase("{exchange}, as a column says", exchange=exchange),
            "mark": Phrase("{exchange}, by the marks of vendors in the names", exchange=exchange),
            "prices": Phrase("not known, the days of the prices are taken for sessions"),
        }
        if by in how:
            told.append(Phrase("exchange of {tickers:some 4}: {how}", tickers=names, how=how[by]))
    return (*told, *taken_for(prices))


def _usable(exchange: str, priced: Days) -> bool:
    """Whether the calendar of an exchange can be worked out, from the first price of a security on."""
    try:
        low, _ = calendars.reach(exchange)
        if not len(priced):
            return True
        calendars.sessions(exchange, priced[0].item(), priced[-1].item())
    except (InvalidRequest, UnknownName):
        return False
    return bool(low <= priced[0].item())


def opened_by(exchange: str | None, prices: PriceTable) -> frozenset[date]:
    """The days on which all series of an exchange traded although its calendar has no session; worked out once a table."""
    if exchange is None or prices.opened is None or "volume" not in prices.fields:
        return frozenset()
    if exchange not in prices.opened:
        prices.opened[exchange] = frozenset(_opened(exchange, prices).tolist())
    return prices.opened[exchange]


def _opened(exchange: str, prices: PriceTable) -> Days:
    days = prices.close.index.to_numpy("datetime64[D]")
    low, high = calendars.reach(exchange)
    days = days[(days >= np.datetime64(low)) & (days <= np.datetime64(high))]
    if not len(days):
        return days
    rows = prices.close.index.isin(days)
    sessions = calendars.sessions(exchange, days[0].item(), days[-1].item())
    volume = prices.fields["volume"].to_numpy(float)[rows]
    outside = ~np.isin(days, sessions)
    if not (volume[outside] > 0).any():
        return days[:0]
    own = np.array([trades_on(t, exchange, prices) for t in prices.tickers], dtype=bool)
    return opened(days, sessions, prices.close.to_numpy(float)[rows][:, own], volume[:, own])


def trades_on(ticker: str, exchange: str, prices: PriceTable) -> bool:
    """Whether a security of the table trades on an exchange."""
    return _exchange_or_none(ticker, prices) == exchange  # None: of the user's own, or another column of a wide file


@dataclass(frozen=True)
class OwnDays:
    """Sessions that the prices say themselves: the days of securities that trade together."""

    group: Mapping[str, int]
    """Ticker -> position in `days`."""
    days: tuple[Days, ...]

    def of(self, ticker: str) -> int:
        """The group of a ticker; the first one of those that have no price."""
        return self.group.get(ticker, 0)


def own_days(prices: PriceTable, lonely: Sequence[str] | None = None, asked: Sequence[str] = ()) -> OwnDays:
    """The securities of a table, or of it the `lonely` ones without an exchange, by the days on which they trade together.

    Those of one exchange are together, and each other one is with those on whose days it has its prices, up to days that it
    lacks; where no days fit, its own are its sessions. A table whose securities all have a price on each day, from their first
    to their last, is one group. Only the groups of those `asked` for need be found, where there are some.
    """
    if prices.unplaced is not None:
        return OwnDays({}, (prices.unplaced,))
    kept = prices.homes.get("")  # beside the homes, of which there is none without a name
    if lonely is None and kept is not None and kept[0] is prices.close:
        known: OwnDays = kept[1]
        return known
    sessions: Days = prices.close.index.to_numpy("datetime64[D]")
    if lonely is None and 0 < len(asked) <= _FEW and _all_days(asked, prices):
        return OwnDays({}, (sessions,))
    names = prices.tickers if lonely is None else [t for t in lonely if t in prices.close.columns]
    closes = (prices.close if lonely is None else prices.close[names]).to_numpy(float)
    found = _together(names, closes, sessions, prices, by_exchange=lonely is None)
    if lonely is None:
        prices.homes[""] = (prices.close, found)
    return found


def _all_days(asked: Sequence[str], prices: PriceTable) -> bool:
    """Whether the days of those asked for are all days of the table, as their own prices and few others tell.

    They are where one of them has a price on each day, and each other one as well, from its first to its last, or moves on the
    days of the same exchange as the first security of which that is so: those are together (`_together`).
    """
    columns = {name: at for name in asked if (at := prices.position(name)) is not None}
    closes = prices.close.to_numpy()

    def days(column: int) -> tuple[int, bool]:
        """How many prices a security has, and whether it has one on each day from the first to the last."""
        rows = np.flatnonzero(~np.isnan(closes[:, column]))
        return len(rows), bool(len(rows) and rows[-1] - rows[0] + 1 == len(rows))

    found = {name: days(column) for name, column in columns.items()}
    if not any(count == len(closes) for count, _ in found.values()) or not all(count for count, _ in found.values()):
        return False
    rest = [name for name, (_, whole) in found.items() if not whole]
    if not rest:
        return True
    first = next(name for i, name in enumerate(prices.tickers) if days(i)[1])
    market = _markets([first, *rest], prices)
    return first in market and all(market.get(name) == market[first] for name in rest)


def _priced(closes: Floats) -> Bools:
    """(n, T) on which days each security has one of the closes (T, n)."""
    found = np.empty(closes.shape[::-1], bool)
    for start in range(0, closes.shape[1], _AT_ONCE):
        some = closes[:, start : start + _AT_ONCE].T
        np.equal(some, some, out=found[start : start + _AT_ONCE])  # what lacks is not equal to itself
    return found


def _spans(closes: Floats) -> tuple[Ints, Ints, Ints]:
    """(n,) the first day on which each security has one of the closes (T, n), the one after the last, and how many it has."""
    form, found = native.form(), np.empty((3, closes.shape[1]), np.int64)
    if form.kernel is not None:
        form.kernel.spans(form.level, closes, found)
    else:
        priced = _priced(closes)
        found[:] = priced.argmax(axis=1), markets.ends(priced), markets.counts(priced)
    return found[0], found[1], found[2]


def _together(
    names: Sequence[str], closes: Floats, sessions: Days, prices: PriceTable, *, by_exchange: bool
) -> OwnDays:
    """The groups of n securities by the days on which each has one of the closes (T, n)."""
    if not len(names) or not len(sessions):
        return OwnDays({}, (sessions,))
    first, end, count = _spans(closes)
    full = (count == end - first) & (count > 0)
    if full.all():
        return OwnDays({}, (sessions,))
    groups: dict[str, list[int]] = {}
    rest: list[int] = []
    whole = np.flatnonzero(full).tolist() if by_exchange else []
    looked_at = [*whole[:1], *np.flatnonzero(~full).tolist()] if by_exchange else list(range(len(names)))
    found = _markets([names[i] for i in looked_at if count[i]], prices) if by_exchange else {}
    for i in looked_at:
        home = found.get(names[i])
        if home is None:
            rest.append(i)
        else:
            groups.setdefault(home, []).append(i)
    if whole:  # they have a price on each day: of one market, or of one that never rests
        key = found.get(names[whole[0]]) or "whole"
        groups[key] = [*dict.fromkeys([*groups.get(key, []), *whole])]
        placed = set(groups[key])
        rest = [i for i in rest if i not in placed]
    many, rows = count.tolist(), cache(lambda: _priced(closes))
    found_on = [
        np.ones(len(sessions), bool)
        if count[listed].max() == len(sessions)
        else _on_any(rows(), sorted(listed, key=lambda i: -many[i]))
        for listed in groups.values()
    ]
    masks = [_Days(days, bool(days.all())) for days in found_on]
    members = list(groups.values())
    if (
        len(masks) == 1
        and masks[0].every
        and _fits(0, (end - first - count)[rest], (end - first)[rest], count[rest]).all()
    ):
        members[0] += rest  # each is on days of the one group, to which none adds any
        rest = []
    for i in sorted(rest, key=lambda i: (-many[i], names[i])):
        own, n = slice(int(first[i]), int(end[i])), many[i]
        wrong = [mask.beside(rows()[i], own, n) for mask in masks]
        able = [k for k, (astray, lacking, of) in enumerate(wrong) if _fits(astray, lacking, of, n)]
        if able:
            best = min(able, key=lambda k: sum(wrong[k][:2]))
            members[best].append(i)
            masks[best] = masks[best].with_days(rows()[i])
        else:
            members.append([i])
            masks.append(_Days(rows()[i], n == len(sessions)))
    return OwnDays(
        {names[i]: k for k, listed in enumerate(members) for i in listed}, tuple(sessions[mask.on] for mask in masks)
    )


def _fits(astray: Any, lacking: Any, of: Any, n: Any) -> Any:
    """Whether n prices are of days on which all but some `astray` lie, and of which, `of` in their time, some are `lacking`."""
    return ((astray <= 1) | (astray <= markets.ASTRAY * n)) & (lacking <= markets.LACKING * of)


class _Days(NamedTuple):
    """The days of securities that trade together."""

    on: Bools
    """(T,) whether one of them has a price."""
    every: bool
    """Whether that is so on each day."""

    def beside(self, priced: Bools, own: slice, n: int) -> tuple[int, int, int]:
        """On how many of its n days another security has a price alone, on how many it lacks one; and the days in its time."""
        of = own.stop - own.start if self.every else int(np.count_nonzero(self.on[own]))
        both = n if of == own.stop - own.start else int(np.count_nonzero(priced[own] & self.on[own]))
        return n - both, of - both, of

    def with_days(self, priced: Bools) -> _Days:
        """Those of another one as well."""
        if self.every:
            return self
        on = self.on | priced
        return _Days(on, bool(on.all()))


def _on_any(priced: Bools, listed: list[int]) -> Bools:
    """(T,) on which days one of these securities has a price: one after the other, until all days have one."""
    found = np.zeros(priced.shape[1], bool)
    for i in listed:
        found |= priced[i]
        if found.all():
            break
    return found


def _markets(names: Sequence[str], prices: PriceTable) -> dict[str, str]:
    """The exchanges of securities as `home_by` finds them, whether their calendars can be worked out or not."""
    found: dict[str, str] = {}
    plain: list[str] = []
    for name in names:
        info = prices.info.get(name)
        told = info.exchange if info is not None and info.exchange else calendars.stated_by(name)
        if told:
            found[name] = told
        else:
            plain.append(name)
    fits = _fittings(prices.close.columns.get_indexer(pd.Index(plain)), prices) if plain else []
    return found | {name: fit.exchange for name, fit in zip(plain, fits, strict=True) if fit is not None}


def _fittings(which: Ints, prices: PriceTable) -> list[markets.Fit | None]:
    """The exchanges that were open on the days on which securities, by their columns, traded."""
    days, form = prices.close.index.to_numpy("datetime64[D]"), native.form()
    close, volume = (prices.fields[n].to_numpy() if n in prices.fields else None for n in ("close", "volume"))
    if form.kernel is None or not all(given is None or given.dtype == np.float64 for given in (close, volume)):
        return markets.fittings(days, _traded(which, len(days), close, volume))
    (known, closed), most = markets.closed_on(days), markets.most_astray(len(days))
    span, astray = np.empty((3, len(which)), np.int64), np.empty((len(which), len(closed)), np.int64)
    form.kernel.traded(form.level, close, volume, which.astype(np.int64), known, closed, most, span, astray)
    return markets.fits(days, markets.Traded(span[0], span[1], span[2], astray.T))


def _exchange_or_none(ticker: str, prices: PriceTable) -> str | None:
    try:
        return home_of(ticker, prices).exchange
    except InvalidRequest:
        return None


def moved(ticker: str, prices: PriceTable) -> Days:
    """The days on which a security traded: its price moved, and where its volume is known there was some."""
    if ticker not in prices.close.columns:
        return np.empty(0, "datetime64[D]")
    days = prices.close.index.to_numpy("datetime64[D]")
    fields = [prices.fields[name][[ticker]].to_numpy(float) for name in ("close", "volume") if name in prices.fields]
    found: Days = days[_traded(np.zeros(1, np.int64), len(days), *fields)[0]]
    return found


def _traded(which: Ints, days: int, closes: Any = None, volume: Any = None) -> Bools:
    """(n, T) whether securities, by their columns, traded on T days: their price (T, N) moved, and volume was not nothing."""
    found, form = np.empty((len(which), days), bool), native.form()
    compiled = form.kernel is not None and len(which) and closes.dtype == np.float64
    if compiled:
        form.kernel.moved(form.level, closes, which.astype(np.int64), found)
    for start in range(0, 0 if compiled and volume is None else len(which), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        if not compiled:
            found[some] = _moved(closes.T[which[some]].astype(float, copy=False))
        if volume is not None:
            found[some] &= volume.T[which[some]].astype(float, copy=False) != 0
    return found


def _moved(closes: Floats) -> Bools:
    """(n, T) whether each price moved on each day; the first price of one that has several is a move."""
    closes = np.ascontiguousarray(closes)
    found = ~np.isnan(closes)
    few = markets.counts(found) < 2
    edges = np.flatnonzero(np.diff(found, axis=1, prepend=False, append=False))
    row, day = np.divmod(edges, closes.shape[1] + 1)  # where prices begin, and where they end, in turn
    found[:, 1:] &= closes[:, 1:] != closes[:, :-1]
    gap = np.flatnonzero(row[1:-1:2] == row[2::2])
    row, before, after = row[2::2][gap], day[1:-1:2][gap] - 1, day[2::2][gap]
    found[row, after] = closes[row, after] != closes[row, before]
    found[few] = False
    return found


def exchange_beside(benchmark: str, home: str | None, prices: PriceTable) -> str | None:
    """The exchange of a benchmark beside a share of exchange `home`: with its share, where its own days do not say otherwise.

    Raises:
        InvalidRequest: a suffix or an index nobody has told us the exchange of.
    """
    own = home_of(benchmark, prices)
    if own.by == "prices" or home is None:
        return home
    if own.by == "evidence" and home in own.same:
        return home
    if own.by == "mark" and calendars.stated_by(benchmark) is None:
        return _beside_plain(benchmark, home, own.exchange, prices)
    return own.exchange


def _beside_plain(benchmark: str, home: str, usual: str | None, prices: PriceTable) -> str | None:
    """A plain name of a source: one of New York, unless its prices say that it lives with the share.

    On most of the sessions of `home` on which New York was closed it has a price, and one that moved.
    """
    if usual is None or calendars.code_of(usual) == calendars.code_of(home) or benchmark not in prices.close.columns:
        return usual
    days = moved(benchmark, prices)
    if not len(days):
        return usual
    (low, high), (since, until) = calendars.reach(home), calendars.reach(usual)
    first, last = max(days[0].item(), low, since), min(days[-1].item(), high, until)
    if last < first:
        return usual
    apart = np.setdiff1d(calendars.sessions(home, first, last), calendars.sessions(usual, first, last))
    return home if 2 * np.isin(apart, days).sum() > len(apart) else usual


def lives_with(benchmark: str, ticker: str, prices: PriceTable) -> bool:
    """Whether a benchmark whose name does not say where it trades is found to live with a share of another country."""
    try:
        home = home_of(ticker, prices).exchange
        beside = exchange_beside(benchmark, home, prices)
        if home is None or beside != home:
            return False
        return (
            calendars.says_where(ticker) and calendars.code_of(home) != "XNYS" and not calendars.says_where(benchmark)
        )
    except InvalidRequest:
        return False
