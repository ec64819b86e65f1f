"""Where output goes and how it looks: data to stdout or a file, messages to stderr."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from eventstudy.errors import InvalidRequest

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

F = TypeVar("F", bound=Callable[..., Any])


def format_option(f: F) -> F:
    """`--format table|json|csv`."""
    return click.option(
        "--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True
    )(f)


def verbose_option(text: str = "Show the traceback of an error.") -> Callable[[F], F]:
    """`--verbose`, which `main` is told of as well: by the flag, the environment or the settings."""

    def noted(ctx: click.Context, param: click.Parameter, value: bool) -> bool:
        if value and isinstance(ctx.obj, dict):
            ctx.obj["verbose"] = True
        return value

    return click.option(
        "--verbose", is_flag=True, is_eager=True, envvar="EVENTSTUDY_VERBOSE", callback=noted, help=text
    )


def output_options(f: F) -> F:
    """`--format`, `--output`, `--quiet` and `--verbose`."""
    f = verbose_option("Show more, and the traceback of an error.")(f)
    f = click.option("--quiet", is_flag=True, help="No messages on stderr but errors.")(f)
    f = click.option("--output", type=click.Path(dir_okay=False), help="Write to this file instead of stdout.")(f)
    return format_option(f)


def put(content: str | bytes, output: str | None = None) -> None:
    """Print a text, or write it or bytes to a file: the whole file or none of it.

    Raises:
        InvalidRequest: the file cannot be written.
    """
    if isinstance(content, str):
        content = content if content.endswith("\n") else content + "\n"
    if output is None:
        click.echo(content, nl=False)
        return
    made = content if isinstance(content, bytes) else content.encode()
    path = Path(output)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(made)
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise InvalidRequest(f"cannot write {output}: {error.strerror}", hint="name another file") from error


def say(text: str, *, quiet: bool = False) -> None:
    """A message on stderr, unless quiet."""
    if not quiet:
        click.echo(text, err=True)


def answer(
    form: str,
    output: str | None,
    *,
    plain: Callable[[], Mapping[str, Any]],
    rows: Callable[[], pd.DataFrame],
    lines: Callable[[], Iterable[str]],
) -> None:
    """Put what was found in the form that was asked for: as plain values, as a table of rows, or as lines for people."""
    if form == "json":
        put(json.dumps(plain(), ensure_ascii=False, indent=1, allow_nan=False), output)
    elif form == "csv":
        put(rows().to_csv(index=False), output)
    else:
        put("\n".join(lines()), output)


def draw(plot: Callable[[], Axes], chart: str | None, *, quiet: bool) -> None:
    """Write the picture of an answer into the file `chart`, if one is named, and say so."""
    if chart:
        from eventstudy.charts import save

        save(plot(), chart)
        say(chart, quiet=quiet)


def listing(name: str, rows: Sequence[Mapping[str, Any]], form: str) -> str:
    """Rows as a table for people, as JSON (`eventstudy.<name>/1`), or as CSV."""
    if form == "json":
        return json.dumps({"schema": f"eventstudy.{name}/1", "rows": list(rows)}, ensure_ascii=False, indent=1)
    columns = list(rows[0]) if rows else []
    if form == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_plain(row[c]) for c in columns] for row in rows)
        return text.getvalue()
    return columns_of([columns, *([_plain(row[c]) for c in columns] for row in rows)])


def columns_of(lines: Sequence[Sequence[str]], right: Sequence[int] = (), gap: int = 2) -> str:
    """Text laid out in columns; those whose numbers are in `right` are aligned to the right."""
    if not lines:
        return ""
    width = [max(len(line[c]) for line in lines if c < len(line)) for c in range(max(map(len, lines)))]
    laid = [
        (" " * gap).join(text.rjust(width[c]) if c in right else text.ljust(width[c]) for c, text in enumerate(line))
        for line in lines
    ]
    return "\n".join(line.rstrip() for line in laid)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
