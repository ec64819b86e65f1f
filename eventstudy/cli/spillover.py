"""`eventstudy spillover`: which groups did it touch, and do they differ?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from eventstudy.cli._output import answer, finish, output_options
from eventstudy.cli._study import study, study_options
from eventstudy.text import columns, wrapped

if TYPE_CHECKING:
    from eventstudy.investigate.spillover import FirmAnswer, Spill, Spillover, Verdict


@click.command("spillover")
@study_options
@output_options
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context, /, form: str, output: str | None, quiet: bool, verbose: bool, **options: Any
) -> None:
    """Which groups of firms lost, which gained, and do they differ?

    Each group of the event is judged as one portfolio; a difference between two groups is that of the portfolios, an exact t.
    """
    from eventstudy.investigate.spillover import spillover

    allowed = options["allow_excluded"]
    found = spillover(study(options, quiet=quiet))
    answer(form, output, plain=found.to_dict, rows=found.tidy, lines=lambda: _screen(found, verbose))
    finish(ctx, lacking=found.result.incomplete, allowed=allowed, believable=found.result.believable)


def _screen(found: Spillover, verbose: bool) -> Iterator[str]:
    """The groups by window; of the first window (`verbose`: of all) the differences, who gained and who lost, in words."""
    from eventstudy.screens import heading

    yield from heading(found.result)
    for spill in found.windows if verbose else found.windows[:1]:
        yield from ("", *wrapped(spill.sentence), "")
        yield columns([_HEAD, *_rows(spill)], (2, 3, 4, 5, 6))
        yield from _firms("lost", spill.lost)
        yield from _firms("gained", spill.gained)
    rest = [] if verbose else found.windows[1:]
    yield from ("", *(line for spill in rest for line in wrapped(spill.sentence)))
    yield "p: exact t, by Holm over the groups, or over the differences, of a window; p (ranks): place among ordinary days"
    if found.result.day0_policy != "announced":
        yield "DAY0_CHOSEN: the user chose day 0; no p accounts for that choice"
    if found.doubt:
        yield from wrapped(f"p only describe: {found.doubt}")
    for warned in found.warned:
        yield from wrapped(f"{warned.code} {warned.message}")


_HEAD = ["group", "firms", "mean CAR", "95 % interval", "t", "p", "p (ranks)"]


def _rows(spill: Spill) -> Iterator[list[str]]:
    for group in spill.groups:
        yield [group.name, str(len(group.tickers)), *_cells(group.answer)]
    yield ["difference of means"]
    for difference in spill.differences:
        yield [f"  {difference.one} - {difference.other}", "", *_cells(difference.answer)]


def _cells(answer: Verdict) -> list[str]:
    from eventstudy.sentences import p_text, percent

    interval = f"{percent(answer.low)} .. {percent(answer.high)}"
    return [percent(answer.car), interval, f"{answer.t:+.2f}", p_text(answer.p_adjusted), p_text(answer.p_ranks)]


def _firms(word: str, firms: tuple[FirmAnswer, ...]) -> Iterator[str]:
    from eventstudy.sentences import percent

    told = ", ".join(f"{firm.ticker} {percent(firm.car)}" for firm in firms)
    yield from wrapped(f"{word}, each by itself (Holm over all firms): {told or 'none'}")
