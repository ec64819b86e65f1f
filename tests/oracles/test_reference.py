"""One design, seven other programs: where we agree to 1e-9, and, where we differ, exactly why."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from eventstudy import EventStudy, StudyResult
from eventstudy.engine.abnormal import cumulate
from eventstudy.panel import Floats
from eventstudy.units.windows import Window

from tests.oracles.designs import ask, prices_of
from tests.oracles.reference import DAYS, ESTIMATION, EVENT, block, events, ours, printed, sample, table

FEW = 12  # events whose single days are kept
M, DF = 230, 228
LENGTHS = np.arange(1, 22)
EACH_DAY = [(d, d) for d in DAYS]
RUNNING = [(EVENT.start, d) for d in DAYS]
WHOLE = [(EVENT.start, EVENT.end)]


def cars() -> tuple[Floats, Floats]:
    """(60, 21) CAR[-10, t] and its standard error."""
    found = [cumulate(ours(), Window(*w)) for w in RUNNING]
    return np.stack([f.car for f in found], axis=1), np.stack([f.se for f in found], axis=1)


def daily_se() -> Floats:
    return ours().sigma[:, None] * np.sqrt(ours().unit_variance)


def statistic(name: str, variant: str, windows: list[tuple[int, int]]) -> Floats:
    return np.array([ask(name, sample(*w), variant).statistic for w in windows])


def dummy_regression(i: int, length: int) -> float:
    """Standard error of CAR over the first `length` event days: a dummy for each in one regression."""
    made = block()
    rows = np.r_[0 : ESTIMATION.length, 240 : 240 + length]
    dummies = np.vstack([np.zeros((ESTIMATION.length, length)), np.eye(length)])
    x = np.column_stack([np.ones(len(rows)), made.regressors[i, rows, 0], dummies])
    return float(sm.OLS(made.returns[i, rows], x).fit().t_test(np.r_[0, 0, np.ones(length)]).sd[0, 0])


@cache
def study() -> StudyResult:
    """The design through the whole study, from prices that each security has only where its event needs them."""
    returns = table().set_axis(pd.DatetimeIndex(table().index))
    priced = returns.notna() | returns.notna().shift(-1, fill_value=False)
    prices = prices_of(returns.fillna(0.0))
    prices = prices.where(pd.concat([returns.notna().iloc[:1].set_axis(prices.index[:1]), priced]))
    return EventStudy(
        benchmark="MKT",
        calendar=None,
        estimation_window=ESTIMATION,
        event_window=EVENT,
        windows=[(0, 0), (-10, 10)],
    ).run(events().rename(columns={"security": "ticker", "event_date": "date"}).astype(str), prices)


def test_the_whole_study_finds_what_the_block_finds() -> None:
    result = study()
    assert not result.incomplete
    assert list(result.fit.n_estimation) == [M] * 60
    np.testing.assert_allclose(result.returns.ar, ours().ar, rtol=1e-9, atol=1e-14)
    for window in ((0, 0), (-10, 10)):
        for name in ("bmp", "patell", "cda", "corrado_rank", "cross_section_t", "generalized_sign", "grank_t"):
            assert result.test(name, window).statistic == pytest.approx(ask(name, sample(*window)).statistic, rel=1e-9)


# ---- where we agree --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("program", ["estudy2", "r_eventstudy", "toolkit", "eventstudy", "ffjr"])
def test_coefficients(program: str) -> None:
    fit = study().fit
    np.testing.assert_allclose(fit.params[:, 0], printed(program, "alpha"), rtol=1e-9)
    np.testing.assert_allclose(fit.params[:, 1], printed(program, "beta"), rtol=1e-9)


@pytest.mark.parametrize("program", ["estudy2", "r_eventstudy", "toolkit", "easy", "eventstudy", "ffjr"])
def test_abnormal_returns(program: str) -> None:
    np.testing.assert_allclose(ours().ar[:FEW], printed(program, "ar"), rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("program", ["r_eventstudy", "easy", "eventstudy", "ffjr"])
def test_cumulated_returns(program: str) -> None:
    np.testing.assert_allclose(cars()[0][:FEW], printed(program, "car"), rtol=1e-9, atol=1e-14)


def test_sigma_and_forecast_errors_of_single_days() -> None:
    np.testing.assert_allclose(ours().sigma, printed("r_eventstudy", "sigma"), rtol=1e-9)
    np.testing.assert_allclose(ours().sigma[:FEW], printed("toolkit", "sigma"), rtol=1e-9)
    np.testing.assert_allclose(daily_se()[:FEW], printed("r_eventstudy", "se_ar_fec"), rtol=1e-9)
    np.testing.assert_allclose(daily_se()[:FEW], printed("easy", "se_ar"), rtol=1e-9)


AGREE = [
    ("estudy2", "bh_stat", "bmp", "default", EACH_DAY),
    ("estudy2", "bw_1985_stat", "cda", "paper", EACH_DAY),
    ("estudy2", "car_brown_warner_1985", "cda", "paper", WHOLE),
    ("estudy2", "rank_stat", "corrado_rank", "paper", EACH_DAY),
    ("estudy2", "mrank_stat", "corrado_rank", "paper", EACH_DAY),
    ("estudy2", "car_rank_test", "corrado_rank", "paper", WHOLE),
    ("estudy2", "gsign_stat", "generalized_sign", "default", EACH_DAY),
    ("estudy2", "t_test_stat", "cross_section_t", "default", EACH_DAY),
    ("r_eventstudy", "CSectT.aar_t", "cross_section_t", "default", EACH_DAY),
    ("r_eventstudy", "CSectT.caar_t", "cross_section_t", "default", RUNNING),
    ("r_eventstudy", "PatellZ.aar_z", "patell", "default", EACH_DAY),
    ("r_eventstudy", "PatellZ.caar_z", "patell", "paper", RUNNING),
    ("r_eventstudy", "GSignT.gsign_z", "generalized_sign", "default", EACH_DAY),
    ("r_eventstudy", "GSignT.cgsign_z", "generalized_sign", "paper", RUNNING),
    ("toolkit", "car_t", "cross_section_t", "default", WHOLE),
    ("toolkit", "gen_z", "generalized_sign", "paper", WHOLE),
]


@pytest.mark.parametrize(
    ("program", "stat", "name", "variant", "windows"), AGREE, ids=[f"{a[0]}-{a[1]}" for a in AGREE]
)
def test_statistic(program: str, stat: str, name: str, variant: str, windows: list[tuple[int, int]]) -> None:
    np.testing.assert_allclose(statistic(name, variant, windows), printed(program, stat), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("program", "stat", "windows"),
    [
        ("estudy2", "mean", EACH_DAY),
        ("eventstudy", "aar", EACH_DAY),
        ("eventstudy", "caar", RUNNING),
        ("ffjr", "caar", RUNNING),
        ("r_eventstudy", "CSectT.caar", RUNNING),
        ("toolkit", "car_mean", WHOLE),
    ],
)
def test_averages(program: str, stat: str, windows: list[tuple[int, int]]) -> None:
    np.testing.assert_allclose([sample(*w).caar for w in windows], printed(program, stat), rtol=1e-9, atol=1e-14)


def test_share_of_positive_days() -> None:
    assert ours().share_of_runs(1).mean() == pytest.approx(printed("toolkit", "e_est_pos")[0], rel=1e-9)


# ---- where we differ, and why ----------------------------------------------------------------------------------------


def median_ratio(theirs: Floats, own: Floats) -> float:
    return float(np.median(theirs / own))


def test_our_standard_error_of_a_car_is_that_of_the_dummy_regression() -> None:
    """Whose figure is right where the programs below differ from us: statsmodels decides."""
    _, se = cars()
    for i in range(0, 60, 7):
        for length in (1, 2, 11, 21):
            assert se[i, length - 1] == pytest.approx(dummy_regression(i, length), rel=1e-9)


def test_car_se_of_easyeventstudies_sums_daily_variances() -> None:
    """It leaves out the covariance of forecast errors between days."""
    theirs, (_, se) = printed("easy", "se_car"), cars()
    np.testing.assert_allclose(theirs, np.sqrt(np.cumsum(daily_se()[:FEW] ** 2, axis=1)), rtol=1e-9)
    assert median_ratio(theirs, se[:FEW]) == pytest.approx(0.9799, abs=2e-4)
    assert (theirs[:, -1] < 0.965 * se[:FEW, -1]).all()


@pytest.mark.parametrize("program", ["eventstudy", "ffjr"])
def test_sigma_of_two_programs_divides_by_all_days_and_forgets_forecast_errors(program: str) -> None:
    sigma = ours().sigma * np.sqrt(DF / M)
    np.testing.assert_allclose(printed(program, "sigma"), sigma, rtol=1e-9)
    assert median_ratio(printed(program, "sigma"), ours().sigma) == pytest.approx(0.9956, abs=1e-4)
    biased = ours().sigma[:FEW, None] * np.sqrt(DF / M)
    np.testing.assert_allclose(printed(program, "se_ar"), biased * np.ones(21), rtol=1e-9)
    np.testing.assert_allclose(printed(program, "se_car"), biased * np.sqrt(LENGTHS), rtol=1e-9)
    assert median_ratio(printed(program, "se_car"), cars()[1][:FEW]) == pytest.approx(0.971, abs=2e-3)


def test_t_of_r_eventstudy_forgets_forecast_errors() -> None:
    sigma, (car, se) = ours().sigma[:FEW, None], cars()
    np.testing.assert_allclose(printed("r_eventstudy", "t_ar"), ours().ar[:FEW] / sigma, rtol=1e-9)
    theirs = printed("r_eventstudy", "t_car")
    np.testing.assert_allclose(theirs, car[:FEW] / (sigma * np.sqrt(LENGTHS)), rtol=1e-9)
    assert median_ratio(theirs, (car / se)[:FEW]) == pytest.approx(1.026, abs=2e-3)


def test_bmp_of_r_eventstudy_standardises_by_sigma_alone() -> None:
    daily = ours().ar / ours().sigma[:, None]
    for values, stat, windows, ratio in (
        (daily, "BMP.bmp_t", EACH_DAY, 0.9988),
        (daily.cumsum(axis=1), "BMP.cbmp_t", RUNNING, 0.9997),
    ):
        theirs = printed("r_eventstudy", stat)
        np.testing.assert_allclose(theirs, np.sqrt(60) * values.mean(axis=0) / values.std(axis=0, ddof=1), rtol=1e-9)
        assert median_ratio(theirs, statistic("bmp", "default", windows)) == pytest.approx(ratio, abs=2e-4)


def test_kolari_pynnonen_of_r_eventstudy_correlates_event_time_not_calendar_days() -> None:
    """No two events share day 0, so nothing is to be adjusted: ours is BMP itself, theirs is 0.65 % larger."""
    assert (statistic("bmp_adjusted", "default", EACH_DAY) == statistic("bmp", "default", EACH_DAY)).all()
    ratio = printed("r_eventstudy", "KP.kp_t") / printed("r_eventstudy", "BMP.bmp_t")
    np.testing.assert_allclose(ratio, 1.00645092, rtol=1e-7)


def test_rank_z_of_r_eventstudy_is_the_same_on_every_day() -> None:
    assert np.ptp(printed("r_eventstudy", "RankT.rank_z")) == 0
    assert np.ptp(statistic("corrado_rank", "paper", EACH_DAY)) > 3


def test_patell_of_estudy2_divides_by_n_less_one() -> None:
    """S² with M - 1 in place of M - 2: Z is larger by sqrt(229 / 228)."""
    own = statistic("patell", "default", EACH_DAY)
    np.testing.assert_allclose(printed("estudy2", "pt_stat"), own * np.sqrt(229 / 228), rtol=1e-9)


def test_patell_of_the_toolkit_forgets_forecast_errors_and_the_variance_of_t() -> None:
    car, _ = cars()
    z = car[:, -1] / (ours().sigma * np.sqrt(21))
    np.testing.assert_allclose(printed("toolkit", "scar"), z[:FEW], rtol=1e-9)
    np.testing.assert_allclose(printed("toolkit", "tpatell"), z.sum() / np.sqrt(60), rtol=1e-9)
    np.testing.assert_allclose(printed("toolkit", "scar_t"), np.sqrt(60) * z.mean() / z.std(ddof=1), rtol=1e-9)
    assert abs(printed("toolkit", "tpatell")[0] / statistic("patell", "default", WHOLE)[0] - 1) > 0.04


def test_eventstudystatistics_takes_an_inner_product_for_a_correlation() -> None:
    """Its adjustment follows from the inner product it prints, which has the units of a variance, not of a correlation."""
    r = printed("ess", "rbar_used")[0]
    ratio = printed("ess", "adjbmp_t") / printed("ess", "bmp_t")
    assert np.ptp(ratio) < 1e-12
    assert ratio[0] == pytest.approx(np.sqrt((1 - r) / (1 + 59 * r)), abs=2e-5)
    assert np.abs(printed("ess", "bmp_t") / statistic("bmp", "default", EACH_DAY) - 1).max() > 0.1
    assert np.abs(printed("ess", "grank_t_car") / statistic("grank_t", "paper", RUNNING) - 1).max() > 1e-3
