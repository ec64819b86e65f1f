"""In what two results of the same study differ, figure by figure, and why: on their JSON objects, whoever made these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isclose
from typing import Any

from eventstudy.language import Phrase

Data = Mapping[str, Any]
Name = tuple[str, ...]
"""Whose figure it is, of which window or day, and what it is called: ("NVDA", "[0, +1]", "car")."""

CLOSE = 1e-9
"""Relative; what differs by less is the rounding of another machine or version."""


@dataclass(frozen=True)
class Difference:
    """A figure that is not what it was; None where there is none."""

    name: Name
    before: Any
    after: Any

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {"figure": " ".join(self.name), "before": self.before, "after": self.after}


def differences(before: Data, after: Data) -> list[Difference]:
    """The figures of two results that differ, in their order; those of one alone are beside None."""
    old, new = dict(_figures(before)), dict(_figures(after))
    names = dict.fromkeys([*new, *old])
    return [Difference(n, old.get(n), new.get(n)) for n in names if not _same(old.get(n), new.get(n))]


def _same(before: Any, after: Any) -> bool:
    numbers = (int, float)
    if isinstance(before, numbers) and isinstance(after, numbers) and not isinstance(before, bool):
        return isclose(before, after, rel_tol=CLOSE, abs_tol=1e-12)
    return bool(before == after)


def count(told: Data) -> int:
    """How many figures a result has."""
    return sum(1 for _ in _figures(told))


def _figures(told: Data) -> Iterator[tuple[Name, Any]]:
    several = len(told["events"]) > 1
    for firm in told["firms"]:
        who = f"{firm['ticker']} ({firm['event_id']})" if several else str(firm["ticker"])
        for name in ("day0", "n_estimation", "df", "sigma", "believable"):
            yield (who, name), firm.get(name)
        yield from (((who, name), value) for name, value in firm["params"].items())
        for day in firm["days"]:
            yield from (((who, str(day["session"]), n), day[n]) for n in ("ret", "expected", "ar", "se", "t", "p"))
        yield from _of_windows(who, firm["windows"])
    for group in (told["aggregate"] | {"name": "all"}, *told["groups"]):
        who = str(group["name"])
        for day in group["days"]:
            yield from (((who, f"day {day['rel_day']:+d}", n), day[n]) for n in ("n", "aar"))
        yield from _of_windows(who, group["windows"])
    for left in told["excluded"]:
        yield (f"{left['ticker']} ({left['event_id']})", "left out"), left["reason"]


def _of_windows(who: str, windows: Iterable[Data]) -> Iterator[tuple[Name, Any]]:
    for window in windows:
        span = f"[{window['start']:+d}, {window['end']:+d}]"
        for name, value in window.items():
            if value is None or isinstance(value, int | float | str):
                yield (who, span, name), value
        for test in window["tests"]:
            yield from (((who, span, f"{test['name']} {n}"), test[n]) for n in ("statistic", "p", "valid"))


# ---- why --------------------------------------------------------------------------------------------------------------


def reasons(before: Data, after: Data) -> list[Phrase]:
    """Why two results may differ, a sentence each: what went in was not the same."""
    return [
        *_choices(before, after),
        *_prices(before, after),
        *_doubts(before, after),
        *_versions(before, after),
    ]


def _choices(before: Data, after: Data) -> Iterator[Phrase]:
    old, new = before["config"], after["config"]
    yield from (_changed(name, old[name], new[name]) for name in new if name in old and old[name] != new[name])
    for was, now in zip(before["events"], after["events"], strict=False):
        for name in ("announced", "recognised", "day0_policy"):
            if was["id"] == now["id"] and was[name] != now[name]:
                yield _changed(f"{name} ({now['id']})", was[name], now[name])
    unread, still = ([e["event_id"] for e in one["excluded"] if e["reason"] == "BAD_ROW"] for one in (before, after))
    if unread != still:
        yield _changed("what cannot be read of the table of events", unread or None, still or None)


def _versions(before: Data, after: Data) -> Iterator[Phrase]:
    old, new = (one["provenance"].get("versions", {}) for one in (before, after))
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield _changed(name, old.get(name), new.get(name))


def _changed(name: str, old: Any, new: Any) -> Phrase:
    return Phrase("{name} was {old} and is {new}", name=name, old=_shown(old), new=_shown(new))


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    return "–" if value is None else str(value)


_JUDGING = {
    "windows",
    "primary",
    "tests",
    "variants",
    "alternative",
    "level",
    "bhar",
    "weights",
    "seed",
    "accept",
    "regime",
    "correlation",
    "prediction_error",
    "min_estimation",
}
"""Options that change what is said of the abnormal returns: neither the returns nor what is estimated of them."""
_ESTIMATING = {
    "model",
    "alpha",
    "benchmark",
    "peers",
    "estimation_window",
    "estimation_windows",
    "event_window",
    "window_days",
    "own_windows",
    "own_estimation",
    "exclude_dates",
    "mask_other_events",
    "max_shift",
}
"""Options that change what is estimated, and leave the returns as they are."""


def _prices(before: Data, after: Data) -> Iterator[Phrase]:
    """Prices that are not what they were, of the event days by their day, of those before by what was estimated of them.

    Where an option, day 0 or the benchmark is another, that is why figures moved, and no price is blamed for it.
    """
    old, new = before["config"], after["config"]
    options = {name for name in new if name in old and old[name] != new[name]} - _JUDGING
    for was, now in _both(before, after):
        moved = [name for name in ("day0", "benchmark") if was[name] != now[name]]
        yield from (_changed(f"{now['ticker']} {name}", was[name], now[name]) for name in moved if name not in options)
        sessions = [] if options - _ESTIMATING else restated(was, now)
        if sessions:
            yield Phrase(
                "a price of {ticker} was restated: its return on {days:some 5} is another",
                ticker=now["ticker"],
                days=sessions,
            )
        elif was["n_estimation"] != now["n_estimation"]:
            yield _changed(f"{now['ticker']} n_estimation", was["n_estimation"], now["n_estimation"])
        elif options or moved:
            continue
        elif any(not _same(was["params"].get(name), value) for name, value in now["params"].items()):
            yield Phrase(
                "{ticker}: a price before the event, of it or of its benchmark, was restated", ticker=now["ticker"]
            )


def _both(before: Data, after: Data) -> Iterator[tuple[Data, Data]]:
    """The firms that are in both results, as they were and as they are."""
    old = {(firm["event_id"], firm["ticker"]): firm for firm in before["firms"]}
    for firm in after["firms"]:
        if (firm["event_id"], firm["ticker"]) in old:
            yield old[firm["event_id"], firm["ticker"]], firm


def restated(was: Data, now: Data) -> list[str]:
    """The sessions on which the return of a firm is not what it was, both being there."""
    old = {day["session"]: day["ret"] for day in was["days"] if day["ret"] is not None}
    new = {day["session"]: day["ret"] for day in now["days"] if day["ret"] is not None}
    return [str(session) for session in new if session in old and not _same(old[session], new[session])]


def _doubts(before: Data, after: Data) -> Iterator[Phrase]:
    raised, cleared = doubts_moved(before, after)
    for ticker, code in raised:
        yield Phrase("a doubt was raised: {code} ({ticker})", code=code, ticker=ticker)
    for ticker, code in cleared:
        yield Phrase("a doubt was cleared: {code} ({ticker})", code=code, ticker=ticker)


def doubts_moved(before: Data, after: Data) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The doubts of prices that are new, and those that are gone: ticker and code."""
    old, new = (_doubts_of(one) for one in (before, after))
    return [one for one in new if one not in old], [one for one in old if one not in new]


def _doubts_of(told: Data) -> list[tuple[str, str]]:
    found = ((w["ticker"] or "–", w["code"]) for w in told["warnings"] if w["severity"] == "doubt")
    return list(dict.fromkeys(found))
