"""Means over pairs that hang together, their intervals and degrees of freedom, against loops over numbers.

The figures were worked out by scalar code apart from this project, and once more here by `few_pairs`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from eventstudy.engine.abnormal import Around
from eventstudy.engine.correlation import DateTables, InCommon, correlation_of_sums, spread_parts
from eventstudy.engine.totals import CarSums, Comoments, DaySums, Errors, Moments, RankSums
from eventstudy.inference import Correlation, Sample, Significance, Sums
from eventstudy.inference.distributions import critical_t
from eventstudy.inference.parametric import (
    Standardised,
    bmp_adjusted,
    bmp_t,
    caar_t,
    equal_weights,
    patell_guarded,
    spread_over_expected,
)
from eventstudy.inference.placebo import placebo, placebo_sum
from eventstudy.inference.regime import regimes
from eventstudy.panel import Floats
from eventstudy.units.windows import Window

from tests.oracles import few_pairs
from tests.oracles.designs import fitted, made_up, sampled

CAR = (-0.021, -0.0345, 0.012, -0.048, -0.0075)
SE = (0.015, 0.032, 0.021, 0.04, 0.0125)
DAYS = (100, 100, 102, 140, 140)
UPPER = {(0, 1): 0.3, (0, 2): 0.2, (0, 3): 0.1, (0, 4): 0.05, (1, 2): 0.25, (1, 3): 0.15, (1, 4): 0.12}
UPPER |= {(2, 3): 0.08, (2, 4): 0.02, (3, 4): 0.4}
RHO = [[1.0 if i == j else UPPER[min(i, j), max(i, j)] for j in range(5)] for i in range(5)]
DF = 248
CLOSE: dict[str, Any] = {"rel": 1e-9, "abs": 1e-12}


def correlation_of(p: list[list[float]], days: tuple[int, ...]) -> Correlation:
    values, n = np.array(p), len(p)
    common = InCommon.of_matrix(values, np.array(days))
    return correlation_of_sums(float(values.sum() - n), 0.0, n, exact=True, common=common)


def sample(
    car: tuple[float, ...] = CAR,
    se: tuple[float, ...] = SE,
    days: tuple[int, ...] = DAYS,
    p: list[list[float]] | None = None,
    scale: float = 1.0,
) -> Sample:
    """A sample of pairs of which these figures are known."""
    n, own = len(car), np.array(se)[:, None]
    cars, z = np.array(car)[:, None], np.array(car)[:, None] / own
    p = few_pairs.in_common(RHO, days, 3) if p is None else p
    empty, count, days_of_none = np.empty(0), np.empty(0, dtype=np.int64), np.empty((n, 0), dtype="datetime64[D]")
    zero, nothing = np.zeros(1), np.empty((n, 0))
    of_cars = CarSums(
        car=Moments.of(cars),
        scar=Moments.of(z),
        bhar=Moments.of(cars * np.nan),
        unit=zero,
        positive=zero.astype(np.int64),
        negative=zero.astype(np.int64),
        share=zero,
        share_n=zero.astype(np.int64),
        precision=Comoments.of(z, Moments.of(z), 1 / own),
    )
    of_days = DaySums(
        n=n,
        theoretical=n * DF / (DF - 2),
        least_df=DF,
        least_m=250,
        ar=empty,
        ar_n=count,
        residual=empty,
        residual_n=count,
        student=empty,
        student_squares=empty,
        student_powers=empty,
        share=0.0,
        untraded=empty,
    )
    tables = DateTables(
        np.arange(n), days_of_none, nothing, nothing, empty, np.ones(n), nothing, nothing, spread_parts(own)
    )
    sums = Sums(of_days, RankSums(empty, empty), of_cars, tables, spread_parts(own[:, 0]), Window(-5, 5), Errors(), 2)
    return Sample(Window(-1, 1), sums=sums, scale=scale).knowing(correlation=correlation_of(p, days))


def ends(answer: Significance) -> tuple[float, float]:
    assert answer.interval
    return answer.interval


def test_what_five_pairs_of_three_dates_have_in_common() -> None:
    r = sample().correlation
    assert r.mean == pytest.approx(0.085, **CLOSE)
    assert r.inflation(5) == pytest.approx(1.34, **CLOSE)
    assert r.inflation(5) / r.across(5) == pytest.approx(1.28, **CLOSE)
    assert r.across(5) == pytest.approx(1.046875, **CLOSE)


def test_bmp_adjusted_of_five_pairs() -> None:
    answer = bmp_adjusted(sample(), "default")
    assert answer.statistic == pytest.approx(-1.7323530383764842, **CLOSE)
    assert answer.df == pytest.approx(3.6118204641185883, **CLOSE)
    assert answer.p_value == pytest.approx(0.1658949209376629, **CLOSE)
    assert ends(answer) == pytest.approx((-0.081356076657494, 0.010278318462931129), **CLOSE)
    assert Standardised.of(sample()).common_effect == pytest.approx(-0.014795081967213117, **CLOSE)


def test_mean_car_of_five_pairs() -> None:
    answer, found = caar_t(sample(), "default"), equal_weights(sample())
    assert not isinstance(found, str)
    assert answer.df == pytest.approx(3.680717008209393, **CLOSE)
    assert answer.se == pytest.approx(0.011890987618893107, **CLOSE)
    assert answer.statistic == pytest.approx(-1.6651266181238458, **CLOSE)
    assert answer.p_value == pytest.approx(0.17737157469190157, **CLOSE)
    assert ends(answer) == pytest.approx((-0.05397537911823283, 0.01437537911823283), **CLOSE)
    assert (found.apart, found.z) == pytest.approx((-0.005004918032786885, -1.2659541196760549), **CLOSE)


def test_what_stands_between_the_pairs_and_their_tests() -> None:
    """What the figures above are made of; the mean by precision, which no test here takes, by scalar code alone."""
    made, p = sample(), few_pairs.in_common(RHO, DAYS, 3)
    g, gg = made.spreads.T[:2]
    h, hh = g / np.sqrt(gg.sum()), gg / gg.sum()
    by_loops = few_pairs.mean_car(CAR, SE, p)
    assert made.caar == pytest.approx(-0.0198, **CLOSE)
    assert made.common.product(h, h, hh) == pytest.approx(1.2393228665619491, **CLOSE)
    assert bmp_t(made) == pytest.approx(-2.096419806962294, **CLOSE)
    assert by_loops["kappa2"] == pytest.approx(0.8243198656367352, **CLOSE)
    assert by_loops["se"] / math.sqrt(by_loops["kappa2"]) == pytest.approx(0.013096946208945045, **CLOSE)
    assert critical_t(3.680717008209393, 0.05) == pytest.approx(2.8740572451638045, **CLOSE)
    assert critical_t(3.6118204641185883, 0.05) == pytest.approx(2.8981810871961953, **CLOSE)
    assert few_pairs.by_precision(CAR, SE, p) == pytest.approx((-0.012085015848492127, 0.008332607545568742), **CLOSE)


def test_guarded_patell_of_five_pairs() -> None:
    of = Standardised.of(sample())
    assert of.zz / (1 - 0.085) == pytest.approx(0.6833236188942791, **CLOSE)
    _, upper = ends(
        patell_guarded(sample(scale=math.sqrt(1.3)), "default")
    )  # that of the part that is linear in the effect
    assert 2 * of.common_effect - upper == pytest.approx(-0.03797681026514046, **CLOSE)
    answer = patell_guarded(sample(scale=math.sqrt(1.3)), "default")
    assert answer.statistic == pytest.approx(-1.2508915397239124, **CLOSE)
    assert answer.p_value == pytest.approx(0.21097405095080554, **CLOSE)
    assert ends(answer) == pytest.approx((-0.043247071434250196, 0.008386646330714221), **CLOSE)


def test_spread_of_five_pairs_over_the_one_it_should_have() -> None:
    z = [c / s for c, s in zip(CAR, SE, strict=True)]
    p = few_pairs.in_common(RHO, DAYS, 3)
    mean, r = sum(z) / 5, sum(p[i][j] for i in range(5) for j in range(5) if i != j) / 20
    wanted = sum((v - mean) ** 2 for v in z) / 4 / (1 - r) / (DF / (DF - 2))
    assert spread_over_expected(sample()) == pytest.approx(wanted, **CLOSE)


@pytest.mark.parametrize("seed", range(4))
def test_other_pairs_by_loops(seed: int) -> None:
    """N pairs with a factor in common, some on one date."""
    rng = np.random.default_rng(seed)
    n = 4 + seed
    factor = rng.normal(size=(n, 40)) + 0.7 * rng.normal(size=40)
    rho: list[list[float]] = np.corrcoef(factor).tolist()  # type: ignore[assignment]
    days = tuple(np.sort(rng.integers(0, 6, n)).tolist())
    p = few_pairs.in_common(rho, days, 4)
    car, se = tuple(rng.normal(0.03, 0.02, n).tolist()), tuple(rng.uniform(0.01, 0.04, n).tolist())
    made, scale = sample(car, se, days, p, 1.2), 1.2
    centre = few_pairs.common_effect(car, se)
    adjusted, guarded, mean = (t(made, "default") for t in (bmp_adjusted, patell_guarded, caar_t))
    df = min(max(few_pairs.degrees(p, [1 / math.sqrt(n)] * n), 1.0), n - 1)
    assert adjusted.df == pytest.approx(df, **CLOSE)
    assert adjusted.statistic == pytest.approx(few_pairs.bmp_adjusted(car, se, p), **CLOSE)
    critical = few_pairs.student_critical(df)
    by_halving = few_pairs.not_rejected(lambda m: few_pairs.bmp_adjusted(car, se, p, m), critical, centre)
    assert ends(adjusted) == pytest.approx(by_halving, rel=1e-7)
    wanted = few_pairs.mean_car(car, se, p)
    assert (mean.se, mean.df) == pytest.approx((wanted["se"], min(max(wanted["df"], 1.0), n - 1)), **CLOSE)
    found = equal_weights(made)
    assert not isinstance(found, str)
    assert (found.apart, found.z) == pytest.approx((wanted["apart"], wanted["z"]), **CLOSE)
    expected = DF / (DF - 2)
    assert guarded.statistic == pytest.approx(few_pairs.guarded(car, se, p, expected, scale), **CLOSE)
    inside = few_pairs.not_rejected(
        lambda m: few_pairs.guarded(car, se, p, expected, scale, m), 1.959963984540054, centre
    )
    assert ends(guarded) == pytest.approx(inside, rel=1e-9)


@pytest.mark.parametrize("car", [(0.021, 0.0185), (0.031, 0.024, 0.027, 0.029, 0.0255)])
def test_guarded_patell_of_pairs_that_react_alike(car: tuple[float, ...]) -> None:
    """Their spread is below the one it should have, which then counts, and sets both ends: of two pairs, and of five."""
    se, n, scale = (0.02, 0.025, 0.015, 0.03, 0.018)[: len(car)], len(car), 1.3
    p = few_pairs.in_common([row[:n] for row in RHO[:n]], DAYS[:n], 3)
    answer = patell_guarded(sample(car, se, DAYS[:n], p, scale), "default")
    assert answer.statistic == pytest.approx(few_pairs.guarded(car, se, p, DF / (DF - 2), scale), **CLOSE)
    inside = few_pairs.not_rejected(
        lambda m: few_pairs.guarded(car, se, p, DF / (DF - 2), scale, m),
        1.959963984540054,
        few_pairs.common_effect(car, se),
    )
    assert ends(answer) == pytest.approx(inside, rel=1e-9)


def test_p_and_interval_never_contradict() -> None:
    """Zero lies inside as often as p is at least 5 %, one by one."""
    rng = np.random.default_rng(7)
    inside = rejected = 0
    for _ in range(400):
        n = int(rng.integers(2, 9))
        days = tuple(rng.integers(0, 4, n).tolist())
        rho: list[list[float]] = np.corrcoef(rng.normal(size=(n, 30)) + rng.normal(size=30)).tolist()  # type: ignore[assignment]
        p = few_pairs.in_common(rho, days, 3)
        made = sample(tuple(rng.normal(0.03, 0.03, n)), tuple(rng.uniform(0.01, 0.04, n)), days, p, 1.1)
        for test in (bmp_adjusted, patell_guarded, caar_t):
            answer = test(made, "default")
            if answer.interval:
                low, high = answer.interval
                assert (low <= 0 <= high) == (answer.p_value >= 0.05)
                inside, rejected = inside + (low <= 0 <= high), rejected + (answer.p_value < 0.05)
    assert min(inside, rejected) > 100


def test_pairs_that_react_by_their_risk_have_no_bounds_for_one_effect() -> None:
    """Two pairs, one calm and one wild, at odds: there is no effect that the test rejects."""
    p = [[1.0, 0.0], [0.0, 1.0]]
    assert bmp_adjusted(sample((0.02, -0.05), (0.01, 0.05), (0, 9), p), "default").interval is None


def test_equal_errors_and_correlations_leave_one_test() -> None:
    """With one s for all and one rho for all pairs the mean CAR is judged as by `bmp_adjusted`, with N - 1 df."""
    p = [[1.0 if i == j else 0.3 for j in range(5)] for i in range(5)]
    made = sample(CAR, (0.02,) * 5, (7,) * 5, p)
    one, other = bmp_adjusted(made, "default"), caar_t(made, "default")
    assert (one.df, other.df) == (4, 4)
    assert one.statistic == pytest.approx(other.statistic, rel=1e-12)
    assert ends(one) == pytest.approx(ends(other), rel=1e-10)


def test_same_abnormal_returns_have_no_spread_around_one_effect() -> None:
    assert np.isnan(caar_t(sample((0.02,) * 5), "default").p_value)
    one = [[1.0] * 5 for _ in range(5)]
    assert np.isnan(bmp_adjusted(sample(p=one, days=(3,) * 5), "default").p_value)


def test_two_pairs_are_enough_for_a_mean_car() -> None:
    p = [[1.0, 0.0], [0.0, 1.0]]
    wanted = few_pairs.mean_car((0.02, -0.01), (0.02, 0.03), p)
    answer = caar_t(sample((0.02, -0.01), (0.02, 0.03), (0, 90), p), "default")
    assert answer.statistic == pytest.approx(0.005 / wanted["se"], **CLOSE)


def test_least_variance_of_a_sum() -> None:
    """Two pairs that are each other's mirror nearly cancel: the sum has a thousandth of the variances at least."""
    p = [[1.0, -0.9999], [-0.9999, 1.0]]
    found = equal_weights(sample((0.02, 0.01), (0.02, 0.02), (0, 0), p))
    assert not isinstance(found, str)
    k2 = 2 * 0.25**2 / (2 - (1 - 0.9999))  # z = 1 and .5, each .25 from their mean
    assert found.se == pytest.approx(math.sqrt(k2 * 1e-3 * 2 * 0.02**2) / 2, rel=1e-9)


def test_pairs_with_nearly_nothing_of_their_own() -> None:
    """R = .98: what pairs have of their own counts as .05."""
    p = [[1.0 if i == j else 0.98 for j in range(3)] for i in range(3)]
    car, se = (0.03, 0.05, -0.02), (0.01, 0.02, 0.01)
    answer = patell_guarded(sample(car, se, (0, 0, 0), p), "default")
    assert answer.statistic == pytest.approx(few_pairs.guarded(car, se, p, DF / (DF - 2), 1.0), **CLOSE)


def test_dates_of_several_pairs_are_their_pairs_one_by_one() -> None:
    """Three dates of 2, 1 and 3 pairs: sums by date against the matrix they stand for."""
    rng = np.random.default_rng(3)
    size, date = np.array([2.0, 1.0, 3.0]), np.array([0, 0, 1, 2, 2, 2])
    blocks = InCommon(
        size,
        np.array([0, 0, 2, 0]),
        np.array([0, 1, 2, 2]),
        np.array([0.3, 0.2, 0.4, -0.1]),
        np.array([True, False, True, False]),
    )
    values = np.array([[0.3, 0.2, -0.1], [0.2, 0.0, 0.0], [-0.1, 0.0, 0.4]])[np.ix_(date, date)]
    np.fill_diagonal(values, 1.0)
    x, y = rng.normal(size=(2, 6))

    def by_date(v: Floats) -> Floats:
        return np.bincount(date, v).astype(float)

    assert blocks.product(by_date(x), by_date(y), by_date(x * y)) == pytest.approx(x @ values @ y, **CLOSE)
    assert blocks.along(by_date(x), by_date(x**2)).length == pytest.approx((values @ x) @ (values @ x), **CLOSE)
    assert blocks.squared == pytest.approx((values**2).sum(), **CLOSE)
    assert blocks.of_one_day == pytest.approx(2 * 0.3 + 6 * 0.4, **CLOSE)
    h = x / np.sqrt(x @ x)
    assert blocks.along(by_date(h), by_date(h**2)).product == pytest.approx(h @ values @ h, **CLOSE)
    assert blocks.df(blocks.along(by_date(h), by_date(h**2))) == pytest.approx(
        few_pairs.degrees(values.tolist(), h.tolist()), **CLOSE
    )
    across = InCommon(np.array([2.0, 3.0]), np.array([0]), np.array([1]), np.array([0.3]), np.array([True]))
    assert across.of_one_day == pytest.approx(2 * 6 * 0.3, **CLOSE)
    one = InCommon.of_matrix(np.ones((4, 4)), np.zeros(4, dtype=int))
    assert one.df(one.along(np.full(4, 0.5), np.full(4, 0.25))) == 1
    assert Correlation(0.3, 0.1).df(7) == 6
    nothing = InCommon.nothing(size)
    assert nothing.df(nothing.along(size / np.sqrt(6), size / 6)) == 5
    assert nothing.product(by_date(x), by_date(y), by_date(x * y)) == pytest.approx(x @ y, **CLOSE)


@pytest.mark.parametrize("window", [(0, 0), (-1, 1)])
def test_placebo_sum_against_all_sums(window: tuple[int, int]) -> None:
    """Two events, sixty ordinary days each: every two of their placebo statistics, with all signs."""
    made = made_up(np.random.default_rng(8), ((0, 100), (1, 180)), missing=0.0)
    made.returns[1:] += 0.6 * made.returns[:-1]
    made.market[1:] += 0.6 * made.market[:-1]
    sample = sampled(made.block(), window)
    answer = placebo_sum(sample, "default")
    own = [placebo(sample.returns.take(np.array([i])), sample.window, 0) for i in range(2)]
    assert answer.statistic == pytest.approx(sum(float(one.statistic[0]) for one in own), rel=1e-12)
    assert answer.least == pytest.approx(1 / (sample.draws + 1), rel=1e-12)
    assert answer.interval is not None
    assert window == (0, 0) or all(o.kappa is not None and o.kappa[0] > 1.2 for o in own)
    per_effect = sum(1 / (sample.cumulated.se * np.sqrt([float(o.kappa[0]) for o in own if o.kappa is not None])))
    assert np.mean(answer.interval) == pytest.approx(answer.statistic / per_effect, rel=1e-9)
    if window == (0, 0):
        days = sample.returns.studentised
        sums = np.array([a + sign * b for a in days[0] for b in days[1] for sign in (-1, 1)])
        reached = float((np.abs(sums) >= abs(answer.statistic)).mean())
        assert answer.p_value == pytest.approx(reached, abs=0.015)
    assert (answer.interval[0] <= 0 <= answer.interval[1]) == (answer.p_value >= 0.05)


def test_placebo_sum_on_the_scale_of_near_days() -> None:
    """The days near the first event move three times as much: drawn once more, each over the scale of an ordinary day."""
    panel = made_up(np.random.default_rng(10), ((0, 90), (1, 170)), missing=0.0, event=(-10, 15))
    panel.returns[80:106, 0] *= 3
    wide, narrow = (fitted(replace(panel, event=Window(*event)).block()) for event in ((-10, 15), (-5, 5)))
    around = Around(-10, lambda: (wide.ar, wide.unit_variance), np.arange(2), np.zeros((2, 86), dtype=bool))
    sample = Sample.of(replace(narrow, around=around), Window(0, 0))
    answer, near = placebo_sum(sample, "default"), regimes(sample.returns, sample.window)
    assert near is not None
    assert near.used[0]
    scale = np.where(near.used, near.ratio, 1.0)
    assert answer.statistic == pytest.approx(float((sample.cumulated.scar / scale).sum()), rel=1e-12)
    rng, total = np.random.default_rng(11), np.zeros(200_000)
    for i, days in enumerate(sample.returns.studentised):
        drawn = rng.choice(days, len(total)) * rng.choice((-1, 1), len(total))
        total += drawn / rng.choice(near.ratio[i] * near.scales[i], len(total)) if near.used[i] else drawn
    assert answer.p_value == pytest.approx(float((np.abs(total) >= abs(answer.statistic)).mean()), abs=0.015)
    low, high = ends(answer)
    per_effect = float((1 / (sample.cumulated.se * scale)).sum())
    assert (high - low) / 2 * per_effect == pytest.approx(float(np.quantile(np.abs(total), 0.95)), rel=0.05)


def test_the_interval_of_a_placebo_sum_never_contradicts_its_p() -> None:
    made = made_up(np.random.default_rng(9), ((0, 100), (1, 180), (2, 260)), missing=0.0)
    block = made.block()
    told = []
    for effect in np.linspace(-0.08, 0.08, 9):
        returns = block.returns.copy()
        returns[:, block.event_columns.start - block.event.start] += effect
        answer = placebo_sum(sampled(replace(block, returns=returns), (0, 0)), "default")
        assert answer.interval is not None
        told.append(answer.p_value < 0.05)
        assert (answer.interval[0] <= 0 <= answer.interval[1]) == (not told[-1])
    assert set(told) == {True, False}


def test_dates_with_nothing_in_common_leave_as_many_degrees_of_freedom_as_there_are_pairs_but_one() -> None:
    nothing = InCommon.nothing(np.ones(7))
    assert [len(part) for name, part in vars(nothing).items() if name != "size"] == [0, 0, 0, 0]
    assert nothing.df(nothing.along(np.full(7, 7**-0.5), np.full(7, 1 / 7))) == pytest.approx(6, rel=1e-12)
