"""What a new result says that the last one did not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eventstudy.config import shown_as
from eventstudy.reports.parts import plain
from eventstudy.reports.words import Words
from eventstudy.study.differences import reasons

_PASSING = ("retrieved_at", "as_of")
"""What every run sets anew although nothing changed."""

Data = dict[str, Any]


def substance(data: Data) -> Data:
    """A result without what says only when it was made."""
    return {**data, "provenance": {k: v for k, v in data["provenance"].items() if k not in _PASSING}}


def changes(before: Data | None, after: Data, words: Words) -> tuple[str, ...]:
    """One line a change: stocks that came or went, days that filled up, figures that moved."""
    with shown_as(after["config"]):
        return _changes(before, after, words)


def _changes(before: Data | None, after: Data, words: Words) -> tuple[str, ...]:
    if before is None:
        return (words("first report"), *_filling(after, words))
    old, new = _firms(before), _firms(after)
    lines = [words("back", ticker=ticker) for ticker in new if ticker not in old]
    lines += [words("gone", ticker=ticker) for ticker in old if ticker not in new]
    lines += [line for t in new if t in old for line in _moved(t, old[t], new[t], words)]
    why = [plain((words.said(reason),)) for reason in reasons(before, after)]
    return tuple([*lines, *why] or [words("rewritten")])


def lost(before: Data | None, after: Data) -> list[str]:
    """Tickers that were there before, or had more days: a source that says less than it did."""
    if before is None:
        return []
    without = {e["ticker"] for e in after["excluded"] if e["reason"] in ("NO_PRICES", "NO_BENCHMARK")}
    old, new = _firms(before), _firms(after)
    fewer = [t for t in new if t in old and observed(new[t]) < observed(old[t])]
    return [t for t in old if t in without] + fewer


def observed(firm: Data) -> int:
    """The days of the event window that a stock has."""
    return sum(day["ar"] is not None for day in firm["days"])


def _firms(data: Data) -> dict[str, Data]:
    return {firm["ticker"]: firm for firm in data["firms"]}


def _filling(data: Data, words: Words) -> Iterator[str]:
    for ticker, firm in _firms(data).items():
        if (n := observed(firm)) < len(firm["days"]):
            start, end = data["config"]["event_window"]
            yield words("days so far", ticker=ticker, n=n, all=len(firm["days"]), window=words.window(start, end))


def _moved(ticker: str, old: Data, new: Data, words: Words) -> Iterator[str]:
    was, now, days = observed(old), observed(new), len(new["days"])
    if was != now:
        yield words("filled", ticker=ticker, before=was, after=now, all=days)
        return
    for window in new["windows"]:
        before, after = (words.amount(car) for car in (_car(old, window), window["car"]))
        if before != after:
            span = words.window_of(window)
            yield words("moved", ticker=ticker, window=span, before=before, after=after)
            return
    if [d["ar"] for d in old["days"]] != [d["ar"] for d in new["days"]]:
        yield words("revised", ticker=ticker)


def _car(firm: Data, window: Data) -> float | None:
    """The CAR that a firm had in a window."""
    found = [w["car"] for w in firm["windows"] if (w["start"], w["end"]) == (window["start"], window["end"])]
    return found[0] if found else None
