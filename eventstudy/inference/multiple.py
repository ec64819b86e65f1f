"""Many tests at once: adjusted p-values, and the largest statistic of all (METHODS 3.28)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from scipy import special

from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.inference.base import Alternative, PairsTest, Sample, Significance
from eventstudy.inference.resampling import DayBootstrap
from eventstudy.language import Phrase
from eventstudy.panel.block import Floats, Ints
from eventstudy.parallel import Executor, Serial
from eventstudy.units.windows import Window

_WORTH = 200_000_000
"""Drawn days from which on several workers are quicker than one: some seconds of work."""
_DRAWS, _PART = 100_000, 10_000
"""Draws of normal variables, and how many are held at once."""
_LEAST_EIGENVALUE = 1e-8
_ONE, _FAR = 1e-12, 9.0
_LACKING = Phrase("fewer than 30 estimation days on which all pairs of a date have a return")


def holm(p: Floats) -> Floats:
    """(n,) Holm's step-down adjusted p-values, family-wise error rate (Holm 1979)."""
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    adjusted = np.full(p.shape, np.nan)
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(order) else steps
    return adjusted


def benjamini_hochberg(p: Floats) -> Floats:
    """(n,) step-up adjusted p-values, false discovery rate under positive dependence (Benjamini and Hochberg 1995)."""
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(-p[known], kind="stable")]
    adjusted = np.full(p.shape, np.nan)
    n = len(order)
    steps = p[order] * n / np.arange(n, 0, -1)
    adjusted[order] = np.minimum(np.minimum.accumulate(steps), 1.0) if n else steps
    return adjusted


def common_days(windows: Sequence[Window]) -> Floats:
    """(W, W) correlation of sums of independent days over windows: days in both over the root of the product of lengths."""
    both = [[max(0, min(a.end, b.end) - max(a.start, b.start) + 1) for b in windows] for a in windows]
    length = np.array([window.length for window in windows], dtype=float)
    found: Floats = np.array(both, dtype=float) / np.sqrt(np.outer(length, length))
    return found


def gaussian_step_down(p: Floats, correlation: Floats, seed: int, *, two_sided: bool = True) -> Floats:
    """(n,) step-down adjusted p of p-values (n,) whose normal scores have the `correlation` (n, n); NaN does not count.

    The smallest p is held against the largest of all normal variables, the next against the largest of the others, and so on,
    made monotone; of two variables by quadrature, of more by 100,000 draws. `two_sided`: their absolute values.
    """
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    z = -special.ndtri(np.clip(p[order], 1e-300, 1 - 1e-16) / (2 if two_sided else 1))
    r, n = correlation[np.ix_(order, order)], len(order)
    steps = p[order].copy()
    if n > 2:
        steps[: n - 2] = _beyond(z, r, seed, two_sided=two_sided)[: n - 2]
    if n > 1:
        steps[n - 2] = one_of_two_beyond(float(z[n - 2]), float(r[n - 2, n - 1]), two_sided=two_sided)
    adjusted = np.full(p.shape, np.nan)
    adjusted[order] = np.minimum(np.maximum.accumulate(np.maximum(steps, p[order])), 1.0)
    return adjusted


def _beyond(z: Floats, correlation: Floats, seed: int, *, two_sided: bool) -> Floats:
    """(n,) share of draws in which the largest of the variables from k on reaches z_k."""
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, _LEAST_EIGENVALUE))
    root /= np.sqrt((root**2).sum(axis=1, keepdims=True))
    rng, reached = np.random.default_rng(seed), np.zeros(len(z))
    for _ in range(_DRAWS // _PART):
        drawn = rng.standard_normal((_PART, len(z))) @ root.T
        drawn = np.abs(drawn) if two_sided else drawn
        reached += (np.maximum.accumulate(drawn[:, ::-1], axis=1)[:, ::-1] >= z).sum(axis=0)
    found: Floats = reached / _DRAWS
    return found


def one_of_two_beyond(z: float, r: float, *, two_sided: bool = True) -> float:
    """P(max of two standard normal variables with correlation r >= z), of their absolute values where `two_sided`."""
    if 1 - r**2 < _ONE:
        return float(special.ndtr(-z)) * (2 if two_sided else 1)
    node, weight = _legendre()
    low, high = (-z, z) if two_sided else (min(-_FAR, z - 1), z)
    x = (high + low) / 2 + (high - low) / 2 * node
    spread = np.sqrt(1 - r**2)
    inside = special.ndtr((z - r * x) / spread) - (special.ndtr((-z - r * x) / spread) if two_sided else 0.0)
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    return float(1 - (high - low) / 2 * (weight * density * inside).sum())


@cache
def _legendre() -> tuple[Floats, Floats]:
    node, weight = np.polynomial.legendre.leggauss(400)
    return node, weight


def among_days(p: Floats, days: int) -> Floats:
    """P of a rank among draws of M `days` as the place of the day itself among M + 1: (1 + M p) / (1 + M)."""
    return (1 + days * p) / (1 + days)


def least_of_draws(days: int, draws: int) -> float:
    """The smallest p that `among_days` leaves of the smallest of some `draws`: about 1 / (M + 1)."""
    return (1 + days / (draws + 1)) / (1 + days)


def romano_wolf_of_cells(
    days: Floats,
    statistic: Floats,
    series: Ints,
    windows: Sequence[Window],
    seed: int,
    draws: int,
    levels: Sequence[Floats] = (),
) -> Floats:
    """(C,) step-down adjusted p of cells, each a series and a window of its own; NaN where the statistic is.

    `days` (S, M) are studentised ordinary days on which all series have a value, drawn together for all; `statistic` (C,) and
    `series` (C,) are those of each cell, and `levels` as in `on_levels`. The smallest p is `least_of_draws`.
    """
    distinct = list(dict.fromkeys(windows))
    place = np.array([distinct.index(window) for window in windows], dtype=np.int64)
    bootstrap = DayBootstrap.of_days(days, distinct)
    if not bootstrap.known.all():
        return np.full(len(statistic), np.nan)
    steps, date = RomanoWolf(statistic), np.zeros(len(statistic), dtype=np.int64)
    reached = [
        steps.reached(on_levels(bootstrap.draw(seed, chunk)[:, series, place], levels, date, seed, chunk[0]))
        for chunk in bootstrap.chunks(draws)
    ]
    return among_days(steps.adjusted(np.sum(reached, axis=0), draws), days.shape[1])


def rejected_by_chance(
    days: Floats,
    series: Sequence[Ints] | Ints,
    windows: Sequence[Window],
    seed: int,
    draws: int,
    *,
    level: float,
    alternative: Alternative = "two-sided",
    date: Ints | None = None,
    spread: Sequence[bool] = (),
) -> Floats:
    """(draws,) share of cells, each a window of some series, beyond its own critical value where nothing happened; or none.

    `days` (S, M) are studentised ordinary days of the series, drawn together for all series of a `date` (S,) and all windows.
    The statistic of a cell is that of its one series, or of several the sum, over their `spread` where that is said of it. Each
    cell rejects in `level` of the draws, and how often many do so at once is what they have in common. Empty with fewer than
    thirty days.
    """
    distinct = list(dict.fromkeys(windows))
    place = np.array([distinct.index(window) for window in windows], dtype=np.int64)
    bootstrap = DayBootstrap.of_days(days, distinct, date)
    if not len(days) or not bootstrap.known.all():
        return np.empty(0)
    rows, by_spread = [np.atleast_1d(one) for one in series], [*spread] or [False] * len(series)
    drawn = np.concatenate(
        [
            np.stack([_statistic(made[:, i, w], s) for i, w, s in zip(rows, place, by_spread, strict=True)], axis=1)
            for made in (bootstrap.draw(seed, chunk) for chunk in bootstrap.chunks(draws))
        ]
    )
    size = {"two-sided": np.abs, "greater": np.positive, "less": np.negative}[alternative](drawn)
    least = draws - max(1, int(level * (draws + 1)))
    found: Floats = (size >= np.partition(size, least, axis=0)[least]).mean(axis=1)
    return found


def _statistic(drawn: Floats, spread: bool) -> Floats:
    """(draws,) sum of drawn SCARs (draws, N), over their standard deviation where `spread`."""
    total: Floats = drawn.sum(axis=1)
    return total / drawn.std(axis=1) if spread else total


def on_levels(drawn: Floats, levels: Sequence[Floats], date: Ints, seed: int, number: int) -> Floats:
    """Draws (draws, C) over how wild the days near one ordinary day are, drawn once for all cells of a `date` (C,).

    `levels` (C,) of (M,): how wild the near days of each estimation day are, of cells whose statistic is divided by that of
    their own window; empty for the others. As in the p of one window this carries the error of the divisor (METHODS 3.20c).
    """
    raised = [c for c, level in enumerate(levels) if len(level)]
    if raised:
        place = np.random.default_rng([seed, number, 1]).random((len(drawn), int(date.max()) + 1))
        for c in raised:
            drawn[:, c] /= levels[c][(place[:, date[c]] * len(levels[c])).astype(np.int64)]
    return drawn


class RomanoWolf:
    """Step-down maxT adjusted p-values (Romano and Wolf 2005) of statistics (n,), from draws under the null.

    The largest |statistic| is held against the largest of all, the next against the largest of the others, and so on:
    p = (1 + #{max >= |statistic|}) / (draws + 1), made monotone.
    """

    def __init__(self, observed: Floats) -> None:
        """NaN in `observed` does not count."""
        known = np.flatnonzero(np.isfinite(observed))
        self._n = len(observed)
        self._order = known[np.argsort(-np.abs(observed[known]), kind="stable")]
        self._size = np.abs(observed[self._order]) * (1 - 1e-12)

    def reached(self, drawn: Floats) -> Ints:
        """How many of some draws (draws, n) reach each statistic at its step; the counts of several parts add up."""
        largest = np.abs(drawn.T[self._order])
        for one, next_one in zip(largest[-2::-1], largest[:0:-1], strict=True):
            np.maximum(one, next_one, out=one)
        found: Ints = (largest >= self._size[:, None]).sum(axis=1)
        return found

    def adjusted(self, reached: Ints, draws: int) -> Floats:
        """(n,) p-values; NaN where there is no statistic."""
        found = np.full(self._n, np.nan)
        if len(self._order):
            found[self._order] = np.maximum.accumulate((1 + reached) / (draws + 1))
        return found


def romano_wolf(observed: Floats, drawn: Iterable[Floats]) -> Floats:
    """(n,) step-down adjusted p-values of statistics (n,), from chunks (draws, n) of draws under the null."""
    steps, parts = RomanoWolf(observed), list(drawn)
    reached = np.sum([steps.reached(part) for part in parts], axis=0)
    return steps.adjusted(reached, sum(map(len, parts)))


def adjusted(sample: Sample, variant: str = "default") -> tuple[Floats, int | None]:
    """(N,) step-down adjusted p of each pair, NaN where days are lacking; and the number of random draws.

    One day on one date is held against every estimation day (no draws); else windows are drawn day by day, or with `block` in
    runs of days.
    """
    bootstrap = DayBootstrap(sample.returns, [sample.window], blocks=variant == "block")
    observed = np.where(bootstrap.known, sample.scar, np.nan)
    if variant == "default" and sample.window.length == 1 and sample.n_dates == 1:
        days = sample.returns.studentised
        return romano_wolf(observed, [days[:, np.isfinite(days).all(axis=0)].T]), None
    family = (RomanoWolf(observed), slice(None))
    [p] = _against_draws(bootstrap, [family], sample.seed, sample.draws, sample.executor)
    return p, sample.draws


def romano_wolf_of_windows(
    returns: AbnormalReturns,
    windows: Sequence[Window],
    scar: Floats,
    seed: int,
    draws: int,
    executor: Executor | None = None,
    levels: Sequence[Floats] = (),
) -> tuple[Floats, Floats]:
    """(N, W) step-down adjusted p of the statistics `scar` (N, W) of all series and windows together, and window by window.

    All windows are made of the same drawn days, so that windows that overlap hang together as the real ones do. `levels` (N W,)
    series by series as in `on_levels`. A p is at least `least_of_draws`: the place of the judged day among M ordinary ones.
    """
    bootstrap, n = DayBootstrap(returns, windows), len(windows)
    observed = np.where(bootstrap.known[:, None], scar, np.nan)
    families = [
        (RomanoWolf(observed.ravel()), slice(None)),
        *((RomanoWolf(observed[:, w]), slice(w, None, n)) for w in range(n)),
    ]
    together, *alone = (
        among_days(p, bootstrap.days) for p in _against_draws(bootstrap, families, seed, draws, executor, levels)
    )
    return together.reshape(scar.shape), np.stack(alone, axis=1) if alone else together.reshape(scar.shape)


Family = tuple[RomanoWolf, slice]
"""Statistics that are judged together, and which of the drawn ones are theirs."""


def _against_draws(
    bootstrap: DayBootstrap,
    families: Sequence[Family],
    seed: int,
    draws: int,
    executor: Executor | None,
    levels: Sequence[Floats] = (),
) -> list[Floats]:
    """Adjusted p of each family; the `executor` makes the draws where they are so many that it is worth its start."""
    runner = executor if executor and bootstrap.cells * draws > _WORTH else Serial()
    reached = runner.run(_reached, (bootstrap, families, seed, levels), bootstrap.chunks(draws))
    counts = [np.sum(parts, axis=0) for parts in zip(*reached, strict=True)]
    return [steps.adjusted(count, draws) for (steps, _), count in zip(families, counts, strict=True)]


def _reached(
    shared: tuple[DayBootstrap, Sequence[Family], int, Sequence[Floats]], chunk: tuple[int, int]
) -> list[Ints]:
    bootstrap, families, seed, levels = shared
    drawn = bootstrap.draw(seed, chunk)
    date = np.repeat(bootstrap.dates, drawn.shape[2])
    drawn = on_levels(drawn.reshape(chunk[1], -1), levels, date, seed, chunk[0])
    return [steps.reached(drawn[:, which]) for steps, which in families]


def max_t(sample: Sample, variant: str) -> Significance:
    """Did any firm react? The largest standardised CAR against the largest of windows made of ordinary days (METHODS 3.28).

    Give max |SCAR| and the share of draws whose largest reaches it; `bootstrap` draws even for one day.
    """
    p, draws = adjusted(sample, variant)
    if np.isnan(p).any():
        return Significance.undefined(_LACKING, sample.n)
    by = "placebo" if draws is None else "bootstrap"
    days = int(np.isfinite(sample.returns.studentised).all(axis=0).sum())
    least = 1 / ((days if draws is None else draws) + 1)
    return Significance(float(np.abs(sample.scar).max()), float(p.min()), by, None, sample.n, draws=draws, least=least)


TESTS: dict[str, PairsTest] = {
    "max_t": PairsTest(
        summary="did any firm react? The largest standardised CAR of all",
        null="all CARs are zero",
        assumes="exchangeable days; any error law and correlation",
        fails="event-induced variance, volatility clustering (without blocks)",
        paper="Westfall and Young 1993; Romano and Wolf 2005",
        compute=max_t,
        calm_days=True,
        variants=("default", "bootstrap", "block"),
        location=False,
    ),
}
