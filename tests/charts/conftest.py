"""Studies to draw: the shipped event, and made-up ones with many dates, with gaps, without groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import eventstudy as es
import matplotlib
import numpy as np
import pandas as pd
import pytest
from eventstudy.results import StudyResult


def made_up(
    firms: int, dates: int, holes: tuple[tuple[int, int], ...] = (), **choices: Any
) -> tuple[StudyResult, pd.DataFrame]:
    """A study of `firms` events on `dates` dates, and its prices; `holes` are (firm, day of its event window) without price."""
    rng = np.random.default_rng(7)
    days = pd.bdate_range("2019-01-01", periods=300 + 60 * dates)
    market = rng.normal(0.0004, 0.01, len(days))
    returns = pd.DataFrame({"MKT": market}, index=days)
    events = []
    for i in range(firms):
        day = 290 + 60 * (i % dates)
        own = 0.0002 + (0.6 + 0.05 * i) * market + rng.normal(0, 0.015, len(days))
        own[day] += 0.04
        returns[f"F{i:02d}"] = own
        events.append((f"F{i:02d}", days[day].date().isoformat()))
    prices = 100 * (1 + returns).cumprod()
    for firm, day in holes:
        prices.loc[days[290 + 60 * (firm % dates) + day], f"F{firm:02d}"] = np.nan
    study = es.EventStudy(benchmark="MKT", calendar=None, **choices)
    return study.run(pd.DataFrame(events, columns=["ticker", "date"]), prices), prices


@pytest.fixture(scope="session")
def nvda() -> StudyResult:
    return es.run("deepseek-r1", tickers=["NVDA"], day0="recognised")


@pytest.fixture(scope="session")
def announced() -> StudyResult:
    return es.run("deepseek-r1")


@pytest.fixture(scope="session")
def recognised() -> StudyResult:
    return es.run("deepseek-r1", day0="recognised")


@pytest.fixture(scope="session")
def many_dates() -> StudyResult:
    return made_up(12, 6)[0]


@pytest.fixture(autouse=True)
def _settings_untouched() -> Iterator[None]:
    before = dict(matplotlib.rcParams)
    yield
    assert dict(matplotlib.rcParams) == before
