"""The kernel in the form that runs: compiled where it was built and is made for the task, else NumPy."""

from __future__ import annotations

from eventstudy import native
from eventstudy.engine import compiled, whole
from eventstudy.engine.arrays import Bools, Floats, Ints
from eventstudy.engine.least_squares import Designs, Task
from eventstudy.engine.whole import Found


def form_for(task: Task, given: Designs) -> native.Form | None:
    """The compiled form; None: NumPy."""
    form = native.form()
    return form if form.kernel is not None and compiled.takes(task, given.basis.shape[2]) else None


def rows_at_once(width: int, task: Task, regressors: int) -> int:
    """How many pairs with windows of `width` days make a chunk: few for NumPy, more where little is done a chunk."""
    form = native.form()
    if form.kernel is not None and compiled.takes(task, regressors):
        return compiled.ROWS
    return whole.rows_at_once(width)


def first(estimation: Floats, event: Floats, bounds: Ints, given: Designs, task: Task) -> Found:
    """The first pass over a chunk of pairs that have all their days; see `whole.first`."""
    form = form_for(task, given)
    if form is None:
        return whole.first(estimation, event, bounds, given, task)
    return compiled.first(form, estimation, event, bounds, given, task)


def second(
    estimation: Floats, event: Floats, bounds: Ints, given: Designs, task: Task, scales: Floats
) -> tuple[Floats, Bools]:
    """The second pass; see `whole.second`."""
    form = form_for(task, given)
    if form is None:
        return whole.second(estimation, event, bounds, given, task, scales)
    return compiled.second(form, estimation, event, bounds, given, task, scales)
