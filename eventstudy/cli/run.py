"""`eventstudy run`: abnormal returns of an event."""

from __future__ import annotations

from typing import Any

import click

from eventstudy.cli._output import output_options, put
from eventstudy.cli._study import study, study_options


@click.command("run")
@study_options
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context, /, form: str, output: str | None, quiet: bool, verbose: bool, **options: Any
) -> None:
    """Abnormal returns of an event: was it chance?

    WHAT is an event id (`eventstudy events list`), a registry or event file (.toml, .csv), or absent when --date and --tickers
    describe the event.
    """
    allowed = options["allow_excluded"]
    result = study(options, quiet=quiet)
    if form == "json":
        put(result.to_json(), output)
    elif form == "csv":
        put(result.tidy().to_csv(index=False), output)
    else:
        from eventstudy.cli._screen import screen

        put(screen(result, verbose=verbose), output)
    if result.incomplete and not allowed:
        ctx.exit(4)
