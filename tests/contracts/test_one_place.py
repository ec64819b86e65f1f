"""One place for each thing that every room needs: no second writer of files, and so on."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.parsed import nodes

ROOT = Path(__file__).parents[2] / "eventstudy"

PLACES: dict[str, tuple[set[str], set[str]]] = {
    "files are written whole": (
        {"os.replace", "tempfile.mkstemp", "tempfile.NamedTemporaryFile", ".write_bytes", ".write_text", "os.fsync"},
        {
            "cli/_command.py",
            "disk.py",
            "reports/files.py",
            "reports/pdf.py",
        },  # help on the screen; folders by a link; a page in a folder that the browser reads
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


FILES = sorted(ROOT.rglob("*.py"))


@cache
def said() -> dict[Path, tuple[frozenset[str], frozenset[str]]]:
    """What each file calls, and what it imports."""
    return {file: _calls_and_imports(file) for file in FILES}


def _calls_and_imports(file: Path) -> tuple[frozenset[str], frozenset[str]]:
    """The functions that a file calls, as `module.name` where it is plain, and each method as `.name` too; and the modules
    and names that it imports, wherever in it.
    """
    called, imported = set(), set()
    for node in nodes(file):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called.add(f".{node.func.attr}")
            if isinstance(node.func.value, ast.Name):
                called.add(f"{node.func.value.id}.{node.func.attr}")
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
    return frozenset(called), frozenset(imported)


@pytest.mark.parametrize("what", PLACES)
def test_there_is_one(what: str) -> None:
    wanted, places = PLACES[what]
    users = {file.relative_to(ROOT).as_posix() for file, (calls, _) in said().items() if wanted & calls}
    assert users <= places
    assert places <= users, "these no longer need it"


def test_the_command_line_works_out_no_numbers_and_writes_no_findings() -> None:
    told = ("numpy", "statistics", "scipy", "eventstudy.study.sentences", "eventstudy.inference", "eventstudy.engine")
    found = sorted((file.name, name) for file in (ROOT / "cli").glob("*.py") for name in said()[file][1])
    assert not [(name, module) for name, module in found if module.startswith(told)]


def test_what_is_private_to_a_room_is_imported_in_that_room_alone() -> None:
    """The first part of a path names the room; a leading underscore in any later one is private to it."""
    found = []
    for file, (_, imported) in said().items():
        room = file.relative_to(ROOT).parts[0].removesuffix(".py")
        for name in sorted(imported):
            house, *parts = name.split(".")
            private = [p for p in parts if p.startswith("_") and not p.startswith("__")]
            if house == "eventstudy" and private and parts[0] != room:
                found.append(f"{file.relative_to(ROOT)}: {name}")
    assert found == []
