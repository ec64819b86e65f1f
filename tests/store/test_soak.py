"""Three writers, one of which is killed again and again, and readers: nothing committed is lost, nothing torn is read.

Each writer puts a series of its own on a new basis with every fetch, and notes each number of a vintage on its output
after it was committed. Whatever a reader sees must be one basis throughout, and hash to what was written with it.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock

import pytest
from eventstudy.prices._store import Store, digest

pytestmark = pytest.mark.wait
ROOT = Path(__file__).parents[2]

WRITERS = ("STEADY", "ALIKE", "KILLED")
ONE_AT_A_TIME = Lock()

WRITER = """
import sys
from tests.store.conftest import FIRST, LAST, fetched, made
from eventstudy.prices._store import Store
symbol, frame = sys.argv[1], made()
with Store(write=True) as store:
    while True:
        held = store.newest(symbol, "yahoo")
        basis = (held.number if held else 0) % 7 + 1
        found = store.keep("yahoo", fetched(frame * basis, symbol=symbol), FIRST, LAST, force=True)
        print(found.number, flush=True)
"""


@dataclass
class Seen:
    """What came of a soak."""

    reads: int = 0
    torn: int = 0
    kills: int = 0
    committed: int = 0
    lost: int = 0


def start(symbol: str, notes: Path) -> subprocess.Popen[str]:
    with notes.open("a") as file:
        return subprocess.Popen(
            [sys.executable, "-c", WRITER, symbol], stdout=file, stderr=subprocess.PIPE, text=True, cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip


def noted(notes: Path) -> int:
    """The last number that a writer has noted whole."""
    lines = notes.read_text().rpartition("\n")[0].split()
    return int(lines[-1]) if lines else 0


def read(seen: Seen) -> None:
    """Read the newest vintage of each series as it is at this moment, and the one before."""
    with Store() as store:
        for symbol in WRITERS:
            for vintage in store.vintages(symbol)[-2:]:
                frame = store.frame(vintage)
                whole = len(frame) == vintage.rows and digest(symbol, frame) == vintage.sha256
                with ONE_AT_A_TIME:
                    seen.reads += 1
                    seen.torn += not whole


@contextmanager
def readers(seen: Seen, many: int) -> Iterator[None]:
    """So many readers, each with its own connection, who read all the while; their errors are raised."""
    done = Event()

    def reading() -> None:
        while not done.is_set():
            read(seen)

    with ThreadPoolExecutor(many) as pool:
        jobs = [pool.submit(reading) for _ in range(many)]
        try:
            yield
        finally:
            done.set()
        for job in jobs:
            job.result()


def soak(folder: Path, seconds: float, kills: int, many: int) -> Seen:
    """So many seconds of it; longer, up to a minute, where a busy machine has not got as far as it must."""
    seen, luck, until = Seen(), random.Random(4), time.monotonic() + seconds
    with Store(write=True):
        pass
    notes = {symbol: folder / symbol for symbol in WRITERS}
    writers = {symbol: start(symbol, path) for symbol, path in notes.items()}
    kill_at = time.monotonic() + 2

    def waiting() -> bool:
        return seen.kills < kills or min(noted(path) for path in notes.values()) < 2

    try:
        with readers(seen, many):
            while (now := time.monotonic()) < until or (now < until + 60 and waiting()):
                time.sleep(0.05)
                if time.monotonic() > kill_at and noted(notes["KILLED"]) > seen.committed:
                    writers["KILLED"].kill()
                    assert "Error" not in writers["KILLED"].communicate()[1]
                    seen.kills += 1
                    seen.committed = noted(notes["KILLED"])
                    with Store() as store:
                        held = store.newest("KILLED", "yahoo")
                        seen.lost += held is None or held.number < seen.committed
                    writers["KILLED"] = start("KILLED", notes["KILLED"])
                    kill_at = time.monotonic() + 1.2 + luck.random()
        for symbol in WRITERS[:-1]:
            assert writers[symbol].poll() is None, writers[symbol].communicate()[1]
    finally:
        for process in writers.values():
            process.kill()
            process.communicate()
    written = [noted(path) for path in notes.values()]
    assert min(written) >= 2, "each writer makes progress"
    seen.committed = sum(written)
    return seen


def check(seen: Seen, kills: int) -> None:
    print(seen)
    assert seen.torn == 0
    assert seen.lost == 0
    assert seen.kills >= kills
    assert seen.reads > 10
    with Store() as store:
        assert store.faults() == []
        for symbol in WRITERS:
            numbers = [v.number for v in store.vintages(symbol)]
            assert sorted(numbers) == list(range(1, len(numbers) + 1)), "no vintage is skipped or lost"
        assert len(store.vintages()) >= seen.committed


FIRST_OF_ALL = """
import sys, time
from tests.store.conftest import FIRST, LAST, fetched, made
from eventstudy.prices._store import Store
given = fetched(made(), symbol=sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
with Store(write=True) as store:
    store.keep("yahoo", given, FIRST, LAST)
"""


def test_processes_that_make_the_store_at_the_same_moment(price_store: Path) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", FIRST_OF_ALL, f"S{i}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        for i in range(4)
    ]  # fmt: skip
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    assert [racer.communicate()[1] for racer in racers] == [""] * 4
    with Store() as store:
        assert store.symbols() == ["S0", "S1", "S2", "S3"]
        assert store.faults() == []


def test_writers_a_reader_and_a_killer(price_store: Path, tmp_path: Path) -> None:
    check(soak(tmp_path, 8, 1, many=1), kills=1)


def test_a_minute_of_it_with_fifty_readers(price_store: Path, tmp_path: Path) -> None:
    check(soak(tmp_path, 60, 5, many=50), kills=1)  # five, but a start takes many seconds where others work too
