"""A study with much to say of itself."""

from __future__ import annotations

import eventstudy as es
import pytest
from eventstudy.study.result import StudyResult


@pytest.fixture(scope="session")
def sixteen() -> StudyResult:
    """All tickers of the embedded event, on the day the market took notice."""
    return es.run("deepseek-r1", day0="recognised")
