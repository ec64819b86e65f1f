"""Who works: the words of the command become an executor."""

from __future__ import annotations

from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.parallel import Executor, executor


def executor_of(workers: int = 1, scheduler: str = "processes", address: str | None = None) -> Executor:
    """`workers` processes on this machine, or the workers of the Dask scheduler at `address`.

    Raises:
        InvalidRequest: words that contradict each other.
    """
    if scheduler not in ("processes", "dask"):
        raise InvalidRequest(
            Sentence("there is no scheduler {scheduler!r}", scheduler=scheduler), available="processes, dask"
        )
    if scheduler == "processes":
        if address is not None:
            raise InvalidRequest(
                Sentence("an address is that of a Dask scheduler"),
                hint=Sentence("--scheduler dask --address {address}", address=address),
            )
        return executor(workers)
    if address is None:
        raise InvalidRequest(
            Sentence("which Dask scheduler is not said"), hint=Sentence("name it: --address tcp://HOST:8786")
        )
    if workers != 1:
        raise InvalidRequest(
            Sentence("a Dask scheduler has its own workers"), hint=Sentence("leave out --workers, or --scheduler dask")
        )
    from eventstudy.scale.cluster import Cluster

    return Cluster(address)
