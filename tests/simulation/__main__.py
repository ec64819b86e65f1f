"""`python -m tests.simulation --draws 10000 --seed 20240917`: how often each test rejects true nulls, stored as a table.

Writes tests/oracles/sizes.json: for each cell the studies it was tried on and those it rejected at 5 %. One core. With `--plan`
or `--test` only those designs or tests are simulated anew; the others stay as they are.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import scipy

from tests.simulation.table import LEVEL, OVER, PLANS, RESAMPLED, RESAMPLES, SEED, count

SIZES = Path(__file__).parents[1] / "oracles" / "sizes.json"


def main() -> None:
    """Simulate every design, and write the table after each of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--draws", type=int, default=10_000, help="made-up studies a design")
    parser.add_argument("--resampled", type=int, help="of these, how many for tests that resample [default: all]")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--output", type=Path, default=SIZES)
    parser.add_argument("--plan", action="append", choices=list(PLANS), help="only these designs")
    parser.add_argument("--test", action="append", default=[], help="only these tests")
    asked = parser.parse_args()
    rows = _others(asked.output, asked.plan or list(PLANS), asked.test, asked.seed)
    for plan in asked.plan or PLANS:
        began = time.monotonic()
        made = count(plan, asked.draws, asked.seed, resampled=asked.resampled, only=asked.test)
        for cell, (rejected, tried) in made.items():
            rows.append({**cell._asdict(), "draws": tried, "rejected": rejected})
        print(f"{plan}: {time.monotonic() - began:.0f} s", file=sys.stderr)
        _write(asked.output, asked.seed, rows)


def _others(path: Path, plans: list[str], tests: list[str], seed: int) -> list[dict[str, object]]:
    """The cells that stand in the table and are not simulated anew, which must have the same seed."""
    if not path.exists() or (set(plans) == set(PLANS) and not tests):
        return []
    table = json.loads(path.read_text(encoding="utf-8"))
    if table["seed"] != seed:
        raise SystemExit(f"{path} has the seed {table['seed']}: simulate all designs, or take that seed")
    return [c for c in table["cells"] if c["plan"] not in plans or (tests and c["name"] not in tests)]


def _write(path: Path, seed: int, rows: list[dict[str, object]]) -> None:
    """The whole file or none of it."""
    head = {
        "what": "`rejected` of `draws` made-up studies without an event, at `level` (METHODS 6.4)",
        "level": LEVEL,
        "seed": seed,
        "made": datetime.now(UTC).date().isoformat(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "over": OVER,
        "plans": {name: plan.__dict__ for name, plan in PLANS.items()},
        "resampled": {"tests": sorted(RESAMPLED), "draws_of_each": RESAMPLES},
    }
    order = {name: i for i, name in enumerate(PLANS)}
    rows = sorted(rows, key=lambda r: (order[str(r["plan"])], str(r["over"]), str(r["name"]), str(r["variant"])))
    lines = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in rows)
    text = json.dumps(head, ensure_ascii=False, indent=1)[:-2] + f',\n "cells": [\n  {lines}\n ]\n}}\n'
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


if __name__ == "__main__":
    main()
