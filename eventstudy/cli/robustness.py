"""`eventstudy robustness`: does the answer survive other choices?"""

from __future__ import annotations

from typing import Any

import click

from eventstudy.cli._command import command
from eventstudy.cli._output import answer, draw, finish, language_option, output_options, picture_option
from eventstudy.cli._study import from_where, only_of_days, split, study, study_options


@command("robustness")
@study_options
@click.option("--models", multiple=True, help="Models to try. [default: market,market_adjusted,constant_mean]")
@click.option(
    "--benchmarks", multiple=True, help="Benchmarks to try; `peers`: an index of peers without the firms studied."
)
@click.option(
    "--also-estimation",
    "spans",
    nargs=2,
    type=int,
    multiple=True,
    metavar="A B",
    help="Estimation window to try; may be repeated. [default: parts of the study's own]",
)
@picture_option("--chart", "Draw the specification curve into this file.")
@language_option()
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context,
    /,
    models: tuple[str, ...],
    benchmarks: tuple[str, ...],
    spans: tuple[tuple[int, int], ...],
    chart: str | None,
    form: str,
    output: str | None,
    quiet: bool,
    verbose: bool,
    lang: str,
    **options: Any,
) -> None:
    """Does the answer survive other models, benchmarks, windows and kinds of returns?

    The study is done once for every combination of choices; its own choices are always among them. CAR windows are those of
    --window.
    """
    from eventstudy.analyses.robustness import prices_needed, robustness
    from eventstudy.request import factors_for, last_day, longer_prices
    from eventstudy.scale.workers import executor_of
    from eventstudy.study.text import heading

    only_of_days(options, "the study under other choices")
    work = options["workers"], options["scheduler"], options["address"]
    where = from_where(options)
    limit, allowed = last_day(options["as_of"]), options["allow_excluded"]
    given = options["factors"], options["factor_unit"]
    result = study(options, quiet=quiet)
    factors = factors_for(*given, result.config)
    asked = split(benchmarks)
    sessions, tickers = prices_needed(result.config, spans, asked)
    found = robustness(
        result,
        longer_prices(
            result,
            **where,
            as_of=limit,
            sessions=sessions,
            more=tickers,
            everyone=True,
        ),
        models=split(models),
        benchmarks=asked,
        estimation_windows=spans,
        factors=factors,
        executor=executor_of(*work),
    )
    draw(found.plot, chart, quiet=quiet)
    answer(
        form,
        output,
        plain=found.to_dict,
        rows=found.tidy,
        lines=lambda: [*heading(result), "", found.text(lang=lang)],
        lang=lang,
    )
    finish(
        ctx,
        lacking=result.incomplete or found.incomplete,
        allowed=allowed,
        believable=result.believable,
    )
