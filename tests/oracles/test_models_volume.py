"""Log volume with autoregressive errors against statsmodels' GLS, and against the transformation of Prais and Winsten."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from eventstudy import plugins
from eventstudy.config import StudyConfig
from eventstudy.engine.abnormal import cumulate
from eventstudy.models import model_of
from eventstudy.models.autoregressive import trend
from eventstudy.panel import EventBlock, Floats
from eventstudy.study.estimate import abnormal_returns
from eventstudy.units.windows import Window
from scipy import stats

from tests.oracles.designs import distinct_days

RHO, M, L = 0.6, 120, 7
EXACT: dict[str, Any] = {"rtol": 1e-9, "atol": 1e-12}


def volumes(n: int, *, holes: bool = True, seed: int = 2, rho: float = RHO) -> EventBlock:
    """Log volumes around 12 with autoregressive errors; estimation days before a gap of five sessions."""
    rng = np.random.default_rng(seed)
    t = M + 5 + L
    shock = 0.3 * rng.standard_normal((n, t))
    error = np.empty((n, t))
    error[:, 0] = shock[:, 0] / np.sqrt(1 - rho**2)
    for day in range(1, t):
        error[:, day] = rho * error[:, day - 1] + shock[:, day]
    market = 11 + 0.2 * rng.standard_normal((n, t))
    values = 1.0 + market + error
    if holes:
        values[0, [0, 30, 31, 77]] = np.nan
        values[1, -2] = np.nan
    return EventBlock(
        returns=values,
        regressors=market[:, :, None],
        names=("benchmark",),
        design=np.arange(n),
        sessions=distinct_days(n, t),
        span=np.ones((n, t)),
        estimation=Window(-3 - 5 - M, -3 - 5 - 1),
        event=Window(-3, 3),
    )


def regressors(made: EventBlock, i: int, model: str) -> Floats:
    one = np.ones((made.returns.shape[1], 1))
    return one if model == "constant_mean" else np.column_stack([one, made.regressors[i, :, 0]])


@pytest.mark.parametrize("model", ["constant_mean", "market"])
def test_generalised_least_squares(model: str) -> None:
    """Errors of days g sessions apart correlate by rho^g, gaps counted; s² is the variance of a day's error."""
    made = volumes(4)
    fit = model_of(StudyConfig(outcome="volume", model=model)).fit(made, 100)
    for i in range(4):
        days = np.flatnonzero(np.isfinite(made.returns[i, :M]))
        x = regressors(made, i, model)
        y = made.returns[i]
        ols = sm.OLS(y[days], x[days]).fit()
        follow = np.flatnonzero(np.diff(days) == 1)
        rho = (ols.resid[follow] @ ols.resid[follow + 1]) / (ols.resid[follow] ** 2).sum()
        assert fit.names[-1] == "rho"
        assert fit.params[i, -1] == pytest.approx(rho, rel=1e-10)
        gls = sm.GLS(y[days], x[days], sigma=rho ** np.abs(np.subtract.outer(days, days))).fit()
        np.testing.assert_allclose(fit.params[i, :-1], gls.params, **EXACT)
        assert fit.sigma[i] ** 2 == pytest.approx(gls.scale, rel=1e-10)
        assert fit.df[i] == gls.df_resid
        ahead = x[made.event_columns]
        np.testing.assert_allclose(fit.expected[i], ahead @ gls.params, **EXACT)
        g = fit.basis[i, M:]
        v = np.diag(fit.noise[i]) + g @ g.T
        omega = rho ** np.abs(np.subtract.outer(np.arange(L), np.arange(L)))
        np.testing.assert_allclose(v * gls.scale, omega * gls.scale + ahead @ gls.cov_params() @ ahead.T, **EXACT)


def test_prais_and_winsten() -> None:
    """Without gaps: y_t - rho y_(t-1), the first day times sqrt(1 - rho²), and the variance of the shocks over 1 - rho²."""
    made = volumes(3, holes=False)
    fit = model_of(StudyConfig(outcome="volume", model="market")).fit(made, 100)
    for i in range(3):
        rho = fit.params[i, -1]
        z = np.column_stack([made.returns[i, :M], regressors(made, i, "market")[:M]])
        z = np.vstack([np.sqrt(1 - rho**2) * z[:1], z[1:] - rho * z[:-1]])
        ols = sm.OLS(z[:, 0], z[:, 1:]).fit()
        np.testing.assert_allclose(fit.params[i, :2], ols.params, **EXACT)
        assert fit.sigma[i] ** 2 == pytest.approx(ols.mse_resid / (1 - rho**2), rel=1e-10)
        np.testing.assert_allclose(fit.residuals[i] * np.sqrt(1 - rho**2), ols.resid, **EXACT)


def test_without_autocorrelation_it_is_least_squares() -> None:
    made = volumes(2, holes=False)
    mean, plain = (
        made.returns[:, :M].mean(axis=1, keepdims=True),
        plugins.load("models", "constant_mean").fit(made, 100),
    )
    alternating = made.returns.copy()
    alternating[:, :M] = mean + 0.3 * np.tile([1.0, 1.0, -1.0, -1.0], M // 4)  # neighbours agree as often as not
    made = EventBlock(**{**made.__dict__, "returns": alternating})
    fit = model_of(StudyConfig(outcome="volume")).fit(made, 100)
    assert abs(fit.params[0, -1]) < 0.01
    np.testing.assert_allclose(fit.params[:, 0], plain.params[:, 0], atol=2e-3)


@pytest.mark.slow
@pytest.mark.parametrize(("window", "least", "most"), [((0, 0), 0.035, 0.075), ((-3, 3), 0.035, 0.085)])
def test_size_in_the_upper_tail(window: tuple[int, int], least: float, most: float) -> None:
    """Nothing happened: about 5 % in the upper tail although volume is autocorrelated; independent errors are far off.

    2,000 firms, a standard error of .5; rho is estimated, a little too small, which costs long windows some size.
    """
    made = volumes(2000, holes=False, seed=6)
    shares = {}
    for name in ("volume", "plain"):
        model = model_of(StudyConfig(outcome="volume", model="market"))
        fit = (model if name == "volume" else plugins.load("models", "market")).fit(made, 100)
        returns = abnormal_returns(made, fit, np.full(2000, 3), prediction_error=True)
        scar = cumulate(returns, Window(*window)).scar
        shares[name] = float((stats.t.sf(scar, fit.df) < 0.05).mean())
    assert least < shares["volume"] < most
    if window != (0, 0):
        assert shares["plain"] > 0.15


@pytest.mark.parametrize("model", ["constant_mean", "market"])
def test_a_trend_is_the_slope_of_generalised_least_squares(model: str) -> None:
    """With errors of the model's own rho, gaps counted; the df are those that the trend leaves."""
    made = volumes(3)
    fit = model_of(StudyConfig(outcome="volume", model=model)).fit(made, 100)
    for i in range(3):
        days = np.flatnonzero(np.isfinite(fit.residuals[i]))
        x = np.column_stack([regressors(made, i, model)[days], days])
        omega = fit.params[i, -1] ** np.abs(np.subtract.outer(days, days))
        gls = sm.GLS(made.returns[i, days], x, sigma=omega).fit()
        assert trend(fit, i) == pytest.approx((gls.params[-1], gls.tvalues[-1]), rel=1e-8)
