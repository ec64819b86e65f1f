"""A folder of Parquet files as one panel of prices, larger than memory: which files belong together, and in what order.

Long rows `ticker,date,close[,...]` as in a price file; a folder such as `ticker=NVDA` or `year=2024` may stand for a column.
Files of one folder below the panel belong together, and so do neighbours where they are small.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np

from eventstudy.errors import InvalidFile, InvalidRequest, Sentence
from eventstudy.language import Phrase
from eventstudy.prices import FIELDS, Place, long_columns
from eventstudy.tables import fold, roles

PARQUET = (".parquet", ".pq")
ROWS = 3_500_000
"""Files are read together until they have so many rows: 700 securities over twenty years.

A column of them is less than 32 MiB: what is larger goes back to the system with each part, and the next one
touches new memory.
"""


@dataclass(frozen=True)
class Unit:
    """Files that are read together."""

    files: tuple[str, ...]
    rows: int
    first: np.datetime64
    last: np.datetime64
    """First and last day, by the statistics of the files."""


@dataclass(frozen=True)
class PanelFolder:
    """The files of a panel and how its rows are spread over them.

    Raises:
        InvalidFile: no such folder, no Parquet file in it, or columns that are no prices.
        InvalidRequest: pyarrow is not installed.
    """

    path: Path

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel as a path: each worker looks at the folder itself."""
        return PanelFolder, (self.path,)

    @cached_property
    def dataset(self) -> Any:
        """The folder as pyarrow sees it."""
        return opened(str(self.path))

    @cached_property
    def columns(self) -> dict[str, str]:
        """`ticker`, `date`, `exchange` and the fields of prices -> their names in the files; any other column is a folder's."""
        names = self.dataset.schema.names
        keys = _folder_keys(self.path, self.dataset.files)
        own = [n for n in names if n not in keys or n.lower() in ("ticker", "date", "exchange", *FIELDS)]
        place = Place(self.path.name, lambda i: Phrase("row {n}", n=i + 1))
        found = long_columns(place, own)
        if found is None:
            raise InvalidFile(
                Sentence("there is no column 'ticker'"),
                where=str(self.path),
                available=", ".join(names),
                hint=Sentence("a panel is long: ticker,date,close[,...], one row a security and day"),
            )
        return {name: own[i] for name, i in found.items()}

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """What is read together, in the order in which it is read."""
        by_folder: dict[str, list[Unit]] = {}
        single = len({str(Path(f).parent) for f in self.dataset.files}) == 1
        for fragment in self.dataset.get_fragments():
            key = fragment.path if single else str(Path(fragment.path).parent)
            by_folder.setdefault(key, []).append(self._unit(fragment))
        whole = [_together(by_folder[key]) for key in sorted(by_folder)]
        return tuple(sorted(whole, key=lambda u: u.first) if _apart_in_time(whole) else _grouped(whole))

    @cached_property
    def by(self) -> Literal["security", "time"]:
        """Whether units hold different securities, or different times."""
        return "time" if _apart_in_time(self.units) else "security"

    @property
    def rows(self) -> int:
        """All rows of the panel."""
        return sum(u.rows for u in self.units)

    def _unit(self, fragment: Any) -> Unit:
        name = self.columns["date"]
        groups = [(n, said) for _, n, said in groups_of(fragment, name) if n]
        days = [said for _, said in groups]
        if not days or any(d is None for d in days):
            raise InvalidFile(
                Sentence("the file does not say which dates it has") if days else Sentence("the file has no rows"),
                where=fragment.path,
                hint=Sentence("write it with statistics of the column 'date'") if days else Sentence("remove it"),
            )
        try:
            first, last = min(_day(d["min"]) for d in days), max(_day(d["max"]) for d in days)
        except ValueError as error:
            raise InvalidFile(
                Sentence("dates are not dates: {days!r}", days=days[0]["min"]),
                where=fragment.path,
                hint=Sentence("write them as date32"),
            ) from error
        return Unit((fragment.path,), sum(n for n, _ in groups), first, last)

    def __iter__(self) -> Iterator[Unit]:
        """The units in their order."""
        return iter(self.units)


def is_panel(prices: object) -> bool:
    """Whether prices are a folder of Parquet files."""
    if not isinstance(prices, str | Path) or not os.path.isdir(prices):
        return False
    files = next((p for p in Path(prices).rglob("*") if p.suffix.lower() in PARQUET), None)
    if files is None:
        return not any(p.is_file() for p in Path(prices).iterdir())  # an empty folder is told of as a panel
    names = {fold(name) for name in arrow_of_parquet(files).schema_arrow.names}
    return any((roles("prices").get(name) or ("",))[0] == "ticker" for name in names) or "=" in files.parent.name


def arrow_of_parquet(path: Path) -> Any:
    """A Parquet file as pyarrow sees it.

    Raises:
        InvalidFile: it is none. InvalidRequest: pyarrow is not installed.
    """
    try:
        import pyarrow.parquet as pq
    except ImportError as error:
        raise _no_arrow(str(path)) from error
    try:
        return pq.ParquetFile(path)
    except (OSError, ValueError) as error:
        raise InvalidFile(
            Sentence("the file cannot be read as Parquet: {said}", said=str(error).splitlines()[0]),
            where=str(path),
        ) from error


def _no_arrow(where: str) -> InvalidRequest:
    hint = Sentence("python -m pip install 'eventstudy-lab[scale]'")
    return InvalidRequest(Sentence("reading Parquet needs pyarrow"), where=where, hint=hint)


def opened(path: str) -> Any:
    """The Parquet files of a folder as a dataset, tickers read as codes and names.

    Raises:
        InvalidFile: no such folder, no Parquet file in it. InvalidRequest: pyarrow is not installed.
    """
    try:
        import pyarrow.dataset as ds
    except ImportError as error:
        raise _no_arrow(path) from error
    if not os.path.isdir(path):
        raise InvalidFile(Sentence("there is no such folder"), where=path, hint=Sentence("check the path"))
    files = sorted(str(f) for f in Path(path).rglob("*") if f.suffix in (".parquet", ".pq") and f.is_file())
    if not files:
        raise InvalidFile(
            Sentence("the folder holds no Parquet file"), where=path, hint=Sentence("its files end in .parquet")
        )
    try:
        written = ds.dataset(files[0], format="parquet").schema.names
        texts = {name for name in written if name.strip().lower() in ("ticker", "exchange")}
        form = ds.ParquetFileFormat(read_options=ds.ParquetReadOptions(dictionary_columns=texts))
        folders = ds.HivePartitioning.discover()
        return ds.dataset(files, format=form, partitioning=folders, partition_base_dir=path)
    except (OSError, ValueError, TypeError) as error:
        raise InvalidFile(
            Sentence("the folder cannot be read as Parquet: {said}", said=str(error).splitlines()[0]),
            where=path,
            hint=Sentence("write it again"),
        ) from error


def groups_of(fragment: Any, column: str) -> list[tuple[int, int, Any]]:
    """The row groups of a file: number, rows, and what its statistics say of a column; None: nothing.

    Raises:
        InvalidFile: the file cannot be read.
    """
    try:
        return [(group.id, group.num_rows, group.statistics.get(column)) for group in fragment.row_groups]
    except (OSError, ValueError) as error:
        raise unreadable(fragment.path, error) from error


def unreadable(path: str, error: Exception) -> InvalidFile:
    """What is said of a file of a panel that cannot be read."""
    what = Sentence("the file cannot be read: {said}", said=str(error).splitlines()[0])
    return InvalidFile(what, where=path, hint=Sentence("write it again, prices as float64; or remove it"))


def _folder_keys(path: Path, files: list[str]) -> set[str]:
    """The columns that folders stand for."""
    return {part.partition("=")[0] for file in files for part in Path(file).relative_to(path).parts[:-1] if "=" in part}


def _day(value: Any) -> np.datetime64:
    return np.datetime64(str(value)[:10], "D")


def _together(units: list[Unit]) -> Unit:
    return Unit(
        tuple(file for u in units for file in u.files),
        sum(u.rows for u in units),
        min(u.first for u in units),
        max(u.last for u in units),
    )


def _apart_in_time(units: tuple[Unit, ...] | list[Unit]) -> bool:
    """Whether no two units share a day."""
    ordered = sorted(units, key=lambda u: u.first)
    return len(ordered) > 1 and all(a.last < b.first for a, b in pairwise(ordered))


def _grouped(units: list[Unit]) -> list[Unit]:
    """Neighbours joined as long as they are small."""
    found: list[list[Unit]] = []
    for unit in units:
        if found and sum(u.rows for u in found[-1]) + unit.rows <= ROWS:
            found[-1].append(unit)
        else:
            found.append([unit])
    return [_together(some) for some in found]
