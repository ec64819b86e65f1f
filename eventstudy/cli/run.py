"""`eventstudy run`: abnormal returns of an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from eventstudy.cli._command import Choice, command
from eventstudy.cli._output import csv_text, finish, language_option, output_options, put, say
from eventstudy.cli._study import mask_option, prices_are_a_folder, study_options, sums, sums_are_kept, what_else
from eventstudy.errors import NeedsPairs
from eventstudy.text import json_text

if TYPE_CHECKING:
    from eventstudy.analyses.masked import Masked
    from eventstudy.study.aggregate import AggregateResult
    from eventstudy.study.result import StudyResult


@command("run")
@study_options
@mask_option
@click.option(
    "--keep",
    type=Choice(["pairs", "aggregate"]),
    help="Every pair, or sums alone. [default: sums where prices are a folder or a file has over 20,000 events]",
)
@output_options
@language_option()
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context,
    /,
    keep: Any,
    form: str,
    output: str | None,
    quiet: bool,
    verbose: bool,
    lang: str,
    **options: Any,
) -> None:
    """Abnormal returns of an event: was it chance?

    WHAT is an event id (`eventstudy events list`), a registry or event file (.toml, .csv, .xlsx; of many events .parquet), or
    absent when --date and --tickers describe the event. --prices may be a folder of Parquet files, larger than memory.

    \b
    eventstudy run deepseek-r1 --tickers NVDA --day0 recognised
    eventstudy run --date 2025-01-27 --tickers NVDA,AMD --benchmark SPY
    eventstudy run events.xlsx --prices closes.csv --window 0 1
    eventstudy run deepseek-r1 --model fama_french3 --factors ken_french
    eventstudy run deepseek-r1 --format csv --output nvda.csv
    """
    allowed = options["allow_excluded"]
    if many := _sums(options, keep, quiet=quiet):
        put(_many(many, form, verbose=verbose, lang=lang), output)
        finish(ctx, lacking=many.incomplete, allowed=allowed, believable=many.believable)
        return
    found, masked = what_else(options, quiet=quiet)
    result = found.result
    if form == "json":
        put(result.to_json() if masked is None else _with_mask(result.to_dict(), masked), output)
    elif form == "csv":
        put(csv_text(result.tidy().assign(**_belief(result))), output)
    else:
        shown = result.text(verbose=verbose, lang=lang)
        put(shown if masked is None else "\n".join([shown, "", masked.text(verbose=verbose, lang=lang)]), output)
    finish(ctx, lacking=result.incomplete, allowed=allowed, believable=result.believable)


def _sums(options: dict[str, Any], keep: str | None, *, quiet: bool) -> AggregateResult | None:
    """The sums, where they are kept; None: every pair is, since that is asked for, there are few, or sums cannot answer."""
    if keep == "pairs" or (keep is None and not sums_are_kept(options)):
        return None
    try:
        return sums(dict(options), quiet=quiet)
    except NeedsPairs as why:
        if keep or prices_are_a_folder(options):
            raise
        say(f"every pair is kept: {why.what}", quiet=quiet)
        return None


def _belief(result: StudyResult) -> dict[str, list[Any]]:
    """Whether each row of the table can be believed, and the codes of what speaks against it."""
    codes = [" ".join(dict.fromkeys(w.code for w in of_one)) for of_one in result.doubts for _ in result.rel_days]
    return {"believable": [not told for told in codes], "doubts": codes}


def _many(result: AggregateResult, form: str, *, verbose: bool, lang: str) -> str:
    if form == "table":
        return result.text(verbose=verbose, lang=lang)
    return result.to_json() if form == "json" else csv_text(result.windows())


def _with_mask(told: dict[str, Any], masked: Masked) -> str:
    return json_text(told | {"masked": masked.to_dict()})
