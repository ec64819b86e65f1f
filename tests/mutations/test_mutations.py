"""Is every formula guarded? A number, a sign, an operator, a degree of freedom is changed: a number from elsewhere must notice.

Slow: every fourth fault of every model, test and shared file. `unnoticed.csv` lists the faults that nothing notices, each with
the reason. `python -m tests.mutations` plants all of them, in about 25 minutes, and writes the
list anew, with `?` for a reason where there is none yet.
"""

from __future__ import annotations

from collections import Counter

import pytest
from eventstudy import plugins
from eventstudy.native import VARIABLE

from tests.mutations.judges import MODELS, MODULES, SHARED, TESTS, judges, noticed
from tests.mutations.mutants import mutants
from tests.mutations.oracles import cases, needs_fixtures
from tests.mutations.unnoticed import formulas, key, known, named


def test_every_model_test_and_formula_has_its_judges() -> None:
    assert set(TESTS) == set(plugins.names("tests"))
    assert set(MODELS) == set(plugins.names("models"))
    assert [str(m) for module in MODULES for m in mutants(module) if not judges(module, m.where)] == []


def test_judges_run_as_plain_functions_and_judge_what_is_there() -> None:
    for name, places in {**TESTS, **MODELS, **SHARED}.items():
        assert [place for place in places if needs_fixtures(cases(place)[0].test)] == [], name
    homes = {*MODULES, *(f"{module}.{where.partition('.')[0]}" for module, where in formulas())}
    assert [name for name in SHARED if f"eventstudy.{name}" not in homes] == []


@pytest.fixture(autouse=True)
def numpy_does_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults are planted in Python: those of a formula whose compiled form runs would go unnoticed."""
    monkeypatch.setenv(VARIABLE, "0")


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES)
def test_every_fourth_fault_is_noticed(module: str) -> None:
    fourth = list(mutants(module))[::4]  # whatever the list of the unnoticed holds
    chosen = [m for m in fourth if key(m) not in known()]
    assert chosen
    asked = {id(case): case for m in chosen for case in judges(module, m.where)}
    assert all(case.passes() for case in asked.values()), "without a fault the judges must be content"
    assert [str(m) for m in chosen if not noticed(m)] == []


def test_what_nothing_notices_has_a_reason() -> None:
    made = Counter(key(m) for module in MODULES for m in mutants(module))
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
    before, moved = ("eventstudy.engine.ranks", "mean_ranks"), ("eventstudy.engine.totals", "mean_ranks")
    assert before in formulas()
    assert named({*formulas(), moved} - {before})[moved] == formulas()[before] == "mean_ranks"


def test_formulas_of_one_name_are_told_apart_by_their_files() -> None:
    assert formulas()["eventstudy.inference.resampling", "DRAWS"] == "resampling.DRAWS"
    assert formulas()["eventstudy.inference.days", "DRAWS"] == "days.DRAWS"
