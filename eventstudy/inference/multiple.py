"""Many tests at once: adjusted p-values, and the largest statistic of all (METHODS 3.28)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.inference.base import PairsTest, Sample, Significance
from eventstudy.inference.resampling import DayBootstrap
from eventstudy.language import Phrase
from eventstudy.panel.block import Floats, Ints
from eventstudy.parallel import Executor, Serial
from eventstudy.windows import Window

_WORTH = 200_000_000
"""Drawn days from which on several workers are quicker than one: some seconds of work."""
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
        largest = np.maximum.accumulate(np.abs(drawn[:, self._order])[:, ::-1], axis=1)[:, ::-1]
        found: Ints = (largest >= self._size).sum(axis=0)
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
    return _against_draws(bootstrap, observed, sample.seed, sample.draws, sample.executor), sample.draws


def romano_wolf_of_windows(
    returns: AbnormalReturns,
    windows: Sequence[Window],
    scar: Floats,
    seed: int,
    draws: int,
    executor: Executor | None = None,
) -> Floats:
    """(N, W) step-down adjusted p of the standardised CARs `scar` (N, W) of all series and windows together.

    All windows are made of the same drawn days, so that windows that overlap hang together as the real ones do.
    """
    bootstrap = DayBootstrap(returns, windows)
    observed = np.where(bootstrap.known[:, None], scar, np.nan)
    return _against_draws(bootstrap, observed.ravel(), seed, draws, executor).reshape(scar.shape)


def _against_draws(
    bootstrap: DayBootstrap, observed: Floats, seed: int, draws: int, executor: Executor | None
) -> Floats:
    """(N * W,) adjusted p; the `executor` makes the draws where they are so many that it is worth its start."""
    runner = executor if executor and bootstrap.cells * draws > _WORTH else Serial()
    steps = RomanoWolf(observed)
    reached = runner.run(_reached, (bootstrap, steps, seed), bootstrap.chunks(draws))
    return steps.adjusted(np.sum(reached, axis=0), draws)


def _reached(shared: tuple[DayBootstrap, RomanoWolf, int], chunk: tuple[int, int]) -> Ints:
    bootstrap, steps, seed = shared
    return steps.reached(bootstrap.draw(seed, chunk).reshape(chunk[1], -1))


def max_t(sample: Sample, variant: str) -> Significance:
    """Did any firm react? The largest standardised CAR against the largest of windows made of ordinary days (METHODS 3.28).

    Give max |SCAR| and the share of draws whose largest reaches it; `bootstrap` draws even for one day.
    """
    p, draws = adjusted(sample, variant)
    if np.isnan(p).any():
        return Significance.undefined(_LACKING, sample.n)
    by = "placebo" if draws is None else "bootstrap"
    return Significance(float(np.abs(sample.scar).max()), float(p.min()), by, None, sample.n, draws=draws)


TESTS: dict[str, PairsTest] = {
    "max_t": PairsTest(
        summary="did any firm react? The largest standardised CAR of all",
        null="all CARs are zero",
        assumes="exchangeable days; any error law and correlation",
        fails="event-induced variance, volatility clustering (without blocks)",
        paper="Westfall and Young 1993; Romano and Wolf 2005",
        compute=max_t,
        variants=("default", "bootstrap", "block"),
        location=False,
    ),
}
