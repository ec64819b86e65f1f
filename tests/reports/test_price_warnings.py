"""What is said of prices, calendars and currencies has German words: sentences as the engine makes them."""

from __future__ import annotations

import numpy as np
import pytest
from eventstudy.language.messages import sentence
from eventstudy.reports.words import Words

from tests.cli.test_several_markets import RATES, wide
from tests.cli.test_several_markets import ran as abroad
from tests.panel.test_flagged import DAYS, INSIDE, ROW, Change, jump, long, still, untraded, with_adjusted
from tests.panel.test_flagged import ran as at_home

CODES = {
    "JUMP",
    "SPLIT_NOT_APPLIED",
    "UNIT_CHANGE",
    "HALTED",
    "STALE",
    "ZERO_VOLUME",
    "CALENDAR_MISMATCH",
    "CURRENCY_MIX",
}
CODES |= {"CURRENCY_CONVERTED", "ADJUSTED_DISAGREES"}


def in_german(warned: list[tuple[str, str]]) -> None:
    about = [(code, message) for code, message in warned if code in CODES]
    assert about
    assert [pair for pair in about if not isinstance(Words("de").said(pair[1]), str)] == []


@pytest.mark.parametrize(
    "change",
    [
        jump(INSIDE, 0.6), jump(INSIDE, 0.1), jump(INSIDE, 0.1, 10.0), jump(INSIDE, 10.0, 10.0), jump(INSIDE, 0.01),
        jump(INSIDE, 100.0), still(INSIDE), still(INSIDE, 0.0), still(INSIDE, float("nan")), untraded(INSIDE),
    ],
)  # fmt: skip
def test_flags(change: Change) -> None:
    in_german([(w.code, w.message) for w in at_home(long(change=change)).warned])


def test_adjusted_prices() -> None:
    frame = with_adjusted(INSIDE, 0.57)
    in_german([(w.code, w.message) for w in at_home(frame).warned])
    in_german([("ADJUSTED_DISAGREES", sentence("ADJUSTED_DISAGREES.given", adjusted=0.9, plain=-0.004))])
    for days in (DAYS[ROW:], DAYS[ROW : ROW + 1]):
        frame.loc[(frame["ticker"] == "AAA") & frame["date"].isin(days), "adj_close"] = np.nan
        assert [
            isinstance(Words("de").said(w.message), str) for w in at_home(frame).warned if w.code == "SOURCE_NOTE"
        ] == [True]
        frame = with_adjusted(INSIDE, 1.0)


def test_more_than_one_flag() -> None:
    frame = long()
    for row in (INSIDE, INSIDE + 10):
        frame.loc[(frame["ticker"] == "AAA") & (frame["date"] >= frame["date"][row]), "close"] *= 0.1
    (text,) = [w.message for w in at_home(frame).warned if w.code == "SPLIT_NOT_APPLIED"]
    assert str(Words("de").said(text)).endswith("; und ein weiterer Fall dieser Art")


def test_several_markets_and_currencies() -> None:
    in_german([(w.code, w.message) for w in abroad(wide(), benchmark="SPY").warned])
    in_german([(w.code, w.message) for w in abroad(wide(*RATES), currency="USD").warned])
