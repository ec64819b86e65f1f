"""Finds models, tests, sources, finders, charts and commands by their names.

A family is a folder. Small members stand together in files, and the family says which are where (`files`): a file's table
(`MODELS`) holds them by name. Where it says nothing, a file whose name has no leading underscore is a member, its name is the
member's key, and its attribute (`TEST`, `CHART`, ...) the member itself. Other distributions add members through entry points
named like the family (`eventstudy.models`, ...) that point at such a module; commands are our own, so that `--help` need not
read what else is installed. Nothing is imported to list names.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, NamedTuple

from eventstudy.errors import Sentence, UnknownName, named

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


class Family(NamedTuple):
    """Where the members of a kind live, and what each file calls its member."""

    package: str
    attribute: str
    noun: str
    open: bool = True
    """Whether other distributions may add to it."""
    files: Mapping[str, tuple[str, ...]] = {}
    """File -> the members in its table; none where each file is a member."""


_MODELS = {
    "linear": (
        "constant_mean",
        "market_adjusted",
        "given",
        "market",
        "capm",
        "fama_french3",
        "carhart",
        "fama_french5",
        "fama_french5_momentum",
        "factors",
        "peer",
        "matched",
    ),
    "robust": ("theil_sen", "huber"),
    "thin_trading": ("scholes_williams", "dimson"),
    "garch": ("garch", "egarch"),
    "peers": ("synthetic_control", "elastic_net", "principal_components"),
}

_TESTS = {
    "parametric": (
        "exact_t",
        "garch_z",
        "portfolio_t",
        "weighted_mean",
        "cda",
        "cross_section_t",
        "hall_t",
        "patell",
        "patell_adjusted",
        "bmp",
        "bmp_adjusted",
        "caar_t",
        "patell_guarded",
        "jackknife",
        "calendar_time",
    ),
    "ranks_and_signs": (
        "corrado_rank",
        "corrado_zivney",
        "grank_t",
        "grank_z",
        "sign",
        "generalized_sign",
        "wilcoxon",
    ),
    "placebo": ("placebo", "sample_quantile", "placebo_sum"),
    "days": ("conformal", "placebo_in_space"),
    "variance": ("variance_ratio", "variance_placebo", "beaver_u"),
    "joint": ("joint_placebo", "joint_f"),
    "resampling": ("wild_bootstrap", "bhar_bootstrap"),
    "multiple": ("max_t",),
}

FAMILIES = {
    "models": Family("eventstudy.models", "MODEL", "model", files=_MODELS),
    "tests": Family("eventstudy.inference", "TEST", "test", files=_TESTS),
    "sources": Family("eventstudy.prices", "SOURCE", "price source"),
    "finders": Family("eventstudy.events.finders", "FINDER", "finder of events"),
    "charts": Family("eventstudy.charts", "CHART", "chart"),
    "commands": Family("eventstudy.cli", "COMMAND", "command", open=False),
}


@cache
def own(kind: str) -> dict[str, str]:
    """The members of a family that are ours: key -> the module where it stands."""
    family = FAMILIES[kind]
    if family.files:
        return {name: f"{family.package}.{file}" for file, names in family.files.items() for name in names}
    spec = find_spec(family.package)
    folders = spec.submodule_search_locations if spec and spec.submodule_search_locations else []
    files = (module.name for module in iter_modules(folders))
    return {name: f"{family.package}.{name}" for name in files if not name.startswith("_")}


@cache
def _modules(kind: str) -> dict[str, str | EntryPoint]:
    return {**(_foreign(kind) if FAMILIES[kind].open else {}), **own(kind)}


def _foreign(kind: str) -> dict[str, str | EntryPoint]:
    from importlib.metadata import entry_points

    return {e.name: e for e in entry_points(group=f"eventstudy.{kind}")}


_given: dict[tuple[str, str], Any] = {}
"""Members that a program made itself; they are in no listing."""


def give(kind: str, name: str, member: Any) -> None:
    """Make something a member of a family while this program runs."""
    _given[kind, name] = member


def meant(kind: str, name: str) -> str:
    """The key of the member that a name means, listed or given: in upper or lower case, with hyphens or underscores.

    Raises:
        UnknownName: the family has no such member.
    """
    known = (kind, name) in _given or name in own(kind)  # others are looked for where a name is none of ours
    try:
        return name if known else named(FAMILIES[kind].noun, name, _modules(kind))
    except UnknownName as error:
        if kind != "commands":
            error.hint = error.hint or Sentence("eventstudy methods {kind} tells what each is for", kind=kind)
        raise


def names(kind: str) -> list[str]:
    """The keys of a family (`models`, `tests`, `sources`, `finders`, `charts`, `commands`), sorted."""
    return sorted(_modules(kind))


def load(kind: str, name: str) -> Any:
    """The member of that name; its module is imported now.

    Raises:
        UnknownName: the family has no such member.
    """
    family, name = FAMILIES[kind], meant(kind, name)
    if (kind, name) in _given:
        return _given[kind, name]
    place = own(kind).get(name) or _modules(kind)[name]
    if not isinstance(place, str):
        return getattr(place.load(), family.attribute)
    module = import_module(place)
    return getattr(module, f"{family.attribute}S")[name] if family.files else getattr(module, family.attribute)
