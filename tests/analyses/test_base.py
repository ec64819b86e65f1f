"""What all answers have in common, and where Python users find them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import eventstudy as es
import pandas as pd
import pytest
from eventstudy.analyses.base import Answer
from eventstudy.claims import check, of_registry
from eventstudy.errors import InvalidRequest
from eventstudy.prices import frame_to_table, load_prices
from eventstudy.request import what_else
from eventstudy.study.result import StudyResult

from tests.tiers import first


@pytest.fixture(scope="module")
def nvda() -> StudyResult:
    return es.run("deepseek-r1", tickers=["NVDA"], windows=[(0, 0)], estimation_window=(-130, -11))


def _regress(result: StudyResult) -> Answer:
    tickers = [pair.ticker for pair in result.panel.pairs]
    table = pd.DataFrame({"ticker": tickers, "size": [str(len(t) + i % 5) for i, t in enumerate(tickers)]})
    return es.analyses.regress(result, table, "size")


def _claim(_: StudyResult) -> Answer:
    event = es.load_registry()["deepseek-r1"]
    return check(of_registry(event.claim[0], {}), event)


def _news(which: int) -> Callable[[StudyResult], Answer]:
    def asked(_: StudyResult) -> Answer:
        found = what_else("deepseek-r1", tickers=["NVDA"], mask_confounded=True)[which]
        assert found is not None
        return found

    return asked


ANSWERS: dict[str, Callable[[StudyResult], Answer]] = {
    "scan": lambda result: es.analyses.scan(result),
    "confounders": _news(0),
    "mask": _news(1),
    "robustness": lambda result: es.analyses.robustness(result),
    "counterfactual": lambda result: es.analyses.counterfactual(result),
    "impact": lambda result: es.analyses.impact(result),
    "spillover": lambda _: es.analyses.spillover(es.run("deepseek-r1", windows=[(0, 0)])),
    "calibrate": lambda result: es.analyses.calibrate(result, effects=[0.02]),
    "regress": lambda _: _regress(es.run("deepseek-r1", windows=[(0, 0)])),
    "claim": _claim,
}
"""Each analysis, asked of NVDA or of the whole event."""


@pytest.mark.parametrize("name", ANSWERS)
def test_every_analysis_gives_an_answer(name: str, nvda: StudyResult) -> None:
    found = ANSWERS[name](nvda)
    assert isinstance(found, Answer)
    assert isinstance(found.tidy(), pd.DataFrame)
    assert found.sentence.endswith(".") or name == "mask"
    assert found.believable
    assert not found.doubts
    assert all(isinstance(line, str) and line for line in found.messages)
    assert isinstance(found.incomplete, bool)
    assert json.loads(found.to_json()) == json.loads(json.dumps(found.to_dict(), default=str))
    assert found.to_dict().get("schema", "") == found.schema
    assert found.text() in found.text(verbose=True) or len(found.text(verbose=True)) > len(found.text())
    page = unescape(found._repr_html_())
    assert page.startswith(f"<p>{found.sentence}</p>")
    assert page.count("<tr") <= 31


@pytest.mark.parametrize("name", ["scan", "robustness", "counterfactual", "impact", "spillover", "calibrate"])
def test_an_answer_with_a_chart_draws_itself(name: str, nvda: StudyResult) -> None:
    drawn = ANSWERS[name](nvda).plot()
    axes = list(drawn) if hasattr(drawn, "__iter__") else [drawn]
    assert all(hasattr(ax, "add_line") for ax in axes)


@pytest.mark.parametrize("name", ["confounders", "mask", "regress", "claim"])
def test_an_answer_without_a_chart_says_what_there_is(name: str, nvda: StudyResult) -> None:
    with pytest.raises(InvalidRequest, match="no chart shows this answer") as caught:
        ANSWERS[name](nvda).plot()
    assert "tidy" in str(caught.value)


def test_doubts_stand_before_the_finding_and_in_its_place() -> None:
    table = load_prices(source="bundled")
    closes = table.close.loc[:"2025-02-20", ["SPY", "NVDA"]].copy()
    closes["NVDA"] = closes["NVDA"].where(closes.index != "2025-01-27", 100 * closes["NVDA"])
    study = es.EventStudy(estimation_window=(-130, -11), event_window=(0, 2), windows=[(0, 0)])
    events = pd.DataFrame({"ticker": ["NVDA"], "date": ["2025-01-27"]})
    result = study.run(events, closes)
    for found in (ANSWERS["scan"](result), ANSWERS["robustness"](result)):
        assert not found.believable
        assert found.doubts[0].startswith("DOUBT NVDA")
        assert found.sentence.startswith("No finding for ")
        page = unescape(found._repr_html_())
        assert page.index(found.doubts[0]) < page.index(found.sentence)
    news = es.analyses.confounders(result)
    assert not news.believable
    assert unescape(news._repr_html_()).startswith(f"<p>{news.doubts[0]}</p><p>{news.sentence}</p>")


def test_a_mask_without_windows_says_so(nvda: StudyResult) -> None:
    news = es.analyses.confounders(replace(nvda, config=replace(nvda.config, windows=())))
    assert es.analyses.mask(news).sentence == "No window is reported."


def test_analyses_are_found_by_their_names() -> None:
    assert {"analyses", "claims"} <= set(dir(es))
    wanted = {
        "scan",
        "confounders",
        "mask",
        "minutes",
        "robustness",
        "counterfactual",
        "impact",
        "regress",
        "spillover",
        "calibrate",
        "history",
        "compare",
    }
    assert wanted | {"Answer", "read_characteristics"} == set(dir(es.analyses))
    assert all(callable(getattr(es.analyses, name)) for name in dir(es.analyses))
    assert all(callable(getattr(es.claims, name)) for name in es.claims.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _: Any = es.analyses.nothing


@pytest.mark.parametrize("name", first(["robustness", "confounders", "counterfactual", "impact", "spillover"]))
def test_an_analysis_keeps_its_name_whoever_imported_its_file(name: str) -> None:
    script = (
        f"import eventstudy as es, eventstudy.analyses.{name}, sys\n"
        f"asked = es.analyses.{name}\n"
        f"assert asked is sys.modules['eventstudy.analyses.{name}'].{name}, asked"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_to_name_them_imports_none() -> None:
    script = "import eventstudy as es, sys; dir(es.analyses); assert 'pandas' not in sys.modules, 'pandas'"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


@pytest.mark.parametrize("asked", ["robustness", "impact", "confounders"])
def test_prices_are_given_as_to_a_study(nvda: StudyResult, asked: str) -> None:
    """A frame, a table or the name of a file; an answer took a table only, and a frame ended in a message of pandas."""
    table = load_prices()
    ask = getattr(es.analyses, asked)
    as_frame, as_table = ask(nvda, prices=table.close), ask(nvda, prices=frame_to_table(table.close))
    assert as_frame.to_json() == as_table.to_json()
