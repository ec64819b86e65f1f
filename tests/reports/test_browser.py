"""The page as Chromium sees it: at 390 and 1280 pixels, in light and dark, and printed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from eventstudy.charts._style import SMALL
from eventstudy.reports import render
from eventstudy.study.result import StudyResult

from tests.reports.conftest import Looked, Rendered, chromium

pytestmark = pytest.mark.render
Look = Callable[..., Looked]
STUDIES = ("nvda", "sixteen", "gaps", "hostile")
WIDTHS = (360, 390, 1280)


@pytest.mark.parametrize("study", STUDIES)
def test_fits_is_legible_and_asks_for_nothing(rendered: Rendered, look: Look, study: str) -> None:
    found = look(rendered(study), *WIDTHS)
    assert [facts["width"] for facts in found.facts] == list(WIDTHS)
    for width, facts in zip(WIDTHS, found.facts, strict=True):
        assert facts["scroll"] <= width
        assert facts["wide"] == []
        assert facts["smallest"] >= 11
        assert min(facts["pixelsPerPoint"]) * SMALL >= 11
        assert facts["charts"] == 2
        assert facts["contrast"] >= 4.5
        assert facts["headings"][0] == "H1"
        assert facts["headings"].count("H1") == 1
        assert facts["scripts"] == 0
    assert found.console == []
    assert [a for a in found.requests if not a.startswith("data:")] == []


def test_dark_is_dark_and_as_legible(look: Look, rendered: Rendered) -> None:
    light, dark = (look(rendered("sixteen"), 390, dark=dark).facts[0] for dark in (False, True))
    assert light["background"] == "rgb(255, 255, 255)"
    assert dark["background"] == "rgb(22, 24, 27)"
    assert dark["contrast"] >= 4.5


def test_the_index_of_a_site_fits_too(look: Look, site: dict[str, bytes]) -> None:
    found = look(site["index.html"], 390)
    assert found.facts[0]["scroll"] <= 390
    assert found.facts[0]["wide"] == []
    assert b'class="stacked' not in site["index.html"], "which scrolls in its own box"
    assert found.facts[0]["smallest"] >= 11
    assert found.console == []


def test_a_request_would_be_noticed(look: Look, rendered: Rendered) -> None:
    page = rendered("nvda").replace(b"</body>", b'<img src="https://example.invalid/x.png"></body>')
    found = look(page, 390)
    assert any("Content Security Policy" in line for line in found.console)
    open_page = page.replace(b"img-src data:", b"img-src *")
    assert any("example.invalid" in address for address in look(open_page, 390).requests)


def test_prints_to_pages_of_text(browser: str, tmp_path: Path, rendered: Rendered) -> None:
    page, target = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_bytes(rendered("sixteen"))
    ran = chromium(browser, tmp_path / "profile", f"--print-to-pdf={target}", page.as_uri())
    assert "CONSOLE" not in ran.stderr
    assert 3 <= pages(target.read_bytes()) <= 8


def test_pdf_is_the_page_printed(browser: str, nvda: StudyResult) -> None:
    data = render(nvda, "pdf")
    assert data.startswith(b"%PDF-")
    assert 2 <= pages(data) <= 6


def pages(pdf: bytes) -> int:
    """The pages of a PDF, counted where its objects are plain or deflated."""
    pieces = [pdf]
    for piece in pdf.split(b"stream")[1::2]:
        try:
            pieces.append(zlib.decompressobj().decompress(piece.strip(b"\r\n")))
        except zlib.error:
            continue
    text = b"\n".join(pieces)
    return text.count(b"/Type /Page\n") + text.count(b"/Type /Page ") + text.count(b"/Type /Page>")


_TOUCH = """
const table = document.querySelector("table.sortable");
const first = () => [...table.tBodies[0].rows].map(row => [row.cells[0].textContent, row.hidden]);
const told = [first()], heads = [...table.tHead.querySelectorAll("button")], search = document.querySelector("input.filter");
const press = name => { heads.find(b => b.textContent === name).click(); told.push(first()); };
press("Event"); press("Event"); press(heads.find(b => b.textContent.startsWith("Mean CAR")).textContent);
search.value = "NVDA amd"; search.dispatchEvent(new Event("input")); told.push(first());
const out = document.createElement("pre"); out.id = "told"; out.textContent = JSON.stringify(told); document.body.append(out);
"""


def test_the_index_of_a_site_is_sorted_and_filtered(browser: str, tmp_path: Path, site: dict[str, bytes]) -> None:
    page = site["index.html"].decode().replace("default-src 'none'", "default-src 'none'; script-src 'unsafe-inline'")
    (tmp_path / "index.html").write_text(page.replace("</body>", f"<script>{_TOUCH}</script></body>"), encoding="utf-8")
    told = chromium(browser, tmp_path / "profile", "--dump-dom", (tmp_path / "index.html").as_uri()).stdout
    found = json.loads(unescape(told.partition('<pre id="told">')[2].partition("</pre>")[0]))
    plain, up, down, by_car, filtered = ([name for name, _ in rows] for rows in found)
    assert len(plain) == 3
    assert up == sorted(plain, key=str.casefold)
    assert down == up[::-1]
    cars = {
        name: json.loads(site[f"{name}.json"])["aggregate"]["windows"][0]["caar"] for name in ("one", "index-event")
    }
    assert by_car == [
        *sorted(["one", "index"], key=lambda name: cars["one" if name == "one" else "index-event"]),
        "none",
    ]
    assert set(filtered) == set(plain)
    kept = [name for name, hidden in found[4] if not hidden]
    assert kept == ["one"]
