"""Other news on the days of a study as a JSON object (schema `eventstudy.confounders/1`), and its sentence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from eventstudy.document import warnings_as_dicts
from eventstudy.sentences import listed

if TYPE_CHECKING:
    from eventstudy.investigate.confounders import Confounders, OtherDay

SCHEMA = "eventstudy.confounders/1"
_NAMED = 4
"""Up to so many tickers without known earnings are named."""


def document(found: Confounders) -> dict[str, Any]:
    """All of it as plain values; every figure of the sentence stands there too."""
    looked = {n: list(v) if isinstance(v, tuple) else v for n, v in vars(found.looked).items()}
    return {
        "schema": SCHEMA,
        "events": [{"id": event.id, "title": event.title} for event in found.result.events],
        "event_window": list(found.result.config.event_window),
        "n_days": len({day.rel_day for day in found.days}),
        "n_pairs": found.n_pairs,
        "day0": bool(any(day.rel_day == 0 for day in found.days)),
        "days": _plain(found.days),
        "own_news": _plain(found.own_days),
        "hits": [{**vars(hit), "session": hit.session.isoformat()} for hit in found.hits],
        "looked": looked,
        "sentence": sentence(found),
        "warnings": warnings_as_dicts(found.warned),
    }


def _plain(days: Iterable[OtherDay]) -> list[dict[str, Any]]:
    return [{**vars(day), "session": day.session.isoformat(), "tickers": list(day.tickers)} for day in days]


def sentence(found: Confounders) -> str:
    """How many event days carry other news, whether day 0 is one of them, and what was not known."""
    window = found.result.config.event_window
    if len(found.result.events) > 1:
        told = f"{found.n_pairs} of {found.result.returns.n} pairs have other news on a day of their event window"
        return f"{told}.{_lacking(found)}"
    days = dict.fromkeys(day.rel_day for day in found.days)
    carry = "carry" if len(days) > 1 else "carries"
    told = f"{len(days) or 'None'} of the {window.length} days of the event window {carry} other news"
    on_day0 = list(dict.fromkeys(day.what for day in found.days if day.rel_day == 0))
    told += f"; day 0 is one of them ({'; '.join(on_day0[:3])})" if on_day0 else ""
    return f"{told}.{_lacking(found)}"


def _lacking(found: Confounders) -> str:
    """What was not known, so that nothing of it could be found."""
    lacking = []
    if unknown := found.looked.earnings_unknown:
        more = [*unknown[:_NAMED], *([f"{len(unknown) - _NAMED} more"] if len(unknown) > _NAMED else [])]
        lacking.append(f"earnings of {listed(more)}")
    if not found.looked.actions:
        lacking.append("dividends and splits")
    return f" Not known, so not looked for: {', '.join(lacking)}." if lacking else ""
