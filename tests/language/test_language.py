"""Sentences are data: every one has its values, and its words in every language."""

from __future__ import annotations

import ast
import copy
import json
import pickle
import re
import string
from datetime import date
from typing import Any

import eventstudy as es
import pytest
from eventstudy.language import LANGUAGES, Phrase, in_language, messages, p_text, shown
from eventstudy.language.messages import CODES, Exclusion, Message, sentence
from eventstudy.study.result import StudyResult
from eventstudy.study.sentences import finding
from eventstudy.units.windows import Window

from tests.parsed import nodes

from .templates import PACKAGE, catalogue, known, up_to_date, used, written

OTHERS = LANGUAGES[1:]


@pytest.mark.parametrize("language", OTHERS)
def test_every_template_has_a_translation_and_none_is_left_over(language: str) -> None:
    found = {msgid: said for msgid, said in known(language).items() if msgid}
    lacking = [msgid for msgid in used() if not all(found.get(msgid, "").split("\0"))]
    assert lacking == [], "python -m tests.language.templates adds them to the catalogue"
    assert set(found) == set(used())


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_holds_the_same_values(language: str) -> None:
    for msgid, said in known(language).items():
        forms = said.split("\0")
        if msgid:
            assert len(forms) == (2 if "\0" in msgid else 1), msgid
            # the singular may leave out what is then one and the same
            pairs = zip(msgid.split("\0"), forms, strict=True)
            assert [fields(one) for one, _ in pairs] == [fields(other) for other in forms], msgid


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_is_written_as_it_would_be_written_anew(language: str) -> None:
    text = catalogue(language).read_text(encoding="utf-8")
    assert text == written(known(language))


def test_to_bring_a_catalogue_up_to_date_moves_nothing() -> None:
    for language in OTHERS:
        assert list(up_to_date(known(language), used())) == list(known(language))
    had = {"": "head", "b": "B", "a": "A", "old": "O"}
    needed = dict.fromkeys(["a", "new", "b", "newer"])
    assert up_to_date(had, needed) == {"": "head", "b": "B", "newer": "", "a": "A", "new": ""}
    assert list(up_to_date(had, needed)) == ["", "b", "newer", "a", "new"]


def test_every_code_is_used_and_says_what_it_means() -> None:
    source = "".join(p.read_text(encoding="utf-8") for p in PACKAGE.rglob("*.py") if p.name != "messages.py")
    for code, about in CODES.items():
        assert f'"{code}' in source, f"{code} is never said"
        assert about.meaning
        assert about.advice
        assert about.severity in ("doubt", "caution", "note")


MAKERS = ("Message", "Exclusion", "Warned", "Flag", "undefined", "distrusted")


def test_no_warning_exclusion_or_reason_is_made_of_a_finished_sentence() -> None:
    """Their sentences are phrases; what others said (an error, a source) is quoted as such."""
    finished = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in nodes(path):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in MAKERS:
                sentences = [a for a in node.args if isinstance(a, ast.JoinedStr) or _has_blanks(a)]
                finished += [f"{path.relative_to(PACKAGE)}:{node.lineno}"] * bool(sentences)
    assert finished == []


def _has_blanks(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value


def test_a_phrase_is_its_english_text_and_remembers_what_it_was_made_of() -> None:
    one = Phrase("{n} of {all} days", n=3, all=10)
    assert one == "3 of 10 days"
    assert {one, "3 of 10 days"} == {"3 of 10 days"}
    for other in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one)):
        assert (other, other.template, other.params) == (one, one.template, one.params)
    assert json.dumps({"message": one}) == '{"message": "3 of 10 days"}'
    assert in_language(one, "en") == one
    assert in_language(one, "de") is None, "no catalogue knows it"


def test_what_others_said_is_quoted_and_stays_foreign() -> None:
    said = Phrase.quoted("the server said {no}")
    assert said == "the server said {no}"
    whole = sentence("SOURCE_NOTE", tickers=["AAA"], note=said)
    assert whole == "AAA: the server said {no}"
    assert in_language(whole, "de") is None
    assert Phrase.quoted(whole) is whole


@pytest.mark.parametrize(
    ("value", "spec", "english", "german"),
    [
        (-0.0123, "+.2 %", "-1.2 %", "−1,2 %"),
        (-0.0123, "+.1%", "-1.2%", "−1,2 %"),
        (0.0123, "+.2f %", "+1.23 %", "+1,23 %"),
        (1234567, ",", "1,234,567", "1.234.567"),
        (1234.5, ",.1f", "1,234.5", "1.234,5"),
        (1e-7, ".3g", "1e-07", "1e-07"),
        (1.5e-7, ".3g", "1.5e-07", "1,5e-07"),
        (0.0123, "p", ".012", "0,012"),
        (0.00001, "p", "<.001", "<0,001"),
        (1.0, "p", "1", "1"),
        (float("nan"), ".2f", "n/a", "k. A."),
        (0, "day", "0", "0"),
        (-3, "day", "-3", "−3"),
        ([-1, 0, 2], "day", "-1, 0, +2", "−1, 0, +2"),
        (Window(-1, 1), "", "[-1, +1]", "[−1, +1]"),
        (date(2025, 1, 27), "", "2025-01-27", "27.01.2025"),
        ("2025-01-27", "long", "27 January 2025", "27. Januar 2025"),
        (date(2025, 3, 2), "weekday", "Sunday 2 March 2025", "Sonntag, dem 2. März 2025"),
        ("2025-02-30", "", "2025-02-30", "2025-02-30"),
        ("BRK-B", "", "BRK-B", "BRK-B"),
        (["A", "B", "C"], "list", "A, B and C", "A, B und C"),
        (["A"], "list", "A", "A"),
        (["A", "B", "C", "D", "E"], "some", "A, B, C and 2 more", "A, B, C und 2 weitere"),
        (["A", "B", "C"], "some", "A, B, C", "A, B, C"),
        ([date(2025, 1, d) for d in (6, 7, 8, 9)], "dates", "2025-01-06, 2025-01-07, 2025-01-08 and one more date",
            "06.01.2025, 07.01.2025, 08.01.2025 und einem weiteren Tag"),
        (Phrase("one day only"), "", "one day only", "nur für einen Tag"),
    ],
)  # fmt: skip
def test_values_are_written_the_way_of_the_language(value: Any, spec: str, english: str, german: str) -> None:
    assert shown(value, spec) == english
    assert shown(value, spec, "de") == german


@pytest.mark.parametrize("outcome", ["return", "volume", "volatility"])
@pytest.mark.parametrize("tickers", [["NVDA"], ["NVDA", "AMD"]])
def test_the_finding_of_a_study_is_german_with_the_same_values(outcome: Any, tickers: list[str]) -> None:
    found = finding(es.run("deepseek-r1", tickers=tickers, outcome=outcome))
    german = in_language(found, "de")
    assert german
    iso = re.sub(r"(\d\d)\.(\d\d)\.(\d{4})", r"\3-\2-\1", german)
    assert NUMBERS.findall(iso.replace("p 0,", "p ,").replace("<0,", "<,")) == NUMBERS.findall(found)
    assert not re.search(r"\b(stand|not|day|by|times|of|pairs|test)\b", german)


NUMBERS = re.compile(r"\d+")


def test_nothing_is_translated_by_patterns_over_finished_sentences() -> None:
    charts = [path for path in (PACKAGE / "charts").glob("*.py") if path.name != "_save.py"]  # it joins broken lines
    said = ("language/__init__.py", "language/messages.py", "study/sentences.py", "study/doubts.py", "reports/words.py")
    words = [PACKAGE / name for name in said]
    for path in (*words, *charts):
        assert "import re\n" not in path.read_text(encoding="utf-8"), path


def test_one_and_many() -> None:
    def mix(*tickers: str) -> Phrase:
        pair = {"own": "EUR", "benchmark": "SPY", "other": "USD"}
        return sentence("CURRENCY_MIX", n=len(tickers), tickers=list(tickers), **pair)

    assert mix("A").startswith("A is quoted in EUR")
    assert mix("A", "B").startswith("A, B are quoted in EUR")
    assert str(in_language(mix("A"), "de")).startswith("A ist in EUR notiert")
    assert str(in_language(mix("A", "B"), "de")).startswith("A, B sind in EUR notiert")


def test_a_message_has_a_code_its_severity_and_values_for_json() -> None:
    window = Window(0, 20)
    one = Message.of("LONG_WINDOW", "e", "T", window=window, sessions=21)
    assert one.code == "LONG_WINDOW"
    assert messages.severity_of(one.code) == "caution"
    assert one.params == {"window": [0, 20], "sessions": 21}
    nested = Message.of("NO_PORTFOLIO", name="all", why=Phrase("needs at least {least} pairs", least=3))
    assert nested.params == {"name": "all", "least": 3}
    left = Exclusion.of("NO_DAY0.after", "e", "T", ticker="T", session=date(2025, 1, 27), first="a", last="b")
    assert (left.reason, left.params["session"]) == ("NO_DAY0", "2025-01-27")


def test_the_json_of_a_result_carries_the_values(sixteen: StudyResult) -> None:
    warned = json.loads(sixteen.to_json())["warnings"]
    assert all(isinstance(w["params"], dict) for w in warned)
    [one_date] = [w for w in warned if w["code"] == "ONE_DATE"]
    assert one_date["params"] == {"pairs": 16}
    assert one_date["message"].startswith("16 tickers on one date")
    assert {w["params"]["p"] < 0.05 for w in warned if w["code"] == "ARCH"} == {True}


def test_all_warnings_exclusions_and_reasons_of_a_study_have_german_words(sixteen: StudyResult) -> None:
    said = [w.message for w in sixteen.warned if w.code != "SOURCE_NOTE"]
    said += [reason for answer in sixteen.answers.values() for test in answer.tests.values() for reason in test.reasons]
    assert len(said) > 20
    assert [text for text in said if in_language(text, "de") is None] == []


@pytest.mark.parametrize(
    ("p", "english", "german"),
    [
        (0.0004, "<.001", "<0,001"),
        (0.001, ".001", "0,001"),
        (0.9994, ".999", "0,999"),
        (0.9996, "1", "1"),
        (1.0, "1", "1"),
    ],
)
def test_a_p_value_near_one_is_one(p: float, english: str, german: str) -> None:
    """In German .9996 was 10,000."""
    assert (p_text(p), p_text(p, "de")) == (english, german)


@pytest.mark.parametrize(
    ("ratio", "said"), [(1.62, "1.6"), (0.5, "0.5"), (1.04, "1.04"), (1.003, "1.003"), (1.00001, "1.0")]
)
def test_a_ratio_that_rounds_to_one_is_told_with_more_decimals(ratio: float, said: str) -> None:
    assert shown(ratio, "times") == said
    assert shown(ratio, "times", "de") == said.replace(".", ",")
