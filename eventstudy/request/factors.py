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
from eventstudy.models import model_of
from eventstudy.prices import FactorSource, factors_of_frame, read_factors
from eventstudy.study.study import needs_factors, with_its_market


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
        return with_its_market(factors_of_frame(given, unit, monthly=monthly), config)
    if str(given) != "ken_french" or os.path.exists(given):
        return with_its_market(read_factors(given, unit, monthly=monthly), config)
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
