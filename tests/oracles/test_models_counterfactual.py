"""Synthetic control, elastic net and principal components: other optimisers, first-order conditions, statsmodels' PCA."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from eventstudy import plugins
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.models.peers import ElasticNet, components, criteria, number_of_factors, weights
from eventstudy.panel import EventBlock, Floats
from eventstudy.study.estimate import abnormal_returns
from eventstudy.units.windows import Window
from scipy.optimize import minimize
from statsmodels.multivariate.pca import PCA

from tests.contracts.made_up import PEERS, block

SC, NET, PCS = (plugins.load("models", name) for name in ("synthetic_control", "elastic_net", "principal_components"))


def donors(made: EventBlock) -> Floats:
    """(T, J)"""
    values: Floats = made.columns(tuple(f"@{p}" for p in PEERS))[0]
    return values


def days_of(made: EventBlock, i: int) -> tuple[Floats, Floats]:
    seen = np.flatnonzero(np.isfinite(made.returns[i, made.estimation_columns]))
    return made.returns[i, seen], donors(made)[seen]


def abnormal(made: EventBlock, model: str) -> AbnormalReturns:
    fit = plugins.load("models", model).fit(made, 100)
    return abnormal_returns(made, fit, np.full(made.n_pairs, 3), prediction_error=True)


@pytest.mark.parametrize("seed", range(5))
def test_weights_solve_the_problem(seed: int) -> None:
    """First-order conditions on the simplex: the gradient is equal where w > 0, and no smaller where w = 0."""
    rng = np.random.default_rng(seed)
    z = 0.01 * rng.standard_normal((100, 7))
    y = z @ np.r_[0.6, 0.5, -0.1, np.zeros(4)] + 0.01 * rng.standard_normal(100)
    w = weights(y, z)
    assert w.sum() == pytest.approx(1, abs=1e-12)
    assert w.min() >= 0
    gradient = z.T @ (z @ w - y)
    active = w > 1e-6
    level = gradient[active].mean()
    np.testing.assert_allclose(gradient[active], level, atol=1e-14)
    assert (gradient[~active] >= level - 1e-14).all()
    found = minimize(
        lambda v: 1e4 * ((y - z @ v) ** 2).sum(),
        np.full(7, 1 / 7),
        jac=lambda v: -2e4 * z.T @ (y - z @ v),
        bounds=[(0, 1)] * 7,
        constraints={"type": "eq", "fun": lambda v: v.sum() - 1},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    np.testing.assert_allclose(w, found.x, atol=1e-5)


def test_a_firm_among_its_donors_is_found_exactly() -> None:
    z = np.random.default_rng(0).standard_normal((50, 4))
    truth = np.array([0.5, 0.0, 0.2, 0.3])
    np.testing.assert_allclose(weights(z @ truth + 1e-12, z), truth, atol=1e-9)


@pytest.mark.parametrize("demean", [False, True])
def test_synthetic_control_residuals_and_scale(demean: bool) -> None:
    made = block()
    fit = replace(SC, demean=demean).fit(made, 100)
    assert fit.names == (("alpha",) if demean else ()) + tuple(f"w_{p}" for p in PEERS)
    for i in range(made.n_pairs):
        y, z = days_of(made, i)
        w = fit.params[i, -len(PEERS) :]
        np.testing.assert_allclose(w, weights(*((y - y.mean(), z - z.mean(axis=0)) if demean else (y, z))), atol=1e-9)
        alpha = y.mean() - z.mean(axis=0) @ w if demean else 0.0
        residuals = y - alpha - z @ w
        df = len(y) - ((w > 1e-6).sum() - 1) - demean
        assert fit.df[i] == df
        assert fit.sigma[i] ** 2 == pytest.approx(residuals @ residuals / df, rel=1e-10)
        assert not demean or fit.params[i, 0] == pytest.approx(alpha, rel=1e-9)
        np.testing.assert_allclose(fit.expected[i], alpha + donors(made)[made.event_columns] @ w, rtol=1e-9, atol=1e-15)


def test_the_basis_spans_what_active_weights_can_do() -> None:
    """Its columns on estimation days are orthonormal, orthogonal to the residuals, and differences of active donors."""
    made = block(missing=False)
    fit = SC.fit(made, 100)
    z = donors(made)[made.estimation_columns]
    for i in range(made.n_pairs):
        active = np.flatnonzero(fit.params[i] > 1e-6)
        own = fit.basis[i, : made.estimation.length, : len(active) - 1]
        np.testing.assert_allclose(own.T @ own, np.eye(len(active) - 1), atol=1e-12)
        np.testing.assert_allclose(own.T @ fit.residuals[i], 0, atol=1e-10)
        differences = z[:, active[1:]] - z[:, active[:1]]
        np.testing.assert_allclose(own @ (own.T @ differences), differences, atol=1e-12)
        assert not fit.basis[i, :, len(active) - 1 :].any()
        ahead = donors(made)[made.event_columns]
        moved = ahead[:, active[1:]] - ahead[:, active[:1]]
        wanted = moved @ np.linalg.inv(differences.T @ differences) @ moved.T
        on_event_days = fit.basis[i, made.estimation.length :]
        np.testing.assert_allclose(on_event_days @ on_event_days.T, wanted, rtol=1e-9, atol=1e-15)


def test_a_mix_over_returns_of_several_sessions_is_fitted_on_equal_footing() -> None:
    """A return of n sessions varies n times as much: least squares of R / sqrt(n), and residuals on that scale."""
    made = block(missing=False)
    span = made.span.copy()
    span[:, [20, 70]] = 3.0
    fit = SC.fit(replace(made, span=span), 100)
    days = made.estimation_columns
    root = np.sqrt(span[0, days])
    for i in range(made.n_pairs):
        w = weights(made.returns[i, days] / root, donors(made)[days] / root[:, None])
        np.testing.assert_allclose(fit.params[i], w, atol=1e-9)
        np.testing.assert_allclose(
            fit.residuals[i], (made.returns[i, days] - donors(made)[days] @ w) / root, atol=1e-12
        )


@pytest.mark.parametrize("factors", [2, 12])
def test_how_many_components_are_taken(factors: int) -> None:
    """As Bai and Ng's criterion has it in statsmodels, eight at most; of two donors one."""
    rng = np.random.default_rng(factors)
    z = 0.01 * (
        rng.standard_normal((200, factors)) @ rng.standard_normal((factors, 40)) + rng.standard_normal((200, 40))
    )
    listed = PCA(z, standardize=True).ic[1:9, 1]
    taken = components(z, np.ones(200, dtype=bool), slice(0, 200)).shape[1]
    assert taken == 1 + int(np.argmin(listed)) == min(factors, 8)
    assert components(z[:, :2], np.ones(200, dtype=bool), slice(0, 200)).shape[1] == 1


@pytest.mark.parametrize("demean", [False, True])
def test_errors_of_donors(demean: bool) -> None:
    """Each donor less the best mix of the others; with an intercept, less the mean error too."""
    made = block(missing=False)
    fit = replace(SC, demean=demean).fit(made, 100)
    assert fit.donors is not None
    z, days = donors(made), made.estimation_columns
    for j, errors in enumerate(fit.donors(0)):
        y, others = z[:, j], np.delete(z, j, axis=1)
        level, shift = (y[days].mean(), others[days].mean(axis=0)) if demean else (0.0, np.zeros(len(PEERS) - 1))
        gap = y - level - (others - shift) @ weights(y[days] - level, others[days] - shift)
        np.testing.assert_allclose(errors, np.r_[gap[days], gap[made.event_columns]], atol=1e-12)


def test_placebo_in_space_ranks_the_firm_among_refitted_donors() -> None:
    made = block()
    returns = abnormal(made, "synthetic_control")
    test = plugins.load("tests", "placebo_in_space")
    window = Window(-1, 2)
    found = test.compute(returns, window, 0)
    z, event = donors(made), made.event_columns
    first = event.start - made.event.start + window.start
    inside = slice(first, first + window.length)
    ratios = []
    for j in range(len(PEERS)):
        others = np.delete(z, j, axis=1)
        days = made.estimation_columns
        gap = z[:, j] - others @ weights(z[days, j], others[days])
        ratios.append(np.sqrt((gap[inside] ** 2).mean() / (gap[days] ** 2).mean()))
    for i in range(2, made.n_pairs):
        y, own = days_of(made, i)
        w = weights(y, own)
        before, within = y - own @ w, made.returns[i, inside] - z[inside] @ w
        ratio = np.sqrt((within**2).mean() / (before**2).mean())
        assert found.statistic[i] == pytest.approx(ratio, rel=1e-9)
        assert found.p_value[i] == pytest.approx((1 + sum(r >= ratio for r in ratios)) / (len(PEERS) + 1), rel=1e-12)
        assert found.least is not None
        assert found.least[i] == pytest.approx(1 / (len(PEERS) + 1), rel=1e-12)
    assert min(found.p_value) >= 1 / 6
    market = plugins.load("tests", "placebo_in_space").compute(abnormal(made, "market"), window, 0)
    assert not market.at(0).valid
    assert "no donors" in market.at(0).reasons[0]


@pytest.mark.parametrize(("copies", "judged"), [((1, 2), True), ((1, 2, 3, 4), False)])
def test_donors_that_others_make_up_exactly_have_no_error_to_compare(copies: tuple[int, ...], judged: bool) -> None:
    """A donor that is twice there is fitted exactly before and after: it is neither a smaller nor a larger error."""
    made = block(missing=False)
    same = made.regressors.copy()
    for a, b in zip(copies[::2], copies[1::2], strict=True):
        one, other = (made.names.index(f"@{PEERS[k]}") for k in (a, b))
        same[:, :, other] = same[:, :, one]
    test, window = plugins.load("tests", "placebo_in_space"), Window(-1, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = test.compute(abnormal(replace(made, regressors=same), "synthetic_control"), window, 0)
    for i in range(made.n_pairs):
        if judged:
            assert (found.p_value[i] * 4) % 1 == pytest.approx(0), "three donors are left, and the firm"
        else:
            assert np.isnan(found.p_value[i])
            assert "fewer than two donors have an error to compare" in found.at(i).reasons[0]


def test_elastic_net_solves_its_equations() -> None:
    """For each coefficient of the standardised donors: -z'r/M + lambda (1 - rho) b = -lambda rho sign(b), or within it at 0."""
    made = block()
    rho = 0.5
    fit = ElasticNet("", "", "", "", rho).fit(made, 100)
    zeros = 0
    for i in range(made.n_pairs):
        y, values = days_of(made, i)
        spread = values.std(axis=0)
        z = (values - values.mean(axis=0)) / spread
        penalty = fit.params[i, -1]
        b = fit.params[i, 1:-1] * spread
        r = y - fit.params[i, 0] - values @ fit.params[i, 1:-1]
        assert abs(r.mean()) < 1e-14
        assert fit.df[i] == len(y) - 1
        ahead = fit.params[i, 0] + donors(made)[made.event_columns] @ fit.params[i, 1:-1]
        np.testing.assert_allclose(fit.expected[i], ahead, rtol=1e-12)
        top = np.abs(z.T @ (y - y.mean())).max() / (len(y) * rho)
        step = np.log(top / penalty) / np.log(1000) * 99
        assert step == pytest.approx(round(step), abs=1e-6), (
            "one of a hundred penalties from the smallest that kills all"
        )
        gradient = -z.T @ r / len(y) + penalty * (1 - rho) * b
        there = b != 0
        zeros += (~there).sum()
        np.testing.assert_allclose(gradient[there], -penalty * rho * np.sign(b[there]), atol=2e-9)
        assert (np.abs(gradient[~there]) <= penalty * rho + 1e-9).all()
    assert zeros


@pytest.mark.slow
def test_elastic_net_residuals_come_from_fits_that_did_not_see_the_day() -> None:
    """Ten blocks of days in a row; the penalty is the one whose left-out errors are smallest."""
    from sklearn.linear_model import ElasticNet as Sklearn

    made = block(missing=False)
    fit = NET.fit(made, 100)
    for i in (0, 3):
        y, values = days_of(made, i)
        z = (values - values.mean(axis=0)) / values.std(axis=0)
        top = np.abs(z.T @ (y - y.mean())).max() / (len(y) * 0.5)
        errors = {}
        for penalty in (fit.params[i, -1], top, top * 1e-3, fit.params[i, -1] * 1.3, fit.params[i, -1] / 1.3):
            model = Sklearn(alpha=penalty, l1_ratio=0.5, tol=1e-9, max_iter=100_000)
            left_out = np.array_split(np.arange(len(y)), 10)
            errors[penalty] = np.concatenate(
                [y[b] - model.fit(np.delete(z, b, axis=0), np.delete(y, b)).predict(z[b]) for b in left_out]
            )
        chosen = fit.params[i, -1]
        np.testing.assert_allclose(fit.residuals[i], errors[chosen], atol=1e-8)
        assert all((errors[chosen] ** 2).mean() <= (e**2).mean() * (1 + 1e-6) for e in errors.values())
        assert fit.sigma[i] ** 2 == pytest.approx((errors[chosen] ** 2).sum() / (len(y) - 1), rel=1e-6)
    np.testing.assert_array_equal(fit.noise, 1)
    assert fit.parameters == 0


def test_principal_components_are_statsmodels() -> None:
    made = block()
    z, days = donors(made), made.estimation_columns
    scores = components(z, np.ones(len(z), dtype=bool), days)
    k = scores.shape[1]
    pca = PCA(z[days], ncomp=k, standardize=True, normalize=False)
    signs = np.sign((scores[days] * pca.factors).sum(axis=0))
    np.testing.assert_allclose(scores[days], pca.factors * signs, atol=1e-8)
    ahead = (z - z[days].mean(axis=0)) / z[days].std(axis=0)
    np.testing.assert_allclose(scores, ahead @ pca.loadings * signs, atol=1e-8)
    fit = PCS.fit(made, 100)
    for i in range(2, made.n_pairs):
        y, _ = days_of(made, i)
        ols = sm.OLS(y, sm.add_constant(scores[days])).fit()
        np.testing.assert_allclose(fit.params[i], ols.params, rtol=1e-9, atol=1e-14)
        assert fit.sigma[i] == pytest.approx(np.sqrt(ols.mse_resid), rel=1e-10)
        assert fit.df[i] == ols.df_resid == 120 - k - 1
        x = sm.add_constant(scores[made.event_columns], has_constant="add")
        own = fit.basis[i, days.stop :]
        np.testing.assert_allclose(own @ own.T, x @ np.linalg.inv(ols.model.exog.T @ ols.model.exog) @ x.T, atol=1e-10)


@pytest.mark.parametrize("factors", [1, 2, 3])
def test_number_of_factors_by_bai_and_ng(factors: int) -> None:
    """statsmodels lists their three criteria, from no factor on, with sums of squares; IC_p2 is the second."""
    rng = np.random.default_rng(factors)
    z = rng.standard_normal((200, factors)) @ rng.standard_normal((factors, 40)) + rng.standard_normal((200, 40))
    z = (z - z.mean(axis=0)) / z.std(axis=0)
    shares = np.linalg.svd(z, compute_uv=False) ** 2 / z.size
    listed = PCA(z, standardize=True).ic[1:9, 1]
    np.testing.assert_allclose(criteria(shares, *z.shape)[:8] + np.log(z.size), listed, rtol=1e-10)
    assert number_of_factors(shares, *z.shape) == 1 + int(np.argmin(listed)) == factors


def test_one_donor_is_its_own_component_and_the_whole_control() -> None:
    made = block(missing=False)
    names = ("benchmark", "peer", "@PAA")
    single = replace(made, regressors=np.repeat(made.columns(("benchmark",)), 3, axis=2), names=names)
    single.regressors[:, :, 1:] = made.columns(("@PAA",))
    pcs, control = PCS.fit(single, 100), SC.fit(single, 100)
    assert pcs.names == ("alpha", "beta_pc1")
    np.testing.assert_allclose(control.params, 1.0)
    assert control.parameters == 0
    ols = sm.OLS(single.returns[3, :120], sm.add_constant(single.regressors[0, :120, 2])).fit()
    assert pcs.sigma[3] == pytest.approx(np.sqrt(ols.mse_resid), rel=1e-10)
    none = plugins.load("tests", "placebo_in_space").compute(
        abnormal_returns(single, control, np.full(8, 3), prediction_error=True), Window(0, 0), 0
    )
    assert none.at(0).reasons == ("one donor alone cannot be fitted by others",)


@pytest.mark.parametrize("model", ["synthetic_control", "elastic_net", "principal_components"])
def test_no_donor_no_fit(model: str) -> None:
    made = block(missing=False)
    nobody = made.regressors.copy()
    nobody[:, :, [made.names.index(f"@{p}") for p in PEERS]] = np.nan
    fit = plugins.load("models", model).fit(replace(made, regressors=nobody), 100)
    assert set(fit.problem) == {"NO_PEERS"}


@pytest.mark.parametrize("window", [(0, 0), (-3, 3)])
def test_size_of_permutation_under_synthetic_control(window: tuple[int, int]) -> None:
    """Nothing happened: conformal and placebo reject about 5 % (400 firms, standard error 1.1)."""
    made = block(missing=False, n=400, seed=9)
    returns = abnormal(made, "synthetic_control")
    name = "sample_quantile" if window == (0, 0) else "conformal"
    p = plugins.load("tests", name).compute(returns, Window(*window), 0).p_value
    assert 0.017 < float((p < 0.05).mean()) < 0.085
