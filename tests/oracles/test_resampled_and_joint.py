"""Tests over pairs against slow loops, scipy and statsmodels: signs, ranks, jackknife, resampling, joint effects, variance."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from math import fsum, sqrt
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from eventstudy.inference import Sample, precision_weighted, romano_wolf
from eventstudy.inference.joint import all_equal, equal_means, restricted
from eventstudy.inference.multiple import adjusted, romano_wolf_of_windows
from eventstudy.inference.parametric import calendar_portfolio, hall
from eventstudy.inference.ranks_and_signs import binomial_tails, two_sided, ways
from eventstudy.inference.resampling import DRAWS, DayBootstrap, adjusted_t
from eventstudy.units.windows import Window
from scipy import stats

from tests.oracles import scalar
from tests.oracles.designs import Panel, ask, fitted, made_up, sampled

TIGHT: dict[str, Any] = {"rtol": 1e-10, "atol": 1e-12}
WINDOWS = [(0, 0), (-1, 1), (-5, 5)]
# Twelve pairs on nine dates; two dates are shared, others lie two to nine days apart.
SPREAD = tuple(zip(range(12), (90, 90, 90, 94, 96, 105, 105, 140, 160, 180, 200, 220), strict=True))
ONE_DATE = tuple((firm, 90) for firm in range(7))
Fits = list[scalar.Fitted]


def panel(seed: int, instances: tuple[tuple[int, int], ...] = SPREAD, missing: float = 0.01) -> Panel:
    return made_up(np.random.default_rng(seed), instances, missing=missing)


def both(made: Panel, window: tuple[int, int]) -> tuple[Sample, Fits]:
    fits = [scalar.fit(one) for one in scalar.instances_of(made, 2)]
    kept = [f for f in fits if scalar.counts(f, window)]
    sample = sampled(made.block(), window)
    assert sample.n == len(kept)
    return sample, kept


# ---- formulas in loops -----------------------------------------------------------------------------------------------


def hall_of(x: list[float]) -> float:
    n, centre, sd = len(x), scalar.mean(x), scalar.sd(x)
    s = centre / sd
    g = n / ((n - 1) * (n - 2)) * fsum((v - centre) ** 3 for v in x) / sd**3
    return sqrt(n) * (s + g * s * s / 3 + g * g * s**3 / 27 + g / (6 * n))


def jackknife_of(x: list[float]) -> float:
    n = len(x)

    def theta(values: list[float]) -> float:
        return scalar.mean(values) / scalar.sd(values)

    jack = [n * theta(x) - (n - 1) * theta(x[:i] + x[i + 1 :]) for i in range(n)]
    return sqrt(n) * scalar.mean(jack) / scalar.sd(jack)


def corrado_zivney(fits: Fits, window: tuple[int, int]) -> float:
    scars = [scalar.scar(f, window) for f in fits]
    rows: list[scalar.Numbers] = [
        [*(None if e is None else e / sqrt(f.s2) for e in f.residual), s / scalar.sd(scars)]
        for f, s in zip(fits, scars, strict=True)
    ]
    return scalar.rank_statistic(rows, [len(rows[0]) - 1])[0]


def corrado_zivney_sign(fits: Fits, window: tuple[int, int]) -> float:
    rows = []
    for f in fits:
        row = [*f.residual, scalar.car(f, window)]
        middle = float(np.median([v for v in row if v is not None]))
        rows.append([None if v is None else (v > middle) - (v < middle) for v in row])
    z = []
    for column in zip(*rows, strict=True):
        known = [v for v in column if v is not None]
        if known:
            z.append(sum(known) / sqrt(len(known)))
    return float(z[-1] / sqrt(fsum(v * v for v in z) / len(z)))


def grank_z(fits: Fits, window: tuple[int, int]) -> float:
    scars = [scalar.scar(f, window) for f in fits]
    total = variance = 0.0
    for f, s in zip(fits, scars, strict=True):
        days = [e / sqrt(f.s2 * (1 - scalar.leverage(f, t))) for t, e in enumerate(f.residual) if e is not None]
        value, t = s / scalar.sd(scars), len(days) + 1
        total += (1 + sum(1 for d in days if d < value)) / (t + 1) - 0.5
        variance += (t - 1) / (12 * (t + 1))
    return total / sqrt(variance)


def beaver(fits: Fits, window: tuple[int, int]) -> float:
    return fsum(scalar.scar(f, window) ** 2 * (f.df - 2) / f.df for f in fits)


def variance_ratio(fits: Fits, window: tuple[int, int]) -> float:
    spread = scalar.sd([scalar.scar(f, window) for f in fits]) ** 2
    return (len(fits) - 1) * spread / scalar.mean([f.df / (f.df - 2) for f in fits])


SIMPLE: dict[tuple[str, str], Callable[[Fits, tuple[int, int]], float]] = {
    ("hall_t", "default"): lambda f, w: hall_of([scalar.car(g, w) for g in f]),
    ("jackknife", "default"): lambda f, w: jackknife_of([scalar.scar(g, w) for g in f]),
    ("corrado_zivney", "default"): corrado_zivney,
    ("corrado_zivney", "sign"): corrado_zivney_sign,
    ("grank_z", "default"): grank_z,
    ("beaver_u", "default"): beaver,
    ("variance_placebo", "chi2"): variance_ratio,
    ("sign", "default"): lambda f, w: (sum(scalar.car(g, w) > 0 for g in f) - len(f) / 2) / (sqrt(len(f)) / 2),
    ("wild_bootstrap", "default"): scalar.bmp,
}


@pytest.mark.parametrize("key", SIMPLE, ids="-".join)
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("seed", [1, 2])
def test_statistic(key: tuple[str, str], window: tuple[int, int], seed: int) -> None:
    if key[0] == "corrado_zivney" and window != (0, 0):
        pytest.skip("one day only")
    sample, fits = both(panel(seed), window)
    np.testing.assert_allclose(ask(key[0], sample, key[1]).statistic, SIMPLE[key](fits, window), **TIGHT)


def test_references_and_degrees_of_freedom() -> None:
    sample, _ = both(panel(1), (0, 0))
    n = sample.n
    for name, variant in [("hall_t", "default"), ("jackknife", "default")]:
        answer = ask(name, sample, variant)
        assert (answer.distribution, answer.df) == ("t", n - 1)
        assert answer.p_value == pytest.approx(2 * stats.t.sf(abs(answer.statistic), n - 1), rel=1e-10)
    for name, variant in [
        ("hall_t", "paper"),
        ("corrado_zivney", "default"),
        ("corrado_zivney", "sign"),
        ("grank_z", "default"),
        ("sign", "paper"),
    ]:
        answer = ask(name, sample, variant)
        assert (answer.distribution, answer.df) == ("normal", None)
        assert answer.p_value == pytest.approx(2 * stats.norm.sf(abs(answer.statistic)), rel=1e-10)
    for name, variant, df in [("beaver_u", "default", n), ("variance_placebo", "chi2", n - 1)]:
        answer = ask(name, sample, variant)
        assert (answer.distribution, answer.df) == ("chi2", df)
        assert answer.p_value == pytest.approx(stats.chi2.sf(answer.statistic, df), rel=1e-10)


def test_a_correction_for_skewness_that_no_longer_follows_the_mean_is_flagged() -> None:
    values = np.r_[np.full(19, -0.01) + 0.0002 * np.arange(19), -0.4]
    _, slope = hall(-values)
    assert slope > 1
    _, slope = hall(np.r_[-np.full(11, 0.02) + 0.0001 * np.arange(11), 0.005])
    assert slope < 0.2
    sample, _ = both(panel(1), (0, 0))
    returns = replace(sample.returns, ar=sample.returns.ar.copy())
    returns.ar[:, 5] = -0.02 + 0.0001 * np.arange(sample.n)
    returns.ar[0, 5] = 0.005
    answer = ask("hall_t", Sample.of(returns, Window(0, 0)))
    assert not answer.valid
    assert np.isfinite(answer.statistic)
    assert "no longer follows the mean" in answer.reasons[0]


# ---- signs and signed ranks: scipy -----------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 6, 7, 30, 100])
def test_binomial(n: int) -> None:
    for up in range(n + 1):
        assert two_sided(binomial_tails(up, n)) == pytest.approx(stats.binomtest(up, n).pvalue, rel=1e-9)
        sides = tuple(stats.binomtest(up, n, alternative=side).pvalue for side in ("greater", "less"))
        assert binomial_tails(up, n) == pytest.approx(sides, rel=1e-9)


def with_cars(values: list[float]) -> Sample:
    """A sample whose day 0 abnormal returns are these."""
    made = panel(3, tuple((i, 80) for i in range(len(values))), missing=0.0)
    returns = fitted(made.block())
    ar = returns.ar.copy()
    ar[:, 5] = values
    return Sample.of(replace(returns, ar=ar), Window(0, 0))


NORMAL: Any = "asymptotic" if "asymptotic" in (stats.wilcoxon.__doc__ or "") else "approx"
"""What SciPy calls the normal approximation, now and in its oldest version that will do."""


@pytest.mark.parametrize("n", [1, 5, 8, 14, 25, 26, 60])
@pytest.mark.parametrize("seed", [4, 5])
def test_wilcoxon(n: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(0.3, 1, n) / 50
    answer = ask("wilcoxon", with_cars(values.tolist()))
    if n <= 25:
        wanted = stats.wilcoxon(values, method="exact", alternative="greater")
        assert (answer.statistic, answer.distribution) == (wanted.statistic, "signed ranks")
        assert answer.p_value == pytest.approx(stats.wilcoxon(values, method="exact").pvalue, rel=1e-10)
    else:
        wanted = stats.wilcoxon(values, method=NORMAL, correction=False)
        assert answer.distribution == "normal"
        assert abs(answer.statistic) == pytest.approx(abs(wanted.zstatistic), rel=1e-10)
        assert answer.p_value == pytest.approx(wanted.pvalue, rel=1e-10)


@pytest.mark.filterwarnings("ignore:Sample size too small")  # of older SciPy
def test_wilcoxon_with_ties_and_zeros() -> None:
    values = [0.01, -0.01, 0.02, 0.0, 0.02, 0.03, -0.04, 0.01, 0.05, 0.0, 0.06]
    answer = ask("wilcoxon", with_cars(values))
    kept = [v for v in values if v]
    wanted = stats.wilcoxon(kept, method=NORMAL, correction=False)
    assert (answer.distribution, answer.n) == ("normal", 11)
    assert answer.statistic == pytest.approx(abs(wanted.zstatistic), rel=1e-10)
    assert answer.p_value == pytest.approx(wanted.pvalue, rel=1e-10)


def test_number_of_ways_to_a_sum_of_ranks() -> None:
    sums = [sum(c) for r in range(7) for c in itertools.combinations(range(1, 7), r)]
    assert ways(6).tolist() == [sums.count(s) for s in range(22)]


# ---- random signs ----------------------------------------------------------------------------------------------------


def by_all_signs(sample: Sample, dates: list[int]) -> float:
    """Every pattern of signs, one a date, and the BMP statistic of each: brute force."""
    known = sorted(set(dates))
    observed, reached, total = abs(_bmp(sample.scar)), 0, 0
    for signs in itertools.product((-1, 1), repeat=len(known)):
        flipped = sample.scar * np.array([signs[known.index(d)] for d in dates])
        total += 1
        reached += abs(_bmp(flipped)) >= observed * (1 - 1e-10)
    return reached / total


def _bmp(x: np.ndarray) -> float:
    return float(math.sqrt(len(x)) * x.mean() / x.std(ddof=1))


@pytest.mark.parametrize("seed", [6, 7, 8])
def test_wild_bootstrap_enumerates_all_signs_of_dates(seed: int) -> None:
    days = [90, 90, 120, 120, 120, 150, 180, 210, 240]
    sample = sampled(panel(seed, tuple(enumerate(days)), 0.0).block(), (0, 1))
    answer = ask("wild_bootstrap", sample)
    assert answer.p_value == pytest.approx(by_all_signs(sample, days), abs=1e-12)
    assert (answer.draws, answer.valid) == (None, True)


def test_wild_bootstrap_of_many_dates_comes_near_the_signs_of_all_of_them() -> None:
    """Thirteen dates are one too many to enumerate: 9,999 draws within four standard errors of all 8,192 patterns."""
    days = [90 + 30 * i for i in range(13)]
    sample = sampled(panel(9, tuple(enumerate(days)), 0.0).block(), (0, 1))
    answer, wanted = ask("wild_bootstrap", sample), by_all_signs(sample, days)
    assert answer.draws == 9999
    assert abs(answer.p_value - wanted) < 4 * sqrt(wanted * (1 - wanted) / 9999)
    assert ask("wild_bootstrap", replace(sample, seed=1)).p_value != answer.p_value
    assert ask("wild_bootstrap", sample).p_value == answer.p_value


@pytest.mark.parametrize(("dates", "reason"), [(1, "1 date cannot"), (5, "5 dates cannot reach 5 %")])
def test_wild_bootstrap_refuses_what_cannot_be_significant(dates: int, reason: str) -> None:
    sample = sampled(panel(10, tuple((i, 90 + 30 * (i % dates)) for i in range(10)), 0.0).block(), (0, 0))
    assert reason in ask("wild_bootstrap", sample).reasons[0]


# ---- joint tests -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("window", WINDOWS)
def test_joint_f_is_the_multivariate_linear_model(window: tuple[int, int]) -> None:
    """Hotelling's trace of a dummy for the window: statsmodels' MANOVA machinery on the stacked regression."""
    made = panel(12, ONE_DATE, 0.0)
    sample = sampled(made.block(), window)
    y = np.vstack([made.returns[20:80], made.returns[90 + window[0] : 91 + window[1]]])
    market = np.r_[made.market[20:80], made.market[90 + window[0] : 91 + window[1]]]
    length = window[1] - window[0] + 1
    dummies = np.vstack([np.zeros((60, length)), np.eye(length)])
    x = np.column_stack([np.ones(len(y)), market, dummies])
    b, _, _, _ = np.linalg.lstsq(x, y, rcond=None)
    error = (y - x @ b).T @ (y - x @ b)
    row = np.r_[0, 0, np.ones(length)]
    effect = np.outer(row @ b, row @ b) / (row @ np.linalg.inv(x.T @ x) @ row)
    trace = np.trace(effect @ np.linalg.inv(error))
    n, df = 7, 58
    answer = ask("joint_f", sample)
    assert answer.statistic == pytest.approx(trace * (df - n + 1) / n, rel=1e-9)
    assert answer.p_value == pytest.approx(stats.f.sf(answer.statistic, n, df - n + 1), rel=1e-10)
    assert answer.df == df - n + 1
    wald = ask("joint_f", sample, "wald")
    assert wald.statistic == pytest.approx(trace * df, rel=1e-9)
    assert wald.p_value == pytest.approx(stats.chi2.sf(trace * df, n), rel=1e-9)


def test_one_restriction_is_the_squared_t_of_a_portfolio() -> None:
    """The mean of three firms against that of four: the t of the difference, run as one security."""
    made = panel(13, ONE_DATE, 0.0)
    sample = sampled(made.block(), (-1, 1))
    members, others = np.array([0, 2, 5]), np.array([1, 3, 4, 6])
    answer = restricted(sample, equal_means(7, members, others))
    spread = made.returns[:, members].mean(axis=1) - made.returns[:, others].mean(axis=1)
    one = fitted(replace(made, returns=spread[:, None], instances=((0, 90),)).block())
    t = Sample.of(one, Window(-1, 1)).scar[0]
    assert answer.statistic == pytest.approx(t**2, rel=1e-9)
    assert answer.p_value == pytest.approx(2 * stats.t.sf(abs(t), 58), rel=1e-9)


def test_equality_of_all_firms_does_not_see_what_they_share() -> None:
    made = panel(14, ONE_DATE, 0.0)
    moved = replace(made, returns=made.returns.copy())
    moved.returns[90] -= 0.08
    before, after = (sampled(m.block(), (0, 0)) for m in (made, moved))
    same = [restricted(s, all_equal(7)).statistic for s in (before, after)]
    assert same[0] == pytest.approx(same[1], rel=1e-8)
    assert ask("joint_f", after).statistic > 5 * ask("joint_f", before).statistic


def test_joint_f_of_differences_is_hotellings_t() -> None:
    """Nothing estimated: the residual covariance is centred, M - 1 degrees of freedom (ruling 1)."""
    made = panel(15, ONE_DATE, 0.0)
    sample = sampled(made.block(), (0, 0), "market_adjusted")
    d = made.returns[20:80] - made.market[20:80, None]
    c = made.returns[90] - made.market[90]
    q = c @ np.linalg.solve(np.cov(d, rowvar=False), c)
    answer = ask("joint_f", sample)
    assert answer.statistic == pytest.approx(q * (59 - 6) / (7 * 59), rel=1e-9)
    assert answer.df == 53


# ---- placebo, day bootstrap, step-down -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [16, 17])
def test_beaver_placebo(seed: int) -> None:
    sample, fits = both(panel(seed, missing=0.005), (0, 0))
    columns = zip(*(scalar.day_by_day(f.instance) for f in fits), strict=True)
    days = [[v for v in column if v is not None] for column in columns]
    means = [fsum(v * v for v in column) / len(column) for column in days if len(column) == len(fits)]
    observed = scalar.mean([scalar.scar(f, (0, 0)) ** 2 for f in fits])
    answer = ask("beaver_u", sample, "placebo")
    assert answer.statistic == pytest.approx(observed, rel=1e-10)
    assert answer.p_value == pytest.approx((1 + sum(m >= observed for m in means)) / (len(means) + 1), rel=1e-12)


def step_down(observed: list[float], draws: list[list[float]]) -> list[float]:
    """Romano and Wolf by their text: drop the largest, look at the others, never let p fall."""
    left, p, running = list(range(len(observed))), [0.0] * len(observed), 0.0
    while left:
        j = max(left, key=lambda i: abs(observed[i]))
        reached = sum(max(abs(row[i]) for i in left) >= abs(observed[j]) for row in draws)
        running = max(running, (1 + reached) / (len(draws) + 1))
        p[j] = running
        left.remove(j)
    return p


def test_romano_wolf_step_down() -> None:
    rng = np.random.default_rng(18)
    observed, draws = rng.normal(0, 2, 9), rng.normal(0, 1, (300, 9))
    wanted = step_down(observed.tolist(), draws.tolist())
    np.testing.assert_allclose(romano_wolf(observed, [draws[:100], draws[100:]]), wanted, rtol=1e-12)
    observed[3] = np.nan
    p = romano_wolf(observed, [draws])
    assert np.isnan(p[3])
    rest = [i for i in range(9) if i != 3]
    np.testing.assert_allclose(p[rest], step_down(observed[rest].tolist(), draws[:, rest].tolist()), rtol=1e-12)


@pytest.mark.parametrize("seed", [19, 20])
def test_largest_of_all_firms_on_one_day(seed: int) -> None:
    """One date, one day: every estimation day once, each studentised from a fit without it."""
    sample, fits = both(panel(seed, ONE_DATE, 0.0), (0, 0))
    days = [list(column) for column in zip(*(scalar.day_by_day(f.instance) for f in fits), strict=True)]
    wanted = step_down([scalar.scar(f, (0, 0)) for f in fits], [[scalar.there(v) for v in d] for d in days])
    p, draws = adjusted(sample)
    assert draws is None
    np.testing.assert_allclose(p, wanted, rtol=1e-12)
    assert ask("max_t", sample).p_value == pytest.approx(min(wanted), rel=1e-12)


def test_drawn_windows_have_the_moments_of_the_days() -> None:
    """Sums of L drawn days over sqrt(L): mean sqrt(L) times that of the days, their covariance between firms and windows."""
    sample, _ = both(panel(21, ONE_DATE, 0.0), (-1, 1))
    days = sample.returns.studentised
    windows = [Window(0, 0), Window(-1, 1), Window(0, 1)]
    bootstrap = DayBootstrap(sample.returns, windows)
    drawn = np.concatenate([bootstrap.draw(3, chunk) for chunk in bootstrap.chunks(40_000)])
    assert drawn.shape == (40_000, 7, 3)
    for w, window in enumerate(windows):
        np.testing.assert_allclose(drawn[:, :, w].mean(0), sqrt(window.length) * days.mean(1), atol=0.03)
        np.testing.assert_allclose(np.cov(drawn[:, :, w].T), np.cov(days, ddof=0), atol=0.05)
    shared = np.array([np.cov(drawn[:, i, 0], drawn[:, i, 1])[0, 1] for i in range(7)])
    np.testing.assert_allclose(shared, days.var(axis=1) / sqrt(3), atol=0.05)


def test_days_are_drawn_in_runs_where_asked() -> None:
    """A series that alternates: two days in a row cancel in runs of four, not where days are drawn singly."""
    sample, _ = both(panel(22, ((0, 90),), 0.0), (0, 1))
    returns = sample.returns
    returns.__dict__["studentised"] = np.resize([1.0, -1.0], (1, 60))
    single, runs = (
        np.concatenate([made.draw(1, chunk) for chunk in made.chunks(4000)])[:, 0, 0]
        for made in (DayBootstrap(returns, [Window(0, 1)], blocks=b) for b in (False, True))
    )
    assert (single == 0).mean() == pytest.approx(0.5, abs=0.04)
    assert (runs == 0).mean() == pytest.approx(7 / 8, abs=0.03), (
        "a cut lies between the two days in one of four, half cancel"
    )


def test_dates_draw_apart_from_each_other_and_lacking_days_are_said() -> None:
    made = made_up(np.random.default_rng(23), ((0, 90), (1, 90), (2, 150)), missing=0.0)
    made.returns[20:36, 0] = made.returns[40:56, 1] = np.nan
    returns = fitted(made.block())
    bootstrap = DayBootstrap(returns, [Window(0, 0)])
    assert bootstrap.known.tolist() == [False, False, True]
    drawn = bootstrap.draw(0, (0, 10))
    assert np.isnan(drawn[:, :2]).all()
    assert np.isfinite(drawn[:, 2]).all()
    answer = ask("max_t", Sample.of(returns, Window(0, 0)))
    assert "fewer than 30" in answer.reasons[0]
    p, alone = romano_wolf_of_windows(returns, [Window(0, 0)], Sample.of(returns, Window(0, 0)).scar[:, None], 0, 99)
    assert np.isnan(p[:2]).all()
    assert np.isfinite(p[2, 0])
    np.testing.assert_array_equal(p, alone)


# ---- buy and hold ----------------------------------------------------------------------------------------------------


def lyon_barber_tsai(x: list[float], centre: float = 0.0) -> float:
    n, m, sd = len(x), scalar.mean(x), scalar.sd(x)
    s, g = (m - centre) / sd, fsum((v - m) ** 3 for v in x) / (n * sd**3)
    return sqrt(n) * (s + g * s * s / 3 + g / (6 * n))


def test_bhar_bootstrap() -> None:
    """The statistic by its formula; p against 40,000 resamples drawn here."""
    rng = np.random.default_rng(26)
    values = np.exp(rng.normal(0.01, 0.1, 30)) - 1
    made = panel(26, tuple((i, 80 + 30 * i) for i in range(30)), 0.0)
    sample = replace(sampled(made.block(), (-5, 5)), bhar=values)
    for variant, size in (("default", 30), ("paper", 7)):
        answer = ask("bhar_bootstrap", sample, variant)
        t = lyon_barber_tsai(values.tolist())
        assert answer.statistic == pytest.approx(t, rel=1e-11)
        assert (answer.draws, answer.n) == (DRAWS, 30)
        drawn = np.array(
            [lyon_barber_tsai(values[rng.integers(30, size=size)].tolist(), float(values.mean())) for _ in range(6000)]
        )
        p = 2 * min((drawn <= t).mean(), (drawn >= t).mean())
        assert abs(answer.p_value - p) < 4 * sqrt(p * (2 - p) * (1 / DRAWS + 1 / 6000)) + 2 / DRAWS


def test_a_resample_without_spread_counts_as_extreme() -> None:
    assert adjusted_t(np.array([[0.02, 0.02, 0.02], [0.01, 0.03, 0.02]]), 0.01)[0] == np.inf


@pytest.mark.parametrize(("n", "variant", "reason"), [(9, "default", "too few"), (19, "paper", "20 are needed")])
def test_bhar_bootstrap_refuses_few(n: int, variant: str, reason: str) -> None:
    made = panel(27, tuple((i, 80 + 20 * i) for i in range(n)), 0.0)
    sample = sampled(made.block(), (0, 0))
    assert "not known" in ask("bhar_bootstrap", sample, variant).reasons[0]
    assert reason in ask("bhar_bootstrap", replace(sample, bhar=sample.car), variant).reasons[0]


# ---- calendar time ---------------------------------------------------------------------------------------------------


def by_calendar(made: Panel, window: tuple[int, int]) -> tuple[list[float], list[float], list[int]]:
    """Portfolio return, market return and number held of each calendar day, by going through the calendar."""
    y, x, held = [], [], []
    for day in range(len(made.market)):
        own = [
            float(made.returns[day, f])
            for f, day0 in made.instances
            if window[0] <= day - day0 <= window[1] and np.isfinite(made.returns[day, f])
        ]
        if own:
            y.append(scalar.mean(own))
            x.append(float(made.market[day]))
            held.append(len(own))
    return y, x, held


@pytest.mark.parametrize("variant", ["default", "newey_west", "wls", "five"])
def test_calendar_time_is_the_regression_of_statsmodels(variant: str) -> None:
    days = [90 + 3 * (i // 2) for i in range(40)]
    made = panel(28, tuple(enumerate(days)), 0.02)
    whole = made.block()
    sample = Sample.of(fitted(whole), Window(-5, 5), block=whole)
    y, x, held = (np.array(v) for v in by_calendar(made, (-5, 5)))
    got = calendar_portfolio(sample, whole)
    np.testing.assert_allclose(got.returns, y, **TIGHT)
    np.testing.assert_array_equal(got.held, held)
    keep = held >= 5 if variant == "five" else held > 0
    design = sm.add_constant(x[keep])
    n = int(keep.sum())
    if variant == "wls":
        wanted = sm.WLS(y, design, weights=held).fit()
    elif variant == "newey_west":
        lag = math.floor(4 * (n / 100) ** (2 / 9))
        wanted = sm.OLS(y[keep], design).fit(cov_type="HAC", cov_kwds={"maxlags": lag}, use_t=True)
    else:
        wanted = sm.OLS(y[keep], design).fit(cov_type="HC3", use_t=True)
    answer = ask("calendar_time", sample, variant)
    assert answer.valid == (variant != "newey_west")  # fewer than 150 days
    assert answer.statistic == pytest.approx(wanted.tvalues[0], rel=1e-9)
    assert answer.p_value == pytest.approx(wanted.pvalues[0], rel=1e-8)
    assert answer.df == n - 2


def test_calendar_time_takes_the_factors_where_there_are_some() -> None:
    made = made_up(np.random.default_rng(29), tuple((i, 90 + 5 * i) for i in range(20)), missing=0.0, n_factors=3)
    made = replace(made, factor_names=("mkt_rf", "smb", "rf"))
    whole = made.block()
    sample = Sample.of(fitted(whole), Window(-5, 5), block=whole)
    got = calendar_portfolio(sample, whole)
    y, _, _ = by_calendar(made, (-5, 5))
    on = [d for d in range(len(made.market)) if any(abs(d - day0) <= 5 for _, day0 in made.instances)]
    np.testing.assert_allclose(got.returns, np.array(y) - made.factors[on, 2], **TIGHT)
    np.testing.assert_allclose(got.regressors[:, 1:], made.factors[on, :2], **TIGHT)


def test_calendar_time_needs_thirty_days_and_raw_returns() -> None:
    sample = sampled(panel(30).block(), (0, 0))
    assert "raw returns" in ask("calendar_time", sample).reasons[0]
    whole = panel(30).block()
    assert "needs 30" in ask("calendar_time", Sample.of(fitted(whole), Window(0, 0), block=whole)).reasons[0]


# ---- weights by precision --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["var", "sd"])
@pytest.mark.parametrize("window", WINDOWS)
def test_precision_weighted_mean_in_loops(by: Any, window: tuple[int, int]) -> None:
    sample, fits = both(panel(31), window)
    variance = [f.s2 * scalar.unit(f, window) for f in fits]
    raw = [1 / v if by == "var" else 1 / sqrt(v) for v in variance]
    w = [r / fsum(raw) for r in raw]
    total = 0.0
    for i, f in enumerate(fits):
        for j, g in enumerate(fits):
            common = 1.0 if i == j else scalar.overlap(f, g, window)
            rho = 1.0 if i == j else (scalar.pearson(f, g) or 0.0) if common else 0.0
            total += w[i] * w[j] * rho * common * sqrt(variance[i] * variance[j])
    found = precision_weighted(sample, by)
    np.testing.assert_allclose(found.weights, w, **TIGHT)
    assert found.caar == pytest.approx(fsum(a * scalar.car(f, window) for a, f in zip(w, fits, strict=True)), rel=1e-10)
    assert found.se == pytest.approx(sqrt(total), rel=1e-10)
    assert found.p_value == pytest.approx(2 * stats.norm.sf(abs(found.caar / found.se)), rel=1e-9)


def test_precision_weights_at_both_ends() -> None:
    """Independent: sqrt(sum w² s² C). One date: sqrt(w' S w C), S the residual covariance, Student's t."""
    apart = sampled(panel(32, tuple((i, 90 + 40 * i) for i in range(6)), 0.0).block(), (-1, 1))
    found = precision_weighted(apart)
    assert found.se == pytest.approx(float(np.sqrt((found.weights**2 * apart.cumulated.se**2).sum())), rel=1e-12)
    together = sampled(panel(33, ONE_DATE, 0.0).block(), (-1, 1))
    found = precision_weighted(together)
    u = together.returns.residuals
    se = sqrt(float(found.weights @ (u @ u.T / 58) @ found.weights * together.cumulated.unit[0]))
    assert found.se == pytest.approx(se, rel=1e-10)
    assert (found.distribution, found.df) == ("t", 58)
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(found.caar / se), 58), rel=1e-9)
