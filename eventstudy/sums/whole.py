"""Sums over chunks of pairs that have all their days."""

from __future__ import annotations

import numpy as np

from eventstudy.kernel import whole
from eventstudy.panel import Floats
from eventstudy.sums.chunks import Chunk
from eventstudy.sums.dates import DateSums
from eventstudy.sums.plan import Plan
from eventstudy.sums.totals import Moments, Sums, Totals


class Added:
    """The sums of a block in the making."""

    def __init__(self, plan: Plan) -> None:
        """Nothing is added yet."""
        self.plan = plan
        self.k = 0
        self.n = self.still = 0
        self.of_pairs: list[tuple[Floats, Floats, Floats]] = []
        self.unit = np.zeros(len(plan.windows))
        self.positive = np.zeros(len(plan.windows), dtype=np.int64)
        self.sums: list[Floats] = []
        self.runs = np.zeros(len(plan.lengths), dtype=np.int64)
        self.dates: list[DateSums] = []

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
        self.of_pairs.append((found.car, found.scar, bhar))
        self.unit += np.diff(np.concatenate([[0], np.cumsum(good)])[chunk.bounds]) @ chunk.given.unit
        self.positive += (found.car > 1e-12).sum(axis=0)
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

    def _dates(self, chunk: Chunk, found: whole.Found) -> DateSums:
        which = chunk.which[found.good]
        size = np.bincount(which, minlength=len(chunk.keys)).astype(float)
        kept = size > 0
        days = self.plan.estimation.length
        width = chunk.span.shape[1]
        returns = np.zeros((len(size), width))
        if width:
            np.add.at(returns, which, chunk.span[found.good])
        return DateSums(
            keys=(self.plan.grid << 48) + chunk.keys[kept],
            sums=found.dates[kept],
            counts=np.broadcast_to(size[kept, None], (int(kept.sum()), days)),
            squares=size[kept] * days,
            size=size[kept],
            returns=returns[kept],
            returns_n=np.broadcast_to(size[kept, None], (int(kept.sum()), width)),
        )

    def totals(self) -> list[Totals]:
        """All chunks together; nothing where there is no pair."""
        if not self.n:
            return []
        plan, n, days = self.plan, self.n, self.plan.estimation.length
        car, scar, bhar = (np.concatenate(values) for values in zip(*self.of_pairs, strict=True))
        ar, residual, ranks, residual_ranks, student, squares, powers = self.sums
        t, df = days + plan.event.length, days - (self.k or 1)
        sums = Sums(
            n=n,
            car=Moments.of(car),
            scar=Moments.of(scar),
            bhar=Moments.of(bhar),
            unit=self.unit,
            positive=self.positive,
            theoretical=n * df / (df - 2),
            least_df=df,
            least_m=days,
            ar=ar,
            ar_n=np.full(plan.event.length, n),
            residual=residual,
            residual_n=np.full(days, n),
            ranks=ranks / (t + 1) - n / 2,
            residual_ranks=residual_ranks / (days + 2),
            student=student,
            student_squares=squares,
            student_powers=powers,
            share=np.array([r / (days - length + 1) for r, length in zip(self.runs, plan.lengths, strict=True)]),
            share_n=np.array([n if length <= days else 0 for length in plan.lengths], dtype=np.int64),
            untraded=np.array([self.still / days, 0.0]),
        )
        stratum = plan.everything
        short = n if days < 120 else 0
        return [Totals({stratum: sums}, {stratum: DateSums.merged(self.dates)}, parameters=self.k, short=short)]


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
