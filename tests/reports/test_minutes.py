"""The report of a study of minutes: its figures are those of the JSON object, and what limits them stands before the tables."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from eventstudy.analyses.minutes import Minutes, minutes
from eventstudy.charts import words
from eventstudy.cli import main
from eventstudy.errors import InvalidRequest, UnknownName
from eventstudy.reports.minutes import build, render
from eventstudy.reports.parts import Figure, Foreign, Items, Lang, Table, plain
from matplotlib.text import Text

from tests.analyses.test_minutes import at, frame, made, study, table

STAGES = {"statement": (0, 29), "press": (30, 99)}


@cache
def found() -> Minutes:
    return minutes([at("14:02", tickers="AAA,BBB")], table(), stages=STAGES, days=20)


def figures(block: Any) -> list[Figure]:
    return [s for row in block.rows for cell in row.cells for s in cell if isinstance(s, Figure)]


def standing_at(path: str, told: dict[str, Any]) -> Any:
    value: Any = told
    for name in re.findall(r"\w+", path):
        value = value[int(name)] if name.isdigit() else value[name]
    return value


def test_every_figure_of_a_report_is_that_of_the_json_object() -> None:
    told, tables = (
        found().to_dict(),
        [b for s in build(found(), charts=False).sections for b in s.blocks if isinstance(b, Table)],
    )
    assert len(tables) == 1 + 3  # two tickers and their mean, bar by bar
    shown = [figure for block in tables for figure in figures(block)]
    assert len(shown) > 200
    for figure in shown:
        assert figure.value == standing_at(figure.path, told)
    assert len(tables[0].rows) == len(told["windows"]) == 6
    assert {plain((figure,)) for figure in figures(tables[0]) if figure.path == "windows[0].car"} == {"−1.82\u00a0%"}


@pytest.mark.parametrize(
    ("lang", "first", "limits", "heading"),
    [
        (
            "en",
            "statement: In the 30 minutes from 14:00 the mean",
            "One p says that the minutes were unusual.",
            "Bar by bar",
        ),
        ("de", "statement: In den 30 Minuten ab 14:00 bewegte", "Ein p sagt, dass die Minuten", "Balken für Balken"),
    ],
)
def test_the_finding_and_what_limits_it_come_first(lang: Lang, first: str, limits: str, heading: str) -> None:
    report = build(found(), lang, charts=False)
    texts = [plain(p.text) for p in report.finding]
    assert texts[0].startswith(first)
    assert report.title.split(":")[0] == {"en": "The mean of the tickers", "de": "Das Mittel der Werte"}[lang]
    assert "\u2212" in report.title
    assert "-0" not in report.title
    assert sum("3 December" in text or "3. Dezember" in text for text in texts) == 1
    assert sum("MIXED_BAR" in text for text in texts) == 1
    assert texts[-1].startswith(limits)
    assert [s.title for s in report.sections][-1] == heading
    page = render(found(), ".md", lang).decode()
    assert "| statement |" not in page
    assert "AAA, statement" in page
    assert re.search(r"\d\.\d+\u00a0%" if lang == "de" else r"\d,\d+\u00a0%", page) is None


ROWS = {
    "en": r"\b(day 0|sessions?|months?|weeks?|daily)\b",
    "de": r"\b(Tag 0|Handelstage?|Monate?n?|Wochen?|täglich\w*)\b",
}


@pytest.mark.parametrize("lang", ["en", "de"])
def test_no_sentence_of_minutes_counts_other_rows_and_none_is_english_in_german(lang: Lang) -> None:
    several = [found(), study("15:30", across=True, windows=((0, 11),), days=20), study(bar0="next")]
    for some in several:
        page = render(some, ".md", lang).decode()
        texts = [page, *(t.get_text() for t in some.plot(lang=lang).figure.findobj(Text))]
        if lang == "en":
            texts += [some.text(verbose=True), *some.messages]
        for line in (line for text in texts for line in text.splitlines()):
            assert not re.search(ROWS[lang], line), line
        if lang == "de":
            report = build(some, "de", charts=False)
            spans = [s for p in report.finding for s in p.text]
            lists = [b for section in report.sections for b in section.blocks if isinstance(b, Items)]
            spans += [span for block in lists for item in block.items for span in item]
            assert not [span for span in spans if isinstance(span, Foreign)]


def test_a_part_that_was_left_out_is_an_alert() -> None:
    some = minutes([at("14:00", tickers="AAA,CCC")], table(), days=20)
    alerts = [plain(p.text) for p in build(some, charts=False).finding if p.kind == "alert"]
    assert len(alerts) == 1
    assert "CCC" in alerts[0]


@pytest.mark.render
def test_of_many_instants_the_first_few_are_drawn_and_all_are_in_the_table() -> None:
    one = study().judged[0]
    days = [
        replace(
            one,
            event_id=f"e{k}",
            session=date(2025, 11, 3 + k),
            stretches=tuple(replace(s, scaled=s.scaled * (1 + k / 7)) for s in one.stretches),
        )
        for k in range(6)
    ]
    many = replace(study(), judged=tuple(days))
    report = build(many)
    assert plain(report.finding[0].text).startswith("Over 6 days the first window moved")
    assert report.id == "minutes"
    assert report.title == "\u22121.92\u00a0% on average over 6 days"
    blocks = {s.id: s.blocks for s in report.sections}
    assert len(blocks["s.charts"]) == 4
    assert len(blocks["s.bars"]) == 1 + 4
    table_of_all = blocks["s.minutes"][0]
    assert isinstance(table_of_all, Table)
    assert len(table_of_all.rows) == 6 * 3


def test_the_picture_is_that_of_the_event_and_ticker_that_are_named() -> None:
    twice = replace(study(), judged=tuple(replace(study(t).judged[0], event_id=t) for t in ("13:00", "14:00")))
    title = [words(twice.plot(event=t, ticker="AAA"))[0].split(" from ")[1] for t in ("13:00", "14:00")]
    assert title == ["13:00", "14:00"]
    with pytest.raises(UnknownName, match="event"):
        study().plot(event="another")
    with pytest.raises(InvalidRequest, match="is written as"):
        render(study(), ".docx")


@pytest.mark.render
def test_the_command_writes_a_page_with_stages_a_hatched_bar_and_the_band(tmp_path: Path) -> None:
    bars, page = tmp_path / "bars.csv", tmp_path / "minutes.html"
    frame(made()).to_csv(bars, index=False)
    asked = ["minutes", "--date", "2025-12-03T14:02:00-05:00", "--tickers", "AAA", "--bars", str(bars), "--days", "20"]
    stages = ["--stage", "statement=0:29", "--stage", "press=30:99", "--quiet"]
    with pytest.raises(SystemExit) as done:
        main([*asked, *stages, "--report", str(page), "--lang", "de"])
    assert done.value.code == 0
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") == 2  # for a wide page, and for a phone
    assert text.count("<pattern") == 2  # the hatch
    assert "Balken 0 beginnt um 14:00, vor dem Zeitpunkt" in text
