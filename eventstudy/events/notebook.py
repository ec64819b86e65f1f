"""How events, registries and answers look in a notebook: HTML in which nothing of their text is markup."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from eventstudy.events.event import Event

_ROWS = 30
"""So many rows of a table are shown."""


def event_page(event: Event) -> str:
    """The event as a heading and a table of what is known of it."""
    rows = [("announced", _when(event.announced)), ("recognised", _when(event.recognised))]
    rows += [("why then", event.recognised_reason or ""), ("category", event.category or "")]
    rows += [("benchmark", event.benchmark or "")]
    rows += [(group.name or group.role, ", ".join(group.tickers)) for group in event.group]
    rows += [("claim", claim.text) for claim in event.claim]
    rows += [("notes", event.notes), *(("source", text) for text in event.sources)]
    body = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in rows if text)
    return f"<h4>{escape(event.title)} ({escape(event.id)})</h4><table>{body}</table>"


def registry_page(events: Iterable[Event]) -> str:
    """A row an event: id, dates, title, tickers."""
    head = "".join(f"<th>{name}</th>" for name in ("id", "announced", "recognised", "title", "tickers"))
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in _cells(event))}</tr>" for event in events)
    return f"<table><tr>{head}</tr>{body}</table>"


def answer_page(said: Iterable[str], table: pd.DataFrame) -> str:
    """The sentences of an answer, and the first rows of its table."""
    told = "".join(f"<p>{escape(sentence)}</p>" for sentence in said)
    shown = table.head(_ROWS).to_html(index=False, border=0, na_rep="", float_format=lambda value: f"{value:.4g}")
    more = f"<p>{len(table) - _ROWS} more rows: see tidy().</p>" if len(table) > _ROWS else ""
    return f"{told}{shown}{more}"


def _cells(event: Event) -> tuple[str, ...]:
    return event.id, _when(event.announced), _when(event.recognised), event.title, ", ".join(event.tickers)


def _when(value: date | None) -> str:
    return value.isoformat() if value else ""
