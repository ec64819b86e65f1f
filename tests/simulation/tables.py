"""What other code found for the designs of each table (`tables.csv`), and the stored run of each of its cells.

`python -m tests.simulation.tables` shows the cells that lie far from their run.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tests.simulation import dates, firms, pairs

FOUND = Path(__file__).with_name("tables.csv")
TABLES: Mapping[str, str] = {
    "A1": "one firm in calm and in storms",
    "A2": "effects on one firm",
    "A4": "3 and 20 firms of one date",
    "A5": "3 firms of their own dates",
    "A6": "one firm whose prices end soon, or that reports earnings",
    "A B1": "windows of 1 to 21 days, bid and ask, jumps, crashes",
    "B1": "windows that overlap",
    "B2": "other tests than the headline, in calm and in storms",
    "B3": "intervals of the mean",
    "B4": "what is judged together",
    "B5": "2 to 10 events",
    "B6": "other events of the firm among the estimation days",
}
"""In the order of the docs."""


class Key(NamedTuple):
    """What a figure is of."""

    part: str
    design: str
    what: str
    window: str


class Cell(NamedTuple):
    """A figure of a table of other code; without one where the rule differs and the design alone is asked for."""

    table: str
    key: Key
    percent: float | None
    """Rounded to as many digits as `unit` has; none of `generalized_sign`, exact here and normal there."""
    unit: float
    draws: int


class Run(NamedTuple):
    """Of how many made-up studies how many."""

    counted: int
    draws: int
    made: str
    seed: str

    @property
    def share(self) -> float:
        return self.counted / self.draws


@cache
def cells() -> Sequence[Cell]:
    """All of them."""
    with FOUND.open(encoding="utf-8") as file:
        return [
            Cell(
                row["table"],
                Key(*(row[name] for name in Key._fields)),
                float(row["percent"]) if row["percent"] else None,
                0.1 if "." in row["percent"] else 1.0,
                int(row["draws"]),
            )
            for row in csv.DictReader(file)
        ]


@cache
def runs() -> Mapping[Key, Run]:
    """Every stored figure."""
    return dict(_runs())


def _runs() -> Iterator[tuple[Key, Run]]:
    for module in (firms, dates, pairs):
        with module.STORED.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                run = Run(int(row["counted"]), int(row["draws"]), row["made"], row["seed"])
                yield Key(*(row[name] for name in Key._fields)), run


def errors(cell: Cell) -> float:
    """How many standard errors of the difference of both simulations lie between them, with the rounding of the table."""
    assert cell.percent is not None
    run, p = runs()[cell.key], np.clip(cell.percent / 100, 0.002, 0.998)
    variance = p * (1 - p) * (1 / run.draws + 1 / cell.draws) + (cell.unit / 100) ** 2 / 12
    return float((run.share - cell.percent / 100) / np.sqrt(variance))


def main() -> None:
    """Show them, and how many there are of each table."""
    held = [(errors(cell), cell) for cell in cells() if cell.percent is not None]
    for far, cell in sorted(held, key=lambda one: -abs(one[0])):
        if abs(far) > 2:
            run = runs()[cell.key]
            where = f"{cell.table}: {', '.join(cell.key)}"
            print(f"{far:+5.1f} s.e.: {100 * run.share:.1f} % of {run.draws}, {cell.percent} of {cell.draws}: {where}")
    for table in TABLES:
        z = np.array([far for far, cell in held if cell.table == table])
        print(f"{table}: {len(z)} cells, {np.mean(np.abs(z) > 2):.1%} beyond two, mean square {np.mean(z**2):.2f}")


if __name__ == "__main__":
    main()
