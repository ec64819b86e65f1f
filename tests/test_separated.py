"""A text of tickers means in Python and in files what it means on the command line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import eventstudy as es
import pandas as pd
import pytest
from eventstudy import plugins
from eventstudy.analyses.counterfactual import counterfactual
from eventstudy.analyses.robustness import robustness
from eventstudy.charts._select import members
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidRequest
from eventstudy.events import Group, load_registry, single_event
from eventstudy.prices import load_prices, load_shares
from eventstudy.prices._frame import frame_to_table
from eventstudy.request import events_of, run_aggregate, what_else
from eventstudy.tables import Reading
from eventstudy.text import separated

DAY = dt.date(2025, 1, 27)
TEXT = "NVDA, AMD"
NAMED = ["NVDA", "AMD"]


def test_names_are_parted_at_commas_and_each_stands_once() -> None:
    assert separated("NVDA, AMD,,NVDA ") == NAMED
    assert separated(("AMD", "BRK.B")) == ["AMD", "BRK.B"]
    assert separated("") == separated(()) == []


@pytest.mark.parametrize("given", [5, [5], ["NVDA", None], None, b"NVDA"])
def test_what_is_no_text_is_named(given: object) -> None:
    with pytest.raises(InvalidRequest, match=r"is not a ticker"):
        separated(given)


def test_a_text_of_dates_is_one_too() -> None:
    told = StudyConfig(exclude_dates="2024-01-02, 2024-01-03")  # type: ignore[arg-type]
    assert told.exclude_dates == (dt.date(2024, 1, 2), dt.date(2024, 1, 3))
    with pytest.raises(InvalidRequest, match="'2024-1-2' is not a date"):
        StudyConfig(exclude_dates="2024-1-2")  # type: ignore[arg-type]


def test_a_study_of_a_text_is_that_of_its_tickers() -> None:
    assert list(es.run("deepseek-r1", tickers=TEXT).tidy().ticker.unique()) == NAMED
    assert list(es.run(date=DAY, tickers="NVDA").tidy().ticker.unique()) == ["NVDA"]
    closes = load_prices([*NAMED, "SPY"], source="bundled").close
    assert run_aggregate("deepseek-r1", tickers=TEXT, prices=closes).to_dict()["aggregate"]["n"] == 2
    found, _ = what_else("deepseek-r1", tickers=TEXT)
    assert [pair.ticker for pair in found.result.panel.pairs] == NAMED
    with pytest.raises(InvalidRequest, match="5 is not a ticker"):
        es.run("deepseek-r1", tickers=5)  # type: ignore[arg-type]


def test_events_and_groups() -> None:
    assert single_event(DAY, TEXT).tickers == ("NVDA", "AMD")
    assert single_event(DAY, TEXT).title == "NVDA, AMD on 2025-01-27"
    assert events_of(date=DAY, tickers=TEXT)["2025-01-27"].tickers == ("NVDA", "AMD")
    assert Group(tickers=TEXT).tickers == ("NVDA", "AMD")  # type: ignore[arg-type]


def test_a_registry_file(tmp_path: Path) -> None:
    text = '[[event]]\nid = "a"\ntitle = "A"\nannounced = 2025-01-27\n[[event.group]]\ntickers = "NVDA, AMD"\n'
    (tmp_path / "r.toml").write_text(text)
    assert load_registry(tmp_path / "r.toml")["a"].tickers == ("NVDA", "AMD")


def test_choices_of_a_study() -> None:
    assert StudyConfig(peers="KO, NVDA=INTC").peers == ("KO", "NVDA=INTC")  # type: ignore[arg-type]
    assert StudyConfig(tests="bmp_adjusted").tests == ("bmp_adjusted",)  # type: ignore[arg-type]


def test_prices(tmp_path: Path) -> None:
    assert load_prices(TEXT, source="bundled").tickers == NAMED
    wide = load_prices([*NAMED, "SPY"], source="bundled").close
    wide.to_csv(tmp_path / "wide.csv", index_label="date", date_format="%Y-%m-%d")
    assert load_prices(TEXT, path=tmp_path / "wide.csv").tickers == NAMED
    assert plugins.load("sources", "csv").read(tmp_path / "wide.csv", TEXT).tickers == NAMED
    assert frame_to_table(wide, TEXT).tickers == NAMED
    assert frame_to_table(wide).part(TEXT, DAY, DAY).tickers == NAMED


def test_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    class Known:
        def shares(self, ticker: str, start: dt.date, end: dt.date) -> pd.Series[float]:
            return pd.Series([1.0], [pd.Timestamp(start)])

    monkeypatch.setattr(plugins, "load", lambda kind, name: Known())
    assert list(load_shares(TEXT, DAY, DAY)[0].ticker) == NAMED


def test_answers_and_charts_of_a_result() -> None:
    result = es.run("deepseek-r1", tickers=["NVDA", "AMD", "TSM"])
    everyone = [pair.ticker for pair in result.panel.pairs]
    assert [everyone[i] for i in members(result, TEXT, None)] == NAMED
    found = counterfactual(result, models="market", donors="MSFT, ORCL", tickers=TEXT)
    assert {row.ticker for row in found.rows} == set(NAMED)
    assert found.donors == ("MSFT", "ORCL")
    tried = robustness(result, models="market", benchmarks="SPY, QQQ", returns=("simple",))
    assert {one.benchmark for one in tried.specifications} == {"SPY", "QQQ"}


def test_the_order_that_is_asked_for_settles_the_date_of_one_event() -> None:
    (found,) = events_of(date="01/02/2025", tickers="NVDA", reading=Reading(dates="mdy"))
    assert str(found.announced) == "2025-01-02"
