"""Bytes of files: from a path, standard input, or inside a zip or gz; what kind they are is seen from the bytes."""

from __future__ import annotations

import gzip
import os
import re
import sys
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import pandas as pd

from eventstudy import disk
from eventstudy.errors import InvalidFile, InvalidRequest, Sentence
from eventstudy.language import Phrase
from eventstudy.tables.documents import is_document, table_of_document
from eventstudy.tables.frames import headed_frame, pandas_of
from eventstudy.tables.headed import Headed, headed
from eventstudy.tables.parts import one_date
from eventstudy.tables.place import DOCUMENTS, TABLES, Place, Reading
from eventstudy.tables.text import HEADS, TextCells
from eventstudy.tables.workbook import Book, BookCells
from eventstudy.tables.written import looks_like_one

Kind = Literal["text", "document", "workbook", "parquet", "feather"]

_MOST = 1_000_000_000
"""No file is unpacked beyond so many bytes."""
_DATED = 2
"""A sheet with fewer rows with dates, beside others, is no table of prices."""
_USUAL, _PACKED = 100_000_000, 50
"""And beyond so many only up to so many times its packed size: tables of prices and events are packed to a third or a tenth."""
_FILES, _DEEPEST = 10_000, 3
"""An archive holds at most so many files, and a file is packed at most so many times."""

_PACKED_OTHERWISE = (
    *(b"BZh%d1AY&SY" % k for k in range(1, 10)),
    b"\xfd7zXZ",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x28\xb5\x2f\xfd",
)
"""How files begin that are packed by bzip2, xz, 7-Zip, RAR or Zstandard;"""
_NO_TABLES = (
    *(b"%PDF", b"\x89PNG", b"GIF8", b"\x89HDF", b"SQLite format"),
    *(b"<stata_dta>", b"q\x01\x01", b"q\x02\x01", b"r\x01\x01", b"r\x02\x01", b"s\x01\x01", b"s\x02\x01"),  # Stata
    *(b"RDX2\n", b"RDX3\n", b"X\n\0\0\0"),  # R
    *(b"$FL2@(#)", b"$FL3@(#)", b"MATLAB 5.0 MAT"),  # SPSS, Matlab
)
"""and those that hold other things than tables, or tables that only one program writes."""


def room(packed: int) -> int:
    """Bytes that a packed file of this size may unpack to."""
    return min(_MOST, max(_USUAL, _PACKED * packed))


@dataclass(frozen=True)
class Opened:
    """The bytes of one file, and what messages call it."""

    name: str
    content: bytes

    @property
    def kind(self) -> Kind:
        """What the bytes are.

        Raises:
            InvalidFile: a pickle, or a kind of file that no table is in.
        """
        c = self.content
        if c.startswith(b"PAR1"):
            return "parquet"
        if c.startswith((b"ARROW1", b"FEA1")):
            return "feather"
        if c.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
            return "workbook"
        if c[:1] == b"\x80" and c[1:2] in b"\x02\x03\x04\x05":
            raise InvalidFile(
                Sentence("the file is a pickle, which can run code: it is not opened"),
                where=self.name,
                hint=Sentence("in Python hand over the frame itself, or save it as Parquet or CSV"),
            )
        if c.startswith(_PACKED_OTHERWISE):
            raise InvalidFile(
                Sentence("the file is packed in a way that is not opened"),
                where=self.name,
                hint=Sentence("unpack it, or pack it as .zip or .gz"),
            )
        if c.startswith(_NO_TABLES) or c[84:92] == b"SAS FILE" or c[8:12] == b"DUCK":
            raise InvalidFile(
                Sentence("the file holds no table that is read"),
                where=self.name,
                hint=Sentence("save the table as CSV or .xlsx"),
            )
        return "document" if is_document(self.name, c) else "text"

    @property
    def stem(self) -> str:
        """The name without folders and suffixes."""
        name = PurePosixPath(self.name.replace("\\", "/")).name
        while True:
            low = name.lower()
            suffix = next((s for s in (*TABLES, *DOCUMENTS) if low.endswith(s)), None)
            if suffix is None:
                return name
            name = name[: -len(suffix)]


def opened(path: Path | str) -> list[Opened]:
    """The file at a path, `-` for standard input, unpacked; of an archive of several files all of them.

    Raises:
        InvalidFile: it is not there, or cannot be read.
    """
    if str(path) == "-":
        content = sys.stdin.buffer.read(_MOST + 1)
        if len(content) > _MOST:
            raise InvalidFile(
                Sentence("there is more than {most} MB of it", most=_MOST // 1_000_000),
                where=Sentence("standard input"),
                hint=_TOO_LARGE,
            )
        return _unpacked(Opened(Sentence("standard input"), content))
    path = Path(path)
    if not os.path.exists(path):  # also of a name that cannot be
        several = [one.strip() for one in str(path).split(",")]
        hint = Sentence("check the path")
        if len(several) > 1 and all(os.path.exists(one) for one in several):
            options = " ".join(f"--prices {one}" for one in several)
            hint = Sentence("name each file by an option of its own: {options}", options=options)
        raise InvalidFile(Sentence("there is no such file"), where=str(path), available=beside(path), hint=hint)
    return _unpacked(Opened(path.name, disk.read_bytes(path, most=_LARGEST)))


_LARGEST = 4 * _MOST
"""Bytes of a file itself."""


def beside(path: Path, suffixes: tuple[str, ...] = TABLES) -> str | None:
    """The files that lie where one was looked for."""
    if not os.path.isdir(path.parent):
        return Sentence("nothing: the folder {folder} does not exist", folder=path.parent)
    return ", ".join(sorted(p.name for p in path.parent.iterdir() if p.suffix.lower() in suffixes)[:20]) or None


def _unpacked(one: Opened, deep: int = 0) -> list[Opened]:
    most = room(len(one.content))
    if deep > _DEEPEST:
        raise InvalidFile(
            Sentence("the file is packed more than {deepest} times", deepest=_DEEPEST),
            where=one.name,
            hint=Sentence("unpack it"),
        )
    if one.content.startswith(b"\x1f\x8b"):
        try:
            with gzip.GzipFile(fileobj=BytesIO(one.content)) as packed:
                inside = packed.read(most + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise InvalidFile(
                Sentence("the file cannot be unpacked: {said}", said=error),
                where=one.name,
                hint=Sentence("it was written only half"),
            ) from error
        if len(inside) > most:
            raise InvalidFile(
                Sentence("the file unpacks to more than {most} MB", most=most // 1_000_000),
                where=one.name,
                hint=_TOO_LARGE,
            )
        return _unpacked(Opened(one.name[:-3] if one.name.lower().endswith(".gz") else one.name, inside), deep + 1)
    if not one.content.startswith(b"PK"):
        return [one]
    try:
        with zipfile.ZipFile(BytesIO(one.content)) as archive:
            names, every = archive.namelist(), sum(i.file_size for i in archive.infolist())
            if every > most or len(names) > _FILES:
                what = (
                    Sentence("more than {files:,} files", files=_FILES)
                    if every <= most
                    else Sentence("files of more than {most} MB", most=most // 1_000_000)
                )
                raise InvalidFile(Sentence("the archive holds {what}", what=what), where=one.name, hint=_TOO_LARGE)
            if "[Content_Types].xml" in names or "mimetype" in names:
                return [one]
            members = [i for i in archive.infolist() if i.filename and not i.is_dir() and not _aside(i.filename)]
            if len(members) > 1:  # words of the vendor beside the table
                members = [i for i in members if not _TERMS.search(PurePosixPath(i.filename).stem)] or members
            found = [Opened(PurePosixPath(i.filename).name, archive.read(i)) for i in members]
    except (zipfile.BadZipFile, RuntimeError, OSError, zlib.error, ValueError) as error:
        raise InvalidFile(
            Sentence("the archive cannot be read: {said}", said=error),
            where=one.name,
            hint=Sentence("pack it again, without a password"),
        ) from error
    if not found:
        raise InvalidFile(Sentence("the archive holds no file"), where=one.name)
    return [file for packed in found for file in _unpacked(packed, deep + 1)]


_TOO_LARGE = Sentence("hand over the part that is meant, in a file of its own")


_TERMS = re.compile(r"^(read[ _-]?me|licen[cs]e|terms|disclaimer|liesmich|lizenz)", re.I)


def _aside(name: str) -> bool:
    return name.startswith("__MACOSX") or PurePosixPath(name).name.startswith(".")


def frame_of(one: Opened) -> Any:
    """The frame in a Parquet or Feather file.

    Raises:
        InvalidFile: it is none. InvalidRequest: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.feather as feather
        import pyarrow.parquet as pq
    except ImportError:
        raise InvalidRequest(
            Sentence("Parquet and Feather need pyarrow"),
            where=one.name,
            hint=Sentence("python -m pip install 'eventstudy-lab[scale]', or save the prices as CSV"),
        ) from None
    try:
        if one.kind == "parquet":
            with pq.ParquetFile(pa.BufferReader(one.content)) as file:
                names, about = file.schema_arrow.names, file.metadata
                said = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
            _refuse_vast(one, max(said, 8 * about.num_rows * about.num_columns))
            tickers = [n for n in names if n.strip().lower() == "ticker"]  # read as a few names and many numbers
            table = pq.read_table(pa.BufferReader(one.content), read_dictionary=tickers, partitioning=None)
        else:
            table = (
                _feather(one) if one.content.startswith(b"ARROW1") else feather.read_table(pa.BufferReader(one.content))
            )
        frame = pandas_of(table)
        if frame is not None:
            for name in frame.columns[frame.dtypes == "str"]:
                frame[name].to_numpy()  # text that is none is told here
        return frame
    except InvalidFile:
        raise
    except Exception as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        kind = one.kind.capitalize()
        raise InvalidFile(
            Sentence("the file cannot be read as {kind}: {first}", kind=kind, first=first),
            where=one.name,
            hint=Sentence("write it again"),
        ) from error


def _feather(one: Opened) -> Any:
    """The table in a Feather file, part by part until there is no room for more."""
    import pyarrow as pa

    parts, held = [], 0
    with pa.ipc.open_file(pa.BufferReader(one.content)) as file:
        for i in range(file.num_record_batches):
            parts.append(file.get_batch(i))
            held += max(parts[-1].nbytes, 8 * parts[-1].num_rows * parts[-1].num_columns)  # empty cells take none yet
            _refuse_vast(one, held)
        return pa.Table.from_batches(parts, file.schema)


def _refuse_vast(one: Opened, size: int) -> None:
    """Refuse a table that takes so many bytes when it is read, where its file is too small for that."""
    if size > room(len(one.content)):
        raise InvalidFile(
            Sentence("the file unpacks to a table of more than {room} MB", room=room(len(one.content)) // 1_000_000),
            where=one.name,
            hint=_TOO_LARGE,
        )


def table_of(one: Opened, part: Literal["prices", "events"], reading: Reading) -> Headed:
    """The columns of a file under their headings.

    Raises:
        InvalidFile: it is no table.
    """
    place = Place(one.name, lambda i: Phrase("row {n}", n=i + 1))
    if one.kind in ("parquet", "feather"):
        return headed_frame(place, frame_of(one), part)
    if one.kind == "document":
        return table_of_document(place, one.content, part)
    if one.kind == "workbook":
        book = Book(place, one.content)
        return _headed(BookCells(book, book.only(part)), part)
    return _headed(TextCells(place, one.content, part, reading), part)


def tables_of(one: Opened, reading: Reading) -> tuple[dict[str, Headed], dict[str, str]]:
    """Tables in a file of prices by their sheets, '' where there are none to choose from, and why other sheets are no tables.

    Raises:
        InvalidFile: it holds no table.
    """
    if one.kind != "workbook":
        return {"": table_of(one, "prices", reading)}, {}
    book = Book(Place(one.name, lambda i: Phrase("row {n}", n=i + 1)), one.content)
    names = book.sheets("prices")
    if len(names) == 1:
        return {"": _headed(BookCells(book, names[0]), "prices")}, {}
    found, others = dict[str, Headed](), dict[str, str]()
    for name in names:
        if sum(any(map(looks_like_one, row)) for row in book.held[name][:HEADS]) < _DATED:
            others[name] = Sentence("it has no rows with dates")
            continue
        cells = BookCells(book, name)
        try:
            found[name] = _headed(cells, "prices")
        except InvalidFile as error:
            others[name] = error.what
    if not found:
        raise book.several(names, "prices")
    return found, others


def _headed(cells: BookCells | TextCells, part: str) -> Headed:
    return _turned(cells, part) or one_date(headed(cells, part), part)


def _turned(cells: BookCells | TextCells, part: str) -> Headed | None:
    """A table of prices whose days stand side by side in one row, and each security in a row of its own; None: it is none."""
    across = next((row for _, row in cells.heads[:10] if _days_across(row)), None)
    if part != "prices" or across is None:
        return None
    rows = cells.every()
    at = next(i for i, row in enumerate(rows) if _days_across(row))
    names = [c for c, v in enumerate(across) if not looks_like_one(v) and v not in (None, "")]
    days = [c for c, v in enumerate(across) if looks_like_one(v)]
    own = names[0] if names else days[0] - 1
    below = [row for row in rows[at + 1 :] if own < len(row) and row[own] not in (None, "")]
    if any(looks_like_one(row[own]) for row in below) or not below:
        return None
    columns = [[row[c] if c < len(row) else None for c in days] for row in below]
    frame = pd.DataFrame({"date": [across[c] for c in days]}, dtype=object)
    more = pd.DataFrame(dict(enumerate(columns)), dtype=object).set_axis([str(row[own]) for row in below], axis=1)
    found = headed_frame(
        Place(cells.place.name, lambda i: Phrase("column {n}", n=days[i] + 1)), pd.concat([frame, more], axis=1), part
    )
    usual = cells.weighed(columns) if isinstance(cells, TextCells) else cells.usual
    found.cells.usual, found.cells.said = usual, [*cells.said, Phrase("days side by side, turned")]
    return found


def _days_across(row: list[Any]) -> bool:
    others = (not looks_like_one(v) for v in row if v not in (None, ""))
    return sum(islice(filter(None, others), 3)) < 3 and sum(map(looks_like_one, row)) > 2
