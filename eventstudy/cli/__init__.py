"""The command `eventstudy`: one thin command a file, no numbers."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from eventstudy import __version__, plugins
from eventstudy.cli._command import Commands, as_refusal
from eventstudy.cli._settings import FILE, refuse_misspelt, settings
from eventstudy.errors import EventStudyError, Sentence, UnknownName
from eventstudy.text import STDERR, fitted

_BETWEEN_COLLECTIONS = 250_000
"""Containers made until cyclic garbage is looked for: what a command imports is none, and looking through it takes its time."""


class _Commands(Commands):
    """The commands are the files of this folder; one is imported when it is run, or describes itself."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands."""
        return plugins.names("commands")

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of that name, or None."""
        return plugins.load("commands", name) if name in plugins.names("commands") else None

    def meant(self, ctx: click.Context, word: str) -> str:
        """The command that a word means; the words of `run` without it lead to it.

        Raises:
            UnknownName: none.
        """
        try:
            return plugins.meant("commands", word)
        except UnknownName as error:
            from eventstudy.events import shipped_registry
            from eventstudy.language import Phrase

            if os.path.exists(word) or word in shipped_registry().ids:
                error.hint = Sentence("eventstudy run {word}", word=word)
            of_groups = [
                f"eventstudy {name} {word}"
                for name in _GROUPS
                if word in getattr(self.get_command(ctx, name), "commands", ())
            ]
            error.hint = error.hint or (Phrase("{names:or}", names=of_groups) if of_groups else _FIRST)
            raise

    def purposes(self, ctx: click.Context) -> list[tuple[str, str]]:
        """The first line of each file says what its command is for; none is imported."""
        return [(name, purpose(name)) for name in self.list_commands(ctx)]


_GROUPS = ("events", "prices")
"""Commands that have commands of their own."""
_FIRST = Sentence("eventstudy run EVENT studies an event; eventstudy events list shows some")


def purpose(name: str) -> str:
    """What a command is for, by the first line of its file."""
    with Path(__file__).with_name(f"{name}.py").open(encoding="utf-8") as file:
        said = file.readline().partition("`: ")[2].strip().removesuffix('"""').removesuffix(".")
    return said[:1].upper() + said[1:]


@click.group(
    cls=_Commands,
    context_settings={
        "auto_envvar_prefix": "EVENTSTUDY",
        "help_option_names": ["-h", "--help"],
        "token_normalize_func": str.lower,
    },
)
@click.version_option(__version__, "-V", "--version", prog_name="eventstudy")
@click.pass_context
def command(ctx: click.Context) -> None:
    """What did an event do to prices, and was it chance?

    \b
    eventstudy run deepseek-r1
    eventstudy run --date 2025-01-27 --tickers NVDA,AMD --benchmark SPY
    eventstudy events list

    Options come from the flag, else EVENTSTUDY_*, else eventstudy.toml in this folder, else the default.
    """
    try:
        refuse_misspelt(ctx.invoked_subcommand)
        ctx.default_map = settings(FILE, ctx.invoked_subcommand)
    except EventStudyError:
        if not (ctx.obj or {}).get("help"):  # which is how to find out what the settings may be
            raise


def main(args: list[str] | None = None) -> Any:
    """Run the command; errors of ours become one message and their exit code (see `eventstudy.errors`)."""
    args = sys.argv[1:] if args is None else args
    if "numpy" not in sys.modules:  # a process of its own
        os.environ.setdefault(
            "OPENBLAS_NUM_THREADS", "1"
        )  # threads of small products wait, and digits hang on their number
        os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # each installed package is asked for them
        gc.set_threshold(_BETWEEN_COLLECTIONS)
        atexit.register(gc.freeze)  # nor is it looked through when all of it goes: an eighth of a run
    told: dict[str, Any] = {
        "verbose": "--verbose" in args,  # also by the environment or the settings, once these are read
        "help": bool({"-h", "--help"} & set(args)),
        **_language(args),  # also by the settings, as above
    }
    try:
        code = command.main(args=args, prog_name="eventstudy", standalone_mode=False, obj=told)
    except click.ClickException as error:
        click.echo(fitted(_told_by_click(error, told), STDERR), err=True)
        code = error.exit_code
    except click.Abort:
        click.echo(_refusal(EventStudyError(Sentence("stopped")), told), err=True)
        code = 130
    except EventStudyError as error:
        _trace(told)
        click.echo(fitted(f"eventstudy: {_refusal(error, told)}", STDERR), err=True)
        code = error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    except Exception as error:  # noqa: BLE001 - told as a fault, with its traceback where that is asked for
        _trace(told)
        from eventstudy.cli._output import unwritable

        fault = unwritable(error) if isinstance(error, OSError) and told["help"] else _Fault(error)
        click.echo(f"eventstudy: {_refusal(fault, told)}", err=True)
        code = fault.exit_code
    sys.exit(code or 0)


def _language(args: list[str]) -> dict[str, str]:
    """The language that the line or the environment names, before it is read: what is wrong with it is said in it."""
    given = [(mark or after).lower() for one, after in pairwise([*args, ""]) for name, _, mark in [one.partition("=")]
             if name == "--lang"]  # fmt: skip
    named = [one for one in (*given, os.environ.get("EVENTSTUDY_LANG", "").lower()) if one in ("en", "de")]
    return {"lang": named[0]} if named else {}


class _Fault(EventStudyError):
    """Something that the program does not expect."""

    def __init__(self, error: Exception) -> None:
        """What Python says of it, and what to do."""
        super().__init__(
            Sentence("a fault of the program: {kind}: {said}", kind=type(error).__name__, said=error),
            hint=Sentence("run it again with --verbose and report what it prints"),
        )


def _refusal(error: EventStudyError, told: dict[str, Any]) -> str:
    from eventstudy.language import refusal

    return refusal(error, told.get("lang", "en"))


def _told_by_click(error: click.ClickException, told: dict[str, Any]) -> str:
    """What is wrong with the words of a command: with its usage, or as a refusal of ours in another language."""
    refused = as_refusal(error)
    if refused and (said := _refusal(refused, told)) != str(refused):
        return f"eventstudy: {said}"
    shown = StringIO()
    error.show(shown)
    return shown.getvalue().rstrip("\n")


def _trace(told: dict[str, Any]) -> None:
    """The traceback of the error at hand, where `--verbose` is on; the message and the exit code stay as they are."""
    if told["verbose"]:
        import traceback

        traceback.print_exc()
