"""`eventstudy confounders`: what else happened on the days of a study?"""

from __future__ import annotations

from typing import Any

import click

from eventstudy.cli._command import command
from eventstudy.cli._output import answer, finish, language_option, output_options
from eventstudy.cli._study import mask_option, only_of_days, study_options, what_else


@command("confounders")
@study_options
@mask_option
@language_option()
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context, /, form: str, output: str | None, quiet: bool, verbose: bool, lang: str, **options: Any
) -> None:
    """What else happened on the days of a study?

    Other events of the registry, earnings, dividends, splits, moves of the whole market and dated news (`--news FILE`), day by
    day. News that names the event is its own: it is shown apart and never masked.
    WHAT is an event id, a registry or event file, or absent when --date and --tickers describe the event.
    """
    allowed = options["allow_excluded"]
    only_of_days(options, "other news")
    found, masked = what_else(options, quiet=quiet)
    answer(
        form,
        output,
        plain=lambda: found.to_dict() | {"masked": masked and masked.to_dict()},
        rows=(masked or found).tidy,
        lines=lambda: ["\n\n".join(one.text(verbose=verbose, lang=lang) for one in (found, masked) if one)],
    )
    finish(ctx, lacking=found.incomplete, allowed=allowed, believable=found.believable)
