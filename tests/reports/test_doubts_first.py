"""On every surface a doubt stands before the finding, and says what the figure would be without the day at fault."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from typing import Any

import eventstudy
import numpy as np
import pandas as pd
import pytest
from eventstudy.charts._words import in_doubt
from eventstudy.reports import render, site_of
from openpyxl import load_workbook

from tests.cli.test_doubts import FINDING, spoilt
from tests.panel.test_flagged import DAY0, DAYS, INSIDE, ran
from tests.reports.pages import read

DAY = {"en": str(DAYS[INSIDE]), "de": pd.Timestamp(DAYS[INSIDE]).strftime("%d.%m.%Y")}
DOUBT = {
    "en": f"DOUBT AAA, {DAY['en']}: the price is 100 times that of the day before",
    "de": f"ZWEIFEL AAA, {DAY['de']}: der Kurs ist das Hundertfache des Vortags",
}
NO_FINDING = {"en": "No finding for AAA", "de": "Kein Ergebnis für AAA"}
OPTION = f"--drop-day AAA={DAY['en']}"


@cache
def studied() -> eventstudy.StudyResult:
    return ran(spoilt(), ("AAA",))


@cache
def without() -> float:
    """The CAR of day 0 where the close is not in the file at all."""
    frame = spoilt()
    frame = frame[~((frame["ticker"] == "AAA") & (frame["date"] == DAYS[INSIDE]))]
    return float(ran(frame, ("AAA",)).to_dict()["firms"][0]["windows"][0]["car"])


def offer(lang: str) -> str:
    value = f"{100 * without():+.2f}"
    if lang == "en":
        return f"Without {DAY['en']} the CAR[0, 0] of AAA is {value} % ({OPTION})."
    return f"Ohne {DAY['de']} ist die CAR[0, 0] von AAA {value.replace('.', ',')} % ({OPTION})."


def plain(text: str) -> str:
    """One line, with the signs of a keyboard."""
    return " ".join(text.replace("\xa0", " ").replace("−", "-").split())


def of_workbook(data: bytes) -> str:
    """The first sheet, row by row."""
    rows = load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(values_only=True)
    return "\n".join(" ".join(str(cell) for cell in row if cell) for row in rows)


def of_latex(data: bytes) -> str:
    """What is printed: no comments, and signs as they are seen."""
    text = "\n".join(line for line in data.decode().splitlines() if not line.startswith("%"))
    text = re.sub(r"\\(textbf|caption|noindent|par)\b|[{}]", "", text.replace("$-$", "-"))
    return re.sub(r"\\([%&_#$])", r"\1", text.replace("~", " "))


def of_markdown(data: bytes) -> str:
    return data.decode().replace("\\", "").replace("**", "")


def of_page(data: bytes) -> str:
    return " ".join("".join(read(data).text).split())


def of_pdf(data: bytes) -> str:
    done = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


READ: dict[str, Callable[[bytes], str]] = {
    "xlsx": of_workbook,
    "latex": of_latex,
    "md": of_markdown,
    "html": of_page,
    "pdf": of_pdf,
}
HEAVY = {"html": pytest.mark.render, "md": pytest.mark.render, "pdf": pytest.mark.render}
FORMS = [pytest.param(form, id=form, marks=HEAVY.get(form, ())) for form in READ]


def stands_first(text: str, lang: str, *figures: str) -> None:
    """The doubt, the offer, and that there is no finding, in this order, before any figure; nothing is found."""
    text = plain(text)
    places = [text.index(DOUBT[lang]), text.index(offer(lang)), text.index(NO_FINDING[lang])]
    assert places == sorted(places)
    assert all(places[0] < text.index(figure) for figure in figures)
    assert not any(word in text[: places[-1] + 1200] for word in FINDING)


@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize("form", FORMS)
def test_in_reports(form: str, lang: Any) -> None:
    if form == "pdf" and not shutil.which("pdftotext"):
        pytest.skip("nothing here reads a PDF")
    more: dict[str, Any] = {} if form == "xlsx" else {"answers": {}}
    data = render(studied(), form, lang=lang, **more)
    if form == "latex":
        text = of_latex(data)
        assert text.index(DOUBT[lang]) < text.index("CAR")
        captions = re.findall(r"\\caption{(.*)}", data.decode())
        assert captions
        assert all(caption.startswith(rf"\textbf{{{DOUBT[lang].split()[0]}}}") for caption in captions)
        return
    stands_first(READ[form](data), lang)


def test_on_a_chart_the_offer_has_the_minus_of_charts() -> None:
    found = in_doubt(studied(), np.array([0]), None)
    assert found
    assert plain(found[1][-1]) == offer("en")
    assert "is −0" in found[1][-1]


@pytest.mark.parametrize("lang", ["en", "de"])
def test_in_the_table_of_a_journal(lang: Any) -> None:
    text = of_latex(render(studied(), "latex", lang=lang, style="journal"))
    assert text.index(DOUBT[lang]) < text.index(offer(lang)) < text.index(r"\toprule")
    assert "$^" not in text, "no stars"


def test_in_json() -> None:
    told = json.loads(render(studied(), "json", answers={}))
    (found,) = told["offers"]
    assert found == {
        "event_id": told["events"][0]["id"],
        "ticker": "AAA",
        "without": [{"ticker": "AAA", "session": DAY["en"]}],
        "start": 0,
        "end": 0,
        "car": pytest.approx(without(), abs=1e-12),
    }
    assert told["warnings"][0]["severity"] == "doubt"
    assert ran(spoilt(), ("BBB",)).to_dict()["offers"] == []


def test_in_a_notebook() -> None:
    for text in (studied().summary(), repr(studied()), studied()._repr_html_()):
        stands_first(text, "en")


@pytest.mark.render
@pytest.mark.parametrize("lang", ["en", "de"])
def test_on_the_index_of_a_site_and_in_its_feed(lang: Any) -> None:
    events = pd.DataFrame({"ticker": ["AAA", "BBB"], "date": [str(DAY0)] * 2, "event_id": ["one", "two"]})
    result = eventstudy.EventStudy(benchmark="SPY").run(events, spoilt())
    site = site_of(result, lang=lang)
    feed, index = plain(site["feed.xml"].decode()), plain(of_page(site["index.html"]))
    about = DOUBT[lang].partition(" ")
    assert f"{about[0]} one: {about[2]}" in index
    assert offer(lang) in index
    assert feed.index(DOUBT[lang]) < feed.index(offer(lang)) < feed.index("·")


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "ACCEPTED AAA, {day}: the price"), ("de", "HINGENOMMEN AAA, {day}: der Kurs")]
)
def test_a_doubt_that_the_user_accepts_is_on_the_first_screen(lang: Any, said: str) -> None:
    study = eventstudy.run(date=DAY0, tickers=("AAA",), benchmark="SPY", prices=spoilt(), accept=["UNIT_CHANGE:AAA"])
    text = plain(render(study, "md", lang=lang, answers={}).decode().replace("\\", "").replace("*", ""))
    first = text.partition(" ## ")[0]
    assert said.format(day=DAY[lang]) in first
    assert DOUBT[lang][:6] not in first
    assert first.index(said[:8]) < first.index(" %")
