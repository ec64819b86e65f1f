"""`eventstudy update`: bring the reports of a study file up to date (what the scheduler runs)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from eventstudy.cli._command import Choice, command
from eventstudy.cli._output import TABLES, put, say, verbose_option, written_as
from eventstudy.text import columns, json_text

if TYPE_CHECKING:
    from eventstudy.reports.update import Summary


@command("update")
@click.argument("study", type=click.Path(), default="study.toml")
@click.option(
    "--as-of", default="last-session", metavar="DATE|last-session", show_default=True, help="Read no newer price."
)
@click.option("--catch-up", is_flag=True, help="Session by session since the last change, each with its own news.")
@click.option("--format", "form", type=Choice(["table", "json"]), default="table", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False), help="Write the summary to this file instead of stdout.")
@click.option("--quiet", is_flag=True, help="Print the summary only where something changed or is missing.")
@verbose_option()
@written_as({form: TABLES[form] for form in ("table", "json")})
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context,
    study: str,
    as_of: str,
    catch_up: bool,
    form: str,
    output: str | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Bring the reports of a STUDY file up to date: fetch what is missing, write what differs, say what changed.

    \b
    events = ["deepseek-r1"]        # study.toml
    formats = ["html", "xlsx"]
    [options]
    benchmark = "SPY"

    Exits with 4 where something is missing (the report names it), and with 75 where it should be tried again later.
    """
    from eventstudy.reports.study_file import read_study
    from eventstudy.reports.update import send, update
    from eventstudy.request import last_day

    asked = read_study(study)
    summary = update(asked, last_day(as_of), catch_up=catch_up)
    failed = send(asked)
    code = summary.exit_code or (4 if failed else 0)
    if form == "json":
        told = {**summary.to_dict(), "exit_code": code, "undelivered": failed}
        put(json_text(told), output)
    elif not quiet or summary.written or code:
        put(_lines(summary), output)
    for problem in failed:
        say(f"eventstudy: {problem}")
    ctx.exit(code)


def _lines(summary: Summary) -> str:
    rows = []
    for e in summary.events:
        told = [
            *([e.doubts] if e.doubts else []),
            *(e.changes if e.status in ("new", "updated") else ()),
            *([e.gap] if e.gap else []),
        ]
        rows.append([e.status, e.id, "; ".join(told)])
    rows += [["removed", id, ""] for id in summary.removed]
    rows += [["found", one.finder, "; ".join((f"{len(one.added)} new", *one.told))] for one in summary.found]
    written = f"{len(summary.written)} files written" if summary.written else "nothing to write"
    return f"{columns(rows)}\n{summary.output}: {written}"
