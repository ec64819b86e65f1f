"""What a scheduler needs to run `eventstudy update`: systemd units, a crontab line, a GitHub workflow.

Prices of a session are read the morning after: half past six, Monday (for what was corrected over the weekend) to Saturday.
"""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path, PurePosixPath

from eventstudy.errors import InvalidRequest, UnknownName

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def clock(text: str) -> tuple[int, int]:
    """Hour and minute of a time such as `06:30`.

    Raises:
        InvalidRequest: not a time.
    """
    found = _CLOCK.fullmatch(text)
    if not found:
        raise InvalidRequest(f"--at cannot be {text!r}", available="a time such as 06:30")
    return int(found[1]), int(found[2])


def show(kind: str, study: Path, at: str = "06:30", python: str = sys.executable) -> dict[str, str]:
    """File name -> text of what the scheduler `kind` (systemd, cron, github) needs.

    Raises:
        UnknownName: no such scheduler. InvalidRequest: a time, or a path that a crontab cannot hold.
    """
    if kind not in KINDS:
        raise UnknownName("scheduler", kind, KINDS)
    return KINDS[kind](study, *clock(at), python)


def systemd(study: Path, hour: int, minute: int, python: str) -> dict[str, str]:
    """A service and its timer: `systemctl --user enable --now eventstudy-update.timer`."""
    path = _held(study.absolute(), "a unit", r"[^\x00-\x1f\x7f\\]*[^\x00-\x1f\x7f\\\s]")
    command = " ".join(_unit_word(word) for word in (python, "-m", "eventstudy", "update", str(path), "--catch-up"))
    service = f"""\
[Unit]
Description=Event study reports of {_unit_text(path.name)}
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=6h
StartLimitBurst=8

[Service]
Type=oneshot
WorkingDirectory={_unit_text(str(path.parent))}
ExecStart={command}
# 4: written, with what is missing named in the report
SuccessExitStatus=4
# 75: rate limited, or another update is at work
Restart=on-failure
RestartSec=30min
RestartPreventExitStatus=1 2 3 5
"""
    timer = f"""\
[Unit]
Description=When the reports of {_unit_text(path.name)} are brought up to date

[Timer]
OnCalendar=Mon..Sat *-*-* {hour:02}:{minute:02}:00
Persistent=true
RandomizedDelaySec=5min
Unit=eventstudy-update.service

[Install]
WantedBy=timers.target
"""
    return {"eventstudy-update.service": service, "eventstudy-update.timer": timer}


def _unit_text(text: str) -> str:
    return text.replace("%", "%%")


def _unit_word(word: str) -> str:
    """A word of ExecStart: quoted where it has to be, with % and $ meaning themselves."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{plain}"' if re.search(r"[\s\"'\\;]", word) else plain


def cron(study: Path, hour: int, minute: int, python: str) -> dict[str, str]:
    """A line for `crontab -e`; cron mails what it prints."""
    path = _held(study.absolute(), "a crontab", r"[^\x00-\x1f\x7f]*")
    words = [python, "-m", "eventstudy", "update", str(path), "--catch-up", "--quiet"]
    command = f"cd {shlex.quote(str(path.parent))} && {shlex.join(words)}".replace("%", r"\%")
    return {"crontab": f"{minute} {hour} * * 1-6 {command}\n"}


def github(study: Path, hour: int, minute: int, python: str) -> dict[str, str]:
    """A workflow for `.github/workflows/`; the folder of reports is kept from run to run, and published as an artifact."""
    from eventstudy.reports.study_file import read_study

    found = read_study(study)
    here = study.absolute().parent
    output = found.output.relative_to(here).as_posix() if found.output.is_relative_to(here) else found.output.name
    folder = PurePosixPath(output)
    text = f"""\
name: event study reports
on:
  schedule:
    - cron: "{minute} {hour} * * 1-6"
  workflow_dispatch:
permissions:
  contents: read
concurrency:
  group: event-study-reports
jobs:
  update:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: python -m pip install eventstudy-lab
      - uses: actions/cache@v4
        with:
          path: {_yaml(str(folder))}
          key: event-study-reports-${{{{ github.run_id }}}}
          restore-keys: event-study-reports-
      - name: update
        # 4: written, with what is missing named in the report
        run: eventstudy update {shlex.quote(_yaml(study.name))} --catch-up || [ $? -eq 4 ]
      - uses: actions/upload-artifact@v4
        with:
          name: reports
          path: {_yaml(str(folder))}
"""
    return {"event-study-reports.yml": text}


def _yaml(word: str) -> str:
    """A word that means itself in YAML, in a shell and where a workflow takes patterns.

    Raises:
        InvalidRequest: it does not.
    """
    if not re.fullmatch(r"\w[\w./+ -]*[\w./+-]|\w", word):
        raise InvalidRequest(
            f"{word!r} cannot stand in a workflow", hint="use letters, digits, dots and hyphens in file names"
        )
    return word


def _held(path: Path, by: str, pattern: str) -> Path:
    """A path that a file of a scheduler can hold as it is: `pattern` matches it and its folder.

    Raises:
        InvalidRequest: it cannot.
    """
    if not all(re.fullmatch(pattern, str(part)) for part in (path, path.parent)):
        raise InvalidRequest(
            f"{by} cannot hold the path {str(path)!r}",
            hint="rename it: no line breaks or other control characters, and in a unit no backslash and no blank at the end",
        )
    return path


KINDS = {"systemd": systemd, "cron": cron, "github": github}
