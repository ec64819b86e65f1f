"""p-values of many windows and groups at once: against quadrature by hand, normal laws of scipy, and draws one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from eventstudy.inference.multiple import (
    among_days,
    common_days,
    gaussian_step_down,
    on_levels,
    one_of_two_beyond,
    rejected_by_chance,
    romano_wolf_of_cells,
    romano_wolf_of_windows,
)
from eventstudy.units.windows import Window
from scipy import stats

from tests.oracles.designs import fitted, made_up

FIVE = [Window(0, 0), Window(-1, 1), Window(0, 1), Window(0, 5), Window(-5, 5)]


def test_common_days_of_windows() -> None:
    found = common_days(FIVE)
    assert found[0].tolist() == pytest.approx(
        [1, 1 / math.sqrt(3), 1 / math.sqrt(2), 1 / math.sqrt(6), 1 / math.sqrt(11)]
    )
    assert found[1, 3] == pytest.approx(2 / math.sqrt(18))
    assert common_days([Window(-2, -1), Window(0, 3)])[0, 1] == 0


def test_two_windows() -> None:
    """[0, 0] and [-1, +1] with p .02 and .04."""
    found = gaussian_step_down(np.array([0.02, 0.04]), common_days(FIVE[:2]), 0)
    assert found == pytest.approx([0.03654280595219295, 0.04], rel=1e-9)


def test_five_windows() -> None:
    found = gaussian_step_down(np.array([0.02, 0.03, 0.25, 0.50, 0.70]), common_days(FIVE), 0)
    assert found == pytest.approx([0.0726, 0.0871, 0.490, 0.678, 0.70], abs=2e-3)


@pytest.mark.parametrize("r", [0.0, 0.3, -0.6, 0.95])
@pytest.mark.parametrize("z", [0.4, 2.0, 3.5])
def test_the_larger_of_two(r: float, z: float) -> None:
    law = stats.multivariate_normal(cov=[[1, r], [r, 1]])
    inside = law.cdf([z, z], lower_limit=[-z, -z])
    assert one_of_two_beyond(z, r) == pytest.approx(1 - inside, abs=1e-7)
    assert one_of_two_beyond(z, r, two_sided=False) == pytest.approx(1 - law.cdf([z, z]), abs=1e-7)


def test_one_window_twice_is_one_window() -> None:
    assert one_of_two_beyond(2.0, 1.0) == pytest.approx(2 * stats.norm.sf(2.0))
    assert one_of_two_beyond(2.0, 1.0, two_sided=False) == pytest.approx(stats.norm.sf(2.0))
    assert gaussian_step_down(np.array([0.03, 0.03]), np.ones((2, 2)), 0) == pytest.approx([0.03, 0.03])


def test_independent_p_are_sidaks() -> None:
    p = np.array([0.01, np.nan, 0.04, 0.3])
    found = gaussian_step_down(p, np.eye(4), 0)
    assert found[[0, 2, 3]] == pytest.approx([1 - 0.99**3, 1 - 0.96**2, 0.3], abs=2e-3)
    assert np.isnan(found[1])
    one_sided = gaussian_step_down(p, np.eye(4), 0, two_sided=False)
    assert one_sided[[0, 2, 3]] == pytest.approx([1 - 0.99**3, 1 - 0.96**2, 0.3], abs=2e-3)


def test_place_among_days() -> None:
    assert among_days(np.array([0.0476, 1e-4, 1.0]), 250) == pytest.approx([0.051394, 0.004083665, 1.0], abs=5e-7)


@pytest.mark.parametrize("wild", [(), (0, 3)])
def test_cells_of_two_portfolios_draw_the_same_days(wild: tuple[int, ...]) -> None:
    """Step by step over draws made once more: days drawn for both series alike, windows of a draw share them.

    Those of `wild` cells are on the scale of the days near one ordinary day, the same for all cells.
    """
    rng = np.random.default_rng(5)
    days = rng.standard_normal((2, 60))
    windows = [Window(0, 0), Window(-1, 1), Window(0, 0), Window(-1, 1)]
    series, statistic = np.array([0, 0, 1, 1]), np.array([2.9, 1.0, 2.2, 1.9])
    scale = np.sort(np.exp(rng.normal(0, 0.4, (4, 60))), axis=1)  # alike: a wild day is wild for both
    levels = [scale[c] if c in wild else np.empty(0) for c in range(4)]
    found = romano_wolf_of_cells(days, statistic, series, windows, 3, 20_000, levels)
    drawn = np.random.default_rng(1).integers(60, size=(200_000, 3))
    sums = np.stack(
        [days[0, drawn[:, 1]], days[0][drawn].sum(1) / 3**0.5, days[1, drawn[:, 1]], days[1][drawn].sum(1) / 3**0.5], 1
    )
    near = np.random.default_rng(2).integers(60, size=len(drawn))
    for c in wild:
        sums[:, c] /= scale[c][near]
    left, p = [0, 1, 2, 3], np.zeros(4)
    reached = 0.0
    for cell in np.argsort(-statistic):
        share = float((np.abs(sums[:, left]).max(axis=1) >= statistic[cell]).mean())
        reached = max(reached, share)
        p[cell] = (1 + 60 * reached) / 61
        left.remove(int(cell))
    assert found == pytest.approx(p, abs=0.012)


def test_too_few_days_have_no_draws() -> None:
    days = np.zeros((1, 29))
    assert np.isnan(romano_wolf_of_cells(days, np.array([2.0]), np.array([0]), [Window(0, 0)], 0, 99)).all()


def test_no_two_parts_of_the_draws_have_the_same_levels() -> None:
    """All days are alike, so that draws differ by their levels alone: those of each part are counted by its own numbers."""
    levels, seed, part = np.linspace(0.5, 2.0, 40), 7, 100_000
    found = romano_wolf_of_cells(
        np.ones((1, 40)), np.array([1.0]), np.array([0]), [Window(0, 0)], seed, 2 * part, [levels]
    )
    drawn = [np.random.default_rng([seed, number, 1]).random(part) for number in (0, 1)]
    reached = sum(int((levels[(40 * u).astype(int)] <= 1).sum()) for u in drawn)
    assert found == pytest.approx([(1 + 40 * (1 + reached) / (2 * part + 1)) / 41], rel=1e-12)


def test_cells_of_a_date_have_one_ordinary_day_and_those_of_another_have_their_own() -> None:
    level = np.linspace(1, 4, 50)
    levels = [level, level, np.empty(0), 2 * level]
    drawn = on_levels(np.ones((20_000, 4)), levels, np.array([0, 1, 1, 0]), 3, 0)
    assert (drawn[:, 0] == 2 * drawn[:, 3]).all()
    assert (drawn[:, 2] == 1).all()
    assert abs(np.corrcoef(drawn[:, 0], drawn[:, 1])[0, 1]) < 0.03
    for cell in (0, 1):
        assert np.unique(drawn[:, cell]) == pytest.approx(np.sort(1 / level))
        assert (1 / drawn[:, cell]).mean() == pytest.approx(2.5, abs=0.03)


def test_all_windows_of_all_series_of_a_date_are_its_cells() -> None:
    """By two ways to the same draws: series that are given whole, and cells one by one."""
    rng, windows = np.random.default_rng(8), [Window(0, 0), Window(-1, 1)]
    returns = fitted(made_up(rng, tuple((firm, 70) for firm in range(6)), missing=0.0).block())
    scar, levels = (
        rng.normal(0, 2, (6, 2)),
        [np.exp(rng.normal(0, 0.3, 60)) if c % 3 else np.empty(0) for c in range(12)],
    )
    together, alone = romano_wolf_of_windows(returns, windows, scar, 5, 20_000, levels=levels)
    series, each = np.repeat(np.arange(6), 2), windows * 6
    cells = romano_wolf_of_cells(returns.studentised, scar.ravel(), series, each, 5, 20_000, levels)
    assert together.ravel() == pytest.approx(cells, rel=1e-12)
    assert (alone <= together).all()


@pytest.mark.parametrize(("draws", "rejected"), [(19, 1), (98, 4), (198, 9), (199, 10), (10, 1)])
def test_a_cell_rejects_by_chance_as_often_as_its_level_says(draws: int, rejected: int) -> None:
    """At 5 % the tenth of 199 draws is the last of those beyond, the ninth of 198; one of them at least."""
    days = np.random.default_rng(9).standard_normal((1, 60))
    found = rejected_by_chance(days, np.array([0]), [Window(-5, 5)], 2, draws, level=0.05)
    assert len(found) == draws
    assert found.sum() == rejected


def test_several_series_are_judged_by_their_sum_or_by_that_over_their_spread() -> None:
    """One series that is so on every day is beyond in the same draws."""
    days = np.random.default_rng(10).standard_normal((3, 60))
    for spread, same in ((False, days.sum(axis=0)), (True, days.sum(axis=0) / days.std(axis=0))):
        cells, of = [np.arange(3), np.array([3])], {"level": 0.05, "spread": [spread, False]}
        found = rejected_by_chance(np.vstack([days, same]), cells, [Window(0, 0)] * 2, 3, 999, **of)  # type: ignore[arg-type]
        assert set(found.tolist()) == {0.0, 1.0}
