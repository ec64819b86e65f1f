"""From words to a result: an event id, a date, tickers and options become events, prices and a study.

`run` takes the words of the command `eventstudy run`; `events_of` and `prices_for` are its two halves.
"""

from eventstudy.request.again import again, read_result
from eventstudy.request.dates import last_day, read_dates
from eventstudy.request.events import events_of
from eventstudy.request.factors import factors_for
from eventstudy.request.last_events import history
from eventstudy.request.prices import longer_prices, prices_for
from eventstudy.request.shares import shares_for
from eventstudy.request.study import run, run_aggregate, what_else

__all__ = [
    "again",
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
