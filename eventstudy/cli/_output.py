"""Where output goes and how it looks: data to stdout or a file, messages to stderr."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import click
from click.core import ParameterSource

from eventstudy import disk
from eventstudy.cli._command import LANGUAGE, Choice
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.language import Phrase, Translated, marked, shown, spoken, spoken_in, written
from eventstudy.text import STDERR, columns, fitted, json_text, width

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

F = TypeVar("F", bound=Callable[..., Any])


def form_option(*forms: str) -> Callable[[F], F]:
    """`--format` with these formats, the first of them by default."""
    said = "How to write it: to be read, or for a program."
    return click.option("--format", "form", type=Choice(forms), default=forms[0], show_default=True, help=said)


def format_option(f: F) -> F:
    """`--format table|json|csv`."""
    return form_option("table", "json", "csv")(f)


def verbose_option(text: str = "Show the traceback of an error.") -> Callable[[F], F]:
    """`--verbose`, which `main` is told of as well: by the flag, the environment or the settings."""

    def noted(ctx: click.Context, param: click.Parameter, value: bool) -> bool:
        if value and isinstance(ctx.obj, dict):
            ctx.obj["verbose"] = True
        return value

    return click.option(
        "--verbose", is_flag=True, is_eager=True, envvar="EVENTSTUDY_VERBOSE", callback=noted, help=text
    )


def language_option() -> Callable[[F], F]:
    """`--lang en|de` of a command that answers in it."""
    return click.option("--lang", **LANGUAGE)


def language() -> str:
    """The language that the command at hand was asked in."""
    context = click.get_current_context(silent=True)
    return str(context.obj.get("lang", "en")) if context and isinstance(context.obj, dict) else "en"


def output_options(f: F) -> F:
    """`--format`, `--output`, `--quiet` and `--verbose`."""
    f = verbose_option("Show more, and the traceback of an error.")(f)
    f = click.option("--quiet", is_flag=True, help="No messages on stderr but errors.")(f)
    said = "Write to this file (.csv, .json, .txt) instead of stdout (-)."
    f = click.option("--output", type=click.Path(dir_okay=False), help=said)(f)
    return format_option(written_as(TABLES)(f))


STDOUT = "-"
"""What stands for the output of the command in the place of a file."""

# ---- the format that the name of a file says ----------------------------------------------------------------------------

Forms: TypeAlias = Mapping[str, Sequence[str]]
"""Format -> the suffixes of its files; the first is the default."""

TABLES: Forms = {"table": (".txt",), "json": (".json", ".txt"), "csv": (".csv", ".txt")}
PICTURES: Forms = {"png": (".png",), "svg": (".svg",), "pdf": (".pdf",)}

_WRITERS = {
    "eventstudy report": (".html", ".pdf", ".xlsx", ".pptx", ".md", ".tex"),
    "eventstudy plot": (".png", ".svg"),
    "eventstudy run": (".csv", ".json", ".txt"),
}
"""Who writes a file about an event that another command does not write."""


def form_of(
    path: str | None, forms: Forms, given: str | None = None, *, flag: str = "--output", folders: bool = False
) -> str:
    """The format of a file by its suffix, whatever its case; `given` or the first one where it has none.

    `folders`: the path may name a folder too, so whether it can be written to is looked at later.

    Raises:
        InvalidRequest: the command writes no such file, `given` is another format, the command reads that file, or it
            cannot be written.
    """
    if path == STDOUT:
        return given or next(iter(forms))
    _refuse_input(path, flag)
    if path is not None and not folders:
        disk.refuse_unwritable(path, where=f"{flag} {path}".strip())
    suffix = Path(path or "").suffix.lower()
    if not suffix:
        return given or next(iter(forms))
    named = [form for form, suffixes in forms.items() if suffix in suffixes]
    if not named:
        raise _not_written(f"{flag} {path}".strip(), suffix, forms, flag)
    if given is not None and given not in named:
        raise InvalidRequest(
            Sentence("--format {given} and {flag} {path} name two formats", given=given, flag=flag, path=path),
            available=Sentence(
                "{suffix} is {named}, and {given} is {endings}",
                suffix=suffix,
                named=named[0],
                given=given,
                endings=Phrase("{names:or}", names=list(forms[given])),
            ),
            hint=Sentence("leave out --format, or name a file of that format"),
        )
    return given or named[0]


def _refuse_input(path: str | None, flag: str) -> None:
    """A file that the command reads is not written over, whatever name or link leads to it."""
    if path is None or not os.path.isfile(path):
        return
    context = click.get_current_context()
    for option in context.command.params:
        if flag == (option.opts[0] if isinstance(option, click.Option) else ""):
            continue
        given = context.params.get(str(option.name))
        for one in given if isinstance(given, tuple) else (given,):
            if isinstance(one, str) and _is_file(option, one) and Path(one).samefile(path):
                what = Sentence("{path} is read by this command, and would be written over", path=path)
                raise InvalidRequest(what, where=f"{flag} {path}".strip(), hint=Sentence("name another file"))


def _is_file(option: click.Parameter, given: str) -> bool:
    """Whether a file is meant and there: WHAT and --earnings take other words too, without ending and folder."""
    meant = isinstance(option.type, click.Path)
    if option.name in ("what", "earnings"):
        meant = bool(Path(given).suffix or Path(given).parent.name)
    return meant and os.path.isfile(given)


def _not_written(where: str, suffix: str, forms: Forms, flag: str) -> InvalidRequest:
    context = click.get_current_context()
    options = {option.name for option in context.command.params}
    others = [name for name, suffixes in _WRITERS.items() if suffix in suffixes and name != context.command_path]
    hint = Sentence("end the name in one of these, or leave the ending out")
    if flag == "--output" and "chart" in options and suffix in _WRITERS["eventstudy plot"]:
        hint = Sentence("--chart draws {suffix} files", suffix=suffix)
    elif flag == "--output" and "what" in options and others:
        hint = Sentence("`{command}` writes {suffix} files about the same event", command=others[0], suffix=suffix)
    available = ", ".join(dict.fromkeys(one for suffixes in forms.values() for one in suffixes))
    what = Sentence("`{command}` does not write {suffix} files", command=context.command_path, suffix=suffix)
    return InvalidRequest(what, where=where, available=available, hint=hint)


def written_as(forms: Forms, *, folders: bool = False) -> Callable[[F], F]:
    """A command with `--format` and `--output`: where the nearer of them is the file, its name says the format."""

    def add(f: F) -> F:
        @wraps(f)
        def settled(*args: Any, **words: Any) -> Any:
            words["form"] = form_of(words["output"], forms, _given(words["output"], words["form"]), folders=folders)
            return f(*args, **words)

        return cast(F, settled)

    return add


def _given(output: str | None, form: str) -> str | None:
    """The format that was asked for by name; None where it is a default, or stands further away than the file's name."""
    context = click.get_current_context()
    sources = [context.get_parameter_source(name) for name in ("form", "output")]
    named, written = (_NEAR.index(source) if source in _NEAR else len(_NEAR) for source in sources)
    has_suffix = bool(Path(output or "").suffix)
    return form if not has_suffix or (named < len(_NEAR) and named <= written) else None


_NEAR = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT, ParameterSource.DEFAULT_MAP)
"""Where an option can be given, the nearest first."""


def picture_option(flag: str, help: str) -> Callable[[F], F]:
    """An option that names the file of a chart; what cannot be drawn is refused before any work."""

    def checked(_: click.Context, __: click.Parameter, path: str | None) -> str | None:
        if path == STDOUT and flag != "--output":
            raise InvalidRequest(
                Sentence("{flag} - would mix a picture into the text", flag=flag), hint=Sentence("name a file: car.png")
            )
        form_of(path, PICTURES, flag=flag)
        return path

    return click.option(flag, type=click.Path(dir_okay=False), callback=checked, help=help)


def put(content: str | bytes, output: str | None = None) -> None:
    """Print a text or bytes (no file, or `-`), or write them to a file: the whole file or none of it.

    Raises:
        InvalidRequest: the file cannot be written.
    """
    if isinstance(content, str):
        content = content if content.endswith("\n") else content + "\n"
    if output is None or output == STDOUT:
        try:
            click.echo(content, nl=False)
        except BrokenPipeError:
            raise  # who reads has read enough
        except OSError as error:
            raise unwritable(error) from error
        return
    disk.write(output, content if isinstance(content, bytes) else content.encode())


def unwritable(error: OSError) -> InvalidRequest:
    """What is said where nothing can be printed: the disk is full, say."""
    return InvalidRequest(Sentence("the output cannot be written: {said}", said=error.strerror or error))


def there_already(names: Sequence[str]) -> Sentence:
    """What is said of files that would be written over."""
    if len(names) == 1:
        return Sentence("{name} is there already, and nothing was written", name=names[0])
    return Sentence(
        "{names} are there already, and nothing was written", names=Phrase("{names:list}", names=list(names))
    )


def made(folder: str, where: str) -> Path:
    """The folder, made if it is not there.

    Raises:
        InvalidRequest: it cannot be made.
    """
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = Sentence("{folder} cannot be made: {fault}", folder=folder, fault=error.strerror or error)
        raise InvalidRequest(what, where=where, hint=Sentence("name another folder")) from error
    return Path(folder)


def say(text: str, *, quiet: bool = False) -> None:
    """A message on stderr, in the language asked for where it has words of ours, unless quiet."""
    if not quiet:
        click.echo(fitted(shown(text, "", language()), STDERR), err=True)


def progress(quiet: bool) -> Callable[[str, int, int], None] | None:
    """What shows how far something is; None where nobody looks: not on a terminal, or to be quiet."""
    return None if quiet or sys.stderr is None or not sys.stderr.isatty() else bar


def bar(what: str, i: int, n: int) -> None:
    """One line on a terminal: a bar, and what is at work; the last one wipes it."""
    done = round(_BAR * i / max(n, 1))
    line = f"[{'#' * done}{'-' * (_BAR - done)}] {i}/{n} {what}".splitlines()[0][: width() - 1]
    click.echo(f"\r\x1b[K{line}" if i < n else "\r\x1b[K", nl=False, err=True)


_BAR = 30
"""Characters of the progress bar."""


def answer(
    form: str,
    output: str | None,
    *,
    plain: Callable[[], Mapping[str, Any]],
    rows: Callable[[], pd.DataFrame],
    lines: Callable[[], Iterable[str]],
    lang: str = "en",
) -> None:
    """Put what was found in the form that was asked for: as plain values, as rows, or as lines for people in their language."""
    if form == "json":
        put(json_text(plain()), output)
    elif form == "csv":
        put(csv_text(rows()), output)
    else:
        with spoken_in(lang):
            put(fitted("\n".join(lines())), output)


def csv_text(table: pd.DataFrame) -> str:
    """A table as CSV whose texts are texts to a spreadsheet program too."""
    texts = table.select_dtypes(include=["object", "string"]).columns
    return table.assign(**{str(name): [as_text(cell) for cell in table[name]] for name in texts}).to_csv(index=False)


def as_text(cell: Any) -> Any:
    """A cell that no spreadsheet program takes for a formula: one that begins like one gets an apostrophe before it."""
    if not isinstance(cell, str) or not cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def finish(ctx: click.Context, *, lacking: bool, allowed: bool, believable: bool) -> None:
    """Exit with 4 where something is lacking, unless that is allowed, or where a figure is not to be believed."""
    if (lacking and not allowed) or not believable:
        ctx.exit(4)


def draw(plot: Callable[[], Axes], chart: str | None, *, quiet: bool, dpi: float | None = None) -> None:
    """Write the picture of an answer into the file `chart`, if one is named, and say so."""
    if chart:
        from eventstudy.charts import render

        suffix = Path(chart).suffix.lower()  # looked at when the option was read
        kind = next((form for form, those in PICTURES.items() if suffix in those), "png")
        put(render(plot(), kind, dpi=dpi), chart)
        if chart != STDOUT:
            say(chart, quiet=quiet)


def listing(name: str, rows: Sequence[Mapping[str, Any]], form: str) -> str:
    """Rows as a table for people in the language asked for, as JSON (`eventstudy.<name>/1`), or as CSV."""
    if form == "json":
        return json_text({"schema": f"eventstudy.{name}/1", "rows": list(rows)})
    names = list(rows[0]) if rows else []
    if form == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([as_text(_plain(row[c])) for c in names] for row in rows)
        return text.getvalue()
    with spoken_in(language()):
        return columns([[spoken(c) for c in names], *([_read(row[c]) for c in names] for row in rows)])


HEADS = marked("announced", "check", "code", "currency", "final_through", "first", "found", "id", "kind", "message", "name",
               "origin", "outcome", "recognised", "retrieved_at", "session", "sessions", "setting", "source", "status",
               "summary", "through", "ticker", "tickers", "title", "value", "vintage")  # fmt: skip
"""What the columns of the listings are called."""


def _read(value: Any) -> str:
    """A cell for people: sentences of ours and dates in their language, several values after commas."""
    if isinstance(value, list | tuple):
        return ", ".join(map(_read, value))
    if isinstance(value, Phrase | Sentence | Translated):
        return spoken(value)
    return written(value) if isinstance(value, str) else _plain(value)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
