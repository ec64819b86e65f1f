"""Sums over the pairs of a block by the compiled kernel, which looks them up in the panel; `fitted` has the same by NumPy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from eventstudy.engine import compiled, kernel
from eventstudy.engine.compiled import Task
from eventstudy.engine.correlation import DateTables, undated
from eventstudy.engine.least_squares import least_days
from eventstudy.engine.plan import Plan
from eventstudy.engine.runs import ABOVE
from eventstudy.engine.totals import Below, CarSums, Comoments, DaySums, Moments, NearSums, RankSums, Stratum, Totals
from eventstudy.models import Model
from eventstudy.models.linear import LinearModel
from eventstudy.native import Form
from eventstudy.panel import AFTER, Bools, Floats, Ints
from eventstudy.panel.dense import Dense
from eventstudy.panel.left_out import NAMED
from eventstudy.panel.marks import as_bits

_PANEL = b"panel"


def compiled_sums(plan: Plan, model: Model, part: Dense) -> CompiledSums | None:
    """The pairs of a block, sorted by design, for the compiled kernel; None where it does not run or is not made for them.

    Of the pairs that it takes, some are handed back: those of designs that lack a regressor on day 0 or leave out a date, of
    collinear ones, and those without variance. The model's own fit says what is to be said of them.
    """
    if not isinstance(model, LinearModel) or plan.estimation.length < plan.min_estimation:
        return None
    task = task_of(plan, model)
    panel = part.held.get(_PANEL) or _panel(plan, model, part)
    form = kernel.form_for(_with_near_days(task, _between(plan)), panel.x.shape[2])
    if form is None or not len(part):
        return None
    part.held[_PANEL] = panel
    return CompiledSums(form, plan, task, part, panel)


def _panel(plan: Plan, model: LinearModel, part: Dense) -> compiled.Panel:
    """The panel of a grid, made once for all of its blocks."""
    _, x, offset, known = model.equation(part.names, part.regressors, np.ones(part.regressors.shape[:2]))
    return compiled.Panel(
        returns=part.returns,
        busy=part.busy,
        far=as_bits(part.far),
        x=np.where(known[:, :, None], x, 0.0),
        offset=np.where(known, offset, 0.0),
        usable=known,
        market=part.regressors[:, :, 0].copy(),
        log=plan.log,
    )


def task_of(plan: Plan, model: LinearModel) -> Task:
    """What the kernel is asked."""
    start = plan.event.start
    return Task(
        days=plan.estimation.length,
        event=plan.event.length,
        windows=tuple((w.start - start, w.end - start + 1) for w in plan.windows),
        lengths=plan.lengths,
        intercept=model.intercept and not model.difference,
        prediction_error=plan.prediction_error,
    )


def _between(plan: Plan) -> int:
    """Days between estimation and event window."""
    return plan.event.start - plan.estimation.end - 1


def _with_near_days(task: Task, between: int) -> Task:
    """The task of which all days after the estimation days are event days, as far as days near the event are looked at."""
    windows = tuple((first + between, stop + between) for first, stop in task.windows)
    return replace(task, event=between + task.event + AFTER, windows=windows)


class CompiledSums:
    """The pairs of a block."""

    def __init__(self, form: Form, plan: Plan, task: Task, part: Dense, panel: compiled.Panel) -> None:
        """Look at them; they are fitted when a pass is asked for."""
        self.form, self.plan, self.task, self.part = form, plan, task, part
        self.k, start = panel.x.shape[2], plan.estimation.start
        designs = part.designs
        new = np.flatnonzero(np.diff(designs)) + 1
        bounds = np.concatenate([[0], new, [len(designs)]])
        self.keys = designs[bounds[:-1]]
        bears = part.bears if len(part.bears) == len(part) else np.zeros(len(part), dtype=bool)
        self.pairs = compiled.Pairs(
            panel=panel,
            between=_between(plan),
            place=part.cells + start,
            design=self.keys + start,
            bounds=bounds,
            bears=bears,
        )
        self.seen = self._surveyed()
        self.taken = np.repeat(self._designs_taken(panel), np.diff(bounds))
        self.long = self.seen.m >= least_days(plan.min_estimation, self.k)
        self.left = np.flatnonzero(~self.taken)
        """Positions of pairs that are handed back; those without a fit come to them after a pass."""
        self.disturbed = self.left
        """The same of the days around the event."""

    def _surveyed(self) -> compiled.Survey:
        """What is known of the pairs; the second pass finds what the first saw."""
        name, part = self._named(b"seen"), self.part
        held: compiled.Survey | None = part.held.pop(name, None)
        if held is not None:
            return held.unpacked()
        last = part.last_day - self.plan.event.start + 1
        found = compiled.survey(self.form, self.pairs, self.task, last)
        part.held[name] = found.packed()
        return found

    def _named(self, what: bytes) -> bytes:
        """The name of what one pass over these pairs holds for the next."""
        return what + self.part.origin[:1].tobytes()

    def _designs_taken(self, panel: compiled.Panel) -> Bools:
        """(g,) designs that have all regressors on day 0 and leave no date out."""
        taken = panel.usable.reshape(-1)[self.keys]
        if len(self.part.exclude):
            left_out = np.isin(self.part.sessions, self.part.exclude)
            row = self.keys % len(left_out) + self.plan.estimation.start
            before = np.concatenate([[0], np.cumsum(left_out)])
            taken &= before[row + self.task.days] == before[row]
        return np.asarray(taken, dtype=bool)

    def _fitted(self, good: Bools) -> None:
        self.left = np.flatnonzero(~self.taken | (self.long & ~good))

    def later(self, scales: Floats, *, near: bool) -> tuple[Below, dict[int, NearSums]]:
        """The second pass, and where that is asked (`near`) how far the pairs moved on ordinary days and around the event.

        Pairs with other events there are handed back for the latter: they are `disturbed`.
        """
        part, days = self.part, self.task.days
        task, pairs, calm = self.task, self.pairs, np.full(len(part), near)
        if near:
            task = _with_near_days(task, pairs.between)
            pairs = replace(pairs, between=0)
            calm &= ~part.other_days().any(axis=1) if part.reacted is not None else True
        kept = part.held.pop(self._named(b"kept"), None)
        found = compiled.second(self.form, pairs, task, self.seen, self.long & self.taken, scales, calm, kept)
        self._fitted(found.good)
        self.disturbed = np.flatnonzero(~self.taken | (self.long & ~(found.good & calm)))
        below = {bits: found.below[p] for p, bits, _ in self._strata(found.good)}
        first, how = self.plan.estimation.start, self.plan.regime
        moved = {}
        for p, bits, _ in self._strata(found.good & calm):
            sums, n = found.moved[p], found.moved_n[p].astype(np.int64)
            moved[bits] = NearSums(first, sums[:days], n[:days], sums, n, how)
        return below, moved

    def totals(self) -> Totals:
        """The first pass."""
        spanned = self.task.days + self.pairs.between + self.task.event + AFTER if self.plan.portfolios else 0
        found = compiled.first(self.form, self.pairs, self.task, self.seen, self.long & self.taken, spanned)
        self._fitted(found.good)
        self.part.held[self._named(b"kept")] = found.kept
        few = np.flatnonzero(self.taken & ~self.long)
        named = sorted(zip(self.part.origin[few].tolist(), self.seen.m[few].tolist(), strict=True))[:NAMED]
        by_window = [np.ascontiguousarray(found.sums[name].T) for name in ("car", "scar", "se", "bhar")]
        short, gaps = self.plan.few(self.seen.m[found.good])
        return Totals(
            {
                bits: Stratum(
                    self._days(p, mine, found.sums),
                    self._ranks(p, found.sums),
                    self._cars(p, mine, found.sums, by_window),
                    self._dates(p, found.sums),
                )
                for p, bits, mine in self._strata(found.good)
            },
            problems={"MIN_EST": len(few)} if len(few) else {},
            named=tuple(("MIN_EST", row, days) for row, days in named),
            parameters=self.k,
            short=short,
            gaps=gaps,
        )

    def _strata(self, good: Bools) -> Iterator[tuple[int, int, Ints | slice]]:
        """The strata that have pairs: number, which windows are covered, and the pairs."""
        for p, bits in enumerate(self.seen.strata.tolist()):
            mine = np.flatnonzero(good & (self.seen.stratum == p))
            if len(mine):
                yield p, bits, slice(None) if len(mine) == len(good) else mine

    def _days(self, p: int, mine: Ints | slice, sums: Mapping[str, Floats]) -> DaySums:
        m = self.seen.m[mine]
        df = m - (self.k or 1)
        ar_n, residual_n = sums["ar_n"][p].astype(np.int64), sums["residual_n"][p].astype(np.int64)
        names = ("ar", "residual", "student", "student_squares", "student_powers", "untraded")
        return DaySums(
            n=len(m),
            theoretical=float((df / np.maximum(df - 2, 1)).sum()),
            least_df=int(df.min()),
            least_m=int(m.min()),
            ar_n=ar_n,
            residual_n=residual_n,
            share=float(sums["share"][p, self.task.lengths.index(1)]),
            **{name: sums[name][p] for name in names},
        )

    def _ranks(self, p: int, sums: Mapping[str, Floats]) -> RankSums:
        counts = np.concatenate([sums["residual_n"][p], sums["ar_n"][p]])
        return RankSums(sums["ranks"][p] - counts / 2, sums["residual_ranks"][p])

    def _cars(self, p: int, mine: Ints | slice, sums: Mapping[str, Floats], by_window: Sequence[Floats]) -> CarSums:
        """`by_window` (W, n): CARs of all pairs, SCARs, standard errors, buy-and-hold, those of a window side by side."""
        if isinstance(mine, slice):
            car, scar, se, bhar = (values.T for values in by_window)
        else:
            car, scar, se, bhar = (np.take(values, mine, axis=1).T for values in by_window)
        place = [self.task.lengths.index(window.length) for window in self.plan.windows]
        scars = Moments.of(scar)
        return CarSums(
            car=Moments.of(car),
            scar=scars,
            bhar=Moments.of(bhar),
            unit=sums["unit"][p],
            positive=np.count_nonzero(car > ABOVE, axis=0),
            negative=np.count_nonzero(car < -ABOVE, axis=0),
            share=sums["share"][p, place],
            share_n=sums["share_n"][p, place].astype(np.int64),
            precision=Comoments.of(scar, scars, 1 / se),
        )

    def _dates(self, p: int, sums: Mapping[str, Floats]) -> DateTables:
        """The tables of a stratum, in the order of their dates."""
        first, last = np.searchsorted(self.seen.of, [p, p + 1])
        mine = np.flatnonzero(sums["size"][first:last]) + first
        some: Ints | slice = slice(int(first), int(last)) if len(mine) == last - first else mine
        return DateTables(
            keys=(self.plan.grid << 48) + self.keys[self.seen.dates[some]],
            days=undated(len(mine)),
            sums=sums["dates"][some],
            counts=sums["dates_n"][some],
            squares=sums["squares"][some],
            size=sums["size"][some],
            returns=sums["span"][some],
            returns_n=sums["span_n"][some],
            spreads=sums["spreads"][some],
        )
