from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest
from eventstudy.errors import InvalidFile, SymbolUnknown
from eventstudy.prices import PriceTable
from eventstudy.prices.csv import SOURCE

LONG = "ticker,date,close\nNA,2025-01-02,10\nON,2025-01-02,20\nNA,2025-01-03,11\nON,2025-01-03,21.5\n"
WIDE = "date,NA,ON\n2025-01-02,10,20\n2025-01-03,11,21.5\n"

Write = Callable[[str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def at(text: str | bytes) -> Path:
        path = tmp_path / "prices.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return at


def refused(path: Path) -> InvalidFile:
    with pytest.raises(InvalidFile) as caught:
        SOURCE.read(path)
    assert caught.value.exit_code == 3
    assert caught.value.where is not None
    assert "prices.csv" in caught.value.where
    return caught.value


def same(one: PriceTable, other: PriceTable) -> bool:
    return one.sha256() == other.sha256() and one.info == other.info


def test_long_and_wide_say_the_same(write: Write) -> None:
    long = SOURCE.read(write(LONG))
    assert long.tickers == ["NA", "ON"]
    assert long.close.to_numpy().tolist() == [[10.0, 20.0], [11.0, 21.5]]
    assert same(long, SOURCE.read(write(WIDE)))


@pytest.mark.parametrize("ticker", ["NA", "ON", "TRUE", "NULL", "nan", "None", "007", "1E5", "BRK.B", "^GSPC", "ÅB"])
@pytest.mark.parametrize("form", ["long", "wide"])
def test_tickers_are_text(write: Write, ticker: str, form: str) -> None:
    text = f"ticker,date,close\n{ticker},2025-01-02,10\n" if form == "long" else f"date,{ticker}\n2025-01-02,10\n"
    assert SOURCE.read(write(text)).tickers == [ticker]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + LONG,
        LONG.replace("\n", "\r\n"),
        LONG.replace("\n", "\r"),
        LONG.replace("\n", "\n\n"),
        LONG + "\n  \n",
        LONG.replace(",", " , "),
        LONG.replace("ticker,date,close", "Ticker,Date,Close"),
        LONG.replace("NA", '"NA"').replace("10", '"10"'),
        "\n".join([LONG.split("\n")[0], *sorted(LONG.strip().split("\n")[1:], reverse=True)]) + "\n",
        LONG.replace("2025-01-02", "2025-01-02 00:00:00"),
        "date,close,ticker\n" + "".join(",".join([d, c, t]) + "\n" for t, d, c in (
            row.split(",") for row in LONG.strip().split("\n")[1:]
        )),
    ],
    ids=["bom", "crlf", "cr", "blank-rows", "blank-end", "blanks", "capitals", "quotes", "unsorted", "midnight", "columns"],
)  # fmt: skip
def test_ways_of_writing_that_mean_the_same(write: Write, text: str) -> None:
    assert SOURCE.read(write(text)).sha256() == SOURCE.read(write(LONG)).sha256()


def test_an_empty_cell_is_missing_and_nothing_is_filled(write: Write) -> None:
    close = SOURCE.read(write("ticker,date,close\nA,2025-01-02,10\nA,2025-01-03,\nB,2025-01-03,5\n")).close
    assert np.isnan(close.to_numpy()).tolist() == [[False, True], [True, False]]


@pytest.mark.parametrize(("between", "times"), [("", 1), (",,,\n", 2), (",, ,\n,,,\n", 2)])
def test_rows_are_read_again_only_where_lines_are_taken_out(
    write: Write, monkeypatch: pytest.MonkeyPatch, between: str, times: int
) -> None:
    """A last cell that is empty may be one that lacks: each line is looked at, and those without a value are taken out."""
    read = Mock(side_effect=pd.read_csv)
    monkeypatch.setattr(pd, "read_csv", read)
    path = write(f"ticker,date,close,dividend\nNA,2025-01-02,10,\n{between}NA,2025-01-03,11,0.5\n")
    table = SOURCE.read(path)
    assert read.call_count == times
    assert table.close["NA"].tolist() == [10, 11]
    assert table.fields["dividend"]["NA"].tolist()[1:] == [0.5]


def test_every_digit_is_kept(write: Write) -> None:
    close = SOURCE.read(
        write("ticker,date,close\nA,2025-01-02,142.61999999999998\nA,2025-01-03,1.234567890123457e-9\n")
    ).close
    assert close["A"].tolist() == [142.61999999999998, 1.234567890123457e-9]


def test_all_columns(write: Write) -> None:
    table = SOURCE.read(
        write(
            "ticker,date,close,open,high,low,adj_close,volume,dividend,split\n"
            "A,2025-01-02,10,9,11,8,9.5,1000,,\nA,2025-01-03,10,9,11,8,9.7,0,0.5,2\nA,2025-01-06,10,9,11,8,9.9,7,0,0\n"
        )
    )
    assert list(table.fields) == ["open", "high", "low", "close", "adj_close", "volume", "dividend", "split"]
    assert table.fields["volume"]["A"].tolist() == [1000, 0, 7]
    assert table.fields["dividend"]["A"].dropna().to_list() == [0.5]
    assert table.fields["split"]["A"].dropna().to_list() == [2.0]


@pytest.mark.parametrize(
    ("columns", "cells", "basis"),
    [
        ("close", "10", "as_given"),
        ("close,volume", "10,5", "as_given"),
        ("close,adj_close", "10,9", "adj_close"),
        ("close,adj_close", "10,", "as_given"),
        ("close,dividend", "10,0.5", "dividends"),
        ("close,dividend", "10,", "dividends"),
        ("close,adj_close,dividend", "10,9,", "dividends"),
    ],
)
def test_what_total_returns_are_made_of(write: Write, columns: str, cells: str, basis: str) -> None:
    info = SOURCE.read(write(f"ticker,date,{columns}\nA,2025-01-02,{cells}\n")).info["A"]
    assert (info.basis, info.source, info.retrieved_at) == (basis, "csv", None)


def test_only_what_is_asked_for(write: Write) -> None:
    table = SOURCE.read(write(LONG), ["ON", "XX", "naa"], date(2025, 1, 3), date(2025, 1, 3))
    assert table.close.to_dict("list") == {"ON": [21.5]}
    assert len(table.close) == 1
    assert set(table.missing) == {"XX", "naa"}
    assert "did you mean 'NA'?" in str(table.missing["naa"])
    assert "NA, ON" in str(table.missing["XX"])


def test_sessions_are_those_of_the_tickers_asked_for(write: Write) -> None:
    text = "ticker,date,close\nA,2025-01-02,1\nA,2025-01-03,\nB,2025-01-06,1\n"
    assert len(SOURCE.read(write(text), ["A"]).close) == 2
    assert len(SOURCE.read(write(text)).close) == 3


@pytest.mark.parametrize("text", [LONG, WIDE], ids=["long", "wide"])
def test_a_ticker_without_prices_on_the_dates(write: Write, text: str) -> None:
    table = SOURCE.read(write(text), ["NA"], date(2026, 1, 1))
    assert table.tickers == []
    assert isinstance(table.missing["NA"], SymbolUnknown)
    assert "from 2026-01-01" in str(table.missing["NA"])


def test_tickers_stand_in_the_order_of_the_file_or_of_the_request(write: Write) -> None:
    path = write("ticker,date,close\nZ,2025-01-02,1\nA,2025-01-02,1\nM,2025-01-02,1\n")
    assert SOURCE.read(path).tickers == ["Z", "A", "M"]
    assert SOURCE.read(path, ["M", "Z"]).tickers == ["M", "Z"]


def test_a_file_without_a_last_line_end_is_read_with_a_word_of_warning(write: Write) -> None:
    table = SOURCE.read(write(LONG.rstrip("\n")))
    assert table.sha256() == SOURCE.read(write(LONG)).sha256()
    assert all("row 5" in i.notes[0] and "cut off" in i.notes[0] for i in table.info.values())


BAD = {
    "empty": ("", "empty", None),
    "blank": (" \n\n", "empty", None),
    "header-only": ("ticker,date,close\n", "no row below it", None),
    "no-header": ("NVDA,2025-01-02,10,7\nNVDA,2025-01-03,11,7\n", "no row that names the columns", None),
    "two-ways": ("ticker,date,close\nA,2025-01-02,1\nA,1/2/2025,10\n", "reads two ways", "row 3, column date"),
    "no-such-day": ("ticker,date,close\nA,2025-02-30,10\n", "is not a date", "row 2"),
    "year-0225": ("ticker,date,close\nA,0225-02-20,10\n", "is not a date", "row 2"),
    "instant": ("ticker,date,close\nA,2025-01-02T16:00:00-05:00,10\n", "instant", "row 2"),
    "no-date": ("ticker,date,close\nA,,10\n", "date is empty", "row 2"),
    "short-row": ("ticker,date,close\nA,2025-01-02\nA,2025-01-03,1\n", "2 cells where the header has 3", "row 2"),
    "long-row": ("ticker,date,close\nA,2025-01-02,1,2\nA,2025-01-03,1\n", "4 cells", "row 2"),
    "decimal-comma": ("ticker,date,close\nA,2025-01-02,142,62\n", "4 cells", "row 2"),
    "broken-off": (LONG[:-12], "2 cells where the header has 3", "half-written"),
    "broken-off-after-comma": (LONG[: LONG.rindex(",") + 1], "breaks off", "half-written"),
    "broken-off-after-point": (LONG[:-2], "breaks off", "row 5"),
    "broken-off-quote": (LONG + '"ON,2025-01', "quotation marks", None),
    "quote-over-rows": (LONG + '"O\nN",2025-01-06,3\n', "several rows", None),
    "zero-bytes": (LONG.encode() + b"\0" * 20, "zero bytes", "row 6"),
    "twice-wide": (WIDE + "2025-01-02,3,4\n", "2025-01-02 is given twice", "row 2"),
    "infinite": ("ticker,date,close\nA,2025-01-02,inf\n", "infinite", "row 2"),
    "zero": ("ticker,date,close\nA,2025-01-02,1\nA,2025-01-03,0\n", "close is zero", "row 3, column close"),
    "negative": ("ticker,date,close\nA,2025-01-02,-5\n", "close is negative: -5", "CRSP"),
    "tiny": ("ticker,date,close\nA,2025-01-02,1e-308\n", "close is too small: 1e-308", "row 2"),
    "negative-dividend": ("ticker,date,close,dividend\nA,2025-01-02,1,-1\n", "dividend is negative", "row 2"),
    "column-twice": ("ticker,date,close,Close\nA,2025-01-02,1,1\n", "there twice", "ticker, date, close, Close"),
    "no-close": ("ticker,date,open\nA,2025-01-02,1\n", "no column 'close'", "ticker, date, open"),
    "no-date-column": ("ticker,close\nA,1\n", "no column 'date'", "ticker, close"),
    "no-ticker-column": ("Date,Open,High,Low,Close,Volume\n2025-01-02,1,1,1,1,5\n", "no column 'ticker'", "ticker"),
    "no-ticker": ("ticker,date,close\nA,2025-01-02,1\n,2025-01-03,1\n", "ticker is empty", "row 3"),
    "heading-twice": ("date,A,A\n2025-01-02,1,2\n", "'A' heads two columns", None),
    "text": ("ticker,date,close\nA,2025-01-02,1\n\nA,2025-01-03,many\n", "'many' is not a number", "row 4, column close"),
    "twice": (LONG.replace("ON", "NA") , "NA on 2025-01-02 is given twice", "row 3"),
    "misspelt": ("ticker,date,close,adj_clsoe\nA,2025-01-02,1,1\n", "unknown column 'adj_clsoe'", "did you mean 'adj_close'?"),
    "heading-empty": ("date,A,\n2025-01-02,1,2\n2025-01-03,1,3\n", "heading of price column 2 is empty", "A"),
    "two-dates": ("date,A,Date\n2025-01-02,1,2025-01-02\n", "two columns 'date'", None),
}  # fmt: skip


@pytest.mark.parametrize(("text", "what", "more"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_with_its_place(write: Write, text: str | bytes, what: str, more: str | None) -> None:
    error = refused(write(text))
    assert what in error.what
    assert more is None or more in str(error)


@pytest.mark.parametrize("mark", [",", ";"])
def test_line_breaks_inside_headings_are_blanks(write: Write, mark: str) -> None:
    rows = f"2025-01-02{mark}1.5{mark}2.5\n2025-01-03{mark}1.6{mark}2.6\n"
    table = SOURCE.read(write(f'"Prices\nof January"\n"Date"{mark}"A\nclose"{mark}"B\r\nclose"\n{rows}'))
    assert table.close["A"].tolist() == [1.5, 1.6]
    assert table.close["B"].tolist() == [2.5, 2.6]
    apart = f'Date{mark}"A{mark}B\n{rows}'  # a mark that does not pair up joins no rows
    assert refused(write(apart)).exit_code == 3


@pytest.mark.parametrize("cut", range(20, len(LONG) - 1))
def test_a_long_file_cut_off_anywhere_is_never_read_in_silence(write: Write, cut: int) -> None:
    path = write(LONG[:cut])
    try:
        table = SOURCE.read(path)
    except InvalidFile:
        return
    whole_rows = LONG[:cut].endswith("\n")
    assert whole_rows or all(i.notes for i in table.info.values())


def test_a_number_too_large_to_hold_is_refused(write: Write) -> None:
    error = refused(write("ticker,date,close\nA,2025-01-02,1e999\n"))
    assert "row 2, column close" in str(error)
    assert error.what in ("the value is infinite", "'1e999' is not a number")  # as the version of pandas reads it


def test_no_such_file_and_no_file_at_all(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="no such file"):
        SOURCE.read(tmp_path / "absent.csv")
    with pytest.raises(InvalidFile, match="holds no table"):
        SOURCE.read(tmp_path)
