"""`eventstudy report`: files, exit codes, and what goes where."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

Es = Callable[..., Ran]
NVDA = ("report", "deepseek-r1", "--tickers", "NVDA")


def test_a_page_by_default_named_after_the_event(es: Es, tmp_path: Path) -> None:
    ran = es(*NVDA)
    assert ran.code == 0
    assert ran.out == ""
    assert ran.err.strip() == "deepseek-r1.html"
    assert (tmp_path / "deepseek-r1.html").read_bytes().startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize(("form", "begins"), [("xlsx", b"PK"), ("md", b"# "), ("latex", b"% needs"), ("json", b"{")])
def test_formats_go_to_the_file_that_is_named(es: Es, tmp_path: Path, form: str, begins: bytes) -> None:
    assert es(*NVDA, "--format", form, "--output", str(tmp_path / "r")).code == 0
    assert (tmp_path / "r").read_bytes().startswith(begins)
    assert [p.name for p in tmp_path.iterdir()] == ["r"]


def test_text_goes_to_stdout_and_json_is_that_of_run(es: Es) -> None:
    told, ran = (json.loads(es(*words, "--format", "json").out) for words in (NVDA, ("run", *NVDA[1:])))
    assert told == {**ran, **{name: told[name] for name in ("robustness", "confounders")}}
    assert told["robustness"]["schema"] == "eventstudy.robustness/1"
    assert es(*NVDA, "--format", "md", "--lang", "de").out.startswith("# DeepSeek releases")


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


def test_several_events_are_a_site(es: Es, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("ticker,date\nNVDA,2025-01-27\nAMD,2025-01-21\n", encoding="utf-8")
    ran = es("report", "events.csv", "--output", "site")
    assert ran.code == 0
    assert ran.err.strip() == str(Path("site", "index.html"))
    names = {p.name for p in (tmp_path / "site").iterdir()}
    assert {"index.html", "feed.xml", "index.json"} < names
    assert len([n for n in names if n.endswith(".html")]) == 3
    assert all(json.loads((tmp_path / "site" / n).read_text()) for n in names if n.endswith(".json"))


def test_a_place_that_cannot_be_written_is_an_error_of_use(es: Es, tmp_path: Path) -> None:
    ran = es(*NVDA, "--output", str(tmp_path / "no" / "r.html"))
    assert ran.code == 2
    assert "cannot write" in ran.err
    (tmp_path / "file").write_text("x")
    (tmp_path / "events.csv").write_text("ticker,date\nNVDA,2025-01-27\nAMD,2025-01-21\n", encoding="utf-8")
    assert es("report", "events.csv", "--output", "file").code == 2


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
