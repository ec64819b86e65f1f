"""Jobs on a Dask cluster: the executor whose workers are other machines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from eventstudy import __version__
from eventstudy.errors import InvalidRequest, NothingUsable, Sentence
from eventstudy.parallel import ATTEMPTS, Done, Results, lost

if TYPE_CHECKING:
    from distributed import Client

R = TypeVar("R")
_PATIENCE = 10
"""Seconds that a scheduler has to answer."""


@dataclass(frozen=True)
class Cluster:
    """The workers of the Dask scheduler at `address`, such as tcp://10.0.0.1:8786; they have this version of eventstudy."""

    address: str

    def run(
        self,
        function: Callable[[Any, Any], R],
        shared: Any,
        jobs: Sequence[Any],
        done: Done | None = None,
        fold: Callable[[R], object] | None = None,
    ) -> list[R]:
        """See `eventstudy.parallel.Executor`. The jobs of a worker that is lost are done by another.

        Raises:
            InvalidRequest: distributed is not installed, no scheduler answers there, or workers have another version.
            NothingUsable: the scheduler has no workers.
            WorkerLost: workers died again and again.
        """
        results = Results[R](len(jobs), done, fold)
        with _client(self.address) as client:
            for _ in range(ATTEMPTS):
                _check(client, self.address)
                _collect(client, function, shared, jobs, results)
                if not results.left:
                    return results.all()
        raise lost(len(results.left), len(jobs))


def _client(address: str) -> Client:
    try:
        from distributed import Client
    except ImportError as error:
        raise InvalidRequest(
            Sentence("a Dask scheduler needs distributed, which is not installed"),
            hint=Sentence("pip install 'eventstudy-lab[scale]'"),
        ) from error
    try:
        return Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:  # a time that ran out is an OSError
        raise InvalidRequest(
            Sentence("no Dask scheduler answers at {address}: {said}", address=address, said=error),
            hint=Sentence("start one (dask scheduler) and give its address: --address tcp://HOST:8786"),
        ) from error


def _check(client: Client, address: str) -> None:
    """Refuse a scheduler without workers, and workers that would calculate something else."""
    versions = client.run(_version)
    if not versions:
        raise NothingUsable(
            Sentence("the Dask scheduler at {address} has no workers", address=address),
            hint=Sentence("dask worker {address}", address=address),
        )
    for worker, version in versions.items():
        if version != __version__:
            raise InvalidRequest(
                Sentence(
                    "the worker {worker} has eventstudy {version}, not {ours}",
                    worker=worker,
                    version=version,
                    ours=__version__,
                ),
                hint=Sentence("install the same version on all machines"),
            )


def _version() -> str:
    return __version__


def _collect(
    client: Client, function: Callable[[Any, Any], R], shared: Any, jobs: Sequence[Any], results: Results[R]
) -> None:
    """Take results; those that lost workers took with them are left out, to be asked for once more."""
    from distributed import KilledWorker, as_completed
    from distributed.client import FutureCancelledError

    (held,) = client.scatter([shared], broadcast=True, hash=False)
    futures = {client.submit(_call, function, held, jobs[i], pure=False): i for i in results.left}
    for future in as_completed(list(futures), loop=client.loop):
        try:
            results.put(futures[future], future.result())
        except (KilledWorker, FutureCancelledError):  # what was shared may have died with the workers that held it
            continue
        future.release()


def _call(function: Callable[[Any, Any], R], shared: Any, job: Any) -> R:
    return function(shared, job)
