"""`eventstudy schedule`: what a scheduler needs to keep reports up to date."""

from __future__ import annotations

import os
from pathlib import Path

import click

from eventstudy.cli._command import Choice, Commands
from eventstudy.cli._output import made, put, say, there_already
from eventstudy.errors import InvalidRequest, Sentence
from eventstudy.language import Phrase


@click.group("schedule", cls=Commands)
def COMMAND() -> None:  # noqa: N802
    """Print what systemd, cron, launchd, Windows or GitHub needs to keep reports up to date."""


@COMMAND.command("show")
@click.argument("kind", type=Choice(["systemd", "cron", "launchd", "windows", "github"]))
@click.option("--study", type=click.Path(), default="study.toml", show_default=True, help="The study file.")
@click.option(
    "--at",
    default="06:30",
    metavar="WHEN",
    help="06:30 (Monday to Saturday), 'Mon 07:00', 'Mon-Fri 18:00', 'daily 06:30', 'monthly 1 07:00', or 'close XNYS': half"
    " an hour after that exchange has closed. Time of the machine; of GitHub: UTC. [default: 06:30]",
)
@click.option("--output", type=click.Path(file_okay=False), help="Write the files into this folder instead of stdout.")
def show(kind: str, study: str, at: str, output: str | None) -> None:
    """Print what makes a scheduler run `eventstudy update`, with the paths of this machine.

    \b
    systemd   a unit and its timer (Linux)
    cron      a line for `crontab -e`
    launchd   an agent for ~/Library/LaunchAgents (macOS)
    windows   a task for `schtasks /Create /TN eventstudy-update /XML FILE`
    github    a workflow for .github/workflows
    """
    from eventstudy.reports.schedule import show as texts
    from eventstudy.reports.study_file import read_study

    found = texts(kind, Path(study), at)
    read_study(study)
    if at.lower().startswith("close ") and at.upper().split()[-1] not in ("XNYS", "XNAS", "NYSE", "NASDAQ"):
        say(
            Phrase(
                "`update` reads up to the last session that New York has closed: the day before, where that is still open"
            )
        )
    if output is not None:
        if there := [name for name in found if os.path.exists(Path(output) / name)]:
            raise InvalidRequest(
                there_already(there),
                where=str(Path(output).absolute()),
                hint=Sentence("name another folder with --output, or remove what is there"),
            )
        folder = made(output, where=f"--output {output}")
        for name, text in found.items():
            put(text, str(folder / name))
        return
    several = len(found) > 1
    put("\n".join(f"# {name}\n{text}" if several else text for name, text in found.items()))
