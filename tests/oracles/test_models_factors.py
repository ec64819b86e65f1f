"""Factor models and peers against statsmodels: coefficients, residual variance, and the CAR by dummies for event days."""

from __future__ import annotations

import statistics
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from eventstudy import plugins
from eventstudy.config import StudyConfig
from eventstudy.engine.abnormal import cumulate
from eventstudy.errors import InvalidRequest
from eventstudy.models import model_of
from eventstudy.study.estimate import abnormal_returns
from eventstudy.units.windows import Window

from tests.contracts.made_up import block

REGRESSORS = {
    "capm": ("mkt_rf",),
    "fama_french3": ("mkt_rf", "smb", "hml"),
    "carhart": ("mkt_rf", "smb", "hml", "mom"),
    "fama_french5": ("mkt_rf", "smb", "hml", "rmw", "cma"),
    "fama_french5_momentum": ("mkt_rf", "smb", "hml", "rmw", "cma", "mom"),
    "peer": ("benchmark", "peer"),
}


@pytest.mark.parametrize("model", REGRESSORS)
def test_coefficients_and_car_with_its_standard_error(model: str) -> None:
    """With a dummy for each event day the sum of the dummies is the CAR, and its standard error the exact one."""
    made = block()
    varying = made.regressors.copy()
    varying[:, :, made.names.index("rf")] += np.linspace(0, 0.0002, made.returns.shape[1])
    made = replace(made, regressors=varying)
    fit = plugins.load("models", model).fit(made, 100)
    found = cumulate(
        abnormal_returns(made, fit, np.full(made.n_pairs, 3), prediction_error=True), window := Window(-1, 2)
    )
    days, event = made.estimation_columns, made.event_columns
    x = sm.add_constant(made.columns(REGRESSORS[model])[0])
    rf = made.columns(("rf",))[0, :, 0] if model != "peer" else 0.0
    for i in range(2, made.n_pairs):
        y = made.returns[i] - rf
        rows = np.r_[days, event]
        day0 = event.start - made.event.start
        inside = list(range(day0 + window.start, day0 + window.end + 1))
        keep = [r for r in rows if r < days.stop or r in inside]
        dummies = np.array([[float(r == w) for w in inside] for r in keep])
        ols = sm.OLS(y[keep], np.column_stack([x[keep], dummies])).fit()
        k = x.shape[1]
        np.testing.assert_allclose(fit.params[i], ols.params[:k], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(fit.sigma[i], np.sqrt(ols.mse_resid), rtol=1e-10)
        assert fit.df[i] == ols.df_resid
        test = ols.t_test(np.r_[np.zeros(k), np.ones(len(inside))])
        np.testing.assert_allclose(found.car[i], test.effect[0], rtol=1e-9)
        np.testing.assert_allclose(found.se[i], test.sd[0, 0], rtol=1e-9)


@pytest.mark.parametrize(("model", "columns"), [("market", ("benchmark",)), ("capm", ("mkt_rf",))])
def test_without_alpha(model: str, columns: tuple[str, ...]) -> None:
    made = block()
    fit = model_of(StudyConfig(model=model, alpha=False)).fit(made, 100)
    days = made.estimation_columns
    rf = made.columns(("rf",))[0, :, 0] if model == "capm" else 0.0
    x = made.columns(columns)[0]
    for i in range(2, made.n_pairs):
        ols = sm.OLS((made.returns[i] - rf)[days], x[days]).fit()
        np.testing.assert_allclose(fit.params[i], ols.params, rtol=1e-10)
        np.testing.assert_allclose(fit.sigma[i], np.sqrt(ols.mse_resid), rtol=1e-10)
        assert fit.df[i] == ols.df_resid == 119
    assert fit.names == ("beta",)


@pytest.mark.parametrize("model", ["constant_mean", "market_adjusted", "matched", "dimson", "garch"])
def test_models_that_cannot_do_without_alpha(model: str) -> None:
    with pytest.raises(InvalidRequest, match="cannot do without its intercept"):
        model_of(StudyConfig(model=model, alpha=False))
    with pytest.raises(InvalidRequest, match="cannot do without its intercept"):
        model_of(StudyConfig(model="market", alpha=False, outcome="volume"))


def test_matched_is_the_difference_to_the_control() -> None:
    """Nothing is estimated: the sample variance of the differences, M - 1, and a CAR with L times that variance."""
    made, window = block(), Window(-1, 2)
    fit = plugins.load("models", "matched").fit(made, 100)
    found = cumulate(abnormal_returns(made, fit, np.full(made.n_pairs, 3), prediction_error=True), window)
    control = made.columns(("peer",))[0, :, 0]
    first = made.event_columns.start - made.event.start + window.start
    for i in range(2, made.n_pairs):
        differences = [r - c for r, c in zip(made.returns[i].tolist(), control.tolist(), strict=True)]
        before = differences[made.estimation_columns]
        variance = statistics.variance(before)
        assert fit.sigma[i] ** 2 == pytest.approx(variance, rel=1e-10)
        assert fit.df[i] == len(before) - 1
        assert found.car[i] == pytest.approx(sum(differences[first : first + 4]), rel=1e-10)
        assert found.se[i] == pytest.approx((4 * variance) ** 0.5, rel=1e-10)


def test_users_factors_are_over_the_risk_free_rate_of_their_file() -> None:
    """A file with `rf` explains returns over it, as the Fama-French models do."""
    made = block()
    names = ("benchmark", "mkt_rf", "smb", "hml", "rf")
    own = replace(made, names=names, regressors=made.columns(names))
    user, known = (plugins.load("models", name).fit(own, 100) for name in ("factors", "fama_french3"))
    np.testing.assert_allclose(user.params, known.params, rtol=1e-12)
    np.testing.assert_allclose(user.expected, known.expected, rtol=1e-12)
