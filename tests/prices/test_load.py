from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from eventstudy import plugins
from eventstudy.errors import (
    InvalidRequest,
    SourceDown,
    SourceError,
    SourceRateLimited,
    SymbolUnknown,
    UnknownName,
)
from eventstudy.prices import Fetch, load_prices

CSV = "ticker,date,close\nNVDA,2025-01-02,1\nXX,2025-01-02,2\n"


class Stub:
    """A source that gives one price, or the error it is told to."""

    summary = "for tests"

    def __init__(self, **errors: Exception) -> None:
        self.asked: list[tuple[str, date | None, date | None]] = []
        self.errors = errors

    def fetch(self, symbol: str, start: date | None, end: date | None) -> Fetch:
        self.asked.append((symbol, start, end))
        if symbol in self.errors:
            raise self.errors[symbol]
        return Fetch(symbol, pd.DataFrame({"close": [5.0]}, index=pd.DatetimeIndex(["2025-01-02"])), "as_given")


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Stub:
    source = Stub()
    monkeypatch.setattr("eventstudy.prices.yahoo.SOURCE", source)
    return source


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "prices.csv"
    file.write_text(CSV)
    return file


def test_auto_takes_the_sample_where_it_covers_and_yahoo_elsewhere(stub: Stub) -> None:
    table = load_prices(["NVDA", "INTC"], "2025-01-02", "2025-01-03")
    assert {t: i.source for t, i in table.info.items()} == {"NVDA": "bundled", "INTC": "yahoo"}
    assert table.source == "bundled+yahoo"
    assert stub.asked == [("INTC", date(2025, 1, 2), date(2025, 1, 3))]
    assert table.close.loc[["2025-01-02"]].to_numpy().tolist() == [[138.31, 5.0]]


def test_auto_asks_yahoo_for_dates_beyond_the_sample(stub: Stub) -> None:
    assert load_prices("NVDA", "2025-01-02", "2025-03-03").source == "yahoo"
    assert load_prices("NVDA", "2023-12-01", "2024-03-01").source == "yahoo"
    assert [a[0] for a in stub.asked] == ["NVDA", "NVDA"]


def test_auto_takes_the_file_if_there_is_one(stub: Stub, path: Path) -> None:
    table = load_prices(["NVDA", "INTC"], path=path)
    assert table.source == "csv"
    assert table.close["NVDA"].tolist() == [1.0]
    assert isinstance(table.missing["INTC"], SymbolUnknown)
    assert stub.asked == []


def test_without_tickers_all_there_are(path: Path) -> None:
    assert load_prices(path=str(path)).tickers == ["NVDA", "XX"]
    assert len(load_prices().tickers) == len(load_prices(source="bundled").tickers) == 18


def test_tickers_stay_as_they_are_written_and_come_once(stub: Stub) -> None:
    table = load_prices(["nvda", "NVDA", "nvda"], "2025-01-02", "2025-01-02")
    assert table.tickers == ["nvda", "NVDA"]
    assert table.info["nvda"].source == "yahoo"


@pytest.mark.parametrize(
    "day", ["2025-01-02", date(2025, 1, 2), datetime(2025, 1, 2), pd.Timestamp("2025-01-02")]  # noqa: DTZ001
)  # fmt: skip
def test_dates_may_be_given_in_these_forms(day: Any) -> None:
    assert load_prices(["SPY"], day, day, source="bundled").close["SPY"].tolist() == [584.64]


def test_what_fails_is_missing_and_what_was_had_stays(stub: Stub) -> None:
    stub.errors = {"B": SourceDown("down"), "D": SymbolUnknown("who?")}
    table = load_prices(list("ABCD"), "2025-01-02", "2025-01-03", source="yahoo")
    assert table.tickers == ["A", "C"]
    assert {t: type(e) for t, e in table.missing.items()} == {"B": SourceDown, "D": SymbolUnknown}


def test_a_source_that_asks_to_wait_is_not_asked_again_in_this_run(stub: Stub) -> None:
    stub.errors = {"B": SourceRateLimited("slow down", hint="wait")}
    table = load_prices(["A", "B", "NVDA", "C", "D"], "2025-01-02", "2025-01-03")
    assert table.tickers == ["A", "NVDA"]
    assert [a[0] for a in stub.asked] == ["A", "B"]
    assert all(isinstance(e, SourceRateLimited) and e.exit_code == 75 for e in table.missing.values())
    assert set(table.missing) == {"B", "C", "D"}
    assert "C was not asked for: slow down" in str(table.missing["C"])
    stub.errors = {}
    assert load_prices(["B", "C"], "2025-01-02", "2025-01-03").tickers == ["B", "C"]


def test_a_source_that_is_down_for_long_is_given_up(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10_000, 45))
    monkeypatch.setattr("eventstudy.prices._load.time.monotonic", lambda: float(next(clock)))
    stub.errors = {t: SourceDown("no answer") for t in "ABDEFG"}
    table = load_prices(list("ABCDEFGH"), "2025-01-02", "2025-01-03", source="yahoo")
    assert table.tickers == ["C"]
    assert [a[0] for a in stub.asked] == list("ABCDEF")
    assert "H was not asked for: no answer" in str(table.missing["H"])


def test_progress_is_told_before_each_ticker(stub: Stub) -> None:
    told: list[tuple[str, int, int]] = []
    load_prices(["A", "NVDA"], "2025-01-02", "2025-01-03", progress=lambda *now: told.append(now))
    assert told == [("A", 1, 2), ("NVDA", 2, 2)]


@pytest.mark.parametrize(
    ("call", "what"),
    [
        ({"source": "csv"}, "source 'csv' needs a file"),
        ({"source": "bundled", "path": "x.csv"}, "source 'bundled' reads no file"),
        ({"source": "yahoo"}, "source 'yahoo' needs to be told which tickers"),
        ({"source": "yahoo", "tickers": ["A"]}, "Yahoo needs the dates for A: the start lacks"),
        ({"source": "yahoo", "tickers": ["A"], "start": "2025-01-02"}, "the end lacks"),
        ({"tickers": ["INTC"]}, "Yahoo needs the dates for INTC"),
        ({"tickers": []}, "no ticker is given"),
        ({"tickers": ["A", ""]}, "'' is not a ticker"),
        ({"tickers": [" A"]}, "' A' is not a ticker"),
        ({"tickers": [5]}, "5 is not a ticker"),
        ({"start": "2025-01-03", "end": "2025-01-02"}, "start 2025-01-03 is after end 2025-01-02"),
        ({"start": "1/2/2025"}, "the date '1/2/2025' reads two ways"),
        ({"end": "2025-02-30"}, "'2025-02-30' is not a date"),
        ({"end": 20250102}, "20250102 is not a date"),
        ({"end": pd.Timestamp("2025-01-02 16:00")}, "is an instant, not a date"),
        ({"end": pd.Timestamp("2025-01-02", tz="UTC")}, "is an instant, not a date"),
    ],
)
def test_requests_that_cannot_be_meant(call: dict[str, Any], what: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        load_prices(**call)
    assert what in caught.value.what


def test_an_unknown_source_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownName, match=r"there is no price source called 'yaho'") as caught:
        load_prices(["A"], source="yaho")
    assert "bundled, crsp, csv" in str(caught.value)
    assert "did you mean 'yahoo'?" in str(caught.value)


def test_a_source_of_a_third_party_works_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = plugins.load, Stub(B=SymbolUnknown("who?"))
    monkeypatch.setattr(plugins, "load", lambda kind, name: theirs if name == "theirs" else ours(kind, name))
    table = load_prices(["A", "B"], source="theirs")
    assert (table.source, table.tickers, list(table.missing)) == ("theirs", ["A"], ["B"])
    assert theirs.asked == [("A", None, None), ("B", None, None)]


def test_nothing_at_all_is_a_table_without_tickers(stub: Stub) -> None:
    stub.errors = {"A": SourceDown("down")}
    table = load_prices(["A"], "2025-01-02", "2025-01-03")
    assert (table.tickers, table.close.shape, table.source, table.retrieved_at) == ([], (0, 0), "", None)
    assert isinstance(table.missing["A"], SourceError)
    assert len(table.sha256()) == 64
