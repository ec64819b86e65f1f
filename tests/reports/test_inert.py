"""Titles, tickers, sources and notes are text in every output, whatever they say."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import xml.etree.ElementTree as ET
import zipfile

import openpyxl
import pytest
from eventstudy.reports.latex import escaped
from eventstudy.reports.markdown import _text as markdown_text
from eventstudy.reports.parts import Strong
from eventstudy.reports.site import Entry, Item, feed, index_page

from tests.reports.conftest import HOSTILE, Rendered
from tests.reports.pages import read

ALLOWED = {
    "html", "head", "meta", "title", "link", "style", "body", "header", "nav", "main", "section", "footer", "h1", "h2", "p",
    "a", "data", "span", "strong", "br", "ul", "li", "dl", "div", "dt", "dd", "table", "caption", "thead", "tbody", "tr", "th",
    "td", "figure", "figcaption", "svg", "defs", "g", "path", "use", "clippath", "rect", "pattern",
}  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "de"])
def test_html_holds_no_tag_and_no_attribute_of_the_user(rendered: Rendered, lang: str) -> None:
    page = read(rendered("hostile", "html", lang))
    assert {tag for tag, _ in page.tags} <= ALLOWED
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "src"]
    links = [a["href"] or "" for a in page.named("a")]
    assert "http://example.org/?a=1&b=<x>" in links
    assert not [link for link in links if not link.startswith(("http://", "https://", "index.html"))]
    assert [link["href"] for link in page.named("link")] == ["data:,"]
    assert HOSTILE in "".join(page.text)


@pytest.mark.render
def test_a_page_asks_for_nothing(rendered: Rendered) -> None:
    text = rendered("sixteen").decode()
    assert not re.findall(r"@import|url\((?!#)|<script|<iframe|<img|\bsrc=", text)
    assert set(re.findall(r"(?:xlink:)?href=\"(?!#)([^\"]*)\"", text)) == {"data:,"}


@pytest.mark.slow
def test_ids_are_there_once(rendered: Rendered) -> None:
    page = read(rendered("sixteen"))
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    used = [(a.get("xlink:href") or "")[1:] for _, a in page.tags if a.get("xlink:href")]
    used += re.findall(r"url\(#([^)]+)\)", " ".join(str(a.get("clip-path")) for _, a in page.tags))
    assert used
    assert set(used) <= set(ids)


def test_workbook_cells_are_text(rendered: Rendered) -> None:
    data = rendered("hostile", "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(data))
    texts = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert any(cell.value == HOSTILE for cell in texts)
    formulas = [cell.value for cell in texts if cell.data_type == "f"]
    assert formulas
    assert not [f for f in formulas if "HYPERLINK" in f or "evil" in f]
    assert any(cell.value.startswith("=HYPERLINK") and cell.data_type == "s" for cell in texts)
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert not [name for name in names if "externalLink" in name]
    assert b"hyperlink" not in b"".join(zipfile.ZipFile(io.BytesIO(data)).read(n) for n in names if "sheet" in n)


def test_markdown_has_no_html_no_link_of_the_user_and_whole_tables(rendered: Rendered) -> None:
    text = rendered("hostile", "md").decode()
    assert not re.search(r"(?<!\\)<(?!http)", re.sub(r"\]\(<[^>]*>\)", "", text))
    assert re.findall(r"(?<!\\)\]\(<?([a-z]+):", text) == ["http"]
    tables = [line for line in text.splitlines() if line.startswith("|")]
    widths = [len(re.findall(r"(?<!\\)\|", line)) for line in tables]
    rules = [i for i, line in enumerate(tables) if re.fullmatch(r"[|: -]+", line)]
    assert rules
    for i in rules:
        assert widths[i - 1] == widths[i] == widths[i + 1]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("CAR [−1, +1] (p .109): +0.5 %; 2025-01-27", "CAR [−1, +1] (p .109): +0.5 %; 2025-01-27"),
        ("+0.58 %", "+0.58 %"),
        ("+ one", r"\+ one"),
        ("- one", r"\- one"),
        ("---", r"\---"),
        ("# one", r"\# one"),
        ("#1", "#1"),
        ("===", r"\==="),
        ("1. one", r"1\. one"),
        ("fama_french3 _x_ *y* `z`", r"fama_french3 \_x\_ \*y\* \`z\`"),
        ("[a](b) [a][b] [a]: b [^a] ![a", r"[a\](b) [a\][b] [a\]: b \[^a] \![a"),
        ("a | b ~c~ $d$ {{e}}", r"a \| b \~c\~ \$d\$ \{{e}}"),
    ],
)
def test_markdown_escapes_what_means_something_and_no_more(text: str, shown: str) -> None:
    assert markdown_text((text,)) == shown
    assert markdown_text(("see [a]", Strong("b"), "(c)")) == "see [a]**b**(c)"
    assert markdown_text(("see [a]", "(c)")) == r"see [a\](c)"


def test_latex_prints_every_sign(rendered: Rendered) -> None:
    assert escaped(r"\input{x} $1 & 5% #a_b ^~ <|>") == (
        r"\textbackslash{}input\{x\} \$1 \& 5\% \#a\_b \textasciicircum{}\textasciitilde{}"
        r" \textless{}\textbar{}\textgreater{}"
    )
    text = rendered("hostile", "latex").decode()
    body = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    assert r"\input" not in body
    rows = [line for line in body.splitlines() if line.endswith(r"\\")]
    kinds = re.findall(r"\\begin\{tabular\}\{(.*)\}", body)
    assert len(rows) > 20
    assert len(kinds) == body.count(r"\end{tabular}") > 2
    assert not re.search(r"(?<!\\)[#_^]", body)
    assert escaped("a\n\nb\u00a0%") == r"a b~\%"


def test_feed_and_index_hold_no_tag_of_the_user() -> None:
    title = HOSTILE + "\x0b\x1b"
    text = feed([Item('x"><y.html', title, "2025-01-27", HOSTILE)], "en", title, "https://example.org/")
    root = ET.fromstring(text)
    atom = "{http://www.w3.org/2005/Atom}"
    assert {e.tag for e in root.iter()} == {
        atom + t for t in ("feed", "title", "id", "updated", "link", "author", "name", "entry", "summary")
    }
    assert root.find(f"{atom}entry/{atom}summary").text == HOSTILE  # type: ignore[union-attr]
    page = read(index_page([Entry("a", title, None, HOSTILE)], "en", title))
    assert {tag for tag, _ in page.tags} <= ALLOWED


@pytest.mark.render
def test_the_index_runs_our_script_alone_and_no_other_page_runs_any(site: dict[str, bytes]) -> None:
    page = site["index.html"].decode()
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.S)
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{allowed}'" in page
    assert len(script) < 2500
    for name, data in site.items():
        if name.endswith(".html") and name != "index.html":
            assert b"<script" not in data
            assert b"script-src" not in data


@pytest.mark.slow
def test_the_index_names_tickers_and_draws_each_path(site: dict[str, bytes]) -> None:
    page = site["index.html"].decode()
    assert "NVDA, AMD" in page
    assert page.count('<svg class="spark"') == 2
    assert page.count("<title>mean CAR over [−5,\u00a0+5]: ") == 2
    assert "Event study: 3 events, 3 firms, 3 pairs of event and firm" in page


def test_a_site_has_a_page_for_each_event_and_none_is_overwritten(site: dict[str, bytes]) -> None:
    assert {"index.html", "one.html", "index-event.html", "none.html", "feed.xml", "index.json"} <= set(site)
    links = [a["href"] for a in read(site["index.html"]).named("a")]
    assert links == ["one.html", "index-event.html", "none.html"]
    assert "XYZ" in "".join(read(site["none.html"]).text)
    assert "XYZ" in "".join(read(site["index.html"]).text)
    entries = ET.fromstring(site["feed.xml"]).findall("{http://www.w3.org/2005/Atom}entry")
    assert len(entries) == 2
