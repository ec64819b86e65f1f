"""Files and folders of prices: one file, an archive, standard input, or a folder of files of one ticker each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path

from eventstudy.errors import InvalidFile, Sentence, SourceError, SymbolUnknown
from eventstudy.language import Phrase
from eventstudy.prices import crsp
from eventstudy.prices._following import one_after_the_other, series_of
from eventstudy.prices._given import Wanted, table_of_grids
from eventstudy.prices._read import read_table
from eventstudy.prices._shapes import (
    FORMS,
    is_other_list,
    matched,
    named_by_file,
    named_by_titles,
    names_nobody,
    shape_of,
)
from eventstudy.prices._table import PriceTable, together
from eventstudy.tables.headed import Headed
from eventstudy.tables.headings import role_of
from eventstudy.tables.opened import Opened, opened, tables_of
from eventstudy.tables.place import TABLES, Place, Reading

SOURCE_OF = {"text": "csv", "document": "csv", "workbook": "xlsx", "parquet": "parquet", "feather": "parquet"}
"""What the source of a kind of file is called."""
_ANSWERS = (".json", ".jsonl", ".ndjson")
"""What services answer is saved as; read of a folder that holds no other tables."""


def read_file(
    path: str | PathLike[str] | Sequence[str | PathLike[str]], wanted: Wanted, reading: Reading | None = None
) -> PriceTable:
    """The prices of a file, of several, of an archive, standard input (`-`) or a folder; what lacks is in `missing`.

    Raises:
        InvalidFile: they cannot be read as prices, or in two ways; says where, and what settles it.
    """
    reading = reading or Reading()
    if not isinstance(path, str | PathLike):
        return _several([Path(p) for p in path], wanted, reading)
    path = Path(path)
    if os.path.isdir(path):  # also of a name that cannot be
        return _many(_listed(path), path.name or str(path), wanted, reading)
    files = opened(path)
    if len(files) > 1:
        return _many(files, path.name, wanted, reading)
    return _one(files[0], wanted, reading)


def _listed(path: Path) -> list[Path]:
    there = [p for p in sorted(path.iterdir()) if p.is_file() and not p.name.startswith((".", "~$"))]
    found = [p for p in there if p.suffix.lower() in TABLES] or [p for p in there if p.suffix.lower() in _ANSWERS]
    if not found:
        raise InvalidFile(
            Sentence("the folder holds no table"),
            where=str(path),
            available=", ".join(TABLES),
            hint=Sentence("check the path"),
        )
    return found


def _one(file: Opened, wanted: Wanted, reading: Reading) -> PriceTable:
    tables, others = tables_of(file, reading)
    if "" in tables:
        return _of_table(file, tables[""], wanted, reading)
    asked = None if wanted.tickers is None else [*wanted.tickers, *wanted.besides]
    read, unread = dict[str, PriceTable](), list[str]()
    fields = {_field_of(sheet) for sheet in tables}
    for sheet, table in tables.items():
        try:
            shape = shape_of(table, reading, asked, sheet)
        except InvalidFile as error:
            others[sheet] = error.what
            continue
        if shape.closes and _field_of(sheet) in _BESIDE and fields & {"close", "adj_close"}:
            others[sheet] = Phrase("of a field that is not needed")
            continue
        own = shape.ticker is None and {t for t, _ in shape.columns} == {""}
        if own and not series_of(sheet) and sheet not in (asked or ()):  # 2023, 2024
            read[sheet] = _of_table(file, table, wanted, reading)
        elif own and names_nobody(sheet) and not (reading.ticker or named_by_titles(table.titles, asked)):
            others[sheet] = Phrase("its name is no ticker")
        elif own and asked and named_by_file(sheet, asked) not in asked and not any(matched(a, [sheet]) for a in asked):
            unread.append(sheet)  # of a ticker that nobody asks for
        else:
            read[sheet] = _of_table(file, table, wanted, reading, sheet)
    adjusted = next((sheet for sheet in read if _field_of(sheet) == "adj_close"), None)
    priced = next((sheet for sheet in read if _field_of(sheet) == "close"), None)
    if adjusted and priced:
        read[priced] = _with_adjusted(file, read[priced], read.pop(adjusted), adjusted)
    elif adjusted:
        said_of = (*read[adjusted].read_as, Phrase("adjusted closes, in place of closes"))
        read[adjusted] = replace(read[adjusted], read_as=said_of)
    if not read:
        what = (
            Sentence("no sheet is called by a ticker that is asked for")
            if unread
            else Sentence("no sheet is a table of prices")
        )
        raise InvalidFile(what, where=file.name, available=", ".join(unread) or _why(others), hint=_SHEET)
    said = Phrase("sheets of one table each: {n}", n=len(read) + len(unread))
    result = _joined(read.items(), file.name, list(wanted.tickers or ()), said, unread)
    if others:
        left = Phrase("sheets that are no tables of prices left aside: {names}", names=_why(others))
        result = replace(result, read_as=(*result.read_as, left))
    return result


def _with_adjusted(file: Opened, priced: PriceTable, adjusted: PriceTable, sheet: str) -> PriceTable:
    """Closes of one sheet, and beside them the adjusted ones of another."""
    close = priced.close
    beside = adjusted.close.reindex(index=close.index, columns=close.columns)
    made = table_of_grids(
        Place(file.name, str),
        SOURCE_OF[file.kind],
        close.index.to_numpy("datetime64[D]"),
        priced.tickers,
        {"close": close.to_numpy(float), "adj_close": beside.to_numpy(float)},
        Wanted(None),
        priced.tickers,
    )
    info = {t: replace(priced.info[t], basis=one.basis, notes=one.notes) for t, one in made.info.items()}
    told = Phrase("adjusted closes from the sheet {name}", name=sheet)
    return replace(priced, fields={**priced.fields, **made.fields}, info=info, read_as=(*priced.read_as, told))


_BESIDE = ("open", "high", "low", "volume", "nothing")
"""Fields that a sheet may hold of all tickers, beside a sheet of their closes."""


def _field_of(sheet: str) -> str | None:
    """The field that a sheet is called by."""
    found = role_of(sheet, "prices")
    return found[0] if found else None


_SHEET = Sentence(
    "call sheets by their tickers, or the one that is meant 'prices', with its columns ticker, date, close"
)


def _why(others: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({why})" for name, why in others.items())


def _of_table(file: Opened, table: Headed, wanted: Wanted, reading: Reading, sheet: str | None = None) -> PriceTable:
    """The prices of a table in a file; the sheet it is on may say of which ticker."""
    source = SOURCE_OF[file.kind]
    if crsp.recognised(table.headings) and reading.values is None:
        return crsp.read_export(table, wanted, reading)
    result = read_table(table, wanted, reading, source, sheet or file.stem, sheet=sheet is not None)
    if not getattr(table.cells, "whole", True):
        last = table.place.row(table.cells.rows - 1)
        note = Phrase(
            "{row}, the last one, has no line end: if the file was cut off, its last number is too short", row=last
        )
        result = replace(result, info={t: replace(i, notes=(*i.notes, note)) for t, i in result.info.items()})
    return result


def _several(paths: Sequence[Path], wanted: Wanted, reading: Reading) -> PriceTable:
    """The prices of files that were named one by one, each of which is read."""
    name = ", ".join(p.name for p in paths)
    if twice := next((p for k, p in enumerate(paths) if p in paths[:k]), None):
        raise InvalidFile(Sentence("the file is named twice"), where=str(twice), hint=Sentence("name each file once"))
    if reading.ticker and len(paths) > 1:
        raise InvalidFile(
            Sentence(
                "{n} files cannot all be of {ticker}, which --ticker says of each", n=len(paths), ticker=reading.ticker
            ),
            where=name,
            hint=Sentence("leave --ticker out, and call the file it is meant for {ticker}.csv", ticker=reading.ticker),
        )
    tables = [(Opened(p.name, b"").stem, read_file(p, wanted, reading)) for p in paths]
    return _joined(tables, name, list(wanted.tickers or ()), Phrase("{n} files", n=len(paths)))


def _many(files: Sequence[Path | Opened], name: str, wanted: Wanted, reading: Reading) -> PriceTable:
    """Of several files those whose names hold a ticker that is asked for as a word; where none does, all of them."""
    if wanted.tickers is None:
        return _all_of(files, name, wanted, reading)
    stems = [(one, _stem(one)) for one in files]
    tables, missing, lacking = list[tuple[str, PriceTable]](), dict[str, SourceError](), list[str]()
    every = dict.fromkeys([*wanted.tickers, *wanted.besides])
    named = {t: [one for one, stem in stems if named_by_file(stem, [t]) == t] for t in every}
    if not any(named.values()):
        return _all_of(files, name, wanted, reading)
    for ticker, mine in named.items():
        if not mine and ticker not in wanted.tickers:
            continue
        if not mine:
            lacking.append(ticker)
            continue
        if len({series_of(_stem(one)) for one in mine}) > 1:
            stated = ", ".join(_name(one) for one in mine[:20])
            what = Phrase("{n} files of {name} are named {ticker}", n=len(mine), name=name, ticker=ticker)
            missing[ticker] = SymbolUnknown(what, where=Sentence("ticker {ticker}", ticker=ticker), available=stated)
            continue
        own = Wanted([ticker], wanted.start, wanted.end)
        tables += [(file.stem, _one(file, own, reading)) for one in mine for file in _bytes(one)]
    claimed = {_name(one) for mine in named.values() for one in mine}
    rest = [one for one in files if _name(one) not in claimed] if lacking else []
    tables += [
        (one.name, table) for one, table in _of_several(rest, Wanted(lacking, wanted.start, wanted.end), reading)
    ]
    result = _joined(tables, name, list(wanted.tickers)) if tables else PriceTable.from_fetches([])
    stated = ", ".join(_name(one) for one in files[:20])
    there = {*result.tickers, *result.names, *result.missing}
    for ticker in (t for t in lacking if t not in there):
        what = Phrase("{name} has no file of {ticker!r}", name=name, ticker=ticker)
        missing[ticker] = SymbolUnknown(what, where=Sentence("ticker {ticker}", ticker=ticker), available=stated)
    return replace(result, missing={**result.missing, **missing})


def _all_of(files: Sequence[Path | Opened], name: str, wanted: Wanted, reading: Reading) -> PriceTable:
    """Of all files that may be prices; a list of events or of firms among them is left aside, and said."""
    read, aside = list[tuple[str, PriceTable]](), list[str]()
    for file in (file for one in files for file in _bytes(one)):
        table = tables_of(file, reading)[0].get("") if len(files) > 1 else None
        if table is not None and is_other_list(table):
            aside.append(file.name)
        else:
            read.append((file.stem, _one(file, wanted, reading)))
    if not read:
        raise InvalidFile(Sentence("no file is a table of prices"), where=name, available=", ".join(aside), hint=FORMS)
    result = _joined(read, name, list(wanted.tickers or ()))
    left = Phrase("files without prices left aside: {names:some 4}", names=aside)
    return replace(result, read_as=(*result.read_as, left)) if aside else result


def _of_several(files: Iterable[Path | Opened], wanted: Wanted, reading: Reading) -> list[tuple[Opened, PriceTable]]:
    """Some tickers from those files that name several by their headings or in a column."""
    found = []
    for file in (file for one in files for file in _bytes(one)):
        try:
            table = tables_of(file, reading)[0].get("")
            shape = None if table is None else shape_of(table, reading, wanted.tickers, file.stem)
        except InvalidFile:
            continue  # no table of several tickers: it was not asked for
        if table is None or shape is None or (shape.ticker is None and all(not t for t, _ in shape.columns)):
            continue
        one = _of_table(file, table, wanted, reading)
        held = {one.names.get(t, t) for t in wanted.tickers or ()} & set(one.tickers)
        if held or any(not isinstance(error, SymbolUnknown) for error in one.missing.values()):
            wrong = {t: e for t, e in one.missing.items() if not isinstance(e, SymbolUnknown)}
            found.append((file, replace(one, missing=wrong)))
    return found


def _bytes(one: Path | Opened) -> list[Opened]:
    return [one] if isinstance(one, Opened) else opened(one)


def _stem(one: Path | Opened) -> str:
    return one.stem if isinstance(one, Opened) else Opened(one.name, b"").stem


def _name(one: Path | Opened) -> str:
    return one.name


def _joined(
    tables: Iterable[tuple[str, PriceTable]],
    name: str,
    order: list[str],
    said: Phrase | None = None,
    unread: Sequence[str] = (),
) -> PriceTable:
    """Tables of different tickers, by their names, in one; `said`: what they are; `unread`: what was there too."""
    found = one_after_the_other(list(tables), name)
    met: set[str] = set()
    for table in found:
        if twice := met & set(table.tickers):
            raise InvalidFile(
                Sentence("several files or sheets hold prices of {twice}", twice=", ".join(sorted(twice)[:3])),
                where=name,
                hint=Sentence("keep one of them"),
            )
        met |= set(table.tickers)
    result = together(found, [t for t in order if t in met])
    missing = {t: _nowhere(t, name, found, unread) if t in order else error for t, error in result.missing.items()}
    alone = all(len(table.tickers) < 2 for table in found)
    each, mixed = Phrase("{n} files of one ticker each", n=len(found)), Phrase("{n} files", n=len(found))
    told = [said or (each if alone else mixed)] if said or len(found) > 1 else []
    return replace(result, missing=missing, read_as=(*told, *result.read_as))


def _nowhere(ticker: str, name: str, tables: Sequence[PriceTable], unread: Sequence[str]) -> SourceError:
    """Why none of several tables has a ticker: what is wrong where it is there, else all that there is."""
    errors = [table.missing[ticker] for table in tables if ticker in table.missing]
    wrong = next((error for error in errors if not isinstance(error, SymbolUnknown)), None)
    if wrong is not None or len(errors) + len(unread) < 2:
        return wrong or errors[0]
    there = ", ".join(dict.fromkeys([*(error.available for error in errors if error.available), *unread]))
    hint = next((error.hint for error in errors if error.hint), None)
    what = Phrase("{name} has no ticker {ticker!r}", name=name, ticker=ticker)
    return SymbolUnknown(what, where=Sentence("ticker {ticker}", ticker=ticker), available=there or None, hint=hint)
