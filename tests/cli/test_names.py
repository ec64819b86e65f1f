"""Names are taken in any case, and what is unknown is told with the nearest one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from eventstudy import plugins
from eventstudy.cli._command import _both_ends

from tests.cli.conftest import Ran

Es = Callable[..., Ran]
OLD_CLICK = version("click").startswith("8.1.")


def test_commands_options_events_tickers_models_and_tests_are_known_in_any_case(es: Es) -> None:
    plain = es(
        "run",
        "deepseek-r1",
        "--tickers",
        "NVDA",
        "--test",
        "bmp_adjusted",
        "--model",
        "market",
        "--day0",
        "recognised",
        "--group-by",
        "category",
        "--format",
        "json",
    )
    other = es(
        "RUN",
        "DeepSeek-R1",
        "--Tickers",
        "nvda",
        "--test",
        "BMP-adjusted",
        "--model",
        "Market",
        "--day0",
        "Recognised",
        "--group-by",
        "Category",
        "--format",
        "JSON",
    )
    assert plain.code == other.code == 0
    assert json.loads(plain.out) == json.loads(other.out)


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("rnu", "deepseek-r1"), "run"),
        (("run", "deepseek-r2"), "deepseek-r1"),
        (("run", "deepseek-r1", "--model", "MARKTE"), "market"),
        (("run", "deepseek-r1", "--test", "bpm"), "bmp"),
        (("run", "deepseek-r1", "--source", "yaho"), "yahoo"),
        (("run", "deepseek-r1", "--returns", "lgo"), "log"),
        (("plot", "deepseek-r1", "--chart", "heatmpa"), "heatmap"),
        (("methods", "chart"), "charts"),
        (("events", "lst"), "list"),
        (("run", "deepseek-r1", "--benchmrk", "SPY"), "--benchmark"),
        (("schedule", "show", "chron"), "cron"),
        (("report", "deepseek-r1", "--format", "docx"), None),
    ],
)
def test_the_nearest_name_is_told(es: Es, words: tuple[str, ...], near: str | None) -> None:
    ran = es(*words)
    assert (ran.code, ran.out) == (2, "")
    if OLD_CLICK and near in ("list", "--benchmark"):
        return  # it names the nearest option in brackets, and no command
    assert near is None or f"{near}'?" in ran.err.splitlines()[-1] or f"{near}'" in ran.err.partition("id you mean")[2]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("run deeps", "deepseek-r1"),
        ("run x --model fama_f", "fama_french3"),
        ("run x --test cor", "corrado_rank"),
        ("plot x --chart heat", "heatmap"),
        ("run x --source yah", "yahoo"),
        ("run x --returns l", "log"),
        ("comp", "compare"),
        ("run x --estimation-w", "--estimation-window"),
    ],
)
def test_a_shell_completes(es: Es, monkeypatch: pytest.MonkeyPatch, words: str, offered: str) -> None:
    line = f"eventstudy {words}"
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split()) - 1))
    monkeypatch.setenv("_EVENTSTUDY_COMPLETE", "bash_complete")
    assert f"plain,{offered}" in es().out.splitlines()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_what_a_shell_needs_is_printed(es: Es, shell: str) -> None:
    ran = es("completion", shell)
    assert ran.code == 0
    assert f"_EVENTSTUDY_COMPLETE={shell}_complete" in ran.out


def test_help_shows_options_under_headings_and_each_once(es: Es) -> None:
    out = es("run", "--help").out
    headings = ["Who and when:", "What is normal:", "Over which days:", "Was it chance:", "Prices:", "Other news:"]
    places = [out.index(f"\n{heading}\n") for heading in headings]
    assert places == sorted(places)
    assert all(out.count(f"\n  --{name} ") == 1 for name in ("tickers TEXT", "seed", "format", "output"))
    assert "eventstudy run --date 2025-01-27 --tickers NVDA,AMD" in out


def test_a_misspelt_variable_of_the_environment_is_refused(es: Es, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTSTUDY_DESK_URL", "x")  # which a study file may name
    assert es("methods", "models").code == 0
    monkeypatch.setenv("EVENTSTUDY_BENCHMRK", "QQQ")
    ran = es("run", "deepseek-r1")
    assert (ran.code, ran.out) == (2, "")
    assert "EVENTSTUDY_BENCHMRK" in ran.err
    assert "did you mean 'EVENTSTUDY_BENCHMARK'?" in ran.err


# ---- config and init ---------------------------------------------------------------------------------------------------


def settings(es: Es, *words: str) -> dict[str, tuple[object, str]]:
    ran = es("config", *words, "--format", "json")
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert found["schema"] == "eventstudy.config/1"
    return {row["setting"]: (row["value"], row["origin"]) for row in found["rows"]}


def test_each_value_is_told_with_where_it_comes_from(es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "eventstudy.toml").write_text(
        "[run]\nalpha = false\nwindow = [[0, 1]]\nseed = 5\n[prices.fetch]\nforce = true\n"
    )
    monkeypatch.setenv("EVENTSTUDY_SEED", "7")
    monkeypatch.setenv("EVENTSTUDY_RUN_QUIET", "1")
    found = settings(es)
    assert found["no-alpha"] == (True, "eventstudy.toml, line 2, [run]")
    assert found["window"] == ([[0, 1]], "eventstudy.toml, line 3, [run]")
    assert found["seed"] == (7, "EVENTSTUDY_SEED")
    assert found["quiet"] == (True, "EVENTSTUDY_RUN_QUIET")
    assert found["level"] == (0.95, "default")
    assert found["model"] == ("market; constant_mean for volume", "default")
    assert settings(es, "prices", "fetch")["force"] == (True, "eventstudy.toml, line 6, [prices.fetch]")
    assert set(settings(es, "report", "--changed")) - {"EVENTSTUDY_STORE"} == {"seed"}
    monkeypatch.setenv("EVENTSTUDY_SMTP_PASSWORD", "secret")
    assert "secret" not in es("config").out
    monkeypatch.setenv("EVENTSTUDY_SEED", "x")
    ran = es("config")
    assert (ran.code, ran.out) == (2, "")
    assert "where: EVENTSTUDY_SEED" in ran.err


@pytest.mark.parametrize("words", [("prices",), ("run", "x"), ("rnu",)])
def test_settings_of_what_is_no_command_are_refused(es: Es, words: tuple[str, ...]) -> None:
    assert es("config", *words).code == 2


@pytest.mark.slow
def test_what_init_writes_is_a_study(es: Es, tmp_path: Path) -> None:
    assert es("init", "nvda,amd", "--date", "27.01.2025", "--folder", "mine").code == 0
    assert es("update", "mine/study.toml", "--as-of", "2025-02-10").code == 0
    found = json.loads((tmp_path / "mine" / "reports" / "2025-01-27.json").read_text())
    assert [firm["ticker"] for firm in found["firms"]] == ["NVDA", "AMD"]


def test_init_takes_tickers_as_every_command_does(es: Es, tmp_path: Path) -> None:
    assert es("init", "NVDA", "--tickers", "nvda,amd", "--tickers", "MSFT", "--date", "2025-01-27").code == 0
    assert 'tickers = ["NVDA", "AMD", "MSFT"]' in (tmp_path / "study.toml").read_text()
    assert es("init", "--tickers", "", "--folder", "other").code == 2


def test_what_init_writes_is_read_and_never_over_a_file(es: Es, tmp_path: Path) -> None:
    assert es("init").code == 0
    assert settings(es)["benchmark"] == ("SPY", "eventstudy.toml, line 5, [run]")
    written = (tmp_path / "study.toml").read_text()
    (tmp_path / "eventstudy.toml").unlink()
    again = es("init", "NVDA")
    assert again.code == 2
    assert "study.toml is there already, and nothing was written" in again.err
    assert (tmp_path / "study.toml").read_text() == written
    assert not (tmp_path / "eventstudy.toml").exists()


def test_where_nothing_is_changed_it_says_so(es: Es, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("EVENTSTUDY_")]:
        monkeypatch.delenv(name)
    for words in (("config", "--changed"), ("config", "run", "--changed")):
        assert (es(*words).code, es(*words).out) == (0, "nothing is changed\n")
        assert json.loads(es(*words, "--format", "json").out)["rows"] == []
    assert es("config", "--changed", "--format", "csv").code == 0


@pytest.mark.slow
def test_each_line_that_init_comments_out_is_a_setting(es: Es, tmp_path: Path) -> None:
    es("init")
    for name in ("eventstudy.toml", "study.toml"):
        lines = [
            line.removeprefix("# ")
            if " = " in line and line.startswith("# ") and not line.startswith("# events")
            else line
            for line in (tmp_path / name).read_text().splitlines()
        ]
        (tmp_path / name).write_text("\n".join(lines) + "\n")
    assert "window" in settings(es, "--changed")
    assert "lang" in settings(es, "report", "--changed")
    ran = es("update", "study.toml", "--as-of", "2025-02-10")
    assert ran.code == 0, ran.err


def test_earnings_are_found_before_there_is_a_registry(es: Es, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVENTSTUDY_CONTACT", raising=False)
    assert es("init", "NVDA").code == 0
    ran = es("update")
    assert ran.code == 4
    assert "EVENTSTUDY_CONTACT" in ran.out


def test_a_model_of_ones_own_is_for_python(es: Es) -> None:
    ran = es("run", "deepseek-r1", "--model", "mine:f")
    assert ran.code == 2
    assert "EventStudy(model=f)" in ran.err


@pytest.mark.parametrize("written", ["-1,1", "[-1, 1]", "(-1;1)", "-1..1", "-1:1", " -1 1 "])
@pytest.mark.parametrize("option", ["--window", "--Event-Window", "--estimation-window"])
def test_a_window_may_be_one_word(option: str, written: str) -> None:
    params = plugins.load("commands", "run").params
    assert _both_ends(params, ["x", option, written, "--quiet"]) == ["x", option, "-1", "1", "--quiet"]
    assert _both_ends(params, ["x", f"{option}={written}"]) == ["x", f"{option}=-1", "1"]


@pytest.mark.parametrize("words", [("--window", "-1"), ("--window", "0.5,1"), ("--window", "0,1,2"), ("--date", "1,2")])
def test_what_is_no_window_stays_as_it_is_written(words: tuple[str, ...]) -> None:
    assert _both_ends(plugins.load("commands", "run").params, list(words)) == list(words)
