"""Where the time of many events goes: CPU time of each stage of a study from prices to answers, without that of stages within.

`python -m tests.benchmarks stages` puts the table of 100,000 events beside the figures of the site.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from tests.benchmarks import figures
from tests.benchmarks.engine import answers, bare, panel

STAGES = {
    "events read and put into columns": ("study.many.as_columns",),
    "day 0: exchanges, sessions, moments": ("panel.line_up.place",),
    "table of returns, events near others": ("panel.line_up._dense", "study.many.line_up"),
    "kernel: days and windows of each pair": ("engine.compiled.survey",),
    "kernel: fit, ranks, runs, sums": ("engine.compiled.first",),
    "kernel: windows among the days, days around": ("engine.compiled.second",),
    "around the kernel, blocks put together": ("study.passes.first_pass", "study.passes.second_pass"),
    "tables of dates put together": ("study.evidence.Evidence.dates", "engine.correlation.DateTables.merged"),
    "correlations": ("engine.correlation.DateTables.mean_correlation",),
    "looks at prices: the first look": ("prices._quality.first_look",),
    "looks at prices: the rest": ("panel.flagged._flags_on", "panel.flagged._widen", "prices._table.PriceTable.part"),
    "tests": ("study.result.ask",),
}
"""Stage -> the functions of eventstudy that do it."""
OTHER = "other"


class Clock:
    """Adds up the CPU time of stages, each without those that it calls."""

    def __init__(self) -> None:
        """Nothing was measured."""
        self.seconds: dict[str, float] = {}
        self.within: list[float] = []

    def timed(self, stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """The function, measured as a part of a stage."""

        @functools.wraps(call)
        def measured(*words: Any, **more: Any) -> Any:
            start = time.process_time()
            self.within.append(0.0)
            try:
                return call(*words, **more)
            finally:
                taken, others = time.process_time() - start, self.within.pop()
                self.seconds[stage] = self.seconds.get(stage, 0.0) + taken - others
                if self.within:
                    self.within[-1] += taken

        return measured


def _watch(clock: Clock) -> None:
    for stage, places in STAGES.items():
        for place in places:
            module, _, name = f"eventstudy.{place}".rpartition(".")
            owner: Any = import_module(module) if module.split(".")[-1].islower() else None
            if owner is None:
                within, _, kind = module.rpartition(".")
                owner = getattr(import_module(within), kind)
            found = vars(owner)[name]
            made = clock.timed(stage, found.__func__ if isinstance(found, classmethod) else found)
            setattr(owner, name, classmethod(made) if isinstance(found, classmethod) else made)


def measure(securities: int = 2000, days: int = 5000, events: int = 100_000, runs: int = 7) -> dict[str, Any]:
    """Microseconds an event of each stage, the least of some runs, and of the bare loop; of one process and one thread."""
    data = panel(securities, days, events)
    answers(data)  # once, so that no run pays for what is made on first use
    clock, each, every = Clock(), dict[str, float](), []
    _watch(clock)
    for _ in range(runs):
        clock.seconds.clear()
        start = time.process_time()
        answers(data)
        every.append(time.process_time() - start)
        clock.seconds[OTHER] = every[-1] - sum(clock.seconds.values())
        for stage, seconds in clock.seconds.items():
            each[stage] = min(each.get(stage, seconds), seconds)
    micro = 1e6 / events
    return {
        "events": events,
        "securities": securities,
        "days": days,
        "stages": {stage: round(each[stage] * micro, 2) for stage in (*STAGES, OTHER) if stage in each},
        "all": round(min(every) * micro, 2),
        "loop": round(1e6 * min(bare(data) for _ in range(3)), 1),
        "on": figures.on(),
    }
