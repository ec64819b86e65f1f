"""A value of a yield that is mistyped is in doubt, and no leap that fades is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy
from eventstudy.events import single_event
from eventstudy.prices import flags_of_levels

DAYS = pd.bdate_range("2023-01-02", periods=400)
AT = 300
HELD = DAYS.to_numpy("datetime64[D]")


def yields(value: float | None = None) -> pd.Series:
    """Yields of about 3.25 per cent with two digits; that of one day may be another."""
    found = np.round(3.25 + np.random.default_rng(1).normal(0, 0.03, len(DAYS)).cumsum() / 3, 2)
    found[AT - 2 : AT + 2] = 3.25, 3.25, value or 3.26, 3.28
    return pd.Series(found, DAYS)


def told(levels: np.ndarray) -> list[int]:
    return [int(np.searchsorted(HELD, np.datetime64(f.session))) for f in flags_of_levels("X", HELD, levels)]


@pytest.mark.parametrize("value", [32.70, 0.327, 327.0, -3.25])
def test_a_mistyped_yield_is_told(value: float) -> None:
    assert told(yields(value).to_numpy()) == [AT]
    assert told(yields().to_numpy()) == []


def test_two_mistyped_yields_do_not_excuse_each_other() -> None:
    levels = yields(32.70)
    levels.iloc[100] *= 10
    assert told(levels.to_numpy()) == [100, AT]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("days", [2, 3, 5, 10])
def test_a_leap_to_twice_the_level_that_fades_is_not_told(days: int, seed: int) -> None:
    """Of an index such as VIX: it doubles on a day, and comes back by the same part of it on each of some days."""
    log = np.log(16) + np.random.default_rng(seed).normal(0, 0.05, len(DAYS)).cumsum() / 3
    log[AT : AT + days] += np.log(2) * (1 - np.arange(days) / days)
    assert told(np.exp(log)) == []


@pytest.mark.parametrize(("back", "found"), [(0.85, [AT]), (0.75, []), (0.5, [])])
def test_a_leap_of_which_more_than_a_fifth_stays_is_not_told(back: float, found: list[int]) -> None:
    levels = yields().to_numpy(copy=True)
    levels[AT:] += 10.0
    levels[AT + 1 :] -= 10.0 * back
    assert told(levels) == found


def test_dips_that_are_a_habit_of_the_series_are_not_told() -> None:
    """A rate of the money market that dips at each end of a month and comes back on the next day."""
    rate = np.where(np.arange(len(DAYS)) % 21 == 20, 4.6, 5.33) + np.round(
        np.random.default_rng(0).normal(0, 0.006, 400), 2
    )
    assert told(rate) == []


def test_a_study_that_rests_on_it_has_no_finding() -> None:
    table = yields(32.70).rename("DGS2").to_frame()
    study = EventStudy(returns="difference", unit_in="percent", windows=[(0, 0)])
    event = single_event(DAYS[AT].date().isoformat(), ["DGS2"])
    result = study.run(event, table)
    [doubt] = [w for w in result.warned if w.code == "PRICE_SPIKE"]
    back = DAYS[AT + 1].date().isoformat()
    assert doubt.severity == "doubt"
    assert str(doubt.message) == f"{DAYS[AT].date()}: from 3.25 to 32.7, and on {back} back at 3.28"
    assert "No finding for DGS2: the figures rest on levels of DGS2 that look wrong" in " ".join(result.text().split())
    right = EventStudy(returns="difference", unit_in="percent", windows=[(0, 0)], accept=("PRICE_SPIKE:DGS2",))
    assert "No finding" not in right.run(event, table).text()
    assert not [w for w in study.run(event, yields().rename("DGS2").to_frame()).warned if w.severity == "doubt"]
