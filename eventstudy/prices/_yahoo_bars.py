"""Bars of minutes from Yahoo, within what it keeps: the last 60 days of 5 to 30 minutes, the last 730 of 60."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pandas as pd

from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.prices._bars import MASSIVE_KEY, BarTable, load_bars

_REACH = {5: 60, 15: 60, 30: 60, 60: 730}
"""Width in minutes -> days that Yahoo's bars of it reach back. Those of one minute reach 30, too few for other days."""


def yahoo_bars(tickers: Iterable[str], first: date, last: date, width: int = 5) -> BarTable:
    """Bars of these tickers from Yahoo, as far back as it has them.

    Raises:
        InvalidRequest: a width that Yahoo does not have far enough back, or days before its bars begin.
        SymbolUnknown, SourceDown, SourceMalformed, SourceRateLimited: as their names say.
    """
    from eventstudy.prices import yahoo

    reach = Sentence(
        "5, 15 and 30 minutes: the last 60 days; 60 minutes: the last 730 days; 1 minute: 30 days,"
        " too few for other days"
    )
    if width not in _REACH:
        raise InvalidRequest(
            Sentence("Yahoo's bars of {width} minutes do not reach back far enough for other days", width=width)
            if width == 1
            else Sentence("Yahoo has no bars of {width} minutes", width=width),
            available=reach,
            hint=Sentence("--width 5"),
        )
    oldest = datetime.now(UTC).date() - timedelta(days=_REACH[width] - 1)
    if last < oldest:
        raise InvalidRequest(
            Sentence("Yahoo's bars of {width} minutes begin on {oldest}, after the event", width=width, oldest=oldest),
            available=reach,
            hint=Sentence(
                "name a file of bars: --bars FILE, or --bars massive with a key in {massive_key}",
                massive_key=MASSIVE_KEY,
            ),
        )
    tables = [yahoo.SOURCE.bars(ticker, max(first, oldest), last, width) for ticker in dict.fromkeys(tickers)]
    return load_bars(pd.concat(tables, ignore_index=True), width=width, stamp="start")
