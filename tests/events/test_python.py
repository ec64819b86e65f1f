"""Events and registries as a person at a prompt types them: read, or refused with what to type."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
from eventstudy.errors import InvalidFile, InvalidRequest, UnknownName
from eventstudy.request import events_of

DAYS: list[Any] = [
    "2025-01-27",
    "27.01.2025",
    date(2025, 1, 27),
    pd.Timestamp("2025-01-27"),
    np.datetime64("2025-01-27"),
    np.datetime64("2025-01-27T00:00:00.000000000"),
    pd.Period("2025-01-27", "D"),
]


def event(**fields: Any) -> es.Event:
    """An event of one share."""
    return es.Event(**{"id": "a", "title": "A", "group": [{"tickers": ["NVDA"]}]} | fields)


@pytest.mark.parametrize("day", DAYS, ids=repr)
def test_a_day_of_an_event_is_given_as_any_library_has_it(day: Any) -> None:
    assert event(announced=day).announced == date(2025, 1, 27)
    assert type(event(announced=day).announced) is date


def test_a_time_of_an_event_keeps_its_zone() -> None:
    stamp = pd.Timestamp("2025-01-27 16:05", tz="America/New_York")
    assert event(announced=stamp).announced == stamp.to_pydatetime()
    assert type(event(announced=stamp).announced) is datetime
    midnight = event(announced=datetime(2025, 1, 27), tz="Asia/Tokyo").announced  # noqa: DTZ001
    assert str(midnight) == "2025-01-27 00:00:00+09:00"


@pytest.mark.parametrize(("day", "why"), [
    (pd.Timestamp("2025-01-27 16:05"), "without an offset or a zone"),
    (np.datetime64("2025-01"), "2025-01"),
    (pd.NaT, "NaT is not a date"),
    (20250127, "20250127 is not a date"),
])  # fmt: skip
def test_what_is_no_day_is_refused(day: Any, why: str) -> None:
    with pytest.raises(InvalidRequest, match=why):
        event(announced=day)


@pytest.mark.parametrize("day", [*DAYS, datetime(2025, 1, 27)], ids=repr)  # noqa: DTZ001
def test_a_registry_is_filtered_by_days_of_any_kind(day: Any) -> None:
    held = es.Registry([event(id=str(k), announced=f"2025-01-{k}") for k in (26, 27, 28)])
    assert (held.filter(since=day).ids, held.filter(until=day).ids) == (["27", "28"], ["26", "27"])


def test_a_registry_is_asked_by_id_and_holds_events() -> None:
    one = event(announced="2025-01-27")
    held = es.Registry([one])
    assert one in held
    assert "a" in held
    assert event(announced="2025-01-28") not in held
    with pytest.raises(InvalidRequest, match="0 is no id of an event"):
        held[0]  # type: ignore[index]
    with pytest.raises(InvalidRequest, match="a registry holds events, and 'ticker' is none"):
        es.Registry(pd.DataFrame({"ticker": ["NVDA"]}))  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="2025-01-27 is a date: eventstudy run --date 2025-01-27"):
        held["2025-01-27"]


def test_several_events_are_a_study() -> None:
    two = [event(announced="2025-01-27"), event(id="b", announced="2025-01-28")]
    assert events_of(two) == events_of(tuple(two)) == es.Registry(two)
    with pytest.raises(InvalidFile, match="events are a list, no table"):
        events_of([*two, "c"])


def prices(n: int) -> pd.DataFrame:
    """Closes of two shares on N working days, a row a share and day."""
    days = pd.bdate_range("2025-01-06", periods=n)
    return pd.DataFrame({"ticker": ["A"] * n + ["B"] * n, "date": [*days, *days], "close": np.linspace(10, 20, 2 * n)})


@pytest.mark.parametrize("called", ["close", "Adj Close", "ret", "px_last"])
def test_prices_in_the_place_of_events_are_refused(tmp_path: Path, called: str) -> None:
    given = prices(40).rename(columns={"close": called}).sample(frac=1, random_state=1)
    told = f"these are prices, not events: [AB] has 40 rows, most of them a session apart, and a column {called}"
    with pytest.raises(InvalidFile, match=told):
        events_of(given)
    given.to_csv(tmp_path / "prices.csv", index=False)
    with pytest.raises(InvalidFile, match=told):
        es.load_registry(tmp_path / "prices.csv")


def test_events_with_a_price_of_their_own_are_events() -> None:
    assert len(events_of(prices(20))) == 40  # too few to tell
    assert len(events_of(prices(40).rename(columns={"close": "paid"}))) == 80
    assert len(events_of(prices(200).iloc[::7])) == 58  # a week or more apart
    titled = prices(40).assign(title=[f"Report {i}" for i in range(80)])
    assert len(events_of(titled)) == 80
    with pytest.raises(InvalidFile, match="these are prices"):
        events_of(titled.assign(title="A firm"))


def test_a_study_and_prices_show_what_they_are() -> None:
    assert repr(es.EventStudy()) == "EventStudy()"
    study = es.EventStudy(model="constant_mean", windows=[(0, 1)])
    assert repr(study) == "EventStudy(model='constant_mean', windows=(Window(start=0, end=1),))"
    table = es.load_prices(path=prices(3))
    assert repr(table) == "<PriceTable of A, B: 3 sessions, 2025-01-06 to 2025-01-08>"


def test_a_choice_that_there_is_not_or_of_another_kind_is_told() -> None:
    with pytest.raises(UnknownName, match=r"there is no choice called 'modle'[\s\S]*did you mean 'model'"):
        es.EventStudy(modle="market")
    with pytest.raises(InvalidRequest, match=r"benchmark is [\s\S]*not text in quotes"):
        es.EventStudy(benchmark=pd.Series([1.0, 2.0]))
    seed: Any = np.int64(3)
    assert es.StudyConfig(seed=seed).seed == 3


@pytest.mark.parametrize("given", [prices(3).pivot(index="date", columns="ticker", values="close"), {"A": prices(3)}])
def test_a_table_in_the_place_of_tickers_is_refused(given: Any) -> None:
    """The headings would be taken for tickers, and other prices for those of the table."""
    with pytest.raises(InvalidRequest, match=r"a table in the place of names[\s\S]*load_prices\(path=...\)"):
        es.load_prices(given)
    with pytest.raises(InvalidRequest, match="a table in the place of names"):
        es.run(date="2025-01-27", tickers=given)


@pytest.mark.parametrize("kind", [str, Path])
def test_a_file_in_the_place_of_tickers_is_told(tmp_path: Path, kind: Callable[[Path], Any]) -> None:
    prices(3).to_csv(tmp_path / "closes.csv", index=False)
    with pytest.raises(InvalidRequest, match=r"closes.csv is a file, no ticker[\s\S]*load_prices\(path="):
        es.load_prices(kind(tmp_path / "closes.csv"))
