"""Factors whose dates are a session off those of the prices: told, and no finding rests on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy, calendars
from eventstudy.panel.dated_factors import _means
from eventstudy.scale.study import run_folder

from tests.scale.panels import by_security

FIRMS = {"XNYS": ["AAA", "BBB", "SPY"], "XTKS": ["7203.T", "6758.T", "SPY"]}


def world(home: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Prices of two firms of an exchange that follow its market, the factors of that market, and an event."""
    days = calendars.sessions(home, pd.Timestamp("2023-01-03").date(), pd.Timestamp("2024-07-31").date())
    rng, index = np.random.default_rng(5), pd.DatetimeIndex(days.astype("datetime64[ns]"), name="session")
    market = rng.normal(0, 0.01, (len(days), 1))
    moved = np.hstack([market + rng.normal(0, 0.012, (len(days), 2)), market])
    firms = FIRMS[home]
    prices = pd.DataFrame(50 * np.exp(moved.cumsum(axis=0)), index, firms)
    factors = pd.DataFrame({"mkt_rf": market[:, 0], "smb": rng.normal(0, 0.005, len(days)), "rf": 0.0001}, index)
    factors["hml"] = rng.normal(0, 0.005, len(days))
    events = pd.DataFrame({"ticker": firms[:2], "date": "2024-05-15", "event_id": ["one", "two"]})
    return prices.iloc[:, :2] if home == "XTKS" else prices, factors, events


def told(home: str, by: int, keep: Any, **choices: Any) -> list[Any]:
    """What is said of factors that stand so many sessions later than they are."""
    prices, factors, events = world(home)
    choices = {"model": "fama_french3"} | choices
    result = EventStudy(windows=[(0, 0)], **choices).run(events, prices, factors=factors.shift(by).dropna(), keep=keep)
    found = [w for w in result.warned if w.code == "SESSION_SHIFT"]
    assert bool(result.withheld()) == any(w.severity == "doubt" for w in found)
    return found


@pytest.mark.parametrize("keep", ["pairs", "aggregate"])
@pytest.mark.parametrize(("by", "words"), [(1, "a session late"), (-1, "a session early")])
def test_factors_a_session_apart_from_the_prices(keep: str, by: int, words: str) -> None:
    assert told("XNYS", 0, keep) == []
    (found,) = told("XNYS", by, keep)
    assert (found.severity, found.ticker) == ("doubt", None)
    assert f"the factor mkt_rf moves as the prices do, {words}" in found.message
    assert told("XNYS", by, keep, model="market") == [], "no figure rests on the factors"
    (right,) = told("XNYS", by, keep, accept=("SESSION_SHIFT",))
    assert right.severity == "caution"


@pytest.mark.parametrize("keep", ["pairs", "aggregate"])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_market_is_known_by_its_moves_whatever_its_name(keep: Any, sign: int) -> None:
    """An index of the user's own, or one of fear that falls as prices rise, beside a factor that nothing is like."""
    prices, factors, events = world("XNYS")
    own = pd.DataFrame({"oil": factors["hml"], "world": sign * factors["mkt_rf"]})
    for by, words in ((0, []), (1, ["a session late"]), (-1, ["a session early"])):
        study = EventStudy(windows=[(0, 0)], model="factors")
        result = study.run(events, prices, factors=own.shift(by).dropna(), keep=keep)
        found = [w.message for w in result.warned if w.code == "SESSION_SHIFT"]
        assert len(found) == len(words)
        assert all(
            f"the factor world moves as the prices do, {word}" in one for one, word in zip(found, words, strict=True)
        )


@pytest.mark.parametrize("keep", ["pairs", "aggregate"])
@pytest.mark.parametrize(("by", "words"), [(3, "3 sessions late"), (-2, "2 sessions early")])
def test_factors_some_sessions_apart_from_the_prices(keep: str, by: int, words: str) -> None:
    (found,) = told("XNYS", by, keep)
    assert words in found.message


@pytest.mark.parametrize("keep", ["pairs", "aggregate"])
def test_factors_in_the_other_order_than_their_dates(keep: Any) -> None:
    prices, factors, events = world("XNYS")
    turned = factors[::-1].set_axis(factors.index)
    result = EventStudy(windows=[(0, 0)], model="fama_french3").run(events, prices, factors=turned, keep=keep)
    (found,) = [w for w in result.warned if w.code == "SESSION_SHIFT"]
    assert "from the last day to the first" in found.message
    assert result.withheld()


def test_factors_a_session_apart_from_the_prices_of_a_folder(tmp_path: Path) -> None:
    prices, factors, events = world("XNYS")
    folder = by_security(prices, tmp_path / "panel", each=1)
    for by, codes in ((0, []), (1, ["SESSION_SHIFT"])):
        study = EventStudy(windows=[(0, 0)], model="fama_french3")
        result = run_folder(study, events, folder, factors=factors.shift(by).dropna())
        assert [w.code for w in result.warned if w.code == "SESSION_SHIFT"] == codes
        assert bool(result.withheld()) == bool(codes)


@pytest.mark.parametrize("keep", ["pairs", "aggregate"])
def test_firms_that_follow_new_york_a_session_later_do_so_by_right(keep: str) -> None:
    """Factors of New York stand before what Tokyo does of them; after it they stand in a file with wrong dates alone."""
    assert told("XTKS", -1, keep) == []
    assert told("XTKS", 0, keep) == []
    assert len(told("XTKS", 1, keep)) == 1


def test_means_of_columns_leave_out_what_lacks() -> None:
    values = np.random.default_rng(7).normal(size=(100, 9))
    values[np.random.default_rng(8).random(values.shape) < 0.3] = np.nan
    np.testing.assert_allclose(_means(values), np.nanmean(values, axis=0), rtol=1e-12)
    values[:, 4] = np.nan
    assert np.isnan(_means(values)).tolist() == [i == 4 for i in range(9)]
