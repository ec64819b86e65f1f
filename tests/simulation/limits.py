"""`python -m tests.simulation.limits`: every stored size beside what it may be, those that come nearest to it first.

A headline may reject 6.5 % of true nulls in calm designs, GARCH among them, and of five pairs or more in any; 9 % where all
moves 1.5 or 2 times as much from day -10 or -20 on; windows, groups and tickers that are judged together 6.5 % and 10 %. Of
storms that begin with the event (10 %) or end a week after it (18 % over eleven days), of events without the days after them
(25 %) and of wild event days alone the reader is warned. None may reject more than a test that sees nothing of the storm.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import stats

from tests.simulation import dates, firms, others, pairs

HEADLINES = ("placebo", "placebo_sum", "headline")
FAMILIES = ("windows", "groups x windows", "tickers x windows", "judged together")
CALM, STORM, TOGETHER_IN_STORMS = 0.065, 0.09, 0.10
WITH_THE_EVENT, ENDED, NONE_AFTER = 0.10, 0.18, 0.25
"""Of what the reader is warned: storms from day -3 on; over eleven days, those that end a week after the event or whose later
days lack prices; those from day -3 on without the days after."""
_STORM = re.compile(r"(?<![\w.])x(?!1(?!\.))(\d(?:\.\d+)?)(?!\w)")
"""`x2` and `x1.5`, but neither `x1` nor the `x3d` of dates three days apart."""


def unseen(times: float) -> float:
    """How often a test rejects at 5 % that sees nothing of days so many times as wild."""
    return float(2 * stats.norm.sf(stats.norm.isf(0.025) / times))


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
    def limit(self) -> float:
        """What it may be."""
        storm = _STORM.search(self.design)
        if self.what in FAMILIES:
            return TOGETHER_IN_STORMS if storm else CALM
        many = self.part in ("B1", "B2") and not self.design.startswith("3 own")
        if not storm or many:
            return CALM
        if "firm-specific" in self.design:
            return unseen(float(storm[1]))
        recent, limit = "prices to" in self.design, STORM
        if "from -3," in self.design:
            limit = NONE_AFTER if recent else WITH_THE_EVENT
        elif (recent or "to +7" in self.design) and self.window == "[-5, +5]":
            limit = ENDED
        return min(limit, unseen(float(storm[1])))

    @property
    def over(self) -> float:
        """How many standard errors of the simulation it lies above its limit."""
        return float((self.share - self.limit) / np.sqrt(self.limit * (1 - self.limit) / self.draws))


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
        shares = f"{100 * one.share:5.1f} % of {one.draws:5d}, {100 * one.limit:4.1f} %"
        print(f"{shares}, {one.over:5.1f} s.e. above: {', '.join(one[:4])}")


if __name__ == "__main__":
    main()
