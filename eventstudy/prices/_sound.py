"""A first look at the series of a market: which of them no closer look (`_quality`) can find anything in.

Nearly every series of a sound table is one of these. The compiled kernel takes this look (native/looks.c), in one pass over the
prices; without it each series gets the closer one, which says the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eventstudy import native
from eventstudy.prices import _beside, _moves, _whole

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

_RULES = (
    _moves.SPIKE,
    _moves.BACK,
    _moves.CLOSER,
    _moves.QUIETLY,
    _moves.LEG,
    _moves.ROUND,
    _moves.LEAP,
    _moves.INDEX_LEAP,
    _moves.CALM,
    _moves.FAR,
    _moves.ALIEN,
    _moves.STRAIGHT,
    _moves.AS_OFTEN,
    _moves.BY_CHANCE,
    _whole.LOGS[1],
    _beside.ALIKE,
    _moves.YEAR,
    _beside.ENOUGH,
)


class Seen(NamedTuple):
    """What a first look at n series leaves."""

    sound: Bools
    """(n,) in which of them there is nothing to be found; the others need a closer look."""
    lacking: Ints
    """(n,) on how many open days between its first and its last price a series has none."""
    priced: Ints
    """(n,) on how many days a series has a price."""
    on: Ints
    """(sets, n) on how many of the days of each set a series has a price."""
    in_step: bool
    """Whether no series follows the others a session apart; False: who wants to know must look."""


def first_look(
    tickers: Sequence[str],
    level: Bools,
    fields: Mapping[str, Any],
    closely: Bools | None,
    market: Floats | None,
    expected: Bools,
    which: Ints | None = None,
    counted: Bools | None = None,
) -> Seen:
    """Look at n series of a market on S days: its tickers and `fields` (S, n); closes alone may be (S, more), of which `which`.

    `level` (n,) which of them are an index, a rate or a benchmark, `closely` (S, n) days that are looked at more closely and
    `market` (S, n) the part of each move that the others explain (None: no such days), `expected` (S,) the days on which the
    market was open, `counted` (sets, S) sets of days (None: there are none).
    """
    counted = np.ascontiguousarray(np.empty((0, len(expected)), bool) if counted is None else counted)
    kernel, close = native.form().kernel, fields["close"]
    if kernel is None or not close.size:
        close = close if which is None else close[:, which]
        there = np.isfinite(close)
        on = np.array([np.count_nonzero(there[days], axis=0) for days in counted], np.int64)
        unseen, number = np.zeros(len(tickers), bool), np.count_nonzero(there, axis=0)
        return Seen(unseen, _lacking(there, expected), number, on.reshape(len(counted), len(tickers)), False)
    sound, apart = np.empty((2, len(tickers)), bool)
    lacking, priced = np.empty((2, len(tickers)), np.int64)
    on = np.empty((len(counted), len(tickers)), np.int64)
    kernel.look_at(close, closely, market, level, expected, counted, sound, lacking, priced, apart, on, _RULES, which)
    sound &= [not t.endswith("=X") for t in tickers]
    for name, nothing in (("paid", 0), ("dividend", 0), ("split", 1)):
        if name in fields and any(fields[name].strides):  # not one value for all
            sound &= ~((fields[name] > 0) & (fields[name] != nothing)).any(axis=0)
    if "volume" in fields:
        sound &= (fields["volume"] != 0).all(axis=0)
    if fields["used"] is not close:
        sound &= ((fields["used"] == close) | np.isnan(close)).all(axis=0)
    return Seen(sound, lacking, priced, on, fields["used"] is close and not apart.any())


def _lacking(priced: Bools, expected: Bools) -> Ints:
    """(n,) on how many of the expected days (S,) between its first and its last price a series (S, n) has none."""
    if not len(priced):
        return np.zeros(priced.shape[1], np.int64)
    first, last = np.argmax(priced, axis=0), len(priced) - 1 - np.argmax(priced[::-1], axis=0)
    upto = np.concatenate(([0], np.cumsum(expected)))
    found: Ints = upto[last + 1] - upto[first] - (priced & expected[:, None]).sum(axis=0)
    return found
