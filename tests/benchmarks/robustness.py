"""`python -m tests.benchmarks.robustness`: 500 specifications of 16 tickers in one call, against the one study they vary.

Times are CPU seconds of calls in one process, without imports, medians of interleaved repetitions. The yardstick is the engine
of a single study from the same prices: lined up, fitted, the headline of each window asked. Beside it stands the fit alone,
which is stricter.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

BUDGET = 10.0
RUNS = 7


def seconds(calls: dict[str, Callable[[], object]], runs: int = RUNS) -> dict[str, float]:
    """Median CPU seconds of each call, measured in turn after one warm-up each."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(runs + 1):
        for name, call in calls.items():
            start = time.process_time()
            call()
            if turn:
                taken[name].append(time.process_time() - start)
    return {name: statistics.median(times) for name, times in taken.items()}


def main() -> None:
    """Print the ratios."""
    from eventstudy.analyses.base import all_prices
    from eventstudy.analyses.robustness import robustness
    from eventstudy.request import run
    from eventstudy.study.study import EventStudy

    result = run("deepseek-r1", day0="recognised")
    prices, study = all_prices(result), EventStudy(result.config)
    spans = [(-260 + 10 * i, -11) for i in range(10)]
    n = len(robustness(result, prices, estimation_windows=spans).specifications)
    calls: dict[str, Callable[[], object]] = {
        "robustness": lambda: robustness(result, prices, estimation_windows=spans),
        "a study with its answers": lambda: study.run(result.events, prices, day0="recognised").answers,
        "a study, fitted only": lambda: study.run(result.events, prices, day0="recognised"),
    }
    took = seconds(calls)
    print(f"\n{n} specifications x {result.returns.n} tickers: {1000 * took['robustness']:.0f} ms", end="")
    for name in list(calls)[1:]:
        ratio = took["robustness"] / took[name]
        print(f"; {ratio:.1f}x {name} ({1000 * took[name]:.0f} ms), budget {BUDGET:.0f}x", end="")
    print()


if __name__ == "__main__":
    main()
