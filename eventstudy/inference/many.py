"""Samples of equally many pairs by the dozen, as made-up studies are: what they add up to comes out of one pass over all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.engine.correlation import Correlation, TablesOfParts
from eventstudy.engine.totals import DaySums, car_sums_of_parts, day_sums_of_parts, rank_sums_of_parts
from eventstudy.inference.base import Pairs, Sample
from eventstudy.panel.block import Floats
from eventstudy.units.windows import Window


@dataclass(frozen=True)
class Samples:
    """So many samples of equally many pairs, two or more; each of them is a `Sample`, and tests see no difference."""

    returns: AbnormalReturns
    """Abnormal returns of all pairs, one sample after the other."""
    parts: int
    """How many samples."""
    exact_correlation: bool = False
    """As in `Sample`."""

    @property
    def n(self) -> int:
        """Pairs of each."""
        return self.returns.n // self.parts

    def over(self, window: Window, portfolios: Sequence[AbnormalReturns | None], **more: Any) -> list[Sample]:
        """The samples of a window that all pairs cover; one with a pair that does not is not to be used.

        `portfolios`: of each sample. `more`: what else each of them is told.
        """
        cars, found = car_sums_of_parts(self.returns, window, self.parts), []
        correlations, spreads = self._correlations(window), self._spreads(window)
        for part, pairs in enumerate(self.pairs):
            one: dict[str, Any] = {"portfolio": portfolios[part], "exact_correlation": self.exact_correlation}
            sample = Sample(window, pairs, **one, **more)
            known: dict[str, Any] = {"cars": cars[part]}
            if correlations and spreads:
                known |= {"correlation": correlations[part], "spreads": spreads[part]}
            found.append(sample.knowing(**known))
        return found

    def with_ar(self, returns: AbnormalReturns) -> Samples:
        """These samples with other abnormal returns on the same days; what is worked out of other things is kept."""
        other, ar = replace(self, returns=returns), returns.ar.reshape(self.parts, self.n, -1)
        days = [replace(one, ar=total) for one, total in zip(self.days, np.nansum(ar, axis=1), strict=True)]
        other.__dict__.update(days=days, tables=self.tables, correlations_of=self.correlations_of)
        return other

    @cached_property
    def pairs(self) -> list[Pairs]:
        """The pairs of each sample, told what their days add up to."""
        found, ranks = [], rank_sums_of_parts(self.returns, self.parts)
        for part in range(self.parts):
            pairs = Pairs(self.returns.take(slice(part * self.n, (part + 1) * self.n)))
            pairs.__dict__.update(days=self.days[part], ranks=ranks[part])
            found.append(pairs)
        return found

    @cached_property
    def days(self) -> list[DaySums]:
        """What the days of each sample add up to."""
        return day_sums_of_parts(self.returns, np.full((self.returns.n, 2), np.nan), self.parts)

    @cached_property
    def tables(self) -> TablesOfParts | None:
        """Residuals added up by sample and date; None on several grids of sessions, or where every two pairs are compared."""
        if self.exact_correlation or self.returns.row is None:
            return None
        return TablesOfParts.of(self.returns, self.parts)

    @cached_property
    def correlations_of(self) -> dict[Window, list[Correlation]]:
        """The mean correlation of each sample by window, as far as it was asked for."""
        return {}

    def _correlations(self, window: Window) -> list[Correlation] | None:
        if self.tables is None:
            return None
        if window not in self.correlations_of:
            self.correlations_of[window] = self.tables.mean_correlations(self.returns.event, window)
        return self.correlations_of[window]

    def _spreads(self, window: Window) -> list[Floats] | None:
        return None if self.tables is None else self.tables.spreads(self.returns.over(window).se)
