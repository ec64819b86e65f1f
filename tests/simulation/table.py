"""Every test on every design: how many of the made-up studies, in which nothing happened, it rejects at 5 %.

`figures.csv` holds what another program found for the same designs (20,000, 10,000 or 5,000 draws; METHODS 6.4).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from eventstudy import plugins
from eventstudy.inference import Sample, SeriesTest, Significance, holm

from tests.simulation.draws import Plan, Study, studies

SEED = 20240917
LEVEL = 0.05
OVER = {"day": (0, 0), "window": (-5, 5)}
PLANS = {
    "distinct dates, N 50": Plan(50),
    "distinct dates, N 10": Plan(10),
    "distinct dates, N 5": Plan(5),
    "one date, N 20": Plan(20, one_date=True),
    "distinct dates, N 50, t(4)": Plan(50, tails=4),
    "distinct dates, N 50, variance x2": Plan(50, event_scale=np.sqrt(2)),
    "one date, N 20, t(4), M 250": Plan(20, m=250, one_date=True, tails=4),
}
RESAMPLED = {"wild_bootstrap", "max_t", "bhar_bootstrap", "conformal", "placebo", "placebo_sum"}
"""Tests that draw at random themselves: seen on fewer studies, with 999 draws each (conformal, placebos 9,999, BHAR 1,000)."""
RESAMPLES = 999


class Cell(NamedTuple):
    """One test on one design."""

    plan: str
    name: str
    variant: str
    over: str
    """`day` (0) or `window` (-5 to +5)."""


@cache
def figures() -> dict[Cell, tuple[float, int]]:
    """What another program found: share rejected, and its draws."""
    with (Path(__file__).parent / "figures.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        Cell(r["plan"], r["test"], r["variant"], r["over"]): (float(r["percent"]) / 100, int(r["draws"])) for r in rows
    }


def cells() -> list[tuple[str, str]]:
    """Every test with each of its variants. A series test judges the portfolio, or the first pair where there is none."""
    return [
        (name, variant)
        for name in plugins.names("tests")
        for variant in getattr(plugins.load("tests", name), "variants", ("default",))
    ]


def answer(study: Study, sample: Sample, name: str, variant: str) -> Significance:
    """One test on one made-up study."""
    test = plugins.load("tests", name)
    if isinstance(test, SeriesTest):
        series = study.portfolio if study.portfolio is not None else study.returns.take(np.array([0]))
        return test.compute(series, sample.window, 0).at(0)
    found: Significance = test.compute(sample, variant)
    return found


def count(
    plan: str, draws: int, seed: int, *, resampled: int | None = None, only: Collection[str] = ()
) -> dict[Cell, tuple[int, int]]:
    """(rejected, tried) of each cell that applies; of tests that resample, the first `resampled` studies only.

    The studies are the same whichever tests are asked for (`only` those).
    """
    hits: Counter[Cell] = Counter()
    tried: Counter[Cell] = Counter()
    hopeless: set[Cell] = set()
    known = [(name, variant) for name, variant in cells() if not only or name in only]
    for number, study in enumerate(studies(seed + list(PLANS).index(plan), PLANS[plan], draws)):
        for over, window in OVER.items():
            sample = study.sample(window, draws=RESAMPLES)
            for name, variant in known:
                cell = Cell(plan, name, variant, over)
                if cell in hopeless or (name in RESAMPLED and resampled is not None and number >= resampled):
                    continue
                found = answer(study, sample, name, variant)
                if not found.distribution:
                    hopeless.add(cell)
                    continue
                tried[cell] += 1
                hits[cell] += found.p_value <= LEVEL
            cell = Cell(plan, "holm", "default", over)
            if study.portfolio is not None and (not only or "holm" in only):
                exact = plugins.load("tests", "exact_t").compute(study.returns, sample.window, 0)
                tried[cell] += 1
                hits[cell] += bool((holm(exact.p_value) <= LEVEL).any())
    return {cell: (hits[cell], n) for cell, n in tried.items() if cell not in hopeless}


def distance(share: float, wanted: float, draws: int, their_draws: int) -> float:
    """How many standard errors of both simulations lie between two shares (ruling 28 allows three)."""
    return abs(share - wanted) / float(np.sqrt(wanted * (1 - wanted) * (1 / draws + 1 / their_draws)))
