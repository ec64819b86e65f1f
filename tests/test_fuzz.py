"""No file, however broken, makes a reader raise anything but our own errors."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from eventstudy.analyses.regression import read_characteristics
from eventstudy.calendars.overrides import _read as read_overrides
from eventstudy.claims.parse import load_names
from eventstudy.cli._settings import settings as settings_of
from eventstudy.config import StudyConfig
from eventstudy.datasets import shipped
from eventstudy.errors import EventStudyError
from eventstudy.events import import_requests, load_registry, read_calendar, read_earnings
from eventstudy.events.finders import _filings
from eventstudy.panel import read_shares
from eventstudy.prices import Fetch, load_prices, read_factors, tiingo
from eventstudy.prices._abnormal import load_abnormal
from eventstudy.prices._bars import load_bars
from eventstudy.prices._store import Store
from eventstudy.prices.ken_french import _text
from eventstudy.prices.yahoo import Yahoo
from eventstudy.reports import files
from eventstudy.reports.site import Item
from eventstudy.reports.study_file import read_study
from eventstudy.reports.update import State, _remembered
from eventstudy.request import again, read_dates, read_result, run
from eventstudy.text import json_file
from eventstudy.web import Answer, Key
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.exceptions import IllegalCharacterError

from tests.fuzz.figures import CORPUS, FIGURES
from tests.loopback.answers import Series, chart_of
from tests.loopback.inprocess import yahoo_in_process, yfinance_alone
from tests.loopback.server import Service

LONG = b"ticker,date,close,open,volume,dividend\nNA,2025-01-02,10,9.5,100,\nON,2025-01-02,20,19,1,0.5\nNA,2025-01-03,11,,,\n"
WIDE = b"date,NA,ON\n2025-01-02,10,20\n2025-01-03,11,\n"
CRSP = (
    b"PERMNO,date,TICKER,PRC,VOL,RET,CFACPR,CFACSHR,DLRET\n10001,20080102,A,40,10,C,2,2,\n"
    b"10001,20080103,A,-42,0,0.05,2,2,-0.3\n10002,20080102,B,4,1,.B,1,1,S\n"
)
CIZ = b"PERMNO,DlyCalDt,Ticker,DlyPrc,DlyPrcFlg,DlyRet,DlyDelFlg\n1,2008-01-02,A,4,TR,,N\n1,2008-01-03,A,5,BA,0.25,Y\n"
FRENCH = b"Made by hand\n\n,Mkt-RF,SMB,RF\n20250102,-0.67,-99.99,0.01\n20250103,1,0,0.01\n\nCopyright\n"
FACTORS = b"date,mkt_rf,rf\n2025-01-02,0.01,0\n2025-01-03,-0.02,\n"
EVENTS = (
    b"event_id,ticker,date,group,tz\nE1,NA,2025-01-27,treated,\nE1,ON,2025-01-27,,\n,A,2025-01-27T07:00,,Asia/Tokyo\n"
)
REQUESTS = b"1;Adobe;SP500;05.05.1997;Addition;-1;1;-11;250\n2;NA;SP500;1997-05-06;;-1;1;-11;250\n"
DATES = b"# closed\n2025-01-20\n\n2025-01-09\n"
SHARES = b"ticker,shares,date\nNA,1000,2025-01-02\nON,5e6,2025-01-02\n"


def _book(rows: list[list[Any]]) -> bytes:
    book, made = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(made)
    return made.getvalue()


@cache
def _xlsx() -> bytes:
    return _book([["ticker", "date", "close"], ["NA", date(2025, 1, 2), 10], [True, "2025-01-03", 11.5]])


@cache
def _event_book() -> bytes:
    return _book([["ticker", "date", "group"], ["NA", date(2025, 1, 27), "peer"], [7203, "2025-01-28", None]])


@cache
def _parquet() -> bytes:
    made = io.BytesIO()
    pd.read_csv(io.BytesIO(LONG), keep_default_na=False, na_values={"open": [""], "volume": [""]}).to_parquet(made)
    return made.getvalue()


STUDY = b"""title = "Chips"
output = "reports"
formats = ["html", "json"]
events = ["deepseek-r1"]
[options]
benchmark = "SPY"
windows = [[-1, 1], [0, 5]]
variants = { corrado_rank = "paper" }
[event.deepseek-r1]
day0 = "recognised"
[mail]
to = ["a@example.org"]
from = "b@example.org"
host = "localhost"
[webhook]
url_env = "HOOK"
"""
SETTINGS = b'[run]\nbenchmark = "QQQ"\nwindow = [[-1, 1]]\nquiet = true\n[prices.fetch]\nsource = "yahoo"\n'
CONFIG = b'[study]\nmodel = "market"\nestimation_window = [-250, -11]\ntests = ["bmp"]\nseed = 3\n'
CALENDARS = b"[XNYS]\nclosed = [2025-01-09]\nopen = [2025-01-11]\n[XNYS.closes]\n2024-12-24 = 13:00:00\n"
NEWS = b"date,what,timing,event_id,ticker\n2025-01-27,A thing,pre,,NVDA\n2025-01-28T07:00:00-05:00,B,,x,\n"
EARNINGS = b"ticker,date,timing\nNVDA,2025-01-27,post\nAMD,2025-01-28,\n"
NAMES = b"ticker,name\nNVDA,Nvidia\nAMD,Advanced Micro Devices\n"
CHARACTERISTICS = b"ticker,event_id,date,size,kind\nNVDA,a,2025-01-02,1.5,x\nAMD,a,2025-01-02,,y\n"
MANIFEST = (
    b'{"schema": "eventstudy.manifest/1", "study": "study.toml", "as_of": "2025-01-27", "events": {"a": {"id": "a",'
    b' "title": "A", "key": "k", "status": "new", "files": {"a.html": "0"}, "changes": ["x"]}}, "news": [{"page":'
    b' "a.html", "title": "A", "date": "2025-01-27", "summary": "s"}], "files": {"a.html": "0"}, "undelivered": {}}'
)
TIINGO = b'[{"date": "2025-01-02T00:00:00.000Z", "close": 10.5, "adjClose": 10.5, "volume": 5, "divCash": 0}]'


@cache
def _store() -> bytes:
    with TemporaryDirectory() as folder:
        frame = pd.DataFrame({"close": [10.0, 11.0]}, pd.DatetimeIndex(["2025-01-02", "2025-01-03"], name="session"))
        fetch = Fetch("NA", frame, "dividends", "USD", "XNYS", "2025-03-03T12:00:00+00:00", ("a note",))
        with Store(Path(folder, "s.db"), write=True) as store:
            store.keep("yahoo", fetch, date(2025, 1, 2), date(2025, 1, 3))
        return Path(folder, "s.db").read_bytes()


def _read_store(path: Path) -> object:
    with Store(path) as store:
        return [store.fetch(vintage) for vintage in store.vintages()]


@cache
def _zip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("f.csv", FRENCH)
    return made.getvalue()


def _owner(path: Path) -> object:
    (path.parent / "folder").mkdir(exist_ok=True)
    (path.parent / "folder" / "manifest.json").write_bytes(path.read_bytes())
    found = files.owned(path.parent / "folder", "eventstudy.manifest/1", path.parent / "study.toml", ["a"])
    known = found.get("events", {})
    news = found.get("news")
    remembered = [_remembered(State, known[id]) for id in known] + [
        _remembered(Item, item) for item in (news if isinstance(news, list) else ())
    ]
    return files.written(found), remembered


def _registry() -> bytes:
    return shipped("events", "deepseek-r1.toml").read_bytes()


def _read_tiingo(path: Path) -> object:
    answer = Answer(200, "application/json", path.read_bytes(), None)
    rows = tiingo._rows(answer, Key("secret", "Token"), "NA", "ticker NA")
    return tiingo._frame(rows, date(2025, 1, 1), date(2025, 2, 1), "ticker NA")


BARS = b"ticker,time,open,close\nNA,2025-01-02T14:30:00Z,10,10.5\nNA,2025-01-02T14:31:00Z,10.5,11\nON,2025-01-02T14:30:00Z,,5\n"
ABNORMAL = b"ticker,date,ar\nNA,2025-01-02,0.01\nNA,2025-01-03,-0.02\nON,2025-01-02,.5\n"
FILER, FILED = 1000001, "0001000001-24-000001"
FILERS = b'{"0": {"cik_str": 1000001, "ticker": "ACME", "title": "ACME CORP"}}'
COLUMNS = (
    '{"accessionNumber": ["0001000001-24-000001"], "filingDate": ["2024-01-31"], "reportDate": ["2024-01-31"],'
    ' "acceptanceDateTime": ["2024-01-31T21:05:10.000Z"], "form": ["8-K"], "items": ["2.02,9.01"], "size": [1000]}'
)
SUBMISSIONS = (
    '{"cik": "1000001", "name": "ACME CORP", "tickers": ["ACME"], "formerNames": [{"name": "OLD", "to": "2010-05-05T00:00"}],'
    f' "filings": {{"recent": {COLUMNS}, "files": [{{"name": "a.json", "filingCount": 2, "filingFrom": "2001-01-02",'
    ' "filingTo": "2003-01-02"}]}}'
).encode()
HEADER = (
    b"<SEC-HEADER>0001000001-24-000001.hdr.sgml : 20240131\n<ACCEPTANCE-DATETIME>20240131160510\n<TYPE>8-K\n<PERIOD>20240131\n"
    b"<SUBJECT-COMPANY>\n<COMPANY-DATA>\n<CIK>0001000003\n</COMPANY-DATA>\n</SUBJECT-COMPANY>\n</SEC-HEADER>"
)


@cache
def _bar_parquet() -> bytes:
    made = io.BytesIO()
    pd.read_csv(io.BytesIO(BARS), keep_default_na=False, na_values={"open": [""]}, parse_dates=["time"]).to_parquet(
        made
    )
    return made.getvalue()


@cache
def _result() -> bytes:
    return json_file(run("deepseek-r1", tickers=["NVDA"], source="bundled").to_dict())


@cache
def _chart() -> bytes:
    days = [date(2025, 1, 2) + timedelta(days=i) for i in range(2)]
    return chart_of(Series("NA", days, [10.0, 11.0], [100, 200]).chart(0, 2_000_000_000)).body


def _ask_yahoo(path: Path) -> object:
    service, body = Service([Series("NA", [], [], [])]), path.read_bytes()
    service.fail("NA", lambda sound: replace(sound, status=200, body=body))
    with yahoo_in_process(service) as session, yfinance_alone(path.parent):
        yahoo = Yahoo(session, spacing=0, timeout=2, give_up=20, retries=0)
        return yahoo.fetch("NA", date(2025, 1, 2), date(2025, 1, 4))


Reader = Callable[[Path], object]
KINDS: dict[str, tuple[str, Callable[[], bytes], Reader]] = {
    "long": ("a.csv", lambda: LONG, lambda path: load_prices(path=path, source="csv")),
    "wide": ("a.csv", lambda: WIDE, lambda path: load_prices(path=path)),
    "crsp": ("a.csv", lambda: CRSP, lambda path: load_prices(path=path, source="crsp")),
    "ciz": ("a.csv", lambda: CIZ, lambda path: load_prices(path=path, source="crsp")),
    "xlsx": ("a.xlsx", _xlsx, lambda path: load_prices(path=path)),
    "parquet": ("a.parquet", _parquet, lambda path: load_prices(path=path)),
    "french": ("f.csv", lambda: FRENCH, lambda path: read_factors(path, None)),
    "factors": ("f.csv", lambda: FACTORS, lambda path: read_factors(path, "decimal")),
    "registry": ("r.toml", _registry, load_registry),
    "events": ("e.csv", lambda: EVENTS, load_registry),
    "event book": ("e.xlsx", _event_book, load_registry),
    "requests": ("q.csv", lambda: REQUESTS, import_requests),
    "dates": ("d.txt", lambda: DATES, read_dates),
    "shares": ("s.csv", lambda: SHARES, read_shares),
    "study": ("s.toml", lambda: STUDY, read_study),
    "settings": ("e.toml", lambda: SETTINGS, lambda path: settings_of(str(path), "run")),
    "config": ("c.toml", lambda: CONFIG, StudyConfig.from_toml),
    "calendars": ("k.toml", lambda: CALENDARS, read_overrides),
    "news": ("n.csv", lambda: NEWS, read_calendar),
    "earnings": ("n.csv", lambda: EARNINGS, read_earnings),
    "names": ("m.csv", lambda: NAMES, load_names),
    "characteristics": ("c.csv", lambda: CHARACTERISTICS, read_characteristics),
    "manifest": ("m.json", lambda: MANIFEST, _owner),
    "store": ("s.db", _store, _read_store),
    "tiingo": ("t.json", lambda: TIINGO, _read_tiingo),
    "bars": ("b.csv", lambda: BARS, load_bars),
    "bars parquet": ("b.parquet", _bar_parquet, load_bars),
    "abnormal": ("a.csv", lambda: ABNORMAL, load_abnormal),
    "result": ("r.json", _result, lambda path: again(read_result(path))),
    "yahoo": ("y.json", _chart, _ask_yahoo),
    "edgar tickers": ("e.json", lambda: FILERS, lambda path: _filings.tickers(path.read_bytes(), "e")),
    "edgar firm": ("e.json", lambda: SUBMISSIONS, lambda path: _filings.firm(path.read_bytes(), FILER, "e")),
    "edgar page": ("e.json", lambda: COLUMNS.encode(), lambda path: _filings.page(path.read_bytes(), "e")),
    "edgar header": ("h.txt", lambda: HEADER, lambda path: _filings.header(path.read_bytes(), FILED, "e")),
    "french zip": ("f.zip", _zip, lambda path: _text(path.read_bytes(), "f")),
}

WORDS = [
    b"",
    b",",
    b";",
    b"\n",
    b"\r",
    b'"',
    b"\0",
    b"-",
    b"inf",
    b"nan",
    b"1e999",
    b"9" * 400,
    b"\xff",
    b"\xe2\x82",
    b"date",
]
WORDS += [
    b"2025-02-30",
    b"1/2/2025",
    b"TRUE",
    b"#",
    b"[[event]]",
    b"\x1c",
    "٣".encode(),
    b" ",
    b"\t",
    b"0x1p3",
    b"1_000",
]
edit = st.tuples(st.floats(0, 1), st.integers(0, 12), st.one_of(st.sampled_from(WORDS), st.binary(max_size=6)))


def mutated(good: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    """The bytes with some of them replaced: (where, how many, by what)."""
    for place, length, word in edits:
        at = int(place * len(good))
        good = good[:at] + word + good[at + length :]
    return good


def survives(kind: str, folder: Path, content: bytes) -> None:
    name, _, read = KINDS[kind]
    path = folder / name
    path.write_bytes(content)
    refused: EventStudyError | None = None
    try:
        read(path)
    except EventStudyError as error:
        refused = error
    assert refused is None or refused.exit_code in CODES.get(kind, (2, 3))


CODES = {"store": (2, 3, 5), "tiingo": (5, 75), "french zip": (5,), "yahoo": (5, 75), "result": (2, 3, 4, 5)}
CODES |= {f"edgar {part}": (5,) for part in ("tickers", "firm", "page", "header")}
"""Exit codes of what can be wrong with an answer or the store; elsewhere those of a request and a file."""


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.bin")), ids=lambda path: path.name)
def test_what_was_stumbled_over_once_is_read_or_refused(tmp_path: Path, path: Path) -> None:
    survives(path.name.rpartition("-")[0].replace("-", " "), tmp_path, path.read_bytes())


def test_ten_minutes_of_each_fuzzer_were_stored_with_their_day_and_found_nothing() -> None:
    told = json.loads(FIGURES.read_text(encoding="utf-8"))
    assert set(told) == {"changed", "guided"}
    for one in told.values():
        assert date.fromisoformat(one["date"]) > date(2026, 1, 1)
        assert (one["failed"], one["kinds"]) == (0, len(KINDS))
        assert one["seconds"] >= 600
        assert one["slowest_seconds"] <= 10
        assert one["peak_megabytes"] <= 1000


FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("kind", KINDS)
def test_the_files_themselves_are_good(tmp_path: Path, kind: str) -> None:
    if kind == "yahoo" and find_spec("yfinance._http") is None:
        pytest.skip("this yfinance takes no requests session")
    name, content, read = KINDS[kind]
    (tmp_path / name).write_bytes(content())
    assert read(tmp_path / name) is not None


@pytest.mark.parametrize("kind", KINDS)
@given(content=st.binary(max_size=200))
@example(content=b"")
@example(content=b"\xff\xfe\x00")
@FEW
def test_random_bytes(tmp_path: Path, kind: str, content: bytes) -> None:
    survives(kind, tmp_path, content)


@pytest.mark.parametrize("kind", KINDS)
@given(edits=st.lists(edit, min_size=1, max_size=4))
@example(edits=[(0.0, 0, b","), (0.5, 7, b""), (0.296875, 2, b"")])
@FEW
def test_good_files_with_something_changed(tmp_path: Path, kind: str, edits: list[tuple[float, int, bytes]]) -> None:
    survives(kind, tmp_path, mutated(KINDS[kind][1](), edits))


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.timedeltas(),
    st.text(max_size=8),
)


@pytest.mark.parametrize("kind", ["xlsx", "event book"])
@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=4), head=st.booleans())
@FEW
def test_workbooks_of_any_cells(tmp_path: Path, kind: str, rows: list[list[Any]], head: bool) -> None:
    names = ["ticker", "date", "close" if kind == "xlsx" else "group"]
    try:
        content = _book([names, *rows] if head else rows)
    except (ValueError, TypeError, OverflowError, IllegalCharacterError):  # what openpyxl itself does not write
        return
    survives(kind, tmp_path, content)
