"""`eventstudy minutes`: what did the minutes after an instant bring?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from eventstudy.cli._command import Choice, command
from eventstudy.cli._output import (
    answer,
    draw,
    finish,
    form_of,
    language_option,
    output_options,
    picture_option,
    put,
    say,
)
from eventstudy.cli._study import some_options, split


@command("minutes")
@some_options("--date", "--tickers", "--benchmark", "--tz", "--registry", "--dates", "--decimal", argument="what")
@click.option(
    "--bars",
    required=True,
    type=click.Path(),
    metavar="FILE|massive|yahoo",
    help="CSV or Parquet: ticker, time, close[, open]; or massive, a vendor that wants a key; or yahoo, for recent events.",
)
@click.option(
    "--width",
    type=int,
    metavar="MINUTES",
    help="Minutes of a bar: 1, 5, 15, 30, 60 (massive: up to 30; yahoo: 5 and more). [default: as they stand]",
)
@click.option("--bar-zone", help="Zone of times that have none: America/New_York, UTC.")
@click.option(
    "--stamp", type=Choice(["start", "end"]), help="What a time is of its bar. [default: told by the first bars]"
)
@click.option(
    "--model",
    type=Choice(["market", "market_adjusted", "constant_mean"]),
    help="[default: market with lags; market_adjusted for thinly traded tickers]",
)
@click.option(
    "--window",
    "windows",
    nargs=2,
    type=int,
    metavar="A B",
    multiple=True,
    help="Bars, not minutes, from bar 0 on, both ends included; may be repeated. [default: the first 5, 30 and 60 minutes]",
)
@click.option(
    "--stage",
    "stages",
    multiple=True,
    metavar="NAME=A:B",
    help="A named part, in minutes from bar 0, both ends included; repeated: statement=0:29, press=30:99.",
)
@click.option("--across", is_flag=True, help="Windows may go over a lunch and over nights, each of which is one bar.")
@click.option("--days", type=int, default=60, show_default=True, help="Other days that a move is held against.")
@click.option(
    "--bar0",
    type=Choice(["holds", "next"]),
    default="holds",
    show_default=True,
    help="The bar that holds the instant, or the next one.",
)
@click.option("--exchange", help="Where the tickers trade: XLON. [default: told by the tickers]")
@picture_option("--chart", "Draw the path of the first ticker into this file (PNG, SVG or PDF).")
@click.option(
    "--report", type=click.Path(dir_okay=False), metavar="FILE", help="Write a report: .html, .md, .pdf, .tex."
)
@language_option()
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context,
    /,
    what: str | None,
    date: str | None,
    tickers: tuple[str, ...],
    benchmark: str | None,
    tz: str | None,
    registry: str | None,
    dates: Any,
    decimal: Any,
    bars: str,
    width: int | None,
    bar_zone: str | None,
    stamp: Any,
    model: Any,
    windows: tuple[tuple[int, int], ...],
    stages: tuple[str, ...],
    across: bool,
    days: int,
    bar0: Any,
    exchange: str | None,
    chart: str | None,
    report: str | None,
    lang: Any,
    form: str,
    output: str | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """What did the minutes after an instant bring, and was it unusual?

    A move is held against the same minutes of other days, each in the volatility of its day. WHAT is an event id, a registry or
    event file whose events have times, or absent when --date (with a time) and --tickers describe the event.
    """
    from eventstudy.analyses.minutes import minutes, stages_of
    from eventstudy.prices import Reading
    from eventstudy.reports import minutes as reports
    from eventstudy.request import bars_for, events_of

    parts, benchmark = stages_of(stages), benchmark or "SPY"
    if report is not None:
        form_of(report, {ending[1:]: (ending,) for ending in reports.WRITERS}, flag="--report")
    events = events_of(what, date=date, tickers=split(tickers), tz=tz, registry=registry)
    found = minutes(
        list(events),
        bars_for(
            bars,
            events,
            benchmark=benchmark,
            days=days,
            width=width,
            zone=bar_zone,
            stamp=stamp,
            exchange=exchange,
            reading=Reading(dates=dates, decimal=decimal),
        ),
        benchmark=benchmark,
        model=model or "",
        windows=windows or None,
        days=days,
        bar0=bar0,
        exchange=exchange,
        stages=parts,
        across=across,
    )
    answer(form, output, plain=found.to_dict, rows=found.tidy, lines=lambda: [found.text(verbose=verbose, lang=lang)])
    draw(lambda: found.plot(lang=lang), chart, quiet=quiet)
    if report is not None:
        put(reports.render(found, Path(report).suffix.lower(), lang), report)
        say(report, quiet=quiet)
    finish(ctx, lacking=found.incomplete, allowed=False, believable=found.believable)
