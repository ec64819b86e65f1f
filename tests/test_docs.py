"""The site: every command, option, member, exit code and public name has its place; it builds without warnings or a network."""

from __future__ import annotations

import inspect
import json
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import eventstudy
import pytest
from docs import generate, terms
from docutils import nodes
from eventstudy import analyses, claims, errors, plugins
from eventstudy.config import study_settings
from eventstudy.reports.pdf import BROWSERS
from eventstudy.reports.study_file import StudyFile

from tests.reports.conftest import DARK, asked, chromium, said

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


OWN = ("this project", "placebo over days")
"""Sources that are no papers."""


def test_every_paper_that_a_member_names_stands_in_the_list(pages: dict[str, str]) -> None:
    known = generate.papers()
    named = {
        part
        for kind in ("models", "tests")
        for name in plugins.own(kind)
        for part in plugins.load(kind, name).paper.split("; ")
    }
    assert [p for p in sorted(named) if not p.startswith((*known, *OWN))] == []
    assert "[MacKinlay 1997](../../methods/papers.md#paper-mackinlay-1997)" in pages["reference/models/market.md"]
    told = (ROOT / "docs" / "methods" / "papers.md").read_text(encoding="utf-8")
    assert [d for d in re.findall(r"\[(10[^\]]+)\]", told) if not re.fullmatch(r"10\.\d{4}/\S+", d)] == []


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


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built once; warnings are errors."""
    folder = tmp_path_factory.mktemp("site")
    ran = subprocess.run([sys.executable, "-m", "docs", str(folder)], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    return folder


@pytest.mark.render
def test_the_site_asks_for_nothing_outside_and_its_own_links_hold(built: Path) -> None:
    pages = sorted(built.rglob("*.html"))
    assert len(pages) > 80
    loaded = re.compile(r"<(?:script|img|link|iframe)[^>]*(?:src|href)=\"(?:https?:)?//[^\"]+\"")
    assert {p.name: found for p in pages if (found := loaded.findall(p.read_text(encoding="utf-8")))} == {}
    page = (built / "believe.html").read_text(encoding="utf-8")
    meaning = (built / "glossary.html").read_text(encoding="utf-8")
    marks = re.findall(r'href="glossary.html#(term-[\w-]+)"', page)
    assert len(marks) == len(set(marks)) > 3
    assert [mark for mark in marks if f'id="{mark}"' not in meaning] == []
    assert (built / "llms.txt").exists()
    for target in re.findall(r"\]\(([^)]+)\)", (built / "llms.txt").read_text(encoding="utf-8")):
        assert (built / target).exists(), target


def browser() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    return found or pytest.skip("no Chromium on PATH (Debian: apt-get install chromium)")


WALKED = [
    *(
        "index",
        "start",
        "which",
        "believe",
        "glossary",
        "coming-from",
        "reproductions",
        "gallery",
        "programs",
        "browser",
    ),
    *("howto/files", "howto/minutes", "howto/schedule", "methods/pairs", "methods/warnings", "reference/tests/bmp"),
    *(f"reference/{name}" for name in ("commands", "python", "settings", "json", "sizes")),
]
MEASURED = """<pre id="told"></pre><script>onload = () => setTimeout(() => {
  const told = [...document.querySelectorAll("iframe")].map(f => {
    const root = f.contentDocument.documentElement;
    return [f.src, f.clientWidth, root.scrollWidth, root.dataset.theme, f.contentDocument.querySelector("h1")?.innerText];
  });
  document.querySelector("#told").textContent = JSON.stringify(told);
}, 3000)</script>"""


@pytest.mark.render
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_fit_a_phone_and_a_desk_by_day_and_night(built: Path, tmp_path: Path, theme: str) -> None:
    frame = '<iframe style="width:{}px;height:900px;border:0" src="{}.html"></iframe>'
    (built / "walk.html").write_text("".join(frame.format(w, p) for p in WALKED for w in (390, 1280)) + MEASURED)
    more = [
        "--allow-file-access-from-files",
        "--virtual-time-budget=20000",
        "--dump-dom",
        f"--log-net-log={tmp_path / 'net'}",
    ]
    address = (built / "walk.html").as_uri()
    ran = chromium(browser(), tmp_path / "profile", *more, *([DARK] if theme == "dark" else []), address)
    told = json.loads(unescape(ran.stdout.partition('<pre id="told">')[2].partition("</pre>")[0]))
    assert len(told) == 2 * len(WALKED)
    assert [(src, width) for src, width, scroll, _, title in told if scroll > width or not title] == []
    assert {shown for *_, shown, _ in told} == {theme}
    assert [line for line in said(ran.stderr) if "INFO:CONSOLE" not in line] == []
    assert [a for a in asked(tmp_path / "net") if not a.startswith(("file:", "data:"))] == []


@pytest.mark.render
@pytest.mark.parametrize(
    ("words", "page"), [("placebo windows", "methods/one-firm"), ("DAY0_CHOSEN", "methods/warnings")]
)
def test_search_works_without_a_server(built: Path, tmp_path: Path, words: str, page: str) -> None:
    address = f"{(built / 'search.html').as_uri()}?q={quote(words)}"
    found = chromium(browser(), tmp_path / "profile", "--virtual-time-budget=10000", "--dump-dom", address).stdout
    assert f'href="{page}.html' in found.partition('id="search-results"')[2]
