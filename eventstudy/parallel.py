"""How independent jobs are run: one after the other, in threads or in processes.

Results come in the order of the jobs, so they do not depend on how many run at once, nor on a worker that is lost on the way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from eventstudy.errors import InvalidRequest, Sentence, WorkerLost

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

R = TypeVar("R")
Done = Callable[[int, int], object]
"""Called after each job: how many are done, and how many there are."""

ATTEMPTS = 3
"""How often the jobs that a lost worker left behind are handed out again before they are given up."""


class Executor(Protocol):
    """Runs `function(shared, job)` for every job."""

    def run(
        self,
        function: Callable[[Any, Any], R],
        shared: Any,
        jobs: Sequence[Any],
        done: Done | None = None,
        fold: Callable[[R], object] | None = None,
    ) -> list[R]:
        """The results, in the order of the jobs. What is `shared` by all jobs travels once to each worker.

        With `fold` each result is handed to it instead, in the order of the jobs, and none is kept.
        """
        ...


class Results(Generic[R]):
    """Results as they arrive, handed on in the order of the jobs."""

    def __init__(self, n: int, done: Done | None, fold: Callable[[R], object] | None) -> None:
        """Of `n` jobs."""
        self._n, self._done, self._fold = n, done, fold
        self._found: dict[int, R] = {}
        self._folded = 0

    def put(self, i: int, result: R) -> None:
        """Take the result of job i."""
        self._found[i] = result
        while self._fold and self._folded in self._found:
            self._fold(self._found.pop(self._folded))
            self._folded += 1
        if self._done:
            self._done(self._folded + len(self._found), self._n)

    @property
    def left(self) -> list[int]:
        """The jobs without a result."""
        return [i for i in range(self._folded, self._n) if i not in self._found]

    def all(self) -> list[R]:
        """Those that were not handed on."""
        return [self._found[i] for i in range(self._folded, self._n)]


@dataclass(frozen=True)
class Serial:
    """One job after the other, in this process."""

    def run(
        self,
        function: Callable[[Any, Any], R],
        shared: Any,
        jobs: Sequence[Any],
        done: Done | None = None,
        fold: Callable[[R], object] | None = None,
    ) -> list[R]:
        """See `Executor`."""
        results = Results[R](len(jobs), done, fold)
        for i, job in enumerate(jobs):
            results.put(i, function(shared, job))
        return results.all()


@dataclass(frozen=True)
class Threads:
    """Several threads of this process, for functions that work without the interpreter's lock; nothing is copied."""

    workers: int

    def run(
        self,
        function: Callable[[Any, Any], R],
        shared: Any,
        jobs: Sequence[Any],
        done: Done | None = None,
        fold: Callable[[R], object] | None = None,
    ) -> list[R]:
        """See `Executor`."""
        from concurrent.futures import ThreadPoolExecutor

        results = Results[R](len(jobs), done, fold)
        with (
            one_thread(),
            ThreadPoolExecutor(self.workers) as pool,
        ):  # around all of them, since it holds for the process
            waiting = deque(pool.submit(function, shared, job) for job in jobs)
            try:
                for i in range(len(jobs)):
                    results.put(i, waiting.popleft().result())
            finally:
                pool.shutdown(cancel_futures=True)
        return results.all()


@dataclass(frozen=True)
class Processes:
    """Several processes on this machine; `function` must be importable, and `shared` and jobs must pickle."""

    workers: int

    def run(
        self,
        function: Callable[[Any, Any], R],
        shared: Any,
        jobs: Sequence[Any],
        done: Done | None = None,
        fold: Callable[[R], object] | None = None,
    ) -> list[R]:
        """See `Executor`. The jobs of a process that is killed are done by a new one.

        Raises:
            WorkerLost: processes died again and again.
        """
        from concurrent.futures import ProcessPoolExecutor
        from concurrent.futures.process import BrokenProcessPool
        from multiprocessing import get_context

        results = Results[R](len(jobs), done, fold)
        for _ in range(ATTEMPTS):
            pool = ProcessPoolExecutor(self.workers, get_context("spawn"), _keep, (function, shared))
            try:
                _collect(pool, jobs, results)
            except BrokenProcessPool:
                continue
            finally:
                pool.shutdown(cancel_futures=True)
            return results.all()
        raise lost(len(results.left), len(jobs))


def _collect(pool: ProcessPoolExecutor, jobs: Sequence[Any], results: Results[R]) -> None:
    """Hand out the jobs that have no result yet, and take the results, those of a broken pool too."""
    from concurrent.futures.process import BrokenProcessPool

    waiting: dict[int, Future[R]] = {}
    try:
        for i in results.left:
            waiting[i] = pool.submit(_call, jobs[i])
        for i in list(waiting):
            results.put(i, waiting[i].result())
            del waiting[i]
    except BrokenProcessPool:
        whole = [i for i, f in waiting.items() if f.done() and not f.cancelled() and f.exception() is None]
        for i in whole:
            results.put(i, waiting[i].result())
        raise


def lost(left: int, n: int) -> WorkerLost:
    """The error of jobs that no worker lived to finish."""
    return WorkerLost(
        Sentence("workers died {attempts} times in a row", attempts=ATTEMPTS),
        available=Sentence("{n} of {all} parts of the work are done", n=n - left, all=n),
        hint=Sentence("was the memory used up? use fewer --workers"),
    )


def executor(workers: int) -> Executor:
    """`Serial` for one worker, `Processes` for more.

    Raises:
        InvalidRequest: fewer than one.
    """
    if workers < 1:
        raise InvalidRequest(Sentence("{workers} workers cannot work", workers=workers), hint=Sentence("use 1 or more"))
    return Serial() if workers == 1 else Processes(workers)


@contextmanager
def one_thread() -> Iterator[None]:
    """Linear algebra within the block runs on one thread: sums are then added up alike on every machine, in every worker.

    That needs threadpoolctl (extras `scale` and `garch`); without it the number of threads is the machine's.
    """
    try:
        libraries = _libraries()
    except ImportError:
        yield
        return
    with libraries.limit(limits=1):
        yield


@cache
def _libraries() -> Any:
    """The libraries of linear algebra; to find them costs as much as the study of one event."""
    import scipy.linalg  # noqa: F401 - brings a library of its own, which is held back only once it is loaded
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


_kept: list[Any] = []


def _keep(function: Callable[[Any, Any], Any], shared: Any) -> None:
    _kept[:] = [function, shared]


def _call(job: Any) -> Any:
    function, shared = _kept
    return function(shared, job)
