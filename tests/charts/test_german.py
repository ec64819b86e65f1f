"""Charts in German say what they say in English, figure by figure, and leave no English word."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pytest
from eventstudy import plugins
from eventstudy.charts import words
from eventstudy.charts._language import month_day, of_language, p_text, say, spoken
from eventstudy.charts._words import percent
from eventstudy.errors import UnknownName
from eventstudy.language import LOCALE, Phrase, in_language
from eventstudy.study.result import StudyResult

from tests.tiers import first

from .conftest import OTHERS, Look, figure_of, fit_for, made_up
from .test_contract import CHARTS, texts

ENGLISH = re.compile(
    r"\b(the|of|and|by|not|days?|on|is|return|mean|or|over|for|to|that|with|at|firms?|dates|model|no|none|was|its|each|where"
    r"|band|test|window|event|tickers?|events|pairs?|session|sessions|market|ordinary|first|stock|left|out|looks|more|less)\b"
)


def without_names(text: str, result: StudyResult) -> str:
    for group in result.groups:
        for word in group.name.split():
            text = text.replace(word, "")
    return re.sub(r"was auffällt|, was der Markt|^Modell: market", "", text)


@pytest.mark.slow
@pytest.mark.parametrize("study", ["nvda", *(pytest.param(s, marks=pytest.mark.render) for s in OTHERS)])
@pytest.mark.parametrize("name", first(CHARTS, 6, "render"))
def test_no_english_is_left_and_every_figure_is_there(
    name: str, study: str, look: Look, request: pytest.FixtureRequest
) -> None:
    result: StudyResult = request.getfixturevalue(fit_for(name, study))
    german_one, english = (look(study, name, lang) for lang in ("de", "en"))
    for text in texts(figure_of(german_one)):
        left = ENGLISH.findall(without_names(text.get_text(), result))
        assert not left, text.get_text()
    said, meant = (" ".join(words(drawn)) for drawn in (german_one, english))
    assert sorted(figures(said)) == sorted(figures(meant))


def test_names_of_tests_stand_in_brackets_not_after_a_preposition_that_bends_them() -> None:
    """`nach standardisierter Querschnittstest` is no German."""
    said = {
        in_language(Phrase(text, level=0.95, tests=["A", "B"]), "de")
        for text in ("{level:.4g %} band by {tests:list}", "{level:.4g %} band by {tests:or}", "Band by {tests:list}")
    }
    assert said == {"Band von 95 % (A und B)", "Band von 95 % (A oder B)", "Band (A und B)"}
    catalogue = (LOCALE / "de" / "LC_MESSAGES" / "eventstudy.po").read_text(encoding="utf-8")
    assert "{tests:" in catalogue
    assert not re.findall(r"\b(?:nach|mit|laut|bei|durch|von) \{tests?[:}]", catalogue)


def figures(text: str) -> list[str]:
    """The numbers of a text, as they would stand in English; dates in the order of day, month, year."""
    text = re.sub(r"(\d{4})-(\d\d)-(\d\d)", r"\3 \2 \1", re.sub(r"(\d\d)\.(\d\d)\.(\d{4})", r"\1 \2 \3", text))
    text = re.sub(r"(\d)\. (?=[A-Z])", r"\1 ", text)
    text = re.sub(r"(?<=\d),(?=\d{1,3}\b)(?!\s)", ".", text)
    return [re.sub(r"^0(?=\.\d{3}$)", "", n) for n in re.findall(r"[+−]?\d*\.?\d+", text.replace("95-%", "95 %"))]


@pytest.mark.render
def test_gaps_and_what_was_left_out_too() -> None:
    holed, _ = made_up(3, 3, holes=((0, 2), (1, -2)))
    for name in CHARTS:
        if "return" in plugins.load("charts", name).outcomes:
            for text in texts(figure_of(holed.plot(name, lang="de"))):
                assert not ENGLISH.findall(without_names(text.get_text(), holed)), text.get_text()


def test_figures_are_written_the_german_way() -> None:
    with of_language("de"):
        assert (
            say("Largest day {date}: {p}.", date="2025-01-27", p=p_text(0.004))
            == "Tag der größten Bewegung 27.01.2025: 0,004."
        )
        assert percent(-0.0125) == "−1,2\u00a0%"
        assert month_day(date(2025, 3, 27)) == "27. März"
        assert say("abnormal return") == "abnormale Rendite"
        assert spoken("NVDA") == "NVDA"
    assert say("abnormal return") == "abnormal return"
    assert (p_text(0.004), percent(-0.0125)) == (".004", "−1.2\u00a0%")


def test_another_language_is_refused(nvda: StudyResult) -> None:
    with pytest.raises(UnknownName, match="language called 'fr'"):
        nvda.plot("car", lang="fr")
    axes = np.atleast_1d(np.asarray(nvda.plot("car"), dtype=object))
    assert axes[0].get_ylabel() == "cumulated abnormal return"
