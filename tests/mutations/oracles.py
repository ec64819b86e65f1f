"""Runs the tests of `tests/oracles/` as plain functions, one case of their parameters at a time."""

from __future__ import annotations

import inspect
import itertools
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from eventstudy.engine import arrays


@dataclass(frozen=True)
class Case:
    """A test function with one choice of its parameters."""

    test: Callable[..., None]
    chosen: tuple[tuple[str, Any], ...]

    def passes(self) -> bool:
        """Whether it passes; what is skipped does."""
        try:
            self.test(**dict(self.chosen))
        except pytest.skip.Exception:
            return True
        except (Exception, pytest.fail.Exception):  # noqa: BLE001 - whatever goes wrong is a fault that was noticed
            return False
        return True

    def says(self, word: str) -> bool:
        """Whether a parameter is that word, or a tuple that holds it."""
        return any(value == word or (isinstance(value, tuple) and word in value) for _, value in self.chosen)

    def names(self, words: set[str]) -> bool:
        """Whether any parameter is, or holds, one of the words."""
        return any(self.says(word) for word in words)


@cache
def cases(place: str) -> tuple[Case, ...]:
    """The cases of `module:function`, where the module is one of tests/; with ` of NAME, NAME` those that name one of these."""
    module, _, said = place.partition(":")
    name, _, words = said.partition(" of ")
    test = getattr(import_module(f"tests.{module}"), name)
    found = tuple(Case(test, tuple(chosen.items())) for chosen in _choices(test))
    return tuple(case for case in found if case.names(set(words.split(", ")))) if words else found


def _choices(test: Callable[..., None]) -> Iterator[dict[str, Any]]:
    marks = [m for m in getattr(test, "pytestmark", ()) if m.name == "parametrize"]
    sets = [[_values(mark.args[0], value) for value in mark.args[1]] for mark in marks]
    for combination in itertools.product(*sets):
        yield {key: value for part in combination for key, value in part.items()}


def _values(names: str | tuple[str, ...], value: Any) -> dict[str, Any]:
    keys = [n.strip() for n in names.split(",")] if isinstance(names, str) else list(names)
    if type(value).__name__ == "ParameterSet":  # a pytest.param, which holds a tuple whatever the number of names
        return dict(zip(keys, value.values, strict=True))
    return {keys[0]: value} if len(keys) == 1 else dict(zip(keys, value, strict=True))


@contextmanager
def in_time(seconds: int) -> Iterator[None]:
    """What takes longer fails with a TimeoutError, where the system can ring a bell: a fault may make a loop endless."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def late(number: int, frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def forget(*modules: str) -> None:
    """Empty the caches of modules, which may hold what a mutant made, and the memory that the kernel uses again."""
    vars(arrays._local).clear()
    for module in modules:
        for value in vars(import_module(module)).values():
            if callable(getattr(value, "cache_clear", None)):
                value.cache_clear()


def needs_fixtures(test: Callable[..., None]) -> bool:
    """Whether pytest itself must run it."""
    given = {key for chosen in _choices(test) for key in chosen}
    return not hasattr(test, "hypothesis") and set(inspect.signature(test).parameters) > given
