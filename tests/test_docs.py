"""The site: every command, option, member, exit code and public name has its place; it builds without warnings or a network."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import eventstudy
import pytest
from docs import generate, terms
from docutils import nodes
from eventstudy import analyses, claims, errors, plugins
from eventstudy.config import study_settings
from eventstudy.reports.study_file import StudyFile

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
    for kind in ("sources", "finders", "charts"):
        assert [n for n in plugins.own(kind) if f"`{n}`" not in pages[f"reference/{kind}.md"]] == []


def public() -> dict[str, Any]:
    """Every public name with what it stands for."""
    names = [n for n in eventstudy.__all__ if n not in ("__version__", "analyses", "claims")]
    rooms = ((eventstudy, names), (analyses, analyses.__all__), (claims, claims.__all__))
    return {name: getattr(room, name) for room, own in rooms for name in own}


def test_every_public_name_is_told(pages: dict[str, str]) -> None:
    told = pages["reference/python.md"]
    assert [n for n, what in public().items() if callable(what) and f".{n}\n" not in told] == []
    assert [kind.__name__ for kind in ERRORS if f".{kind.__name__}\n" not in told] == []


def test_every_public_name_says_what_it_is() -> None:
    """The name itself, and of a class each public method and property of our own: autodoc leaves out what says nothing."""
    silent = [name for name, what in public().items() if callable(what) and not inspect.getdoc(what)]
    for name, kind in public().items():
        own = [c for c in getattr(kind, "__mro__", ()) if c.__module__.startswith("eventstudy")]
        for member in sorted({m for c in own for m in vars(c) if not m.startswith("_")}):
            what = inspect.getattr_static(kind, member)
            kept = getattr(what, "__func__", getattr(what, "fget", getattr(what, "func", what)))
            if inspect.isfunction(kept) and not kept.__doc__:
                silent.append(f"{name}.{member}")
    assert silent == []


def test_every_setting_is_told(pages: dict[str, str]) -> None:
    rows = [row for row in pages["reference/settings.md"].splitlines() if row.startswith("| `")]
    assert {row.split("`")[1] for row in rows} == {s.field for s in study_settings()}
    assert [row for row in rows if len(row.split("|")[2].split()) < 3] == []


def test_every_key_of_a_study_file_is_told() -> None:
    told = (ROOT / "docs" / "howto" / "schedule.md").read_text(encoding="utf-8")
    rows = " ".join(row.split("|")[1] for row in told.splitlines() if row.startswith("| `"))
    keys = {field.alias or name for name, field in StudyFile.model_fields.items()} - {"path"}
    assert len(keys) > 10
    assert [key for key in sorted(keys) if not re.search(rf"`\[*{key}(\.ID)?\]*`", rows)] == []


ERRORS = [kind for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "exit_code")]


def test_every_exit_code_is_told() -> None:
    codes = {kind.exit_code for kind in ERRORS}
    told = (ROOT / "docs" / "programs.md").read_text(encoding="utf-8")
    assert len(codes) > 3
    assert [c for c in codes if f"| {c} |" not in told] == []


def test_terms_are_those_of_the_glossary_and_linked_once() -> None:
    known = dict(terms.terms())
    assert {"day 0", "car", "caar", "p-value", "placebo"} <= {word.lower() for word in known}
    parts = list(terms._linked("P-values of CARs on day 0, and the CAR of day 0; a scar.", known, "glossary.html"))
    linked = [(part.astext(), part["refuri"]) for part in parts if isinstance(part, nodes.reference)]
    assert linked == [
        (w, f"glossary.html#term-{a}") for w, a in (("P-values", "p-value"), ("CARs", "car"), ("day 0", "day-0"))
    ]
    assert "".join(part.astext() for part in parts) == "P-values of CARs on day 0, and the CAR of day 0; a scar."


@pytest.mark.render
def test_the_site_builds_without_a_warning_and_asks_for_nothing_outside(tmp_path: Path) -> None:
    ran = subprocess.run([sys.executable, "-m", "docs", str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    built = sorted(tmp_path.rglob("*.html"))
    assert len(built) > 80
    loaded = re.compile(r"<(?:script|img|link|iframe)[^>]*(?:src|href)=\"(?:https?:)?//[^\"]+\"")
    assert {p.name: found for p in built if (found := loaded.findall(p.read_text(encoding="utf-8")))} == {}
    said = (tmp_path / "believe.html").read_text(encoding="utf-8")
    meaning = (tmp_path / "glossary.html").read_text(encoding="utf-8")
    marks = re.findall(r'href="glossary.html#(term-[\w-]+)"', said)
    assert len(marks) == len(set(marks)) > 3
    assert [mark for mark in marks if f'id="{mark}"' not in meaning] == []
    assert (tmp_path / "llms.txt").exists()
    for target in re.findall(r"\]\(([^)]+)\)", (tmp_path / "llms.txt").read_text(encoding="utf-8")):
        assert (tmp_path / target).exists(), target
