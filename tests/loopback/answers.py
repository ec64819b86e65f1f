"""What Yahoo's chart service answers: sound series, and the ways in which an answer can be bad."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

ZONE = "America/New_York"


def opening(day: date) -> int:
    """The instant with which Yahoo marks a session of New York: its opening, in seconds since 1970."""
    return int(datetime(day.year, day.month, day.day, 9, 30, tzinfo=ZoneInfo(ZONE)).timestamp())


@dataclass(frozen=True)
class Series:
    """One symbol's daily prices as the service holds them; None is Yahoo's null."""

    symbol: str
    days: Sequence[date]
    closes: Sequence[float | None]
    volumes: Sequence[int | None]
    dividends: dict[date, float] = field(default_factory=dict)
    splits: dict[date, tuple[int, int]] = field(default_factory=dict)
    currency: str = "USD"
    exchange: str = "NMS"
    more: dict[str, Any] = field(default_factory=dict)
    """Further entries of the answer's `meta`."""
    shares: dict[date, int] = field(default_factory=dict)
    """Shares outstanding by the day they were told."""
    happened: dict[str, Any] = field(default_factory=dict)
    """Further entries of the answer's `events`."""
    adjusted: Sequence[float | None] | None = None
    """Adjusted closes; None: the closes."""
    again: tuple[int, ...] = ()
    """Rows that come twice, the second time an hour later."""

    def chart(self, first: int, last: int) -> dict[str, Any]:
        """The answer for the instants `first` to `last`, the last one excluded."""
        rows = [i for i, day in enumerate(self.days) if first <= opening(day) < last]
        stamps = {i: opening(self.days[i]) for i in rows}
        order = [(i, 0) for i in rows] + [(i, 3600) for i in rows if i in self.again]
        order.sort(key=lambda pair: stamps[pair[0]] + pair[1])
        closes = [self.closes[i] for i, _ in order]
        quote = dict.fromkeys(("open", "high", "low", "close"), closes)
        indicators = {
            "quote": [quote | {"volume": [self.volumes[i] for i, _ in order]}] if order else [{}],
            "adjclose": [{"adjclose": [(self.adjusted or self.closes)[i] for i, _ in order]}] if order else [{}],
        }
        answer: dict[str, Any] = {"meta": self._meta(), "indicators": indicators}
        if order:
            answer["timestamp"] = [stamps[i] + late for i, late in order]
        events = self._events(first, last)
        return answer | ({"events": events} if events else {})

    def _meta(self) -> dict[str, Any]:
        return {
            "currency": self.currency,
            "symbol": self.symbol,
            "exchangeName": self.exchange,
            "instrumentType": "EQUITY",
            "exchangeTimezoneName": ZONE,
            "gmtoffset": -18000,
            "timezone": "EST",
            "priceHint": 2,
            "dataGranularity": "1d",
            "range": "",
            "validRanges": ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"],
        } | self.more

    def _events(self, first: int, last: int) -> dict[str, Any]:
        paid = {opening(d): a for d, a in self.dividends.items()}
        split = {opening(d): r for d, r in self.splits.items()}
        events = {
            "dividends": {str(t): {"amount": a, "date": t} for t, a in paid.items() if first <= t < last},
            "splits": {
                str(t): {"date": t, "numerator": n, "denominator": d, "splitRatio": f"{n}:{d}"}
                for t, (n, d) in split.items()
                if first <= t < last
            },
        }
        return {name: held for name, held in events.items() if held} | self.happened


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; `delay` seconds pass before it is given. `encoding`: how its body is packed."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    delay: float = 0.0
    encoding: str = ""


def chart_of(result: dict[str, Any] | None, error: dict[str, str] | None = None, status: int = 200) -> Answer:
    """An answer in the form of the chart service."""
    body = {"chart": {"result": [result] if result is not None else None, "error": error}}
    return Answer(status, json.dumps(body).encode())


def shares_of(series: Series, first: int, last: int) -> Answer:
    """An answer of the service for shares outstanding; one that knows none leaves out two keys."""
    told = [day for day in sorted(series.shares) if first <= opening(day) < last]
    result: dict[str, Any] = {"meta": {"symbol": [series.symbol], "type": ["shares_out"]}}
    if told:
        result |= {"timestamp": [opening(day) for day in told], "shares_out": [series.shares[day] for day in told]}
    return Answer(200, json.dumps({"timeseries": {"result": [result], "error": None}}).encode())


NOT_FOUND = chart_of(None, {"code": "Not Found", "description": "No data found, symbol may be delisted"}, 404)

Fault = Callable[[Answer], Answer]
"""Makes a bad answer of a sound one."""


def _rate_limited(_: Answer) -> Answer:
    return Answer(429, b"Too Many Requests\r\n", "text/plain")


def _out_of_order(_: Answer) -> Answer:
    return Answer(500, b"<!doctype html><title>Yahoo</title><p>Internal Server Error", "text/html")


def _broken_json_500(_: Answer) -> Answer:
    return chart_of(None, {"code": "Internal Server Error", "description": "something went wrong"}, 500)


def _web_page(_: Answer) -> Answer:
    return Answer(200, b"<!doctype html><title>Your browser</title>", "text/html")


def _refused(_: Answer) -> Answer:
    body = {"finance": {"result": None, "error": {"code": "Unauthorized", "description": "Invalid Crumb"}}}
    return Answer(401, json.dumps(body).encode())


def _truncated(sound: Answer) -> Answer:
    return replace(sound, body=sound.body[: len(sound.body) // 2])


def _bomb(sound: Answer) -> Answer:
    """A few kilobytes that unfold to a hundred megabytes."""
    return replace(sound, body=_BOMB, encoding="gzip")


_BOMB = gzip.compress(bytes(100_000_000), 1)


def _no_answer(sound: Answer) -> Answer:
    return replace(sound, delay=30.0)


def _changed(change: Callable[[dict[str, Any]], object]) -> Fault:
    def fault(sound: Answer) -> Answer:
        body = json.loads(sound.body)
        result = (body["chart"]["result"] or [{}])[0]
        if result.get("timestamp"):
            change(result)
        return replace(sound, body=json.dumps(body).encode())

    return fault


def _ragged(result: dict[str, Any]) -> None:
    del result["indicators"]["quote"][0]["close"][-3:]


def _all_null(result: dict[str, Any]) -> None:
    for name, values in result["indicators"]["quote"][0].items():
        result["indicators"]["quote"][0][name] = [None] * len(values)
    result["indicators"]["adjclose"][0]["adjclose"] = [None] * len(result["timestamp"])


def _weekly(result: dict[str, Any]) -> None:
    result["meta"]["dataGranularity"] = "1wk"


FAULTS: dict[str, Fault] = {
    "rate-limited": _rate_limited,
    "500": _out_of_order,
    "500-json": _broken_json_500,
    "web-page": _web_page,
    "401": _refused,
    "404": lambda _: NOT_FOUND,
    "truncated": _truncated,
    "time-out": _no_answer,
    "ragged": _changed(_ragged),
    "all-null": _changed(_all_null),
    "weekly": _changed(_weekly),
    "bomb": _bomb,
}
"""The bad answers by name."""


def earnings_page(symbol: str, dates: Sequence[str]) -> str:
    """Yahoo's page of a symbol's earnings: one table."""
    head = ("Symbol", "Company", "Earnings Date", "EPS Estimate", "Reported EPS", "Surprise (%)")
    rows = [(symbol, "Made Up Inc.", date, "1.00", "1.10", "+10.00") for date in dates]
    cells = ["".join(f"<th>{name}</th>" for name in head), *("".join(f"<td>{c}</td>" for c in row) for row in rows)]
    return f"<html><body><table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table></body></html>"
