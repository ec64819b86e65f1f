"""Where a benchmark lives, when its name does not say so."""

from __future__ import annotations

import numpy as np

from eventstudy import calendars
from eventstudy.errors import InvalidRequest
from eventstudy.prices import PriceTable


def exchange_beside(benchmark: str, home: str, prices: PriceTable) -> str:
    """The exchange of a benchmark beside a share of exchange `home`.

    A name without a suffix is taken for one of New York, unless its prices say that it lives with the share: on most of the
    sessions of `home` on which New York was closed it has a price, and one that moved. A price that was carried over is none.

    Raises:
        InvalidRequest: a suffix or an index nobody has told us the exchange of.
    """
    usual = calendars.exchange_of(benchmark)
    if calendars.says_where(benchmark) or calendars.code_of(usual) == calendars.code_of(home):
        return usual
    if benchmark not in prices.close.columns:
        return usual
    closes = prices.close[benchmark].dropna()
    if closes.empty:
        return usual
    first, last = closes.index[0].date(), closes.index[-1].date()
    (low, high), (since, until) = calendars.reach(home), calendars.reach(usual)
    first, last = max(first, low, since), min(last, high, until)
    if last < first:
        return usual
    apart = np.setdiff1d(calendars.sessions(home, first, last), calendars.sessions(usual, first, last))
    moved = closes.index[(closes.diff() != 0).to_numpy()].to_numpy("datetime64[D]")
    return home if 2 * np.isin(apart, moved).sum() > len(apart) else usual


def lives_with(benchmark: str, ticker: str, prices: PriceTable) -> bool:
    """Whether a benchmark whose name does not say where it trades is found to live with a share of another country."""
    try:
        home = calendars.exchange_of(ticker)
        beside = exchange_beside(benchmark, home, prices)
        return beside == home and calendars.code_of(home) != calendars.code_of(calendars.exchange_of(benchmark))
    except InvalidRequest:
        return False
