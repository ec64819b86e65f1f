"""Slope and sigma of both forms on data that break careless arithmetic, against 60 digits; numpy's lstsq is the yardstick.

Errors are medians of nine draws.

With unit vectors as the regressors of the event days and returns of zero there, the abnormal returns are the coefficients with
their signs turned.
"""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import numpy as np
import pytest
from eventstudy import native
from eventstudy.engine import compiled, least_squares
from eventstudy.engine.compiled import Task

from tests.engine.worlds import World, abnormal, pairs_of

DAYS = 250
NOISE = 1e-14
"""Errors below this are rounding in any method."""

Case = tuple[np.ndarray, np.ndarray]


def ordinary(rng: np.random.Generator, days: int = DAYS) -> Case:
    x = np.column_stack([np.ones(days), rng.normal(0.0004, 0.01, days)])
    return x, x @ [0.0002, 1.1] + rng.normal(0, 0.02, days)


def one_price_wrong(rng: np.random.Generator) -> Case:
    x, y = ordinary(rng)
    y[17], y[18] = 1e6, 1e-6 - 1
    return x, y


def index_fund(residual: float) -> Callable[[np.random.Generator], Case]:
    def made(rng: np.random.Generator) -> Case:
        x, _ = ordinary(rng)
        return x, x @ [0.0, 1.0] + rng.normal(0, residual, DAYS)

    return made


def mean_of_y(rng: np.random.Generator) -> Case:
    x, y = ordinary(rng)
    return x, y + 100


def mean_of_factor(rng: np.random.Generator) -> Case:
    x, y = ordinary(rng)
    return x + np.array([0, 100]), y + 110


def many_days(rng: np.random.Generator) -> Case:
    return ordinary(rng, 15_000)


def collinear(apart: float) -> Callable[[np.random.Generator], Case]:
    def made(rng: np.random.Generator) -> Case:
        x, y = ordinary(rng)
        third = x[:, 1] + apart * rng.normal(0, 0.01, DAYS)
        return np.column_stack([x, third]), y

    return made


CASES: dict[str, Callable[[np.random.Generator], Case]] = {
    "ordinary": ordinary,
    "one price wrong by 1e6": one_price_wrong,
    "index fund, residual 1e-6": index_fund(1e-6),
    "index fund, residual 1e-9": index_fund(1e-9),
    "mean of returns 100": mean_of_y,
    "mean of factor 100": mean_of_factor,
    "15,000 days": many_days,
    "collinear to 1e-5": collinear(1e-5),
    "collinear as far as it is allowed": collinear(4e-8),
}


def _world(x: np.ndarray, y: np.ndarray, lacking: int = 0, times: int = 1) -> World:
    """One design, with unit vectors on its event days; the first days may be missing to the pairs, not to their design."""
    k = x.shape[1]
    whole = np.concatenate([x[40 : 40 + lacking], x, np.eye(k)])[None]
    seen = np.concatenate([np.full(lacking, np.nan), y])
    task = Task(len(seen), k, ((0, 1),), (1,), intercept=True, prediction_error=True)
    return World(np.stack([seen] * times), np.zeros((times, k)), np.array([0, times]), whole, task)


def by_numpy(x: np.ndarray, y: np.ndarray, lacking: int = 0, times: int = 1) -> tuple[np.ndarray, float]:
    """Coefficients and sigma²."""
    fit, good = abnormal(_world(x, y, lacking, times))
    assert good.all()
    return -fit.ar[-1], float(fit.sigma[-1] ** 2)


def many_of_one(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    return by_numpy(x, y, times=9)


def with_gaps(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    return by_numpy(x, y, 20)


def by_compiled(x: np.ndarray, y: np.ndarray, lacking: int = 0) -> tuple[np.ndarray, float]:
    """As `by_numpy`, in C."""
    form, of = native.form(), _world(x, y, lacking)
    pairs = pairs_of(of)
    survey = compiled.survey(form, pairs, of.task, np.full(1, x.shape[1]))
    found = compiled.first(form, pairs, of.task, survey, np.ones(1, dtype=bool))
    assert found.good.all()
    return -found.sums["ar"][0], float(found.sums["se"][0, 0] ** 2 / found.sums["unit"][0, 0])


def compiled_with_gaps(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    return by_compiled(x, y, 20)


def by_lstsq(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    found = np.linalg.lstsq(x, y, rcond=None)[0]
    rest = y - x @ found
    return found, float(rest @ rest / (len(y) - x.shape[1]))


def errors(x: np.ndarray, y: np.ndarray, *found: tuple[np.ndarray, float]) -> list[tuple[float, float]]:
    """(slope error in standard errors, relative error of sigma²) of each, against 60 digits."""
    with mpmath.workdps(60):
        k = x.shape[1]
        columns = [[mpmath.mpf(v) for v in column] for column in [*x.T.tolist(), y.tolist()]]
        gram = mpmath.matrix(k, k)
        right = mpmath.matrix(k, 1)
        for i in range(k):
            right[i] = mpmath.fdot(columns[i], columns[k])
            for j in range(k):
                gram[i, j] = mpmath.fdot(columns[i], columns[j])
        inverse = gram**-1
        true = inverse * right
        rest = [v - mpmath.fsum(true[i] * columns[i][t] for i in range(k)) for t, v in enumerate(columns[k])]
        variance = mpmath.fdot(rest, rest) / (len(y) - k)
        told = []
        for coefficients, sigma2 in found:
            slopes = max(
                abs(mpmath.mpf(float(coefficients[i])) - true[i]) / mpmath.sqrt(variance * inverse[i, i])
                for i in range(1, k)
            )
            told.append((float(slopes), float(abs(mpmath.mpf(sigma2) / variance - 1))))
        return told


def ways() -> list[Callable[..., tuple[np.ndarray, float]]]:
    """All forms of least squares that run here, the main one first."""
    return [
        by_numpy,
        many_of_one,
        with_gaps,
        *([] if native.form().kernel is None else [by_compiled, compiled_with_gaps]),
    ]


@pytest.mark.parametrize("case", CASES)
def test_errors_are_within_five_times_those_of_lstsq(case: str) -> None:
    long = case == "15,000 days"  # once is enough for so long a window
    asked = ways()[:1] if long else ways()
    draws = (CASES[case](np.random.default_rng(seed)) for seed in range(1 if long else 9))
    *ours, theirs = np.median([errors(x, y, *(way(x, y) for way in (*asked, by_lstsq))) for x, y in draws], axis=0)
    for way, own in zip(asked, ours, strict=True):
        assert (own <= 5 * np.maximum(theirs, NOISE)).all(), (way.__name__, own, theirs)


def test_raw_sums_would_not_do() -> None:
    """The same test tells a careless method from a careful one."""

    def by_sums(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
        slope = (len(y) * (x[:, 1] @ y) - x[:, 1].sum() * y.sum()) / (len(y) * (x[:, 1] @ x[:, 1]) - x[:, 1].sum() ** 2)
        found = np.array([y.mean() - slope * x[:, 1].mean(), slope])
        return found, float((y @ y - found @ (x.T @ y)) / (len(y) - 2))

    x, y = mean_of_factor(np.random.default_rng(0))
    careless, yardstick = errors(x, y, by_sums(x, y), by_lstsq(x, y))
    assert careless[1] > 100 * max(yardstick[1], NOISE)


def test_what_is_more_collinear_than_is_allowed_is_told() -> None:
    x, _ = collinear(1e-9)(np.random.default_rng(0))
    both = np.concatenate([x, np.eye(3)])[None]
    _, _, good = least_squares.factorise(
        both, np.ones((1, DAYS), bool), np.ones((1, DAYS + 3)), np.s_[:DAYS], np.s_[DAYS:]
    )
    assert not good.any()
