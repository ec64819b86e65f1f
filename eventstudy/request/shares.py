"""How many shares there were, for what is counted in money."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from eventstudy.datasets import shipped
from eventstudy.errors import InvalidRequest, SymbolUnknown
from eventstudy.panel import read_shares
from eventstudy.prices import load_shares
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
            "money needs shares outstanding",
            hint="--shares FILE with columns ticker, shares[, date], or --shares yahoo",
        )
    sessions = result.sessions[result.sessions == result.sessions].astype("datetime64[D]")
    first, last = sessions.min().astype(object), sessions.max().astype(object)
    found, missing = load_shares([p.ticker for p in result.panel.pairs], first - _BEFORE, last)
    return found, list(missing.values())
