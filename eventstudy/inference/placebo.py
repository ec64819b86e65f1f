"""The headline of one series: its window among windows made of ordinary days, on the scale of the days near it (METHODS 3.19).

A placebo window is a set of as many estimation days. Each is left out, the rest fitted, and forecast as the window is.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns, Cumulated
from eventstudy.engine.leave_out import days_of, drawn_t
from eventstudy.inference.base import PairsTest, Sample, SeriesSignificance, SeriesTest, Significance
from eventstudy.inference.days import ACROSS_GAPS, DRAWS, sets_of_days
from eventstudy.inference.distributions import mean_over_known_variance
from eventstudy.inference.regime import Regime, regimes
from eventstudy.language import Phrase
from eventstudy.panel.block import Bools, Floats, Ints
from eventstudy.units.windows import Window

_LEFT = 10
"""Degrees of freedom that the days beside a placebo window must leave."""
_SAME = 1e-12
_SERIAL = 1.96
"""z of the autocorrelation from which on it counts."""
_FLOOR = 0.2
"""The smallest factor on the variance of a sum."""
_HALVINGS = 46
_AT_ONCE = 64
"""Series whose placebo windows are held at once."""


def placebo(
    returns: AbnormalReturns, window: Window, seed: int, *, level: float = 0.95, draws: int = DRAWS
) -> SeriesSignificance:
    """The window among windows made of ordinary days (leave-L-out placebo).

    Give p = (1 + #{|T_S| >= |t| / sqrt(kappa)}) / (B + 1), T_S the t of a set S of L estimation days forecast by the others:
    all single days where L = 1 (the sample quantile test), all sets up to `draws`, else so many. kappa corrects windows of
    series whose days hang together. Where the days near the window were wilder than usual, p is the mean over the estimation
    days j of the same count with T_S on the scale of the near days against that of j, so that it holds in a storm.

    The interval is the set of effects that the test does not reject at this `level`.
    """
    found = returns.over(window)
    columns = slice(window.start - returns.event.start, window.end - returns.event.start + 1)
    bridged: Bools = np.asarray(((returns.span[returns.basis_of, columns] > 1) & found.used).any(axis=1), dtype=bool)
    short: Bools = np.asarray((found.n_days > 1) & (returns.df - found.n_days < _LEFT), dtype=bool)
    possible = found.covered & ~bridged & ~short
    kappa = np.ones(returns.n)
    if (several := found.n_days > 1).any():
        kappa = np.where(several, serial(returns.residuals, found.n_days)[0], kappa)
    statistic = np.where(possible, found.scar / np.sqrt(kappa), np.nan)
    near = regimes(returns, window)
    p, upper, lower, critical = (np.full(returns.n, np.nan) for _ in range(4))
    drawn, size = False, np.full(returns.n, np.nan)
    for which, sizes, made in _by_days(returns, found, possible, seed, draws):
        drawn |= not made
        size[which] = sizes.shape[1]
        p[which], upper[which], lower[which], critical[which] = _judged_plainly(statistic[which], sizes, 1 - level)
        for i, ordinary in zip(which.tolist(), sizes, strict=True):
            if near is not None and near.used[i]:
                said = judged(float(statistic[i]), ordinary, near.scales[i], 1 - level)
                p[i], upper[i], lower[i], critical[i] = said
    half = critical * found.se * np.sqrt(kappa)
    told = tuple(
        ACROSS_GAPS if over else Phrase("too few estimation days for a window of {n} sessions", n=int(n)) if few else ""
        for over, few, n in zip(bridged, short, found.n_days, strict=True)
    )
    return SeriesSignificance(
        statistic,
        p,
        "placebo",
        reasons=told if any(told) else (),
        draws=draws if drawn else None,
        tails=(upper, lower),
        low=found.car - half,
        high=found.car + half,
        least=1 / (size + 1),
        kappa=kappa,
        regimes=near,
    )


def sample_quantile(
    returns: AbnormalReturns, window: Window, seed: int, *, level: float = 0.95, draws: int = DRAWS
) -> SeriesSignificance:
    """Where the day stands among the estimation days: `placebo` of one day, by the name it has in the literature."""
    if window.length > 1:
        return SeriesSignificance.undefined(Phrase("one day only: use placebo for a window"), returns.n)
    return placebo(returns, window, seed, level=level, draws=draws)


def placebo_sum(sample: Sample, variant: str) -> Significance:
    """The sum of the placebo statistics of few events of their own dates, against sums of ordinary ones (METHODS 3.29).

    Give sum t_i / (sqrt(kappa_i) l_i), l the scale of the days near the window where they were wilder than usual, else 1. Drawn
    are 9,999 sums of T_S / l(j) with random signs: of each event a set S of ordinary days, and a day j whose scale is l(j),
    apart from the others.
    """
    events: list[_Event] = []
    for part in sample.each:
        each = placebo(part, sample.window, sample.seed, level=sample.level)
        if reason := next(filter(None, each.reasons), ""):
            return Significance.undefined(reason, sample.n)
        events += _events(part, each, sample)
    rng, total = np.random.default_rng([sample.seed, sample.n]), np.zeros(sample.draws)
    for one in events:
        own, levels = one.ordinary, one.levels
        drawn = own[rng.integers(len(own), size=sample.draws)] * rng.choice((-1.0, 1.0), size=sample.draws)
        total += drawn / levels[rng.integers(len(levels), size=sample.draws)] if len(levels) else drawn
    observed, per_effect = sum(one.statistic for one in events), sum(1 / one.unit for one in events)
    said = judged(observed, total, None, 1 - sample.level)
    centre, half = observed / per_effect, said.critical / per_effect
    around = (centre - half, centre + half) if np.isfinite(half) else None
    return Significance(
        observed,
        said.p,
        "placebo",
        None,
        sample.n,
        draws=sample.draws,
        interval=around,
        tails=(said.upper, said.lower),
        least=1 / (sample.draws + 1),
        regime=max((one.near for one in events if one.near and one.near.ignored), key=lambda r: r.ratio, default=None),
    )


class _Event(NamedTuple):
    """One of the events of a sum."""

    statistic: float
    """t over the root of kappa and the scale of the near days."""
    unit: float
    """The effect that moves it by one."""
    ordinary: Floats
    """(B,) T_S of ordinary windows."""
    levels: Floats
    """(M,) how wild the days near each estimation day are; none where the window is not judged by its near days."""
    near: Regime | None


def _events(returns: AbnormalReturns, each: SeriesSignificance, sample: Sample) -> Iterator[_Event]:
    """Those of some pairs, of which `placebo` says `each`."""
    found, near = returns.over(sample.window), each.regimes
    kappa = np.ones(returns.n) if each.kappa is None else each.kappa
    ordinary: dict[int, Floats] = {}
    for which, sizes, _ in _by_days(returns, found, np.ones(returns.n, dtype=bool), sample.seed, DRAWS):
        ordinary |= zip(which.tolist(), sizes, strict=True)
    for i, own in sorted(ordinary.items()):
        wild = near is not None and bool(near.used[i])
        scale = float(near.ratio[i]) if near is not None and wild else 1.0
        levels = scale * near.scales[i] if near is not None and wild else np.empty(0)
        unit = float(found.se[i] * np.sqrt(kappa[i]) * scale)
        yield _Event(float(each.statistic[i]) / scale, unit, own, levels, near.at(i) if near is not None else None)


def _by_days(
    returns: AbnormalReturns, found: Cumulated, possible: Bools, seed: int, draws: int = DRAWS
) -> Iterator[tuple[Ints, Floats, bool]]:
    """(positions, (n, B) T_S of ordinary windows, whether all of them) of series with equally many days, in parts."""
    order = np.lexsort((found.n_days, returns.observed_days))
    order = order[possible[order]]
    shapes = np.stack([returns.observed_days, found.n_days], axis=1)[order]
    for which in np.split(order, np.flatnonzero((shapes[1:] != shapes[:-1]).any(axis=1)) + 1) if len(order) else ():
        m, length = int(returns.observed_days[which[0]]), int(found.n_days[which[0]])
        if length == 1:
            days = returns.studentised[which]
            yield which, days[np.isfinite(days)].reshape(len(which), m), True
            continue
        drawn = placebo_sets(m, length, seed, draws)
        for begin in range(0, len(which), _AT_ONCE):
            some = which[begin : begin + _AT_ONCE]
            key = "placebo", seed, draws, length, some.tobytes()
            yield some, returns.kept(key, partial(_drawn, returns, some, drawn)), comb(m, length) <= draws


def _drawn(returns: AbnormalReturns, which: Ints, drawn: Ints) -> Floats:
    days = returns.kept(("days", which.tobytes()), partial(days_of, returns, which))  # of windows of any length
    return drawn_t(days, drawn)


@lru_cache(maxsize=96)
def placebo_sets(m: int, length: int, seed: int, draws: int = DRAWS) -> Ints:
    """(B, length) sets of positions among m days: all where there are at most so many, else `draws` of them."""
    if comb(m, length) <= draws:
        return np.asfortranarray(list(combinations(range(m), length)), dtype=np.int64)
    return sets_of_days(m, length, seed, draws)


def serial(residuals: Floats, length: Ints) -> tuple[Floats, Floats, Floats]:
    """(N,) kappa of sums of `length` (N,) days, the autocorrelation of adjacent days r, and its z (robust to ARCH)."""
    there = np.where(np.isfinite(residuals), residuals, 0.0)
    products = there[:, 1:] * there[:, :-1]
    total, squares = products.sum(axis=1), (there**2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        r, z = total / squares, total / np.sqrt((products**2).sum(axis=1))
    raised = np.abs(z) > _SERIAL
    kappa = np.where(raised, np.maximum(_FLOOR, 1 + 2 * (1 - 1 / np.maximum(length, 1)) * r), 1.0)
    return kappa, r, z


class Judged(NamedTuple):
    """What placebo windows say of one t."""

    p: float
    upper: float
    """p of the upper tail."""
    lower: float
    critical: float
    """The largest |t| that is not rejected; infinite where none is."""


def judged(t: float, ordinary: Floats, scale: Floats | None, alpha: float = 0.05) -> Judged:
    """The place of t among (B,) ordinary ones; with `scale` (M,) the mean over what t is on each of these scales."""
    if scale is None:
        return Judged(*(float(said[0]) for said in _judged_plainly(np.array([t]), ordinary[None], alpha)))
    near = _SAME * abs(t)
    ranked, scale = np.sort(ordinary), np.sort(scale)  # limits in order are found sooner
    size = np.sort(np.abs(ranked), kind="stable")  # which joins the two runs that it finds
    p = share_beyond(size, (abs(t) - near) * scale)
    upper, lower = share_beyond(ranked, (t - near) * scale), share_beyond(-ranked[::-1], (-t - near) * scale)
    return Judged(p, upper, lower, largest_kept(size, scale, alpha))


def _judged_plainly(t: Floats, ordinary: Floats, alpha: float) -> tuple[Floats, Floats, Floats, Floats]:
    """(n,) each: as `judged` without scales, of n series with (n, B) ordinary ones."""
    t, b, size = t[:, None], ordinary.shape[1], np.abs(ordinary)
    near, rank = _SAME * np.abs(t), int(np.floor(alpha * (b + 1) + 1e-9))
    critical = np.partition(size, b - rank, axis=1)[:, b - rank] if rank else np.full(len(t), np.inf)
    reached = size >= np.abs(t) - near, ordinary >= t - near, ordinary <= t + near
    p, upper, lower = ((1 + count.sum(axis=1)) / (b + 1) for count in reached)
    return p, upper, lower, critical


def share_beyond(ranked: Floats, limits: Floats) -> float:
    """Mean over `limits` (M,) of (1 + #{T >= limit}) / (B + 1), T ascending."""
    below = np.searchsorted(ranked, limits).sum() / len(limits)
    return float((1 + len(ranked) - below) / (len(ranked) + 1))


def largest_kept(ranked: Floats, scale: Floats, alpha: float) -> float:
    """The largest c with a `share_beyond` of more than alpha, by bisection; infinite where there is none."""
    if 1 / (len(ranked) + 1) > alpha:
        return np.inf
    low, high = 0.0, 2 * float(ranked[-1] / scale.min())
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        kept = share_beyond(ranked, middle * scale) > alpha
        low, high = (middle, high) if kept else (low, middle)
    return low


TESTS: dict[str, SeriesTest | PairsTest] = {
    "placebo": SeriesTest(
        summary="the window among windows made of ordinary days, on the scale of the days near it",
        null="the window is exchangeable with sets of estimation days, up to the scale of the days near it",
        assumes="exchangeable days, up to a scale that the days near the window show; any error law; smallest p 1/(B+1)",
        fails="a storm on the tested days alone, few estimation days, no days after the event yet",
        paper="Gelbach, Helland and Klick 2013; Chernozhukov, Wüthrich and Zhu 2021",
        compute=placebo,
        inverts=True,
    ),
    "sample_quantile": SeriesTest(
        summary="rank of the day among the estimation days: placebo of one day",
        null="the day is exchangeable with the estimation days, up to the scale of the days near it",
        assumes="exchangeable days, up to a scale that the days near it show; any error law; smallest p 1/(M+1)",
        fails="a storm on the tested day alone, few estimation days, no days after the event yet",
        paper="Gelbach, Helland and Klick 2013",
        compute=sample_quantile,
        inverts=True,
    ),
    "placebo_sum": PairsTest(
        summary="sum of the placebo statistics of few events, against sums of ordinary windows",
        null="no event moved its firm",
        assumes="events of their own dates; exchangeable days, up to a scale that the days near each event show",
        fails="events that share days; a storm on the tested days alone",
        paper="this project; Gelbach, Helland and Klick 2013",
        compute=placebo_sum,
        by_precision=True,
        of_few=True,
        independent=True,
        size_when_clustered=mean_over_known_variance,
    ),
}
