"""The windows of a study before and after its days with other news are taken out, as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from eventstudy.sentences import p_text, percent
from eventstudy.text import columns, wrapped

if TYPE_CHECKING:
    from eventstudy.investigate.masked import Masked

_SHOWN = 60
"""Up to so many rows are shown in a table for people."""


def text(masked: Masked, *, verbose: bool = False) -> str:
    """The windows before and after, and which days were masked and which were not."""
    return "\n".join(_before_and_after(masked, verbose=verbose))


def _before_and_after(masked: Masked, *, verbose: bool) -> Iterator[str]:
    """The windows that lose a day (`verbose`: all), with all days and without the masked ones, each by the exact t."""
    changed = [row for row in masked.rows if verbose or row.days]
    rows = [["", "window", "CAR", "p", "without", "CAR", "p"]]
    for row in changed if verbose else changed[:_SHOWN]:
        days = ", ".join(f"{day:%m-%d}" for day in row.days[:4]) + (" ..." if len(row.days) > 4 else "")
        cells = [[percent(part.car), p_text(part.p)] for part in (row.before, row.after)]
        name = row.name if row.kind == "group" else f"  {row.name}"
        rows.append([name, str(row.window), *cells[0], days or "no day", *cells[1]])
    yield "before and after days with other news are masked (exact t; groups as one portfolio)"
    if len(rows) > 1:
        yield columns(rows, (2, 3, 5, 6))
    else:
        yield "no window has a day that is masked"
    if len(changed) >= len(rows):
        yield f"... and {len(changed) - len(rows) + 1} more rows (--verbose shows all)"
    for said in masked.kept_day0:
        yield from wrapped(f"day 0 is never masked, although it carries other news: {said}")
    for said in masked.kept_own:
        yield from wrapped(
            "a day on which the event itself was announced or recognised is never masked, although it carries other news: "
            + said
        )
    if masked.estimation_days:
        told = ", ".join(f"{ticker} {n}" for ticker, n in list(masked.estimation_days.items())[:8])
        yield from wrapped(f"estimation days masked as well: {told}")
    for warned in masked.warned:
        yield from wrapped(f"{warned.code} {warned.ticker + ': ' if warned.ticker else ''}{warned.message}")
