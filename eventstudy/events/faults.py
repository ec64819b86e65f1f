"""Faults in plain words: what pydantic finds, as a person who does not program would say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from eventstudy.errors import EventStudyError, InvalidFile, InvalidRequest, Sentence
from eventstudy.language import Phrase

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails, ValidationError

SHOWN = 20
"""Problems or names that one message lists; the rest are counted."""


class InvalidRecord(InvalidRequest, ValueError):
    """An event, group or claim with faults; `problems` names each of them: `field: message`."""

    def __init__(self, problems: Iterable[str], *, where: str | None = None) -> None:
        """Join the problems, one a line."""
        self.problems = tuple(problems)
        super().__init__(Phrase("{problems:lines}", problems=list(self.problems)), where=where)


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
        yield from (Phrase("{field}.{problem}", field=path, problem=problem) for problem in inner.problems)
    else:
        yield Phrase("{field}: {why}", field=path, why=_words(fault, path, keys, meanings))


def _words(fault: ErrorDetails, path: str, keys: list[str], meanings: Mapping[str, str]) -> str:
    """What is said of a fault, by pydantic's name of its kind."""
    kind, value, details = fault["type"], fault["input"], fault.get("ctx", {})
    match kind:
        case "value_error":
            (said,) = details["error"].args
            return said if isinstance(said, Phrase | Sentence) else str(said)
        case "extra_forbidden" if path in ("ticker", "tickers") and "group" in keys:
            return Phrase("no such key here; tickers stand in a group of the event, below it: [[event.group]]")
        case "extra_forbidden":
            if near := get_close_matches(path, keys, n=1):
                return Phrase("no such key; did you mean {near}?", near=near[0])
            return Phrase("no such key; there are {keys}", keys=", ".join(keys))
        case "missing":
            return Phrase("is missing")
        case "string_too_short" | "too_short":
            return _EMPTY
        case "literal_error":
            choices = details["expected"].replace("'", "").replace(" or ", ", ")
            return Phrase("{value!r} is not one of {choices}", value=value, choices=choices)
        case "string_type" if isinstance(value, int | float) and not isinstance(value, bool):
            return Phrase("{value!r} is a number; put it in quotes", value=value)
        case "string_type":
            return Phrase("{value!r} is not text; put it in quotes", value=value)
        case "string_unicode":
            return Phrase("{value!r} holds characters that no file can hold", value=value)
        case "string_pattern_mismatch":
            meant = meanings[details["pattern"]]
            return Phrase("{value!r} is not {meant}", value=value, meant=meant) if value.strip() else _EMPTY
        case "model_type" | "mapping_type" | "dict_type":
            return Phrase("{value!r} is not a table", value=value)
        case "tuple_type" | "list_type":
            return Phrase("{value!r} is not a list; put it in brackets: [...]", value=value)
        case "int_type" | "int_parsing" | "int_from_float":
            return Phrase("{value!r} is not a whole number", value=value)
        case "bool_type" | "bool_parsing":
            return Phrase("{value!r} is neither true nor false", value=value)
        case "greater_than_equal":
            return Phrase("{value!r} is less than {least}", value=value, least=details["ge"])
        case _:
            return Phrase("{value!r} cannot be meant: {why}", value=value, why=fault["msg"])


_EMPTY = Phrase("is empty")


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
        row, why = Phrase.quoted(self.row), Phrase.quoted(self.why)
        return (
            Phrase("{row}: {why}", row=row, why=why) if why[:1].isdigit() else Phrase("{row}, {why}", row=row, why=why)
        )


CORRECT_ROW = Phrase("correct the row, or remove it")
"""What to do about a row that is no event."""


def refuse(problems: list[str], origin: str, hint: str | None = None) -> None:
    """Raise what is wrong with a file, if anything is: the first problems, how many more there are, and what to do.

    Raises:
        InvalidFile: there is a problem.
    """
    if problems:
        more = [Phrase("... and {n:,} more", n=len(problems) - SHOWN)] if len(problems) > SHOWN else []
        raise InvalidFile(Phrase("{problems:lines}", problems=[*problems[:SHOWN], *more]), where=origin, hint=hint)
