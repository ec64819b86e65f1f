"""Sums over chunks of pairs that lack days."""

from __future__ import annotations

import numpy as np

from eventstudy.kernel import gaps
from eventstudy.panel import Bools, Floats, Ints
from eventstudy.panel.left_out import NAMED
from eventstudy.sums.chunks import Chunk, Chunks
from eventstudy.sums.dates import DateSums
from eventstudy.sums.fitted import bhar_of
from eventstudy.sums.plan import Plan
from eventstudy.sums.totals import Moments, Squeezed, Sums, Totals


class Gapped:
    """A chunk of pairs that lack days: those that count, and what is to be said of the others."""

    def __init__(self, chunks: Chunks, chunk: Chunk) -> None:
        """Fit them."""
        self.chunks, self.chunk = chunks, chunk
        plan, which = chunks.plan, chunk.which
        m = np.count_nonzero(np.isfinite(chunk.estimation), axis=1)
        long = m >= max(chunks.least, chunk.given.basis.shape[2] + 10)
        self.short = [(int(o), int(n)) for o, n in zip(chunks.part.origin[chunk.rows[~long]], m[~long], strict=True)]
        fit = gaps.fitted(chunk.estimation[long], chunk.event[long], which[long], chunk.given)
        self.rows = np.flatnonzero(long)[fit.good]
        self.left = chunk.rows[np.flatnonzero(long)[~fit.good]]
        self.fit, self.which = fit.take(fit.good), which[self.rows]
        self.covered = _covered(plan, self.fit.used, chunks.part.last_day[chunk.rows[self.rows]])
        bits = self.covered.astype(np.int64) << np.arange(len(plan.windows))
        self.strata, self.stratum = np.unique(bits.sum(axis=1), return_inverse=True)

    def squeezed(self, scales: Floats) -> Squeezed:
        """The second pass."""
        found = gaps.second(self.fit, self.stratum, len(self.strata), self.covered, self.chunks.task, scales)
        return dict(zip(self.strata.tolist(), found, strict=True))

    def totals(self) -> Totals:
        """The first pass."""
        plan, fit, chunk = self.chunks.plan, self.fit, self.chunk
        found = gaps.first(fit, self.stratum, len(self.strata), self.covered, self.chunks.task)
        market = chunk.market[self.which]
        held = [
            bhar_of(plan, w, fit.used[:, plan.columns(w)], self.covered[:, i], chunk.raw[self.rows], market)
            for i, w in enumerate(plan.windows)
        ]
        bhar = np.stack(held, axis=1) if held else np.empty((len(self.rows), 0))
        days = plan.estimation.length
        untraded = np.stack(
            [np.count_nonzero(d[self.rows], axis=1) / days for d in (chunk.zero, chunk.lacking)], axis=1
        )
        sums, dates = {}, {}
        for p, stratum in enumerate(self.strata.tolist()):
            mine = np.flatnonzero(self.stratum == p)
            sums[stratum] = self._sums(found, p, mine, bhar[mine], untraded[mine])
            dates[stratum] = self._dates(found, mine)
        return Totals(
            sums,
            dates,
            problems={"MIN_EST": len(self.short)} if self.short else {},
            named=tuple(("MIN_EST", row, m) for row, m in sorted(self.short)[:NAMED]),
            parameters=chunk.given.basis.shape[2],
            short=int((fit.m < 120).sum()),
            gaps=int(((fit.m >= 120) & (fit.m < days)).sum()),
        )

    def _sums(self, found: gaps.Found, p: int, mine: Ints, bhar: Floats, untraded: Floats) -> Sums:
        df = self.fit.df[mine]
        car = found.car[mine]
        return Sums(
            n=len(mine),
            car=Moments.of(car),
            scar=Moments.of(found.scar[mine]),
            bhar=Moments.of(bhar),
            unit=np.nansum(found.unit[mine], axis=0),
            positive=(car > 1e-12).sum(axis=0),
            theoretical=float((df / (df - 2)).sum()),
            least_df=int(df.min()),
            least_m=int(self.fit.m[mine].min()),
            ar=found.ar[p],
            ar_n=found.ar_n[p],
            residual=found.residual[p],
            residual_n=found.residual_n[p],
            ranks=found.ranks[p],
            residual_ranks=found.residual_ranks[p],
            student=found.student[p],
            student_squares=found.student_squares[p],
            student_powers=found.student_powers[p],
            share=found.share[p],
            share_n=found.share_n[p],
            untraded=untraded.sum(axis=0),
        )

    def _dates(self, found: gaps.Found, mine: Ints) -> DateSums:
        designs, first = np.unique(self.which[mine], return_index=True)
        known = self.fit.known[mine].astype(float)
        span = self.chunk.span[self.rows[mine]]

        def by_date(values: Floats) -> Floats:
            total: Floats = np.add.reduceat(values, first, axis=0)
            return total

        nothing = np.empty((len(designs), 0))
        return DateSums(
            keys=(self.chunks.plan.grid << 48) + self.chunk.keys[designs],
            sums=by_date(found.dates[mine]),
            counts=by_date(known),
            squares=by_date(known.sum(axis=1)),
            size=by_date(np.ones(len(mine))),
            returns=by_date(np.nan_to_num(span)) if span.shape[1] else nothing,
            returns_n=by_date(np.isfinite(span).astype(float)) if span.shape[1] else nothing,
        )


def _covered(plan: Plan, used: Bools, last_day: Ints) -> Bools:
    """(n, W) whether enough of each window was observed (METHODS 0.5, ruling 3); as `aggregate.cumulate`."""
    found = np.empty((len(used), len(plan.windows)), dtype=bool)
    for w, window in enumerate(plan.windows):
        n_days = np.count_nonzero(used[:, plan.columns(window)], axis=1)
        possible = np.clip(np.minimum(last_day, window.end) - window.start + 1, 1, window.length)
        needed = possible if window.length <= 3 else np.ceil(0.8 * possible - 1e-9)
        found[:, w] = (n_days >= needed) & (n_days > 0)
    return found
