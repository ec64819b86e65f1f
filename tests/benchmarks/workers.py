"""How much faster two processes fit a GARCH model than one: `python -m tests.benchmarks.workers [pairs]`.

Wall time, so the machine must be idle; one and two take turns, starting the processes and importing arch is in it.
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import numpy as np


def measure(pairs: int = 600, runs: int = 3) -> dict[str, float]:
    """Median seconds of one process and of two, started alike, and their ratio; the fits are compared bit by bit."""
    from eventstudy import plugins
    from eventstudy.models import fit_pairs
    from eventstudy.parallel import Processes

    from tests.oracles.test_models_garch import clustered

    made, model = clustered(pairs), plugins.load("models", "garch")
    taken: dict[int, list[float]] = {1: [], 2: []}
    fits = {}
    for _ in range(runs):
        for workers, times in taken.items():
            start = time.perf_counter()
            fits[workers] = fit_pairs(model, made, 100, Processes(workers))
            times.append(time.perf_counter() - start)
    assert np.array_equal(fits[1].params, fits[2].params, equal_nan=True)
    one, two = (statistics.median(times) for times in taken.values())
    return {"pairs": pairs, "one": one, "two": two, "ratio": one / two}


if __name__ == "__main__":
    print(json.dumps(measure(*(int(a) for a in sys.argv[1:]))))
