"""Where securities trade: what is given, else the marks of vendors in their names, else the days of their own prices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from eventstudy import calendars, markets
from eventstudy.errors import InvalidRequest, UnknownName
from eventstudy.panel.block import Days
from eventstudy.prices import PriceTable, SeriesInfo, opened

_OF_FILES = ("csv", "xlsx", "parquet", "dataframe")
"""Sources in which a plain name says nothing of where it trades; elsewhere it is one of New York."""


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
    if mark is not None and (not of_file or _usable(mark, priced)):
        return Home(mark, "mark")
    fit = markets.fitting(moved())
    if fit is not None and _usable(fit.exchange, priced):
        return Home(fit.exchange, "evidence", fit.same)
    return Home(None, "prices")


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
    try:
        return home_of(ticker, prices).exchange == exchange
    except InvalidRequest:
        return False  # a benchmark of the user's own, or another column of a wide file


def own_sessions(tickers: Sequence[str], prices: PriceTable) -> Days:
    """The sessions of securities without an exchange: the days on which one of them has a price."""
    if prices.unplaced is not None:
        whole: Days = prices.unplaced
        return whole
    sessions: Days = prices.close.index.to_numpy("datetime64[D]")
    there = [t for t in tickers if t in prices.close.columns]
    return sessions[prices.close[there].notna().any(axis=1).to_numpy()] if there else sessions


def moved(ticker: str, prices: PriceTable) -> Days:
    """The days on which a security traded: its price moved, and where its volume is known there was some."""
    if ticker not in prices.close.columns:
        return np.empty(0, "datetime64[D]")
    closes = prices.close[ticker].to_numpy(float)
    there = np.flatnonzero(np.isfinite(closes))
    if len(there) < 2:
        return np.empty(0, "datetime64[D]")
    kept = there[np.concatenate([[True], np.diff(closes[there]) != 0])]
    if "volume" in prices.fields:
        volume = prices.fields["volume"][ticker].to_numpy(float)[kept]
        kept = kept[~(volume == 0)]
    days: Days = prices.close.index.to_numpy("datetime64[D]")[kept]
    return days


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
