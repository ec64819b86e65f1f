"""The made-up studies of many pairs, and what their stored figures must show."""

from __future__ import annotations

import csv
from functools import cache

import numpy as np

from tests.simulation.pairs import STORED, drawn, own


@cache
def stored() -> dict[tuple[str, str, str, str], tuple[int, int]]:
    with STORED.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(row["seed"] and row["made"] for row in rows)
    return {(r["part"], r["design"], r["what"], r["window"]): (int(r["counted"]), int(r["draws"])) for r in rows}


def test_on_the_scale_of_the_pairs_the_guarded_test_finds_no_less_than_on_that_of_the_benchmark() -> None:
    """For in calm times that is rarely raised."""
    by_benchmark = {k: v for k, v in stored().items() if k[2] == "patell_guarded by the benchmark" and "%" in k[1]}
    assert len(by_benchmark) == 14
    for (part, design, _, window), (counted, _) in by_benchmark.items():
        assert stored()[part, design, "patell_guarded", window][0] >= counted


def test_no_interval_contradicts_its_p() -> None:
    assert {count for (_, _, what, _), (count, _) in stored().items() if what == "p contradicts"} == {0}


def test_a_drawn_study_has_the_days_that_its_design_names() -> None:
    block, effect = drawn(np.random.default_rng(1), own(3))
    assert (block.n_pairs, effect) == (3, 0.0)
    assert np.diff(block.sessions[:, 260]).astype(int).tolist() == [14, 14]
    assert np.isfinite(block.returns).all()
