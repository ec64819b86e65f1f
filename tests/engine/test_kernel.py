"""What many pairs leave behind against scipy, statsmodels and counting by hand.

Ranks by sorted keys have ties, values too close for the keys and values beyond them.
"""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from eventstudy.engine import least_squares, ranks, runs
from eventstudy.engine.compiled import Task
from scipy.stats import rankdata

from tests.engine.worlds import World, by_numpy

RNG = np.random.default_rng(5)
CASES = {
    "no ties": RNG.normal(size=(40, 60)),
    "some ties": np.where(RNG.random((40, 60)) < 0.03, 0.25, RNG.normal(size=(40, 60))),
    "many ties": np.round(RNG.normal(size=(40, 60)), 1),
    "closer than the keys can tell": RNG.normal(size=(40, 60)) * 1e-7,
    "two that are close, the wrong way round": np.array([[0.5 + 2e-9, 0.1, 0.5 + 1e-9, -0.4]]),
    "two that are close, in order": np.array([[0.5 + 1e-9, 0.1, 0.5 + 2e-9, -0.4]]),
    "beyond the widest key": RNG.standard_t(1, size=(40, 60)) * 20,
    "one above the widest key and one below": np.hstack([RNG.normal(size=(40, 58)), np.tile([11.0, -13.0], (40, 1))]),
    "a row ends as the next begins": np.array([[1.0, 2.0, 3.0], [3.0, 4.0, 5.0]]),
    "tied but for rounding": np.array([[1.0, 1.0 + 1e-15, -1.0, 0.3]]),
    "tied, though they round apart": np.array([[0.4000000000005 + 1e-14, 0.4000000000005 - 1e-14, -1.0, 0.3]]),
    "three tied, though they round apart": np.array([[0.4000000000005 + d for d in (1e-14, 0, -1e-14)] + [0.3]]),
    "many in a small place": RNG.normal(size=(3, 300)) * 1e-4,
}


def ranked(row: np.ndarray) -> np.ndarray:
    """By scipy; neighbours in order that differ by at most 1e-12 are alike."""
    order = np.argsort(row)
    alike = np.cumsum(np.append(0, np.diff(row[order]) > 1e-12))
    return np.asarray(rankdata(alike))[np.argsort(order)]


@pytest.mark.parametrize("case", CASES)
def test_sums_of_ranks_are_those_of_scipy(case: str) -> None:
    values = CASES[case]
    np.testing.assert_allclose(
        ranks.rank_sums(values, np.ones(len(values))), np.sum([ranked(row) for row in values], axis=0), rtol=1e-13
    )


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("columns", [None, 3000])
def test_weighted_sums_of_ranks_are_those_of_scipy(case: str, columns: int | None) -> None:
    """Pairs that lack days; with so many columns a key has few bits left for the value."""
    values = CASES[case] if columns is None else np.resize(CASES[case], (6, columns)) + 1e-4 * RNG.normal(size=columns)
    there = RNG.random(values.shape) > 0.1
    there[:, :2] = True
    weight = RNG.uniform(0.5, 1.5, len(values))
    wanted = np.zeros(values.shape[1])
    for row, known, w in zip(values, there, weight, strict=True):
        wanted[known] += w * ranked(row[known])
    found = ranks.rank_sums(np.where(there, values, np.nan), weight)
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


def test_a_day_beyond_the_widest_key_is_no_missing_day() -> None:
    """With so many columns the largest key is the one that stands for missing days, unless values keep below it."""
    values = RNG.permutation(np.linspace(-3, 3, 3000))[None]  # no two have equal keys
    values[0, -1], values[0, 5] = 100.0, np.nan
    found = ranks.rank_sums(values, np.ones(1))
    assert found[-1] == 2999
    assert found[5] == 0


def test_days_above_a_place_count_one_and_those_tied_with_it_one_half() -> None:
    """Days beside a place by nothing, by less and by more than what ties."""
    beside = np.array([0.0, 5e-13, -5e-13, 2e-12, -2e-12, 3.0, np.nan])
    found = ranks.part_below(np.zeros((1, 1)), beside[None])
    assert found.tolist() == [[0.5, 0.5, 0.5, 1.0, 0.0, 1.0, 0.0]]


@pytest.mark.parametrize("lengths", [(1,), (2, 3, 6, 21), (1, 4, 5, 17, 41), (41,), (7, 60)])
def test_runs_are_counted_as_one_would_by_hand(lengths: tuple[int, ...]) -> None:
    values = np.round(RNG.normal(size=(9, 50)), 1)  # sums of zero are not above it
    expected = [
        [sum(row[t : t + length].sum() > 1e-12 for t in range(50 - length + 1)) / max(51 - length, 1) for row in values]
        for length in lengths
    ]
    found = np.nan_to_num(runs.shares_of_runs(values, lengths))
    np.testing.assert_allclose(found.T, expected, rtol=1e-13)


@pytest.mark.parametrize("extreme", [1.0, 40.0])
def test_studentised_residuals_and_date_sums_are_those_of_statsmodels(extreme: float) -> None:
    rng = np.random.default_rng(8)
    days, event, bounds = 60, 4, np.array([0, 6, 11])
    x = np.concatenate([np.ones((2, days + event, 1)), rng.normal(0, 0.01, (2, days + event, 2))], axis=2)
    y = rng.standard_t(4, (11, days + event)) * 0.02
    y[3, 17] *= extreme
    task = Task(days, event, ((0, 1), (1, 4)), (1, 3), intercept=True, prediction_error=True)
    found = by_numpy(World(y[:, :days], y[:, days:], bounds, x, task), np.ones(2))
    student, scaled, residuals, ar = (
        np.empty((11, days)),
        np.empty((11, days)),
        np.empty((11, days)),
        np.empty((11, event)),
    )
    for i in range(11):
        own = x[int(i >= 6)]
        fit = sm.OLS(y[i, :days], own[:days]).fit()
        student[i] = fit.get_influence().resid_studentized_external
        residuals[i], ar[i] = fit.resid, y[i, days:] - fit.predict(own[days:])
        scaled[i] = fit.resid / np.sqrt((fit.resid**2).mean())
    expected = {
        "student": student.sum(axis=0),
        "student_squares": (student**2).sum(axis=0),
        "student_powers": [(student**3).sum(), (student**4).sum()],
        "residual": residuals.sum(axis=0),
        "ar": ar.sum(axis=0),
        "dates": [scaled[:6].sum(axis=0), scaled[6:].sum(axis=0)],
        "ranks": (rankdata(np.hstack([residuals, ar]), axis=1) / (days + event + 1) - 0.5).sum(axis=0),
        "car": np.stack([ar[:, 0], ar[:, 1:].sum(axis=1)], axis=1),
    }
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-9, atol=1e-12, err_msg=name)


def test_full_rank_is_judged_by_the_condition_whatever_the_units() -> None:
    """Columns that depend on each other more and more, by numpy; the pivots alone do not tell those near the limit."""
    rng = np.random.default_rng(11)
    smallest = 10.0 ** rng.uniform(-9.5, -6.5, 300)
    left, right = np.linalg.qr(rng.normal(size=(300, 60, 5)))[0], np.linalg.qr(rng.normal(size=(300, 5, 5)))[0]
    scale = np.stack([np.ones(300), np.full(300, 0.5), np.full(300, 0.3), np.full(300, 0.1), smallest], axis=1)
    x = (left * scale[:, None]) @ right
    condition = np.linalg.cond(x / np.sqrt((x**2).sum(axis=1, keepdims=True)))
    assert 50 < (condition > 1e8).sum() < 250
    units = 10.0 ** rng.integers(-3, 4, (300, 1, 5))
    given = np.concatenate([x * units, np.zeros((300, 1, 5))], axis=1)
    _, _, good = least_squares.factorise(given, np.ones((300, 60), bool), np.ones((300, 61)), np.s_[:60], np.s_[60:])
    np.testing.assert_array_equal(good, condition < least_squares.MAX_CONDITION)
    assert [least_squares.full_rank(one) for one in x * units] == good.tolist()
    assert least_squares.MAX_CONDITION == 1e8
