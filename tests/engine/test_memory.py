"""What the engine of many events holds in memory: a chunk, the designs and sums; never (events x days) of the whole study."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable

import pandas as pd
import pytest
from eventstudy.panel.dense import Dense
from eventstudy.study import passes
from eventstudy.study.study import EventStudy

from tests.worlds import many

MIB = 2**20


def peak_of(call: Callable[[], object]) -> float:
    """The most bytes that a call held at once, beside what was there before."""
    tracemalloc.start()
    try:
        call()
        return float(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_memory_grows_with_the_block_and_not_with_the_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "BLOCK", 500)
    data = many(1, securities=60, days=900, events=12_000, dates=200, gaps=0.0005)
    study = EventStudy(calendar=None, benchmark="M0")
    own = pd.DataFrame(
        {"ticker": data.events["ticker"], "date": data.events["date"], "event_id": data.events["event_id"]}
    )

    def peak(events: int) -> float:
        return peak_of(lambda: study.run(own.head(events), data.prices, keep="aggregate"))

    peak(100)  # what is made once
    few, all_of_them = peak(2_000), peak(12_000)
    assert all_of_them - few < 0.2 * 10_000 * 271 * 8  # a fifth of what the windows of the others would take


def grids() -> list[Dense]:
    gc.collect()
    return [one for one in gc.get_objects() if isinstance(one, Dense)]


def test_a_result_of_sums_does_not_hold_the_table_of_returns() -> None:
    data = many(1, securities=8, days=500, events=90, dates=9)
    others = grids()
    result = EventStudy(calendar=None, benchmark="M0").run(data.events, data.prices, keep="aggregate")
    held = [grid for grid in grids() if all(grid is not one for one in others)]
    assert result.n_events > 0
    assert held, "prices are looked at later, by the days of the pairs"
    assert all(grid.returns.size == 0 and grid.busy is None for grid in held)
