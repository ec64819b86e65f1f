"""`eventstudy scan`: which day did the market react?"""

from __future__ import annotations

from typing import Any

import click

from eventstudy.cli._command import command
from eventstudy.cli._output import answer, finish, language_option, output_options
from eventstudy.cli._study import only_of_days, study, study_options


@command("scan")
@study_options
@click.option(
    "--days",
    nargs=2,
    type=int,
    metavar="A B",
    help="Days to search, fixed beforehand. [default: 0 10, or from 0 on those of a given --event-window]",
)
@language_option()
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context,
    /,
    days: tuple[int, int] | None,
    form: str,
    output: str | None,
    quiet: bool,
    verbose: bool,
    lang: str,
    **options: Any,
) -> None:
    """Which day did the market react?

    Every day of a set that is fixed beforehand is judged as the largest of so many days, so that searching earns no false
    discovery. WHAT is an event id, a registry or event file, or absent when --date and --tickers describe the event.
    """
    from eventstudy.analyses.reaction import DAYS, scan, window_for

    only_of_days(options, "the day of the reaction")
    allowed = options["allow_excluded"]
    if days is None and ctx.get_parameter_source("event_window") is click.core.ParameterSource.DEFAULT:
        days = DAYS
    if days is not None:
        options["event_window"] = window_for(days, options["event_window"])
    found = scan(study(options, quiet=quiet), days)
    answer(form, output, plain=found.to_dict, rows=found.tidy, lines=lambda: [found.text(verbose=verbose, lang=lang)])
    finish(ctx, lacking=found.incomplete, allowed=allowed, believable=found.result.believable)
