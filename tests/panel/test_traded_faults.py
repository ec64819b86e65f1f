"""Every fault planted in the C of the days on which prices moved is noticed by its tests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.test_compiled_faults import judged, made, pytestmark  # noqa: F401 - a fixture, and what it needs
from tests.panel import test_own_days

FAULTS = {
    "moved[0] = begins[0] = close[0] == close[0]": "moved[0] = begins[0] = 0",
    "(close[t] != close[t - 1]))": "(close[t] > close[t - 1]))",
    "moved[t] = (uint8_t)((close[t] == close[t])": "moved[t] = (uint8_t)(1",
    "(close[t - 1] != close[t - 1]))": "(close[t - 1] == close[t - 1]))",
    "t < days; t++) prices +=": "t < days; t++) prices += 1 +",
    "(size_t)(end - mark)": "(size_t)(end - mark) / 2",
    "next && !has_before": "next",
    "n, prices > 0,": "n, 0,",
    "moved[t] &= w->known[from + t]": "moved[t] &= w->known[t]",
    "(uint8_t)(volume[from + t] != 0)": "(uint8_t)(volume[from + t] >= 0)",
    "astray[c] += in_both": "astray[c] = in_both",
    "able |= astray[c] <= w->most": "able |= astray[c] < w->most",
    "closed + from / 64": "closed",
    "if (!before) w->first[j]": "w->first[j]",
    "w->end[j] = from + n": "w->end[j] = n",
    "able ? count : 0": "count",
    "prices += trades_on": "prices = trades_on",
    "count += how_many(own[i])": "count = how_many(own[i])",
    "if (!*count) *first = from": "*first = from",
    "*count += there": "*count = there",
    "*end = from + some": "*end = from + FEW",
    "there && !count[j] ? t": "there ? t",
    "there ? t + 1 : end[j]": "there ? t : end[j]",
    "moved[t] = close[t] != close[before]": "moved[t] = 1",
    "begins) < 2": "begins) < 1",
    "mark + days / 8 * 8": "mark",
    "j % TOGETHER == 0": "j == 0",
    "rows + j % TOGETHER * g->days": "rows",
    "bits[t / 8] = (uint8_t)low_bits(eight)": "bits[t / 8] = (uint8_t)eight",
    "bits[days / 8] = (uint8_t)low_bits(eight)": "bits[days / 8] = (uint8_t)eight",
    "one[w] & other[w]": "one[w] | other[w]",
    "bits >> 1 & 0x5555555555555555u": "bits >> 1 & 0x1555555555555555u",
    "bits >> 2 & 0x3333333333333333u": "bits >> 2 & 0x3333333333333331u",
    "(bits >> 4)": "(bits >> 5)",
    "bits += bits >> 16": "bits += bits >> 17",
    "(bits >> 32)) & 0x7F": "(bits >> 32)) & 0x3F",
    "s->count[c * s->n + i]": "s->count[i * s->markets + c]",
}


def judge(patch: pytest.MonkeyPatch, kernel: Any) -> None:
    patch.setattr(test_own_days, "KERNEL", kernel)
    for days in test_own_days.DAYS:
        for order in test_own_days.ORDERS:
            test_own_days.test_days_on_which_prices_moved_are_those_of_plain_code(order, days)
            test_own_days.test_the_first_and_the_last_price_are_found(order, days)
        test_own_days.test_days_that_two_share_are_counted(days)
    for days in test_own_days.LONG:
        for order in test_own_days.ORDERS:
            test_own_days.test_days_of_trade_are_those_of_plain_code(order, days)


@pytest.mark.parametrize("old", [None, *FAULTS])
def test_a_fault_is_noticed(old: str | None, made: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    kernel = made("traded.c", old or "static", FAULTS[old] if old else "static")
    judged(kernel, lambda: judge(monkeypatch, kernel), monkeypatch, faulty=old is not None)
