"""The site: every command, option, member, exit code and public name has its place; it builds without warnings or a network."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import eventstudy
import pytest
from docs import generate
from eventstudy import analyses, errors, plugins

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return generate.pages()


def test_every_command_and_option_is_told(pages: dict[str, str]) -> None:
    told = pages["reference/commands.md"]
    for name, command in generate.commands():
        _, mark, rest = told.partition(f"## `{name}`\n")
        assert mark, name
        part = rest.partition("\n## ")[0]
        options = [p.opts[-1] for p in command.params if isinstance(p, click.Option) and not p.hidden]
        assert [o for o in options if o not in part] == [], name


def test_every_member_has_a_page_or_a_row(pages: dict[str, str]) -> None:
    for kind in ("models", "tests"):
        assert [n for n in plugins.own(kind) if f"reference/{kind}/{n}.md" not in pages] == []
    for kind in ("sources", "charts"):
        assert [n for n in plugins.own(kind) if f"`{n}`" not in pages[f"reference/{kind}.md"]] == []


def test_every_public_name_is_told(pages: dict[str, str]) -> None:
    told = pages["reference/python.md"]
    public = [n for n in eventstudy.__all__ if n not in ("__version__", "analyses", "claims")]
    assert [n for n in (*public, *analyses.__all__) if f".{n}\n" not in told] == []


def test_every_exit_code_is_told() -> None:
    codes = {kind.exit_code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "exit_code")}
    told = (ROOT / "docs" / "programs.md").read_text(encoding="utf-8")
    assert len(codes) > 3
    assert [c for c in codes if f"| {c} |" not in told] == []


@pytest.mark.render
def test_the_site_builds_without_a_warning_and_asks_for_nothing_outside(tmp_path: Path) -> None:
    ran = subprocess.run([sys.executable, "-m", "docs", str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    built = sorted(tmp_path.rglob("*.html"))
    assert len(built) > 80
    loaded = re.compile(r"<(?:script|img|link|iframe)[^>]*(?:src|href)=\"(?:https?:)?//[^\"]+\"")
    assert {p.name: found for p in built if (found := loaded.findall(p.read_text(encoding="utf-8")))} == {}
    assert (tmp_path / "llms.txt").exists()
    for target in re.findall(r"\]\(([^)]+)\)", (tmp_path / "llms.txt").read_text(encoding="utf-8")):
        assert (tmp_path / target).exists(), target
