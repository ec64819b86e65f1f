"""What looks wrong in one series as a whole: closes that stand in it twice or in order of size, logarithms, a rate that is the
wrong way round.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from eventstudy.prices._moves import Flag

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]
Bools = NDArray[np.bool_]

AGAIN, RARE = 5, 1e-3
"""So many closes in a row, each another than the one before, that stand in the series once more are told where fewer such
than this are to be expected by the sizes of its other moves."""
LOGS, ENOUGH, CENT = (0.0, 12.0), 30, 0.01
"""Closes between these are logarithms, where on so many days the numbers that they are the logarithms of are whole cents,"""
SHARP = 0.2
"""as far as the digits of the logarithms tell it: to within such a part of a cent."""
GLANCES, RISEN = 32, 16
"""Closes of so many days, evenly apart, tell whether a series may be in order of size, where so many of them differ;"""
STEPS, EVEN, BESIDE = 60, 0.6, 5
"""it is, where so many steps or more go one way, and fewer than such a part of them are like those of so many on either side,
as the steps of money that earns interest are: to within half of their median, or a tick."""
_WEIGHTS = np.sqrt([2.0, 3.0, 5.0, 7.0, 11.0])
_PER_DOLLAR = """
USD:1 EUR:0.9 GBP:0.75 CHF:0.95 AUD:1.45 CAD:1.35 NZD:1.55 SGD:1.37 JPY:115 KRW:1200 TWD:31 HKD:7.8 CNY:6.8 INR:72 IDR:14000
THB:33 MYR:4.2 PHP:52 SEK:9.3 NOK:9 DKK:6.7 ISK:125 PLN:3.9 CZK:22 HUF:300 ILS:3.5 ZAR:15 MXN:18.5 CLP:780 SAR:3.75
"""
"""About how much of a currency a dollar bought from 2010 to 2025, of those that did not lose most of their worth then."""
_BOUGHT = {name: float(much) for name, _, much in (one.partition(":") for one in _PER_DOLLAR.split())}
_PLAIN, _AROUND = float(np.log(4)), float(np.log(2))
"""A rate tells which way round it is where it is that far from one, and is known to within the second, as logarithms."""


def may_be_odd(closes: Floats) -> Bools:
    """(n,) which series (S, n) may have a flag of this room: a quick look at all of them."""
    with np.errstate(invalid="ignore"):
        small = np.nanmax(closes, axis=0, initial=-np.inf) < LOGS[1]
    if len(closes) < 2 * AGAIN:
        return np.asarray(small)
    sums = np.sort(_sums(closes), axis=0)
    return np.asarray(small | (sums[1:] == sums[:-1]).any(axis=0))


def may_be_sorted(closes: Floats, which: NDArray[np.int64] | None = None) -> Bools:
    """(n,) which series (S, n), or of more `which`, may be in order of size: a glance at some of their days."""
    rows = np.linspace(0, len(closes) - 1, GLANCES).astype(int)
    steps = np.diff(closes[rows] if which is None else closes[rows[:, None], which], axis=0)
    up, down = (steps > 0).sum(axis=0), (steps < 0).sum(axis=0)
    return np.asarray((np.minimum(up, down) == 0) & (up + down >= RISEN))


def of_whole(ticker: str, days: Days, closes: Floats) -> Iterator[Flag]:
    """REPEATED_CLOSES, SORTED, LOGARITHMS and RATE_INVERTED of one series, its N closes and their days."""
    yield from _twice(ticker, days, closes)
    if _are_sorted(closes):
        form = "SORTED" if closes[-1] > closes[0] else "SORTED.down"
        yield Flag.of(form, ticker, days[0], n=int(np.count_nonzero(np.diff(closes))))._replace(whole=True)
    if _are_logarithms(closes):
        yield Flag.of("LOGARITHMS", ticker, days[0], close=float(closes[-1]), price=float(np.exp(closes[-1])))._replace(
            whole=True
        )
    if _wrong_way_round(ticker, closes):
        yield Flag.of("RATE_INVERTED.whole", ticker, days[0], rate=float(np.median(closes)))._replace(whole=True)


def _sums(closes: Floats) -> Floats:
    """(S - AGAIN + 1, ...) a number for every row of closes: the same for the same closes."""
    n = len(closes) - AGAIN + 1
    found: Floats = _WEIGHTS[0] * closes[:n]
    for k in range(1, AGAIN):
        found += _WEIGHTS[k] * closes[k : k + n]
    return found


def _twice(ticker: str, days: Days, closes: Floats) -> Iterator[Flag]:
    """Rows of closes that stand in the series before: the later ones are told."""
    if len(closes) < 2 * AGAIN:
        return
    sums, moved, upto = _sums(closes), np.diff(closes), 0
    order = np.argsort(sums, kind="stable")
    same = np.flatnonzero(np.diff(sums[order]) == 0)
    for earlier, later in sorted(
        zip(order[same].tolist(), order[same + 1].tolist(), strict=True), key=lambda pair: pair[1]
    ):
        if later < upto:
            continue
        length = 0
        while (
            later + length < len(closes)
            and earlier + length < later
            and closes[earlier + length] == closes[later + length]
        ):
            length += 1
        changed = int(np.count_nonzero(moved[later : later + length - 1]))
        if changed < AGAIN - 1 or _by_chance(closes, moved, changed) > RARE:
            continue
        upto = later + length
        at_fault = tuple(days[later + 1 : min(upto + 1, len(days))].tolist())
        ends = {"first": days[later].item(), "last": days[upto - 1].item(), "before": days[earlier].item()}
        yield Flag.of("REPEATED_CLOSES", ticker, days[later], sessions=length, **ends)._replace(also=at_fault)


def _by_chance(closes: Floats, moved: Floats, changed: int) -> float:
    """How many such rows of so many changes are to be expected, where every move is drawn anew from those of the series."""

    def alike(values: Floats) -> float:
        counts = np.unique(np.round(values, 6), return_counts=True)[1]
        return float(np.sum((counts / counts.sum()) ** 2))

    return len(closes) ** 2 / 2 * alike(closes) * alike(moved[moved != 0]) ** changed


def _are_sorted(closes: Floats) -> bool:
    """Whether all steps go one way, and are not even, as those of interest are."""
    steps = np.diff(closes)
    there = steps != 0
    if there.sum() < STEPS or (steps > 0).any() == (steps < 0).any():
        return False
    tick = np.abs(steps[there]).min() / closes[:-1][there]
    moved = np.abs(np.diff(np.log(closes)))[there]
    around = np.lib.stride_tricks.sliding_window_view(np.pad(moved, BESIDE, mode="reflect"), 2 * BESIDE + 1)
    middle = np.median(around, axis=1)
    even = np.abs(moved - middle) <= np.maximum(0.5 * middle, 1.01 * tick)
    return bool(even.mean() < EVEN)


def _are_logarithms(closes: Floats) -> bool:
    """Whether the antilogarithms are whole cents, and the closes themselves are not."""
    if len(closes) < ENOUGH or closes.min() <= LOGS[0] or closes.max() >= LOGS[1]:
        return False
    prices = np.exp(closes)
    if (np.abs(prices - np.round(prices, 2)) > SHARP * CENT).any():
        return False
    digits = next((d for d in range(13) if np.allclose(closes, np.round(closes, d), rtol=0, atol=1e-13)), 13)
    known = prices * 0.51 * 10.0**-digits + 1e-9
    if digits < 4 or (known > SHARP * CENT).any():
        return False
    return bool((np.abs(prices - np.round(prices, 2)) <= known).all() and len(np.unique(closes)) >= ENOUGH // 2)


def _wrong_way_round(ticker: str, closes: Floats) -> bool:
    """Whether an exchange rate is about one over what the two currencies are worth."""
    pair = ticker.removesuffix("=X") if ticker.endswith("=X") else ""
    one, other = ("USD", pair) if len(pair) == 3 else (pair[:3], pair[3:])
    if not {one, other} <= _BOUGHT.keys() or not (closes > 0).all():
        return False
    usual = float(np.log(_BOUGHT[other] / _BOUGHT[one]))
    return abs(usual) > _PLAIN and abs(float(np.log(np.median(closes))) + usual) < _AROUND
