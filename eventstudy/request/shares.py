"""How many shares there were, for what is counted in money."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from eventstudy.config import StudyConfig
from eventstudy.datasets import shipped
from eventstudy.errors import InvalidRequest, Sentence, SymbolUnknown
from eventstudy.events import Event
from eventstudy.panel import read_shares
from eventstudy.prices import PriceTable, load_shares
from eventstudy.study.result import StudyResult

_BEFORE = dt.timedelta(days=550)
"""How far back from the window counts of shares are looked for."""


def shares_for(result: StudyResult, given: str | None) -> tuple[pd.DataFrame, list[SymbolUnknown]]:
    """Shares outstanding of a study: from the file or source that is named, else from where the prices are.

    Also the tickers that the source knows none of.

    Raises:
        InvalidRequest: neither says where they come from.
    """
    sources = set(str(result.provenance["source"]).split("+"))
    if given and given != "yahoo":
        return read_shares(given), []
    if not given and sources == {"bundled"}:
        return read_shares(shipped("shares.csv")), []
    if not given and not sources & {"yahoo", "store"}:
        raise InvalidRequest(
            Sentence("money needs shares outstanding"),
            hint=Sentence("--shares FILE with columns ticker, shares[, date], or --shares yahoo"),
        )
    sessions = result.sessions[result.sessions == result.sessions].astype("datetime64[D]")
    first, last = sessions.min().astype(object), sessions.max().astype(object)
    found, missing = load_shares([p.ticker for p in result.panel.pairs], first - _BEFORE, last)
    return found, list(missing.values())


def counts_shares(choices: Mapping[str, Any]) -> bool:
    """Whether a study with these choices has a use for shares outstanding: for weights by value, or volume."""
    return choices.get("weights") == "value" or choices.get("outcome") == "volume"


def shares_to_study(
    given: pd.DataFrame | str | Path | None, events: Iterable[Event], prices: PriceTable, config: StudyConfig
) -> tuple[pd.DataFrame | None, str]:
    """Shares outstanding that a study is given, or needs for weights by value and can have without a file; and whence.

    `given`: a table, or `yahoo`; None: those that ship, where prices do and no event has a weight of its own.

    Raises:
        SourceError: the source does not answer.
    """
    if isinstance(given, pd.DataFrame):
        return given, "given"
    known = list(events)
    tickers = sorted({t for event in known for t in event.tickers if t in prices.tickers})
    if given is not None:
        days = prices.close.index
        return load_shares(tickers, days[0].date() - _BEFORE, days[-1].date())[0], "yahoo"
    wanted = config.weights == "value" and not any("weight" in event.attributes for event in known)
    if wanted and tickers and all(prices.info[t].source == "bundled" for t in tickers):
        return read_shares(shipped("shares.csv")), "bundled"
    return None, ""
