"""Figures worked out by others or in closed form: the DeepSeek days of NVDA, expected sizes, detectable effects."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from eventstudy import EventStudy, StudyResult, load_prices, run
from eventstudy.engine.abnormal import cumulate
from eventstudy.inference.distributions import (
    count_of_signs,
    exact_count_of_signs,
    mean_over_known_variance,
    mean_over_spread,
)
from eventstudy.units.windows import Window
from scipy import integrate, stats


def adjusted_closes() -> pd.DataFrame:
    """Adjusted closes of NVDA and SPY as data vendors make them, from the embedded closes and dividends.

    Each price before an ex-day is multiplied by 1 - dividend / close of the day before.
    """
    table = load_prices(["NVDA", "SPY"], source="bundled")
    paid = table.fields["dividend"].fillna(0.0)
    factor = (1 - paid / table.close.shift(1)).fillna(1.0)
    return table.close / factor.cumprod()


def near(got: float, printed: str, units: float = 0.5) -> None:
    """Equal to all printed digits; or within so many units of the last one."""
    unit = 10.0 ** -len(printed.partition(".")[2])
    assert got == pytest.approx(float(printed), abs=units * unit * 1.0001)


def check_announced(result: StudyResult, units: float, beta_units: float) -> None:
    block = result.panel.block
    assert str(block.sessions[0, 0]) == "2024-01-05"
    assert str(block.sessions[0, 249]) == "2025-01-02"
    assert (result.fit.n_estimation[0], result.fit.df[0]) == (250, 248)
    near(result.fit.params[0, 0], ".002188", units)
    near(result.fit.params[0, 1], "2.65332", beta_units)
    near(result.fit.sigma[0], ".025717", units)
    found = cumulate(result.returns, Window(-5, 5))
    near(found.car[0], "-.16188", units)
    near(found.se[0], ".08737", units)
    near(found.scar[0], "-1.8527", units)


def check_recognised(result: StudyResult, units: float, beta_units: float) -> None:
    near(result.fit.params[0, 1], "2.67204", beta_units)
    for window, car, t in (
        ((0, 0), "-.13373", "-5.1482"),
        ((0, 1), "-.06928", "-1.8941"),
        ((0, 5), "-.14532", "-2.2717"),
    ):
        found = cumulate(result.returns, Window(*window))
        near(found.car[0], car, units)
        near(found.scar[0], t, units)


def test_nvda_after_deepseek_from_adjusted_closes() -> None:
    """The published figures were worked out from adjusted closes: with those, every printed digit is met."""
    for date, check in (("2025-01-20", check_announced), ("2025-01-27", check_recognised)):
        events = pd.DataFrame({"ticker": ["NVDA"], "date": [date]})
        check(EventStudy(benchmark="SPY").run(events, adjusted_closes()), 0.5, 0.5)


def test_nvda_after_deepseek_from_the_embedded_sample() -> None:
    """With closes and dividends the returns of four ex-days differ in the sixth digit: beta by 1.2e-4, the rest by a unit."""
    for day0, check in (("announced", check_announced), ("recognised", check_recognised)):
        check(run("deepseek-r1", tickers=["NVDA"], day0=day0), 1.5, 13)


@pytest.mark.parametrize(
    ("n", "r", "percent"),
    [
        (20, 0.02, 9.9),
        (20, 0.05, 17.1),
        (20, 0.1, 27.5),
        (20, 0.3, 52.6),
        (50, 0.02, 16.8),
        (50, 0.05, 30.4),
        (50, 0.1, 44.4),
        (50, 0.3, 67.9),
    ],
)
def test_size_of_a_mean_over_its_own_spread(n: int, r: float, percent: float) -> None:
    assert 100 * mean_over_spread(n, r) == pytest.approx(percent, abs=0.051)


def test_size_of_a_mean_over_a_known_variance() -> None:
    assert 100 * mean_over_known_variance(20, 0.3) == pytest.approx(44.9, abs=0.051)


@pytest.mark.parametrize("size", [mean_over_spread, mean_over_known_variance, count_of_signs])
def test_sizes_without_correlation_are_the_nominal_one(size: object) -> None:
    assert callable(size)
    for n in (2, 20, 500):
        assert size(n, 0.0) == pytest.approx(0.05, abs=1e-12)


@pytest.mark.parametrize(("n", "r"), [(10, 0.1), (20, 0.3), (50, 0.05), (16, 0.56)])
def test_size_of_a_count_of_signs(n: int, r: float) -> None:
    """Against adaptive integration over the common part, and against 200,000 draws of correlated normals."""
    cut = 1.959963984540054 * np.sqrt(n) / 2

    def rejected(f: float) -> float:
        up = stats.norm.cdf(np.sqrt(r / (1 - r)) * f)
        far = [k for k in range(n + 1) if abs(k - n / 2) > cut]
        return float(stats.binom.pmf(far, n, up).sum() * stats.norm.pdf(f))

    wanted = integrate.quad(rejected, -8, 8, epsabs=1e-10, limit=200)[0]
    assert count_of_signs(n, r) == pytest.approx(wanted, abs=1e-7)
    rng, draws = np.random.default_rng(1), 200_000
    positive = np.zeros(draws)
    common = rng.standard_normal(draws)
    for _ in range(n):
        positive += np.sqrt(r) * common + np.sqrt(1 - r) * rng.standard_normal(draws) > 0
    share = float((abs(positive - n / 2) > cut).mean())
    assert count_of_signs(n, r) == pytest.approx(share, abs=4 * np.sqrt(wanted * (1 - wanted) / draws))


@pytest.mark.parametrize(("n", "r"), [(5, 0.3), (6, 0.2), (8, 0.1), (16, 0.07), (20, 0.3), (16, 0.56), (50, 0.05)])
def test_size_of_an_exact_count_of_signs(n: int, r: float) -> None:
    """Against adaptive integration over the common part, rejecting as scipy's binomial test does."""
    far = [k for k in range(n + 1) if stats.binomtest(k, n).pvalue <= 0.05]

    def rejected(f: float) -> float:
        up = stats.norm.cdf(np.sqrt(r / (1 - r)) * f)
        return float(stats.binom.pmf(far, n, up).sum() * stats.norm.pdf(f)) if far else 0.0

    wanted = integrate.quad(rejected, -8, 8, epsabs=1e-10, limit=200)[0]
    assert exact_count_of_signs(n, r) == pytest.approx(wanted, abs=1e-7)
    assert exact_count_of_signs(n, r) <= count_of_signs(n, r) + 1e-12


def test_beyond_a_hundred_signs_the_count_is_judged_by_the_normal() -> None:
    assert exact_count_of_signs(101, 0.1) == count_of_signs(101, 0.1)
    assert exact_count_of_signs(100, 0.1) < count_of_signs(100, 0.1)
