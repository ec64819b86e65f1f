"""The same inputs give the same bytes, in this process and in another; a page is marked up for those who listen."""

from __future__ import annotations

import subprocess
import sys

import eventstudy as es
import pandas as pd
import pytest
from eventstudy.parallel import executor
from eventstudy.reports import FORMATS, build, render
from eventstudy.reports.site import site_of
from eventstudy.reports.words import Words
from eventstudy.study.result import StudyResult

from tests.reports.conftest import Rendered
from tests.reports.pages import read

SAME = [form for form in FORMATS if form != "pdf"]


@pytest.mark.render
def test_formats_are_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib, eventstudy as es\n"
        "from eventstudy.reports import render\n"
        "r = es.run('deepseek-r1', tickers=['NVDA', 'AMD'])\n"
        f"print(' '.join(hashlib.sha256(render(r, f)).hexdigest() for f in {SAME!r}))"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120).stdout
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert len(runs[0].split()) == len(SAME)


@pytest.mark.slow
@pytest.mark.parametrize(
    "form", [pytest.param(form, marks=pytest.mark.render) if form == "pptx" else form for form in SAME]
)
def test_formats_are_the_same_bytes_again(nvda: StudyResult, rendered: Rendered, form: str) -> None:
    assert render(nvda, form) == rendered("nvda", form)


@pytest.mark.slow
def test_german_is_german(sixteen: StudyResult, rendered: Rendered) -> None:
    page = read(rendered("sixteen", "html", "de"))
    assert page.named("html")[0]["lang"] == "de"
    text = "".join(page.text)
    assert "−6,65\u00a0%" in text
    assert "ein Datum ist eine Ziehung des gemeinsamen Schocks" in text
    assert "Wie Tag 0 bestimmt wurde" in text
    foreign = [a for a in page.named("span") if a.get("lang") == "en"]
    assert foreign == [], "the registry, the calendars and the sentences that ship have German words"
    known = {"ONE_DATE", "FAT_TAILS", "DAY0_CHOSEN", "EVENT_VARIANCE", "SKEWED", "ARCH"}
    warned = [w for w in sixteen.warned if w.code in known]
    assert {w.code for w in warned} == known
    assert [w for w in warned if not isinstance(Words("de").said(w.message), str)] == []


@pytest.mark.slow
def test_headings_tables_and_pictures_are_marked_up(rendered: Rendered) -> None:
    page = read(rendered("sixteen"))
    tables, captions = page.named("table"), page.named("caption")
    assert len(tables) == len(captions) >= 5
    assert {a.get("scope") for a in page.named("th")} == {"col", "row"}
    drawings = page.named("svg")
    assert len(drawings) == 4, "two charts, each a second time for phones"
    for drawing in drawings:
        assert drawing["role"] == "img"
        assert "16 tickers" in (drawing["aria-label"] or "")
    named = {a["id"] for a in page.named("h2")}
    assert {a["aria-labelledby"] for a in page.named("section") if "aria-labelledby" in a} == named


@pytest.mark.render
def test_a_german_site_says_in_german_why_an_event_has_no_result() -> None:
    events = pd.DataFrame(
        {"ticker": ["NVDA", "NVDA"], "date": ["2025-01-27", "2031-01-27"], "event_id": ["one", "two"]}
    )
    files = site_of(es.run(events, source="bundled"), lang="de")
    page = files["two.html"].decode()
    assert "NVDA: " in page
    assert "Tag 0" in page.partition("Es gibt kein Ergebnis")[2]
    rows = files["index.html"].decode().split("<tr")
    assert "NVDA" in next(row for row in rows if "kein Ergebnis" in row), "whose event it is"


def test_every_situation_of_the_advice_has_german_words() -> None:
    from eventstudy.inference import advice

    assert [row.name for row in advice._SITUATIONS if not Words("de").knows(row.name)] == []


def test_the_order_of_a_report(sixteen: StudyResult) -> None:
    report = build(sixteen, charts=())
    order = [section.id for section in report.sections]
    assert order == [
        "results",
        "tests",
        "robustness",
        "confounders",
        "day0",
        "detail",
        "notes",
        "provenance",
        "methods",
    ]


@pytest.mark.parametrize(("form", "package"), [("html", "jinja2"), ("xlsx", "xlsxwriter")])
def test_a_package_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, nvda: StudyResult, form: str, package: str
) -> None:
    from eventstudy.errors import InvalidRequest
    from eventstudy.reports import html

    monkeypatch.setitem(sys.modules, package, None)
    html._environment.cache_clear()
    with pytest.raises(InvalidRequest, match=f"needs {package}") as told:
        render(nvda, form)
    assert f"python -m pip install {package}" in str(told.value)


@pytest.mark.slow
def test_pdf_without_chromium_says_what_to_do(monkeypatch: pytest.MonkeyPatch, nvda: StudyResult) -> None:
    from eventstudy.errors import InvalidRequest

    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(InvalidRequest, match="needs Chromium") as told:
        render(nvda, "pdf")
    assert "--format html" in str(told.value)


@pytest.mark.slow
def test_pages_of_two_processes_are_those_of_one(three: StudyResult, site: dict[str, bytes]) -> None:
    """Whoever makes the pages: the same files, of an event without a result too, and progress in the order of the events."""
    told: list[tuple[str, int, int]] = []
    pages = site_of(three, executor=executor(2), progress=lambda id, done, n: told.append((id, done, n)))
    assert list(pages.items()) == list(site.items())
    assert told == [("one", 0, 3), ("index", 1, 3), ("none", 2, 3), ("", 3, 3)]
