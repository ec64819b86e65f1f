"""The cells of a CSV file: bytes become columns, and what is broken is refused with its row."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype

from eventstudy.errors import InvalidFile
from eventstudy.prices._given import Ints, Place, numbers

_LINE, _COMMA = 10, 44
_PANDAS = tuple(int(n) for n in pd.__version__.split(".")[:2])
# Numbers are read to the last bit. From 3.1 on pandas does so by itself, and warns when it is asked to.
_EXACT: dict[str, Any] = {} if _PANDAS >= (3, 1) else {"float_precision": "round_trip"}


def text_of(place: Place, path: Path) -> bytes:
    """The bytes of the file in UTF-8 without a byte order mark, lines ended by a line feed."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise InvalidFile("there is no such file", where=str(path), hint="check the path") from None
    except OSError as error:
        raise InvalidFile(f"the file cannot be read: {error.strerror}", where=str(path)) from error
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise place.fault("the file is UTF-16, not UTF-8", hint="save it as 'CSV UTF-8'")
    raw = raw.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InvalidFile(
            f"the file is not UTF-8: byte 0x{raw[error.start]:02x}",
            where=f"{place.name}, row {line}",
            hint="save it as 'CSV UTF-8'",
        ) from None
    if not raw.strip():
        raise place.fault("the file is empty", hint="prices are ticker,date,close or date,TICKER,TICKER,...")
    if b"\0" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
        raise InvalidFile("the file holds zero bytes: it was written only half", where=f"{place.name}, row {line}")
    return raw


def header_of(place: Place, raw: bytes) -> tuple[list[str], bytes]:
    """The column names, and the bytes from the line after them on."""
    first, _, body = raw.partition(b"\n")
    try:
        names = next(csv.reader(StringIO(first.decode("utf-8"))), [])
    except csv.Error as error:
        raise place.fault(f"the column names cannot be read: {error}", hint="is it a CSV file of prices?") from error
    if len(names) < 2:
        sep = next((s for s in (";", "\t", "|") if s in first.decode("utf-8")), None)
        raise place.fault(
            "the first row holds no column names separated by commas",
            available=first.decode("utf-8")[:80] or "an empty row",
            hint=f"columns seem to be separated by {sep!r}: save the file with commas and decimal points"
            if sep
            else "begin with ticker,date,close or date,TICKER,TICKER,...",
        )
    return [name.strip() for name in names], body


def lines_of(place: Place, raw: bytes, body: bytes, width: int) -> Ints:
    """(N,) the row of the file each row of prices stands in; all have `width` cells.

    Raises:
        InvalidFile: a row has more or fewer cells, or there is no row at all.
    """
    cells, blank = _cells(place, body)
    odd = np.flatnonzero((cells != width) & ~blank)
    if len(odd):
        line, found = int(odd[0]) + 2, int(cells[odd[0]])
        last = odd[0] == np.flatnonzero(~blank)[-1]
        raise InvalidFile(
            f"the row has {found} cell{'s' if found != 1 else ''} where the header has {width}",
            where=f"{place.name}, row {line}",
            available=body.split(b"\n")[odd[0]].decode("utf-8")[:80],
            hint="it is the last row: the file looks half-written, write it again" if last else "add or remove cells",
        )
    lines = np.flatnonzero(~blank) + 2
    if not len(lines):
        raise place.fault("there is a header but no row of prices")
    if not raw.endswith(b"\n") and raw[-1:] in b",.-+eE":
        raise InvalidFile(
            "the last row breaks off",
            where=f"{place.name}, row {lines[-1]}",
            available=body.rsplit(b"\n", 1)[-1].decode("utf-8")[:80],
            hint="the file looks half-written: write it again",
        )
    return lines


def _cells(place: Place, body: bytes) -> tuple[Ints, np.ndarray[Any, np.dtype[np.bool_]]]:
    """(L,) how many cells each line has, and which lines are blank."""
    if b'"' in body:
        try:
            rows = list(csv.reader(StringIO(body.decode("utf-8")), strict=True))
        except csv.Error as error:
            raise place.fault(f"the quotation marks do not pair up: {error}", hint="write the file again") from None
        if any("\n" in cell for row in rows for cell in row):
            raise place.fault("a quoted cell spans several rows", hint="check the quotation marks")
        return np.array([len(r) for r in rows], np.int64), np.array([not any(c.strip() for c in r) for r in rows])
    text = np.frombuffer(body, np.uint8)
    ends = np.append(np.flatnonzero(text == _LINE), [] if body.endswith(b"\n") else len(text)).astype(np.int64)
    commas = np.diff(np.searchsorted(np.flatnonzero(text == _COMMA), ends), prepend=0)
    starts = np.concatenate([[0], ends[:-1] + 1]).astype(np.int64)
    blank = ends == starts
    for i in np.flatnonzero((commas == 0) & ~blank):
        blank[i] = not body[starts[i] : ends[i]].strip()
    return commas.astype(np.int64) + 1, blank


def parse(place: Place, body: bytes, names: dict[int, str], texts: set[int]) -> pd.DataFrame:
    """All cells: columns of `texts` as text, the others as floats with NaN where empty."""
    width = range(len(names))
    how: dict[str, Any] = {"header": None, "names": list(width), "index_col": False, "keep_default_na": False}
    how |= {"skipinitialspace": True, "encoding": "utf-8", "engine": "c"}
    empty: dict[Any, list[str]] = {i: [""] for i in width if i not in texts}

    def read(kind: Any) -> pd.DataFrame:
        kinds = {i: kind if i in texts else np.float64 for i in width}
        return pd.read_csv(BytesIO(body), dtype=kinds, na_values=empty, **how, **_EXACT)  # type: ignore[no-any-return]

    try:
        frame = read("category")  # fast, but pandas makes numbers of categories that all look like one: 007, TRUE
        if any(infer_dtype(frame[i].cat.categories) != "string" for i in texts):
            frame = read(str)
    except ValueError:
        frame = pd.read_csv(BytesIO(body), dtype=str, **how)
        for i in empty:
            frame[i] = numbers(place, names[i], frame[i])
    frame.columns = pd.Index([names[i] for i in width])
    return frame


def texts_of(column: pd.Series[Any]) -> tuple[Ints, list[str]]:
    """(N,) codes and the distinct texts they stand for, without blanks around them."""
    codes, found = pd.factorize(column)
    place_of: dict[str, int] = {}
    renumbered = [place_of.setdefault(str(text).strip(), len(place_of)) for text in found]
    return np.array(renumbered, dtype=np.int64)[codes], list(place_of)
