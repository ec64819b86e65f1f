"""`eventstudy report`: one report of a study, or a site of several events."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eventstudy.cli._command import Choice, command
from eventstudy.cli._output import (
    STDOUT,
    Forms,
    finish,
    form_option,
    language_option,
    progress,
    put,
    say,
    verbose_option,
    written_as,
)
from eventstudy.cli._study import study_options, what_else
from eventstudy.disk import refuse_unwritable
from eventstudy.errors import InvalidRequest, Sentence

if TYPE_CHECKING:
    from eventstudy.analyses.confounders import Confounders

FORMATS: Forms = {
    "html": (".html",),
    "pdf": (".pdf",),
    "md": (".md",),
    "xlsx": (".xlsx",),
    "latex": (".tex", ".latex"),
    "pptx": (".pptx",),
    "json": (".json",),
}
_PRINTED = ("md", "latex", "json")


@command("report")
@study_options
@form_option(*FORMATS)
@language_option()
@click.option(
    "--style",
    type=Choice(["plain", "journal"]),
    default="plain",
    show_default=True,
    help="LaTeX: all tables, or the one of an article.",
)
@click.option(
    "--stars", metavar="P,P,P", help="Stars of --style journal: levels of p, or none. [default: 0.10,0.05,0.01]"
)
@click.option(
    "--output",
    type=click.Path(),
    help="File, whose ending says the format, or folder of a site. [default: EVENT.html; text to stdout]",
)
@click.option("--quiet", is_flag=True, help="No messages on stderr but errors.")
@verbose_option()
@written_as(FORMATS, folders=True)
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context,
    /,
    form: str,
    lang: Any,
    style: str,
    stars: str | None,
    output: str | None,
    quiet: bool,
    verbose: bool,
    **options: Any,
) -> None:
    """Write a report: what happened, by which test, and when not to believe it.

    Of several events HTML is a site: an index, a page each, and an Atom feed. PDF
    needs Chromium on PATH, slides (.pptx) the extra `slides`.

    \b
    eventstudy report deepseek-r1 --day0 recognised --output report.html
    eventstudy report events.xlsx --output site
    eventstudy report deepseek-r1 --tickers NVDA --lang de --output r.pptx
    """
    allowed = options["allow_excluded"]
    if style == "journal" and form != "latex":
        raise InvalidRequest(
            Sentence("the table of a journal is LaTeX, not {form}", form=form),
            hint=Sentence("--format latex --style journal"),
        )
    levels = _levels(stars, style)
    if form == "pptx":
        from eventstudy.reports.pptx import refuse_without

        refuse_without()
    site = _Site.of(options["what"], options["registry"], output) if form == "html" else None
    if site is None and output is not None and output != STDOUT:
        if os.path.isdir(output):
            raise InvalidRequest(
                Sentence("{output} is a folder, and this report is one file", output=output),
                hint=Sentence("name a file in it"),
            )
        refuse_unwritable(output, where=f"--output {output}")
    found, _ = what_else({**options, "mask_confounded": False}, quiet=quiet)
    result = found.result
    if site is not None:
        work = options["workers"], options["scheduler"], options["address"]
        say(site.write(found, lang, progress(quiet), work), quiet=quiet)
    else:
        _one(found, form, lang, output, quiet, {"style": style} | levels)
    finish(ctx, lacking=result.incomplete, allowed=allowed, believable=result.believable)


def _one(found: Confounders, form: str, lang: Any, output: str | None, quiet: bool, written: dict[str, Any]) -> None:
    from eventstudy.reports import SUFFIXES, render
    from eventstudy.reports.further import further
    from eventstudy.reports.site import named_after

    result, shown = found.result, progress(quiet) or (lambda what, i, n: None)
    shown("other choices and other news", 0, 2)
    answers = {} if written["style"] == "journal" else further(result, found)
    shown("pictures and pages", 1, 2)
    data = render(result, form, lang=lang, answers=answers, **written)
    shown("", 2, 2)
    if (form in _PRINTED and output is None) or output == STDOUT:
        put(data)
        return
    path = Path(output or named_after(result) + SUFFIXES[form])
    put(data, str(path))
    say(str(path), quiet=quiet)


def _levels(stars: str | None, style: str) -> dict[str, Any]:
    """The levels of stars, where any are named.

    Raises:
        InvalidRequest: no numbers, or stars of another style.
    """
    if stars is None:
        return {}
    if style != "journal":
        raise InvalidRequest(
            Sentence("only the table of an article has stars"), hint=Sentence("--format latex --style journal")
        )
    try:
        levels = [] if stars == "none" else [float(level) for level in stars.split(",")]
    except ValueError:
        raise InvalidRequest(
            Sentence("--stars {stars} is no list of levels", stars=stars),
            hint=Sentence("--stars 0.10,0.05,0.01, or none"),
        ) from None
    return {"stars": levels}


@dataclass(frozen=True)
class _Site:
    """A folder of pages about the events of a file."""

    folder: Path
    source: Path
    ids: tuple[str, ...]

    @classmethod
    def of(cls, what: str | None, registry: str | None, output: str | None) -> _Site | None:
        """The site that is meant, its folder looked at; None where there is one event.

        Raises:
            InvalidRequest: the folder is none, or somebody else's.
        """
        from eventstudy.reports.site import look_at
        from eventstudy.request import events_of

        if what is None:  # --date and --tickers: one event
            return None
        ids = tuple(event.id for event in events_of(what, registry=registry))
        if len(ids) < 2:
            return None
        if output == STDOUT:
            raise InvalidRequest(
                Sentence("the pages of {n} events are a folder", n=len(ids)),
                hint=Sentence("--output with the name of a folder"),
            )
        folder = Path(output or "report")
        if folder.suffix:
            raise InvalidRequest(
                Sentence(
                    "{output} names one file, and the pages of {n} events are a folder", output=output, n=len(ids)
                ),
                hint=Sentence(
                    "--output with the name of a folder; or a file that ends in .pdf, .xlsx, .pptx, .md, .tex or .json"
                ),
            )
        look_at(folder, Path(what), ids)
        return cls(folder, Path(what), ids)

    def write(self, found: Confounders, lang: Any, progress: Any, work: tuple[int, str, str | None]) -> str:
        """Write the pages, by so many workers; the path of the index."""
        from eventstudy.reports.site import site_of, write_site
        from eventstudy.scale.workers import executor_of

        pages = site_of(found.result, lang=lang, found=found, progress=progress, executor=executor_of(*work))
        write_site(self.folder, pages, self.source, self.ids)
        return str(self.folder / "index.html")
