r"""Report -> LaTeX tables (`booktabs`), to be read in with `\input`. Every sign that means something is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from eventstudy.reports.parts import Figure, Report, Span, Strong, Table, Text, plain

_SIGNS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "≤": r"$\leq$",
    "−": "$-$",
    "…": r"\ldots{}",
    "\u00a0": "~",
    "[": "{[}",
    "]": "{]}",
}
_PATTERN = re.compile("|".join(map(re.escape, _SIGNS)))


def render(report: Report) -> bytes:
    """All tables of the report, one float each, with the finding as a comment; UTF-8.

    What is missing or cannot be believed is no comment: it stands above the tables, and its first word in their captions.
    """
    told = " ".join(plain(p.text) for p in report.finding)
    alerts = [p.text for p in report.finding if p.kind == "alert"]
    warned = "".join(f"{_strong(text[0])} " for text in alerts if isinstance(text[0], Strong))
    lines = [
        r"% needs \usepackage[T1]{fontenc} and \usepackage{booktabs}",
        f"% {' '.join(f'{report.title}: {told}'.split())}",
    ]
    lines += [rf"\noindent {''.join(map(_strong, text))}\par" for text in alerts]
    for section in report.sections:
        for number, block in enumerate(b for b in section.blocks if isinstance(b, Table)):
            lines += ["", *_table(block, f"tab:{report.id}-{section.id}-{number + 1}", warned)]
    return ("\n".join(lines) + "\n").encode()


def _table(table: Table, label: str, warned: str) -> Iterator[str]:
    kinds = "".join("p{.55\\linewidth}" if i in table.words and len(table.columns) < 5 else
                    "l" if i in table.words or i == 0 else "r" for i in range(len(table.columns)))  # fmt: skip
    yield r"\begin{table}"
    yield r"\centering\small"
    yield rf"\caption{{{warned}{escaped(table.caption)}}}"
    yield rf"\label{{{re.sub('[^A-Za-z0-9:-]', '-', label)}}}"
    yield rf"\begin{{tabular}}{{{kinds}}}"
    yield r"\toprule"
    yield _line([escaped(column) for column in table.columns])
    yield r"\midrule"
    for place, row in enumerate(table.rows):
        if row.kind and place:
            yield r"\midrule"
        yield _line([_cell(row.head), *map(_cell, row.cells)])
    yield r"\bottomrule"
    yield r"\end{tabular}"
    yield r"\end{table}"


def _line(cells: list[str]) -> str:
    return " & ".join(cells) + r" \\"


def _cell(text: Text) -> str:
    """A cell; a second figure, the p-value of the first, stands in parentheses."""
    figures = [span for span in text if isinstance(span, Figure)]
    if len(figures) == 2 and len(text) == 3 and text[1] == " ":
        return f"{escaped(figures[0].shown)} ({escaped(figures[1].shown)})"
    return "".join(escaped(_shown(span)) for span in text)


def _strong(span: Span) -> str:
    return rf"\textbf{{{escaped(span.text)}}}" if isinstance(span, Strong) else escaped(_shown(span))


def _shown(span: Span) -> str:
    return plain((span,))


def escaped(text: str) -> str:
    """Text that LaTeX prints as it is, in one line."""
    return _PATTERN.sub(lambda found: _SIGNS[found[0]], re.sub("[^\\S\u00a0]+", " ", text))
