"""A benchmark that explains nothing of a firm, or that the firm moves against, is said: one of the two may be misread."""

from __future__ import annotations

from typing import Any

import eventstudy as es
import numpy as np
import pandas as pd
import pytest

from tests.panel.test_flagged import DAY0, DAYS

RNG = np.random.default_rng(2)
MARKET = 0.008 * RNG.standard_normal(len(DAYS))
OWN = 0.015 * RNG.standard_normal(len(DAYS))
SHARE, INDEX = 50 * np.exp(np.cumsum(1.2 * MARKET + OWN)), 400 * np.exp(np.cumsum(MARKET))


def told(share: Any, index: Any) -> tuple[list[str], es.StudyResult]:
    frames = [
        pd.DataFrame({"ticker": ticker, "date": DAYS.astype("datetime64[ns]"), "close": close})
        for ticker, close in (("AAA", share), ("SPY", index))
    ]
    found = es.run(date=DAY0, tickers=("AAA",), benchmark="SPY", prices=pd.concat(frames, ignore_index=True))
    return [str(w.message) for w in found.warned if w.code == "BENCHMARK_UNRELATED"], found


@pytest.mark.parametrize(
    ("share", "index", "said"),
    [
        pytest.param(SHARE, INDEX, "", id="a share beside its market"),
        pytest.param(1e4 / SHARE, INDEX, "AAA moves against SPY", id="quoted the other way round"),
        pytest.param(SHARE[::-1], INDEX, "SPY explains nothing of AAA", id="the last row first"),
        pytest.param(
            SHARE, INDEX * np.where(np.arange(len(DAYS)) % 2, 1.06, 1), "SPY explains nothing", id="two sources"
        ),
    ],
)
def test_it_is_said(share: Any, index: Any, said: str) -> None:
    messages, found = told(share, index)
    assert [m.startswith(said) for m in messages] == ([True] if said else [])
    if said:
        y, x = found.panel.block.returns[0], found.panel.block.columns(("benchmark",))[0, :, 0]
        days = found.panel.block.estimation_columns
        design = np.column_stack([np.ones(days.stop - days.start), x[days]])
        beta, *_ = np.linalg.lstsq(design, y[days], rcond=None)
        errors = y[days] - design @ beta
        se = np.sqrt(errors @ errors / (len(design) - 2) * np.linalg.inv(design.T @ design)[1, 1])
        (warned,) = (w for w in found.warned if w.code == "BENCHMARK_UNRELATED")
        assert warned.params["t"] == pytest.approx(beta[1] / se, rel=1e-9)
        assert warned.severity == "caution"


def test_a_model_without_a_benchmark_says_nothing() -> None:
    frame = pd.DataFrame({"ticker": "AAA", "date": DAYS.astype("datetime64[ns]"), "close": SHARE[::-1]})
    found = es.run(date=DAY0, tickers=("AAA",), benchmark="SPY", prices=frame, model="constant_mean")
    assert "BENCHMARK_UNRELATED" not in {w.code for w in found.warned}
