"""Theil-Sen against scipy, Huber against its own first-order conditions and fixed point; sizes of METHODS 1.3."""

from __future__ import annotations

import numpy as np
import pytest
from eventstudy import plugins
from eventstudy.engine.abnormal import cumulate
from eventstudy.inference.distributions import p_t
from eventstudy.models import watched
from eventstudy.panel import EventBlock, Floats
from eventstudy.study.estimate import abnormal_returns
from eventstudy.units.windows import Window
from scipy import stats

from tests.contracts.made_up import block
from tests.oracles.designs import distinct_days

MODELS = ["theil_sen", "huber"]


def wild() -> EventBlock:
    """The made-up block with a few outliers, so that robust lines and least squares differ."""
    made = block()
    returns = made.returns.copy()
    returns[:, [3, 50, 51, 90]] += 0.15
    return EventBlock(**{**made.__dict__, "returns": returns})


def days_of(made: EventBlock, i: int) -> tuple[Floats, Floats]:
    seen = np.flatnonzero(np.isfinite(made.returns[i, made.estimation_columns]))
    return made.returns[i, seen], made.regressors[0, seen, 0]


def test_theil_sen_is_scipys() -> None:
    made = wild()
    fit = plugins.load("models", "theil_sen").fit(made, 100)
    for i in range(made.n_pairs):
        y, x = days_of(made, i)
        scipys = stats.theilslopes(y, x, method="joint")
        np.testing.assert_allclose(fit.params[i], [scipys.intercept, scipys.slope], rtol=1e-10)


def test_huber_solves_its_equations() -> None:
    """sum psi(r / s) (1, x) = 0 with psi clipped at 1.345 and s the median absolute residual over .6745."""
    made = wild()
    fit = plugins.load("models", "huber").fit(made, 100)
    for i in range(made.n_pairs):
        y, x = days_of(made, i)
        r = y - fit.params[i, 0] - fit.params[i, 1] * x
        psi = np.clip(r / (np.median(np.abs(r)) / stats.norm.ppf(0.75)), -1.345, 1.345)
        assert abs(psi.sum()) < 1e-4
        assert abs((psi * x).sum()) < 1e-6
        assert (np.abs(psi) == 1.345).sum() >= 4


@pytest.mark.parametrize("model", MODELS)
def test_scale_and_forecast_covariance(model: str) -> None:
    """s² is the mean square about zero with M - 2, V that of least squares: no robust scale."""
    made = wild()
    fit, ols = plugins.load("models", model).fit(made, 100), plugins.load("models", "market").fit(made, 100)
    for i in range(made.n_pairs):
        y, x = days_of(made, i)
        r = y - fit.params[i, 0] - fit.params[i, 1] * x
        assert fit.sigma[i] ** 2 == pytest.approx(r @ r / (len(y) - 2), rel=1e-12)
        assert fit.sigma[i] > ols.sigma[i]
    np.testing.assert_array_equal(fit.basis, ols.basis)
    np.testing.assert_array_equal(fit.df, ols.df)
    event = made.regressors[0, made.event_columns, 0]
    np.testing.assert_allclose(fit.expected, fit.params[:, :1] + fit.params[:, 1:] * event, rtol=1e-12)


def draws(n: int, tails: int | None, seed: int) -> EventBlock:
    rng = np.random.default_rng(seed)
    width = 120 + 11
    market = 0.01 * rng.standard_t(4, (n, width)) / np.sqrt(2)
    eps = rng.standard_normal((n, width)) if tails is None else rng.standard_t(tails, (n, width))
    return EventBlock(
        returns=rng.uniform(0.5, 1.5, (n, 1)) * market + 0.02 * eps,
        regressors=market[:, :, None],
        names=("benchmark",),
        design=np.arange(n),
        sessions=distinct_days(n, width),
        span=np.ones((n, width)),
        estimation=Window(-125, -6),
        event=Window(-5, 5),
    )


@pytest.mark.slow
@pytest.mark.parametrize("tails", [None, 4])
@pytest.mark.parametrize("window", [(0, 0), (-5, 5)])
def test_size_of_theil_sen(tails: int | None, window: tuple[int, int]) -> None:
    """METHODS: 4.9 to 5.3 %; 4,000 draws have a standard error of .35."""
    made = draws(4000, tails, seed=5)
    fit = plugins.load("models", "theil_sen").fit(made, 100)
    found = cumulate(abnormal_returns(made, fit, np.full(4000, 5), prediction_error=True), Window(*window))
    assert 0.049 - 0.0105 < float((p_t(found.scar, fit.df) < 0.05).mean()) < 0.053 + 0.0105


def test_a_return_across_a_gap() -> None:
    """Theil-Sen takes it as its mean session; Huber weights it as least squares do, by the root of its sessions."""
    made = wild()
    span, returns = made.span.copy(), made.returns.copy()
    span[0, 42], returns[:, 40:42] = 3, np.nan
    made = EventBlock(**{**made.__dict__, "returns": returns, "span": span})
    sen, huber = (plugins.load("models", name).fit(made, 100) for name in MODELS)
    for i in range(2, made.n_pairs):
        y, x = days_of(made, i)
        n = span[0, np.flatnonzero(np.isfinite(returns[i, :120]))]
        scipys = stats.theilslopes(y / n, x / n, method="joint")
        np.testing.assert_allclose(sen.params[i], [scipys.intercept, scipys.slope], rtol=1e-10)
        r = (y - huber.params[i, 0] * n - huber.params[i, 1] * x) / np.sqrt(n)
        psi = np.clip(r / (np.median(np.abs(r)) / stats.norm.ppf(0.75)), -1.345, 1.345)
        assert abs((psi * np.sqrt(n)).sum()) < 1e-4
        assert abs((psi * x / np.sqrt(n)).sum()) < 1e-6
        assert huber.sigma[i] ** 2 == pytest.approx(r @ r / (len(y) - 2), rel=1e-12)


@pytest.mark.parametrize(("n", "told"), [(19, 0), (25, 25)])
def test_a_watcher_hears_of_every_pair_where_there_are_many(n: int, told: int) -> None:
    heard: list[tuple[str, int, int]] = []
    with watched(lambda what, i, of: heard.append((what, i, of))):
        plugins.load("models", "theil_sen").fit(draws(n, None, seed=1), 100)
    assert heard == [("pairs fitted", i, n) for i in range(1, told + 1)]
    plugins.load("models", "theil_sen").fit(draws(30, None, seed=1), 100)
    assert len(heard) == told
