"""What Yahoo's chart service answered: prices with notes on what is odd, or the error that tells what went wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from eventstudy import calendars
from eventstudy.errors import Sentence, SourceDown, SourceError, SourceMalformed, SourceRateLimited, SymbolUnknown
from eventstudy.prices._base import Fetch
from eventstudy.prices._currency import currency_of, whole_currency
from eventstudy.prices._store_days import home_of, session_before
from eventstudy.text import some_of

_COLUMNS = {
    "Open": "open",
    "High": "high",
    "Low": "low",
    "Close": "close",
    "Adj Close": "adj_close",
    "Volume": "volume",
    "Dividends": "dividend",
    "Stock Splits": "split",
}
_PRICES = ["open", "high", "low", "close", "adj_close"]

_MARKETS = {"NMS": "XNAS", "NGM": "XNAS", "NCM": "XNAS", "NYQ": "XNYS", "ASE": "XASE", "PCX": "ARCX"}
_MARKETS |= {"LSE": "XLON", "GER": "XETR", "PAR": "XPAR", "AMS": "XAMS", "MIL": "XMIL", "EBS": "XSWX"}
_MARKETS |= {"TOR": "XTSE", "JPX": "XTKS", "HKG": "XHKG", "ASX": "XASX", "KSC": "XKRX", "STO": "XSTO"}
"""Yahoo's names of exchanges and their ISO 10383 market codes; others are left open."""

_INSTANTS = (-5_364_662_400, 4_102_444_800)
"""1800 and 2100 in seconds since 1970."""
_LATER = Sentence("try again later; if it goes on, `pip install -U yfinance`")
_CLOSING = 30 * 60
"""Seconds after the close until Yahoo's bar of the day is final: its quotes are late by that much."""


class Unusable(OSError):
    """An answer that came and was not taken."""


class Exchange:
    """The last answer about prices, unless a request of any kind after it got none: written down as it goes on."""

    def __init__(self) -> None:
        """Nothing is heard yet."""
        self.status: int | None = None
        self.text = ""
        self.silence: Exception | None = None

    def heard(self, status: int, text: str) -> None:
        """An answer came."""
        self.status, self.text, self.silence = status, text, None

    def silent(self, error: Exception) -> None:
        """No answer came."""
        self.status, self.text, self.silence = None, "", error

    @property
    def chart(self) -> dict[str, Any]:
        """The part of the answer that holds the prices and what they are; empty where there is none."""
        try:
            results = json.loads(self.text)["chart"]["result"]
            return dict(results[0])
        except (ValueError, KeyError, IndexError, TypeError, RecursionError):
            return {}

    @property
    def complaint(self) -> str | None:
        """What Yahoo itself gives as the reason for not answering."""
        try:
            error = json.loads(self.text)["chart"]["error"]
            return str(error["description"]) if error else None
        except (ValueError, KeyError, TypeError, RecursionError):
            return None


def explain(fault: Exception, symbol: str, start: date, end: date, exchange: Exchange) -> SourceError:
    """The error that tells why there are no prices, by what was heard rather than by what was raised."""
    where = Sentence("ticker {symbol}, {start} to {end}", symbol=symbol, start=start, end=end)
    status, text = exchange.status, exchange.text
    if type(fault).__module__ == "peewee":
        return SourceDown(
            Sentence("yfinance cannot use its cache of time zones and cookies: {short}", short=_short(fault)),
            where=where,
        )
    if isinstance(exchange.silence, Unusable):
        return SourceMalformed(
            Sentence("Yahoo's answer cannot be used: {silence}", silence=exchange.silence), where=where, hint=_LATER
        )
    if status is None:
        reason = str(exchange.silence or fault) or type(fault).__name__
        hint = Sentence("check the network and try again, or name prices of your own: --prices FILE")
        return SourceDown(Sentence("Yahoo does not answer"), where=where, available=reason, hint=hint)
    if status in (429, 999) or "Too Many Requests" in text[:200]:
        return SourceRateLimited(
            Sentence("Yahoo limits the rate of requests and asks us to wait"),
            where=where,
            hint=Sentence("wait some minutes and try again; if it happens at once, `pip install -U yfinance`"),
        )
    if status >= 500 or "Will be right back" in text:
        return SourceDown(
            Sentence("Yahoo is out of order (HTTP {status})", status=status),
            where=where,
            hint=Sentence("try again later"),
        )
    if status in (401, 403):
        return SourceDown(
            Sentence("Yahoo refuses the request (HTTP {status})", status=status),
            where=where,
            hint=Sentence("`pip install -U yfinance`"),
        )
    if status in (400, 404, 422) or exchange.complaint or _empty(text):
        return _unknown(symbol, start, end, exchange.complaint)
    page = Sentence("a web page instead of prices") if text.lstrip().startswith("<") else None
    return SourceMalformed(
        Sentence("Yahoo's answer cannot be read: {said}", said=page or _odd(exchange.chart) or _short(fault)),
        where=where,
        hint=_LATER,
    )


def explain_earnings(fault: Exception | None, symbol: str, exchange: Exchange) -> SourceError:
    """The error that tells why there are no earnings dates; no `fault` where the page simply had none."""
    where, status = Sentence("earnings of {symbol}", symbol=symbol), exchange.status
    if status is None:
        reason = str(exchange.silence or fault) or type(fault).__name__
        return SourceDown(
            Sentence("Yahoo does not answer"),
            where=where,
            available=reason,
            hint=Sentence("check the network; try again"),
        )
    if status in (429, 999):
        return SourceRateLimited(
            Sentence("Yahoo limits the rate of requests and asks us to wait"),
            where=where,
            hint=Sentence("wait some minutes"),
        )
    if status >= 400 and status != 404:
        return SourceDown(
            Sentence("Yahoo is out of order (HTTP {status})", status=status),
            where=where,
            hint=Sentence("try again later"),
        )
    if fault is None or status == 404:
        return SymbolUnknown(
            Sentence("Yahoo's calendar has no earnings of {symbol!r}", symbol=symbol),
            where=Sentence("ticker {symbol}", symbol=symbol),
            hint=Sentence("name them in a file: --earnings FILE with ticker,date[,timing]"),
        )
    return SourceMalformed(
        Sentence("Yahoo's calendar cannot be read: {short}", short=_short(fault)),
        where=where,
        hint=Sentence("try again later, or name a file: --earnings FILE with ticker,date[,timing]"),
    )


def _unknown(symbol: str, start: date, end: date, complaint: str | None) -> SymbolUnknown:
    return SymbolUnknown(
        Sentence("Yahoo has no prices of {symbol!r} from {start} to {end}", symbol=symbol, start=start, end=end),
        where=Sentence("ticker {symbol}", symbol=symbol),
        available=Sentence("Yahoo says: {complaint}", complaint=complaint) if complaint else None,
        hint=Sentence(
            "spell it as finance.yahoo.com does (SAP.DE, BRK-B, ^GSPC); a delisted share needs a file of prices"
        ),
    )


def _empty(text: str) -> bool:
    """Whether the answer is sound but holds no day at all."""
    try:
        results = json.loads(text)["chart"]["result"]
        return not results or not results[0].get("timestamp")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


def _odd(chart: dict[str, Any]) -> str | None:
    """The first thing that is not of its kind in what an answer says of the prices; None: all of it can be meant."""
    meta, stamps = chart.get("meta") or {}, chart.get("timestamp") or []
    if not isinstance(meta, dict):
        return Sentence("meta is {shown}", shown=_shown(meta))
    for name in ("currency", "symbol", "exchangeName", "exchangeTimezoneName", "dataGranularity"):
        if not isinstance(meta.get(name), str | None):
            return Sentence("{name} is {shown}, not text", name=name, shown=_shown(meta[name]))
    for name, instant in (
        ("firstTradeDate", meta.get("firstTradeDate")),
        (Sentence("the end of the session"), _closing(meta)),
    ):
        if instant is not None and not _is_instant(instant):
            return Sentence("{name} is {shown}, no time in seconds since 1970", name=name, shown=_shown(instant))
    if not isinstance(stamps, list):
        return Sentence("the times are {shown}", shown=_shown(stamps))
    wrong = next((stamp for stamp in stamps if not _is_instant(stamp)), None)
    return (
        None
        if wrong is None
        else Sentence("a time of the prices is {shown}, not in seconds since 1970", shown=_shown(wrong))
    )


def _closing(meta: dict[str, Any]) -> Any:
    """When the session that goes on or was the last ends; what stands in its place where the answer is odd."""
    period = meta.get("currentTradingPeriod") or {}
    regular = (period.get("regular") or {}) if isinstance(period, dict) else period
    return regular.get("end") if isinstance(regular, dict) else regular


def _is_instant(value: Any) -> bool:
    """Whether it is a number of seconds since 1970 within 1800 to 2100; milliseconds are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and _INSTANTS[0] <= value <= _INSTANTS[1]


def _shown(value: Any) -> str:
    return text if len(text := repr(value)) <= 60 else f"{text[:60]}..."


def _short(fault: Exception) -> str:
    return f"{type(fault).__name__}: {str(fault).splitlines()[0][:120] if str(fault) else 'no message'}"


def tidy(symbol: str, frame: pd.DataFrame, start: date, end: date, exchange: Exchange, retrieved_at: str) -> Fetch:
    """The prices in our columns and dates, with notes on everything that was odd.

    Raises:
        SymbolUnknown: no session from `start` to `end`.
        SourceMalformed: no price at all, or not by the day.
    """
    chart = exchange.chart
    if odd := _odd(chart):
        raise SourceMalformed(
            Sentence("Yahoo's answer cannot be read: {odd}", odd=odd),
            where=Sentence("ticker {symbol}", symbol=symbol),
            hint=_LATER,
        )
    meta = chart.get("meta") or {}
    if meta.get("dataGranularity", "1d") != "1d":
        raise SourceMalformed(
            Sentence("Yahoo gave prices by {meta} instead of by the day", meta=meta["dataGranularity"]),
            where=Sentence("ticker {symbol}", symbol=symbol),
        )
    sessions = pd.DatetimeIndex(frame.index).tz_localize(None).normalize().astype("datetime64[ns]")
    own = frame.set_axis(sessions)[[c for c in _COLUMNS if c in frame]].rename(columns=_COLUMNS).astype(float)
    own = own[(sessions >= pd.Timestamp(start)) & (sessions <= pd.Timestamp(end))].sort_index()
    own = own.rename_axis(index="session", columns=None)
    if own.empty:
        raise _unknown(symbol, start, end, exchange.complaint)
    actions = [c for c in ("dividend", "split") if c in own]
    own[actions] = own[actions].mask(own[actions] == 0)
    notes = [*_impossible(own), *_raw_notes(chart, own), *_unpriced(own), *_meta_notes(meta, symbol, own)]
    notes += _capital_gains(frame.set_axis(sessions), start, end)
    if own["close"].isna().all():
        raise SourceMalformed(
            Sentence("Yahoo gave {n} sessions of {symbol} and no price", n=len(own), symbol=symbol),
            where=Sentence("ticker {symbol}", symbol=symbol),
        )
    market = _MARKETS.get(str(meta.get("exchangeName")))
    return Fetch(symbol, own, "dividends", meta.get("currency"), market, retrieved_at, tuple(notes))


def _dates(days: Iterable[Any]) -> str:
    return some_of([f"{pd.Timestamp(d):%Y-%m-%d}" for d in days], 3)


def _impossible(own: pd.DataFrame) -> Iterator[str]:
    """Takes out what cannot be: a price of zero, negative or infinite, a negative volume or dividend, an absurd split."""
    prices = [c for c in _PRICES if c in own]
    wrong = own[prices].le(0) | np.isinf(own[prices])
    if wrong.to_numpy().any():
        days = own.index[wrong.any(axis=1)]
        own[prices] = own[prices].mask(wrong)
        yield f"no price can be zero, negative or infinite: taken as missing on {_dates(days)}"
    for name, low, high, what in _BOUNDS:
        if name in own and (odd := own[name].notna() & ~own[name].between(low, high)).any():
            shown, days = float(own.loc[odd, name].iloc[0]), own.index[odd]
            own[name] = own[name].mask(odd)
            yield f"{what} of {shown:g} cannot be: taken as missing on {_dates(days)}"


_BOUNDS = (
    ("volume", 0.0, 1e15, "a volume"),
    ("dividend", 0.0, 1e12, "a dividend"),
    ("split", 1e-4, 1e4, "a split"),
)
"""Column, least and largest value that can be meant, and what it is called."""


def _raw_notes(chart: dict[str, Any], own: pd.DataFrame) -> Iterator[str]:
    """What yfinance does without a word: it keeps one of two rows of a day, and turns an unknown volume into zero."""
    quote = ((chart.get("indicators") or {}).get("quote") or [{}])[0]
    stamps, volumes = chart.get("timestamp") or [], quote.get("volume") or []
    zone = (chart.get("meta") or {}).get("exchangeTimezoneName")
    if zone is None or len(stamps) != len(volumes):
        return
    local = pd.to_datetime(np.array(stamps, np.int64), unit="s", utc=True).tz_convert(zone)
    late = (local.minute == 0) & (local.hour >= 22)  # a day's start, off by a change of the clock
    days = (local.tz_localize(None) + pd.to_timedelta(np.where(late, 2, 0), "h")).normalize()
    twice = days[days.duplicated()].unique()
    if len(twice):
        yield f"Yahoo gave two rows for {_dates(twice)}: one is kept"
    unknown = days[np.array([v is None for v in volumes])].difference(days[[v is not None for v in volumes]])
    if "volume" in own:
        own.loc[own.index.isin(unknown) | (own["close"].isna() & (own["volume"] == 0)), "volume"] = np.nan


def _unpriced(own: pd.DataFrame) -> Iterator[str]:
    lacking = own["close"].isna()
    traded = lacking & (own["volume"] > 0) if "volume" in own else lacking & False
    if traded.any():
        yield f"a volume but no price on {_dates(own.index[traded])}: kept as missing"
    if (lacking & ~traded).any():
        yield f"no price on {_dates(own.index[lacking & ~traded])}: kept as missing"


def _meta_notes(meta: dict[str, Any], symbol: str, own: pd.DataFrame) -> Iterator[str]:
    answered, currency = str(meta.get("symbol", symbol)), meta.get("currency")
    if answered != symbol:
        yield f"asked for {symbol}, Yahoo answered with {answered}"
    yield from _before_first_trade(meta, symbol, own)
    yield from _of_another_market(meta, symbol, own)
    whole, size = whole_currency(currency or "")
    if size != 1:
        yield f"prices are in {currency}, {'hundredths' if size == 100 else 'thousandths'} of {whole}"
    closing = _closing(meta)
    if closing is not None and time.time() < closing + _CLOSING:
        zone = meta.get("exchangeTimezoneName", "UTC")
        today = pd.Timestamp(closing, unit="s", tz="UTC").tz_convert(zone).tz_localize(None).normalize()
        if own.index[-1] == today:
            yield f"the prices of {_dates([today])} are not final: the session was open or just closed"


def _of_another_market(meta: dict[str, Any], symbol: str, own: pd.DataFrame) -> Iterator[str]:
    """Whether the currency or the zone of the times is not that of the symbol's exchange."""
    if symbol.startswith("^") or "=" in symbol:
        return  # an index has no currency that is paid, and a rate no exchange
    currency, paid_in = meta.get("currency"), currency_of(symbol)
    if currency and paid_in and whole_currency(currency)[0] != paid_in:
        yield f"prices are in {currency}, and shares of the exchange of {symbol} are paid in {paid_in}"
    home = home_of(symbol, _MARKETS.get(str(meta.get("exchangeName"))))
    zone, last = meta.get("exchangeTimezoneName"), own.index[-1]
    low, high = calendars.reach(home)
    session = session_before(home, last.date())
    if zone is None or home.startswith("24/") or not low <= session <= high:
        return
    theirs, ours = last.tz_localize(zone).utcoffset(), calendars.close_time(home, session).utcoffset()
    if session == last.date() and theirs != ours:
        yield f"its times are those of {zone}, and {symbol} trades on {home}: days may be those of another market"


def _before_first_trade(meta: dict[str, Any], symbol: str, own: pd.DataFrame) -> Iterator[str]:
    """Whether there are prices from before the firm that has the symbol now was traded under it."""
    began = meta.get("firstTradeDate")
    if began is None:
        return
    first = pd.Timestamp(began, unit="s", tz="UTC").tz_convert(meta.get("exchangeTimezoneName", "UTC"))
    early = own.index[own.index < first.tz_localize(None).normalize()]
    if len(early):
        yield (
            f"{len(early)} prices of {symbol}, the first of {_dates(early[:1])}, are from before its first trade on"
            f" {_dates([first])}: they may be another company's, which had the symbol before"
        )


def _capital_gains(frame: pd.DataFrame, start: date, end: date) -> Iterator[str]:
    """What a fund paid out beside dividends, which Yahoo counts among them or does not."""
    if "Capital Gains" not in frame:
        return
    gains = frame["Capital Gains"].loc[start.isoformat() : end.isoformat()]
    if (paid := gains[gains > 0]).size:
        yield (
            f"capital gains were paid on {_dates(paid.index)}, {paid.iloc[0]:g} on the first: taken as counted in the dividend"
            " of that day, which Yahoo does not always do"
        )
