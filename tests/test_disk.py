"""Files of ours are written in one place: whole or not at all."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from eventstudy import disk
from eventstudy.errors import InvalidRequest


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
    with pytest.raises(InvalidRequest, match="Is a directory|Permission denied"):
        disk.write(tmp_path / "folder", b"")
    assert list(tmp_path.iterdir()) == [tmp_path / "folder"]
