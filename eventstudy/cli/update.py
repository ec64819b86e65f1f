"""`eventstudy update`: bring the reports of a study file up to date (what the scheduler runs)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from eventstudy.cli._command import Choice, command
from eventstudy.cli._output import TABLES, progress, put, say, verbose_option, written_as
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
@click.option(
    "--notify-if",
    multiple=True,
    type=Choice(["changed", "finding", "doubt", "failed"]),
    help="When mail and webhook are told, and --quiet prints; may be repeated. [default: the study file's, or changed]",
)
@click.option("--quiet", is_flag=True, help="Print the summary only where something changed or is missing.")
@verbose_option()
@written_as({form: TABLES[form] for form in ("table", "json")})
@click.pass_context
def COMMAND(  # noqa: N802
    ctx: click.Context,
    study: str,
    as_of: str,
    catch_up: bool,
    notify_if: tuple[Any, ...],
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
    if notify_if:
        asked = asked.model_copy(update={"notify_if": notify_if})
    summary = update(asked, last_day(as_of), catch_up=catch_up, progress=progress(quiet))
    failed = send(asked)
    code = summary.exit_code or (4 if failed else 0)
    if form == "json":
        told = {**summary.to_dict(), "exit_code": code, "undelivered": failed}
        put(json_text(told), output)
    elif not quiet or (summary.calls_for(asked.notify_if) if asked.notify_if else summary.written or code):
        put(_lines(summary), output)
    for problem in failed:
        say(f"eventstudy: {problem}")
    ctx.exit(code)


def _lines(summary: Summary) -> str:
    """What changed first, in a line and then by report; what did not change below."""
    rows = []
    for e in sorted(summary.events, key=lambda e: _ORDER.index(e.status)):
        told = [
            *([e.doubts.removesuffix(".")] if e.doubts else []),
            *(e.changes if e.status in ("new", "updated") else ()),
            *([e.gap] if e.gap else []),
        ]
        rows.append([e.status, e.id, "; ".join(told)])
    gone = f"not announced in the span of the study file, {summary.aged}" if summary.aged else "not in the study file"
    rows += [["removed", id, gone] for id in summary.removed]
    rows += [["found", one.finder, "; ".join((f"{len(one.added)} new", *one.told))] for one in summary.found]
    rows += [["left out", e.event_id, str(e.message)] for e in summary.excluded]
    written = f"{len(summary.written)} files written" if summary.written else "nothing to write"
    return "\n".join([*_opening(summary), columns(rows), f"{summary.output}: {written}"])


_ORDER = ("failed", "kept", "new", "updated", "unchanged")


def _opening(summary: Summary) -> list[str]:
    """How many reports are new, changed or could not be brought up to date, since when."""
    counts = {status: sum(e.status == status for e in summary.events) for status in _ORDER}
    told = [
        f"{n} {word}"
        for n, word in (
            (counts["new"], "new"),
            (counts["updated"], "changed"),
            (len(summary.removed), "removed"),
            (counts["kept"] + counts["failed"], "not brought up to date"),
            (sum(bool(e.doubts) for e in summary.events), "in doubt"),
        )
        if n
    ]
    since = f"Since {summary.since}: " if summary.since else ""
    what = ", ".join(told) if told else "nothing changed"
    opening = [f"{since}{what} ({len(summary.events)} report{'s' if len(summary.events) != 1 else ''})."]
    if summary.back:
        opening += [f"As of {summary.as_of}, a day before these reports were last changed: what they know stays."]
    return opening
