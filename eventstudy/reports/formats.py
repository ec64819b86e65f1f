"""The formats of a report and who writes them: `render(result, "html")` gives the bytes of the file."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from eventstudy.errors import UnknownName
from eventstudy.reports.build import build
from eventstudy.reports.further import further
from eventstudy.reports.parts import Lang
from eventstudy.text import json_file

if TYPE_CHECKING:
    from eventstudy.study.result import StudyResult

FORMATS = {"html": "html", "pdf": "pdf", "md": "markdown", "latex": "latex", "xlsx": "xlsx", "json": ""}
"""Format -> the file of this folder that writes it; the JSON of a result is its own."""

SUFFIXES = {"html": ".html", "pdf": ".pdf", "md": ".md", "latex": ".tex", "xlsx": ".xlsx", "json": ".json"}

_OF_THE_RESULT = ("xlsx",)
"""Formats that are written from the result itself, not from its report."""

_WITH_CHARTS = ("html", "pdf")


def render(result: StudyResult, form: str = "html", *, lang: Lang = "en", **options: Any) -> bytes:
    """A report of the result in one format, the same bytes for the same inputs; `options` are those of `build`.

    Raises:
        UnknownName: no such format. InvalidRequest: what the format needs is not installed.
    """
    if form not in FORMATS:
        raise UnknownName("format", form, FORMATS)
    if form == "json":
        answers = options.get("answers")
        found = {**result.to_dict(), **(further(result) if answers is None else answers)}
        return json_file(found)
    writer = import_module(f"eventstudy.reports.{FORMATS[form]}")
    if form in _OF_THE_RESULT:
        data: bytes = writer.render(result, lang=lang)
        return data
    if form not in _WITH_CHARTS:
        options["charts"] = ()
    written: bytes = writer.render(build(result, lang=lang, **options))
    return written
