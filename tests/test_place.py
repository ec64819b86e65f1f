"""A device, a pipe or a link that stands where a file is to be written stays what it is."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from eventstudy.charts import save
from eventstudy.cli._output import put
from eventstudy.disk import write
from eventstudy.events import shipped_registry


def _chart(path: Path) -> None:
    from matplotlib.figure import Figure

    save(Figure().subplots(), path)


WRITERS: dict[str, Callable[[Path], Any]] = {
    "a.txt": lambda path: put("new", str(path)),
    "a.html": lambda path: write(path, b"new"),
    "a.svg": _chart,
    "a.toml": lambda path: shipped_registry().save(path),
}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
@pytest.mark.parametrize("name", WRITERS)
def test_a_pipe_is_written_into_and_stays(tmp_path: Path, name: str) -> None:
    pipe, read = tmp_path / name, list[bytes]()
    os.mkfifo(pipe)
    reader = Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    WRITERS[name](pipe)
    assert stat.S_ISFIFO(os.stat(pipe).st_mode)
    reader.join(10)
    assert read[0]
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", WRITERS)
def test_what_a_link_leads_to_is_written(tmp_path: Path, name: str) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / name).write_bytes(b"old")
    link = tmp_path / name
    try:
        link.symlink_to(kept / name)
    except OSError:
        pytest.skip("no links here")
    WRITERS[name](link)
    assert link.is_symlink()
    assert (kept / name).read_bytes() not in (b"", b"old")
    assert [path.name for path in kept.iterdir()] == [name]
