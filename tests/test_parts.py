"""The part of a result that is about one pair says of it what the whole says."""

from __future__ import annotations

from typing import Any

import eventstudy as es
import numpy as np
import pandas as pd
import pytest

TICKERS = ("AAA", "BBB", "CCC")
SESSIONS = pd.bdate_range("2018-01-01", periods=500)
PLACES = {"AAA": 300, "BBB": 360, "CCC": 440}
LATE = {"AAA": 1.0, "BBB": 4.0, "CCC": 0.5}
"""How wild each is from the day after its event window on."""


def prices() -> pd.DataFrame:
    rng = np.random.default_rng(20)
    moves = rng.normal(0, 0.01, (len(SESSIONS), 4))
    for k, ticker in enumerate(TICKERS):
        moves[PLACES[ticker] + 6 : PLACES[ticker] + 20, k] *= LATE[ticker]
    return pd.DataFrame(100 * np.exp(np.cumsum(moves, axis=0)), SESSIONS, [*TICKERS, "MKT"])


def study(dates: dict[str, int], **choices: Any) -> es.StudyResult:
    days = [SESSIONS[dates[t]].date().isoformat() for t in TICKERS]
    return es.run(
        pd.DataFrame({"ticker": TICKERS, "date": days}), prices=prices(), benchmark="MKT", calendar=None, **choices
    )


@pytest.mark.parametrize("dates", [PLACES, dict.fromkeys(TICKERS, PLACES["BBB"])])
def test_days_near_the_window_of_a_part_are_its_own(dates: dict[str, int]) -> None:
    """A part once was judged by the days after the window of the first pair of the whole: no storm, and p of .01 for .1."""
    whole = study(dates)
    raised = []
    for i, ticker in enumerate(TICKERS):
        part = whole[ticker]
        for window, firm in whole.firm_answers.items():
            assert firm.headline[i] == "placebo"
            found = part.test("placebo", (window.start, window.end))
            assert found.p_value == pytest.approx(firm.headline_p[i])
            near, own = part.sample(window).regime, firm.tests["placebo"].regimes
            assert near is not None
            assert own is not None
            assert near.ratio == pytest.approx(own.ratio[i])
            raised.append((ticker, near.used))
    assert ("BBB", True) in raised
    assert ("CCC", False) in raised
