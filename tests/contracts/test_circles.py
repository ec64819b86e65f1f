"""No file imports one that imports it, by whatever way, inside functions too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import eventstudy
import pytest

from tests.parsed import parsed

PACKAGE = Path(eventstudy.__file__).parent


def modules(package: Path) -> dict[str, Path]:
    """The name of each file of a package."""
    found = {}
    for path in package.rglob("*.py"):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def named(node: ast.AST) -> Iterator[str]:
    """What is imported anywhere below, as `module` or `module.name`; not what type checkers alone read."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        if isinstance(child, ast.ImportFrom) and child.module:
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        yield from named(child)


def circle(package: Path) -> list[str]:
    """A circle of files; none where there is none."""
    files, graph = modules(package), dict[str, set[str]]()
    for name, path in files.items():
        wanted = named(parsed(path))
        graph[name] = {one if one in files else one.rpartition(".")[0] for one in wanted} & files.keys() - {name}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [str(name) for name in error.args[1]]
    return []


@pytest.mark.slow
def test_no_file_imports_one_that_imports_it() -> None:
    assert circle(PACKAGE) == []


@pytest.mark.parametrize("way", ["from made.b import f", "import made.b", "def f():\n    from made import b"])
def test_a_circle_is_found(way: str, tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    (made / "__init__.py").touch()
    (made / "b.py").write_text("from made.a import g\n", encoding="utf-8")
    (made / "a.py").write_text(f"{way}\n", encoding="utf-8")
    assert set(circle(made)) == {"made.a", "made.b"}
