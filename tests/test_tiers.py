"""Two commands run every test once: plain pytest, and the tests with the marks that it leaves out."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
OPTIONS: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]
TIERS = [mark.partition(":")[0] for mark in OPTIONS["ini_options"]["markers"]]
REST = " or ".join(TIERS)
STEPS = [line for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines() if line.startswith("step ")]


def test_plain_pytest_leaves_out_exactly_the_tiers() -> None:
    words = shlex.split(OPTIONS["ini_options"]["addopts"])
    assert words[words.index("-m") + 1] == f"not ({REST})"


def test_what_must_pass_runs_the_command_of_the_readme_and_then_the_rest() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^(python -m pip install -e .*?)(?:  +#.*)?$", readme, re.M)
    assert [shlex.split(step)[-1].replace("install -q", "install") for step in STEPS[-2:-1]] == commands
    assert shlex.split(STEPS[-1])[1:] == ["pytest", "-n", "auto", "-m", REST]


def test_both_commands_are_explained() -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        assert f'pytest -n auto -m "{REST}"' in (ROOT / name).read_text(encoding="utf-8")
