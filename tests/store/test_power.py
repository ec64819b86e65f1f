"""Power that fails during a write: whatever part of the writing had reached the disk, the store is as before or as after.

SQLite writes a transaction to the log, makes it last, and later copies it into the file. A cut leaves a part of the last
thing it wrote: here every part of the log in sectors, sectors of it that never came, and every mixture of old and new pages
of the file while the log is copied. Each such disk is opened as after a restart.
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from random import Random

import pytest
from eventstudy.prices._store import Store
from eventstudy.prices._store_schema import PAGE

from tests.store.conftest import DAYS, FIRST, LATER, fetched, made

SECTOR = 512
MIDDLE, END = DAYS[20], DAYS[25]


class Disk:
    """The two files of a store as bytes, and what a restart makes of them."""

    def __init__(self, path: Path) -> None:
        self.path, self.log = path, path.with_name(path.name + "-wal")

    def state(self) -> tuple[bytes, bytes]:
        return self.path.read_bytes(), self.log.read_bytes() if self.log.exists() else b""

    def after_restart(self, file: bytes, log: bytes) -> list[int]:
        """The numbers of the vintages that are held, every one of them sound."""
        for left in self.path.parent.glob(f"{self.path.name}-*"):
            left.unlink()
        self.path.write_bytes(file)
        if log:
            self.log.write_bytes(log)
        with Store(self.path, write=True) as store:
            held = store.vintages()
            assert store.faults() == []
            for vintage in held:
                store.sound(vintage)
            return [v.number for v in held]


@pytest.fixture
def writing(tmp_path: Path) -> tuple[Disk, tuple[bytes, bytes], tuple[bytes, bytes]]:
    """A disk, what was on it before a vintage was kept, and after: the log not yet copied."""
    path = tmp_path / "prices.db"
    with Store(path, write=True) as store:
        store.keep("yahoo", fetched(made(days=DAYS[:21]) * 2), FIRST, MIDDLE)
    raw = sqlite3.connect(path)  # keeps the log from being copied when the store is closed
    raw.execute("SELECT count(*) FROM part").fetchone()
    before = Disk(path).state()
    with Store(path, write=True) as store:
        store.keep("yahoo", fetched(made(days=DAYS[:26])), FIRST, END, force=True)
        after = Disk(path).state()
    raw.close()
    shutil.copytree(tmp_path, tmp_path / "cut")
    return Disk(tmp_path / "cut" / "prices.db"), before, after


def test_the_log_ends_anywhere(writing: tuple[Disk, tuple[bytes, bytes], tuple[bytes, bytes]]) -> None:
    disk, (file, _), (still, log) = writing
    assert still == file, "the file itself is not written to yet"
    assert len(log) > 10 * SECTOR
    seen = [disk.after_restart(file, log[:size]) for size in range(0, len(log) + SECTOR, SECTOR)]
    assert seen[-1] == [1, 2], "what was said to be kept is there"
    assert seen[0] == [1]
    assert all(held in ([1], [1, 2]) for held in seen)
    assert seen == sorted(seen), "and once it is there it stays"


def test_sectors_of_the_log_never_came(writing: tuple[Disk, tuple[bytes, bytes], tuple[bytes, bytes]]) -> None:
    disk, (file, _), (_, log) = writing
    luck = Random(1)
    for _ in range(40):
        torn = bytearray(log)
        for at in luck.sample(range(0, len(log), SECTOR), luck.randint(1, 3)):
            torn[at : at + SECTOR] = luck.choice([bytes(SECTOR), luck.randbytes(SECTOR)])
        assert disk.after_restart(file, bytes(torn)) in ([1], [1, 2])


def test_the_log_was_being_copied(writing: tuple[Disk, tuple[bytes, bytes], tuple[bytes, bytes]]) -> None:
    disk, (file, _), (_, log) = writing
    disk.after_restart(file, log)
    copied = disk.path.read_bytes()
    assert copied != file
    luck, page = Random(2), PAGE
    old, new = file.ljust(len(copied), b"\0"), copied
    for _ in range(40):
        pages = [luck.choice((old, new))[at : at + page] for at in range(0, len(copied), page)]
        torn = b"".join(pages)
        written = [at for at in range(0, len(torn), page) if old[at : at + page] != new[at : at + page]]
        at = luck.choice(written) + luck.randrange(0, page, SECTOR)  # and one sector in the middle of being written
        torn = torn[:at] + luck.randbytes(SECTOR) + torn[at + SECTOR :]
        assert disk.after_restart(torn, log) == [1, 2]


def test_what_is_said_to_be_kept_was_written_through(tmp_path: Path) -> None:
    with Store(tmp_path / "prices.db", write=True) as store:
        assert store._db.execute("PRAGMA synchronous").fetchone()[0] == 2, "FULL: the log is made last at every commit"


def test_a_cut_before_the_first_store_was_made(tmp_path: Path) -> None:
    disk = Disk(tmp_path / "prices.db")
    with Store(disk.path, write=True) as store:
        store.keep("yahoo", fetched(made(days=DAYS[:5]), LATER), FIRST, DAYS[4])
        file, log = disk.state()
    other = Disk(tmp_path / "again" / "prices.db")
    other.path.parent.mkdir()
    for size in range(0, len(log) + SECTOR, SECTOR):
        assert other.after_restart(file, log[:size]) in ([], [1])
