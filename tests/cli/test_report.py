"""`eventstudy report`: files, exit codes, and what goes where."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

pytestmark = pytest.mark.usefixtures("each_picture_once")
Es = Callable[..., Ran]
NVDA = ("report", "deepseek-r1", "--tickers", "NVDA")


def test_a_page_by_default_named_after_the_event(es: Es, tmp_path: Path) -> None:
    ran = es(*NVDA)
    assert ran.code == 0
    assert ran.out == ""
    assert ran.err.strip() == "deepseek-r1.html"
    assert (tmp_path / "deepseek-r1.html").read_bytes().startswith(b"<!DOCTYPE html>")


@pytest.mark.slow
@pytest.mark.parametrize(("form", "begins"), [("xlsx", b"PK"), ("md", b"# "), ("latex", b"% needs"), ("json", b"{")])
def test_formats_go_to_the_file_that_is_named(es: Es, tmp_path: Path, form: str, begins: bytes) -> None:
    assert es(*NVDA, "--format", form, "--output", str(tmp_path / "r")).code == 0
    assert (tmp_path / "r").read_bytes().startswith(begins)
    assert [p.name for p in tmp_path.iterdir()] == ["r"]


def test_text_goes_to_stdout_and_json_is_that_of_run(es: Es) -> None:
    told, ran = (json.loads(es(*words, "--format", "json").out) for words in (NVDA, ("run", *NVDA[1:])))
    assert told == {**ran, **{name: told[name] for name in ("robustness", "confounders")}}
    assert told["robustness"]["schema"] == "eventstudy.robustness/1"
    assert es(*NVDA, "--format", "md", "--lang", "de").out.startswith("# DeepSeek veröffentlicht")


@pytest.mark.render
def test_a_ticker_without_data_is_named_on_the_face_and_ends_with_4(es: Es, tmp_path: Path) -> None:
    asked = ("report", "deepseek-r1", "--tickers", "NVDA,XYZ", "--source", "bundled")
    assert es(*asked).code == 4
    page = (tmp_path / "deepseek-r1.html").read_text(encoding="utf-8")
    assert page.index("XYZ") < page.index("<h2")
    assert 'class="alert"' in page
    assert es(*asked, "--allow-excluded").code == 0


def test_no_ticker_with_data_writes_nothing_and_ends_with_5(es: Es, tmp_path: Path) -> None:
    assert es("report", "deepseek-r1", "--tickers", "XYZ", "--source", "bundled").code == 5
    assert list(tmp_path.iterdir()) == []


@pytest.mark.render
def test_several_events_are_a_site(es: Es, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("ticker,date\nNVDA,2025-01-27\nAMD,2025-01-21\n", encoding="utf-8")
    ran = es("report", "events.csv", "--output", "site")
    assert ran.code == 0
    assert ran.err.splitlines() == ["events read as: 2 rows of events", str(Path("site", "index.html"))]
    names = {p.name for p in (tmp_path / "site").iterdir()}
    assert {"index.html", "feed.xml", "index.json"} < names
    assert len([n for n in names if n.endswith(".html")]) == 3
    assert all(json.loads((tmp_path / "site" / n).read_text()) for n in names if n.endswith(".json"))


EVENTS = "ticker,date,event_id\nNVDA,2025-01-27,one\nAMD,2025-01-21,two\n"


@pytest.mark.render
def test_a_site_is_written_again_for_its_own_file_and_leaves_what_others_put_there(es: Es, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")
    (tmp_path / "report").mkdir()
    assert es("report", "events.csv").code == 0, "an empty folder is free"
    pages = {p.name: p.read_bytes() for p in (tmp_path / "report").iterdir()}
    (tmp_path / "report" / "notes.txt").write_text("mine")
    (tmp_path / "events.csv").write_text(EVENTS.replace("two", "three"), encoding="utf-8")
    assert es("report", "events.csv").code == 0
    left = {p.name for p in (tmp_path / "report").iterdir()}
    assert left == {*(n.replace("two", "three") for n in pages), "notes.txt"}
    (tmp_path / "report" / "four.html").write_text("mine")
    (tmp_path / "events.csv").write_text(EVENTS.replace("two", "four"), encoding="utf-8")
    ran = es("report", "events.csv")
    assert ran.code == 2
    assert "four.html was not written by this study" in ran.err
    assert {p.name for p in (tmp_path / "report").iterdir()} == {*left, "four.html"}


@pytest.mark.parametrize("there", ["thesis.docx", "index.html", "manifest.json"])
def test_a_folder_of_somebody_else_gets_no_site(es: Es, tmp_path: Path, there: str) -> None:
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / there).write_text("mine")
    ran = es("report", "events.csv", "--output", "site", "--source", "no such source")
    assert ran.code == 2
    assert "site was not written by this study" in ran.err, "said before any work"
    assert there in ran.err
    assert [(p.name, p.read_text()) for p in (tmp_path / "site").iterdir()] == [(there, "mine")]


@pytest.mark.render
def test_a_site_of_another_file_or_of_update_is_refused(es: Es, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")
    (tmp_path / "more.csv").write_text(EVENTS, encoding="utf-8")
    assert es("report", "events.csv", "--output", "site").code == 0
    before = {p.name: p.read_bytes() for p in (tmp_path / "site").iterdir()}
    ran = es("report", "more.csv", "--output", "site")
    assert ran.code == 2
    assert "site holds the reports of another study" in ran.err
    assert "events.csv" in ran.err
    study = 'events = ["one"]\nregistry = "events.csv"\noutput = "{}"\n'
    (tmp_path / "study.toml").write_text(study.format("site"), encoding="utf-8")
    assert es("update").code == 2
    assert {p.name: p.read_bytes() for p in (tmp_path / "site").iterdir()} == before
    (tmp_path / "study.toml").write_text(study.format("reports"), encoding="utf-8")
    assert es("update").code == 0
    assert es("report", "events.csv", "--output", "reports").code == 2


@pytest.mark.render
def test_the_folder_one_stands_in_may_be_the_site(es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")
    (tmp_path / "site").mkdir()
    monkeypatch.chdir(tmp_path / "site")
    for _ in range(2):
        assert es("report", "../events.csv", "--output", ".").code == 0
    assert Path("index.html").is_file()


def test_one_file_and_a_folder_are_told_apart_before_any_work(es: Es, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")
    (tmp_path / "site").mkdir()
    nothing = ("--source", "no such source")
    ran = es("report", "events.csv", "--output", "all.html", *nothing)
    assert ran.code == 2
    assert "all.html names one file, and the pages of 2 events are a folder" in ran.err
    ran = es(*NVDA, "--output", "site", *nothing)
    assert ran.code == 2
    assert "site is a folder, and this report is one file" in ran.err


def test_a_place_that_cannot_be_written_is_an_error_of_use(es: Es, tmp_path: Path) -> None:
    ran = es(*NVDA, "--output", str(tmp_path / "no" / "r.html"))
    assert ran.code == 2
    assert "cannot be written" in ran.err
    (tmp_path / "file").write_text("x")
    (tmp_path / "events.csv").write_text("ticker,date\nNVDA,2025-01-27\nAMD,2025-01-21\n", encoding="utf-8")
    assert es("report", "events.csv", "--output", "file").code == 2


@pytest.mark.render
def test_stays_without_matplotlib_where_no_chart_is_drawn() -> None:
    import subprocess
    import sys

    code = "from eventstudy.cli import main; import sys, atexit; atexit.register(lambda: print('matplotlib' in sys.modules))"
    run = f"{code}; main(['report', 'deepseek-r1', '--tickers', 'NVDA', '--format', 'md', '--output', '/dev/null.md'])"
    told = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=False, timeout=60)
    assert told.stdout.strip().endswith("False")


@pytest.mark.parametrize("command", ["report", "update", "schedule"])
def test_help_needs_nothing_heavy(command: str) -> None:
    import subprocess
    import sys

    code = "import sys, atexit; atexit.register(lambda: print('MODULES', *sys.modules))"
    run = f"{code}\nfrom eventstudy.cli import main; main(['{command}', '--help'])"
    told = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True, timeout=60).stdout
    loaded = set(told.partition("MODULES ")[2].split())
    assert "click" in loaded
    assert not loaded & {"numpy", "pandas", "matplotlib", "jinja2", "xlsxwriter", "pydantic", "smtplib"}
