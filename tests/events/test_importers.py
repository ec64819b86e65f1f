"""Events from CSV files, data frames and the command line."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from eventstudy.errors import InvalidFile, InvalidRequest
from eventstudy.events import Event, Group, Registry, from_frame, load_registry, single_event
from eventstudy.tables import Reading


def loaded(folder: Path, content: str, reading: Reading | None = None) -> Registry:
    path = folder / "events.csv"
    path.write_bytes(content.encode())
    return load_registry(path, reading=reading)


def test_two_columns_are_enough(tmp_path: Path) -> None:
    registry = loaded(tmp_path, "ticker,date\nNVDA,2025-01-27\nBRK.B,2025-01-28\n")
    assert registry.ids == ["nvda-2025-01-27", "brk-b-2025-01-28"]
    first = registry["nvda-2025-01-27"]
    assert (first.title, first.tickers, first.announced) == ("NVDA on 2025-01-27", ("NVDA",), date(2025, 1, 27))
    assert first.group[0].role == "treated"


def test_tickers_are_text(tmp_path: Path) -> None:
    names = ["NA", "ON", "TRUE", "NULL", "007", "1E5", "nan", "日産"]
    registry = loaded(tmp_path, "ticker,date\n" + "".join(f"{name},2025-01-27\n" for name in names))
    assert [e.tickers for e in registry] == [(name,) for name in names]
    assert registry.ids[-1] == "event-2025-01-27"


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_separators_line_ends_and_quotes(tmp_path: Path, mark: str, ends: str) -> None:
    rows = [["Ticker", " DATE ", "title"], ["NVDA", "2025-01-27", f'"A{mark} ""b"""'], [], ["AMD", "2025-01-28", ""]]
    registry = loaded(tmp_path, "\ufeff" + ends.join(mark.join(row) for row in rows))
    assert registry["nvda-2025-01-27"].title == f'A{mark} "b"'
    assert registry["amd-2025-01-28"].title == "AMD on 2025-01-28"


def test_rows_of_one_event_become_one(tmp_path: Path) -> None:
    registry = loaded(
        tmp_path,
        "event_id,ticker,date,group,benchmark,category,timing,tz\n"
        "E1,NVDA,2025-01-27T07:00,treated,SPY,tech,,America/New_York\n"
        "E2,BA,2024-01-05,,,,post,\n"
        "E1,AMD,2025-01-27T07:00,treated,,,,America/New_York\n"
        "E1,MSFT,2025-01-27T07:00:00,cloud buyers,SPY,,,America/New_York\n"
        "E1,KO,2025-01-27T07:00,control,SPY,tech,,America/New_York\n",
    )
    assert registry.ids == ["E1", "E2"]
    first = registry["E1"]
    assert first.announced == datetime(2025, 1, 27, 12, tzinfo=UTC)
    assert (first.benchmark, first.category, first.title) == ("SPY", "tech", "E1")
    assert first.group == (
        Group(role="treated", tickers=("NVDA", "AMD")),
        Group(name="cloud buyers", tickers=("MSFT",)),
        Group(role="control", tickers=("KO",)),
    )
    assert registry["E2"].timing == "post"


def test_made_ids_are_unique(tmp_path: Path) -> None:
    registry = loaded(
        tmp_path,
        "ticker,date,event_id\nBRK.B,2025-01-27,\nBRK-B,2025-01-27,\nX,2025-01-27,brk-b-2025-01-27-2\n"
        "BRK.B,2025-01-27T07:00Z,\n",
    )
    assert registry.ids == ["brk-b-2025-01-27", "brk-b-2025-01-27-3", "brk-b-2025-01-27-2", "brk-b-2025-01-27-4"]


BAD = {
    "two readings": (
        "ticker,date\nA,2025-01-02\nB,1/2/2025\n",
        ["row 3, column date", "2025-02-01 (day first) or 2025-01-02 (month first)"],
    ),
    "no zone": ("ticker,date\nA,2025-01-27 07:00\n", ["row 2, column date", "without an offset"]),
    "no ticker": ("ticker,date\n,2025-01-27\n", ["row 2, column ticker: is blank"]),
    "no date": ("ticker,date\nA,\n", ["row 2, column date: is blank"]),
    "half a row": ("ticker,date,title\nA,2025-01-27,x\nB,2025-01\n", ["row 3: 2 values for 3 columns"]),
    "half a date": ("ticker,date\nA,2025-01-27\nB,2025-01", ["row 3, column date: '2025-01' is not a date"]),
    "too much": ("ticker,date\nA,2025-01-27,x\n", ["row 2: 3 values for 2 columns"]),
    "an open quote": ('ticker,date\n"A,2025-01-27\n', ["quotation marks do not pair up"]),
    "no header": ("A,B,2025-01-27\n", ["no row that names the columns"]),
    "a strange column": ("ticker,date,benchmrk\nA,2025-01-27,SPY\n", ["'benchmrk'", "did you mean benchmark?"]),
    "a column twice": ("ticker,date,date\nA,2025-01-27,\n", ["column date stands there 2 times"]),
    "nothing": ("", ["empty"]),
    "only a header": ("ticker,date\n", ["no row below it"]),
    "the same row": ("ticker,date\nA,2025-01-27\nB,2025-01-27\nA,2025-01-27\n", ["row 4", "row 2"]),
    "two dates": ("ticker,date,event_id\nA,2025-01-27,e\nB,2025-01-28,e\n", ["row 3, column date", "row 2"]),
    "two timings": ("ticker,date,event_id,timing\nA,2025-01-27,e,pre\nB,2025-01-27,e,post\n", ["row 3, column timing"]),
    "two zones": (
        "ticker,date,event_id,tz\nA,2025-01-27,e,Asia/Tokyo\nB,2025-01-27,e,Europe/Paris\n",
        ["row 3, column tz: Europe/Paris contradicts Asia/Tokyo in row 2"],
    ),
    "not a slug": ("ticker,date,event_id\nA,2025-01-27,a b\n", ["row 2, id: 'a b' is not a slug"]),
    "timing": ("ticker,date,timing\nA,2025-01-27,later\n", ["row 2, timing: 'later' is not one of"]),
    "all at once": ("ticker,date,timing\nA,to be told,\nB,2025-01-27,x\nC,2025-01-27\n", ["row 2", "row 3", "row 4"]),
}


@pytest.mark.parametrize(("content", "says"), BAD.values(), ids=BAD.keys())
def test_bad_tables_are_refused_with_their_row(tmp_path: Path, content: str, says: list[str]) -> None:
    with pytest.raises(InvalidFile) as caught:
        loaded(tmp_path, content, Reading(strict=True))
    assert str(tmp_path / "events.csv") in str(caught.value.where)
    assert caught.value.hint
    for words in says:
        assert words in str(caught.value)


def test_bad_rows_are_left_out_and_named(tmp_path: Path) -> None:
    rows = "A,2025-01-27,x,chips\nB,to be told,y,chips\nC,2025-01-28\nD,28.01.2025,z,\n"
    registry = loaded(tmp_path, "ticker,date,title,Sector\n" + rows)
    assert registry.ids == ["a-2025-01-27", "d-2025-01-28"]
    assert [bad.said for bad in registry.left_out] == [
        "row 4: 2 values for 4 columns",
        "row 3, column date: 'to be told' is not a date",
    ]
    assert registry["a-2025-01-27"].attributes == {"Sector": "chips"}


def test_a_big_table_is_read(tmp_path: Path) -> None:
    days = [day.date() for day in pd.date_range("2000-01-01", periods=5_000)]
    registry = loaded(tmp_path, "ticker,date\n" + "".join(f"T{i % 7},{days[i % 5_000]}\n" for i in range(10_000)))
    assert len(registry) == 10_000


def test_a_frame_is_read_as_a_file_is(tmp_path: Path) -> None:
    file = loaded(tmp_path, "ticker,date,benchmark\nNVDA,2025-01-27,SPY\nAMD,2025-01-28,\n")
    for dates in (
        ["2025-01-27", "2025-01-28"],
        [date(2025, 1, 27), date(2025, 1, 28)],
        pd.to_datetime(["2025-01-27", "2025-01-28"]),
        np.array(["2025-01-27", "2025-01-28"], dtype="datetime64[D]"),
    ):
        for blank in (None, np.nan, pd.NA, ""):
            assert (
                from_frame(pd.DataFrame({"ticker": ["NVDA", "AMD"], "date": dates, "benchmark": ["SPY", blank]}))
                == file
            )


def test_a_frame_of_instants_needs_zones() -> None:
    stamps = pd.to_datetime(["2025-01-27 07:00", "2025-01-28 00:00"])
    with pytest.raises(InvalidFile) as caught:
        from_frame(pd.DataFrame({"ticker": ["A", "B"], "date": stamps}))
    assert str(caught.value).count("without an offset") == 2
    zoned = from_frame(pd.DataFrame({"ticker": ["A", "B"], "date": stamps.tz_localize("America/New_York")}))
    assert [e.announced.isoformat() for e in zoned] == ["2025-01-27T07:00:00-05:00", "2025-01-28T00:00:00-05:00"]
    column = from_frame(pd.DataFrame({"ticker": ["A", "B"], "date": stamps, "tz": "America/New_York"}))
    assert [e.announced for e in column] == [e.announced for e in zoned]


def test_a_frame_is_refused_with_its_row() -> None:
    with pytest.raises(InvalidFile, match="row 2, column date: is blank"):
        from_frame(
            pd.DataFrame({"ticker": ["A", "B"], "date": [pd.Timestamp("2025-01-27"), pd.NaT]}),
            reading=Reading(strict=True),
        )
    with pytest.raises(InvalidFile, match="row 1, column ticker: is blank"):
        from_frame(pd.DataFrame({"ticker": [None], "date": ["2025-01-27"]}))
    with pytest.raises(InvalidFile, match="no column date"):
        from_frame(pd.DataFrame({"ticker": ["A"]}))


def test_an_event_on_the_spot() -> None:
    event = single_event("2025-01-27", ["NVDA", "AMD"], benchmark="SPY", timing="pre")
    assert event == Event(
        id="2025-01-27",
        title="NVDA, AMD on 2025-01-27",
        title_de="NVDA, AMD am 27.01.2025",
        announced=date(2025, 1, 27),
        timing="pre",
        benchmark="SPY",
        group=(Group(tickers=("NVDA", "AMD")),),
    )
    instant = single_event("2025-01-27T07:00", ["A", "B", "C", "D"], tz="America/New_York")
    assert (instant.id, instant.title) == ("2025-01-27", "A, B, C ... on 2025-01-27")
    assert instant.announced == datetime(2025, 1, 27, 12, tzinfo=UTC)
    assert single_event(date(2025, 1, 27), ["A"], title="T").title == "T"
    assert single_event(date(2025, 1, 27), ["A"], title="T").title_de is None


def test_an_event_on_the_spot_is_checked() -> None:
    for arguments in (
        ("1/2/2025", ["A"]),
        ("2025-01-27", []),
        ("2025-01-27", ["A", "A"]),
        ("2025-01-27", [""]),
        ("2025-01-27T07:00", ["A"]),
        (datetime.fromisoformat("2025-01-27T07:00"), ["A"]),
    ):
        with pytest.raises(InvalidRequest):
            single_event(*arguments)
    with pytest.raises(InvalidRequest, match="timing"):
        single_event("2025-01-27T07:00Z", ["A"], timing="pre")
