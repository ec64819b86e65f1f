"""Sessions and closes of an exchange; a ticker's exchange; a moment's day 0.

The only file that knows exchange_calendars. It is imported, with pandas, when the first calendar is needed,
so that reading and listing events stays quick. An exchange is named by its market code (XNYS, XETR, ...), or
by any other name that exchange_calendars understands (`24/7`, NYSE).

Day 0 of an instant is the first session whose scheduled close lies strictly after it; of a date, the first
session on or after it, or after it when the news came after the close. Nothing is ever shifted backwards.
"""

from __future__ import annotations

import re
import warnings
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args
from zoneinfo import ZoneInfo

from eventstudy.calendars.overrides import Override, override_of
from eventstudy.errors import InvalidRequest, Sentence, UnknownName

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Timing = Literal["pre", "intraday", "post", "unknown"]
"""When on its day the news came: before the open, while trading, after the close, or nobody noted it."""
_TIMINGS: tuple[str, ...] = get_args(Timing)

OLDEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
"""Nothing is asked of a calendar outside these dates, even where the calendar itself names no limit."""

# Wide enough for nearly every study; a calendar costs the same for ten years as for forty.
_USUAL = (date(1990, 1, 1), date(2029, 12, 31))

_NO_CALENDAR = Sentence(
    "take the dates of the price table as the sessions: --calendar prices (in Python: calendar=None)"
)

_TRADES_AT = """
L:XLON IL:XLON IR:XDUB PA:XPAR AS:XAMS BR:XBRU LS:XLIS MC:XMAD MI:XMIL SW:XSWX VI:XWBO
DE:XETR F:XFRA SG:XFRA HM:XHAM DU:XDUS ST:XSTO OL:XOSL CO:XCSE HE:XHEL IC:XICE
WA:XWAR PR:XPRA BD:XBUD AT:ASEX IS:XIST JO:XJSE SR:XSAU TA:XTAE
TO:XTSE V:XTSE MX:XMEX SA:BVMF BA:XBUE SN:XSGO
T:XTKS HK:XHKG SS:XSHG SZ:XSHG KS:XKRX KQ:XKRX TW:XTAI TWO:XTAI NS:XBOM BO:XBOM
SI:XSES KL:XKLS JK:XIDX BK:XBKK AX:XASX NZ:XNZE
"""
"""Suffixes as Yahoo writes them. An exchange without a calendar of its own takes that of the same country."""

_INDEX_OF = """
^GSPC:XNYS ^SPX:XNYS ^SP500TR:XNYS ^DJI:XNYS ^IXIC:XNYS ^NDX:XNYS ^NYA:XNYS ^RUT:XNYS ^VIX:XNYS ^SOX:XNYS
^GDAXI:XETR ^MDAXI:XETR ^TECDAX:XETR ^STOXX50E:XETR ^FTSE:XLON ^FCHI:XPAR ^AEX:XAMS ^BFX:XBRU ^IBEX:XMAD
^SSMI:XSWX ^OMX:XSTO ^N225:XTKS ^HSI:XHKG ^KS11:XKRX ^TWII:XTAI ^BSESN:XBOM ^NSEI:XBOM ^AXJO:XASX ^STI:XSES
^GSPTSE:XTSE ^BVSP:BVMF ^MXX:XMEX
"""

_BLOOMBERG = """
US:XNYS UN:XNYS UW:XNYS UQ:XNYS UA:XNYS UR:XNYS UP:XNYS UV:XNYS LN:XLON ID:XDUB FP:XPAR NA:XAMS BB:XBRU PL:XLIS
SM:XMAD SQ:XMAD IM:XMIL SW:XSWX SE:XSWX VX:XSWX AV:XWBO GY:XETR GR:XETR GF:XFRA TH:XETR SS:XSTO NO:XOSL DC:XCSE
FH:XHEL IR:XICE PW:XWAR CP:XPRA CK:XPRA HB:XBUD GA:ASEX TI:XIST SJ:XJSE AB:XSAU IT:XTAE CN:XTSE CT:XTSE CV:XTSE
MM:XMEX BZ:BVMF BS:BVMF AR:XBUE CI:XSGO CC:XSGO JT:XTKS JP:XTKS HK:XHKG CH:XSHG CG:XSHG CS:XSHG C1:XSHG C2:XSHG
KS:XKRX KP:XKRX KQ:XKRX TT:XTAI IN:XBOM IB:XBOM IS:XBOM SP:XSES MK:XKLS IJ:XIDX TB:XBKK AU:XASX AT:XASX NZ:XNZE
"""
"""Country and exchange codes of Bloomberg: NVDA US Equity, VOD LN."""

_RIC = """
N:XNYS O:XNYS OQ:XNYS K:XNYS P:XNYS A:XNYS US:XNYS UK:XLON JP:XTKS PL:XWAR HU:XBUD SH:XSHG BJ:XSHG S:XSWX VX:XSWX
BE:XETR KW:XKUW
"""
"""Further suffixes: of Reuters (NVDA.O, IBM.N), Stooq (NVDA.US), Wind and Tushare (600000.SH)."""

_BEFORE = """
XNAS:XNYS XNYS:XNYS ARCX:XNYS BATS:XNYS XASE:XNYS NASDAQ:XNYS NYSE:XNYS NYSEARCA:XNYS NYSEAMERICAN:XNYS AMEX:XNYS
US:XNYS OTC:XNYS LON:XLON LSE:XLON ETR:XETR XETRA:XETR FRA:XFRA EPA:XPAR AMS:XAMS EBR:XBRU ELI:XLIS BME:XMAD BIT:XMIL
SWX:XSWX VTX:XSWX VIE:XWBO STO:XSTO CPH:XCSE HEL:XHEL OSL:XOSL OSE:XOSL ICE:XICE WSE:XWAR TYO:XTKS TSE:XTSE HKG:XHKG
HKEX:XHKG SHA:XSHG SSE:XSHG SHE:XSHG SZSE:XSHG KRX:XKRX KOSDAQ:XKRX TPE:XTAI TWSE:XTAI NSE:XBOM BSE:XBOM BOM:XBOM
SGX:XSES ASX:XASX NZE:XNZE TSX:XTSE TSXV:XTSE CVE:XTSE BVMF:BVMF BMV:XMEX JSE:XJSE IST:XIST BIST:XIST TLV:XTAE
ARCA:XNYS OTCPK:XNYS ENXTPA:XPAR ENXTAM:XAMS ENXTBR:XBRU ENXTLS:XLIS XTRA:XETR SEHK:XHKG CPSE:XCSE HLSE:XHEL WBAG:XWBO KOSE:XKRX
NASDAQGS:XNYS NASDAQGM:XNYS NASDAQCM:XNYS TADAWUL:XSAU BKK:XBKK SET:XBKK IDX:XIDX KLSE:XKLS
"""
"""Exchanges as they are written before a ticker: NASDAQ:NVDA, LON:VOD; market codes themselves too."""

_FACTSET = """
US:XNYS CA:XTSE GB:XLON IE:XDUB DE:XETR FR:XPAR NL:XAMS BE:XBRU ES:XMAD IT:XMIL CH:XSWX AT:XWBO SE:XSTO NO:XOSL DK:XCSE FI:XHEL
JP:XTKS HK:XHKG CN:XSHG KR:XKRX TW:XTAI IN:XBOM SG:XSES AU:XASX NZ:XNZE BR:BVMF MX:XMEX ZA:XJSE
"""
"""Countries as FactSet writes them behind a ticker: NVDA-US, SAP-DE; without those that are classes of shares too (BAC-PL)."""

_PRICED_IN = "USD EUR GBP JPY CHF CAD AUD KRW INR BRL USDT USDC BTC ETH"
"""BTC-USD, ETH-BTC: what a coin is priced in."""

_SUFFIXES = dict(pair.split(":") for pair in _TRADES_AT.split())
_INDICES = dict(pair.split(":") for pair in _INDEX_OF.split())
_AFTER = _SUFFIXES | dict(pair.split(":") for pair in _RIC.split())
_FIRST = dict(pair.split(":") for pair in _BEFORE.split())
_BLANK = dict(pair.split(":") for pair in _BLOOMBERG.split())
_BEHIND = dict(pair.split(":") for pair in _FACTSET.split())
_YELLOW = re.compile(r"(.+?)\s+(equity|index|corp|curncy|comdty)", re.I)
_MONEY = frozenset(_PRICED_IN.split())

_US_CLASS = frozenset("ABCDU")
"""BRK.B, BF.A, units (.U): letters after a point that name a share class. F, L, T and V are exchanges."""

_US_DASH = re.compile(r"[A-Z]|P[A-Z]?|W[ST]?|UN?|R[IT]?")
"""BRK-B, preferred shares (BAC-PL), warrants, units and rights."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened: a date with its `timing`, or an instant with a zone.

    Raises:
        InvalidRequest: a time without a zone, or a timing beside an instant, which says it by itself.
    """

    when: date | datetime
    timing: Timing = "unknown"

    def __post_init__(self) -> None:
        """Refuse what could be read two ways."""
        if self.timing not in _TIMINGS:
            raise InvalidRequest(
                Sentence("the timing is {timing!r}", timing=self.timing), available=", ".join(_TIMINGS)
            )
        if isinstance(self.when, datetime):
            if self.when.utcoffset() is None:
                raise InvalidRequest(
                    Sentence("the time {when} has no zone", when=self.when.isoformat()),
                    hint=Sentence("add an offset, e.g. -05:00, or name a tz"),
                )
            if self.timing != "unknown":
                raise InvalidRequest(
                    Sentence(
                        "timing {timing!r} goes with a date; {when} already says the time",
                        timing=self.timing,
                        when=self.when.isoformat(),
                    ),
                    hint=Sentence("leave the timing out"),
                )


@dataclass(frozen=True, slots=True)
class Day0:
    """Where a moment falls in an exchange's sessions.

    `announced` is the moment as given (ISO 8601), `local_date` its date where the exchange is, `session` its
    day 0. `shifted` says that the two differ, by `shift_days` calendar days; news after the close are too.
    """

    announced: str
    exchange: str
    local_date: date
    session: date
    shifted: bool
    shift_days: int


@dataclass(frozen=True, slots=True)
class _Calendar:
    """An exchange's S sessions between two dates and their S closes (UTC, without zone), both ascending."""

    code: str
    tz: ZoneInfo
    first: date
    last: date
    days: list[date]
    closes: list[datetime]
    grid: NDArray[np.datetime64]
    """(S,) the sessions again, of datetime64[D]."""


_NONE: frozenset[date] = frozenset()
_calendars: dict[str, _Calendar] = {}
"""By market code, so that an alias costs nothing."""


@lru_cache(maxsize=2**15)
def exchange_of(ticker: str) -> str:
    """The market code of a ticker, by its Yahoo suffix.

    No suffix is New York, as are share classes (BRK.B, BRK-B). BTC-USD trades always (`24/7`), EURUSD=X on
    weekdays (`24/5`), ES=F in Chicago (CMES).

    Raises:
        InvalidRequest: a suffix or an index nobody has told us the exchange of; nothing is guessed.
    """
    text = ticker.strip().upper()
    if text.startswith("^"):
        return _known(_INDICES, text, ticker, "index")
    if "=" in text:
        return _known({"=X": "24/5", "=F": "CMES"}, "=" + text.rpartition("=")[2], ticker, "suffix")
    stem, dot, suffix = text.rpartition(".")
    if dot and suffix.isalpha() and stem:
        if suffix in _US_CLASS:
            return "XNYS"
        return _known(_SUFFIXES, suffix, ticker, "suffix")
    stem, dash, suffix = text.rpartition("-")
    if dash and suffix.isalpha() and stem:
        if suffix in _MONEY:
            return "24/7"
        if not _US_DASH.fullmatch(suffix):
            raise _unplaced(ticker, "suffix", ["-" + name for name in sorted(_MONEY)])
    if len(text.split()) != 1:
        raise _unplaced(ticker, "suffix", ["." + name for name in sorted(_SUFFIXES)])
    return "XNYS"


def mark_of(ticker: str) -> tuple[str, str] | None:
    """The ticker without the mark of its vendor, and the market code that the mark says; None: it bears none.

    `NVDA US Equity`, `VOD LN`, `MC.PA`, `NVDA.O`, `600000.SH`, `NASDAQ:NVDA`, `XNAS:NVDA`, `SAP-DE`.
    """
    text = ticker.strip()
    kind = _YELLOW.fullmatch(text)
    stem = kind[1] if kind else text
    head, blank, code = stem.rpartition(" ")
    if blank and code.isupper() and code in _BLANK and head.strip():
        return head.strip(), _BLANK[code]
    if kind:
        return stem, ""
    name, dash, suffix = text.rpartition("-")
    if dash and name and suffix.upper() in _BEHIND:
        return name, _BEHIND[suffix.upper()]
    first, colon, rest = text.partition(":")
    if colon and rest and first.upper() in _FIRST:
        return rest, _FIRST[first.upper()]
    if colon and rest and first.isupper() and len(first) == 4 and first in known():
        return rest, first
    name, dot, suffix = text.rpartition(".")
    if (
        dot
        and name
        and suffix.upper() in _AFTER
        and (suffix.upper() not in _US_CLASS or (suffix.upper() in ("A",) and len(name) > 4))
    ):
        return name, _AFTER[suffix.upper()]
    return None


def market_of(text: str) -> str | None:
    """The market code of an exchange as people write it: XNYS, NYSE, NasdaqGS, Xetra; None: none that is known."""
    name = text.strip().upper()
    if name in _FIRST:
        return _FIRST[name]
    for word in ("NASDAQ", "NYSE", "XETRA"):
        if name.startswith(word):
            return _FIRST[word]
    try:
        return code_of(name)
    except UnknownName:
        return None


def stated_by(ticker: str) -> str | None:
    """The exchange that the mark of a vendor in a ticker says: `MC.PA`, `^FCHI`, `BTC-USD`, `VOD LN`; None: it bears none."""
    text = ticker.strip().upper()
    if text.isalnum():
        return None
    if text.startswith("^"):
        return _INDICES.get(text)
    if "=" in text:
        return {"X": "24/5", "F": "CMES"}.get(text.rpartition("=")[2])
    stem, dot, suffix = text.rpartition(".")
    if dot and stem and suffix in _SUFFIXES and suffix not in _US_CLASS:
        return _SUFFIXES[suffix]
    stem, dash, suffix = text.rpartition("-")
    if dash and stem and suffix in _MONEY:
        return "24/7"
    mark = mark_of(ticker)
    return mark[1] or None if mark else None


def says_where(ticker: str) -> bool:
    """Whether a ticker says by itself where it trades: `MC.PA`, `^FCHI`, `ES=F`; a plain name such as `SPY` does not."""
    return not ticker.strip().isalnum()


def _known(table: dict[str, str], key: str, ticker: str, noun: str) -> str:
    if key not in table:
        mark = "." if noun == "suffix" and not key.startswith("=") else ""
        raise _unplaced(ticker, noun, [mark + name for name in sorted(table)])
    return table[key]


def _unplaced(ticker: str, noun: str, known: list[str]) -> InvalidRequest:
    return InvalidRequest(
        Sentence("where does {ticker!r} trade? Its {noun} is not one we know", ticker=ticker, noun=noun),
        where=Sentence("ticker {ticker}", ticker=ticker),
        available=", ".join(known),
        hint=Sentence("write the ticker as Yahoo does, or {no_calendar}", no_calendar=_NO_CALENDAR),
    )


def known() -> list[str]:
    """The market codes that a ticker can lead to, sorted."""
    return sorted({*_SUFFIXES.values(), *_INDICES.values(), "XNYS", "CMES"})


def code_of(exchange: str) -> str:
    """The market code behind a name of an exchange: XNYS for NYSE, XNAS or ARCX.

    Raises:
        UnknownName: no such exchange.
    """
    return _factory(exchange)[0]


def _calendar(exchange: str, first: date, last: date) -> _Calendar:
    """The calendar over at least `first`..`last`, within its reach; widened by whole decades on demand."""
    code, factory, low, high = _factory(exchange)
    have = _calendars.get(code)
    if have and have.first <= first and last <= have.last:
        return have
    since = min(first, _USUAL[0], have.first if have else first).year // 10 * 10
    until = max(last, _USUAL[1], have.last if have else last).year // 10 * 10 + 9
    calendar = _build(code, factory, max(low, date(since, 1, 1)), min(high, date(until, 12, 31)))
    _calendars[code] = calendar
    return calendar


@cache
def _factory(exchange: str) -> tuple[str, Any, date, date]:
    """(market code, calendar class, first and last date it can be asked for)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from exchange_calendars import calendar_utils
    names, classes = calendar_utils._default_calendar_aliases, calendar_utils._default_calendar_factories
    code = names.get(exchange, exchange)
    if code not in classes:
        raise UnknownName("exchange", exchange, [*classes, *names])
    low, high = classes[code].bound_min(), classes[code].bound_max()
    return code, classes[code], low.date() if low else OLDEST, high.date() if high else LATEST


def _build(code: str, factory: Any, start: date, end: date) -> _Calendar:
    import numpy as np

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # exchange_calendars uses what pandas will drop
        try:
            calendar = factory(start=start.isoformat(), end=end.isoformat())
        except (ValueError, TypeError, NotImplementedError) as error:
            raise InvalidRequest(
                Sentence(
                    "the calendar of {code} cannot be worked out by the installed exchange-calendars and pandas",
                    code=code,
                ),
                where=Sentence(
                    "exchange {code}, {start} to {end}: {said}", code=code, start=start, end=end, said=str(error)[:200]
                ),
                hint=Sentence("update exchange-calendars, or {no_calendar}", no_calendar=_NO_CALENDAR),
            ) from error
        closes = calendar.closes
        days: list[date] = closes.index.values.astype("datetime64[D]").tolist()
        times: list[datetime] = closes.values.astype("datetime64[us]").tolist()
    zone = ZoneInfo(str(calendar.tz))
    days, times = override_of(code).applied(days, times, zone, start, end)
    return _Calendar(code, zone, start, end, days, times, np.array(days, dtype="datetime64[D]"))


def _with(calendar: _Calendar, more: frozenset[date]) -> _Calendar:
    """The calendar with further sessions, which close when most around them do."""
    return _extended(calendar.code, calendar.first, calendar.last, more) if more else calendar


@lru_cache(maxsize=64)
def _extended(code: str, first: date, last: date, more: frozenset[date]) -> _Calendar:
    import numpy as np

    own = _calendars[code]
    days, closes = Override(open=more).applied(own.days, own.closes, own.tz, first, last)
    return replace(own, days=days, closes=closes, grid=np.array(days, dtype="datetime64[D]"))


def reach(exchange: str) -> tuple[date, date]:
    """The first and last date the calendar of an exchange can be asked for.

    Raises:
        UnknownName: no such exchange.
    """
    return _factory(exchange)[2:]


def sessions(exchange: str, first: date, last: date, more: frozenset[date] = _NONE) -> NDArray[np.datetime64]:
    """The sessions from `first` to `last`, both included: (S,) of datetime64[D], ascending.

    `more` are days on which the exchange is known to have traded although its calendar has no session.
    Where the calendar ends earlier (see `reach`) the sessions end there too.

    Raises:
        InvalidRequest: `last` is before `first`, or the calendar reaches no day of the range.
        UnknownName: no such exchange.
    """
    if last < first:
        raise InvalidRequest(
            Sentence("the sessions from {first} to {last} end before they start", first=first, last=last)
        )
    low, high = reach(exchange)
    if last < low or high < first:
        raise _beyond(exchange, first if high < first else last)
    calendar = _with(_calendar(exchange, max(first, low), min(last, high)), more)
    return calendar.grid[bisect_left(calendar.days, first) : bisect_right(calendar.days, last)].copy()


def _beyond(exchange: str, day: date) -> InvalidRequest:
    low, high = reach(exchange)
    return InvalidRequest(
        Sentence(
            "{day} is outside the calendar of {exchange}, {low} to {high}",
            day=day,
            exchange=exchange,
            low=low,
            high=high,
        ),
        where=Sentence("exchange {exchange}", exchange=exchange),
        available=Sentence("{low} to {high}", low=low, high=high),
        hint=Sentence("update exchange-calendars, or {no_calendar}", no_calendar=_NO_CALENDAR),
    )


def _index(exchange: str, session: date, room: int = 0) -> tuple[_Calendar, int]:
    """The calendar with `room` calendar days on both sides of a session, and the session's place in it."""
    low, high = reach(exchange)
    if not low <= session <= high:
        raise _beyond(exchange, session)
    ahead, behind = (high - session).days, (session - low).days
    calendar = _calendar(exchange, session - timedelta(min(room, behind)), session + timedelta(min(room, ahead)))
    place = bisect_left(calendar.days, session)
    if calendar.days[place : place + 1] != [session]:
        near = [str(day) for day in calendar.days[max(place - 1, 0) : place + 1]]
        raise InvalidRequest(
            Sentence("{session} is not a session of {exchange}", session=session, exchange=exchange),
            where=Sentence("exchange {exchange}", exchange=exchange),
            available=Sentence("{first} and {last}", first=near[0], last=near[1]) if near[1:] else "".join(near),
        )
    return calendar, place


def shift(exchange: str, session: date, n: int) -> date:
    """The session `n` sessions after `session` (before it, when n is negative).

    Raises:
        InvalidRequest: `session` is none, or the calendar does not reach that far.
        UnknownName: no such exchange.
    """
    calendar, place = _index(exchange, session, room=2 * abs(n) + 40)
    if not 0 <= place + n < len(calendar.days):
        low, high = reach(exchange)
        raise InvalidRequest(
            Sentence(
                "{n:+d} sessions from {session} is outside the calendar of {exchange}",
                n=n,
                session=session,
                exchange=exchange,
            ),
            available=Sentence("{low} to {high}", low=low, high=high),
        )
    return calendar.days[place + n]


def close_time(exchange: str, session: date) -> datetime:
    """The scheduled close of a session (early closes included), in the time of the exchange.

    Raises:
        InvalidRequest: `session` is none.
        UnknownName: no such exchange.
    """
    calendar, place = _index(exchange, session)
    return calendar.closes[place].replace(tzinfo=UTC).astimezone(calendar.tz)


def open_time(exchange: str, session: date) -> datetime | None:
    """The scheduled opening of a session, in the time of the exchange; None where the installed calendar has no such session.

    Raises:
        UnknownName: no such exchange. InvalidRequest: the date is outside the calendar.
    """
    code, factory, low, high = _factory(exchange)
    if not low <= session <= high:
        raise _beyond(exchange, session)
    zone, opens = _opens(code, factory, session.year, low, high)
    opened = opens.get(session)
    return opened.replace(tzinfo=UTC).astimezone(zone) if opened else None


def hours(exchange: str, first: date, last: date) -> tuple[ZoneInfo, list[Hours]]:
    """The zone of an exchange, and the hours of its sessions from `first` to `last`, a lunch between two stretches.

    Raises:
        UnknownName: no such exchange. InvalidRequest: the range is outside the calendar.
    """
    code, factory, low, high = _factory(exchange)
    known = sessions(exchange, first, last).tolist()
    calendar = _calendar(exchange, max(first, low), min(last, high))
    found = []
    for session in known:
        opened, rest = _stretches(code, factory, session.year, low, high).get(session, (None, None))
        if opened is None:  # a session that the installed calendar does not know
            continue
        closed = calendar.closes[bisect_left(calendar.days, session)]
        whole = rest is not None and rest[1] < closed
        found.append(Hours(session, ((opened, rest[0]), (rest[1], closed)) if rest and whole else ((opened, closed),)))
    return calendar.tz, found


@dataclass(frozen=True, slots=True)
class Hours:
    """When a session trades: one stretch, or two with a lunch between them; UTC, without zone."""

    session: date
    stretches: tuple[tuple[datetime, datetime], ...]


@cache
def _stretches(
    code: str, factory: Any, year: int, low: date, high: date
) -> dict[date, tuple[datetime, tuple[datetime, datetime] | None]]:
    """Opening and lunch of each session of a year, UTC without zone."""
    first, last = max(low, date(year, 1, 1)), min(high, date(year, 12, 31))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in `_build`
        calendar = factory(start=first.isoformat(), end=last.isoformat())
        table = calendar.schedule[["open", "break_start", "break_end"]]
    days: list[date] = table.index.values.astype("datetime64[D]").tolist()
    opens, starts, ends = (
        table[name].dt.tz_convert(None).to_numpy().astype("datetime64[us]").tolist() for name in table.columns
    )
    return {
        day: (opened, None if start is None else (start, end))
        for day, opened, start, end in zip(days, opens, starts, ends, strict=True)
    }


@cache
def _opens(code: str, factory: Any, year: int, low: date, high: date) -> tuple[ZoneInfo, dict[date, datetime]]:
    """The openings of a year, UTC without zone."""
    first, last = max(low, date(year, 1, 1)), min(high, date(year, 12, 31))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in `_build`
        calendar = factory(start=first.isoformat(), end=last.isoformat())
        opens = calendar.opens
        days: list[date] = opens.index.values.astype("datetime64[D]").tolist()
        return ZoneInfo(str(calendar.tz)), dict(zip(days, opens.values.astype("datetime64[us]").tolist(), strict=True))


def timing_of(moment: Moment, found: Day0) -> Timing:
    """On which side of day 0's session news came: `pre` on its morning, `intraday` while it traded, `post` before that day.

    Of a date it is what the date says; `unknown` where nothing does.
    """
    when = moment.when
    if not isinstance(when, datetime):
        return moment.timing
    opened = open_time(found.exchange, found.session) if found.exchange else None
    if opened is None:
        return "unknown"
    if when >= opened:
        return "intraday"
    return "pre" if found.local_date == found.session else "post"


def day0(moment: Moment, exchange: str, *, max_shift: int = 7, more: frozenset[date] = _NONE) -> Day0:
    """The session in which an exchange could first react.

    `max_shift` is the number of calendar days day 0 may lie after the moment's local date; `more` as in `sessions`.

    Raises:
        InvalidRequest: day 0 would lie further away, or outside the calendar.
        UnknownName: no such exchange.
    """
    low, high = reach(exchange)
    rough = moment.when.date() if isinstance(moment.when, datetime) else moment.when
    if not low <= rough <= high:
        raise _beyond(exchange, rough)
    calendar = _with(_calendar(exchange, max(low, rough - timedelta(2)), min(high, rough + timedelta(45))), more)
    if isinstance(moment.when, datetime):
        local = moment.when.astimezone(calendar.tz).date()
        place = bisect_right(calendar.closes, moment.when.astimezone(UTC).replace(tzinfo=None))
    else:
        local = moment.when
        place = (bisect_right if moment.timing == "post" else bisect_left)(calendar.days, local)
    if local < low or place == len(calendar.days):
        raise _beyond(exchange, local)
    return _landed(moment, calendar.code, local, calendar.days[place], max_shift)


def day0_on_sessions(moment: Moment, sessions: NDArray[np.datetime64], *, max_shift: int = 7) -> Day0:
    """Day 0 when the dates of the prices are the sessions: (S,) of datetime64[D], ascending.

    `exchange` is empty in what comes back. Closing times are not known here: an instant counts by the date it
    was in its own zone, so news after the close need a date with `timing="post"` to reach the next session.

    Raises:
        InvalidRequest: day 0 would lie more than `max_shift` days away, or after the last session.
    """
    import numpy as np

    local = moment.when.date() if isinstance(moment.when, datetime) else moment.when
    side: Literal["left", "right"] = "right" if moment.timing == "post" else "left"
    place = int(np.searchsorted(sessions, np.datetime64(local, "D"), side=side))
    if place == len(sessions):
        covered = (
            Sentence("{first} to {last}", first=sessions[0], last=sessions[-1])
            if len(sessions)
            else Sentence("no sessions")
        )
        raise InvalidRequest(
            Sentence("no session of the prices follows {when}", when=moment.when.isoformat()), available=covered
        )
    found: date = sessions[place].astype("datetime64[D]").item()
    return _landed(moment, "", local, found, max_shift)


def _landed(moment: Moment, exchange: str, local: date, session: date, max_shift: int) -> Day0:
    days, announced = (session - local).days, moment.when.isoformat()
    if days > max_shift:
        raise InvalidRequest(
            Sentence(
                "day 0 of {announced} would be {session}; calendar days later: {days}, allowed: {most}",
                announced=announced,
                session=session,
                days=days,
                most=max_shift,
            ),
            where=Sentence("exchange {exchange}", exchange=exchange)
            if exchange
            else Sentence("the dates of the prices"),
            hint=Sentence("check the date, or allow it with a max_shift of {days}", days=days),
        )
    return Day0(announced, exchange, local, session, session != local, days)
