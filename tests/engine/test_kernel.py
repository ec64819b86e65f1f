"""What the kernel leaves behind against scipy, statsmodels and counting by hand.

Ranks by sorted keys have ties, values too close for the keys and values beyond them.
"""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from eventstudy.engine import least_squares, ranks, whole
from scipy.stats import rankdata

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


@pytest.mark.parametrize("event", [0, 2])
@pytest.mark.parametrize("case", CASES)
def test_sums_of_ranks_are_those_of_scipy(case: str, event: int) -> None:
    values = CASES[case]
    unit = ranks.key_unit(values.shape[1])
    left, right = np.split(values * unit, [values.shape[1] - event], axis=1)
    found = ranks.rank_sums(left.copy(), right if event else None, False, lambda rows: values[rows])
    np.testing.assert_allclose(found, sum(map(ranked, values)), rtol=1e-13)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("columns", [None, 3000])
def test_weighted_sums_of_ranks_are_those_of_scipy(case: str, columns: int | None) -> None:
    """Pairs that lack days, in two strata; with so many columns a key has few bits left for the value."""
    values = CASES[case] if columns is None else np.resize(CASES[case], (6, columns)) + 1e-4 * RNG.normal(size=columns)
    there = RNG.random(values.shape) > 0.1
    there[:, :2] = True
    weight, stratum = RNG.uniform(0.5, 1.5, len(values)), np.arange(len(values)) % 2
    of = ranks.Weighted(there, weight, stratum, 2)
    found = ranks.weighted_rank_sums(values * ranks.key_unit(values.shape[1]), of, lambda rows: values[rows])
    wanted = np.zeros((2, values.shape[1]))
    for row, known, w, s in zip(values, there, weight, stratum, strict=True):
        wanted[s, known] += w * ranked(row[known])
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


def test_a_day_beyond_the_widest_key_is_no_missing_day() -> None:
    """With so many columns the largest key is the one that stands for missing days, unless values keep below it."""
    values = RNG.permutation(np.linspace(-3, 3, 3000))[None]  # no two have equal keys
    values[0, -1] = 100.0
    there = np.ones((1, 3000), dtype=bool)
    there[0, 5] = False
    of = ranks.Weighted(there, np.ones(1), np.zeros(1, dtype=np.int64), 1)
    found = ranks.weighted_rank_sums(values * ranks.key_unit(3000), of, lambda rows: values[rows])
    assert found[0, -1] == 2999
    assert found[0, 5] == 0


def test_days_above_a_place_are_told_as_by_the_values_themselves() -> None:
    """Places on a value, beside it by less and by more than what ties, closer than singles can tell, and nowhere."""
    values = RNG.normal(size=(9, 50)) * 0.02
    sigma = np.full(9, 0.02)
    beside = np.array([0.0, 5e-13, -5e-13, 2e-12, -2e-12, 1e-9, -1e-9, 3.0, np.inf]) * 0.02
    places = values[:, 7:8] + beside
    places[2], values[2, 3:9] = 0.0, 0.0
    wanted = np.array(
        [[ranks.part_below(p, row / 0.02) for p in of / 0.02] for of, row in zip(places, values, strict=True)]
    )
    found = ranks.days_above(values.astype(np.float32), places, sigma, lambda row, day: values[row, day])
    for w, (above, row, day, part) in enumerate(found):
        got = above.astype(float)
        got[row, day] += part
        np.testing.assert_array_equal(got, wanted[:, w])
    assert {w for w in range(9) if (wanted[[0, 1], w, 7] == 0.5).all()} == {0, 1, 2}


@pytest.mark.parametrize("lengths", [(1,), (2, 3, 6, 21), (1, 4, 5, 17, 41), (41,), (7, 60)])
def test_runs_are_counted_as_one_would_by_hand(lengths: tuple[int, ...]) -> None:
    values = np.round(RNG.normal(size=(9, 50)), 1)  # sums of zero are not above it
    expected = [
        sum(row[t : t + length].sum() > 1e-12 for row in values for t in range(50 - length + 1)) for length in lengths
    ]
    assert whole._runs(values, lengths).tolist() == expected


@pytest.mark.parametrize("extreme", [1.0, 40.0])
def test_studentised_residuals_and_date_sums_are_those_of_statsmodels(extreme: float) -> None:
    rng = np.random.default_rng(8)
    days, event, bounds = 60, 4, np.array([0, 6, 11])
    x = np.concatenate([np.ones((2, days + event, 1)), rng.normal(0, 0.01, (2, days + event, 2))], axis=2)
    y = rng.standard_t(4, (11, days + event)) * 0.02
    y[3, 17] *= extreme
    task = least_squares.Task(days, event, ((0, 1), (1, 4)), (1, 3), intercept=True, prediction_error=True)
    given, _ = least_squares.designs(x[:, :days], x[:, days:], task)
    found = whole.first(y[:, :days].copy(), y[:, days:].copy(), bounds, given, task)
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
        "ranks": rankdata(np.hstack([residuals, ar]), axis=1).sum(axis=0),
        "car": np.stack([ar[:, 0], ar[:, 1:].sum(axis=1)], axis=1),
    }
    for name, values in expected.items():
        np.testing.assert_allclose(getattr(found, name), values, rtol=1e-9, atol=1e-12, err_msg=name)


def test_full_rank_is_judged_by_the_condition_whatever_the_units() -> None:
    """Columns that depend on each other more and more, by numpy; the pivots alone do not tell those near the limit."""
    rng = np.random.default_rng(11)
    smallest = 10.0 ** rng.uniform(-9.5, -6.5, 300)
    left, right = np.linalg.qr(rng.normal(size=(300, 60, 5)))[0], np.linalg.qr(rng.normal(size=(300, 5, 5)))[0]
    scale = np.stack([np.ones(300), np.full(300, 0.5), np.full(300, 0.3), np.full(300, 0.1), smallest], axis=1)
    x = (left * scale[:, None]) @ right
    condition = np.linalg.cond(x / np.sqrt((x**2).sum(axis=1, keepdims=True)))
    assert 50 < (condition > 1e8).sum() < 250
    task = least_squares.Task(60, 1, ((0, 1),), (1,), intercept=False, prediction_error=True)
    _, good = least_squares.designs(x * 10.0 ** rng.integers(-3, 4, (300, 1, 5)), np.zeros((300, 1, 5)), task)
    np.testing.assert_array_equal(good, condition < least_squares.MAX_CONDITION)
    assert least_squares.MAX_CONDITION == 1e8
