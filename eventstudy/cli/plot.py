"""`eventstudy plot`: one chart of a study, into a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from eventstudy import plugins
from eventstudy.cli._command import Choice, command, completing
from eventstudy.cli._output import draw, finish, language_option, picture_option, say, verbose_option
from eventstudy.cli._study import from_where, study, study_options
from eventstudy.language import Phrase

if TYPE_CHECKING:
    from eventstudy.prices import PriceTable
    from eventstudy.study.result import StudyResult


@command("plot")
@study_options
@click.option(
    "--chart",
    shell_complete=completing("charts"),
    default="car",
    show_default=True,
    help="Which one: see `eventstudy methods charts`.",
)
@click.option("--size", type=Choice(["16:9", "4:3"]), help="Shape of a slide. [default: as high as the chart needs]")
@click.option("--dpi", type=click.IntRange(50, 600), help="Dots per inch of a .png. [default: 150]")
@click.option("--title", help="Title in place of the finding; a doubt stands before it all the same.")
@language_option()
@picture_option("--output", "File: .png, .svg or .pdf. [default: EVENT-CHART.png]")
@click.option("--quiet", is_flag=True, help="No messages on stderr but errors.")
@verbose_option()
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context,
    /,
    chart: str,
    size: str | None,
    dpi: int | None,
    title: str | None,
    lang: str,
    output: str | None,
    quiet: bool,
    verbose: bool,
    **options: Any,
) -> None:
    """Draw one chart of an event into a file.

    \b
    eventstudy plot deepseek-r1 --tickers NVDA --chart ar_bars
    eventstudy plot deepseek-r1 --chart forest --size 16:9 --dpi 200 --output slide.png
    """
    chart = plugins.meant("charts", chart)
    allowed, as_of, where = options["allow_excluded"], options["as_of"], from_where(options)
    wanted, windows = plugins.load("charts", chart), options["windows"]
    taken = wanted.options
    result = study(options, quiet=quiet)
    if wanted.of_prices or "prices" in taken:
        result.config.check_prices(Phrase("this chart"))
    asked = {"prices": _longer(result, where, as_of)} if "prices" in taken else {}
    if "window" in taken and len(windows) > 1:
        first = (result.config.windows or ())[0]
        say(f"this chart is of one, and {len(windows)} windows are named: drawn is {first}, the first", quiet=quiet)

    path = output or f"{'-'.join(e.id for e in result.events[:3])}-{chart}.png"
    slide = {"lang": lang, "size": size, "title": title}
    draw(lambda: result.plot(chart, **slide, **asked), path, quiet=quiet, dpi=dpi)
    finish(ctx, lacking=result.incomplete, allowed=allowed, believable=result.believable)


def _longer(result: StudyResult, where: dict[str, Any], as_of: str | None) -> PriceTable:
    """Prices from before the study's, for charts that look at other dates."""
    from eventstudy.request import last_day, longer_prices

    return longer_prices(result, **where, as_of=last_day(as_of))
