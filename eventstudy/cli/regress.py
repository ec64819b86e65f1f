"""`eventstudy regress`: what explains the differences between firms?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from eventstudy.cli._output import answer, finish, output_options
from eventstudy.cli._study import split, study, study_options
from eventstudy.text import columns, wrapped

if TYPE_CHECKING:
    from eventstudy.investigate.regression import Regression


@click.command("regress")
@study_options
@click.option("--characteristics", type=click.Path(), required=True, help="CSV: ticker[,event_id][,date], numbers ...")
@click.option("--on", multiple=True, required=True, help="Columns to regress on, comma separated; may be repeated.")
@click.option(
    "--weights",
    type=click.Choice(["equal", "precision", "random_effects"]),
    default="equal",
    show_default=True,
    help="Of the pairs; precision is 1 over the variance of a CAR.",
)
@click.option(
    "--cluster", multiple=True, help="date, ticker or a column; at most two. [default: date, where dates repeat]"
)
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context,
    /,
    characteristics: str,
    on: tuple[str, ...],
    weights: Any,
    cluster: tuple[str, ...],
    form: str,
    output: str | None,
    quiet: bool,
    verbose: bool,
    **options: Any,
) -> None:
    """CARs on firm characteristics: what explains the differences between firms?

    One regression a window. On one date each coefficient is judged as the portfolio that it is, because firms that share a date
    are not independent.
    """
    import pandas as pd

    from eventstudy.investigate.characteristics import read_characteristics
    from eventstudy.investigate.regression import regress
    from eventstudy.screens import heading

    allowed = options["allow_excluded"]
    table = read_characteristics(characteristics)
    result = study(options, quiet=quiet)
    found = [
        regress(result, table, split(on), window=window, weights=weights, cluster=split(cluster))
        for window in result.config.windows or ()
    ]
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
        lines=lambda: [*heading(result), "", *_screen(found)],
    )
    finish(
        ctx,
        lacking=result.incomplete or any(one.excluded for one in found),
        allowed=allowed,
        believable=result.believable,
    )


def _screen(found: list[Regression]) -> list[str]:
    """The coefficients of each window, how they were judged, and what to know."""
    from eventstudy.sentences import p_text

    ranks = any(c.rank_p is not None for one in found for c in one.coefficients)
    rows = [["window", "", "coefficient", "95 % interval", "t", "p", *(["p (ranks)"] if ranks else [])]]
    for one in found:
        for i, c in enumerate(one.coefficients):
            name = str(one.window) if i == 0 else ""
            figures = [f"{c.value:+.5g}", f"{c.low:+.5g} .. {c.high:+.5g}", f"{c.t:+.2f}", p_text(c.p)]
            rows.append([name, c.name, *figures, *([p_text(c.rank_p or float("nan"))] if ranks else [])])
    lines = [*columns(rows, range(2, 7)).splitlines(), ""]
    for one in found[:1]:
        who = f"{one.n} pairs, {one.n_dates} date{'s' if one.n_dates > 1 else ''}"
        how = f"{who}; {one.method}; standard errors: {one.covariance}"
        lines += wrapped(f"{how}; t with {one.df:g} degrees of freedom; coefficients are decimals of CAR a unit")
    lines += [line for one in found for line in wrapped(one.sentence)]
    lines += dict.fromkeys(line for one in found for w in one.warned for line in wrapped(f"{w.code} {w.message}"))
    lines += dict.fromkeys(f"left out {e.ticker} ({e.event_id}): {e.message}" for one in found for e in one.excluded)
    return lines
