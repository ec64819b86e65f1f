"""Who works: the words of the command become an executor."""

from __future__ import annotations

from eventstudy.errors import InvalidRequest
from eventstudy.parallel import Executor, executor


def executor_of(workers: int = 1, scheduler: str = "processes", address: str | None = None) -> Executor:
    """`workers` processes on this machine, or the workers of the Dask scheduler at `address`.

    Raises:
        InvalidRequest: words that contradict each other.
    """
    if scheduler not in ("processes", "dask"):
        raise InvalidRequest(f"there is no scheduler {scheduler!r}", available="processes, dask")
    if scheduler == "processes":
        if address is not None:
            raise InvalidRequest("an address is that of a Dask scheduler", hint=f"--scheduler dask --address {address}")
        return executor(workers)
    if address is None:
        raise InvalidRequest("which Dask scheduler is not said", hint="name it: --address tcp://HOST:8786")
    if workers != 1:
        raise InvalidRequest("a Dask scheduler has its own workers", hint="leave out --workers, or --scheduler dask")
    from eventstudy.scale.cluster import Cluster

    return Cluster(address)
