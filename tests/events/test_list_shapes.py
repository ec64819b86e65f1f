"""Lists of events as people and vendors write them: each is read to the same days, or refused with what settles it."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from eventstudy.errors import InvalidFile
from eventstudy.events import from_frame, load_registry
from eventstudy.events.rows import _coded, _texts
from eventstudy.tables import Reading
from tests.tables.shapes import book

D = pd.to_datetime(["2025-01-27", "2025-02-03", "2025-02-14"])
T = ["NVDA", "AMD", "SPY"]
S: dict[str, tuple[str, bytes, dict[str, Any]]] = {}


def rows(written: Callable[[str, pd.Timestamp], str]) -> str:
    """A row an event."""
    return "".join(written(t, d) + "\n" for t, d in zip(T, D, strict=True))


def add(key: str, name: str, content: str | bytes, **said: Any) -> None:
    """A list in a file of this name."""
    S[key] = (name, content.encode() if isinstance(content, str) else content, said)


add("plain", "e.csv", "ticker,date\n" + rows(lambda t, d: f"{t},{d:%Y-%m-%d}"))
add("de", "e.csv", "Kürzel;Ereignistag;Beschreibung\n" + rows(lambda t, d: f"{t};{d:%d.%m.%Y};Meldung, wichtig"))
add("de cp1252", "e.csv", ("Kürzel;Ankündigungsdatum\n" + rows(lambda t, d: f"{t};{d:%d.%m.%Y}")).encode("cp1252"))
add("fr", "e.csv", "Titre;Date d'annonce;Événement\n" + rows(lambda t, d: f"{t};{d:%d/%m/%Y};résultats"))
add("es", "e.csv", "Símbolo;Fecha del evento\n" + rows(lambda t, d: f"{t};{d:%d/%m/%Y}"))
add(
    "us",
    "e.csv",
    "Symbol,Announcement Date,Headline\n" + rows(lambda t, d: f'{t},{d.month}/{d.day}/{d.year},"Chips, and more"'),
)
add("title rows", "e.csv", "My events\nmade by hand\n\nTicker,Date\n" + rows(lambda t, d: f"{t},{d:%Y-%m-%d}"))
add("comments", "e.csv", "# my list\n#\nticker,date\n" + rows(lambda t, d: f"{t},{d:%Y-%m-%d}"))
add("comment inside", "e.csv", "ticker,date\nNVDA,2025-01-27\n# later\nAMD,2025-02-03\nSPY,2025-02-14\n")
add("no header", "e.csv", rows(lambda t, d: f"{t},{d:%Y-%m-%d}"))
add(
    "ibes",
    "e.csv",
    "TICKER,CNAME,ANNDATS,ANNTIMS,ACTUAL\n" + rows(lambda t, d: f"{t},X CORP,{d:%Y%m%d},16:05:00,1.2"),
    tz="America/New_York",
)
add(
    "compustat rdq",
    "e.csv",
    "gvkey,datadate,tic,rdq\n" + rows(lambda t, d: f"1,{(d - pd.Timedelta(days=60)):%Y%m%d},{t},{d:%Y%m%d}"),
)
add(
    "wrds permno",
    "e.csv",
    "permno,edate\n" + "".join(f"{p},{d:%Y%m%d}\n" for p, d in zip((10001, 10002, 10003), D, strict=True)),
)
add(
    "crsp evt",
    "e.csv",
    "PERMNO,EVTDATE\n" + "".join(f"{p},{d:%Y-%m-%d}\n" for p, d in zip((10001, 10002, 10003), D, strict=True)),
)
add("eventus", "e.txt", "".join(f"{p} {d:%Y%m%d}\n" for p, d in zip((10001, 10002, 10003), D, strict=True)))
add("bbg", "e.csv", "Security,Announcement Date\n" + rows(lambda t, d: f"{t} US Equity,{d:%m/%d/%Y}"))
add(
    "ma",
    "e.csv",
    "Deal Number,Acquiror Ticker,Date Announced,Target Name\n" + rows(lambda t, d: f"123,{t},{d:%m/%d/%Y},Foo Inc"),
)
add(
    "earnings cal",
    "e.csv",
    "Symbol,Company,Earnings Date,Call Time,EPS Estimate\n"
    + rows(lambda t, d: f"{t},Foo Inc,{d:%b} {d.day} {d.year},AMC,1.2"),
)
add(
    "yahoo earnings",
    "e.csv",
    "Symbol,Company,Earnings Date,EPS Estimate\n"
    + rows(lambda t, d: f'{t},Foo,"{d:%b} {d.day}, {d.year}, 4 PMEST",1.2'),
    tz="America/New_York",
)
add("nasdaq earn", "e.csv", "time,symbol,name,date\n" + rows(lambda t, d: f"time-after-hours,{t},Foo,{d:%Y-%m-%d}"))
add("datetime", "e.csv", "ticker,date\n" + rows(lambda t, d: f"{t},{d:%Y-%m-%d 07:00}"), tz="America/New_York")
add("datetime offset", "e.csv", "ticker,date\n" + rows(lambda t, d: f"{t},{d:%Y-%m-%dT07:00:00-05:00}"))
add("time am pm", "e.csv", "ticker,date,time\n" + rows(lambda t, d: f"{t},{d:%Y-%m-%d},7:00 AM"), tz="America/New_York")
add(
    "uhrzeit",
    "e.csv",
    "Kürzel;Datum;Uhrzeit\n" + rows(lambda t, d: f"{t};{d:%d.%m.%Y};07:30 Uhr"),
    tz="America/New_York",
)
add("named zone", "e.csv", "ticker,date,time,tz\n" + rows(lambda t, d: f"{t},{d:%Y-%m-%d},07:00,ET"))
add("time EST", "e.csv", "ticker,date\n" + rows(lambda t, d: f"{t},{d:%Y-%m-%d} 07:00 EST"))
add(
    "wide tickers blank",
    "e.csv",
    "event,date,tickers\n" + "".join(f"E{i},{d:%Y-%m-%d},NVDA AMD\n" for i, d in enumerate(D)),
)
add("xlsx", "e.xlsx", book([["Ticker", "Date"], *[[t, d.to_pydatetime()] for t, d in zip(T, D, strict=True)]]))
add(
    "xlsx titles",
    "e.xlsx",
    book(
        [
            ["My events"],
            [],
            ["Company", "Ticker", "Announcement"],
            *[["x", t, d.to_pydatetime()] for t, d in zip(T, D, strict=True)],
        ]
    ),
)
add("xlsx text dmy", "e.xlsx", book([["Ticker", "Date"], *[[t, f"{d:%d/%m/%Y}"] for t, d in zip(T, D, strict=True)]]))
add("ods-less gz", "e.csv.gz", gzip.compress(("ticker,date\n" + rows(lambda t, d: f"{t},{d:%Y-%m-%d}")).encode()))
b = io.BytesIO()
z = zipfile.ZipFile(b, "w")
z.writestr("e.csv", "ticker,date\n" + rows(lambda t, d: f"{t},{d:%Y-%m-%d}"))
z.close()
add("zip", "e.zip", b.getvalue())
add("tsv", "e.tsv", "ticker\tdate\n" + rows(lambda t, d: f"{t}\t{d:%Y-%m-%d}"))
add("utf16", "e.txt", ("ticker\tdate\n" + rows(lambda t, d: f"{t}\t{d:%Y-%m-%d}")).encode("utf-16"))
add("pipe", "e.txt", "ticker|date\n" + rows(lambda t, d: f"{t}|{d:%Y-%m-%d}"))
add("trailing commas", "e.csv", "ticker,date,,\n" + rows(lambda t, d: f"{t},{d:%Y-%m-%d},,"))
add("blank rows", "e.csv", "ticker,date\n\nNVDA,2025-01-27\n,\nAMD,2025-02-03\n\nSPY,2025-02-14\n,,\n")
add("footer", "e.csv", "ticker,date\n" + rows(lambda t, d: f"{t},{d:%Y-%m-%d}") + "\nSource: my notes\n")
add(
    "two dates",
    "e.csv",
    "ticker,announcement_date,effective_date\n"
    + rows(lambda t, d: f"{t},{d:%Y-%m-%d},{(d + pd.Timedelta(days=30)):%Y-%m-%d}"),
)
add(
    "numbers tickers",
    "e.csv",
    "ticker,date\n" + "".join(f"{p},{d:%Y-%m-%d}\n" for p, d in zip(("0700", "005930", "7203"), D, strict=True)),
)
add("ambig", "e.csv", "ticker,date\nNVDA,01/02/2025\nAMD,03/04/2025\n")
add("excel serial", "e.csv", "ticker,date\n" + rows(lambda t, d: f"{t},{(d - pd.Timestamp('1899-12-30')).days}"))
add("json", "e.csv", '[{"ticker":"NVDA"}]')
add("cn", "e.csv", ("股票代码,公告日期\n" + rows(lambda t, d: f"{t},{d.year}年{d.month}月{d.day}日")))
add("quoted all", "e.csv", '"ticker","date"\n' + rows(lambda t, d: f'"{t}","{d:%Y-%m-%d}"'))
add(
    "r write.csv",
    "e.csv",
    '"","ticker","date"\n'
    + "".join(f'"{i + 1}","{t}","{d:%Y-%m-%d}"\n' for i, (t, d) in enumerate(zip(T, D, strict=True))),
)
add(
    "index change",
    "e.csv",
    "Date,Added Ticker,Added Security,Removed Ticker\n" + rows(lambda t, d: f'"{d:%B} {d.day}, {d.year}",{t},Foo,BAR'),
)
add("markdown", "e.txt", "| ticker | date |\n|---|---|\n" + rows(lambda t, d: f"| {t} | {d:%Y-%m-%d} |"))
add("datenstrom", "e.csv", "ticker;date;time\n" + rows(lambda t, d: f"{t};{d:%Y-%m-%d};16.30"), tz="America/New_York")
add(
    "six digits, order said",
    "e.csv",
    "ticker,date\n" + rows(lambda t, d: f"{t},{d:%y%m%d}"),
    reading=Reading(dates="ymd"),
)
add("six digits", "e.csv", "ticker,date\n" + rows(lambda t, d: f"{t},{d:%y%m%d}"))
add("hour alone", "e.csv", "oftic,anndats\n" + rows(lambda t, d: f'{t},"{d:%b %d, %Y}, 4 PM"'), tz="America/New_York")
add("year only", "e.csv", "ticker,date\nNVDA,2025\nAMD,2025\n")
add("month", "e.csv", "ticker,date\nNVDA,Jan 2025\nAMD,Feb 2025\n")

REFUSED = {
    "eventus": "no row that names the columns",
    "six digits": "reads two ways",
    "ambig": "reads two ways", "json": "no column date", "index change": "no column ticker",
    "year only": "'2025' is not a date",
    "month": "'Jan 2025' is not a date",
}  # fmt: skip
TIMES = {
    "yahoo earnings": "16:00",
    "time EST": "07:00",
    "named zone": "07:00",
    "ibes": "16:05",
    "datetime": "07:00",
    "datetime offset": "07:00",
    "time am pm": "07:00",
    "uhrzeit": "07:30",
    "datenstrom": "16:30",
    "hour alone": "16:00",
}
OTHERS = {
    "wrds permno": "10001",
    "crsp evt": "10001",
    "numbers tickers": "0700",
    "bbg": "NVDA US Equity",
}


@pytest.mark.parametrize("key", [pytest.param(k, marks=pytest.mark.slow if i % 2 else []) for i, k in enumerate(S)])
def test_a_list_is_read_to_the_same_days_or_refused(tmp_path: Path, key: str) -> None:
    name, content, said = S[key]
    path = tmp_path / name
    path.write_bytes(content)
    if key in REFUSED:
        with pytest.raises(InvalidFile, match=REFUSED[key]):
            load_registry(path, **said)
        return
    events = list(load_registry(path, **said))
    assert list(dict.fromkeys(str(e.announced)[:10] for e in events)) == [str(d.date()) for d in D]
    assert len(events) == (6 if "wide tickers" in key else 3)
    assert events[0].tickers[0] == OTHERS.get(key, "NVDA")
    assert str(events[0].announced)[11:16] == TIMES.get(key, "")
    assert events[0].timing == ("post" if key in ("earnings cal", "nasdaq earn") else "unknown")


FRAMES: dict[str, Any] = {
    "dates as index": pd.DataFrame({"ticker": T}, index=D),
    "tickers as index": pd.DataFrame({"date": D}, index=T),
    "both as levels": pd.DataFrame({"x": 1}, index=pd.MultiIndex.from_arrays([T, D])),
    "series of tickers": pd.Series(T, index=D),
    "series of dates": pd.Series(D, index=T),
    "dict of lists": {"ticker": T, "date": list(D)},
    "list of dicts": pd.DataFrame({"Symbol": T, "Event Date": D}).to_dict("records"),
    "periods": pd.DataFrame({"ticker": T, "date": D.to_period("D")}),
    "whole numbers": pd.DataFrame({"ticker": T, "date": [20250127, 20250203, 20250214]}),
}


@pytest.mark.parametrize("key", FRAMES)
def test_a_frame_of_events_is_read_to_the_same_days(key: str) -> None:
    events = list(from_frame(FRAMES[key]))
    assert [(e.tickers, str(e.announced)) for e in events] == [((t,), str(d.date())) for t, d in zip(T, D, strict=True)]


@pytest.mark.parametrize("kind", [list, tuple, set, np.array, pl.Series])
def test_cells_of_frames_that_hold_several(kind: Callable[[list[str]], Any]) -> None:
    cells = {"ticker": [kind(["NVDA"]), kind(["AMD", "MSFT"]), None], "note": [{"a": 1}, ["x", 2], "y"]}
    made = pd.DataFrame if kind is not pl.Series else pl.DataFrame
    if made is pl.DataFrame:
        cells["note"] = ["{'a': 1}", "x, 2", "y"]
    found = from_frame(made(cells | {"date": ["2025-01-27", "2025-02-03", "2025-02-14"]}))
    assert sorted((e.tickers, str(e.announced), e.attributes["note"]) for e in found) == [
        (("AMD",), "2025-02-03", "x, 2"),
        (("MSFT",), "2025-02-03", "x, 2"),
        (("NVDA",), "2025-01-27", "{'a': 1}"),
    ]
    assert [(bad.row, str(bad.why)) for bad in found.left_out] == [("row 3", "column ticker: is blank")]


@pytest.mark.parametrize("cells", [[3, 200, 3, 7], [3, 7, 200], [3, 3, 7]])
@pytest.mark.parametrize("kind", ["int64", "Int64", "uint8"])
def test_whole_numbers_are_the_texts_that_they_are_as_cells(kind: str, cells: list[int]) -> None:
    numbers = pd.Series(cells, dtype=kind)
    if kind == "Int64":
        numbers = pd.concat([numbers, pd.Series([None], dtype=kind)], ignore_index=True)
    odd: dict[int, str] = {}
    codes, texts = _texts(*_coded(numbers), "id", odd)
    by_cell, told = _texts(*_coded(numbers.astype(object)), "id", odd)
    assert (codes.tolist(), [*texts], codes.dtype, odd) == (by_cell.tolist(), told, by_cell.dtype, {})
    assert ([texts[k] for k in range(len(texts))], texts[1:]) == (told, told[1:])
