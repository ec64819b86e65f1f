"""Prices from Tiingo's end-of-day service; the pattern for vendors that want a key.

Tiingo's closes are as they were printed. Here they are put on one basis with the splits that lie in the answer: the shares of
the last day asked for. Dividends and volumes follow; `adj_close` is Tiingo's own.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd

from eventstudy.errors import Sentence, SourceError, SourceMalformed, SourceRateLimited, SymbolUnknown
from eventstudy.prices._base import Fetch
from eventstudy.web import Answer, Key, ask

KEY = "TIINGO_API_KEY"
"""The environment variable that the key is read from, at every request."""

_SYMBOL = re.compile(r"[A-Za-z0-9.-]+")
_COLUMNS = {
    "open": "open", "high": "high", "low": "low", "close": "close", "adjClose": "adj_close", "volume": "volume",
    "divCash": "dividend", "splitFactor": "split",
}  # fmt: skip
_DAYS = (date(1800, 1, 1), date(2200, 1, 1))
_MOST = 1e18
"""What no price, volume or product of splits reaches."""
_LIMITED = re.compile(r"allocation|limit|too many|run over", re.IGNORECASE)


class Tiingo:
    """Tiingo. `address`: where it is asked."""

    summary = f"Tiingo's end-of-day prices: needs the network, and a key in {KEY}"

    def __init__(self, address: str = "https://api.tiingo.com", *, timeout: float = 10.0) -> None:
        """Nothing is asked for, and no key is read, before the first fetch."""
        self._address, self._timeout = address, timeout

    def fetch(self, symbol: str, start: date | None, end: date | None) -> Fetch:
        """Daily prices of one symbol, `start` and `end` included; None: as far as Tiingo reaches.

        Raises:
            InvalidRequest: there is no key, or Tiingo refuses it.
            SymbolUnknown: Tiingo has no prices of the symbol for these dates.
            SourceDown, SourceMalformed, SourceRateLimited: as their names say.
        """
        first, last = start or date(1900, 1, 1), end or datetime.now(UTC).date()
        where = Sentence("ticker {ticker}, {first} to {last}", ticker=symbol, first=first, last=last)
        if not _SYMBOL.fullmatch(symbol):
            raise SymbolUnknown(
                Sentence("{symbol!r} is not a symbol of Tiingo", symbol=symbol),
                where=where,
                hint=Sentence("letters, digits and hyphens"),
            )
        key = Key.of(KEY, "Tiingo", where=where)
        answer = ask(
            f"{self._address}/tiingo/daily/{symbol}/prices",
            "Tiingo",
            params={"startDate": first.isoformat(), "endDate": last.isoformat(), "format": "json"},
            key=key,
            where=where,
            timeout=self._timeout,
        )
        rows = _rows(answer, key, symbol, where)
        frame, notes = _frame(rows, first, last, where)
        return Fetch(
            symbol, frame, "dividends", None, None, datetime.now(UTC).isoformat(timespec="seconds"), tuple(notes)
        )


def _rows(answer: Answer, key: Key, symbol: str, where: str) -> list[dict[str, Any]]:
    """The days of an answer.

    Raises:
        SourceError: it holds none, or is something else.
    """
    unknown = SymbolUnknown(
        Sentence("Tiingo has no prices of {symbol!r}", symbol=symbol),
        where=where,
        hint=Sentence("spell it as tiingo.com does: BRK-B"),
    )
    if answer.status == 404:
        raise unknown
    if "json" not in answer.kind:
        raise _malformed(
            Sentence("it is {kind}, not JSON", kind=answer.kind or "of no kind"), where, answer.excerpt(key)
        )
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise _malformed(Sentence("it is broken off or no JSON"), where, answer.excerpt(key)) from None
    if isinstance(told, dict) and "detail" in told:
        raise _complaint(key.blot(str(told["detail"]))[:200], where)
    if not isinstance(told, list) or not all(isinstance(row, dict) for row in told):
        raise _malformed(Sentence("it is no list of days"), where, answer.excerpt(key))
    if not told:
        raise unknown
    return told


def _malformed(what: str, where: str, available: str | None = None) -> SourceMalformed:
    return SourceMalformed(
        Sentence("Tiingo's answer cannot be read: {what}", what=what), where=where, available=available
    )


def _complaint(text: str, where: str) -> SourceError:
    if _LIMITED.search(text):
        return SourceRateLimited(
            Sentence("Tiingo limits the number of requests"),
            where=where,
            available=text,
            hint=Sentence("wait an hour and run it again"),
        )
    return _malformed(Sentence("it is a complaint"), where, text)


def _frame(rows: list[dict[str, Any]], first: date, last: date, where: str) -> tuple[pd.DataFrame, list[str]]:
    """The days in our columns, split-adjusted, and what was odd about them.

    Raises:
        SourceMalformed: a day or number cannot be believed.
    """
    days = np.array([_day(row, where) for row in rows], "datetime64[D]")
    if len(np.unique(days)) < len(days):
        raise _malformed(Sentence("a day stands there twice"), where)
    values = {ours: np.array([_number(row, theirs, where) for row in rows]) for theirs, ours in _COLUMNS.items()}
    order = np.argsort(days)
    days, values = days[order], {name: column[order] for name, column in values.items()}
    split = np.where(np.isnan(values["split"]), 1.0, values["split"])
    if (split <= 0).any():
        raise _malformed(
            Sentence("a split of {value:g} on {days}", value=split.min(), days=days[split.argmin()]), where
        )
    with np.errstate(over="ignore", under="ignore"):
        later = np.append(np.cumprod(split[::-1])[::-1][1:], 1.0)
    if not ((later > 1 / _MOST) & (later < _MOST)).all():
        raise _malformed(Sentence("its splits multiply to what cannot be"), where)
    for name in ("open", "high", "low", "close", "adj_close"):
        if (values[name] <= 0).any():
            raise _malformed(
                Sentence(
                    "a price of {value:g} on {days}",
                    value=np.nanmin(values[name]),
                    days=days[np.nanargmin(values[name])],
                ),
                where,
            )
        if name != "adj_close":
            values[name] = values[name] / later
    values |= {"volume": values["volume"] * later, "dividend": values["dividend"] / later}
    values["dividend"] = np.where(values["dividend"] == 0, np.nan, values["dividend"])
    values["split"] = np.where(split == 1, np.nan, split)
    frame = pd.DataFrame(values, pd.DatetimeIndex(days.astype("datetime64[ns]"), name="session"))
    frame = frame.loc[first.isoformat() : last.isoformat()]
    if frame["close"].isna().all():
        raise _malformed(Sentence("it has no price on the days asked for"), where)
    lacking = frame.index[frame["close"].isna()]
    notes = [f"no price on {', '.join(f'{d:%Y-%m-%d}' for d in lacking[:3])}: kept as missing"] if len(lacking) else []
    return frame, notes


def _day(row: dict[str, Any], where: str) -> date:
    try:
        day = date.fromisoformat(str(row["date"])[:10])
    except (KeyError, ValueError):
        day = date.min
    if not _DAYS[0] <= day < _DAYS[1]:
        raise _malformed(Sentence("{row!r} is no day of prices", row=str(row.get("date"))[:40]), where)
    return day


def _number(row: dict[str, Any], name: str, where: str) -> float:
    value = row.get(name)
    if value is None:
        return np.nan
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _MOST:
        raise _malformed(
            Sentence("{name} is {value!r} on {day}", name=name, value=str(value)[:40], day=str(row["date"])[:10]), where
        )
    return float(value)


SOURCE = Tiingo()
