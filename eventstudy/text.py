"""Values and tables as text: one JSON encoder, one printer of columns, one width of lines."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from textwrap import wrap
from typing import Any

WIDTH = 118
"""Characters of a line for people."""


def json_text(value: Any, *, indent: int | None = 1, sort_keys: bool = False) -> str:
    """Plain values as JSON: decimals, dates as ISO text, the letters of all languages as they are.

    Raises:
        ValueError: a number is NaN or infinite; None stands for what is missing.
        TypeError: something is no plain value.
    """
    return json.dumps(value, ensure_ascii=False, indent=indent, sort_keys=sort_keys, allow_nan=False, default=_plain)


def json_file(value: Any) -> bytes:
    """A JSON file: as `json_text`, with the end of its last line."""
    return (json_text(value) + "\n").encode()


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no plain value")


def columns(lines: Sequence[Sequence[str]], right: Sequence[int] = (), gap: int = 2) -> str:
    """Text laid out in columns; those whose numbers are in `right` are aligned to the right."""
    if not lines:
        return ""
    width = [max(len(line[c]) for line in lines if c < len(line)) for c in range(max(map(len, lines)))]
    laid = [
        (" " * gap).join(text.rjust(width[c]) if c in right else text.ljust(width[c]) for c, text in enumerate(line))
        for line in lines
    ]
    return "\n".join(line.rstrip() for line in laid)


def wrapped(text: str) -> list[str]:
    """Lines of at most `WIDTH`; windows and percentages are not torn apart."""
    held = re.sub(r"(?<=\d) %|(?<=\[[-+]\d), |(?<=\[0), ", lambda m: m[0].replace(" ", "\u00a0"), text)
    return [line.replace("\u00a0", " ") for line in wrap(held, WIDTH, subsequent_indent="  ")]
