"""Requests that cannot be met: each gets one message and its exit code, and nothing is computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

Es = Callable[..., Ran]

REQUESTS: list[tuple[str, int, str]] = [
    ("rnu deepseek-r1", 2, "did you mean 'run'?"),
    ("run deepseek-r2", 2, "did you mean 'deepseek-r1'?"),
    ("run deepseek-r2", 2, "where: the events that ship"),
    ("run", 2, "say which event"),
    ("run --date 2025-01-27", 2, "say which event"),
    ("run --tickers NVDA", 2, "say which event"),
    ("run --date 27.13.2025 --tickers NVDA", 2, "27.13.2025"),
    ("run --date 03/04/2025 --tickers NVDA", 2, "reads two ways"),
    ("run --date 2025-02-30 --tickers NVDA", 2, "2025-02-30"),
    ("run deepseek-r1 --date 2025-01-27", 2, "were both given"),
    ("run deepseek-r1 --tickers ,", 2, "names no ticker"),
    ("run deepseek-r1 --model markte", 2, "did you mean 'market'?"),
    ("run deepseek-r1 --test bpm", 2, "did you mean 'bmp'?"),
    ("run deepseek-r1 --variant corrado_rank", 2, "names no form"),
    ("run deepseek-r1 --test corrado_rank --variant corrado_rank=papr", 2, "papr"),
    ("run deepseek-r1 --returns lgo", 2, "Did you mean 'log'?"),
    ("run deepseek-r1 --source yaho", 2, "did you mean 'yahoo'?"),
    ("run deepseek-r1 --benchmrk SPY", 2, "--benchmark"),
    ("run deepseek-r1 --window 3", 2, "--window"),
    ("run deepseek-r1 --window 3 1", 2, "window"),
    ("run deepseek-r1 --window 0 40", 2, "window"),
    ("run deepseek-r1 --event-window 5 -5", 2, "ends before"),
    ("run deepseek-r1 --estimation-window -11 -260", 2, "ends before"),
    ("run deepseek-r1 --estimation-window -20 0", 2, "estimation"),
    ("run deepseek-r1 --min-estimation 5", 2, "fewer than 30"),
    ("run deepseek-r1 --max-shift -1", 2, "max_shift"),
    ("run deepseek-r1 --level 95", 2, "level is 95"),
    ("run deepseek-r1 --seed -1", 2, "seed"),
    ("run deepseek-r1 --seed x", 2, "seed"),
    ("run deepseek-r1 --day0 yesterday", 2, "yesterday"),
    ("run deepseek-r1 --timing noon", 2, "noon"),
    ("run deepseek-r1 --currency dollars", 2, "three letters"),
    ("run deepseek-r1 --accept NONSENSE", 2, "NONSENSE"),
    ("run deepseek-r1 --drop-day NVDA", 2, "NVDA"),
    ("run deepseek-r1 --as-of soon", 2, "soon"),
    ("run deepseek-r1 --workers 0", 2, "workers"),
    ("run deepseek-r1 --prices none.csv", 3, "no such"),
    ("run deepseek-r1 --factors none.csv --model capm", 3, "none.csv"),
    ("run deepseek-r1 --registry none.toml", 3, "no such file"),
    ("run none.csv", 3, "no such file"),
    ("run deepseek-r1 --exclude-dates none.txt", 3, "no such file"),
    ("run deepseek-r1 --output missing/x.csv", 2, "missing"),
    ("run deepseek-r1 --output .", 2, "."),
    ("run deepseek-r1 --output x.docx", 2, "does not write .docx files"),
    ("run deepseek-r1 --output x.pdf", 2, "`eventstudy report` writes .pdf"),
    ("run deepseek-r1 --output x.csv --format json", 2, "name two formats"),
    ("report deepseek-r1 --output x.docx", 2, ".docx"),
    ("report deepseek-r1 --format docx", 2, "docx"),
    ("report deepseek-r1 --output missing/x.xlsx", 2, "missing"),
    ("report deepseek-r1 --lang fr", 2, "'fr' is not one of 'en', 'de'"),
    ("report deepseek-r1 --stars 0.05", 2, "only the table of an article"),
    ("report deepseek-r1 --format latex --style journal --stars five", 2, "no list of levels"),
    ("scan --date 2019-05-06 --tickers ZZZQ --frequency weekly", 2, "is of days"),
    ("robustness --date 2019-05-06 --tickers ZZZQ --frequency monthly", 2, "is of days"),
    ("impact --date 2019-05-06 --tickers ZZZQ --frequency weekly", 2, "is of days"),
    ("report deepseek-r1 --style journal", 2, "LaTeX"),
    ("plot deepseek-r1 --chart heatmpa", 2, "did you mean 'heatmap'?"),
    ("plot deepseek-r1 --output x.gif", 2, ".gif"),
    ("plot deepseek-r1 --size 1:1", 2, "1:1"),
    ("plot deepseek-r1 --dpi 5", 2, "dpi"),
    ("claim", 2, "there is no claim"),
    ("claim Nvidia", 2, ""),
    ("compare deepseek-r1", 2, "--by"),
    ("events show deepseek", 2, "did you mean 'deepseek-r1'?"),
    ("events day0 2025-01-27 --exchange XNYZ", 2, "XNYZ"),
    ("events day0 soon --ticker NVDA", 2, "soon"),
    ("update none.toml", 3, "no such study file"),
    ("schedule show chron", 2, "cron"),
    ("schedule show cron --at noon", 2, "Mon 07:00"),
    ("rerun none.json", 3, "no such file"),
    ("config rnu", 2, "did you mean 'run'?"),
    ("completion powershell", 2, "powershell"),
    ("init --date 2025-01-27", 2, "without a ticker"),
    ("methods chart", 2, "Did you mean 'charts'?"),
    ("prices fetch --tickers NVDA --start 2025-02-01 --end 2025-01-01", 2, "after end"),
]
"""The words, the exit code, and what the message says."""


@pytest.mark.parametrize(("words", "code", "told"), REQUESTS, ids=[words for words, *_ in REQUESTS])
@pytest.mark.parametrize("verbose", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_request_that_cannot_be_met_says_why(
    es: Es, monkeypatch: pytest.MonkeyPatch, words: str, code: int, told: str, verbose: bool
) -> None:
    monkeypatch.setattr("eventstudy.study.study.EventStudy.run", lambda *_, **__: pytest.fail("computed"))
    takes = words.split()[0] in ("run", "report", "plot", "update", "rerun")
    ran = es(*words.split(), *(["--verbose"] if verbose and takes else []))
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err
    assert "a fault of the program" not in ran.err
    assert verbose or "Traceback" not in ran.err
    assert verbose or len(ran.err.splitlines()) <= 8


def test_a_folder_that_nobody_may_write_is_refused_before_any_work(
    es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventstudy.study.study.EventStudy.run", lambda *_, **__: pytest.fail("computed"))
    monkeypatch.setattr("os.access", lambda *_, **__: False)
    ran = es("run", "deepseek-r1", "--output", str(tmp_path / "x.csv"))
    assert (ran.code, ran.out) == (2, "")
