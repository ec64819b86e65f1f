"""Factor returns for a request."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pandas as pd

from eventstudy import plugins
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.language import Phrase
from eventstudy.models import model_of
from eventstudy.prices import FactorSource, factors_of_frame, read_factors
from eventstudy.study.study import needs_factors


def factors_for(
    given: pd.DataFrame | str | Path | None,
    unit: Literal["percent", "decimal"] | None,
    config: StudyConfig,
    last: Callable[[], dt.date] | None = None,
) -> pd.DataFrame | None:
    """The factors that are meant: of a file, a frame, or `ken_french`, which is asked only for a model that needs factors.

    `last`: the day they should reach, worked out only if it is needed.

    Raises:
        SourceError, InvalidFile, InvalidRequest: they cannot be had.
    """
    if given is None:
        return None
    monthly = config.frequency == "monthly"
    if isinstance(given, pd.DataFrame):
        return _with_its_market(factors_of_frame(given, unit, monthly=monthly), config)
    if str(given) != "ken_french" or os.path.exists(given):
        return _with_its_market(read_factors(given, unit, monthly=monthly), config)
    if config.frequency == "weekly":
        raise InvalidRequest(
            Sentence("factors of Ken French's library are of days or months, and the frequency is weekly"),
            hint=Sentence("name a file with one row a week: --factors FILE, or --frequency monthly"),
        )
    source: FactorSource = plugins.load("sources", "ken_french")
    model = model_of(config)
    needed = needs_factors(model)
    if config.model == "factors":
        raise InvalidRequest(
            Sentence("the model factors takes all columns of a file, and ken_french is none"),
            hint=Sentence("say which are meant: --model fama_french3, carhart, fama_french5 or fama_french5_momentum"),
        )
    return source.factors(needed, last() if last else None, monthly=monthly) if needed else None


_MARKETS = ("mkt", "market", "rm", "rmkt", "mkt_ret", "market_return", "vwretd", "sprtrn")
"""Names that do not say whether the risk-free rate is subtracted."""


def _with_its_market(factors: pd.DataFrame, config: StudyConfig) -> pd.DataFrame:
    """The factors, unless a model needs `mkt_rf` and they have a market of which nothing says whether it is that.

    Raises:
        InvalidRequest: they have; the benchmark less `rf` would be taken in its place.
    """
    loose = [name for name in factors.columns if name in _MARKETS]
    needed = () if config.model == "factors" else needs_factors(model_of(config))
    if loose and "mkt_rf" in needed and "mkt_rf" not in factors.columns:
        raise InvalidRequest(
            Phrase("{column!r} may be the return of the market, or that less the risk-free rate", column=loose[0]),
            available=", ".join(map(str, factors.columns)),
            hint=Phrase("call it mkt_rf where rf is subtracted; else leave it out, and the benchmark less rf is taken"),
        )
    return factors
