"""`eventstudy schedule`: what a scheduler needs to keep reports up to date."""

from __future__ import annotations

from pathlib import Path

import click

from eventstudy.cli._command import Choice
from eventstudy.cli._output import made, put


@click.group("schedule")
def COMMAND() -> None:  # noqa: N802
    """Print what systemd, cron or GitHub needs to keep reports up to date."""


@COMMAND.command("show")
@click.argument("kind", type=Choice(["systemd", "cron", "github"]))
@click.option("--study", type=click.Path(), default="study.toml", show_default=True, help="The study file.")
@click.option("--at", default="06:30", show_default=True, help="Time of the machine; of GitHub: UTC.")
@click.option("--output", type=click.Path(file_okay=False), help="Write the files into this folder instead of stdout.")
def show(kind: str, study: str, at: str, output: str | None) -> None:
    """Print a unit with its timer, a crontab line, or a workflow that runs `eventstudy update`."""
    from eventstudy.reports.schedule import show as texts

    found = texts(kind, Path(study), at)
    if output is not None:
        folder = made(output, where=f"--output {output}")
        for name, text in found.items():
            put(text, str(folder / name))
        return
    several = len(found) > 1
    put("\n".join(f"# {name}\n{text}" if several else text for name, text in found.items()))
