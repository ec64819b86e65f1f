"""Is every formula guarded? A number, a sign, an operator, a degree of freedom is changed: a number from elsewhere must notice.

Quick: a few faults of every model, every test and every shared file. Slow: all of them. `unnoticed.csv` lists the faults that
nothing notices, each with the reason; the slow test fails where the list is wrong either way. `python -m tests.mutations`
writes it anew, with `?` for a reason where there is none yet.
"""

from __future__ import annotations

from collections import Counter

import pytest
from eventstudy import catalog

from tests.mutations.judges import JUDGES, MODELS, TESTS, judges, noticed
from tests.mutations.mutants import Mutant, mutants
from tests.mutations.unnoticed import key, known

A_FEW = 4
DECLARED = {"garch", "egarch"}
"""Models whose file only names what `_garch.py` works out."""


def few(module: str) -> list[Mutant]:
    """Some faults of a module, spread over its source: those that something should notice."""
    heard = [m for m in mutants(module) if key(m) not in known()]
    return heard[:: max(1, len(heard) // A_FEW)][:A_FEW]


def test_every_model_and_every_test_has_its_judges() -> None:
    assert set(TESTS) == set(catalog.names("tests"))
    assert set(MODELS) == set(catalog.names("models"))
    for module in JUDGES:
        assert judges(module), module


@pytest.mark.parametrize("module", JUDGES)
def test_a_few_faults_are_noticed(module: str) -> None:
    chosen = few(module)
    assert chosen or module.rpartition(".")[2] in DECLARED | {"garch_z"}
    assert all(case.passes() for case in judges(module)), "without a fault the judges must be content"
    assert [str(m) for m in chosen if not noticed(m)] == []


@pytest.mark.slow
@pytest.mark.parametrize("module", JUDGES)
def test_all_faults_are_noticed_or_listed(module: str) -> None:
    found = Counter(key(m) for m in mutants(module) if not noticed(m))
    listed = Counter({k: row.times for k, row in known().items() if k.module == module})
    assert found == listed


def test_what_nothing_notices_has_a_reason() -> None:
    places = {key(m) for module in JUDGES for m in mutants(module)}
    for place, row in known().items():
        assert place in places, f"no such fault any more: {place}"
        assert len(row.why) > 10, place
