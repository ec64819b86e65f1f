"""Files and folders of prices: one file, an archive, standard input, or a folder of files of one ticker each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path

from eventstudy.errors import InvalidFile, SourceError, SymbolUnknown
from eventstudy.language import Phrase
from eventstudy.prices import crsp
from eventstudy.prices._given import Wanted
from eventstudy.prices._read import read_table
from eventstudy.prices._shapes import named_by_file
from eventstudy.prices._table import PriceTable, together
from eventstudy.tables.opened import Opened, opened, table_of
from eventstudy.tables.place import TABLES, Reading

SOURCE_OF = {"text": "csv", "workbook": "xlsx", "parquet": "parquet", "feather": "parquet"}
"""What the source of a kind of file is called."""


def read_file(path: str | PathLike[str], wanted: Wanted, reading: Reading | None = None) -> PriceTable:
    """The prices of a file, an archive, standard input (`-`) or a folder; what lacks is in `missing`.

    Raises:
        InvalidFile: they cannot be read as prices, or in two ways; says where, and what settles it.
    """
    reading = reading or Reading()
    path = Path(path)
    if os.path.isdir(path):  # also of a name that cannot be
        return _many(_listed(path), path.name or str(path), wanted, reading)
    files = opened(path)
    if len(files) > 1:
        return _many(files, path.name, wanted, reading)
    return _one(files[0], wanted, reading)


def _listed(path: Path) -> list[Path]:
    found = [
        p
        for p in sorted(path.iterdir())
        if p.is_file() and p.suffix.lower() in TABLES and not p.name.startswith((".", "~$"))
    ]
    if not found:
        raise InvalidFile(
            "the folder holds no table", where=str(path), available=", ".join(TABLES), hint="check the path"
        )
    return found


def _one(file: Opened, wanted: Wanted, reading: Reading) -> PriceTable:
    table = table_of(file, "prices", reading)
    source = SOURCE_OF[file.kind]
    if crsp.recognised(table.headings) and reading.values is None:
        return crsp.read_export(table, wanted, reading)
    result = read_table(table, wanted, reading, source, file.stem)
    if not getattr(table.cells, "whole", True):
        last = table.place.row(table.cells.rows - 1)
        note = f"{last}, the last one, has no line end: if the file was cut off, its last number is too short"
        result = replace(result, info={t: replace(i, notes=(*i.notes, note)) for t, i in result.info.items()})
    return result


def _many(files: Sequence[Path | Opened], name: str, wanted: Wanted, reading: Reading) -> PriceTable:
    """Of several files those whose names hold a ticker that is asked for as a word; where none does, all of them."""
    if wanted.tickers is None:
        return _joined([_one(f, wanted, reading) for one in files for f in _bytes(one)], name, [])
    stems = [(one, _stem(one)) for one in files]
    tables, missing = [], dict[str, SourceError]()
    every = dict.fromkeys([*wanted.tickers, *wanted.besides])
    named = {t: [one for one, stem in stems if named_by_file(stem, [t]) == t] for t in every}
    if not any(named.values()):
        return _joined([_one(f, wanted, reading) for one in files for f in _bytes(one)], name, list(wanted.tickers))
    for ticker, mine in named.items():
        if not mine and ticker not in wanted.tickers:
            continue
        if len(mine) != 1:
            stated = ", ".join(_name(one) for one in (mine or [one for one, _ in stems])[:20])
            what = f"{len(mine)} files of {name} are named {ticker}" if mine else f"{name} has no file of {ticker!r}"
            missing[ticker] = SymbolUnknown(what, where=f"ticker {ticker}", available=stated)
            continue
        own = Wanted([ticker], wanted.start, wanted.end)
        tables += [_one(file, own, reading) for file in _bytes(mine[0])]
    result = _joined(tables, name, list(wanted.tickers))
    return replace(result, missing={**result.missing, **missing})


def _bytes(one: Path | Opened) -> list[Opened]:
    return [one] if isinstance(one, Opened) else opened(one)


def _stem(one: Path | Opened) -> str:
    return one.stem if isinstance(one, Opened) else Opened(one.name, b"").stem


def _name(one: Path | Opened) -> str:
    return one.name


def _joined(tables: Iterable[PriceTable], name: str, order: list[str]) -> PriceTable:
    found = list(tables)
    met: set[str] = set()
    for table in found:
        if twice := met & set(table.tickers):
            raise InvalidFile(
                f"several files hold prices of {', '.join(sorted(twice)[:3])}", where=name, hint="keep one of them"
            )
        met |= set(table.tickers)
    result = together(found, [t for t in order if t in met])
    return replace(result, read_as=(Phrase("{n} files of one ticker each", n=len(found)), *result.read_as))
