"""Every error raised on purpose, and the exit code each one ends the command with.

EventStudyError
├── InvalidRequest      2   an option, date, name or window that cannot be meant
│   └── UnknownName     2   no event, model, test, source or chart of that name
├── InvalidFile         3   a registry, price, factor or config file that cannot be read as such
├── NothingUsable       5   the request is fine, but no pair is left to study
├── Locked             75   another process works on the same folder
├── WorkerLost         75   processes or machines that share the work died again and again
└── SourceError         5   a price source did not deliver
    ├── SymbolUnknown       5   the source does not know the symbol
    ├── SourceDown          5   no answer, or an answer that says "broken"
    ├── SourceMalformed     5   an answer that cannot be believed
    └── SourceRateLimited  75   the source asks us to come back later

A message says what is wrong, where, what was available and what to do, one line each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

LABELS = {"where": "where", "available": "available", "hint": "what to do"}
"""What stands before each part of a message but the first."""


class Sentence(str):
    """A sentence of a refusal: an English text that remembers the template and the values it was made of.

    `eventstudy.language` says it in another language, its values as they are: they are to be typed again.
    """

    __slots__ = ("params", "template")

    template: str
    params: Mapping[str, Any]

    def __new__(cls, template: str, /, **params: Any) -> Sentence:
        """The template, in the manner of `str.format`, filled in with the values."""
        made = super().__new__(cls, template.format(**params))
        made.template, made.params = template, params
        return made

    @classmethod
    def quoted(cls, text: str) -> Sentence:
        """A finished text; a catalogue may know it."""
        return cls(text.replace("{", "{{").replace("}", "}}"))

    def __reduce__(self) -> tuple[Any, ...]:
        """What a copy in another process is made of."""
        return _filled_again, (type(self), self.template, self.params)


def _filled_again(kind: type[Sentence], template: str, params: Mapping[str, Any]) -> Sentence:
    return kind(template, **params)


class EventStudyError(Exception):
    """Base of all errors raised on purpose.

    `what` is wrong, `where` (file, row, event, ticker, date), what was `available`, and a `hint` what to do.

    Example:
        >>> try:
        ...     es.run("deepseek-r1", tickers="NVDA", windows=[(0, 99)])
        ... except es.EventStudyError as error:
        ...     print(error.what)
        the window [0, +99] lies outside the event window [-5, +5]
    """

    exit_code = 1

    def __init__(
        self, what: str, *, where: str | None = None, available: str | None = None, hint: str | None = None
    ) -> None:
        """Keep the four parts; `str()` joins those that are given."""
        super().__init__(what)
        self.what, self.where, self.available, self.hint = what, where, available, hint

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel from a worker as it is, whatever the error was made from."""
        return _again, (type(self), self.args, self.__dict__)

    def parts(self) -> Iterator[tuple[str, str]]:
        """The parts that are given but `what`, each with its label."""
        yield from ((label, text) for name, label in LABELS.items() if (text := getattr(self, name)))

    def __str__(self) -> str:
        """The message as a person reads it."""
        return "\n".join([self.what, *(f"  {label}: {text}" for label, text in self.parts())])


def _again(kind: type[EventStudyError], args: tuple[Any, ...], state: dict[str, Any]) -> EventStudyError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class InvalidRequest(EventStudyError):
    """An option, date, name or window that cannot be meant."""

    exit_code = 2


class NeedsPairs(InvalidRequest):
    """What cannot be answered where sums alone are kept."""


class UnknownName(InvalidRequest):
    """No such event, model, test, source, chart: says what there is, and the nearest name."""

    def __init__(self, kind: str, name: str, known: Iterable[str], *, where: str | None = None) -> None:
        """`kind` is the word a person uses, such as `model`."""
        names = sorted(known)
        near = nearest(name, names)
        super().__init__(
            Sentence(
                "there is no {kind} called {name!r}",
                kind=kind if isinstance(kind, Sentence) else Sentence.quoted(kind),
                name=name,
            ),
            where=where,
            available=", ".join(names) if names else Sentence("none of the kind"),
            hint=Sentence("did you mean {near!r}?", near=near) if near else None,
        )


def named(kind: str, name: str, known: Iterable[str], *, where: str | None = None) -> str:
    """The one of the `known` names that is meant: in upper or lower case, with hyphens or underscores.

    Raises:
        UnknownName: none is, or it could be two.
    """
    known = list(known)
    found = as_known(name, known)
    if found not in known:
        raise UnknownName(kind, name, known, where=where)
    return found


def as_known(name: str, known: Iterable[str]) -> str:
    """The one of the `known` names that is meant, in upper or lower case, with hyphens or underscores; else `name`."""
    known = list(known)
    same = [] if name in known else [one for one in known if _folded(one) == _folded(name)]
    return same[0] if len(same) == 1 else name


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like this one, whatever its case; None where none is."""
    folded = {_folded(one): one for one in known}
    near = get_close_matches(_folded(name), folded, n=1)
    return folded[near[0]] if near else None


def _folded(name: str) -> str:
    return name.casefold().replace("-", "_")


class InvalidFile(EventStudyError):
    """A file that cannot be read as what it should be."""

    exit_code = 3


class NothingUsable(EventStudyError):
    """The request is fine, but nothing is left to study."""

    exit_code = 5


class Locked(EventStudyError):
    """Another process works on the same folder."""

    exit_code = 75


class WorkerLost(EventStudyError):
    """The processes or machines that share the work died, and those that took their place too."""

    exit_code = 75


class SourceError(EventStudyError):
    """A price source did not deliver."""

    exit_code = 5


class SymbolUnknown(SourceError):
    """The source does not know the symbol."""


class SourceDown(SourceError):
    """No answer, or an answer that says that the source is broken."""


class SourceMalformed(SourceError):
    """An answer that cannot be believed."""


class SourceRateLimited(SourceError):
    """The source asks us to come back later."""

    exit_code = 75
