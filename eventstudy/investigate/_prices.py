"""The prices behind a study."""

from __future__ import annotations

import pandas as pd

from eventstudy.errors import InvalidRequest
from eventstudy.language import Phrase
from eventstudy.prices import PriceTable, load_prices
from eventstudy.results import StudyResult


def all_prices(result: StudyResult) -> PriceTable:
    """The prices that a study was made with; of the embedded sample all there are.

    Raises:
        InvalidRequest: the study does not hold its prices.
    """
    if result.provenance.get("source") == "bundled" and result.config.currency is None:
        until = result.provenance.get("as_of")
        return load_prices(None, None, pd.Timestamp(until).date() if until else None, source="bundled")
    if result.prices is None:
        raise InvalidRequest(Phrase("the study does not hold its prices"), hint="give prices=")
    return result.prices
