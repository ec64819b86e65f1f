"""Settings that a file names: what each may be called, what it may hold, and where in the file a wrong one stands."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from eventstudy.disk import read_text
from eventstudy.errors import InvalidFile, InvalidRequest, Sentence, UnknownName
from eventstudy.text import separated

Kind = Literal["text", "whole", "number", "flag", "day", "form"]

_ONE = {
    "text": Sentence("text in quotes"),
    "whole": Sentence("a whole number"),
    "number": "a number",
    "flag": Sentence("true or false"),
    "day": "a date",
    "form": Sentence("a table such as {{ corrado_rank = \"paper\" }}"),
}  # fmt: skip
_TWO = {"whole": Sentence("two whole numbers such as [-1, 1]")}
_MANY = {
    "text": Sentence("text in quotes or a list of it"),
    "number": Sentence("a number or a list of numbers"),
    "day": Sentence("a list of dates"),
}


@dataclass(frozen=True)
class Setting:
    """A setting: the field it fills, what it is called besides, and what it may hold."""

    field: str
    kind: Kind = "text"
    also: tuple[str, ...] = ()
    opposite: str = ""
    """Name of a flag that means the contrary: `no_alpha` of `alpha`."""
    each: int = 1
    """So many values make one: two of a window."""
    many: bool = False
    optional: bool = False
    """Whether Python may say None."""
    by_commas: bool = False
    """Whether one text may name several, as on the command line."""

    @property
    def meant(self) -> str:
        """What it may hold, in words."""
        if self.each > 1:
            return Sentence("a list of pairs such as [[-1, 1], [0, 5]]") if self.many else _TWO[self.kind]
        return _MANY.get(self.kind, _ONE[self.kind]) if self.many else _ONE[self.kind]

    def fits(self, value: Any) -> bool:
        """Whether a single value is of this kind."""
        if self.kind == "flag" or isinstance(value, bool):
            return self.kind == "flag" and isinstance(value, bool)
        kinds: dict[str, tuple[type, ...]] = {
            "text": (str,),
            "whole": (int,),
            "number": (int, float),
            "day": (str, date),
        }
        return isinstance(value, kinds[self.kind])

    def read(self, value: Any) -> Any:
        """What a value of a file means; a single one may stand for a list of one.

        Raises:
            ValueError: it is of another type.
        """
        if self.kind == "form":
            return _forms(value if isinstance(value, list) else [value])
        if not self.many:
            return self._one(value)
        single = not isinstance(value, list) or (self.each > 1 and not any(isinstance(part, list) for part in value))
        found = [self._one(part) for part in ([value] if single and value != [] else value)]
        return separated(",".join(found)) if self.by_commas else found

    def _one(self, value: Any) -> Any:
        parts = value if self.each > 1 else [value]
        if not isinstance(parts, list) or len(parts) != self.each or not all(map(self.fits, parts)):
            raise ValueError
        told = [part.isoformat() if isinstance(part, date) else part for part in parts]
        return told if self.each > 1 else told[0]


def _forms(parts: list[Any]) -> dict[str, str]:
    """Names and forms, from tables of them and from texts such as `corrado_rank=paper`."""
    found: dict[Any, Any] = {}
    for part in parts:
        name, mark, form = part.partition("=") if isinstance(part, str) else ("", "", "")
        if not mark and not isinstance(part, dict):
            raise ValueError
        found |= {name: form} if mark else part
    if not all(isinstance(form, str) for form in found.values()):
        raise ValueError
    return found


def read_toml(path: str | Path, what: str) -> tuple[str, dict[str, Any]]:
    """The text of a TOML file, and what it says.

    Raises:
        InvalidFile: no such file, not TOML, or larger or deeper than anybody means.
    """
    text = read_text(path, what, most=LARGEST)
    return text, toml(text, str(path), Sentence("cannot read {what}", what=what))


def toml(text: str, where: str, otherwise: str) -> dict[str, Any]:
    """What a TOML text says; `otherwise` begins the message where it says nothing.

    Raises:
        InvalidFile: not TOML, or deeper than anybody means.
    """
    lines = (re.sub(r""""[^"]*"|'[^']*'""", "", line) for line in text.splitlines() if line.count(".") > DEEPEST)
    if any(part.count(".") > DEEPEST for line in lines for part in re.split(r"[={}\[\],#]", line)):
        raise InvalidFile(
            Sentence("{otherwise}: a key has more than {deepest} parts", otherwise=otherwise, deepest=DEEPEST),
            where=where,
        )
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise InvalidFile(Sentence("{otherwise}: it is nested too deep", otherwise=otherwise), where=where) from error
    except ValueError as error:
        raise InvalidFile(Sentence("{otherwise}: {said}", otherwise=otherwise, said=error), where=where) from error


LARGEST = 10_000_000
"""Bytes of a TOML file: some forty thousand events."""
DEEPEST = 1000
"""Parts of a dotted key: its cost grows with their square."""


def checked(
    table: Mapping[str, Any], settings: Iterable[Setting], place: Callable[[str], str], noun: str = "setting"
) -> dict[str, Any]:
    """The fields that a table of a file fills, by their names.

    `place` says where a key stands, and `noun` what the message calls it.

    Raises:
        InvalidRequest: a key that is unknown, stands there twice, or holds what it cannot.
    """
    by_name = {name: one for one in settings for name in (one.field, *one.also, one.opposite) if name}
    found: dict[str, Any] = {}
    said: dict[str, str] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in by_name:
            raise UnknownName(noun, key, by_name, where=place(key))
        one = by_name[name]
        if one.field in found:
            raise InvalidRequest(
                Sentence("{said} and {key} are the same {noun}", said=said[one.field], key=key, noun=noun),
                where=place(key),
                hint=Sentence("keep one"),
            )
        try:
            read = one.read(value)
        except ValueError:
            shown = json.dumps(value, ensure_ascii=False, default=str)
            raise InvalidRequest(
                Sentence("{key} is {shown}, not {meant}", key=key, shown=shown, meant=one.meant), where=place(key)
            ) from None
        found[one.field], said[one.field] = (not read if name == one.opposite else read), key
    return found


def place_of(path: str, text: str, table: str, key: str = "") -> str:
    """Where a key of a TOML file stands, or with none its table: file, line where it is easily found, and table."""
    return _at(path, _line_of(text, table, key), table)


def _at(path: str, line: int | None, table: str) -> str:
    spot = path if line is None else Sentence("{path}, line {number}", path=path, number=line)
    return Sentence("{spot}, [{table}]", spot=spot, table=table) if table else spot


def place_of_value(path: str, text: str, table: str, key: str, value: str) -> str:
    """Where one of several tables of that name, inline or not, has a text: its line if it is found, else that of the first."""
    said = re.compile(rf"""(?<![\w-])["']?{re.escape(key)}["']?\s*=\s*(["']){re.escape(value)}\1""")
    line = next((number for number, one in enumerate(text.splitlines(), 1) if said.search(one)), None)
    return place_of(path, text, "", table) if line is None else _at(path, line, table)


def _line_of(text: str, table: str, key: str) -> int | None:
    inside, wanted = "", f"{table}.{key}".strip(".")
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"""\s*\[+\s*([\w.\-"' ]+?)\s*\]+\s*(#.*)?$""", line):
            inside = re.sub(r"""["' ]""", "", header[1])
            if inside == wanted or inside.startswith(f"{wanted}."):
                return number
        elif key and inside == table and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""", line):
            return number
    return None
