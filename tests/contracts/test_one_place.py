"""One place for each thing that every room needs: no second writer of files, and so on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "eventstudy"

PLACES: dict[str, tuple[set[str], set[str]]] = {
    "files are written whole": (
        {"os.replace", "tempfile.mkstemp", "tempfile.NamedTemporaryFile", ".write_bytes", ".write_text", "os.fsync"},
        {
            "disk.py",
            "reports/files.py",
            "reports/pdf.py",
        },  # folders by a link; a page in a folder that the browser reads
    ),
    "a lock": ({"fcntl.flock", "msvcrt.locking", "filelock.FileLock"}, {"disk.py"}),
    "a folder of our own": ({"platformdirs.user_data_dir", "Path.home"}, {"disk.py"}),
    "an encoder of JSON": (
        {"json.dumps", "json.dump"},
        {
            "text.py",
            "settings.py",
            "events/registry.py",
            "reports/update.py",
        },  # values of TOML; a key that stays as it was
    ),
    "a printer of tables": ({".ljust", ".rjust"}, {"text.py"}),
    "a progress bar": ({".isatty", "click.progressbar"}, {"cli/_output.py"}),
}
"""What there is one of -> the calls it is made of, and the files that may make them."""


@cache
def trees() -> dict[Path, tuple[ast.Call | ast.Import | ast.ImportFrom, ...]]:
    """The calls and imports of every file of the house, read once."""
    kinds = (ast.Call, ast.Import, ast.ImportFrom)
    return {
        file: tuple(n for n in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(n, kinds))
        for file in sorted(ROOT.rglob("*.py"))
    }


@cache
def calls(file: Path) -> frozenset[str]:
    """The functions that a file calls, as `module.name` where it is plain, and each method as `.name` too."""
    called = [n.func for n in trees()[file] if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    plain = [f"{f.value.id}.{f.attr}" for f in called if isinstance(f.value, ast.Name)]
    return frozenset([*(f".{f.attr}" for f in called), *plain])


@pytest.mark.parametrize("what", PLACES)
def test_there_is_one(what: str) -> None:
    wanted, places = PLACES[what]
    users = {f.relative_to(ROOT).as_posix() for f in trees() if wanted & calls(f)}
    assert users <= places
    assert places <= users, "these no longer need it"


def test_the_command_line_works_out_no_numbers_and_writes_no_findings() -> None:
    told = ("numpy", "statistics", "scipy", "eventstudy.study.sentences", "eventstudy.inference", "eventstudy.engine")
    found = {
        (file.name, node.module if isinstance(node, ast.ImportFrom) else node.names[0].name)
        for file in (ROOT / "cli").glob("*.py")
        for node in trees()[file]
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert not [(name, module) for name, module in sorted(found, key=str) if str(module).startswith(told)]


def imported(file: Path) -> Iterator[str]:
    """The modules and names of the house that a file imports, wherever in it."""
    for node in trees()[file]:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_what_is_private_to_a_room_is_imported_in_that_room_alone() -> None:
    """The first part of a path names the room; a leading underscore in any later one is private to it."""
    found = []
    for file in trees():
        room = file.relative_to(ROOT).parts[0].removesuffix(".py")
        for name in imported(file):
            house, *parts = name.split(".")
            private = [p for p in parts if p.startswith("_") and not p.startswith("__")]
            if house == "eventstudy" and private and parts[0] != room:
                found.append(f"{file.relative_to(ROOT)}: {name}")
    assert found == []
