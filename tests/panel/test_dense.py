"""One table of returns for many pairs: what is counted and turned over at once is what plain code finds one by one."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from eventstudy.config import StudyConfig
from eventstudy.panel.dense import last_row, near_events, returns_by_security
from eventstudy.panel.grid import reach
from eventstudy.prices import load_prices

from tests.worlds import closes


@pytest.mark.parametrize("near", [0, 1, 5, 40])
def test_days_near_events_are_those_of_firms_with_several(near: int) -> None:
    rng = np.random.default_rng(near)
    security, row = rng.integers(0, 4, 9), rng.integers(0, 60, 9)
    wanted = np.zeros((5, 60), dtype=bool)
    for s, r in zip(security.tolist(), row.tolist(), strict=True):
        if len(set(row[security == s].tolist())) > 1:
            wanted[s, max(r - near, 0) : r + near + 1] = True
    found = near_events(security, row, (5, 60), near)
    assert found is not None
    np.testing.assert_array_equal(found, wanted)
    assert near_events(np.array([0, 1]), np.array([3, 3]), (5, 60), near) is None


def test_the_last_row_with_a_price() -> None:
    table = np.array([[1.0, np.nan, 3.0, np.nan], [1.0, np.nan, np.nan, 2.0], [2.0, np.nan, np.nan, np.nan]])
    assert last_row(table).tolist() == [2, -1, 0, 1]
    assert last_row(table[:0]).tolist() == [-1] * 4


@pytest.mark.parametrize("kind", ["simple", "log"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_returns_are_those_of_each_security_however_prices_lie_in_memory(order: Literal["C", "F"], kind: Any) -> None:
    frame = closes(3, ("AAA", "BBB", "CCC"))
    frame.iloc[40:43, 1], frame.iloc[:10, 2], frame.iloc[-5:, 0] = np.nan, np.nan, np.nan
    made = pd.DataFrame(np.array(frame.to_numpy(), order=order), frame.index, frame.columns, copy=False)
    prices, days = load_prices(path=made), frame.index.to_numpy("datetime64[D]")
    names = ("CCC", "AAA")
    config = StudyConfig(calendar=None, returns=kind)
    returns, span, last = returns_by_security(prices, names, days, config)
    before = -reach(config).start
    wanted = frame[list(names)].to_numpy()
    wanted = wanted[1:] / wanted[:-1]
    wanted = wanted - 1 if kind == "simple" else np.log(wanted)
    inside = returns[:, before : before + len(days)]
    assert span is None
    assert np.isnan(returns[:, :before]).all()
    assert np.isnan(returns[:, before + len(days) :]).all()
    assert np.isnan(inside[:, 0]).all()
    np.testing.assert_allclose(inside[:, 1:].T, wanted, rtol=0, atol=1e-15)
    assert last.tolist() == [len(days) - 1, len(days) - 6]
