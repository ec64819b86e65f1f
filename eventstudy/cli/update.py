"""`eventstudy update`: bring the reports of a study file up to date (what the scheduler runs)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from eventstudy.cli._command import Choice, command
from eventstudy.cli._output import TABLES, form_option, progress, put, say, verbose_option, written_as
from eventstudy.language import Phrase, marked, spoken, spoken_in
from eventstudy.text import columns, json_text

if TYPE_CHECKING:
    from eventstudy.reports.update import Summary


@command("update")
@click.argument("study", type=click.Path(), default="study.toml")
@click.option(
    "--as-of", default="last-session", metavar="DATE|last-session", show_default=True, help="Read no newer price."
)
@click.option("--catch-up", is_flag=True, help="Session by session since the last change, each with its own news.")
@form_option("table", "json")
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
        with spoken_in(ctx.obj.get("lang", asked.lang) if isinstance(ctx.obj, dict) else asked.lang):
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
        rows.append([spoken(e.status), e.id, "; ".join(told)])
    gone = Phrase("not in the study file")
    if summary.aged:
        gone = Phrase("not announced in the span of the study file, {span}", span=summary.aged)
    rows += [[spoken(Phrase("removed")), id, spoken(gone)] for id in summary.removed]
    for one in summary.found:
        new = spoken(Phrase("{n} new", n=len(one.added)))
        rows.append([spoken(Phrase("found")), one.finder, "; ".join((new, *map(spoken, one.told)))])
    rows += [[spoken(Phrase("left out")), e.event_id, spoken(e.message)] for e in summary.excluded]
    n, where = len(summary.written), summary.output
    wrote = Phrase.counted("{where}: {n} file written", "{where}: {n} files written", where=where, n=n)
    written = wrote if n else Phrase("{where}: nothing to write", where=where)
    return "\n".join([*_opening(summary), columns(rows), spoken(written)])


_ORDER = marked("failed", "kept", "new", "updated", "unchanged")


def _opening(summary: Summary) -> list[str]:
    """How many reports are new, changed or could not be brought up to date, since when."""
    n = {status: sum(e.status == status for e in summary.events) for status in _ORDER}
    told = [
        Phrase("{n} new", n=n["new"]),
        Phrase("{n} changed", n=n["updated"]),
        Phrase("{n} removed", n=len(summary.removed)),
        Phrase("{n} not brought up to date", n=n["kept"] + n["failed"]),
        Phrase("{n} in doubt", n=sum(bool(e.doubts) for e in summary.events)),
    ]
    told = [one for one in told if one.params["n"]]
    what = Phrase.counted(
        "{what} ({n} report).",
        "{what} ({n} reports).",
        what=Phrase("{names}", names=told) if told else Phrase("nothing changed"),
        n=len(summary.events),
    )
    opening = [spoken(Phrase("Since {day}: {what}", day=summary.since, what=what) if summary.since else what)]
    if summary.back:
        back = Phrase(
            "As of {day}, a day before these reports were last changed: what they know stays.", day=summary.as_of
        )
        opening.append(spoken(back))
    return opening
