"""Writes the generated parts of README.md, or checks that they are up to date.

`python -m tests.readme` writes; `--check` only compares and exits 1 where they differ. A generated part stands between
`<!-- NAME -->` and `<!-- /NAME -->`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import click
from eventstudy import plugins

from tests.benchmarks.figures import table

README = Path(__file__).parents[1] / "README.md"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def models() -> str:
    """One row a model: what it is, what it assumes, when it fails, where it comes from."""
    rows = []
    for name in plugins.names("models"):
        m = plugins.load("models", name)
        rows.append([f"`{name}`", m.summary, m.assumes, m.fails, m.paper])
    return _table(["model", "normal return", "assumes", "fails", "source"], rows)


def tests() -> str:
    """One row a test, those of one firm or portfolio first."""
    rows = []
    for name in sorted(plugins.names("tests"), key=lambda n: plugins.load("tests", n).kind != "series"):
        t = plugins.load("tests", name)
        on = "one firm or portfolio" if t.kind == "series" else "pairs"
        rows.append([f"`{name}`", on, t.null, t.assumes, t.fails, t.paper])
    return _table(["test", "judges", "null hypothesis", "assumes", "fails", "source"], rows)


def usage() -> str:
    """The help of `eventstudy run`."""
    command = plugins.load("commands", "run")
    context = click.Context(command, info_name="eventstudy run", terminal_width=100, max_content_width=100)
    return f"```text\n{command.get_help(context)}\n```"


SIZES = {
    "distinct dates, N 50": "50 pairs, dates of their own",
    "distinct dates, N 10": "10 pairs",
    "distinct dates, N 50, t(4)": "50, fat tails",
    "distinct dates, N 50, variance x2": "50, variance doubled",
    "one date, N 20": "20 on one date",
}


def sizes() -> str:
    """Simulated sizes of each test, one day / eleven days, in per cent, from `tests/oracles/sizes.json`."""
    table = json.loads((Path(__file__).parent / "oracles" / "sizes.json").read_text(encoding="utf-8"))
    share = {(c["plan"], c["name"], c["over"]): c for c in table["cells"] if c["variant"] == "default"}

    def cell(plan: str, name: str) -> str:
        found = [share.get((plan, name, over)) for over in ("day", "window")]
        shown = [f"{100 * c['rejected'] / c['draws']:.1f}" if c else "–" for c in found]
        return "" if not any(found) else " / ".join(shown)

    rows = [
        [f"`{name}`", *(cell(plan, name) for plan in SIZES)] for name in sorted({n for _, n, _ in share} - {"holm"})
    ]
    low = f"{table['seed']}, {table['made']}: `python -m tests.simulation`"
    head = (
        f"Share of true nulls rejected at 5 %, in per cent, on day 0 / over [-5, +5]; 120 estimation days (seed {low})."
    )
    return f"{head}\n\n" + _table(["test", *SIZES.values()], rows)


PARTS: dict[str, Callable[[], str]] = {"models": models, "tests": tests, "usage": usage, "speed": table, "sizes": sizes}


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
