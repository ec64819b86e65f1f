"""Is every formula guarded? A number, a sign, an operator, a degree of freedom is changed: a number from elsewhere must notice.

Quick: a few faults of nearly every model, test and shared file. Slow: all of them. `unnoticed.csv` lists the faults that
nothing notices, each with the reason; the slow test fails where the list is wrong either way. `python -m tests.mutations`
writes it anew, with `?` for a reason where there is none yet.
"""

from __future__ import annotations

from collections import Counter

import pytest
from eventstudy import plugins

from tests.mutations.judges import JUDGES, MODELS, TESTS, judges, noticed
from tests.mutations.mutants import Mutant, mutants
from tests.mutations.unnoticed import formulas, key, known, named, of_module

A_FEW = 2
LONG = {"aggregate", "_robust", "elastic_net"}
"""Files whose judges take their time."""
DECLARED = {"garch", "egarch"}
"""Models whose file only names what `_garch.py` works out."""


def few(module: str) -> list[Mutant]:
    """Some faults of a module, spread over its source: those that something should notice."""
    heard = [m for m in mutants(module) if key(m) not in known()]
    return heard[:: max(1, len(heard) // A_FEW)][:A_FEW]


def test_every_model_and_every_test_has_its_judges() -> None:
    assert set(TESTS) == set(plugins.names("tests"))
    assert set(MODELS) == set(plugins.names("models"))
    for module in JUDGES:
        assert judges(module), module


@pytest.mark.parametrize(
    "module", [pytest.param(m, marks=pytest.mark.slow) if m.rpartition(".")[2] in LONG else m for m in JUDGES]
)
def test_a_few_faults_are_noticed(module: str) -> None:
    chosen = few(module)
    assert chosen or module.rpartition(".")[2] in DECLARED | {"garch_z"}
    assert all(case.passes() for case in judges(module)), "without a fault the judges must be content"
    assert [str(m) for m in chosen if not noticed(m)] == []


@pytest.mark.slow
@pytest.mark.parametrize("module", JUDGES)
def test_all_faults_are_noticed_or_listed(module: str) -> None:
    found = Counter(key(m) for m in mutants(module) if not noticed(m))
    listed = Counter({k: row.times for k, row in known().items() if k.formula in of_module(module)})
    assert found == listed


def test_what_nothing_notices_has_a_reason() -> None:
    made = Counter(key(m) for module in JUDGES for m in mutants(module))
    for place, row in known().items():
        assert row.times <= made[place], f"no such fault any more, or fewer: {place}{alike(place.formula)}"
        assert len(row.why) > 10, place


def alike(formula: str) -> str:
    """The formulas that it may be called now: a name that comes to stand in a second file is told from it by the file."""
    last = formula.rpartition(".")[2]
    found = sorted(f for f in formulas().values() if f.rpartition(".")[2] == last and f != formula)
    return f"; formulas of that name: {', '.join(found)}" if found else ""


def test_each_formula_has_a_name_of_its_own() -> None:
    assert len(set(formulas().values())) == len(formulas())


def test_a_formula_that_moves_to_another_file_keeps_its_name() -> None:
    before, moved = ("eventstudy.inference._ranks", "mean_ranks"), ("eventstudy.inference.grank_t", "mean_ranks")
    assert before in formulas()
    assert named({*formulas(), moved} - {before})[moved] == formulas()[before] == "mean_ranks"


def test_formulas_of_one_name_are_told_apart_by_their_files() -> None:
    assert formulas()["eventstudy.inference.grank_t", "compute"] == "grank_t.compute"
    assert formulas()["eventstudy.inference._correlation", "_ROWS"] == "correlation._ROWS"
