"""`eventstudy rerun`: repeat the study of a result, and name every figure that differs and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from eventstudy.cli._command import Choice, Files, command
from eventstudy.cli._output import TABLES, form_option, progress, put, verbose_option, written_as
from eventstudy.text import columns, json_text

if TYPE_CHECKING:
    from eventstudy.study.differences import Difference

_SHOWN = 20
"""So many figures are shown; --verbose and --format json have all."""


@command("rerun")
@click.argument("result", type=click.Path(dir_okay=False))
@click.option("--prices", type=Files(), help="The price file, where the result was made of one; may be repeated.")
@click.option("--abnormal", type=click.Path(), help="The file of abnormal returns, where the result was given some.")
@click.option("--factors", type=click.Path(), help="The factor file, where the result was made with one.")
@click.option("--benchmark-portfolios", type=click.Path(), help="The portfolios, where firms were compared with some.")
@click.option("--assign", type=click.Path(), help="The portfolio of each firm, with them.")
@click.option("--shares", type=click.Path(), help="The file of shares outstanding, where the result was given some.")
@click.option(
    "--registry", type=click.Path(), help="Where its events stand. [default: what ships, or as the result says]"
)
@click.option("--dates", type=Choice(["dmy", "mdy", "ymd"]), help="Order of dates, where a file leaves it open.")
@click.option("--decimal", type=Choice(["comma", "point"]), help="Decimal mark, where a file leaves it open.")
@click.option("--times", type=Choice(["written", "after", "before"]), help="The day that times in a price file are of.")
@click.option(
    "--unit-in", type=Choice(["percent", "decimal", "bp"]), help="Unit of returns, where their file leaves it open."
)
@form_option("table", "json")
@click.option("--output", type=click.Path(dir_okay=False), help="Write to this file instead of stdout (-).")
@click.option("--quiet", is_flag=True, help="Print nothing where every figure is the same.")
@verbose_option("Show every figure that differs, and the traceback of an error.")
@written_as({form: TABLES[form] for form in ("table", "json")})
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context,
    /,
    result: str,
    prices: Any,
    abnormal: str | None,
    factors: str | None,
    shares: str | None,
    benchmark_portfolios: str | None,
    assign: str | None,
    registry: str | None,
    form: str,
    output: str | None,
    quiet: bool,
    verbose: bool,
    **said: Any,
) -> None:
    """Run the study of a RESULT.json once more, and name every figure that differs and why.

    \b
    eventstudy run deepseek-r1 --format json --output r1.json
    eventstudy rerun r1.json

    Its events, tickers and options stand in the file; prices come from where they came from, and their hash says whether they
    are the same. Exits with 4 where a figure differs.
    """
    from eventstudy.request import again, read_result
    from eventstudy.study.differences import count, differences, reasons

    told = read_result(result)
    files = {"prices": prices, "abnormal": abnormal, "factors": factors, "shares": shares, "registry": registry}
    files |= {"benchmark_portfolios": benchmark_portfolios, "assign": assign}
    words = {name: value for name, value in said.items() if value is not None}
    now = again(told, **files, **words, progress=progress(quiet)).to_dict()
    moved, why = differences(told, now), reasons(told, now)
    same_prices = told["provenance"]["prices_sha256"] == now["provenance"]["prices_sha256"]
    if form == "json":
        found = {
            "schema": "eventstudy.rerun/1",
            "same": not moved,
            "same_prices": same_prices,
            "figures": count(told),
            "reasons": [str(reason) for reason in why],
            "differences": [one.to_dict() for one in moved],
        }
        put(json_text(found), output)
    elif moved or not quiet:
        put(_lines(moved, [str(reason) for reason in why], count(told), same_prices, verbose=verbose), output)
    ctx.exit(4 if moved else 0)


def _lines(moved: list[Difference], why: list[str], n: int, same_prices: bool, *, verbose: bool) -> str:
    prices = "the same prices (by their hash)" if same_prices else "other prices (by their hash)"
    if not moved:
        return "\n".join([f"All {n} figures are the same, from {prices}.", *(f"  {reason}" for reason in why)])
    shown = moved if verbose else moved[:_SHOWN]
    rows = [["figure", "was", "is"], *([" ".join(d.name), _plain(d.before), _plain(d.after)] for d in shown)]
    more = f"\nand {len(moved) - len(shown)} more: --verbose" if len(shown) < len(moved) else ""
    told = [f"{len(moved)} of {n} figures differ, from {prices}.", *(f"  why: {reason}" for reason in why)]
    if not why:
        told.append("  why: nothing that the two results say of what went in is different")
    return "\n".join([*told, "", columns(rows) + more])


def _plain(value: Any) -> str:
    return "–" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)
