"""One table of returns for many pairs: what is counted and turned over at once is what plain code finds one by one."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from eventstudy import native
from eventstudy.config import StudyConfig
from eventstudy.panel.dense import last_row, returns_by_security
from eventstudy.panel.grid import reach, rows_of
from eventstudy.panel.marks import as_bits, bits_at, near_events
from eventstudy.prices import load_prices

from tests.worlds import closes

compiled = pytest.mark.skipif(native.form().kernel is None, reason=f"no compiled kernel: {native.form().why}")


@pytest.mark.parametrize("near", [0, 1, 5, 40])
@pytest.mark.parametrize(("securities", "events"), [(5, 10), (300, 900)])
def test_days_near_events_are_those_of_firms_with_several(near: int, securities: int, events: int) -> None:
    """Securities fill several rounds and the last of these in part; the last security has one event alone."""
    rng = np.random.default_rng(near)
    last = securities - 1
    security, row = np.append(rng.integers(0, last, events - 1), last), rng.integers(0, 60, events)
    wanted = np.zeros((securities, 60), dtype=bool)
    for s, r in zip(security.tolist(), row.tolist(), strict=True):
        if len(set(row[security == s].tolist())) > 1:
            wanted[s, max(r - near, 0) : r + near + 1] = True
    found = near_events(security * 60 + row, wanted.shape, near)
    assert found is not None
    assert len(found) == -(-wanted.size // 64) + 1
    np.testing.assert_array_equal(bits_at(found, np.arange(wanted.size).reshape(wanted.shape)), wanted)
    np.testing.assert_array_equal(found[:-1], as_bits(wanted))
    assert near_events(np.array([3, 63, 63]), (5, 60), near) is None


@pytest.mark.parametrize("n", [0, 1, 63, 64, 65, 200])
def test_bits_are_marks_by_their_number(n: int) -> None:
    marks = np.random.default_rng(n).random(n) < 0.4
    bits = as_bits(marks)
    assert [int(word) for word in bits] == [
        sum(1 << t for t in range(64) if w + t < n and marks[w + t]) for w in range(0, n, 64)
    ]
    np.testing.assert_array_equal(bits_at(bits, np.arange(n)), marks)


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


@compiled
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("seed", range(4))
def test_compiled_returns_have_the_bits_of_the_plain_form(
    order: Literal["C", "F"], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of some columns in any order, on days of the table, on some of them, and on days that it lacks."""
    rng = np.random.default_rng(seed)
    values = 50 * np.exp(np.cumsum(rng.normal(0, 0.02, (90, 75)), axis=0))
    values[rng.random(values.shape) < 0.1] = values[70:, 3] = values[:, 5] = np.nan
    days = pd.bdate_range("2020-01-01", periods=90)
    frame = pd.DataFrame(np.array(values, order=order), days, [f"T{i}" for i in range(75)], copy=False)
    prices, config = load_prices(path=frame.dropna(axis=1, how="all")), StudyConfig(calendar=None)
    names = tuple(rng.permutation(prices.tickers)[: rng.integers(1, 70)].tolist())
    own = days.to_numpy("datetime64[D]")
    more = np.concatenate([own[:1] - 9, np.delete(own, [5, 50, 51]), own[-1:] + 9])
    for sessions in (own, own[10:60], more, own[::2], own[:1], own[:0]):
        found = {}
        for form in "01":
            monkeypatch.setenv(native.VARIABLE, form)
            found[form] = returns_by_security(prices, names, sessions, config)
        np.testing.assert_array_equal(found["1"][0], found["0"][0])
        np.testing.assert_array_equal(found["1"][2], found["0"][2])


@compiled
@pytest.mark.parametrize("days", [0, 1, 31, 33, 97])
@pytest.mark.parametrize("order", ["C", "F"])
def test_bounds_of_closes_are_those_of_plain_code(order: Literal["C", "F"], days: int) -> None:
    form, rng = native.form(), np.random.default_rng(days)
    values = rng.normal(size=(days, 9))
    values[rng.random(values.shape) < 0.3] = np.nan
    values[:1, 2], values[-1:, 4], values[:, 7] = np.inf, -np.inf, np.nan
    which, close = rng.permutation(9)[:6], np.array(values, order=order)
    least, most = np.empty((2, 6))
    for level in range(form.level + 1):
        form.kernel.bounds(level, close, which, least, most)
        for k, j in enumerate(which.tolist()):
            there = values[~np.isnan(values[:, j]), j].tolist()
            assert (least[k], most[k]) == (min(there, default=np.inf), max(there, default=-np.inf))
    with pytest.raises(ValueError, match="bytes"):
        form.kernel.bounds(0, close, which, least[:5], most)
    with pytest.raises(ValueError, match="which lies outside"):
        form.kernel.bounds(0, close, which + 4, least, most)


@pytest.mark.parametrize("few", [1, 40])
def test_days_find_their_rows_as_by_bisection(few: int) -> None:
    days = np.unique(np.random.default_rng(0).integers(0, 90, 30)).astype("datetime64[D]")
    some = np.random.default_rng(1).integers(-20, 120, few).astype("datetime64[D]")
    assert rows_of(days, some).tolist() == np.searchsorted(days, some).tolist()
    assert rows_of(days[:0], some).tolist() == [0] * few


@compiled
@pytest.mark.parametrize("what", ["which", "row", "before", "sessions", "narrow", "turned", "last", "single", "set"])
def test_returns_that_do_not_fit_are_refused(what: str) -> None:
    kernel, close = native.form().kernel, np.ones((20, 3))
    returns: Any = np.empty((2, 12))
    which, row, last = np.array([2, 0]), np.arange(3, 11), np.empty(2, np.int64)
    kernel.returns(0, close, which, row, 4, returns, last)
    before, level = {"before": 5}.get(what, 4), native.form().level + 1 if what == "set" else 0
    which = which + 1 if what == "which" else which
    row = {"row": row - 4, "sessions": np.arange(9)}.get(what, row)
    returns = {"narrow": returns[:, ::2], "turned": np.empty((12, 2)).T, "single": np.empty((2, 12), np.float32)}.get(
        what, returns
    )
    last = last[:1] if what == "last" else last
    with pytest.raises((ValueError, BufferError)):
        kernel.returns(level, close, which, row, before, returns, last)


@compiled
def test_a_session_that_is_no_day_of_the_table_is_one_past_its_last() -> None:
    kernel, close, returns, last = native.form().kernel, np.ones((20, 3)), np.empty((3, 4)), np.empty(3, np.int64)
    kernel.returns(0, close, None, np.array([18, 19, 20]), 1, returns, last)
    np.testing.assert_array_equal(returns, np.tile([np.nan, np.nan, 0, np.nan], (3, 1)))
    assert last.tolist() == [1] * 3
    with pytest.raises(ValueError, match="row lies outside"):
        kernel.returns(0, close, None, np.array([18, 19, 21]), 1, returns, last)
