"""Whether a series is wilder around a window than on ordinary days, and by how much (METHODS 3.20c).

Only days near the window are looked at, never a day of it: a regime on the tested days alone cannot be told from an effect.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns, Scaled
from eventstudy.engine.totals import NearSums
from eventstudy.language import at_most
from eventstudy.panel.block import Bools, Floats, Ints
from eventstudy.units.windows import Window

SIDE = 10
"""Sessions before and after a window that are near it."""
LOOKS = ((10, 10), (0, 10), (5, 5))
"""The nearest days before and after that are looked at together."""
_FEWEST = 6
"""A look at fewer days says nothing."""
RAISED = 0.10
"""p from which on a regime is taken for one."""
MANY = 200
"""Above so many series regimes of each are looked for on request only."""
_SAME = 1e-12


class Level(NamedTuple):
    """How wild one series is near a window, and at each of its M estimation days."""

    ratio: float
    p: float
    ratios: Floats
    """(M,) the ratio of a window at each estimation day."""


class Regime(NamedTuple):
    """How wild one series is near a window; NaN where that could not be judged."""

    ratio: float
    """Days near the window moved so many times as much as estimation days: lambda-hat."""
    p: float
    used: bool
    """Whether the window is judged by the scale of its near days."""
    after: bool
    """Whether enough days after the window could be looked at."""

    @property
    def raised(self) -> bool:
        """Whether the days near the window were wilder than usual, whatever it is judged by."""
        return self.p <= RAISED

    @property
    def ignored(self) -> bool:
        """Whether they were, and the study was told not to judge by them."""
        return self.raised and not self.used


_UNKNOWN = Level(np.nan, np.nan, np.empty(0))


@dataclass(frozen=True)
class Regimes:
    """How wild N series are near a window; NaN where that could not be judged."""

    ratio: Floats
    """(N,)"""
    p: Floats
    """(N,)"""
    used: Bools
    """(N,) whether the window is judged by the scale of its near days."""
    after: Bools
    """(N,) whether enough days after the window could be looked at."""
    scales: tuple[Floats, ...] = field(repr=False, compare=False)
    """(N,) of (M,) the ratio of each estimation day over `ratio`; empty where not judged."""

    def at(self, i: int) -> Regime:
        """That of series i."""
        p = at_most(float(self.p[i]), 1 / (len(self.scales[i]) + 1))
        return Regime(float(self.ratio[i]), p, bool(self.used[i]), bool(self.after[i]))


def regimes(returns: AbnormalReturns, window: Window) -> Regimes | None:
    """The regimes of N series; None where nobody asked: without days around, or with very many series."""
    around = returns.around
    if around is None or not (around.scaled == "always" or around.asked or returns.n <= MANY):
        return None
    found: Regimes = returns.kept(("regimes", window), lambda: _regimes(returns, window, around.scaled))
    return found


def regime_of_all(sums: NearSums, window: Window) -> Regime:
    """That of the mean over series on dates of their own: the three looks on what they moved on average each event day."""

    def mean(values: Floats, n: Ints) -> Floats:
        found: Floats = np.where(n > 0, values / np.maximum(n, 1), np.nan)
        return found

    days, near = mean(sums.ordinary, sums.ordinary_n), _beside(mean(sums.near, sums.near_n), window, sums.first)
    there = np.isfinite(near)
    [level] = judged(days[np.isfinite(days)][None], near[None], there, window.length)
    used = bool(_used(np.array(level.p), sums.scaled))
    return Regime(level.ratio, at_most(level.p, 1 / (len(level.ratios) + 1)), used, bool(there[SIDE:].sum() >= _FEWEST))


def _used(p: Floats, scaled: Scaled) -> Bools:
    """Whether windows with these p (NaN: not judged) are judged by the scale of their near days."""
    if scaled == "never":
        return np.zeros_like(p, dtype=bool)
    return np.asarray(np.isfinite(p) if scaled == "always" else p <= RAISED, dtype=bool)


def _beside(values: Floats | Bools, window: Window, first: int) -> Floats:
    """(..., 2 SIDE) values (..., T) of days from `first` on: those before the window, the nearest first, and those after it."""
    offsets = np.concatenate([window.start - 1 - np.arange(SIDE), window.end + 1 + np.arange(SIDE)]) - first
    inside = (offsets >= 0) & (offsets < values.shape[-1])
    found: Floats = np.where(inside, values[..., np.where(inside, offsets, 0)], np.nan)
    return found


def _regimes(returns: AbnormalReturns, window: Window, scaled: Scaled) -> Regimes:
    found = [_UNKNOWN] * returns.n
    days, near = np.abs(returns.standardised), np.abs(_near(returns, window))
    patterns = np.concatenate([np.isfinite(days), np.isfinite(near)], axis=1)
    alike: dict[bytes, list[int]] = {}
    for i, pattern in enumerate(patterns):
        alike.setdefault(pattern.tobytes(), []).append(i)
    for mine in alike.values():
        valid, there = np.isfinite(days[mine[0]]), np.isfinite(near[mine[0]])
        levels = judged(days[mine][:, valid], near[mine], there, window.length)
        for i, level in zip(mine, levels, strict=True):
            found[i] = level
    ratio, p = np.array([level.ratio for level in found]), np.array([level.p for level in found])
    used = _used(p, scaled)
    scales = tuple(level.ratios / level.ratio for level in found)
    after: Bools = np.asarray(np.isfinite(near[:, SIDE:]).sum(axis=1) >= _FEWEST, dtype=bool)
    return Regimes(ratio, p, used, after, scales)


def _near(returns: AbnormalReturns, window: Window) -> Floats:
    """(N, 2 SIDE) standardised abnormal returns of the days beside the window."""
    assert returns.around is not None
    first = returns.around.start - returns.n_estimation_days
    values = np.concatenate([returns.standardised, returns.around.standardised(returns.sigma)], axis=1)
    return np.where(_beside(returns.around.left_out, window, first) == 1, np.nan, _beside(values, window, first))


def judged(days: Floats, near: Floats, there: Bools, length: int) -> list[Level]:
    """The levels of n series with the same days: (n, M) estimation days, (n, 2 SIDE) `near` ones of which some are `there`.

    Each look is held against the same pattern of days around a window of `length` at every estimation day, in a circle.
    """
    n, m = days.shape
    looks = [np.flatnonzero(there & _of_look(*look)) for look in LOOKS]
    looks = [chosen for chosen in looks if len(chosen) >= _FEWEST]
    if not looks:
        return [_UNKNOWN] * n
    moved = np.empty((2 * SIDE, n, m + 1))  # day by day, so that those of a look are added up a row at a time
    moved[:, :, :m] = days.take(_in_a_circle(m, length), axis=1).swapaxes(0, 1)
    moved[:, :, m] = near.T
    level = np.stack([trimmed_mean(moved[chosen]) for chosen in looks])
    ratio = (level / np.median(level[:, :, :m], axis=2, keepdims=True)).max(axis=0)
    ratio = ratio / np.median(ratio[:, :m], axis=1, keepdims=True)
    at, among = ratio[:, m], ratio[:, :m]
    p = (1 + (among >= at[:, None] * (1 - _SAME)).sum(axis=1)) / (m + 1)
    return [Level(float(at[i]), float(p[i]), among[i]) for i in range(n)]


@lru_cache(maxsize=64)
def _in_a_circle(m: int, length: int) -> Ints:
    """(2 SIDE, M) the places of the days beside a window of `length` at each of M days, the last of which the first follows."""
    offset = np.concatenate([-1 - np.arange(SIDE), length + np.arange(SIDE)])
    places: Ints = (np.arange(m) + offset[:, None]) % m
    places.setflags(write=False)
    return places


def _of_look(before: int, behind: int) -> Bools:
    place: Ints = np.arange(SIDE)
    return np.concatenate([place < before, place < behind])


def trimmed_mean(values: Floats) -> Floats:
    """(N, M) the mean of (D, N, M) over D without the max(1, D / 10) largest: one day of earnings is no regime."""
    d = len(values)
    cut = max(1, d // 10)
    total = values.sum(axis=0)
    for _ in range(cut - 1):
        largest, others = values[0].copy(), np.empty_like(values[1:])
        for value, smaller in zip(values[1:], others, strict=True):
            np.minimum(largest, value, out=smaller)
            np.maximum(largest, value, out=largest)
        total, values = total - largest, others
    found: Floats = (total - values.max(axis=0)) / (d - cut)
    return found
