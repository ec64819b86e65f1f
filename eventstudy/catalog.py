"""Finds models, tests, sources, charts and commands by their file name.

A family is a folder. A file in it whose name has no leading underscore is a member, its name is the member's key, and the
family's one attribute (`MODEL`, `TEST`, ...) is the member itself. Other distributions add members through entry points
named like the family (`eventstudy.models`, ...) that point at such a module; commands are our own, so that `--help` need not
read what else is installed. Nothing is imported to list names.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, NamedTuple

from eventstudy.errors import UnknownName

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


class Family(NamedTuple):
    """Where the members of a kind live, and what each file calls its member."""

    package: str
    attribute: str
    noun: str
    open: bool = True
    """Whether other distributions may add to it."""


FAMILIES = {
    "models": Family("eventstudy.models", "MODEL", "model"),
    "tests": Family("eventstudy.inference", "TEST", "test"),
    "sources": Family("eventstudy.prices", "SOURCE", "price source"),
    "charts": Family("eventstudy.charts", "CHART", "chart"),
    "commands": Family("eventstudy.cli", "COMMAND", "command", open=False),
}


@cache
def _modules(kind: str) -> dict[str, str | EntryPoint]:
    spec = find_spec(FAMILIES[kind].package)
    folders = spec.submodule_search_locations if spec and spec.submodule_search_locations else []
    own: dict[str, str | EntryPoint] = {
        module.name: f"{FAMILIES[kind].package}.{module.name}"
        for module in iter_modules(folders)
        if not module.name.startswith("_")
    }
    return _foreign(kind) | own if FAMILIES[kind].open else own


def _foreign(kind: str) -> dict[str, str | EntryPoint]:
    from importlib.metadata import entry_points

    return {e.name: e for e in entry_points(group=f"eventstudy.{kind}")}


def names(kind: str) -> list[str]:
    """The keys of a family (`models`, `tests`, `sources`, `charts`, `commands`), sorted."""
    return sorted(_modules(kind))


def load(kind: str, name: str) -> Any:
    """The member of that name; its module is imported now.

    Raises:
        UnknownName: the family has no such member.
    """
    family, known = FAMILIES[kind], _modules(kind)
    if name not in known:
        raise UnknownName(family.noun, name, known)
    place = known[name]
    module = import_module(place) if isinstance(place, str) else place.load()
    return getattr(module, family.attribute)
