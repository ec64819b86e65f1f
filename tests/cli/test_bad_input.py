"""Bad input: one clear message, the exit code of the contract, no traceback, nothing on stdout."""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from eventstudy.cli._output import listing
from eventstudy.datasets import shipped
from eventstudy.disk import locked

from tests.cli.conftest import Ran

Es = Callable[..., Ran]
ROOT = Path(__file__).parents[2]

REGISTRY = """
[[event]]
id = "gap"
title = "A time that summer time skips"
announced = 2025-03-09T02:30:00
tz = "America/New_York"
[[event.group]]
tickers = ["NVDA"]
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "gap.toml").write_text(REGISTRY)
    (tmp_path / "empty.toml").write_text("")
    (tmp_path / "broken.toml").write_text('[[event]\nid = "x"')
    (tmp_path / "half.csv").write_text("date,NVDA,SPY\n2025-01-02,1.0,2.0\n2025-01-03,1.")
    (tmp_path / "events.csv").write_text("ticker,date\nNVDA,1/2/2025\n")
    (tmp_path / "dates.txt").write_text("2025-01-02\n31.13.2024\n")
    return tmp_path


ENDLESS = "9" * 5000
"""A name that no file can have."""
PRESS = "Nvidia fell from 142 to 128.99 US dollars, wrote the paper. " * 10

CASES = {
    "press text": (("claim", PRESS), 2, "--from"),
    "endless prices": (("run", "deepseek-r1", "--prices", ENDLESS), 3, "there is no such file"),
    "endless events": (("run", f"{ENDLESS}.csv"), 3, "there is no such file"),
    "endless registry": (("run", "x", "--registry", f"{ENDLESS}.toml"), 3, "there is no such file"),
    "endless output": (("run", "deepseek-r1", "--output", ENDLESS), 2, "cannot be written"),
    "endless report": (("report", "deepseek-r1", "--output", f"{ENDLESS}.html"), 2, "cannot be written"),
    "endless bars": (("minutes", "deepseek-r1", "--bars", ENDLESS), 3, "there is no such file"),
    "endless folder": (("init", "--folder", ENDLESS), 2, "too long"),
    "unknown event": (("run", "deepseek"), 2, "deepseek-r1"),
    "nothing to study": (("run",), 2, "--tickers"),
    "event and date": (("run", "deepseek-r1", "--date", "2025-01-27"), 2, "--day0"),
    "date without tickers": (("run", "--date", "2025-01-27"), 2, "--tickers"),
    "ambiguous date": (("run", "--date", "1/2/2025", "--tickers", "NVDA"), 2, "2025"),
    "time without zone": (("run", "--date", "2025-01-27T07:00", "--tickers", "NVDA"), 2, "offset"),
    "skipped hour": (
        ("run", "--date", "2025-03-09T02:30", "--tz", "America/New_York", "--tickers", "NVDA"),
        2,
        "2025-03-09",
    ),
    "skipped hour in a registry": (("run", "gap", "--registry", "gap.toml"), 3, "2025-03-09"),
    "empty registry": (("run", "x", "--registry", "empty.toml"), 3, "empty.toml"),
    "broken registry": (("events", "check", "broken.toml"), 3, "line"),
    "no such registry": (("run", "no-such-file.toml"), 3, "no-such-file.toml"),
    "no such event file": (("run", "no-such-file.parquet"), 3, "there is no such file"),
    "no such shares": (("impact", "deepseek-r1", "--shares", "no.csv"), 3, "there is no such file"),
    "no such news": (("confounders", "deepseek-r1", "--news", "no.csv"), 3, "there is no such file"),
    "ambiguous date in a file": (("run", "events.csv"), 3, "row"),
    "half-written prices": (
        ("run", "--date", "2025-01-03", "--tickers", "NVDA", "--prices", "half.csv"),
        3,
        "half.csv",
    ),
    "no such price file": (("run", "--date", "2025-01-03", "--tickers", "NVDA", "--prices", "no.csv"), 3, "no.csv"),
    "no prices": (("run", "--date", "2025-01-27", "--tickers", "ABCX", "--source", "bundled"), 5, "ABCX"),
    "before the data": (("run", "--date", "2024-02-01", "--tickers", "NVDA", "--source", "bundled"), 5, "NVDA"),
    "long before the data": (("run", "--date", "2020-03-09", "--tickers", "NVDA", "--source", "bundled"), 5, "SPY"),
    "after the data": (("run", "--date", "2025-03-03", "--tickers", "NVDA", "--source", "bundled"), 5, "NVDA"),
    "estimation reaches the event": (("run", "deepseek-r1", "--estimation-window", "-200", "-3"), 2, "event window"),
    "window outside": (("run", "deepseek-r1", "--window", "0", "9"), 2, "--event-window"),
    "window backwards": (("run", "deepseek-r1", "--window", "1", "-1"), 2, "ends before"),
    "benchmark is the ticker": (("run", "deepseek-r1", "--tickers", "SPY"), 5, "own benchmark"),
    "unknown model": (("run", "deepseek-r1", "--model", "markt"), 2, "market"),
    "unknown test": (("run", "deepseek-r1", "--test", "corado_rank"), 2, "corrado_rank"),
    "unknown form": (("run", "deepseek-r1", "--variant", "corrado_rank=book"), 2, "paper"),
    "unknown source": (("run", "deepseek-r1", "--source", "yaho"), 2, "yahoo"),
    "unknown chart": (("plot", "deepseek-r1", "--chart", "cra"), 2, "car"),
    "unknown option": (("run", "deepseek-r1", "--modl", "market"), 2, "--model"),
    "an event without its command": (("deepseek-r1",), 2, "what to do: eventstudy run deepseek-r1"),
    "a ticker and a date": (("run", "NVDA", "2025-01-27"), 2, "or --date 2025-01-27 --tickers NVDA"),
    "prices without their option": (("run", "events.csv", "half.csv"), 2, "Prices: --prices half.csv"),
    "one end of a window": (("run", "deepseek-r1", "--window", "-1"), 2, "Name both ends: --window -1 1"),
    "a test like none": (("run", "deepseek-r1", "--test", "xyzzy"), 2, "eventstudy methods tests"),
    "an option that lacks": (("minutes", "deepseek-r1"), 2, "Missing option '--bars'. --bars: CSV or Parquet"),
    "a kind without its option": (("history", "NVDA", "fomc"), 2, "A kind of event: --kind fomc"),
    "unknown command of a command": (("prices", "show"), 2, "available: check, export, fetch, import, status"),
    "unknown command": (("rum",), 2, "did you mean 'run'?"),
    "an empty list of tickers": (("run", "deepseek-r1", "--tickers", ""), 2, "names no ticker"),
    "blanks for peers": (("run", "deepseek-r1", "--peers", " , "), 2, "names no ticker"),
    "a registry in a folder that is not there": (
        ("events", "add", "--registry", "no/r.toml", "--title", "T", "--date", "2025-01-27", "--tickers", "A"),
        3,
        "there is no folder no",
    ),
    "factors without a file": (("run", "deepseek-r1", "--model", "capm"), 2, "--factors"),
    "dates that are none": (("run", "deepseek-r1", "--exclude-dates", "dates.txt"), 3, "line 2"),
    "too few estimation days": (("run", "deepseek-r1", "--min-estimation", "300"), 2, "min_estimation"),
    "exchange and ticker": (
        ("events", "day0", "2025-01-20", "--exchange", "XNYS", "--ticker", "NVDA"),
        2,
        "--exchange",
    ),
    "unknown exchange": (("events", "day0", "2025-01-20", "--exchange", "XNYSE"), 2, "XNYSE"),
    "day 0 too far": (("events", "day0", "2001-09-11", "--exchange", "XNYS", "--max-shift", "3"), 2, "2001-09-17"),
    "as of a day before all prices": (("run", "deepseek-r1", "--as-of", "1900-01-01"), 2, "name a later day"),
    "two primary windows": (
        ("run", "deepseek-r1", "--primary", "0", "0", "--primary=0,5"),
        2,
        "--primary is named more than once: 0 0 and 0 5",
    ),
    "two levels": (("run", "deepseek-r1", "--level", ".9", "--level=.95"), 2, "--level is named more than once"),
    "two kinds of keeping": (
        ("run", "deepseek-r1", "--keep", "pairs", "--keep", "aggregate"),
        2,
        "pairs and aggregate",
    ),
    "two event windows": (
        ("scan", "deepseek-r1", "--event-window", "-1", "1", "--event-window=-2,2"),
        2,
        "--event-window is named more than once: -1 1 and -2 2",
    ),
    "two exchanges": (
        ("events", "day0", "2025-01-20", "--exchange", "XNYS", "--exchange", "XLON"),
        2,
        "XNYS and XLON. It takes one value",
    ),
    "as of nothing": (("run", "deepseek-r1", "--as-of", "yesterday"), 2, "last-session"),
}


@pytest.mark.parametrize(("args", "code", "told"), CASES.values(), ids=CASES.keys())
def test_one_clear_message(es: Es, files: Path, args: tuple[str, ...], code: int, told: str) -> None:
    ran = es(*args)
    assert ran.code == code, ran.err
    assert told in ran.err
    assert "Traceback" not in ran.err
    assert "a fault of the program" not in ran.err
    assert ran.out == ""


@pytest.mark.parametrize("how", ["flag", "environment", "settings"])
@pytest.mark.parametrize(
    ("args", "code"), [(("nothing-like-it",), 2), (("none.toml",), 3), (("deepseek-r1", "--tickers", "INTC"), 5)]
)
def test_verbose_adds_the_traceback_and_keeps_the_exit_code(
    es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, args: tuple[str, ...], code: int
) -> None:
    asked = ("run", *args, "--source", "bundled")
    plain = es(*asked)
    assert plain.code == code
    assert "Traceback" not in plain.err
    if how == "environment":
        monkeypatch.setenv("EVENTSTUDY_VERBOSE", "1")
    elif how == "settings":
        (tmp_path / "eventstudy.toml").write_text("[run]\nverbose = true\n")
    ran = es(*asked, *(["--verbose"] if how == "flag" else []))
    assert ran.code == code
    assert "Traceback" in ran.err
    assert plain.err.splitlines()[0] in ran.err.splitlines()[-5:]


def test_verbose_shows_where_a_fault_of_the_program_is(es: Es, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventstudy.request.study.prices_for", lambda *a, **k: 1 / 0)
    ran = es("run", "deepseek-r1", "--verbose")
    assert ran.code == 1
    assert "Traceback" in ran.err
    assert "a fault of the program: ZeroDivisionError" in ran.err


def test_one_of_several_tickers_is_the_benchmark(es: Es) -> None:
    ran = es("run", "deepseek-r1", "--tickers", "NVDA,SPY")
    assert ran.code == 4
    assert "left out SPY" in ran.out
    assert "own benchmark" in ran.out


def test_a_model_without_benchmark_may_study_it(es: Es) -> None:
    assert es("run", "deepseek-r1", "--tickers", "SPY", "--model", "constant_mean").code == 0


# ---- what a spreadsheet takes for a formula, and outputs that cannot be written to ---------------------------------------


def formulas(text: str) -> list[str]:
    """Cells that a spreadsheet program would calculate: they begin like a formula and are no number."""
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    return [c for c in cells if c.startswith(("=", "+", "-", "@", "\t", "\r")) and not is_number(c)]


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


EVIL = "@SUM(1)"


@pytest.mark.parametrize("command", ["run", "scan", "confounders"])
def test_no_cell_is_a_formula(es: Es, tmp_path: Path, command: str) -> None:
    prices = pd.read_csv(shipped("prices", "sample.csv"), usecols=["ticker", "date", "close"])
    wide = prices[prices["ticker"].isin(["NVDA", "SPY"])].pivot(index="date", columns="ticker", values="close")
    wide.rename(columns={"NVDA": EVIL}).to_csv(tmp_path / "p.csv")
    asked = ("--date", "2025-01-27", "--tickers", EVIL, "--prices", "p.csv", "--calendar", "prices")
    ran = es(command, *asked, "--format", "csv")
    assert ran.code == 0, ran.err
    assert f"'{EVIL}" in ran.out
    assert formulas(ran.out) == []


def test_a_list_has_no_formula_either() -> None:
    rows = [{"a": "=1+1", "b": -1.5, "c": None}, {"a": "-1.5", "b": 2, "c": ["@x"]}]
    text = listing("x", rows, "csv")
    assert text == "a,b,c\n'=1+1,-1.5,\n-1.5,2,'@x\n"


@pytest.mark.wait
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
@pytest.mark.parametrize("words", ["--tickers NVDA --format json", "--help"])
@pytest.mark.parametrize("closed", ["1>/dev/full", "1>&-", "2>&-", "1>&- 2>&-", "| head -c 20"])
def test_an_output_that_is_full_closed_or_left_is_no_fault_of_the_program(
    tmp_path: Path, closed: str, words: str
) -> None:
    command = f"{shlex.quote(sys.executable)} -m eventstudy run deepseek-r1 {words} {closed}"
    ran = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert "a fault of the program" not in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "Exception ignored" not in ran.stderr
    if "/dev/full" in closed:
        assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
        assert "the output cannot be written" in ran.stderr
    else:
        assert ran.returncode == 0, ran.stderr


def test_a_heading_that_no_reader_takes_is_told(es: Es, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("date," + "a" * 200_000 + "\n2025-01-02,1.0\n")
    ran = es("run", "--date", "2025-01-27", "--tickers", "A", "--prices", "p.csv")
    assert ran.code == 3
    assert "cannot be read" in ran.err
    assert "131072" in ran.err


def test_news_of_an_event_that_there_is_not_is_told(es: Es, tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text("date,what,event_id\n2025-01-27,A thing,deepsek-r1\n2025-01-27,B,deepseek-r1\n")
    asked = ("confounders", "deepseek-r1", "--tickers", "NVDA", "--news", "n.csv")
    assert "n.csv: there is no event deepsek-r1; its news counts for none" in es(*asked).out
    warned = [w for w in json.loads(es(*asked, "--format", "json").out)["warnings"] if "n.csv" in w["message"]]
    assert [w["params"]["ids"] for w in warned] == [["deepsek-r1"]]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("run", "deepseek-r1", "--modl", "x"), 2),
        (("run", "nothing-like-it"), 2),
        (("update", "no.toml"), 3),
        (("run", "--date", "2025-01-27", "--tickers", "ABCX", "--source", "bundled"), 5),
        (("run", "deepseek-r1", "--tickers", "NVDA,ABCX", "--source", "bundled"), 4),
        (("run", "deepseek-r1", "--tickers", "NVDA"), 0),
        (("update",), 75),
    ],
)
@pytest.mark.parametrize("verbose", [(), ("--verbose",)])
def test_every_exit_code_is_the_same_with_verbose(
    es: Es, tmp_path: Path, words: tuple[str, ...], code: int, verbose: tuple[str, ...]
) -> None:
    (tmp_path / "study.toml").write_text('events = ["deepseek-r1"]\n')
    with locked(tmp_path / "reports"):
        assert es(*words, *verbose).code == code


def test_every_command_that_reads_prices_reads_several_files(es: Es, tmp_path: Path) -> None:
    ran = es("run", "deepseek-r1", "--prices", "NVDA.csv", "--prices=SPY.csv")
    assert ran.code == 3
    assert "there is no such file" in ran.err
    assert "NVDA.csv" in ran.err
    days, rng = pd.bdate_range("2024-01-02", periods=300), np.random.default_rng(0)
    for ticker in ("NVDA", "SPY"):
        closes = 100 * np.cumprod(1 + 0.01 * rng.standard_normal(len(days)))
        pd.DataFrame({"Date": days, "Close": closes}).to_csv(tmp_path / f"{ticker}.csv", index=False)
    paths = [str(tmp_path / f"{ticker}.csv") for ticker in ("NVDA", "SPY")]
    both = ("--prices", paths[0], f"--prices={paths[1]}")
    study, result = ("--date", "2025-01-27", "--tickers", "NVDA", "--benchmark", "SPY"), str(tmp_path / "r.json")
    assert es("run", *study, *both, "--format", "json", "--output", result).code == 0
    assert es("rerun", result, *both).code == 0
    checked = es("prices", "check", *both)
    assert "NVDA" in checked.out + checked.err
    told = es("prices", "import", "--explain", *paths).out
    assert "closing price of NVDA" in told
    assert "closing price of SPY" in told


SWAPPED = {
    "a long table": ("ticker,date,close\nAAA,2024-01-02,10\nAAA,2024-01-03,11\n", "prices"),
    "a wide table": ("date,AAA,SPY\n2024-01-02,10,11\n2024-01-03,11,12\n", "prices"),
    "abnormal returns": ("ticker,date,ar\nAAA,2024-01-02,.0112\nAAA,2024-01-03,-.0123\n", "abnormal"),
    "bars": ("ticker,time,close\nAAA,2024-01-02T10:00-05:00,10\nAAA,2024-01-02T10:05-05:00,11\n", "bars"),
}


@pytest.mark.parametrize(("held", "option"), SWAPPED.values(), ids=SWAPPED.keys())
def test_two_files_in_each_others_place_are_named(es: Es, tmp_path: Path, held: str, option: str) -> None:
    (tmp_path / "market.csv").write_text(held)
    (tmp_path / "news.csv").write_text("ticker,date\nAAA,2024-01-03\n")
    (tmp_path / "priced.csv").write_text("ticker,date,close\nAAA,2024-01-03,11\n")
    (tmp_path / "neither.csv").write_text("colour,size\nred,1\n")
    commands = {"prices": ("run", "report", "scan"), "abnormal": ("run",), "bars": ("minutes",)}[option]
    more = ("--unit-in", "decimal") if option == "abnormal" else ()
    for command in commands:
        ran = es(command, "market.csv", f"--{option}", "news.csv", *more)
        assert ran.code == 2
        assert "the two files are swapped: market.csv holds" in ran.err
        assert f"the events come first: news.csv --{option} market.csv" in ran.err
        for what, beside in (
            ("market.csv", "neither.csv"),
            ("neither.csv", "news.csv"),
            ("news.csv", "news.csv"),
            ("priced.csv", "market.csv"),  # a list of events may have a column of that name
        ):
            other = es(command, what, f"--{option}", beside, *more)
            assert other.code in (2, 3, 5)
            assert "swapped" not in other.err


def test_the_same_value_again_is_harmless(es: Es) -> None:
    said = es("run", "deepseek-r1", "--tickers", "NVDA", "--level", ".9", "--quiet")
    again = ("--level=0.90", "--level", ".9", "--quiet", "--quiet")
    assert es("run", "deepseek-r1", "--tickers", "NVDA", *again).out == said.out


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("check", "eventstudy events check or eventstudy prices check"),
        ("fetch", "eventstudy prices fetch"),
        ("foo", "eventstudy run EVENT"),
    ],
)
def test_a_command_of_a_group_is_found_without_it(es: Es, word: str, hint: str) -> None:
    ran = es(word, "NVDA")
    assert ran.code == 2
    assert hint in ran.err
