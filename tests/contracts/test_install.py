"""What the plain install brings is what the stated uses need: a package outside of the extras is a dependency."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.contracts.test_one_place import said

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

NAMED = {"sklearn": "scikit-learn", "pptx": "python-pptx", "yaml": "pyyaml"}
BROUGHT = {"markupsafe": "jinja2", "peewee": "yfinance", "curl_cffi": "yfinance", "pydantic_core": "pydantic"}
"""Import package -> the package that brings it along."""


def names(lines: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9_-]", line)[0].replace("-", "_") for line in lines}


CORE = names(PROJECT["dependencies"])
EXTRAS = {extra: names(lines) for extra, lines in PROJECT["optional-dependencies"].items()}


def imported() -> set[str]:
    """The foreign packages that the code imports, anywhere in a file."""
    found = {name.partition(".")[0] for _, names in said().values() for name in names}
    ours = found - sys.stdlib_module_names - {"eventstudy"}
    return {NAMED.get(BROUGHT.get(name, name), BROUGHT.get(name, name)).replace("-", "_") for name in ours}


def test_reports_workbooks_and_updates_need_no_extra() -> None:
    assert {"jinja2", "xlsxwriter", "python_calamine", "narwhals", "requests", "matplotlib", "yfinance"} <= CORE
    assert EXTRAS["report"] == set(), "kept for old commands, empty"


@pytest.mark.slow
def test_what_is_imported_is_a_dependency_or_of_an_extra_and_the_other_way_round() -> None:
    extras = EXTRAS["garch"] | EXTRAS["ml"] | EXTRAS["scale"] | EXTRAS["slides"] | EXTRAS["yaml"]
    assert imported() == CORE | extras
    assert not CORE & extras


def test_no_text_sends_to_the_empty_extra() -> None:
    for file in [*(ROOT / "eventstudy").rglob("*.py"), ROOT / "README.md"]:
        assert "[report]'" not in file.read_text(encoding="utf-8"), file
        assert "eventstudy-lab[report]" not in file.read_text(encoding="utf-8"), file


def test_the_first_screen_shows_reports_and_their_schedule() -> None:
    first = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## ")[0]
    for command in ("eventstudy run", "eventstudy report", "eventstudy update", "eventstudy schedule"):
        assert command in first


def test_the_versions_of_development_are_those_of_the_file_and_within_what_is_declared() -> None:
    pins: dict[str, list[Requirement]] = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            pin = Requirement(line)
            pins.setdefault(canonicalize_name(pin.name), []).append(pin)
    asked = [*PROJECT["dependencies"], *(line for lines in PROJECT["optional-dependencies"].values() for line in lines)]
    for line in asked:
        wanted = Requirement(line)
        if wanted.name == PROJECT["name"]:
            continue
        assert canonicalize_name(wanted.name) in pins, f"refresh constraints.txt (CONTRIBUTING.md): no {wanted.name}"
        for pin in pins[canonicalize_name(wanted.name)]:
            [version] = [one.version for one in pin.specifier]
            assert wanted.specifier.contains(version), f"{pin} is not {wanted}"
    assert "-c constraints.txt" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
