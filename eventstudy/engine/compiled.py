"""Many pairs of a linear model by the compiled kernel.

What each figure is, NumPy says (`least_squares`, `abnormal`, `ranks`, `totals`). The folder native has the same formulas in C,
on purpose a second time; docs/architecture.md names which function is which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from eventstudy.engine.arrays import Bools, Floats, Ints
from eventstudy.engine.runs import steps
from eventstudy.native import Form
from eventstudy.panel.marks import Words

_MOST_DAYS, _MOST_REGRESSORS, _MOST_STEPS = 16384, 64, 512


@dataclass(frozen=True)
class Task:
    """What is asked; the same for all pairs of a study."""

    days: int
    """L1"""
    event: int
    """L2"""
    windows: tuple[tuple[int, int], ...]
    """W windows: first and one past the last column of the event window."""
    lengths: tuple[int, ...]
    """R lengths of runs of estimation days, ascending."""
    intercept: bool
    """Whether residuals add up to zero by construction."""
    prediction_error: bool


def takes(task: Task, regressors: int) -> bool:
    """Whether the compiled form is made for so many days and regressors."""
    return (
        task.days + task.event <= _MOST_DAYS and regressors <= _MOST_REGRESSORS and len(_runs(task).step) <= _MOST_STEPS
    )


class _Runs(NamedTuple):
    step: Ints
    """(steps, 2) which sums are added; 0 are the days themselves."""
    run: Ints
    """(R',) where the sums of each length are."""
    length: Ints
    """(R',) the lengths that fit into the estimation days."""

    def given(self) -> dict[str, Any]:
        """As the kernel is told of them."""
        return {**self._asdict(), "steps": len(self.step), "lengths": len(self.run)}


@lru_cache(maxsize=64)
def _runs_of(days: int, lengths: tuple[int, ...]) -> _Runs:
    known, made = [1], []
    fit = [length for length in lengths if length <= days]
    for length in fit:
        for left, right in steps(tuple(known), length):
            made.append((known.index(left), known.index(right)))
            known.append(left + right)
    place = [known.index(length) for length in fit]
    return _Runs(*(np.array(values, dtype=np.int64) for values in (np.reshape(made, (-1, 2)), place, fit)))


def _runs(task: Task) -> _Runs:
    return _runs_of(task.days, task.lengths)


@dataclass(frozen=True)
class Panel:
    """What all pairs of a grid are looked up in: S securities and B benchmarks on P days."""

    returns: Floats
    """(S, P) NaN where there is none."""
    busy: Words | None
    """Bits of (S, P): days near another event of the security, no estimation days of pairs that say so; None: none are."""
    far: Words
    """Bits of (L1,): estimation days that are not near the pair's own event."""
    x: Floats
    """(B, P, K) the regressors of the model, zero where one lacks."""
    offset: Floats
    """(B, P) what the model takes off the return first."""
    usable: Bools
    """(B, P) days on which all regressors are known."""
    market: Floats
    """(B, P) the benchmark's returns."""
    log: bool
    """Whether returns are logarithms."""

    def given(self, task: Task, between: int) -> dict[str, Any]:
        """As the kernel is told of it."""
        return {
            "days": task.days,
            "event": task.event,
            "between": between,
            "regressors": self.x.shape[2],
            "windows": len(task.windows),
            "cells": self.returns.size,
            "market_cells": self.usable.size,
            "masked_words": 0 if self.busy is None else len(self.busy),
            "intercept": int(task.intercept),
            "prediction_error": int(task.prediction_error),
            "log": int(self.log),
            "window": np.array(task.windows, dtype=np.int64).reshape(-1, 2),
            **{name: np.ascontiguousarray(getattr(self, name)) for name in ("returns", "far", "x", "offset", "usable")},
            "market": np.ascontiguousarray(self.market),
            "busy": np.empty(0, dtype=np.uint64) if self.busy is None else self.busy,
        }


@dataclass(frozen=True)
class Pairs:
    """n pairs in a panel, sorted by design."""

    panel: Panel
    between: int
    """Days between estimation and event window."""
    place: Ints
    """(n,) the cell of `returns` that is the first estimation day."""
    design: Ints
    """(g,) the cell of `usable` that is the first estimation day of each design."""
    bounds: Ints
    """(g + 1,) the pairs of design d are bounds[d] .. bounds[d + 1] - 1, one at least."""
    bears: Bools
    """(n,) whether a pair leaves out days near other events of its security."""

    def given(self, task: Task) -> dict[str, Any]:
        """As the kernel is told of them."""
        numbers = {"n": len(self.place), "g": len(self.design)}
        arrays = {name: np.ascontiguousarray(getattr(self, name)) for name in ("place", "design", "bounds", "bears")}
        return self.panel.given(task, self.between) | numbers | arrays


@dataclass(frozen=True)
class Survey:
    """What is known of n pairs before they are fitted."""

    m: Ints
    """(n,) estimation days that count."""
    covers: Ints
    """(n,) bit w: enough of window w was observed."""
    strata: Ints
    """(P,) the distinct ones of them."""
    stratum: Ints
    """(n,) which of them."""
    table: Ints
    """(n,) the table of its date and stratum."""
    dates: Ints
    """(G,) the design of each table."""
    of: Ints
    """(G,) and its stratum, ascending."""
    lacks: Ints
    """(n, words) bit t of 64 in a word: estimation day t does not count."""

    def packed(self) -> Survey:
        """What the second pass asks, in as few bytes as hold it."""
        none, m, stratum = self.m[:0].copy(), _narrow(self.m), _narrow(self.stratum)
        return replace(self, m=m, stratum=stratum, covers=none, table=none)

    def unpacked(self) -> Survey:
        """What was packed, as it was; without the tables."""
        m, stratum = self.m.astype(np.int64), self.stratum.astype(np.int64)
        return replace(self, m=m, stratum=stratum, covers=self.strata[stratum])

    def given(self) -> dict[str, Any]:
        """As the kernel is told of it."""
        return {"strata": len(self.strata), "covers": self.covers, "stratum": self.stratum, "lacks": self.lacks}


@dataclass(frozen=True)
class Sums:
    """What the pairs leave behind."""

    good: Bools
    """(n,) pairs that count."""
    sums: Mapping[str, Floats]
    """By stratum, date or pair; names and shapes as in native/kernel.h."""
    kept: Floats
    """(n, K + 1) what the second pass need not work out again: coefficients and sigma, which is 0 where it has to."""


def _narrow(numbers: Ints) -> Any:
    """Numbers from zero on, a copy of the narrowest kind that holds them."""
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))))


def designs_of(bounds: Ints) -> Ints:
    """(n,) the design of each pair."""
    return np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))


def survey(form: Form, pairs: Pairs, task: Task, last: Ints) -> Survey:
    """Look at pairs; `last` (n,) is one past the last event day on which each security could be observed."""
    m, covers = np.empty((2, len(pairs.place)), dtype=np.int64)
    lacks = np.empty((len(pairs.place), -(-task.days // 64)), dtype=np.int64)
    out = {"m": m, "covered": covers, "lacks": lacks}
    form.kernel.survey(form.level, pairs.given(task) | {"last": last.astype(np.int64)} | out)
    strata, stratum = _distinct(covers)
    g = len(pairs.design)
    tables, table = _distinct(stratum * g + designs_of(pairs.bounds))
    of, dates = np.divmod(tables, g)
    return Survey(m, covers, strata, stratum, table, dates, of, lacks)


def _distinct(values: Ints) -> tuple[Ints, Ints]:
    """Distinct values, ascending, and which of them each is."""
    if not (values != values[:1]).any():
        return values[:1], np.zeros(len(values), dtype=np.int64)
    if (np.diff(values) >= 0).all():
        new = np.append(True, np.diff(values) > 0)
        return values[new], np.cumsum(new) - 1
    if values.max() > _COUNTED * len(values):
        found, which = np.unique(values, return_inverse=True)
        return found, which.reshape(-1).astype(np.int64)
    there = np.bincount(values) > 0
    return np.flatnonzero(there), (np.cumsum(there) - 1)[values]


_COUNTED = 8
"""Numbers up to so many times their count are counted, which is quicker than to sort them."""


def _outcome(task: Task, n: int, strata: int, tables: int, lengths: int, spanned: int) -> dict[str, Any]:
    """Arrays that the first pass fills."""
    days, event, windows = task.days, task.event, len(task.windows)
    of_stratum = {
        "ar": event, "ar_n": event, "residual": days, "ranks": days + event, "residual_ranks": days,
        "student": days, "student_squares": days, "student_powers": 2, "share": lengths, "share_n": lengths,
        "unit": windows, "untraded": 2,
    }  # fmt: skip
    made: dict[str, Any] = {name: np.zeros((strata, size)) for name, size in of_stratum.items()}
    made |= {name: np.zeros((tables, size)) for name, size in {"dates": days, "dates_n": days}.items()}
    made |= {name: np.zeros((tables, spanned)) for name in ("span", "span_n")}
    made |= {name: np.full((n, windows), np.nan) for name in ("car", "scar", "se", "bhar")}
    return made | {"squares": np.zeros(tables), "size": np.zeros(tables), "spreads": np.zeros((tables, windows, 4))}


def first(form: Form, pairs: Pairs, task: Task, seen: Survey, wanted: Bools, spanned: int = 0) -> Sums:
    """The first pass over those pairs that are `wanted` (n,).

    Ranks are over the days of a pair + 1, or + 2 among residuals; runs are shares of those that are whole. The first `spanned`
    returns of each pair from the first estimation day on are added up by date.
    """
    runs, good = _runs(task), wanted.astype(np.uint8)
    out = _outcome(task, len(pairs.place), len(seen.strata), len(seen.dates), len(runs.run), spanned)
    kept = np.zeros((len(good), pairs.panel.x.shape[2] + 1))
    more = {"tables": len(seen.dates), "table": seen.table, "good": good, "spanned": spanned, "kept": kept}
    form.kernel.first(form.level, pairs.given(task) | runs.given() | seen.given() | out | more)
    first_table = np.searchsorted(seen.of, np.arange(len(seen.strata)))  # the tables of a stratum stand together
    out["residual_n"] = np.add.reduceat(out["dates_n"], first_table)
    beyond = ((0, 0), (0, len(task.lengths) - len(runs.run)))
    out |= {name: np.pad(out[name], beyond) for name in ("share", "share_n")}
    return Sums(good.view(np.bool_), out, kept)


class Later(NamedTuple):
    """What the second pass leaves behind, by stratum."""

    below: Floats
    """(P, W, L1) over the days of a pair + 2."""
    moved: Floats
    """(P, L1 + L2) sums of the sizes of standardised returns; all days after the estimation days are event days of the task."""
    moved_n: Floats
    """(P, L1 + L2) how many there are."""
    good: Bools
    """(n,) which pairs count."""


def second(
    form: Form,
    pairs: Pairs,
    task: Task,
    seen: Survey,
    wanted: Bools,
    scales: Floats,
    calm: Bools | None = None,
    kept: Floats | None = None,
) -> Later:
    """The second pass over those pairs that are `wanted` (n,); the `calm` ones (n,) say how far they moved, None: none.

    What the first pass `kept` is not worked out again.
    """
    good, below = wanted.astype(np.uint8), np.zeros((len(seen.strata), len(task.windows), task.days))
    moved, moved_n = np.zeros((2, len(seen.strata), task.days + task.event))
    calm = np.zeros(len(good), dtype=bool) if calm is None else calm
    out = {"below": below, "moved": moved, "moved_n": moved_n, "good": good}
    out["kept"] = np.zeros((len(good), pairs.panel.x.shape[2] + 1)) if kept is None else kept
    given = {"scales": np.ascontiguousarray(scales, dtype=np.float64), "calm": np.ascontiguousarray(calm)}
    form.kernel.second(form.level, pairs.given(task) | seen.given() | given | out)
    return Later(below, moved, moved_n, good.view(np.bool_))
