"""What looks wrong in a table of prices: told, never repaired.

A flag is a reason to look, not a proof: a share can halve on one day, and a market can close for a funeral.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventstudy import calendars
from eventstudy.language import Phrase
from eventstudy.prices._beside import (
    ODD,
    ODD_DAYS,
    ODD_REST,
    among,
    before_closed,
    disordered,
    same_closes,
    shifted,
    shifted_dates,
)
from eventstudy.prices._moves import (
    NEARBY,
    STEP,
    Flag,
    Moves,
    Series,
    explained,
    is_level,
    of_moves,
    spread,
    suspects,
    unsure,
)
from eventstudy.prices._opened import opened
from eventstudy.prices._sound import Seen, first_look
from eventstudy.prices._store_days import home_of
from eventstudy.prices._table import PriceTable, SeriesInfo
from eventstudy.prices._whole import may_be_odd, may_be_sorted, of_whole

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

LONG = 5
"""Sessions in a row from which on a gap, or days without a trade, are a halt."""
STILL, CHANCE = 3, 1e-3
"""A price is stale from so many sessions without a change on, where they are less likely than this by its ticks and habits;"""
CLOSELY = 2
"""from so many on days that are looked at more closely."""
PERIODIC = 0.9
"""Values of weeks, months or quarters that stand on each day change on such a part of the days that belong to that."""
QUIET = 0.05
"""Days without a trade are told of series that have at most such a part of them; others are thinly traded."""


AT_ONCE = 32
"""Series that are looked at together: what is worked out of them stays in the cache."""


def flags(
    table: PriceTable,
    closer: Mapping[str, Days] | None = None,
    compared: Collection[str] = (),
    unasked: Collection[str] = (),
    others: pd.DataFrame | None = None,
    named: Sequence[str] | None = None,
) -> list[Flag]:
    """Everything in the prices that looks wrong, calendars first, then ticker by ticker in order of time.

    Of one ticker: GAP, HALTED, STALE, ZERO_VOLUME, and what is odd in its moves (`_moves`): PRICE_SPIKE, MOVE_UNDONE,
    RATE_SPIKE, RATE_INVERTED, JUMP, LEVEL_SHIFT, SPLIT_NOT_APPLIED, UNIT_CHANGE, DIVIDEND_NOT_FOLLOWED, ADJUSTED_DISAGREES,
    or in the whole of it (`_whole`): REPEATED_CLOSES, SORTED, LOGARITHMS, RATE_INVERTED.
    Beside the others (`_beside`): CALENDAR_MISMATCH, WRONG_CALENDAR, SESSION_SHIFT, OTHER_SYMBOL. SUSPECT_CALENDAR is about
    sessions that no ticker of a market has, of two or more. Moves are those of the series that returns are made of:
    `adj_close` where it is used, else `close`. `closer`: days of each ticker on which an event is studied, so that smaller
    moves are told as well, net of their market: those that are undone (MOVE_UNDONE) and those that nothing confirms
    (MOVE_UNCONFIRMED). `compared`: tickers that others are held against. `unasked`: codes that nobody wants to hear of.
    `others`: closes of further tickers, that are compared with those of the table and not looked at themselves.
    `named`: the tickers that are looked at, None: all; those looked at are compared with the others, of which nothing is told.
    """
    days = table.close.index.to_numpy("datetime64[D]")
    places = {t: i for i, t in enumerate(table.tickers)}
    if named is not None:
        places = {t: places[t] for t in named}
    fields = {name: frame.to_numpy(float) for name, frame in table.fields.items()}
    fields["used"], fields["paid"] = _used(table, fields)
    close, alone = fields["close"], fields.keys() == {"close", "used", "paid"} and fields["used"] is fields["close"]
    near, market = np.broadcast_to(False, close.shape), np.broadcast_to(0.0, close.shape)
    if studied := (closer or {}).keys() & places.keys():
        near, market = np.zeros(close.shape, bool), np.zeros(close.shape)
        for ticker in studied:
            near[:, places[ticker]] = among(days, (closer or {})[ticker])
    homes = {t: home_of(t, table.info[t].exchange) for t in places}
    found: list[Flag] = []
    open_days: dict[str, Days] = {}
    any_price: dict[str, Days] = {}
    unplanned: dict[str, Days] = {}
    looks: dict[str, tuple[bool, bool]] = {}
    seen_of: dict[str, tuple[list[str], Seen]] = {}
    for home in dict.fromkeys(homes.values()):
        members = [t for t in places if homes[t] == home]
        columns = [places[t] for t in members]
        any_price[home] = days[_with_any(close, columns)]
        unplanned[home] = _unplanned(home, any_price[home], days, fields, columns)
        if len(unplanned[home]):
            more = {"days": unplanned[home].tolist(), "exchange": home}
            found.append(Flag.of("UNPLANNED_SESSION", None, unplanned[home][0], **more))
        open_days[home], suspect = _open_days(home, any_price[home], len(columns), unplanned[home])
        found += suspect
        rows = among(days, any_price[home])
        expected = among(days[rows], open_days[home])
        which = np.array(columns, np.int64)
        quick = alone and not studied and bool(rows.all())  # closes of all days as they lie, without a copy
        own = fields if quick else {n: _part(values, rows, columns) for n, values in fields.items() if n != "used"}
        if not quick:
            own["used"] = own["close"] if fields["used"] is close else _part(fields["used"], rows, columns)
        closely, moves, explains = near if quick else _part(near, rows, columns), None, None
        if studied and closely.any():
            moves, explains = Moves.of(own["used"], own["paid"]), np.zeros(own["close"].shape)
            explains[1:] = np.nan_to_num(explained(moves))
            market[np.ix_(np.flatnonzero(rows), which)] = explains
        level = np.array([is_level(t) or t in compared for t in members])
        more = {"which": which} if quick else {}
        more["counted"] = _shut(home, any_price[home], unplanned[home], days)[:, rows]
        seen = first_look(members, level, own, None if explains is None else closely, explains, expected, **more)
        seen_of[home] = members, seen
        few = 1 < len(members) <= AT_ONCE
        if few or not seen.in_step:
            some = {name: values[:, which] if quick else values for name, values in own.items()}
            moves = moves or Moves.of(some["used"], some["paid"])
            found += shifted(members, days[rows], moves) if not seen.in_step else ()
            found += disordered(members, days[rows], moves) if few else ()
        lacking = seen.lacking + len(open_days[home]) - int(expected.sum())
        odd = lacking >= (LONG if "GAP" in unasked else 1)
        odd |= may_be_sorted(own["close"], which if quick else None)
        whole = odd.copy()
        looked_at = own | {
            "closely": closely,
            "market": np.broadcast_to(0.0, closely.shape) if explains is None else explains,
        }
        left = np.flatnonzero(~seen.sound & ~odd)
        for at in range(0, len(left), AT_ONCE):
            part = left[at : at + AT_ONCE]
            of = which[part] if quick else part
            copies = {id(v): np.array(v[:, of], order="C") for v in looked_at.values()}  # closes may be what is used
            some = {name: copies[id(values)] for name, values in looked_at.items()}
            known = None if moves is None else Moves(np.array(moves.moved[:, part], order="C"), moves.scale[part])
            odd[part], whole[part] = _odd(
                [members[i] for i in part.tolist()], level[part], some, _closed_up(some, known)
            )
        looks |= zip(members, zip(odd.tolist(), whole.tolist(), strict=True), strict=True)
    found += _same_closes(table.tickers, places, days, close, others)
    found += _mismatches(homes, places, seen_of, days, close, any_price, unplanned, unasked)
    misdated = {f.ticker for f in found if f.code == "WRONG_CALENDAR"}
    of_home = Counter(homes.values())
    for ticker, i in places.items():
        odd_one, odd_whole = looks[ticker]
        if odd_one:
            there = np.isfinite(close[:, i])
            held = {name: values[there, i] for name, values in (*fields.items(), ("market", market))}
            of_one = _of_one(
                ticker,
                days[there],
                held,
                open_days[homes[ticker]],
                table.info[ticker],
                homes[ticker],
                near[there, i],
                of_home[homes[ticker]] - 1 if ticker in compared else None,
                _others(ticker, homes, fields, np.flatnonzero(there & np.isfinite(fields["used"][:, i]))),
                gaps="GAP" not in unasked and ticker not in misdated,
                whole=odd_whole,
            )
            found += sorted(of_one, key=lambda f: f.session)
    return found


def _same_closes(
    tickers: Sequence[str], places: Mapping[str, int], days: Days, close: Floats, others: pd.DataFrame | None
) -> Iterator[Flag]:
    """The flags of tickers that have `places` in a table and the closes of another one, of the table or of those beside it."""
    which = np.array([*places.values(), *(i for i, t in enumerate(tickers) if t not in places)], np.int64)
    names = [tickers[i] for i in which.tolist()]
    if others is None:
        in_order = bool((which[:-1] < which[1:]).all())
        yield from same_closes(names, days, close, None if in_order else which, len(places))
        return
    index = pd.DatetimeIndex(days.astype("datetime64[ns]"))
    close = np.column_stack([close[:, which], others.reindex(index).to_numpy(float)])
    yield from same_closes([*names, *others.columns], days, close, None, len(places))


def _with_any(close: Floats, columns: list[int]) -> Bools:
    """(S,) on which days one of these series has a price: some at a time, until all days have one."""
    found = np.zeros(len(close), bool)
    for at in range(0, len(columns), AT_ONCE):
        if found.all():
            break
        found |= np.isfinite(close[:, columns[at : at + AT_ONCE]]).any(axis=1)
    return found


def _others(ticker: str, homes: Mapping[str, str], fields: Mapping[str, Floats], rows: Ints) -> Callable[[int], float]:
    """How the middle one of the others of its market moved from one of a ticker's rows to the next, as a logarithm.

    Where it is alone on its market, the others are all that are no exchange rate.
    """
    used, paid = fields["used"], fields["paid"]

    @cache
    def others() -> list[int]:
        every = [(i, t) for i, t in enumerate(homes) if t != ticker and not t.endswith("=X")]
        return [i for i, t in every if homes[t] == homes[ticker]] or [i for i, _ in every]

    def move(t: int) -> float:
        columns, a, b = others(), rows[t], rows[t + 1]
        with np.errstate(invalid="ignore", divide="ignore"):
            moved = np.log((used[b, columns] + paid[b, columns]) / used[a, columns])
        moved = moved[np.isfinite(moved)]
        return float(np.median(moved)) if len(moved) else float("nan")

    return move


def _part(values: NDArray[Any], rows: Bools, columns: list[int]) -> NDArray[Any]:
    """Some days and series of (S, n); what is all of it is not copied."""
    some = values if columns == list(range(values.shape[1])) else values[:, columns]
    return some if rows.all() else some[rows]


def _used(table: PriceTable, fields: dict[str, Floats]) -> tuple[Floats, Floats]:
    """(S, n) the prices that returns are made of, and the dividends that are added to them."""
    used, paid = fields["close"], np.broadcast_to(0.0, fields["close"].shape)
    if "dividend" in fields:
        paid = np.nan_to_num(fields["dividend"])
    if (take := table.adjusted(table.tickers)).any():
        used = np.where(take, fields["adj_close"], used)
        paid = np.where(take, 0.0, paid)
    return used, paid


def _closed_up(fields: Mapping[str, Any], moves: Moves | None) -> Moves:
    """Put the priced days of series (S, n) that lack some one after the other, as each is looked at by itself.

    Gives their moves. `moves`: those of the prices as they stand, where they are known.
    """
    priced = np.isfinite(fields["close"])
    holes = np.flatnonzero((np.diff(priced.astype(np.int8), axis=0) == 1).sum(axis=0) + priced[:1].sum(axis=0) > 1)
    if len(holes):
        order = np.argsort(~priced[:, holes], axis=0, kind="stable")
        for values in {id(values): values for values in fields.values()}.values():
            values[:, holes] = np.take_along_axis(values[:, holes], order, axis=0)
    if moves is None:
        return Moves.of(fields["used"], fields["paid"])
    if len(holes):
        moves.moved[:, holes], moves.scale[holes] = Moves.of(fields["used"][:, holes], fields["paid"][:, holes])
    return moves


def _odd(tickers: list[str], level: Bools, fields: dict[str, Any], moves: Moves) -> tuple[Bools, Bools]:
    """(n,) which tickers of a market may have a flag, and which one as a whole: a quick look, so that sound ones need no other.

    `level` (n,) which of them are an index, a rate or a benchmark; `fields` (S, n) on priced days; `closely` the days that are
    looked at more closely, `market` what the others explain.
    """
    close, used = fields["close"], fields["used"]
    rate: Bools = np.array([t.endswith("=X") for t in tickers])
    if not len(close):
        return np.zeros_like(rate), np.zeros_like(rate)
    odd, whole = rate.copy(), rate | may_be_odd(close)
    nothing = np.zeros((1, 1))
    dividend = fields.get("dividend", nothing)
    odd |= suspects(used, fields["paid"], moves, np.broadcast_to(dividend, used.shape), fields["closely"], level=level)
    if fields["closely"].any():
        odd |= unsure(moves, fields["paid"], fields["market"][1:], fields["closely"])
    split = fields.get("split", nothing)
    odd |= ((split > 0) & (split != 1)).any(axis=0)
    if not np.array_equal(used, close, equal_nan=True):
        with np.errstate(invalid="ignore", divide="ignore"):
            apart = np.log(used / close)
            odd |= (np.abs(apart[1:] - apart[:-1]) > STEP).any(axis=0)
    still = np.diff(used, axis=0) == 0
    for run in range(CLOSELY, STILL + 1):
        still = still[1:] & still[:-1]
        near = fields["closely"][run:] | fields["closely"][run - 1 : -1]
        odd |= (still if run == STILL else still & near).any(axis=0)
    odd |= whole
    odd |= (fields["volume"] == 0).any(axis=0) if "volume" in fields else False
    odd &= np.isfinite(close).any(axis=0)
    return odd, whole


def _unplanned(home: str, traded: Days, days: Days, fields: dict[str, Floats], columns: list[int]) -> Days:
    """The days on which all members of a market traded although its calendar has no session."""
    if not _has_calendar(home) or "volume" not in fields:
        return traded[:0]
    rows = among(days, traded)
    sessions = _sessions(home, traded)
    return opened(traded, sessions, fields["close"][rows][:, columns], fields["volume"][rows][:, columns])


def _open_days(home: str, traded: Days, members: int, more: Days) -> tuple[Days, list[Flag]]:
    """The days on which a member of a market should have a price, and those on which none of several has one."""
    if not len(traded) or not _has_calendar(home):
        return traded, []
    sessions = _with(_sessions(home, traded), more)
    open_then = among(sessions, traded)
    if members < 2 or open_then.all():
        return sessions, []
    lacking = sessions[~open_then]
    suspect = Flag.of("SUSPECT_CALENDAR.check", None, lacking[0], days=lacking.tolist(), exchange=home)
    return sessions[open_then], [suspect]


def _sessions(home: str, traded: Days) -> Days:
    """The sessions of a market from the first to the last of the days on which it traded; outside its calendar, those days."""
    low, high = calendars.reach(home)
    if not len(traded) or traded[0].item() > high or traded[-1].item() < low:
        return traded
    beyond = traded[(traded < np.datetime64(low)) | (traded > np.datetime64(high))]
    return _with(calendars.sessions(home, traded[0].item(), traded[-1].item()), beyond)


def _shut(home: str, traded: Days, more: Days, days: Days) -> Bools:
    """(0, 1 or 3; S) sets of days: on which a market traded while it was closed, but for those it opened on besides (`more`).

    And where these are several, days that are no sessions when they are moved by a working day (`before_closed`).
    """
    if not _has_calendar(home):
        return np.empty((0, len(days)), bool)
    sessions = _sessions(home, traded)
    closed = traded[~among(traded, _with(sessions, more))]
    found = np.zeros((3 if len(closed) >= ODD else 1, len(days)), bool)
    found[0] = among(days, closed)
    for marks, at in zip(found[1:], before_closed(days, sessions) if len(found) > 1 else (), strict=True):
        marks[at] = True
    return found


def _with(days: Days, more: Days) -> Days:
    """Days, each once and in order of time, with some more, of which there are mostly none."""
    return np.union1d(days, more) if len(more) else days


def _has_calendar(home: str) -> bool:
    """Weekdays stand in for a market nobody knows the holidays of."""
    return not home.startswith("24/")


def _with_calendar(seen_of: Mapping[str, tuple[list[str], Seen]]) -> dict[str, tuple[list[str], Ints, Ints]]:
    """The members of each market with a calendar that have a price: on how many days, and on how many of each set."""
    found = {}
    for home, (members, seen) in seen_of.items():
        there = np.flatnonzero(seen.priced)
        if len(there) and _has_calendar(home):
            found[home] = [members[k] for k in there.tolist()], seen.priced[there], seen.on[:, there]
    return found


def _mismatches(
    homes: dict[str, str],
    every: Mapping[str, int],
    seen_of: Mapping[str, tuple[list[str], Seen]],
    days: Days,
    close: Floats,
    any_price: dict[str, Days],
    unplanned: dict[str, Days],
    unasked: Collection[str],
) -> Iterator[Flag]:
    """Tickers of another market than most, and prices on days on which a market was closed.

    `every`: the columns of all; `seen_of`: the members of each market, and what was counted of them (`_shut`).
    """
    most = Counter(homes.values()).most_common(1)[0][0] if homes else ""
    for home, (members, priced, on) in sorted(_with_calendar(seen_of).items(), key=lambda one: every[one[1][0][0]]):
        sessions = _sessions(home, any_price[home])
        often, astray = on[0], on[0] + len(unplanned[home])  # at most so many
        many = (often > 0) & (astray >= ODD_DAYS * priced - 1)
        if (often >= ODD).any():
            many |= (often >= ODD) & (
                on[1:].min(axis=0) - 2 <= ODD_REST * astray
            )  # the first and the last tell nothing
        for k in np.flatnonzero(many if "CALENDAR_MISMATCH" in unasked else often).tolist():
            ticker = members[k]
            mine = days[np.isfinite(close[:, every[ticker]])]
            if many[k] and (moved := shifted_dates(ticker, mine, sessions, home)):
                yield moved
            elif "CALENDAR_MISMATCH" not in unasked:
                extra = mine[~among(mine, _with(sessions, unplanned[home]))]
                yield Flag.of("CALENDAR_MISMATCH.closed", ticker, extra[0], days=extra.tolist(), home=home)
        if home == most or not _has_calendar(most):
            continue
        here, there = (_sessions(e, any_price[home][[0, -1]]) for e in (home, most))
        if len(apart := np.setxor1d(here, there)):
            both = {"home": home, "most": most, "sessions": len(apart), "n": len(members), "tickers": members}
            yield Flag.of("CALENDAR_MISMATCH.other", members[0] if len(members) == 1 else None, apart[0], **both)


def _of_one(
    ticker: str,
    days: Days,
    own: dict[str, Floats],
    expected: Days,
    info: SeriesInfo,
    home: str,
    closer: Bools,
    compared: int | None,
    others: Callable[[int], float],
    *,
    gaps: bool,
    whole: bool,
) -> Iterator[Flag]:
    """The flags of one ticker: its N priced days, its values on them, the days it should have, and where it is from.

    `gaps`: single sessions without a price are told too, not halts alone; `whole`: it may be odd as a whole.
    """
    if not len(days):
        return
    volume = own.get("volume", np.full(len(days), np.nan))
    known = volume if (volume > 0).any() else np.full(len(days), np.nan)  # an index, a rate: it has no volume
    inside = expected[(expected >= days[0]) & (expected <= days[-1])]
    yield from _gaps(ticker, inside, ~among(inside, days), single=gaps)
    still = np.append(False, np.diff(own["used"]) == 0)
    carried = _carried_forward(days, ~still)
    halted = np.zeros(len(days), bool)
    for a, b in _runs(still & (known == 0)):
        if b - a >= LONG and _expected(known == 0, a, b) < CHANCE:
            halted[a:b] = True
            yield Flag.of("HALTED", ticker, days[a], **_span(days, a, b))
    for a, b in _runs(still & (known != 0)):
        looked_at = len(still) if b - a >= STILL else int(closer.sum()) if b - a >= CLOSELY and closer[a:b].any() else 0
        if looked_at and (carried or _expected(still, a, b, _chance_of_none(own["used"], a, b), looked_at) < CHANCE):
            form = "STALE" if (known[a:b] > 0).any() else "STALE.unknown"
            also = tuple(days[a + 1 : b].tolist())
            yield Flag.of(form, ticker, days[a], **_span(days, a, b))._replace(also=also)
    if whole:
        yield from of_whole(ticker, days, own["close"])
    quiet = (known == 0) & ~halted
    if quiet.any() and (known == 0).mean() <= QUIET:
        yield Flag.of("ZERO_VOLUME", ticker, days[quiet][0], days=days[quiet].tolist())
    there = np.isfinite(own["used"])
    span = np.maximum(np.diff(np.searchsorted(inside.view(np.int64), days[there].view(np.int64))), 1).astype(float)
    held = {name: values[there] for name, values in own.items()}
    market = held.pop("market")[1:]
    yield from of_moves(Series(ticker, days[there], held, span, info, home, closer[there], compared, market, others))


def _carried_forward(days: Days, changed: Bools) -> bool:
    """Whether a price changes on one day of the week alone, or with the month or the quarter: one value stands for all of it.

    As many changes on such days as are there by chance in one of 100,000 series are enough.
    """
    changed, days = changed[1:], days[1:]
    n = int(changed.sum())
    if not n or 2 * n > len(days):
        return False
    weekday = (days[changed].astype("datetime64[D]").astype(np.int64) + 3) % 7
    often = [(int(np.bincount(weekday).max()), 8)]
    months = days.astype("datetime64[M]").astype(np.int64)
    for period, least in ((months, 5), (months // 3, 4)):
        new = np.diff(period) != 0
        ends = np.append(False, new) | np.append(new, False)  # a month may end on a weekend
        often.append((int((changed & ends).sum()), least))
    return any(some >= max(least, PERIODIC * n) for some, least in often)


def _expected(days: Bools, a: int, b: int, chance: float = 0.0, looked_at: int | None = None) -> float:
    """How many runs as long as that from `a` to `b` of such days are to be expected, by their share of the other days.

    Of all others, or of those near by, or by the `chance` of such a day, whichever is the most; on so many days `looked_at`,
    all by default.
    """
    near, own = days[max(a - 2 * NEARBY, 0) : b + 2 * NEARBY], b - a
    often = (float(days.sum()) - own + 1) / (len(days) - own + 2), (float(near.sum()) - own) / max(len(near) - own, 1)
    return float((looked_at or len(days)) * min(max(*often, chance), 1.0) ** (b - a))


def _chance_of_none(prices: Floats, a: int, b: int) -> float:
    """The chance that a price does not change by less than half of its tick, as wild as it is around those days."""
    steps = np.abs(np.diff(prices))
    if not (steps > 0).any():
        return 1.0
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = np.diff(np.log(prices))
    near = moved[max(a - 2 * NEARBY, 0) : b + 2 * NEARBY]
    scale = min(x for x in (float(spread(moved)[0]), float(spread(near)[0])) if x > 0)
    return 0.4 * float(steps[steps > 0].min()) / float(prices[a]) / scale


def _gaps(ticker: str, expected: Days, lacking: Bools, *, single: bool) -> Iterator[Flag]:
    for a, b in _runs(lacking):
        if b - a >= LONG:
            yield Flag.of("HALTED.gap", ticker, expected[a], **_span(expected, a, b))
        if b - a >= LONG or not single:
            continue
        text = Phrase.counted(
            "no price in the session of {first}, and prices before and after",
            "no price in {sessions} sessions from {first} to {last}, and prices before and after",
            n=b - a,
            **_span(expected, a, b),
        )
        yield Flag("GAP", ticker, expected[a].item(), text)


def _runs(true: Bools) -> Iterator[tuple[int, int]]:
    """Begin and end (excluded) of each run of True."""
    edges: Any = np.flatnonzero(np.diff(np.concatenate(([False], true, [False])).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _span(days: Days, a: int, b: int) -> dict[str, Any]:
    """How many days a to b (excluded) are, the first and the last."""
    return {"sessions": b - a, "first": days[a].item(), "last": days[b - 1].item()}
