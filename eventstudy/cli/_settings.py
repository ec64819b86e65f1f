"""`eventstudy.toml` in the working folder: defaults for options, one table a command."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
from click.core import ParameterSource

from eventstudy import plugins
from eventstudy.errors import InvalidFile, InvalidRequest, Sentence, UnknownName, named

if TYPE_CHECKING:
    from eventstudy.settings import Kind, Setting

_DAYS = ("date", "day0", "as_of", "around")
"""Options that are text because they take more than a date."""


FILE = "eventstudy.toml"

UNSET = "default"

_ELSEWHERE = (
    "EVENTSTUDY_STORE",
    "EVENTSTUDY_CALENDARS",
    "EVENTSTUDY_CONTACT",
    "EVENTSTUDY_SMTP_PASSWORD",
    "EVENTSTUDY_WEBHOOK_URL",
)
"""Variables that are no options of a command: files of prices and of days without trade, who asks the SEC, and deliveries."""


def settings(name: str, wanted: str | None) -> dict[str, Any]:
    """The options of the command `wanted` by its name: `[run] benchmark = "QQQ"`; none where there is no such file.

    Raises:
        InvalidRequest: not TOML, or a setting that is unknown, misplaced or of the wrong type.
    """
    path = Path(name)
    if not path.is_file():
        return {}
    from eventstudy.settings import read_toml

    try:
        text, table = read_toml(name, Sentence("the settings"))
    except InvalidFile as error:  # the settings are of the command, not of its input
        raise InvalidRequest(error.what, where=error.where, hint=error.hint) from error
    file = _File(name, text)
    for key, value in table.items():
        file.check_command(key, value)
    return {wanted: file.of(plugins.load("commands", wanted), table[wanted], wanted)} if wanted in table else {}


@dataclass(frozen=True)
class Found:
    """A setting of a command, and where its value comes from."""

    name: str
    value: Any
    origin: str


def in_force(group: click.Context, words: Sequence[str]) -> list[Found]:
    """All settings of a command (`run`, or `prices fetch`) as they are here, with no flag given.

    Raises:
        UnknownName: no such command. InvalidRequest: a setting that cannot be meant.
    """
    default_map = settings(FILE, words[0])
    context, command = group, group.command
    for word in words:
        if not isinstance(command, click.Group):
            raise InvalidRequest(
                Sentence("{name} has no commands of its own", name=command.name),
                hint=Sentence("eventstudy config {name}", name=command.name),
            )
        name = named("command", word, command.list_commands(context))
        command = command.get_command(context, name) or command
        default_map = default_map.get(name) or {}
        context = click.Context(command, parent=context, info_name=name, default_map=default_map)
    if isinstance(command, click.Group):
        raise InvalidRequest(
            Sentence("{name} is several commands", name=command.name),
            available=", ".join(f"{command.name} {n}" for n in command.commands),
        )
    path = Path(FILE)
    file = _File(FILE, path.read_text(encoding="utf-8")) if path.is_file() else None
    return [_found(one, context, file) for one in command.params if isinstance(one, click.Option)]


def _found(option: click.Option, context: click.Context, file: _File | None) -> Found:
    value, source = option.consume_value(context, {})
    if source not in (ParameterSource.ENVIRONMENT, ParameterSource.DEFAULT_MAP):
        value = option.get_default(context)
        said = re.search(r"\[default: (.*)\]", option.help or "")
        value = value if isinstance(value, _VALUES) and value != "" else said and _told(option, said[1])
        return Found(option.opts[0].lstrip("-"), value, UNSET)
    if source == ParameterSource.ENVIRONMENT or file is None:
        origin = next(name for name in _variables(option, context) if os.environ.get(name))
    else:
        origin = file.where(context.command_path.removeprefix("eventstudy ").replace(" ", "."), option)
    try:
        value = option.type_cast_value(context, value)
    except click.BadParameter as error:
        raise InvalidRequest(
            Sentence("{option}: {message}", option=option.opts[0], message=error.message), where=origin
        ) from error
    return Found(option.opts[0].lstrip("-"), value, origin)


def _told(option: click.Option, default: str) -> str:
    """What the help says of a default, in the language asked for."""
    from eventstudy.cli._output import language
    from eventstudy.language import Translated, in_language

    said = in_language(option.help or "", "de") if language() == "de" else None
    return Translated(default, de=(said or "").rpartition("[Vorgabe: ")[2].partition("]")[0])


_VALUES = (str, int, float, tuple, list)
"""What a default is where there is one."""


def _variables(option: click.Parameter, context: click.Context) -> list[str]:
    """The environment variables that an option is read from, the nearest first."""
    own = [option.envvar] if isinstance(option.envvar, str) else list(option.envvar or ())
    return [*own, f"{context.auto_envvar_prefix}_{str(option.name).upper()}"]


def variables_elsewhere() -> list[Found]:
    """The environment variables that are no options, as they are here; a password is not shown."""
    shown = {name: os.environ.get(name) for name in _ELSEWHERE}
    return [
        Found(
            name,
            value and ("(set)" if "PASSWORD" in name or "URL" in name else value),
            "environment" if value else UNSET,
        )
        for name, value in shown.items()
    ]


def refuse_misspelt(wanted: str | None) -> None:
    """Refuse an environment variable that is nearly one of ours: it would be ignored without a word.

    Raises:
        UnknownName: there is one, with the name that was meant.
    """
    given = {name for name in os.environ if name.startswith("EVENTSTUDY_")} - set(_ELSEWHERE)
    if wanted in plugins.names("commands"):
        given -= _read(plugins.load("commands", str(wanted)), f"EVENTSTUDY_{wanted}")
    if not given:
        return
    known = {*_ELSEWHERE, "EVENTSTUDY_REGISTRY"}
    for name in plugins.names("commands"):
        known |= _read(plugins.load("commands", name), f"EVENTSTUDY_{name}")
    for name in sorted(given - known):
        option = name.removeprefix("EVENTSTUDY_")
        names = sorted(k.removeprefix("EVENTSTUDY_") for k in known)
        names.sort(key=lambda k: not k.startswith(f"{wanted}_".upper()))
        if near := get_close_matches(option, names, 1, 0.8) or [k for k in names if k.endswith(f"_{option}")]:
            raise InvalidRequest(
                Sentence("there is no setting called {name}", name=name),
                where=Sentence("the environment"),
                hint=Sentence("did you mean 'EVENTSTUDY_{near}'?", near=near[0]),
            )


def _read(command: click.Command, prefix: str) -> set[str]:
    """The variables that a command, or the commands of a group, read."""
    prefix = prefix.upper().replace("-", "_")
    if isinstance(command, click.Group):
        return {v for name, inner in command.commands.items() for v in _read(inner, f"{prefix}_{name}")}
    context = click.Context(command, auto_envvar_prefix=prefix)
    return {variable for option in command.params for variable in _variables(option, context)}


class _File:
    """A settings file, for messages that say where in it."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text

    def place(self, table: str, key: str = "") -> str:
        from eventstudy.settings import place_of

        return place_of(self.name, self.text, table, key)

    def where(self, table: str, option: click.Parameter) -> str:
        """Where the value of an option stands."""
        one, inner = _setting(option), tomllib.loads(self.text)
        for part in table.split("."):
            inner = inner[part]
        names = {one.field, *one.also, one.opposite}
        return self.place(table, next(key for key in inner if key.replace("-", "_") in names))

    def check_command(self, key: str, value: Any) -> None:
        """A key of the file is the name of a command, and its value a table."""
        commands = plugins.names("commands")
        if not isinstance(value, dict):
            if key in commands:
                self.no_table(key, "", f"[{key}]")
            self.misplaced(key, "", Sentence("the setting {key!r} stands outside the table of a command", key=key))
        if key not in commands:
            raise UnknownName("command", key, commands, where=self.place(key))

    def of(self, command: click.Command, table: dict[str, Any], at: str) -> dict[str, Any]:
        """The settings of a command, by the names of its parameters, or of a group, by the names of its commands."""
        from eventstudy.settings import checked

        if isinstance(command, click.Group):
            return {key: self.of(*self._within(command, key, value, at)) for key, value in table.items()}
        known = {p.name: p for p in command.params if p.name}
        among = [_setting(p) for p in known.values()]
        names = {name for one in among for name in (one.field, *one.also, one.opposite)}
        for key in table:
            if key.replace("-", "_") not in names and _owners(key):
                self.misplaced(
                    key,
                    at,
                    Sentence("the setting {key!r} stands in [{at}], which has no such setting", key=key, at=at),
                )
        found = checked(table, among, lambda key: self.place(at, key))
        for name, value in found.items():
            if isinstance(value, dict):
                found[name] = [f"{test}={form}" for test, form in value.items()]
            try:
                known[name].type_cast_value(click.Context(command), found[name])
            except click.BadParameter as error:
                key = next(k for k in table if k.replace("-", "_") in _names(known[name]))
                raise InvalidRequest(
                    Sentence("{key}: {message}", key=key, message=error.message), where=self.place(at, key)
                ) from None
        return found

    def _within(self, group: click.Group, key: str, value: Any, at: str) -> tuple[click.Command, dict[str, Any], str]:
        if not isinstance(value, dict):
            if key in group.commands:
                self.no_table(key, at, f"[{at}.{key}]")
            self.misplaced(
                key,
                at,
                Sentence(
                    "the setting {key!r} stands in [{at}], which holds the tables of its commands", key=key, at=at
                ),
            )
        if key not in group.commands:
            raise UnknownName(
                Sentence("command of {path}", path=at), key, group.commands, where=self.place(f"{at}.{key}")
            )
        return group.commands[key], value, f"{at}.{key}"

    def no_table(self, key: str, at: str, table: str) -> NoReturn:
        raise InvalidRequest(
            Sentence("{key} is a command, not a setting", key=key),
            where=self.place(at, key),
            hint=Sentence("write it as {table}", table=table),
        )

    def misplaced(self, key: str, at: str, what: Sentence) -> NoReturn:
        """Say that a key stands where it is not read, and in which table it would be."""
        if owners := _owners(key):
            first = next((o for o in owners if at and o.startswith(f"{at}.")), "run" if "run" in owners else owners[0])
            others = [o for o in owners if o != first]
            hint = Sentence("write it under [{first}]", first=first)
            if len(others) == 1:
                hint = Sentence("write it under [{first}] or [{other}]", first=first, other=others[0])
            elif others:
                hint = Sentence("write it under [{first}]; {n} other commands have it too", first=first, n=len(others))
            raise InvalidRequest(
                what,
                where=self.place(at, key),
                hint=hint,
            )
        raise UnknownName(
            "setting", key, {n for names in _all_names().values() for n in names}, where=self.place(at, key)
        )


def _setting(param: click.Parameter) -> Setting:
    """What a file may say of an option."""
    from eventstudy.settings import Setting

    field = str(param.name)
    kind: Kind = "text"
    if isinstance(param, click.Option) and param.is_flag:
        kind = "flag"
    elif param.metavar == "NAME=FORM":
        kind = "form"
    elif isinstance(param.type, click.types.IntParamType):
        kind = "whole"
    elif isinstance(param.type, click.types.FloatParamType):
        kind = "number"
    elif isinstance(param.type, click.DateTime) or field in _DAYS:
        kind = "day"
    many = param.multiple or param.nargs == -1
    opposite = field.removeprefix("no_") if field.startswith("no_") else ""
    return Setting(field, kind, _names(param), opposite, max(param.nargs, 1), many)


def _names(param: click.Parameter) -> tuple[str, ...]:
    """What an option is called: its flags, or as its field."""
    flags = [opt.lstrip("-").replace("-", "_") for opt in param.opts]
    return tuple(dict.fromkeys([*flags, str(param.name)]))


def _all_names() -> dict[str, set[str]]:
    """The table of each command, and the names of its settings; imports all commands, so only for a message."""

    def walk(command: click.Command, at: str) -> Iterator[tuple[str, set[str]]]:
        if isinstance(command, click.Group):
            for name, inner in command.commands.items():
                yield from walk(inner, f"{at}.{name}")
        else:
            yield at, {name for param in command.params for name in _names(param)}

    return dict(pair for name in plugins.names("commands") for pair in walk(plugins.load("commands", name), name))


def _owners(key: str) -> list[str]:
    return [table for table, names in _all_names().items() if key.replace("-", "_") in names]
