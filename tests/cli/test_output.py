"""The name of a file says its format; what a command does not write is refused before any work."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran
from tests.tiers import first

Es = Callable[..., Ran]
NVDA = ("deepseek-r1", "--tickers", "NVDA")
NOTHING = ("--prices", "no-such-file.csv")
"""What would end in another error as soon as there was any work."""


BEGINS = {
    "run r.json": b'{"schema": "eventstudy.result/1"',
    "run r.CSV": b"event_id,",
    "run r.txt": b"DeepSeek",
    "run r": b"DeepSeek",
    "scan s.json": b"{",
    "report r.md": b"# ",
    "report r": b"<!DOCTYPE html>",
    "plot p.SVG": b"<?xml",
    "plot p.pdf": b"%PDF",
    "plot p": b"\x89PNG",
    "report r.XLSX": b"PK",
    "report r.tex": b"% needs",
    "report r.json": b"{",
    "report r.html": b"<!DOCTYPE html>",
}
"""How what a command writes to a name begins."""


@pytest.mark.parametrize("written", first(BEGINS, 8, "render"))
def test_the_suffix_says_the_format(es: Es, tmp_path: Path, written: str) -> None:
    command, name = written.split()
    ran = es(command, *NVDA, "--output", name)
    assert (ran.code, ran.out) == (0, "")
    assert (tmp_path / name).read_bytes().lstrip().replace(b"{\n ", b"{").startswith(BEGINS[written])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", *NVDA, "--output", "r.docx"), ("`eventstudy run` does not write .docx files", ".txt, .json, .csv")),
        (("run", *NVDA, "--output", "r.pdf"), ("does not write .pdf files", "`eventstudy report` writes .pdf files")),
        (("run", *NVDA, "--output", "r.XLSX"), ("does not write .xlsx files", "`eventstudy report`")),
        (("run", *NVDA, "--output", "r.html"), ("`eventstudy report` writes .html files",)),
        (("run", *NVDA, "--output", "r.png"), ("`eventstudy plot` writes .png files",)),
        (("run", *NVDA, "--format", "csv", "--output", "r.md"), ("`eventstudy report`",)),
        (
            ("run", *NVDA, "--format", "csv", "--output", "r.json"),
            ("--format csv and --output r.json name two formats",),
        ),
        (("report", *NVDA, "--output", "r.docx"), ("`eventstudy report` does not write .docx files", ".html, .pdf")),
        (("report", *NVDA, "--output", "r.csv"), ("`eventstudy run` writes .csv files",)),
        (("report", *NVDA, "--format", "html", "--output", "r.pdf"), ("--format html and --output r.pdf",)),
        (("scan", *NVDA, "--output", "s.xlsx"), ("`eventstudy scan` does not write .xlsx files",)),
        (("robustness", *NVDA, "--output", "r.svg"), ("--chart draws .svg files",)),
        (("robustness", *NVDA, "--chart", "r.csv"), ("--chart r.csv", ".png, .svg, .pdf")),
        (("impact", *NVDA, "--chart", "r.docx"), ("does not write .docx files",)),
        (("counterfactual", *NVDA, "--chart", "r.docx"), ("does not write .docx files",)),
        (("calibrate", *NVDA, "--chart", "r.docx"), ("does not write .docx files",)),
        (("calibrate", *NVDA, "--output", "r.docx"), ("does not write .docx files",)),
        (("spillover", *NVDA, "--output", "r.docx"), ("does not write .docx files",)),
        (("plot", *NVDA, "--output", "p.json"), ("`eventstudy plot` does not write .json files", "`eventstudy run`")),
    ],
)
def test_what_is_not_written_is_refused_before_any_work(
    es: Es, tmp_path: Path, words: tuple[str, ...], told: tuple[str, ...]
) -> None:
    ran = es(*words, *NOTHING)
    assert ran.code == 2
    assert "no-such-file" not in ran.err
    for text in told:
        assert text in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ("prices", "export", "p.xlsx"),
        ("prices", "import", "no.csv", "--output", "p.xlsx"),
        ("events", "import", "no.csv", "--output", "e.csv"),
        ("update", "no.toml", "--output", "u.csv"),
    ],
)
def test_commands_without_an_event_refuse_too(es: Es, tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = es(*words)
    assert ran.code == 2
    assert f"`eventstudy {' '.join(words[: 1 if words[0] == 'update' else 2])}` does not write" in ran.err
    assert words[-1] in ran.err
    assert "eventstudy report" not in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_format_and_a_suffix_that_agree_are_fine(es: Es, tmp_path: Path) -> None:
    assert es("run", *NVDA, "--format", "csv", "--output", "r.txt", "--quiet").code == 0
    assert (tmp_path / "r.txt").read_text().startswith("event_id,")
    for name in ("r.tex", "r.latex"):
        assert es("report", *NVDA, "--format", "latex", "--output", name).code == 0


def test_the_file_that_is_named_is_nearer_than_the_format_of_the_settings(
    es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "eventstudy.toml").write_text('[run]\nform = "csv"\n[report]\noutput = "r.md"\n', encoding="utf-8")
    assert es("run", *NVDA, "--output", "r.json").code == 0
    assert json.loads((tmp_path / "r.json").read_text())["schema"] == "eventstudy.result/1"
    assert es("run", *NVDA, "--output", "r").code == 0
    assert (tmp_path / "r").read_text().startswith("event_id,"), "without a suffix the settings say it"
    ran = es("report", *NVDA, "--format", "json")
    assert ran.code == 2
    assert "--format json and --output r.md name two formats" in ran.err


def inputs(tmp_path: Path) -> dict[str, Path]:
    """A file of each kind that commands read; none is good for anything."""
    names = ("list.csv", "p.csv", "p.xlsx", "n.csv", "x.json", "list.toml", "study.txt", "s.csv")
    for name in names:
        (tmp_path / name).write_text(f"this is {name}\n", encoding="utf-8")
    return {name: tmp_path / name for name in names}


@pytest.mark.parametrize(
    "words",
    [
        ("run", "list.csv", "--output", "list.csv"),
        ("run", "./list.csv", "--output", "{}/list.csv"),
        ("run", *NVDA, "--prices", "p.csv", "--output", "p.csv"),
        ("run", *NVDA, "--news", "x.json", "--news", "n.csv", "--output", "n.csv"),
        ("run", *NVDA, "--earnings", "n.csv", "--output", "n.csv"),
        ("run", *NVDA, "--exclude-dates", "study.txt", "--output", "study.txt"),
        ("scan", "list.csv", "--output", "list.csv"),
        ("regress", *NVDA, "--characteristics", "s.csv", "--on", "size", "--output", "s.csv"),
        ("impact", *NVDA, "--shares", "s.csv", "--output", "s.csv"),
        ("report", *NVDA, "--prices", "p.xlsx", "--output", "p.xlsx"),
        ("report", *NVDA, "--registry", "x.json", "--output", "x.json"),
        ("events", "import", "list.toml", "--output", "list.toml", "--force"),
        ("update", "study.txt", "--output", "study.txt"),
        ("run", *NVDA, "--prices", "p.csv", "--output", "link.csv"),
    ],
)
def test_a_file_that_is_read_is_not_written_over(es: Es, tmp_path: Path, words: tuple[str, ...]) -> None:
    before = {path: path.read_text() for path in inputs(tmp_path).values()}
    if "link.csv" in words:
        try:
            (tmp_path / "link.csv").symlink_to("p.csv")
        except OSError:
            pytest.skip("no links here")
    ran = es(*(word.format(tmp_path) for word in words))
    assert ran.code == 2
    assert f"{words[words.index('--output') + 1].format(tmp_path)} is read by this command" in ran.err
    assert {path: path.read_text() for path in before} == before


def test_an_event_id_is_no_file(es: Es, tmp_path: Path) -> None:
    for _ in range(2):
        assert es("run", *NVDA, "--output", "deepseek-r1").code == 0
    assert (tmp_path / "deepseek-r1").read_text().startswith("DeepSeek")


# ---- a place that cannot be written, and the output of the command in the place of a file --------------------------------

WRITERS = {
    "run": ("run", *NVDA, "--output"),
    "report": ("report", *NVDA, "--output"),
    "plot": ("plot", *NVDA, "--output"),
    "chart": ("impact", *NVDA, "--chart"),
    "fetch": ("prices", "fetch", "--tickers", "A", "--start", "2025-01-02", "--end", "2025-01-03", "--output"),
    "update": ("update", "--output"),
    "events": ("events", "import", "no.csv", "--output"),
    "export": ("prices", "export"),
}
NAMES = {"plot": "x.png", "chart": "x.svg", "events": "x.toml", "export": "x.csv"}


@pytest.mark.parametrize("name", WRITERS)
def test_a_folder_that_is_not_there_is_told_before_any_work(es: Es, tmp_path: Path, name: str) -> None:
    file = NAMES.get(name, "x.json")
    ran = es(*WRITERS[name], f"no/{file}")
    assert (ran.code, ran.out) == (2, "")
    assert f"no/{file} cannot be written: there is no folder no" in ran.err
    assert ran.err.count("\n") <= 3, "one message"
    (tmp_path / "file").write_text("x")
    ran = es(*WRITERS[name], f"file/{file}")
    assert ran.code == 2
    assert "file is no folder" in ran.err


@pytest.mark.parametrize("words", [("run",), ("report",), ("report", "--format", "md")])
def test_a_slash_at_the_end_names_a_folder(es: Es, tmp_path: Path, words: tuple[str, ...]) -> None:
    """`report --output out/` wrote a file `out`."""
    ran = es(words[0], "deepseek-r1", *words[1:], "--output", "out/")
    assert ran.code == 2
    assert "out/ is a folder, and a" in ran.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", WRITERS)
def test_a_folder_that_is_read_only_is_told_before_any_work(
    es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    file = NAMES.get(name, "x.json")
    monkeypatch.setattr(
        "eventstudy.disk.os.access", lambda path, mode: not mode & os.W_OK
    )  # as for a user who is not root
    ran = es(*WRITERS[name], file)
    assert (ran.code, ran.out) == (2, "")
    assert f"{file} cannot be written: . is read-only" in ran.err


def test_a_site_in_a_read_only_folder_is_told_before_any_work(
    es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "events.csv").write_text("ticker,date,event_id\nNVDA,2025-01-27,a\nAMD,2025-01-27,b\n")
    (tmp_path / "study.toml").write_text('events = ["a"]\nregistry = "events.csv"\n')
    monkeypatch.setattr("eventstudy.disk.os.access", lambda path, mode: not mode & os.W_OK)
    for words in (("report", "events.csv", "--output", "site"), ("update",)):
        ran = es(*words)
        assert (ran.code, ran.out) == (2, "")
        assert "is read-only" in ran.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["events.csv", "study.toml"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "begins"),
    [
        (("run", *NVDA), "DeepSeek"),
        (("run", *NVDA, "--format", "json"), "{"),
        (("report", *NVDA, "--format", "md"), "# "),
        (("report", *NVDA), "<!DOCTYPE html>"),
        (("events", "import", "events.csv"), "[[event]]"),
    ],
)
def test_a_hyphen_is_the_output_of_the_command(es: Es, tmp_path: Path, words: tuple[str, ...], begins: str) -> None:
    (tmp_path / "events.csv").write_text("ticker,date\nNVDA,2025-01-27\n")
    ran = es(*words, "--output", "-")
    assert ran.code == 0
    assert ran.out.startswith(begins)
    assert [p.name for p in tmp_path.iterdir()] == ["events.csv"]


def test_a_picture_goes_to_the_output_and_not_into_a_text(es: Es) -> None:
    ran = es("impact", *NVDA, "--chart", "-")
    assert ran.code == 2
    assert "--chart - would mix a picture into the text" in ran.err


def test_a_site_is_no_output_of_the_command(es: Es, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("ticker,date\nNVDA,2025-01-27\nAMD,2025-01-21\n")
    ran = es("report", "events.csv", "--output", "-")
    assert (ran.code, ran.out) == (2, "")
    assert "are a folder" in ran.err
