"""The file of the price store: where it is, how it is opened, what is in it, and what can be wrong with it.

SQLite with a write-ahead log: readers never wait, writers wait for each other, and a process that is killed leaves what it
had committed. On a network file system, where such a log cannot be shared, it is an ordinary journal.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eventstudy import disk
from eventstudy.errors import EventStudyError, InvalidFile, InvalidRequest, Locked, Sentence
from eventstudy.prices._store_parts import from_rows

STEPS = (
    """
    CREATE TABLE series(
      id INTEGER PRIMARY KEY, source TEXT NOT NULL, symbol TEXT NOT NULL, UNIQUE(source, symbol));
    CREATE TABLE vintage(
      series_id INTEGER NOT NULL REFERENCES series(id), number INTEGER NOT NULL, retrieved_at TEXT NOT NULL,
      outcome TEXT NOT NULL, asked_first INTEGER NOT NULL, asked_last INTEGER NOT NULL, first INTEGER NOT NULL,
      through INTEGER NOT NULL, final_through INTEGER NOT NULL, basis TEXT NOT NULL, currency TEXT, exchange TEXT,
      columns TEXT NOT NULL, notes TEXT NOT NULL, rows INTEGER NOT NULL, sha256 TEXT NOT NULL,
      PRIMARY KEY(series_id, number)) WITHOUT ROWID;
    CREATE TABLE bar(
      series_id INTEGER NOT NULL, day INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER,
      open REAL, high REAL, low REAL, close REAL, adj_close REAL, volume REAL, dividend REAL, split REAL,
      PRIMARY KEY(series_id, day, since)) WITHOUT ROWID;
    """,
    """
    CREATE TABLE factor(
      dataset TEXT NOT NULL, day INTEGER NOT NULL, name TEXT NOT NULL, value REAL NOT NULL, retrieved_at TEXT NOT NULL,
      PRIMARY KEY(dataset, day, name)) WITHOUT ROWID;
    """,
    """
    ALTER TABLE vintage ADD COLUMN entry INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE vintage ADD COLUMN years TEXT NOT NULL DEFAULT '{}';
    CREATE TEMP TABLE kept(series_id INTEGER, number INTEGER, entry INTEGER, PRIMARY KEY(series_id, number)) WITHOUT ROWID;
    INSERT INTO kept SELECT series_id, number, row_number() OVER (ORDER BY earliest, series_id, number) FROM (
      SELECT series_id, number, min(retrieved_at) OVER (PARTITION BY series_id ORDER BY number DESC) AS earliest FROM vintage);
    UPDATE vintage SET entry = (
      SELECT entry FROM kept WHERE kept.series_id = vintage.series_id AND kept.number = vintage.number);
    DROP TABLE kept;
    CREATE UNIQUE INDEX vintage_entry ON vintage(entry);
    """,
    """
    ALTER TABLE vintage ADD COLUMN seal TEXT NOT NULL DEFAULT '';
    CREATE TABLE part(
      series_id INTEGER NOT NULL, number INTEGER NOT NULL, whole INTEGER NOT NULL, columns TEXT NOT NULL,
      gone BLOB NOT NULL, bars BLOB NOT NULL, PRIMARY KEY(series_id, number));
    """,
)
"""What each version of the store adds to the one before; `user_version` says how many were taken.

Days count from 1970-01-01. `entry` is the place of a vintage among all of the store, in the order in which they were kept; in
an older store that is known within a series, and between series it was taken from the clocks. Up to the third version a row of
`bar` was a bar, true from the vintage `since` on, until the vintage `until` (NULL: still); since then the bars that a vintage
brought are a row of `part` (see `_store_parts`), and `seal` the checksum of the parts that a vintage is made of. Nothing is
written to `factor`: factors stand in files of their own.
"""

VERSION = len(STEPS)
_IN_PARTS = 4
"""The version that has bars in parts."""
PAGE = 16_384
"""Bytes of a page of a new file: a part fills many of them, and each costs a call of the system."""
PATIENCE = 30.0
"""Seconds that a writer waits for another one."""

_REMOTE = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|9p|afs|ceph|lustre|beegfs|gpfs|ocfs2|gfs2?|ncpfs|davfs2?"
    r"|fuse\.(sshfs|glusterfs|ceph.*|s3fs|rclone|gcsfuse|davfs.*)|glusterfs|virtiofs|vboxsf|prl_fs"
)
_HINT = Sentence("name another place: EVENTSTUDY_STORE=/path/to/prices.db")


def location() -> Path:
    """The file of the store: `EVENTSTUDY_STORE`, else `prices.db` in our folder of the user's data."""
    named = os.environ.get("EVENTSTUDY_STORE")
    if named:
        return Path(named).expanduser()
    return disk.data_folder() / "prices.db"


def is_remote(path: Path, mounts: str | None = None) -> bool:
    """Whether a path is on a network file system; `mounts` is the text of /proc/mounts (no such file: False)."""
    if mounts is None:
        table = Path("/proc/mounts")
        mounts = table.read_text(encoding="utf-8", errors="replace") if table.exists() else ""
    best, kind = -1, ""
    for line in mounts.splitlines():
        words = line.split(" ")
        if len(words) < 3:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), words[1]))
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), words[2]
    return bool(_REMOTE.fullmatch(kind))


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """A connection to the store at its newest version; one that reads does not make the file.

    Raises:
        InvalidFile: the file is no store, is damaged, or was made by a newer version of this program.
        InvalidRequest: the place cannot be read or written. Locked: another process has it for too long.
    """
    with told(path):
        if write:
            path.parent.mkdir(parents=True, exist_ok=True)
        elif not os.path.exists(path):
            raise InvalidRequest(
                Sentence("there is no price store yet"),
                where=str(path),
                hint=Sentence("eventstudy prices fetch makes one"),
            )
        connection = sqlite3.connect(_address(path, write), uri=True, timeout=PATIENCE, isolation_level=None)
        try:
            _prepare(connection, path, write)
        except BaseException:
            connection.close()
            raise
    return connection


def _address(path: Path, write: bool) -> str:
    """The file as SQLite is told of it.

    A reader that cannot write beside the file cannot share the log; where there is none, nobody is writing either.
    """
    address = path.absolute().as_uri()
    if write:
        return f"{address}?mode=rwc"
    shared = os.access(path.parent, os.W_OK) and os.access(path, os.W_OK)
    log = path.with_name(path.name + "-wal")
    return f"{address}?mode=rw" if shared else f"{address}?mode=ro" + ("" if log.exists() else "&immutable=1")


def _prepare(connection: sqlite3.Connection, path: Path, write: bool) -> None:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise InvalidFile(
            Sentence(
                "the price store has version {version}; this program knows versions up to {ours}",
                version=version,
                ours=VERSION,
            ),
            where=str(path),
            hint=Sentence("upgrade eventstudy-lab, or name another store: EVENTSTUDY_STORE=/path/to/prices.db"),
        )
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if tables and not ({"series", "vintage"} <= tables and tables & {"bar", "part"}):
        raise InvalidFile(
            Sentence("this database is no price store"),
            where=str(path),
            available=", ".join(sorted(tables)),
            hint=_HINT,
        )
    if write:
        connection.execute(f"PRAGMA page_size={PAGE}")
        _set_journal(connection, "delete" if is_remote(path.resolve()) else "wal")
        connection.execute("PRAGMA synchronous=FULL")
    if version < VERSION:
        if not write and not os.access(path, os.W_OK):
            raise InvalidRequest(
                Sentence(
                    "the price store has version {version} and cannot be brought to {ours}: it is read-only",
                    version=version,
                    ours=VERSION,
                ),
                where=str(path),
            )
        _migrate(connection)


def _set_journal(connection: sqlite3.Connection, mode: str) -> None:
    """Set how changes are journalled; for this one change SQLite itself does not wait for other processes."""
    until = time.monotonic() + PATIENCE
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != mode:
        try:
            connection.execute(f"PRAGMA journal_mode={mode}")
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _migrate(connection: sqlite3.Connection) -> None:
    """Take the missing steps, all of them or none; of two processes that come at once, one takes them."""
    with transaction(connection):
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        for step in STEPS[version:]:
            for statement in filter(str.strip, step.split(";")):
                connection.execute(statement)
        if version < _IN_PARTS <= len(STEPS):
            from_rows(connection)
            connection.execute("DROP TABLE bar")
        connection.execute(f"PRAGMA user_version={VERSION}")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is written inside is written, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def told(path: Path) -> Iterator[None]:
    """What SQLite and the system say, in our words."""
    try:
        yield
    except (
        sqlite3.Error,
        OSError,
        UnicodeDecodeError,
    ) as error:  # the last: SQLite tells of a fault in bytes of the file
        raise explain(error, path) from error


def explain(error: Exception, path: Path) -> EventStudyError:
    """The error that says what is wrong with the store."""
    name, where = str(getattr(error, "sqlite_errorname", "")), str(path)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Locked(
            Sentence("another process is writing to the price store"),
            where=where,
            hint=Sentence("try again in a moment"),
        )
    if name == "SQLITE_NOTADB":
        return InvalidFile(
            Sentence("this file is no price store"),
            where=where,
            available=Sentence("not an SQLite database"),
            hint=_HINT,
        )
    if name.startswith("SQLITE_CORRUPT") or isinstance(error, UnicodeDecodeError):
        return InvalidFile(
            Sentence("the price store is damaged"),
            where=where,
            available=str(error),
            hint=Sentence("move the file away and fetch again"),
        )
    if name in ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"):
        return InvalidRequest(
            Sentence("the price store cannot grow: the disk or its quota is full; what it held is still there"),
            where=where,
            hint=Sentence("make room, or {hint}", hint=_HINT),
        )
    reason = getattr(error, "strerror", None) or str(error)
    return InvalidRequest(
        Sentence("the price store cannot be read or written: {reason}", reason=reason), where=where, hint=_HINT
    )
