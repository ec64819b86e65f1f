"""Events at the end of an exchange's calendar: what is known is studied, what is not is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import eventstudy as es
import pandas as pd
import pytest
from eventstudy import calendars
from eventstudy.errors import NothingUsable

from tests.worlds import closes

END = date(2024, 12, 31)


@pytest.fixture
def prices(monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """Two series of Shanghai, whose calendar is made to end with 2024; the prices go on in 2025."""
    days = calendars.sessions("XSHG", date(2023, 6, 1), date(2025, 1, 20))
    code, factory, low, _ = calendars._factory("XSHG")
    monkeypatch.setattr(calendars, "_calendars", {})
    monkeypatch.setattr(calendars, "_factory", lambda _: (code, factory, low, END))
    made = closes(3, ("600519.SS",), pd.DatetimeIndex(days.astype("datetime64[ns]")))
    return made.rename(columns={"MKT": "000300.SS"})


def test_sums_say_it_too_and_prices_without_an_exchange_have_no_calendar_that_ends(prices: pd.DataFrame) -> None:
    events = pd.DataFrame({"ticker": ["600519.SS"] * 3, "date": ["2024-11-05", "2024-12-26", "2024-12-30"]})
    study = es.EventStudy(benchmark="000300.SS")
    of_pairs, of_sums = study.run(events, prices), study.run(events, prices, keep="aggregate")
    (told,) = [w.message for w in of_pairs.warned if w.code == "CALENDAR_ENDS"]
    assert [w.message for w in of_sums.warned if w.code == "CALENDAR_ENDS"] == [told]
    assert "XSHG ends after 2024-12-31" in told
    alone = es.EventStudy(benchmark="000300.SS", calendar=None).run(events, prices.loc[:"2024-12-31"])
    assert {"CALENDAR_ENDS", "WINDOW_INCOMPLETE"} & {w.code for w in alone.warned} == {"WINDOW_INCOMPLETE"}


def ran(prices: pd.DataFrame, day: date, **choices: Any) -> es.StudyResult:
    return es.run(date=day, tickers=["600519.SS"], benchmark="000300.SS", prices=prices, **choices)


def test_the_event_window_reaches_beyond_the_calendar(prices: pd.DataFrame) -> None:
    result = ran(prices, END - timedelta(4))  # a Friday, two sessions before the end
    told = {w.code: w.message for w in result.warned}
    assert "ends after 2024-12-31, inside the event window" in told["CALENDAR_ENDS"]
    assert "OFF_CALENDAR" not in told, "nobody knows whether the exchange was closed"
    assert result.tidy()["ar"].notna().tolist() == [True] * 8 + [False] * 3


def test_an_event_beyond_the_calendar_is_named_and_can_be_had_by_the_dates_of_the_prices(prices: pd.DataFrame) -> None:
    day = date(2025, 1, 7)
    with pytest.raises(NothingUsable, match=r"2025-01-07 is outside the calendar of XSHG, 1990-12-03 to 2024-12-31"):
        ran(prices, day)
    result = ran(prices, day, calendar=None)
    assert result.panel.day0[0].session == day
    close = prices["600519.SS"]
    expected = close.loc["2025-01-07"] / close.loc["2025-01-06"] - 1
    assert float(result.raw[0, 5]) == pytest.approx(float(expected), rel=1e-12)


def test_the_command_takes_the_dates_of_the_prices(
    prices: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from eventstudy.cli import main

    prices.rename_axis("date").to_csv(tmp_path / "prices.csv")
    words = ["run", "--date", "2025-01-07", "--tickers", "600519.SS", "--benchmark", "000300.SS", "--format", "json"]
    with pytest.raises(SystemExit) as ended:
        main([*words, "--prices", str(tmp_path / "prices.csv"), "--calendar", "prices"])
    assert ended.value.code in (0, None)
    assert json.loads(capsys.readouterr().out)["firms"][0]["day0"] == "2025-01-07"


def test_a_source_is_asked_for_enough_days_without_a_calendar(prices: pd.DataFrame) -> None:
    from eventstudy.config import StudyConfig
    from eventstudy.events import single_event
    from eventstudy.request.span import days_needed

    day = date(2025, 1, 7)
    config = StudyConfig(benchmark="000300.SS", calendar=None)
    first, last = days_needed([single_event(day, ["600519.SS"])], config, "announced")
    holidays = 12  # a year, more than most exchanges have
    assert len(pd.bdate_range(first, day)) > 262 + holidays
    assert len(pd.bdate_range(day, last)) > 6 + holidays


def test_asking_a_source_at_the_end_of_a_calendar(prices: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, object]] = []

    def load(tickers: object, start: date, end: date, **_: object) -> object:
        asked.append((start, end))
        return es.load_prices(path=prices)

    monkeypatch.setattr("eventstudy.request.prices.load_prices", load)
    run: Callable[..., es.StudyResult] = es.run
    run(date=END - timedelta(4), tickers=["600519.SS"], benchmark="000300.SS")
    assert asked[0][1] == END
