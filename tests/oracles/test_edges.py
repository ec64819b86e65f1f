"""The ends of the formulas: exact p of draws, smallest p, thresholds, critical values, references of single tests.

What `tests/mutations/` found that no other number from elsewhere would have noticed.
"""

from __future__ import annotations

import math
from dataclasses import replace
from math import fsum, sqrt
from typing import Any, Literal

import numpy as np
import pytest
import statsmodels.api as sm
from eventstudy import plugins
from eventstudy.engine import correlation
from eventstudy.engine.abnormal import average
from eventstudy.engine.correlation import correlation_of_sums, pairwise_correlation
from eventstudy.engine.ranks import plain_ranks, with_one_more
from eventstudy.errors import InvalidRequest
from eventstudy.inference import Sample, SeriesSignificance, Significance, benjamini_hochberg
from eventstudy.inference.base import nothing_own
from eventstudy.inference.days import null_residuals, sets_of_days
from eventstudy.inference.distributions import critical_normal, critical_t, critical_values, upper_tail
from eventstudy.inference.joint import restricted
from eventstudy.inference.parametric import calendar_portfolio, hall
from eventstudy.inference.resampling import DRAWS, DayBootstrap, resample_size
from eventstudy.units.windows import Window
from scipy import stats

from tests.oracles import scalar
from tests.oracles.adjusted import by_statsmodels
from tests.oracles.designs import ask, fitted, made_up, sampled
from tests.oracles.test_resampled_and_joint import by_calendar, panel, with_cars
from tests.oracles.test_scalar import ONE_DATE, both

# ---- p of draws ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("window", [(0, 1), (-5, 5)])
def test_p_of_a_permutation_counts_its_draws(window: tuple[int, int]) -> None:
    """(1 + the draws that reach the window) / (draws + 1), set by set."""
    returns = fitted(panel(41, missing=0.0).block())
    found = plugins.load("tests", "conformal").compute(returns, Window(*window), 5)
    columns = slice(window[0] + 5, window[1] + 6)
    days, inside = null_residuals(returns, Sample.of(returns, Window(*window)).cumulated.used, columns)
    drawn = sets_of_days(days.shape[1], window[1] - window[0] + 1, 5).tolist()
    assert len(drawn) == 9999 == found.draws
    for i in range(2):
        series = days[i].tolist()
        observed = abs(fsum(v for v, e in zip(series, inside[i].tolist(), strict=True) if e))
        reached = sum(abs(fsum(series[d] for d in chosen)) >= observed * (1 - 1e-12) for chosen in drawn)
        assert found.p_value[i] == pytest.approx((1 + reached) / 10_000, rel=1e-12)


@pytest.mark.parametrize(("total", "length"), [(61, 2), (20, 5), (20, 6), (30, 29), (250, 59), (500, 121)])
def test_drawn_sets_of_days_have_no_day_twice_and_leave_none_out(total: int, length: int) -> None:
    drawn = sets_of_days(total, length, 3)
    assert drawn.shape == (9999, length)
    assert all(len(set(chosen)) == length for chosen in drawn.tolist())
    share = np.bincount(drawn.ravel(), minlength=total) / 9999
    expected = length / total
    assert len(share) == total
    assert np.abs(share - expected).max() < 4.5 * sqrt(expected * (1 - expected) / 9999)


@pytest.mark.parametrize("sign", [1, -1])
def test_smallest_p_of_a_bootstrap_is_two_in_draws_plus_one(sign: int) -> None:
    values = sign * (0.5 + 0.01 * np.arange(12.0))
    sample = replace(with_cars(values.tolist()), bhar=values)
    answer = ask("bhar_bootstrap", sample)
    assert answer.p_value == pytest.approx(2 / (DRAWS + 1), rel=1e-12)
    assert np.sign(answer.statistic) == sign


def test_a_bootstrap_in_the_middle_of_its_draws_has_p_near_one() -> None:
    values = np.r_[-0.06, -0.05, -0.04, -0.03, -0.02, -0.01, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06]
    answer = ask("bhar_bootstrap", replace(with_cars(values.tolist()), bhar=values))
    assert answer.statistic == pytest.approx(0, abs=1e-12)
    assert 0.9 < answer.p_value <= 1


def test_size_of_a_resample() -> None:
    assert [resample_size(n, "default") for n in (20, 199, 200, 403)] == [20, 199, 50, 100]
    assert [resample_size(n, "paper") for n in (20, 199, 200, 403)] == [5, 49, 50, 100]


def test_equal_buy_and_hold_returns_are_refused() -> None:
    values = np.full(12, 0.25)
    assert "equal" in ask("bhar_bootstrap", replace(with_cars(values.tolist()), bhar=values)).reasons[0]


def test_smallest_p_of_random_signs() -> None:
    """Thirty dates that all rose alike: of 9,999 patterns none reaches their sum (2 in a billion do)."""
    sample = sampled(panel(42, tuple((i, 90 + 30 * i) for i in range(30)), 0.0).block(), (0, 0))
    returns = replace(sample.returns, ar=sample.returns.ar.copy())
    returns.ar[:, 5] = 0.05 + 0.001 * np.arange(30)
    assert ask("wild_bootstrap", Sample.of(returns, Window(0, 0))).p_value == pytest.approx(1e-4, rel=1e-12)


def test_what_windows_of_different_dates_have_in_common() -> None:
    """f over the f of equal dates, pair by pair."""
    days = [90, 90, 93, 96, 96, 130, 160, 190]
    sample, fits = both(panel(43, tuple(enumerate(days)), 0.0), (-5, 5))
    p, n = scalar.common_by_date(fits, (-5, 5)), sample.n
    same = fsum(p[i][j] for i in range(n) for j in range(n) if days[i] == days[j]) / n
    assert sample.correlation.across(n) == pytest.approx(fsum(map(fsum, p)) / n / same, rel=1e-10)


def test_runs_of_days_are_runs() -> None:
    """M = 60: runs of four, wherever they start; a window of two days lies in one run three times of four."""
    sample, _ = both(panel(22, ((0, 90),), 0.0), (0, 1), at_least=1)
    returns = sample.returns
    returns.__dict__["studentised"] = np.arange(60.0)[None]
    bootstrap = DayBootstrap(returns, [Window(0, 0), Window(1, 1)], blocks=True)
    drawn = np.concatenate([bootstrap.draw(1, chunk) for chunk in bootstrap.chunks(20_000)])[:, 0]
    step = drawn[:, 1] - drawn[:, 0]
    assert (step == 1).mean() == pytest.approx(0.75 + 0.25 / 57, abs=0.015)
    assert drawn.min() == 0
    assert drawn.max() == 59
    middle = drawn[:, 0][(drawn[:, 0] >= 4) & (drawn[:, 0] < 56)]
    assert len(middle) / len(drawn) == pytest.approx(52 / 57, abs=0.01), "every start is as likely"


# ---- thresholds ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "variant", "least"),
    [
        ("patell", "default", 5),
        ("patell_adjusted", "default", 5),
        ("patell_guarded", "default", 5),
        ("beaver_u", "default", 3),
        ("variance_placebo", "chi2", 3),
    ],
)
def test_degrees_of_freedom_that_a_variance_needs(name: str, variant: str, least: int) -> None:
    """The variance of a Student t exists from three degrees of freedom on; Patell's test wants a fourth moment."""
    sample = sampled(panel(44, ONE_DATE, 0.0).block(), (0, 0))
    enough, short = (replace(sample.returns, df=np.full(7, df)) for df in (least, least - 1))
    assert np.isfinite(ask(name, Sample.of(enough, Window(0, 0)), variant).p_value)
    assert "degrees of freedom" in ask(name, Sample.of(short, Window(0, 0)), variant).reasons[0]


def test_corrado_zivney_of_a_window() -> None:
    sample = sampled(panel(44, ONE_DATE, 0.0).block(), (0, 1))
    assert "one day only" in ask("corrado_zivney", sample).reasons[0]


@pytest.mark.parametrize(("n", "by"), [(100, "binomial"), (101, "normal")])
def test_signs_are_counted_exactly_up_to_a_hundred(n: int, by: str) -> None:
    values = [0.01 + 1e-5 * i if i % 3 else -0.02 - 1e-5 * i for i in range(n)]
    up = sum(v > 0 for v in values)
    answer = ask("sign", with_cars(values))
    assert answer.distribution == by
    exact, z = stats.binomtest(up, n).pvalue, (up - n / 2) / (sqrt(n) / 2)
    assert answer.p_value == pytest.approx(exact if n == 100 else 2 * stats.norm.sf(abs(z)), rel=1e-10)


def test_published_dependence_adjustment_counts_days_with_a_single_pair() -> None:
    """Ruling 7: the published form uses every day on which any pair has a return."""
    made = made_up(np.random.default_rng(45), tuple((firm, 90) for firm in range(6)), missing=0.0)
    made.returns[30, :5] = np.nan
    sample, fits = both(made, (0, 1))
    answer = ask("cda", sample, "paper")
    assert answer.df == 59
    assert answer.statistic == pytest.approx(scalar.cda_published(fits, (0, 1)), rel=1e-10)
    assert ask("cda", sample).df == 59 - 2


def test_restrictions_that_say_the_same_twice() -> None:
    sample = sampled(panel(46, ONE_DATE, 0.0).block(), (0, 0))
    with pytest.raises(InvalidRequest, match="independent restrictions"):
        restricted(sample, np.ones((2, 7)))
    with pytest.raises(InvalidRequest, match="independent restrictions"):
        restricted(sample, np.eye(6))


def test_root_of_the_slope_of_halls_correction() -> None:
    values = np.random.default_rng(47).exponential(1, 25) - 0.7
    s, g = (
        values.mean() / values.std(ddof=1),
        25 / (24 * 23) * fsum(((values - values.mean()) / values.std(ddof=1)) ** 3),
    )
    assert g == pytest.approx(stats.skew(values, bias=False), rel=1e-12)
    t, slope = hall(values)
    assert slope == pytest.approx(1 + g * s / 3, rel=1e-12)
    assert t == pytest.approx(5 * (s + g * s**2 / 3 + g**2 * s**3 / 27 + g / 150), rel=1e-12)


# ---- references ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_benjamini_hochberg(seed: int) -> None:
    p = np.random.default_rng(seed).random(12) ** 3
    p[3] = p[7]
    np.testing.assert_allclose(benjamini_hochberg(p), by_statsmodels(p, "fdr_bh"), rtol=1e-12)
    p[[2, 5]] = np.nan
    known = np.isfinite(p)
    np.testing.assert_allclose(benjamini_hochberg(p)[known], by_statsmodels(p[known], "fdr_bh"), rtol=1e-12)
    assert np.isnan(benjamini_hochberg(p)[~known]).all()
    assert benjamini_hochberg(np.array([])).shape == (0,)


@pytest.mark.parametrize("level", [0.05, 0.01])
def test_critical_values(level: float) -> None:
    assert critical_normal(level) == pytest.approx(stats.norm.isf(level / 2), rel=1e-12)
    for df in (3, 19, 248):
        assert critical_t(df, level) == pytest.approx(stats.t.isf(level / 2, df), rel=1e-10)
    several = np.array([3, 19, 248])
    np.testing.assert_allclose(critical_values(several, level), stats.t.isf(level / 2, several), rtol=1e-10)
    np.testing.assert_allclose(critical_values(several), stats.t.isf(0.025, several), rtol=1e-10)


@pytest.mark.parametrize("window", [(0, 0), (-1, 1)])
def test_portfolio_is_the_regression_of_its_own_returns(window: tuple[int, int]) -> None:
    """With a dummy for each day of the window the sum of the dummies is the CAR, with its t and p."""
    made = panel(48, ONE_DATE, 0.0)
    sample = sampled(made.block(), window)
    length = window[1] - window[0] + 1
    rows = np.r_[np.arange(20, 80), np.arange(90 + window[0], 91 + window[1])]
    x = np.column_stack([np.ones(len(rows)), made.market[rows], np.vstack([np.zeros((60, length)), np.eye(length)])])
    ols = sm.OLS(made.returns[rows].mean(axis=1), x).fit()
    wanted = ols.t_test(np.r_[0, 0, np.ones(length)])
    answer = ask("portfolio_t", sample)
    assert answer.statistic == pytest.approx(float(wanted.tvalue[0, 0]), rel=1e-9)
    assert answer.p_value == pytest.approx(float(wanted.pvalue), rel=1e-8)
    assert answer.se == pytest.approx(float(wanted.sd[0, 0]), rel=1e-9)
    assert answer.df == ols.df_resid == 58
    assert answer.interval == pytest.approx(tuple(wanted.conf_int()[0]), rel=1e-8)


def test_interval_of_a_mean_over_the_spread() -> None:
    values = [0.02, -0.01, 0.035, 0.004, -0.013, 0.041]
    answer = ask("cross_section_t", with_cars(values))
    assert answer.interval == pytest.approx(tuple(stats.ttest_1samp(values, 0).confidence_interval(0.95)), rel=1e-9)


def test_largest_of_all_is_the_statistic_of_max_t() -> None:
    sample, fits = both(panel(49, ONE_DATE, 0.0), (-1, 1))
    answer = ask("max_t", sample)
    assert answer.statistic == pytest.approx(max(abs(scalar.scar(f, (-1, 1))) for f in fits), rel=1e-10)


@pytest.mark.parametrize("variant", ["default", "newey_west", "wls"])
def test_calendar_time_over_many_days(variant: str) -> None:
    """Some 600 calendar days: Newey and West's lag is 5, not the 4 of a hundred."""
    made = panel(50, tuple((i % 9, 90 + 10 * i) for i in range(60)), 0.0)
    whole = made.block()
    sample = Sample.of(fitted(whole), Window(-5, 5), block=whole)
    y, x, held = (np.array(v) for v in by_calendar(made, (-5, 5)))
    assert len(y) == len(calendar_portfolio(sample, whole).returns) > 500
    design, lag = sm.add_constant(x), math.floor(4 * (len(y) / 100) ** (2 / 9))
    assert lag == 5
    if variant == "wls":
        wanted = sm.WLS(y, design, weights=held).fit()
    elif variant == "newey_west":
        wanted = sm.OLS(y, design).fit(cov_type="HAC", cov_kwds={"maxlags": lag}, use_t=True)
    else:
        wanted = sm.OLS(y, design).fit(cov_type="HC3", use_t=True)
    answer = ask("calendar_time", sample, variant)
    assert answer.valid
    assert answer.statistic == pytest.approx(wanted.tvalues[0], rel=1e-9)
    assert answer.p_value == pytest.approx(wanted.pvalues[0], rel=1e-8)


# ---- correlation -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 3])
def test_mean_overlap_of_the_windows(seed: int) -> None:
    sample, fits = both(panel(seed), (-5, 5))
    n = len(fits)
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    wanted = fsum(scalar.overlap(fits[i], fits[j], (-5, 5)) for i, j in pairs) / len(pairs)
    assert pairwise_correlation(sample.returns, sample.window).overlap == pytest.approx(wanted, rel=1e-12)
    length = (
        sum(max(0, 11 - abs(f.instance.event_days[0] - g.instance.event_days[0])) for f in fits for g in fits) - 11 * n
    )
    assert sample.correlation.overlap == pytest.approx(length / 11 / len(pairs), rel=1e-12)


@pytest.mark.parametrize("instances", [((0, 90), (1, 90), (2, 92), (3, 99)), ((0, 90), (1, 92))], ids=len)
def test_overlap_of_windows_whose_days_were_not_looked_at(instances: tuple[tuple[int, int], ...]) -> None:
    returns = replace(fitted(made_up(np.random.default_rng(2), instances, missing=0.0).block()), bare=True)
    shared = [max(0, 4 - abs(a - b)) for (i, a) in instances for (j, b) in instances if i != j]
    found = Sample.of(returns, Window(1, 4)).correlation
    assert found.overlap == pytest.approx(sum(shared) / len(shared) / 4, rel=1e-12)
    assert np.isnan(found.mean)


def test_without_days_around_a_window_its_scale_is_one() -> None:
    sample = sampled(panel(44, ONE_DATE, 0.0).block(), (0, 1))
    assert (sample.in_regime().scale, sample.in_regime().regime) == (1.0, None)


def test_a_mean_correlation_is_at_most_one() -> None:
    """Rounding puts firms of equal returns beyond it."""
    assert correlation_of_sums(6.0000001, 6.0, 3).mean == 1.0
    assert correlation_of_sums(5.4, 6.0, 3).mean == pytest.approx(0.9, rel=1e-12)


def test_pairs_that_are_nearly_one_have_something_of_their_own() -> None:
    assert nothing_own(1.0)
    assert not nothing_own(1 - 1e-6)


def test_a_slightly_negative_correlation_is_kept() -> None:
    """Two firms that mirror each other a little: r = -.3 and 1 + r > 0."""
    made = made_up(np.random.default_rng(51), ((0, 90), (1, 90)), missing=0.0, common=0.0)
    made.returns[:, 1] -= 0.5 * (made.returns[:, 0] - made.market)
    sample, fits = both(made, (0, 0), at_least=2)
    wanted = scalar.pearson(fits[0], fits[1])
    assert wanted is not None
    assert -0.9 < wanted < -0.1
    assert sample.correlation.mean == pytest.approx(wanted, rel=1e-10)
    assert not sample.correlation.floored
    ratio = ask("patell_adjusted", sample).statistic / ask("patell", sample).statistic
    assert ratio == pytest.approx(1 / sqrt(1 + wanted), rel=1e-10)


# ---- scales ----------------------------------------------------------------------------------------------------------


def test_scale_of_an_error_adds_its_own_variance_and_what_days_share() -> None:
    returns = fitted(panel(52, ONE_DATE, 0.0).block())
    shared = np.zeros((*returns.basis.shape[:2], 2))
    shared[:, returns.n_estimation_days :] = [0.3, 0.6]
    noise = np.linspace(0.5, 1.5, 11)[None]
    moved = replace(returns, basis=np.concatenate([returns.basis, shared], axis=2), noise=noise)
    np.testing.assert_allclose(moved.error_scale, np.sqrt(noise + 0.09 + 0.36).repeat(7, axis=0), rtol=1e-12)


def test_days_of_changing_variance_are_refitted_on_one_scale() -> None:
    """The refit under the null is least squares of returns over the standard deviation of their day."""
    made = panel(53, ONE_DATE, 0.0)
    returns = fitted(made.block())
    noise = np.linspace(0.4, 2.5, 11)[None]
    columns, rows = slice(4, 8), np.r_[20:80, 89:93]
    days, _ = null_residuals(replace(returns, noise=noise), np.ones((7, 4), dtype=bool), columns)
    scale = np.r_[np.ones(60), np.sqrt(noise[0, columns])]
    x = np.column_stack([np.ones(64), made.market[rows]]) / scale[:, None]
    for i in range(7):
        y = made.returns[rows, i] / scale
        np.testing.assert_allclose(days[i], y - x @ np.linalg.lstsq(x, y, rcond=None)[0], rtol=1e-9, atol=1e-13)


def test_fewest_days_of_an_estimation() -> None:
    """Thirty whatever is asked for, or ten more than there are parameters."""
    made = panel(54, ONE_DATE, 0.0).block()
    returns = made.returns.copy()
    returns[0, :30], returns[1, :31] = np.nan, np.nan
    problem = plugins.load("models", "market").fit(replace(made, returns=returns), 5).problem
    assert problem.tolist() == ["", "MIN_EST", "", "", "", "", ""]


@pytest.mark.parametrize(("window", "missing", "covered"), [((0, 3), 0, True), ((0, 3), 1, False), ((-4, 5), 2, True)])
def test_share_of_a_window_that_must_be_seen(window: tuple[int, int], missing: int, covered: bool) -> None:
    """All of up to three days, else 80 % rounded up: of four days four, of ten eight."""
    returns = fitted(panel(55, ONE_DATE, 0.0).block())
    ar = returns.ar.copy()
    ar[:, 7 : 7 + missing] = np.nan
    assert Sample.of(replace(returns, ar=ar), Window(*window)).cumulated.covered.all() == covered
    ar[:, 7 : 8 + missing] = np.nan
    assert not Sample.of(replace(returns, ar=ar), Window(*window)).cumulated.covered.any()


def test_average_abnormal_return_of_the_pairs_that_have_one() -> None:
    ar = np.random.default_rng(58).normal(size=(6, 4))
    ar[0, 1] = ar[2:, 2] = ar[:, 3] = np.nan
    mean, n = average(ar)
    assert n.tolist() == [6, 5, 2, 0]
    known = [[v for v in day if v == v] for day in ar.T.tolist()]
    assert mean.tolist() == pytest.approx([fsum(day) / len(day) if day else np.nan for day in known], nan_ok=True)


@pytest.mark.parametrize("t", [-2.5, -0.1, 0.0, 1.7])
def test_upper_tail(t: float) -> None:
    assert upper_tail(t, 2 * stats.t.sf(abs(t), 7)) == pytest.approx(stats.t.sf(t, 7), rel=1e-12)


@pytest.mark.parametrize("t", [-2.5, 1.7])
def test_p_of_one_side(t: float) -> None:
    symmetric = Significance(t, 2 * float(stats.t.sf(abs(t), 7)), "t", 7, 9)
    counted = Significance(t, 0.3, "placebo", None, 9, tails=(0.2, 0.8))
    sides: tuple[tuple[Literal["greater", "less"], Any, float], ...] = (
        ("greater", stats.t.sf, 0.2),
        ("less", stats.t.cdf, 0.8),
    )
    for side, tail, share in sides:
        assert symmetric.towards(side).p_value == pytest.approx(tail(t, 7), rel=1e-12)
        assert counted.towards(side).p_value == share


def test_means_of_what_is_known_of_the_pairs() -> None:
    returns = fitted(panel(3).block())
    bhar = np.linspace(-0.02, 0.05, returns.n)
    bhar[1] = np.nan
    untraded = np.stack([np.linspace(0.0, 0.3, returns.n), np.full(returns.n, 0.02)], axis=1)
    sample = Sample.of(returns, Window(0, 0), bhar=bhar, untraded=untraded)
    known = [v for v in bhar.tolist() if v == v]
    assert sample.bhaar == pytest.approx(fsum(known) / len(known), rel=1e-12)
    assert sample.untraded_shares == pytest.approx((0.15, 0.02), rel=1e-12)
    unknown = Sample.of(returns, Window(0, 0))
    assert np.isnan(unknown.bhaar)
    assert unknown.untraded_shares is None
    assert Sample(Window(0, 0)).n == 0


def test_an_answer_for_one_series_is_one_of_one_pair() -> None:
    told = SeriesSignificance(np.array([1.0, 2.0]), np.array([0.3, 0.04]), "t", np.array([58, 57]))
    one = told.at(1)
    assert (one.statistic, one.p_value, one.df, one.n, one.valid) == (2.0, 0.04, 57, 1, True)
    assert told.towards("greater").at(1).p_value == 0.02
    of_draws = SeriesSignificance(np.ones(2), np.ones(2), "placebo", tails=(np.array([0.1, 0.2]), np.array([0.9, 0.8])))
    assert of_draws.at(1).tails == (0.2, 0.8)
    none = SeriesSignificance.undefined("one day only", 3)
    assert [none.at(i).n for i in range(3)] == [1, 1, 1]
    assert none.at(2).reasons == ("one day only",)
    assert not none.at(2).valid


@pytest.mark.parametrize(("seed", "model"), [(1, "market"), (2, "market"), (1, "market_adjusted")])
def test_shape_of_residuals(seed: int, model: str) -> None:
    """Without an intercept their mean is not zero."""
    sample = Sample.of(fitted(panel(seed, missing=0.05).block(), model), Window(0, 0))
    pooled = sample.returns.studentised[np.isfinite(sample.returns.studentised)]
    assert sample.residual_shape.skewness == pytest.approx(stats.skew(pooled), rel=1e-10)
    assert sample.residual_shape.kurtosis == pytest.approx(stats.kurtosis(pooled), rel=1e-10)


def test_pairs_in_steps_correlate_as_pairs_at_once() -> None:
    """Seventy series go in two steps, in nine, or at once."""
    instances = tuple((i % 35, 90 + 2 * (i // 10)) for i in range(70))
    returns = fitted(panel(56, instances, 0.01).block())
    plain = pairwise_correlation(returns, Window(-5, 5))
    for rows in (1000, 8):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(correlation, "_ROWS", rows)
            found = pairwise_correlation(returns, Window(-5, 5))
        assert found.mean == pytest.approx(plain.mean, rel=1e-11)
        assert found.overlap == pytest.approx(plain.overlap, rel=1e-12)


def test_rank_of_one_more_value_among_ties() -> None:
    """Average ranks of all together, as scipy has them."""
    rng = np.random.default_rng(57)
    others = rng.integers(-3, 4, (6, 15)) / 100
    others[2, 4] = np.nan
    value = rng.integers(-3, 4, 6) / 100
    got = with_one_more(plain_ranks(others), others, value)
    for row, last, found in zip(others, value, got, strict=True):
        together = np.append(row, last)
        wanted = stats.rankdata(together, nan_policy="omit") / (np.isfinite(together).sum() + 1) - 0.5
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-15)
