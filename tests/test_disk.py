"""Files of ours are written in one place: whole or not at all."""

from __future__ import annotations

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
