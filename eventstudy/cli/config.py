"""`eventstudy config`: every setting of a command, its value here and where that comes from."""

from __future__ import annotations

from typing import Any

import click

from eventstudy.cli._command import command
from eventstudy.cli._output import format_option, language, listing, put
from eventstudy.cli._settings import UNSET, in_force, variables_elsewhere
from eventstudy.language import Phrase, Translated, marked, shown


@command("config")
@click.argument("name", nargs=-1, metavar="[COMMAND]")
@click.option("--changed", is_flag=True, help="Only what is not the default.")
@format_option
@click.pass_context
def COMMAND(ctx: click.Context, /, name: tuple[str, ...], changed: bool, form: str) -> None:  # noqa: N802
    """Print every setting of a COMMAND (run), its value here, and where that comes from.

    \b
    eventstudy config
    eventstudy config report --changed
    eventstudy config prices fetch

    A flag comes before EVENTSTUDY_*, that before eventstudy.toml in this folder, and that before the default.
    """
    rows = [
        {"setting": one.name, "value": _shown(one.value, form), "origin": Phrase.quoted(one.origin)}
        for one in (*in_force(ctx.find_root(), name or ("run",)), *variables_elsewhere())
        if not changed or one.origin != UNSET
    ]
    nothing = form == "table" and not rows
    put(shown(Phrase("nothing is changed"), "", language()) if nothing else listing("config", rows, form))


marked("default", "environment")


def _shown(value: Any, form: str) -> Any:
    """A value as it is in JSON, and else as the settings file would have it."""
    if form == "json":
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return " ".join(f"[{_shown(part, form)}]" if isinstance(part, tuple | list) else str(part) for part in value)
    return "" if value is None else value if isinstance(value, Translated) else str(value)
