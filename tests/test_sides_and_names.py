"""An interval says that it has two sides where p-values look to one, and a warning which event of a firm it means."""

from __future__ import annotations

import re

import eventstudy as es
import pandas as pd
import pytest
from eventstudy.reports import render
from eventstudy.reports.parts import Lang
from eventstudy.study.result import StudyResult

HEADS = {
    "en": ("95\u00a0% interval", "95 % interval, two-sided"),
    "de": ("95-%-Intervall", "95-%-Intervall, zweiseitig"),
}


@pytest.fixture(scope="module")
def one_sided() -> StudyResult:
    return es.run(
        "deepseek-r1", tickers=["NVDA", "AMD"], day0="recognised", windows=[(0, 0), (0, 1)], alternative="less"
    )


@pytest.fixture(scope="module")
def both_sides() -> StudyResult:
    return es.run("deepseek-r1", tickers=["NVDA", "AMD"], day0="recognised", windows=[(0, 0), (0, 1)])


@pytest.mark.render
@pytest.mark.parametrize("lang", ["en", "de"])
def test_pages_head_the_interval_with_its_sides(lang: Lang, one_sided: StudyResult, both_sides: StudyResult) -> None:
    words = HEADS[lang][1]
    for result, there in ((one_sided, True), (both_sides, False)):
        for form in ("html", "md", "latex"):
            page = render(result, form, lang=lang).decode().replace("\u00a0", " ").replace("~", " ").replace("\\%", "%")
            assert (words in page) == there, form


def test_screens_and_charts_say_it_too(one_sided: StudyResult, both_sides: StudyResult) -> None:
    assert one_sided.text().count("95 % interval, two-sided") == 3  # of each firm and of the mean
    assert "two-sided" not in both_sides.text()
    assert "intervals have two sides" in str(one_sided.plot("forest").figure.get_label())
    assert "intervals have two sides" not in str(both_sides.plot("forest").figure.get_label())


def test_two_pairs_have_their_mean_with_its_own_p_beside_the_joint_one(both_sides: StudyResult) -> None:
    """The p of the headline of the mean by itself, and what is left of it."""
    rows = dict(re.findall(r"^  (p, [^ ]+(?: [^ ]+)*?)  +(.*)$", both_sides.text(), re.M))
    for window, own, together in zip(
        both_sides.answers,
        rows["p, placebo (headline)"].split(),
        rows["p, windows judged together"].split(),
        strict=True,
    ):
        answer = both_sides.answers[window]
        assert float(own.lstrip("≤<")) == pytest.approx(answer.tests["placebo"].p_value, abs=6e-4)
        assert float(together.lstrip("≤<")) == pytest.approx(both_sides.adjusted[window].p, abs=6e-4)


def test_a_warning_names_the_event_of_a_firm_that_has_several() -> None:
    rows = [("NVDA", "2024-08-29"), ("NVDA", "2024-11-21"), ("AMD", "2024-07-31")]
    result = es.run(pd.DataFrame(rows, columns=["ticker", "date"]), source="bundled", min_estimation=60)
    said = " ".join(result.text(verbose=True).split())
    assert "EVENT_IN_ESTIMATION NVDA 2024-11-21: " in said
    assert "ESTIMATION_GAPS NVDA 2024-08-29: " in said
    assert "ESTIMATION_GAPS AMD: " in said  # there is one event of it
    assert "ESTIMATION_GAPS NVDA 2024-08-29, NVDA 2024-11-21, AMD: " in " ".join(result.text().split())
