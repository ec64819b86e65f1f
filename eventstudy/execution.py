"""How independent jobs are run: one after the other, or in processes. Results come in the order of the jobs, so they do not
depend on how many run at once, nor on a worker that is lost on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Protocol, TypeVar

from eventstudy.errors import InvalidRequest, WorkerLost

R = TypeVar("R")
Done = Callable[[int, int], object]
"""Called after each job: how many are done, and how many there are."""

ATTEMPTS = 3
"""How often the jobs that a lost worker left behind are handed out again before they are given up."""


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
        """See `Executor`. The jobs of a process that is killed are done by a new one.

        Raises:
            WorkerLost: processes died again and again.
        """
        found: dict[int, R] = {}
        for _ in range(ATTEMPTS):
            pool = ProcessPoolExecutor(self.workers, get_context("spawn"), _keep, (function, shared))
            try:
                _collect(pool, jobs, found, done)
            except BrokenProcessPool:
                continue
            finally:
                pool.shutdown(cancel_futures=True)
            return [found[i] for i in range(len(jobs))]
        raise lost(len(jobs) - len(found), len(jobs))


def _collect(pool: ProcessPoolExecutor, jobs: Sequence[Any], found: dict[int, R], done: Done | None) -> None:
    """Hand out the jobs that have no result yet, and put the results into `found`, those of a broken pool too."""
    waiting: dict[int, Future[R]] = {}
    try:
        for i, job in enumerate(jobs):
            if i not in found:
                waiting[i] = pool.submit(_call, job)
        for i, future in waiting.items():
            found[i] = future.result()
            if done:
                done(len(found), len(jobs))
    except BrokenProcessPool:
        whole = (i for i, f in waiting.items() if f.done() and not f.cancelled() and f.exception() is None)
        found.update({i: waiting[i].result() for i in whole})
        raise


def lost(left: int, n: int) -> WorkerLost:
    """The error of jobs that no worker lived to finish."""
    return WorkerLost(
        f"workers died {ATTEMPTS} times in a row",
        available=f"{n - left} of {n} parts of the work are done",
        hint="was the memory used up? use fewer --workers",
    )


def executor(workers: int) -> Executor:
    """`Serial` for one worker, `Processes` for more.

    Raises:
        InvalidRequest: fewer than one.
    """
    if workers < 1:
        raise InvalidRequest(f"{workers} workers cannot work", hint="use 1 or more")
    return Serial() if workers == 1 else Processes(workers)


@contextmanager
def one_thread() -> Iterator[None]:
    """Linear algebra within the block runs on one thread: sums are then added up alike on every machine, in every worker.

    That needs threadpoolctl (extras `scale` and `garch`); without it the number of threads is the machine's.
    """
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        yield
        return
    with threadpool_limits(limits=1):
        yield


_kept: list[Any] = []


def _keep(function: Callable[[Any, Any], Any], shared: Any) -> None:
    _kept[:] = [function, shared]


def _call(job: Any) -> Any:
    function, shared = _kept
    return function(shared, job)
