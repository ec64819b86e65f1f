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

from eventstudy import calendars
from eventstudy.language import Phrase
from eventstudy.messages import sentence
from eventstudy.prices._store_days import home_of
from eventstudy.prices._table import PriceTable, SeriesInfo

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
STEP = 0.02
"""Smallest step of the adjusted over the plain close that is looked at, as a logarithm."""
ODD = 5.0
"""From so many robust daily spreads on a move is odd."""
DIVIDEND = 0.16
"""Largest step that a dividend is taken for where none is listed and the close fell little, as a logarithm."""


class Flag(NamedTuple):
    """One thing to look at: its code, the ticker (None: several), the first session it is about, and a sentence."""

    code: str
    ticker: str | None
    session: date
    message: Phrase

    @classmethod
    def of(cls, form: str, ticker: str | None, session: Any, /, **params: Any) -> Flag:
        """The flag of a code, or of one of its forms (`CODE.form`), with the values of its sentence."""
        return cls(form.partition(".")[0], ticker, session.item(), sentence(form, **params))


def flags(table: PriceTable) -> list[Flag]:
    """Everything in the prices that looks wrong, calendars first, then ticker by ticker in order of time.

    STALE, GAP, HALTED, JUMP, SPLIT_NOT_APPLIED, ZERO_VOLUME, UNIT_CHANGE and ADJUSTED_DISAGREES are about one ticker;
    CALENDAR_MISMATCH about one beside the others; SUSPECT_CALENDAR about sessions that no ticker of a market has, of two or
    more. Moves are those of the series that returns are made of: `adj_close` where it is used, else `close`.
    """
    days = table.close.index.to_numpy("datetime64[D]")
    places = {t: i for i, t in enumerate(table.tickers)}
    fields = {name: frame.to_numpy(float) for name, frame in table.fields.items()}
    fields["used"], fields["paid"] = _used(table, fields)
    priced = np.isfinite(fields["close"])
    homes = {t: home_of(t, table.info[t].exchange) for t in places}
    found: list[Flag] = []
    open_days: dict[str, Days] = {}
    any_price: dict[str, Days] = {}
    looks: dict[str, bool] = {}
    for home in dict.fromkeys(homes.values()):
        members = [t for t in places if homes[t] == home]
        columns = [places[t] for t in members]
        any_price[home] = days[priced[:, columns].any(axis=1)]
        open_days[home], suspect = _open_days(home, any_price[home], len(columns))
        found += suspect
        own = {name: values[:, columns] for name, values in fields.items()}
        looks |= zip(members, _odd(own, np.isin(days, open_days[home]), len(open_days[home])).tolist(), strict=True)
    found += _mismatches(homes, {t: days[priced[:, i]] for t, i in places.items()}, any_price)
    for ticker, i in places.items():
        if looks[ticker]:
            held = {name: values[priced[:, i], i] for name, values in fields.items()}
            of_one = _of_one(ticker, days[priced[:, i]], held, open_days[homes[ticker]], table.info[ticker])
            found += sorted(of_one, key=lambda f: f.session)
    return found


def _used(table: PriceTable, fields: dict[str, Floats]) -> tuple[Floats, Floats]:
    """(S, n) the prices that returns are made of, and the dividends that are added to them."""
    used, paid = fields["close"], np.nan_to_num(fields.get("dividend", np.zeros_like(fields["close"])))
    if (take := table.adjusted(table.tickers)).any():
        used = np.where(take, fields["adj_close"], used)
        paid = np.where(take, 0.0, paid)
    return used, paid


def _odd(fields: dict[str, Floats], expected: Bools, sessions: int) -> Bools:
    """(n,) which tickers of a market may have a flag: a quick look at all of them, so that sound ones need no other.

    `fields` (S, n) on the days of the table, `expected` (S,) which of them are sessions of the market, of `sessions` in all.
    """
    close = fields["close"]
    priced = np.isfinite(close)
    first, last = np.argmax(priced, axis=0), len(close) - 1 - np.argmax(priced[::-1], axis=0)
    upto = np.concatenate(([0], np.cumsum(expected)))
    lacking = upto[last + 1] - upto[first] - (priced & expected[:, None]).sum(axis=0)
    odd: Bools = (lacking > 0) | (sessions > int(expected.sum()))
    used = fields["used"]
    with np.errstate(invalid="ignore", divide="ignore"):
        odd |= (np.abs(np.log((used[1:] + fields["paid"][1:]) / used[:-1])) > LEAP).any(axis=0)
        if used is not close:
            apart = np.log(used / close)
            odd |= (np.abs(apart[1:] - apart[:-1]) > STEP).any(axis=0)
    still = np.diff(close, axis=0) == 0
    for _ in range(LONG - 1):
        still = still[1:] & still[:-1]
    odd |= still.any(axis=0)
    odd |= (fields["volume"] == 0).any(axis=0) if "volume" in fields else False
    return odd & priced.any(axis=0)


def _open_days(home: str, traded: Days, members: int) -> tuple[Days, list[Flag]]:
    """The days on which a member of a market should have a price, and those on which none of several has one."""
    if not len(traded) or not _has_calendar(home):
        return traded, []
    sessions = _sessions(home, traded)
    lacking = np.setdiff1d(sessions, traded)
    if members < 2 or not len(lacking):
        return sessions, []
    suspect = Flag.of("SUSPECT_CALENDAR.check", None, lacking[0], days=lacking.tolist(), exchange=home)
    return np.intersect1d(sessions, traded), [suspect]


def _sessions(home: str, traded: Days) -> Days:
    """The sessions of a market from the first to the last of the days on which it traded; outside its calendar, those days."""
    low, high = calendars.reach(home)
    if not len(traded) or traded[0].item() > high or traded[-1].item() < low:
        return traded
    beyond = traded[(traded < np.datetime64(low)) | (traded > np.datetime64(high))]
    return np.union1d(calendars.sessions(home, traded[0].item(), traded[-1].item()), beyond)


def _has_calendar(home: str) -> bool:
    """Weekdays stand in for a market nobody knows the holidays of."""
    return not home.startswith("24/")


def _mismatches(homes: dict[str, str], traded: dict[str, Days], any_price: dict[str, Days]) -> Iterator[Flag]:
    """Tickers of another market than most, and prices on days on which a market was closed."""
    most = Counter(homes.values()).most_common(1)[0][0] if homes else ""
    spans = {t: (own[0], own[-1]) for t, own in traded.items() if len(own) and _has_calendar(homes[t])}
    for home in dict.fromkeys(homes[t] for t in spans):
        members = [t for t in spans if homes[t] == home]
        closed = np.setdiff1d(any_price[home], _sessions(home, any_price[home]))
        for ticker in members if len(closed) else ():
            if len(extra := np.intersect1d(traded[ticker], closed)):
                yield Flag.of("CALENDAR_MISMATCH.closed", ticker, extra[0], days=extra.tolist(), home=home)
        if home == most or not _has_calendar(most):
            continue
        for ticker in members:
            a, b = spans[ticker]
            own, others = (_sessions(e, np.array([a, b])) for e in (home, most))
            if len(apart := np.setxor1d(own, others)):
                both = {"home": home, "most": most, "sessions": len(apart)}
                yield Flag.of("CALENDAR_MISMATCH.other", ticker, apart[0], **both)


def _of_one(ticker: str, days: Days, own: dict[str, Floats], expected: Days, info: SeriesInfo) -> Iterator[Flag]:
    """The flags of one ticker: its N priced days, its values on them, the days it should have, and where it is from."""
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
            yield Flag.of("HALTED", ticker, days[a], **_span(days, a, b))
    for a, b in _runs(still & ~halted):
        if b - a >= LONG:
            form = "STALE" if (known[a:b] > 0).any() else "STALE.unknown"
            yield Flag.of(form, ticker, days[a], **_span(days, a, b))
    quiet = (known == 0) & ~halted
    if quiet.any():
        yield Flag.of("ZERO_VOLUME", ticker, days[quiet][0], days=days[quiet].tolist())
    there = np.isfinite(own["used"])
    yield from _jumps(ticker, days[there], {name: values[there] for name, values in own.items()}, info)


def _gaps(ticker: str, expected: Days, lacking: Bools) -> Iterator[Flag]:
    for a, b in _runs(lacking):
        if b - a >= LONG:
            yield Flag.of("HALTED.gap", ticker, expected[a], **_span(expected, a, b))
            continue
        text = Phrase.counted(
            "no price in the session of {first}, and prices before and after",
            "no price in {sessions} sessions from {first} to {last}, and prices before and after",
            n=b - a,
            **_span(expected, a, b),
        )
        yield Flag("GAP", ticker, expected[a].item(), text)


def _jumps(ticker: str, days: Days, own: dict[str, Floats], info: SeriesInfo) -> Iterator[Flag]:
    """Moves of the series that is used which are larger than it makes, and steps of it over the close that nothing explains.

    A day that the source itself has a word on (a delisting return) is explained.
    """
    used, close, paid = own["used"], own["close"], own["paid"]
    split = np.nan_to_num(own.get("split", np.zeros(len(close))))
    with np.errstate(invalid="ignore", divide="ignore"):
        moved, by_close = np.log((used[1:] + paid[1:]) / used[:-1]), np.log(close[1:] / close[:-1])
    apart = np.zeros(len(moved), bool) if np.array_equal(used, close) else _apart(moved, by_close, own)
    for t in np.flatnonzero((np.abs(moved) > max(LEAP, WILD * _spread(moved))) | apart).tolist():
        day, listed = days[t + 1], float(split[t + 1])
        if any(str(day) in note for note in info.notes):
            continue
        if apart[t]:
            form = "ADJUSTED_DISAGREES.given" if info.source == "crsp" else "ADJUSTED_DISAGREES"
            both = {"adjusted": _in_tenths(moved[t]), "plain": _in_tenths(by_close[t])}
            yield Flag.of(form, ticker, day, **both)
            continue
        shown = close if abs(moved[t] - by_close[t]) < _NEAR else used
        r, step = float(used[t + 1] / used[t]), {"before": float(shown[t]), "after": float(shown[t + 1])}
        if listed and abs(np.log(r / listed)) < 5 * _NEAR:
            yield Flag.of("SPLIT_NOT_APPLIED.twice", ticker, day, ratio=f"{listed:g}:1", **step)
        elif listed and abs(np.log(r * listed)) < 5 * _NEAR:
            yield Flag.of("SPLIT_NOT_APPLIED.listed", ticker, day, ratio=f"{listed:g}:1", **step)
        elif abs(abs(np.log(r)) - np.log(100)) < 5 * _NEAR:
            yield Flag.of("UNIT_CHANGE" if r > 1 else "UNIT_CHANGE.hundredth", ticker, day, **step)
        elif (k := _like_a_split(r)) and not paid[t + 1]:
            yield Flag.of("SPLIT_NOT_APPLIED", ticker, day, ratio=k, **step)
        else:
            form = "JUMP.dividend" if paid[t + 1] else "JUMP"
            yield Flag.of(form, ticker, day, **step, move=float(np.expm1(moved[t])))


def _spread(moves: Floats) -> float:
    """The robust standard deviation of daily moves."""
    return 1.4826 * float(np.median(np.abs(moves - np.median(moves)))) if len(moves) else 0.0


def _apart(moved: Floats, by_close: Floats, own: dict[str, Floats]) -> Bools:
    """(N-1,) where the adjusted price steps over the close, and no dividend or split explains it.

    An adjustment takes out of the close what is no gain or loss, so it leaves an ordinary move where the close made an odd one.
    Where it is the adjusted price that moved oddly and the close that did not, it is at fault. A dividend raises the adjusted
    price over the close; it may fall on a day on which the price rose much, so a step of its size must be the odder one by far.
    """
    step = moved - by_close
    large = np.abs(step) > max(STEP, ODD * _spread(step))
    dividend, split = (np.nan_to_num(own.get(name, np.zeros(len(moved) + 1)))[1:] for name in ("dividend", "split"))
    listed = (dividend > 0) & (np.abs(step - np.log1p(dividend / own["close"][1:])) < STEP)
    listed |= (split > 0) & (np.abs(np.abs(step) - np.abs(np.log(np.where(split > 0, split, 1.0)))) < 5 * _NEAR)
    ordinary = (step > 0) & (np.abs(moved) <= ODD * _spread(by_close))
    by_far = np.where((step > 0) & (step <= DIVIDEND), 2.0, 1.0)
    odder: Bools = np.abs(moved) > by_far * np.abs(by_close)
    return large & ~listed & ~ordinary & odder


def _in_tenths(move: float) -> float:
    """A logarithmic move as a simple one in tenths of a per cent, and never a negative zero."""
    return float(np.round(np.expm1(move), 3)) + 0.0


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


def _span(days: Days, a: int, b: int) -> dict[str, Any]:
    """How many days a to b (excluded) are, the first and the last."""
    return {"sessions": b - a, "first": days[a].item(), "last": days[b - 1].item()}
