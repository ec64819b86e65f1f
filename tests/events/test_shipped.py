"""The events that ship: each falls on the first session that could react to it."""

from __future__ import annotations

from datetime import date

import pytest
from eventstudy.calendars import day0, exchange_of
from eventstudy.events import Registry, shipped_registry

FIRST_SESSIONS = {
    "september-11": "2001-09-17",
    "lehman-bankruptcy": "2008-09-15",
    "deepwater-horizon": "2010-04-21",
    "dieselgate": "2015-09-21",
    "brexit": "2016-06-24",
    "lion-air-610": "2018-10-29",
    "ethiopian-302": "2019-03-11",
    "alaska-1282": "2024-01-08",
    "covid-italy": "2020-02-24",
    "covid-oil-crash": "2020-03-09",
    "covid-pandemic-declared": "2020-03-12",
    "meta-q4-2021": "2022-02-03",
    "chatgpt-launch": "2022-11-30",
    "svb-capital-raise": "2023-03-09",
    "svb-closed": "2023-03-10",
    "chegg-chatgpt": "2023-05-02",
    "nvidia-q1-fy24": "2023-05-25",
    "reciprocal-tariffs": "2025-04-03",
    "tariff-pause": "2025-04-09",
    "deepseek-r1": "2025-01-21",
}


@pytest.fixture(scope="module")
def registry() -> Registry:
    return shipped_registry()


def test_the_table_names_every_event(registry: Registry) -> None:
    assert set(registry.ids) == set(FIRST_SESSIONS)


@pytest.mark.parametrize(("id", "session"), FIRST_SESSIONS.items())
def test_day0_is_the_first_session_that_could_react(registry: Registry, id: str, session: str) -> None:
    event = registry[id]
    moment = event.moment()
    assert moment is not None
    assert {day0(moment, exchange_of(ticker)).session for ticker in event.tickers} == {date.fromisoformat(session)}


def test_every_event_can_be_studied(registry: Registry) -> None:
    for event in registry:
        assert event.tickers, event.id
        assert event.benchmark, event.id
        assert event.category, event.id
        treated = {ticker for group in event.group if group.role == "treated" for ticker in group.tickers}
        assert event.benchmark not in treated, event.id


def test_deepseek_is_whole(registry: Registry) -> None:
    event = registry["deepseek-r1"]
    assert len(event.tickers) == 16
    assert (event.announced, event.recognised) == (date(2025, 1, 20), date(2025, 1, 27))
    assert event.recognised_reason
    assert [group.name for group in event.group][:2] == ["chip makers", "data-centre power and cooling"]
    recognised = event.moment("recognised")
    assert recognised is not None
    assert day0(recognised, "XNYS").session == date(2025, 1, 27)
    (claim,) = event.claim
    assert (claim.ticker, claim.from_, claim.to, claim.unit) == ("NVDA", "142", "128.99", "USD")
    assert "128,99 US-Dollar" in claim.text
