"""Parquet and workbooks: the columns of a CSV file, so the table of a CSV file; and what only they can get wrong."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy.datasets import shipped
from eventstudy.errors import EventStudyError, InvalidFile
from eventstudy.events import load_registry
from eventstudy.prices import Reading, load_prices
from eventstudy.prices.parquet import SOURCE as PARQUET
from eventstudy.prices.xlsx import SOURCE as XLSX
from openpyxl import Workbook

SAMPLE = shipped("prices", "sample.csv")
Rows = list[list[Any]]
Write = Callable[..., Path]


def sample(dates: str) -> pd.DataFrame:
    frame = pd.read_csv(SAMPLE, dtype={"ticker": str}, keep_default_na=False, na_values={"dividend": [""]})
    if dates != "text":
        frame["date"] = pd.to_datetime(frame["date"])
    return frame if dates != "date32" else frame.assign(date=frame["date"].dt.date)


@pytest.mark.parametrize("dates", ["text", "date32", "timestamp"])
def test_parquet_is_what_the_csv_file_is(tmp_path: Path, dates: str) -> None:
    path = tmp_path / "sample.parquet"
    sample(dates).to_parquet(path, index=False)
    there, here = load_prices(path=SAMPLE), load_prices(path=path)
    assert (here.source, here.sha256()) == ("parquet", there.sha256())
    assert {i.basis for i in here.info.values()} == {i.basis for i in there.info.values()}
    some = load_prices(["NVDA", "nvdaa"], "2024-03-01", "2024-03-28", path=path)
    assert some.sha256() == load_prices(["NVDA"], "2024-03-01", "2024-03-28", path=SAMPLE).sha256()
    assert "did you mean 'NVDA'?" in str(some.missing["nvdaa"])


@pytest.mark.parametrize("index", [True, False])
def test_wide_parquet_with_dates_as_index_or_column(tmp_path: Path, index: bool) -> None:
    wide = load_prices(path=SAMPLE).close
    path = tmp_path / "wide.pq"
    frame = wide.rename_axis(index="date", columns=None)
    (frame if index else frame.reset_index()).to_parquet(path)
    assert load_prices(path=path).sha256() == load_prices(path=wide).sha256()


@pytest.mark.parametrize(
    ("frame", "what"),
    [
        ({"ticker": ["A", "A"], "date": ["2025-01-02"] * 2, "close": [1.0, 2.0]}, "A on 2025-01-02 is given twice"),
        ({"ticker": ["A"], "date": ["1/2/2025"], "close": [1.0]}, "reads two ways"),
        ({"ticker": ["A"], "date": ["2025-01-02"], "close": [-1.0]}, "the close is negative"),
        ({"ticker": [None], "date": ["2025-01-02"], "close": [1.0]}, "the ticker is empty"),
        ({"ticker": [], "date": [], "close": []}, "there is no row below the headings"),
    ],
)
def test_parquet_that_cannot_be_meant(tmp_path: Path, frame: dict[str, Any], what: str) -> None:
    path = tmp_path / "odd.parquet"
    pd.DataFrame(frame).to_parquet(path)
    with pytest.raises(InvalidFile) as caught:
        PARQUET.read(path)
    assert what in str(caught.value)
    assert "odd.parquet" in str(caught.value)


def test_a_file_that_is_no_parquet(tmp_path: Path) -> None:
    path = tmp_path / "odd.parquet"
    path.write_bytes(b"PAR1 not really")
    with pytest.raises(InvalidFile, match="cannot be read as Parquet"):
        PARQUET.read(path)
    with pytest.raises(InvalidFile, match="no such file"):
        PARQUET.read(tmp_path / "none.parquet")


@pytest.mark.slow
def test_what_to_install_is_named_where_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1")
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from eventstudy.cli import main\n"
        "main(['run', '--date', '2025-01-27', '--tickers', 'A', '--prices', 'x.parquet'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "python -m pip install 'eventstudy-lab[scale]', or save" in done.stderr
    assert "Traceback" not in done.stderr


# ---- workbooks -------------------------------------------------------------------------------------------------------

LONG: Rows = [
    ["Ticker", "Date", "Close", "Dividend"],
    ["NA", date(2025, 1, 2), 10, None],
    [True, date(2025, 1, 2), 20.5, 0.25],
    [None, None, None, None],
    [7203, "2025-01-02", "30.25", None],
    ["NA", date(2025, 1, 3), 11, None],
]


@pytest.fixture
def workbook(tmp_path: Path) -> Write:
    def write(*sheets: Rows, names: tuple[str, ...] = ()) -> Path:
        book = Workbook()
        book.remove(book.active)
        for i, rows in enumerate(sheets):
            sheet = book.create_sheet(names[i] if names else f"S{i}")
            for row in rows:
                sheet.append(row)
        path = tmp_path / "prices.xlsx"
        book.save(path)
        return path

    return write


def refused(path: Path) -> EventStudyError:
    with pytest.raises(InvalidFile) as caught:
        XLSX.read(path, reading=Reading(strict=True))
    assert "prices.xlsx" in str(caught.value.where)
    return caught.value


def test_a_long_sheet(workbook: Write) -> None:
    table = load_prices(path=workbook(LONG))
    assert (table.source, table.tickers) == ("xlsx", ["NA", "TRUE", "7203"])
    assert table.close.fillna(0).to_numpy().tolist() == [[10.0, 20.5, 30.25], [11.0, 0.0, 0.0]]
    assert table.fields["dividend"]["TRUE"].iloc[0] == 0.25
    assert table.info["NA"].basis == "dividends"


@pytest.mark.parametrize("kind", ["prices", "events"])
def test_formatted_empty_columns_cost_nothing(tmp_path: Path, kind: str) -> None:
    """A sheet formatted up to its last column, XFD: what is read is what is written there, not 16,384 cells a row."""
    book = Workbook()
    sheet = book.active
    sheet.append(["ticker", "date", "close"] if kind == "prices" else ["ticker", "date"])
    days = pd.bdate_range("2023-01-02", periods=300)
    for day in days:
        sheet.append(["AAA", day.date(), 10.0] if kind == "prices" else ["AAA", day.date()])
    for row in range(1, 302):
        sheet.cell(row, 16_384).number_format = "0.00"
    assert sheet.dimensions.endswith("XFD301")
    path = tmp_path / "wide.xlsx"
    book.save(path)
    tracemalloc.start()
    try:
        read = load_prices(path=path).close if kind == "prices" else load_registry(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(read) == 300
    assert peak < 20e6


def test_rows_that_are_formatted_to_the_last_column_are_no_values_astray(tmp_path: Path) -> None:
    """Eleven million places, of which the table fills two thousand: what has a format alone is not there."""
    book = Workbook()
    sheet = book.active
    sheet.append(["ticker", "date", "close"])
    for day in pd.bdate_range("2020-01-02", periods=700):
        sheet.append(["AAA", day.date(), 10.0])
    sheet.cell(701, 16_384).number_format = "0.00"
    book.save(tmp_path / "wide.xlsx")
    assert load_prices(path=tmp_path / "wide.xlsx").close.shape == (700, 1)


def test_a_value_astray_is_named_and_no_table_is_made_of_it(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["ticker", "date", "close"])
    for day in pd.bdate_range("2023-01-02", periods=100):
        sheet.append(["AAA", day.date(), 10.0])
    sheet.cell(7, 16_384).value = "x"
    book.save(tmp_path / "prices.xlsx")
    error = refused(tmp_path / "prices.xlsx")
    assert error.what == "a value stands far from the rest of the table"
    assert error.where == "prices.xlsx, sheet Sheet, cell XFD7"


def test_a_wide_sheet_says_what_the_csv_file_says(workbook: Write, tmp_path: Path) -> None:
    rows: Rows = [
        ["date", "NA", True, 7203],
        [date(2025, 1, 2), 10, 20.5, None],
        [pd.Timestamp("2025-01-03"), 11, None, 3],
    ]
    (tmp_path / "same.csv").write_text("date,NA,TRUE,7203\n2025-01-02,10,20.5,\n2025-01-03,11,,3\n", encoding="utf-8")
    assert load_prices(path=workbook(rows)).sha256() == load_prices(path=tmp_path / "same.csv").sha256()


LONG_DAYS: Rows = [[date(2025, 1, day), 0.5] for day in (2, 3)]


def test_the_sheet_that_is_meant(workbook: Write) -> None:
    notes: Rows = [["made by", "hand"]]
    assert load_prices(path=workbook([], LONG, [])).tickers == ["NA", "TRUE", "7203"]
    assert load_prices(path=workbook(notes, LONG, names=("notes", "Prices"))).tickers == ["NA", "TRUE", "7203"]
    beside = load_prices(path=workbook(notes, LONG, names=("notes", "data")))
    assert beside.tickers == ["NA", "TRUE", "7203"]
    assert "sheets that are no tables of prices left aside: notes (it has no rows with dates)" in map(
        str, beside.read_as
    )
    error = refused(workbook(notes, notes, names=("notes", "more")))
    assert (error.what, error.available) == ("several sheets hold something", "notes, more")
    assert refused(workbook([])).what == "the workbook is empty"
    assert "no row below it" in refused(workbook(LONG[:1])).what


@pytest.mark.parametrize(
    ("row", "column", "value", "what", "where"),
    [
        (2, 0, date(2025, 3, 1), "took what was typed for one", "row 3, column Ticker"),
        (2, 0, None, "the ticker is empty", "row 3, column Ticker"),
        (1, 1, "1/2/2025", "reads two ways", "row 2, column Date"),
        (1, 1, "2/1/2025 ", "reads two ways", "row 2, column Date"),
        (4, 2, True, "TRUE is not a number", "row 5, column Close"),
        (4, 2, date(2025, 1, 2), "2025-01-02 is not a number", "row 5, column Close"),
        (4, 2, "#N/A", "the cell holds the error #N/A", "cell C5"),
        (4, 2, "=1+1", "the cell holds a formula without a value", "cell C5"),
        (0, 3, "divdend", "unknown column 'divdend'", "sheet S0"),
        (0, 3, date(2025, 1, 2), "the heading of column 4", "sheet S0"),
    ],
)
def test_cells_that_cannot_be_meant(workbook: Write, row: int, column: int, value: Any, what: str, where: str) -> None:
    rows = [list(r) for r in LONG]
    rows[row][column] = value
    error = refused(workbook(rows))
    assert what in error.what
    assert where in str(error.where)


def test_a_file_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "prices.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0 not really")
    assert "cannot be read as a workbook" in refused(path).what
    with pytest.raises(InvalidFile, match="no such file"):
        XLSX.read(tmp_path / "none.xlsx")


def test_empty_cells_are_missing_values(workbook: Write) -> None:
    rows: Rows = [["date", "A", "B"], [date(2025, 1, 2), 1, None], [date(2025, 1, 3), None, 2]]
    assert np.isnan(load_prices(path=workbook(rows)).close.to_numpy()).tolist() == [[False, True], [True, False]]


def sheet(first: float) -> Rows:
    """Closes and volumes of one ticker, whom no cell names."""
    return [["Date", "Close", "Volume"], *([date(2025, 1, day), first + day, 7] for day in (2, 3, 6))]


def test_sheets_of_one_ticker_each_are_called_by_it(workbook: Write) -> None:
    path = workbook(
        sheet(100), sheet(400), [["Date", "Dividends"], *LONG_DAYS], names=("NVDA US Equity", "SPY", "Dividends")
    )
    found = load_prices(["NVDA", "SPY"], path=path)
    assert found.close.iloc[0].to_dict() == {"NVDA": 102.0, "SPY": 402.0}
    said = [str(phrase) for phrase in found.read_as]
    assert "sheets of one table each: 2" in said
    assert any(phrase.startswith("sheets that are no tables of prices left aside: Dividends") for phrase in said)
    missing = load_prices(["SPY", "AMD"], path=path).missing["AMD"]
    assert missing.available == "SPY, NVDA US Equity"
    with pytest.raises(InvalidFile, match="no sheet is called by a ticker that is asked for"):
        load_prices(["AMD"], path=path)


def test_sheets_that_hold_one_ticker_twice_are_refused(workbook: Write) -> None:
    path = workbook(sheet(100), sheet(200), names=("NVDA", "NVDA (2)"))
    with pytest.raises(InvalidFile, match=r"NVDA and NVDA \(2\) have other values of close of NVDA on"):
        load_prices(["NVDA"], path=path)
    path = workbook(sheet(100), sheet(200), names=("NVDA", "NVDA old"))
    with pytest.raises(InvalidFile, match="several files or sheets hold prices of NVDA"):
        load_prices(["NVDA"], path=path)


def test_several_files_are_read_as_one(tmp_path: Path) -> None:
    firms, market = tmp_path / "firms.csv", tmp_path / "market.csv"
    firms.write_text("Date,NVDA,AMD\n2025-01-02,100,200\n2025-01-03,101,201\n", encoding="utf-8")
    market.write_text("ticker,date,close\nSPY,2025-01-02,500\nSPY,2025-01-06,501\n", encoding="utf-8")
    found = load_prices(["NVDA", "SPY", "MSFT"], path=[firms, str(market)])
    assert found.close.loc["2025-01-02"].to_dict() == {"NVDA": 100.0, "SPY": 500.0}
    assert found.missing["MSFT"].available == "NVDA, AMD, SPY"
    with pytest.raises(InvalidFile, match="the file is named twice"):
        load_prices(["NVDA"], path=[firms, firms])
    again = tmp_path / "again.csv"
    again.write_bytes(firms.read_bytes())
    with pytest.raises(InvalidFile, match="several files or sheets hold prices of NVDA"):
        load_prices(["NVDA"], path=[firms, again])


def test_a_list_of_events_in_a_folder_of_prices_is_left_aside_and_said(tmp_path: Path) -> None:
    for ticker in ("AAA", "BBB"):
        (tmp_path / f"{ticker}.csv").write_text("Date,Close\n2025-01-02,10.5\n2025-01-03,11.5\n")
    for events in ("ticker,date\nAAA,2025-01-27\nBBB,2025-01-28\n", "event_id,ticker,date,title\na,AAA,2025-01-27,x\n"):
        (tmp_path / "events.csv").write_text(events)
        found = load_prices(path=tmp_path)
        assert sorted(found.tickers) == ["AAA", "BBB"]
        assert "files without prices left aside: events.csv" in [str(one) for one in found.read_as]
    (tmp_path / "BBB.csv").write_text("Date,Close\n2025-01-02,10.5\n2025-01-03,x\n")
    with pytest.raises(InvalidFile, match="'x' is not a number"):
        load_prices(path=tmp_path / "BBB.csv")
    (tmp_path / "AAA.csv").unlink()
    (tmp_path / "BBB.csv").unlink()
    (tmp_path / "firms.csv").write_text("ticker,name\nAAA,Alpha\n")
    with pytest.raises(InvalidFile, match=r"no file is a table of prices[^?]*a long one ticker,date,close"):
        load_prices(path=tmp_path)
