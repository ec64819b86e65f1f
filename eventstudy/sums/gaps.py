"""Sums over chunks of pairs that lack days."""

from __future__ import annotations

import numpy as np

from eventstudy.engine import gaps
from eventstudy.engine.correlation import DateTables
from eventstudy.engine.plan import Plan
from eventstudy.engine.runs import ABOVE
from eventstudy.engine.totals import Below, CarSums, DaySums, Moments, Stratum, Totals
from eventstudy.panel import Bools, Floats, Ints
from eventstudy.panel.left_out import NAMED
from eventstudy.sums.chunks import Chunk, Chunks
from eventstudy.sums.fitted import bhar_of


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

    def below(self, scales: Floats) -> Below:
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
        strata = {}
        for p, stratum in enumerate(self.strata.tolist()):
            mine = np.flatnonzero(self.stratum == p)
            of_days = self._days(found, p, mine, untraded[mine])
            strata[stratum] = Stratum(of_days, self._cars(found, p, mine, bhar[mine]), self._dates(found, mine))
        return Totals(
            strata,
            problems={"MIN_EST": len(self.short)} if self.short else {},
            named=tuple(("MIN_EST", row, m) for row, m in sorted(self.short)[:NAMED]),
            parameters=chunk.given.basis.shape[2],
            short=int((fit.m < 120).sum()),
            gaps=int(((fit.m >= 120) & (fit.m < days)).sum()),
        )

    def _cars(self, found: gaps.Found, p: int, mine: Ints, bhar: Floats) -> CarSums:
        plan = self.chunks.plan
        car = found.car[mine]
        place = [plan.lengths.index(window.length) for window in plan.windows]
        return CarSums(
            car=Moments.of(car),
            scar=Moments.of(found.scar[mine]),
            bhar=Moments.of(bhar),
            unit=np.nansum(found.unit[mine], axis=0),
            positive=(car > ABOVE).sum(axis=0),
            share=found.share[p, place],
            share_n=found.share_n[p, place],
        )

    def _days(self, found: gaps.Found, p: int, mine: Ints, untraded: Floats) -> DaySums:
        df = self.fit.df[mine]
        return DaySums(
            n=len(mine),
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
            share=float(found.share[p, self.chunks.plan.lengths.index(1)]),
            untraded=untraded.sum(axis=0),
        )

    def _dates(self, found: gaps.Found, mine: Ints) -> DateTables:
        span = self.chunk.span[self.rows[mine]]
        keys = (self.chunks.plan.grid << 48) + self.chunk.keys[self.which[mine]]
        return DateTables.by_date(keys, None, found.dates[mine], self.fit.known[mine], span)


def _covered(plan: Plan, used: Bools, last_day: Ints) -> Bools:
    """(n, W) whether enough of each window was observed (METHODS 0.5, ruling 3); as `aggregate.cumulate`."""
    found = np.empty((len(used), len(plan.windows)), dtype=bool)
    for w, window in enumerate(plan.windows):
        n_days = np.count_nonzero(used[:, plan.columns(window)], axis=1)
        possible = np.clip(np.minimum(last_day, window.end) - window.start + 1, 1, window.length)
        needed = possible if window.length <= 3 else np.ceil(0.8 * possible - 1e-9)
        found[:, w] = (n_days >= needed) & (n_days > 0)
    return found
