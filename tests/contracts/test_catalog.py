"""Rules every member of a family keeps; new files are picked up by themselves."""

from __future__ import annotations

import re
from importlib import import_module
from pkgutil import iter_modules

import numpy as np
import pytest
from eventstudy import plugins
from eventstudy.engine.abnormal import AbnormalReturns
from eventstudy.errors import UnknownName
from eventstudy.inference import PairsTest, Sample, SeriesTest
from eventstudy.panel import EventBlock
from eventstudy.units.windows import Window

from tests.contracts.made_up import abnormal, block

ALL = [(kind, name) for kind in plugins.FAMILIES for name in plugins.names(kind)]
TESTS = plugins.names("tests")


@pytest.mark.parametrize(("kind", "name"), ALL, ids=[f"{k}-{n}" for k, n in ALL])
def test_a_member_has_a_key_and_says_what_it_is(kind: str, name: str) -> None:
    member = plugins.load(kind, name)
    assert re.fullmatch("[a-z][a-z0-9_]*", name)
    if kind == "commands":
        assert member.name == name
        assert member.help
    else:
        assert 10 < len(member.summary) < 120
        assert "\n" not in member.summary


@pytest.mark.parametrize("kind", ["models", "tests"])
def test_methods_name_their_assumptions_and_papers(kind: str) -> None:
    for name in plugins.names(kind):
        member = plugins.load(kind, name)
        assert member.assumes, name
        assert member.fails, name
        assert re.search(r"\b(19|20)\d\d\b", member.paper), name


@pytest.mark.parametrize("kind", ["models", "tests"])
def test_the_catalogue_lists_the_rows_of_every_file_and_no_file_is_private(kind: str) -> None:
    family = plugins.FAMILIES[kind]
    files = [module.name for module in iter_modules(import_module(family.package).__path__)]
    tables = {name: getattr(import_module(f"{family.package}.{name}"), f"{family.attribute}S", {}) for name in files}
    assert {name: tuple(rows) for name, rows in tables.items() if rows} == dict(family.files)
    assert [name for name in files if name.startswith("_")] == []


@pytest.mark.parametrize("kind", list(plugins.FAMILIES))
def test_an_unknown_name_is_answered_with_the_nearest(kind: str) -> None:
    real = plugins.names(kind)[0]
    with pytest.raises(UnknownName, match=f"did you mean '{real}'"):
        plugins.load(kind, real[:-1] + "_")


@pytest.mark.parametrize("name", plugins.names("models"))
def test_a_model_keeps_the_shapes_of_a_fit(name: str) -> None:
    model, made = plugins.load("models", name), block()
    fit = model.fit(made, 100)
    n, k = made.n_pairs, len(fit.names)
    days, event = made.estimation.length, made.event.length
    assert set(model.requires(made.names)) <= set(made.names)
    assert fit.params.shape == (n, k)
    assert fit.ar.shape == fit.expected.shape == (n, event)
    assert fit.residuals.shape == (n, days)
    assert fit.basis.shape[1] == days + event
    assert fit.parameters <= fit.basis.shape[2]
    assert fit.noise.shape == fit.span.shape == (len(fit.basis), event)
    assert (fit.problem == "").all()
    assert np.isfinite(fit.sigma).all()
    lacking = np.isnan(made.returns[:, made.event_columns])
    assert np.array_equal(np.isnan(fit.ar), lacking), "missing stays missing, and nothing else is lost"
    assert np.allclose(fit.ar + fit.expected, made.returns[:, made.event_columns], equal_nan=True)


def _sample(returns: AbnormalReturns, window: Window, portfolio: AbnormalReturns) -> Sample:
    return Sample.of(returns, window, portfolio, "")


@pytest.mark.parametrize("name", TESTS)
@pytest.mark.parametrize("window", [Window(0, 0), Window(-1, 1)], ids=str)
def test_an_answer_is_a_probability_or_a_reason(name: str, window: Window) -> None:
    made = block(missing=False)
    returns, portfolio = abnormal(made), abnormal(_mean(made))
    test = plugins.load("tests", name)
    if isinstance(test, SeriesTest):
        found = test.compute(returns, window, 0)
        answers = [found.at(i) for i in range(returns.n)]
    else:
        answers = [test.compute(_sample(returns, window, portfolio), v) for v in test.variants]
    for answer in answers:
        if answer.distribution:
            assert np.isfinite(answer.statistic)
            assert 0 < answer.p_value <= 1
            assert answer.valid
        else:
            assert answer.reasons
            assert not answer.valid
            assert np.isnan(answer.p_value)


@pytest.mark.parametrize("name", [n for n in TESTS if isinstance(plugins.load("tests", n), PairsTest)])
def test_one_pair_alone_gets_a_reason_or_an_answer_never_an_error(name: str) -> None:
    made = block(missing=False)
    one = abnormal(made).take(np.array([0]))
    answer = plugins.load("tests", name).compute(_sample(one, Window(0, 0), one), "default")
    assert answer.reasons or 0 < answer.p_value <= 1


@pytest.mark.parametrize("name", TESTS)
def test_the_same_seed_gives_the_same_answer(name: str) -> None:
    returns = abnormal(block(missing=False))
    test = plugins.load("tests", name)
    if isinstance(test, SeriesTest):
        first, second = (test.compute(returns, Window(-1, 1), 7).p_value for _ in range(2))
        assert np.array_equal(first, second, equal_nan=True)


def _mean(made: EventBlock) -> EventBlock:
    from dataclasses import replace

    return replace(made, returns=made.returns.mean(axis=0, keepdims=True), design=made.design[:1])


def test_every_public_name_exists() -> None:
    import eventstudy

    for name in eventstudy.__all__:
        assert getattr(eventstudy, name) is not None
    assert set(eventstudy._HOME) == set(eventstudy.__all__) - {"__version__"}
    with pytest.raises(AttributeError):
        _ = eventstudy.nothing
