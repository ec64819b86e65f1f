"""Sums over chunks of pairs that have all their days."""

from __future__ import annotations

import numpy as np

from eventstudy.engine import whole
from eventstudy.engine.correlation import DateTables, spread_parts, undated
from eventstudy.engine.plan import Plan
from eventstudy.engine.runs import ABOVE
from eventstudy.engine.totals import CarSums, Comoments, DaySums, Moments, RankSums, Stratum, Totals
from eventstudy.panel import Floats
from eventstudy.study.chunks import Chunk


class Added:
    """The sums of a block in the making."""

    def __init__(self, plan: Plan) -> None:
        """Nothing is added yet."""
        self.plan = plan
        self.k = 0
        self.n = self.still = 0
        self.of_pairs: list[tuple[Floats, Floats, Floats, Floats]] = []
        self.unit = np.zeros(len(plan.windows))
        self.sums: list[Floats] = []
        self.runs = np.zeros(len(plan.lengths), dtype=np.int64)
        self.dates: list[DateTables] = []

    def add(self, chunk: Chunk, found: whole.Found) -> None:
        """One chunk more."""
        good = found.good
        n = int(good.sum())
        if not n:
            return
        self.k, self.n = chunk.given.basis.shape[2], self.n + n
        bhar = _bhar(self.plan, chunk)
        if n < len(good):
            bhar[~good] = np.nan
        self.still += int(np.count_nonzero(chunk.zero if n == len(good) else chunk.zero[good]))
        self.of_pairs.append((found.car, found.scar, found.se, bhar))
        self.unit += np.diff(np.concatenate([[0], np.cumsum(good)])[chunk.bounds]) @ chunk.given.unit
        self.runs += found.runs
        mine = (
            found.ar,
            found.residual,
            found.ranks,
            found.residual_ranks,
            found.student,
            found.student_squares,
            found.student_powers,
        )
        self.sums = [a + b for a, b in zip(self.sums, mine, strict=True)] if self.sums else list(mine)
        self.dates.append(self._dates(chunk, found))

    def _dates(self, chunk: Chunk, found: whole.Found) -> DateTables:
        which = chunk.which[found.good]
        size = np.bincount(which, minlength=len(chunk.keys)).astype(float)
        kept = size > 0
        days = self.plan.estimation.length
        width = chunk.span.shape[1]
        returns, returns_n = np.zeros((len(size), width)), np.zeros((len(size), width))
        if width:  # days after the event window may lack
            own = chunk.span[found.good]
            np.add.at(returns, which, np.nan_to_num(own))
            np.add.at(returns_n, which, np.isfinite(own).astype(float))
        starts = np.cumsum(size[kept]).astype(np.int64)
        return DateTables(
            keys=(self.plan.grid << 48) + chunk.keys[kept],
            days=undated(int(kept.sum())),
            sums=found.dates[kept],
            counts=np.broadcast_to(size[kept, None], (int(kept.sum()), days)),
            squares=size[kept] * days,
            size=size[kept],
            returns=returns[kept],
            returns_n=returns_n[kept],
            spreads=np.add.reduceat(spread_parts(found.se[found.good]), starts - size[kept].astype(np.int64), axis=0),
        )

    def totals(self) -> list[Totals]:
        """All chunks together; nothing where there is no pair."""
        if not self.n:
            return []
        plan, n, days = self.plan, self.n, self.plan.estimation.length
        car, scar, se, bhar = (np.concatenate(values) for values in zip(*self.of_pairs, strict=True))
        ar, residual, ranks, residual_ranks, student, squares, powers = self.sums
        t, df = days + plan.event.length, days - (self.k or 1)
        runs = dict(zip(plan.lengths, self.runs.tolist(), strict=True))
        lengths = [window.length for window in plan.windows]
        cars = CarSums(
            car=Moments.of(car),
            scar=Moments.of(scar),
            bhar=Moments.of(bhar),
            unit=self.unit,
            positive=(car > ABOVE).sum(axis=0),
            negative=(car < -ABOVE).sum(axis=0),
            share=np.array([runs[length] / max(days - length + 1, 1) for length in lengths]),
            share_n=np.array([n if length <= days else 0 for length in lengths], dtype=np.int64),
            precision=Comoments.of(scar, 1 / se),
        )
        of_days = DaySums(
            n=n,
            theoretical=n * df / (df - 2),
            least_df=df,
            least_m=days,
            ar=ar,
            ar_n=np.full(plan.event.length, n),
            residual=residual,
            residual_n=np.full(days, n),
            student=student,
            student_squares=squares,
            student_powers=powers,
            share=runs[1] / days,
            untraded=np.array([self.still / days, 0.0]),
        )
        of_ranks = RankSums(ranks / (t + 1) - n / 2, residual_ranks / (days + 2))
        stratum = Stratum(of_days, of_ranks, cars, DateTables.merged(self.dates))
        return [Totals({plan.everything: stratum}, parameters=self.k, short=n if days < 120 else 0)]


def _bhar(plan: Plan, chunk: Chunk) -> Floats:
    """(n, W) buy-and-hold returns minus the benchmark's."""
    which = chunk.which
    found = np.empty((len(chunk.rows), len(plan.windows)))
    own, market = chunk.raw.T.copy(), chunk.market.T.copy()  # days first: products of whole rows are quicker
    for w, window in enumerate(plan.windows):
        found[:, w] = _held(own[plan.columns(window)], plan) - _held(market[plan.columns(window)], plan)[which]
    return found


def _held(returns: Floats, plan: Plan) -> Floats:
    """(n,) one plus the return of holding through all days of (days, n)."""
    found: Floats = np.exp(returns.sum(axis=0)) if plan.log else np.multiply.reduce(1 + returns, axis=0)
    return found
