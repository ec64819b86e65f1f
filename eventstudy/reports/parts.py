"""What a report is made of: plain parts that say what is told, not how it looks.

`build` makes them from a result; each renderer writes them in its own format.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Lang = Literal["en", "de"]


@dataclass(frozen=True)
class Figure:
    """A number of the result: `path` is its place in `to_json()`, `value` what stands there, `shown` how people read it."""

    path: str
    value: Any
    shown: str
    of: str = ""
    """The JSON file of the same site that it stands in; empty: that of the report itself."""


@dataclass(frozen=True)
class Link:
    """Text that leads somewhere. Renderers link http and https addresses and pages of the same site, and print the rest."""

    text: str
    address: str
    own: bool = False
    """Whether `address` is a page of the same site."""

    @property
    def works(self) -> bool:
        """Whether it may become a link."""
        return self.own or self.address.startswith(("http://", "https://"))


@dataclass(frozen=True)
class Foreign:
    """Text in another language than the report's."""

    text: str
    lang: str = "en"


@dataclass(frozen=True)
class Strong:
    """Text that must not be missed."""

    text: str


@dataclass(frozen=True)
class Spark:
    """A path as small as a word; only pages draw it, in other formats there is nothing."""

    values: tuple[float | None, ...]
    zero: int
    """Which of the values is day 0."""
    said: str
    """The path in words."""


Span = str | Figure | Link | Foreign | Strong | Spark
Text = tuple[Span, ...]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph. `kind`: empty, `lead`, `note`, or `alert` for what is missing."""

    text: Text
    kind: str = ""


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[Text, ...]


@dataclass(frozen=True)
class Facts:
    """Names and what they are."""

    rows: tuple[tuple[str, Text], ...]


@dataclass(frozen=True)
class Row:
    """A row of a table. `kind`: empty, `group` (a heading with means below the head row), or `total`."""

    head: Text
    cells: tuple[Text, ...]
    kind: str = ""


@dataclass(frozen=True)
class Table:
    """A table: what it shows, the names of all columns (that of the row heads first), and its rows."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    words: frozenset[int] = frozenset()
    """Columns (the row heads are 0) that hold words, not numbers."""
    stacked: bool = False
    """Whether the second figure of a cell stands below the first."""
    sortable: bool = False
    """Whether a page lets its reader sort and filter the rows; without scripts it is a table like any other."""


@dataclass(frozen=True)
class Picture:
    """A chart: what it says, in words and as an `<svg>` element."""

    name: str
    title: str
    text: str
    svg: str
    narrow: str = ""
    """The same for a phone; empty where the wide one has to do."""


Block = Paragraph | Items | Facts | Table | Picture


@dataclass(frozen=True)
class Section:
    """A part of a report with a heading."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """A report: the finding first, then the sections in the order of reading."""

    id: str
    lang: Lang
    title: str
    subtitle: Text
    finding: tuple[Paragraph, ...]
    sections: tuple[Section, ...]
    home: Link | None = None
    """The index page, where the report is one of several."""
    files: tuple[Link, ...] = field(default=())
    """The same report in other formats."""
    feed: str = ""
    """The file of the Atom feed, where there is one."""


def plain(text: Text) -> str:
    """The text without any mark-up."""
    return "".join(_plain(span) for span in text)


def _plain(span: Span) -> str:
    if isinstance(span, str | Spark):
        return span if isinstance(span, str) else ""
    return span.shown if isinstance(span, Figure) else span.text
