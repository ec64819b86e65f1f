"""A test that does not apply says so: no number, not valid, and the reason."""

from __future__ import annotations

import numpy as np
import pytest
from eventstudy import plugins
from eventstudy.inference import PairsTest, Sample, SeriesTest, Significance
from eventstudy.units.windows import Window

from tests.oracles.designs import Panel, ask, made_up, sampled


def panel(days: list[int], missing: float = 0.0) -> Panel:
    return made_up(np.random.default_rng(3), tuple(enumerate(days)), missing=missing)


def refused(answer: Significance, reason: str) -> None:
    assert np.isnan([answer.statistic, answer.p_value]).all()
    assert not answer.valid
    assert answer.distribution == ""
    assert len(answer.reasons) == 1
    assert reason in answer.reasons[0]


@pytest.mark.parametrize(
    ("days", "window", "model", "missing", "reason"),
    [
        ([80] * 5, (-1, 1), "market", 0.0, "one day only"),
        ([80] * 5, (0, 0), "market_adjusted", 0.0, "estimates nothing"),
        ([80, 80, 120], (0, 0), "market", 0.0, "one event date"),
        ([80] * 5, (0, 0), "market", 0.05, "all estimation days"),
        ([80] * 49, (0, 0), "market", 0.0, "too many for 58 degrees of freedom"),
    ],
)
def test_joint_placebo(days: list[int], window: tuple[int, int], model: str, missing: float, reason: str) -> None:
    refused(ask("joint_placebo", sampled(panel(days, missing).block(), window, model)), reason)


def test_joint_placebo_takes_ten_firms_fewer_than_degrees_of_freedom() -> None:
    assert np.isfinite(ask("joint_placebo", sampled(panel([80] * 48).block(), (0, 0))).p_value)


@pytest.mark.parametrize(
    "name", ["bmp", "bmp_adjusted", "cross_section_t", "patell_adjusted", "grank_t", "variance_placebo"]
)
def test_one_pair(name: str) -> None:
    answer = ask(name, sampled(panel([80]).block(), (0, 0)))
    assert np.isnan(answer.p_value)
    assert not answer.valid
    assert answer.n == 1


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("variance_placebo", 3),
        ("grank_t", 4),
        ("bmp", 2),
        ("bmp_adjusted", 2),
        ("cross_section_t", 2),
        ("patell_adjusted", 2),
        ("corrado_zivney", 2),
        ("grank_z", 2),
        ("jackknife", 3),
        ("hall_t", 10),
    ],
)
def test_least_number_of_pairs(name: str, least: int) -> None:
    days = [80 + 40 * i for i in range(least)]
    assert np.isfinite(ask(name, sampled(panel(days).block(), (0, 0))).p_value)
    assert np.isnan(ask(name, sampled(panel(days[1:]).block(), (0, 0))).p_value)


def test_variance_placebo_needs_thirty_days_with_all_pairs() -> None:
    made = panel([80] * 4)
    for rows, firm in ((slice(10, 25), 0), (slice(25, 40), 1)):
        made.returns[rows, firm] = np.nan
    assert np.isfinite(ask("variance_placebo", sampled(made.block(), (0, 0))).p_value)
    made.returns[40, 2] = np.nan
    refused(ask("variance_placebo", sampled(made.block(), (0, 0))), "fewer than 30 estimation days")


def test_portfolio_of_several_dates() -> None:
    refused(ask("portfolio_t", sampled(panel([80, 120]).block(), (0, 0))), "more than one event date")


def test_portfolio_without_days_on_which_all_traded() -> None:
    made = panel([80] * 3)
    made.returns[10:25, 0] = made.returns[25:41, 1] = np.nan
    refused(ask("portfolio_t", sampled(made.block(), (0, 0))), "too few days on which all members traded (29)")


def test_sample_quantile_of_a_window() -> None:
    sample = sampled(panel([80]).block(), (0, 1))
    found = plugins.load("tests", "sample_quantile").compute(sample.returns, sample.window, 0).at(0)
    refused(found, "one day only")


def test_ranks_of_a_window_that_is_nearly_everything() -> None:
    made = made_up(np.random.default_rng(4), ((0, 40), (1, 40)), missing=0.0, estimation=(-40, -11), event=(0, 120))
    whole = Sample.of(sampled(made.block(), (0, 0)).returns, Window(0, 120))
    assert np.isfinite(ask("corrado_rank", whole).p_value)


@pytest.mark.parametrize("name", plugins.names("tests"))
def test_every_test_names_what_it_asks_assumes_and_who_said_it(name: str) -> None:
    test = plugins.load("tests", name)
    assert isinstance(test, PairsTest | SeriesTest)
    assert all(isinstance(v, str) and v for v in (test.summary, test.null, test.assumes, test.fails, test.paper))
    if isinstance(test, PairsTest) and test.size_when_clustered:
        assert test.independent
        assert 0.05 < test.size_when_clustered(20, 0.3) < 1
