"""Sums of parts are those of the whole: by the standard library, and by counting."""

from __future__ import annotations

import math
import statistics
from dataclasses import fields, is_dataclass
from operator import attrgetter
from typing import Any

import numpy as np
import pytest
from eventstudy.config import StudyConfig
from eventstudy.engine.correlation import DateTables
from eventstudy.engine.plan import plan_of
from eventstudy.engine.totals import (
    Moments,
    NearSums,
    Stratum,
    Totals,
    below_together,
    car_sums,
    day_sums,
    near_together,
    rank_sums,
)
from eventstudy.inference import Pairs
from eventstudy.panel.block import Ints
from eventstudy.study.study import EventStudy
from eventstudy.units.windows import Window
from scipy.stats import rankdata

from tests.oracles.designs import fitted, made_up
from tests.worlds import many

WINDOWS = [Window(0, 0), Window(-1, 1)]
INSTANCES = tuple((i, 80 + 3 * (i % 4)) for i in range(9))


def test_estimation_days_are_few_below_the_number_that_the_frequency_names() -> None:
    plan = plan_of(StudyConfig(estimation_window=Window(-160, -11)), portfolios=False)
    assert plan.few(np.array([100, 119, 120, 121, 149, 150])) == (2, 3)


def test_no_pairs_add_up_to_nothing() -> None:
    nobody = fitted(made_up(np.random.default_rng(5), INSTANCES).block()).take(np.empty(0, dtype=np.int64))
    found = day_sums(nobody, np.empty((0, 2)))
    assert (found.n, found.theoretical, *found.student_powers) == (0, 0.0, 0.0, 0.0)


def test_near_days_of_parts_add_up_stratum_by_stratum() -> None:
    def part(scale: float) -> NearSums:
        days, count = scale * np.array([1.0, 2.0, 4.0]), np.array([3, 5, 7]) * int(scale)
        return NearSums(-20, days[:2], count[:2], days, count, scaled="auto")

    found = near_together([{1: part(1.0)}, {1: part(2.0), 3: part(5.0)}, {3: part(1.0)}])
    assert sorted(found) == [1, 3]
    for stratum, times in ((1, 3), (3, 6)):
        one = found[stratum]
        assert (one.first, one.scaled) == (-20, "auto")
        assert one.ordinary.tolist() == [times, 2 * times]
        assert one.ordinary_n.tolist() == [3 * times, 5 * times]
        assert one.near.tolist() == [times, 2 * times, 4 * times]
        assert one.near_n.tolist() == [3 * times, 5 * times, 7 * times]


def test_moments_of_parts_are_those_of_all_values() -> None:
    """Some parts have no values, or one; the mean and deviation of all are those of the standard library."""
    rng = np.random.default_rng(3)
    values = rng.normal(7.0, 2.0, size=(30, 4)) * [1, 100, 0.01, 3]
    values[[2, 5, 9], 1] = np.nan
    values[1:, 2] = values[2:, 3] = np.nan
    found = Moments.of(values[:0])
    for start, stop in [(0, 1), (1, 4), (4, 4), (4, 13), (13, 30)]:
        found = found + Moments.of(values[start:stop])
    for w in range(4):
        known = [v for v in values[:, w].tolist() if not math.isnan(v)]
        alone = found.at(w)
        assert alone.n.tolist() == [len(known)]
        assert alone.mean == pytest.approx([statistics.fmean(known)], rel=1e-13)
        assert alone.spread == pytest.approx(
            [statistics.stdev(known) if len(known) > 1 else np.nan], rel=1e-12, nan_ok=True
        )


def test_ranks_added_up_are_those_of_scipy_whether_or_not_each_series_has_its_own() -> None:
    """scipy's average ranks: of all days over 1 + their number less a half, of residuals over 2 + their number."""
    made = made_up(np.random.default_rng(5), INSTANCES, missing=0.05)
    alone, ranked = fitted(made.block()), fitted(made.block())
    assert ranked.day_ranks.shape[0] == ranked.estimation_ranks.shape[0] == len(INSTANCES)
    assert (alone.ranked, ranked.ranked) == (False, True)
    days = rankdata(alone.ranked_days, axis=1, nan_policy="omit")
    own = rankdata(alone.standardised, axis=1, nan_policy="omit")
    expected = np.nansum(days / (np.isfinite(days).sum(axis=1, keepdims=True) + 1) - 0.5, axis=0)
    expected_own = np.nansum(own / (np.isfinite(own).sum(axis=1, keepdims=True) + 2), axis=0)
    for returns in (alone, ranked):
        found = rank_sums(returns)
        assert found.days == pytest.approx(expected, rel=1e-11, abs=1e-11)
        assert found.residuals == pytest.approx(expected_own, rel=1e-11, abs=1e-11)


def test_sums_of_all_without_a_few_are_those_of_the_others() -> None:
    """Where few pairs lack a window its sums are those of all without theirs, to rounding; a date that has no other goes."""
    made = many(7, events=180, dates=90)
    alone = made.events[~made.events["date"].duplicated(keep=False)]
    for ticker, date, day in zip(alone["ticker"], alone["date"], (1, 3), strict=False):
        made.prices.loc[made.prices.index[made.prices.index.searchsorted(date) + day], ticker] = np.nan
    windows = [(-5, 5), (-1, 1), (3, 5), (1, 3)]
    study = EventStudy(estimation_window=(-130, -11), event_window=(-5, 5), windows=windows, calendar=None)
    result = study.run(made.events, made.prices)
    some = [pairs for w in result.answers if (pairs := result.sample(w).pairs) and pairs.but]
    assert [pairs.but[1].returns.n for pairs in some if pairs.but] == [1, 2, 2]
    for pairs in some:
        plain = Pairs(pairs.returns, pairs.block, pairs.members, pairs.untraded)
        for name in ("days", "ranks", "near", *map("dates.{}".format, ("keys", "sums", "counts", "squares", "size"))):
            found, expected = (_flat(attrgetter(name)(one)) for one in (pairs, plain))
            assert found == pytest.approx(expected, rel=1e-11, abs=1e-11, nan_ok=True), name
    every = result.sample(Window(-5, 5)).dates.keys
    assert [len(every) - len(pairs.dates.keys) for pairs in some] == [1, 1, 2]


def _stratum(which: Ints) -> Stratum:
    returns = fitted(made_up(np.random.default_rng(5), INSTANCES, missing=0.05).block()).take(which)
    untraded = np.stack([0.01 * (1 + which), 0.002 * which], axis=1)
    bhar = np.stack([0.1 * which, np.where(which % 3 == 0, np.nan, 1.0 * which)], axis=1)
    return Stratum(
        day_sums(returns, untraded), rank_sums(returns), car_sums(returns, WINDOWS, bhar), DateTables.of(returns)
    )


def _flat(value: Any) -> list[float]:
    """All numbers of a record, whatever it is made of."""
    if isinstance(value, str):
        return []
    if is_dataclass(value):
        return [x for f in fields(value) for x in _flat(getattr(value, f.name))]
    return np.asarray(value, dtype=float).ravel().tolist()


def test_parts_of_a_study_add_up() -> None:
    """Pairs in one part or in several leave the same sums; reasons are counted, and the first of each are named."""
    near, far = np.arange(6), np.array([6, 7, 8])
    parts = [
        Totals({3: _stratum(near[:2])}, {"short": 4}, (("short", 9, 50), ("short", 2, 40)), short=1, gaps=2),
        Totals({}, {"short": 1, "flat": 2}, (("flat", 1, 90), ("short", 5, 60)), short=0, gaps=1),
        Totals({1: _stratum(far), 3: _stratum(near[2:])}, {}, (), parameters=2, short=3),
    ]
    found = Totals.combined(parts, most_named=2)
    assert dict(found.problems) == {"short": 5, "flat": 2}
    assert sorted(found.named) == [("flat", 1, 90), ("short", 2, 40), ("short", 5, 60)]
    assert (found.parameters, found.short, found.gaps, found.n) == (2, 4, 3, 9)
    assert Totals.combined([]).parameters == 0
    assert (found.covering(0), found.covering(1), found.covering(2)) == ((1, 3), (3,), ())
    for key, which in ((3, near), (1, far)):
        whole = _stratum(which)
        assert _flat(found.strata[key].days) == pytest.approx(_flat(whole.days), rel=1e-12, abs=1e-12, nan_ok=True)
        assert _flat(found.strata[key].ranks) == pytest.approx(_flat(whole.ranks), rel=1e-12, abs=1e-12)
        assert _flat(found.strata[key].cars) == pytest.approx(_flat(whole.cars), rel=1e-12, abs=1e-12, nan_ok=True)
        assert found.strata[key].dates.n == len(which)
    assert [found.strata[3].cars.at(w).positive.tolist() for w in (0, 1)] == [
        [n] for n in found.strata[3].cars.positive
    ]
    day, both = np.array([1.0, 2.0]), {1: np.array([3.0, 5.0]), 3: np.array([1.0, 1.0])}
    assert {s: v.tolist() for s, v in below_together([{3: day}, both, {}]).items()} == {3: [2.0, 3.0], 1: [3.0, 5.0]}
    dates, first = found.strata[3].dates, np.zeros(1, dtype=np.int64)
    early, late = (dates.take(first, np.array([key])) for key in (4, 9))
    for order in ((early, late), (late, early)):
        assert DateTables.merged(order).keys.tolist() == [4, 9], "dates ascend, whatever the order of the parts"
