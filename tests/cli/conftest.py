"""Run the command as a user does: in a folder of its own, with no settings in the environment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from eventstudy.cli import main


@dataclass(frozen=True)
class Ran:
    """What a run left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def es(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Ran]:
    """`es("run", "deepseek-r1")` runs the command in-process and in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*args: str) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main([str(a) for a in args])
        told = capsys.readouterr()
        return Ran(int(ended.value.code or 0), told.out, told.err)

    return call
