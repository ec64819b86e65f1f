"""Bars of minutes from Massive (formerly Polygon.io), a vendor that wants a key.

Asked for a month at a time, split-adjusted, so that prices are of one basis. A bar is named by its start, in milliseconds of
UTC; days reach from 04:00 to 20:00 in New York, and what lies outside the hours of an exchange is left aside when bars are
lined up. A bar that has not ended yet is none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pandas as pd

from eventstudy.errors import InvalidRequest, Sentence, SourceError, SourceMalformed, SymbolUnknown
from eventstudy.prices._bars import MASSIVE_KEY, WIDTHS, BarTable, load_bars
from eventstudy.web import Answer, Key, ask

_SYMBOL = re.compile(r"[A-Za-z0-9.:-]+")
_MOST = 1e9
"""What no price reaches."""
_HOUR = 60
"""Minutes of the longest bar that others ask for: here it begins on the whole hour, and an exchange on the half."""
_WIDTHS = tuple(w for w in WIDTHS if w < _HOUR)
_PAGES = 200
"""So many pages of one month at most."""


class Massive:
    """Massive's aggregates. `address`: where it is asked."""

    def __init__(self, address: str = "https://api.massive.com", *, timeout: float = 20.0) -> None:
        """Nothing is asked for, and no key is read, before the first request."""
        self._address, self._timeout = address, timeout

    def bars(self, tickers: Iterable[str], first: date, last: date, width: int = 1) -> BarTable:
        """Bars of `width` minutes of these tickers, `first` and `last` included.

        Raises:
            InvalidRequest: there is no key, Massive refuses it, or a width that is none of 1, 5, 15, 30.
            SymbolUnknown: Massive has no bars of a ticker on these days.
            SourceDown, SourceMalformed, SourceRateLimited: as their names say.
        """
        if width not in _WIDTHS:
            hour = (
                Sentence(", which begin on whole hours and lie across the opening at 09:30") if width == _HOUR else ""
            )
            raise InvalidRequest(
                Sentence("bars of {width} minutes of Massive{hour}", width=width, hour=hour),
                available=", ".join(map(str, _WIDTHS)),
                hint=Sentence("--width 30 or less"),
            )
        tables = [self._of(ticker, first, last, width) for ticker in dict.fromkeys(tickers)]
        return load_bars(pd.concat(tables, ignore_index=True), width=width, stamp="start")

    def _of(self, ticker: str, first: date, last: date, width: int) -> pd.DataFrame:
        where = Sentence("ticker {ticker}, {first} to {last}", ticker=ticker, first=first, last=last)
        if not _SYMBOL.fullmatch(ticker):
            raise SymbolUnknown(
                Sentence("{ticker!r} is not a symbol of Massive", ticker=ticker),
                where=where,
                hint=Sentence("letters, digits, points"),
            )
        key = Key.of(MASSIVE_KEY, "Massive", scheme="Bearer", where=where)
        ended = datetime.now(UTC).timestamp() * 1000 - 60_000 * width
        rows = [row for a, b in _months(first, last) for row in self._pages(ticker, a, b, width, key, where)]
        rows = [row for row in rows if row["t"] <= ended]
        if not rows:
            raise SymbolUnknown(
                Sentence("Massive has no bars of {ticker!r}", ticker=ticker),
                where=where,
                hint=Sentence("spell it as massive.com does: BRK.B"),
            )
        start, values = (
            np.array([row["t"] for row in rows]),
            {n: [row[k] for row in rows] for n, k in (("open", "o"), ("close", "c"))},
        )
        return pd.DataFrame({"ticker": ticker, "time": pd.to_datetime(start, unit="ms", utc=True), **values})

    def _pages(
        self, ticker: str, first: date, last: date, width: int, key: Key, where: str
    ) -> Iterator[dict[str, Any]]:
        """The bars of a month, page after page; the key goes to no other host, whatever an answer names as the next one."""
        path = f"/v2/aggs/ticker/{ticker}/range/{width}/minute/{first}/{last}"
        params = {"adjusted": "true", "sort": "asc", "limit": "50000"}
        for _ in range(_PAGES):
            answer = ask(
                f"{self._address}{path}", "Massive", params=params, key=key, where=where, timeout=self._timeout
            )
            told = _told(answer, key, where)
            yield from (_row(row, where) for row in told.get("results") or ())
            if not (following := told.get("next_url")):
                return
            parts = urlsplit(str(following))
            path, params = parts.path, dict(parse_qsl(parts.query))
            params.pop("apiKey", None)
        raise SourceMalformed(
            Sentence("Massive's answer does not end"), where=where, available=Sentence("{pages} pages", pages=_PAGES)
        )


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        following = (first.replace(day=1) + timedelta(32)).replace(day=1)
        yield first, min(last, following - timedelta(1))
        first = following


def _told(answer: Answer, key: Key, where: str) -> dict[str, Any]:
    """The object of an answer.

    Raises:
        SourceError: it is none, or a complaint.
    """
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("results") or [], list):
        raise _malformed(Sentence("it is broken off or no JSON"), where, answer.excerpt(key))
    if answer.status == 404 or told.get("status") not in ("OK", "DELAYED"):
        said = told.get("error") or told.get("message") or told.get("status")
        raise _malformed(
            Sentence("it is a complaint"), where, key.blot(str(said))[:200] if said else Sentence("nothing")
        )
    return told


def _row(row: Any, where: str) -> dict[str, Any]:
    """A bar whose start and prices can be believed."""
    values = row if isinstance(row, dict) else {}
    sound = all(isinstance(values.get(k), int | float) and not isinstance(values[k], bool) for k in ("t", "o", "c"))
    if not sound or not (0 < values["o"] < _MOST and 0 < values["c"] < _MOST and values["t"] % 60_000 == 0):
        raise _malformed(Sentence("{row} is no bar", row=str(row)[:80]), where)
    return values


def _malformed(what: str, where: str, available: str | None = None) -> SourceError:
    return SourceMalformed(
        Sentence("Massive's answer cannot be read: {what}", what=what), where=where, available=available
    )
