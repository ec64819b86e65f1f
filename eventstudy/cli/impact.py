"""`eventstudy impact`: how much money did it move?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from eventstudy.cli._command import command
from eventstudy.cli._output import answer, draw, finish, language_option, output_options, picture_option, say
from eventstudy.cli._study import from_where, only_of_days, study, study_options

if TYPE_CHECKING:
    from eventstudy.prices import PriceTable
    from eventstudy.study.result import StudyResult


@command("impact")
@study_options
@picture_option("--chart", "Draw it into this file.")
@language_option()
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context,
    /,
    chart: str | None,
    form: str,
    output: str | None,
    quiet: bool,
    verbose: bool,
    lang: str,
    **options: Any,
) -> None:
    """How much money? CARs times market capitalisation before the window.

    Shares outstanding come from --shares FILE (CSV with columns ticker, shares[, date]), or from Yahoo with --shares yahoo.
    Without it Yahoo is asked where the prices are Yahoo's; to the embedded prices belong counts that ship.
    """
    from eventstudy.analyses.impact import check_money, impact
    from eventstudy.request import shares_for
    from eventstudy.study.text import heading

    only_of_days(options, "the money a window brought")
    where = from_where(options)
    limit, allowed, given = options["as_of"], options["allow_excluded"], options["shares"]
    if options["weights"] != "value":
        options["shares"] = None  # nothing but the money counts by them
    result = study(options, quiet=quiet)
    check_money(result.config)
    prices = _prices(result, where, limit)
    shares, unknown = shares_for(result, given)
    found = impact(result, prices, shares)
    for error in unknown:
        say(f"eventstudy: {error.what}", quiet=quiet)
    draw(found.plot, chart, quiet=quiet)
    answer(
        form,
        output,
        plain=lambda: found.to_dict() | {"events": result.to_dict()["events"], "provenance": dict(result.provenance)},
        rows=found.tidy,
        lines=lambda: [*heading(result), "", found.text(verbose=verbose, lang=lang)],
        lang=lang,
    )
    finish(ctx, lacking=result.incomplete or found.incomplete, allowed=allowed, believable=result.believable)


def _prices(result: StudyResult, where: dict[str, Any], as_of: str | None) -> PriceTable:
    """The prices of the study; those of a source go on to today, so that all splits they are adjusted for are seen."""
    from eventstudy.request import last_day, longer_prices

    return longer_prices(result, **where, as_of=last_day(as_of), sessions=0, until=dt.datetime.now(dt.UTC).date())
