"""The kernel in the form that runs: compiled where it was built and is made for the task, else NumPy."""

from __future__ import annotations

from eventstudy import native
from eventstudy.engine import compiled
from eventstudy.engine.compiled import Task


def form_for(task: Task, regressors: int) -> native.Form | None:
    """The compiled form; None: NumPy."""
    form = native.form()
    return form if form.kernel is not None and compiled.takes(task, regressors) else None
