"""Faults in plain words: what pydantic finds, as a person who does not program would say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from eventstudy.errors import EventStudyError, InvalidFile, InvalidRequest
from eventstudy.language import Phrase

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails, ValidationError

SHOWN = 20
"""Problems or names that one message lists; the rest are counted."""

_PLAIN = {
    "missing": "is missing",
    "model_type": "{value!r} is not a table",
    "tuple_type": "{value!r} is not a list; put it in brackets: [...]",
    "string_too_short": "is empty",
    "too_short": "is empty",
    "greater_than_equal": "{value!r} is less than {ge}",
    "string_unicode": "{value!r} holds characters that no file can hold",
}
"""What is said of a fault of this kind, by pydantic's name of it."""


class InvalidRecord(InvalidRequest, ValueError):
    """An event, group or claim with faults; `problems` names each of them: `field: message`."""

    def __init__(self, problems: Iterable[str], *, where: str | None = None) -> None:
        """Join the problems, one a line."""
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems), where=where)


def problems_of(error: ValidationError, keys: Iterable[str], meanings: Mapping[str, str]) -> list[str]:
    """Every fault that pydantic found, as `field: message`.

    `keys` are those the table may have; `meanings` says what text that matches a pattern would be.
    """
    known = list(keys)
    return [said for fault in error.errors(include_url=False) for said in _said(fault, known, meanings)]


def _said(fault: ErrorDetails, keys: list[str], meanings: Mapping[str, str]) -> Iterator[str]:
    steps = (f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in fault["loc"])
    path = "".join(steps).removeprefix(".")
    inner = fault.get("ctx", {}).get("error")
    if isinstance(inner, InvalidRecord):  # a group or claim inside an event
        yield from (f"{path}.{problem}" for problem in inner.problems)
    elif fault["type"] == "extra_forbidden":
        near = get_close_matches(path, keys, n=1)
        yield f"{path}: no such key; " + (f"did you mean {near[0]}?" if near else f"there are {', '.join(keys)}")
    else:
        yield Phrase("{field}: {why}", field=path, why=_words(fault, meanings))


def _words(fault: ErrorDetails, meanings: Mapping[str, str]) -> str:
    kind, value, details = fault["type"], fault["input"], fault.get("ctx", {})
    if kind == "value_error":
        return str(details["error"])
    if kind == "literal_error":
        choices = details["expected"].replace("'", "")
        return Phrase("{value!r} is not one of {choices}", value=value, choices=choices)
    if kind == "string_type":
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return f"{value!r} is {'a number' if number else 'not text'}; put it in quotes"
    if kind == "string_pattern_mismatch":
        return f"{value!r} is not {meanings[details['pattern']]}" if value.strip() else "is empty"
    return _PLAIN[kind].format(**details, value=value) if kind in _PLAIN else f"{value!r}: {fault['msg']}"


def in_one_line(error: EventStudyError) -> str:
    """What is wrong and what to do, without line breaks."""
    return Phrase("{what}; {hint}", what=error.what, hint=error.hint) if error.hint else error.what


class BadRow(NamedTuple):
    """A row that is left out: where it stands, its ticker where it has one, and why."""

    row: str
    ticker: str
    why: str

    @property
    def said(self) -> str:
        """The whole in one line."""
        return f"{self.row}{':' if self.why[:1].isdigit() else ','} {self.why}"


def refuse(problems: list[str], origin: str) -> None:
    """Raise what is wrong with a file, if anything is: the first problems, and how many more there are.

    Raises:
        InvalidFile: there is a problem.
    """
    if problems:
        more = [f"... and {len(problems) - SHOWN:,} more"] if len(problems) > SHOWN else []
        raise InvalidFile("\n".join([*problems[:SHOWN], *more]), where=origin)
