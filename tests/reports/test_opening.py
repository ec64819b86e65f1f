"""The first words of a report are those of a person."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

import eventstudy as es
import numpy as np
import pandas as pd
import pytest
from eventstudy.reports import render
from eventstudy.reports.build import build, finding
from eventstudy.reports.further import further
from eventstudy.reports.html import _held
from eventstudy.reports.material import Material
from eventstudy.reports.parts import Facts, Lang, Paragraph, Table, Text, plain
from eventstudy.reports.reasons import notes
from eventstudy.reports.tables import results
from eventstudy.reports.words import Words

from tests.tiers import first

REPORTS = [(d, lang, t) for d in ("recognised", "announced") for lang in ("en", "de") for t in ("NVDA", "")]


@pytest.mark.parametrize("asked", first(REPORTS, 0, "render"))
def test_a_report_opens_in_plain_words(asked: tuple[str, Any, str]) -> None:
    """Its first 600 visible characters: no name of a function, no window in brackets, and 27 January."""
    day0, lang, tickers = asked
    page = render(es.run("deepseek-r1", tickers=tickers, day0=day0), "html", lang=lang, answers={}).decode()
    seen = re.sub(r"(?s)<(style|script|svg|head)\b.*?</\1>", "", page)
    opening = html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", seen))).strip()[:600]
    assert not re.search(r"\b[a-z]+_[a-z]+", opening)
    assert not re.search(r"\[[-+\u22120-9]", opening)
    assert {"en": "27 January 2025", "de": "27. Januar 2025"}[lang] in opening


def test_a_warning_that_many_share_is_told_once() -> None:
    """Sixteen rows said the same of sixteen tickers."""
    result = es.run("deepseek-r1", tickers="NVDA,AMD,MSFT")
    told = [block for block in notes(Material(result, Words("en"))).blocks if isinstance(block, Facts)]
    shifted = [plain(text) for facts in told for code, text in facts.rows if code == "DAY0_SHIFTED"]
    assert shifted == [
        "NVDA, AMD, MSFT: announced 2025-01-20; day 0 is 2025-01-21, the first session that could react (XNYS)"
    ]


def test_an_event_of_a_list_without_titles_is_called_by_what_it_is_about() -> None:
    rows = pd.DataFrame({"ticker": ["NVDA"], "date": ["2025-01-27"], "event_id": ["call-1"]})
    result = es.run(rows, source="bundled")
    assert build(result, charts=(), answers={}).title == "call-1: Nvidia (NVDA), 27 January 2025"
    assert build(result, charts=(), answers={}, lang="de").title == "call-1: Nvidia (NVDA), 27. Januar 2025"


def test_changes_of_a_level_have_no_column_of_what_cannot_be_held() -> None:
    days = pd.bdate_range("2020-01-01", periods=400)
    levels = pd.DataFrame({"US10Y": 4 + np.random.default_rng(1).normal(0, 0.04, 400).cumsum()}, days)
    rows = pd.DataFrame({"ticker": ["US10Y"], "date": [days[330].date().isoformat()], "event_id": ["fomc"]})
    choices: dict[str, Any] = {"returns": "difference", "unit_in": "percent", "model": "constant_mean"}
    result = es.run(rows, prices=levels, **choices)
    page = build(result, charts=(), lang="de", answers=further(result))
    tables = [block for section in page.sections for block in section.blocks if isinstance(block, Table)]
    heads = [column for table in tables for column in table.columns]
    assert "BHAR" not in heads
    assert "Rendite" not in heads
    assert "Änderung" in heads
    said = " ".join(plain(b.text) for section in page.sections for b in section.blocks if isinstance(b, Paragraph))
    assert "andere Entscheidungen werden nur bei Studien von Renditen durchprobiert" in said
    facts = [plain(t) for section in page.sections for b in section.blocks if isinstance(b, Facts) for _, t in b.rows]
    assert not [text for text in facts if text.endswith("–")]


def test_pairs_of_one_date_stand_without_it() -> None:
    events = pd.DataFrame({"ticker": ["NVDA", "AMD", "MSFT"], "date": "2025-01-27"})
    same = Material(es.run(events, source="bundled"), Words("de"))
    several = Material(
        es.run(events.assign(date=["2025-01-24", "2025-01-27", "2025-01-27"]), source="bundled"), Words("de")
    )
    named = ["NVDA", "AMD", "MSFT"], ["NVDA 24.01.2025", "AMD 27.01.2025", "MSFT 27.01.2025"]
    for told, names in zip((same, several), named, strict=True):
        assert [told.ticker_of(i) for i in range(3)] == names
        table = next(block for block in results(told).blocks if isinstance(block, Table))
        assert [plain(row.head) for row in table.rows[:3]] == names


@pytest.mark.parametrize("short", ["2025-01-27", "27.01.2025", "[0, +1]", "[−5, +5]", "p .048", "p 0,048", "p <.001"])
def test_what_is_short_is_not_torn_apart_at_the_end_of_a_line(short: str) -> None:
    assert f'<span class="n">{html.escape(short)}</span>)' in _held(f"on day 0 ({short}), by nobody")


@pytest.mark.parametrize(
    ("of_site", "lang", "end"),
    [
        (None, "en", "And 2 more, listed under “Left out and warned about”."),
        ((), "en", "And 2 more, listed on the pages of the events."),
        ((), "de", "Und 2 weitere, siehe die Seiten der Ereignisse."),
    ],
)
def test_what_else_is_missing_is_looked_up_where_it_stands(
    of_site: Sequence[Text] | None, lang: Lang, end: str
) -> None:
    """The first page of a site has no section of what was left out: the pages of its events have."""
    rows = [("NVDA", "2025-01-27", "one"), *((f"XX{i}", "2024-12-02", f"none-{i}") for i in range(7))]
    result = es.run(pd.DataFrame(rows, columns=["ticker", "date", "event_id"]), source="bundled")
    *_, last = finding(Material(result, Words(lang)), of_site)
    assert plain(last.text).endswith(end)
