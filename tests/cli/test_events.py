"""`eventstudy events` and `eventstudy methods`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

Es = Callable[..., Ran]


def test_list_in_every_form(es: Es) -> None:
    rows = json.loads(es("events", "list", "--format", "json").out)
    assert rows["schema"] == "eventstudy.events/1"
    ids = [row["id"] for row in rows["rows"]]
    assert "deepseek-r1" in ids
    assert len(ids) == 20
    assert es("events", "list").out.count("\n") == 21
    assert es("events", "list", "--format", "csv").out.splitlines()[0].startswith("id,announced")


def test_show_names_groups_and_the_claim(es: Es) -> None:
    out = es("events", "show", "deepseek-r1").out
    assert "chip makers: NVDA, AVGO, AMD, TSM, MU, MRVL" in out
    assert "von 142 US-Dollar auf 128,99 US-Dollar" in out
    assert json.loads(es("events", "show", "deepseek-r1", "--format", "json").out)["claim"][0]["from"] == "142"


def test_day0_of_the_holiday(es: Es) -> None:
    found = json.loads(es("events", "day0", "2025-01-20", "--exchange", "XNYS", "--format", "json").out)
    assert found == {
        "schema": "eventstudy.day0/1",
        "announced": "2025-01-20",
        "exchange": "XNYS",
        "local_date": "2025-01-20",
        "day0": "2025-01-21",
        "shifted": True,
        "shift_days": 1,
    }
    assert "2025-01-20" in es("events", "day0", "2025-01-20", "--ticker", "VOW3.DE").out


def test_check_accepts_what_ships(es: Es) -> None:
    data = Path(__file__).parents[2] / "data" / "events"
    for path in sorted(data.glob("*.toml")):
        assert es("events", "check", str(path)).code == 0


def test_schema_is_json_schema(es: Es) -> None:
    assert json.loads(es("events", "schema").out)["type"] == "object"


def test_methods_lists_each_family(es: Es) -> None:
    rows = json.loads(es("methods", "--format", "json").out)["rows"]
    assert {row["kind"] for row in rows} == {"model", "test", "source", "finder", "chart"}
    assert all(row["summary"] for row in rows)
    tests = {row["name"]: row for row in json.loads(es("methods", "tests", "--format", "json").out)["rows"]}
    assert tests["bmp"]["paper"] == "Boehmer, Musumeci and Poulsen 1991"


# ---- add and import --------------------------------------------------------------------------------------------------


def test_add_keeps_what_stands_there(es: Callable[..., Ran], tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    first = es(
        "events",
        "add",
        "--registry",
        "mine.toml",
        "--title",
        "A thing happened",
        "--date",
        "2025-01-27",
        "--tickers",
        "NA,ON",
    )
    assert (first.code, first.out) == (0, "")
    assert first.err == "mine.toml: a-thing-happened added, 1 event\n"
    path.write_text("# my own words\n" + path.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    before = path.read_text(encoding="utf-8")
    more = ("--title", "Another", "--date", "2025-01-28T07:00:00-05:00", "--tickers", "AMD", "--benchmark", "SPY")
    assert (
        es("events", "add", "--registry", "mine.toml", *more, "--id", "two", "--source", "a", "--source", "b").code == 0
    )
    assert path.read_text(encoding="utf-8").startswith(before + "\n\n[[event]]\n")
    told = json.loads(es("events", "list", "--registry", "mine.toml", "--format", "json").out)["rows"]
    assert [(r["id"], r["tickers"]) for r in told] == [("a-thing-happened", ["NA", "ON"]), ("two", ["AMD"])]
    again = es("events", "add", "--registry", "mine.toml", *more, "--id", "two")
    assert again.code == 3
    assert "there is an event 'two' already" in again.err
    assert len(json.loads(es("events", "list", "--registry", "mine.toml", "--format", "json").out)["rows"]) == 2


@pytest.mark.parametrize(
    ("options", "code", "what"),
    [
        (("--date", "1/2/2025"), 2, "reads two ways"),
        (("--date", "2025-01-27", "--timing", "noon"), 2, "noon"),
        (("--date", "2025-01-27", "--id", "not a slug"), 2, "is not a slug"),
        (("--date", "2025-01-27T07:00"), 2, "without an offset"),
        (("--date", "2025-01-27", "--registry", "mine.csv"), 3, "saved as .toml"),
    ],
)
def test_add_what_cannot_be_meant(
    es: Callable[..., Ran], tmp_path: Path, options: tuple[str, ...], code: int, what: str
) -> None:
    into = () if "--registry" in options else ("--registry", "mine.toml")
    ran = es("events", "add", *into, "--title", "T", "--tickers", "A", *options)
    assert ran.code == code
    assert what in ran.err
    assert not list(tmp_path.iterdir())


def test_import_of_a_request_file_says_its_windows(es: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "01_RequestFile.csv").write_text("1;NVDA;SPY;27.01.2025;Addition;-1;1;-11;250\n", encoding="utf-8")
    ran = es("events", "import", "01_RequestFile.csv", "--output", "r.toml")
    assert (ran.code, ran.out) == (0, "")
    assert "r.toml: 1 event\n" in ran.err
    assert "eventstudy run r.toml --event-window -1 1 --estimation-window -260 -11" in ran.err
    done = es("run", "r.toml", "--event-window", "-1", "1", "--estimation-window", "-260", "-11", "--format", "json")
    assert done.code == 0
    assert json.loads(done.out)["firms"][0]["day0"] == "2025-01-27"
    there = es("events", "import", "01_RequestFile.csv", "--output", "r.toml")
    assert (there.code, "r.toml is there already" in there.err) == (2, True)
    assert es("events", "import", "01_RequestFile.csv", "--output", "r.toml", "--force").code == 0


def test_import_of_a_list_goes_to_stdout_and_back(es: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("ticker,date\nNA,2025-01-27\n", encoding="utf-8")
    ran = es("events", "import", "e.csv")
    assert ran.code == 0
    (tmp_path / "back.toml").write_text(ran.out, encoding="utf-8")
    assert es("events", "list", "--registry", "back.toml").out == es("events", "list", "--registry", "e.csv").out


def test_run_of_a_workbook(es: Callable[..., Ran], tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in (["ticker", "date"], ["NVDA", "2025-01-27"], ["AMD", "2025-01-27"]):
        book.active.append(row)
    book.save(tmp_path / "events.xlsx")
    (tmp_path / "events.csv").write_text("ticker,date\nNVDA,2025-01-27\nAMD,2025-01-27\n", encoding="utf-8")
    ran = es("run", "events.xlsx", "--format", "json")
    assert ran.code == 0
    assert ran.out == es("run", "events.csv", "--format", "json").out


def test_find_prints_writes_and_merges(es: Es, tmp_path: Path) -> None:
    words = ("--since", "2024-09-01", "--until", "2024-12-31", "--ticker", "NVDA")
    told = json.loads(es("events", "find", "fomc", *words, "--format", "json").out)
    assert told["schema"] == "eventstudy.find/1"
    assert told["asked"] == {"tickers": ["NVDA"], "since": "2024-09-01", "until": "2024-12-31"}
    assert [e["id"] for e in told["found"]] == ["fomc-2024-09-18", "fomc-2024-11-07", "fomc-2024-12-18"]
    assert (
        es("events", "find", "fomc", *words, "--format", "csv").out.splitlines()[0].startswith("id,announced,tickers")
    )
    path = tmp_path / "f.toml"
    ran = es("events", "find", "fomc", *words, "--output", str(path))
    assert ran.code == 0
    assert "3 events added, 3 in all" in ran.err
    assert es("events", "find", "fomc", *words, "--output", str(path)).code == 2
    assert "0 events added, 3 in all" in es("events", "find", "fomc", *words, "--merge", str(path)).err
    path.write_text(path.read_text().replace("T14:00:00-04:00", "T14:30:00-04:00"))
    ran = es("events", "find", "fomc", *words, "--merge", str(path))
    assert ran.code == 4
    assert "fomc-2024-09-18: announced = 2024-09-18T14:00:00-04:00" in ran.err
    assert es("run", "fomc-2024-12-18", "--registry", str(path), "--source", "bundled").code == 0


def test_a_list_whose_dates_are_open_is_checked_and_imported_in_the_order_that_is_said(es: Es, tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("ticker,date\nNVDA,03/04/2024\n", encoding="utf-8")
    for name in ("check", "import"):
        assert "--dates dmy or --dates mdy" in es("events", name, "e.csv").err
    assert "announced = 2024-03-04" in es("events", "import", "e.csv", "--dates", "mdy").out
    assert es("events", "check", "e.csv", "--dates", "dmy").out.startswith("e.csv: 1 event, all with a day 0")


def test_a_list_is_told_as_it_was_read_with_the_rows_that_are_none(es: Es, tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("ticker,date\nNVDA,27.01.2025\nAMD,27.13.2025\n", encoding="utf-8")
    ran = es("events", "check", "e.csv")
    assert (ran.code, ran.out, "row 3, column date: '27.13.2025' is not a date" in ran.err) == (3, "", True)
    ran = es("events", "import", "e.csv")
    assert (ran.code, "nvda-2025-01-27" in ran.out) == (4, True)
    assert "dates as dd.mm.yyyy" in ran.err
    assert "left out row 3, column date: '27.13.2025' is not a date" in ran.err
    assert es("events", "import", "e.csv", "--quiet").err == ""


def test_files_of_prices_that_cannot_be_meant_are_told_with_what_is(es: Es, tmp_path: Path) -> None:
    for name in ("A", "B"):
        (tmp_path / f"{name}.csv").write_text("Date,Close\n2025-01-02,1.5\n2025-01-03,1.25\n", encoding="utf-8")
    study = ("run", "--date", "2025-01-27", "--ticker", "A", "--tickers", "A", "--benchmark", "B")
    assert "name each file once" in es(*study[:3], *study[5:], "--prices", "A.csv", "--prices", "A.csv").err
    assert "leave --ticker out" in es(*study, "--prices", "A.csv", "--prices", "B.csv").err
    assert "--prices A.csv --prices B.csv" in es(*study, "--prices", "A.csv,B.csv").err
    ran = es("run", "deepseek-r1", "extra", "--prices", "A.csv", "B.csv")
    assert ("--prices may be repeated" in ran.err, ran.code) == (True, 2)
    told = es("prices", "import", "A.csv", "--explain", "--format", "json")
    assert ("sentences, not as json" in told.err, told.code) == (True, 2)
