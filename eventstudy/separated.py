"""Several names in one text: what `NVDA,AMD` means, on the command line, in files and in Python."""

from __future__ import annotations

from collections.abc import Iterable

from eventstudy.errors import InvalidRequest


def separated(given: object, noun: str = "ticker") -> list[str]:
    """The names in a comma-separated text, each once; a list is what it is.

    Raises:
        InvalidRequest: something else than text; `noun` is what the message calls one of the names.
    """
    if isinstance(given, str):
        return list(dict.fromkeys(part.strip() for part in given.split(",") if part.strip()))
    names: list[str] = []
    for name in given if isinstance(given, Iterable) and not isinstance(given, bytes) else [given]:
        if not isinstance(name, str):
            raise InvalidRequest(f"{name!r} is not a {noun}", hint=f"a {noun} is text, in quotes")
        names.append(name)
    return names
