"""The formats of a report and who writes them: `render(result, "html")` gives the bytes of the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eventstudy import disk
from eventstudy.errors import InvalidRequest, Sentence, UnknownName
from eventstudy.reports import journal
from eventstudy.reports.build import build
from eventstudy.reports.further import further
from eventstudy.reports.parts import Lang
from eventstudy.text import json_file

if TYPE_CHECKING:
    from eventstudy.study.result import StudyResult

FORMATS = {"html": "html", "pdf": "pdf", "md": "markdown", "latex": "latex", "xlsx": "xlsx", "pptx": "pptx", "json": ""}
"""Format -> the file of this folder that writes it; the JSON of a result is its own."""

SUFFIXES = {
    "html": ".html",
    "pdf": ".pdf",
    "md": ".md",
    "latex": ".tex",
    "xlsx": ".xlsx",
    "pptx": ".pptx",
    "json": ".json",
}

_OF_THE_RESULT = ("xlsx", "pptx")
"""Formats that are written from the result itself, not from its report."""

_WITH_CHARTS = ("html", "pdf")


@dataclass(frozen=True, repr=False)
class Page:
    """A report in Python: a page that Jupyter shows and `save` writes."""

    result: StudyResult
    lang: Lang = "en"
    options: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        """What it is about."""
        return (
            f"<report on {', '.join(event.title for event in self.result.events[:3])}: .save('report.html') writes it>"
        )

    def _repr_html_(self) -> str:
        """The whole page in a frame of its own, so that its rules touch no other cell."""
        page = escape(render(self.result, "html", lang=self.lang, **self.options).decode(), quote=True)
        return f'<iframe srcdoc="{page}" style="width:100%;height:40rem;border:0"></iframe>'

    def save(self, path: str | Path) -> Path:
        """Write it in the format of the suffix.

        Raises:
            InvalidRequest: a suffix that no report has, or a place that cannot be written to.
        """
        return save(self.result, Path(path), self.lang, **self.options)


def save(result: StudyResult, path: Path, lang: Lang = "en", **options: Any) -> Path:
    """Write what the suffix says: a report, the JSON object, the tidy table, or a chart.

    Raises:
        InvalidRequest: another suffix, or a place that cannot be written to.
    """
    suffix = path.suffix.lower()
    forms = {known: form for form, known in SUFFIXES.items()}
    if suffix in forms:
        data = render(result, forms[suffix], lang=lang, **options)
    elif suffix == ".csv":
        data = result.tidy().to_csv(index=False).encode()
    elif suffix in _PICTURES:
        from eventstudy.charts import render as drawn

        data = drawn(result.plot("car", lang=lang), suffix[1:])
    else:
        known = ", ".join([*forms, ".csv", *_PICTURES])
        raise InvalidRequest(
            Sentence("no file is written as {kind}", kind=suffix or "a name without ending"),
            where=str(path),
            available=known,
        )
    disk.write(str(path), data)
    return path


_PICTURES = (".png", ".svg")


STYLES = ("plain", "journal")
"""How LaTeX is written: all tables of the report, or the one table of an article."""


def render(
    result: StudyResult,
    form: str = "html",
    *,
    lang: Lang = "en",
    style: str = "plain",
    stars: Sequence[float] = journal.STARS,
    **options: Any,
) -> bytes:
    """A report of the result in one format, the same bytes for the same inputs; `options` are those of `build`.

    `style="journal"` is the table of an article, in LaTeX alone, with `stars` by these levels of p.

    Raises:
        UnknownName: no such format. InvalidRequest: what the format needs is not installed.
    """
    if form not in FORMATS:
        raise UnknownName("format", form, FORMATS)
    if style not in STYLES:
        raise UnknownName("style", style, STYLES)
    if style == "journal":
        if form != "latex":
            raise InvalidRequest(
                Sentence("the table of a journal is LaTeX, not {form}: stars are no data", form=form),
                hint=Sentence("--format latex --style journal"),
            )
        return journal.render(result, lang=lang, stars=stars)
    if form == "json":
        answers, known = options.get("answers"), options.get("document")
        return json_file(
            {**(result.to_dict() if known is None else known), **(further(result) if answers is None else answers)}
        )
    writer = import_module(f"eventstudy.reports.{FORMATS[form]}")
    if form in _OF_THE_RESULT:
        data: bytes = writer.render(result, lang=lang)
        return data
    if form not in _WITH_CHARTS:
        options["charts"] = ()
    written: bytes = writer.render(build(result, lang=lang, **options))
    return written
