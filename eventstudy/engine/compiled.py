"""The compiled form of the kernel behind the same contract of arrays; the NumPy form (`whole`) says what each figure is.

The formulas in C stand in native/, each with the name it has here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from eventstudy.engine.arrays import Bools, Floats, Ints
from eventstudy.engine.least_squares import Designs, Task, designs_of
from eventstudy.engine.runs import steps
from eventstudy.engine.whole import Found
from eventstudy.native import Form

ROWS = 1024
"""Pairs of a chunk: so many that what is done once a chunk hardly counts."""
_MOST_DAYS, _MOST_REGRESSORS, _MOST_STEPS = 16384, 64, 512


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


def _given(estimation: Floats, event: Floats, task: Task) -> dict[str, Any]:
    """What every pass is told of a chunk."""
    return {
        "n": len(estimation),
        "days": task.days,
        "event": task.event,
        "windows": len(task.windows),
        "estimation": estimation,
        "ahead": event,
        "window": np.array(task.windows, dtype=np.int64).reshape(-1, 2),
    }


def _designed(bounds: Ints, given: Designs, task: Task) -> dict[str, Any]:
    arrays = {name: np.ascontiguousarray(values) for name, values in vars(given).items()}
    return {
        "g": len(bounds) - 1,
        "regressors": given.basis.shape[2],
        "intercept": int(task.intercept),
        "prediction_error": int(task.prediction_error),
        "bounds": np.ascontiguousarray(bounds, dtype=np.int64),
        **arrays,
    }


def _sums(task: Task, n: int, strata: int, tables: int, lengths: int) -> dict[str, Any]:
    """Arrays that the first pass fills."""
    days, event, windows = task.days, task.event, len(task.windows)
    sizes = {
        "ar": event, "ar_n": event, "residual": days, "residual_n": days, "ranks": days + event, "residual_ranks": days,
        "student": days, "student_squares": days, "student_powers": 2, "share": lengths, "share_n": lengths,
    }  # fmt: skip
    made: dict[str, Any] = {name: np.zeros((strata, size)) for name, size in sizes.items()}
    made |= {name: np.full((n, windows), np.nan) for name in ("car", "scar", "se", "unit_of")}
    return made | {name: np.zeros((tables, days)) for name in ("dates", "dates_n")}


def first(form: Form, estimation: Floats, event: Floats, bounds: Ints, given: Designs, task: Task) -> Found:
    """The first pass over one chunk of pairs that have all their days; see `whole.first`."""
    n, g, runs = len(estimation), len(bounds) - 1, _runs(task)
    good = np.ones(n, dtype=np.uint8)
    out = _sums(task, n, 1, g, len(runs.run))
    form.kernel.first(
        form.level,
        _given(estimation, event, task)
        | _designed(bounds, given, task)
        | runs.given()
        | out
        | {
            "strata": 1,
            "tables": g,
            "covers": np.full(n, -1, dtype=np.int64),
            "stratum": np.zeros(n, dtype=np.int64),
            "table": designs_of(bounds),
            "good": good,
        },
    )
    counts = np.zeros(len(task.lengths), dtype=np.int64)
    counts[: len(runs.run)] = out["share"][0]
    there = np.add.reduceat(good, bounds[:-1], dtype=np.int64) > 0
    if not there.all():
        out["dates"][~there] = np.nan
    names = ("ar", "residual", "ranks", "residual_ranks", "student", "student_squares", "student_powers")
    return Found(
        good=good.view(np.bool_),
        car=out["car"],
        scar=out["scar"],
        se=out["se"],
        runs=counts,
        dates=out["dates"],
        **{name: out[name][0] for name in names},
    )


def second(
    form: Form, estimation: Floats, event: Floats, bounds: Ints, given: Designs, task: Task, scales: Floats
) -> tuple[Floats, Bools]:
    """The second pass; see `whole.second`."""
    n = len(estimation)
    good, below = np.ones(n, dtype=np.uint8), np.zeros((1, len(task.windows), task.days))
    form.kernel.second(
        form.level,
        _given(estimation, event, task)
        | _designed(bounds, given, task)
        | {
            "strata": 1,
            "covers": np.full(n, -1, dtype=np.int64),
            "stratum": np.zeros(n, dtype=np.int64),
            "scales": np.ascontiguousarray(scales, dtype=np.float64),
            "good": good,
            "below": below,
        },
    )
    return below[0], good.view(np.bool_)


@dataclass(frozen=True)
class Survey:
    """What is known of n pairs that may lack days before they are fitted."""

    m: Ints
    """(n,) estimation days with a return."""
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
    """(G,) and its stratum."""


@dataclass(frozen=True)
class Gaps:
    """What a chunk of pairs that may lack days leaves behind."""

    good: Bools
    """(n,) pairs that count."""
    sums: Mapping[str, Floats]
    """By stratum, date or pair; names and shapes as in native/kernel.h."""


def survey(form: Form, estimation: Floats, event: Floats, bounds: Ints, task: Task, last: Ints) -> Survey:
    """Look at a chunk; `last` (n,) is one past the last event day on which each security could be observed."""
    m, covers = np.empty((2, len(estimation)), dtype=np.int64)
    form.kernel.survey(
        form.level, _given(estimation, event, task) | {"last": last.astype(np.int64), "m": m, "covered": covers}
    )
    strata, stratum = np.unique(covers, return_inverse=True)
    g = len(bounds) - 1
    tables, table = np.unique(stratum.reshape(-1) * g + designs_of(bounds), return_inverse=True)
    of, dates = np.divmod(tables, g)
    return Survey(
        m, covers, strata, stratum.reshape(-1).astype(np.int64), table.reshape(-1).astype(np.int64), dates, of
    )


def _of_gaps(seen: Survey, good: Any) -> dict[str, Any]:
    return {"gaps": 1, "strata": len(seen.strata), "covers": seen.covers, "stratum": seen.stratum, "good": good}


def first_of_gaps(
    form: Form, estimation: Floats, event: Floats, bounds: Ints, given: Designs, task: Task, seen: Survey, wanted: Bools
) -> Gaps:
    """The first pass over pairs that may lack days, of which those that are `wanted` (n,) are fitted.

    Ranks are over the days of a pair + 1, or + 2 among residuals, runs shares of those that are whole.
    """
    runs, good = _runs(task), wanted.astype(np.uint8)
    out = _sums(task, len(estimation), len(seen.strata), len(seen.dates), len(runs.run))
    form.kernel.first(
        form.level,
        _given(estimation, event, task)
        | _designed(bounds, given, task)
        | runs.given()
        | out
        | _of_gaps(seen, good)
        | {"tables": len(seen.dates), "table": seen.table},
    )
    beyond = ((0, 0), (0, len(task.lengths) - len(runs.run)))
    out |= {name: np.pad(out[name], beyond) for name in ("share", "share_n")}
    return Gaps(good.view(np.bool_), out)


def second_of_gaps(
    form: Form,
    estimation: Floats,
    event: Floats,
    bounds: Ints,
    given: Designs,
    task: Task,
    seen: Survey,
    wanted: Bools,
    scales: Floats,
) -> tuple[Floats, Bools]:
    """The second pass: (P, W, L1) by stratum, over the days of a pair + 2; and which pairs count."""
    good, below = wanted.astype(np.uint8), np.zeros((len(seen.strata), len(task.windows), task.days))
    form.kernel.second(
        form.level,
        _given(estimation, event, task)
        | _designed(bounds, given, task)
        | _of_gaps(seen, good)
        | {"scales": np.ascontiguousarray(scales, dtype=np.float64), "below": below},
    )
    return below, good.view(np.bool_)
