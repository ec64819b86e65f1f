"""Columns of a list of events that nobody needs to study them: kept, and asked for by `--by`, `regress` and `--group-by`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
from eventstudy.analyses.comparison import compare
from eventstudy.analyses.regression import read_characteristics, regress
from eventstudy.engine.abnormal import cumulate
from eventstudy.errors import InvalidFile, InvalidRequest
from eventstudy.events import load_registry
from eventstudy.prices import load_prices
from eventstudy.request import run
from eventstudy.units.windows import Window

SHORT: dict[str, Any] = {"source": "bundled", "estimation_window": (-130, -11), "windows": [(0, 0)], "tests": ()}

LIST = """Firm;Announced;Time;Sector;Size;Börse
NVDA;27.01.2025;07:00;chips;3,1;XNAS
Apple;31.10.2024;16:30;phones;2,5;NASDAQ
AMD;30.10.2024;;chips;1,5;Foo
Microsoft;31.02.2025;;soft;2,5;NYSE
ORCL;10.12.2024;;soft;1.000,5;NYSE
Meta;31.10.2024;;phones;2,0;
CRM;04.12.2024;;soft;9;
"""


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lists") / "list.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def result(listed: Path) -> es.StudyResult:
    return run(listed, tz="America/New_York", group_by="Sector", **SHORT)


def test_further_columns_are_kept_and_what_was_read_is_said(listed: Path, result: es.StudyResult) -> None:
    events = load_registry(listed, tz="America/New_York")
    assert [e.tickers for e in events] == [("NVDA",), ("AAPL",), ("AMD",), ("ORCL",), ("META",), ("CRM",)]
    assert events["orcl-2024-12-10"].attributes == {"Sector": "soft", "Size": "1.000,5", "exchange": "NYSE"}
    assert [bad.row for bad in events.left_out] == ["row 5"]
    said = "; ".join(result.provenance["events_read_as"])
    for words in (
        "7 rows of events",
        "ticker (Firm) and date (Announced)",
        "kept as attributes: Sector, Size and exchange",
        "Apple (AAPL)",
        "dates as dd.mm.yyyy",
        "exchanges that are not known, left aside: Foo (AMD)",
    ):
        assert words in said, words
    assert {e.event_id for e in result.exclusions} == {"row 5"}
    # half past four is after the close of 31 October 2024
    assert [str(d.session) for d in result.panel.day0] == [
        "2025-01-27",
        "2024-11-01",
        "2024-10-30",
        "2024-12-10",
        "2024-10-31",
        "2024-12-04",
    ]


def test_groups_are_made_of_a_column(result: es.StudyResult) -> None:
    assert {g.name: g.tickers for g in result.groups} == {
        "chips": ("NVDA", "AMD"),
        "phones": ("AAPL", "META"),
        "soft": ("ORCL", "CRM"),
    }
    with pytest.raises(InvalidRequest, match="no event has a column 'Zone'") as caught:
        run(pd.DataFrame({"ticker": ["NVDA"], "date": ["2025-01-27"], "Sector": ["chips"]}), group_by="Zone")
    assert "Sector" in str(caught.value.available)


def test_kinds_are_compared_by_a_column(result: es.StudyResult) -> None:
    found = compare(result, "Sector", window=(0, 0))
    car = dict(zip((p.ticker for p in result.panel.pairs), cumulate(result.returns, Window(0, 0)).car, strict=True))
    means = {level.name: level.mean for level in found.levels}
    assert means["chips"] == pytest.approx((car["NVDA"] + car["AMD"]) / 2)
    assert means["phones"] == pytest.approx((car["AAPL"] + car["META"]) / 2)
    cut = compare(result, "Size", window=(0, 0), cut=2.8)
    assert {(v.name, v.n) for v in cut.levels} == {("Size up to 2.8", 3), ("Size above 2.8", 3)}
    with pytest.raises(InvalidRequest, match="nothing that events say") as caught:
        compare(result, "Colour")
    assert "Sector" in str(caught.value.available)


def test_two_kinds_of_one_event_each_have_no_test() -> None:
    events = pd.DataFrame(
        {"ticker": ["NVDA", "AAPL"], "date": ["2025-01-27", "2024-10-30"], "sector": ["chips", "phones"]}
    )
    (pair,) = compare(run(events, **SHORT), "sector", window=(0, 0)).pairs
    assert pair.headline == ""
    assert not any(test.valid for test in pair.tests)


def test_cars_are_regressed_on_a_column(tmp_path: Path) -> None:
    days = {"NVDA": "2025-01-27", "AMD": "2024-10-30", "ORCL": "2024-12-10", "AAPL": "2024-11-01", "MU": "2024-12-19"}
    sizes = ["3.1", "1.5", "1000.5", "2.5", "40"]
    events = pd.DataFrame({"ticker": list(days), "date": list(days.values()), "size": sizes})
    result = run(events, **SHORT)
    found = regress(result, None, ["size"])
    x = np.column_stack([np.ones(5), np.array(sizes, float)])
    wanted, *_ = np.linalg.lstsq(x, cumulate(result.returns, Window(0, 0)).car, rcond=None)
    assert [c.value for c in found.coefficients] == pytest.approx(wanted.tolist())
    file = tmp_path / "c.csv"
    file.write_text(
        "Symbol;size\n" + "".join(f"{t};{s.replace('.', ',')}\n" for t, s in zip(days, sizes, strict=True)), "utf-8"
    )
    again = regress(result, read_characteristics(file), ["size"])
    assert [c.value for c in again.coefficients] == [c.value for c in found.coefficients]
    with pytest.raises(InvalidRequest, match="no further columns"):
        regress(run(events[["ticker", "date"]], **SHORT), None, ["size"])


def test_rows_of_one_event_may_differ_in_a_further_column() -> None:
    events = pd.DataFrame(
        {
            "event_id": ["one"] * 2,
            "ticker": ["NVDA", "AMD"],
            "date": ["2025-01-27"] * 2,
            "sector": ["chips", "chips"],
            "size": [3.5, 1],
        }
    )
    found = es.events.from_frame(events)["one"]
    assert found.attributes == {"sector": "chips", "size": {"NVDA": "3.5", "AMD": "1"}}
    assert (found.attribute("size", "AMD"), found.attribute("sector", "AMD"), found.attribute("x", "AMD")) == (
        "1",
        "chips",
        None,
    )


SMALL = pd.date_range("2024-01-01", "2025-02-14", freq="B")


def _prices(tmp_path: Path, **columns: str) -> Path:
    rng = np.random.default_rng(0)
    closes = 100 * np.exp(np.cumsum(0.01 * rng.standard_normal((len(SMALL), len(columns))), axis=0))
    path = tmp_path / "prices.csv"
    pd.DataFrame(closes, SMALL.rename("date"), list(columns.values())).to_csv(path)
    return path


def test_a_column_of_exchanges_says_where_a_security_trades(tmp_path: Path) -> None:
    # on 20 January 2025 New York was closed and London was open
    path = _prices(tmp_path, a="AAA", b="BBB", m="MKT")
    events = pd.DataFrame({"ticker": ["AAA", "BBB"], "date": "2025-01-20", "mic": ["XNYS", "XLON"]})
    found = run(events, prices=path, benchmark="MKT", windows=[(0, 0)], tests=())
    assert [str(d.session) for d in found.panel.day0] == ["2025-01-21", "2025-01-20"]
    word = run(events, prices=path, benchmark="MKT", windows=[(0, 0)], tests=(), exchange=["AAA=XLON", "ZZZ=XPAR"])
    assert [str(d.session) for d in word.panel.day0] == ["2025-01-20", "2025-01-20"]
    assert "tickers that the study has no prices of: ZZZ" in str(word.provenance["read_as"])
    twice = pd.DataFrame({"ticker": ["AAA", "AAA"], "date": ["2025-01-20", "2024-12-12"], "mic": ["XNYS", "XLON"]})
    with pytest.raises(InvalidRequest, match="AAA trades at XNYS and at XLON"):
        run(twice, prices=path, benchmark="MKT")


def test_an_exchange_that_the_source_does_not_mean_leaves_the_pair_out() -> None:
    events = pd.DataFrame({"ticker": ["NVDA", "AMD"], "date": "2025-01-27", "exchange": ["NASDAQ", "LSE"]})
    found = run(events, **SHORT)
    assert [p.ticker for p in found.panel.pairs] == ["NVDA"]
    assert "AMD trades at XLON" in found.exclusions[0].message


@pytest.mark.parametrize(("asked", "column"), [("NVDA", "Nvidia"), ("Nvidia", "NVDA"), ("AAPL", "APPLE")])
def test_a_firm_is_found_by_its_name(tmp_path: Path, asked: str, column: str) -> None:
    table = load_prices([asked], path=_prices(tmp_path, a=column, m="MKT"))
    assert not table.missing
    assert len(table.tickers) == 1


def test_an_index_is_no_fund_of_its_name(tmp_path: Path) -> None:
    assert load_prices(["SPY", "MKT"], path=_prices(tmp_path, a="S&P 500", m="MKT")).missing


def test_a_list_of_times_says_its_zone_where_sums_are_kept(tmp_path: Path, listed: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("ticker,date,time\nAAA,20/01/2025,09:00\nBBB,03/02/2025,\n", encoding="utf-8")
    prices = _prices(tmp_path, a="AAA", b="BBB", m="MKT")
    found = es.request.run_aggregate(
        path, prices=prices, benchmark="MKT", tz="Europe/London", windows=[(0, 0)], tests=()
    )
    assert found.n == 2
    found = es.request.run_aggregate(path, prices=prices, benchmark="MKT", windows=[(0, 0)], tests=())
    assert (found.n, found.left_out) == (1, {"BAD_ROW": 1})
    assert "without an offset or a zone" in found.exclusions[0].message
    with pytest.raises(InvalidFile, match="without an offset or a zone"):
        es.request.run_aggregate(path, prices=prices, benchmark="MKT", windows=[(0, 0)], tests=(), strict=True)


def test_rows_of_one_title_and_day_are_events_of_their_own_and_that_is_said_once(tmp_path: Path) -> None:
    path, said = tmp_path / "list.csv", "also the 3 of one day called 'R1'; with one `event_id` they are one event"
    rows = [("NVDA", 27, "R1"), ("AMD", 27, "R1"), ("MSFT", 29, "results"), ("META", 29, "results"), ("AVGO", 27, "R1")]
    text = "ticker,date,title\n" + "".join(f"{t},2025-01-{d},{title}\n" for t, d, title in rows)

    def read_as(text: str) -> tuple[int, str]:
        path.write_text(text, encoding="utf-8")
        events = load_registry(path)
        return len(events), "; ".join(run(path, **SHORT).provenance["events_read_as"])

    n, told = read_as(text)
    assert n == 5
    assert told.count("event_id") == 1
    assert said in told
    head, *lines = text.splitlines()
    joined = "\n".join([f"{head},event_id", *(f"{line},{line[-2:].lower()}" for line in lines)]) + "\n"
    n, told = read_as(joined)
    assert n == 2
    assert "event_id" not in told
    alone = "\n".join([head, *dict.fromkeys(lines), "AMD,2025-01-28,R1", "INTC,2025-01-28,"]) + "\n"
    assert (
        "event_id"
        not in read_as(
            alone.replace("AVGO,2025-01-27,R1\n", "")
            .replace("AMD,2025-01-27,R1\n", "")
            .replace("META,2025-01-29,results\n", "")
        )[1]
    )


def test_a_zone_that_there_is_not_is_refused_once_and_not_in_each_row(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "ticker,date,time\nNVDA,2025-01-27,25:00\nAMD,2025-01-27,10:00\nMSFT,2025-01-28,10:00\n", encoding="utf-8"
    )
    with pytest.raises(InvalidRequest, match="no time zone called 'Foo/Bar'") as info:
        load_registry(path, tz="Foo/Bar")
    assert "row" not in str(info.value)


def test_windows_of_a_list_that_nobody_asked_for_are_told(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(
        "ticker,date,window_start,window_end,estimation_end\nNVDA,2025-01-27,-1,1,2024-12-01\n", encoding="utf-8"
    )
    told = [str(said) for said in es.load_registry(path).read_as]
    assert "window_start and window_end are used with --own-windows alone" in told
    assert not any("--own-estimation" in said for said in told)
