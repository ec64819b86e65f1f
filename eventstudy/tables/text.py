"""Text files as cells: encoding, separator and the shape of the rows are found; what is broken is refused with its row."""

from __future__ import annotations

import csv
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from io import BytesIO, StringIO
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import infer_dtype

from eventstudy.errors import InvalidFile, Sentence
from eventstudy.language import Phrase
from eventstudy.tables.headings import fold, role_of, words
from eventstudy.tables.numbers import Mark, is_below_thousand, marks_of, may_be_thousands, missing_marks
from eventstudy.tables.place import ADD_ROW, Place, Reading
from eventstudy.tables.written import DIGITS, looks_like_one

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_ASTRAY = 0.01
"""Share of the rows of prices that may have another number of cells: more of them are another table."""
_SAMPLES, _SAMPLE = 16, 4096
"""So many stretches of so many bytes are looked at for marks of missing numbers."""
_FEW = 20
"""One column of texts among so many is left to pandas to find out."""
_CELLS, _LEAST = 10_000, 20
"""So many cells of the first rows are looked at, or so many rows."""
_LONGEST = 10_000_000
"""Bytes of a row: a day of all securities that were ever listed has less than a tenth."""
_LOOKED_AT = 2000
"""So many rows of columns that are not needed are looked at for a decimal mark."""
_THOUSAND, _LOOKED_AT_WHOLE = 1000, 50_000
"""Numbers below this are written without a mark of thousands; so many whole ones are looked at one by one."""
_ABOVE = 200
"""With so many rows above it the last row is compared."""
_FEW_ABOVE = 40
"""With fewer it is not. Where zeros at the end are not written, one in 125 whole files of so many rows looks cut, of 200 rows
one in 700."""
_ENOUGH = 8
"""What comes behind so many digits of a number changes no figure."""
HEADS = 80
"""So many rows are looked at for titles, headings and the shape of a table."""

_PANDAS = tuple(int(n) for n in pd.__version__.split(".")[:2])
# Numbers are read to the last bit. From 3.1 on pandas does so by itself, and warns when it is asked to.
_EXACT: dict[str, Any] = {} if _PANDAS >= (3, 1) else {"float_precision": "round_trip"}
_SEPARATORS = (",", ";", "\t", "|")
_NUMBER = re.compile(r"[($€£¥+-]*\s*[\d.,'\u00a0\u202f ]*\d[\d.,'\u00a0\u202f ]*\s*[%$€£¥)kKmMbB]?([eE][+-]?\d+)?")


def _two_bytes(raw: bytes) -> str | None:
    """UTF-16 without a mark, by the zero bytes beside plain letters; None: it is not."""
    head = raw[:400]
    for i, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = head[i::2].count(0)
        if len(raw) % 2 == 0 and len(head) > 8 and zeros > 0.9 * len(head[i::2]) and not head[1 - i :: 2].count(0):
            return name
    return None


def _plain(raw: bytes) -> bytes:
    """Tables of Markdown, tables of blanks and single quotes as other texts have them; all else as it is."""
    if b'="' in raw[:8192]:
        raw = _AS_TEXT.sub(rb'"\1"', raw)
    raw = _headings_in_one_line(raw)
    first = raw[:4096].lstrip().split(b"\n", 1)[0].strip()
    if first.startswith(b'"') and first.endswith(b'"') and _one_cell_a_line(raw):
        raw = b"\n".join(line.strip()[1:-1].replace(b'""', b'"') for line in raw.split(b"\n"))
    if b"|" in raw[:20_000] and any(map(_RULE.fullmatch, raw[:20_000].split(b"\n"))):
        return _without_rules(raw)
    if first.startswith(b"|") and first.endswith(b"|") and len(first) > 2:
        return _without_rules(raw)
    if _SINGLE.fullmatch(first):
        return raw.replace(b"'", b'"')
    if not any(mark.encode() in raw[:4096] for mark in _SEPARATORS) and b" " in first:
        lines = [b"\t".join(_WORD.findall(line)) for line in raw.split(b"\n")]
        head, *widths = [line.count(b"\t") for line in lines if line]
        return b"\n".join(lines) if set(widths) in ({head}, {head + 1}) else raw
    return raw


def _without_rules(raw: bytes) -> bytes:
    """A table between strokes without the lines between its rows; those become blank, so that rows keep their numbers."""
    lines = [line.strip() for line in _STRONG.sub(lambda hit: hit[2] or hit[3], raw).split(b"\n")]
    edged = [line[1:-1] if line.startswith(b"|") and line.endswith(b"|") else line for line in lines]
    return b"\n".join(b"" if line and _RULE.fullmatch(line) else line for line in edged)


def _on_one_line(raw: bytes) -> bytes | None:
    """A text whose cells in quotes span lines, with each row on a line; None: none does, or what lies between may be rows."""
    if b'"' not in raw or not any(line.count(b'"') % 2 for line in raw.split(b"\n")):
        return None
    joined = _IN_QUOTES.sub(lambda hit: b" ".join(hit[0].split()) if b"\n" in hit[0] else hit[0], raw)
    first, *others = joined.split(b"\n")
    heads = _IN_QUOTES.sub(b"", first)
    marks = {mark: heads.count(mark) for mark in (m.encode() for m in _SEPARATORS) if mark in heads}
    inner = [line for cell in _IN_QUOTES.findall(raw) if b"\n" in cell for line in cell.split(b"\n")]
    if not marks or any(line.count(mark) >= n for line in inner for mark, n in marks.items()):
        return None
    return None if any(line.count(b'"') % 2 for line in (first, *others)) else joined


_IN_QUOTES = re.compile(rb'(?<![^\n,;\t|])"(?:[^"]|"")*"(?=[\r\n,;\t|]|$)')
_FOREIGN = re.compile("[" + "".join(map(chr, DIGITS)) + "]")
_AS_TEXT = re.compile(rb'(?<![^\n,;\t|"])"?="+([^"\n]*)"+(?=[\r\n,;\t|]|$)')
"""A cell that a spreadsheet is to leave alone: `="007"`."""
_QUOTED = re.compile(rb'"[ ]*[+-]?[1-9][0-9]{0,2}\.[0-9]{3}[ ]*"')
_EDGE = re.compile(rb"[,;\t|]")
_BROKEN = re.compile(rb'(?:^|(?<=[,;\t|\n]))"(?:[^"]|"")*"(?=[,;\t|\r\n])')
"""A cell in quotation marks, which may hold line breaks."""
_RULE = re.compile(rb"\s*[|+]?\s*:?[-=]{2,}:?\s*([|+]\s*:?[-=]+:?\s*)+[|+]?\s*|\s*[|+]\s*:?[-=]+:?\s*[|+]\s*")
"""A line between headings and rows: of Markdown, of databases' screens, of Org."""
_STRONG = re.compile(rb"(?<![^\s|])(\*\*|__|`)([^|\n]+?)\1(?![^\s|])|(?<![^\s|])\[([^|\]\n]+)\]\([^|)\n]*\)")
"""A cell of Markdown that is bold, code or a link."""
_WORD = re.compile(rb'"[^"]*"|\S+')
_SQL = re.compile(
    rb"(?:\s*(?:--[^\n]*|/\*.*?\*/;?)\s*)*(?:create|drop|lock)\s+(?:table|database|schema)s?\s|"
    rb"(?:\s*(?:--[^\n]*|/\*.*?\*/;?)\s*)*(?:insert\s+into\s|begin\s+transaction\b|pragma\s+foreign|set\s+\w+\s*=)",
    re.I | re.S,
)
"""How a dump of a database begins."""
_SINGLE = re.compile(rb"'[^']*'([,;\t|]'[^']*')+")
_NOTICE = re.compile(r"dividend|split", re.I)
"""A row that tells of one, among rows of prices: Yahoo's page."""


def _headings_in_one_line(raw: bytes) -> bytes:
    """The text with blanks for line breaks inside quoted cells that stand above the first row with a date."""
    above = 0
    for line in islice(BytesIO(raw), HEADS):
        if looks_like_one(_EDGE.split(line, maxsplit=1)[0].decode().strip(' "\r\n')):
            break
        above += len(line)
    else:
        return raw
    return _BROKEN.sub(lambda cell: re.sub(rb"\s*\n\s*", b" ", cell[0]), raw[:above]) + raw[above:]


def _one_cell_a_line(raw: bytes) -> bool:
    """Whether each line is one cell in quotes that holds separators: a table that was pasted into one column."""
    lines = [line.strip() for line in raw[:20_000].split(b"\n")[:40] if line.strip()]
    inner = [line[1:-1].replace(b'""', b"") for line in lines if len(line) > 1 and line[:1] == line[-1:] == b'"']
    if len(inner) < len(lines) or any(b'"' in line for line in inner):
        return False
    return any(
        len({line.count(mark.encode()) for line in inner} - {0}) == 1 and mark.encode() in inner[0]
        for mark in _SEPARATORS
    )


def _proof(separator: str, mark: str = ".") -> re.Pattern[bytes]:
    """A cell that can only have this decimal mark."""
    edge, dot = re.escape(separator).encode(), re.escape(mark).encode()
    number = rb"(?:\d+" + dot + rb"(?:\d{1,2}|\d{4,})|0" + dot + rb"\d+|\d{4,}" + dot + rb"\d*|" + dot + rb"\d+)"
    return re.compile(rb"(?:^|[\n\"" + edge + rb"])[ ]*[+-]?" + number + rb"[ ]*(?=[\r\n\"" + edge + rb"]|$)")


_OF_PAGES = Phrase(
    "the source answered with a page in place of the data: open it in a browser, and save the data as CSV"
)


class TextCells:
    """The cells of a text file."""

    def __init__(self, place: Place, content: bytes, part: str, reading: Reading) -> None:
        """Of these bytes, whose headings are words of a part of the table of words.

        Raises:
            InvalidFile: it is empty, a web page, written only half, or no table.
        """
        self.place, self.reading = place, reading
        self.said: list[Phrase] = []
        self.odd: list[tuple[int, str]] = []
        """Rows with another number of cells, where they are left out: their line, and what is wrong."""
        self.odd_cells: list[tuple[list[str], InvalidFile]] = []
        """The cells of such rows of prices, and what to raise of each where it cannot be said whose they are."""
        self._part, self._forgiving = part, part == "events"
        self.comma: Phrase | None = None
        """How it is said that its numbers, where they were read as such, have a decimal comma."""
        self._settling: set[int] = set()
        """The columns whose numbers show which mark is the decimal one."""
        self._raw = self._decoded(content, part)
        if part == "events" and (joined := _on_one_line(self._raw)) is not None:
            self._raw = joined
            self.said.append(Phrase("line ends within cells read as blanks; rows are counted without them"))
        self._lines = [line.removesuffix(b"\n").removesuffix(b"\r") for line in islice(BytesIO(self._raw), 4 * HEADS)]
        self.separator = self._separator(part)
        if b"#" in self._raw and (
            b"\n#" in self._raw or b'\n"#' in self._raw
        ):  # there are many line ends, and few of these
            self._leave_comments(part)
        self.usual: Mark | None = "point" if self.separator == "," else None
        self.proved: Mark | None = None
        self.heads: list[tuple[int, list[Any]]] = []
        room = _CELLS
        for number, line in enumerate(self._lines, 1):
            if line.strip() and len(self.heads) < HEADS and not (number == 1 and line.lower().startswith(b"sep=")):
                self.heads.append((number, self._row(line)))
                room -= len(self.heads[-1][1])
                if room < 0 and len(self.heads) >= _LEAST:
                    break
        self._name_dates()
        self.whole = self._raw.endswith(b"\n")
        """Whether the last row has its line end."""
        self.width = 0
        self._numbers: Sequence[int] | Ints = ()
        """Where each row stands in the file."""
        self._first = 1
        """The line in which the table begins."""
        self._text, self._start = b"", 0
        """The text in which the rows of the table stand, from where on."""
        self._unsure = False
        """Whether nobody has looked yet if each row has its number of cells."""

    # ---- bytes -------------------------------------------------------------------------------------------------------

    def _decoded(self, content: bytes, part: str) -> bytes:
        """The text in UTF-8, lines ended by a line feed, with a carriage return before it or without."""
        raw = content
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            try:
                raw = raw.decode("utf-16").encode()
            except UnicodeDecodeError as error:
                raise self.place.fault(
                    Sentence("the file begins like UTF-16 and is not: {reason}", reason=error.reason)
                ) from None
            self.said.append(Phrase("text in {encoding}", encoding="UTF-16"))
        elif (wide := _two_bytes(raw)) is not None:
            raw = raw.decode(wide, "replace").encode()
            self.said.append(Phrase("text in {encoding}", encoding="UTF-16"))
        raw = raw.removesuffix(b"\x1a")  # how DOS ended texts
        if not raw.isascii():
            raw = raw.replace(b"\xef\xbb\xbf", b"")  # marks stand between files that were put behind each other, too
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError:
                raw = self._of_old(raw, part)
            else:
                raw = text.translate(DIGITS).encode() if _FOREIGN.search(text) else raw
        if b"\r" in raw and _count(raw, "\r") != raw.count(b"\r\n"):  # else it is what pandas reads as it is
            raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if not raw[:4096].strip() and not raw.strip():
            raise self.place.fault(Sentence("the file is empty"), hint=Sentence("its first row names the columns"))
        if b"\0" in raw:
            line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
            raise InvalidFile(
                Sentence("the file holds zero bytes: it was written only half"),
                where=Sentence("{name}, row {line}", name=self.place.name, line=line),
            )
        self._refuse_endless(raw)
        if _SQL.match(raw[:2000]):
            raise self.place.fault(
                Phrase("the file is {kind}, not a table", kind="SQL"),
                hint=Phrase("ask the database for the table as CSV, or read it in Python and hand over the frame"),
            )
        start = raw[:4096].lstrip()[:200].lower()
        if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")):
            raise self.place.fault(
                Phrase("the file is a web page (HTML), not a table"),
                available=" ".join(raw.strip()[:60].decode("utf-8", "replace").split()),
                hint=_OF_PAGES,
            )
        return _plain(raw)

    def _of_old(self, raw: bytes, part: str) -> bytes:
        """A file that is not UTF-8: the encoding in which more of its first rows are words that are known, or cp1252."""
        found: list[tuple[int, int, str, str]] = []
        for encoding in ("cp1252", "gb18030", "shift_jis", "cp949", "big5", "cp1251"):
            try:
                text = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
            cells = re.split(r"[,;\t|\n]", text[:2000])
            known = sum(1 for cell in cells if not cell.isascii() and role_of(cell.strip(' "\r'), part))
            found.append((known, -len(found), encoding, text))
        if not found:
            raise self.place.fault(
                Sentence("the file is text in no encoding that is known"), hint=Sentence("save it as 'CSV UTF-8'")
            )
        _, _, encoding, text = max(found)
        self.said.append(Phrase("text in {encoding}", encoding=encoding))
        return text.encode()

    def _name_dates(self) -> None:
        """A first column of dates without a heading, as R writes names of rows, gets an empty one."""
        (number, first), *rest = self.heads or [(0, [])]
        if number != 1 or len(rest) < 2 or not first or any(map(looks_like_one, first)):
            return
        if any((role_of(cell, "prices") or ("",))[0] == "date" for cell in first) or not any(
            row[-1] for _, row in rest
        ):
            return  # its dates have a heading, or the rows end in a separator
        if all(len(row) == len(first) + 1 and looks_like_one(row[0]) for _, row in rest):
            self._raw = self.separator.encode() + self._raw
            self._lines[0] = self.separator.encode() + self._lines[0]
            first.insert(0, "")

    def _leave_comments(self, part: str) -> None:
        """Leave lines that begin with # aside below the names of columns; those above are titles, which may name a ticker."""
        rows_of = [
            self._row(line) if line.strip() and not line.startswith((b"#", b'"#')) else [] for line in self._lines
        ]
        named = (i for i, row in enumerate(rows_of) if len(row) > 1 and any(role_of(cell, part) for cell in row))
        if (top := next(named, None)) is None:
            return
        lines = self._raw.split(b"\n")
        begun = ((i, line) for i, line in enumerate(lines) if i > top and line.startswith((b"#", b'"#')))
        named_by = (role_of(rows_of[top][0], part) or ("",))[0] in ("date", "ticker")  # no name of these begins with #
        gone = [i for i, line in begun if self._comment(line, len(rows_of[top]), named_by=named_by)]
        if not gone:
            return
        self.said.append(Phrase("comments left aside: {n}, the first is row {row}", n=len(gone), row=gone[0] + 1))
        for i in gone:
            lines[i] = b""
            if i < len(self._lines):
                self._lines[i] = b""
        self._raw = b"\n".join(lines)

    def _comment(self, line: bytes, width: int, *, named_by: bool) -> bool:
        """Whether a line that begins with # is a comment: one filled cell, words in another number than headings, or a row
        that was set aside; `named_by`: its first cell would be a date or a ticker.
        """
        row = self._row(line)
        if row[0].lower() in missing_marks():
            return False
        return named_by or not any(row[1:]) or not (len(row) == width or any(map(looks_like_one, row)))

    def _refuse_endless(self, raw: bytes) -> None:
        """A line that nobody means takes many times its size once it is cut into cells."""
        at = 0
        while len(raw) - at > _LONGEST:
            end = raw.rfind(b"\n", at, at + _LONGEST)
            if end < 0:
                row = raw.count(b"\n", 0, at) + 1
                told = Sentence("the row is longer than {longest} MB", longest=_LONGEST // 1_000_000)
                raise InvalidFile(
                    told,
                    where=Sentence("{name}, row {row}", name=self.place.name, row=row),
                    hint=Sentence("is it a table?"),
                )
            at = end + 1

    def _separator(self, part: str) -> str:
        """What separates cells: under which most cells of the first rows make sense."""
        text = [line.decode() for line in self._lines[:HEADS] if line.strip()]
        if text[0].lower().startswith("sep=") and len(text[0].strip()) == 5:
            return text[0].strip()[4]
        best, chosen = (-1.0, 0), ","
        for separator in _SEPARATORS:
            rows = [self._cut(line, separator) for line in text[:40]]
            widths = Counter(len(row) for row in rows if len(row) > 1)
            if not widths:
                continue
            usual = widths.most_common(1)[0][0]
            cells = [cell.strip() for row in rows if len(row) == usual for cell in row[:30]]
            sense = sum(self._makes_sense(cell, part) for cell in cells) / len(cells)
            score = (round(sense * widths[usual] / len(rows), 3), usual)
            if score > best:
                best, chosen = score, separator
        return chosen

    def _makes_sense(self, cell: str, part: str) -> bool:
        if not cell or cell.lower() in missing_marks() or role_of(cell, part) or looks_like_one(cell):
            return True
        return bool(_NUMBER.fullmatch(cell)) or bool(re.fullmatch(r"[^\d\W][^,;\t|]*|[\^$&']?\w[\w .&=^'/-]*", cell))

    def every(self) -> list[list[Any]]:
        """All rows of the file that hold something."""
        return [self._row(line) for line in self._raw.split(b"\n") if line.strip()]

    def _row(self, line: bytes) -> list[str]:
        return [cell.strip() for cell in self._cut(line.decode(), self.separator)]

    def _cut(self, line: str, separator: str) -> list[str]:
        try:
            return next(csv.reader(StringIO(line), delimiter=separator), [])
        except csv.Error as error:
            raise self.place.fault(
                Sentence("the rows cannot be read: {said}", said=error), hint=Sentence("is it a table?")
            ) from error

    # ---- rows --------------------------------------------------------------------------------------------------------

    def begin(self, record: int, width: int) -> None:
        """The table begins in this record of the heads and has so many columns; its rows are counted and checked.

        Raises:
            InvalidFile: a row has more or fewer cells, or there is no row at all.
        """
        self.width = width
        first = self.heads[record][0] if record < len(self.heads) else len(self._lines) + 1
        self._first = first
        headings = self.heads[record - 1][1] if record else []
        roles = {i: role_of(heading, self._part) for i, heading in enumerate(headings)}
        self._settling = {i for i, role in roles.items() if role and role[0] not in _NO_NUMBERS}
        self._text, self._start = self._raw, sum(map(len, islice(BytesIO(self._raw), first - 1)))
        self._leave_headings(record)
        self._leave_foot()
        self.place = replace(self.place, row=lambda i: Phrase("row {n}", n=self._numbers[i]))
        count = 0 if self._forgiving else self._even()
        self._unsure = count > 0
        if self._unsure:
            self._numbers = range(first, first + count)
            self.rows = count
            self._refuse_broken_off()
        else:
            self._shape(first)

    @property
    def _body(self) -> bytes:
        """The rows of the table, copied; a large file is read where it lies."""
        return self._text[self._start :].replace(b"\r\n", b"\n")

    @_body.setter
    def _body(self, rows: bytes) -> None:
        self._text, self._start = rows, 0

    def _even(self) -> int:
        """How many lines there are, where all may have one number of cells, by the number of marks; else 0.

        `columns` sees if one has less.
        """
        lines = marks = 0
        for _, ends, separators in _edges(self._text, self._start, self.separator):
            if ends is None:
                return 0
            lines, marks = lines + int(np.count_nonzero(ends)), marks + int(np.count_nonzero(separators))
        lines += not self._text.endswith(b"\n")
        return lines if lines > 1 < self.width and marks == lines * (self.width - 1) else 0

    def _shape(self, first: int) -> None:
        """Look at each line, the first of which has this number in the file, and leave out or refuse what is odd."""
        width = self.width
        cells, blank = self._counted(self._body)
        odd = np.flatnonzero((cells != width) & ~blank)
        if len(odd):
            lines = self._body.split(b"\n")
            padded = np.array([cells[i] > width and not any(self._row(lines[i])[width:]) for i in odd.tolist()])
            self.width = int(max(width, cells[odd[padded]].max(initial=width)))
            odd = odd[~padded]
        if len(odd) and self._forgiving:
            for i in odd.tolist():
                n = int(cells[i])
                why = Phrase.counted(
                    "{n} value for {width} columns", "{n} values for {width} columns", n=n, width=width
                )
                self.odd.append((i + first, why))
            lines = self._body.split(b"\n")
            for i in odd.tolist():
                lines[i] = b""
            self._body = b"\n".join(lines)
            blank = blank.copy()
            blank[odd] = True
            odd = odd[:0]
        elif len(odd):
            lines = self._body.split(b"\n")
            told = [i for i in odd.tolist() if _NOTICE.search(lines[i].decode()) and cells[i] < width]
            if told:
                self.said.append(
                    Phrase(
                        "rows that tell of dividends or splits left aside: {n}, the first is row {row}",
                        n=len(told),
                        row=told[0] + first,
                    )
                )
                for i in told:
                    lines[i] = b""
                self._body = b"\n".join(lines)
                blank = blank.copy()
                blank[told] = True
                odd = np.setdiff1d(odd, told)
        if len(odd):
            lines = self._body.split(b"\n")
            last = odd[-1] == np.flatnonzero(~blank)[-1]
            several = int((~blank).sum())
            if last or self.reading.strict or len(odd) > max(1, _ASTRAY * several) or several < 3:
                raise self._uneven(int(odd[0]) + first, int(cells[odd[0]]), width, lines[odd[0]], last=last)
            for i in odd.tolist():
                error = self._uneven(i + first, int(cells[i]), width, lines[i], last=False)
                self.odd_cells.append((self._row(lines[i]), error))
                lines[i] = b""
            self._body = b"\n".join(lines)
            blank = blank.copy()
            blank[odd] = True
        numbers = np.flatnonzero(~blank) + first
        if not len(numbers) and not self.odd:
            raise self.place.fault(Sentence("there is a header but no row below it"), hint=ADD_ROW)
        self._numbers = numbers
        self._refuse_broken_off()
        hollow = [i for i, line in enumerate(self._body.split(b"\n")) if line and blank[i]] if blank.any() else []
        if hollow:
            kept = self._body.split(b"\n")
            self._body = b"\n".join(line for i, line in enumerate(kept) if i not in set(hollow))
        self.rows = len(numbers)

    def _refuse_broken_off(self) -> None:
        """Refuse a table whose last row has no line end and stops within a cell, or before one.

        Raises:
            InvalidFile: it does.
        """
        if self._forgiving or self.whole:
            return
        row = len(self._raw) - self._raw.rfind(b"\n")
        *above, last = self._raw[-2 * row * _ABOVE :].split(b"\n")[1:] or [b""]
        ends = [line.rstrip(b"\r") for line in above[-_ABOVE:]]
        if last[-1:] in (self.separator + ".-+eE").encode():
            bare = any(end[-1:] != self.separator.encode() for end in [*ends[-2:], last])  # some row ends otherwise
            why = Phrase("the last row breaks off") if len(ends) < 2 or bare else None
        else:
            rows = [[cell.strip() for cell in end.decode().split(self.separator)] for end in (*ends, last) if end]
            why = _cut_short(rows[-1], [row[-1] for row in rows[:-1]])
        if why is not None:
            raise InvalidFile(
                why,
                where=Phrase("{name}, {row}", name=self.place.name, row=Phrase("row {n}", n=self._numbers[-1])),
                available=last.decode()[:80],
                hint=Phrase("the file looks half-written: write it again; if the row is whole, end it with a line end"),
            )

    def _uneven(self, line: int, found: int, width: int, text: bytes, *, last: bool) -> InvalidFile:
        broken = Phrase("it is the last row: the file looks half-written, write it again")
        return InvalidFile(
            Phrase.counted(
                "the row has {n} cell where the header has {width}",
                "the row has {n} cells where the header has {width}",
                n=found,
                width=width,
            ),
            where=Phrase("{name}, {row}", name=self.place.name, row=Phrase("row {n}", n=line)),
            available=text.decode()[:80],
            hint=broken if last else Phrase("add or remove cells"),
        )

    def _leave_headings(self, record: int) -> None:
        """Leave a row of headings that stands there again, between the rows of a table, aside."""
        if not record:
            return
        line, start = self._lines[self.heads[record - 1][0] - 1], max(self._start - 1, 0)
        end = b"\r\n" if self._text[: start + 1].endswith(b"\r\n") else b"\n"
        again = b"\n" + line + end
        if (at := self._text.find(again, start)) < 0:
            return
        row, n = self._text.count(b"\n", 0, at) + 2, 0
        while more := self._text.count(again, start):  # the second of two below each other shares a line end
            n += more
            self._text = self._text[:start] + self._text[start:].replace(again, b"\n" + end)
        self.said.append(
            Phrase("headings that stand there again left aside: {n}, the first in row {row}", n=n, row=row)
        )

    def _leave_foot(self) -> None:
        """Leave the lines of words below a table aside."""
        ended = self._text.endswith(b"\n")
        lines = self._text[max(self._start, len(self._text) - 20_000) :].split(b"\n")
        lines = lines[:-1] if ended else lines
        gone = 0
        end = lines[1:][-12:]
        for k, line in reversed(list(enumerate(end))):
            held = [cell for cell in self._row(line) if cell] if line.strip() else []
            if is_total(held):
                gone += 1
                continue
            numbers = any(looks_like_one(cell) or _NUMBER.fullmatch(cell) for cell in held)
            apart = not all(above.strip() for above in end[:k])  # by a blank line from the table
            counted = len(held) == 1 and line == lines[-1] and ended and self.width > 1 and held[0].isdigit()
            above_it = self._row(end[k - 1])[:1] if k and counted else []
            if any(map(looks_like_one, above_it)) and not looks_like_one(held[0]):
                gone += 1  # a count or a sum of bytes below the dates
                continue
            if (len(held) > 1 and (numbers or not apart)) or (len(held) == 1 and (numbers or not _words(held[0]))):
                break
            gone += 1
        shown = [line for line in lines[len(lines) - gone :] if line.strip()]
        if not shown:
            return
        self.said.append(Phrase("words below the table left aside: {text}", text=shown[0].decode().strip(' ,;"')[:60]))
        self.whole = True
        self._text = self._text[: -sum(len(line) + 1 for line in lines[len(lines) - gone :]) + (not ended)]

    def _counted(self, body: bytes) -> tuple[Ints, Bools]:
        """(L,) how many cells each line has, and which lines are blank."""
        counted = self._by_marks(body)
        if counted is None:
            try:
                rows = list(csv.reader(StringIO(body.decode()), delimiter=self.separator, strict=True))
            except csv.Error as error:
                raise self.place.fault(
                    Sentence("the quotation marks do not pair up: {said}", said=error),
                    hint=Sentence("write the file again"),
                ) from None
            if any("\n" in cell for row in rows for cell in row):
                raise self.place.fault(
                    Sentence("a quoted cell spans several rows"), hint=Sentence("check the quotation marks")
                )
            return np.array([len(r) for r in rows], np.int64), np.array(
                [not any(c.strip() for c in r) for r in rows], bool
            )
        return counted

    def _by_marks(self, body: bytes) -> tuple[Ints, Bools] | None:
        """The same by separators and line ends outside of quotation marks; None: the marks are not all around cells."""
        text = body if body.endswith(b"\n") else body + b"\n"
        found: list[tuple[Ints, Ints]] = []
        for first, line, separators in _edges(text, 0, self.separator):
            if line is None:
                return None
            found.append((np.flatnonzero(line) + first, np.flatnonzero(line | separators) + first))
        lines, marks = (np.concatenate(parts) for parts in zip(*found, strict=True))
        ends = marks[self.width - 1 :: self.width]
        if len(marks) % self.width == 0 and np.array_equal(ends, lines):
            counts = np.full(len(ends), self.width - 1, np.int64)  # all lines have one number of cells
        else:
            ends = lines
            counts = np.diff(np.searchsorted(marks, ends, side="right"), prepend=0).astype(np.int64) - 1
        starts = np.concatenate([[0], ends[:-1] + 1]).astype(np.int64)
        blank = ends == starts
        for i in np.flatnonzero((ends - starts <= 4 * counts + 4) & ~blank):
            blank[i] = not body[starts[i] : ends[i]].replace(self.separator.encode(), b"").replace(b'"', b"").strip()
        return counts + 1, blank

    # ---- columns -----------------------------------------------------------------------------------------------------

    def columns(self, texts: set[int], numbers: set[int]) -> dict[int, Any]:
        """These columns: those of `texts` as texts, those of `numbers` as floats where all cells can be, else as texts."""
        width, wanted = self.width, texts | numbers
        self._settling |= numbers
        if self._unsure and width - 1 not in wanted:
            self._look_closely()
        how: dict[str, Any] = {
            "header": None,
            "names": list(range(width)),
            "index_col": False,
            "keep_default_na": False,
        }
        spaced = self._text.find(b" ", self._start) >= 0
        how |= {"skipinitialspace": spaced, "encoding": "utf-8", "engine": "c", "sep": self.separator}
        how["usecols"] = sorted(wanted)
        comma = self.reading.decimal == "comma" or (self.reading.decimal is None and self._comma())

        def rows() -> Any:
            return _Rows(self._text, self._start)

        def read(kinds: dict[int, Any], marks: list[str]) -> pd.DataFrame:
            more: dict[str, Any] = {"decimal": ","} if comma else {}
            # by column, because what marks a missing number may be a ticker; an empty cell is empty in any
            blank: Any = marks if marks == [""] else dict.fromkeys(numbers, marks) | {i: [""] for i in texts}
            more |= how | _EXACT | ({"dtype": kinds} if kinds else {})
            with warnings.catch_warnings(action="ignore", category=pd.errors.DtypeWarning):
                found: pd.DataFrame = pd.read_csv(rows(), na_values=blank, **more)
            if any(dtype.kind not in "iuf" for i, dtype in found.dtypes.items() if i in numbers):
                raise ValueError("a cell is no number")  # found out, because to ask for numbers is slower
            return found

        kinds = self._kinds(texts, len(wanted))
        try:
            if self._words_among(numbers):
                raise ValueError("a cell is no number")  # to try costs as much as to read
            try:
                frame = read(kinds, ["", *self._met_marks()] if numbers else [""])  # each mark costs time in each cell
            except (ValueError, IndexError):  # pandas finds no column where a first row is empty
                frame = read(kinds, _spelt())
            # fast, but where all look like one pandas makes numbers of texts that it is not told to be: 007, TRUE
            if any(kinds.get(i) is not str and not _texts_alone(frame[i]) for i in texts):
                frame = read(dict.fromkeys(texts, str), _spelt())
            if not comma and self.reading.decimal is None and self._open(numbers, frame):
                self._look_beside(rows, how, wanted)
                may_be = self.proved == "comma" or (
                    self.proved is None and self._thousands_among(texts, numbers, frame)
                )
                if may_be and self._unproved():
                    raise ValueError("points may be thousands")
        except (ValueError, IndexError):
            if self._unsure:
                self._look_closely()
                return self.columns(texts, numbers)
            frame = pd.read_csv(rows(), dtype=str, **how)
            if self.reading.decimal is None:
                self._look_beside(rows, how, wanted)
                self._weigh(frame[sorted(numbers)])
            return {i: frame[i] for i in how["usecols"]}
        if comma and numbers:
            self.comma = self._how_comma(numbers)
        last = frame[width - 1] if self._unsure else None
        if last is not None and (
            len(last) < self.rows or last.isna().any() or (width - 1 in texts and (last == "").any())
        ):
            read_of = self._text
            self._look_closely()  # a line may have too few cells, or none, and another too many
            if self._text is not read_of or self.width != width or self.rows != len(frame):
                return self.columns(texts, numbers)
        return {i: frame[i].to_numpy(np.float64) if i in numbers else frame[i] for i in how["usecols"]}

    def _words_among(self, numbers: set[int]) -> bool:
        """Whether the first rows have letters in a column of numbers that mark no missing one."""
        held = {row[i] for number, row in self.heads if number >= self._first for i in numbers if i < len(row)}
        known = {*missing_marks(), "inf", "infinity", "nan"}  # the last of which pandas takes for numbers
        return any(cell.isalpha() and cell.lower() not in known for cell in held if isinstance(cell, str))

    def _kinds(self, texts: set[int], several: int) -> dict[int, Any]:
        """What pandas is told of columns of texts; of a few among many columns nothing, because each column then costs more."""
        kinds: dict[int, Any] = {}
        for i in texts:
            held = [row[i] for number, row in self.heads if i < len(row) and row[i] and number >= self._first]
            if all(map(_NUMBER.fullmatch, held)):
                kinds[i] = str
            elif len(texts) * _FEW > several:
                kinds[i] = "category"
        return kinds

    def _met_marks(self) -> list[str]:
        """The marks of missing numbers that stand in the first rows or in samples of the others."""
        step = max(len(self._text) // _SAMPLES, 1)
        parts = [self._text[i : i + _SAMPLE] for i in range(self._start, len(self._text), step)]
        cells = {
            cell.strip(b' "')
            for part in parts
            for cell in re.split(b"[\n" + re.escape(self.separator.encode()) + b"]", part)
        }
        known = frozenset(_spelt())
        return sorted(
            text for cell in cells if not cell.isdigit() and (text := cell.decode("utf-8", "replace")) in known
        )

    def _look_closely(self) -> None:
        self._unsure = False
        self._shape(self._first)

    def _comma(self) -> bool:
        """Whether a cell is proved to have a decimal comma, and none of the first rows a decimal point."""
        text, start = self._text, max(self._start - 1, 0)
        if self.separator == "," or text.find(b",", start) < 0:
            return False
        end = text.rfind(b"\n", start, start + 4000) + 1  # half a date may look like a number
        if any(self._settles(hit) for hit in _proof(self.separator).finditer(text, start, end)):
            return False
        return self._proving(",") is not None

    def _how_comma(self, numbers: set[int]) -> Phrase:
        if self.reading.decimal:
            return Phrase("decimal comma, as asked")
        self._settling, settling = set(numbers), self._settling
        needed = self._proving(",") is not None
        self._settling = settling
        return Phrase("decimal comma") if needed else Phrase("decimal comma, by a column not needed")

    def _proving(self, mark: str) -> re.Match[bytes] | None:
        """The first cell that can only have this decimal mark, in a column that can show it: no time, no unknown heading."""
        start = max(self._start - 1, 0)
        for _ in range(_SOME):
            hit = _proving(self._text, start, self.separator, mark)
            if hit is None or self._settles(hit):
                return hit
            start = hit.end()
        return None

    def _settles(self, hit: re.Match[bytes]) -> bool:
        return self._column_of(hit) in self._settling

    def _column_of(self, hit: re.Match[bytes]) -> int:
        """The column of a number that was found in the text."""
        line = self._text[self._text.rfind(b"\n", 0, hit.start() + 1) + 1 : hit.end()]
        return len(self._row(line)) - 1 if b'"' in line else line.count(self.separator.encode())

    def proof(self, mark: str) -> tuple[str, str] | None:
        """The first row, and its cell, that can only have this decimal mark; None: there is none."""
        hit = self._proving(mark)
        if hit is None:
            return None
        above = self._text.count(b"\n", self._start, hit.end())
        return self.place.row(min(above, self.rows - 1)), hit[0].decode().strip(f' \r\n"{self.separator}')

    def _open(self, numbers: set[int], frame: pd.DataFrame) -> bool:
        """Whether points may be marks of thousands: there are some, and none of the first is proved to be a decimal point."""
        text, start = self._text, max(self._start - 1, 0)
        if not any(_broken(frame[i].to_numpy(np.float64)) for i in numbers if i in frame):
            whole = any(((frame[i] % 1 == 0) & frame[i].notna()).any() for i in numbers if i in frame)
            if not whole or not re.compile(rb"\d\.\d").search(text, start):
                return False
        end = text.find(b"\n", start + _SAMPLE) + 1
        return not any(self._settles(hit) for hit in _proof(self.separator).finditer(text, start, end or len(text)))

    def _unproved(self) -> bool:
        """Whether no cell is proved to have a decimal point."""
        return self._proving(".") is None

    def weighed(self, columns: Iterable[Sequence[Any]]) -> Mark | None:
        """The mark that is usual in columns of cells: none, where points between commas may be those of thousands."""
        if self.usual != "point":
            return self.usual
        quoted = _QUOTED.search(self._raw) is not None
        opened = (may_be_thousands([str(v) for v in cells if v], quoted=quoted) for cells in columns)
        return None if any(opened) else self.usual

    def _look_beside(self, rows: Callable[[], Any], how: Mapping[str, Any], wanted: set[int]) -> None:
        """What the decimal mark is by columns of numbers that are not needed, where they prove one and not the other."""
        others = sorted(set(range(self.width)) - wanted)
        if not others:
            return
        beside: pd.DataFrame = pd.read_csv(rows(), dtype=str, **{**how, "usecols": others, "nrows": _LOOKED_AT})
        cells = [
            str(cell) for i in beside for cell in beside[i].dropna().unique() if i in self._settling or "%" in cell
        ]
        marks = marks_of(cells)
        self.proved = marks.pop() if len(marks) == 1 else None

    def _weigh(self, numbers: pd.DataFrame) -> None:
        """Which mark is usual between commas, where neither the numbers that are read nor other columns settle it: none."""
        if self.proved is None and self.separator == "," and self._unproved():
            quoted = _QUOTED.search(self._text, self._start) is not None
            opened = any(may_be_thousands(numbers[i].dropna().unique(), quoted=quoted) for i in numbers)
            self.usual = None if opened else "point"

    def _thousands_among(self, texts: set[int], numbers: set[int], frame: pd.DataFrame) -> bool:
        """Whether points between commas may be those of thousands: in quotes, or beside a number below that has no point."""
        if self.separator != "," or self._text.find(b'"', self._start) >= 0:
            return True
        columns = {i: frame[i].to_numpy(np.float64) for i in numbers}
        if texts | numbers == set(range(self.width)) and not any(
            "." in cell for i in texts for cell in frame[i].dropna().unique()
        ):
            there = sum(int(np.count_nonzero(np.isfinite(values))) for values in columns.values())
            if _count(self._text, ".", self._start) == there:
                return False  # each number has a point
        at = np.flatnonzero(sum((values < _THOUSAND) & (np.rint(values) == values) for values in columns.values()))
        ends = _line_ends(self._text, self._start)
        if len(at) > _LOOKED_AT_WHOLE or len(ends) != len(frame):
            return True
        starts = np.append(self._start, ends[:-1] + 1)[at].tolist()
        lines = (self._text[a:b].decode().split(",") for a, b in zip(starts, ends[at].tolist(), strict=True))
        return any(is_below_thousand(cells[i]) for cells in lines for i in numbers)


_NO_NUMBERS = ("date", "time", "ticker", "currency", "exchange")
"""What columns may be of whose cells prove no decimal mark, though 17.35 looks like a number."""
_NEAR, _SOME = 24, 64
"""So many bytes before a mark its cell may begin; so many marks of a piece are looked at one by one."""


def _proving(text: bytes, start: int, separator: str, mark: str) -> re.Match[bytes] | None:
    """The first cell from `start` on that can only have this decimal mark.

    Marks between one to three digits and three more are passed over, many at once: they prove nothing.
    """
    proof = _proof(separator, mark)
    if hit := proof.search(text, start, text.find(b"\n", start + _SAMPLE) + 1 or len(text)):
        return hit
    held = np.frombuffer(text, np.uint8)
    for i in range(start, len(held), _PIECE):
        low = max(i - 4, 0)
        piece = np.concatenate([np.zeros(4 - (i - low), np.uint8), held[low : i + _PIECE + 4], np.zeros(4, np.uint8)])
        at = np.flatnonzero(piece[4:-4] == ord(mark)) + 4
        at = at[at < _PIECE + 4]
        digit = piece - np.uint8(ord("0")) < 10
        open_ones = digit[at - 1] & digit[at + 1] & digit[at + 2] & digit[at + 3] & ~digit[at + 4]
        open_ones &= ~(digit[at - 2] & digit[at - 3] & digit[at - 4])
        open_ones &= (piece[at - 1] != ord("0")) | digit[at - 2]
        odd = (at[~open_ones] + i - 4).tolist()
        if len(odd) > _SOME:
            if hit := proof.search(text, max(i - _NEAR, start), text.find(b"\n", i + _PIECE) + 1 or len(text)):
                return hit
            continue
        for k in odd:  # up to the end of its line: half a cell may look like a proof
            if hit := proof.search(text, max(k - _NEAR, start), text.find(b"\n", k) + 1 or len(text)):
                return hit
    return None


def _broken(numbers: NDArray[np.float64]) -> bool:
    """Whether one of the numbers (N,) is not whole; mostly one of the first is."""
    with np.errstate(invalid="ignore"):  # infinite ones are refused where their cell is known
        return any(bool((some % 1 > 0).any()) for some in (numbers[:_LOOKED_AT], numbers[_LOOKED_AT:]))


def _texts_alone(column: pd.Series[Any]) -> bool:
    """Whether a column as pandas reads it holds texts as they are written."""
    held = column.cat.categories if isinstance(column.dtype, pd.CategoricalDtype) else column
    return bool(infer_dtype(held) in ("string", "empty"))


class _Rows:
    """Rows of a text for pandas, which decodes and encodes anew what comes of a BytesIO."""

    def __init__(self, text: bytes, start: int) -> None:
        """Of the text from here on."""
        self._bytes = BytesIO(text)
        self._bytes.seek(start)
        self.read = self._bytes.read

    def __iter__(self) -> Iterator[bytes]:
        """Line by line."""
        return self._bytes


_PIECE = 1 << 18
"""Bytes that are looked at together: they stay in the cache."""


def _line_ends(text: bytes, start: int) -> Ints:
    """(L,) where the lines of a text from `start` on end."""
    held = np.frombuffer(text, np.uint8)
    parts = [np.flatnonzero(held[i : i + _PIECE] == 10) + i for i in range(start, len(held), _PIECE)]
    ends = np.concatenate(parts) if parts else np.empty(0, np.int64)
    return ends if text.endswith(b"\n") else np.append(ends, len(text))


def _count(text: bytes, mark: str, start: int = 0) -> int:
    """How often a mark stands in a text from `start` on; where there are many, quicker than to look for each."""
    held = np.frombuffer(text, np.uint8)
    return sum(int(np.count_nonzero(held[i : i + _PIECE] == ord(mark))) for i in range(start, len(held), _PIECE))


def _edges(text: bytes, start: int, separator: str) -> Iterator[tuple[int, Bools | None, Bools]]:
    """Of each piece of a text from `start` on: where it begins, the bytes that end lines, and those that separate cells.

    Separators in quotation marks separate nothing. None: there are marks that do not enclose whole cells of one line.
    """
    held = np.frombuffer(text, np.uint8)
    quoted, open_before = text.find(b'"', start) >= 0, False
    for i in range(start, len(held), _PIECE):
        piece = held[i : i + _PIECE]
        lines, marks = piece == 10, piece == ord(separator)
        if quoted:
            quotes = piece == ord('"')
            within = _odd_so_far(quotes) ^ open_before
            open_before = bool(within[-1])
            edge = lines | marks | quotes | (piece == 13)
            before, behind = (
                (k < start or k >= len(held) or chr(held[k]) in f'\r\n"{separator}') for k in (i - 1, i + len(piece))
            )
            astray = quotes & np.where(within, ~np.append(before, edge[:-1]), ~np.append(edge[1:], behind))
            if astray.any() or (lines & within).any() or (open_before and i + len(piece) == len(held)):
                yield i, None, marks
                return
            marks &= ~within
        yield i, lines, marks


def _cut_short(row: Sequence[str], above: Sequence[str]) -> Phrase | None:
    """What speaks for the last cell of a file being cut: those above it all have more digits, or something behind them."""
    cell = row[-1]
    if not cell or cell in above:
        return None
    if _PLAIN_NUMBER.fullmatch(cell):
        like = _longer_number(cell, row[:-1], [text for text in above if re.match("[+-]?[0-9]", text)])
    else:
        like = None if any(map(str.isdigit, cell)) else _word_begun(cell, above)
    if like is None:
        return None
    return Phrase(
        "the last row may break off: {cell} is shorter than the cells above it, such as {whole}", cell=cell, whole=like
    )


def _longer_number(cell: str, beside: Sequence[str], above: Sequence[str]) -> str | None:
    """A number like those that one may be cut of; None: it is whole as far as can be told, or no digit of it would matter."""
    if len(above) < _FEW_ABOVE or any(_same_number(cell, text) for text in beside):
        return None
    fewest, own = min(map(_behind_mark, above)), _behind_mark(cell)
    bare = not any(text[-1:].isdigit() for text in above)
    whole_numbers = cell != "0" and not max(map(_behind_mark, above)) and len(cell) < min(map(len, above)) - 1
    matters = len(re.sub("[^0-9]", "", cell).lstrip("0")) < _ENOUGH
    return above[-1] if bare or whole_numbers or (own < fewest and matters) else None


def _word_begun(cell: str, above: Sequence[str]) -> str | None:
    """The word that one begins, of a column in which each word but its heading stands again and again."""
    counts = Counter(above)
    again = len(above) >= _FEW_ABOVE and list(counts.values()).count(1) < 2
    return next((text for text in counts if text.startswith(cell)), None) if again else None


def _same_number(one: str, other: str) -> bool:
    """Whether two texts are one number but for the zeros behind its mark: 128.9 and 128.90."""
    return bool(_behind_mark(one)) and one.rstrip("0") == other.rstrip("0")


_PLAIN_NUMBER = re.compile(r"[+-]?[0-9][0-9.,']*")


def _behind_mark(text: str) -> int:
    """How many digits stand behind the last mark of a number."""
    found = re.search(r"[.,]([0-9]+)\D*$", text)
    return len(found[1]) if found else 0


def is_total(cells: Sequence[Any]) -> bool:
    """Whether a row adds others up: it begins with a word for that and has no date."""
    return bool(cells) and fold(str(cells[0])) in _totals() and not any(map(looks_like_one, cells))


@cache
def _totals() -> frozenset[str]:
    return frozenset(map(fold, words("cells")["totals"]))


def _odd_so_far(marks: Bools) -> Bools:
    """(N,) whether there are an odd number of marks up to here, this one counted; 64 at a time, since a running sum is slow."""
    bits = np.packbits(np.pad(marks, (0, -len(marks) % 64)), bitorder="little").view("<u8")
    for step in (1, 2, 4, 8, 16, 32):
        bits = bits ^ (bits << np.uint64(step))
    before = np.bitwise_xor.accumulate(bits >> np.uint64(63))
    bits[1:] ^= np.where(before[:-1] == 1, np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(0))
    return np.unpackbits(bits.view(np.uint8), count=len(marks), bitorder="little").view(np.bool_)


def _words(cell: str) -> bool:
    """Whether a cell holds several words, or a sentence in letters that are written without blanks."""
    return len(cell.split()) > 1 or ((len(cell) > 12 or ":" in cell or "：" in cell) and not cell.isascii())


@cache
def _spelt() -> list[str]:
    """The marks of missing numbers as they are written."""
    return sorted(
        {form for mark in missing_marks() for form in (mark, mark.upper(), mark.capitalize(), mark.title())} | {"NaN"}
    )
