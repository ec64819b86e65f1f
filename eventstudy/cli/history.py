"""`eventstudy history`: how did the last events of a kind go for a ticker?"""

from __future__ import annotations

from typing import Any

import click

from eventstudy.cli._command import command
from eventstudy.cli._output import answer, draw, finish, language_option, output_options, picture_option
from eventstudy.cli._study import options_but, words_of

_OF_EVENTS = (
    "--date",
    "--tickers",
    "--ticker",
    "--timing",
    "--tz",
    "--outcome",
    "--peers",
    "--bhar",
    "--delisting",
    "--shares",
)
"""Options of a study that say what a history knows by itself, or does not look at."""


@command("history")
@options_but(*_OF_EVENTS, argument="ticker")
@click.option(
    "--kind",
    default="earnings",
    show_default=True,
    help="Category or tag of the events, a form and item (8-K:2.02), or fomc, cpi, jobs, whose dates ship.",
)
@click.option("--last", type=int, default=12, show_default=True, help="How many of the latest.")
@picture_option("--chart", "Write the chart to this file (.png, .svg or .pdf).")
@language_option()
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context,
    /,
    kind: str,
    last: int,
    chart: str | None,
    form: str,
    output: str | None,
    quiet: bool,
    verbose: bool,
    lang: str,
    **options: Any,
) -> None:
    """How did the last events of a kind go for a ticker?

    A row an event, what a study of it says; then ups and downs, the mean, and the latest among them. The events are those
    of --registry, a registry or a list (ticker,date[,timing]), or of what ships. The event window is [-1, +20] unless another
    is named.
    """
    from eventstudy.request import history

    allowed = options["allow_excluded"]
    if ctx.get_parameter_source("event_window") is click.core.ParameterSource.DEFAULT and not (
        options["window_days"] or options["window_dates"] or options["own_windows"]
    ):
        options["event_window"] = (-1, 20)
    found = history(options.pop("ticker"), kind=kind, last=last, **words_of(options, quiet=quiet))
    answer(form, output, plain=found.to_dict, rows=found.tidy, lines=lambda: [found.text(verbose=verbose, lang=lang)])
    draw(found.plot, chart, quiet=quiet)
    finish(ctx, lacking=found.incomplete, allowed=allowed, believable=found.believable)
