"""Tests on clusters of dates against slow scalar code, closed forms, statsmodels and published degrees of freedom."""

from __future__ import annotations

from itertools import combinations, product
from math import fsum, sqrt
from statistics import mean, variance

import numpy as np
import pytest
import scipy.stats
import statsmodels.api as sm
from eventstudy.inference.clusters import (
    WEBB,
    components,
    cr1,
    cr2,
    im_paired,
    im_two_sample,
    of_one_cluster,
    permuted,
    sharing_days,
    votes,
    wald,
    welch,
    wild,
)
from eventstudy.panel import Floats, Ints

Data = tuple[Floats, Ints, Ints]


def made(seed: int, sizes: tuple[tuple[int, int], ...]) -> Data:
    """A cluster for each (pairs of the first kind, of the other), with a common shock."""
    rng = np.random.default_rng(seed)
    y, first, cluster = [], [], []
    for g, (a, b) in enumerate(sizes):
        shock = rng.normal()
        y += (shock + rng.normal(size=a + b)).tolist()
        first += [1] * a + [0] * b
        cluster += [g] * (a + b)
    return np.array(y), np.array(first, dtype=np.int64), np.array(cluster, dtype=np.int64)


PURE = ((3, 0), (1, 0), (5, 0), (2, 0), (0, 4), (0, 1), (0, 2), (0, 2), (0, 6))
FEW = ((3, 0), (2, 0), (5, 0), (0, 4), (0, 1), (0, 2), (0, 3))
BOTH = ((2, 3), (1, 1), (4, 2), (2, 2), (3, 1))
MIXED = ((3, 0), (2, 2), (0, 4), (1, 3), (0, 2), (4, 0), (1, 0))


def means_of(data: Data, kind: int) -> list[float]:
    y, first, cluster = data
    found = []
    for g in sorted(set(cluster.tolist())):
        own = [v for v, f, c in zip(y.tolist(), first.tolist(), cluster.tolist(), strict=True) if c == g and f == kind]
        found += [mean(own)] if own else []
    return found


@pytest.mark.parametrize("seed", range(3))
def test_each_cluster_has_one_vote(seed: int) -> None:
    data = made(seed, PURE)
    a, b = means_of(data, 1), means_of(data, 0)
    found = im_two_sample(*data)
    known = scipy.stats.ttest_ind(a, b, equal_var=False)
    assert found.statistic == pytest.approx(known.statistic, rel=1e-12)
    assert found.df == pytest.approx(known.df, rel=1e-12)
    assert found.p == pytest.approx(known.pvalue, rel=1e-10)
    few = made(seed, FEW)
    a, b = means_of(few, 1), means_of(few, 0)
    se = sqrt(variance(a) / 3 + variance(b) / 4)
    strict = im_two_sample(*few)
    assert strict.df == 2.0
    assert strict.se == pytest.approx(se, rel=1e-12)
    assert strict.p == pytest.approx(2 * scipy.stats.t.sf(abs(mean(a) - mean(b)) / se, 2), rel=1e-10)


def test_clusters_with_both_kinds_are_pairs() -> None:
    data = made(4, BOTH)
    within = [a - b for a, b in zip(means_of(data, 1), means_of(data, 0), strict=True)]
    known = scipy.stats.ttest_1samp(within, 0)
    found = im_paired(*data)
    assert found.statistic == pytest.approx(known.statistic, rel=1e-12)
    assert found.df == 4.0
    assert found.p == pytest.approx(known.pvalue, rel=1e-10)


@pytest.mark.parametrize("sizes", [PURE, MIXED, BOTH], ids=["pure", "mixed", "both"])
def test_cr1_is_that_of_statsmodels(sizes: tuple[tuple[int, int], ...]) -> None:
    y, first, cluster = made(5, sizes)
    fit = sm.OLS(y, sm.add_constant(first.astype(float))).fit(
        cov_type="cluster", cov_kwds={"groups": cluster}, use_t=True
    )
    found = cr1(y, first, cluster)
    assert found.difference == pytest.approx(fit.params[1], rel=1e-12)
    assert found.se == pytest.approx(fit.bse[1], rel=1e-12)
    assert found.p == pytest.approx(fit.pvalues[1], rel=1e-10)


def scalar_cr2(data: Data) -> tuple[float, float, float]:
    """Difference, standard error and degrees of freedom with whole N by N matrices and scalar loops for the sums."""
    y, first, cluster = data
    n = len(y)
    x = np.array([[1.0, float(f)] for f in first])
    inverse = np.linalg.inv(x.T @ x)
    hat = np.eye(n) - x @ inverse @ x.T
    residual = hat @ y
    columns, square = [], []
    for g in sorted(set(cluster.tolist())):
        at = [i for i in range(n) if cluster[i] == g]
        own = hat[np.ix_(at, at)]
        values, vectors = np.linalg.eigh(own)
        root = sum(np.outer(vectors[:, j], vectors[:, j]) / sqrt(v) for j, v in enumerate(values) if v > 1e-10)
        weight = [fsum(inverse[1, k] * x[i, k] for k in (0, 1)) for i in at]
        load = root @ np.array(weight)
        square.append(fsum(load[j] * residual[i] for j, i in enumerate(at)) ** 2)
        columns.append(hat[:, at] @ load)
    omega = [[float(p @ q) for q in columns] for p in columns]
    df = fsum(omega[g][g] for g in range(len(omega))) ** 2 / fsum(v * v for row in omega for v in row)
    return float((inverse @ x.T @ y)[1]), sqrt(fsum(square)), df


@pytest.mark.parametrize("sizes", [PURE, FEW, MIXED, BOTH], ids=["pure", "few", "mixed", "both"])
def test_cr2_and_its_degrees_of_freedom_by_slow_code(sizes: tuple[tuple[int, int], ...]) -> None:
    data = made(6, sizes)
    difference, se, df = scalar_cr2(data)
    found = cr2(*data)
    assert found.difference == pytest.approx(difference, rel=1e-11)
    assert found.se == pytest.approx(se, rel=1e-10)
    assert found.df == pytest.approx(df, rel=1e-10)


@pytest.mark.parametrize(("a", "b", "printed"), [(3, 27, 2.5), (4, 6, None), (10, 10, 18.0)])
def test_single_pairs_have_the_degrees_of_freedom_of_imbens_and_kolesar(a: int, b: int, printed: float | None) -> None:
    """Imbens and Kolesar (2016): (a + b)^2 (a - 1)(b - 1) / (a^2 (a - 1) + b^2 (b - 1)); 2.5 for 3 among 30."""
    data = made(7, ((1, 0),) * a + ((0, 1),) * b)
    found = cr2(*data)
    wanted = (a + b) ** 2 * (a - 1) * (b - 1) / (a**2 * (a - 1) + b**2 * (b - 1))
    assert found.df == pytest.approx(wanted, rel=1e-9)
    if printed:
        assert round(wanted, 1) == printed
    one, other = data[0][data[1] == 1], data[0][data[1] == 0]
    assert found.se == pytest.approx(welch(one, other).se, rel=1e-10)  # HC2 of two groups is Welch's


def test_equal_clusters_make_pair_weights_and_votes_one() -> None:
    data = made(8, ((3, 0),) * 5 + ((0, 3),) * 6)
    assert cr2(*data).difference == pytest.approx(im_two_sample(*data).difference, rel=1e-12)
    assert cr2(*data).se == pytest.approx(im_two_sample(*data).se, rel=1e-10)


def test_permuted_dates_by_listing_every_exchange() -> None:
    data = made(9, FEW)
    a, b = means_of(data, 1), means_of(data, 0)
    pool, own = a + b, abs(scipy.stats.ttest_ind(a, b, equal_var=False).statistic)
    hits = 0
    for chosen in combinations(range(7), 3):
        one = [pool[i] for i in chosen]
        other = [pool[i] for i in range(7) if i not in chosen]
        hits += abs(scipy.stats.ttest_ind(one, other, equal_var=False).statistic) >= own - 1e-9
    found = permuted(*data)
    assert found.p == pytest.approx(hits / 35, rel=1e-12)
    assert found.draws == 0


def test_permuted_dates_of_which_there_are_too_many_are_drawn() -> None:
    data = made(12, ((1, 0),) * 9 + ((0, 2),) * 11)
    a, b = means_of(data, 1), means_of(data, 0)

    def size(one: list[float], other: list[float]) -> float:
        return abs(mean(one) - mean(other)) / sqrt(variance(one) / len(one) + variance(other) / len(other))

    pool, own, hits = a + b, size(a, b), 0
    for places in np.random.default_rng(5).random((9999, 20)).argsort(axis=1).tolist():
        one = [value for value, place in zip(pool, places, strict=True) if place < 9]
        other = [value for value, place in zip(pool, places, strict=True) if place >= 9]
        hits += size(one, other) >= own - 1e-9
    found = permuted(*data, seed=5)
    assert found.p == pytest.approx((1 + hits) / 10_000, rel=1e-12)
    assert 0.01 < found.p < 0.99
    assert found.draws == 9999


@pytest.mark.parametrize("unit", [1.0, 1e6, 1e-6, -1.0])
def test_a_coefficient_rests_on_one_cluster_where_nothing_tells_it_without_that_one(unit: float) -> None:
    """By ranks: a coefficient is told where its unit vector lies among the rows that are left."""
    cluster = np.repeat([0, 1, 2, 3], 5)
    rng = np.random.default_rng(3)
    x = np.column_stack([np.ones(20), cluster == 3, (cluster == 1) * rng.random(20), rng.random(20) * unit])
    told = np.ones(4, dtype=bool)
    for g in range(4):
        rest = x[cluster != g] / [1, 1, 1, unit]
        for k, one in enumerate(np.eye(4)):
            told[k] &= np.linalg.matrix_rank(np.vstack([rest, one])) == np.linalg.matrix_rank(rest)
    assert told.tolist() == [True, False, False, True]
    assert of_one_cluster(x, cluster).tolist() == (~told).tolist()


def test_wild_bootstrap_by_slow_code() -> None:
    """All 6^4 signs of four clusters, one by one: the drawn p is near the exact one."""
    data = made(10, ((3, 0), (1, 2), (0, 4), (2, 0)))
    y, first, cluster = data
    own = abs(cr1(*data).statistic)
    hits = 0
    for weights in product(WEBB.tolist(), repeat=4):
        star = y.mean() + np.array(weights)[cluster] * (y - y.mean())
        hits += abs(cr1(star, first, cluster).statistic) >= own - 1e-9
    exact = hits / 6**4
    found = wild(*data, seed=1)
    assert abs(found.p - exact) < 4 * sqrt(exact * (1 - exact) / 9999) + 1e-4
    assert found.draws == 9999


def test_wald_of_several_levels_by_slow_code() -> None:
    y, _, cluster = made(11, ((4, 0),) * 8)
    level = (cluster % 3).astype(np.int64)
    x = np.eye(3)[level]
    fit = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": cluster, "use_correction": False})
    r = np.array([[-1.0, 1, 0], [-1, 0, 1]])
    known = float(fit.wald_test(r, use_f=False, scalar=True).statistic)
    assert wald(y, level, cluster).statistic == pytest.approx(known, rel=1e-9)


@pytest.mark.parametrize(("n", "levels"), [(8, 3), (4, 2)], ids=["three levels", "ties of few clusters"])
def test_p_of_several_levels_by_every_draw(n: int, levels: int) -> None:
    """Clusters of one level each: the variance of a level's mean is the sum of their squared sums over its size squared."""
    y, _, cluster = made(11, ((4, 0),) * n)
    level, restriction = cluster % levels, np.column_stack([-np.ones(levels - 1), np.eye(levels - 1)])
    sums = np.array([(y - y.mean())[cluster == g].sum() for g in range(n)])
    sizes = np.array([4.0 * (np.arange(n) % levels == k).sum() for k in range(levels)])

    def size(sums: Floats) -> float:
        beta = np.array([sums[k::levels].sum() for k in range(levels)]) / sizes
        spread = [((sums[k::levels] - 4 * beta[k]) ** 2).sum() / sizes[k] ** 2 for k in range(levels)]
        r = restriction @ beta
        return float(r @ np.linalg.solve(restriction @ np.diag(spread) @ restriction.T, r))

    weights = WEBB[np.random.default_rng(4).integers(0, 6, (9999, n))]
    hits = sum(size(w * sums) >= size(sums) * (1 - 1e-9) for w in weights)
    found = wald(y, level.astype(np.int64), cluster, seed=4)
    assert found.statistic == pytest.approx(size(sums), rel=1e-9)
    assert (found.df, found.draws) == (levels - 1.0, 9999)
    assert found.p == pytest.approx((1 + hits) / 10_000, rel=1e-12)
    assert 0.01 < found.p < 0.99


def test_levels_that_are_alike_are_so_in_every_draw() -> None:
    y, level = np.tile([1.0, -1.0, 2.0, -2.0], 4), np.repeat([0, 1], 8)
    assert wald(y, level, np.repeat(np.arange(8), 2)).p == 1.0


def test_ties_of_drawn_exchanges_count_and_the_level_of_values_does_not() -> None:
    """Values of two kinds have few statistics: most exchanges have that of the data, or its opposite, once more."""
    _, first, cluster = made(12, ((1, 0),) * 9 + ((0, 1),) * 11)
    y = np.array([0.0] * 6 + [1.0] * 3 + [0.0] * 4 + [1.0] * 7)

    def size(one: list[float], other: list[float]) -> float:
        return abs(mean(one) - mean(other)) / sqrt(variance(one) / len(one) + variance(other) / len(other))

    own, hits = size(y[:9].tolist(), y[9:].tolist()), 0
    for places in np.random.default_rng(5).random((9999, 20)).argsort(axis=1):
        hits += size(y[places < 9].tolist(), y[places >= 9].tolist()) >= own - 1e-9
    for base in (0.0, 1e4):
        assert permuted(y + base, first, cluster, seed=5).p == pytest.approx((1 + hits) / 10_000, rel=1e-12)


def test_a_cluster_without_a_kind_has_no_mean_of_it() -> None:
    one, other = votes(np.array([1.0, 3.0, 5.0, 8.0]), np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2]))
    np.testing.assert_equal(one, [np.nan, 5.0, 8.0])
    np.testing.assert_equal(other, [2.0, np.nan, np.nan])


def test_two_values_of_a_kind_are_the_fewest_of_a_spread() -> None:
    known = scipy.stats.ttest_ind([1.0, 2.0], [4.0, 7.0, 5.0], equal_var=False)
    found = welch(np.array([1.0, 2.0]), np.array([4.0, 7.0, 5.0]))
    assert (found.statistic, found.p) == pytest.approx((known.statistic, known.pvalue), rel=1e-12)
    alone = welch(np.array([1.0]), np.array([4.0, 7.0, 5.0]))
    assert alone.difference == pytest.approx(1 - 16 / 3, rel=1e-12)
    assert np.isnan(alone.p)


def test_two_clusters_are_the_fewest_of_a_spread() -> None:
    """Of pairs within clusters and of clustered errors; one cluster says nothing of either."""
    data = y, first, cluster = made(8, ((2, 3), (3, 1)))
    within = [a - b for a, b in zip(means_of(data, 1), means_of(data, 0), strict=True)]
    assert im_paired(*data).p == pytest.approx(scipy.stats.ttest_1samp(within, 0).pvalue, rel=1e-10)
    fit = sm.OLS(y, sm.add_constant(first.astype(float)))
    known = fit.fit(cov_type="cluster", cov_kwds={"groups": cluster}, use_t=True)
    assert cr1(*data).se == pytest.approx(known.bse[1], rel=1e-10)
    assert np.isnan([im_paired(y, first, 0 * cluster).p, cr1(y, first, 0 * cluster).p]).all()


def test_windows_that_touch_are_one_cluster() -> None:
    first = np.array([10, 0, 12, 30, 5, 31])
    last = np.array([12, 4, 15, 31, 5, 40])
    assert components(first, last).tolist() == [2, 0, 2, 3, 1, 3]


def test_windows_with_days_that_lack_are_those_of_the_others() -> None:
    days = [["2025-01-03", "NaT"], ["NaT", "2025-01-02"], ["2025-01-02", "2025-01-06"], ["2025-01-07", "2025-01-08"]]
    assert sharing_days(np.array(days, dtype="datetime64[D]")).tolist() == [0, 0, 0, 1]
