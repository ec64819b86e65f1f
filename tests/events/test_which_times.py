"""Which column of a list has the times of the events, their dates and their tickers, where several may have them."""

from __future__ import annotations

import io
from datetime import time
from pathlib import Path

import pandas as pd
import pytest
from eventstudy.errors import InvalidFile
from eventstudy.events import Registry, load_registry
from eventstudy.request import run


def listed(path: Path, head: str, row: str) -> Registry:
    (path / "list.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    return load_registry(path / "list.csv", tz=None if "utc" in head or "(ET)" in head else "America/New_York")


@pytest.mark.parametrize(
    "heading",
    ["Announce Time", "Release time", "Announce Time (ET)", "Meldezeit", "Publish Time", "公告时间"],
)
def test_times_beside_dates_are_those_of_the_events(tmp_path: Path, heading: str) -> None:
    """They were kept as a further column, so that news after the close were put on the session before."""
    events = listed(tmp_path, f"Ticker,Announce Date,{heading}", "NVDA,01/27/2025,16:20")
    assert [str(e.announced) for e in events] == ["2025-01-27 16:20:00-05:00"]


@pytest.mark.parametrize(
    ("head", "row", "taken"),
    [
        ("ticker,Drop Date,Update Time,Drop Time", "NVDA,2025-01-27,09:00,16:20", "16:20"),
        ("ticker,Drop-Datum,Drop-Zeit,Abrufzeit", "NVDA,2025-01-27,16:20,09:00", "16:20"),
        ("ticker,anntims,anndats_act,anntims_act", "NVDA,10:00,20250127,16:20", "16:20"),
        ("ticker,date,time,filing time", "NVDA,2025-01-27,16:20,17:00", "16:20"),
        ("ticker,date,Update Time", "NVDA,2025-01-27 16:20,09:00", "16:20"),
        ("ticker,date,timing,Call Start Time", "NVDA,2025-01-27,post,17:00", ""),
        ("ticker,date,time to maturity", "NVDA,2025-01-27,4.05", ""),
    ],
)
def test_of_several_columns_of_times(tmp_path: Path, head: str, row: str, taken: str) -> None:
    events = listed(tmp_path, head, row)
    assert [str(e.announced)[11:16] for e in events] == [taken]


@pytest.mark.parametrize(
    ("head", "row", "said"),
    [
        ("ticker,date,Update Time", "NVDA,2025-01-27,16:20", "under Update Time are those of the events"),
        ("ticker,date,timestamp", "NVDA,2025-01-27,2025-01-27 16:20", "under timestamp are those of the events"),
        ("ticker,date,published_at", "NVDA,2025-01-27,2025-01-27T16:20:00", "under published_at are those of the events"),
        ("ticker;datum;zeitstempel", "NVDA;27.01.2025;27.01.2025 16:20", "under zeitstempel are those of the events"),
        ("ticker,date,announcement time,filing time", "NVDA,2025-01-27,16:20,17:00", "announcement time and filing time"),
        ("ticker,anndats,anndats_act", "NVDA,20241228,20250127", "anndats and anndats_act both may be the dates"),
        ("acquiror ticker,target ticker,date", "NVDA,AMD,2025-01-27", "there is no column ticker"),
    ],
)  # fmt: skip
def test_what_may_be_of_something_else_is_refused(tmp_path: Path, head: str, row: str, said: str) -> None:
    with pytest.raises(InvalidFile, match=said):
        listed(tmp_path, head, row)


@pytest.mark.parametrize(
    ("head", "row", "ticker"),
    [
        ("TICKER,OFTIC,anndats", "NVDX,NVDA,20250127", "NVDA"),
        ("Company Name,Exchange:Ticker,date", "NVIDIA Corp,NasdaqGS:NVDA,2025-01-27", "NasdaqGS:NVDA"),
        ("target ticker,target name,date", "NVDA,NVIDIA Corp,2025-01-27", "NVDA"),
    ],
)
def test_the_ticker_of_the_exchange_is_taken(tmp_path: Path, head: str, row: str, ticker: str) -> None:
    assert [e.tickers for e in listed(tmp_path, head, row)] == [(ticker,)]


def test_news_of_an_evening_are_of_the_next_session(tmp_path: Path) -> None:
    book = io.BytesIO()
    told = {"Ticker": ["NVDA"], "Announce Date": [pd.Timestamp("2025-01-27")], "Announce Time": [time(16, 20)]}
    pd.DataFrame(told).to_excel(book, index=False)
    (tmp_path / "list.xlsx").write_bytes(book.getvalue())
    found = run(tmp_path / "list.xlsx", tz="America/New_York", source="bundled", windows=[(0, 0)], tests=())
    assert [str(d.session) for d in found.panel.day0] == ["2025-01-28"]
