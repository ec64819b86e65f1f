"""The pictures of README and site are those that `python -m tests.gallery` draws, each by the command that stands beside it."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from tests.gallery import LARGEST, PICTURES, ROOT, draw

MEASURED = {"speed.png": "python -m tests.benchmarks figures"}
"""Drawn from what was measured on some machine, so not anew by every test."""
PAGES = "".join(
    (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/gallery.md", "docs/generate.py")
)


def test_every_picture_is_drawn_by_a_command_that_is_shown() -> None:
    known = PICTURES | MEASURED
    assert set(re.findall(r"\]\((?:docs/|\.\./)?([\w-]+\.png)", PAGES)) == set(known)
    for command in known.values():
        assert command in PAGES, command
    assert {path.name for path in (ROOT / "docs").glob("*.png")} == set(known)


def test_pictures_are_small() -> None:
    for name in PICTURES:
        data = (ROOT / "docs" / name).read_bytes()
        width, height = struct.unpack(">II", data[16:24])
        assert len(data) < LARGEST, name
        assert 600 <= width <= 1300
        assert height <= 1600


@pytest.mark.render
def test_drawing_one_anew_gives_a_picture_of_the_same_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "placebo.png"
    monkeypatch.setattr("tests.gallery.PICTURES", {name: PICTURES[name]})
    draw(tmp_path)
    again, kept = (path.read_bytes()[16:24] for path in (tmp_path / name, ROOT / "docs" / name))
    assert again == kept
