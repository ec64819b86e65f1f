"""What a firm was worth before a day: its last close times its shares outstanding."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.language.messages import Exclusion, Message
from eventstudy.panel.align import Panel
from eventstudy.panel.volume import UNDATED, over_splits
from eventstudy.prices import PriceTable, in_whole_units


class Worth(NamedTuple):
    """The last close of a firm before a day, and how many shares there were."""

    session: pd.Timestamp
    close: float
    """Adjusted for splits."""
    shares: float
    """Adjusted for splits: the last count up to that close."""
    since: pd.Timestamp | None
    """When they were counted; None where that is not said."""
    splits: float
    """What the count was multiplied by for splits after its day."""


def worth_before(
    event_id: str, ticker: str, day: pd.Timestamp, prices: PriceTable, shares: pd.DataFrame
) -> Worth | Exclusion:
    """What a firm was worth at its last close before `day`, or why that is not known; `shares` as `over_splits` has them."""
    closes = prices.close[ticker].dropna() if ticker in prices.tickers else pd.Series(dtype=float)
    closes = closes[closes.index < day]
    if closes.empty:
        return Exclusion.of("NO_PRICES.before", event_id, ticker, ticker=ticker, session=day.date())
    last = closes.index[-1]
    lines = shares[(shares["ticker"] == ticker) & (shares["date"] <= last)].sort_values("date", kind="stable")
    if lines.empty:
        return Exclusion.of("NO_SHARES", event_id, ticker, ticker=ticker, session=last.date())
    line = lines.iloc[-1]
    since = None if line["date"] == UNDATED else pd.Timestamp(line["date"])
    return Worth(last, float(closes.iloc[-1]), float(line["shares"]), since, float(line["splits"]))


def with_worth(panel: Panel, prices: PriceTable, shares: pd.DataFrame) -> tuple[Panel, list[Message]]:
    """The panel with what each firm was worth before its event window, and when its shares were counted, in words.

    Pairs of which that is not known are moved to `excluded`.

    Raises:
        InvalidRequest: the closes are in several currencies, or there are none.
    """
    if prices.of_returns(pair.ticker for pair in panel.pairs):
        raise InvalidRequest(
            Sentence("firms are to be weighted by their value, and the file holds returns, no prices"),
            hint=Sentence("give the table of events a column weight"),
        )
    prices = in_whole_units(prices)
    currencies = {c for pair in panel.pairs if (c := prices.info[pair.ticker].currency)}
    if len(currencies) > 1:
        raise InvalidRequest(
            Sentence("firms are to be weighted by their value, and their prices are in several currencies"),
            available=", ".join(sorted(currencies)),
            hint=Sentence("--currency USD puts all in one"),
        )
    counted, block = over_splits(shares, prices), panel.block
    first = block.sessions[block.design, block.event_columns.start]
    found = [
        worth_before(p.event_id, p.ticker, pd.Timestamp(day), prices, counted)
        for p, day in zip(panel.pairs, first, strict=True)
    ]
    lacking = [f for f in found if isinstance(f, Exclusion)]
    kept = np.flatnonzero([isinstance(f, Worth) for f in found]).astype(np.int64)
    known = [f for f in found if isinstance(f, Worth)]
    panel = replace(panel.take(kept), excluded=(*panel.excluded, *lacking))
    dates = sorted(w.since.date() for w in known if w.since is not None)
    told = [Message.of("SHARES_COUNTED", first=dates[0], last=dates[-1])] if dates else []
    told += [Message.of("SHARES_COUNTED.undated")] if len(dates) < len(known) else []
    return replace(panel, worth=np.array([w.close * w.shares for w in known])), told
