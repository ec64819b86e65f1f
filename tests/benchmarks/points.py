"""One figure of the engine in a process of its own: `python -m tests.benchmarks.points '{"events": 1000, ...}'` prints JSON.

CPU seconds on one thread, median of repetitions in which the study and its yardsticks take turns; imports and the making of the
panel are not counted. `peak` is the most memory the process held, in MiB; `panel` that of the prices.
"""

from __future__ import annotations

import json
import statistics
import sys
from typing import Any

import numpy as np
import pandas as pd
from eventstudy.study.study import EventStudy
from eventstudy.units.windows import Window

from tests.benchmarks import engine


def study_of(case: dict[str, Any]) -> tuple[EventStudy, int]:
    """The study of a case, and how many factors it needs; none for the market model."""
    event, estimation = case.get("event", 21), case.get("estimation", 250)
    half = (event - 1) // 2
    windows = [w for w in engine.WINDOWS if -half <= w[0] and w[1] <= half] or [(0, 0)]
    factors = int(case.get("factors", 0))
    study = EventStudy(
        model="factors" if factors else "market",
        benchmark="MKT",
        calendar=None,
        estimation_window=(-10 - half - estimation, -11 - half),
        event_window=(-half, event - 1 - half),
        windows=windows,
        min_estimation=min(100, estimation),
    )
    return study, factors


def figure(case: dict[str, Any]) -> dict[str, Any]:
    """What a case costs, beside its yardsticks."""
    data = engine.panel(case.get("securities", 2000), case.get("days", 5000), case["events"])
    study, k = study_of(case)
    factors = data.factors.iloc[:, :k].assign(rf=0.0) if k else None

    traded = engine.as_traded(data) if case.get("cents") else data

    def run(data: engine.Panel = data) -> object:
        found = study.run(data.events, data.prices, factors=factors, keep="aggregate")
        return [list(answer.tests.items()) for answer in found.answers.values()]

    if traded is not data:
        run(traded)
    if case["events"] < 500_000:
        run()  # once, so that no repetition pays for what is made on first use
    runs = 1 if case["events"] >= 500_000 else case.get("runs", 3)
    loop = case.get("loop", True) and not k
    taken: dict[str, list[float]] = {"study": [], "read": [], "sort": [], "loop": [], "traded": []}
    peak = 0.0
    for _ in range(runs):
        taken["study"].append(engine.cpu(run, 1))
        peak = max(peak, engine.peak())
        taken["read"].append(engine.touch(data)[0])
        taken["sort"].append(engine.ordering(case["events"]))
        if traded is not data:
            taken["traded"].append(engine.cpu(lambda: run(traded), 1))
        if loop:
            taken["loop"].append(engine.bare(data, min(500, case["events"] // 2)) * case["events"])
    found: dict[str, Any] = {name: statistics.median(times) for name, times in taken.items() if times}
    return case | found | {"peak": peak, "panel": data.prices.size * 8 / 2**20, "runs": runs}


def agreement(events: int = 300) -> float:
    """The largest difference between the mean CAR of the study and that of the bare loop, over the events without a gap.

    The loop knows of no other events, so that no days near them are left out here.
    """
    import statsmodels.api as sm

    data = engine.panel(200, 2000, events)
    whole = data.prices.to_numpy()
    returns = whole[1:] / whole[:-1] - 1
    cars, kept = [], []
    for i, (column, row) in enumerate(zip(data.column, data.row - 1, strict=True)):
        y, x = returns[row - 260 : row + 11, column], returns[row - 260 : row + 11, -1]
        if np.isfinite(y).all() and len(y) == engine.BYTES_OF:
            fit = sm.OLS(y[:250], sm.add_constant(x[:250])).fit()
            cars.append((y[250:] - fit.params[0] - fit.params[1] * x[250:]).sum())
            kept.append(i)
    study = engine.study(mask_other_events=None)
    found = study.run(pd.DataFrame(data.events.iloc[kept]), data.prices, keep="aggregate")
    return abs(found.answer(Window(*engine.EVENT)).caar - float(np.mean(cars)))


if __name__ == "__main__":
    print(json.dumps(figure(json.loads(sys.argv[1])) if len(sys.argv) > 1 else agreement()))
