"""Answers that are kept, and the gate before a service: one file for all processes on a machine.

Each answer is written before the next request goes out, so that a search that is stopped at any point goes on from there. The
gate is a row that says when the next request may go out; processes take their turns by the lock of the file.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from eventstudy import disk
from eventstudy.errors import InvalidFile, InvalidRequest, Sentence

if TYPE_CHECKING:
    import sqlite3

_TABLES = """
create table if not exists answer
    (url text primary key, fetched_at real not null, sha256 text not null, status integer not null, body blob not null);
create table if not exists gate (name text primary key, next real not null);
"""
SYNCHRONOUS = "full"
"""How far down to the disk each answer is written before the next request goes out (SQLite's word)."""
_PATIENCE = 60.0
"""Seconds to wait for other processes; a turn further ahead than this is that of a clock that went wrong."""


def place() -> Path:
    """The file: `answers.db` beside the price store."""
    named = os.environ.get("EVENTSTUDY_STORE")
    return (Path(named).parent if named else disk.data_folder()) / "answers.db"


class Kept:
    """Answers by their address."""

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        """The file is made by the first answer or turn."""
        self._path, self._clock = path, clock

    @property
    def path(self) -> Path:
        """The file that is asked."""
        return self._path or place()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        import sqlite3

        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)) as connection:
                connection.execute(f"pragma synchronous = {SYNCHRONOUS}")
                connection.executescript(_TABLES)
                yield connection
        except sqlite3.DatabaseError as error:
            hint = Sentence("remove it, and what it holds is asked for again")
            if isinstance(error, sqlite3.OperationalError):
                raise InvalidRequest(
                    Sentence("answers cannot be kept: {said}", said=error), where=str(self.path), hint=hint
                ) from error
            raise InvalidFile(
                Sentence("it holds no answers: {said}", said=error), where=str(self.path), hint=hint
            ) from error
        except OSError as error:
            raise InvalidRequest(
                Sentence("answers cannot be kept: {said}", said=error.strerror), where=str(self.path)
            ) from error

    def get(self, url: str, most: float = float("inf")) -> tuple[int, bytes] | None:
        """Status and content, if it is at most so many seconds old and still what was written."""
        if not os.path.exists(self.path):
            return None
        with self._open() as connection:
            row = connection.execute(
                "select fetched_at, sha256, status, body from answer where url = ?", [url]
            ).fetchone()
        if row is None or not -_PATIENCE <= self._clock() - row[0] <= most:
            return None
        whole = isinstance(row[3], bytes) and hashlib.sha256(row[3]).hexdigest() == row[1]
        return (row[2], row[3]) if whole else None

    def put(self, url: str, status: int, body: bytes) -> None:
        """Keep it, in place of an older one."""
        with self._open() as connection:
            row = [url, self._clock(), hashlib.sha256(body).hexdigest(), status, body]
            connection.execute("insert or replace into answer values (?, ?, ?, ?, ?)", row)

    def turn(self, name: str, per_second: float) -> float:
        """The moment at which a request may go out, so that all processes together keep to so many a second."""
        now, apart = self._clock(), 1 / per_second
        with self._open() as connection:
            connection.execute("begin immediate")
            row = connection.execute("select next from gate where name = ?", [name]).fetchone()
            mine = row[0] if row and now <= row[0] <= now + _PATIENCE else now
            connection.execute("insert or replace into gate values (?, ?)", [name, mine + apart])
            connection.execute("commit")
        return float(mine)
