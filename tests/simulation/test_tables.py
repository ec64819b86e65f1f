"""Each figure that other code had found has a stored run, and lies where it found it, but for chance."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from tests.simulation.tables import TABLES, Cell, Key, cells, errors, runs


def test_each_cell_of_the_tables_has_a_stored_run_with_seed_and_day() -> None:
    assert {cell.table for cell in cells()} == set(TABLES)
    assert Counter(cell.table for cell in cells()) >= Counter(dict.fromkeys(TABLES, 24))
    assert [cell for cell in cells() if cell.key not in runs()] == []
    for key, run in runs().items():
        assert run.seed, key
        assert dt.date.fromisoformat(run.made) > dt.date(2026, 11, 1), key


def test_each_cell_rests_on_enough_studies() -> None:
    few = {cell.key: runs()[cell.key].draws for cell in cells()}
    assert {cell.key: few[cell.key] for cell in cells() if few[cell.key] < _least(cell)} == {}


_LEAST = {"A1": 10_000, "A2": 10_000, "B4": 500, "B1": 1000, "B2": 1000, "B3": 500, "B5": 1000, "B6": 200}
"""Studies of a figure; 2,000 where none is named. Many pairs are dear, and groups go through `run`."""


def _least(cell: Cell) -> int:
    return 2000 if "M 100" in cell.key.design else _LEAST.get(cell.table, 2000)


@pytest.mark.parametrize("table", TABLES)
def test_figures_are_those_of_other_code(table: str) -> None:
    """As many lie two standard errors away, and all as far together, as chance leaves there; none four."""
    far = {cell.key: errors(cell) for cell in _of(table, lambda _: True)}
    beyond = {key: by for key, by in far.items() if abs(by) > 2}
    assert {key: by for key, by in far.items() if abs(by) > 4} == {}
    assert stats.binom.sf(len(beyond) - 1, len(far), 2 * stats.norm.sf(2)) > 0.01, beyond
    assert stats.chi2.sf(np.square(list(far.values())).sum(), len(far)) > 0.01


def _of(table: str, chosen: Callable[[Key], bool]) -> list[Cell]:
    held = [cell for cell in cells() if cell.table == table and cell.percent is not None]
    return [cell for cell in held if chosen(cell.key)]


POWER = {
    "A2": _of("A2", lambda key: key.what == "placebo"),
    "A4": _of("A4", lambda key: key.what == "placebo" and key.design.endswith("effect 3")),
    "A5": _of("A5", lambda key: key.what == "placebo_sum" and "effect" in key.design),
    "B5": _of("B5", lambda key: key.what == "patell_guarded by the benchmark" and key.design.endswith("%")),
}
"""Power of the headline; in B 5 on the scale that the table has."""


def test_power_lies_within_two_standard_errors_of_that_of_other_code() -> None:
    """Of the difference of both simulations; as many cells lie beyond as chance leaves there, none far beyond."""
    far = {cell.key: errors(cell) for of in POWER.values() for cell in of}
    assert len(far) == 48 + 9 + 4 + 14
    beyond = [key for key, by in far.items() if abs(by) > 2]
    assert stats.binom.sf(len(beyond) - 1, len(far), 2 * stats.norm.sf(2)) > 0.01, beyond
    assert max(map(abs, far.values())) < 3.5


@pytest.mark.parametrize("table", POWER)
def test_power_differs_from_that_of_other_code_by_chance_alone(table: str) -> None:
    """Chi-square over the cells of a table."""
    far = np.array([errors(cell) for cell in POWER[table]])
    assert stats.chi2.sf(np.square(far).sum(), len(far)) > 0.01
    assert abs(far.sum()) < 3 * np.sqrt(len(far))
