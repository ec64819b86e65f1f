"""`eventstudy.toml` in the working folder: defaults for options, one table a command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from eventstudy import plugins
from eventstudy.errors import InvalidRequest, UnknownName

if TYPE_CHECKING:
    from eventstudy.settings import Kind, Setting

_DAYS = ("date", "day0", "as_of", "around")
"""Options that are text because they take more than a date."""


def settings(name: str, wanted: str | None) -> dict[str, Any]:
    """The options of the command `wanted` by its name: `[run] benchmark = "QQQ"`; none where there is no such file.

    Raises:
        InvalidFile: not TOML. InvalidRequest: a setting that is unknown, misplaced or of the wrong type.
    """
    path = Path(name)
    if not path.is_file():
        return {}
    from eventstudy.settings import read_toml

    text, table = read_toml(name, "the settings")
    file = _File(name, text)
    for key, value in table.items():
        file.check_command(key, value)
    return {wanted: file.of(plugins.load("commands", wanted), table[wanted], wanted)} if wanted in table else {}


class _File:
    """A settings file, for messages that say where in it."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text

    def place(self, table: str, key: str = "") -> str:
        from eventstudy.settings import place_of

        return place_of(self.name, self.text, table, key)

    def check_command(self, key: str, value: Any) -> None:
        """A key of the file is the name of a command, and its value a table."""
        commands = plugins.names("commands")
        if not isinstance(value, dict):
            if key in commands:
                self.no_table(key, "", f"[{key}]")
            self.misplaced(key, "", "outside the table of a command")
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
                self.misplaced(key, at, f"in [{at}], which has no such setting")
        found = checked(table, among, lambda key: self.place(at, key))
        for name, value in found.items():
            if isinstance(value, dict):
                found[name] = [f"{test}={form}" for test, form in value.items()]
            try:
                known[name].type_cast_value(click.Context(command), found[name])
            except click.BadParameter as error:
                key = next(k for k in table if k.replace("-", "_") in _names(known[name]))
                raise InvalidRequest(f"{key}: {error.message}", where=self.place(at, key)) from None
        return found

    def _within(self, group: click.Group, key: str, value: Any, at: str) -> tuple[click.Command, dict[str, Any], str]:
        if not isinstance(value, dict):
            if key in group.commands:
                self.no_table(key, at, f"[{at}.{key}]")
            self.misplaced(key, at, f"in [{at}], which holds the tables of its commands")
        if key not in group.commands:
            raise UnknownName(f"command of {at}", key, group.commands, where=self.place(f"{at}.{key}"))
        return group.commands[key], value, f"{at}.{key}"

    def no_table(self, key: str, at: str, table: str) -> NoReturn:
        raise InvalidRequest(
            f"{key} is a command, not a setting", where=self.place(at, key), hint=f"write it as {table}"
        )

    def misplaced(self, key: str, at: str, where: str) -> NoReturn:
        """Say that a key stands where it is not read, and in which table it would be."""
        if owners := _owners(key):
            first = next((o for o in owners if at and o.startswith(f"{at}.")), "run" if "run" in owners else owners[0])
            others = [o for o in owners if o != first]
            more = f"; {len(others)} other commands have it too" if len(others) > 1 else ""
            hint = f"write it under [{first}]{f' or [{others[0]}]' if len(others) == 1 else more}"
            raise InvalidRequest(f"the setting {key!r} stands {where}", where=self.place(at, key), hint=hint)
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
