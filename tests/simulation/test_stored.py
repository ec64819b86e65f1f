"""The stored table of sizes: made as it says, complete, and where another program found them (ruling 28)."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from typing import Any

import pytest
from eventstudy import plugins

from tests.simulation.__main__ import SIZES
from tests.simulation.table import PLANS, RESAMPLED, Cell, distance, figures

ONE_DATE = "one date, N 20"


@cache
def stored() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(SIZES.read_text(encoding="utf-8"))
    return table


@cache
def rates() -> dict[Cell, tuple[float, int]]:
    """Share rejected, and draws."""
    return {
        Cell(c["plan"], c["name"], c["variant"], c["over"]): (c["rejected"] / c["draws"], c["draws"])
        for c in stored()["cells"]
    }


def test_the_table_says_how_it_was_made_and_is_whole() -> None:
    assert stored()["seed"] > 0
    assert dt.date.fromisoformat(stored()["made"]) > dt.date(2024, 1, 1)
    assert set(stored()["plans"]) == set(PLANS)
    assert len(rates()) == len(stored()["cells"])
    made_for_models = {"garch_z", "placebo_in_space"}
    elsewhere = {"placebo_sum", "weighted_mean"}  # two to four pairs; the CR2 of comparisons, with `weights`
    assert {c.name for c in rates()} == set(plugins.names("tests")) - made_for_models - elsewhere | {"holm"}
    few = {c for c, (_, draws) in rates().items() if draws < 10_000}
    assert {c.name for c in few} <= RESAMPLED
    assert all(draws >= 1000 for _, draws in rates().values())


@pytest.mark.parametrize("plan", PLANS)
def test_sizes_are_where_another_program_found_them(plan: str) -> None:
    """Three standard errors of both simulations; one cell of a design may lie beyond them by chance, none beyond four."""
    wanted = {cell: figure for cell, figure in figures().items() if cell.plan == plan}
    assert set(wanted) <= set(rates())
    off = {}
    for cell, (share, their_draws) in wanted.items():
        size, draws = rates()[cell]
        if (by := distance(size, share, draws, their_draws)) > 3:
            off[cell] = f"{100 * size:.2f} % of {draws}, expected {100 * share:.2f} %, {by:.1f} standard errors"
            assert by < 4, off
    assert len(off) <= 1, off


@pytest.mark.parametrize("over", ["day", "window"])
def test_on_one_date_what_is_called_invalid_is(over: str) -> None:
    """Every test whose size is known to suffer rejects more than 30 % of true nulls; the headline does not."""
    for name in plugins.names("tests"):
        test = plugins.load("tests", name)
        cell = Cell(ONE_DATE, name, "default", over)
        if getattr(test, "size_when_clustered", None) and test.location and cell in rates():
            assert rates()[cell][0] > 0.30, name
    for name in ("portfolio_t", "conformal", "bmp_adjusted", "patell_adjusted", "grank_t", "corrado_rank", "cda"):
        assert 0.03 < rates()[Cell(ONE_DATE, name, "default", over)][0] < 0.06, name
