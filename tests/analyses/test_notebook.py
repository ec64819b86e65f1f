"""Answers in a notebook: their sentence, and the first rows of their table, none of it markup."""

from __future__ import annotations

from html import unescape
from typing import Any

import eventstudy as es
import pandas as pd
import pytest
from eventstudy.analyses.calibration import calibrate
from eventstudy.analyses.reaction import scan
from eventstudy.analyses.robustness import robustness
from eventstudy.claims import check, of_registry
from eventstudy.events.notebook import answer_page
from eventstudy.prices import load_prices
from eventstudy.study.result import StudyResult


@pytest.fixture(scope="module")
def result() -> StudyResult:
    return es.run("deepseek-r1", tickers=["NVDA"], windows=[(0, 0)], estimation_window=(-130, -11))


def test_a_scan_shows_the_sentence_of_each_subject(result: StudyResult) -> None:
    found = scan(result)
    page = unescape(found._repr_html_())
    assert all(subject["sentence"] in page for subject in found.to_dict()["subjects"])
    assert page.count("<tr") == len(found.tidy()) + 1


def test_of_many_specifications_the_first_are_shown_and_the_rest_counted(result: StudyResult) -> None:
    found = robustness(result, windows=[(0, 0), (0, 1), (0, 5)])
    page = unescape(found._repr_html_())
    assert found.sentence in page
    assert f"{len(found.specifications) - 30} more rows" in page
    assert page.count("<tr") == 31


def test_a_calibration_says_what_its_first_test_does(result: StudyResult) -> None:
    found = calibrate(result, load_prices(source="bundled"))
    page = unescape(found._repr_html_())
    assert found.sentence in page
    assert page.count("<tr") == len(found.rates) + 1


def test_a_claim_shows_its_verdict_and_the_closes() -> None:
    event = es.load_registry()["deepseek-r1"]
    found: Any = check(of_registry(event.claim[0], {}), event)
    page = unescape(found._repr_html_())
    assert found.to_dict()["sentence"] in page
    assert "142.62" in page or "142.6" in page


def test_nothing_in_an_answer_is_markup() -> None:
    page = answer_page(["<script>1</script>"], pd.DataFrame({"name": ["<b>x</b>"], "value": [1.5]}))
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;b&gt;x" in page
