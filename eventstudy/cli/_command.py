"""How a command of ours reads and shows its options: choices with the nearest name, options under headings, completion."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from copy import copy
from datetime import datetime, time
from functools import partial
from inspect import cleandoc
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from eventstudy import plugins
from eventstudy.errors import (
    EventStudyError,
    InvalidFile,
    InvalidRequest,
    NothingUsable,
    Sentence,
    UnknownName,
    named,
    nearest,
)
from eventstudy.units.frequency import is_of_minutes

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Choice(click.Choice):  # type: ignore[type-arg]
    """One of several words; what is none of them is told with the nearest."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The word that is meant."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            choices = [str(choice) for choice in self.choices]
            names, near = ", ".join(map(repr, choices)), nearest(str(value), choices)
            why = Sentence("{value!r} is not one of {names}.", value=value, names=names)
            if near:
                why = Sentence(
                    "{value!r} is not one of {names}. Did you mean {near!r}?", value=value, names=names, near=near
                )
            raise click.BadParameter(why, ctx, param) from error


class Day(click.DateTime):
    """A day, in every notation that `--date` reads."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Midnight of the day that is meant."""
        from eventstudy.tables.written import one_day

        try:
            return datetime.combine(one_day(value), time()) if isinstance(value, str) else value
        except InvalidRequest as error:
            raise InvalidRequest(error.what, where=param.opts[0] if param else None, hint=error.hint) from error

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """In place of the notations."""
        return "DATE"


def frequency_of_minutes(option: str, value: str = "") -> bool:
    """Whether these words ask for rows of minutes: `--frequency 5min`."""
    name, mark, inside = option.partition("=")
    return name == "--frequency" and is_of_minutes(inside if mark else value)


class Files(click.Path):
    """A path; several of them, where the option stands there again."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, or the list of paths."""
        if isinstance(value, str) and _BETWEEN in value:
            return [super(Files, self).convert(one, param, ctx) for one in value.split(_BETWEEN)]
        return super().convert(value, param, ctx)


_BETWEEN = "\0"
"""No path can hold it."""


def _as_one(args: list[str], at: list[int]) -> list[str]:
    """The words of a command with an option that stands at these places once, its values in one."""
    inside = ["=" in args[k] for k in at]
    values = [
        args[k].partition("=")[2] if mark else "".join(args[k + 1 : k + 2]) for k, mark in zip(at, inside, strict=True)
    ]
    gone = {*at, *(k + 1 for k, mark in zip(at, inside, strict=True) if not mark)}
    name = args[at[0]].partition("=")[0]
    kept = [arg for k, arg in enumerate(args) if k not in gone]
    first = sum(k not in gone for k in range(at[0]))
    return [*kept[:first], f"{name}={_BETWEEN.join(values)}", *kept[first:]]


_BOTH = re.compile(r"\s*[\[(]?\s*([-+]?\d+)(?:\s*[,;:]\s*|\s+|\.\.)([-+]?\d+)\s*[\])]?\s*")
"""Both ends of a window in one word."""


def _windows(params: Iterable[click.Parameter]) -> set[str]:
    """The options that take the two ends of a window."""
    return {name for p in params if p.nargs == 2 and p.type is click.INT for name in p.opts}


def _both_ends(params: Iterable[click.Parameter], args: list[str]) -> list[str]:
    """The words of a command, windows that are written as one (`0,1`, `[-1, +1]`) as the two that they are."""
    names, found = _windows(params), list[str]()
    for k, arg in enumerate(args):
        name, mark, inside = arg.partition("=")
        if name.lower() in names and mark and (both := _BOTH.fullmatch(inside)):
            found += [f"{name}={both[1]}", both[2]]
        elif k and args[k - 1].lower() in names and (both := _BOTH.fullmatch(arg)):
            found += [both[1], both[2]]
        else:
            found.append(arg)
    return found


def _advice(params: Iterable[click.Parameter], error: click.UsageError, *, at_files: bool) -> str:
    """What to do about a word too many, an option that lacks, a window with one end; nothing where the message says it."""
    from eventstudy.tables.place import TABLES

    if isinstance(error, click.MissingParameter) and isinstance(error.param, click.Option) and error.param.help:
        return Sentence("{option}: {why}", option=error.param.opts[0], why=Sentence.quoted(error.param.help))
    if isinstance(error, click.BadOptionUsage) and error.option_name in _windows(params):
        return Sentence("Name both ends: {option_name} -1 1.", option_name=error.option_name)
    known = {name for p in params for name in p.opts}
    if "unexpected extra argument" not in error.message:
        return ""
    extra = error.message.rpartition("(")[2].rstrip(").").split(" ")
    if "--prices" in known and any(word.lower().endswith(TABLES) for word in extra):
        return (
            Sentence("--prices may be repeated: --prices A.csv --prices B.csv.")
            if at_files
            else Sentence("Prices: --prices {extra}.", extra=extra[0])
        )
    if "--kind" in known:
        return Sentence("A kind of event: --kind {extra}.", extra=extra[0])
    if {"--date", "--tickers"} <= known:
        return Sentence("An event is an id, a file of events, or --date 2025-01-27 --tickers NVDA.")
    return ""


def _refuse_two_values(command: click.Command, ctx: click.Context, args: list[str]) -> None:
    """Refuse an option of one value that is given two: which of them is meant, nobody knows. The same one again is harmless.

    Raises:
        UsageError: an option has two values.
    """
    parser, once = command.make_parser(ctx), dict[str, click.Option]()
    for param in command.params:
        if isinstance(param, click.Option) and param.name and not (param.multiple or param.count):
            once[param.name] = param
            kind = "append_const" if param.is_flag else "append"
            for flags, value in ((param.opts, True), (param.secondary_opts, False)):
                if flags:
                    parser.add_option(param, flags, param.name, action=kind, nargs=param.nargs, const=value)
    given, _, _ = parser.parse_args(list(args))
    for name, values in given.items():
        if name in once and len(values) > 1 and len({once[name].type_cast_value(ctx, value) for value in values}) > 1:
            told = list(dict.fromkeys(" ".join(v) if isinstance(v, tuple) else str(v) for v in values))
            option = max(once[name].opts + once[name].secondary_opts, key=len)
            more = Sentence(
                "{option} is named more than once: {readings}. It takes one value.",
                option=option,
                readings=Sentence("{first} and {last}", first=", ".join(told[:-1]), last=told[-1]),
            )
            raise click.UsageError(more, ctx)


class Under(click.Option):
    """An option that `--help` shows under a heading."""

    def __init__(self, *args: Any, heading: str, **more: Any) -> None:
        """As any option, with its heading."""
        super().__init__(*args, **more)
        self.heading = heading


class Advised(click.UsageError):
    """What click says of the words of a command, and what to do about it."""

    def __init__(self, error: click.UsageError, advice: str, ctx: click.Context) -> None:
        """Both in one sentence after another."""
        super().__init__(f"{error.format_message().removesuffix('.')}. {advice}", ctx)
        self.error, self.advice = error, advice


def note_language(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """Tell `main` the language that is asked for: refusals and notes are said in it."""
    source = ctx.get_parameter_source(str(param.name))
    if isinstance(ctx.obj, dict) and source is ParameterSource.COMMANDLINE:
        ctx.obj["lang"] = value
    elif isinstance(ctx.obj, dict) and source is not ParameterSource.DEFAULT:
        ctx.obj.setdefault("lang", value)
    return value


LANGUAGE: dict[str, Any] = {
    "type": Choice(["en", "de"]),
    "is_eager": True,
    "default": "en",
    "show_default": True,
    "envvar": "EVENTSTUDY_LANG",
    "callback": note_language,
    "help": "Language of the answer, of messages and of --help.",
}
"""What `--lang` is."""


# ---- what --help says ---------------------------------------------------------------------------------------------------


def in_words(ctx: click.Context, text: str) -> str:
    """A text of `--help` in the language asked for, which may be read before `--lang` is."""
    if _asked(ctx) != "de":
        return text
    from eventstudy.language import in_language

    return in_language(text, "de") or text


def _asked(ctx: click.Context) -> str:
    """The language of the line, else of the environment or the settings."""
    if isinstance(ctx.obj, dict) and "lang" in ctx.obj:
        return str(ctx.obj["lang"])
    option = next((param for param in ctx.command.params if "--lang" in param.opts), None)
    return str(option.consume_value(ctx, {})[0]) if option else "en"


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a help text, each in a line; one that begins with a backspace keeps its lines, as it is code."""
    found = cleandoc(text).partition("\f")[0].split("\n\n")
    return [part if part.startswith("\b") else " ".join(part.split()) for part in found]


WORDS = ("[OPTIONS]", "Of this command", "COMMAND [ARGS]...", "[TICKERS]...", "Usage: ", "Commands", "Options", "default: ",
         "required", "INTEGER", "FLOAT", "PATH", "FILE", "DIRECTORY", "DATE", "COLUMN", "EXCHANGE", "RANGE",
         "NUMBER")  # fmt: skip
"""What click writes around them, and what stands for a value."""


class Told(click.Command):
    """A command whose help is in the language asked for: the options under their headings, at the end its own."""

    def __init__(self, *args: Any, **more: Any) -> None:
        """As any command; each takes `--lang`."""
        super().__init__(*args, **more)
        if not any("--lang" in param.opts for param in self.params):
            self.params.append(click.Option(["--lang"], expose_value=False, **LANGUAGE))

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how it is called."""
        pieces = [in_words(ctx, piece) for piece in self.collect_usage_pieces(ctx)]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=in_words(ctx, "Usage: "))

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what it is for."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text("\n\n".join(in_words(ctx, part) for part in paragraphs(self.help or "")))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, heading by heading."""
        shown: dict[str, list[tuple[str, str]]] = {}
        own: list[tuple[str, str]] = []
        for param in self.get_params(ctx):
            if (record := _record(ctx, param)) is not None:
                (shown.setdefault(param.heading, []) if isinstance(param, Under) else own).append(record)
        last = in_words(ctx, "Of this command") if shown else in_words(ctx, "Options")
        for heading, records in {**{in_words(ctx, name): those for name, those in shown.items()}, last: own}.items():
            with formatter.section(heading):
                formatter.write_dl(records)


def _record(ctx: click.Context, param: click.Parameter) -> tuple[str, str] | None:
    """An option as click shows it, in the language asked for."""
    if not isinstance(param, click.Option) or param.hidden:
        return None
    if _asked(ctx) != "de":
        return param.get_help_record(ctx)
    same = copy(param)
    same.help = in_words(ctx, param.help or "")
    names, text = same.get_help_record(ctx) or ("", "")
    told = re.sub(r"(?<=[\[ ])(default: |required)(?=[^\[]*\]$)", lambda found: in_words(ctx, found[0]), text)
    return re.sub(r"[A-Z]{3,}", lambda found: in_words(ctx, found[0]), names), told


class Command(Told):
    """A command of its own, which reads windows and files as they are meant."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The options that are given; those of minutes lead to the command of minutes."""
        given = [(arg, *args[k + 1 : k + 2]) for k, arg in enumerate(args)]
        bars = any(arg.partition("=")[0] == "--bars" for arg in args)
        rows = any(frequency_of_minutes(*one) for one in given)
        if self.name != "minutes" and (rows or bars) and not any(p.name == "bars" for p in self.params):
            raise click.UsageError(
                Sentence(
                    "Rows of minutes have a command of their own: eventstudy minutes WHAT --bars FILE, or --date"
                    " with a time and --tickers in place of WHAT."
                ),
                ctx,
            )
        words = args[: args.index("--")] if "--" in args else list(args)
        files = [k for k, arg in enumerate(words) if arg.partition("=")[0] == "--prices"]
        if len(files) > 1 and any("--prices" in p.opts and isinstance(p.type, Files) for p in self.params):
            args = _as_one(args, files)
        try:
            args = _both_ends(self.params, args)
            _refuse_two_values(self, ctx, args)
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            if advice := _advice(self.params, error, at_files=bool(files)):
                raise Advised(error, advice, ctx) from error
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; two files that stand in each other's place are named."""
        asked = dict(ctx.params)
        try:
            return super().invoke(ctx)
        except (InvalidFile, NothingUsable) as error:
            from eventstudy.request.swapped import told_of_swapped

            raise told_of_swapped(error, asked) from error.__cause__


command = partial(click.command, cls=Command)


class Commands(Told, click.Group):
    """Commands of a command; one that is none of them is told with those that there are, and the nearest."""

    command_class = Command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, and the commands."""
        super().format_options(ctx, formatter)
        with formatter.section(in_words(ctx, "Commands")):
            formatter.write_dl([(name, in_words(ctx, what)) for name, what in self.purposes(ctx)])

    def purposes(self, ctx: click.Context) -> list[tuple[str, str]]:
        """What each command is for."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        return [(name, paragraphs(one.help or "")[0]) for name, one in found if one]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The command and its words; a language that stands before the command is that of the command."""
        before = 2 if args[:1] == ["--lang"] else 1 if args and args[0].startswith("--lang=") else 0
        if before and len(args) > before and not args[before].startswith("-"):
            args = [args[before], *args[:before], *args[before + 1 :]]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of the first word."""
        if args and not args[0].startswith("-") and not ctx.resilient_parsing:
            args = [self.meant(ctx, args[0]), *args[1:]]
        return super().resolve_command(ctx, args)

    def meant(self, ctx: click.Context, word: str) -> str:
        """The command that a word means.

        Raises:
            UnknownName: none.
        """
        try:
            return named(Sentence("command of {path}", path=ctx.command_path), word, self.list_commands(ctx))
        except UnknownName as error:
            error.hint = error.hint or Sentence("{command} --help shows all", command=ctx.command_path)
            raise


def as_refusal(error: click.ClickException) -> InvalidRequest | None:
    """What click says of the words of a command, as an error of ours; None: something that is not known here."""
    advised = error if isinstance(error, Advised) else None
    advice = advised.advice if advised else None
    error = advised.error if advised else error
    what = _said_by_click(error)
    if what is None:
        return None
    if isinstance(error, click.NoSuchOption) and error.possibilities:
        advice = Sentence("did you mean {near!r}?", near=error.possibilities[0])
    elif (
        advice is None
        and isinstance(error, click.UsageError)
        and error.ctx
        and (isinstance(error, click.NoSuchOption | click.MissingParameter) or error.message == _NO_COMMAND)
    ):
        advice = Sentence("{command} --help shows all", command=error.ctx.command_path)
    return InvalidRequest(what, hint=advice)


_NO_COMMAND = "Missing command."


def _said_by_click(error: click.ClickException) -> str | None:
    """The sentence of click as one of ours."""
    if isinstance(error.message, Sentence):
        param = error.param if isinstance(error, click.BadParameter) else None
        return Sentence("{option}: {why}", option=_name(param), why=error.message) if param else error.message
    if isinstance(error, click.NoSuchOption):
        return Sentence("there is no option {name}", name=error.option_name)
    if isinstance(error, click.MissingParameter) and error.param:
        return Sentence("{name} is missing", name=_name(error.param))
    if isinstance(error, click.BadOptionUsage):
        values = re.search(r"requires (\d+) arguments", error.message)
        if values:
            return Sentence("the option {name} needs {n} values", name=error.option_name, n=values[1])
        return Sentence("the option {name} needs a value", name=error.option_name)
    if isinstance(error, click.BadParameter) and error.param:
        for pattern, why in _OF_VALUES.items():
            if given := re.fullmatch(pattern, error.message):
                return Sentence("{option}: {why}", option=_name(error.param), why=why(given))
    if isinstance(error, click.UsageError) and error.message == _NO_COMMAND:
        return Sentence("a command is missing")
    if words := re.fullmatch(r"Got unexpected extra arguments? \((.*)\)\.?", error.message):
        return Sentence("too many words: {words}", words=words[1])
    return None


_OF_VALUES: dict[str, Callable[[re.Match[str]], Sentence]] = {
    r"'(.*)' is not a valid integer( range)?\.": lambda m: Sentence("{value!r} is not a whole number", value=m[1]),
    r"'(.*)' is not a valid float( range)?\.": lambda m: Sentence("{value!r} is not a number", value=m[1]),
    r"(\S+) is not in the range (.*)\.": lambda m: Sentence(
        "{value} is not in the range {span}", value=m[1], span=m[2]
    ),
    r"\w+ '(.*)' does not exist\.": lambda m: Sentence("there is no {path}", path=m[1]),
    r"File '(.*)' is a directory\.": lambda m: Sentence("{path} is a folder", path=m[1]),
    r"Directory '(.*)' is a file\.": lambda m: Sentence("{path} is a file", path=m[1]),
}
"""What click says of values, and what we do."""


def _name(param: click.Parameter) -> str:
    """An option by its flag, an argument in capitals, as the usage has them."""
    return param.opts[0] if isinstance(param, click.Option) else str(param.metavar or param.name).upper()


# ---- what a shell may complete ----------------------------------------------------------------------------------------

Completes = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


def completing(*families: str) -> Completes:
    """Completes the names of models, tests, charts, sources; `events`: ids of the registry that is named, and files."""

    def complete(ctx: click.Context, param: click.Parameter, begun: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        found = [name for family in families for name in _names(family, ctx) if name.startswith(begun.lower())]
        items = [CompletionItem(name) for name in found]
        return items if items or "events" not in families else [CompletionItem(begun, type="file")]

    return complete


def _names(family: str, ctx: click.Context) -> Iterable[str]:
    if family != "events":
        return plugins.names(family)
    from eventstudy.events import load_registry, shipped_registry

    with suppress(EventStudyError):  # a shell that completes words has no place for a message
        named = ctx.params.get("registry")
        return (load_registry(named) if named else shipped_registry()).ids
    return []
