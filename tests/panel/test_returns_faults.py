"""Every fault planted in the C of the table of returns is noticed by its tests."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from eventstudy import native

from tests.engine.test_compiled_faults import judged, made, pytestmark  # noqa: F401 - a fixture, and what it needs
from tests.panel import test_dense

FAULTS = {
    "close[t] / before[t] - 1": "close[t] / before[t]",
    "    out[0] = NAN": "    out[0] = 0",
    "close[1][l] = NAN": "close[1][l] = 1",
    "t < r->before": "t < 0",
    "t < r->width": "t < 0",
    "!isfinite(close[sessions - 1])": "0",
    "r->row[t] != r->row[0] + t": "0",
    "series_of(&r->close, j) + r->row[0]": "series_of(&r->close, j)",
    "now[l] = NAN": "now[l] = 1",
    "at[l] + row * g->day, sizeof": "at[l] + (t + d) * g->day, sizeof",
    "fabs(now[l]) < INFINITY ?": "1 ?",
    "close[~d & 1]": "close[1]",
    "= block[d][l]": "= block[0][l]",
    "j % ACROSS == 0": "j == 0",
    "t + LANES <= n; t += LANES": "t + LANES <= n; t = n",
    "low[l] = one < low[l]": "low[l] = one > low[l]",
    "high[l] = one > high[l]": "high[l] = one > low[l]",
    "low[0] = close[t] < low[0] ? close[t] : low[0]": "low[0] = close[t]",
    "high[0] = close[t] > high[0] ? close[t] : high[0]": "high[0] = close[t]",
    "high[0] = high[l] > high[0] ? high[l] : high[0]": "",
    "least[j] = one < least[j]": "least[j] = one > least[j]",
    "most[j] = one > most[j]": "most[j] = one < most[j]",
}
ORDERS: tuple[Literal["C", "F"], ...] = ("C", "F")


def judge(patch: pytest.MonkeyPatch) -> None:
    for order in ORDERS:
        for days in (0, 1, 31, 33, 97):
            test_dense.test_bounds_of_closes_are_those_of_plain_code(order, days)
        for seed in range(4):
            test_dense.test_compiled_returns_have_the_bits_of_the_plain_form(order, seed, patch)
        patch.setenv(native.VARIABLE, "1")
        test_dense.test_returns_are_those_of_each_security_however_prices_lie_in_memory(order, "simple")


@pytest.mark.parametrize("old", [None, *FAULTS])
def test_a_fault_is_noticed(old: str | None, made: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    kernel = made("returns.c", old or "static", FAULTS[old] if old else "static")
    judged(kernel, lambda: judge(monkeypatch), monkeypatch, faulty=old is not None)
