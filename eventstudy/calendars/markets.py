"""On which exchange a security lives, by the days on which its price moved.

The days are held against those on which each exchange was open (`data/closed_days.txt`). A holiday that one market has and
another has not tells them apart; a price that was carried over on a day without trade is no evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eventstudy import native
from eventstudy.datasets import shipped

Days = NDArray[np.datetime64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

YEARS = range(1990, 2029)
_CODES = """
XNYS XLON XETR XTKS XPAR XHKG XSHG XTSE XSWX XAMS XMIL XMAD XBOM XKRX XASX XTAI XSTO BVMF XSES XBRU
XCSE XOSL XHEL XWBO XDUB XLIS XWAR XPRA XBUD XJSE XMEX XBKK XKLS XIDX XNZE XIST XSAU XBUE XSGO XICE
XFRA XHAM XDUS
"""
ORDER = tuple(_CODES.split())
"""The exchanges that are looked at, the larger ones first: where two were open on the same days, the first is named."""

_FEWEST = 60
"""Days that a price must have moved on."""
ASTRAY = 0.005
"""Share of them that may lie on days on which the exchange was closed: sessions nobody planned."""
LACKING = 0.25
"""Share of its sessions on which the price may not have moved."""
_AT_ONCE = 64
"""Prices that are counted together."""
_ASTRAY_LOG = -np.log(ASTRAY)
_SURE = 9.0
"""Log odds by which the days must speak for one exchange, against another one, to tell it apart: some 8000 to 1, since many are
looked at. A price on a day of rest is as rare as `ASTRAY`, and a session without one as the price lacks others.
"""
_FIRST = np.datetime64(f"{YEARS[0]}-01-01", "D")


@dataclass(frozen=True)
class Fit:
    """The exchange whose sessions fit the days of a price best."""

    exchange: str
    same: tuple[str, ...]
    """Others that may be it, too, the likeliest first: no day tells them apart, or too few do."""
    days: int
    """Days on which the price moved."""
    astray: int
    """Those of them on which the exchange was closed."""


@cache
def _open() -> tuple[tuple[str, ...], Bools, NDArray[np.int64]]:
    """Exchanges, (C, D) whether each was open on each day of `YEARS`, and (C, 2) the first and last day that is known."""
    count = int((np.datetime64(f"{YEARS[-1] + 1}-01-01", "D") - _FIRST).astype(int))
    weekdays = (np.arange(count) + _FIRST.astype(int) - 4) % 7 < 5
    rows: dict[str, Bools] = {}
    reach: dict[str, list[int]] = {}
    for line in shipped("closed_days.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        code, year, *days = line.split()
        row = rows.setdefault(code, weekdays.copy())
        ends = [int((np.datetime64(f"{int(year) + i}-01-01", "D") - _FIRST).astype(int)) for i in (0, 1)]
        low, high = reach.setdefault(code, ends)
        reach[code] = [min(low, ends[0]), max(high, ends[1])]
        at = np.array([f"{year}-{d[-4:-2]}-{d[-2:]}" for d in days], "datetime64[D]") - _FIRST
        row[at.astype(int)] = [d.startswith("+") for d in days]
    codes = tuple(c for c in ORDER if c in rows)
    return codes, np.array([rows[c] for c in codes]), np.array([reach[c] for c in codes], dtype=np.int64)


@cache
def _open_before() -> NDArray[np.int64]:
    """(C, D + 1) the sessions of each exchange before each day."""
    _, opened, _ = _open()
    return np.concatenate([np.zeros((len(opened), 1), np.int64), np.cumsum(opened, axis=1)], axis=1)


def open_on(days: Days) -> bool:
    """Whether one of the exchanges was open on all of so many days that this is no accident."""
    fit = fitting(np.unique(days))
    return fit is not None and not fit.astray


def fitting(moved: Days) -> Fit | None:
    """The exchange that was open on the days on which a price moved (ascending); None: too few days, or none fits."""
    return fittings(moved, np.ones((1, len(moved)), bool))[0]


def shut_on(exchange: str, moved: Days) -> int:
    """On how many of the days on which a price moved an exchange was closed, where that is more than nobody planned; else 0."""
    codes, opened, reach = _open()
    if exchange not in codes or not len(moved):
        return 0
    row, at = codes.index(exchange), (moved - _FIRST).astype(np.int64)
    if at.min() < reach[row, 0] or at.max() >= reach[row, 1]:
        return 0
    found = int((~opened[row, at]).sum())
    return found if found > max(1, ASTRAY * len(moved)) else 0


class Traded(NamedTuple):
    """On which of T days n prices moved, where calendars are known, and on how many of these each of C exchanges was closed."""

    first: Ints
    """(n,) the first of these days."""
    end: Ints
    """(n,) one past the last."""
    number: Ints
    """(n,) how many; 0 as well where no exchange can fit."""
    astray: Ints
    """(C, n)"""


def _opened_on(days: Days) -> tuple[Bools, Bools]:
    """(T,) which days (ascending) lie within `YEARS`, and (C, T) whether each exchange was open on them."""
    _, opened, _ = _open()
    at = (days - _FIRST).astype(np.int64)
    known = (at >= 0) & (at < opened.shape[1])
    return known, opened[:, at if known.all() else at * known]


def closed_on(days: Days) -> tuple[Bools, Bools]:
    """(T,) which days (ascending) lie within `YEARS`, and (C, T) on which each exchange is not known to have been open."""
    known, opened = _opened_on(days)
    closed, (_, _, reach) = np.logical_not(opened, order="C"), _open()
    for row, (low, high) in zip(closed, np.searchsorted((days - _FIRST).astype(np.int64), reach), strict=True):
        row[:low] = row[high:] = True
    return known, closed


def most_astray(days: int) -> int:
    """On how many days an exchange may have been closed at most, to fit a price that moved on no more than so many days."""
    return int(max(1, ASTRAY * days))


def fittings(days: Days, moved: Bools) -> list[Fit | None]:
    """The same of n prices at once: (n, T) whether each moved on the `days` (T,), which ascend."""
    if not len(days):
        return [None] * len(moved)
    known, opened = _opened_on(days)
    if not known.all():
        moved = moved & known
    return fits(days, Traded(moved.argmax(axis=1), ends(moved), counts(moved), _on_closed(opened, moved)))


def fits(days: Days, traded: Traded) -> list[Fit | None]:
    """The exchange of each of n prices, by the days on which they moved."""
    codes, _, reach = _open()
    found: list[Fit | None] = [None] * len(traded.number)
    enough = np.flatnonzero(traded.number >= _FEWEST)
    if not len(enough):
        return found
    first, end, count = (each[enough] for each in traded[:3])
    at, astray = (days - _FIRST).astype(np.int64), traded.astray[:, enough]
    low, high = at[first], at[end - 1] + 1
    before = _open_before()
    sessions = before[:, high] - before[:, low]
    lacking = sessions - count + astray
    able = (reach[:, :1] <= low) & (reach[:, 1:] >= high)
    wrong = np.where(able, astray + lacking, np.iinfo(np.int64).max)
    best, column = wrong.argmin(axis=0), np.arange(len(enough))
    good = able[best, column] & (astray[best, column] <= np.maximum(1, ASTRAY * count))
    good &= lacking[best, column] <= LACKING * sessions[best, column]
    rests = -np.log((lacking[best, column] + 1) / (sessions[best, column] + 2))
    unlikely = _ASTRAY_LOG * (astray - astray[best, column]) + rests * (lacking - lacking[best, column])
    near = able & (unlikely <= _SURE)
    near[best, column] = False
    i, k = np.nonzero(near.T)
    order = np.lexsort((k, wrong[k, i], i))
    alike = np.split(k[order], np.cumsum(np.bincount(i, minlength=len(enough)))[:-1])
    few = astray[best, column].tolist()
    for j, one in enumerate(best.tolist()):
        if good[j]:
            same = tuple(codes[k] for k in alike[j].tolist())
            found[enough[j]] = Fit(codes[one], same, int(count[j]), few[j])
    return found


def _on_closed(opened: Bools, moved: Bools) -> NDArray[np.int64]:
    """(C, n) on how many days (T) exchanges (C, T) were closed and prices (n, T) moved."""
    found = np.empty((len(opened), len(moved)), np.int64)
    form = native.form()
    if form.kernel is not None:
        form.kernel.shared_days(form.level, np.ascontiguousarray(moved), np.logical_not(opened, order="C"), found)
        return found
    days = np.flatnonzero(~opened.all(axis=0))  # on the others all were open
    closed = (~opened[:, days]).T.astype(np.float32)  # whole numbers below 2^24: exact
    for start in range(0, len(moved), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        found[:, some] = (np.take(moved[some], days, axis=1).astype(np.float32) @ closed).T
    return found


def ends(marked: Bools) -> NDArray[np.int64]:
    """(n,) one past the last marked day of each row (n, T) that has one; T of others."""
    found = np.full(len(marked), marked.shape[1])
    early = np.flatnonzero(~marked[:, -1]) if len(marked) else found[:0]
    found[early] -= marked[early, ::-1].argmax(axis=1)
    return found


def counts(marked: Bools) -> NDArray[np.int64]:
    """(n,) how many days of each row (n, T) are marked; row by row, which is many times quicker than along an axis."""
    return np.array([np.count_nonzero(row) for row in marked], dtype=np.int64)
