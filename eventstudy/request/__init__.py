"""From words to a result: an event id, a date, tickers and options become events, prices and a study.

`run` takes the words of the command `eventstudy run`; `events_of` and `prices_for` are its two halves. What a command does not
ask for is not imported.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eventstudy.request.bars import bars_for
    from eventstudy.request.dates import last_day, read_dates
    from eventstudy.request.events import events_of
    from eventstudy.request.factors import factors_for
    from eventstudy.request.last_events import history
    from eventstudy.request.prices import longer_prices, prices_for
    from eventstudy.request.repeated import again, read_result
    from eventstudy.request.shares import shares_for
    from eventstudy.request.study import run, run_aggregate, what_else

_HOME = {
    "again": "repeated",
    "bars_for": "bars",
    "events_of": "events",
    "factors_for": "factors",
    "history": "last_events",
    "last_day": "dates",
    "longer_prices": "prices",
    "prices_for": "prices",
    "read_dates": "dates",
    "read_result": "repeated",
    "run": "study",
    "run_aggregate": "study",
    "shares_for": "shares",
    "what_else": "study",
}

__all__ = [
    "again",
    "bars_for",
    "events_of",
    "factors_for",
    "history",
    "last_day",
    "longer_prices",
    "prices_for",
    "read_dates",
    "read_result",
    "run",
    "run_aggregate",
    "shares_for",
    "what_else",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
