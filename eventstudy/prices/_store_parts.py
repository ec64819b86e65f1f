"""What a fetch wrote of a series, columns of numbers in a row of the file, and the series made of these again.

A part holds the bars that a vintage added or changed, a column after the other, and the days that it no longer has; nothing
is ever written over. A part that is `whole` needs none before it. A series is what its parts say in their order: of each day
the last.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from eventstudy.errors import Sentence
from eventstudy.prices._base import FIELDS
from eventstudy.text import json_text

FARTHEST = 100_000
"""Days from 1970 within which every session lies."""
_READ = """SELECT rowid, typeof(bars) = 'blob', number, whole, columns, gone FROM part
  WHERE series_id = :series AND number <= :number AND number >=
    (SELECT max(number) FROM part WHERE series_id = :series AND number <= :number AND whole) ORDER BY number"""
_WRITE = "INSERT INTO part(series_id, number, whole, columns, gone, bars) VALUES (?, ?, ?, ?, ?, ?)"


_OF_A_HASH = 64
"""Hexadecimal digits of SHA-256."""


class NoPart(ValueError):
    """What is written there cannot be bars."""


class Bars(NamedTuple):
    """Some days of a series."""

    days: NDArray[np.int64]
    """(n,) days from 1970-01-01, ascending."""
    columns: tuple[str, ...]
    values: NDArray[np.float64]
    """(k, n) a row a column; NaN: nothing is known."""


class Part(NamedTuple):
    """What one vintage wrote, as it stands in the file."""

    number: int
    whole: int
    columns: str
    """A list of names as JSON."""
    gone: bytes
    """Days, each a little-endian integer of eight bytes."""
    bars: bytes
    """Days as in `gone`, then for each column its values as little-endian floats of eight bytes."""


def part_of(number: int, whole: bool, gone: NDArray[np.int64], bars: Bars) -> Part:
    """A part as it is written."""
    days, values = (a.astype(kind).tobytes() for a, kind in ((bars.days, "<i8"), (bars.values, "<f8")))
    return Part(
        number, int(whole), json_text(list(bars.columns), indent=None), gone.astype("<i8").tobytes(), days + values
    )


def write(db: sqlite3.Connection, series: int, part: Part) -> None:
    """Write a part of a series."""
    db.execute(_WRITE, (series, *part))


def read(db: sqlite3.Connection, series: int, number: int) -> list[Part]:
    """The parts that make a series as it was with the vintage of this number, in their order."""
    found = []
    for row, there, n, whole, columns, gone in db.execute(_READ, {"series": series, "number": number}).fetchall():
        bars = b""
        if there:
            with db.blobopen("part", "bars", row, readonly=True) as blob:  # in a query it would be copied twice
                bars = blob.read()
        found.append(Part(n, whole, columns, gone, bars))
    return found


def seal(parts: Sequence[Part]) -> str:
    """A checksum of parts as they stand there (CRC-32); empty where there is none.

    It costs a reader a third of a hash, and changes with any bit. That nobody who means to can make two alike is what the hash
    of a vintage is for.

    Raises:
        NoPart: there is something else than text and bytes.
    """
    try:
        return f"crc32:{reduce(lambda so_far, some: crc32(some, so_far), _written(parts), 0):08x}" if parts else ""
    except TypeError as error:
        raise NoPart(str(error)) from error


def is_sealed(parts: Sequence[Part], by: str) -> bool:
    """Whether parts are those that were sealed; earlier versions took a hash (SHA-256).

    Raises:
        NoPart: there is something else than text and bytes.
    """
    if len(by) != _OF_A_HASH:
        return bool(by) and seal(parts) == by
    try:
        return hashlib.sha256(b"".join(_written(parts))).hexdigest() == by
    except TypeError as error:
        raise NoPart(str(error)) from error


def _written(parts: Iterable[Part]) -> Iterator[bytes]:
    for part in parts:
        yield repr((part.number, part.whole, part.columns, len(part.gone), len(part.bars))).encode()
        yield from (part.gone, part.bars)


def series_of(parts: Sequence[Part], columns: Sequence[str]) -> Bars:
    """The series that parts make, in these columns.

    Raises:
        NoPart: there is what is no number or no day.
    """
    read = [_bars(part) for part in parts]
    if not read:
        return Bars(np.empty(0, np.int64), tuple(columns), np.empty((len(columns), 0)))
    if len(read) == 1:
        days, values = read[0][1].days, _in(read[0][1], columns)
    else:
        days, at = _last_of_each_day([(gone, bars.days) for gone, bars in read])
        values = np.concatenate([_in(bars, columns) for _, bars in read], axis=1)[:, at]
    if not (days[1:] > days[:-1]).all():
        raise NoPart(Sentence("days are not in order"))
    for day in (*days[:1], *days[-1:]):
        if not -FARTHEST < day < FARTHEST:
            raise NoPart(Sentence("{day} is no day", day=day))
    return Bars(days, tuple(columns), values)


def _last_of_each_day(
    written: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Days that are left, ascending, and where among all bars that were written, part after part, each has its last one.

    `written`: of each part the days that went and those that came.
    """
    days = np.concatenate([d for pair in written for d in pair])
    came = np.concatenate(
        [np.full(len(d), here) for pair in written for d, here in zip(pair, (False, True), strict=True)]
    )
    place = np.where(came, np.cumsum(came) - 1, -1)
    left, last = np.unique(days[::-1], return_index=True)
    at = place[::-1][last]
    return left[at >= 0], at[at >= 0]


def _bars(part: Part) -> tuple[NDArray[np.int64], Bars]:
    """The days that went, and the bars that came."""
    try:
        columns = json.loads(part.columns)
        gone, cells = np.frombuffer(part.gone, "<i8"), len(part.bars) // 8
        n = cells // (1 + len(columns))
        days = np.frombuffer(part.bars, "<i8", n)
        values = np.frombuffer(part.bars, "<f8", len(columns) * n, 8 * n).reshape(len(columns), n)
        if 8 * (n + values.size) != len(part.bars) or not set(columns) <= set(FIELDS):
            raise NoPart(Sentence("bars are cut off"))
    except (TypeError, ValueError, RecursionError) as error:
        raise NoPart(Sentence("there is no number: {said}", said=error)) from error
    return gone, Bars(days, tuple(columns), values)


def _in(bars: Bars, columns: Sequence[str]) -> NDArray[np.float64]:
    """(k, n) values in these columns; NaN where they were not written."""
    if bars.columns == tuple(columns):
        return bars.values
    nothing = np.full(bars.values.shape[1], np.nan)
    named = dict(zip(bars.columns, bars.values, strict=True))
    return np.array([named.get(name, nothing) for name in columns]).reshape(len(columns), -1)


def from_rows(db: sqlite3.Connection) -> None:
    """Write as parts what stands a row a bar, in the table `bar` of earlier versions.

    A row was true from the vintage `since` on, until the vintage `until`. What is no number becomes a missing value, and what
    is no day the farthest of all: the hash that was noted with the bars tells either, as before.
    """
    named = ", ".join(
        f"CASE typeof({name}) WHEN 'text' THEN NULL WHEN 'blob' THEN NULL ELSE {name} END" for name in FIELDS
    )
    rows = f"""SELECT CASE typeof(day) WHEN 'integer' THEN day ELSE {2**62} END, since,
      CASE typeof(until) WHEN 'integer' THEN until ELSE {2**62} END, {named} FROM bar
      WHERE series_id = ? AND typeof(since) = 'integer' ORDER BY day, since"""
    for (series,) in db.execute("SELECT DISTINCT series_id FROM bar").fetchall():
        _parts_of_rows(db, series, db.execute(rows, (series,)).fetchall())
        db.execute("DELETE FROM bar WHERE series_id = ?", (series,))


def _parts_of_rows(db: sqlite3.Connection, series: int, rows: list[tuple[Any, ...]]) -> None:
    day, since, until = (np.array([row[i] for row in rows], np.int64) for i in range(3))
    values = np.array([row[3:] for row in rows], float).T.reshape(len(FIELDS), -1)
    there = until > since
    day, since, until, values = day[there], since[there], until[there], values[:, there]
    used = [i for i in range(len(FIELDS)) if not np.isnan(values[i]).all()]
    columns, values = tuple(FIELDS[i] for i in used), values[used]
    for number in np.unique([*since, *until[until < 2**62]]).tolist():
        came = since == number
        gone = np.setdiff1d(day[until == number], day[came])
        whole = not ((since < number) & (until > number)).any()
        bars = Bars(day[came], columns, values[:, came])
        write(db, series, part_of(number, whole, gone[:0] if whole else gone, bars))
