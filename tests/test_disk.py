"""Files of ours are written in one place: whole or not at all, and under one kind of lock."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from eventstudy import disk
from eventstudy.errors import InvalidRequest, Locked


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_what_was_there_stays_until_all_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    disk.write(path, b"old")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InvalidRequest, match="No space left on device"):
        disk.write(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="No such file or directory") as caught:
        disk.write(tmp_path / "none" / "a.csv", b"")
    assert str(tmp_path / "none" / "a.csv") in caught.value.what
    assert caught.value.hint == "name another file"


@pytest.mark.skipif(os.name != "posix", reason="needs links and pipes")
def test_links_and_pipes_are_written_to_and_not_replaced(tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "target.csv", tmp_path / "link.csv", tmp_path / "pipe"
    target.write_bytes(b"old")
    link.symlink_to(target)
    disk.write(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"

    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        pool.submit(disk.write, pipe, b"data").result(20)
        assert os.read(reader, 100) == b"data"
        os.close(reader)
    assert pipe.is_fifo()


def test_a_folder_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(InvalidRequest, match=r"Is a directory|Permission denied"):
        disk.write(tmp_path / "folder", b"")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]


def test_a_lock_is_held_by_one_and_let_go_when_its_process_is_killed(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "reports"
    code = """
import pathlib, sys
from eventstudy.disk import locked
with locked(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Locked, match="another update is at work"), disk.locked(folder):
            pass
        other.kill()
        other.wait(20)
    with disk.locked(folder), pytest.raises(Locked), disk.locked(folder):
        pass
    with disk.locked(folder):
        pass


def test_a_place_without_room_for_a_lock_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.raises(InvalidRequest, match=r"cannot write .*reports\.lock"),
        disk.locked(tmp_path / "file" / "reports"),
    ):
        pass
