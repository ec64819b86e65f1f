"""Did any firm react? The largest standardised CAR against the largest of windows made of ordinary days (METHODS 3.28)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from eventstudy.aggregate import AbnormalReturns
from eventstudy.inference._base import PairsTest, Sample, Significance
from eventstudy.inference._bootstrap import DayBootstrap
from eventstudy.inference._multiple import romano_wolf
from eventstudy.panel.block import Floats
from eventstudy.windows import Window

_LACKING = "fewer than 30 estimation days on which all pairs of a date have a return"


def adjusted(sample: Sample, variant: str = "default") -> tuple[Floats, int | None]:
    """(N,) step-down adjusted p of each pair, NaN where days are lacking; and the number of random draws.

    One day on one date is held against every estimation day (no draws); else windows are drawn day by day, or with `block` in
    runs of days.
    """
    bootstrap = DayBootstrap(sample.returns, [sample.window], blocks=variant == "block")
    observed = np.where(bootstrap.known, sample.scar, np.nan)
    drawn: Iterable[Floats]
    if variant == "default" and sample.window.length == 1 and sample.n_dates == 1:
        days = sample.returns.studentised
        drawn, draws = [days[:, np.isfinite(days).all(axis=0)].T], None
    else:
        drawn, draws = (part[:, :, 0] for part in bootstrap.draw(sample.draws, sample.seed)), sample.draws
    return romano_wolf(observed, drawn), draws


def romano_wolf_of_windows(
    returns: AbnormalReturns, windows: Sequence[Window], scar: Floats, seed: int, draws: int
) -> Floats:
    """(N, W) step-down adjusted p of the standardised CARs `scar` (N, W) of all series and windows together.

    All windows are made of the same drawn days, so that windows that overlap hang together as the real ones do.
    """
    bootstrap = DayBootstrap(returns, windows)
    observed = np.where(bootstrap.known[:, None], scar, np.nan)
    drawn = (part.reshape(len(part), -1) for part in bootstrap.draw(draws, seed))
    return romano_wolf(observed.ravel(), drawn).reshape(scar.shape)


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
