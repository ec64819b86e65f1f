"""`eventstudy counterfactual`: what would the price have done without the event?"""

from __future__ import annotations

from typing import Any

import click

from eventstudy.cli._command import command
from eventstudy.cli._output import answer, draw, finish, language_option, output_options, picture_option
from eventstudy.cli._study import from_where, only_of_days, split, study, study_options


@command("counterfactual")
@study_options
@click.option(
    "--models",
    multiple=True,
    help="Models of the price without the event, comma separated. [default: market,principal_components,synthetic_control]",
)
@picture_option("--chart", "Draw actual against counterfactual price into this file.")
@language_option()
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context,
    /,
    models: tuple[str, ...],
    chart: str | None,
    form: str,
    output: str | None,
    quiet: bool,
    verbose: bool,
    lang: str,
    **options: Any,
) -> None:
    """What would the price have done without the event? One row a model, each with its placebos.

    Models made of donors take --peers, else the event's peers and controls; best are tickers that the event left alone.
    """
    from eventstudy.analyses.counterfactual import MODELS, counterfactual
    from eventstudy.prices import read_factors
    from eventstudy.request import last_day, longer_prices
    from eventstudy.study.text import heading

    only_of_days(options, "a counterfactual price")
    where = from_where(options)
    limit, allowed = last_day(options["as_of"]), options["allow_excluded"]
    factors = read_factors(options["factors"], options["factor_unit"]) if options["factors"] else None
    donors = split(options["peers"])
    result = study(options, quiet=quiet)
    prices = longer_prices(result, **where, as_of=limit, sessions=0, more=donors, everyone=True)
    named = [name for name in donors if "=" not in name]
    found = counterfactual(result, prices, models=split(models) or MODELS, donors=named, factors=factors)
    draw(found.plot, chart, quiet=quiet)
    answer(
        form,
        output,
        plain=found.to_dict,
        rows=found.tidy,
        lines=lambda: [*heading(result), "", found.text(verbose=verbose, lang=lang)],
        lang=lang,
    )
    finish(ctx, lacking=result.incomplete or found.incomplete, allowed=allowed, believable=result.believable)
