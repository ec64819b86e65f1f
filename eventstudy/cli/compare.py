"""`eventstudy compare`: do kinds of events differ?"""

from __future__ import annotations

from typing import Any

import click

from eventstudy.cli._command import command
from eventstudy.cli._output import answer, draw, finish, language_option, output_options, picture_option
from eventstudy.cli._study import study, study_options
from eventstudy.errors import InvalidRequest, Sentence


@command("compare")
@study_options
@click.option(
    "--by",
    required=True,
    help="category, timing, surprise, tag:NAME, or a column of the characteristics or events.",
)
@click.option("--characteristics", type=click.Path(), help="File: ticker[,event_id][,date], columns to compare by.")
@click.option("--cut", metavar="median|NUMBER", help="Makes two kinds of numbers. [default: 0 for surprise]")
@picture_option("--chart", "Write the chart to this file (.png, .svg or .pdf).")
@language_option()
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context,
    /,
    by: str,
    characteristics: str | None,
    cut: str | None,
    chart: str | None,
    form: str,
    output: str | None,
    quiet: bool,
    verbose: bool,
    lang: str,
    **options: Any,
) -> None:
    """Do kinds of events differ in their mean CAR?

    Events whose windows share days are one draw of a common shock: clusters of dates are counted, not pairs. One window,
    [0, +1] unless --window names another. Beside each difference stands the one that 80 % of such studies would see.
    """
    from eventstudy.analyses.comparison import compare
    from eventstudy.analyses.regression import read_characteristics

    allowed, windows = options["allow_excluded"], options["windows"]
    if not (windows or options["window_days"] or options["window_dates"] or options["own_windows"]):
        windows = ((0, 1),)
    if len(windows) > 1:
        raise InvalidRequest(
            Sentence("{n} windows, and one is compared at a time", n=len(windows)), hint=Sentence("name one --window")
        )
    table = read_characteristics(characteristics) if characteristics else None
    options["windows"] = windows
    window = windows[0] if windows else None
    found = compare(study(options, quiet=quiet), by, window=window, characteristics=table, cut=cut)
    answer(form, output, plain=found.to_dict, rows=found.tidy, lines=lambda: [found.text(verbose=verbose, lang=lang)])
    draw(found.plot, chart, quiet=quiet)
    finish(ctx, lacking=found.incomplete, allowed=allowed, believable=found.believable)
