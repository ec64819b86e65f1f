"""Lists of events after a spreadsheet, a copy or another language: read to the same days, or refused with what is wrong."""

# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from eventstudy import calendars
from eventstudy.errors import InvalidFile, InvalidRequest
from eventstudy.events import load_registry, parse_when
from eventstudy.prices._shapes import Names, matched
from eventstudy.tables.written import Order
from tests.tables.shapes import book

D = pd.to_datetime(["2025-01-27", "2025-02-03", "2025-02-14"])
T = ["NVDA", "AMD", "SPY"]
_WIDE = str.maketrans("0123456789/", "０１２３４５６７８９／")
_RUSSIAN, _FRENCH = ("января", "февраля"), ("janvier", "février")


def rows(written: Callable[[str, pd.Timestamp], str]) -> str:
    """A row an event."""
    return "".join(written(t, d) + "\n" for t, d in zip(T, D, strict=True))


def iso(day: pd.Timestamp) -> str:
    """2025-01-27"""
    return f"{day:%Y-%m-%d}"


BARE = rows(lambda t, d: f"{t},{iso(d)}")
READ: dict[str, str | bytes] = {
    "cells to be left alone": "ticker,date\n" + rows(lambda t, d: f'="{t}",="{iso(d)}"'),
    "a table in one column": '"ticker,date"\n' + rows(lambda t, d: f'"{t},{iso(d)}"'),
    "two marks of UTF-8": "\ufeff\ufeffticker,date\n" + BARE,
    "marks that nobody sees": "ticker,date\n" + rows(lambda t, d: f"\u200b{t}\u200b,{iso(d)}\u200e"),
    "hard blanks": "ticker,date\n" + rows(lambda t, d: f"\u00a0{t}\u00a0,{iso(d)}"),
    "a row of totals": "ticker,date,size\n" + rows(lambda t, d: f"{t},{iso(d)},5") + "Total,,15\n",
    "a count below": "ticker,date\n" + BARE + "Count,3\n",
    "a source below": "ticker,date\n" + BARE + "\nSource: my desk\n",
    "Markdown": "| ticker | date |\n|---|---|\n" + rows(lambda t, d: f"| {t} | {iso(d)} |"),
    "blanks between": "ticker date\n" + rows(lambda t, d: f"{t} {iso(d)}"),
    "counted rows": "Nr.,Ticker,Date\n" + "".join(f"{i + 1},{t},{iso(d)}\n" for i, (t, d) in enumerate(zip(T, D, strict=True))),
    "a heading above": ",Event\nTicker,Date\n" + BARE,
    "Korean": "종목코드,날짜\n" + rows(lambda t, d: f"{t},{d.year}. {d.month}. {d.day}."),
    "Hungarian": "ticker;date\n" + rows(lambda t, d: f"{t};{d:%Y.%m.%d.}"),
    "Russian": "тикер;дата\n" + rows(lambda t, d: f"{t};{d.day} {_RUSSIAN[d.month - 1]} {d.year} г."),
    "French": "Titre;Date d'annonce\n" + rows(lambda t, d: f"{t};{d.day} {_FRENCH[d.month - 1]} {d.year}"),
    "French mnemonics": "Société;Mnémo;Date d'annonce\n" + rows(lambda t, d: f"Une société;{t};{d.day} {_FRENCH[d.month - 1]} {d.year}"),
    "firms by name": "Empresa;Fecha\nNVIDIA;2025-01-27\nAMD;2025-02-03\nSPY;2025-02-14\n",
    "days of filing": "Company,Ticker,Form,Filed\n" + rows(lambda t, d: f"Some Corp,{t},8-K,{iso(d)}"),
    "German headings": "Börsenkürzel;Ankündigung\n" + rows(lambda t, d: f"{t};{d:%d.%m.%Y}"),
    "Chinese": ("股票代码,公告日期\n" + rows(lambda t, d: f"{t},{d:%Y/%m/%d}")).encode("gbk"),
    "weeks of ISO 8601": "ticker,date\n" + rows(lambda t, d: "{},{}-W{:02d}-{}".format(t, *d.isocalendar())),
    "the day of the week behind": "ticker,date\n" + rows(lambda t, d: f"{t},{iso(d)} ({d:%a})"),
    "the day of the week in front": "Aktie;Datum\n" + rows(lambda t, d: f"{t};{['Mo', 'Di', 'Mi', 'Do', 'Fr'][d.weekday()]}., {d:%d.%m.%Y}"),
    "two columns of dates": "ticker,announcement date,effective date\n" + rows(lambda t, d: f"{t},{iso(d)},2025-06-02"),
    "days as spreadsheets count them": "ticker,date\n" + rows(lambda t, d: f"{t},{(d - pd.Timestamp('1899-12-30')).days}"),
    "stamps": "ticker,date\n" + rows(lambda t, d: f"{t},{d:%Y%m%d}000000"),
    "eight digits, the year last": "ticker,date\n" + rows(lambda t, d: f"{t},{d:%d%m%Y}"),
    "full-width digits": book([["Ticker", "Date"], *([t, f"{d:%Y/%m/%d}".translate(_WIDE)] for t, d in zip(T, D, strict=True))]),
    "no time at all": "ticker,date,time\n" + "".join(f"{t},{iso(d)},{x}\n" for t, d, x in zip(T, D, ("-", "TBD", "n/a"), strict=True)),
    "after the close": "ticker,date,when\n" + rows(lambda t, d: f"{t},{iso(d)},After Market Close"),
    "after the close, French": "ticker,date,Annonce à\n" + rows(lambda t, d: f"{t},{iso(d)},après clôture"),
    "marks of footnotes": "Ticker,Date added\n" + rows(lambda t, d: f'{t},"{d:%B} {d.day}, {d.year}[5][a]"'),
    "line ends in cells": 'ticker,"event\ndate",title\r\n' + rows(lambda t, d: f'{t},{iso(d)},"a, or\r\n ""b"" of {t}"'),
    "a French title beside its firm": "Société;Date;Titre\n" + rows(lambda t, d: f"{t};{iso(d)};Résultats annuels"),
    "an Italian title beside its firm": "Titolo;Data;Società\n" + rows(lambda t, d: f"Risultati;{iso(d)};{t}"),
    "a French share beside its firm": "Société;Date;Titre\n" + rows(lambda t, d: f"Une société;{iso(d)};{t}"),
    "ends of quarters beside days of reports": "Symbol,Fiscal Quarter Ending,Report Date\n" + rows(lambda t, d: f"{t},2024-12-31,{iso(d)}"),
    "periods in one word": "symbol,name,reportDate,fiscalDateEnding,estimate\n" + rows(lambda t, d: f"{t},Firm,{iso(d)},2024-12-31,1.5"),
    "announcements of quarters": "Symbol,Fiscal Quarter Announcement Date\n" + BARE,
    "ends of lock-ups": "Symbol,Lockup Expiration Date\n" + BARE,
    "workbook": book([["Ticker", "Date"], *([t, d.to_pydatetime()] for t, d in zip(T, D, strict=True)), ["Count", 3]]),
}  # fmt: skip
REFUSED = {
    "two dates of one name": ("ticker,date,date\n" + rows(lambda t, d: f"{t},{iso(d)},{iso(d)}"), "stands there 2 times"),
    "eight digits of two readings": ("ticker,date\nNVDA,02012025\nAMD,03022025\n", "reads two ways: 2025-01-02 .* or 2025-02-01"),
    "six digits of two readings": ("ticker,date\n" + rows(lambda t, d: f"{t},{d:%d%m%y}"), "reads two ways"),
    "digits in two orders": ("ticker,date\nNVDA,20250127\nAMD,20112015\n", "has the year last"),
    "months": ("ticker,date\n" + rows(lambda t, d: f"{t},{d:%b %Y}"), "is not a date"),
    "quarters": ("ticker,date\n" + rows(lambda t, d: f"{t},Q1 {d.year}"), "is a quarter of a year"),
    "spans": ("ticker,date\n" + rows(lambda t, d: f"{t},{iso(d)}/{iso(d)}"), "is not a date"),
    "about a day": ("ticker,date\n" + rows(lambda t, d: f"{t},~{iso(d)}"), "is not a date"),
    "a time without a zone": ("ticker,date\n" + rows(lambda t, d: f"{t},{iso(d)} 16:05"), "without an offset or a zone"),
    "dates that nobody knows": ("ticker,rumour date,completion date\n" + rows(lambda t, d: f"{t},{iso(d)},{iso(d)}"), "no column date"),
    "ends of periods": ("tic,datadate\n" + BARE, "datadate is the end of a period by its name"),
    "ends of quarters": ("Symbol,Fiscal Quarter Ending\n" + BARE, "Ending is the end of a period by its name; call it date"),
    "dates of last year": ("Time,Symbol,Last Year's Report Date\n" + rows(lambda t, d: f"after hours,{t},{iso(d)}"), "is another day by its name"),
    "days of a download": ("ticker,Data as of\n" + BARE, "Data as of is another day by its name"),
    "two that may be dates": ("ticker,rumour,completion\n" + rows(lambda t, d: f"{t},{iso(d)},{iso(d)}"), "no column date: rumour and completion may be it; call the one that is meant date"),
    "two that may be tickers": ("Target Ticker,Acquiror Ticker,date\n" + rows(lambda t, d: f"{t},X{t},{iso(d)}"), "no column ticker: Target Ticker and Acquiror Ticker may be it"),
    "rows in quotes": ('ticker,date,title\nNVDA,2025-01-27,"a\nAMD,2025-01-28,b"\nMSFT,2025-01-29,c\n', "a quoted cell spans several rows"),
    "side by side": ("ticker,NVDA,AMD\ndate,2025-01-27,2025-02-03\n", "no column date"),
}  # fmt: skip


@pytest.mark.parametrize("key", READ)
def test_a_list_is_read_to_the_same_days(tmp_path: Path, key: str) -> None:
    content = READ[key]
    path = tmp_path / ("events.csv" if isinstance(content, str) else "events.xlsx")
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = load_registry(path)
    assert [(e.tickers, e.announced) for e in found] == [((t,), d.date()) for t, d in zip(T, D, strict=True)]
    assert {e.timing for e in found} == {"post" if key.startswith("after") else "unknown"}


@pytest.mark.parametrize("key", REFUSED)
def test_a_list_is_refused(tmp_path: Path, key: str) -> None:
    path = tmp_path / "events.csv"
    path.write_text(REFUSED[key][0], encoding="utf-8")
    with pytest.raises(InvalidFile, match=REFUSED[key][1]):
        load_registry(path)


def test_before_and_after_alone_are_no_time_of_the_day(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("ticker,date,period\n" + rows(lambda t, d: f"{t},{iso(d)},post"), encoding="utf-8")
    found = list(load_registry(path))
    assert {e.timing for e in found} == {"unknown"}
    assert found[0].attributes == {"period": "post"}


@pytest.mark.parametrize("asked", ["$NVDA", "NASDAQ:NVDA", "(NASDAQ: NVDA)", "Some Corp (NVDA)", "NVDA - Some Corp"])
def test_a_share_is_found_as_lists_name_it(asked: str) -> None:
    assert matched(asked, ["AMD", "NVDA", "SPY"]) == ["NVDA"]
    assert matched("NVDA", ["AMD", asked, "SPY"]) == [asked]
    assert matched(asked, ["AMD", "SPY"]) == []


TIMINGS = {
    "ticker,date,Zeitpunkt\nNVDA,2025-01-27,nachbörslich\nAMD,2025-01-28,vorbörslich\n": ("post", "pre"),
    "ticker,date,Zeitpunkt\nNVDA,2025-01-27,post\nAMD,2025-01-28,\n": ("post", "unknown"),
    "ticker,date,remark\nNVDA,2025-01-27,after close\nAMD,2025-01-28,before\n": ("post", "pre"),
    "ticker,date,time\nNVDA,2025-01-27,after close\nAMD,2025-01-28,22:15 Uhr\n": ("post", "unknown"),
    "ticker,date,call time\nNVDA,2025-01-27,After close\nAMD,2025-01-28,--\n": ("post", "unknown"),
    "ticker,date,time\nNVDA,2025-01-27,Aft-mkt\nAMD,2025-01-28,22:15 Uhr\n": ("post", "unknown"),
}


@pytest.mark.parametrize("content", TIMINGS)
def test_words_for_the_time_of_the_day_are_the_timing(tmp_path: Path, content: str) -> None:
    path = tmp_path / "events.csv"
    path.write_text(content, encoding="utf-8")
    found = load_registry(path, tz="Europe/Berlin")
    assert tuple(event.timing for event in found) == TIMINGS[content]
    assert any("timing (" in str(said) for said in found.read_as)
    assert [str(e.announced) for e in found][1] == ("2025-01-28 22:15:00+01:00" if "Uhr" in content else "2025-01-28")


@pytest.mark.parametrize("cell", ["16:05 UTC", "16:05Z", "11:05-05:00", "17:05 +0100", "16:05 (GMT)", "11:05 am (ET)"])
def test_a_time_beside_its_day_keeps_its_own_offset(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "events.csv"
    path.write_text(f"ticker,date,time\nNVDA,2025-01-27,{cell}\n", encoding="utf-8")
    [event] = load_registry(path, tz="Asia/Tokyo")
    assert event.announced == datetime(2025, 1, 27, 16, 5, tzinfo=UTC)


TIMES = {
    "16:05|22:15": ["16:05:00", "22:15:00"],
    "0.67|0.40|0.5": ["16:04:48", "09:36:00", "12:00:00"],
    "0,6875|0,25": ["16:30:00", "06:00:00"],
    "0.40|16.05": ["00:40:00", "16:05:00"],
    "TBA|16:05|-": ["", "16:05:00", ""],
    "0.40|0.30": [],
    "16.05|0.67": ["16:05:00"],
}


@pytest.mark.parametrize("cells", TIMES)
def test_parts_of_a_day_are_times_where_the_column_says_so(tmp_path: Path, cells: str) -> None:
    path = tmp_path / "events.csv"
    path.write_text("ticker;date;time\n" + "".join(f"T{i};2025-01-27;{c}\n" for i, c in enumerate(cells.split("|"))))
    if not TIMES[cells]:
        with pytest.raises(InvalidFile, match=r"'0\.40' reads two ways: 00:40 or 09:36"):
            load_registry(path, tz="UTC")
        return
    found = load_registry(path, tz="UTC")
    assert [str(e.announced)[11:19] for e in found] == TIMES[cells]
    assert len(found) + len(found.left_out) == len(cells.split("|"))
    told = "times as parts of a day: 0.5 is 12:00, give or take 72 minutes"
    assert (told in map(str, found.read_as)) == ("0.5" in cells)


def test_tickers_in_one_cell_are_each_of_the_event(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text('id,ticker,date,company\na,"NVDA, AMD",2025-01-27,"X, Inc."\nb,SPY,2025-02-03,\n', encoding="utf-8")
    found = load_registry(path)
    assert [(e.id, e.tickers) for e in found] == [("a", ("NVDA", "AMD")), ("b", ("SPY",))]
    path.write_text('ticker,date\n"NVDA;AMD",2025-01-27\nSPY,2025-02-30\n"NVIDIA, INC.",2025-01-27\n', encoding="utf-8")
    found = load_registry(path)
    assert [(e.tickers, str(e.announced)) for e in found] == [(("NVDA",), "2025-01-27"), (("AMD",), "2025-01-27")]
    assert [(bad.row, bad.ticker) for bad in found.left_out] == [("row 3", "SPY"), ("row 4", "NVIDIA, INC.")]
    assert "1 ticker more in cells that name several: a row for each" in map(str, found.read_as)


def test_zones_in_a_column_are_called_as_people_call_them(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    zones = {
        "ET": "-05:00",
        "MEZ": "+01:00",
        "London": "+00:00",
        "eastern time": "-05:00",
        "JST": "+09:00",
        "UTC-5": "-05:00",
    }
    rows_of = "".join(f"T{i},2025-01-27,16:05,{zone}\n" for i, zone in enumerate([*zones, "CST"]))
    path.write_text("ticker,date,time,tz\n" + rows_of, encoding="utf-8")
    found = load_registry(path)
    assert [e.announced.isoformat()[16:] for e in found] == [":00" + offset for offset in zones.values()]
    assert "CST may be the time of America/Chicago or Asia/Shanghai" in found.left_out[0].why


def test_zones_of_times_whose_day_the_column_settles(tmp_path: Path) -> None:
    """Of 2/4/2025 one reading is in winter and one in summer: the offset is that of the day that is meant."""
    path = tmp_path / "events.csv"
    asked = "ticker,date\nA,2/4/2025 4:15 PM ET\nB,2/4/2025 16:15 America/New_York\nC,4/2/2025 16:15 ET\nD,4/2/2025 16:15 EST\n"
    path.write_text(asked, encoding="utf-8")
    with pytest.raises(InvalidFile, match="'2/4/2025 4:15 PM ET' reads two ways"):
        load_registry(path)
    path.write_text(asked + "E,1/27/2025 7:00 AM ET\n", encoding="utf-8")
    found = load_registry(path)
    told = ["2025-02-04T16:15:00-05:00"] * 2 + ["2025-04-02T16:15:00-04:00", "2025-01-27T07:00:00-05:00"]
    assert [e.announced.isoformat() for e in found] == told
    assert [bad.row for bad in found.left_out] == ["row 5"]
    assert "EST is not the time of that place on 2025-04-02" in found.left_out[0].why


@pytest.mark.parametrize(
    ("text", "order", "meant"),
    [
        ("2/4/2025 4:15 PM ET", "mdy", "2025-02-04T16:15:00-05:00"),
        ("2/4/2025 4:15 PM ET", "dmy", "2025-04-02T16:15:00-04:00"),
        ("13/4/2025 16:15 ET", None, "2025-04-13T16:15:00-04:00"),
        ("2/4/2025 4:15 PM EST", "mdy", "2025-02-04T16:15:00-05:00"),
    ],
)
def test_a_time_by_itself_is_in_the_zone_of_its_day(text: str, order: Order | None, meant: str) -> None:
    assert parse_when(text, order=order).isoformat() == meant


@pytest.mark.parametrize(("text", "order", "why"), [
    ("2/4/2025 4:15 PM ET", None, "reads two ways: 2025-04-02T16:15:00-04:00 .* or 2025-02-04T16:15:00-05:00"),
    ("2/4/2025 4:15 PM EST", None, "reads two ways: 2025-04-02 .* or 2025-02-04T16:15:00-05:00"),
    ("2/4/2025 4:15 PM EST", "dmy", "EST is not the time of that place on 2025-04-02"),
    ("9/3/2025 02:30 ET", "dmy", "ET is not the time of that place on 2025-03-09"),
])  # fmt: skip
def test_a_time_that_its_zone_leaves_open_or_has_not_is_refused(text: str, order: Order | None, why: str) -> None:
    with pytest.raises(InvalidRequest, match=why):
        parse_when(text, order=order)


def test_a_time_names_its_zone_or_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(
        "tickers,date,time\nNVDA,2025-01-27,16:05 ET\nAMD,2025-07-15,4:05 pm ET\nAMD,2025-07-16,16:05 EST\nNVDA,2025-07-17,nach Mittag h\n",
        encoding="utf-8",
    )
    found = load_registry(path)
    assert [e.announced.isoformat() for e in found] == ["2025-01-27T16:05:00-05:00", "2025-07-15T16:05:00-04:00"]
    assert [bad.why.split(";")[0] for bad in found.left_out] == [
        "column time: EST is not the time of that place on 2025-07-16",
        "column time: 'nach Mittag h' is not a time",
    ]


def test_many_tickers_are_found_without_going_through_all_names_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, mark = [0], calendars.mark_of
    monkeypatch.setattr(calendars, "mark_of", lambda text: (looked.__setitem__(0, looked[0] + 1), mark(text))[1])
    held = [f"S{i:03d}.PA" for i in range(300)]
    names = Names(held)
    assert [names.meant_by(f"S{i:03d}") for i in range(300)] == [[name] for name in held]
    assert [names.meant_by(f"s{i:03d}.pa") for i in range(300)] == [[name] for name in held]
    assert all(names.meant_by(name, otherwise=True) == [] for name in held)
    assert looked[0] < 40 * len(held)


@pytest.mark.parametrize("mark", ["|", " | ", ",", ";", " & ", "/", " / ", " + ", " and ", " und ", " "])
def test_a_cell_that_names_several_tickers_is_a_row_for_each(tmp_path: Path, mark: str) -> None:
    (path := tmp_path / "e.csv").write_text(f'ticker,date\n"NVDA{mark}AMD",2025-01-27\nBRK/B,2025-01-28\n')
    assert [event.tickers for event in load_registry(path)] == [("NVDA",), ("AMD",), ("BRK/B",)]


def test_words_are_several_tickers_where_all_are_known_or_the_heading_says_so(tmp_path: Path) -> None:
    rows = [
        "AT&T",
        "VOD LN",
        "BRK B",
        "BRK/B",
        "NVDA US",
        "EUR/USD",
        "XYZ & QQ",
        "DEERE & CO",
        "['NVDA'; 'AMD']",
        "{ZZA;ZZB}",
    ]
    (path := tmp_path / "e.csv").write_text("ticker,date\n" + "".join(f"{t},2025-01-27\n" for t in rows))
    several = [("NVDA",), ("AMD",), ("ZZA",), ("ZZB",)]
    assert [event.tickers for event in load_registry(path)] == [*[(t,) for t in rows[:8]], *several]
    for word, count in (("XYZ & QQ", 2), ("XYZ QQ", 2), ("VOD LN", 1), ("BRK/B", 1), ("DEERE & CO", 1)):
        path.write_text(f"tickers,date\n{word},2025-01-27\n")
        assert len(load_registry(path)) == count, word
    path.write_text("ticker,date\nZZA,2025-01-02\nZZB,2025-01-03\nZZA ZZB,2025-01-27\n")  # each stands there alone, too
    assert [event.tickers for event in load_registry(path)] == [("ZZA",), ("ZZB",), ("ZZA",), ("ZZB",)]


def test_firms_with_strokes_between_are_not_one_ticker(tmp_path: Path) -> None:
    (path := tmp_path / "e.csv").write_text(
        "ticker,date\nBAC/PRL,2025-01-27\nEUR/USD,2025-01-27\nNVDA / AMD,2025-01-28\n"
    )
    found = load_registry(path)
    assert [event.tickers for event in found] == [("BAC/PRL",), ("EUR/USD",), ("NVDA",), ("AMD",)]


def test_tickers_outside_a_group_are_told_where_they_stand(tmp_path: Path) -> None:
    (path := tmp_path / "e.toml").write_text(
        '[[event]]\nid = "a"\ntitle = "A"\nannounced = 2025-01-27\ntickers = ["NVDA"]\n'
    )
    with pytest.raises(InvalidFile, match=r"tickers: no such key here; .* \[\[event\.group\]\]"):
        load_registry(path)
