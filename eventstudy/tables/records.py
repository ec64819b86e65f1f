"""Where something stands in the sheets of .xls and .xlsb files, seen from their records, before any room is made for cells."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np

_LAST = 0xFFFFFFFA
"""Numbers of sectors from here on are marks."""
_SHEET, _SEVERAL = 0x809, 0xBD
_ONE = {0x06, 0xD6, 0xFD, 0x203, 0x204, 0x205, 0x27E}
"""Records of one cell: a formula, texts, a number, a truth value or an error."""


def sheets_of_xls(content: bytes) -> Iterator[list[tuple[int, int]]]:
    """Row and column, from 1, of the cells of each sheet of an .xls file.

    Raises:
        LookupError, ValueError, struct.error: it is none.
    """
    data = _stream(content)
    found: list[tuple[int, int]] = []
    at = 0
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        at += 4
        if kind == _SHEET:
            yield found
            found = []
        elif kind in _ONE or kind == _SEVERAL:
            row, column = struct.unpack_from("<HH", data, at)
            found += [(row + 1, column + 1 + i) for i in range((length - 6) // 6 if kind == _SEVERAL else 1)]
        at += length
    yield found


def cells_of_xlsb(data: bytes) -> Iterator[tuple[int, int]]:
    """The same of one sheet of an .xlsb file: records of a kind, a length (seven bits a byte) and data."""
    at = row = 0
    while at < len(data):
        kind, at = data[at], at + 1
        if kind & 128:
            kind, at = kind & 127 | data[at] << 7, at + 1
        length = shift = 0
        more = True
        while more:
            length |= (data[at] & 127) << shift
            more, shift, at = data[at] > 127, shift + 7, at + 1
        if kind == 0:
            row = int.from_bytes(data[at : at + 4], "little") + 1
        elif 2 <= kind <= 11:  # 1 is a cell that has a format alone
            yield row, int.from_bytes(data[at : at + 4], "little") + 1
        at += length


def _stream(content: bytes) -> bytes:
    """The stream of a compound file that holds the book: sectors that follow each other by a table."""
    size = 1 << min(struct.unpack_from("<H", content, 30)[0], 16)
    first, cutoff, first_small = struct.unpack_from("<I4xII", content, 48)
    more = struct.unpack_from("<I", content, 68)[0]
    body = content[size:]
    listed = list(struct.unpack_from("<109I", content, 76))
    while more < _LAST and len(listed) * size <= len(content) + 109 * size:
        part = struct.unpack_from(f"<{size // 4}I", body, more * size)
        listed += part[:-1]
        more = part[-1]
    table = np.frombuffer(b"".join(body[i * size : (i + 1) * size] for i in listed if i < _LAST), "<u4")
    folder = _chain(body, table, size, first)
    entries: dict[str, tuple[int, int]] = {}
    for at in range(0, len(folder) - 127, 128):
        name = folder[at : at + max(folder[at + 64] - 2, 0)].decode("utf-16le", "replace")
        entries.setdefault(name.lower() if at else "", struct.unpack_from("<IQ", folder, at + 116))
    start, length = entries.get("workbook") or entries["book"]
    if length & 0xFFFFFFFF >= cutoff:
        return _chain(body, table, size, start)
    small = np.frombuffer(_chain(body, table, size, first_small), "<u4")
    return _chain(_chain(body, table, size, entries[""][0]), small, 64, start)


def _chain(body: bytes, table: np.ndarray[tuple[int], np.dtype[np.uint32]], size: int, first: int) -> bytes:
    """The sectors from one on; no more of them than there are, should they go in circles."""
    parts: list[bytes] = []
    while first < len(table) and len(parts) < len(table):
        parts.append(body[first * size : (first + 1) * size])
        first = int(table[first])
    return b"".join(parts)
