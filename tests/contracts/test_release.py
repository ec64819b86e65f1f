"""What goes out with a release agrees with itself: versions, requirements, workflows, fragments of the changelog."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = SETTINGS["project"]
RECIPE = yaml.safe_load((ROOT / "conda" / "recipe.yaml").read_text(encoding="utf-8"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CALLED = {"matplotlib": "matplotlib-base"}
"""Packages that conda calls otherwise."""


def test_the_version_is_one() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    told = re.search(r"version = \{(.+)\}", (ROOT / "docs" / "project" / "citing.md").read_text(encoding="utf-8"))
    assert told
    assert {citation["version"], RECIPE["context"]["version"], told[1]} == {PROJECT["version"]}


def test_the_recipe_asks_for_what_the_wheel_asks_for() -> None:
    wanted = {CALLED.get(r.name, r.name): str(r.specifier) for r in map(Requirement, PROJECT["dependencies"])}
    wanted["python"] = PROJECT["requires-python"]
    asked = dict(line.split(" ", 1) for line in RECIPE["requirements"]["run"])
    assert asked == wanted
    assert RECIPE["build"]["python"]["entry_points"] == [f"{k} = {v}" for k, v in PROJECT["scripts"].items()]
    assert (RECIPE["about"]["summary"], RECIPE["about"]["license"]) == (PROJECT["description"], PROJECT["license"])


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_each_workflow_is_whole(path: Path) -> None:
    """Pinned actions, an end in time, no more rights than named, and jobs that wait for jobs that exist."""
    flow: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert flow["name"] == path.stem
    assert flow[True]  # `on`, as YAML reads it
    assert flow["permissions"]["contents"] == "read"
    for name, job in flow["jobs"].items():
        assert job["timeout-minutes"] <= 60, name
        needs = job.get("needs", [])
        assert set([needs] if isinstance(needs, str) else needs) <= set(flow["jobs"]), name
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step), step
            assert "@" in step.get("uses", "@"), step


def test_a_release_is_published_only_after_it_was_installed() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))["jobs"]
    assert jobs["publish"]["needs"] == "install"
    assert set(jobs["install"]["needs"]) == set(jobs) - {"install", "publish"}
    assert any("eventstudy run deepseek-r1" in step.get("run", "") for step in jobs["install"]["steps"])


def test_the_container_runs_as_nobody_in_particular() -> None:
    lines = (ROOT / "Containerfile").read_text(encoding="utf-8").splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users
    assert users[-1] not in ("root", "0")
    assert lines.index(f"USER {users[-1]}") < next(k for k, line in enumerate(lines) if line.startswith("ENTRYPOINT"))


def test_fragments_of_the_changelog_are_of_a_kind() -> None:
    kinds = {each["directory"] for each in SETTINGS["tool"]["towncrier"]["type"]}
    names = [path.name for path in (ROOT / "changes").iterdir() if path.name != "README.md"]
    assert [n for n in names if not re.fullmatch(rf"(?:\d+|\+[\w-]+)\.(?:{'|'.join(kinds)})\.md", n)] == []
    assert "<!-- towncrier release notes start -->" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    told = (ROOT / "changes" / "README.md").read_text(encoding="utf-8")
    assert [kind for kind in kinds if f"`{kind}`" not in told] == []
