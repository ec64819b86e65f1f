"""The unit of a study on every page about several events: months are months and basis points are basis points."""

from __future__ import annotations

import io
import re
from functools import cache
from typing import Any

import eventstudy as es
import numpy as np
import openpyxl
import pandas as pd
import pytest
from eventstudy import EventStudy, StudyResult
from eventstudy.events import Group
from eventstudy.events.scheduled import decisions
from eventstudy.reports import render, site, xlsx
from eventstudy.reports.changes import changes
from eventstudy.reports.further import further
from eventstudy.reports.words import Words

from tests.test_designs import FIRMS, LEVELS, in_calendar_days, is_of_returns
from tests.test_documented import yields
from tests.test_frequency import _WRONG, monthly


@cache
def levels(**choices: Any) -> StudyResult:
    """Eight decisions of the Federal Reserve on a made-up yield, of two categories."""
    events = [
        es.Event(
            id=f"e{k}",
            title="FOMC",
            announced=decided.instant,
            group=(Group(tickers=("DGS2",)),),
            category="hike" if k % 2 else "hold",
        )
        for k, decided in enumerate(d for d in decisions() if d.instant.year == 2023)
    ]
    chosen = {**LEVELS, "snapshot": "15:30 America/New_York", **choices}
    return EventStudy(**chosen).run(events, yields())


def front_of(result: StudyResult, lang: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The index and the feed of the site of a study, of which the pages of single events are left out."""
    monkeypatch.setattr(site, "pages_of", lambda *a: {})
    pages = site.site_of(result, lang=lang)
    found = {}
    for name in (site.INDEX, site.FEED):
        text = re.sub(r"<(style|script).*?</\1>", "", pages[name].decode(), flags=re.S)
        found[name] = re.sub(r"<[^>]+>", "\n", text).replace("\u00a0", " ")
    return found


@pytest.mark.parametrize("lang", ["en", "de"])
def test_the_front_page_of_months_counts_months(lang: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    front = front_of(monthly(), lang, monkeypatch)
    assert ("Month 0" if lang == "en" else "Monat 0") in front[site.INDEX]
    for text in front.values():
        assert [line for line in text.splitlines() if re.search(_WRONG[lang], line)] == []


@pytest.mark.parametrize(("choices", "unit"), [({}, " bp"), ({"unit_out": "percent"}, " %")])
@pytest.mark.parametrize("lang", ["en", "de"])
def test_the_front_page_of_levels_is_in_their_unit(
    choices: dict[str, Any], unit: str, lang: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = levels(**choices)
    front = front_of(result, lang, monkeypatch)
    factor, digits = (1e4, 1) if unit == " bp" else (1e2, 3)
    for i in range(result.returns.n):
        ar = result.returns.ar[i, -result.config.event_window.start]
        shown = f"{Words(lang).number(factor * ar, digits, sign=True)}{unit}"
        assert shown in front[site.INDEX]
        assert shown in front[site.FEED]
    if unit == " bp":
        for text in front.values():
            assert is_of_returns(text, lang) == []


def test_what_an_update_tells_of_an_event_is_in_its_own_unit() -> None:
    """An index may lead to studies of both kinds; each row has its own unit, and what changed too."""
    of_levels, of_months = levels(), monthly()
    entries = [
        site.entry_of(part, "en") for part in (site.of_event(r, r.events[0]) for r in (of_levels, of_months)) if part
    ]
    page = site.index_page(entries, "en", "Both").decode().replace("\u00a0", " ")
    items = [site.item_of(entry, "en").summary.replace("\u00a0", " ") for entry in entries]
    ar, first = of_levels.returns.ar[0, 5], of_months.returns.ar[0, 0]
    for told, shown in zip(items, (f"{1e4 * ar:+.1f} bp", f"{100 * first:+.2f} %"), strict=True):
        assert shown.replace("-", "\u2212") in told
        assert shown.replace("-", "\u2212") in page
    before, after = of_months.to_dict(), of_months.to_dict()
    before["firms"][0]["days"][-1]["ar"] = None
    assert [line for line in changes(before, after, Words("en")) if "days" in line] == []


def cells_of(result: StudyResult, lang: Any) -> tuple[dict[str, list[tuple[Any, ...]]], Any]:
    """The rows of each sheet of a workbook, and the workbook."""
    book = openpyxl.load_workbook(io.BytesIO(xlsx.render(result, lang=lang)), data_only=True)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}, book


@pytest.mark.parametrize("lang", ["en", pytest.param("de", marks=pytest.mark.slow)])
def test_the_workbook_of_months_counts_months(lang: Any) -> None:
    sheets, _ = cells_of(monthly(), lang)
    said = [str(cell) for rows in sheets.values() for row in rows for cell in row if isinstance(cell, str)]
    assert ("Months" if lang == "en" else "Monate") in sheets
    may = r"JUMP|MOVE|\d at|sessions of one|Kürzel|Freitag|Montag|Dienstag|Donnerstag"
    assert [text for text in said if re.search(_WRONG[lang], text) and not re.search(may, text)] == []


@pytest.mark.parametrize("lang", ["en", pytest.param("de", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("choices", "factor", "shown"),
    [({}, 1e4, "+0.0;-0.0;0.0"), ({"unit_out": "percent"}, 1.0, "+0.000%;-0.000%;0.000%")],
)
def test_the_workbook_of_levels_is_in_their_unit(choices: dict[str, Any], factor: float, shown: str, lang: Any) -> None:
    """Figures, the formats of cells, headings; and the formulas are of cells of one unit."""
    result = levels(**choices)
    sheets, book = cells_of(result, lang)
    days, windows = (book[name] for name in (("Days", "Windows") if lang == "en" else ("Tage", "Fenster")))
    ar = result.returns.ar[0, 5]
    assert days["G7"].value == pytest.approx(factor * ar)
    assert days["G7"].value == pytest.approx(days["E7"].value - days["F7"].value)
    assert days["I7"].value == pytest.approx(days["G7"].value / days["H7"].value)
    assert {days["G7"].number_format, windows["F2"].number_format} == {shown}
    head = days["E1"].value
    assert head == ("Change" if lang == "en" else "Änderung") + (" (bp)" if factor > 1 else "")
    firms = sheets["Series" if lang == "en" else "Reihen"]
    assert firms[1][3] == pytest.approx(factor * result.returns.sigma[0])
    assert firms[1][-1] == pytest.approx(factor * result.fit.params[0, 0])
    for rows in sheets.values():
        for cell in (str(cell) for row in rows for cell in row if isinstance(cell, str)):
            assert not [line for line in is_of_returns(cell, lang) if factor > 1], cell


def test_a_workbook_names_calendar_days_by_what_was_asked_for() -> None:
    result = in_calendar_days((0, 10))
    sheets, _ = cells_of(result, "en")
    for name in ("Windows", "Together", "Tests"):
        head, *rows = sheets[name]
        at = head.index("From calendar day")
        assert {row[at : at + 2] for row in rows} == {(0, 10)}
        assert head[at + 1] == "To calendar day"


def answers_of(result: StudyResult) -> dict[str, Any]:
    """What the analyses of kinds, histories and characteristics say of a study."""
    size = pd.DataFrame({"event_id": [e.id for e in result.events], "ticker": "DGS2", "size": np.arange(8.0) ** 2})
    return {
        "history": es.analyses.history(result),
        "compare": es.analyses.compare(result, by="category"),
        "regress": es.analyses.regress(result, size, "size"),
    }


@pytest.mark.parametrize("name", ["history", "compare", "regress"])
def test_what_is_asked_of_levels_is_answered_in_their_unit(name: str) -> None:
    """The screen, the sentence and JSON's; the mean by hand in basis points, of regressions the coefficient."""
    found = answers_of(levels())[name]
    said = " ".join(f"{found.text(verbose=True)} {found.sentence} {found.to_dict()['sentence']}".split())
    assert is_of_returns(said.replace("95 % interval", ""), "en") == []
    result = levels()
    ar, ordinary = result.returns.ar[:, 5], np.abs(result.returns.ar[:, 5])
    if name == "history":
        assert (
            f"median {1e4 * np.median(ar):+.1f} bp; the median size of the move, {1e4 * np.median(ordinary):.1f} bp"
            in said
        )
    elif name == "compare":
        car = result.returns.ar[:, 5:7].sum(axis=1)
        hikes, holds = car[1::2].mean(), car[::2].mean()
        assert f"{1e4 * abs(hikes - holds):.1f} bp (p" in said
    else:
        slope = np.polyfit(np.arange(8.0) ** 2, 1e4 * ar, 1)[0]
        assert f"size {slope:+.5g} " in said
        assert "coefficients are bp of change a unit" in said


@pytest.mark.parametrize("lang", ["en", pytest.param("de", marks=pytest.mark.slow)])
def test_the_answers_in_a_report_of_levels_are_in_their_unit(lang: Any) -> None:
    """The section of the events of one series, and that of other news, which reports ask by themselves."""
    result = levels()
    page = render(result, "md", lang=lang, charts=()).decode()
    assert ("Event by event" if lang == "en" else "Ereignis für Ereignis") in page
    assert "(mixed)" not in page if lang == "de" else "(mixed)" in page
    assert is_of_returns(page, lang) == []


def test_analyses_of_calendar_days_call_their_window_by_them() -> None:
    result = in_calendar_days((0, 10))
    called = "[0, +10 calendar days]"
    kinds = pd.DataFrame({"ticker": FIRMS, "size": [1.0, 5.0, 2.0, 9.0, 3.0, 7.0, 4.0][: len(FIRMS)]})
    [window] = result.config.windows or ()
    assert str(es.analyses.regress(result, kinds, "size", window=window).window) == called
    tried = es.analyses.robustness(result, windows=[tuple(window)], models=["market"], returns=["simple"])
    assert {str(one.window) for one in tried.specifications} == {called}
    assert "both" not in str(further(result).get("robustness", {}).get("reason", ""))
    page = render(result, "md", lang="de", charts=(), answers={}).decode()
    assert "Fenster sind Kalendertage ab Tag 0" in page
    assert "Fenster zählen" not in page


def test_kinds_and_histories_of_calendar_days() -> None:
    result = levels(window_days=(0, 10))
    [window] = result.config.windows or ()
    compared = es.analyses.compare(result, by="category")
    assert f"cumulated change {window} on" in compared.sentence
    assert compared.to_dict()["calendar_days"] == [0, 10]
    told = es.analyses.history(result)
    assert [str(mean.window) for mean in told.means] == ["[0, 0]", "[0, +10 calendar days]"]
    assert told.drift is None
