"""`eventstudy schedule show`: units that systemd accepts, a line that cron would run, a workflow that calls us."""

from __future__ import annotations

import plistlib
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from eventstudy.reports.rhythm import rhythm

from tests.cli.conftest import Ran

Es = Callable[..., Ran]
ODD = "my study 100%.toml"


@pytest.fixture
def es(es: Es, tmp_path: Path) -> Es:
    """The command in a folder with a study file."""
    written(tmp_path / "study.toml"), written(tmp_path / ODD)
    return es


def written(path: Path) -> Path:
    """A study file."""
    path.parent.mkdir(exist_ok=True)
    path.write_text('events = ["deepseek-r1"]\n', encoding="utf-8")
    return path


def crontab(text: str) -> list[tuple[list[str], str]]:
    """The fields and the command of each line, as cron(5) reads them; % ends a command unless it is escaped."""
    found = []
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        *when, command = line.split(None, 5)
        assert len(when) == 5
        for field, (low, high) in zip(when, [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)], strict=True):
            for part in field.split(","):
                span, _, step = part.partition("/")
                assert not step or int(step) > 0
                ends = [] if span == "*" else [int(end) for end in span.split("-")]
                assert all(low <= end <= high for end in ends)
                assert ends == sorted(ends)
        assert not re.search(r"(?<!\\)%", command), "a bare % is a line break for cron"
        found.append((when, command.replace(r"\%", "%")))
    return found


def test_systemd_takes_the_units(es: Es, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on this machine")
    for folder, study in (("units", "study.toml"), ("others", ODD)):
        assert es("schedule", "show", "systemd", "--study", study, "--output", folder).code == 0
        units = sorted(map(str, (tmp_path / folder).iterdir()))
        assert [Path(u).name for u in units] == ["eventstudy-update.service", "eventstudy-update.timer"]
        ran = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
        )
        assert (ran.returncode, ran.stderr) == (0, "")
    when = re.search(r"OnCalendar=(.*)", Path(units[1]).read_text())
    assert when is not None
    ran = subprocess.run(["systemd-analyze", "calendar", when[1]], capture_output=True, text=True, check=False)
    assert "06:30:00" in ran.stdout


def test_systemd_prints_both_units_and_escapes_what_means_something(es: Es) -> None:
    out = es("schedule", "show", "systemd", "--study", ODD).out
    assert out.index("# eventstudy-update.service") < out.index("# eventstudy-update.timer")
    command = re.search(r"ExecStart=(.*)", out)
    assert command is not None
    words = shlex.split(command[1].replace("%%", "%"))
    assert words[:4] == [sys.executable, "-m", "eventstudy", "update"]
    assert words[4].endswith(ODD)
    for code in ("SuccessExitStatus=4", "RestartPreventExitStatus=1 2 3 5", "Persistent=true"):
        assert code in out


@pytest.mark.parametrize("study", ["study.toml", ODD, "it's; rm -rf x.toml"])
def test_cron_would_run_the_command(es: Es, tmp_path: Path, study: str) -> None:
    written(tmp_path / study)
    ((when, command),) = crontab(es("schedule", "show", "cron", "--study", study, "--at", "18:05").out)
    assert when == ["5", "18", "*", "*", "1-6"]
    shell = subprocess.run(
        ["sh", "-c", command.replace(sys.executable, "printf '%s|'")], capture_output=True, text=True, check=True
    )
    assert shell.stdout.split("|")[:4] == ["-m", "eventstudy", "update", str(tmp_path / study)]


@pytest.mark.wait
def test_the_line_of_cron_works(es: Es, tmp_path: Path) -> None:
    text = 'events = ["deepseek-r1"]\n[options]\ntickers = ["NVDA"]\n'
    (tmp_path / ODD).write_text(text, encoding="utf-8")
    ((_, command),) = crontab(es("schedule", "show", "cron", "--study", ODD).out)
    root = str(Path(__file__).parents[2])
    ran = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": root, "PATH": "/usr/bin:/bin"},
    )
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "reports" / "index.html").is_file()


def test_github_runs_update_and_keeps_its_folder(es: Es, tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text('events = ["deepseek-r1"]\noutput = "site/reports"\n', encoding="utf-8")
    text = es("schedule", "show", "github", "--at", "22:30").out
    cron = re.search(r'cron: "(.*)"', text)
    assert cron is not None
    assert crontab(f"{cron[1]} x")[0][0] == ["30", "22", "*", "*", "1-6"]
    assert "run: eventstudy update study.toml --catch-up || [ $? -eq 4 ]" in text
    assert text.count("          path: site/reports\n") == 2
    assert "\t" not in text


def test_a_workflow_has_what_its_study_needs(es: Es, tmp_path: Path) -> None:
    plain = 'events = ["deepseek-r1"]\n'
    (tmp_path / "study.toml").write_text(plain, encoding="utf-8")
    text = es("schedule", "show", "github").out
    assert "at the top of this repository" in text  # no package index has it yet
    assert "pip install .\n" in text
    assert "secrets." not in text
    more = 'registry = "found.toml"\nformats = ["html", "pptx"]\n[[find]]\nfinder = "earnings"\ntickers = ["NVDA"]\n[webhook]\n'
    (tmp_path / "found.toml").write_text("", encoding="utf-8")
    (tmp_path / "study.toml").write_text(more, encoding="utf-8")
    text = es("schedule", "show", "github").out
    assert "pip install '.[slides]'\n" in text
    for name in ("EVENTSTUDY_CONTACT", "EVENTSTUDY_WEBHOOK_URL"):
        assert f"          {name}: ${{{{ secrets.{name} }}}}\n" in text


def test_the_workflow_is_yaml(es: Es, tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml", reason="no YAML reader is installed")
    steps = yaml.safe_load(es("schedule", "show", "github").out)["jobs"]["update"]["steps"]
    assert [step for step in steps if "eventstudy update" in str(step.get("run"))]


WEEK = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]


@pytest.mark.parametrize(
    ("at", "units", "lines", "days"),
    [
        ("06:30", "Mon..Sat *-*-* 06:30:00", "30 6 * * 1-6", [1, 2, 3, 4, 5, 6]),
        ("Mon 07:00", "Mon *-*-* 07:00:00", "0 7 * * 1", [1]),
        ("tuesday,Thu 18:05", "Tue,Thu *-*-* 18:05:00", "5 18 * * 2,4", [2, 4]),
        ("Fri-Mon 07:00", "Mon,Fri..Sun *-*-* 07:00:00", "0 7 * * 0-1,5-6", [1, 5, 6, 0]),
        ("daily 00:00", "*-*-* 00:00:00", "0 0 * * *", [1, 2, 3, 4, 5, 6, 0]),
        ("monthly 07:00", "*-*-01 07:00:00", "0 7 1 * *", []),
        ("Monthly 15 07:00", "*-*-15 07:00:00", "0 7 15 * *", []),
    ],
)
def test_any_rhythm_is_said_to_each_scheduler(
    es: Es, tmp_path: Path, at: str, units: str, lines: str, days: list[int]
) -> None:
    assert f"OnCalendar={units}\n" in es("schedule", "show", "systemd", "--at", at).out
    assert crontab(es("schedule", "show", "cron", "--at", at).out)[0][0] == lines.split()
    assert f'cron: "{lines}"' in es("schedule", "show", "github", "--at", at).out
    minute, hour, of_month, *_ = lines.split()
    each = [{"Weekday": day} for day in days] or [{"Day": int(of_month)}]
    agent = plistlib.loads(es("schedule", "show", "launchd", "--at", at).out.encode())
    assert agent["StartCalendarInterval"] == [{**one, "Hour": int(hour), "Minute": int(minute)} for one in each]
    task = ElementTree.fromstring(es("schedule", "show", "windows", "--at", at).out)
    assert [one.tag.partition("}")[2] for one in task.findall(".//{*}DaysOfWeek/*")] == [WEEK[day] for day in days]
    assert [one.text for one in task.findall(".//{*}DaysOfMonth/{*}Day")] == ([] if days else [of_month])
    assert task.findtext(".//{*}StartBoundary") == f"2020-01-01T{int(hour):02}:{int(minute):02}:00"


@pytest.mark.parametrize(
    ("exchange", "zone", "clock", "days"),
    [  # New York closes at 16:00: 21:00 UTC in winter, 20:00 in summer
        ("XNYS", "UTC", (21, 30), (0, 1, 2, 3, 4)),
        ("XNYS", "America/Chicago", (15, 30), (0, 1, 2, 3, 4)),
        ("XNYS", "Europe/Berlin", (22, 30), (0, 1, 2, 3, 4)),
        ("XNYS", "Asia/Tokyo", (6, 30), (1, 2, 3, 4, 5)),
        ("XLON", "UTC", (17, 0), (0, 1, 2, 3, 4)),
        ("XSAU", "UTC", (12, 30), (0, 1, 2, 3, 6)),
    ],
)
def test_after_a_close_in_the_time_of_the_machine(
    exchange: str, zone: str, clock: tuple[int, int], days: tuple[int, ...]
) -> None:
    today = date(2025, 6, 30)
    found = rhythm(f"close {exchange}", today).in_time_of(lambda moment: moment.astimezone(ZoneInfo(zone)), today)
    assert ((found.at.hour, found.at.minute), found.days) == (clock, days)


def test_systemd_is_told_the_zone_of_the_exchange_and_cron_why(es: Es) -> None:
    assert (
        "OnCalendar=Mon..Fri *-*-* 16:30:00 America/New_York\n"
        in es("schedule", "show", "systemd", "--at", "close XNYS").out
    )
    assert es("schedule", "show", "cron", "--at", "close nyse").out.startswith("# half an hour after the close of XNYS")
    assert "New York has closed" in es("schedule", "show", "systemd", "--at", "close XTKS").err


@pytest.mark.parametrize("study", ["study.toml", ODD, "it's; <x> & y.toml"])
def test_macos_and_windows_get_the_words_of_the_command(es: Es, tmp_path: Path, study: str) -> None:
    words = ["-m", "eventstudy", "update", str(written(tmp_path / study)), "--catch-up", "--quiet"]
    agent = plistlib.loads(es("schedule", "show", "launchd", "--study", study).out.encode())
    assert (agent["ProgramArguments"], agent["WorkingDirectory"]) == ([sys.executable, *words], str(tmp_path))
    task = ElementTree.fromstring(es("schedule", "show", "windows", "--study", study).out)
    assert task.findtext(".//{*}Command") == sys.executable
    assert task.findtext(".//{*}WorkingDirectory") == str(tmp_path)
    told = task.findtext(".//{*}Arguments") or ""
    assert [part.strip('"') for part in re.findall(r'"[^"]*"|\S+', told)] == words


@pytest.mark.parametrize("at", ["Mo 7:00", "Mon", "Mon-Tue-Wed 07:00", "Xyz 07:00", "monthly 31 07:00", "close"])
def test_a_rhythm_that_is_none_is_refused(es: Es, at: str) -> None:
    ran = es("schedule", "show", "windows", "--at", at)
    assert (ran.code, ran.out) == (2, "")
    assert "Mon 07:00" in ran.err


@pytest.mark.parametrize("at", ["24:00", "6:30", "noon", "06:60"])
def test_a_time_that_is_none_is_refused(es: Es, at: str) -> None:
    ran = es("schedule", "show", "cron", "--at", at)
    assert ran.code == 2
    assert "06:30" in ran.err


@pytest.mark.parametrize("name", ["a\nb", "a\rb", "a\x1bb", "back\\", "b\\c", "blank "])
@pytest.mark.parametrize("place", ["file", "folder"])
def test_a_path_that_a_unit_would_alter_is_refused(es: Es, tmp_path: Path, name: str, place: str) -> None:
    path = written(tmp_path / name / "study.toml" if place == "folder" else tmp_path / name)
    ran = es("schedule", "show", "systemd", "--study", str(path))
    assert (ran.code, ran.out) == (2, "")
    assert "a unit cannot hold the path" in ran.err
    in_cron = es("schedule", "show", "cron", "--study", str(path))
    if name.isprintable():
        assert shlex.split(in_cron.out)[-3] == str(path)
    else:
        assert "a crontab cannot hold the path" in in_cron.err


@pytest.mark.parametrize(
    "name", ["*.toml", "~.toml", "~", "-x.toml", "- x.toml", "a b'c.toml", "!x.toml", "a: b.toml", "x #y"]
)
def test_a_name_that_means_something_else_in_a_workflow_is_refused(es: Es, tmp_path: Path, name: str) -> None:
    written(tmp_path / name)
    ran = es("schedule", "show", "github", "--study", str(tmp_path / name))
    assert (ran.code, ran.out) == (2, "")
    assert "cannot stand in a workflow" in ran.err
    in_cron = es("schedule", "show", "cron", "--study", str(tmp_path / name)).out
    assert shlex.split(in_cron)[-3] == str(tmp_path / name)
    assert name in es("schedule", "show", "systemd", "--study", str(tmp_path / name)).out


@pytest.mark.parametrize("kind", ["systemd", "cron", "github"])
def test_what_is_no_study_file_is_refused(es: Es, tmp_path: Path, kind: str) -> None:
    (tmp_path / "folder").mkdir()
    ran = es("schedule", "show", kind, "--study", "nothere.toml", "--output", "units")
    assert (ran.code, ran.out) == (3, "")
    assert "there is no such study file" in ran.err
    assert es("schedule", "show", kind, "--study", "folder", "--output", "units").code == 3
    assert not (tmp_path / "units").exists()


def test_no_file_is_written_over(es: Es, tmp_path: Path) -> None:
    (tmp_path / "units").mkdir()
    timer = tmp_path / "units" / "eventstudy-update.timer"
    timer.write_text("mine")
    ran = es("schedule", "show", "systemd", "--output", "units")
    assert ran.code == 2
    assert "eventstudy-update.timer is there already, and nothing was written" in ran.err
    assert [path.name for path in (tmp_path / "units").iterdir()] == [timer.name]
    assert timer.read_text() == "mine"
    assert es("schedule", "show", "systemd", "--output", str(timer)).code == 2
