"""How independent jobs are run: one after the other, or in processes. Results come in the order of the jobs, so they do not
depend on how many run at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Protocol, TypeVar

from eventstudy.errors import InvalidRequest

R = TypeVar("R")
Done = Callable[[int, int], object]
"""Called after each job: how many are done, and how many there are."""


class Executor(Protocol):
    """Runs `function(shared, job)` for every job."""

    def run(
        self, function: Callable[[Any, Any], R], shared: Any, jobs: Sequence[Any], done: Done | None = None
    ) -> list[R]:
        """The results, in the order of the jobs. What is `shared` by all jobs travels once to each worker."""
        ...


@dataclass(frozen=True)
class Serial:
    """One job after the other, in this process."""

    def run(
        self, function: Callable[[Any, Any], R], shared: Any, jobs: Sequence[Any], done: Done | None = None
    ) -> list[R]:
        """See `Executor`."""
        found = []
        for i, job in enumerate(jobs, 1):
            found.append(function(shared, job))
            if done:
                done(i, len(jobs))
        return found


@dataclass(frozen=True)
class Processes:
    """Several processes on this machine; `function` must be importable, and `shared` and jobs must pickle."""

    workers: int

    def run(
        self, function: Callable[[Any, Any], R], shared: Any, jobs: Sequence[Any], done: Done | None = None
    ) -> list[R]:
        """See `Executor`."""
        context = get_context("spawn")
        with ProcessPoolExecutor(self.workers, context, _keep, (function, shared)) as pool:
            found = []
            for i, result in enumerate(pool.map(_call, jobs), 1):
                found.append(result)
                if done:
                    done(i, len(jobs))
            return found


def executor(workers: int) -> Executor:
    """`Serial` for one worker, `Processes` for more.

    Raises:
        InvalidRequest: fewer than one.
    """
    if workers < 1:
        raise InvalidRequest(f"{workers} workers cannot work", hint="use 1 or more")
    return Serial() if workers == 1 else Processes(workers)


_kept: list[Any] = []


def _keep(function: Callable[[Any, Any], Any], shared: Any) -> None:
    _kept[:] = [function, shared]


def _call(job: Any) -> Any:
    function, shared = _kept
    return function(shared, job)
