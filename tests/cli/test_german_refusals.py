"""What was asked for in German is refused in German: whole sentences, with values as they are to be typed again."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from eventstudy.config import StudyConfig
from eventstudy.errors import InvalidRequest, Sentence, UnknownName
from eventstudy.language import refusal
from eventstudy.units.windows import Window

from .conftest import Ran

GERMAN = [
    (
        "report deepseek-r2 --output r.html",
        2,
        ["'deepseek-r2' ist hier nicht bekannt (Ereignis)", "was zu tun ist: war 'deepseek-r1' gemeint?"],
    ),
    ("plot deepseek-r1 --chart caar2", 2, ["'caar2' ist hier nicht bekannt (Diagramm)", "war 'caar' gemeint?"]),
    ("report deepseek-r1 --model markt", 2, ["'markt' ist hier nicht bekannt (Modell)", "war 'market' gemeint?"]),
    (
        "report deepseek-r1 --prices none.csv",
        3,
        ["eventstudy: diese Datei gibt es nicht", "wo: none.csv", "den Pfad prüfen"],
    ),
    ("report --date 2025-13-27 --tickers NVDA", 2, ["'2025-13-27' ist kein Tag und keine Zeit, die es gibt"]),
    ("report --date 2025-01-27", 2, ["welches Ereignis?", "die Kennungen zeigt eventstudy events list"]),
    (
        "report deepseek-r1 --output none/r.html",
        2,
        ["none/r.html lässt sich nicht schreiben: den Ordner none gibt es nicht", "ihn anlegen oder einen anderen"],
    ),
    ("claim deepseek-r1 --output /dev/full", 2, ["/dev/full lässt sich nicht schreiben: "]),
    ("report deepseek-r1 --output r.docx", 2, ["`eventstudy report` schreibt keine .docx-Dateien", "vorhanden: .html"]),
    (
        "report deepseek-r1 --window 0 99",
        2,
        ["das Fenster [0, +99] liegt außerhalb des Ereignisfensters [-5, +5]", "--event-window -5 99\n"],
    ),
    ("report deepseek-r1 --window-dates 2025-02-28 2025-01-27", 2, ["war 2025-01-27 2025-02-28 gemeint?"]),
    ("report deepseek-r1 --tickerz NVDA", 2, ["die Option --tickerz gibt es nicht", "gemeint?"]),
    (
        "report deepseek-r1 --outcome retrun",
        2,
        ["--outcome: 'retrun' ist keines von 'return'", "War 'return' gemeint?"],
    ),
    (
        "report deepseek-r1 --prices two.csv --tickers ZZZ",
        5,
        ["es bleibt kein Paar aus Ereignis und Ticker", "two.csv hat keinen Ticker 'ZZZ'"],
    ),
    ("report deepseek-r1 --event-window 5 -5", 2, ["das Ereignisfenster [5, -5] endet, bevor es beginnt"]),
    ("report deepseek-r1 --estimation-window -5 -10", 2, ["das Schätzfenster [-5, -10] endet, bevor es beginnt"]),
    ("report deepseek-r1 --window 1 0", 2, ["das Fenster [1, 0] endet, bevor es beginnt", "war 0 1 gemeint?"]),
    ("plot deepseek-r1 --chart foo", 2, ["wofür jedes da ist, sagt eventstudy methods charts"]),
    ("report deepseek-r1 --level 95", 2, ["95 ist kein Niveau für Konfidenzintervalle", "war 0.95 gemeint?"]),
    (
        "report --date 2025-01-26 --tickers NVDA --max-shift 0",
        2,
        ["Tag 0 zu 2025-01-26 wäre 2025-01-27; Kalendertage danach: 1, erlaubt: 0", "wo: Börse XNYS"],
    ),
    ("claim deepseek-r1 --from 1", 2, ["um wessen Kurs geht es?", "angeben: --ticker NVDA"]),
    ("run nosuch", 2, ["'nosuch' ist hier nicht bekannt (Ereignis)", "wo: die mitgelieferten Ereignisse"]),
    ("run deepseek-r1 --seed x", 2, ["--seed: 'x' ist keine ganze Zahl"]),
    ("run deepseek-r1 --seed -1", 2, ["seed ist -1", "0 oder mehr nehmen"]),
    ("run deepseek-r1 --seed 1 --seed 2", 2, ["--seed steht mehrmals da: 1 und 2. Ein Wert ist erlaubt."]),
    ("run deepseek-r1 more words", 2, ["zu viele Wörter: more words", "Ein Ereignis ist eine Kennung"]),
    ("run deepseek-r1 --model fama_french3", 2, ["vorhanden: benchmark\n", "--factors DATEI"]),
    ("run deepseek-r1 --outcome volume --model capm", 2, ["capm ist kein Modell des Handelsvolumens"]),
    ("run bad.csv", 3, ["Zeile 2, Spalte date: „2025-13-45“ ist kein Datum", "die Zeile berichtigen oder entfernen"]),
    ("events foo", 2, ["'foo' ist hier nicht bekannt (Befehl von eventstudy events)"]),
    ("prices fetch", 2, ["--tickers fehlt", "--tickers: Ticker, die abgerufen werden, durch Kommas getrennt"]),
    (
        "compare deepseek-r1 --by no",
        2,
        ["'no' ist nichts, was die Ereignisse von sich sagen", "eine Spalte der Merkmale"],
    ),
    ("config prices", 2, ["prices umfasst mehrere Befehle"]),
    ("init --date 2025-01-27", 2, ["ein Datum ohne Ticker"]),
    ("update none.toml", 3, ["diese Studiendatei gibt es nicht"]),
    (
        "update bad.toml",
        3,
        ["events ist 3; möglich ist: Text in Anführungszeichen oder eine Liste davon", "bad.toml, Zeile 1"],
    ),
    (
        "calibrate deepseek-r1 --tickers NVDA --draws 100",
        5,
        ["nur von 0 enden die Fenster", "16 Tage haben vollständige Fenster"],
    ),
    ("regress deepseek-r1", 2, ["--on fehlt"]),
    ("regress deepseek-r1 --on size", 2, ["Merkmale sind nicht angegeben", "--characteristics DATEI"]),
]


@pytest.mark.parametrize(("command", "code", "said"), GERMAN, ids=[command for command, _, _ in GERMAN])
def test_the_command_refuses_in_german(
    es: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, code: int, said: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("two.csv").write_text("date,ticker,close\n2025-01-24,NVDA,1\n2025-01-27,NVDA,2\n", encoding="utf-8")
    Path("bad.csv").write_text("ticker,date\nNVDA,2025-13-45\n", encoding="utf-8")
    Path("bad.toml").write_text("events = 3\n", encoding="utf-8")
    ran = es(*command.split(), "--lang", "de")
    assert ran.code == code
    assert [one for one in said if one not in ran.err] == []
    assert "what to do" not in ran.err


def test_the_language_may_stand_in_the_settings_or_the_environment(
    es: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "there is no event called 'x1'" in es("report", "x1").err
    Path("eventstudy.toml").write_text('[report]\nlang = "de"\n', encoding="utf-8")
    assert "'x1' ist hier nicht bekannt" in es("report", "x1").err
    Path("eventstudy.toml").unlink()
    monkeypatch.setenv("EVENTSTUDY_REPORT_LANG", "de")
    assert "'x1' ist hier nicht bekannt" in es("report", "x1").err
    assert "there is no event called 'x1'" in es("report", "x1", "--lang", "en").err


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            "ticker,date\nNVDA,03/01/2024\nNVDA,04/02/2024\nNVDA,05/02/2024\nNVDA,06/02/2024\n",
            [
                "2024-01-03 (Tag vorn) oder 2024-03-01 (Monat vorn)",
                "vorhanden: Zeile 2: 03/01/2024, Zeile 3: 04/02/2024, Zeile 4: 05/02/2024 und 1 weitere\n",
                "angeben, welches gilt: --dates dmy oder --dates mdy; oder Daten als 2025-01-27 schreiben",
            ],
        ),
        (
            "acquiror ticker,target ticker,date\nNVDA,AMD,2025-01-27\n",
            ["acquiror ticker und target ticker können es sein"],
        ),
        ("tic,datadate\nNVDA,2025-01-27\n", ["datadate ist dem Namen nach das Ende eines Zeitraums"]),
    ],
)
def test_what_stands_within_a_german_refusal_is_german(
    es: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, said: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("list.csv").write_text(table, encoding="utf-8")
    ran = es("report", "list.csv", "--lang", "de")
    assert ran.code == 3
    assert [one for one in said if one not in ran.err] == []


@pytest.mark.parametrize("value", [None, pd.Series([1.0, 2.0])])
def test_a_value_of_any_kind_may_stand_in_a_german_refusal(value: object) -> None:
    meant = Sentence("text in quotes")
    error = InvalidRequest(Sentence("{field} is {value!r}, not {meant}", field="model", value=value, meant=meant))
    assert refusal(error, "de") == f"model ist {value!r}; möglich ist: Text in Anführungszeichen"


def test_where_several_may_be_meant_they_are_named_in_german(es: Callable[..., Ran]) -> None:
    ran = es("claim", "Nvidia fell from 142 to 128.99 and from 130 to 118", "--lang", "de")
    assert "mehrere Zahlen kommen in Frage für „Kurs davor“: 142 und 130\n" in ran.err
    with pytest.raises(InvalidRequest) as refused:
        StudyConfig(estimation_windows=(Window(-90, -11), Window(20, 40))).check_in_order(
            "the study under other choices"
        )
    assert "vorhanden: [-90, -11] und [+20, +40]\n" in refusal(refused.value, "de")
    assert "available: [-90, -11] and [+20, +40]\n" in str(refused.value)


def test_what_has_no_german_words_is_english_as_a_whole() -> None:
    known = Sentence("there is no such file")
    assert refusal(InvalidRequest(known, hint=Sentence("check the path")), "de").startswith(
        "diese Datei gibt es nicht\n"
    )
    for error in (
        InvalidRequest("what nobody translated", hint=Sentence("check the path")),
        InvalidRequest(known, hint="what nobody translated"),
        InvalidRequest(known, available=Sentence("what nobody translated")),
        InvalidRequest(Sentence("cannot read {what}: {said}", what="it", said=Sentence("what nobody translated"))),
        UnknownName("thing", "a", ["b"]),
    ):
        assert refusal(error, "de") == str(error)


def test_a_sentence_keeps_what_it_was_made_of_in_another_process() -> None:
    error = pickle.loads(pickle.dumps(UnknownName("model", "a{b", ["a{c"])))
    assert error.what == "there is no model called 'a{b'"
    assert (
        refusal(error, "de")
        == "'a{b' ist hier nicht bekannt (Modell)\n  vorhanden: a{c\n  was zu tun ist: war 'a{c' gemeint?"
    )
