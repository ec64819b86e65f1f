"""What looks wrong in a series beside the others: dates that are off by one, and prices of another symbol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eventstudy import native
from eventstudy.language import Phrase
from eventstudy.prices._moves import Flag, Moves

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

ALIKE = 0.25
"""Least correlation with the others, a session apart, of a series whose dates are off by one,"""
APART = 4.0
"""and by how many standard errors it exceeds that of the same session (Fisher's z)."""
ENOUGH = 60
"""Sessions that such a correlation needs."""
FARTHEST, UNRELATED = 5, 3.0
"""Up to so many sessions apart, and in the other order, one is looked for as well, where that of the same session is within so
many of its standard errors of none: a fund that falls as the others rise is in step with them. Any other distance stays so many
below that which is told."""
ODD_DAYS, ALL_DAYS = 0.05, 0.98
"""A series with such a part of its days outside the calendar, and all the others one day on, has wrong dates."""
ODD, ODD_REST = 5, 0.1
"""One with so many days outside it, of which such a part is left when all are moved by a working day, has them as well."""
BLOCK, DIFFERENT, EVERY = 10, 8, 5
"""Two symbols with the same closes on so many days in a row, of which so many differ, are one; rows begin every so many."""
_BOUND = 4.0
_AT_ONCE = 512
"""So many columns are compared at once, for the sake of memory."""


def among(days: Days, some: Days) -> Bools:
    """(N,) which of the days, each once and in order of time, are among some days in any order."""
    found = np.zeros(len(days), bool)
    place = np.searchsorted(days, some)
    inside = place < len(days)
    place, some = place[inside], some[inside]
    found[place[days[place] == some]] = True
    return found


def shifted(tickers: Sequence[str], days: Days, moves: Moves) -> Iterator[Flag]:
    """SESSION_SHIFT: series of one market, on S days, that move as the others do, but a session before or after them.

    Of two series one is named with the other: which of them is off, nobody knows.
    """
    for i, ahead in out_of_step(moves):
        form = "SESSION_SHIFT" if ahead else "SESSION_SHIFT.behind"
        yield Flag.of(form, tickers[i], days[0], whom=_whom(tickers, i))._replace(whole=True)


def disordered(tickers: Sequence[str], days: Days, moves: Moves) -> Iterator[Flag]:
    """SESSION_SHIFT: series that move as the others do, but some sessions apart from them or from the last day to the first."""
    for i, by in out_of_order(moves):
        form = "backwards" if not by else "far" if by > 0 else "far_behind"
        said = {"whom": _whom(tickers, i), **({"n": abs(by)} if by else {})}
        yield Flag.of(f"SESSION_SHIFT.{form}", tickers[i], days[0], **said)._replace(whole=True)


def _whom(tickers: Sequence[str], i: int) -> Phrase:
    """The others of a series, in words."""
    return Phrase.quoted(tickers[1 - i]) if len(tickers) == 2 else Phrase("the others of its exchange")


def out_of_step(moves: Moves) -> Iterator[tuple[int, bool]]:
    """Which of n series follow the others a session apart, and whether they are ahead: each once, and of two one.

    The whole is looked at, and each third of it.
    """
    if moves.moved.shape[1] < 2 or len(moves.moved) < ENOUGH:
        return
    scaled, others = _beside_others(moves)
    thirds = [slice(at, at + len(scaled) // 3) for at in range(0, len(scaled) - len(scaled) // 3 + 1, len(scaled) // 3)]
    seen: set[int] = set()
    for part in (slice(None), *(thirds if len(scaled) // 3 >= ENOUGH else ())):
        for i, ahead in _apart(scaled[part], others[part]):
            if i not in seen and not (scaled.shape[1] == 2 and seen):
                seen.add(i)
                yield i, ahead


def out_of_order(moves: Moves) -> Iterator[tuple[int, int]]:
    """Which of n series do not move with the others, and do some sessions apart: by so many, positive where they are ahead.

    By 0: from the last session to the first. Each once, and of two one.
    """
    if moves.moved.shape[1] < 2 or len(moves.moved) < ENOUGH:
        return
    scaled, others = _beside_others(moves)
    known = (scaled != 0).sum(axis=0)
    same = np.abs(_alike_in_step(scaled, others))
    for i in np.flatnonzero((known >= ENOUGH) & (same < UNRELATED / np.sqrt(np.maximum(known, 1)))).tolist():
        if (by := _stands_out(scaled[:, i], others[:, i])) is not None:
            yield i, by
            if scaled.shape[1] == 2:
                return


def _stands_out(own: Floats, rest: Floats) -> int | None:
    """By how many sessions a series (N,) is ahead of another, 0 if it is in the other order; None: nothing stands out.

    What stands out is one distance at which they go together as at no other, in whichever order and with whichever sign: series
    that move slowly, by the day of the week or seldom go together at many.
    """
    straight, turned = (
        _together(own, rest),
        _together(own[::-1], rest),
    )  # of prices each move turns round, of returns none
    every = np.abs(np.concatenate([straight, turned]))
    at = int(every.argmax())
    best, every[at] = every[at], 0.0
    if best <= APART * np.sqrt(2) or best - every.max() <= UNRELATED:
        return None
    by = at - (len(own) - 1)
    if at >= len(straight):
        return 0
    return by if 1 < abs(by) <= FARTHEST and straight[at] > 0 else None


def _together(own: Floats, rest: Floats) -> Floats:
    """(2N-1,) how many standard errors from none the correlation of two series (N,) is, at all distances (Fisher's z).

    From that of the other N-1 sessions before to so many after, each on the sessions on which both moved; 0 where these are
    few.
    """
    size = 2 * len(own) - 1
    one, two = (np.fft.rfft([x, x**2, x != 0], size) for x in (own, rest))
    sums = np.fft.irfft(np.conj(one[[0, 1, 2, 2]]) * two[[0, 2, 1, 2]], size)
    both, first, second, shared = np.roll(sums, len(own) - 1, axis=1)
    enough = shared > ENOUGH - 0.5
    alike = np.where(enough, both, 0.0) / np.sqrt(np.where(enough, first * second, 1.0))
    found: Floats = np.arctanh(np.clip(alike, -0.999, 0.999)) * np.sqrt(np.where(enough, shared, 0.0))
    return found


def _beside_others(moves: Moves) -> tuple[Floats, Floats]:
    """(S-1, n) the moves of series in their own spreads, none of more than a few, and those of all others added up."""
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = moves.moved / moves.scale
    scaled = np.clip(np.nan_to_num(scaled, posinf=0.0, neginf=0.0), -_BOUND, _BOUND)
    return scaled, scaled.sum(axis=1, keepdims=True) - scaled


def _alike_in_step(a: Floats, b: Floats) -> Floats:
    """(n,) how far the columns of (S, n) go with those of another."""
    with np.errstate(invalid="ignore", divide="ignore"):
        both, first, second = (np.einsum("sn,sn->n", x, y) for x, y in ((a, b), (a, a), (b, b)))
        found = both / np.sqrt(first * second)
    bounded: Floats = np.clip(np.nan_to_num(found), -0.999, 0.999)
    return bounded


def _apart(own: Floats, others: Floats) -> Iterator[tuple[int, bool]]:
    """Positions of series that follow the others a session apart, and whether they are ahead."""
    alike = _alike_in_step
    same, ahead, behind = alike(own, others), alike(own[:-1], others[1:]), alike(own[1:], others[:-1])
    most = np.maximum(ahead, behind)
    known = np.maximum((own != 0).sum(axis=0), 1)
    far = np.arctanh(most) - np.arctanh(np.maximum(same, 0.0)) > APART * np.sqrt(2 / known)
    for i in np.flatnonzero((known >= ENOUGH) & (most >= ALIKE) & far).tolist():
        yield i, bool(ahead[i] > behind[i])


def shifted_dates(ticker: str, own: Days, sessions: Days, home: str) -> Flag | None:
    """WRONG_CALENDAR: a series whose dates are those of the sessions, one day or one working day before or after them.

    One of another exchange has days on which this one was closed as well, and as many when they are moved by a working day.
    """
    if len(own) < 3:
        return None
    astray = own[~among(own, sessions)]

    def beside(moved: Days) -> int:
        """How many of the days are no sessions; the first and the last one tell nothing."""
        return int(np.count_nonzero(~among(moved[1:-1], sessions)))

    forms: list[str] = []
    if len(astray) >= ODD_DAYS * len(own):
        few = (1 - ALL_DAYS) * (len(own) - 2)
        forms += [form for by, form in _BY_A_DAY.items() if beside(own + np.timedelta64(by)) <= few]
    daily = 2 * len(own) > int(np.diff(np.searchsorted(sessions, own[[0, -1]]))[0])
    if len(astray) >= ODD and daily and np.is_busday(own).all():
        few = ODD_REST * len(astray)
        forms += [form for by, form in _BY_A_WORKING_DAY.items() if beside(np.busday_offset(own, by)) <= few]
    if not forms:
        return None
    return Flag.of(forms[0], ticker, astray[0], home=home, n=len(astray))._replace(whole=True)


def before_closed(days: Days, sessions: Days) -> list[Ints]:
    """The places of the days that are no sessions when they are moved by a working day, later and earlier."""
    at = np.flatnonzero(np.is_busday(days))
    return [at[~among(np.busday_offset(days[at], by), sessions)] for by in _BY_A_WORKING_DAY]


_BY_A_DAY = {1: "WRONG_CALENDAR", -1: "WRONG_CALENDAR.late"}
_BY_A_WORKING_DAY = {1: "WRONG_CALENDAR.working_day", -1: "WRONG_CALENDAR.working_day_late"}


def copies(close: Floats, when: Ints, column: Ints, own: Bools) -> Ints:
    """The columns that may be copies of others, ascending: eight of their closes or more are closes of those on the same days.

    `close` (N,) values, `when` (N,) the number of the day of each and `column` (N,) that of its series; `own` (N,) which of
    them belong to the series that others may be copies of.
    """
    key = np.ascontiguousarray(close).view(np.uint64) * np.uint64(2 * len(close) + 1) + when.astype(np.uint64)
    there = np.isfinite(close)
    met = np.flatnonzero(there & ~own)
    met = met[pd.Series(key[met]).isin(key[there & own]).to_numpy()]
    return np.flatnonzero(np.bincount(column[met]) >= DIFFERENT) if len(met) else np.empty(0, np.int64)


def copies_among(close: Floats, own: Bools) -> Ints:
    """The columns of a table (S, n) that may be copies of some of its columns (n,). See `copies`."""
    if not own.any() or own.all():
        return np.empty(0, np.int64)
    if kernel := native.form().kernel:
        count = np.zeros(len(own), np.int64)
        kernel.count_met(close, np.ascontiguousarray(own), EVERY, count)
        return np.flatnonzero(count >= DIFFERENT)
    found, own_closes = [np.empty(0, np.int64)], close[:, own]
    others = np.flatnonzero(~own)
    others = others[_meet(close[:, others], own_closes)]
    for at in range(0, len(others), _AT_ONCE):
        some = others[at : at + _AT_ONCE]
        both = np.hstack([close[:, some], own_closes])
        when, column = np.divmod(np.arange(both.size), both.shape[1])
        found.append(some[copies(both.ravel(), when, column, column >= len(some))])
    return np.concatenate(found)


def _meet(theirs: Floats, own: Floats) -> Bools:
    """(m,) which columns of (S, m) hold a value of (S, n) in one of the rows that are `EVERY` so many apart.

    Each that has a stretch of ten closes of theirs does, unless it lacks both closes of those rows that fall into it.
    """
    lacks = np.isnan(theirs)
    between = (
        np.lib.stride_tricks.sliding_window_view(lacks, EVERY + 1, axis=0)[::EVERY]
        if len(lacks) > EVERY
        else lacks[:0, :, None]
    )
    met: Bools = (between[..., 0] & between[..., -1] & ~between[..., 1:-1].any(axis=-1)).any(axis=0)
    for few, mine in zip(theirs[::EVERY], own[::EVERY], strict=True):
        met |= np.isin(few, mine[~np.isnan(mine)])
    return met


def same_closes(
    tickers: Sequence[str], days: Days, close: Floats, which: Ints | None = None, told: int | None = None
) -> Iterator[Flag]:
    """OTHER_SYMBOL: two symbols with the same closes, day by day; of (S, n) all series, or `which`.

    `told`: the first so many of these are told of, the others only as what one of those is the same as; None: all.
    """
    told = len(tickers) if told is None else told
    found: dict[tuple[int, int], list[int]] = {}
    for start in _alike(close, which, told) if len(tickers) > 1 and told else ():
        block = close[start : start + BLOCK]
        block = block if which is None else block[:, which]
        keys: dict[bytes, int] = {}
        for i in _with_one_sum(block).tolist():
            first = keys.setdefault(block[:, i].tobytes(), i)
            if first != i and first < told and len(np.unique(block[:, i])) >= DIFFERENT:
                found.setdefault((first, i), []).append(start)
    for (first, i), starts in found.items():
        both = {"first": days[starts[0]].item(), "last": days[starts[-1] + BLOCK - 1].item()}
        for one, other in ((first, i), (i, first)):
            if one < told:
                said = Flag.of("OTHER_SYMBOL", tickers[one], days[starts[0]], other=tickers[other], **both)
                yield said._replace(whole=True)


def _with_one_sum(block: Floats) -> Ints:
    """Those of n series, by their closes on some days (T, n), that have enough of them and their sum in common with another."""
    known = np.isfinite(block)
    enough = np.flatnonzero(known.sum(axis=0) >= DIFFERENT)
    _, same, count = np.unique(np.where(known, block, 0.0).sum(axis=0)[enough], return_inverse=True, return_counts=True)
    found: Ints = enough[count[same] > 1]
    return found


def _alike(close: Floats, which: Ints | None = None, told: int | None = None) -> list[int]:
    """The first rows of blocks in which the closes of two series may be the same, one of the first so many `told` among them.

    Their sums are the same; without the kernel of any two.
    """
    if kernel := native.form().kernel:
        alike = np.zeros(len(close) // EVERY, np.uint8)
        kernel.rows_alike(close, alike, which, close.shape[1] if told is None else told)
        return (EVERY * np.flatnonzero(alike)).tolist()
    close = close if which is None else close[:, which]
    found: list[int] = []
    known = np.isfinite(close)
    filled, whole = np.where(known, close, 0.0), bool(known.all())
    for begin in range(0, BLOCK, EVERY):
        upto, shape = begin + (len(close) - begin) // BLOCK * BLOCK, (-1, BLOCK, close.shape[1])
        sums = filled[begin:upto].reshape(shape).sum(axis=1)
        if not whole:
            sums[known[begin:upto].reshape(shape).sum(axis=1) < DIFFERENT] = np.nan
        sums.sort(axis=1)
        found += (begin + np.flatnonzero((sums[:, 1:] == sums[:, :-1]).any(axis=1)) * BLOCK).tolist()
    return sorted(found)
