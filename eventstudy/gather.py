"""Pairs under a linear model: their windows are gathered into chunks for the kernel, those that lack days apart.

What the kernel is not for is handed back: designs that lack a regressor or leave out a date, collinear ones, and pairs without
variance. The models' own fit says what is to be said of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from eventstudy import kernel, kernel_gaps
from eventstudy.models import Model
from eventstudy.models._ols import LinearModel
from eventstudy.panel import Bools, Floats, Ints
from eventstudy.panel.dense import NAMED, Dense
from eventstudy.totals import (
    DateSums,
    Moments,
    Plan,
    Squeezed,
    Sums,
    Totals,
    as_slice,
    bhar_of,
    squeezed_together,
)
from eventstudy.windows import Window

_DESIGNS = 2 * kernel.ROWS
"""Designs that are factorised together."""
_HELD = 8_192
"""So many designs are kept from the first pass for the second."""


def first_by_kernel(plan: Plan, model: Model, part: Dense) -> tuple[list[Totals], Ints]:
    """The first pass over the pairs of a block that the kernel can take, and the positions of the others."""
    if not isinstance(model, LinearModel) or plan.estimation.length < plan.min_estimation:
        return [], np.arange(len(part))
    gathered = _Gathered(plan, model, part)
    total = _Added(plan, gathered)
    left: list[Ints] = []
    for chunk in gathered.chunks(part.whole):
        found = kernel.first(chunk.estimation, chunk.event, chunk.bounds, chunk.given, gathered.task)
        total.add(chunk, found)
        left += [chunk.rows[~found.good], chunk.without]
    parts = total.totals()
    for chunk in gathered.chunks(~part.whole):
        some = _Gapped(gathered, chunk)
        left += [some.left, chunk.without]
        parts.append(some.totals())
    return parts, np.sort(np.concatenate(left))


def second_by_kernel(plan: Plan, model: Model, part: Dense, scales: Floats) -> tuple[Squeezed, Ints]:
    """The second pass over the pairs of a block that the kernel can take, and the positions of the others."""
    if not isinstance(model, LinearModel) or plan.estimation.length < plan.min_estimation:
        return {}, np.arange(len(part))
    gathered = _Gathered(plan, model, part)
    left: list[Ints] = []
    below = np.zeros((len(plan.windows), plan.estimation.length))
    for chunk in gathered.chunks(part.whole):
        found, good = kernel.second(chunk.estimation, chunk.event, chunk.bounds, chunk.given, gathered.task, scales)
        below += found
        left += [chunk.rows[~good], chunk.without]
    parts: list[Squeezed] = [{_everything(plan): below / (plan.estimation.length + 2)}] if part.whole.any() else []
    for chunk in gathered.chunks(~part.whole):
        some = _Gapped(gathered, chunk)
        left += [some.left, chunk.without]
        parts.append(some.squeezed(scales))
    return squeezed_together(parts), np.sort(np.concatenate(left))


def _everything(plan: Plan) -> int:
    """The stratum of pairs that cover every window."""
    return int((1 << len(plan.windows)) - 1)


@dataclass(frozen=True)
class _Known:
    """Designs, ascending, and what the kernel needs of them."""

    keys: Ints
    """(g,)"""
    given: kernel.Designs
    offset: Floats
    """(g, T) what is taken off the return first; (g, 0) where nothing is."""
    market: Floats
    """(g, L2) the benchmark's returns."""
    good: Bools
    """(g,) whether the kernel can take them: nothing lacks, and full rank."""


@dataclass(frozen=True)
class _Chunk:
    """Up to `kernel.ROWS` pairs for the kernel."""

    rows: Ints
    """(n,) their positions in the block."""
    without: Ints
    """Positions of pairs of designs that the kernel cannot take."""
    keys: Ints
    """(g,) designs."""
    bounds: Ints
    estimation: Floats
    """(n, L1) returns less what the model subtracts."""
    event: Floats
    """(n, L2)"""
    raw: Floats
    """(n, L2) returns of event days as they are."""
    market: Floats
    """(g, L2) the benchmark's."""
    given: kernel.Designs
    zero: Bools
    """(n, L1) estimation days with a return of zero."""
    span: Floats
    """(n, T) all returns; (n, 0) where none of them are added up."""


class _Gathered:
    """The chunks of a block."""

    def __init__(self, plan: Plan, model: LinearModel, part: Dense) -> None:
        """The pairs of `part`, sorted by design."""
        self.plan, self.model, self.part = plan, model, part
        event, start = plan.event, plan.event.start
        self.task = kernel.Task(
            days=plan.estimation.length,
            event=event.length,
            windows=tuple((w.start - start, w.end - start + 1) for w in plan.windows),
            lengths=plan.lengths,
            intercept=model.intercept and not model.difference,
            prediction_error=plan.prediction_error,
        )
        self.least = max(plan.min_estimation, 30)
        self.width = event.end - plan.estimation.start + 1
        self.columns = slice(0, plan.estimation.length), slice(self.width - event.length, self.width)
        self.designs = part.designs
        self._all = np.lib.stride_tricks.sliding_window_view(part.returns.reshape(-1), self.width)
        excess = model.excess or (model.factors is None and "rf" in part.names)
        self._subtracts = bool(model.difference) or excess

    def chunks(self, among: Bools) -> Iterator[_Chunk]:
        """Those of the pairs `among` (E,), one after the other."""
        rows = np.flatnonzero(among).astype(np.int64)
        keys = self.designs[rows]
        distinct = np.unique(self.designs)
        size = kernel.rows_at_once(self.width)
        for group in range(0, len(distinct), _DESIGNS):
            some = distinct[group : group + _DESIGNS]
            first, last = np.searchsorted(keys, some[0]), np.searchsorted(keys, some[-1], side="right")
            for begin in range(first, last, size):
                mine = slice(begin, min(begin + size, last))
                yield self._chunk(self._known(some), rows[mine], keys[mine])

    def _chunk(self, known: _Known, rows: Ints, key: Ints) -> _Chunk:
        part, (days, event) = self.part, self.columns
        new = np.flatnonzero(np.diff(key)) + 1
        bounds = np.concatenate([[0], new, [len(rows)]])
        place = np.searchsorted(known.keys, key[bounds[:-1]])
        without = rows[:0]
        if not known.good[place].all():
            good = known.good[place]
            kept = np.repeat(good, np.diff(bounds))
            without, rows = rows[~kept], rows[kept]
            bounds, place = np.concatenate([[0], np.cumsum(np.diff(bounds)[good])]), place[good]
        first = part.security[rows] * part.returns.shape[1] + part.row[rows] + self.plan.estimation.start
        estimation, ahead = self._all[:, days][first], self._all[:, event][first]
        raw, zero = ahead.copy(), estimation == 0
        if self._subtracts:
            offset = np.repeat(known.offset[place], np.diff(bounds), axis=0)
            estimation -= offset[:, days]
            ahead -= offset[:, event]
        return _Chunk(
            rows,
            without,
            known.keys[place],
            bounds,
            estimation,
            ahead,
            raw,
            known.market[place],
            known.given.take(as_slice(place)),
            zero,
            self._all[first] if self.plan.portfolios else raw[:, :0],
        )

    def _known(self, keys: Ints) -> _Known:
        """These designs; the second pass finds those of the first, unless they were too many."""
        held, name = self.part.held, keys.tobytes()
        found: _Known = held[name] if name in held else self._made(keys)
        if len(held) * _DESIGNS < _HELD:
            held[name] = found
        return found

    def _made(self, keys: Ints) -> _Known:
        part, (days, event) = self.part, self.columns
        table, row = np.divmod(keys, part.returns.shape[1])
        first = row + self.plan.estimation.start
        spans = np.lib.stride_tricks.sliding_window_view(part.regressors, self.width, axis=1)
        regressors = spans[table, first].transpose(0, 2, 1)
        _, x, offset, known = self.model.equation(part.names, regressors, np.ones((len(keys), self.width)))
        good = (
            known[:, days].all(axis=1) & known[:, event].all(axis=1) & (x.shape[2] + 10 <= self.plan.estimation.length)
        )
        if len(part.exclude):
            when = first[:, None] + np.arange(self.plan.estimation.length)
            good = good & ~np.isin(part.sessions[when], part.exclude).any(axis=1)
        if not known.all():
            x, offset = np.where(known[:, :, None], x, 0.0), np.where(known, offset, 0.0)
        given, full = kernel.designs(x[:, days], x[:, event], self.task)
        offset = offset if self._subtracts else offset[:, :0].copy()
        return _Known(keys, given, offset, regressors[:, event, 0].copy(), good & full)


class _Added:
    """The sums of a block in the making."""

    def __init__(self, plan: Plan, gathered: _Gathered) -> None:
        self.plan, self.gathered = plan, gathered
        self.k = 0
        self.n = self.still = 0
        self.of_pairs: list[tuple[Floats, Floats, Floats]] = []
        self.unit = np.zeros(len(plan.windows))
        self.positive = np.zeros(len(plan.windows), dtype=np.int64)
        self.sums: list[Floats] = []
        self.runs = np.zeros(len(plan.lengths), dtype=np.int64)
        self.dates: list[DateSums] = []

    def add(self, chunk: _Chunk, found: kernel.Found) -> None:
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

    def _dates(self, chunk: _Chunk, found: kernel.Found) -> DateSums:
        which = np.repeat(np.arange(len(chunk.keys)), np.diff(chunk.bounds))[found.good]
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
        stratum = _everything(plan)
        short = n if days < 120 else 0
        return [Totals({stratum: sums}, {stratum: DateSums.merged(self.dates)}, parameters=self.k, short=short)]


class _Gapped:
    """A chunk of pairs that lack days: those that count, and what is to be said of the others."""

    def __init__(self, gathered: _Gathered, chunk: _Chunk) -> None:
        """Fit them."""
        self.gathered, self.chunk = gathered, chunk
        plan, which = gathered.plan, np.repeat(np.arange(len(chunk.keys)), np.diff(chunk.bounds))
        m = np.count_nonzero(np.isfinite(chunk.estimation), axis=1)
        long = m >= max(gathered.least, chunk.given.basis.shape[2] + 10)
        self.short = [(int(o), int(n)) for o, n in zip(gathered.part.origin[chunk.rows[~long]], m[~long], strict=True)]
        fit = kernel_gaps.fitted(chunk.estimation[long], chunk.event[long], which[long], chunk.given)
        self.rows = np.flatnonzero(long)[fit.good]
        self.left = chunk.rows[np.flatnonzero(long)[~fit.good]]
        self.fit, self.which = fit.take(fit.good), which[self.rows]
        self.covered = _covered(plan, self.fit.used, gathered.part.last_day[chunk.rows[self.rows]])
        bits = self.covered.astype(np.int64) << np.arange(len(plan.windows))
        self.strata, self.stratum = np.unique(bits.sum(axis=1), return_inverse=True)

    def squeezed(self, scales: Floats) -> Squeezed:
        """The second pass."""
        found = kernel_gaps.second(self.fit, self.stratum, len(self.strata), self.covered, self.gathered.task, scales)
        return dict(zip(self.strata.tolist(), found, strict=True))

    def totals(self) -> Totals:
        """The first pass."""
        plan, fit, chunk = self.gathered.plan, self.fit, self.chunk
        found = kernel_gaps.first(fit, self.stratum, len(self.strata), self.covered, self.gathered.task)
        market = chunk.market[self.which]
        held = [
            bhar_of(plan, w, fit.used[:, _columns(plan, w)], self.covered[:, i], chunk.raw[self.rows], market)
            for i, w in enumerate(plan.windows)
        ]
        bhar = np.stack(held, axis=1) if held else np.empty((len(self.rows), 0))
        days = plan.estimation.length
        untraded = np.stack([np.count_nonzero(chunk.zero[self.rows], axis=1) / days, 1 - fit.m / days], axis=1)
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

    def _sums(self, found: kernel_gaps.Found, p: int, mine: Ints, bhar: Floats, untraded: Floats) -> Sums:
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

    def _dates(self, found: kernel_gaps.Found, mine: Ints) -> DateSums:
        designs, first = np.unique(self.which[mine], return_index=True)
        known = self.fit.known[mine].astype(float)
        span = self.chunk.span[self.rows[mine]]

        def by_date(values: Floats) -> Floats:
            total: Floats = np.add.reduceat(values, first, axis=0)
            return total

        nothing = np.empty((len(designs), 0))
        return DateSums(
            keys=(self.gathered.plan.grid << 48) + self.chunk.keys[designs],
            sums=by_date(found.dates[mine]),
            counts=by_date(known),
            squares=by_date(known.sum(axis=1)),
            size=by_date(np.ones(len(mine))),
            returns=by_date(np.nan_to_num(span)) if span.shape[1] else nothing,
            returns_n=by_date(np.isfinite(span).astype(float)) if span.shape[1] else nothing,
        )


def _columns(plan: Plan, window: Window) -> slice:
    return slice(window.start - plan.event.start, window.end - plan.event.start + 1)


def _covered(plan: Plan, used: Bools, last_day: Ints) -> Bools:
    """(n, W) whether enough of each window was observed (METHODS 0.5, ruling 3); as `aggregate.cumulate`."""
    found = np.empty((len(used), len(plan.windows)), dtype=bool)
    for w, window in enumerate(plan.windows):
        n_days = np.count_nonzero(used[:, _columns(plan, window)], axis=1)
        possible = np.clip(np.minimum(last_day, window.end) - window.start + 1, 1, window.length)
        needed = possible if window.length <= 3 else np.ceil(0.8 * possible - 1e-9)
        found[:, w] = (n_days >= needed) & (n_days > 0)
    return found


def _bhar(plan: Plan, chunk: _Chunk) -> Floats:
    """(n, W) buy-and-hold returns minus the benchmark's."""
    which = np.repeat(np.arange(len(chunk.keys)), np.diff(chunk.bounds))
    found = np.empty((len(chunk.rows), len(plan.windows)))
    own, market = chunk.raw.T.copy(), chunk.market.T.copy()  # days first: products of whole rows are quicker
    for w, window in enumerate(plan.windows):
        found[:, w] = _held(own[_columns(plan, window)], plan) - _held(market[_columns(plan, window)], plan)[which]
    return found


def _held(returns: Floats, plan: Plan) -> Floats:
    """(n,) one plus the return of holding through all days of (days, n)."""
    found: Floats = np.exp(returns.sum(axis=0)) if plan.log else np.multiply.reduce(1 + returns, axis=0)
    return found
