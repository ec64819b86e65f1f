"""`eventstudy run`: abnormal returns of an event."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from eventstudy.cli._masked import before_and_after, mask_option
from eventstudy.cli._output import output_options, put
from eventstudy.cli._study import study_options, what_else

if TYPE_CHECKING:
    from eventstudy.investigate.masked import Masked


@click.command("run")
@study_options
@mask_option
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
    found, masked = what_else(options, quiet=quiet)
    result = found.result
    if form == "json":
        put(result.to_json() if masked is None else _with_mask(result.to_dict(), masked), output)
    elif form == "csv":
        put(result.tidy().to_csv(index=False), output)
    else:
        from eventstudy.cli._screen import screen

        shown = screen(result, verbose=verbose)
        put(shown if masked is None else "\n".join([shown, "", *before_and_after(masked, verbose=verbose)]), output)
    if result.incomplete and not allowed:
        ctx.exit(4)


def _with_mask(told: dict[str, Any], masked: Masked) -> str:
    return json.dumps(told | {"masked": masked.to_dict()}, ensure_ascii=False, indent=1, allow_nan=False)
