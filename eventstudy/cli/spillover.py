"""`eventstudy spillover`: which groups did it touch, and do they differ?"""

from __future__ import annotations

from typing import Any

import click

from eventstudy.cli._command import command
from eventstudy.cli._output import answer, finish, language_option, output_options
from eventstudy.cli._study import only_of_days, study, study_options


@command("spillover")
@study_options
@language_option()
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context, /, form: str, output: str | None, quiet: bool, verbose: bool, lang: str, **options: Any
) -> None:
    """Which groups of firms lost, which gained, and do they differ?

    Each group of the event is judged as one portfolio; a difference between two groups is that of the portfolios, an exact t.
    """
    from eventstudy.analyses.spillover import spillover

    allowed = options["allow_excluded"]
    only_of_days(options, "a comparison of groups")
    found = spillover(study(options, quiet=quiet))
    answer(form, output, plain=found.to_dict, rows=found.tidy, lines=lambda: [found.text(verbose=verbose, lang=lang)])
    finish(ctx, lacking=found.incomplete, allowed=allowed, believable=found.result.believable)
