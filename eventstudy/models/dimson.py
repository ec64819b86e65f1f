"""Market model for thinly traded securities: the sum of the betas on lagged, same-day and leading markets (METHODS 1.2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eventstudy.models._base import Fit
from eventstudy.models._neighbours import fit_with_instruments, neighbours
from eventstudy.panel.block import EventBlock


@dataclass(frozen=True)
class Dimson:
    """Least squares on `lags` before to `leads` after; alpha and the sum of the betas make the normal return of a day."""

    summary: str
    assumes: str
    fails: str
    paper: str
    lags: int = 1
    leads: int = 1

    def requires(self, available: tuple[str, ...]) -> tuple[str, ...]:
        """The benchmark."""
        return ("benchmark",)

    def fit(self, block: EventBlock, min_estimation: int) -> Fit:
        """Fit all pairs; an estimation day needs the market's return of all neighbours."""
        around = neighbours(block, self.lags, self.leads)
        span, market = block.span[:, :, None], around[:, :, self.lags, None]
        x = np.concatenate([span, around], axis=2)
        line = np.concatenate([span, np.broadcast_to(market, around.shape)], axis=2)
        report = np.zeros((x.shape[2], 2))
        report[0, 0] = report[1:, 1] = 1
        return fit_with_instruments(block, ("alpha", "beta"), x, x, line, report, min_estimation)


MODEL = Dimson(
    summary="alpha + (sum of betas on the benchmark before, on and after the day) x the benchmark",
    assumes="stable alpha and betas; prices that lag the market by a day at most",
    fails="when trades are days apart; the sum of three betas is noisy",
    paper="Dimson 1979",
)
