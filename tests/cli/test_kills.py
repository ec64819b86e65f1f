"""Commands that are killed at random moments leave what was there or what they were to write, never a part of it.

Every write by itself is tried in `tests/reports/test_update.py` and `tests/store/test_power.py`; here a run ends anywhere.
"""

from __future__ import annotations

import json
import signal
from datetime import date
from pathlib import Path

import pytest

from tests.cli.kills import COMMANDS, FIGURES, tried, wrong


@pytest.mark.wait
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 on this system")
@pytest.mark.parametrize(
    ("command", "kills"), [("import", 20), ("fetch", 20), ("add", 20), ("report", 5), ("update", 15)]
)
def test_killed_at_random_it_leaves_the_old_state_or_the_new(command: str, kills: int, tmp_path: Path) -> None:
    assert tried(command, tmp_path, kills) == [""] * kills


def test_three_hundred_kills_were_stored_with_their_day_and_none_left_anything_wrong() -> None:
    told = json.loads(FIGURES.read_text(encoding="utf-8"))
    assert date.fromisoformat(told["date"]) > date(2026, 1, 1)
    assert set(told["commands"]) == set(COMMANDS)
    assert sum(each["kills"] for each in told["commands"].values()) >= 300
    assert {each["wrong"] for each in told["commands"].values()} == {0}


@pytest.mark.parametrize(
    ("command", "left", "after", "said"),
    [
        ("update", "old", "new", ""),
        ("update", "mixed", "", "neither the old state nor the new"),
        ("update", "new", "mixed", "not made up for"),
        ("import", "A:1:x B:1:y", "A:1:x B:1:y A:2:z B:2:w", ""),
        ("import", "A:1:x B:1:y A:2:torn", "", "torn"),
        ("import", "A:1:x", "", "lost"),
        ("import", "A:1:x B:1:y A:2:z", "A:1:x B:1:y A:2:z A:3:z B:2:w", ""),
        ("import", "A:1:x B:1:y", "A:1:x B:1:y A:2:z", "not made up for"),
    ],
)
def test_what_a_kill_left_is_judged(command: str, left: str, after: str, said: str) -> None:
    before, whole = ("A:1:x B:1:y", "A:1:x B:1:y A:2:z B:2:w") if command == "import" else ("old", "new")
    assert wrong(command, before, whole, left, after) == said
