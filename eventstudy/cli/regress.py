"""`eventstudy regress`: what explains the differences between firms?"""

from __future__ import annotations

from typing import Any

import click

from eventstudy.cli._command import Choice, command
from eventstudy.cli._output import answer, finish, language_option, output_options
from eventstudy.cli._study import options_without, split, study


@command("regress")
@options_without("--weights")
@click.option(
    "--characteristics", type=click.Path(), help="File: ticker[,event_id][,date], numbers ... [default: the events]"
)
@click.option(
    "--on",
    multiple=True,
    required=True,
    help="Columns to regress on, comma separated, C(sector) for one of words; may be repeated.",
)
@click.option(
    "--weights",
    type=Choice(["equal", "precision", "random_effects"]),
    default="equal",
    show_default=True,
    help="Weights of the pairs; precision is 1 over the variance of a CAR.",
)
@click.option(
    "--cluster",
    multiple=True,
    help="date, ticker or a column; at most two. [default: windows that share days]",
)
@language_option()
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context,
    /,
    characteristics: str | None,
    on: tuple[str, ...],
    weights: Any,
    cluster: tuple[str, ...],
    form: str,
    output: str | None,
    quiet: bool,
    verbose: bool,
    lang: str,
    **options: Any,
) -> None:
    """CARs on firm characteristics: what explains the differences between firms?

    One regression a window. On one date each coefficient is judged as the portfolio that it is, because firms that share a date
    are not independent.
    """
    import pandas as pd

    from eventstudy.analyses.regression import read_characteristics, regress, text_of
    from eventstudy.study.text import heading

    allowed = options["allow_excluded"]
    table = read_characteristics(characteristics) if characteristics else None
    result = study(options, quiet=quiet)
    found = [
        regress(result, table, split(on), window=window, weights=weights, cluster=split(cluster))
        for window in result.config.windows or ()
    ]

    def lines() -> list[str]:
        with result.config.as_shown():
            return [*heading(result), "", text_of(found)]

    answer(
        form,
        output,
        plain=lambda: {
            "schema": "eventstudy.regression/1",
            "events": result.to_dict()["events"],
            "regressions": [one.to_dict() for one in found],
            "provenance": dict(result.provenance),
        },
        rows=lambda: pd.concat([one.tidy() for one in found]),
        lines=lines,
        lang=lang,
    )
    finish(
        ctx,
        lacking=result.incomplete or any(one.incomplete for one in found),
        allowed=allowed,
        believable=result.believable,
    )
