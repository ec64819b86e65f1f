"""The file of the store: older and newer versions, places that cannot be written, files that are something else."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from eventstudy.errors import EventStudyError, InvalidFile, InvalidRequest, Locked
from eventstudy.prices import _store_schema
from eventstudy.prices._store import Store
from eventstudy.prices._store_schema import PAGE, STEPS, VERSION, connect, is_remote, location

from tests.store.conftest import DAYS, FIRST, LAST, LATER, change_bars, fetched, made

ROOT = Path(__file__).parents[2]


def version(path: Path) -> int:
    with sqlite3.connect(path) as raw:
        found = int(raw.execute("PRAGMA user_version").fetchone()[0])
    raw.close()
    return found


def older(path: Path, steps: int) -> None:
    """A store as an older version of the program left it, with one series of two bars."""
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = sqlite3.connect(path)
    for step in STEPS[:steps]:
        raw.executescript(step)
    raw.execute("INSERT INTO series VALUES (1, 'yahoo', 'OLD')")
    raw.execute(
        "INSERT INTO vintage(series_id, number, retrieved_at, outcome, asked_first, asked_last, first, through,"
        " final_through, basis, currency, exchange, columns, notes, rows, sha256) VALUES (1, 1,"
        " '2025-03-03T12:00:00+00:00', 'new', 20100, 20101, 20100, 20101, 20101,"
        " 'dividends', 'USD', 'XNYS', '[\"close\"]', '[]', 2, 'unknown')"
    )
    raw.executemany("INSERT INTO bar(series_id, day, since, close) VALUES (1, ?, 1, ?)", [(20100, 1.5), (20101, 1.6)])
    raw.execute(f"PRAGMA user_version={steps}")
    raw.commit()
    raw.close()


@pytest.mark.parametrize("steps", range(1, VERSION))
@pytest.mark.parametrize("write", [True, False])
def test_an_older_store_is_brought_up_to_date(price_store: Path, steps: int, write: bool) -> None:
    older(price_store, steps)
    with Store(write=write) as store:
        assert store.frame(store.vintages("OLD")[0])["close"].tolist() == [1.5, 1.6]
    assert version(price_store) == VERSION


def as_rows(path: Path) -> dict[tuple[str, str, int], pd.DataFrame]:
    """Bring a store back to the third version, a row a bar; gives the bars of each vintage as they were.

    A row ends where the next vintage has another bar of its day, or none.
    """
    with Store(path) as store:
        held = store.vintages()
        frames = {(v.source, v.symbol, v.number): store.frame(v) for v in held}
    raw = sqlite3.connect(path)
    raw.execute("DROP TABLE part")
    raw.execute("ALTER TABLE vintage DROP COLUMN seal")
    raw.execute(next(text for text in STEPS[0].split(";") if "CREATE TABLE bar" in text))
    open_rows: dict[tuple[int, int], tuple[int, dict[str, float]]] = {}
    rows: list[tuple[int, int, int, int | None, dict[str, float]]] = []
    for v in sorted(held, key=lambda v: v.number):
        frame = frames[v.source, v.symbol, v.number]
        days = frame.index.to_numpy("datetime64[D]").astype(int).tolist()
        bars = ({name: value for name, value in bar.items() if value == value} for bar in frame.to_dict("records"))
        now: dict[int, dict[str, float]] = dict(zip(days, bars, strict=True))  # type: ignore[arg-type]
        for (series, day), (since, bar) in list(open_rows.items()):
            if series == v.series_id and now.get(day) != bar:
                rows.append((series, day, since, v.number, bar))
                del open_rows[series, day]
        for day, bar in now.items():
            open_rows.setdefault((v.series_id, day), (v.number, bar))
    rows += [(series, day, since, None, bar) for (series, day), (since, bar) in open_rows.items()]
    for series, day, since, until, bar in rows:
        names, marks = "".join(f", {name}" for name in bar), ", ?" * len(bar)
        words = f"INSERT INTO bar(series_id, day, since, until{names}) VALUES (?, ?, ?, ?{marks})"
        raw.execute(words, (series, day, since, until, *bar.values()))
    raw.execute("PRAGMA user_version=3")
    raw.commit()
    raw.close()
    return frames


def many_vintages(store: Store) -> None:
    """Series that grew, were corrected, lost a day that came back, were rebased by a split, and changed nothing."""
    for seed, symbol in enumerate(("AAA", "BBB")):
        bars = made(symbol, seed, DAYS[:60])
        corrected = bars.iloc[:40].drop(bars.index[7])
        corrected.iloc[5, 0] *= 1.1
        halved = bars.copy()
        halved[["open", "high", "low", "close"]] /= 2
        for frame in (bars.iloc[:30], corrected, bars.iloc[:41], bars.iloc[:41], halved, halved * 1.5):
            last = DAYS[max(40, len(frame)) - 1]
            store.keep("yahoo", fetched(frame, symbol=symbol), FIRST, max(last, DAYS[41]), force=True)
    store.keep("csv", fetched(made()[["close"]]), FIRST, LAST)


def test_a_store_of_rows_becomes_one_of_parts_and_loses_nothing(store: Store, price_store: Path) -> None:
    many_vintages(store)
    outcomes = {v.outcome for v in store.vintages()}
    assert {"new", "unchanged", "rebased"} <= outcomes, "and the cases are what they are called"
    then = as_rows(price_store)
    with Store(write=True) as after:
        held = after.vintages()
        assert [(v.source, v.symbol, v.number) for v in held] == list(then)
        for v in held:
            pd.testing.assert_frame_equal(after.sound(v), then[v.source, v.symbol, v.number], check_exact=True)
        assert after.faults() == []
        more = made("AAA", 5, DAYS[:60])
        kept = after.keep("yahoo", fetched(more), FIRST, DAYS[59], force=True)
        assert kept.seal, "what is kept from now on is known by what is written"
        pd.testing.assert_frame_equal(after.sound(kept), more, check_exact=True)
    assert sqlite3.connect(price_store).execute("SELECT count(*) FROM sqlite_schema WHERE name = 'bar'").fetchone() == (
        0,
    )


def test_what_was_changed_in_an_older_store_is_told_after_its_steps_as_before(store: Store, price_store: Path) -> None:
    for symbol in ("AAA", "BBB", "CCC", "DDD", "EEE"):
        store.keep("yahoo", fetched(made(symbol, 1, DAYS[:9]), symbol=symbol), FIRST, DAYS[8])
    as_rows(price_store)
    day = (DAYS[4] - date(1970, 1, 1)).days
    with closing(sqlite3.connect(price_store)) as raw:
        raw.execute("UPDATE bar SET close = 'x' WHERE day = ? AND series_id = 1", [day])
        raw.execute("UPDATE bar SET day = 'x' WHERE day = ? AND series_id = 2", [day])
        raw.execute("UPDATE bar SET until = 1 WHERE day = ? AND series_id = 3", [day])
        raw.execute("UPDATE bar SET since = 'x' WHERE day = ? AND series_id = 4", [day])
        raw.commit()
    with Store() as after:
        assert [fault[:3] for fault in after.faults()] == ["AAA", "BBB", "CCC", "DDD"]


def test_a_step_that_fails_leaves_the_older_store(price_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older(price_store, 1)
    monkeypatch.setattr(_store_schema, "STEPS", (STEPS[0], "CREATE TABLE extra(x); CREATE TABLE bar(x);"))
    with pytest.raises(InvalidRequest):
        Store(write=True)
    assert version(price_store) == 1
    monkeypatch.undo()
    monkeypatch.setenv("EVENTSTUDY_STORE", str(price_store))
    with Store() as store:
        assert store.symbols() == ["OLD"]


@pytest.mark.parametrize("write", [True, False])
def test_a_newer_store_is_refused_and_left_alone(price_store: Path, write: bool) -> None:
    with Store(write=True):
        pass
    raw = sqlite3.connect(price_store)
    raw.execute(f"PRAGMA user_version={VERSION + 1}")
    raw.close()
    with pytest.raises(
        InvalidFile, match=f"has version {VERSION + 1}; this program knows versions up to {VERSION}"
    ) as e:
        Store(write=write)
    assert e.value.exit_code == 3
    assert "upgrade" in str(e.value)
    assert version(price_store) == VERSION + 1


def test_another_kind_of_file_is_refused(price_store: Path) -> None:
    price_store.parent.mkdir(parents=True)
    price_store.write_text("ticker,date,close\n" * 100)
    for write in (True, False):
        with pytest.raises(InvalidFile, match="is no price store"):
            Store(write=write)
    assert price_store.read_text().startswith("ticker")


def test_another_database_is_refused(price_store: Path) -> None:
    price_store.parent.mkdir(parents=True)
    raw = sqlite3.connect(price_store)
    raw.execute("CREATE TABLE recipes(x)")
    raw.close()
    with pytest.raises(InvalidFile, match="this database is no price store"):
        Store(write=True)


def test_a_damaged_store_is_told(price_store: Path) -> None:
    with Store(write=True) as store:
        store.keep("yahoo", fetched(made()), FIRST, LAST)
    whole = bytearray(price_store.read_bytes())
    for start in range(2 * PAGE, len(whole), PAGE):
        whole[start : start + 200] = b"\xff" * 200
    price_store.write_bytes(bytes(whole))
    with pytest.raises(InvalidFile, match="is damaged") as error, Store() as store:
        store.frame(store.vintages()[0])
    assert error.value.exit_code == 3


def test_a_changed_bar_is_found(store: Store, price_store: Path) -> None:
    store.keep("yahoo", fetched(made()), FIRST, LAST)
    change_bars(price_store, lambda bars: bars.assign(close=bars["close"] + 0.01 * (bars.index == 20000)))
    assert store.faults() == [f"AAA from yahoo: the bars are not those that were written on {LATER.isoformat()}"]


def test_a_store_that_is_not_there_is_told_and_not_made(price_store: Path) -> None:
    with pytest.raises(InvalidRequest, match="there is no price store yet"):
        Store()
    assert not price_store.parent.exists()


def test_a_place_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidRequest, match="cannot be read or written") as error:
        connect(tmp_path / "file" / "prices.db", write=True)
    assert "EVENTSTUDY_STORE" in str(error.value)


@pytest.mark.wait
@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="modes of folders are a matter of POSIX")
def test_a_read_only_folder_can_be_read_and_not_written(tmp_path_factory: pytest.TempPathFactory) -> None:
    """In a process without root's rights, for whom no folder is read-only."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "prices.db"
        with Store(path, write=True) as store:
            store.keep("yahoo", fetched(made()), FIRST, LAST)
        path.chmod(0o444)
        Path(name).chmod(0o555)
        script = (
            "import os, sys; from pathlib import Path; from eventstudy.prices._store import Store;"
            "from eventstudy.errors import InvalidRequest\n"
            "path = Path(sys.argv[1])\n"
            "if os.geteuid() == 0: os.setuid(65534)\n"
            "with Store(path) as s: print(len(s.frame(s.vintages()[0])))\n"
            "try: Store(path, write=True)\n"
            "except InvalidRequest as error: print(error)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(path)],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        Path(name).chmod(stat.S_IRWXU)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert int(lines[0]) == len(made())
    assert "cannot be read or written" in lines[1]
    assert "readonly" in lines[1] or "read-only" in lines[1] or "unable to open" in lines[1]


def test_a_full_database_loses_nothing(store: Store) -> None:
    store.keep("yahoo", fetched(made()), FIRST, LAST)
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(InvalidRequest, match="the disk or its quota is full; what it held is still there"):
        store.keep("yahoo", fetched(made("BBB", 2), symbol="BBB"), FIRST, LAST)
    assert store.symbols() == ["AAA"]
    assert store.faults() == []


@pytest.mark.slow
def test_a_full_disk_loses_nothing(price_store: Path) -> None:
    """A process that may not write files larger than 300 kB meets what a full disk is to it."""
    script = """
import resource
from eventstudy.errors import InvalidRequest
from eventstudy.prices._store import Store
from tests.store.conftest import DAYS, FIRST, LAST, fetched, made
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
with Store(write=True) as store:
    try:
        for n in range(100):
            store.keep("yahoo", fetched(made(seed=n), symbol=f"S{n:03}"), FIRST, LAST)
            print(f"S{n:03}", flush=True)
    except InvalidRequest as error:
        assert "full" in error.what, error
        assert store.faults() == []
"""
    pytest.importorskip("resource", reason="limits of file sizes are a matter of POSIX")
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    committed = done.stdout.split()
    assert 0 < len(committed) < 100
    with Store(write=True) as store:
        assert store.symbols() == committed
        assert store.faults() == []
        store.keep("yahoo", fetched(made(seed=9), symbol="NEXT"), FIRST, LAST)


def test_a_store_that_another_process_writes_to_is_told(
    store: Store, price_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = sqlite3.connect(price_store, isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(_store_schema, "PATIENCE", 0.05)
    with Store(write=True) as second:
        assert second.symbols() == [], "readers do not wait"
        with pytest.raises(Locked) as error:
            second.keep("yahoo", fetched(made()), FIRST, LAST)
    assert error.value.exit_code == 75
    raw.execute("ROLLBACK")
    raw.close()
    assert store.keep("yahoo", fetched(made()), FIRST, LAST).number == 1


def test_a_vintage_that_is_being_read_does_not_change(store: Store) -> None:
    vintage = store.keep("yahoo", fetched(made()), FIRST, LAST)
    with Store() as reader:
        seen = reader.vintages("AAA")[-1]
        other = made() * 1.01
        store.keep("yahoo", fetched(other, LATER + timedelta(1)), FIRST, LAST, force=True)
        assert seen == vintage
        assert reader.frame(seen).equals(made())


# ---- where it is ---------------------------------------------------------------------------------------------------------


def test_where_the_store_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EVENTSTUDY_STORE", str(tmp_path / "mine.db"))
    assert location() == tmp_path / "mine.db"
    monkeypatch.delenv("EVENTSTUDY_STORE")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert location() == tmp_path / "eventstudy" / "prices.db"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setattr("platformdirs.user_data_dir", lambda name, appauthor: str(tmp_path / "system" / name))
    assert location() == tmp_path / "system" / "eventstudy" / "prices.db"


@pytest.mark.parametrize(
    ("platform", "variable"), [("darwin", "XDG_DATA_HOME"), ("win32", "XDG_DATA_HOME"), ("win32", "LOCALAPPDATA")]
)
def test_the_store_of_an_earlier_version_is_found_again(
    platform: str, variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("EVENTSTUDY_STORE", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("platformdirs.user_data_dir", lambda name, appauthor: str(tmp_path / "system" / name))
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv(variable, str(tmp_path / "earlier"))
    assert location() == tmp_path / "system" / "eventstudy" / "prices.db"
    (tmp_path / "earlier" / "eventstudy").mkdir(parents=True)
    assert location() == tmp_path / "earlier" / "eventstudy" / "prices.db"


MOUNTS = r"""/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw,vers=4.2 0 0
/dev/sdb1 /home/me/disk ext4 rw 0 0
//nas/data /mnt/my\040nas cifs rw 0 0
me@host:/ /mnt/ssh fuse.sshfs rw 0 0
tmpfs /tmp tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "remote"),
    [
        ("/var/prices.db", False),
        ("/home/you/prices.db", True),
        ("/home/me/disk/prices.db", False),
        ("/homes/prices.db", False),
        ("/mnt/my nas/deep/prices.db", True),
        ("/mnt/ssh/prices.db", True),
        ("/tmp/prices.db", False),
    ],
)
def test_network_file_systems_are_recognised(path: str, remote: bool) -> None:
    assert is_remote(Path(path), MOUNTS) is remote
    assert is_remote(Path(path), "") is False


def test_no_shared_log_on_a_network_file_system(price_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def mode() -> str:
        with Store(write=True) as store:
            store.keep("yahoo", fetched(made()), FIRST, LAST)
            return str(store._db.execute("PRAGMA journal_mode").fetchone()[0])

    assert mode() == "wal"
    monkeypatch.setattr(_store_schema, "is_remote", lambda path: True)
    assert mode() == "delete"
    assert [p.name for p in price_store.parent.iterdir()] == ["prices.db"]


def test_every_error_is_one_of_ours() -> None:
    path = Path("prices.db")
    for error in (sqlite3.OperationalError("disk I/O error"), OSError(28, "No space left on device")):
        assert isinstance(_store_schema.explain(error, path), EventStudyError)
