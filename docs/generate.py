"""The pages that the program writes of itself: commands, models and tests, formats, settings, the public names.

`pages()` gives each page by its name. What stands in the program stands there once; nothing here repeats a sentence of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING
from pathlib import Path
from typing import Any, get_args, get_type_hints

import click
import eventstudy
from eventstudy import plugins

ROOT = Path(__file__).parents[1]


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    head = list(head)
    lines = [
        head,
        ["---"] * len(head),
        *([cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows),
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


# ---- commands ---------------------------------------------------------------------------------------------------------


def commands(command: click.Command | None = None, name: str = "eventstudy") -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, groups before what they hold."""
    if command is None:
        from eventstudy.cli import command as root

        command = root
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for each in command.list_commands(context):
            found = command.get_command(context, each)
            if found is not None and not found.hidden:
                yield from commands(found, f"{name} {each}")


def _help(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name, terminal_width=96, max_content_width=96)
    return f"({name.replace(' ', '-')})=\n## `{name}`\n\n```text\n{command.get_help(context)}\n```\n"


def _commands() -> str:
    intro = (
        "# Commands\n\nData goes to standard output, messages and progress to standard error. Options come from the flag, else"
        " the environment (`EVENTSTUDY_` and the name of the flag), else `eventstudy.toml` in the folder, else the default.\n"
    )
    return "\n".join([intro, *(_help(name, command) for name, command in commands())])


# ---- the catalogue ----------------------------------------------------------------------------------------------------


def _stored() -> Mapping[str, Any]:
    """The simulated sizes of all tests, as they were stored."""
    text = (ROOT / "tests" / "oracles" / "sizes.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


def _rate(cell: Mapping[str, Any]) -> str:
    return f"{100 * cell['rejected'] / cell['draws']:.1f}"


def _sizes() -> dict[str, list[tuple[str, str, str]]]:
    """Test -> (design, window, share of true nulls rejected)."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for cell in _stored()["cells"]:
        if cell["variant"] == "default":
            window = "one day" if cell["over"] == "day" else "eleven days"
            found.setdefault(cell["name"], []).append((cell["plan"], window, f"{_rate(cell)} %"))
    return found


DESIGNS = {
    "distinct dates, N 50": "50 pairs, dates of their own",
    "distinct dates, N 10": "10 pairs",
    "distinct dates, N 50, t(4)": "50, fat tails",
    "distinct dates, N 50, variance x2": "50, variance doubled",
    "one date, N 20": "20 on one date",
}


def _sizes_of_all() -> str:
    """One day / eleven days, in per cent, of the designs that differ most."""
    stored = _stored()
    share = {(c["plan"], c["name"], c["over"]): c for c in stored["cells"] if c["variant"] == "default"}

    def cell(design: str, name: str) -> str:
        found = [share.get((design, name, over)) for over in ("day", "window")]
        return " / ".join(_rate(c) if c else "–" for c in found) if any(found) else ""

    names = sorted({n for _, n, _ in share} - {"holm"})
    told = (
        "Made-up studies without an event: a test that can be trusted stays near 5 %. On one date those that count firms as"
        " observations do not. Share of true nulls rejected at 5 %, in per cent, on day 0 / over [-5, +5]; 120 estimation days"
        f" (seed {stored['seed']}, {stored['made']}: `python -m tests.simulation`). All designs stand on the page of each test."
    )
    rows = [[f"[`{n}`](tests/{n}.md)", *(cell(d, n) for d in DESIGNS)] for n in names]
    return "\n\n".join(
        ["# How often the tests reject where nothing happened", told, table(("test", *DESIGNS.values()), rows), ""]
    )


def _speed() -> str:
    """Measured times as ratios, from the stored figures."""
    from tests.benchmarks.figures import table as measured

    told = "`python -m tests.benchmarks figures` measures this, `picture` draws it."
    return "\n\n".join(
        ["# How fast", "![CPU time by events, factors and window lengths](../speed.png)", measured(), told, ""]
    )


def _anchors() -> dict[str, str]:
    """Anchor of a model or test -> the page of docs/methods on which its formula stands."""
    pages = sorted((ROOT / "docs" / "methods").glob("*.md"))
    marks = ((page.name, part) for page in pages for part in page.read_text(encoding="utf-8").split('<a id="')[1:])
    return {part.partition('"')[0]: page for page, part in marks}


def papers() -> dict[str, str]:
    """Each paper of the list (`MacKinlay 1997`) -> its anchor there."""
    text = (ROOT / "docs" / "methods" / "papers.md").read_text(encoding="utf-8")
    return {name: mark for mark, name in re.findall(r'<a id="(paper-[^"]+)"></a>([^|]+?) \|', text)}


def _sourced(said: str) -> str:
    """A source with its papers linked to their titles and DOIs."""
    known = papers()
    each = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    return re.sub(each, lambda found: f"[{found[0]}](../../methods/papers.md#{known[found[0]]})", said)


def _member(kind: str, name: str) -> str:
    member, mark = plugins.load(kind, name), f"{kind.rstrip('s')}-{name}"
    rows = [("null hypothesis", "null"), ("assumes", "assumes"), ("fails", "fails"), ("source", "paper")]
    told = {label: value for label, key in rows if (value := getattr(member, key, ""))}
    said = [f"**{k.capitalize()}**: {_sourced(v) if k == 'source' else v}" for k, v in told.items()]
    forms = [form for form in getattr(member, "variants", ()) if form != "default"]
    lines = [f"# `{name}`", member.summary[:1].upper() + member.summary[1:] + ".", *said]
    if kind == "tests":
        whom = "one firm, or the portfolio of one date" if member.kind == "series" else "many pairs together"
        lines.append(f"**Judges**: {whom}")
    if forms:
        lines.append("**Other published forms**: " + ", ".join(f"`--variant {name}={form}`" for form in forms))
    lines.append(
        f"The formula, its rule for missing days and its limits: [Methods](../../methods/{_anchors()[mark]}#{mark})."
    )
    if sizes := _sizes().get(name):
        lines += ["## How often it rejects where nothing happened", "Simulated share of true nulls rejected at 5 %:"]
        lines.append(table(("design", "window", "rejected"), sizes))
    return "\n\n".join(lines) + "\n"


def _catalogue() -> dict[str, str]:
    found = {}
    for kind in ("models", "tests"):
        for name in plugins.own(kind):
            found[f"reference/{kind}/{name}.md"] = _member(kind, name)
        rows = [
            [f"[`{n}`]({n}.md)", plugins.load(kind, n).summary, plugins.load(kind, n).fails]
            for n in sorted(plugins.own(kind))
        ]
        tree = "\n".join(["```{toctree}", ":hidden:", *sorted(plugins.own(kind)), "```"])
        found[f"reference/{kind}/index.md"] = "\n\n".join(
            [f"# {kind.capitalize()}", table((kind.rstrip("s"), "in a line", "fails"), rows), tree]
        )
    for kind, title in (("sources", "Price sources"), ("finders", "Finders of events"), ("charts", "Charts")):
        rows = [[f"`{n}`", plugins.load(kind, n).summary] for n in sorted(plugins.own(kind))]
        found[f"reference/{kind}.md"] = f"# {title}\n\n" + table(("name", "in a line"), rows) + "\n"
    return found


# ---- formats, settings, names --------------------------------------------------------------------------------------------


def _schemas() -> str:
    from eventstudy.events.schema import registry_schema

    result = json.loads((ROOT / "tests" / "contracts" / "result.schema.json").read_text(encoding="utf-8"))
    parts = [
        "# JSON\n",
        "Numbers are decimals, not per cent; a missing number is null; dates are ISO; equal inputs give equal bytes.\n",
    ]
    for title, mark, schema in (
        ("`run --format json`", "json-result", result),
        ("A registry of events (TOML)", "json-registry", registry_schema()),
    ):
        parts += [f"({mark})=\n## {title}\n", "```json", json.dumps(schema, indent=2, ensure_ascii=False), "```\n"]
    return "\n".join(parts)


def _default(value: Any) -> str:
    """A default as it is written in a settings file; empty where there is none."""
    if value is None or value == () or value == "" or value == {} or value is MISSING:
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _settings() -> str:
    from eventstudy.config import StudyConfig, study_settings
    from sphinx.pycode import ModuleAnalyzer

    told = ModuleAnalyzer.for_module(StudyConfig.__module__).find_attr_docs()
    hints, fields = get_type_hints(StudyConfig), StudyConfig.__dataclass_fields__
    rows = []
    for each in study_settings():
        choices = [f"`{v}`" for v in _literals(hints[each.field])]
        rows.append(
            [
                f"`{each.field}`",
                " ".join(line for line in told["StudyConfig", each.field] if line),
                ", ".join(choices) or each.meant,
                _default(fields[each.field].default),
                ", ".join(f"`{a}`" for a in (*each.also, each.opposite) if a),
            ]
        )
    intro = (
        "The choices of a study stand in `eventstudy.toml` (for commands in this folder) or under `[options]` and `[event.ID]`"
        " of a study file (for `eventstudy update`). A setting is called as its flag or its field; what is unknown,"
        " misspelt or of the wrong type is refused with its line. `eventstudy config` prints each with its value and"
        " where that comes from."
    )
    head = ("setting", "meaning", "holds", "default", "also called")
    return "\n\n".join(["# Settings", intro, table(head, rows), ""])


def _literals(hint: Any) -> Iterator[Any]:
    """The values that a `Literal` allows, also within a union."""
    for each in get_args(hint):
        if isinstance(each, str):
            yield each
        elif each is not type(None):
            yield from _literals(each)


def _directives(names: Iterable[str], room: Any, *options: str) -> Iterator[str]:
    """What autodoc is asked for, of each public class and function of a room."""
    for name in names:
        what = getattr(room, name)
        if callable(what):
            kind = "autoclass" if isinstance(what, type) else "autofunction"
            yield f".. {kind}:: {what.__module__}.{what.__qualname__}"
            yield from (f"   {option}" for option in options if kind == "autoclass")
            yield ""


def _python() -> str:
    from eventstudy import analyses, claims, errors

    kinds = [
        n
        for n, kind in vars(errors).items()
        if isinstance(kind, type) and hasattr(kind, "exit_code") and n not in eventstudy.__all__
    ]
    own = [n for n in eventstudy.__all__ if n not in ("__version__", "analyses", "claims")]
    parts = ["# Python\n"]
    for title, told, lines in (
        ("", "", _directives(own, eventstudy, ":members:")),
        ("Analyses", "Each takes a result and gives an answer that shows itself in Jupyter.", None),
        ("Claims", "What a sentence of the press says, and whether it is true.", _directives(claims.__all__, claims)),
        ("Errors", "Each says what is wrong, where, what was available and what to do.", _directives(kinds, errors)),
    ):
        parts += [f"## {title}\n", f"{told}\n"] if title else []
        parts += ["```{eval-rst}", *(_directives(analyses.__all__, analyses) if lines is None else lines), "```\n"]
    return "\n".join(parts)


def _notebooks() -> str:
    """The tutorials in order, with their titles."""
    rows = []
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        title = json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"][0].strip("# \n")
        rows.append(f"* [{title}]({path.name})")
    told = "Notebooks, run anew each time this site is built; they ship with the source, and need no network."
    told += " [In the browser](../browser.md) says what does not run there."
    return "\n".join(
        ["# Tutorials\n", told, "", *rows, "", "```{toctree}", ":hidden:", ":glob:", "", "*", "../browser", "```", ""]
    )


PAGES: Mapping[str, Callable[[], str]] = {
    "reference/commands.md": _commands,
    "reference/json.md": _schemas,
    "reference/sizes.md": _sizes_of_all,
    "reference/speed.md": _speed,
    "reference/settings.md": _settings,
    "reference/python.md": _python,
    "notebooks/index.md": _notebooks,
}


def pages() -> dict[str, str]:
    """Each generated page by its place in the site."""
    return {**{name: page() for name, page in PAGES.items()}, **_catalogue()}
