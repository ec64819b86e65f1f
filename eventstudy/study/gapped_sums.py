"""Sums over chunks of pairs that lack days, by the compiled kernel; `gapped` is the same by NumPy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from eventstudy.engine import compiled
from eventstudy.engine.correlation import DateTables, spread_parts, undated
from eventstudy.engine.runs import ABOVE
from eventstudy.engine.totals import Below, CarSums, Comoments, DaySums, Moments, RankSums, Stratum, Totals
from eventstudy.native import Form
from eventstudy.panel import Floats, Ints
from eventstudy.panel.left_out import NAMED
from eventstudy.study.chunks import Chunk, Chunks
from eventstudy.study.fitted import bhar_of


class GappedSums:
    """A chunk of pairs that lack days."""

    def __init__(self, form: Form, chunks: Chunks, chunk: Chunk) -> None:
        """Look at them; they are fitted when a pass is asked for."""
        self.form, self.chunks, self.chunk = form, chunks, chunk
        last = chunks.part.last_day[chunk.rows] - chunks.plan.event.start + 1
        self.k = chunk.given.basis.shape[2]
        self.known = np.isfinite(chunk.event)
        self.seen = compiled.survey(form, chunk.estimation, chunk.event, chunk.bounds, chunks.task, last)
        self.long = self.seen.m >= max(chunks.least, self.k + 10)
        self.left = chunk.rows[:0]
        """Positions of pairs that are handed back; known after a pass."""

    def below(self, scales: Floats) -> Below:
        """The second pass."""
        chunk = self.chunk
        found, good = compiled.second_of_gaps(
            self.form,
            chunk.estimation,
            chunk.event,
            chunk.bounds,
            chunk.given,
            self.chunks.task,
            self.seen,
            self.long,
            scales,
        )
        self.left = chunk.rows[self.long & ~good]
        return {bits: found[p] for p, bits, _ in self._strata(good)}

    def totals(self) -> Totals:
        """The first pass."""
        chunk, seen = self.chunk, self.seen
        found = compiled.first_of_gaps(
            self.form, chunk.estimation, chunk.event, chunk.bounds, chunk.given, self.chunks.task, seen, self.long
        )
        self.left = chunk.rows[self.long & ~found.good]
        origin = self.chunks.part.origin[chunk.rows]
        short = [(int(o), int(n)) for o, n in zip(origin[~self.long], seen.m[~self.long], strict=True)]
        m = seen.m[found.good]
        bhars = self._bhars()
        return Totals(
            {
                bits: Stratum(
                    self._days(p, mine, found.sums),
                    self._ranks(p, found.sums),
                    self._cars(p, mine, found.sums, bhars),
                    self._dates(p, mine, found.sums),
                )
                for p, bits, mine in self._strata(found.good)
            },
            problems={"MIN_EST": len(short)} if short else {},
            named=tuple(("MIN_EST", row, days) for row, days in sorted(short)[:NAMED]),
            parameters=self.k,
            short=int((m < 120).sum()),
            gaps=int(((m >= 120) & (m < self.chunks.task.days)).sum()),
        )

    def _strata(self, good: np.ndarray) -> Iterator[tuple[int, int, Ints]]:
        """The strata that have pairs: number, which windows are covered, and the pairs."""
        for p, bits in enumerate(self.seen.strata.tolist()):
            mine = np.flatnonzero(good & (self.seen.stratum == p))
            if len(mine):
                yield p, bits, mine

    def _bhars(self) -> Floats:
        """(n, W) buy-and-hold returns minus the benchmark's."""
        plan, chunk, which = self.chunks.plan, self.chunk, self.chunk.which
        found = np.empty((len(chunk.rows), len(plan.windows)))
        market = chunk.market[which]
        for w, window in enumerate(plan.windows):
            used, covered = self.known[:, plan.columns(window)], self.seen.covers >> w & 1 == 1
            found[:, w] = bhar_of(plan, window, used, covered, chunk.raw, market)
        return found

    def _days(self, p: int, mine: Ints, sums: Mapping[str, Floats]) -> DaySums:
        m, chunk = self.seen.m[mine], self.chunk
        df = m - (self.k or 1)
        ar_n, residual_n = sums["ar_n"][p].astype(np.int64), sums["residual_n"][p].astype(np.int64)
        names = ("ar", "residual", "student", "student_squares", "student_powers")
        return DaySums(
            n=len(mine),
            theoretical=float((df / np.maximum(df - 2, 1)).sum()),
            least_df=int(df.min()),
            least_m=int(m.min()),
            ar_n=ar_n,
            residual_n=residual_n,
            share=float(sums["share"][p, self.chunks.task.lengths.index(1)]),
            untraded=chunk.untraded(mine).sum(axis=0),
            **{name: sums[name][p] for name in names},
        )

    def _ranks(self, p: int, sums: Mapping[str, Floats]) -> RankSums:
        counts = np.concatenate([sums["residual_n"][p], sums["ar_n"][p]])
        return RankSums(sums["ranks"][p] - counts / 2, sums["residual_ranks"][p])

    def _cars(self, p: int, mine: Ints, sums: Mapping[str, Floats], bhars: Floats) -> CarSums:
        car, scar, se = (sums[name][mine] for name in ("car", "scar", "se"))
        place = [self.chunks.task.lengths.index(window.length) for window in self.chunks.plan.windows]
        return CarSums(
            car=Moments.of(car),
            scar=Moments.of(scar),
            bhar=Moments.of(bhars[mine]),
            unit=np.nansum(sums["unit_of"][mine], axis=0),
            positive=(car > ABOVE).sum(axis=0),
            negative=(car < -ABOVE).sum(axis=0),
            share=sums["share"][p, place],
            share_n=sums["share_n"][p, place].astype(np.int64),
            precision=Comoments.of(scar, 1 / se),
        )

    def _dates(self, p: int, mine: Ints, sums: Mapping[str, Floats]) -> DateTables:
        """The pairs of a stratum, which stand in the order of their dates, added up by date."""
        chunk, table = self.chunk, self.seen.table[mine]
        first = np.flatnonzero(np.diff(table, prepend=-1))
        kept = table[first]

        def added(values: Floats) -> Floats:
            total: Floats = np.add.reduceat(values, first, axis=0)
            return total

        span = chunk.span[mine]
        return DateTables(
            keys=(self.chunks.plan.grid << 48) + chunk.keys[self.seen.dates[kept]],
            days=undated(len(kept)),
            sums=sums["dates"][kept],
            counts=sums["dates_n"][kept],
            squares=added(self.seen.m[mine].astype(float)),
            size=np.diff(np.append(first, len(mine))).astype(float),
            returns=added(np.nan_to_num(span)),
            returns_n=added(np.isfinite(span).astype(float)),
            spreads=added(spread_parts(sums["se"][mine])),
        )
