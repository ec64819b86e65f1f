"""The smallest p of tests that count: one over one more than what they count."""

from __future__ import annotations

import numpy as np
import pytest
from eventstudy.engine.totals import NearSums
from eventstudy.inference.multiple import among_days, least_of_draws, romano_wolf_of_cells
from eventstudy.inference.regime import Regimes, regime_of_all
from eventstudy.inference.variance import variance_ratio
from eventstudy.language import AtMost
from eventstudy.units.windows import Window

from tests.oracles.designs import ask, made_up, sampled

DAYS = 80


def test_least_p_of_ordinary_days() -> None:
    """Ten firms of one date, eighty estimation days."""
    block = made_up(
        np.random.default_rng(3), tuple((i, 100) for i in range(10)), missing=0.0, estimation=(-90, -11)
    ).block()
    day, two = sampled(block, (0, 0)), sampled(block, (0, 1))
    for sample, name, variant in (
        (day, "variance_placebo", "default"),
        (day, "beaver_u", "placebo"),
        (day, "max_t", "default"),
    ):
        assert ask(name, sample, variant).least == pytest.approx(1 / (DAYS + 1), rel=1e-12)
    assert ask("max_t", two).least == pytest.approx(1 / (two.draws + 1), rel=1e-12)
    found = variance_ratio(day.returns, Window(0, 0), 0).least
    assert found is not None
    assert found == pytest.approx(np.full(10, 1 / (DAYS + 1)), rel=1e-12)


def test_least_p_of_drawn_days() -> None:
    """A cell far beyond all days has it, and no smaller one."""
    assert least_of_draws(DAYS, 999) == pytest.approx((1 + DAYS / 1000) / (1 + DAYS), rel=1e-12)
    assert least_of_draws(DAYS, 999) == pytest.approx(among_days(np.array(1 / 1000), DAYS), rel=1e-12)
    days = np.random.default_rng(1).standard_normal((1, DAYS))
    [p] = romano_wolf_of_cells(days, np.array([99.0]), np.array([0]), [Window(0, 0)], 0, 999)
    assert p == pytest.approx(least_of_draws(DAYS, 999), rel=1e-12)


def test_least_p_of_wild_days() -> None:
    def told(p: float) -> float:
        one = np.array([True])
        return Regimes(np.array([2.0]), np.array([p]), one, one, (np.ones(DAYS),)).at(0).p

    assert isinstance(told(1 / (DAYS + 1)), AtMost)
    assert not isinstance(told(1 / DAYS), AtMost)
    assert not isinstance(told(2 / (DAYS + 1)), AtMost)


def test_least_p_of_wild_days_of_all() -> None:
    """Days near the events that move the more, up to ten times as much as any ordinary one: the last p has the mark alone."""
    usual = np.abs(np.random.default_rng(2).standard_normal(DAYS))
    one, n = np.ones(DAYS, dtype=np.int64), np.ones(41, dtype=np.int64)

    def told(moved: float) -> float:
        around = np.full(41, moved)
        near = NearSums(ordinary=usual, ordinary_n=one, near=around, near_n=n, first=-20, scaled="auto")
        return regime_of_all(near, Window(0, 0)).p

    found = [told(moved) for moved in (*np.linspace(0.5, 2.0, 151), 10 * usual.max())]
    assert found[-1] == pytest.approx(1 / (DAYS + 1), rel=1e-12)
    assert any(p == pytest.approx(2 / (DAYS + 1), rel=1e-12) for p in found)
    assert all(isinstance(p, AtMost) == (p == found[-1]) for p in found)
