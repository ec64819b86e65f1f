"""Prices from Yahoo Finance, through yfinance, one symbol at a time.

Yahoo's closes are adjusted for splits and not for dividends, which it lists beside them. Whatever goes
wrong is told by one of our errors; whatever is odd in an answer that can be used is told in the notes of
the fetch.
"""

from __future__ import annotations

import logging
import re
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from eventstudy.errors import InvalidRequest, Sentence, SourceDown, SourceMalformed, SymbolUnknown
from eventstudy.prices._base import Fetch
from eventstudy.prices._yahoo_answer import Exchange, Unusable, explain, explain_earnings, tidy

if TYPE_CHECKING:
    import pandas as pd

_ONE_AT_A_TIME = threading.Lock()
"""yfinance keeps its switches, its cookie and its caches in one place for the whole process."""

_SYMBOL = re.compile(r"[A-Za-z0-9.^=&_-]+")
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")


class Yahoo:
    """Yahoo Finance.

    `session`: a requests or curl_cffi session to use instead of yfinance's own. `spacing`: seconds between
    two symbols. `timeout`: seconds for one request. `give_up`: seconds for one symbol in all. `retries`:
    further tries after an answer that is broken, never after one that asks us to wait.
    """

    summary = "Yahoo Finance through yfinance: needs the network, no key"

    def __init__(
        self,
        session: Any = None,
        *,
        spacing: float = 0.6,
        timeout: float = 10.0,
        give_up: float = 50.0,
        retries: int = 1,
    ) -> None:
        """Nothing is asked for, and yfinance is not imported, before the first fetch."""
        self._session = session
        self._spacing, self._timeout, self._give_up, self._retries = spacing, timeout, give_up, retries
        self._free_at = 0.0

    def fetch(self, symbol: str, start: date | None, end: date | None) -> Fetch:
        """Daily prices of one symbol, `start` and `end` included; gives up within a minute.

        Raises:
            SymbolUnknown: Yahoo has no prices of the symbol for these dates.
            SourceDown, SourceMalformed, SourceRateLimited: as their names say.
            InvalidRequest: a date lacks.
        """
        if start is None or end is None:
            raise InvalidRequest(
                Sentence("Yahoo needs the dates for {symbol}: the start lacks", symbol=symbol)
                if start is None
                else Sentence("Yahoo needs the dates for {symbol}: the end lacks", symbol=symbol),
                hint=Sentence("give both --start and --end"),
            )
        _check(symbol)
        with self._turn() as deadline:
            return self._fetch(symbol, start, end, deadline)

    def shares(self, symbol: str, start: date, end: date) -> pd.Series:
        """Shares outstanding as they were told from `start` to `end`: index days, not adjusted for later splits.

        Raises:
            SymbolUnknown: Yahoo has no count of this symbol. SourceDown, SourceMalformed, SourceRateLimited: as named.
        """
        with self._turn() as deadline:
            return self._ask_shares(symbol, start, end, deadline)

    def bars(self, symbol: str, first: date, last: date, width: int) -> pd.DataFrame:
        """Bars of `width` minutes that have ended, of one split basis: ticker, time (the start), open, close.

        Raises:
            SymbolUnknown: Yahoo has no bars of this symbol. SourceDown, SourceMalformed, SourceRateLimited: as named.
        """
        _check(symbol)
        with self._turn() as deadline:
            return self._ask_bars(symbol, first, last, width, deadline)

    def _ask_bars(self, symbol: str, first: date, last: date, width: int, deadline: float) -> pd.DataFrame:
        with self._asked(symbol, first, last, deadline) as (ticker, _):
            frame = ticker.history(
                start=first,
                end=last + timedelta(days=1),
                interval=f"{width}m",
                prepost=True,  # what lies outside the hours is left aside where bars are lined up, and told
                auto_adjust=False,
                actions=False,
                timeout=self._timeout,
            )
            frame = frame[frame["Close"].notna() & (frame.index < datetime.now(UTC) - timedelta(minutes=width))]
            if len(frame):
                return _bars(symbol, frame)
        raise SymbolUnknown(
            Sentence("Yahoo has no bars of {symbol!r} from {first} to {last}", symbol=symbol, first=first, last=last),
            where=Sentence("ticker {symbol}", symbol=symbol),
            hint=Sentence("spell it as finance.yahoo.com does (SAP.DE, BRK-B, ^GSPC)"),
        )

    def _ask_shares(self, symbol: str, start: date, end: date, deadline: float) -> pd.Series:
        none = SymbolUnknown(
            Sentence(
                "Yahoo has no shares outstanding of {symbol!r} from {start} to {end}",
                symbol=symbol,
                start=start,
                end=end,
            ),
            where=Sentence("ticker {symbol}", symbol=symbol),
            hint=Sentence("give them in a file: --shares FILE with columns ticker, shares[, date]"),
        )
        try:
            with self._asked(symbol, start, end, deadline) as (ticker, _):
                found = ticker.get_shares_full(start=start, end=end + timedelta(days=1))
                if found is not None and len(found):
                    return _counts(found)
        except SymbolUnknown as fault:
            raise none from fault
        raise none

    def earnings(self, symbol: str) -> tuple[datetime, ...]:
        """The instants at which a firm reported or will report, as Yahoo's calendar has them: up to 100, newest first.

        Raises:
            SymbolUnknown: Yahoo's calendar has none.
            SourceDown, SourceMalformed, SourceRateLimited: as their names say.
        """
        _check(symbol)
        with self._turn() as deadline:
            return self._ask_earnings(symbol, deadline)

    def _ask_earnings(self, symbol: str, deadline: float) -> tuple[datetime, ...]:
        with _quiet_yfinance() as yfinance:
            if self._session is None:
                self._session = _new_session()
            with _watched(self._session, self._timeout, deadline, ("/calendar/earnings",)) as exchange:
                try:
                    table = yfinance.Ticker(symbol, session=self._session).get_earnings_dates(limit=100)
                    stamps = () if table is None else table.index[table.index.notna()]
                    if len(stamps):
                        return tuple(stamp.to_pydatetime() for stamp in stamps)
                except ImportError as fault:
                    needs = Sentence("yfinance reads the page of earnings dates with lxml, which is not installed")
                    raise SourceDown(
                        needs, where=Sentence("ticker {symbol}", symbol=symbol), hint=Sentence("pip install lxml")
                    ) from fault
                except _faults(yfinance) as fault:
                    raise explain_earnings(fault, symbol, exchange) from fault
        raise explain_earnings(None, symbol, exchange)

    def _fetch(self, symbol: str, start: date, end: date, deadline: float) -> Fetch:
        """As often as allowed; the last error is the one raised."""
        for tries_left in range(self._retries, -1, -1):
            try:
                return self._ask(symbol, start, end, deadline)
            except (SourceDown, SourceMalformed):
                pause = min(1.0, self._spacing)
                if not tries_left or time.monotonic() + pause >= deadline:
                    raise
                time.sleep(pause)
        raise AssertionError("unreachable: the last try returns or raises")

    def _ask(self, symbol: str, start: date, end: date, deadline: float) -> Fetch:
        with self._asked(symbol, start, end, deadline) as (ticker, exchange):
            frame = ticker.history(
                start=start,
                end=end + timedelta(days=1),
                auto_adjust=False,
                actions=True,
                keepna=True,
                timeout=self._timeout,
            )
            return tidy(symbol, frame, start, end, exchange, _now())

    @contextmanager
    def _asked(self, symbol: str, first: date, last: date, deadline: float) -> Iterator[tuple[Any, Exchange]]:
        """The ticker to ask, and what is exchanged with Yahoo meanwhile; an odd answer is raised as what it means."""
        with _quiet_yfinance() as yfinance:
            if self._session is None:
                self._session = _new_session()
            with _watched(self._session, self._timeout, deadline) as exchange:
                try:
                    yield yfinance.Ticker(symbol, session=self._session), exchange
                except _faults(yfinance) as fault:
                    raise explain(fault, symbol, first, last, exchange) from fault

    @contextmanager
    def _turn(self) -> Iterator[float]:
        """One request at a time, some time after the one before; when it is given up."""
        with _ONE_AT_A_TIME:
            time.sleep(max(0.0, self._free_at - time.monotonic()))
            try:
                yield time.monotonic() + self._give_up
            finally:
                self._free_at = time.monotonic() + self._spacing


def _check(symbol: str) -> None:
    """Refuse what is no symbol before anybody is asked."""
    if _ISIN.fullmatch(symbol) or not _SYMBOL.fullmatch(symbol):
        raise SymbolUnknown(
            Sentence("{symbol!r} is not a Yahoo symbol", symbol=symbol),
            where=Sentence("ticker {symbol}", symbol=symbol),
            hint=Sentence("spell it as finance.yahoo.com does"),
        )


def _bars(symbol: str, frame: Any) -> pd.DataFrame:
    """Starts, first and last prices."""
    import pandas as pd

    prices = {"open": frame["Open"].to_numpy(float), "close": frame["Close"].to_numpy(float)}
    return pd.DataFrame({"ticker": symbol, "time": frame.index, **prices})


def _counts(found: Any) -> pd.Series:
    """Shares outstanding by day, the last count of each."""
    counts = found[found > 0].astype(float)
    counts.index = counts.index.tz_localize(None).normalize()
    kept: pd.Series = counts[~counts.index.duplicated(keep="last")].sort_index()
    return kept


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _faults(yfinance: Any) -> tuple[type[Exception], ...]:
    """All that an odd answer leads to in yfinance, in what that is built on, and in what we make of the answer."""
    from peewee import PeeweeException

    broken = (KeyError, IndexError, TypeError, AttributeError, ValueError, ArithmeticError, RuntimeError)
    return (yfinance.exceptions.YFException, OSError, PeeweeException, *broken)


@contextmanager
def _quiet_yfinance() -> Iterator[Any]:
    """yfinance, imported now, set to raise its errors instead of logging them; its switches are put back after."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import yfinance
        except ImportError as fault:  # in a browser it cannot be installed
            told = Sentence("prices from Yahoo need yfinance, which is not installed")
            raise SourceDown(
                told, hint=Sentence("pip install yfinance, or give prices of your own: --prices FILE")
            ) from fault

        warnings.simplefilter("ignore")  # again: the import puts a filter of its own in front
        _writable_caches(yfinance)
        yfinance.data.YfData.cache_get.cache_clear()  # or a broken answer is replayed for as long as the process lives
        hidden = yfinance.config.debug.hide_exceptions
        yfinance.config.debug.hide_exceptions = False
        try:
            with _muted("yfinance", "bs4.dammit"):
                yield yfinance
        finally:
            yfinance.config.debug.hide_exceptions = hidden


@contextmanager
def _muted(*names: str) -> Iterator[None]:
    loggers = {logger: logger.disabled for logger in map(logging.getLogger, names)}
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, was in loggers.items():
            logger.disabled = was


def _writable_caches(yfinance: Any) -> None:
    """Where yfinance cannot write its caches of time zones and cookies, it gets a folder for this process."""
    folder = Path(yfinance.cache._TzDBManager.get_location())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return
    except OSError:
        yfinance.set_tz_cache_location(tempfile.mkdtemp(prefix="eventstudy-"))


def _new_session() -> Any:
    """A session as yfinance makes them; ours, so that we can see what is asked and answered."""
    try:
        from yfinance._http import new_session
    except ImportError:  # yfinance before it could do without curl_cffi
        from curl_cffi import requests

        return requests.Session(impersonate="chrome")
    return new_session()


@contextmanager
def _watched(
    session: Any,
    timeout: float,
    deadline: float,
    wanted: tuple[str, ...] = ("/v8/finance/chart/", "/fundamentals-timeseries/"),
) -> Iterator[Exchange]:
    """The session with every request bounded by `timeout` and `deadline`, and what is `wanted` (prices) written
    down as it comes.

    yfinance asks for a cookie, a crumb and a time zone with time-outs of its own, up to 30 s each, and does
    not tell the status of an answer it cannot read. No answer is taken that is larger than `LARGEST`, and nothing is
    asked of another host.
    """
    exchange, ask = Exchange(), session.request

    def bounded(method: str, url: str, **options: Any) -> Any:
        listened = any(part in url for part in wanted)
        try:
            answer = _followed(ask, method, url, options | {"timeout": timeout}, deadline)
        except OSError as error:
            exchange.silent(error)
            raise
        if listened:
            exchange.heard(answer.status_code, answer.text)
        return answer

    session.request = bounded
    try:
        yield exchange
    finally:
        session.request = ask


def _followed(ask: Any, method: str, url: str, options: dict[str, Any], deadline: float) -> Any:
    """An answer of Yahoo's, which may send a request on to another page of its own: no request goes elsewhere, or in clear.

    Raises:
        Unusable: it is too large, or sends the request elsewhere or in circles. OSError: none came in time.
    """
    for _ in range(_ROUNDS):
        _refuse_elsewhere(url)
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("out of time")
        asked = options | {"timeout": min(options["timeout"], left), "allow_redirects": False}
        answer = _bounded(ask, method, url, asked, deadline)
        there = answer.headers.get("Location") if answer.status_code in _SENT_ON else None
        if not there:
            return answer
        url = urljoin(url, there)
        dropped = {"params"} if answer.status_code in _AGAIN else {"params", "data", "json"}
        options = {name: value for name, value in options.items() if name not in dropped}
        method = method if answer.status_code in _AGAIN else "GET"
    raise Unusable(Sentence("the request is sent on again and again"))


_ROUNDS = 10
_AGAIN = (307, 308)
"""Statuses that send on a request as it was; the others ask for the page alone."""
_SENT_ON = (301, 302, 303, *_AGAIN)


def _bounded(ask: Any, method: str, url: str, options: dict[str, Any], deadline: float) -> Any:
    """An answer, read as far as it may go: a few bytes can unfold to gigabytes.

    Raises:
        Unusable: it is too large. OSError: none came, or it drips past the deadline.
    """
    parts: list[bytes] = []
    size = 0

    def take(part: bytes) -> int:
        nonlocal size
        size += len(part)
        if size > LARGEST or time.monotonic() > deadline:
            parts.clear()
            return _STOP
        parts.append(part)
        return len(part)

    try:
        if ask.__module__.partition(".")[0] == "curl_cffi":
            answer = ask(method, url, **options, content_callback=take)
            answer.content = b"".join(parts)
        else:
            answer = ask(method, url, **options, stream=True)
            with answer:
                for part in answer.iter_content(1 << 16):
                    if take(part) == _STOP:
                        break
            answer._content, answer._content_consumed = b"".join(parts), True
    except OSError:
        if size > LARGEST:
            raise Unusable(_TOO_LARGE) from None
        raise
    if size > LARGEST:
        raise Unusable(_TOO_LARGE)
    if time.monotonic() > deadline:
        raise TimeoutError("out of time")
    return answer


LARGEST = 30_000_000
"""Bytes of an answer, unfolded: a century of prices has three million."""
_TOO_LARGE = Sentence("its answer is larger than {largest} MB", largest=LARGEST // 1_000_000)
_STOP = 0xFFFFFFFF
"""What tells curl to stop."""


def _refuse_elsewhere(url: str) -> None:
    """Nothing is asked but of Yahoo, over TLS.

    Raises:
        Unusable: it would be.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or not (host == "yahoo.com" or host.endswith(".yahoo.com")):
        raise Unusable(Sentence("the request is sent on to {scheme}://{host}", scheme=parts.scheme, host=host))


SOURCE = Yahoo()
