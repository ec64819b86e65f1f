"""What looks wrong in the moves of one series: spikes, jumps, splits, units, dividends, an adjusted price that is at fault.

A move is large or small beside the moves of the same series: its robust spread over all days, and over those around the move,
whichever is larger, so that a storm in the market is no row of faults; never less than a tick of the price.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eventstudy.language import Phrase
from eventstudy.language.messages import sentence
from eventstudy.prices._table import SeriesInfo

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]
Bools = NDArray[np.bool_]

SPIKE = 8.0
"""From so many robust daily spreads on a move that is undone is no price."""
BACK = 5.0
"""From so many on it is worth a look."""
CLOSER = 2.5
"""From so many on it is on a day of an event window, where little else is so likely to mislead; net of the market as well."""
AFTER = 3
"""Sessions after a large move, on which rebounds are no rarity."""
FELT, QUIETLY = 4.75, 3.75
"""From so many of these on a move of a benchmark in an event window should show in the others, and one of any series, the
second, in its trade."""
ALONE, YEAR, LARGEST = 4.25, 250, 3
"""Where no volumes are known a move of so many is told that is among the so many largest of so many sessions before it."""
LEG, ROUND = 1.5, 3.25
"""A move of so many that is undone is told, where both ways together (over the root of two) are more than any other such of
the year before, and more than so many."""
CHECKED = ("bundled",)
"""Sources whose closes were compared with a second copy, so that a move needs nothing else to confirm it."""
LIKELIER = 1.0
"""By so much must the sum of squares (in spreads) of a fault be below that of an ordinary day to be the likelier of the two."""
UNDONE, HALF = 0.2, 0.5
"""What may be left of a move that is undone, as a part of it; more, up to the second, where that is an ordinary move."""
WITHIN = 2
"""Sessions within which a spike is undone."""
LEAP, WILD = 0.25, 12.0
"""A jump is larger than both, the first as a logarithm, the second in robust daily spreads,"""
CALM, FAR = 0.03, 18.0
"""or than both of these, in a calm series."""
NO_PRICE = float(np.log(30))
"""What no price does in a day without more trade than on others, or a storm afterwards, as a logarithm."""
STRANGE, STILL_CALM = float(np.log(3)), 40.0
"""What no price does, in logarithm and spreads, where nothing tells of news and no storm follows."""
RATE_LEAP, INDEX_LEAP = 0.18, 0.1
"""What an index or an exchange rate does not do in a day, as a logarithm; an index in calm times not the second."""
ALIEN, LEAST_ALIEN = 4.0, 0.03
"""A move of an index or a benchmark of so many spreads, and of this logarithm, that is undone and that no other series made."""
FOLLOWED, MARKETS = 0.5, 0.3
"""Others that move by such a part of a move, the same way, follow it: it is one of the market, which never moves so far."""
SPLITS = (1.5, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50)
"""Ratios by which shares are usually split; merged they are by whole numbers."""
_NEAR = 0.03
"""How far a jump may be from a ratio of a split and still look like it; from a listed one or a unit, five times as far."""
UNITS = {100.0: ("UNIT_CHANGE", "UNIT_CHANGE.hundredth"), 1000.0: ("UNIT_CHANGE.thousand", "UNIT_CHANGE.thousandth")}
"""How many small coins a large one has, and what is said of a price that becomes so many times as large, or such a part."""
STEP = 0.02
"""Smallest step of the adjusted over the plain close that is looked at, as a logarithm."""
TOGETHER, ENOUGH = 0.5, 60
"""Least correlation of the moves of the adjusted and of the plain close, and how many moves it needs."""
ODD = 5.0
"""From so many robust daily spreads on a move is odd."""
DIVIDEND = 0.16
"""Largest step that a dividend is taken for where none is listed and the close fell little, as a logarithm."""
HUNDRED = 100
"""How many small coins a large one has: dividends in pounds stand beside prices in pence."""
PAID = 4.0
"""From so many robust daily spreads on a dividend must be seen in the price."""
STRAIGHT, BENDS = 1e-4, 3
"""Prices on a line bend by no more than this part of them (or their tick), on so many days in a row or more."""
AS_OFTEN, BY_CHANCE = 0.3, 2e-5
"""The density of the difference of two daily moves, in spreads, and how often such a line may come about by chance."""
QUIET = 1.5
"""Trade below so many times that of the days before confirms no news; up to twice as much is asked of larger moves."""
BOUND, MANY = 4.0, 10
"""No move says more of the market than one of so many spreads; more series than so many are held against all of them."""
NEARBY = 10
"""So many moves on either side say how wild a series is just then."""


class Flag(NamedTuple):
    """One thing to look at: its code, the ticker (None: several), the first session it is about, and a sentence."""

    code: str
    ticker: str | None
    session: date
    message: Phrase
    also: tuple[date, ...] = ()
    """Further sessions whose return is as wrong."""
    whole: bool = False
    """Whether it is about the series as a whole."""

    @classmethod
    def of(cls, form: str, ticker: str | None, session: Any, /, **params: Any) -> Flag:
        """The flag of a code, or of one of its forms (`CODE.form`), with the values of its sentence."""
        return cls(form.partition(".")[0], ticker, session.item(), sentence(form, **params))

    @property
    def sessions(self) -> tuple[date, ...]:
        """All sessions whose return is in question; none where the whole series is."""
        return () if self.whole else (self.session, *self.also)


@dataclass(frozen=True)
class Series:
    """One ticker on its N priced days."""

    ticker: str
    days: Days
    own: dict[str, Floats]
    """(N,) each: `used` the prices that returns are made of, `paid` what is added to them, `close`, and what else there is."""
    span: Floats
    """(N-1,) sessions that each move covers."""
    info: SeriesInfo
    home: str
    """The market that it trades on."""
    closer: Bools
    """(N,) days that are looked at more closely, because an event is studied on them."""
    compared: int | None
    """How many others of its market are held against it, where it is a benchmark."""
    market: Floats
    """(N-1,) the part of each move that the others of its market explain, as a logarithm; 0 where nobody asked."""
    others: Callable[[int], float]
    """The move of the middle one of the others over that of a number, as a logarithm; NaN: there are none."""

    def column(self, name: str) -> Floats:
        """(N,) a field, zero where it has no value."""
        return np.nan_to_num(self.own[name]) if name in self.own else np.zeros(len(self.days))


_FEW = 12
"""Up to so many places are partitioned, which is faster than sorting."""


def spread(moves: Floats) -> Floats:
    """The robust standard deviation of daily moves, the unchanged ones left out: (n,) of (N, n), one of (N,); 0 of none."""
    if moves.ndim == 1:
        return np.array([_spread_of_one(moves)])
    sizes = np.abs(moves.T)
    sizes = np.where((sizes > 0) & np.isfinite(sizes), sizes, np.inf)
    counts = np.isfinite(sizes).sum(axis=1)
    if not sizes.shape[1]:
        return np.zeros(len(sizes))
    low, high = np.maximum(counts - 1, 0) // 2, np.minimum(counts // 2, sizes.shape[1] - 1)
    places = np.unique([low, high])
    if len(places) <= _FEW:
        sizes.partition(places, axis=1)
    else:
        sizes.sort(axis=1)
    rows = np.arange(len(sizes))
    middle = (sizes[rows, low] + sizes[rows, high]) / 2
    return 1.4826 * np.where(counts > 0, middle, 0.0)


def _spread_of_one(moves: Floats) -> float:
    """That of the moves (N,) of one series, which is quicker without those that do not count."""
    if len(moves) <= 4 * NEARBY:  # so few are faster one by one
        few = sorted(abs(x) for x in moves.tolist() if x and np.isfinite(x))
        return 1.4826 * (few[(len(few) - 1) // 2] + few[len(few) // 2]) / 2 if few else 0.0
    sizes = np.abs(moves)
    sizes = sizes[(sizes > 0) & (sizes < np.inf)]
    if not len(sizes):
        return 0.0
    low, high = (len(sizes) - 1) // 2, len(sizes) // 2
    sizes.partition((low, high))
    return 1.4826 * float(sizes[low] + sizes[high]) / 2


class Moves(NamedTuple):
    """The moves of n series on S days that they share, which several looks need."""

    moved: Floats
    """(S-1, n) logarithms, dividends included."""
    scale: Floats
    """(n,) their robust spreads."""

    @classmethod
    def of(cls, used: Floats, paid: Floats) -> Moves:
        """Of prices (S, n) and what is paid beside them."""
        with np.errstate(invalid="ignore", divide="ignore"):
            moved = np.log((used[1:] + paid[1:]) / used[:-1])
        return cls.between(moved)

    @classmethod
    def between(cls, moved: Floats) -> Moves:
        """Of moves (S-1, n) that are known, as logarithms."""
        return cls(moved, spread(moved))


def suspects(used: Floats, paid: Floats, moves: Moves, dividend: Floats, closer: Bools, *, level: Bools) -> Bools:
    """(n,) in which series a move may be flagged: a quick look at (S, n) prices.

    `level` (n,): which of them are an index, a rate or a benchmark.
    """
    moved, scale = moves
    size, sign = np.abs(moved), np.sign(moved)
    large = np.where(level, INDEX_LEAP, LEAP)
    with np.errstate(invalid="ignore"):
        jumps: Bools = (size > np.minimum(large, np.maximum(CALM, FAR * scale))) & (size > SPIKE * scale)
        found: Bools = np.asarray(jumps.any(axis=0))
        bent = _bent(used, np.diff(np.log(used), axis=0) if paid.any() else moved)
        near = np.maximum(STRAIGHT, 1.01 * _ticks(used) / used[1:-1])
        line = bent <= near
        for i in np.flatnonzero((line[2:] & line[1:-1] & line[:-2]).any(axis=0)).tolist():
            days = int(np.isfinite(used[:, i]).sum())
            found[i] |= any(_lines(line[:, i], near[:, i], days, scale[i] * (1 + 1e-9)))
        found |= ((dividend[1:] > 0) & (size > np.maximum(STEP, PAID * scale))).any(axis=0)
        out = size > np.where(closer[1:], CLOSER, np.where(level, ALIEN, BACK)) * scale
        for later in range(1, WITHIN + 1):
            back = (sign[later:] == -sign[:-later]) & (size[later:] > CLOSER * scale)
            found |= (out[:-later] & back).any(axis=0)
    return found


def of_moves(series: Series) -> Iterator[Flag]:
    """Moves of the series that is used which are larger than it makes, and steps of it over the close that nothing explains.

    A day that the source itself has a word on (a delisting return) is explained.
    """
    used, close, paid = (series.own[name] for name in ("used", "close", "paid"))
    if len(used) < 2:
        return
    with np.errstate(invalid="ignore", divide="ignore"):
        moved, by_close = np.log((used[1:] + paid[1:]) / used[:-1]), np.log(close[1:] / close[:-1])
    look = _Look(series, moved, by_close)
    yield from look.dividends()
    if not np.array_equal(used, close):
        yield from look.adjusted()
    yield from look.straight()
    yield from look.listed_splits()
    yield from look.undone()
    yield from look.jumps()
    yield from look.round_trips()
    yield from look.unconfirmed()


class _Look:
    """One look at the moves of a series; what has been explained once is not told again."""

    def __init__(self, series: Series, moved: Floats, by_close: Floats) -> None:
        self.series, self.moved, self.by_close = series, moved, by_close
        self.net, self.net_by_close = moved - series.market, by_close - series.market
        self.tick = float(_ticks(series.own["used"]))
        self.told = np.zeros(len(moved), bool)
        if notes := " ".join(series.info.notes):
            self.told |= [day in notes for day in series.days[1:].astype(str).tolist()]
        self.rate, self.level = series.ticker.endswith("=X"), is_level(series.ticker)
        self.index = (self.level and not self.rate) or series.compared is not None

    @cached_property
    def is_own(self) -> Bools:
        """(N-1,) whether a move net of the market is one of the series itself, and not of what it is held against."""
        found: Bools = (self.moved * self.net > 0) & (np.abs(self.moved) >= HALF * np.abs(self.net))
        return found

    @cached_property
    def typical(self) -> float:
        """How far the series moves on an ordinary day."""
        return float(spread(self.moved)[0])

    @cached_property
    def typical_net(self) -> float:
        """How far it moves on an ordinary day beside what the market explains."""
        return float(spread(self.net)[0])

    def scale(self, t: int, upto: int | None = None, *, net: bool = False) -> float:
        """How far the series moves in a day around moves `t` to `upto`, those left out; `net` of its market."""
        upto = t if upto is None else upto
        moved, typical = (self.net, self.typical_net) if net else (self.moved, self.typical)
        around = np.concatenate((moved[max(t - NEARBY, 0) : t], moved[upto + 1 : upto + 1 + NEARBY]))
        price = min(float(self.series.own["used"][t]), float(self.series.own["used"][t + 1]))
        near = float(spread(around)[0]) if len(around) >= NEARBY // 2 else 0.0
        tick = self.tick / price if price >= self.tick else 0.0  # what is below a tick is no price in ticks
        return max(typical, near, tick) * float(np.sqrt(self.series.span[t]))

    def flag(self, form: str, t: int, upto: int | None = None, /, **params: Any) -> Flag:
        """The flag of move `t`, and of those up to `upto`, which are told by it."""
        upto = t if upto is None else upto
        self.told[t : upto + 1] = True
        days = self.series.days
        return Flag.of(form, self.series.ticker, days[t + 1], **params)._replace(
            also=tuple(days[t + 2 : upto + 2].tolist())
        )

    def dividends(self) -> Iterator[Flag]:
        """Dividends that are listed, and counted in the return, of which the price knows nothing."""
        dividend, close = self.series.column("dividend"), self.series.own["close"]
        for t in np.flatnonzero((dividend[1:] > 0) & (self.moved > STEP) & ~self.told).tolist():
            move, plain = self.moved[t], self.by_close[t]
            scale = self.scale(t)
            if move > PAID * scale and abs(plain) < move / 2 and move**2 - plain**2 > 8 * scale**2:
                form = "DIVIDEND_NOT_FOLLOWED" if dividend[t + 1] < close[t] else "DIVIDEND_NOT_FOLLOWED.larger"
                prices = {"before": float(close[t]), "after": float(close[t + 1])}
                yield self.flag(form, t, dividend=float(dividend[t + 1]), **prices)

        for t in np.flatnonzero((self.series.own["paid"][1:] > 0) & (self.moved < -STEP) & ~self.told).tolist():
            if self._hundredth(t, self.moved, self.scale(t), PAID):
                prices = {"before": float(close[t]), "after": float(close[t + 1])}
                yield self.flag("DIVIDEND_NOT_FOLLOWED.hundredth", t, dividend=float(dividend[t + 1]), **prices)

    def _hundredth(self, t: int, moved: Floats, scale: float, least: float) -> bool:
        """Whether a fall of `least` spreads is rather that of a dividend a hundred times as large as the one that is listed."""
        dividend = float(self.series.column("dividend")[t + 1] / self.series.own["close"][t])
        if not STEP < HUNDRED * dividend < 1:
            return False
        move = float(moved[t])
        apart = move - float(np.log(1 - HUNDRED * dividend + dividend))
        return move < -least * scale and abs(apart) < 2 * scale and move**2 - apart**2 > least**2 / 2 * scale**2

    def adjusted(self) -> Iterator[Flag]:
        """Steps of the adjusted price over the close; or the two move apart throughout, as those of two securities do."""
        known = np.isfinite(self.moved) & np.isfinite(self.by_close)
        both = np.stack(
            [
                np.clip(moves[known], -BOUND * size, BOUND * size)
                for moves, size in ((self.moved, self.typical), (self.by_close, float(spread(self.by_close)[0])))
            ]
        )
        if both.shape[1] >= ENOUGH and both.std(axis=1).min() > 0 and np.asarray(np.corrcoef(both))[0, 1] < TOGETHER:
            yield Flag.of("ADJUSTED_DISAGREES.throughout", self.series.ticker, self.series.days[0])._replace(whole=True)
        for t in np.flatnonzero(_apart(self.moved, self.by_close, self.series) & ~self.told).tolist():
            form = "ADJUSTED_DISAGREES.given" if self.series.info.source == "crsp" else "ADJUSTED_DISAGREES"
            yield self.flag(form, t, adjusted=_in_tenths(self.moved[t]), plain=_in_tenths(self.by_close[t]))

    def straight(self) -> Iterator[Flag]:
        """Prices on a straight line between two others: filled in, where none were."""
        used = self.series.own["used"]
        if len(used) < 3 or not self.typical:
            return
        near = np.maximum(STRAIGHT, 1.01 * self.tick / used[1:-1])
        with np.errstate(invalid="ignore", divide="ignore"):
            grown = np.diff(np.log(used))
        for a, b in _lines(_bent(used, grown) <= near, near, len(used), self.typical):
            if self.told[a : b + 1].any():
                continue
            around = np.concatenate((self.moved[max(a - 2 * NEARBY, 0) : a], self.moved[b + 1 : b + 1 + 2 * NEARBY]))
            scale = min(x for x in (self.typical, float(spread(around)[0])) if x > 0)
            if _by_chance(near[a:b], len(used), scale) < BY_CHANCE:
                ends = {"first": self.series.days[a].item(), "last": self.series.days[b + 1].item()}
                yield self.flag("INTERPOLATED", a, b, sessions=b - a, **ends)

    def listed_splits(self) -> Iterator[Flag]:
        """Splits that are listed, and whose ratio the price made: on that day, or on the session after or before it."""
        split = self.series.column("split")
        for at in np.flatnonzero((split > 0) & (split != 1)).tolist():
            ratio = float(np.log(split[at]))
            for t in (at - 1, at, at - 2):  # the move of that day, of the next, of the one before
                if not 0 <= t < len(self.moved) or self.told[t] or not self._made(t, ratio):
                    continue
                applied = self.moved[t] * ratio > 0
                if t != at - 1 and applied:
                    continue
                form = "another_day" if t != at - 1 else "twice" if applied else "listed"
                day = {"listed": self.series.days[at].item()} if t != at - 1 else {}
                yield self.flag(f"SPLIT_NOT_APPLIED.{form}", t, ratio=f"{split[at]:g}:1", **self._step(t), **day)
                break

    def _made(self, t: int, ratio: float) -> bool:
        """Whether a move is rather that of a split (or of its inverse) than one of an ordinary day."""
        move, scale = float(self.moved[t]), self.scale(t)
        apart = abs(abs(move) - abs(ratio))
        return apart < max(3 * scale, 5 * _NEAR) and move**2 - apart**2 > 8 * scale**2 and abs(move) > 2 * apart

    def undone(self) -> Iterator[Flag]:
        """Moves that are undone within two sessions: a close that is wrong for a day or two."""
        closer = self.series.closer[1:]
        if self.index:
            yield from self._alien()
        yield from self._undone(np.where(closer, CLOSER, BACK), self.moved)
        if self.series.market.any():
            large = np.abs(self.net) > FELT * self.typical_net
            rebound = np.zeros(len(large), bool)
            for later in range(1, AFTER + 1):
                rebound[later:] |= large[:-later]
            yield from self._undone(np.where(closer & self.is_own & ~rebound, CLOSER, np.inf), self.net, net=True)

    def round_trips(self) -> Iterator[Flag]:
        """Smaller moves on event days, out and back by more than ever in the year before, net of the market."""
        net, closer = self.net, self.series.closer[1:]
        if not closer.any():
            return
        trips = np.zeros((WITHIN, len(net)))
        for later in range(1, WITHIN + 1):
            out, back = net[:-later], net[later:]
            trips[later - 1, : len(out)] = np.where(out * back < 0, np.abs(back - out), 0.0) / np.sqrt(2)
        longest, large = trips.max(axis=0, initial=0.0), np.abs(net) > FELT * self.typical_net
        for t in np.flatnonzero(closer & self.is_own & (longest > ROUND * self.typical_net)).tolist():
            upto = t + 1 + int(trips[:, t].argmax())
            if self.told[t : upto + 1].any() or large[max(t - AFTER, 0) : t].any():
                continue
            if longest[t] <= longest[max(t - YEAR, 0) : t].max(initial=0.0):
                continue
            scale = self.scale(t, upto, net=True)
            shorter, longer = sorted((abs(net[t]), abs(net[upto])))
            if longer > QUIETLY * scale and shorter < (1 - 2 * UNDONE) * longer:
                continue  # a large move that the next takes back in part
            left, far = abs(net[t : upto + 1].sum()), longest[t] > ROUND * scale
            if far and shorter > LEG * scale and left <= 2 * scale * np.sqrt(upto - t + 1):
                yield self._back(t, upto, "MOVE_UNDONE")

    def _alien(self) -> Iterator[Flag]:
        """Moves of an index or a benchmark, undone, that the others did not make: the market was not there."""
        size = np.abs(self.moved)
        for t in np.flatnonzero((size > max(ALIEN * self.typical, LEAST_ALIEN)) & ~self.told).tolist():
            for later in range(1, min(WITHIN, len(size) - 1 - t) + 1):
                out, back, scale = float(self.moved[t]), float(self.moved[t + later]), self.scale(t, t + later)
                left = abs(float(self.moved[t : t + later + 1].sum()))
                if self.told[t : t + later + 1].any() or out * back >= 0 or _unit(out):
                    continue
                if min(abs(out), abs(back)) <= ALIEN * scale or left > HALF * abs(out):
                    continue
                others = self.series.others(t) - self.series.others(t + later)
                if others / (out - back) < FOLLOWED:  # not where there are none
                    yield self._back(t, t + later, "PRICE_SPIKE")
                    break

    def _follow(self, t: int) -> bool:
        """Whether the others made a move as well, so that it is one of the market."""
        others = self.series.others(t)
        return abs(others) < MARKETS and others / float(self.moved[t]) > FOLLOWED

    def _back(self, t: int, upto: int, form: str) -> Flag:
        """The flag of a move that was undone by that of `upto`."""
        again = {"again": float(self._shown(t)[upto + 1]), "back": self.series.days[upto + 1].item()}
        return self.flag(form, t, upto, **self._step(t), **again)

    def _undone(self, least_size: Floats, moved: Floats, *, net: bool = False) -> Iterator[Flag]:
        """Those of at least so many spreads among the moves, which are `net` of the market or not."""
        size = np.abs(moved)
        large = np.flatnonzero((size > least_size * (self.typical_net if net else self.typical)) & ~self.told)
        for t in large[np.argsort(-size[large], kind="stable")].tolist():  # a small one may stand around a large one
            for later in range(1, min(WITHIN, len(size) - 1 - t) + 1):
                back, left = moved[t + later], abs(float(moved[t : t + later + 1].sum()))
                if back * moved[t] >= 0 or left > HALF * size[t] or abs(back) < (1 - 2 * UNDONE) * size[t]:
                    continue
                if self.told[t : t + later + 1].any():
                    continue
                scale = self.scale(t, t + later, net=net)
                ordinary = min(2 * scale * float(np.sqrt(later + 1)), HALF * size[t])
                if scale == 0 or left > max(UNDONE * size[t], ordinary):
                    continue
                least = min(size[t], abs(back)) / scale
                if least <= least_size[t]:
                    continue
                if forms := _unit(float(moved[t])):
                    yield self.flag(forms[bool(moved[t] < 0)], t, t + later, **self._step(t))
                    break
                form = "MOVE_UNDONE" if least <= SPIKE else "RATE_SPIKE" if self.rate else "PRICE_SPIKE"
                yield self._back(t, t + later, form)
                break

    def jumps(self) -> Iterator[Flag]:
        """Large moves that stay."""
        for t in np.flatnonzero((np.abs(self.moved) > max(CALM, SPIKE * self.typical)) & ~self.told).tolist():
            move, scale = float(self.moved[t]), self.scale(t)
            size, times = abs(move), abs(move) / scale if scale > 0 else np.inf
            leapt = size > (RATE_LEAP if self.level else LEAP) and times > (SPIKE if self.level else WILD)
            leapt |= self.index and size > INDEX_LEAP and times > WILD
            if self.rate and self._inverted(t):
                yield self.flag("RATE_INVERTED", t, **self._step(t))
            elif not leapt and times <= FAR:
                continue
            elif forms := _unit(move):
                yield self.flag(forms[move < 0], t, **self._step(t))
            elif not self._follow(t) and (doubt := self._no_move(t, times, leapt=bool(leapt))):
                form, params = doubt
                yield self.flag(form, t, **params, **self._step(t))
            else:
                form = "JUMP.dividend" if self.series.own["paid"][t + 1] else "JUMP"
                yield self.flag(form, t, **self._step(t), move=float(np.expm1(move)))

    def _no_move(self, t: int, times: float, *, leapt: bool) -> tuple[str, dict[str, Any]] | None:
        """The doubt on a large move that stays and that the others did not make, of so many spreads; None: it may be one."""
        size, paid, moved = abs(float(self.moved[t])), self.series.own["paid"][t + 1], float(np.expm1(self.moved[t]))
        if not self.level and not paid and self._news(t) is not True and (ratio := self._like_a_split(t)):
            return "SPLIT_NOT_APPLIED", {"ratio": ratio}
        if leapt and (self.level or (self.index and not np.isnan(self.series.others(t)))):
            return "LEVEL_SHIFT.level", {"move": moved}
        never = size > NO_PRICE and (self.moved[t] > 0 or self._news(t) is not True)
        if never or (not paid and size > STRANGE and times > STILL_CALM and self._news(t) is None):
            return "LEVEL_SHIFT.far", {"move": moved}
        if not paid and size > LEAP and self._news(t) is False:
            return "LEVEL_SHIFT", {"move": moved}
        return None

    def unconfirmed(self) -> Iterator[Flag]:
        """Moves in an event window that news or a fault may have made, and of which nothing in the prices tells which."""
        dividend, split, paid = (self.series.column("dividend"), self.series.column("split"), self.series.own["paid"])
        volume = self.series.own.get("volume")
        least = np.abs(self.net) > QUIETLY * (self.typical_net * np.sqrt(self.series.span))  # a scale may be larger
        stepped = np.abs(self.net - self.net_by_close) > STEP
        odd = least | stepped | (paid[1:] != 0) | ((split[1:] > 0) & (split[1:] != 1))
        for t in np.flatnonzero(self.series.closer[1:] & ~self.told & odd).tolist():
            net, plain, scale = float(self.net[t]), float(self.net_by_close[t]), self.scale(t, net=True)
            step, odder = abs(net - plain), net**2 - plain**2 > LIKELIER * scale**2
            ratio = abs(float(np.log(split[t + 1]))) if split[t + 1] > 0 else 0.0
            if ratio > scale and (abs(net) - ratio) ** 2 - net**2 < 2 * LIKELIER * scale**2:
                yield self.flag("MOVE_UNCONFIRMED.split", t, ratio=f"{split[t + 1]:g}:1", **self._step(t))
            elif paid[t + 1] and net > 0 and odder:
                yield self.flag("MOVE_UNCONFIRMED.dividend", t, dividend=float(dividend[t + 1]), **self._step(t))
            elif paid[t + 1] and self._hundredth(t, self.net, scale, CLOSER):
                yield self.flag("MOVE_UNCONFIRMED.hundredth", t, dividend=float(dividend[t + 1]), **self._step(t))
            elif not paid[t + 1] and not ratio and step > STEP and odder and not dividend[t + 1]:
                both = {"adjusted": _in_tenths(self.moved[t]), "plain": _in_tenths(self.by_close[t])}
                yield self.flag("MOVE_UNCONFIRMED.adjusted", t, **both)
            elif abs(net) > QUIETLY * scale and self.is_own[t] and not paid[t + 1]:
                moved = {**self._step(t), "move": float(np.expm1(self.moved[t]))}
                if (trade := self._trade(t, volume)) is not None and trade < QUIET * min(
                    abs(net) / (QUIETLY * scale), 2
                ):
                    yield self.flag("MOVE_UNCONFIRMED.quiet", t, **moved)
                elif trade is None and self.series.compared and abs(net) > FELT * scale:
                    form = "MOVE_UNCONFIRMED" if self.series.compared > 1 else "MOVE_UNCONFIRMED.one"
                    yield self.flag(form, t, **moved)
                elif trade is None and self._alone(t):
                    yield self.flag("MOVE_UNCONFIRMED.alone", t, **moved)

    def _alone(self, t: int) -> bool:
        """Whether nothing but the close itself tells of a move of a share that is one of the largest of a year: no volumes."""
        if self.level or self.series.compared is not None or self.series.info.source in CHECKED:
            return False
        before, own = np.abs(self.net[max(t - YEAR, 0) : t]), abs(float(self.net[t]))
        return own > ALONE * self.scale(t, net=True) and int((before > own).sum()) < LARGEST

    def _trade(self, t: int, volume: Floats | None) -> float | None:
        """The volume of the day of a move over the median of the days before it; None: not known."""
        if volume is None:
            return None
        before = volume[max(t - 2 * NEARBY, 0) : t + 1]
        before, own = before[before > 0], volume[t + 1]
        return float(own / np.median(before)) if len(before) >= NEARBY and own > 0 else None

    def _inverted(self, t: int) -> bool:
        """Whether the rate of the other way round begins: one over the rate of the day before."""
        before, after = np.log(self.series.own["used"][t : t + 2])
        return bool(abs(after - before) > SPIKE * self.scale(t) and abs(after + before) < ODD * self.scale(t))

    def _like_a_split(self, t: int) -> str | None:
        """The split that a move looks like, new for old; what is traded day and night is not split."""
        if self.series.home == "24/7":
            return None
        return like_a_split(float(np.exp(self.moved[t])))

    def _news(self, t: int) -> bool | None:
        """Whether the market had news that day: trade far above that of the days around it, or a storm afterwards.

        False: there was no more trade than on any day. None: nothing tells.
        """
        volume = self.series.own.get("volume")
        if volume is not None:
            before, after = volume[max(t - 2 * NEARBY, 0) : t + 1], volume[t + 2 : t + 2 + NEARBY]
            before, after, own = before[before > 0], after[after > 0], volume[t + 1]
            if len(before) >= NEARBY and own > 0:
                low, middle, high = np.quantile(before, (0.25, 0.5, 0.75))
                if own > 3 * middle and (not len(after) or own > 1.5 * np.median(after)):
                    return True
                if high > 1.1 * low and own < 1.5 * middle:
                    return False
        later = np.abs(self.moved[t + 1 : t + 6])
        if len(later) >= 3 and later.mean() > 2.5 * self.typical:
            return True
        return None

    def _shown(self, t: int) -> Floats:
        """Prices that can be looked up: closes, where these made the move as well."""
        close = self.series.own["close"]
        return close if abs(self.moved[t] - self.by_close[t]) < _NEAR else self.series.own["used"]

    def _step(self, t: int) -> dict[str, float]:
        shown = self._shown(t)
        return {"before": float(shown[t]), "after": float(shown[t + 1])}


def _bent(used: Floats, moved: Floats) -> Floats:
    """(S-2, ...) by how much prices bend, as a part of them: that of the line or of the steady growth, whichever is less.

    `moved` (S-1, ...) are their logarithmic moves. Not a number where they stand still.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        steps = np.diff(used, axis=0)
        bent = np.minimum(np.abs(np.diff(steps, axis=0)) / used[1:-1], np.abs(np.diff(moved, axis=0)))
    bent[(steps[1:] == 0) | (steps[:-1] == 0)] = np.nan
    return bent


def _lines(line: Bools, near: Floats, days: int, scale: float) -> Iterator[tuple[int, int]]:
    """Begin and end of each run of bends (N-2,) that are as good as none, where so many are rare in a series of that scale.

    `near` (N-2,): what is as good as none; `days`: N. Around a run the series may be calmer, which makes it less rare.
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([False], line, [False])).astype(np.int8)))
    for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if b - a >= BENDS and scale and _by_chance(near[a:b], days, scale) < BY_CHANCE:
            yield a, b


def _by_chance(near: Floats, days: int, scale: float) -> float:
    """How many runs of bends no larger than `near` are to be expected in so many days of moves of that scale."""
    return float(days * min(2 * AS_OFTEN * float(near.max()) / scale, 1.0) ** len(near))


def explained(moves: Moves) -> Floats:
    """(S-1, n) the part of the moves of each series that the others explain: their median, by least squares.

    Each is taken in its own robust spreads, and no move for more than a few of them, so that a fault explains nothing.
    """
    moved, scale = moves
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = np.clip(moved / scale, -BOUND, BOUND)
    known, n = np.isfinite(scaled), scaled.shape[1]
    if n < 2:
        return np.zeros_like(moved)
    if n > MANY:
        others = np.nan_to_num(_medians(scaled))[:, None]
    else:
        others = np.nan_to_num(np.column_stack([_medians(np.delete(scaled, i, axis=1)) for i in range(n)]))
    others = np.where(known, others, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = np.einsum("sn,sn->n", np.where(known, scaled, 0.0), others) / np.einsum("sn,sn->n", others, others)
    found: Floats = others * (np.nan_to_num(slope) * scale)
    return found


def _medians(values: Floats) -> Floats:
    """(S,) the median of each row of (S, n), of the numbers in it; NaN of none."""
    ordered, counts = np.sort(values, axis=1), np.isfinite(values).sum(axis=1)
    rows, middle = np.arange(len(values)), np.maximum(counts - 1, 0) // 2
    found: Floats = (ordered[rows, middle] + ordered[rows, np.minimum(counts // 2, values.shape[1] - 1)]) / 2
    return found


def unsure(moves: Moves, paid: Floats, market: Floats, closer: Bools) -> Bools:
    """(n,) in which series a day that is looked at closely has a move, net of the market, that may be flagged."""
    net = moves.moved - market
    scale, near = spread(net), closer[1:]
    size, sign = np.abs(net), np.sign(net)
    with np.errstate(invalid="ignore"):
        found: Bools = np.asarray((near & ((size > QUIETLY * scale) | (paid[1:] > 0))).any(axis=0))
        for later in range(1, WITHIN + 1):
            back = (sign[later:] == -sign[:-later]) & (np.minimum(size[:-later], size[later:]) > LEG * scale)
            far = (
                size[:-later] + size[later:] > 0.999 * np.sqrt(2) * ROUND * scale
            )  # as far as two moves of CLOSER at least
            found |= (near[:-later] & back & far).any(axis=0)
    return found


def is_level(ticker: str) -> bool:
    """Whether a ticker is that of an index or of an exchange rate, which do not move as shares do."""
    return ticker.startswith("^") or ticker.endswith("=X")


def _unit(move: float) -> tuple[str, str] | None:
    """What is said of a move into another unit, or back."""
    return next((forms for unit, forms in UNITS.items() if abs(abs(move) - np.log(unit)) < 5 * _NEAR), None)


def _ticks(prices: Floats) -> Floats:
    """The smallest step that the prices (S, ...) of each series make, 0 where they make none."""
    steps = np.abs(np.diff(prices, axis=0))
    least: Floats = np.where(steps > 0, steps, np.inf).min(axis=0, initial=np.inf)
    return np.where(np.isfinite(least), least, 0.0)


def _robust(moves: Floats) -> float:
    """The robust standard deviation of daily moves around their median, unchanged ones too."""
    return 1.4826 * float(np.median(np.abs(moves - np.median(moves)))) if len(moves) else 0.0


def _apart(moved: Floats, by_close: Floats, series: Series) -> Bools:
    """(N-1,) where the adjusted price steps over the close, and no dividend or split explains it.

    An adjustment takes out of the close what is no gain or loss, so it leaves an ordinary move where the close made an odd one.
    Where it is the adjusted price that moved oddly and the close that did not, it is at fault. A dividend raises the adjusted
    price over the close; it may fall on a day on which the price rose much, so a step of its size must be the odder one by far.
    """
    step = moved - by_close
    large = np.abs(step) > max(STEP, ODD * _robust(step))
    dividend, split = series.column("dividend")[1:], series.column("split")[1:]
    listed = (dividend > 0) & (np.abs(step - np.log1p(dividend / series.own["close"][1:])) < STEP)
    listed |= (split > 0) & (np.abs(np.abs(step) - np.abs(np.log(np.where(split > 0, split, 1.0)))) < 5 * _NEAR)
    ordinary = (step > 0) & (np.abs(moved) <= ODD * _robust(by_close))
    by_far = np.where((step > 0) & (step <= DIVIDEND), 2.0, 1.0)
    odder: Bools = np.abs(moved) > by_far * np.abs(by_close)
    return large & ~listed & ~ordinary & odder


def _in_tenths(move: float) -> float:
    """A logarithmic move as a simple one in tenths of a per cent, and never a negative zero."""
    return float(np.round(np.expm1(move), 3)) + 0.0


def like_a_split(ratio: float) -> str | None:
    """The split, new for old, that a price which becomes so many times as large looks like; None: none."""
    size = max(ratio, 1 / ratio)
    near = min(SPLITS, key=lambda k: abs(np.log(size / k)))
    if abs(np.log(size / near)) > _NEAR or (near == 1.5 and ratio > 1):
        return None
    new, old = (3, 2) if near == 1.5 else (int(near), 1)
    return f"{new}:{old}" if ratio < 1 else f"{old}:{new}"
