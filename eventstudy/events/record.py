"""Records that check themselves: each field says what it must be, and all faults are found at once.

Plain dataclasses instead of a validation library: listing events takes less time than importing one would.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from typing import Any, Self

from eventstudy.errors import EventStudyError, InvalidFile, InvalidRequest

Check = Callable[[Any], Any]
"""Takes a value, hands back the value to keep, raises InvalidRequest."""


SHOWN = 20
"""Problems or names that one message lists; the rest are counted."""


class InvalidRecord(InvalidRequest):
    """A record with faults; `problems` names each of them: `field: message`."""

    def __init__(self, problems: Iterable[str], *, where: str | None = None) -> None:
        """Join the problems, one a line."""
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems), where=where)


class _Absent:
    """Stands for a field that a file leaves out."""


ABSENT: Any = _Absent()


@dataclass(frozen=True, slots=True)
class Rule:
    """What a field must be: a check, the same said as JSON Schema, and the field's key in files."""

    check: Check
    schema: Mapping[str, Any]
    key: str | None = None


def rule(check: Check, *, key: str | None = None, **schema: Any) -> dict[str, Rule]:
    """The metadata of a dataclass field that is checked."""
    return {"rule": Rule(check, schema, key)}


_rules_of: dict[type, list[tuple[str, str, Rule, Any]]] = {}


def _rules(record: type) -> list[tuple[str, str, Rule, Any]]:
    """(attribute, key in files, rule, default or MISSING) of each field of a record's class, in order."""
    if record not in _rules_of:
        found = [(f, f.metadata["rule"]) for f in fields(record)]
        _rules_of[record] = [(f.name, its.key or f.name, its, f.default) for f, its in found]
    return _rules_of[record]


class Record:
    """Base of the dataclasses here: checks each field when made, from Python and from a file alike."""

    __slots__ = ()

    def __post_init__(self) -> None:
        """Keep what the checks hand back.

        Raises:
            InvalidRecord: a field is not what it must be.
        """
        problems: list[str] = []
        good: dict[str, Any] = {}
        for name, key, its, default in _rules(type(self)):
            value = getattr(self, name)
            if value is default:
                good[name] = value
            elif value is ABSENT:
                problems.append(f"{key}: is missing")
            else:
                try:
                    good[name] = its.check(value)
                except InvalidRecord as error:
                    problems += [key + problem for problem in error.problems]
                except InvalidRequest as error:
                    problems.append(f"{key}: {in_one_line(error)}")
        problems += self._settle(good)
        if problems:
            raise InvalidRecord(problems, where=f"{type(self).__name__.lower()} {good.get('id', '')}".strip())
        for name, value in good.items():
            if value is not getattr(self, name):
                object.__setattr__(self, name, value)

    def _settle(self, good: dict[str, Any]) -> list[str]:
        """Check the fields against each other; `good` holds those that passed and may be changed."""
        return []

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Self:
        """A record from a table of a file.

        Raises:
            InvalidRecord: an unknown key, a missing one, or a field that is not what it must be.
        """
        names = {key: name for name, key, _, _ in _rules(cls)}
        problems = [f"{key}: {_unknown(key, names)}" for key in raw if key not in names]
        given = {name: raw[key] for key, name in names.items() if key in raw}
        for name, _, _, default in _rules(cls):
            if default is MISSING:
                given.setdefault(name, ABSENT)
        try:
            record = cls(**given)
        except InvalidRecord as error:
            raise InvalidRecord([*problems, *error.problems]) from error
        if problems:
            raise InvalidRecord(problems)
        return record

    def to_dict(self) -> dict[str, Any]:
        """What `read` takes: keys as in files, without the fields that have their default."""
        values = ((key, getattr(self, name), default) for name, key, _, default in _rules(type(self)))
        return {key: _plain(value) for key, value, default in values if value != default}

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """JSON Schema of the table."""
        rules = _rules(cls)
        return {
            "type": "object",
            "description": (cls.__doc__ or "").partition("\n")[0],
            "additionalProperties": False,
            "required": [key for _, key, _, default in rules if default is MISSING],
            "properties": {key: dict(its.schema) for _, key, its, _ in rules},
        }


def _unknown(key: str, known: Iterable[str]) -> str:
    near = get_close_matches(str(key), known, n=1)
    return f"no such key; did you mean {near[0]}?" if near else f"no such key; there are {', '.join(known)}"


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.to_dict() if isinstance(value, Record) else value


def in_one_line(error: EventStudyError) -> str:
    """What is wrong and what to do, without line breaks."""
    return "; ".join(part for part in (error.what, error.hint) if part)


def refuse(problems: list[str], origin: str) -> None:
    """Raise what is wrong with a file, if anything is: the first problems, and how many more there are.

    Raises:
        InvalidFile: there is a problem.
    """
    if problems:
        more = [f"... and {len(problems) - SHOWN:,} more"] if len(problems) > SHOWN else []
        raise InvalidFile("\n".join([*problems[:SHOWN], *more]), where=origin)


def textual(value: Any) -> str:
    """Any text that can be written to a file."""
    if not isinstance(value, str):
        raise InvalidRequest(f"{value!r} is not text", hint="put it in quotes")
    if not value.isprintable() and re.search("[\ud800-\udfff\0]", value):
        raise InvalidRequest(f"{value!r} holds characters that no file can hold")
    return value


def filled(value: Any) -> str:
    """Text that is not blank."""
    if not textual(value).strip():
        raise InvalidRequest("is empty")
    return str(value)


def matching(pattern: str, meaning: str) -> Check:
    """Text of which the whole matches a pattern; `meaning` says so to a person."""
    compiled = re.compile(pattern)

    def check(value: Any) -> str:
        if not compiled.fullmatch(textual(value)):
            raise InvalidRequest(f"{value!r} is not {meaning}")
        return str(value)

    return check


def one_of(choices: tuple[str, ...]) -> Check:
    """One of a few words."""

    def check(value: Any) -> str:
        if value not in choices:
            raise InvalidRequest(f"{value!r} is not one of {', '.join(choices)}")
        return str(value)

    return check


def several(item: Check | type[Record]) -> Check:
    """A list whose items pass a check, or are records (or tables that read as such)."""

    def check(values: Any) -> tuple[Any, ...]:
        if not isinstance(values, list | tuple):
            raise InvalidRequest(f"{values!r} is not a list", hint="put it in brackets: [...]")
        kept, problems = [], []
        for place, value in enumerate(values, start=1):
            try:
                kept.append(_record(item, value) if isinstance(item, type) else item(value))
            except InvalidRecord as error:
                problems += [f"[{place}].{problem}" for problem in error.problems]
            except InvalidRequest as error:
                problems.append(f"[{place}]: {in_one_line(error)}")
        if problems:
            raise InvalidRecord(problems)
        return tuple(kept)

    return check


def _record(kind: type[Record], value: Any) -> Record:
    if isinstance(value, kind):
        return value
    if not isinstance(value, Mapping):
        raise InvalidRequest(f"{value!r} is not a table")
    return kind.read(value)
