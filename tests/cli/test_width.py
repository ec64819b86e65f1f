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
