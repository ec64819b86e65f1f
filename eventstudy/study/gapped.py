"""Sums over chunks of pairs that lack days, by NumPy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from eventstudy.engine import gaps
from eventstudy.engine.totals import Below, Totals
from eventstudy.panel import Floats
from eventstudy.panel.left_out import NAMED
from eventstudy.study.chunks import Chunk, Chunks
from eventstudy.study.fitted import PairsBeside, below_of, strata_of


class Gapped:
    """A chunk of pairs that lack days: those that count, and what is to be said of the others."""

    def __init__(self, chunks: Chunks, chunk: Chunk) -> None:
        """Fit them."""
        self.chunks, self.chunk = chunks, chunk
        plan, which = chunks.plan, chunk.which
        m = np.count_nonzero(np.isfinite(chunk.estimation), axis=1)
        long = m >= max(chunks.least, chunk.given.basis.shape[2] + 10)
        self.short = [(int(o), int(n)) for o, n in zip(chunks.part.origin[chunk.rows[~long]], m[~long], strict=True)]
        fit, good = gaps.fitted(chunk.estimation[long], chunk.event[long], which[long], chunk.given, plan.event)
        self.rows = np.flatnonzero(long)[good]
        self.left = chunk.rows[np.flatnonzero(long)[~good]]
        fit = fit.take(np.flatnonzero(good))
        last_close = chunks.part.last_day[chunk.rows[self.rows]]
        self.returns = replace(fit, last_close=last_close, prediction_error=plan.prediction_error)

    def below(self, scales: Floats) -> Below:
        """The second pass."""
        return below_of(self.chunks.plan, self.returns, scales)

    def totals(self) -> Totals:
        """The first pass."""
        plan, chunk, m = self.chunks.plan, self.chunk, self.returns.observed_days
        days, which = plan.estimation.length, chunk.which[self.rows]
        beside = PairsBeside(
            keys=(plan.grid << 48) + chunk.keys[which],
            raw=chunk.raw[self.rows],
            span=chunk.span[self.rows],
            benchmark=chunk.market[which],
            untraded=chunk.untraded(self.rows),
        )
        return Totals(
            strata_of(plan, self.returns, beside),
            problems={"MIN_EST": len(self.short)} if self.short else {},
            named=tuple(("MIN_EST", row, m) for row, m in sorted(self.short)[:NAMED]),
            parameters=self.returns.parameters,
            short=int((m < 120).sum()),
            gaps=int(((m >= 120) & (m < days)).sum()),
        )
