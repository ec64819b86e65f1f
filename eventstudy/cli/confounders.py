"""`eventstudy confounders`: what else happened on the days of a study?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from eventstudy.cli._masked import before_and_after, mask_option
from eventstudy.cli._output import answer, finish, output_options
from eventstudy.cli._study import study_options, what_else
from eventstudy.text import columns, wrapped

if TYPE_CHECKING:
    from eventstudy.investigate.confounders import Confounders

_TICKERS = 6
"""Up to so many tickers of a day are named."""


@click.command("confounders")
@study_options
@mask_option
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context, /, form: str, output: str | None, quiet: bool, verbose: bool, **options: Any
) -> None:
    """What else happened on the days of a study?

    Other events of the registry, earnings, dividends, splits, moves of the whole market and dated news (`--news FILE`), day by
    day. News that names the event is its own: it is shown apart and never masked.
    WHAT is an event id, a registry or event file, or absent when --date and --tickers describe the event.
    """
    from eventstudy.screens import heading

    allowed = options["allow_excluded"]
    found, masked = what_else(options, quiet=quiet)
    answer(
        form,
        output,
        plain=lambda: found.to_dict() | {"masked": masked and masked.to_dict()},
        rows=(masked or found).tidy,
        lines=lambda: [
            *heading(found.result),
            "",
            *wrapped(found.sentence),
            "",
            *_days(found, verbose),
            *(["", *before_and_after(masked, verbose=verbose)] if masked else []),
        ],
    )
    finish(ctx, lacking=found.result.incomplete, allowed=allowed, believable=found.result.believable)


def _days(found: Confounders, verbose: bool) -> Iterator[str]:
    """A row a day, kind and piece of news; `verbose` adds own news of the estimation window."""
    several = len(found.result.events) > 1
    rows = []
    for day in found.days:
        who = "all" if day.everyone else _who(day.tickers)
        event = [day.event_id] if several else []
        rows.append([f"{day.rel_day:+d}" if day.rel_day else "0", str(day.session), *event, day.code, day.what, who])
    yield columns([["day", "session", *(["event"] if several else []), "kind", "what", "tickers"], *rows], (0,))
    for day in found.own_days:
        of = f" ({day.event_id})" if several else ""
        on = f"{day.session} (day {day.rel_day:+d})" if day.rel_day else f"{day.session} (day 0)"
        yield from wrapped(f"news of the event itself on {on}{of}: {day.what}")
    before = [hit for hit in found.hits if hit.part == "estimation"]
    if before and verbose:
        yield ""
        yield columns([[hit.ticker, str(hit.session), hit.code, hit.what] for hit in before])
    elif before:
        yield f"{len(before)} more in the estimation window (--verbose shows them)"
    looked = found.looked
    yield f"looked through: {looked.events} other events of the registry, {looked.news} calendar entries"


def _who(tickers: tuple[str, ...]) -> str:
    return ", ".join(tickers[:_TICKERS]) + (f" and {len(tickers) - _TICKERS} more" if len(tickers) > _TICKERS else "")
