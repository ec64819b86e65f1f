"""Pairs and sums are lined up by the same rules: the same pairs are left out, with the same words, on the same day 0."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy, StudyResult
from eventstudy.events import Event
from eventstudy.prices import frame_to_table
from eventstudy.request.prices import placed
from eventstudy.study.aggregate import AggregateResult

from tests.panel.made import CHOICES, DAY0
from tests.worlds import SESSIONS, closes

STUDY = EventStudy(**CHOICES)


def event(name: str, announced: Any, tickers: list[str], **more: Any) -> Event:
    group = [{"role": "treated", "name": "firms", "tickers": tickers}]
    return Event.model_validate({"id": name, "title": name, "announced": announced, "group": group, **more})


def day(n: int) -> date:
    return SESSIONS[n].date()


def test_an_instant_told_in_two_zones_has_the_date_of_each() -> None:
    """Without a calendar an instant counts by its date where it was told: 23:00 in New York, or 04:00 of the next day."""
    evening = pd.Timestamp(day(DAY0)).tz_localize("America/New_York") + pd.Timedelta(hours=23)
    told = [evening.to_pydatetime(), evening.tz_convert("UTC").to_pydatetime()]
    events = [event(f"e{i}", when.isoformat(), ["AAA", "BBB"]) for i, when in enumerate(told)]
    prices = closes()
    pairs, sums = STUDY.run(events, prices), STUDY.run(events, prices, keep="aggregate")
    assert [d.session for d in pairs.panel.day0] == [day(DAY0)] * 2 + [day(DAY0 + 1)] * 2
    for window, answer in sums.answers.items():
        assert answer.caar == pytest.approx(pairs.answers[window].caar, abs=1e-14)


def many(tickers: list[str], **choices: Any) -> tuple[StudyResult, AggregateResult]:
    """A study of these tickers, pairs and sums; CCC has no price up to day 0."""
    prices = closes()
    prices.loc[SESSIONS[: DAY0 + 1], "CCC"] = np.nan
    days = [day(DAY0 - i % 3) for i in range(len(tickers))]
    events = pd.DataFrame({"ticker": tickers, "date": days, "event_id": [f"e{i}" for i in range(len(tickers))]})
    study = EventStudy(**{**CHOICES, **choices})
    table = placed(frame_to_table(prices), [f"{t}=XNYS" for t in prices.columns])
    return study.run(events, table), study.run(events, table, keep="aggregate")


def test_pairs_that_are_left_out_are_named_in_the_order_of_the_request() -> None:
    pairs, sums = many(["CCC", "ZZZ", "AAA", "MKT", "YYY", "CCC", "BBB", "ZZZ"])
    left = pairs.excluded
    assert list(left["reason"]) == ["NO_DAY0", "NO_PRICES", "BENCHMARK_IS_TICKER", "NO_PRICES", "NO_DAY0", "NO_PRICES"]
    assert list(left["event_id"]) == ["e0", "e1", "e3", "e4", "e5", "e7"]
    assert set(pairs.exclusions) == set(sums.exclusions), "and with the same words"


def test_all_pairs_that_are_left_out_are_named_where_pairs_are_kept() -> None:
    pairs, sums = many(["ZZZ", "AAA"] * 9)
    assert len(pairs.excluded) == 9
    assert len(sums.exclusions) == 5
    assert sums.left_out == {"NO_PRICES": 9}


def test_days_off_the_calendar_are_told_alike() -> None:
    """The prices are of all weekdays, holidays of New York among them."""
    pairs, sums = many(["BBB", "AAA"] * 4, calendar="exchange")
    told = [w.message for w in pairs.warned if w.code == "OFF_CALENDAR"]
    assert told == [w.message for w in sums.warned if w.code == "OFF_CALENDAR"]
    assert "AAA, BBB" in told[0]


@pytest.mark.parametrize("keep", ["pairs", "aggregate"])
def test_an_event_without_a_recognised_date_is_named(keep: Any) -> None:
    known = event("known", day(DAY0).isoformat(), ["AAA", "BBB"], recognised=day(DAY0 + 1), recognised_reason="x")
    result = STUDY.run([known, event("other", day(DAY0), ["AAA"])], closes(), day0="recognised", keep=keep)
    assert [e.message for e in result.exclusions] == ["other has no recognised date"]
