"""The faults that no number from elsewhere notices, with the reason: `unnoticed.csv`.

A fault is called by its formula and by what is changed in it, not by where it stands: a formula keeps its name, and the list
its rows, when it moves to another file that has judges.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.mutations.judges import MODULES
from tests.mutations.mutants import Mutant, mutants

PATH = Path(__file__).parent / "unnoticed.csv"
HEAD = ["formula", "fault", "times", "why"]


class Key(NamedTuple):
    """What a fault is called."""

    formula: str
    fault: str


class Row(NamedTuple):
    """How often it goes unnoticed in that formula, and why it may."""

    times: int
    why: str


def named(places: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """(module, function or name) -> what the formula is called.

    Its own name, `DayBootstrap.chunks`; where several files have one of that name, that of the file before it: `days.DRAWS`.
    """
    homes = defaultdict(set)
    for module, where in places:
        homes[where].add(module)
    return {
        (module, where): where if len(homes[where]) == 1 else f"{module.rpartition('.')[2].lstrip('_')}.{where}"
        for module, where in places
    }


@cache
def formulas() -> Mapping[tuple[str, str], str]:
    """The names of all formulas that have judges."""
    return named({(m.module, m.where) for module in MODULES for m in mutants(module)})


def key(mutant: Mutant) -> Key:
    """What the list calls a fault."""
    return Key(formulas()[mutant.module, mutant.where], mutant.fault)


def of_module(module: str) -> set[str]:
    """The formulas of a file."""
    return {formula for (home, _), formula in formulas().items() if home == module}


@cache
def known() -> dict[Key, Row]:
    """The list."""
    with PATH.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {Key(r["formula"], r["fault"]): Row(int(r["times"]), r["why"]) for r in rows}
    assert len(found) == len(rows), "a fault is listed twice"
    return found


def write(rows: dict[Key, Row]) -> None:
    """Replace the list."""
    with PATH.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(HEAD)
        out.writerows([*place, row.times, row.why] for place, row in sorted(rows.items()))
