"""`eventstudy claim`: is the press claim true?"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.claims.test_parse import ENGLISH, GERMAN
from tests.cli.conftest import Ran

Es = Callable[..., Ran]
PARTS = ("--ticker", "NVDA", "--from", "142", "--to", "128.99", "--around", "2025-01-20", "--span", "few trading days")
KEYS = {
    *("schema", "understood", "found", "move", "sessions", "peak", "trough", "rebound", "market_move", "abnormal"),
    *("verdict", "sentence"),
}


@pytest.mark.parametrize("asked", [("deepseek-r1",), (GERMAN,), (ENGLISH,), (GERMAN, "--around", "2025-01-20"), PARTS])
def test_the_object_keeps_the_contract(es: Es, asked: tuple[str, ...]) -> None:
    ran = es("claim", *asked, "--format", "json")
    assert ran.code == 0
    told = json.loads(ran.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert told["schema"] == "eventstudy.claim/1"
    assert set(told) >= KEYS
    assert set(told["understood"]) >= {"ticker", "from", "to", "unit", "percent", "span"}
    assert set(told["found"]["from"]) >= {"value", "field", "date", "exact"}
    assert set(told["peak"]) & set(told["trough"]) >= {"value", "date"}
    assert set(told["abnormal"]) >= {"car", "t", "p"}
    assert set(told["verdict"]) >= {"numbers_found", "phrase_ok", "direction_ok", "trough_omitted", "attributable"}
    assert told["move"] == pytest.approx(128.99 / 142.62 - 1, rel=1e-12)


def test_it_prints_what_it_understood_before_it_judges(es: Es) -> None:
    ran = es("claim", GERMAN)
    assert ran.code == 0
    understood, _, judged = ran.out.partition("from 142")
    assert "understood: NVDA (Nvidia), from 142, to 128.99, USD" in ran.out
    assert "understood" in understood
    assert "verdict" in judged
    lines = ran.out.splitlines()
    assert len(lines) <= 50
    assert max(map(len, lines)) <= 125
    for figure in ("142.62", "truncated", "118.42", "-16.97 %", "+8.93 %", "-9.56 %", "-1.41 %", "+0.86 %", "-6.93 %"):
        assert figure in ran.out


def test_what_is_not_exact_is_said_to_be_so(es: Es) -> None:
    assert "VRT (Vertiv), just under -33.3 %" in es("claim", "Vertiv lost nearly a third", "--around", "2025-01-27").out


def test_the_paragraph_is_to_be_had_in_german(es: Es) -> None:
    said = " ".join(es("claim", "deepseek-r1", "--lang", "de").out.split())
    assert "schloss am 24. Januar 2025 bei 142,62 US-Dollar" in said
    assert "−16,97 %" in said
    assert es("claim", "deepseek-r1", "--lang", "fr").code == 2


def test_csv_has_a_row_a_session(es: Es) -> None:
    rows = list(csv.DictReader(io.StringIO(es("claim", *PARTS, "--format", "csv").out)))
    assert [r["session"] for r in rows] == ["2025-01-27", "2025-01-28"]
    assert float(rows[0]["ret"]) == pytest.approx(118.42 / 142.62 - 1, rel=1e-12)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((), "there is no claim"),
        (("--from", "142", "--to", "128.99"), "whose price"),
        (("--ticker", "NVDA", "--from", "143", "--to", "128.99"), "does not say when"),
        (("Nvidia had a bad day",), "no price"),
        (("Shares fell from 142 to 128.99",), "no company"),
        (("nvidia-day",), "there is no event"),
        (("chatgpt-launch",), "has no claim 1"),
        (("deepseek-r1", "--number", "2"), "has no claim 2"),
        (("--ticker", "NVDA", "--from", "1,234", "--around", "2025-01-20"), "reads two ways"),
        ((ENGLISH, "--from", "142"), "both given"),
        ((ENGLISH, "--around", "2/1/2025"), "2025-01-02"),
        ((ENGLISH, "--around", "2025-01-20", "--source", "nowhere"), "nowhere"),
        ((ENGLISH, "--model", "crystal_ball"), "crystal_ball"),
    ],
)
def test_what_cannot_be_meant_is_one_message(es: Es, asked: tuple[str, ...], said: str) -> None:
    ran = es("claim", *asked)
    assert ran.code == 2
    assert ran.out == ""
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_a_claim_that_is_false_is_an_answer(es: Es) -> None:
    ran = es("claim", "--ticker", "NVDA", "--from", "142.57", "--to", "118.38", "--around", "2025-01-20")
    assert ran.code == 0
    assert "numbers found: no" in ran.out
    assert "nearest close 142.62" in ran.out


def test_without_an_estimate_the_answer_is_partial(es: Es) -> None:
    asked = ("claim", "Nvidia rose 16 % in one day", "--around", "2024-02-22", "--source", "bundled")
    ran = es(*asked)
    assert ran.code == 4
    assert "NO_ABNORMAL" in ran.out
    assert es(*asked, "--allow-excluded").code == 0


def test_a_registry_and_names_of_the_user(es: Es, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        '[[event]]\nid = "mine"\ntitle = "Mine"\nannounced = 2025-01-27\n'
        '[[event.claim]]\ntext = "Der Chipkonzern verlor 17 Prozent an einem Tag"\n',
        encoding="utf-8",
    )
    (tmp_path / "names.csv").write_text("ticker,name\nNVDA,Der Chipkonzern\n", encoding="utf-8")
    ran = es("claim", "mine", "--registry", "mine.toml", "--names", "names.csv", "--format", "json")
    told = json.loads(ran.out)
    assert told["understood"]["ticker"] == "NVDA"
    assert told["verdict"]["numbers_found"] is True
    assert told["understood"]["percent"] == pytest.approx(-0.17)
    assert es("claim", "mine", "--registry", "mine.toml").code == 2
    assert es("claim", GERMAN, "--names", "none.csv").code == 3
