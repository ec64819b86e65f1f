"""`eventstudy.toml`: every setting in it is read, or refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from eventstudy import plugins
from eventstudy.cli._settings import _setting

from tests.cli.conftest import Ran

Es = Callable[..., Ran]
RUN = ("run", "deepseek-r1", "--tickers", "NVDA")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('benchmark = "QQQ"', ["'benchmark' stands outside the table", "line 1", "write it under [run]"]),
        ('benchmrk = "QQQ"', ["no setting called 'benchmrk'", "did you mean 'benchmark'?"]),
        ('[run]\nbenchmrk = "QQQ"', ["no setting called 'benchmrk'", "line 2, [run]", "did you mean 'benchmark'?"]),
        (
            '[run]\ncharacteristics = "x.csv"',
            ["'characteristics' stands in [run]", "write it under [compare] or [regress]"],
        ),
        ('[rnu]\nbenchmark = "QQQ"', ["no command called 'rnu'", "line 1, [rnu]", "did you mean 'run'?"]),
        ("run = 5", ["run is a command, not a setting", "write it as [run]"]),
        ("[[run]]\nseed = 5", ["run is a command, not a setting", "write it as [run]"]),
        ("[run]\nbenchmark = 5", ["benchmark is 5, not text in quotes", "line 2, [run]"]),
        ('[run]\nseed = "5"', ['seed is "5", not a whole number']),
        ('[run]\nquiet = "no"', ['quiet is "no", not true or false']),
        ('[run]\nreturns = "lgo"', ["returns: 'lgo' is not one of 'simple', 'log'", "line 2, [run]"]),
        ("[run]\nwindow = [[0, 1]]\nwindows = [[0, 2]]", ["window and windows are the same setting"]),
        ("[run.more]\nseed = 5", ["no setting called 'more'", "line 1, [run]"]),
    ],
)
def test_what_is_unknown_misplaced_or_of_the_wrong_type_is_refused(
    es: Es, tmp_path: Path, text: str, told: list[str]
) -> None:
    (tmp_path / "eventstudy.toml").write_text(text + "\n")
    ran = es(*RUN)
    assert ran.code == 2, ran.err
    assert ran.out == ""
    assert "eventstudy.toml" in ran.err
    for words in told:
        assert words in ran.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[prices]\nsource = "x"', ["'source' stands in [prices]", "write it under [prices.fetch]"]),
        ("[prices.ftch]\nforce = true", ["no command of prices called 'ftch'", "did you mean 'fetch'?"]),
        ("[prices]\nstatus = 5", ["status is a command, not a setting", "write it as [prices.status]"]),
        ("[prices.status]\nhistory = 5", ["history is 5, not true or false", "line 2, [prices.status]"]),
    ],
)
def test_commands_of_commands_have_tables_of_their_own(es: Es, tmp_path: Path, text: str, told: list[str]) -> None:
    (tmp_path / "eventstudy.toml").write_text(text + "\n")
    ran = es("prices", "status")
    assert ran.code == 2
    for words in told:
        assert words in ran.err


def test_a_setting_is_called_as_its_flag_or_as_its_field(es: Es, tmp_path: Path) -> None:
    path = tmp_path / "eventstudy.toml"
    found = []
    for text in (
        'window = [[0, 1]]\ntest = "corrado_rank"\nvariant = "corrado_rank=paper"\nno_alpha = true\nformat = "json"\n'
        'tickers = "NVDA, AMD"\nday0 = 2025-01-27\nestimation-window = [-250, -20]',
        'windows = [0, 1]\ntests = ["corrado_rank"]\nvariants = { corrado_rank = "paper" }\nalpha = false\nform = "json"\n'
        'tickers = ["NVDA", "AMD"]\nday0 = "2025-01-27"\nestimation_window = [-250, -20]',
    ):
        path.write_text(f"[run]\n{text}\n")
        ran = es("run", "deepseek-r1")
        assert ran.code == 0, ran.err
        found.append(json.loads(ran.out))
    assert found[0] == found[1]
    assert [firm["ticker"] for firm in found[0]["firms"]] == ["NVDA", "AMD"]
    config = found[0]["config"]
    assert (config["windows"], config["alpha"], config["estimation_window"]) == ([[0, 1]], False, [-250, -20])
    assert config["variants"] == {"corrado_rank": "paper"}


def test_a_command_reads_its_own_table_alone(es: Es, tmp_path: Path) -> None:
    (tmp_path / "eventstudy.toml").write_text('[report]\nlang = "de"\n[prices.fetch]\nsource = "yahoo"\n')
    assert es("methods", "sources").code == 0


def commands() -> Iterator[click.Command]:
    for name in plugins.names("commands"):
        command = plugins.load("commands", name)
        yield from command.commands.values() if isinstance(command, click.Group) else [command]


def test_the_default_of_every_option_may_be_set() -> None:
    read = 0
    for command in commands():
        for param in command.params:
            default = param.get_default(click.Context(command))
            if isinstance(default, str | int | float | tuple):
                one = _setting(param)
                assert one.read(list(default) if isinstance(default, tuple) else default) is not None, param.name
                assert {opt.strip("-").replace("-", "_") for opt in param.opts} <= set(one.also)
                read += 1
    assert read > 300


@pytest.mark.parametrize("text", ["[run", "[run]\nbenchmrk = 5", "[rnu]\nseed = 1", "seed = 1"])
@pytest.mark.parametrize("words", [("run", "--help"), ("prices", "fetch", "-h"), ("report", "x", "--help")])
def test_help_is_shown_whatever_the_settings_hold(es: Es, tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    (tmp_path / "eventstudy.toml").write_text(text + "\n")
    ran = es(*words)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Usage: ")
    assert es(*words[:-1]).code in (2, 3)


def test_settings_that_are_no_toml_are_a_fault_of_the_settings(es: Es, tmp_path: Path) -> None:
    (tmp_path / "eventstudy.toml").write_text("this is no [toml\n")
    ran = es(*RUN)
    assert ran.code == 2
    assert "cannot read the settings" in ran.err
    assert "where: eventstudy.toml" in ran.err


@pytest.mark.parametrize(
    ("name", "meant"),
    [("QUIET", "RUN_QUIET"), ("FORCE", "EVENTS_IMPORT_FORCE")],
)
def test_a_variable_without_its_command_is_not_passed_over(
    es: Es, monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(f"EVENTSTUDY_{name}", "maybe")
    ran = es(*RUN)
    assert ran.code == 2
    assert f"did you mean 'EVENTSTUDY_{meant}'?" in ran.err


@pytest.mark.parametrize("asked", [("--lang", "de"), ("--lang=de",)])
@pytest.mark.parametrize("words", [("events", "show", "nothing-such"), ("prices", "status", "--nothing")])
def test_a_language_before_the_command_is_the_one_behind_it(
    es: Es, asked: tuple[str, ...], words: tuple[str, ...]
) -> None:
    behind = es(*words, *asked)
    assert behind.code == 2
    assert "was zu tun ist" in behind.err or "hier nicht bekannt" in behind.err
    assert es(words[0], *asked, *words[1:]) == behind == es(*asked, *words)
