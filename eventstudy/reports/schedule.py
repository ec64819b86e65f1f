"""What a scheduler needs to run `eventstudy update`: systemd, cron, launchd, Windows or GitHub.

Prices of a session are read the morning after: half past six, Monday (for what was corrected over the weekend) to Saturday.
Where a scheduler knows no zone but its own, what follows the close of an exchange runs at the latest time of the year at which
that close falls.
"""

from __future__ import annotations

import plistlib
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from eventstudy.errors import InvalidRequest, Sentence, UnknownName
from eventstudy.language import MONTHS, WEEKDAYS
from eventstudy.reports.rhythm import DAYS, Rhythm, rhythm

if TYPE_CHECKING:
    from eventstudy.reports.study_file import StudyFile


def show(
    kind: str,
    study: Path,
    at: str = "06:30",
    python: str = sys.executable,
    *,
    local: Callable[[datetime], datetime] = datetime.astimezone,
    today: date | None = None,
) -> dict[str, str]:
    """File name -> text of what the scheduler `kind` (systemd, cron, launchd, windows, github) needs.

    `at`: when (see `rhythm`); `local` puts an instant into the time of the machine, as it is from `today` on.

    Raises:
        UnknownName: no such scheduler or exchange. InvalidRequest: no rhythm, or a path that the scheduler cannot hold.
    """
    if kind not in KINDS:
        raise UnknownName("scheduler", kind, KINDS)
    today = today or datetime.now().astimezone().date()
    when = rhythm(at, today)
    if kind == "github":
        when = when.in_time_of(lambda instant: instant.astimezone(UTC), today)
    elif kind != "systemd":
        when = when.in_time_of(local, today)
    return KINDS[kind](study, when, python)


def _why(when: Rhythm) -> str:
    """A comment on a time that follows a close; empty where it does not."""
    if not when.exchange:
        return ""
    return f"# half an hour after the close of {when.exchange}, as late as that is here in the year\n"


def systemd(study: Path, when: Rhythm, python: str) -> dict[str, str]:
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
OnCalendar={_on_calendar(when)}
Persistent=true
RandomizedDelaySec=5min
Unit=eventstudy-update.service

[Install]
WantedBy=timers.target
"""
    return {"eventstudy-update.service": service, "eventstudy-update.timer": timer}


def _on_calendar(when: Rhythm) -> str:
    spans = [DAYS[a] if a == b else f"{DAYS[a]}..{DAYS[b]}" for a, b in when.spans()]
    days = f"{','.join(spans)} " if spans and not when.whole_week else ""
    month = f"{when.of_month:02}" if when.of_month else "*"
    return f"{days}*-*-{month} {when.at:%H:%M:%S}{f' {when.zone}' if when.zone else ''}"


def _unit_text(text: str) -> str:
    return text.replace("%", "%%")


def _unit_word(word: str) -> str:
    """A word of ExecStart: quoted where it has to be, with % and $ meaning themselves."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{plain}"' if re.search(r"[\s\"'\\;]", word) else plain


def cron(study: Path, when: Rhythm, python: str) -> dict[str, str]:
    """A line for `crontab -e`; cron mails what it prints."""
    path = _held(study.absolute(), "a crontab", r"[^\x00-\x1f\x7f]*")
    words = [python, "-m", "eventstudy", "update", str(path), "--catch-up", "--quiet"]
    command = f"cd {shlex.quote(str(path.parent))} && {shlex.join(words)}".replace("%", r"\%")
    return {"crontab": f"{_why(when)}{_fields(when)} {command}\n"}


def _fields(when: Rhythm) -> str:
    """The five fields of cron; Sunday is 0."""
    numbers = sorted((day + 1) % 7 for day in when.days)
    spans = Rhythm(when.at, tuple(numbers)).spans()
    days = "*" if when.whole_week or not spans else ",".join(f"{a}-{b}" if a != b else f"{a}" for a, b in spans)
    return f"{when.at.minute} {when.at.hour} {when.of_month or '*'} * {days}"


def launchd(study: Path, when: Rhythm, python: str) -> dict[str, str]:
    """An agent: into ~/Library/LaunchAgents, then `launchctl load` with its path; what was slept through is made up for."""
    path = _held(study.absolute(), "a property list", r"[^\x00-\x1f\x7f]*")
    clock = {"Hour": when.at.hour, "Minute": when.at.minute}
    days = [{"Day": when.of_month}] if when.of_month else [{"Weekday": (day + 1) % 7} for day in when.days]
    agent = {
        "Label": "eventstudy-update",
        "ProgramArguments": [python, "-m", "eventstudy", "update", str(path), "--catch-up", "--quiet"],
        "WorkingDirectory": str(path.parent),
        "StartCalendarInterval": [{**day, **clock} for day in days],
    }
    return {"eventstudy-update.plist": plistlib.dumps(agent, sort_keys=False).decode()}


def windows(study: Path, when: Rhythm, python: str) -> dict[str, str]:
    """A task: `schtasks /Create /TN eventstudy-update /XML eventstudy-update.xml`; a time that was missed is made up for."""
    path = _held(study.absolute(), "a task", r"[^\x00-\x1f\x7f]*")
    words = subprocess.list2cmdline(["-m", "eventstudy", "update", str(path), "--catch-up", "--quiet"])
    if when.of_month:
        every = f"<ScheduleByMonth><DaysOfMonth><Day>{when.of_month}</Day></DaysOfMonth><Months>"
        every += "".join(f"<{month}/>" for month in MONTHS["en"]) + "</Months></ScheduleByMonth>"
    else:
        every = "<ScheduleByWeek><WeeksInterval>1</WeeksInterval><DaysOfWeek>"
        every += "".join(f"<{WEEKDAYS['en'][day]}/>" for day in when.days) + "</DaysOfWeek></ScheduleByWeek>"
    text = f"""\
<?xml version="1.0"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Event study reports of {escape(path.name)}</Description></RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2020-01-01T{when.at:%H:%M:%S}</StartBoundary>
      {every}
    </CalendarTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>true</RunOnlyIfNetworkAvailable>
  </Settings>
  <Actions>
    <Exec>
      <Command>{escape(python)}</Command>
      <Arguments>{escape(words)}</Arguments>
      <WorkingDirectory>{escape(str(path.parent))}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""
    return {"eventstudy-update.xml": text}


def github(study: Path, when: Rhythm, python: str) -> dict[str, str]:
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
    - cron: "{_fields(when)}"
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
      # of a copy of eventstudy-lab at the top of this repository; where it lies in a folder, name that: ./FOLDER
      - run: python -m pip install {_package(found)}
      - uses: actions/cache@v4
        with:
          path: {_yaml(str(folder))}
          key: event-study-reports-${{{{ github.run_id }}}}
          restore-keys: event-study-reports-
      - name: update{_secrets(found)}
        # 4: written, with what is missing named in the report
        run: eventstudy update {shlex.quote(_yaml(study.name))} --catch-up || [ $? -eq 4 ]
      - uses: actions/upload-artifact@v4
        with:
          name: reports
          path: {_yaml(str(folder))}
"""
    return {"event-study-reports.yml": text}


def _package(study: StudyFile) -> str:
    """What is installed: the copy of the package that is checked out, with the extra that its formats need."""
    return "'.[slides]'" if "pptx" in study.formats else "."


def _secrets(study: StudyFile) -> str:
    """The variables that a study needs, from the secrets of the repository: who asks the SEC, where news are sent."""
    needed = ["EVENTSTUDY_CONTACT"] if study.find else []
    needed += [study.webhook.url_env] if study.webhook else []
    needed += ["EVENTSTUDY_SMTP_PASSWORD"] if study.mail and study.mail.user else []
    if not needed:
        return ""
    lines = "".join(f"\n          {name}: ${{{{ secrets.{name} }}}}" for name in needed)
    return f"\n        # kept under Settings, Secrets and variables, Actions\n        env:{lines}"


def _yaml(word: str) -> str:
    """A word that means itself in YAML, in a shell and where a workflow takes patterns.

    Raises:
        InvalidRequest: it does not.
    """
    if not re.fullmatch(r"\w[\w./+ -]*[\w./+-]|\w", word):
        raise InvalidRequest(
            Sentence("{word!r} cannot stand in a workflow", word=word),
            hint=Sentence("use letters, digits, dots and hyphens in file names"),
        )
    return word


def _held(path: Path, by: str, pattern: str) -> Path:
    """A path that a file of a scheduler can hold as it is: `pattern` matches it and its folder.

    Raises:
        InvalidRequest: it cannot.
    """
    if not all(re.fullmatch(pattern, str(part)) for part in (path, path.parent)):
        raise InvalidRequest(
            Sentence("{by} cannot hold the path {path!r}", by=by, path=str(path)),
            hint=Sentence(
                "rename it: no line breaks or other control characters, and in a unit no backslash and no"
                " blank at the end"
            ),
        )
    return path


KINDS = {"systemd": systemd, "cron": cron, "launchd": launchd, "windows": windows, "github": github}
