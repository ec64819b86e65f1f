"""The made-up design of `golden/`, run through the whole study and through a block, against figures of slow scalar code."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy, StudyResult
from eventstudy.inference import Sample, precision_weighted
from eventstudy.inference.joint import distance
from eventstudy.inference.parametric import hall
from eventstudy.panel import EventBlock
from eventstudy.units.windows import Window

from tests.oracles.designs import FIRST_DAY, ask, fitted, prices_of, sampled

HERE = Path(__file__).parent / "golden"
GOLDEN: dict[str, Any] = json.loads((HERE / "golden.json").read_text(encoding="utf-8"))
WINDOWS = {"day0": (0, 0), "win": (-1, 1)}
FIRMS = [f"f{i}" for i in range(1, 7)]
PRINTED = 1.01e-8 / 2  # half a unit of the eighth decimal

TESTS = {
    "patell": ("patell", "default"),
    "patell_adj": ("patell_adjusted", "default"),
    "bmp": ("bmp", "default"),
    "bmp_kp": ("bmp_adjusted", "default"),
    "cross_t": ("cross_section_t", "default"),
    "cda_naive": ("cda", "paper"),
    "portfolio_exact": ("portfolio_t", "default"),
    "corrado_cowan": ("corrado_rank", "paper"),
    "corrado_fpc_t": ("corrado_rank", "default"),
    "grank_t_paper": ("grank_t", "paper"),
    "grank_t_r": ("grank_t", "corr"),
    "grank_t_adj": ("grank_t", "default"),
    "gsign_window": ("generalized_sign", "default"),
    "gsign_daily": ("generalized_sign", "paper"),
    "corrado_zivney": ("corrado_zivney", "default"),
    "sign_z": ("sign", "default"),
    "wilcoxon_Wplus": ("wilcoxon", "default"),
    "joint_F": ("joint_f", "default"),
    "var_ratio_chi2": ("variance_placebo", "chi2"),
}
P_VALUES = {"p_bmp_kp_t5": "bmp_adjusted", "sign_exact_p": "sign", "wilcoxon_exact_p": "wilcoxon", "joint_p": "joint_f"}
RANKED_BEFORE_T = {
    "corrado_fpc": ("corrado_rank", "default"),
    "grank_Z_paper": ("grank_t", "paper"),
    "grank_Z_r": ("grank_t", "corr"),
    "grank_Z_adj": ("grank_t", "default"),
}
"""Rank statistics before they are referred to t."""
MEANS: dict[str, Literal["var", "sd"]] = {"CAAR_pw_var": "var", "CAAR_pw_sd": "sd"}
CHECKED = {*TESTS, *P_VALUES, *RANKED_BEFORE_T, *MEANS}
CHECKED |= {
    "CAR",
    "C",
    "SCAR",
    "p_single",
    "CAAR",
    "rbar",
    "hall",
    "phat_window",
    "joint_Q",
    "SQ_p_ext",
    "SQ_portfolio_p",
}


def returns() -> pd.DataFrame:
    return pd.read_csv(HERE / "returns.csv", index_col="t")


@cache
def study() -> tuple[StudyResult, StudyResult]:
    """The study with the default forms, and with the published ones."""
    table = returns()
    table.index = pd.bdate_range("2021-03-01", periods=len(table))
    day0 = table.index[50]
    events = pd.DataFrame({"ticker": FIRMS, "date": day0.date().isoformat(), "event_id": "golden"})
    choices: dict[str, Any] = {
        "benchmark": "m",
        "calendar": None,
        "estimation_window": (-50, -11),
        "event_window": (-1, 1),
        "windows": list(WINDOWS.values()),
        "regime": "never",
        "min_estimation": 30,
    }
    published = {name: form for name, form in TESTS.values() if form == "paper"}
    prices = prices_of(table)
    return (
        EventStudy(**choices).run(events, prices),
        EventStudy(**choices, variants=published).run(events, prices),
    )


@cache
def block() -> EventBlock:
    table = returns()
    return EventBlock(
        returns=table[FIRMS].to_numpy().T,
        regressors=table[["m"]].to_numpy()[None],
        names=("benchmark",),
        design=np.zeros(6, dtype=np.int64),
        sessions=(FIRST_DAY + np.arange(len(table)))[None],
        span=np.ones((1, len(table))),
        estimation=Window(-50, -11),
        event=Window(-1, 1),
    )


def sample(name: str) -> Sample:
    return sampled(block(), WINDOWS[name])


def close(got: object, wanted: object, tolerance: float = PRINTED) -> None:
    np.testing.assert_allclose(np.asarray(got, float), np.asarray(wanted, float), rtol=0, atol=tolerance)


def test_every_golden_figure_is_checked() -> None:
    assert set(GOLDEN["day0"]) | set(GOLDEN["win"]) == CHECKED


def given(keys: Iterable[str]) -> list[tuple[str, str]]:
    """(window, key) of the figures that there are: those of one day only are not given for the window."""
    return [(name, key) for name in WINDOWS for key in keys if key in GOLDEN[name]]


def test_regression_of_each_firm() -> None:
    fit = study()[0].fit
    close(fit.params, np.column_stack([GOLDEN["alpha"], GOLDEN["beta"]]))
    np.testing.assert_allclose(fit.sigma**2, GOLDEN["s2"], rtol=1e-11)
    assert list(fit.df) == [38] * 6
    close(study()[0].returns.ar[:, 1], GOLDEN["AR_day0"])


def test_forecast_covariance_with_its_off_diagonals() -> None:
    ahead = fitted(block()).basis[0, 40:]
    close(np.eye(3) + ahead @ ahead.T, GOLDEN["V_unit"])
    close(fitted(block()).unit_variance[0], np.diag(GOLDEN["V_unit"]))


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("route", ["study", "block"])
def test_cumulated_returns(name: str, route: str) -> None:
    golden, window = GOLDEN[name], Window(*WINDOWS[name])
    found = (study()[0].sample(window) if route == "study" else sample(name)).cumulated
    close(found.car, golden["CAR"])
    close(found.unit, [golden["C"]] * 6)
    close(found.scar, golden["SCAR"])
    close(found.car.mean(), golden["CAAR"])
    close(study()[0].firm_answers[window].p, golden["p_single"])
    close(study()[0].answers[window].caar, golden["CAAR"])


@pytest.mark.parametrize(("name", "key"), given(TESTS))
def test_statistic(name: str, key: str) -> None:
    test, form = TESTS[key]
    close(ask(test, sample(name), form).statistic, GOLDEN[name][key])
    if form in ("default", "paper"):
        close(study()[form == "paper"].test(test, WINDOWS[name]).statistic, GOLDEN[name][key])


@pytest.mark.parametrize(("name", "key"), given(P_VALUES))
def test_p_value(name: str, key: str) -> None:
    close(ask(P_VALUES[key], sample(name)).p_value, GOLDEN[name][key])
    close(study()[0].test(P_VALUES[key], WINDOWS[name]).p_value, GOLDEN[name][key])


@pytest.mark.parametrize("name", WINDOWS)
def test_mean_correlation_and_the_degrees_of_freedom_of_the_adjusted_bmp(name: str) -> None:
    close(sample(name).correlation.mean, GOLDEN[name]["rbar"])
    close(study()[0].answers[Window(*WINDOWS[name])].correlation, GOLDEN[name]["rbar"])
    assert study()[0].test("bmp_adjusted", WINDOWS[name]).df == 5


@pytest.mark.parametrize(("name", "key"), given(RANKED_BEFORE_T))
def test_rank_statistics_before_they_are_referred_to_t(name: str, key: str) -> None:
    """Z = t sqrt((T - 1) / (T - 2 + t²)) of T ranked days: 40 and three, or 40 and the window as one."""
    test, form = RANKED_BEFORE_T[key]
    t, days = ask(test, sample(name), form).statistic, 43 if test == "corrado_rank" else 41
    close(t * np.sqrt((days - 1) / (days - 2 + t**2)), GOLDEN[name][key])


@pytest.mark.parametrize("name", WINDOWS)
def test_correction_for_skewness(name: str) -> None:
    """As a formula: the test itself refuses fewer than ten pairs."""
    close(hall(sample(name).car)[0], GOLDEN[name]["hall"])


@pytest.mark.parametrize(("name", "key"), given(MEANS))
def test_means_with_weights_by_precision(name: str, key: str) -> None:
    close(precision_weighted(sample(name), MEANS[key]).caar, GOLDEN[name][key])


@pytest.mark.parametrize("name", WINDOWS)
def test_shares_of_positive_windows(name: str) -> None:
    close(sample(name).share_positive, GOLDEN[name]["phat_window"])


@pytest.mark.parametrize("name", WINDOWS)
def test_distance_of_all_firms(name: str) -> None:
    close(distance(sample(name))[0], GOLDEN[name]["joint_Q"], 2e-8)


def test_sample_quantiles_of_firms_and_portfolio() -> None:
    window = Window(0, 0)
    close(study()[0].firm_answers[window].tests["placebo"].p_value, GOLDEN["day0"]["SQ_p_ext"])
    close(study()[0].test("sample_quantile", (0, 0)).p_value, GOLDEN["day0"]["SQ_portfolio_p"])
