"""JSON, JSON lines and YAML as tables: a list of records, or columns, wherever in the document the one table stands.

Only here PyYAML is imported. All that YAML holds stays text: ON and NO are tickers, not truth values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from eventstudy.errors import InvalidFile, InvalidRequest, Sentence
from eventstudy.language import Phrase
from eventstudy.tables.frames import headed_frame
from eventstudy.tables.headed import Headed
from eventstudy.tables.headings import role_of
from eventstudy.tables.place import Place
from eventstudy.tables.written import days_meant, looks_like_one

YAML = (".yaml", ".yml")
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{|\[\s*[\[{])")
_DEEPEST = 20
"""Tables stand no deeper in a document."""
_OF_JSON = Phrase(
    "ask the source for CSV, or make a table of it (in Python: pandas.read_json) and save that; if it holds a message in"
    " place of data, do what it says"
)
_OF_HALVES = Phrase("if it was written only half, ask the source again; else correct it there")


def is_document(name: str, content: bytes) -> bool:
    """Whether a file is JSON by its first letters, or YAML by its name."""
    return name.lower().endswith(YAML) or _JSON.match(_utf8(content[:400])) is not None


def table_of_document(place: Place, content: bytes, part: str) -> Headed:
    """The columns of a document under their headings.

    Raises:
        InvalidFile: it breaks off, a name stands in it twice, or it holds no table, or several.
        InvalidRequest: it is YAML, and PyYAML is not installed.
    """
    kind = "YAML" if place.name.lower().endswith(YAML) else "JSON"
    try:
        found = (_yaml if kind == "YAML" else _json)(place, _utf8(content).decode("utf-8-sig"))
        made = Document(place, kind, part).of(found)
    except (UnicodeDecodeError, RecursionError) as error:
        raise _faulty(place, kind, str(error)) from error
    if made is None:
        raise place.fault(
            Phrase("the file is {kind}, not a table", kind=kind),
            available=" ".join(content.strip()[:60].decode("utf-8", "replace").split()),
            hint=_OF_JSON,
        )
    frame, titles = made
    counted = Place(place.name, lambda i: Phrase("record {n}", n=i + 1))
    table = headed_frame(counted, frame, part)
    table.titles = titles
    table.cells.said = [
        *table.cells.said,
        Phrase.counted("{n} record of {kind}", "{n} records of {kind}", n=len(frame), kind=kind),
    ]
    return table


def _utf8(content: bytes) -> bytes:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content[: len(content) & ~1].decode("utf-16", "replace").encode()
    return content


def _faulty(place: Place, kind: str, said: str, line: int | None = None) -> InvalidFile:
    where = place.name if line is None else Phrase("{name}, row {row}", name=place.name, row=line)
    return InvalidFile(
        Phrase("the file cannot be read as {kind}: {first}", kind=kind, first=said), where=where, hint=_OF_HALVES
    )


def _json(place: Place, text: str) -> Any:
    """What JSON holds; of several values, one a line, the list of them."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            raise _twice(place, next(name for name in names if names.count(name) > 1))
        return found

    try:
        return json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise _faulty(place, "JSON", error.msg, error.lineno) from error
    except ValueError as error:  # a number of more digits than are read
        raise _faulty(place, "JSON", str(error)) from error
    found = []
    for number, one in enumerate(text.splitlines(), 1):
        try:
            found += [json.loads(one, object_pairs_hook=once)] if one.strip() else []
        except ValueError as error:
            raise _faulty(place, "JSON", getattr(error, "msg", str(error)), number) from error
    return found


def _twice(place: Place, name: str) -> InvalidFile:
    return place.fault(
        Phrase("{name!r} stands twice in one record", name=name), hint=Sentence("keep the one that is meant")
    )


def _yaml(place: Place, text: str) -> Any:
    """What YAML holds, all of it text."""
    try:
        import yaml
    except ImportError:
        raise InvalidRequest(
            Sentence("YAML needs PyYAML"),
            where=place.name,
            hint=Sentence("python -m pip install 'eventstudy-lab[yaml]', or save the table as CSV"),
        ) from None

    class Texts(yaml.BaseLoader):  # type: ignore[misc]
        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):  # some make a thousand of a line
                mark = self.peek_event().start_mark
                raise yaml.MarkedYAMLError(problem="*", problem_mark=mark)
            return super().compose_node(parent, index)

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            names = [key.value for key, _ in node.value]
            if again := next((str(name) for name in names if names.count(name) > 1), None):
                raise _twice(place, again)
            return super().construct_mapping(node, deep=True)

    try:
        return yaml.load(text, Loader=Texts)  # of texts, lists and mappings alone
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = str(getattr(error, "problem", None) or error)
        raise _faulty(place, "YAML", said, mark.line + 1 if mark else None) from error


class Document:
    """The one table of a document, and what stands beside it as titles."""

    def __init__(self, place: Place, kind: str, part: str) -> None:
        """Of a document of this kind, whose headings are words of a part of the table of words."""
        self.place, self.kind, self.part = place, kind, part

    def of(self, found: Any, deep: int = 0) -> tuple[pd.DataFrame, list[list[str]]] | None:
        """What was found as a frame; None: it holds no table.

        Raises:
            InvalidFile: it holds several.
        """
        if isinstance(found, list) and found:
            made = self._of_rows(found)
            return None if made is None else (made, [])
        if not isinstance(found, dict) or not found or deep > _DEEPEST:
            return None
        made = self._of_columns(found)
        if made is None and len(self._roles(found)) > 1 and self._may_be_record(found):
            made = self._of_rows([found])
        if made is not None:
            return made, []
        inside = {name: one for name, value in found.items() if (one := self.of(value, deep + 1))}
        if len(inside) > 1:  # what is said of the columns beside them
            inside = {name: one for name, one in inside.items() if _has_dates(one[0])} or inside
        if len(inside) > 1:
            raise self.place.fault(
                Phrase("the file is {kind} with several tables", kind=self.kind),
                available=", ".join(inside),
                hint=Sentence("hand over the part that is meant, in a file of its own"),
            )
        apart = _leaves({name: value for name, value in found.items() if name not in inside})
        beside = [_title(n, str(v)) for n, v in apart if not isinstance(v, list | dict) and v is not None]
        return next(((frame, [*beside, *titles]) for frame, titles in inside.values()), None)

    def _roles(self, names: Iterable[Any]) -> set[str]:
        """What is known of these names."""
        return {role[0] for name in names if (role := role_of(str(name), self.part))}

    def _may_be_record(self, one: Mapping[Any, Any]) -> bool:
        """Whether a mapping may be a row: lists in it are of texts, and there are none among prices."""
        lists = [v for _, v in _leaves(one) if isinstance(v, list)]
        return not lists or (
            self.part == "events" and not any(isinstance(v, list | dict) for own in lists for v in own)
        )

    def _of_rows(self, rows: Sequence[Any], more: Sequence[Any] = (), called: str = "") -> pd.DataFrame | None:
        """Records, or rows below one of headings; `more` is a further column and `called` its heading."""
        if all(isinstance(row, dict) for row in rows) and all(map(self._may_be_record, rows)):
            flat = [dict(_leaves(row)) for row in rows]
            names = list(dict.fromkeys(name for row in flat for name in row))
            frame = pd.DataFrame(flat, columns=names, dtype=object)
            last = [name.rpartition(".")[2] for name in names]
            frame.columns = [own if last.count(own) == 1 else name for own, name in zip(last, names, strict=True)]
        elif all(isinstance(row, list) and len(row) == len(rows[0]) for row in rows) and len(rows) > 1:
            if not all(isinstance(name, str) for name in rows[0]) or not self._roles(rows[0]):
                return None
            frame = pd.DataFrame(rows[1:], columns=rows[0], dtype=object)
        else:
            return None
        if not len(frame.columns):
            return None
        if called:
            frame.insert(0, called, pd.Series(list(more), dtype=object))
        return frame if self.part == "events" else frame.infer_objects()

    def _of_columns(self, found: Mapping[str, Any]) -> pd.DataFrame | None:
        """A mapping that is a table: columns by name, rows by name, pandas' split form, or a date a ticker."""
        names, values = list(found), list(found.values())
        if {"columns", "data"} <= found.keys() and isinstance(found["columns"], list):
            rows, index = found["data"], found.get("index", [])
            if not rows or not all(isinstance(row, list) and len(row) == len(found["columns"]) for row in rows):
                return None
            made = pd.DataFrame(rows, columns=found["columns"], dtype=object)
            made = made if self.part == "events" else made.infer_objects()
            if isinstance(index, list) and len(index) == len(made) and all(map(_dated, index)):
                made.insert(0, "", index)
            return made
        if all(isinstance(v, list) and len(v) == len(values[0]) for v in values) and values[0]:
            flat = not any(isinstance(cell, list | dict) for v in values for cell in v)
            if (
                flat
                and (self._roles(names) or any(all(map(_dated, v)) for v in values))
                and self._by_ticker(found) is None
            ):
                return self._of_rows([dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)])
        if all(isinstance(v, dict) and v for v in values):
            return self._of_mappings(found)
        return self._by_ticker(found)

    def _of_mappings(self, found: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame | None:
        rows = list(found.values())
        if any(isinstance(cell, dict) for row in rows for cell in row.values()):
            return None
        inner = dict.fromkeys(name for row in rows for name in row)
        if all(map(_dated, found)):
            return self._of_rows(rows, list(found), "date")
        if all(map(_dated, inner)) or (self._roles(found) and not self._roles(inner)):
            columns = [{name: own.get(key) for name, own in found.items()} for key in inner]
            return self._of_rows(columns, list(inner), "date" if all(map(_dated, inner)) else "")
        if not self._roles(inner):
            return None
        return self._of_rows(rows, list(found), "key" if "ticker" in self._roles(inner) else "ticker")

    def _by_ticker(self, found: Mapping[str, Any]) -> pd.DataFrame | None:
        """Events as a mapping of tickers to their dates, one or a list of them, or of dates to tickers."""
        if self.part != "events" or self._roles(found):
            return None
        pairs = [(name, cell) for name, v in found.items() for cell in (v if isinstance(v, list) else [v])]
        by_date = [bool(_dated(name)) for name, _ in pairs]
        dated = [not isinstance(cell, dict | list) and _dated(cell) for _, cell in pairs]
        if all(by_date) and not any(dated) and all(isinstance(cell, str) for _, cell in pairs):
            return pd.DataFrame([(cell, name) for name, cell in pairs], columns=["ticker", "date"], dtype=object)
        if all(dated) and not any(by_date) and pairs:
            return pd.DataFrame(pairs, columns=["ticker", "date"], dtype=object)
        return None


def _title(name: str, value: str) -> list[str]:
    """What stands beside a table: a symbol as such, wherever it stands; other names for tickers are answers', as code 200."""
    last = name.rpartition(".")[2].strip()
    role = role_of(last, "prices")
    if role in (role_of("symbol", "prices"), role_of("ticker", "prices")):
        return [last, value]
    return [f"{name} {value}"] if role and role[0] == "ticker" else [name, value]


def _dated(value: Any) -> bool:
    """Whether a name or a cell is written like a date, or counts seconds as clocks of computers do."""
    return looks_like_one(value) or (len(str(value)) in (10, 13) and str(value).isdigit() and bool(days_meant(value)))


def _has_dates(frame: pd.DataFrame) -> bool:
    """Whether a column of a frame holds dates alone."""
    return any(all(map(_dated, frame.iloc[:, i])) for i in range(frame.shape[1]))


def _leaves(one: Mapping[Any, Any], above: str = "") -> list[tuple[str, Any]]:
    """The values of a mapping of mappings, each with its names joined by points."""
    found: list[tuple[str, Any]] = []
    for name, value in one.items():
        found += _leaves(value, f"{above}{name}.") if isinstance(value, dict) else [(f"{above}{name}", value)]
    return found
