"""`python -m tests.simulation.limits`: every stored size beside what it may be, those that come nearest to it first.

A headline may reject 6.5 % of true nulls in calm designs, GARCH among them, and of five pairs or more in any; 9 % where all
moves 1.5 or 2 times as much from day -10 or -20 on; windows, groups and tickers that are judged together 6.5 % and 10 %. Of
storms that begin with the event or end a week after it, and of events without the days after them, the reader is warned.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np

from tests.simulation import dates, firms, others, pairs

HEADLINES = ("placebo", "placebo_sum", "headline")
FAMILIES = ("windows", "groups x windows", "tickers x windows", "judged together")
CALM, STORM, TOGETHER_IN_STORMS = 0.065, 0.09, 0.10
_STORM = re.compile(r"(?<![\w.])x(?!1(?!\.))\d(\.\d+)?(?!\w)")
"""`x2` and `x1.5`, but neither `x1` nor the `x3d` of dates three days apart."""
_TOLD = re.compile(r"from -3,|to \+7|prices to|x2 from -3$")


class Size(NamedTuple):
    """How many of some studies of no event were below 5 %."""

    part: str
    design: str
    what: str
    window: str
    hits: int
    draws: int

    @property
    def share(self) -> float:
        return self.hits / self.draws

    @property
    def limit(self) -> float | None:
        """What it may be; None where the reader is warned instead."""
        if _TOLD.search(self.design) or (self.part in ("A4", "B5") and "firm-specific" in self.design):
            return None
        storm = bool(_STORM.search(self.design))
        if self.what in FAMILIES:
            return TOGETHER_IN_STORMS if storm else CALM
        many = self.part in ("B1", "B2") and not self.design.startswith("3 own")
        return STORM if storm and not many else CALM

    @property
    def over(self) -> float:
        """How many standard errors of the simulation it lies above its limit."""
        limit = self.limit or 1.0
        return float((self.share - limit) / np.sqrt(limit * (1 - limit) / self.draws)) if limit < 1 else -np.inf


@cache
def sizes() -> tuple[Size, ...]:
    """Every stored size of a headline, and of what is judged together."""
    return tuple(_sizes())


def _sizes() -> Iterator[Size]:
    for path in (firms.STORED, dates.STORED, pairs.STORED, others.STORED):
        with path.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                one = Size(
                    row["part"], row["design"], row["what"], row["window"], int(row["counted"]), int(row["draws"])
                )
                null = one.part != "B3" and "effect" not in one.design and "%" not in one.design
                if null and one.what in (*HEADLINES, *FAMILIES):
                    yield one


def main() -> None:
    """Show all."""
    for one in sorted(sizes(), key=lambda one: -one.over):
        limit = "told" if one.limit is None else f"{100 * one.limit:.1f} %"
        print(
            f"{100 * one.share:5.1f} % of {one.draws:5d}, {limit:>6}, {one.over:5.1f} s.e. above: {', '.join(one[:4])}"
        )


if __name__ == "__main__":
    main()
