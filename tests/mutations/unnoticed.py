"""The faults that no number from elsewhere notices, with the reason: `unnoticed.csv`."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.mutations.mutants import Mutant

PATH = Path(__file__).parent / "unnoticed.csv"
HEAD = ["module", "where", "fault", "times", "why"]


class Key(NamedTuple):
    """What a fault is called."""

    module: str
    where: str
    fault: str


class Row(NamedTuple):
    """How often it goes unnoticed in that place, and why it may."""

    times: int
    why: str


def key(mutant: Mutant) -> Key:
    """What the list calls a fault."""
    return Key(mutant.module, mutant.where, mutant.fault)


@cache
def known() -> dict[Key, Row]:
    """The list."""
    with PATH.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {Key(r["module"], r["where"], r["fault"]): Row(int(r["times"]), r["why"]) for r in rows}


def write(rows: dict[Key, Row]) -> None:
    """Replace the list."""
    with PATH.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(HEAD)
        out.writerows([*place, row.times, row.why] for place, row in sorted(rows.items()))
