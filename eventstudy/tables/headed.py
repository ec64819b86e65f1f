"""Cells become columns under headings: titles above them are left aside, one to three rows of headings are told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import Any, Protocol

from eventstudy.errors import InvalidFile, Sentence
from eventstudy.language import Phrase
from eventstudy.tables.headings import role_of, words
from eventstudy.tables.numbers import Mark
from eventstudy.tables.place import Place
from eventstudy.tables.written import counted_day, days_meant, looks_like_one

SAMPLE = 40
_LETTERS = {"o": "open", "h": "high", "l": "low", "c": "close", "v": "volume", "t": "timestamp"}
"""How services that save on letters call fields."""
_GLANCE = 8
"""A column none of whose cells, so many of them, looks like a date, holds no dates."""


class Cells(Protocol):
    """What an opener hands over."""

    place: Place
    said: list[Phrase]
    usual: Mark | None
    """The decimal mark where cells with it leave both open."""
    proved: Mark | None
    """The decimal mark that columns prove which were not read; known when the others are."""
    heads: list[tuple[int, list[Any]]]
    """The first rows: number in the file, cells."""
    width: int
    rows: int

    def begin(self, record: int, width: int) -> None:
        """The table begins in this record of the heads."""
        ...

    def columns(self, texts: set[int], numbers: set[int]) -> dict[int, Any]:
        """Some of its columns."""
        ...


@dataclass
class Headed:
    """Columns under their headings."""

    cells: Cells
    levels: list[tuple[str, ...]]
    """Of each column its heading, or its headings from top to bottom."""
    sample: list[list[Any]]
    """The first rows of the table."""
    titles: list[list[str]] = field(default_factory=list)
    """What stands above the headings."""
    said: list[Phrase] = field(default_factory=list)
    _held: dict[int, list[Any]] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """Where the table stands."""
        return self.cells.place

    @property
    def uneven(self) -> list[tuple[list[str], InvalidFile]]:
        """The cells of rows of prices that have more or fewer than there are headings, and what to raise of each."""
        found: list[tuple[list[str], InvalidFile]] = getattr(self.cells, "odd_cells", [])
        return found

    @cached_property
    def headings(self) -> list[str]:
        """The headings in one row; single letters for fields are spelt out where they are all there."""
        found = [next((h for h in reversed(levels) if h), "") for levels in self.levels]
        return [_LETTERS.get(h, h) for h in found] if {"o", "h", "l", "c", "t"} <= set(found) else found

    def cells_of(self, column: int) -> list[Any]:
        """The filled cells of a column in the first rows."""
        if column not in self._held:
            found = [row[column] for row in self.sample if column < len(row)]
            self._held[column] = [v for v in found if v is not None and v != ""]
        return self._held[column]

    def counts_rows(self, column: int) -> bool:
        """Whether a column counts the first rows, 0, 1, 2 or 1, 2, 3."""
        held = self.cells_of(column)
        counted = (str(v).removesuffix(".0") for v in held)
        first = next(counted, "0")
        return first in ("0", "1") and all(one == str(k) for k, one in enumerate(counted, int(first) + 1))

    def is_dates(self, column: int, part: str) -> bool:
        """Whether a column holds dates, for the most part."""
        held = self.cells_of(column)
        if not held:
            return False
        named = role_of(self.headings[column], part)
        if named is None and not any(map(looks_like_one, held[:: max(1, len(held) // _GLANCE)])):
            return False
        dated = sum(looks_like_one(v) for v in held)
        if 2 * dated > len(held) and (not all(map(_bare, held)) or (named is not None and named[0] == "date")
                                      or column == 0):  # fmt: skip
            return True
        return named is not None and named[0] in ("date", "time") and 2 * sum(map(_counted_day, held)) > len(held)


def _bare(value: Any) -> bool:
    return not isinstance(value, date) and str(value).strip().removesuffix(".0").isdigit()


def _counted_day(value: Any) -> bool:
    """Whether a number may be a day as spreadsheets or clocks of computers count them."""
    text = str(value).strip().removesuffix(".0")
    whole, _, part = text.partition(".")
    if len(whole) == 5 and whole.isdigit() and (part.isdigit() or not part) and counted_day(float(text)) is not None:
        return True
    return (text.isdigit() and len(text) in (10, 13, 16, 19)) or looks_like_one(value)


def headed(cells: Cells, part: str) -> Headed:
    """The columns of a table whose headings are words of a part of the table of words.

    Raises:
        InvalidFile: no row names columns, or there is no row below.
    """
    heads = [[_trim(v) for v in row] for _, row in cells.heads]
    start, column = _first_row(heads, part)
    above = heads[:start]
    rows = _heading_rows(above, column, part)
    if not rows and not start and (names := names_of(heads, part)):
        cells.begin(0, len(names))
        taken = [name or Phrase("number {n}", n=i + 1) for i, name in enumerate(names)]
        cells.said.append(Phrase("no row names the columns, which are taken for {names:list}", names=taken))
        return Headed(cells, [(name,) for name in names], heads[:SAMPLE])
    if not rows:
        shown = ", ".join(str(v) for v in (heads[0] if heads else [])[:6])
        raise cells.place.fault(
            Sentence("there is no row that names the columns"),
            available=shown[:80] or None,
            hint=Sentence(
                "write the names of the columns above them: {names}",
                names="ticker, date, close" if part == "prices" else "ticker, date",
            ),
        )
    width = max(len(above[i]) for i in rows)
    data = heads[start:]
    if data:
        widths = [len(row) for row in data]
        usual = max(set(widths), key=widths.count)
        first = [str(row[0]).removesuffix(".0") for row in data if row]
        counted = any(first == [str(k + i) for k in range(len(first))] for i in (0, 1))
        if usual == width + 1 and counted and any(len(row) > width and row[width] not in (None, "") for row in data):
            above = [["", *row] for row in above]  # written without a name for the column of row names
            width += 1
    for i in rows:
        for c, value in enumerate(above[i]):
            if isinstance(value, date):
                raise cells.place.fault(
                    Sentence(
                        "the heading of column {c}: {value} is a date: the spreadsheet program took what was typed"
                        " for one",
                        c=c + 1,
                        value=value,
                    ),
                    hint=Sentence("format the row of headings as text and type it again"),
                )
    levels = [tuple(_text(above[i][c]) if c < len(above[i]) else "" for i in rows) for c in range(width)]
    cells.begin(start, width)
    width = max(width, cells.width)
    levels += [("",) * len(rows)] * (width - len(levels))
    levels = unflattened(levels)
    titles = [[_text(v) for v in row if _text(v)] for i, row in enumerate(above) if i not in rows and i < rows[-1]]
    if units := sorted({_text(v) for row in above[rows[-1] + 1 :] for v in row if _text(v)}):
        cells.said.append(Phrase("units below the headings left aside: {units:list}", units=units))
    return Headed(cells, levels, data[:SAMPLE], [t for t in titles if t])


_TICKER = re.compile(r"[A-Z]{1,5}(?:[.-][A-Z]{1,3})?")
"""A ticker that needs no heading to be one."""
_NO_TICKERS = frozenset(("US", "USA", "UK", "GB", "EU", "BUY", "SELL", "HOLD", "YES", "NO", "Y", "N"))
"""Where a column holds nothing but these and currencies, it tells a market, a verdict or a choice."""
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
_MIDNIGHT = re.compile(r"0?0:00(?::00)?")
_CANDLES = 20
"""So many rows tell the first price of a day from the last,"""
_NEARER = 0.7
"""where gaps over night are by so much smaller than moves of two days."""
_VOLUME = 0.05
"""Volumes change by more from row to row, in the middle, and prices by less."""


def names_of(rows: Sequence[Sequence[Any]], part: str) -> list[str] | None:
    """What columns that nobody names hold, where that can be one thing; '' for what is not needed, None: it cannot be told.

    Events: one column of dates, one of tickers, and a title. Prices: dates, a ticker or none, and one number; or four that are
    the first, highest, lowest and last price of each day, and a volume.
    """
    if len({len(row) for row in rows}) != 1:
        return None
    columns = [list(own) for own in zip(*rows, strict=True)]
    dates = [i for i, own in enumerate(columns) if all(map(looks_like_one, own))]
    others = [i for i in range(len(columns)) if i not in dates]
    tickers = [i for i in others if all(_TICKER.fullmatch(_text(v)) for v in columns[i])]
    if len(dates) != 1 or len(tickers) > 1:
        return None
    names = {dates[0]: "date", **dict.fromkeys(tickers, "ticker")}
    rest = [i for i in others if i not in tickers]
    if part == "events":
        said = {_text(v) for i in tickers for v in columns[i]}
        if said <= _NO_TICKERS.union(map(str.upper, words("brackets")["currencies"])):
            return None
        if len(rest) == 1 and not any(_PLAIN_NUMBER.fullmatch(_text(v)) for v in columns[rest[0]]):
            names[rest[0]] = "title"
    else:
        names |= {i: "time" for i in rest if all(_MIDNIGHT.fullmatch(_text(v)) for v in columns[i])}
        rest = [i for i in rest if i not in names]
        if not rest or not all(_PLAIN_NUMBER.fullmatch(_text(v)) for i in rest for v in columns[i]):
            return None
        first, last = days_meant(columns[dates[0]][0]), days_meant(columns[dates[0]][-1])
        found = _candles([columns[i] for i in rest], rising=max(first) < min(last)) if first and last else None
        if found is None:
            whose = columns[tickers[0]] if tickers else [""] * len(rows)
            beside = list(zip(whose, _numbers(columns[rest[0]]), strict=True))
            if len(rest) > 1 or all(_like_volume([v for k, v in beside if k == one]) for one in dict.fromkeys(whose)):
                return None
        names |= dict(zip(rest, found or ["value"], strict=True))
    return [names.get(i, "") for i in range(len(columns))]


def _candles(columns: Sequence[Sequence[Any]], *, rising: bool) -> list[str] | None:
    """What four numbers a day, and a volume, are; `rising`: the days are. None: they are none of this.

    A day begins nearer to where the day before ended than it ends to where that began; a fifth number that moves as prices do,
    and is written as they are, may be an adjusted close.
    """
    if len(columns) not in (4, 5) or len(columns[0]) < _CANDLES:
        return None
    numbers = [_numbers(own) for own in columns]
    whole = [all(x.is_integer() for x in own) for own in numbers]
    if len(columns) == 5 and not _like_volume(numbers[4]) and not (whole[4] and not all(whole[:4])):
        return None
    days = list(zip(*numbers[:4], strict=True))
    if not all(high == max(day) and low == min(day) for day in days for _, high, low, _ in [day]):
        return None
    pairs = list(pairwise(days if rising else days[::-1]))
    gaps = [sum(abs(b[one] - a[other]) for a, b in pairs) for one, other in ((0, 3), (3, 0))]
    if not min(gaps) < _NEARER * max(gaps):
        return None
    ends = ("open", "close") if gaps[0] < gaps[1] else ("close", "open")
    return [ends[0], "high", "low", ends[1], "volume"][: len(columns)]


def _numbers(column: Sequence[Any]) -> list[float]:
    """The plain numbers of a column."""
    return [float(_text(v).replace(",", ".")) for v in column]


def _like_volume(numbers: Sequence[float]) -> bool:
    """Whether numbers move from row to row as no prices do, or some are zero."""
    if min(numbers) < 0:
        return False
    moves = [abs(b / a - 1) if a > 0 < b else 1.0 for a, b in pairwise(numbers)]
    return 0 in numbers or (len(moves) > 1 and median(moves) > _VOLUME)


_TUPLE = re.compile(r"""\(\s*(['"])([^'"]*)\1\s*,\s*(['"])([^'"]*)\3\s*\)""")


def unflattened(levels: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Headings that pandas wrote of two levels in one, `('Close', 'NVDA')`, as two; else as they are."""
    hits = [_TUPLE.fullmatch(one[0]) if len(one) == 1 else None for one in levels]
    if sum(hit is not None for hit in hits) < max(1, len(levels) - 2):
        return levels
    return [(hit[2], hit[4]) if hit else ("", own[0] if own else "") for hit, own in zip(hits, levels, strict=True)]


def _trim(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _first_row(heads: list[list[Any]], part: str) -> tuple[int, int]:
    """The first row of the table below its headings, and the column that holds its dates."""
    width = max((len(row) for row in heads), default=0)
    counts = [sum(looks_like_one(row[c]) for row in heads if c < len(row)) for c in range(min(width, 30))]
    best = max(counts, default=0)
    if not best:
        known = [_known(row, part) for row in heads[:30]]
        most = max(known, default=0)
        return (known.index(most) + 1 if most else min(len(heads), 1)), 0
    column = counts.index(best)
    dated = [i for i, row in enumerate(heads) if column < len(row) and looks_like_one(row[column])]
    rows = set(dated)
    known = [0 if i in rows else _known(row, part) for i, row in enumerate(heads[:30])]
    named = [i for i, row in enumerate(heads[:30]) if known[i] >= 2 and not any(map(looks_like_one, row))]
    over_dates = [
        i
        for i, row in enumerate(heads[: dated[0]])
        if known[i : i + 1] == [1] and column < len(row) and (role_of(_text(row[column]), part) or ("",))[0] == "date"
    ]
    if not named and over_dates and all(_is_row(row, column) for row in heads[over_dates[-1] + 1 : dated[0]]):
        return over_dates[-1] + 1, column  # the first rows have bad dates
    after = [i for i in dated if not named or i > named[0]]
    first = after[0] if after else dated[0]
    between = range(named[-1] + 1, first) if named and named[-1] < first else range(0)
    if between and all(sum(_text(v) != "" for v in heads[i]) > 1 and not any(known[i : i + 1]) for i in between):
        return named[-1] + 1, column  # full rows below the names of columns: their dates are bad
    return first, column


def _is_row(row: list[Any], column: int) -> bool:
    """Whether a row has something in the column of dates, and a number beside it."""
    beside = [_text(v) for c, v in enumerate(row) if c != column]
    return column < len(row) and bool(_text(row[column])) and any(any(c.isdigit() for c in text) for text in beside)


def _known(row: list[Any], part: str) -> int:
    """How many cells of a row are words that are known."""
    return sum(role_of(v, part) is not None for v in row if isinstance(v, str) and v)


def _names_units(row: Sequence[Any]) -> bool:
    """Whether all that a row holds are units, such as USD below close."""
    units = words("cells")["units"]
    return all(_text(v).casefold().strip("()[]") in units for v in row if _text(v))


def _is_heading(row: Sequence[Any], part: str) -> bool:
    """Whether a row may name columns: it holds no number, or a word that is known."""
    held = [v for v in row if _text(v)]
    numeric = [v for v in held if not isinstance(v, str) or v.replace(",", "").replace(".", "").lstrip("-").isdigit()]
    return not numeric or any(role_of(v, part) for v in held if isinstance(v, str))


_LEVELS = (
    "ticker",
    "tickers",
    "price",
    "attributes",
    "field",
    "fields",
    "symbols",
    "names",
    "name",
    "column",
    "columns",
    "item",
)
"""What stands above a column of dates, where headings have several levels."""


def _heading_rows(above: list[list[Any]], column: int, part: str) -> list[int]:
    """Which of the rows above a table are its headings, from top to bottom; `column` holds its dates."""
    found: list[int] = []
    full = 0
    for i in range(len(above) - 1, -1, -1):
        row = above[i]
        filled = [c for c, v in enumerate(row) if _text(v)]
        corner = _text(row[column]) if column < len(row) else ""
        if not filled:
            continue
        if not found:
            if i and corner == "" and _names_units(row) and _known(above[i - 1], part) > 1:
                continue
            found, full = [i], len(filled)
            continue
        known = role_of(corner, part)
        able = ("date", "ticker", "currency", "exchange") if full == 1 else ("date", "ticker")
        level = corner == "" or (known is not None and known[0] in able) or corner.casefold() in _LEVELS
        below = [_text(v) for v in above[found[-1]]]
        level = level or sum((role_of(v, part) or ("",))[0] == "date" for v in below) > 1
        several = len(filled) > 1 or (filled[0] > column and max(full, len(filled)) > 2)
        if len(found) == 3 or not level or not several or not _is_heading(row, part):
            break
        if full > 1 and known is None and corner == "" and len(filled) == 1 and full < 3:
            break
        found.append(i)
        full = max(full, len(filled))
    return sorted(found)
