"""Shares outstanding from a source that knows them, as one table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from eventstudy import plugins
from eventstudy.errors import InvalidRequest, Sentence, SymbolUnknown
from eventstudy.text import separated


def load_shares(
    tickers: str | Sequence[str], start: date, end: date, source: str = "yahoo"
) -> tuple[pd.DataFrame, dict[str, SymbolUnknown]]:
    """Shares outstanding (ticker, shares, date) from `start` to `end`, and why some tickers have none.

    Counts are those of their day: splits after it are not in them.

    Raises:
        SourceError: the source does not answer. InvalidRequest: a source that knows no shares.
    """
    asked: Any = plugins.load("sources", source)
    if not hasattr(asked, "shares"):
        raise InvalidRequest(
            Sentence("the source {source} knows no shares outstanding", source=source),
            available=Sentence("yahoo, or a file"),
        )
    frames, missing = [], {}
    for ticker in dict.fromkeys(separated(tickers)):
        try:
            counts = asked.shares(ticker, start, end)
        except SymbolUnknown as error:
            missing[ticker] = error
            continue
        frames.append(pd.DataFrame({"ticker": ticker, "shares": counts.to_numpy(float), "date": counts.index}))
    empty = pd.DataFrame({"ticker": [], "shares": [], "date": pd.to_datetime([])})
    return (pd.concat(frames, ignore_index=True) if frames else empty), missing
