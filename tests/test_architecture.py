"""The page that says where each formula and rule stands is right."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "architecture.md"
ROW = re.compile(r"^\| (?P<rule>[^|]+) \| `(?P<name>eventstudy[\w.]+)` \| (?P<compiled>[^|]*)\|$", re.MULTILINE)
COMPILED = re.compile(r"`(?P<function>\w+)` in `(?P<file>\w+\.[ch])` ")


def rows() -> list[tuple[str, str]]:
    return [(row["rule"].strip(), row["name"]) for row in ROW.finditer(PAGE.read_text(encoding="utf-8"))]


def found(name: str) -> object:
    """The function or class of that dotted name."""
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            place: object = import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            place = getattr(place, part)
        return place
    raise AssertionError(f"{name} is nowhere")


@pytest.mark.parametrize(("rule", "name"), rows())
def test_each_rule_stands_where_the_page_says(rule: str, name: str) -> None:
    place = found(name)
    assert callable(place), rule
    assert place.__doc__, name


def test_each_compiled_formula_stands_where_the_page_says() -> None:
    told = [row["compiled"] for row in ROW.finditer(PAGE.read_text(encoding="utf-8")) if row["compiled"]]
    assert len(told) > 10
    for one in told:
        where = COMPILED.fullmatch(one)
        assert where, one
        text = (PAGE.parents[1] / "native" / where["file"]).read_text(encoding="utf-8")
        assert re.search(rf"^[a-z][\w ]*\b{where['function']}\(.*\{{", text, re.MULTILINE), one


def test_each_rule_has_one_place_and_each_place_one_rule() -> None:
    rules, names = zip(*rows(), strict=True)
    assert len(set(rules)) == len(set(names)) == len(rules) > 30


def test_every_file_and_room_that_the_page_names_is_there() -> None:
    package = PAGE.parents[1] / "eventstudy"
    text = PAGE.read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+/[a-z_]*)(?:\.[A-Za-z_]+)?`", text))
    lost = [n for n in named if not (package / n).is_dir() and not (package / f"{n}.py").is_file()]
    assert [n for n in lost if not n.startswith(("locale", "tests", "docs"))] == []
