"""`eventstudy report`: one report of a study, or a site of several events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eventstudy.cli._output import put, say, verbose_option
from eventstudy.cli._study import study_options, what_else

if TYPE_CHECKING:
    from eventstudy.investigate.confounders import Confounders

FORMATS = ("html", "pdf", "md", "xlsx", "latex", "json")
_PRINTED = ("md", "latex", "json")


@click.command("report")
@study_options
@click.option("--format", "form", type=click.Choice(FORMATS), default="html", show_default=True)
@click.option("--lang", type=click.Choice(["en", "de"]), default="en", show_default=True)
@click.option("--output", type=click.Path(), help="File, or folder of a site. [default: EVENT.html; text to stdout]")
@click.option("--quiet", is_flag=True, help="No messages on stderr but errors.")
@verbose_option()
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context, /, form: str, lang: Any, output: str | None, quiet: bool, verbose: bool, **options: Any
) -> None:
    """Write a report: what happened, by which test, and when not to believe it.

    Of several events HTML is a site: an index, a page each, and an Atom feed. PDF needs Chromium on PATH.
    """
    allowed = options["allow_excluded"]
    found, _ = what_else({**options, "mask_confounded": False}, quiet=quiet)
    result = found.result
    if form == "html" and len(result.events) > 1:
        say(_site(found, Path(output or "report"), lang), quiet=quiet)
    else:
        _one(found, form, lang, output, quiet)
    if result.incomplete and not allowed:
        ctx.exit(4)


def _one(found: Confounders, form: str, lang: Any, output: str | None, quiet: bool) -> None:
    from eventstudy.reports import SUFFIXES, render, write
    from eventstudy.reports.further import further

    result = found.result
    data = render(result, form, lang=lang, answers=further(result, found))
    if form in _PRINTED and output is None:
        put(data.decode())
        return
    path = Path(output or "-".join(e.id for e in result.events[:3]) + SUFFIXES[form])
    write(path, data)
    say(str(path), quiet=quiet)


def _site(found: Confounders, folder: Path, lang: Any) -> str:
    """Write the pages, the index last; the path of the index."""
    from eventstudy.errors import InvalidRequest
    from eventstudy.reports import site_of, write

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidRequest(
            f"{folder} is no folder, which the pages of {len(found.result.events)} events need",
            hint="name another --output",
        ) from error
    files = site_of(found.result, lang=lang, found=found)
    for name in sorted(files, key=lambda n: n == "index.html"):
        write(folder / name, files[name])
    return str(folder / "index.html")
