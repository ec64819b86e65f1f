"""Many samples at once say what each of them says by itself: sums, correlations, and what every test answers."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest
from eventstudy import plugins
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.inference import Pairs, Sample
from eventstudy.inference.many import Samples
from eventstudy.study.estimate import Portfolios, combined_each
from eventstudy.units.windows import Window

from tests.oracles.designs import fitted, made_up

WINDOWS = [Window(0, 0), Window(-1, 2)]
DATES = {
    "one date each": ([80] * 6, [83] * 6, [81] * 6),
    "several dates": ([80, 80, 82, 80, 95, 82], [81, 84, 81, 84, 81, 84], [90, 80, 85, 86, 99, 81]),
    "two pairs": ([80, 81], [90, 90], [80, 99]),
}
CLOSE: dict[str, Any] = {"rel": 1e-12, "abs": 1e-12, "nan_ok": True}


def several(dates: tuple[list[int], ...], missing: float = 0.04) -> AbnormalReturns:
    """The pairs of one sample after the other, each of a firm of its own, on one grid."""
    instances = tuple((firm, day0) for one in dates for firm, day0 in enumerate(one))
    returns = fitted(made_up(np.random.default_rng(8), instances, missing=missing).block())
    rows = np.unique([day0 for _, day0 in instances])
    # a pair without all days of a window is no part of a sample: the windows are whole
    return replace(returns, row=rows, ar=np.where(np.isfinite(returns.ar), returns.ar, 0.01))


def numbers(value: Any) -> list[float]:
    """All numbers of a record, whatever it is made of."""
    if is_dataclass(value):
        return [x for f in fields(value) for x in numbers(getattr(value, f.name))]
    return np.asarray(value, dtype=float).ravel().tolist()


def alone(returns: AbnormalReturns, parts: int, window: Window, **more: Any) -> list[Sample]:
    """Each sample by itself."""
    n = returns.n // parts
    pairs = [Pairs(returns.take(np.arange(part * n, (part + 1) * n))) for part in range(parts)]
    return [Sample(window, one, **more) for one in pairs]


@pytest.mark.parametrize("dates", DATES.values(), ids=list(DATES))
@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_what_many_samples_add_up_to(dates: tuple[list[int], ...], window: Window) -> None:
    returns = several(dates)
    together = Samples(returns, 3).over(window, [None] * 3)
    for one, expected in zip(together, alone(returns, 3, window), strict=True):
        assert {"cars", "correlation", "spreads"} <= set(vars(one))
        assert {"days", "ranks"} <= set(vars(one.pairs))
        for name in ("n", "days", "ranks", "cars", "correlation", "spreads", "common"):
            assert numbers(getattr(one, name)) == pytest.approx(numbers(getattr(expected, name)), **CLOSE), name
        assert (one.positive, one.negative) == ((one.car > 0).sum(), (one.car < 0).sum())


@pytest.mark.parametrize("dates", DATES.values(), ids=list(DATES))
def test_every_test_answers_as_for_each_sample_by_itself(dates: tuple[list[int], ...]) -> None:
    """All tests over pairs and all variants, those that need each pair among them."""
    returns = several(dates)
    tests = {name: plugins.load("tests", name) for name in plugins.names("tests")}
    asked = 0
    for window in WINDOWS:
        together = Samples(returns, 3).over(window, [None] * 3, draws=99)
        for one, expected in zip(together, alone(returns, 3, window, draws=99), strict=True):
            for name, test in tests.items():
                if test.kind != "pairs" or name in ("calendar_time", "bhar_t", "bhar_bootstrap"):
                    continue
                for variant in test.variants:
                    found, wanted = test.compute(one, variant), test.compute(expected, variant)
                    assert found.reasons == wanted.reasons, name
                    assert found.p_value == pytest.approx(wanted.p_value, **CLOSE), name
                    asked += np.isfinite(found.p_value)
    assert asked > 50


def test_an_effect_leaves_what_ordinary_days_say() -> None:
    returns = several(DATES["several dates"])
    before = Samples(returns, 3)
    before.over(WINDOWS[1], [None] * 3)
    moved = returns.with_ar(returns.ar + np.linspace(0.01, 0.03, 11))
    after = before.with_ar(moved).over(WINDOWS[1], [None] * 3)
    for one, expected in zip(after, alone(moved, 3, WINDOWS[1]), strict=True):
        for name in ("days", "ranks", "cars", "correlation", "spreads"):
            assert numbers(getattr(one, name)) == pytest.approx(numbers(getattr(expected, name)), **CLOSE), name


def test_on_several_grids_each_sample_finds_its_correlation_by_itself() -> None:
    returns = replace(several(DATES["several dates"]), row=None)
    for exact in (False, True):
        together = Samples(returns, 3, exact).over(WINDOWS[1], [None] * 3)
        each = alone(returns, 3, WINDOWS[1], exact_correlation=exact)
        for one, expected in zip(together, each, strict=True):
            assert "correlation" not in vars(one)
            assert numbers(one.correlation) == pytest.approx(numbers(expected.correlation), **CLOSE)


@pytest.mark.parametrize(("model", "missing"), [("market", 0.0), ("market_adjusted", 0.01)])
def test_the_portfolio_of_each_sample_is_fitted_as_one_security(model: str, missing: float) -> None:
    """With one design for all; or with nothing estimated, on days on which all have a return, sigma about the mean."""
    dates = DATES["one date each"]
    instances = tuple((firm, day0) for one in dates for firm, day0 in enumerate(one))
    block = made_up(np.random.default_rng(8), instances, missing=missing).block()
    found = combined_each(fitted(block, model), 3)
    portfolios = Portfolios(block, plugins.load("models", model), 30, True)
    for part in range(3):
        one, _ = portfolios.portfolio(np.arange(6 * part, 6 * part + 6))
        assert one is not None
        for name in ("ar", "residuals", "sigma", "df", "last_close"):
            assert getattr(found, name)[part] == pytest.approx(getattr(one, name)[0], rel=1e-9, abs=1e-12, nan_ok=True)
        assert found.over(WINDOWS[1]).se[part] == pytest.approx(one.over(WINDOWS[1]).se[0], rel=1e-9, nan_ok=True)
