"""What looks wrong in a table of prices: told, never repaired.

A flag is a reason to look, not a proof: a share can halve on one day, and a market can close for a funeral.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eventstudy import exchanges
from eventstudy.prices._store_days import home_of
from eventstudy.prices._table import PriceTable

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]
Bools = NDArray[np.bool_]

LONG = 5
"""Sessions in a row from which on a price is stale, or a gap a halt."""
LEAP = 0.25
"""Smallest jump, as a logarithm; a volatile series needs more: `WILD` times its robust daily spread."""
WILD = 12.0
SPLITS = (1.5, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50)
"""Ratios by which shares are usually split or merged."""
_NEAR = 0.03
"""How far a jump may be from a ratio of a split and still look like it; from 100, five times as far."""


class Flag(NamedTuple):
    """One thing to look at: its code, the ticker (None: several), the first session it is about, and a sentence."""

    code: str
    ticker: str | None
    session: date
    message: str


def flags(table: PriceTable) -> list[Flag]:
    """Everything in the prices that looks wrong, calendars first, then ticker by ticker in order of time.

    STALE, GAP, HALTED, JUMP, SPLIT_NOT_APPLIED, ZERO_VOLUME and UNIT_CHANGE are about one ticker; CALENDAR_MISMATCH about
    one beside the others; SUSPECT_CALENDAR about sessions that no ticker of a market has, of two or more.
    """
    days = table.close.index.to_numpy("datetime64[D]")
    priced = np.isfinite(table.close.to_numpy(float))
    homes = {t: home_of(t, table.info[t].exchange) for t in table.tickers}
    found: list[Flag] = []
    open_days: dict[str, Days] = {}
    for home in dict.fromkeys(homes.values()):
        members = np.array([homes[t] == home for t in table.tickers])
        any_price = days[priced[:, members].any(axis=1)]
        open_days[home], suspect = _open_days(home, any_price, int(members.sum()))
        found += suspect
    found += _mismatches(homes, {t: days[priced[:, i]] for i, t in enumerate(table.tickers)})
    for i, ticker in enumerate(table.tickers):
        own = {name: frame.iloc[:, i].to_numpy(float)[priced[:, i]] for name, frame in table.fields.items()}
        found += sorted(_of_one(ticker, days[priced[:, i]], own, open_days[homes[ticker]]), key=lambda f: f.session)
    return found


def _open_days(home: str, traded: Days, members: int) -> tuple[Days, list[Flag]]:
    """The days on which a member of a market should have a price, and those on which none of several has one."""
    if not len(traded) or not _has_calendar(home):
        return traded, []
    sessions = exchanges.sessions(home, traded[0].item(), traded[-1].item())
    lacking = np.setdiff1d(sessions, traded)
    if members < 2 or not len(lacking):
        return sessions, []
    text = f"no ticker has a price on {_shown(lacking)}, where {home} was open: a closing the calendar does not know?"
    return np.intersect1d(sessions, traded), [Flag("SUSPECT_CALENDAR", None, lacking[0].item(), text)]


def _has_calendar(home: str) -> bool:
    """Weekdays stand in for a market nobody knows the holidays of."""
    return not home.startswith("24/")


def _mismatches(homes: dict[str, str], traded: dict[str, Days]) -> Iterator[Flag]:
    """Tickers of another market than most, and prices on days on which a market was closed."""
    most = Counter(homes.values()).most_common(1)[0][0] if homes else ""
    for ticker, home in homes.items():
        own = traded[ticker]
        if not len(own) or not _has_calendar(home):
            continue
        span = own[0].item(), own[-1].item()
        sessions = exchanges.sessions(home, *span)
        if len(extra := np.setdiff1d(own, sessions)):
            text = f"there are prices on {_shown(extra)}, where {home} was closed"
            yield Flag("CALENDAR_MISMATCH", ticker, extra[0].item(), text)
        if home != most and _has_calendar(most):
            apart = np.setxor1d(sessions, exchanges.sessions(most, *span))
            if len(apart):
                text = f"it trades on {home}, most others on {most}: {len(apart)} sessions are of one of the two only"
                yield Flag("CALENDAR_MISMATCH", ticker, apart[0].item(), text)


def _of_one(ticker: str, days: Days, own: dict[str, Floats], expected: Days) -> Iterator[Flag]:
    """The flags of one ticker: its N priced days, its values on them, and the days it should have."""
    if not len(days):
        return
    volume = own.get("volume", np.full(len(days), np.nan))
    known = volume if (volume > 0).any() else np.full(len(days), np.nan)  # an index, a rate: it has no volume
    inside = expected[(expected >= days[0]) & (expected <= days[-1])]
    yield from _gaps(ticker, inside, ~np.isin(inside, days))
    still = np.append(False, np.diff(own["close"]) == 0)
    halted = np.zeros(len(days), bool)
    for a, b in _runs(still & (known == 0)):
        if b - a >= LONG:
            halted[a:b] = True
            yield Flag("HALTED", ticker, days[a].item(), f"no trade and no change of price in {_span(days, a, b)}")
    for a, b in _runs(still & ~halted):
        if b - a >= LONG:
            traded = "though there was trade" if (known[a:b] > 0).any() else "and nothing tells whether it was traded"
            yield Flag("STALE", ticker, days[a].item(), f"the price does not change in {_span(days, a, b)}, {traded}")
    quiet = (known == 0) & ~halted
    if quiet.any():
        text = f"there is a price but a volume of zero on {_shown(days[quiet])}"
        yield Flag("ZERO_VOLUME", ticker, days[quiet][0].item(), text)
    yield from _jumps(ticker, days, own)


def _gaps(ticker: str, expected: Days, lacking: Bools) -> Iterator[Flag]:
    for a, b in _runs(lacking):
        code = "HALTED" if b - a >= LONG else "GAP"
        yield Flag(
            code, ticker, expected[a].item(), f"no price in {_span(expected, a, b)}, and prices before and after"
        )


def _jumps(ticker: str, days: Days, own: dict[str, Floats]) -> Iterator[Flag]:
    close = own["close"]
    paid, split = (np.nan_to_num(own.get(name, np.zeros(len(close)))) for name in ("dividend", "split"))
    ratio = close[1:] / close[:-1]
    moved = np.log((close[1:] + paid[1:]) / close[:-1])
    spread = 1.4826 * float(np.median(np.abs(moved - np.median(moved)))) if len(moved) else 0.0
    for t in np.flatnonzero(np.abs(moved) > max(LEAP, WILD * spread)).tolist():
        day, r, listed = days[t + 1].item(), float(ratio[t]), float(split[t + 1])
        step = f"from {close[t]:.6g} to {close[t + 1]:.6g}"
        if listed and abs(np.log(r * listed)) < 5 * _NEAR:
            text = f"a split of {listed:g}:1 is listed and the prices before it are not adjusted: {step}"
            yield Flag("SPLIT_NOT_APPLIED", ticker, day, text)
        elif abs(abs(np.log(r)) - np.log(100)) < 5 * _NEAR:
            text = f"the price is {'100 times' if r > 1 else 'a hundredth of'} that of the day before, {step}: another unit?"
            yield Flag("UNIT_CHANGE", ticker, day, text)
        elif (k := _like_a_split(r)) and not paid[t + 1]:
            text = f"{step} looks like a split of {k} that is not listed"
            yield Flag("SPLIT_NOT_APPLIED", ticker, day, text)
        else:
            paying = "a dividend is listed and does not explain it" if paid[t + 1] else "no dividend or split is listed"
            yield Flag("JUMP", ticker, day, f"{step} ({np.expm1(moved[t]):+.1%}) in one day; {paying}")


def _like_a_split(ratio: float) -> str | None:
    """The split that a price ratio looks like, new for old."""
    size = max(ratio, 1 / ratio)
    near = min(SPLITS, key=lambda k: abs(np.log(size / k)))
    if abs(np.log(size / near)) > _NEAR:
        return None
    new, old = (3, 2) if near == 1.5 else (int(near), 1)
    return f"{new}:{old}" if ratio < 1 else f"{old}:{new}"


def _runs(true: Bools) -> Iterator[tuple[int, int]]:
    """Begin and end (excluded) of each run of True."""
    edges: Any = np.flatnonzero(np.diff(np.concatenate(([False], true, [False])).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _span(days: Days, a: int, b: int) -> str:
    """Days a to b (excluded) in words."""
    return f"the session of {days[a]}" if b - a == 1 else f"{b - a} sessions from {days[a]} to {days[b - 1]}"


def _shown(days: Days) -> str:
    shown = ", ".join(str(d) for d in days[:3])
    return shown if len(days) <= 3 else f"{shown} and {len(days) - 3} more days"
