"""A p than which none smaller is possible is written with ≤ on every surface, and no other is."""

from __future__ import annotations

import io
import json
import math
import re
from dataclasses import replace

import eventstudy as es
import numpy as np
import openpyxl
import pandas as pd
import pytest
from eventstudy.analyses.reaction import scan
from eventstudy.analyses.robustness import robustness
from eventstudy.analyses.spillover import spillover
from eventstudy.language import AtMost, Phrase, at_most, p_text
from eventstudy.language.messages import Message
from eventstudy.prices import load_prices
from eventstudy.reports import render, site_of
from eventstudy.study.result import StudyResult
from eventstudy.units.windows import Window

from tests.reports.conftest import Rendered

DAY = Window(0, 0)


@pytest.mark.parametrize(
    ("p", "least", "en", "de"),
    [
        (1 / 251, 1 / 251, "≤.004", "≤0,004"),
        (1 / 251 * (1 + 1e-12), 1 / 251, "≤.004", "≤0,004"),
        (2 / 251, 1 / 251, ".008", "0,008"),
        (1 / 10_000, 1 / 10_000, "<.001", "<0,001"),
        (0.004, None, ".004", "0,004"),
        (0.004, math.nan, ".004", "0,004"),
        (math.nan, 1 / 251, "n/a", "k. A."),
    ],
)
def test_a_p_at_its_least_is_marked(p: float, least: float | None, en: str, de: str) -> None:
    told = at_most(p, least)
    assert (p_text(told), p_text(told, "de")) == (en, de)
    assert f"{Phrase('p {p:p}', p=told)}" == f"p {en}"
    assert json.loads(json.dumps(0.0 if math.isnan(told) else told)) == (0.0 if math.isnan(p) else p)


def test_json_and_frames_have_the_least_p_beside_it(nvda: StudyResult) -> None:
    firm = nvda.to_dict()["firms"][0]["windows"][0]
    assert (firm["headline"], firm["headline_p"]) == ("placebo", firm["headline_p_least"])
    assert firm["headline_p_least"] == pytest.approx(1 / 251, rel=1e-15)
    least = {test["name"]: test["p_least"] for test in firm["tests"]}
    assert (least["exact_t"], least["placebo"]) == (None, firm["headline_p"])
    together = nvda.to_dict()["aggregate"]["windows"][0]
    assert together["headline_p"] == together["headline_p_least"] == firm["headline_p"]
    frame = nvda.windows().set_index(["start", "end"])
    assert frame.loc[(0, 0), "headline_p_least"] == firm["headline_p"]
    tests = nvda.tests((0, 0)).set_index("name")["p_least"]
    assert tests["placebo"] == firm["headline_p"]
    assert np.isnan(tests["exact_t"])


def test_every_test_that_counts_days_or_draws_says_its_least_p(sixteen: StudyResult) -> None:
    """None is below it, and a test by a formula has none."""
    for window, answer in sixteen.answers.items():
        for name, said in answer.tests.items():
            counts = said.distribution in ("placebo", "ranks of donors")
            assert (said.least is not None) == counts, name
            if said.least is not None:
                assert said.p_value >= said.least * (1 - 1e-12), (name, window)
    joint = sixteen.answers[DAY].tests["joint_placebo"]
    assert joint.least == pytest.approx(1 / 251, rel=1e-12)


def test_windows_judged_together_have_the_least_p_of_their_draws(sixteen: StudyResult) -> None:
    """A larger one has no mark, and none beside it in JSON."""
    least = (1 + 250 / 10_000) / 251
    windows = sixteen.to_dict()["aggregate"]["windows"]
    assert windows[0]["p_adjusted_windows"] == windows[0]["p_adjusted_windows_least"] == pytest.approx(least, rel=1e-12)
    above = [one for one in windows if one["p_adjusted_windows"] > least * (1 + 1e-9)]
    assert above
    assert all(one["p_adjusted_windows_least"] is None for one in above)
    told = [line for line in sixteen.text().splitlines() if "p, windows judged together" in line]
    assert len(told) == 1
    assert told[0].count("≤.004") == len(windows) - len(above)


def test_windows_of_one_firm_judged_together_keep_the_mark_of_a_p_that_is_the_least(nvda: StudyResult) -> None:
    found = nvda.adjusted[DAY]
    assert found.by == "gaussian_copula"
    assert isinstance(nvda.firm_answers[DAY].told_p(0), AtMost)
    assert isinstance(found.p, AtMost)
    assert not any(
        isinstance(one.p, AtMost) for window, one in nvda.adjusted.items() if window not in (DAY, Window(0, 1))
    )


@pytest.mark.slow
def test_days_and_groups_have_it_too(sixteen: StudyResult) -> None:
    found = scan(es.run("deepseek-r1", tickers=["NVDA"], event_window=(-5, 10)))
    largest = found.subjects[0].largest
    assert largest is not None
    assert all(isinstance(p, AtMost) for p in (largest.p, largest.p_adjusted))
    assert "≤.045" in found.text()
    assert "≤: least possible" in " ".join(found.text().split())
    own = next(one for one in robustness(sixteen).specifications if one.window == DAY)
    assert isinstance(own.p, AtMost)
    groups = spillover(sixteen, [(0, 0)])
    marked = [g.name for g in groups.windows[0].groups if isinstance(g.answer.p, AtMost)]
    assert marked == [g.name for g in groups.windows[0].groups if g.answer.p == pytest.approx(1 / 251, rel=1e-9)]
    assert marked
    assert groups.text().count("≤.004") >= len(marked)


def test_how_wild_days_are_is_marked_alike(sixteen: StudyResult) -> None:
    design = sixteen.answers[DAY].design
    assert design is not None
    assert isinstance(design.variance_p, AtMost)
    assert "(p ≤.004)" in " ".join(w.message for w in sixteen.warned if w.code == "EVENT_VARIANCE")


def test_tests_of_the_variance_and_of_the_largest_have_it() -> None:
    result = es.run("deepseek-r1", day0="recognised", outcome="volatility", windows=[(0, 0)])
    assert result.answers[DAY].tests["beaver_u"].least == pytest.approx(1 / 251, rel=1e-12)
    assert "[0, 0] 19.5 times (p ≤.004) by Beaver's U" in result.summary()
    largest = es.run("deepseek-r1", day0="recognised", windows=[(0, 0), (0, 1)], tests=("max_t",))
    found = [largest.test("max_t", window).least for window in ((0, 0), (0, 1))]
    assert found == pytest.approx([1 / 251, 1 / 10_000], rel=1e-12)


def test_where_stocks_are_not_judged_together_none_is_said_to_be_left() -> None:
    """To one side there is no such p, which is not that no stock stands out."""
    tickers, said = ["NVDA", "AMD", "VRT"], "no p here accounts for how many there are"
    page = {
        a: render(es.run("deepseek-r1", tickers=tickers, day0="recognised", alternative=a), "md")
        for a in ("two-sided", "less")
    }
    assert said in page["less"].decode()
    assert "windows judged together, below 5 %" not in page["less"].decode()
    assert said not in page["two-sided"].decode()


@pytest.mark.render
@pytest.mark.parametrize(("lang", "mark"), [("en", "≤.004"), ("de", "≤0,004")])
def test_pages_write_it(rendered: Rendered, lang: str, mark: str) -> None:
    words = {"en": "no smaller one is possible", "de": "Ein kleinerer Wert ist bei so vielen"}[lang]
    for study in ("nvda", "sixteen"):
        for form in ("html", "md"):
            page = rendered(study, form, lang).decode()
            assert mark in page
            assert words in page
        plain = mark.replace("≤", "")
        assert rf"$\leq${plain}" in rendered(study, "latex", lang).decode()


def test_what_is_above_its_least_is_not_marked(nvda: StudyResult) -> None:
    """The announced day of the same event is an ordinary one."""
    quiet = es.run("deepseek-r1", tickers=["NVDA"], windows=[(0, 0)])
    assert "≤" not in render(quiet, "html", lang="en").decode()
    assert "≤" not in quiet.text()
    assert "≤.004" in nvda.text()


def test_the_workbook_writes_it_and_keeps_the_number(rendered: Rendered, nvda: StudyResult) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(rendered("nvda", "xlsx")))["Windows"]
    heads = [cell.value for cell in sheet[1]]
    cell, other = sheet[2][heads.index("p (headline)")], sheet[2][heads.index("p (exact t)")]
    assert cell.value == pytest.approx(nvda.firm_answers[DAY].headline_p[0], rel=1e-15)
    assert cell.number_format == '"≤"0.0000'
    assert "≤" not in other.number_format


def test_charts_and_notebooks_write_it(nvda: StudyResult) -> None:
    assert "≤.004" in nvda._repr_html_()
    assert "≤.004" in str(nvda.plot("placebo").figure.get_label())


def test_a_sentence_of_one_window_writes_it(nvda: StudyResult) -> None:
    alone = replace(nvda.config, windows=(DAY,), primary=None)
    result = replace(nvda, config=alone)
    assert isinstance(result.adjusted[DAY].p, AtMost)
    assert "(p ≤.004)" in result.summary()


def test_two_findings_of_one_code_about_the_study_are_both_told(nvda: StudyResult) -> None:
    """That an interval is left out is not folded behind that the headline says nothing of another window."""
    both = [
        Message.of("EFFECT_VARIES_WITH_RISK.against", windows=[Window(0, 5)]),
        Message.of("EFFECT_VARIES_WITH_RISK.apart", windows=[DAY]),
    ]
    result = replace(nvda, noticed=(*nvda.noticed, *both))
    told = " ".join(result.text().split())
    for message in both:
        assert message.message in told
        assert message.message in result._repr_html_()


@pytest.mark.render
@pytest.mark.parametrize("n", [1, 2])
def test_the_index_of_a_site_says_what_its_p_do_not_account_for_and_which_firm_is_left(n: int) -> None:
    events = [{"ticker": "NVDA", "date": "2025-01-27"}, {"ticker": "AAPL", "date": "2025-01-31"}][:n]
    result = es.EventStudy(benchmark="SPY").run(
        pd.DataFrame(events), load_prices(["NVDA", "AAPL", "SPY"], source="bundled").close
    )
    index = site_of(result)["index.html"].decode()
    assert "≤ before a p: no smaller one is possible" in index
    assert ("Each p judges its event by itself" in index) == (n > 1)
    together = re.search("judged together, below[^<]*NVDA", index)
    assert (together is not None) == (n > 1)
