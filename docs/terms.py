"""Links the first mention of a term on each page to the glossary, with its meaning as a tooltip.

The glossary is the one place of the terms: a row of its table whose English words stand on a page is linked there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from docutils import nodes

GLOSSARY = Path(__file__).with_name("glossary.md")
COMMON = {"event", "session", "gap", "size", "power", "doubt"}
"""Words that mostly stand for what anybody takes them for."""
_NOT_WITHIN = (nodes.reference, nodes.literal, nodes.title, nodes.thead, nodes.raw, nodes.math, nodes.caption)


def mark_of(term: str) -> str:
    """The anchor of a term."""
    return "term-" + re.sub(r"\W+", "-", term.lower()).strip("-")


def rows(text: str) -> Iterator[tuple[list[str], str]]:
    """The English words of each row (`AAR, CAAR`; `normal (expected) return`), and what they mean."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 3 and cells[0] not in ("English", "---"):
            yield [re.sub(r" ?\([^)]*\)", "", word).strip() for word in cells[0].split(",")], cells[2]


def terms() -> Mapping[str, tuple[str, str]]:
    """Each term in small letters -> (anchor, meaning); abbreviations as they are written."""
    found = {}
    for words, meaning in rows(GLOSSARY.read_text(encoding="utf-8")):
        for word in words:
            if word not in COMMON:
                found[word if word.isupper() else word.lower()] = (mark_of(words[0]), meaning)
    return found


def anchored(text: str) -> str:
    """The glossary with an anchor in each row."""
    for words, _ in rows(text):
        text = text.replace(f"\n| {words[0]}", f"\n| []{{#{mark_of(words[0])}}}{words[0]}", 1)
    return text


def link(app: Any, doctree: nodes.document, page: str) -> None:
    """Sphinx calls it for each page."""
    if page == "glossary" or page.startswith(("reference/", "notebooks/", "changelog")):
        return
    known = dict(terms())
    for text in list(doctree.findall(nodes.Text)):
        ancestor = text.parent
        while ancestor is not None and not isinstance(ancestor, _NOT_WITHIN):
            ancestor = ancestor.parent
        if ancestor is None and isinstance(text.parent, (nodes.paragraph, nodes.entry, nodes.emphasis)):
            text.parent.replace(text, list(_linked(str(text), known, app.builder.get_relative_uri(page, "glossary"))))


def _linked(text: str, known: dict[str, tuple[str, str]], glossary: str) -> Iterator[nodes.Node]:
    """The parts of a text, where each term that is still `known` becomes a link and is known no more."""
    while known:
        words = "|".join(
            re.escape(w) if w.isupper() else f"(?i:{re.escape(w)})" for w in sorted(known, key=len, reverse=True)
        )
        found = re.search(rf"(?<![\w-])(?:{words})s?(?![\w-])", text)
        if not found:
            break
        ways = (form(word) for word in (found[0], found[0].removesuffix("s")) for form in (str, str.lower))
        anchor, meaning = next(known[word] for word in ways if word in known)
        for other in [w for w, (a, _) in known.items() if a == anchor]:
            del known[other]
        yield nodes.Text(text[: found.start()])
        yield nodes.reference("", found[0], refuri=f"{glossary}#{anchor}", reftitle=meaning, internal=True)
        text = text[found.end() :]
    yield nodes.Text(text)
