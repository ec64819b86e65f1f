"""Each code occurs in a test: a warning that nothing provokes can say anything."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from eventstudy.inference import advice
from eventstudy.language.messages import CODES
from eventstudy.panel import Warned
from eventstudy.study.result import StudyResult
from eventstudy.units.windows import Window

from tests.panel.made import DAY0, study
from tests.worlds import SESSIONS, closes

HERE = Path(__file__).parent


def warned(result: StudyResult, code: str) -> list[Warned]:
    return [w for w in result.warned if w.code == code]


def test_each_code_occurs_in_a_test() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in HERE.rglob("test_*.py"))
    named = set(re.findall(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*\b", text))
    assert sorted(CODES.keys() - named) == []


def test_a_close_that_is_dropped_is_told() -> None:
    day = SESSIONS[DAY0 - 30].date()
    [said] = warned(study(closes(), drop_days=(f"AAA={day}",)), "DAY_DROPPED")
    assert said.message == f"the close of {day} is taken for missing, as the user asked"


@pytest.mark.parametrize(("ticker", "code"), [("AAA", "FROZEN_FIRM"), ("MKT", "FROZEN_BENCHMARK")])
def test_a_price_that_stands_still_on_event_days_is_a_doubt(ticker: str, code: str) -> None:
    made = closes()
    still = np.arange(DAY0 - 4, DAY0 + 5)
    made.loc[SESSIONS[still], ticker] = made[ticker].to_numpy()[DAY0 - 4]
    found = warned(study(made), code)
    assert [w.ticker for w in found] == [ticker]
    assert str(SESSIONS[DAY0].date()) in found[0].message


def test_a_peer_that_lacks_a_day_of_the_event_is_not_compared_with() -> None:
    made = closes(tickers=("AAA", "BBB", "CCC"))
    made.loc[SESSIONS[DAY0 + 1], "BBB"] = np.nan
    [said] = warned(study(made, model="peer", peers=("BBB", "CCC")), "PEER_INCOMPLETE")
    assert said.message.startswith("BBB: not compared with, because days around")


@pytest.mark.parametrize(
    ("code", "changes", "words"),
    [
        ("CORRELATION_FLOORED", {"floored": True}, "too negative to be one"),
        ("MANY_FIRMS", {"n": 95, "df": 100}, "95 firms on one date for 100 degrees of freedom"),
        ("LONG_FOR_ESTIMATION", {"length": 61, "m": 100}, "61 sessions judged by 100 estimation days"),
    ],
)
def test_what_the_design_of_a_window_calls_for(code: str, changes: dict[str, Any], words: str) -> None:
    result = study(closes(tickers=("AAA", "BBB")), tickers=("AAA", "BBB"))
    design = result.answers[Window(0, 0)].design
    assert design is not None
    assert code not in {m.code for m in advice.warn_design(design, Window(0, 0))}
    if floored := changes.pop("floored", False):
        changes["correlation"] = replace(design.correlation, floored=floored)
    said = {m.code: m.message for m in advice.warn_design(replace(design, **changes), Window(0, 0))}
    assert words in said[code]
