"""Published numbers, recomputed from data that anyone may copy or make, to the digits printed (docs/reproductions.md)."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from eventstudy import plugins, run
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.inference.distributions import against_variance
from eventstudy.inference.multiple import benjamini_hochberg, holm
from eventstudy.panel import EventBlock, Floats
from eventstudy.study.estimate import abnormal_returns
from eventstudy.units.windows import Window
from scipy import stats

from tests.oracles.designs import FIRST_DAY

# ---- least squares: NIST, Statistical Reference Datasets (works of the United States government) ----------------------

NORRIS = """
    .2 .1  337.4 338.8  118.2 118.1  884.6 888  10.1 9.2  226.5 228.1  666.3 668.5  996.3 998.5  448.6 449.1
    777 778.9  558.2 559.2  .4 .3  .6 .1  775.5 778.1  666.9 668.8  338 339.3  447.5 448.9  11.6 10.8  556 557.7
    228.1 228.3  995.8 998  887.6 888.8  120.2 119.6  .3 .3  .3 .6  556.8 557.6  339.1 339.3  887.2 888  999 998.5
    779 778.9  11.1 10.2  118.3 117.6  229.2 228.9  669.1 668.4  448.9 449.2  .5 .2
"""
"""36 calibrations of ozone monitors: NIST's own measurement, the customer's."""


def fitted(y: Floats, x: Floats, model: str, value: float = 0.0) -> tuple[Floats, AbnormalReturns]:
    """Parameters and abnormal returns of a model of y on x (T, k), estimated on all rows.

    The one day of the event has this value and regressors of zero.
    """
    rows = len(y) + 1
    block = EventBlock(
        returns=np.append(y, value)[None],
        regressors=np.vstack([x, np.zeros(x.shape[1])])[None],
        names=("benchmark",) if model == "market" else tuple(f"x{k}" for k in range(x.shape[1])),
        design=np.zeros(1, dtype=int),
        sessions=FIRST_DAY + np.arange(rows)[None],
        span=np.ones((1, rows)),
        estimation=Window(-len(y), -1),
        event=Window(0, 0),
    )
    fit = plugins.load("models", model).fit(block, len(y))
    assert not any(fit.problem), fit.problem
    return fit.params[0], abnormal_returns(block, fit, np.zeros(1, dtype=int), prediction_error=True)


def error_of_the_constant(found: AbnormalReturns) -> float:
    """What the forecast at regressors of zero is wrong by, beyond the day's own error: the standard error of the constant."""
    return float(found.sigma[0] * np.sqrt(found.unit_variance[0, 0] - 1))


def test_market_model_on_norris() -> None:
    x, y = np.array(NORRIS.split(), float).reshape(-1, 2).T
    (alpha, beta), found = fitted(y, x[:, None], "market")
    assert alpha == pytest.approx(-0.262323073774029, rel=1e-12)
    assert beta == pytest.approx(1.00211681802045, rel=1e-13)
    assert found.sigma[0] == pytest.approx(0.884796396144373, rel=1e-12)
    assert error_of_the_constant(found) == pytest.approx(0.232818234301152, rel=1e-10)


def test_factor_model_on_longley() -> None:
    """Sixteen years and six regressors that are nearly collinear, where careless arithmetic loses all digits.

    Each year stands twice, since a model asks for thirty rows: the line is the same, with 25 degrees of freedom in place of 9.
    """
    data = sm.datasets.longley.load_pandas()
    line, found = fitted(np.tile(data.endog, 2), np.tile(data.exog, (2, 1)), "factors")
    certified = [
        -3482258.63459582,
        15.0618722713733,
        -0.358191792925910e-01,
        -2.02022980381683,
        -1.03322686717359,
        -0.511041056535807e-01,
        1829.15146461355,
    ]
    np.testing.assert_allclose(line, certified, rtol=1e-9)
    assert found.sigma[0] == pytest.approx(304.854073561965 * np.sqrt(2 * 9 / 25), rel=1e-10)
    assert error_of_the_constant(found) == pytest.approx(890420.383607373 * np.sqrt(9 / 25), rel=1e-9)


# ---- papers -----------------------------------------------------------------------------------------------------------


def test_false_discoveries_of_benjamini_and_hochberg() -> None:
    """Benjamini and Hochberg (1995), section 4: of fifteen p-values four are rejected at 5 %, by Holm and Bonferroni three."""
    small = (0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459)
    p = np.array([*small, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0])
    assert (benjamini_hochberg(p) <= 0.05).tolist() == [True] * 4 + [False] * 11
    assert (holm(p) <= 0.05).tolist() == [True] * 3 + [False] * 12
    assert benjamini_hochberg(p)[3] == pytest.approx(0.0095 * 15 / 4)


@pytest.mark.parametrize(
    ("mean", "error", "printed", "rejected"),
    [(0.965, 0.104, 9.28, True), (-0.679, 0.098, -6.93, True), (-0.091, 0.098, -0.93, False)],
)
def test_quarterly_earnings_of_mackinlay(mean: float, error: float, printed: float, rejected: bool) -> None:
    """MacKinlay (1997): mean abnormal returns of good, bad and no news, their standard errors, and the printed ratios.

    The errors are printed to three digits: a study of one firm with such a forecast error says the same.
    """
    rng = np.random.default_rng(5)
    x = rng.normal(0, 1, (400, 1))
    y = x[:, 0] + rng.normal(0, 1, 400)
    (alpha, _), plain = fitted(y, x, "market")
    scale = error / float(plain.sigma[0] * np.sqrt(plain.unit_variance[0, 0]))
    _, found = fitted(y * scale, x, "market", value=mean + scale * alpha)
    assert found.ar[0, 0] == pytest.approx(mean)
    assert found.sar[0, 0] == pytest.approx(printed, abs=0.006)
    assert (2 * stats.t.sf(abs(found.sar[0, 0]), found.df[0]) < 0.05) == rejected


@pytest.mark.parametrize(("days", "percent"), [(3, 14.8), (11, 25.9), (21, 30.5)])
def test_a_published_sum_that_is_wrong(days: int, percent: float) -> None:
    """Patell's statistic of several days as eventstudy2 3.2 for Stata and two ports of it form it, by their source.

    They divide the sum up to the s-th day by the root of s and add these up in place of the last alone; its variance is
    1 + 1/2 + ... + 1/L times what they take it for, so that a test at 5 % rejects as often as stands here (drawn: 15, 28 and
    34 %). Ours stays at 5 % (tests/simulation/test_sizes.py).
    """
    assert 100 * against_variance(sum(1 / s for s in range(1, days + 1))) == pytest.approx(percent, abs=0.05)


# ---- the press, on the prices that ship -------------------------------------------------------------------------------


def test_returns_of_27_january_2025() -> None:
    """What newspapers printed of the day, to the digit."""
    printed = {"NVDA": "-17.0", "AVGO": "-17.4", "MRVL": "-19.1", "VRT": "-29.9", "CEG": "-20.8"}
    found = run(
        "deepseek-r1", tickers=list(printed), day0="recognised", source="bundled", event_window=(0, 1), windows=[(0, 0)]
    )
    day = found.tidy().query("rel_day == 0").set_index("ticker")["ret"]
    assert {ticker: f"{100 * day[ticker]:.1f}" for ticker in printed} == printed
