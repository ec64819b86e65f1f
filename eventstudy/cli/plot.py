"""`eventstudy plot`: one chart of a study."""

from __future__ import annotations

from typing import Any

import click

from eventstudy import catalog
from eventstudy.cli._output import say
from eventstudy.cli._study import study, study_options
from eventstudy.errors import UnknownName


@click.command("plot")
@study_options
@click.option("--chart", default="car", show_default=True, help="See `eventstudy methods charts`.")
@click.option("--output", type=click.Path(dir_okay=False), help="PNG, SVG or PDF. [default: EVENT-CHART.png]")
@click.option("--quiet", is_flag=True, help="No messages on stderr but errors.")
@click.option("--verbose", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context, /, chart: str, output: str | None, quiet: bool, verbose: bool, **options: Any
) -> None:
    """Draw one chart of an event into a file."""
    if chart not in catalog.names("charts"):
        raise UnknownName("chart", chart, catalog.names("charts"))
    allowed = options["allow_excluded"]
    result = study(options, quiet=quiet)
    from eventstudy.charts import save

    path = output or f"{'-'.join(e.id for e in result.events[:3])}-{chart}.png"
    save(result.plot(chart), path)
    say(path, quiet=quiet)
    if result.incomplete and not allowed:
        ctx.exit(4)
