"""`--frequency`: the windows of weeks where none are named, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.cli.conftest import Ran

Es = Callable[..., Ran]
ASKED = (
    "deepseek-r1",
    "--tickers",
    "NVDA",
    "--frequency",
    "weekly",
    "--event-window",
    "-2",
    "2",
    "--min-estimation",
    "30",
)


def test_a_weekly_study_counts_weeks(es: Es) -> None:
    ran = es("run", *ASKED, "--estimation-window", "-40", "-6", "--format", "json")
    told = json.loads(ran.out)
    assert ran.code == 0
    assert told["config"]["frequency"] == "weekly"
    assert told["firms"][0]["day0"] == "2025-01-24"
    assert [d["session"] for d in told["firms"][0]["days"]][:2] == ["2025-01-10", "2025-01-17"]


def test_windows_that_nobody_names_are_those_of_weeks(es: Es) -> None:
    ran = es("run", *ASKED, "--source", "bundled", "--as-of", "2025-02-14", "--format", "json")
    config = json.loads(ran.out)["config"]
    assert config["estimation_window"] == [-109, -6]
    assert config["windows"] == [[0, 0], [0, 1]]


@pytest.mark.parametrize("command", ["scan", "confounders", "counterfactual"])
def test_questions_of_days_are_refused(es: Es, command: str) -> None:
    ran = es(command, *ASKED, "--estimation-window", "-40", "-6")
    assert ran.code == 2
    assert "weekly" in ran.err
