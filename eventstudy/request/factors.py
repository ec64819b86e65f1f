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
from eventstudy.errors import InvalidRequest
from eventstudy.models import model_of
from eventstudy.prices import read_factors
from eventstudy.study.study import needs_factors


def factors_for(
    given: pd.DataFrame | str | Path | None,
    unit: Literal["percent", "decimal"] | None,
    config: StudyConfig,
    last: Callable[[], dt.date] | None = None,
) -> pd.DataFrame | None:
    """The factors that are meant: those of a file, or of `ken_french`, which is asked only for a model that needs factors.

    `last`: the day they should reach, worked out only if it is needed.

    Raises:
        SourceError, InvalidFile, InvalidRequest: they cannot be had.
    """
    if given is None or isinstance(given, pd.DataFrame):
        return given
    monthly = config.frequency == "monthly"
    if str(given) != "ken_french" or os.path.exists(given):
        return read_factors(given, unit, monthly=monthly)
    if config.frequency == "weekly":
        raise InvalidRequest(
            "factors of Ken French's library are of days or months, and the frequency is weekly",
            hint="name a file with one row a week: --factors FILE, or --frequency monthly",
        )
    source = plugins.load("sources", "ken_french")
    model = model_of(config)
    needed = needs_factors(model)
    if config.model == "factors":
        raise InvalidRequest(
            "the model factors takes all columns of a file, and ken_french is none",
            hint="say which are meant: --model fama_french3, carhart, fama_french5 or fama_french5_momentum",
        )
    found: pd.DataFrame | None = source.factors(needed, last() if last else None, monthly=monthly) if needed else None
    return found
