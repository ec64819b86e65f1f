"""Groups and their differences as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from eventstudy.screens import heading
from eventstudy.sentences import p_text, percent
from eventstudy.text import columns, wrapped

if TYPE_CHECKING:
    from eventstudy.investigate.spillover import FirmAnswer, Spill, Spillover, Verdict


def text(found: Spillover, *, verbose: bool = False) -> str:
    """The groups by window; of the first window (`verbose`: of all) the differences, who gained and who lost, in words."""
    return "\n".join(_lines(found, verbose))


def _lines(found: Spillover, verbose: bool) -> Iterator[str]:
    yield from heading(found.result)
    for spill in found.windows if verbose else found.windows[:1]:
        yield from ("", *wrapped(spill.sentence), "")
        yield columns([_HEAD, *_rows(spill)], (2, 3, 4, 5, 6))
        if not spill.instead:
            yield from _firms("lost", spill.lost)
            yield from _firms("gained", spill.gained)
    rest = [] if verbose or not found.result.believable else found.windows[1:]
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
    interval = f"{percent(answer.low)} .. {percent(answer.high)}"
    return [percent(answer.car), interval, f"{answer.t:+.2f}", p_text(answer.p_adjusted), p_text(answer.p_ranks)]


def _firms(word: str, firms: tuple[FirmAnswer, ...]) -> Iterator[str]:
    told = ", ".join(f"{firm.ticker} {percent(firm.car)}" for firm in firms)
    yield from wrapped(f"{word}, each by itself (Holm over all firms): {told or 'none'}")
