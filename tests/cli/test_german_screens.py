"""What was asked for in German is answered in German as a whole: help, lists, tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from eventstudy.cli import command
from eventstudy.prices._store import Store

from .conftest import Ran

Es = Callable[..., Ran]


def every(of: click.Command, *words: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Each command with the words that call it."""
    yield words, of
    if isinstance(of, click.Group):
        with click.Context(of) as ctx:
            for name in of.list_commands(ctx):
                inner = of.get_command(ctx, name)
                assert inner
                yield from every(inner, *words, name)


def test_the_help_of_every_command_is_german(es: Es) -> None:
    for words, of in every(command):
        ran = es(*words, "--help", "--lang", "de")
        said = " ".join(ran.out.split())
        assert ran.code == 0
        assert said.startswith("Aufruf: eventstudy")
        left = [t for t in ("Usage", "Options", "default:", "required]", "INTEGER", "Show this message") if t in said]
        left += [p.help for p in of.params if isinstance(p, click.Option) and p.help and p.help in said]
        assert left == [], words


@pytest.mark.parametrize("words", [("--help",), ("run", "--help"), ("prices", "--help"), ("prices", "fetch", "--help")])
def test_help_is_in_the_language_of_the_environment_but_for_the_line(
    es: Es, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    english = es(*words).out
    monkeypatch.setenv("EVENTSTUDY_LANG", "de")
    assert es(*words).out.startswith("Aufruf: ")
    assert es(*words, "--lang", "en").out == english
    assert english.startswith("Usage: ")


def test_the_language_of_the_settings_is_that_of_help_and_of_the_answer(es: Es, tmp_path: Path) -> None:
    (tmp_path / "eventstudy.toml").write_text('[run]\nlang = "de"\n[events.list]\nlang = "de"\n')
    assert es("run", "--help").out.startswith("Aufruf: ")
    assert es("scan", "--help").out.startswith("Usage: ")
    assert "Ticker" in es("events", "list").out


def test_a_language_that_there_is_not_is_refused_in_english(es: Es, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTSTUDY_LANG", "fr")
    ran = es("run", "deepseek-r1")
    assert ran.code == 2
    assert "Usage: " in ran.err
    assert "'fr' is not one of 'en', 'de'" in ran.err


def test_the_language_of_the_environment_is_that_of_the_answer_and_of_refusals(
    es: Es, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENTSTUDY_LANG", "de")
    assert "gewöhnlichen Tage" in es("run", "deepseek-r1", "--tickers", "NVDA").out
    assert "ist hier nicht bekannt" in es("rnu").err
    assert "fehlt" in es("prices", "fetch").err


def test_a_claim_is_judged_first_and_every_line_is_german(es: Es) -> None:
    english, german = es("claim", "deepseek-r1").out, es("claim", "deepseek-r1", "--lang", "de").out
    assert english.startswith("Misleading: the numbers are right, the story is not.")
    assert german.startswith("Irreführend: ")
    for said in ("verstanden: NVDA (Nvidia), von 142, auf 128,99, USD, „weniger Handelstage“", "von 142     Schluss 142,62",
                 "27.01.2025   118,42  −16,97 %", "tiefster\n  Schlusskurs weggelassen: ja"):  # fmt: skip
        assert said in german
    for word in ("claim", "understood", "searched", "session", "change", "in all", "verdict", "yes", "2025-"):
        assert word not in german


LISTS = [
    ("doctor", ["Kursspeicher", "Stichprobe", " Ticker"], ["absent", "tickers", "exchanges"]),
    ("methods sources", ["Quelle  bundled", "ohne Netz"], ["summary", "no network"]),
    ("methods charts", ["Diagramm  ar_bars"], ["chart", "abnormal return of"]),
    ("events list", ["27.01.2025", "DeepSeek veröffentlicht das Modell R1"], ["recognised", "2025-01-27"]),
    ("events show deepseek-r1", ["vom Markt bemerkt  27.01.2025", "Chiphersteller: NVDA"], ["title", "chip makers"]),
    ("events day0 2025-01-26 --ticker NVDA", ["Montag, dem 27. Januar 2025", "1 Kalendertag davor"], ["session"]),
    ("config run", ["der des Ereignisses oder SPY", "Vorgabe"], ["default", "the event's"]),
]


@pytest.mark.parametrize(("words", "german", "english"), LISTS, ids=[words for words, *_ in LISTS])
def test_lists_are_german_and_their_json_is_not(
    es: Es, monkeypatch: pytest.MonkeyPatch, words: str, german: list[str], english: list[str]
) -> None:
    monkeypatch.setenv("EVENTSTUDY_STORE", "none.db")
    said = es(*words.split(), "--lang", "de").out
    assert [one for one in german if one not in said] == []
    assert [one for one in english if one in said] == []
    assert es(*words.split(), "--lang", "de", "--format", "json").out == es(*words.split(), "--format", "json").out


def test_the_files_to_begin_with_are_german_and_can_be_read(es: Es, tmp_path: Path) -> None:
    said = es("init", "--lang", "de")
    assert "weiter mit: eventstudy update study.toml" in said.err
    study, settings = (tmp_path / "study.toml").read_text("utf-8"), (tmp_path / "eventstudy.toml").read_text("utf-8")
    assert 'title = "Meine Ereignisstudien"' in study
    assert 'lang = "de"                         # oder "en"' in study
    assert "# Handelstage um das Ereignis" in settings
    told = es("update", "--lang", "en").out
    assert told.startswith("1 new (1 report).")
    assert es("update").out.splitlines()[1].split() == ["unverändert", "deepseek-r1"], (
        "in the language of the study file"
    )


def test_prices_that_are_taken_in_are_listed_in_german(es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTSTUDY_STORE", str(tmp_path / "store.db"))
    (tmp_path / "p.csv").write_text(
        "ticker,date,close\n" + "".join(f"AAA,2025-01-{d},{100 + d}\n" for d in (27, 28, 29))
    )
    taken = es("prices", "import", "p.csv", "--lang", "de").out.splitlines()
    assert taken[0].split()[:3] == ["Ticker", "Ausgang", "Quelle"]
    assert taken[1].split()[:6] == ["AAA", "neu", "csv", "3", "27.01.2025", "29.01.2025"]
    assert "Fassung" in es("prices", "status", "--lang", "de").out
    assert es("prices", "check", "--lang", "de").out == "1 Ticker, 3 Handelstage: nichts anzusehen\n"


def test_without_a_command_german_is_german_as_a_whole(es: Es) -> None:
    ran = es("events", "--lang", "de")
    assert (ran.code, ran.out) == (2, "")
    assert "es fehlt ein Befehl" in ran.err
    assert "eventstudy events --help" in ran.err
    assert "Missing" not in ran.err


def test_an_empty_store_is_told_to_be_empty(es: Es, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTSTUDY_STORE", str(tmp_path / "prices.db"))
    with Store(write=True):
        pass
    assert es("prices", "status").out == "the price store holds nothing yet\n"
    assert es("prices", "status", "--lang", "de").out == "der Kursspeicher enthält noch nichts\n"
    assert es("prices", "status", "--format", "csv").out.strip() == ""


def test_a_folder_in_place_of_events_is_told_to_be_one(es: Es, tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    ran = es("run", str(tmp_path / "lists"), "--lang", "de")
    assert ran.code == 3
    assert "ist ein Ordner: die Ereignisdatei darin nennen" in ran.err
