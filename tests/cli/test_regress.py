"""`eventstudy regress` on the embedded sample."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

Es = Callable[..., Ran]
WORDS = (
    "regress",
    "deepseek-r1",
    "--day0",
    "recognised",
    "--window",
    "0",
    "0",
    "--tickers",
    "NVDA,AMD,TSM,MSFT,META,AAPL",
)


@pytest.fixture
def known(tmp_path: Path) -> str:
    path = tmp_path / "known.csv"
    rows = ["NVDA,1,6", "AMD,1,5", "TSM,1,4", "MSFT,0,3", "META,0,2", "AAPL,0,1"]
    path.write_text("ticker,chips,rank\n" + "\n".join(rows) + "\n")
    return str(path)


def test_a_dummy_is_the_difference_of_two_means(es: Es, known: str) -> None:
    ran = es(*WORDS, "--characteristics", known, "--on", "chips", "--format", "json")
    assert ran.code == 0, ran.err
    [found] = json.loads(ran.out)["regressions"]
    firms = json.loads(es("run", *WORDS[1:], "--format", "json").out)["firms"]
    car = {firm["ticker"]: firm["windows"][0]["car"] for firm in firms}
    chips, others = (sum(car[t] for t in group) / 3 for group in (("NVDA", "AMD", "TSM"), ("MSFT", "META", "AAPL")))
    assert found["coefficients"][1]["value"] == pytest.approx(chips - others, rel=1e-9)
    assert found["n_dates"] == 1
    assert "UNDATED" in {w["code"] for w in found["warnings"]}


def test_the_table_for_people(es: Es, known: str) -> None:
    ran = es(*WORDS, "--characteristics", known, "--on", "chips,rank")
    assert ran.code == 0
    assert "Sefcik and Thompson" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 125


def test_a_firm_without_characteristics_is_named_and_the_exit_code_says_partial(es: Es, known: str) -> None:
    ran = es(*WORDS, "--tickers", "ORCL", "--characteristics", known, "--on", "chips")
    assert ran.code == 4
    assert "left out ORCL" in ran.out
    assert es(*WORDS, "--tickers", "ORCL", "--characteristics", known, "--on", "chips", "--allow-excluded").code == 0


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--on", "size"), 3, "no column 'size'"),
        (("--on", "chips", "--cluster", "a,b,c"), 2, "name one or two"),
    ],
)
def test_bad_input(es: Es, known: str, words: tuple[str, ...], code: int, told: str) -> None:
    ran = es(*WORDS, "--characteristics", known, *words)
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err


def test_no_such_file(es: Es) -> None:
    assert es(*WORDS, "--characteristics", "nowhere.csv", "--on", "chips").code == 3


def test_a_row_that_is_no_event_is_named(es: Es, bad_rows: str) -> None:
    words = ("regress", bad_rows, "--on", "size", "--source", "bundled", "--window", "0", "0")
    ran = es(*words)
    assert ran.code == 4
    assert "row 7 of the table of events cannot be read" in " ".join(ran.out.split())
    [found] = json.loads(es(*words, "--format", "json").out)["regressions"]
    assert [e["reason"] for e in found["excluded"]] == ["BAD_ROW"]


def test_a_regression_speaks_german(es: Es, known: str) -> None:
    asked = (*WORDS, "--tickers", "ORCL", "--characteristics", known, "--on", "chips,rank", "--allow-excluded")
    english, german = es(*asked), es(*asked, "--lang", "de")
    assert german.code == english.code == 0
    said = " ".join(german.out.split())
    for words in (
        "vom Markt bemerkt 27.01.2025; Tag 0 ist Mo 27.01.2025",
        "Fenster Koeffizient 95-%-Intervall",
        "[0, 0] Konstante",
        "6 Paare, 1 Datum; kleinste Quadrate an einem Datum",
        "CAR[0, 0] von 6 Paaren: keines von chips, rank fällt auf.",
        "ORCL (deepseek-r1) fehlt: keine Zeile mit Merkmalen",
    ):
        assert words in said
    signed = re.compile(r"[-+]\d+\.\d+")
    assert signed.findall(german.out.replace("−", "-").replace(",", ".")) == signed.findall(english.out)
    assert len(signed.findall(english.out)) == 12
    assert es(*asked, "--format", "json").out == es(*asked, "--lang", "de", "--format", "json").out
