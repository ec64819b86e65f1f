"""Every parameter of a public function is described in its docstring, by its name in backticks.

The choices of a study, which functions with `choices` take by name, are described in `StudyConfig`.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from typing import Any

import eventstudy as es
import pytest

from tests.test_examples import PUBLIC

FUNCTIONS = {name: thing for name, thing in PUBLIC.items() if inspect.isroutine(thing)}


CHOICES = {field.name for field in fields(es.StudyConfig)}


def undescribed(function: Any) -> list[str]:
    """The parameters that a docstring does not name; those of any name (`**options`) are left to the text."""
    text = inspect.getdoc(function) or ""
    elsewhere = {"self", "cls", *(CHOICES if "`choices`" in text else ())}
    plain = (
        p for p in inspect.signature(function).parameters.values() if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
    )
    return [p.name for p in plain if p.name not in elsewhere and not re.search(rf"`{p.name}[`=]", text)]


def test_each_choice_of_a_study_is_described_where_it_stands() -> None:
    said = inspect.getsource(es.StudyConfig)
    assert [
        name for name in CHOICES if not re.search(rf'^    {name}: [^\n]*(\n        [^\n]*)*\n    """', said, re.M)
    ] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_parameter_is_described(name: str) -> None:
    assert undescribed(FUNCTIONS[name]) == []


def test_what_is_not_named_is_found() -> None:
    def window(start: int, end: int, *rest: int, unit: str = "") -> None:
        """From `start` on, shown as `unit="bp"`."""

    assert undescribed(window) == ["end"]
