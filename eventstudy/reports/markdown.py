"""Report -> Markdown (GitHub's tables). Whatever the texts hold, nothing in them becomes mark-up."""

from __future__ import annotations

import re
from collections.abc import Iterator

from eventstudy.reports.parts import Block, Facts, Figure, Items, Link, Paragraph, Report, Strong, Table, Text

_SPECIAL = re.compile(
    r"""[\\`*|~$]  # these mean something wherever they stand
    | (?<!\w)_|_(?!\w)  # emphasis, not within a word
    | \[(?=\^)|!(?=\[)|\](?=[(:\[])  # footnotes, pictures, links
    | \{(?=[{%])  # templates of site generators
    | ^(?:[#](?=[#\s]|$)|[+-](?=\s|$)|-(?=-)|=(?==))  # headings, lists and lines under headings, where a line begins
    """,
    re.VERBOSE,
)


def render(report: Report) -> bytes:
    """The report, UTF-8."""
    lines = [f"# {_line(report.title)}", _text(report.subtitle)]
    lines += [_text(p.text) for p in report.finding]
    for section in report.sections:
        lines.append(f"## {_line(section.title)}")
        lines += [text for block in section.blocks if (text := "\n".join(_block(block)))]
    return ("\n\n".join(lines) + "\n").encode()


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield _text(block.text)
    elif isinstance(block, Items):
        yield from (f"- {_text(item)}" for item in block.items)
    elif isinstance(block, Facts):
        yield from (f"- **{_line(name)}:** {_text(text)}" for name, text in block.rows)
    elif isinstance(block, Table):
        yield f"{_line(block.caption)}:\n"
        yield _cells([_line(column) for column in block.columns])
        yield _cells([":---" if i in block.words or i == 0 else "---:" for i in range(len(block.columns))])
        for row in block.rows:
            head = _text(row.head)
            yield _cells([f"**{head}**" if row.kind else head, *map(_text, row.cells)])


def _cells(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _text(text: Text) -> str:
    parts = [_span(span) for span in text]
    for i, after in enumerate(parts[1:]):
        if after.startswith(("(", ":", "[")):  # no link is made of a bracket here and one there
            parts[i] = re.sub(r"(?<!\\)([\]!])$", r"\\\1", parts[i])
    return "".join(parts)


def _span(span: object) -> str:
    if isinstance(span, str):
        return _line(span)
    if isinstance(span, Figure):
        return _line(span.shown)
    if isinstance(span, Strong):
        return f"**{_line(span.text)}**"
    if isinstance(span, Link) and span.works:
        return f"[{_line(span.text)}](<{_address(span.address)}>)"
    return _line(getattr(span, "text", ""))


def _line(text: str) -> str:
    """One line without mark-up: HTML as entities, the signs of Markdown escaped, no address that links itself."""
    text = re.sub("[^\\S\u00a0]+", " ", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"^(\d+)([.)])", r"\1\\\2", _SPECIAL.sub(lambda found: f"\\{found[0]}", text))
    return text.replace("://", "&#58;//").replace("www.", "www&#46;").replace("@", "&#64;")


def _address(address: str) -> str:
    return "".join(
        c if c.isalnum() or c in "-._~:/?#@!$&'*+,;=%" else f"%{b:02X}" for c in address for b in c.encode()[:1]
    )
