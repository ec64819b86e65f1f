"""Writes the generated parts of README.md, or checks that they are up to date.

`python -m tests.readme` writes; `--check` only compares and exits 1 where they differ. A generated part stands between
`<!-- NAME -->` and `<!-- /NAME -->`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import click
from eventstudy import catalog

README = Path(__file__).parents[1] / "README.md"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def models() -> str:
    """One row a model: what it is, what it assumes, when it fails, where it comes from."""
    rows = []
    for name in catalog.names("models"):
        m = catalog.load("models", name)
        rows.append([f"`{name}`", m.summary, m.assumes, m.fails, m.paper])
    return _table(["model", "normal return", "assumes", "fails", "source"], rows)


def tests() -> str:
    """One row a test, those of one firm or portfolio first."""
    rows = []
    for name in sorted(catalog.names("tests"), key=lambda n: catalog.load("tests", n).kind != "series"):
        t = catalog.load("tests", name)
        on = "one firm or portfolio" if t.kind == "series" else "pairs"
        rows.append([f"`{name}`", on, t.null, t.assumes, t.fails, t.paper])
    return _table(["test", "judges", "null hypothesis", "assumes", "fails", "source"], rows)


def usage() -> str:
    """The help of `eventstudy run`."""
    command = catalog.load("commands", "run")
    context = click.Context(command, info_name="eventstudy run", terminal_width=100, max_content_width=100)
    return f"```text\n{command.get_help(context)}\n```"


PARTS: dict[str, Callable[[], str]] = {"models": models, "tests": tests, "usage": usage}


def written(text: str) -> str:
    """The text of README.md with every generated part as it should be."""
    for name, part in PARTS.items():
        pattern = re.compile(f"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"README.md has no part {name}")
        body = part()
        text = pattern.sub(lambda m, body=body: f"{m[1]}{body}\n{m[2]}", text)  # type: ignore[misc]
    return text


def main(args: list[str]) -> int:
    """Write the generated parts, or check them."""
    text = README.read_text(encoding="utf-8")
    should = written(text)
    if "--check" in args:
        if text != should:
            print("README.md is not up to date: run python -m tests.readme")
        return int(text != should)
    README.write_text(should, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
