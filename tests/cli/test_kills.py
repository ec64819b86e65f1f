"""Commands that are killed at random moments leave what was there or what they were to write, never a part of it.

Every write by itself is tried in `tests/reports/test_update.py` and `tests/store/test_power.py`; here a run ends anywhere.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.wait,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 on this system"),
]
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("command", "kills"), [("import", 20), ("fetch", 20), ("add", 20), ("report", 5), ("update", 15)]
)
def test_killed_at_random_it_leaves_the_old_state_or_the_new(command: str, kills: int, tmp_path: Path) -> None:
    own = {"EVENTSTUDY_STORE": str(tmp_path / "prices.db"), "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    words = [sys.executable, "-W", "ignore", "-m", "tests.cli.kills", command, str(tmp_path), str(kills)]
    ran = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT, env=os.environ | own)
    assert ran.returncode == 0, ran.stderr
    said = [line.split("|") for line in ran.stdout.splitlines()]
    (_, before), (_, whole), *left = said
    assert before != whole
    assert len(left) == kills
    for _, state, after in left:
        if command in ("import", "fetch"):  # each series is kept as a whole, one after the other
            assert whole.startswith(state)
            assert len(state) >= len(before)
            assert newest(after) in ({}, newest(whole))  # a series that was kept already is kept once more, the same
        else:
            assert state in (before, whole)
            assert after in ("", whole)


def newest(stored: str) -> dict[str, str]:
    """The hash of the last vintage of each series."""
    held = [vintage.split(":") for vintage in stored.split()]
    return {symbol: content for symbol, _, content in sorted(held, key=lambda v: int(v[1]))}
