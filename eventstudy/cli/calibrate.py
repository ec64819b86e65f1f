"""`eventstudy calibrate`: can the tests be trusted with these tickers and dates?"""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from eventstudy.cli._command import command
from eventstudy.cli._output import answer, draw, finish, language_option, output_options, picture_option, progress
from eventstudy.cli._study import from_where, only_of_days, options_without, study


@command("calibrate")
@options_without("--level")
@click.option("--pairs", "n", type=int, help="Draw so many pairs at random instead (Brown and Warner).")
@click.option("--clustered", is_flag=True, help="With --pairs: all of them on one date.")
@click.option("--draws", type=int, default=1000, show_default=True, help="Made-up studies, where dates are random.")
@click.option(
    "--effect",
    "effects",
    type=float,
    multiple=True,
    help="Effects to be found, as decimals. [default: 0.005 0.01 0.02]",
)
@click.option("--spread", is_flag=True, help="Spread the effect over the window instead of day 0.")
@click.option("--variance", type=float, default=1.0, show_default=True, help="Factor on the variance of event days.")
@click.option("--level", type=float, default=0.05, show_default=True, help="Level of the tests.")
@picture_option("--chart", "Draw size and power into this file (PNG, SVG or PDF).")
@language_option()
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context,
    /,
    n: int | None,
    clustered: bool,
    draws: int,
    effects: tuple[float, ...],
    spread: bool,
    variance: float,
    level: float,
    chart: str | None,
    form: str,
    output: str | None,
    quiet: bool,
    verbose: bool,
    lang: str,
    **options: Any,
) -> None:
    """Size and power of each test on these tickers, on dates before the event.

    Every made-up study is the study itself on a date on which nothing of the kind happened (or, with --pairs, one of pairs
    drawn at random). How often does each test reject, and how often does it find an effect that is added?
    """
    from eventstudy.analyses.calibration import EFFECTS, calibrate
    from eventstudy.request import factors_for, last_day, longer_prices
    from eventstudy.scale.workers import executor_of

    only_of_days(options, "a calibration")
    shared = options["workers"], options["scheduler"], options["address"]
    where = from_where(options)
    shown = progress(quiet)
    limit = last_day(options["as_of"])
    given = options["factors"], options["factor_unit"]
    result = study(options, quiet=quiet)
    factors = factors_for(*given, result.config)
    found = calibrate(
        result,
        longer_prices(result, **where, as_of=limit),
        factors=factors,
        n=n,
        clustered=clustered,
        draws=draws,
        effects=effects or EFFECTS,
        spread=spread,
        variance=variance,
        level=level,
        executor=executor_of(*shared),
        done=shown and partial(shown, "parts of the made-up studies"),
    )
    draw(found.plot, chart, quiet=quiet)
    answer(form, output, plain=found.to_dict, rows=found.tidy, lines=lambda: [found.text(lang=lang)])
    finish(ctx, lacking=False, allowed=True, believable=found.believable)
