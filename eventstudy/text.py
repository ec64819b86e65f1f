"""Values and tables as text: one JSON encoder, one printer of columns, one width of lines, one reader of names in a text."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from json.encoder import encode_basestring
from textwrap import wrap
from typing import Any

from eventstudy.errors import InvalidRequest, Sentence

WIDTH = 118
"""Characters of a line for people, where there is room."""


def json_text(value: Any, *, indent: int | None = 1, sort_keys: bool = False) -> str:
    """Plain values as JSON: decimals, dates as ISO text, the letters of all languages as they are.

    Raises:
        ValueError: a number is NaN or infinite; None stands for what is missing.
        TypeError: something is no plain value.
    """
    if indent and not sort_keys:
        return _in_lines(value, "\n", " " * indent)
    return json.dumps(value, ensure_ascii=False, indent=indent, sort_keys=sort_keys, allow_nan=False, default=_plain)


def _in_lines(value: Any, start: str, step: str) -> str:
    """A value as JSON, each of its own on a line of its own: what `json` writes with an indent, nearly twice as quickly.

    `start`: what begins the lines of the value itself; those of its own begin a `step` further in.
    """
    inner = start + step
    if value and isinstance(value, dict):
        lines = [
            f"{_quoted(name)}: {way(one) if (way := _WAYS.get(type(one))) else _in_lines(one, inner, step)}"
            for name, one in value.items()
        ]
        return f"{{{inner}{f',{inner}'.join(lines)}{start}}}"
    if value and isinstance(value, list | tuple):
        lines = [way(one) if (way := _WAYS.get(type(one))) else _in_lines(one, inner, step) for one in value]
        return f"[{inner}{f',{inner}'.join(lines)}{start}]"
    return _ENCODER.encode(value)


def _quoted(name: Any) -> str:
    """A key as JSON has it: text, whatever it is here."""
    return encode_basestring(name) if type(name) is str else _ENCODER.encode({name: 0})[1:-4]


def _number(value: float) -> str:
    return float.__repr__(value) if value - value == 0 else _ENCODER.encode(value)


def json_file(value: Any) -> bytes:
    """A JSON file: as `json_text`, with the end of its last line."""
    return (json_text(value) + "\n").encode()


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no plain value")


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_plain)
_WAYS: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: int.__repr__,
    float: _number,
    bool: {True: "true", False: "false"}.__getitem__,
    type(None): lambda _: "null",
}
"""The kinds of value that there are most of, and how each is written."""


def width() -> int:
    """Characters of a line for people: those of the terminal or of COLUMNS, at least 40 and at most `WIDTH`."""
    room = _told()
    return min(max(room, _LEAST), WIDTH) if room else WIDTH


STDERR = 2
"""The stream of messages."""


def _told(stream: int = 1) -> int:
    """What COLUMNS or the terminal of a stream says; 0 where neither does: into a pipe or a file."""
    told = os.environ.get("COLUMNS", "")
    if told.isdigit() and int(told):
        return int(told)
    if stream == 1:
        return shutil.get_terminal_size((0, 0)).columns
    try:
        return os.get_terminal_size(stream).columns
    except OSError:  # no terminal
        return 0


_LEAST = 40


def columns(lines: Sequence[Sequence[str]], right: Sequence[int] = (), gap: int = 2, *, names: int = 1) -> str:
    """Text laid out in columns; those whose numbers are in `right` are aligned to the right.

    Where they are wider than the terminal, the columns that have no room stand below, beside the first one again (the first
    `names` of them, where a row is called by several), and a text that is too long by itself takes several lines. A line of one
    cell is a heading, and stands wherever its rows do.
    """
    if not any(lines):
        return ""
    room = width()
    wide = [max(len(line[c]) for line in lines if c < len(line)) for c in range(max(map(len, lines)))]
    if not _told() or sum(wide) + gap * (len(wide) - 1) <= room:
        return "\n".join(_laid(lines, range(len(wide)), wide, right, gap))
    most = room // 2 if names == 1 else 2 * room // 3
    if sum(wide[:names]) > most:
        wide[:names] = [min(w, most // names) for w in wide[:names]]
    left = room - sum(wide[:names]) - gap * names
    wide[names:] = [min(w, left) for w in wide[names:]]
    parts = [[*range(names)]]
    for c in range(names, len(wide)):
        if sum(wide[k] + gap for k in parts[-1]) + wide[c] > room:
            parts.append([*range(names)])
        parts[-1].append(c)
    blocks = []
    for part in parts:
        there = [
            line
            for line in lines
            if len(parts) == 1 or len(line) == 1 or part[-1] < len(line) or any(line[c : c + 1] for c in part[names:])
        ]
        blocks.append("\n".join(_laid(there, part, wide, right, gap)))
    return "\n\n".join(blocks)


def _laid(
    lines: Sequence[Sequence[str]], shown: Sequence[int], wide: Sequence[int], right: Sequence[int], gap: int
) -> Iterator[str]:
    """The lines of some columns; a cell that is too long goes on in the next line."""
    for line in lines:
        cells = [_cell(line[c] if c < len(line) else "", wide[c]) for c in shown]
        for row in range(max(map(len, cells))):
            texts = [cell[row] if row < len(cell) else "" for cell in cells]
            laid = [t.rjust(wide[c]) if c in right else t.ljust(wide[c]) for c, t in zip(shown, texts, strict=True)]
            yield (" " * gap).join(laid).rstrip()


def _cell(text: str, room: int) -> list[str]:
    return [text] if len(text) <= room else wrap(text, room) or [""]


def fitted(text: str, stream: int = 1) -> str:
    """A text whose lines of prose are broken where a line of the terminal ends; into a pipe as it is. `stream`: 2 is stderr."""
    told = _told(stream)
    if not told:
        return text
    room = min(max(told, _LEAST), WIDTH)
    return "\n".join(
        part for line in text.split("\n") for part in (wrapped(line, room) if len(line) > room else [line])
    )


def wrapped(text: str, room: int | None = None) -> list[str]:
    """Lines of at most `room` characters, by default `width`; windows, percentages, ids and dates are not torn apart."""
    held = re.sub(r"(?<=\d) %|(?<=\[[-+]\d), |(?<=\[0), ", lambda m: m[0].replace(" ", "\u00a0"), text)
    indent = text[: len(text) - len(text.lstrip(" "))]
    lines = wrap(held, room or width(), subsequent_indent="  " + indent, break_on_hyphens=False)
    return [line.replace("\u00a0", " ") for line in lines]


def some_of(names: Sequence[str], most: int = 20) -> str:
    """The first of many names, and how many more there are."""
    named, more = ", ".join(names[:most]), len(names) - most
    return Sentence("{names} and {n} more", names=named, n=more) if more > 0 else named


def separated(given: object, noun: str = "ticker") -> list[str]:
    """The names in a comma-separated text, each once; a list is what it is.

    Raises:
        InvalidRequest: something else than text, or a table; `noun` is what the message calls one of the names.
    """
    if isinstance(given, str):
        return list(dict.fromkeys(part.strip() for part in given.split(",") if part.strip()))
    if isinstance(given, Mapping) or hasattr(
        given, "columns"
    ):  # their labels would be taken, and what they hold passed over
        raise InvalidRequest(
            Sentence("the {noun}s are a {kind}, a table in the place of names", noun=noun, kind=type(given).__name__),
            hint=Sentence("hand tables of prices over by name: load_prices(path=...), run(..., prices=...)"),
        )
    names: list[str] = []
    for name in given if isinstance(given, Iterable) and not isinstance(given, bytes) else [given]:
        if not isinstance(name, str):
            raise InvalidRequest(
                Sentence("{name!r} is not a {noun}", name=name, noun=noun),
                hint=Sentence("a {noun} is text, in quotes", noun=noun),
            )
        names.append(name)
    return names
