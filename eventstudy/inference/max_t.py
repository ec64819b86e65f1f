"""Did any firm react? The largest standardised CAR against the largest of windows made of ordinary days (METHODS 3.28)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.execution import Executor, Serial
from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._bootstrap import DayBootstrap
from eventstudy.inference._multiple import RomanoWolf, romano_wolf
from eventstudy.language import Phrase
from eventstudy.panel.block import Floats, Ints
from eventstudy.windows import Window

_WORTH = 200_000_000
"""Drawn days from which on several workers are quicker than one: some seconds of work."""
_LACKING = Phrase("fewer than 30 estimation days on which all pairs of a date have a return")


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


def compute(sample: Sample, variant: str) -> Significance:
    """Give max |SCAR| and the share of draws whose largest reaches it; `bootstrap` draws even for one day."""
    p, draws = adjusted(sample, variant)
    if np.isnan(p).any():
        return Significance.undefined(_LACKING, sample.n)
    by = "placebo" if draws is None else "bootstrap"
    return Significance(float(np.abs(sample.scar).max()), float(p.min()), by, None, sample.n, draws=draws)


TEST = PairsTest(
    summary="did any firm react? The largest standardised CAR of all",
    null="all CARs are zero",
    assumes="exchangeable days; any error law and correlation",
    fails="event-induced variance, volatility clustering (without blocks)",
    paper="Westfall and Young 1993; Romano and Wolf 2005",
    compute=compute,
    variants=("default", "bootstrap", "block"),
    location=False,
)
