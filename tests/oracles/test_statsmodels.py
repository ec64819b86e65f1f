"""statsmodels as the oracle of every linear model: coefficients, variances, forecast covariance, joint tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from eventstudy import plugins
from eventstudy.engine.abnormal import cumulate
from eventstudy.inference import holm
from eventstudy.inference.advice import arch_p
from eventstudy.inference.joint import distance
from eventstudy.models import Fit
from eventstudy.panel import EventBlock
from eventstudy.units.windows import Window
from statsmodels.stats.diagnostic import het_arch

from tests.oracles.adjusted import by_statsmodels
from tests.oracles.designs import fitted, made_up, sampled

INSTANCES = ((0, 140), (1, 140), (2, 145), (3, 150), (0, 190), (4, 230))
WINDOWS = [(0, 0), (-1, 1), (0, 5), (-5, 5)]
TIGHT: dict[str, Any] = {"rtol": 1e-10, "atol": 1e-13}


def block(model: str, missing: float = 0.05) -> EventBlock:
    """A panel with the regressors a model needs; factors are missing on some days too."""
    rng = np.random.default_rng(31)
    made = made_up(rng, INSTANCES, missing=missing, estimation=(-130, -11), n_factors=3)
    names = ("smb", "hml", "rf") if model == "factors" else ("mkt_rf", "smb", "rf")
    made.factors[:, 2] = 0.0001 + 0.00002 * rng.standard_normal(len(made.factors))  # rf
    if missing:
        made.factors[[50, 77, 120], 0] = np.nan
    return replace(made, factor_names=names).block()


def designed(made: EventBlock, model: str) -> tuple[np.ndarray, np.ndarray]:
    """(N, T) the left-hand side and (N, T, K) the regressors of each pair, written down by hand."""
    column = {name: made.regressors[made.design][:, :, i] for i, name in enumerate(made.names)}
    one = np.ones(made.returns.shape)
    if model == "constant_mean":
        return made.returns, one[:, :, None]
    if model == "market":
        return made.returns, np.stack([one, column["benchmark"]], axis=2)
    excess = made.returns - column["rf"]
    if model == "capm":
        return excess, np.stack([one, column["mkt_rf"]], axis=2)
    return excess, np.stack([one, column["smb"], column["hml"]], axis=2)


def regressions(model: str) -> Iterator[tuple[int, Any, np.ndarray, np.ndarray, EventBlock, Fit]]:
    """Each pair: its number, the statsmodels result, the event rows of y and X, the block, and the engine's fit."""
    made = block(model)
    fit = plugins.load("models", model).fit(made, 30)
    y, x = designed(made, model)
    for i in range(made.n_pairs):
        days, event = made.estimation_columns, made.event_columns
        seen = np.isfinite(y[i, days]) & np.isfinite(x[i, days]).all(axis=1)
        yield i, sm.OLS(y[i, days][seen], x[i, days][seen]).fit(), y[i, event], x[i, event], made, fit


MODELS = ["constant_mean", "market", "capm", "factors"]


@pytest.mark.parametrize("model", MODELS)
def test_coefficients_residuals_and_variance(model: str) -> None:
    for i, ols, y, x, _, fit in regressions(model):
        np.testing.assert_allclose(fit.params[i], ols.params, **TIGHT)
        np.testing.assert_allclose(fit.sigma[i], np.sqrt(ols.mse_resid), **TIGHT)
        assert (fit.df[i], fit.n_estimation[i]) == (ols.df_resid, ols.nobs)
        residuals = fit.residuals[i]
        np.testing.assert_allclose(residuals[np.isfinite(residuals)], ols.resid, **TIGHT)
        np.testing.assert_allclose(fit.ar[i], np.where(np.isfinite(x).all(axis=1), y - x @ ols.params, np.nan), **TIGHT)
        assert fit.names[0] == "alpha"
        assert len(fit.names) == len(ols.params)


@pytest.mark.parametrize("model", MODELS)
def test_leverage_and_studentised_residuals(model: str) -> None:
    returns = fitted(block(model), model)
    for i, ols, *_ in regressions(model):
        influence, seen = ols.get_influence(), np.isfinite(returns.residuals[i])
        np.testing.assert_allclose(returns.standardised[i][seen], influence.resid_studentized_internal, **TIGHT)
        np.testing.assert_allclose(returns.studentised[i][seen], influence.resid_studentized_external, **TIGHT)


@pytest.mark.parametrize("model", MODELS)
def test_forecast_standard_errors_of_single_days(model: str) -> None:
    returns = fitted(block(model), model)
    for i, ols, y, x, *_ in regressions(model):
        known = np.isfinite(y) & np.isfinite(x).all(axis=1)
        wanted = ols.get_prediction(x[known]).se_obs
        got = returns.sigma[i] * np.sqrt(returns.unit_variance[i][known])
        np.testing.assert_allclose(got, wanted, **TIGHT)
        np.testing.assert_allclose(returns.sar[i][known], (y - x @ ols.params)[known] / wanted, **TIGHT)


@pytest.mark.parametrize("model", MODELS)
def test_forecast_covariance_between_days(model: str) -> None:
    returns = fitted(block(model), model)
    for i, ols, _, x, *_ in regressions(model):
        known = np.isfinite(x).all(axis=1)
        ahead = returns.basis[returns.basis_of[i], returns.n_estimation_days :][known]
        wanted = np.eye(known.sum()) * ols.mse_resid + x[known] @ ols.cov_params() @ x[known].T
        got = returns.sigma[i] ** 2 * (np.eye(known.sum()) + ahead @ ahead.T)
        np.testing.assert_allclose(got, wanted, **TIGHT)
        assert abs(wanted[0, -1]) > 1e-4 * wanted[0, 0]  # the off-diagonals are there to be got wrong


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("window", WINDOWS)
def test_exact_t_is_the_t_of_event_dummies(model: str, window: tuple[int, int]) -> None:
    """One regression over estimation and window days with a dummy for each window day: t of the sum of the dummies."""
    made = block(model)
    found = plugins.load("tests", "exact_t").compute(fitted(made, model), Window(*window), 0)
    cars = cumulate(fitted(made, model), Window(*window))
    y, x = designed(made, model)
    checked = 0
    for i in np.flatnonzero(np.isfinite(found.statistic)):
        rows = np.r_[
            0 : made.estimation.length,
            made.returns.shape[1] - 11 + window[0] + 5 : made.returns.shape[1] - 5 + window[1],
        ]
        rows = rows[np.isfinite(y[i, rows]) & np.isfinite(x[i, rows]).all(axis=1)]
        inside = rows >= made.estimation.length
        dummies = np.zeros((len(rows), inside.sum()))
        dummies[np.flatnonzero(inside), np.arange(inside.sum())] = 1
        ols = sm.OLS(y[i, rows], np.hstack([x[i, rows], dummies])).fit()
        test = ols.t_test(np.r_[np.zeros(x.shape[2]), np.ones(inside.sum())])
        np.testing.assert_allclose(cars.car[i], test.effect[0], **TIGHT)
        np.testing.assert_allclose(cars.se[i], test.sd[0, 0], **TIGHT)
        np.testing.assert_allclose(found.statistic[i], test.tvalue[0, 0], rtol=1e-9)
        np.testing.assert_allclose(found.p_value[i], float(test.pvalue), rtol=1e-9)
        checked += 1
    assert checked >= 4


@pytest.mark.parametrize("window", WINDOWS)
def test_market_adjusted_in_closed_form(window: tuple[int, int]) -> None:
    """Nothing is estimated: V = I, s² is the variance of R - R_m with M - 1, and so is the mean of a t test's pool."""
    made = block("market")
    returns = fitted(made, "market_adjusted")
    found = cumulate(returns, Window(*window))
    difference = made.returns - made.regressors[made.design][:, :, 0]
    for i in range(made.n_pairs):
        before = difference[i, made.estimation_columns]
        before = before[np.isfinite(before)]
        within = difference[i, made.event_columns][window[0] + 5 : window[1] + 6]
        within = within[np.isfinite(within)]
        np.testing.assert_allclose(returns.sigma[i], np.std(before, ddof=1), **TIGHT)
        assert returns.df[i] == len(before) - 1
        if found.covered[i]:
            np.testing.assert_allclose(found.car[i], within.sum(), **TIGHT)
            np.testing.assert_allclose(found.se[i], np.std(before, ddof=1) * np.sqrt(len(within)), **TIGHT)


def test_without_prediction_error_a_standard_error_is_sigma_root_l() -> None:
    made = block("market")
    returns = fitted(made, prediction_error=False)
    for window in WINDOWS:
        found = cumulate(returns, Window(*window))
        ok = found.covered
        np.testing.assert_allclose(found.se[ok], (returns.sigma * np.sqrt(found.used.sum(axis=1)))[ok], **TIGHT)


@pytest.mark.parametrize("window", WINDOWS)
def test_distance_of_all_firms_is_the_wald_statistic_of_a_system(window: tuple[int, int]) -> None:
    """Equations with the same regressors: stacked least squares with S = U'U / v is OLS, and c'Var(c)⁻¹c is Q."""
    made = made_up(np.random.default_rng(33), tuple((f, 100) for f in range(5)), missing=0.0, estimation=(-80, -11))
    sample = sampled(made.block(), window)
    rows = np.r_[20:90, 100 + window[0] : 101 + window[1]]
    inside = np.arange(len(rows)) >= 70
    x = np.column_stack([np.ones(len(rows)), made.market[rows], np.eye(len(rows))[:, inside]])
    fits = [sm.OLS(made.returns[rows, f], x).fit() for f in range(5)]
    s = np.array([[a.resid @ b.resid for b in fits] for a in fits]) / fits[0].df_resid
    bread = np.linalg.inv(x.T @ x)
    pick = np.r_[0, 0, np.ones(inside.sum())]
    c = np.array([pick @ f.params for f in fits])
    wanted = c @ np.linalg.inv(s * (pick @ bread @ pick)) @ c
    assert distance(sample)[0] == pytest.approx(wanted, rel=1e-10)


def test_collinear_and_nearly_collinear_regressors() -> None:
    """A copy of a factor is refused; one that is nearly a copy is solved as accurately as statsmodels' QR."""
    rng = np.random.default_rng(34)
    for noise, problem in ((0.0, "COLLINEAR"), (1e-12, "COLLINEAR"), (1e-5, "")):
        made = made_up(rng, ((0, 140),), missing=0.0, estimation=(-130, -11), n_factors=2)
        made.factors[:, 1] = made.factors[:, 0] + noise * rng.standard_normal(len(made.factors))
        lined = made.block()
        fit = plugins.load("models", "factors").fit(lined, 30)
        assert fit.problem[0] == problem
        assert np.isnan(fit.sigma[0]) == bool(problem)
        if not problem:
            days = lined.estimation_columns
            x = sm.add_constant(lined.regressors[0, days, 1:])
            ols = sm.OLS(lined.returns[0, days], x).fit(method="qr")
            np.testing.assert_allclose(fit.params[0], ols.params, rtol=1e-6)
            np.testing.assert_allclose(fit.sigma[0], np.sqrt(ols.mse_resid), rtol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_holm(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = rng.random(12) ** 3
    p[3] = p[7]
    np.testing.assert_allclose(holm(p), by_statsmodels(p, "holm"), rtol=1e-12)
    gaps = p.copy()
    gaps[[2, 5]] = np.nan
    known = np.isfinite(gaps)
    np.testing.assert_allclose(holm(gaps)[known], by_statsmodels(p[known], "holm"), rtol=1e-12)
    assert np.isnan(holm(gaps)[~known]).all()
    assert holm(np.array([])).shape == (0,)


@pytest.mark.filterwarnings("ignore:acorr_lm:FutureWarning")
def test_engle_lm_test_of_volatility_clustering() -> None:
    made = made_up(np.random.default_rng(35), INSTANCES, missing=0.0, estimation=(-130, -11))
    returns = fitted(made.block())
    wanted = [het_arch(r, nlags=5)[1] for r in returns.residuals]
    np.testing.assert_allclose(arch_p(returns), wanted, rtol=1e-9)
    holes = replace(returns, residuals=np.where(np.arange(120) == 60, np.nan, returns.residuals))
    assert np.isnan(arch_p(holes)).all()
