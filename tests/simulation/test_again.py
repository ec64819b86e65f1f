"""A stored figure is what its design, draws and seed give: one cheap design of each kind is counted anew, whole."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.simulation import dates, firms, others, pairs
from tests.simulation.firms import Row

Cells = dict[tuple[str, ...], tuple[int, int]]
AGAIN = (
    (firms, "sizes", "A1", "one firm, from -3, x2, M 100"),
    (firms, "recent", "A6", "one firm, from -3, x2, prices to +1"),
    (dates, "one date", "A4", "3 firms, from -10, x2"),
    (dates, "own dates", "A5", "3 own dates, normal, effect 1"),
    (dates, "found together", "B4", "20 firms of one date, -1.5 % on day 0"),
    (pairs, "B2", "B2", "5 own, regime x2"),
    (pairs, "B3", "B3", "5 own, 0 %"),
    (pairs, "B5", "B5", "7 own, 2 %"),
    (others, "", "other", "1 firm, 60 days"),
)


def stored(module: ModuleType, part: str, design: str) -> Cells:
    """What was counted of how many draws, by what and window."""
    with module.STORED.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if (row["part"], row["design"]) == (part, design)]
    return {(row["what"], row["window"]): (int(row["counted"]), int(row["draws"])) for row in rows}


def counted(module: ModuleType, of: str, design: str, draws: int) -> Iterator[Row]:
    """The rows of one design."""
    if module is others:
        return others.simulated(design, others.OTHERS[design], draws)
    parts = module.PARTS[of]
    rows: Iterator[Row] = parts(draws, lambda name: design == name or f", {name}," in f"{design},")
    return (row for row in rows if row[1] == design)


@pytest.mark.slow
@pytest.mark.parametrize(("module", "of", "part", "design"), AGAIN)
def test_a_stored_figure_comes_out_again(module: ModuleType, of: str, part: str, design: str) -> None:
    """To the last study."""
    wanted = stored(module, part, design)
    draws = max(draws for _, draws in wanted.values())
    found: Cells = {(row[2], row[3]): (row[5], row[4]) for row in counted(module, of, design, draws)}
    assert draws >= 250
    assert {cell: found[cell] for cell in wanted} == wanted
