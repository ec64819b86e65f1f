"""Every public name has a docstring with an example, and every example runs and says what it says there.

`es` in an example is `import eventstudy as es`; `result` in those of a result's methods is two firms on the recognised day,
`answer` and `robust` in those of answers what `impact` and `robustness` say of it; `prices` are those of two tickers.
"""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import eventstudy as es
import pytest
from eventstudy.analyses.base import Answer

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
"""A long sentence may stand on several lines."""


def public() -> Iterator[tuple[str, Any]]:
    """The public names, those of `analyses` and `claims`, and the public methods of what they give."""
    for name in es.__all__:
        thing = getattr(es, name)
        if inspect.ismodule(thing):
            yield from ((f"{name}.{inner}", getattr(thing, inner)) for inner in thing.__all__)
        elif name != "__version__":
            yield name, thing
    for kind in (
        es.StudyResult,
        es.EventStudy,
        es.Registry,
        es.Event,
        es.Window,
        es.PriceTable,
        es.StudyConfig,
        Answer,
    ):
        yield from methods(kind)
    for answer in answers(Answer):  # what they answer in their own way has its example where it is asked of any answer
        yield from ((name, method) for name, method in methods(answer) if not hasattr(Answer, method.__name__))


def methods(kind: type[Any]) -> Iterator[tuple[str, Any]]:
    for name, method in inspect.getmembers(kind, inspect.isroutine):
        if not name.startswith("_") and str(getattr(method, "__module__", "")).startswith("eventstudy"):
            yield f"{kind.__name__}.{name}", method


def answers(kind: type[Any]) -> Iterator[type[Any]]:
    for module in pkgutil.iter_modules(es.analyses.__path__):
        importlib.import_module(f"eventstudy.analyses.{module.name}")
    for one in kind.__subclasses__():
        yield one
        yield from answers(one)


PUBLIC = dict(public())


def examples(name: str) -> list[doctest.Example]:
    return doctest.DocTestParser().get_examples(inspect.getdoc(PUBLIC[name]) or "")


def test_every_public_name_has_a_docstring_with_an_example() -> None:
    assert len(PUBLIC) > 100
    assert {"PriceTable.beside", "StudyConfig.as_dict", "Answer.tidy", "Impact.money", "Robustness.own"} < set(PUBLIC)
    assert [name for name in PUBLIC if not any(example.want for example in examples(name))] == []


@pytest.fixture(scope="session")
def two_firms() -> es.StudyResult:
    return es.run("deepseek-r1", tickers="NVDA,AMD", day0="recognised")


@pytest.fixture(scope="session")
def known(two_firms: es.StudyResult) -> dict[str, Any]:
    """What examples of methods begin with."""
    return {
        "result": two_firms,
        "answer": es.analyses.impact(two_firms, windows=[(0, 0)]),
        "robust": es.analyses.robustness(two_firms, windows=[(0, 0)]),
        "prices": es.load_prices(["NVDA", "SPY"], "2025-01-24", "2025-01-28", source="bundled"),
    }


QUICK = ("Window", "claims.understand_each", "StudyResult.windows")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in PUBLIC]
)
def test_the_example_runs(name: str, known: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    test = doctest.DocTest(examples(name), {"es": es, **known}, name, None, 0, None)
    said: list[str] = []
    found = doctest.DocTestRunner(optionflags=FLAGS, verbose=False).run(test, out=said.append)
    assert found.failed == 0, "".join(said)
    assert found.attempted > 0


def test_an_example_that_says_something_else_fails() -> None:
    wrong = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    assert doctest.DocTestRunner(optionflags=FLAGS, verbose=False).run(wrong, out=lambda _: None).failed == 1


@pytest.mark.parametrize("called", [es.run, es.history, es.EventStudy], ids=["run", "history", "EventStudy"])
def test_choices_are_named_in_signatures(called: Any) -> None:
    """Help and completion know every choice by name; what is no choice is refused with a list."""
    parameters = inspect.signature(called).parameters
    assert not [p for p in parameters.values() if p.kind is inspect.Parameter.VAR_KEYWORD]
    assert {field.name for field in fields(es.StudyConfig)} <= set(parameters)
    assert parameters["model"].default == "market" or parameters["model"].default == ""
