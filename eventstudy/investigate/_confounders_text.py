"""Other news as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from eventstudy.screens import heading
from eventstudy.text import columns, wrapped

if TYPE_CHECKING:
    from eventstudy.investigate.confounders import Confounders

_TICKERS = 6
"""Up to so many tickers of a day are named."""


def text(found: Confounders, *, verbose: bool = False) -> str:
    """The sentence, a row a day, kind and piece of news, and what was looked through."""
    lines = [*heading(found.result), "", *wrapped(found.sentence), "", *_days(found, verbose)]
    return "\n".join(lines)


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
