"""Every door that reads a file takes files alone, of a size that somebody means; what is none is told at once."""

from __future__ import annotations

import gzip
import io
import os
import re
import signal
import struct
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import eventstudy as es
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from eventstudy import disk
from eventstudy.analyses.regression import read_characteristics
from eventstudy.calendars.overrides import _read as read_overrides
from eventstudy.claims.parse import load_names
from eventstudy.cli._settings import settings
from eventstudy.config import StudyConfig
from eventstudy.errors import EventStudyError, InvalidFile, InvalidRequest
from eventstudy.events import append_event, load_registry, read_calendar, read_earnings, shipped_registry
from eventstudy.panel import read_shares
from eventstudy.prices import load_prices
from eventstudy.prices._abnormal import load_abnormal
from eventstudy.prices._bars import load_bars
from eventstudy.prices._factors import read_factors
from eventstudy.reports.study_file import read_study
from eventstudy.request.dates import read_dates
from eventstudy.settings import DEEPEST, read_toml
from openpyxl import Workbook
from pyarrow.feather import write_feather

from tests.tiers import first

Door = Callable[[Path], Any]

DOORS: dict[str, tuple[str, Door]] = {
    "registry": (".toml", load_registry),
    "events": (".csv", load_registry),
    "event book": (".xlsx", load_registry),
    "study": (".toml", read_study),
    "config": (".toml", StudyConfig.from_toml),
    "settings": (".toml", lambda path: settings(str(path), "run")),
    "calendars": (".toml", read_overrides),
    "prices": (".csv", lambda path: load_prices(["A"], path=path)),
    "price book": (".xlsx", lambda path: load_prices(["A"], path=path)),
    "parquet": (".parquet", lambda path: load_prices(["A"], path=path)),
    "no suffix": ("", lambda path: load_prices(["A"], path=path)),
    "factors": (".csv", lambda path: read_factors(path, "percent")),
    "dates": (".txt", read_dates),
    "news": (".csv", read_calendar),
    "earnings": (".csv", read_earnings),
    "names": (".csv", load_names),
    "shares": (".csv", read_shares),
    "characteristics": (".csv", read_characteristics),
}
TOML = ("registry", "study", "config", "settings", "calendars")


def refusal_of(name: str) -> type[EventStudyError]:
    """What a file that cannot be read is refused as: settings are of the command, all others of its input."""
    return InvalidRequest if name == "settings" else InvalidFile


TABLES = ("events", "event book", "prices", "price book", "parquet", "no suffix", "factors", "characteristics")
"""What a table may be read from: folders of them and other letters too, and more than people write by hand."""


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """Whatever waits for a writer is interrupted."""

    def rings(number: int, frame: FrameType | None) -> None:
        raise AssertionError("it waits")

    before = signal.signal(signal.SIGALRM, rings)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
@pytest.mark.parametrize("name", DOORS)
def test_a_pipe_without_a_writer_is_told_at_once(tmp_path: Path, name: str) -> None:
    suffix, door = DOORS[name]
    os.mkfifo(tmp_path / f"pipe{suffix}")
    if name == "settings":  # an `eventstudy.toml` that is none is not looked at
        assert door(tmp_path / f"pipe{suffix}") == {}
        return
    with pytest.raises(InvalidFile, match="a pipe or a device"):
        door(tmp_path / f"pipe{suffix}")


@pytest.mark.skipif(os.name != "posix", reason="devices are a matter of POSIX")
@pytest.mark.parametrize("name", sorted(set(DOORS) - {"settings", "registry", "events", "event book"}))
def test_a_device_that_never_ends_is_told_at_once(name: str) -> None:
    with pytest.raises(InvalidFile, match="a pipe or a device"):
        DOORS[name][1](Path("/dev/zero"))


@pytest.mark.parametrize("name", sorted(set(DOORS) - {"settings"}))
def test_a_folder_and_a_name_that_cannot_be_are_told(tmp_path: Path, name: str) -> None:
    suffix, door = DOORS[name]
    (tmp_path / f"folder{suffix}").mkdir()
    with pytest.raises(InvalidFile, match="folder"):
        door(tmp_path / f"folder{suffix}")
    for lacking in ("none", "no/folder", "x" * 300):
        with pytest.raises(InvalidFile) as told:
            door(tmp_path / f"{lacking}{suffix}")
        assert "Errno" not in str(told.value)


@pytest.mark.parametrize("name", sorted(set(DOORS) - set(TABLES)))
def test_a_file_that_is_too_large_is_told_with_the_figure(tmp_path: Path, name: str) -> None:
    suffix, door = DOORS[name]
    path = tmp_path / f"large{suffix}"
    with path.open("wb") as file:
        file.truncate(disk.LARGEST + 1)  # it takes no room on the disk
    with pytest.raises(refusal_of(name), match=f"larger than {'10' if name in TOML else '100'} MB"):
        door(path)


@pytest.mark.parametrize("name", sorted(set(DOORS) - set(TABLES)))
def test_other_letters_than_utf8_are_told(tmp_path: Path, name: str) -> None:
    suffix, door = DOORS[name]
    path = tmp_path / f"latin{suffix}"
    path.write_bytes('titel = "é"\nticker,date'.encode("latin-1"))
    with pytest.raises(refusal_of(name), match="is not UTF-8 text"):
        door(path)


@pytest.mark.parametrize("pack", ["gz", "zip"])
def test_a_file_that_unpacks_to_more_than_anybody_means_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: str
) -> None:
    monkeypatch.setattr("eventstudy.tables.opened._MOST", 1_000_000)
    path, text = tmp_path / f"p.csv.{pack}", b"date,A\n" + b"2025-01-02,1.0\n" * 100_000
    if pack == "gz":
        path.write_bytes(gzip.compress(text, 1))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("p.csv", text)
    with pytest.raises(InvalidFile, match="more than 1 MB"):
        load_prices(["A"], path=path)


def book(far: str) -> bytes:
    """A workbook of a few cells, one of them at the far end."""
    made, workbook = io.BytesIO(), Workbook()
    workbook.active.append(["ticker", "date", "close"])
    workbook.active[far] = 1
    workbook.save(made)
    return made.getvalue()


def nameless() -> bytes:
    """Cells without a name: of the last row there may be the last column filled, though no name says so."""
    made, cells = io.BytesIO(), b"<c><v>1</v></c>" * 16_384
    with zipfile.ZipFile(io.BytesIO(book("A2"))) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith("sheet1.xml"):
                text = re.sub(rb'(<(?:c|row)) r="\w+"', rb"\1", text)
                text = text.replace(b"</sheetData>", b'<row r="1048576">' + cells + b"</row></sheetData>")
            new.writestr(name, text)
    return made.getvalue()


def binary(row: int, column: int) -> bytes:
    """An .xlsb file with a number in the first cell and one in another (from 0)."""

    def record(kind: int, data: bytes = b"") -> bytes:
        return bytes([kind] if kind < 128 else [kind & 127 | 128, kind >> 7]) + bytes([len(data)]) + data

    def words(text: str) -> bytes:
        return struct.pack("<I", len(text)) + text.encode("utf-16le")

    cells = b"".join(
        record(0, struct.pack("<I13x", r)) + record(5, struct.pack("<IId", c, 0, 1.0))
        for r, c in ((0, 0), (row, column))
    )
    size = record(148, struct.pack("<IIII", 0, row, 0, column))
    sheet = record(156, struct.pack("<II", 0, 1) + words("rId1") + words("S"))
    office = "http://schemas.openxmlformats.org"
    link = f'<Relationship Id="rId1" Type="{office}/officeDocument/2006/relationships/worksheet" Target="worksheets/s.bin"/>'
    links = f'<Relationships xmlns="{office}/package/2006/relationships">{link}</Relationships>'
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as held:
        held.writestr("[Content_Types].xml", f'<Types xmlns="{office}/package/2006/content-types"/>')
        held.writestr("xl/workbook.bin", record(131) + record(143) + sheet + record(144) + record(132))
        held.writestr("xl/_rels/workbook.bin.rels", links)
        held.writestr("xl/worksheets/s.bin", record(129) + size + record(145) + cells + record(146) + record(130))
    return made.getvalue()


def numbered(row: bytes) -> bytes:
    """A workbook whose last row says that it is another one than any can be."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book("D2"))) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb' r="(D?)2"', rb' r="\g<1>%s"' % row, old.read(name)))
    return made.getvalue()


def open_document(row: str, cell: str, before: str = "") -> bytes:
    """An .ods file of headings, rows that are repeated so often, and a number after or in cells that are."""
    names = "".join(f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    words = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{w}</text:p></table:table-cell>' for w in ("date", "A")
    )
    number = 'office:value-type="float" office:value="1"'
    rows = f"<table:table-row>{words}</table:table-row>{row}<table:table-row{before}>{cell.format(number)}</table:table-row>"
    table = f'<office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet>'
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as held:
        held.writestr(zipfile.ZipInfo("mimetype"), "application/vnd.oasis.opendocument.spreadsheet")
        text = f"<office:document-content{names}><office:body>{table}</office:body></office:document-content>"
        held.writestr("content.xml", text)
        held.writestr("META-INF/manifest.xml", "<manifest:manifest></manifest:manifest>")
    return made.getvalue()


EMPTY_ROWS = '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
REPEATED = ' table:number-rows-repeated="1048600"'
FAR_CELL = '<table:table-cell table:number-columns-repeated="16383"/><table:table-cell {}/>'


def of_1997(row: int, column: int) -> bytes:
    """An .xls file with a number in the first cell and one in another (from 0): records in a stream of sectors."""

    def record(kind: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
        told = name.encode("utf-16le") + b"\0\0"
        about = struct.pack("<HBBIII", len(told), kind, 1, none, none, child)
        return told.ljust(64, b"\0") + about + bytes(36) + struct.pack("<IQ", first, size)

    none, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    globals_, sheet = (record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0)) for kind in (5, 16))
    sheet += record(0x200, struct.pack("<IIHHH", 0, row + 1, 0, column + 1, 0))
    sheet += b"".join(record(0x203, struct.pack("<HHHd", r, c, 0, 1.0)) for r, c in ((0, 0), (row, column)))
    at = len(globals_) + len(record(0x85, bytes(9))) + 4
    stream = globals_ + record(0x85, struct.pack("<IBBBB", at, 0, 0, 1, 0) + b"S") + record(10) + sheet + record(10)
    stream = stream.ljust(4096, b"\0")
    chain = [table, end, *range(3, 10), end] + [none] * 118
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[none] * 108)
    folder = entry("Root Entry", 5, 1, end, 0) + entry("Workbook", 2, none, 2, len(stream))
    return header + struct.pack("<128I", *chain) + folder.ljust(512, b"\0") + stream


def parquet() -> bytes:
    """Twenty million rows that are all alike."""
    column, made = np.zeros(1_000_000), io.BytesIO()
    schema = pa.schema([("date", pa.float64()), ("A", pa.float64())])
    with pq.ParquetWriter(made, schema, compression="zstd") as file:
        for _ in range(20):
            file.write_table(pa.table({"date": column, "A": column}))
    return made.getvalue()


def feather() -> bytes:
    """Ten million rows that are all alike."""
    column, made = np.zeros(10_000_000), io.BytesIO()
    write_feather(pa.table({"date": column, "A": column}), made, compression="zstd")
    return made.getvalue()


def nothing() -> bytes:
    """Ten million rows of empty cells, which take no room in the file, nor in memory before they are cells."""
    made = io.BytesIO()
    write_feather(pa.table({"date": pa.nulls(10_000_000), "A": pa.nulls(10_000_000)}), made)
    return made.getvalue()


def archive(files: int, each: int) -> bytes:
    """So many files of blanks."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as held:
        for i in range(files):
            held.writestr(f"{i}.csv", b" " * each)
    return made.getvalue()


def packed(times: int) -> bytes:
    """A few letters, packed again and again."""
    content = b"date,A"
    for _ in range(times):
        content = gzip.compress(content, 1)
    return content


BOMBS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a cell at the far corner": ("b.xlsx", lambda: book("XFD1048576"), "cells of 17,179,869,184 places"),
    "the same where no cell has a name": ("b.xlsx", nameless, "cells of 17,179,869,184 places"),
    "the same in records": ("b.xlsb", lambda: binary(1_048_575, 16_383), "2 cells of 17,179,869,184 places"),
    "a row that no book has": ("b.xlsx", lambda: numbered(b"4294967295"), "of 17,179,869,180 places"),
    "a row of more digits": ("b.xlsx", lambda: numbered(b"4294967297000"), "of 17,179,869,188 places"),
    "the same in .xls": ("b.xls", lambda: of_1997(65_535, 255), "2 cells of 16,777,216 places"),
    "the same in .ods": ("b.ods", lambda: open_document(EMPTY_ROWS, FAR_CELL), "3 cells of 17,179,869,184 places"),
    "a cell for all": (
        "b.ods",
        lambda: open_document("", '<table:table-cell table:number-columns-repeated="999" {}/>', REPEATED),
        "3 cells of 1,047,552,399 places",
    ),
    "a row without an end": ("b.csv", lambda: b"date,A\n" + b"1" * 11_000_000, "longer than 10 MB"),
    "the same in two bytes": (
        "b.csv",
        lambda: b"\xff\xfe" + ("," * 11_000_000).encode("utf-16le"),
        "longer than 10 MB",
    ),
    "marks of encodings": ("b.csv", lambda: b"\xef\xbb\xbf" * 4_000_000, "the file is empty"),
    "a workbook of blanks": ("b.xlsx", lambda: blanks(book("D1")), "more than 100 MB"),
    "rows that are all alike": ("b.parquet", parquet, "a table of more than 100 MB"),
    "the same in Feather": ("b.feather", feather, "a table of more than 100 MB"),
    "nothing, ten million times": ("b.feather", nothing, "a table of more than 100 MB"),
    "files that are small one by one": ("b.zip", lambda: archive(11, 10_000_000), "more than 100 MB"),
    "very many files": ("b.zip", lambda: archive(10_001, 1), "more than 10,000 files"),
    "packed within itself": ("b.csv.gz", lambda: packed(2000), "packed more than 3 times"),
}


def blanks(workbook: bytes) -> bytes:
    """A workbook with a hundred megabytes of blanks in a part of it."""
    made = io.BytesIO(workbook)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as held:
        held.writestr("xl/sharedStrings.xml", b" " * 101_000_000)
    return made.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", first(BOMBS, 1))
def test_what_is_small_and_unfolds_to_much_is_refused_soon_with_the_figure(tmp_path: Path, name: str) -> None:
    path, content, told = BOMBS[name]
    (tmp_path / path).write_bytes(content())
    began = time.process_time()
    with pytest.raises(InvalidFile, match=told):
        load_prices(["A"], path=tmp_path / path)
    assert time.process_time() - began < 10


def test_more_than_anybody_hands_over_by_a_pipe_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventstudy.tables.opened._MOST", 1_000_000)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"date,A\n" * 200_000)))
    with pytest.raises(InvalidFile, match="more than 1 MB"):
        load_prices(["A"], path="-")


def test_what_is_packed_as_usual_is_read(tmp_path: Path) -> None:
    rows = "\n".join(f"{day:%Y-%m-%d},{i % 97}.5" for i, day in enumerate(pd.bdate_range("2000-01-03", periods=3000)))
    text = f"date,A\n{rows}\n".encode()
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(gzip.compress(text)))
    assert load_prices(["A"], path=tmp_path / "a.csv.gz").close.shape == (3000, 1)


BARS = "ticker,time,close\nNA,2025-01-02T14:30:00Z,10\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ticker,time,close\n", "no bars"),
        (BARS + "ON,2025-01-02T14:30:00Z,1,2,3\n", "as CSV"),
        (BARS + "ON,01/02/2025 14:30,1\n", "'01/02/2025 14:30' cannot be read"),
        (BARS + "ON,2025-01-02T14:30:00,1\n", "'2025-01-02T14:30:00' cannot be read"),
        (BARS + ",2025-01-02T14:30:00Z,1\n", "no ticker"),
        ("PAR1ticker,time,close", "as Parquet"),
        ("PK\x03\x04", "archive cannot be read"),
    ],
)
def test_bars_that_cannot_be_read_are_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "bars.csv").write_text(text)
    with pytest.raises(InvalidFile, match=told):
        load_bars(tmp_path / "bars.csv", width=1, stamp="start")


def test_na_is_a_ticker_of_bars_and_of_abnormal_returns(tmp_path: Path) -> None:
    (tmp_path / "bars.csv").write_text(BARS)
    assert load_bars(tmp_path / "bars.csv", width=1, stamp="start").tickers == ["NA"]
    (tmp_path / "ar.csv").write_text("ticker,date,ar\nNA,2025-01-02,0.01\nNA,2025-01-03,-0.01\n")
    plain = load_abnormal(tmp_path / "ar.csv")
    assert list(plain.tickers) == ["NA"]
    (tmp_path / "ar.csv").write_text("ticker;date;ar\nNA;02.01.2025;0,01\nNA;03.01.2025;-0,01\n")
    assert load_abnormal(tmp_path / "ar.csv").close.equals(plain.close)


HOSTILE = {
    "nested lists": "a = " + "[" * 50_000,
    "nested tables": "a = " + "{a=" * 50_000,
    "a number of 5,000 digits": "a = " + "1" * 5000,
    "a key of 100,000 parts": ".".join("a" * 100_000) + " = 1",
    "a key of 100,000 parts with blanks": " . ".join("a" * 100_000) + " = 1",
    "a table of 100,000 parts": "[" + ".".join("a" * 100_000) + "]",
    "parts within a table": "a = {" + ".".join("a" * 100_000) + " = 1}",
    "quoted parts": ".".join(['"a b"'] * 100_000) + " = 1",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", TOML)
def test_toml_that_nobody_means_is_refused_soon(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / "hostile.toml"
    path.write_text(text, encoding="utf-8")
    began = time.process_time()
    with pytest.raises(refusal_of(name)):
        DOORS[name][1](path)
    assert time.process_time() - began < 10


def test_a_sentence_with_many_full_stops_is_no_key(tmp_path: Path) -> None:
    path = tmp_path / "notes.toml"
    path.write_text(f'notes = """{"Etc. " * (DEEPEST // 2)}"""\na.b.c = 1\n', encoding="utf-8")
    assert read_toml(path, "it")[1]["a"] == {"b": {"c": 1}}


# ---- what is written --------------------------------------------------------------------------------------------------


def test_events_that_are_added_at_the_same_time_are_all_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.toml"
    event = shipped_registry()["deepseek-r1"]
    append_event(path, event.model_copy(update={"id": "first"}))
    from threading import Thread

    threads = [Thread(target=append_event, args=(path, event.model_copy(update={"id": f"e{i}"}))) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(e.id for e in load_registry(path)) == sorted(["first", *(f"e{i}" for i in range(6))])


# ---- tables in the place of files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("indexed", [True, False])
def test_shares_are_a_table_with_or_without_dates(dated: bool, indexed: bool) -> None:
    import pandas as pd

    result = es.run("deepseek-r1", tickers=["NVDA"])
    table = pd.DataFrame({"ticker": ["NVDA"], "shares": [24.4e9], **({"date": ["2024-12-01"]} if dated else {})})
    found = es.analyses.impact(result, shares=table.set_index("ticker") if indexed else table)
    assert found.firms[0].stake.shares == 24.4e9
    assert found.firms[0].stake.shares_since == ("2024-12-01" if dated else None)
    stamped = table.assign(date=pd.to_datetime(table["date"])) if dated else table.assign(date=[""])
    assert es.analyses.impact(result, shares=stamped).firms == found.firms


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"ticker": ["NVDA"]}, "columns ticker, shares"),
        ({"ticker": ["NVDA", "AMD"], "shares": [1.0, -1.0]}, "row 2"),
        ({"ticker": ["NVDA"], "shares": [None]}, "row 1"),
        ({"ticker": ["NVDA"], "shares": [1.0], "date": ["soon"]}, "row 1"),
    ],
)
def test_a_table_that_holds_no_shares_is_refused(columns: dict[str, list[Any]], told: str) -> None:
    import pandas as pd

    with pytest.raises(InvalidFile, match=told):
        read_shares(pd.DataFrame(columns))
