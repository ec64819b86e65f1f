"""Daily and monthly factors from Ken French's data library, downloaded once and kept beside the price store.

A file that is kept is read again as long as it reaches far enough, so a study can be repeated; it is asked for anew when it
does not, at most once a day. Its vintage is a line of the file itself.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import os
import zipfile
import zlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from eventstudy import disk
from eventstudy.errors import InvalidFile, InvalidRequest, Sentence, SourceError, SourceMalformed
from eventstudy.prices._factors import parse_factors
from eventstudy.prices._store_schema import location
from eventstudy.web import ask

THREE = "F-F_Research_Data_Factors_daily"
FIVE = "F-F_Research_Data_5_Factors_2x3_daily"
MOMENTUM = "F-F_Momentum_Factor_daily"
_DAILY = "_daily"
"""Files of months have the same names without it."""
_ADDRESS = "https://mba.tuck.dartmouth.edu/pages/faculty/ken.french/ftp"
_WAIT = timedelta(days=1)
_COLUMNS = {
    THREE: ["mkt_rf", "smb", "hml", "rf"],
    FIVE: ["mkt_rf", "smb", "hml", "rmw", "cma", "rf"],
    MOMENTUM: ["mom"],
}
_ALL = {name for names in _COLUMNS.values() for name in names}


class Kept(NamedTuple):
    """A file of the library: its text, and when it was retrieved."""

    content: str
    retrieved_at: datetime


class KenFrench:
    """Ken French's data library. `address`: the folder of its files; `folder`: where they are kept (None: beside the store)."""

    summary = "daily or monthly US factors from Ken French's data library: --factors ken_french; needs the network once"

    def __init__(self, address: str = _ADDRESS, folder: Path | None = None, *, timeout: float = 10.0) -> None:
        """Nothing is asked for before the first use."""
        self._address, self._folder, self._timeout = address, folder, timeout

    def factors(self, names: Iterable[str], last: date | None = None, *, monthly: bool = False) -> pd.DataFrame:
        """The factors of these names and `rf` as decimals, index = sessions or last days of months, up to `last`.

        `smb` and `hml` are those of the five-factor file if `rmw` or `cma` is wanted too, else of the three-factor file. What
        was used is told in `frame.attrs`: `source`, `files`, `vintage`, `retrieved_at`, `sha256`, `notes`.

        Raises:
            InvalidRequest: the library has no such factor.
            SourceError: a file is not kept and cannot be had.
        """
        wanted = set(names) | {"rf"}
        if wanted - _ALL or wanted == {"rf"}:
            raise InvalidRequest(
                Sentence("Ken French's library has no {wanted}", wanted=", ".join(sorted(wanted - _ALL)))
                if wanted - _ALL
                else Sentence("no factor is named"),
                available=", ".join(sorted(_ALL)),
                hint=Sentence("name a model that needs them: --model fama_french3"),
            )
        files = [FIVE if wanted & {"rmw", "cma"} else THREE, *([MOMENTUM] if "mom" in wanted else [])]
        files = [name.removesuffix(_DAILY) for name in files] if monthly else files
        kept, notes = [], []
        for name in files:
            found, told = self._had(name, last)
            kept.append(found)
            notes += told
        tables = [_table(k.content, name) for k, name in zip(kept, files, strict=True)]
        table = tables[0] if len(tables) == 1 else tables[0].join(tables[1], how="left")
        table.attrs = {
            "source": "ken_french",
            "files": files,
            "vintage": tables[0].attrs["vintage"],
            "retrieved_at": min(k.retrieved_at for k in kept).isoformat(timespec="seconds"),
            "sha256": hashlib.sha256("".join(k.content for k in kept).encode()).hexdigest(),
            "notes": notes,
        }
        return table

    def _had(self, name: str, last: date | None) -> tuple[Kept, list[str]]:
        """A file, kept or fetched, and what must be said of it."""
        path = (self._folder or location().parent / "factors") / f"{name}.zip"
        old = _kept(path, name)
        now = datetime.now(UTC).replace(microsecond=0)
        if old and (reaches(old.content, name, last) or now - old.retrieved_at < _WAIT):
            return old, []
        try:
            body = self._fetched(name)
        except SourceError as error:
            if old is None:
                raise
            return old, [f"{name} could not be brought up to date: {error.what}"]
        return Kept(_text(body, name), now), _keep(path, body, now)

    def _fetched(self, name: str) -> bytes:
        """The zip of a file, checked.

        Raises:
            SourceError: it cannot be had, or is no such file.
        """
        answer = ask(
            f"{self._address}/{name}_CSV.zip", Sentence("Ken French's library"), where=name, timeout=self._timeout
        )
        if answer.status != 200 or not answer.body.startswith(b"PK"):
            raise SourceMalformed(
                Sentence(
                    "Ken French's library answers with {kind} (HTTP {status}), not with a zip file",
                    kind=answer.kind or Sentence("something"),
                    status=answer.status,
                ),
                where=name,
                available=answer.excerpt(),
                hint=Sentence("download the file with a browser and name it: --factors FILE"),
            )
        try:
            _table(_text(answer.body, name), name)
        except (InvalidFile, InvalidRequest) as error:
            raise SourceMalformed(
                Sentence("Ken French's file cannot be read: {what}", what=error.what), where=error.where
            ) from error
        return answer.body


def reaches(content: str, name: str, last: date | None) -> bool:
    """Whether a file has factors up to a day."""
    return last is None or _table(content, name).index[-1] >= pd.Timestamp(last)


def _table(content: str, name: str) -> pd.DataFrame:
    """The factors of a file of the library.

    Raises:
        InvalidFile: it is no such file, or has other columns.
    """
    monthly = not name.endswith(_DAILY)
    table = parse_factors(content, name, None, monthly=monthly)
    columns = _COLUMNS[f"{name}{_DAILY}" if monthly else name]
    if lacking := [column for column in columns if column not in table]:
        raise InvalidFile(
            Sentence("the factor file has no {lacking}", lacking=", ".join(lacking)),
            where=name,
            available=", ".join(map(str, table.columns)),
        )
    return table[columns]


def _kept(path: Path, name: str) -> Kept | None:
    """The file as it was kept; None where there is none, or what is there is broken and may be replaced."""
    try:
        content = _text(path.read_bytes(), name)
        _table(content, name)
        return Kept(content, datetime.fromtimestamp(path.stat().st_mtime, UTC))
    except (OSError, InvalidFile, InvalidRequest, SourceMalformed):
        return None


def _keep(path: Path, body: bytes, at: datetime) -> list[str]:
    """Put the file there whole or not at all; say why where it cannot be kept."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        disk.replace(path, body)
        os.utime(path, (at.timestamp(), at.timestamp()))
    except OSError as error:
        return [
            Sentence(
                "{stem} cannot be kept in {folder}: {said}",
                stem=path.stem,
                folder=path.parent,
                said=error.strerror,
            )
        ]
    return []


def _text(body: bytes, name: str) -> str:
    """The text of the one file in a zip.

    Raises:
        SourceMalformed: it is no zip, is damaged, or holds something else.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            inside = [i for i in archive.infolist() if i.filename.lower().endswith((".csv", ".txt"))]
            if len(inside) == 1 and inside[0].file_size < 100_000_000:
                return archive.read(inside[0]).decode("utf-8-sig", "replace")
            what: str = Sentence("it holds {n} tables", n=len(inside))
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, zlib.error, lzma.LZMAError) as error:
        what = str(error) or type(error).__name__
    raise SourceMalformed(Sentence("Ken French's file cannot be unpacked: {what}", what=what), where=name)


SOURCE = KenFrench()
