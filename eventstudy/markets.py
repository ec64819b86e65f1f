"""On which exchange a security lives, by the days on which its price moved.

The days are held against those on which each exchange was open (`data/closed_days.txt`). A holiday that one market has and
another has not tells them apart; a price that was carried over on a day without trade is no evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from eventstudy.datasets import shipped

Days = NDArray[np.datetime64]
Bools = NDArray[np.bool_]

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
_FIRST = np.datetime64(f"{YEARS[0]}-01-01", "D")


@dataclass(frozen=True)
class Fit:
    """The exchange whose sessions fit the days of a price best."""

    exchange: str
    same: tuple[str, ...]
    """Others that fit as well: they were open on the same days, or no day tells them apart."""
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


def fitting(moved: Days) -> Fit | None:
    """The exchange that was open on the days on which a price moved (ascending); None: too few days, or none fits."""
    codes, opened, reach = _open()
    at = (moved - _FIRST).astype(np.int64)
    at = at[(at >= 0) & (at < opened.shape[1])]
    if len(at) < _FEWEST:
        return None
    low, high = int(at[0]), int(at[-1]) + 1
    able = np.flatnonzero((reach[:, 0] <= low) & (reach[:, 1] >= high))
    if not len(able):
        return None
    there = np.zeros(high - low, bool)
    there[at - low] = True
    own = opened[able, low:high]
    astray = (there & ~own).sum(axis=1)
    lacking = (own & ~there).sum(axis=1)
    wrong = astray + lacking
    best = int(wrong.argmin())
    sessions = int(own[best].sum())
    if astray[best] > max(1, ASTRAY * len(at)) or lacking[best] > LACKING * sessions:
        return None
    tied = [codes[able[i]] for i in np.flatnonzero(wrong == wrong[best]).tolist()]
    return Fit(tied[0], tuple(tied[1:]), len(at), int(astray[best]))
