"""No line of any screen is wider than the terminal."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Ran

Es = Callable[..., Ran]

COMMANDS = (
    ("run", "deepseek-r1"),
    ("run", "deepseek-r1", "--tickers", "NVDA,AMD"),
    ("scan", "deepseek-r1", "--tickers", "NVDA"),
    ("claim", "deepseek-r1"),
    ("confounders", "deepseek-r1", "--tickers", "NVDA"),
    ("impact", "deepseek-r1", "--tickers", "NVDA"),
    ("spillover", "deepseek-r1"),
    ("events", "list"),
    ("methods", "tests"),
    ("methods", "models"),
    ("config",),
    ("config", "prices", "fetch"),
    ("doctor",),
    ("methods",),
    ("methods", "charts"),
    ("methods", "sources"),
    ("events", "show", "deepseek-r1"),
    ("impact", "deepseek-r1", "--day0", "recognised"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    "columns", [60, pytest.param(80, marks=pytest.mark.slow), pytest.param(120, marks=pytest.mark.slow)]
)
def test_no_line_is_wider_than_the_terminal(
    es: Es, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    done = es(*command)
    assert done.out
    assert [line for line in done.out.splitlines() if len(line) > columns] == []


WRONG = (
    ("run", "deepseek-r2"),
    ("run", "deepseek-r1", "--model", "markte"),
    ("run", "deepseek-r1", "--estimation-window", "-20", "-11"),
    ("report", "deepseek-r1", "--output", "report.docx"),
    ("run", "deepseek-r1", "--tikers", "NVDA"),
    ("claim", "Nvidia fell"),
)


@pytest.mark.parametrize("request_", WRONG, ids=" ".join)
def test_no_message_is_wider_than_the_terminal(
    es: Es, monkeypatch: pytest.MonkeyPatch, request_: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    done = es(*request_)
    assert (done.code, done.out) == (2, "")
    assert done.err
    assert [line for line in done.err.splitlines() if len(line) > 60] == []


def test_a_message_into_a_file_is_one_line(es: Es, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    lines = es("run", "deepseek-r1", "--model", "markte").err.splitlines()
    assert max(map(len, lines)) > 200  # all models
    assert [line.partition(":")[0] for line in lines] == ["eventstudy", "  available", "  what to do"]
