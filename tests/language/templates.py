"""Every English template of the program, and the catalogues that translate them.

`python -m tests.language.templates` writes new templates into the catalogues, without a translation, and takes out those that
are no longer used.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import eventstudy
from eventstudy import plugins
from eventstudy.cli import command, purpose
from eventstudy.cli._command import WORDS, paragraphs
from eventstudy.errors import LABELS
from eventstudy.language import LANGUAGES, LOCALE, entries, messages
from eventstudy.reports.words import PHRASES

from tests.parsed import nodes

PACKAGE = Path(eventstudy.__file__).parent
ONE, COUNTED, ALL = {"Phrase", "Sentence", "say"}, {"Phrase.counted", "say_counted"}, {"marked"}
"""What is called with a template, with those of the singular and the plural, and with several of them."""

OF_KINDS = {"UnknownName", "named"}
"""What is called with the kind of thing that has no such name."""

MAKERS = ("messages.py", "_language.py")
"""Files that fill in templates of others. Only charts `say` templates."""


@cache
def used() -> dict[str, None]:
    """msgids in the order in which they are met; a plural's two templates joined by a zero."""
    found = dict.fromkeys(t if isinstance(t, str) else "\0".join(t) for t in messages.templates())
    found |= dict.fromkeys(PHRASES.values())
    found |= dict.fromkeys(_of_methods())
    found |= dict.fromkeys([*LABELS.values(), *(family.noun for family in plugins.FAMILIES.values())])
    found |= dict.fromkeys(of_help())
    for path in sorted(PACKAGE.rglob("*.py")):
        found |= dict.fromkeys(_in_source(path))
    return found


def of_refusals() -> set[str]:
    """msgids that refusals alone say: they are in the words of the options, whatever a study is of."""
    calls = [node for path in PACKAGE.rglob("*.py") for node in nodes(path) if isinstance(node, ast.Call)]
    said = {name: {_first(node) for node in calls if _called(node) == name} for name in ONE}
    return said["Sentence"] - said["Phrase"]


def of_help() -> list[str]:
    """msgids of `--help`: in the words of the options as well."""
    return [*WORDS, *_of_help(command)]


def _first(call: ast.Call) -> str:
    """The template, where it is plain text."""
    return str(call.args[0].value) if call.args and isinstance(call.args[0], ast.Constant) else ""


def _of_methods() -> Iterator[str]:
    """What models, tests, sources, finders and charts say of themselves."""
    for kind in ("models", "tests", "sources", "finders", "charts"):
        for name in plugins.names(kind):
            member = plugins.load(kind, name)
            yield from (text for at in ("summary", "null", "assumes", "paper") if (text := getattr(member, at, "")))


def _of_help(of: click.Command) -> Iterator[str]:
    """What `--help` says of a command and of those within it; a block of code is one only where it explains itself."""
    yield from (part for part in paragraphs(of.help or "") if part[:1] != "\b" or re.search(r"\S {2,}\S", part))
    names = command.context_settings["help_option_names"]  # a command remembers those of whoever asks it first
    with click.Context(of, info_name=of.name, help_option_names=names) as ctx:
        for param in of.get_params(ctx):
            yield from filter(None, (getattr(param, "help", None), getattr(param, "heading", None)))
        if isinstance(of, click.Group):
            for name in of.list_commands(ctx):
                if of is command:
                    yield purpose(name)
                if inner := of.get_command(ctx, name):
                    yield from _of_help(inner)


def _in_source(path: Path) -> Iterator[str]:
    for node in nodes(path):
        name = _called(node)
        own = path.name not in MAKERS and (not name.startswith("say") or path.parent.name == "charts")
        if isinstance(node, ast.Call) and (name in ALL or (own and name in ONE | COUNTED)):
            texts = node.args if name in ALL else node.args[: 2 if name in COUNTED else 1]
            for text in texts:
                where = f"{path.relative_to(PACKAGE)}:{node.lineno}"
                assert isinstance(text, ast.Constant), f"{where}: the template is no plain text"
            known = [str(text.value) for text in texts if isinstance(text, ast.Constant)]
            yield from known if name in ALL else ["\0".join(known)]

        if isinstance(node, ast.Call) and name in OF_KINDS and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)


def _called(node: ast.AST) -> str:
    """The function that is called, as `name` or `name.name`; nothing where none is."""
    func = node.func if isinstance(node, ast.Call) else None
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
        return f"{func.value.id}.{func.attr}"
    return func.id if isinstance(func, ast.Name) else ""


def catalogue(language: str) -> Path:
    """The file of a language."""
    return LOCALE / language / "LC_MESSAGES" / "eventstudy.po"


def known(language: str) -> dict[str, str]:
    """msgid and msgstr of a catalogue."""
    return dict(entries(catalogue(language).read_text(encoding="utf-8")))


def written(found: dict[str, str]) -> str:
    """The text of a catalogue."""
    return "\n".join(_entry(msgid, said) for msgid, said in found.items())


def _entry(msgid: str, said: str) -> str:
    ids, translations = msgid.split("\0"), said.split("\0")
    if len(ids) == 1:
        return f"{_lines('msgid', msgid)}{_lines('msgstr', said)}"
    forms = "".join(_lines(f"msgstr[{i}]", t) for i, t in enumerate(translations if said else ["", ""]))
    return f"{_lines('msgid', ids[0])}{_lines('msgid_plural', ids[1])}{forms}"


def _lines(name: str, text: str) -> str:
    """One line; the header, which has several, one below another."""
    pieces = text.splitlines(keepends=True) if text.count("\n") > 1 else [text]
    shown = [json.dumps(piece, ensure_ascii=False) for piece in pieces]
    return f"{name} " + "\n".join(shown if len(shown) == 1 else ['""', *shown]) + "\n"


def up_to_date(had: dict[str, str], needed: dict[str, None]) -> dict[str, str]:
    """A catalogue with what is needed, in the order that it had; what is new stands behind what is met before it."""
    order, before = [msgid for msgid in had if not msgid or msgid in needed], ""
    for msgid in needed:
        if msgid not in had:
            order.insert(order.index(before) + 1, msgid)
        before = msgid
    return {msgid: had.get(msgid, "") for msgid in order}


def main() -> None:
    """Bring the catalogues up to date."""
    for language in LANGUAGES[1:]:
        now = up_to_date(known(language), used())
        catalogue(language).write_text(written(now), encoding="utf-8")
        print(language, f"{sum(not said for said in now.values())} of {len(now)} without a translation")


if __name__ == "__main__":
    main()
